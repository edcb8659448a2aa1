"""How many there were after joining, over how many areas that had not joined pointed to."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from evalkit import caveats, refusals
from evalkit.comparisons.joining_frames import JoiningFrame, Names, read
from evalkit.comparisons.permutation import whole
from evalkit.estimates import Estimate, refusal
from evalkit.inference.grouped_arguments import GroupedArguments
from evalkit.inference.method import Method
from evalkit.statements import Statement
from evalkit.vocabulary import EstimateStatus, Scale

if TYPE_CHECKING:
    import polars as pl

    from evalkit.inference.group_time import JoiningPanel
    from evalkit.inference.join_dates import Assignments
    from evalkit.inference.not_yet_joined import Against, Looked

MOST_EXACT = 5_000
_MOST_DRAWS = 10_000
_MOST_PERIODS = 1_000
_SHARE_BEFORE = 3
_SCALE = Scale.RATIO_OF_RATE_RATIOS


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class JoiningRatio:
    """What joining changed, as counted over expected.

    Attributes
    ----------
    overall
        All that were counted after joining over all that were expected, with exchanged dates.
    earlier
        The same as if all had joined so many periods earlier, with nothing after the true date used: what should be
        1. Refused when there is too little time before.
    by_time_since
        One row per number of periods since joining: ``since``, ``counted``, ``expected``, ``ratio``. Empty when
        refused.
    """

    overall: Estimate
    earlier: Estimate
    by_time_since: pl.DataFrame

    def __repr__(self) -> str:
        return f"JoiningRatio: {self.overall!r}\n{self.by_time_since}"

    def _repr_html_(self) -> str:
        from evalkit.views import frame_view

        return frame_view("Efter anslutning", self.by_time_since)


@dataclass(frozen=True, slots=True)
class _Asked:
    gap: int
    earlier: int | None
    draws: int
    seed: int
    conf_level: float


def joining_ratio(
    frame: pl.DataFrame,
    *,
    unit: str,
    period: str,
    count: str,
    exposure: str,
    joined: str,
    anticipation: int = 0,
    earlier: int | None = None,
    draws: int = 999,
    seed: int = 1,
    conf_level: float = 0.95,
) -> JoiningRatio:
    """What joining changed, when areas join at different times and counts are small.

    The periods before joining give each group that joins together a level, and those who have not joined give each
    period a factor; level times factor times exposure is what would have been expected after. The answer is all that
    were counted over all that were expected. Every period before is the base, so single periods and groups may have
    no events; :func:`group_time_effects`, whose base is one period, refuses there.

    Parameters
    ----------
    frame
        One row per unit and period, balanced; the columns are named by the arguments below.
    unit, period
        Any labels; periods are dates, numbers, or text whose order in time can be told (2024-03).
    count, exposure
        Events, and what they are divided by (above 0).
    joined
        The first period in which a unit had joined; null for one that never did. Constant within units. A unit that
        had joined by the first period is not used. Periods in which nobody is left who has not joined are not told.
    anticipation
        So many periods before joining may already be affected, and are neither base nor looked at.
    earlier
        By how many periods ``earlier`` moves the dates; a third of the time before the first date when left out.
    draws, seed
        Of exchanged dates, when there are more than 5,000 ways.
    conf_level
        At least 0.5 and below 1.

    Returns
    -------
    JoiningRatio
        p-values and limits come from giving the dates of joining to other units: all ways when there are at most
        5,000, otherwise ``draws`` of them; limits by inversion for a factor that is the same for all. Each way is
        measured against its own spread, which grows with the size of units as all units show, so that small areas
        are not unusual by chance alone. Refused when there are so few ways that p cannot reach ``1 - conf_level``.

    Raises
    ------
    EstimationError
        When columns are missing or the rows make no balanced panel; all that is wrong is told at once.

    Source: Wooldridge 2023, The Econometrics Journal 26:C31-C66, and Borusyak, Jaravel and Spiess 2024, Review of
    Economic Studies 91:3253-3285, for what is expected; Roth and Sant'Anna 2023, Journal of Political Economy
    Microeconomics 1:669-709, for exchanged dates; MacKinnon and Webb 2020, Journal of Econometrics 218:435-450,
    and Ferman and Pinto 2019, Review of Economics and Statistics 101:452-467, for measuring each against its spread.

    Examples
    --------
    >>> import polars as pl
    >>> import evalkit as ek
    >>> areas = pl.DataFrame({
    ...     "area": [f"area {one}" for one in range(6) for _ in range(3)],
    ...     "year": [2022, 2023, 2024] * 6,
    ...     "joined": [2023] * 6 + [2024] * 3 + [None] * 9,
    ...     "found": [10, 15, 16, 8, 12, 12, 9, 9, 14, 11, 0, 11, 12, 13, 12, 10, 10, 10],
    ...     "visits": [100.0] * 18,
    ... })
    >>> found = ek.joining_ratio(areas, unit="area", period="year", count="found", exposure="visits", joined="joined")
    >>> round(found.overall.estimate, 2), round(found.overall.p_value, 3)
    (1.6, 0.15)
    """
    given = GroupedArguments("joining_ratio()")
    asked = _Asked(
        gap=whole(given, "anticipation", anticipation, 0, _MOST_PERIODS),
        earlier=None if earlier is None else whole(given, "earlier", earlier, 1, _MOST_PERIODS),
        draws=whole(given, "draws", draws, 1, _MOST_DRAWS),
        seed=whole(given, "seed", seed, 0, 2**63),
        conf_level=given.conf_level(conf_level),
    )
    data = read(given, frame, Names(unit, period, count, exposure, joined, None, None), ratio=True)
    return _told(data.later_than(asked.gap), asked)


def _told(data: JoiningFrame, asked: _Asked) -> JoiningRatio:
    from evalkit.inference import join_dates, not_yet_joined

    joined, periods = data.panel.joined, data.panel.periods
    reason = refusals.value_missing() if data.missing else None
    if reason is None and not (joined < periods).any():
        reason = refusals.nobody_joins()
    if reason is not None:
        none = refusal(_SCALE, reason, conf_level=asked.conf_level)
        return JoiningRatio(overall=none, earlier=none, by_time_since=_no_rows())
    drawn = join_dates.assignments(
        joined, most_exact=MOST_EXACT, draws=asked.draws, generator=np.random.default_rng(asked.seed)
    )
    after = not_yet_joined.Looked.of(joined, periods, gap=asked.gap)
    moved = asked.earlier or max((int(joined.min()) - asked.gap) // _SHARE_BEFORE, 1)
    before = not_yet_joined.Looked.of(joined, periods, gap=asked.gap, earlier=moved)
    overall, ahead = (
        estimated(data.panel, looked, drawn, seed=asked.seed, conf_level=asked.conf_level) for looked in (after, before)
    )
    return JoiningRatio(
        overall=overall,
        earlier=ahead,
        by_time_since=_by_time_since(not_yet_joined.expected(data.panel, after), after)
        if overall.is_estimated
        else _no_rows(),
    )


def _no_rows() -> pl.DataFrame:
    import polars as pl

    return pl.DataFrame(schema={"since": pl.Int64, "counted": pl.Float64, "expected": pl.Float64, "ratio": pl.Float64})


def _by_time_since(found: Against, looked: Looked) -> pl.DataFrame:
    import polars as pl

    since = np.arange(looked.seen.shape[1]) - looked.dates[:, None]
    rows = [
        (int(one), float(found.counted[at].sum()), float(found.expected[at].sum()))
        for one in np.unique(since[looked.seen])
        if (at := (since == one) & looked.seen).any()
    ]
    told = pl.DataFrame(rows, schema=["since", "counted", "expected"], orient="row")
    ratio = pl.when(pl.col("expected") > 0).then(pl.col("counted") / pl.col("expected"))
    return told.with_columns(ratio=ratio)


def estimated(panel: JoiningPanel, looked: Looked, drawn: Assignments, *, seed: int, conf_level: float) -> Estimate:
    """The cells looked at as one estimate, or the reason why there is none."""
    from evalkit.inference import not_yet_joined

    if not looked.seen.any():
        return refusal(_SCALE, refusals.all_join_at_once(), conf_level=conf_level)
    if math.isnan(not_yet_joined.expected(panel, looked).log_ratio):
        return refusal(_SCALE, refusals.none_counted_or_expected(), conf_level=conf_level)
    least = drawn.least(conf_level)
    if least is not None:
        return refusal(_SCALE, refusals.too_few_ways_to_join(least), conf_level=conf_level)
    found = not_yet_joined.exchanged(panel, looked, drawn, conf_level=conf_level)
    return Estimate(
        scale=_SCALE,
        status=EstimateStatus.ESTIMATED,
        estimate=math.exp(found.estimate),
        conf_low=math.exp(found.low),
        conf_high=math.exp(found.high),
        conf_level=conf_level,
        p_value=found.p_value,
        null=1.0,
        events=int(panel.top.sum()),
        exposure=float(panel.bottom.sum()),
        n_units=panel.units,
        n_periods=panel.periods,
        method=Method.PERMUTATION.value,
        assumptions=(caveats.parallel_development(), *_ways(drawn, seed), caveats.join_dates_by_chance()),
    )


def _ways(drawn: Assignments, seed: int) -> tuple[Statement, ...]:
    number = len(drawn.joined)
    if drawn.exact:
        return (caveats.all_assignments(number, 1 / number),)
    return (caveats.drawn_assignments(number - 1, 1 / number, seed),)
