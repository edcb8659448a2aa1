"""One or a few treated units beside others: the change in rate, tested with other units and other times."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self

import numpy as np

from evalkit import caveats, refusals
from evalkit.comparisons import donor_counts
from evalkit.comparisons.donor_counts import DonorCounts
from evalkit.comparisons.permutation import MOST_EXACT, whole
from evalkit.comparisons.placebo_result import PlaceboTest
from evalkit.comparisons.result import numbers_frame
from evalkit.estimate_series import EstimateSeries
from evalkit.estimates import Estimate, refusal
from evalkit.inference.grouped_arguments import GroupedArguments
from evalkit.inference.intervals import Intervals
from evalkit.inference.method import Method
from evalkit.statements import Statement
from evalkit.vocabulary import EstimateStatus, Scale

if TYPE_CHECKING:
    import polars as pl

    from evalkit.inference.randomisation import Changes, Placebo

MOST_DRAWS = 100_000
FEWEST_UNITS, FEWEST_OF_SEVERAL = 20, 40
"""With fewer units, and fewer where three or more are treated, tests reject too often (docs/statistics/panel.md)."""
_SEVERAL = 3
_LEAST_BEFORE = 4
_MOST_STARTS = 12
_SCALE = Scale.RATIO_OF_RATE_RATIOS


@dataclass(frozen=True, slots=True)
class Drawing:
    """How other assignments are found, and the level of limits."""

    draws: int
    seed: int
    level: float

    @classmethod
    def asked(cls, given: GroupedArguments, draws: int, seed: int, conf_level: float) -> Self:
        """As the arguments of a function say; notes what is wrong with them."""
        return cls(
            whole(given, "draws", draws, 1, MOST_DRAWS),
            whole(given, "seed", seed, 0, 2**63),
            given.conf_level(conf_level),
        )

    def placebo(self, panel: DonorCounts, changes: Changes) -> Placebo | Statement:
        """The kernel's test."""
        from evalkit.inference import randomisation

        return randomisation.placebo(
            changes,
            panel.is_treated,
            draws=self.draws,
            most_exact=MOST_EXACT,
            generator=np.random.default_rng(self.seed),
            conf_level=self.level,
        )


def placebo_test(
    frame: pl.DataFrame,
    *,
    unit: str,
    period: str,
    count: str,
    exposure: str,
    treated: object,
    start: object,
    donors: Sequence[object] | None = None,
    left_out: Sequence[tuple[object, object]] = (),
    draws: int = 9999,
    seed: int = 1,
    conf_level: float = 0.95,
) -> PlaceboTest:
    """By how much more the treated units' rate changed than that of others, and how unusual that is among them.

    Parameters
    ----------
    frame
        One row per unit and period.
    unit, period
        The columns that name them; periods are dates, numbers or text such as 2024-03 whose order in time can be told.
    count, exposure
        The columns with events and what they are divided by (above 0).
    treated, start
        The treated unit, or several in a list that all start together; and the first period with the measure.
    donors
        The units to compare with: all others when left out. Leave out those that the measure may have reached.
    left_out
        Pairs of a first and a last period that are not used, such as a trial time or the pandemic.
    draws, seed
        All ways to choose as many units are gone through when they are at most 50,000; otherwise so many are drawn.
    conf_level
        Of the interval: the ratios, the same for all treated units, that the test does not reject.

    Returns
    -------
    PlaceboTest
        ``effect`` is the ratio that Poisson regression with effects of units and periods gives when each unit's
        exposure follows the same course; a donor that lacks a figure or has no events at all is left out and counted.
        Refused when a treated unit lacks a figure, when a side has no events before or after, when so few units
        are compared that p could not be as small as ``1 - conf_level`` (one treated: 20 units for 95 per cent), and
        with fewer than 20 units at any level, or fewer than 40 when three or more are treated. There
        is no interval from the model's own errors: with one treated unit they tell nothing of how it varies.

    Raises
    ------
    EstimationError
        When arguments do not fit the frame; all that is wrong is told at once.

    Notes
    -----
    Abadie, Diamond and Hainmueller 2010, JASA 105:493 (placebos in space and time); MacKinnon and Webb 2020, Journal
    of Econometrics 218:435 (randomisation of t); Ferman and Pinto 2019, Review of Economics and Statistics 101:452
    (units of unlike sizes). Units are taken to be as likely to have been the treated ones, and to be independent.

    Examples
    --------
    >>> import numpy as np
    >>> import polars as pl
    >>> import evalkit as ek
    >>> rng = np.random.default_rng(1)
    >>> rows = [(u, t, int(rng.poisson(20 * (1 + (u == 7 and t >= 12)))), 1.0) for u in range(22) for t in range(24)]
    >>> frame = pl.DataFrame(rows, schema=["area", "month", "found", "visits"], orient="row")
    >>> made = ek.placebo_test(
    ...     frame, unit="area", period="month", count="found", exposure="visits", treated=7, start=12
    ... )
    >>> round(made.effect.estimate, 1), round(made.effect.p_value, 3), round(made.attainable, 3)
    (1.9, 0.045, 0.045)
    """
    given = GroupedArguments("placebo_test()")
    drawing = Drawing.asked(given, draws, seed, conf_level)
    panel = donor_counts.read(
        given,
        frame,
        unit=unit,
        period=period,
        count=count,
        exposure=exposure,
        treated=treated,
        start=start,
        donors=donors,
        left_out=left_out,
    )
    return compared(panel, drawing)


def effect_of(given: DonorCounts, drawing: Drawing) -> Estimate:
    """The effect alone, or why there is none."""
    reason = unfit(given)
    panel = given if reason else given.told()
    found = reason or drawing.placebo(panel, panel.changes())
    if isinstance(found, Statement):
        return refusal(_SCALE, found, conf_level=drawing.level)
    return _effect(panel, found, drawing, len(given.units) - len(panel.units))


def ratios_without_each(given: DonorCounts, drawing: Drawing) -> list[tuple[object, float, float]]:
    """Each unit compared with, and the ratio and p without it; those without which there is none are left out."""
    if unfit(given) is not None:
        return []
    panel = given.told()
    # At a level that nothing attains no limits are sought, which is what takes time.
    quick = replace(drawing, level=1 - 1e-9)
    rows = []
    for at in range(panel.treated, len(panel.units)):
        one = panel.only(np.arange(len(panel.units)) != at)
        found = None if len(one.units) == one.treated else quick.placebo(one, one.changes())
        if found is not None and not isinstance(found, Statement):
            rows.append((panel.units[at], math.exp(found.log_ratio), found.p_value))
    return rows


def compared(given: DonorCounts, drawing: Drawing) -> PlaceboTest:
    """The test of a panel that was read."""
    reason = unfit(given)
    if reason is not None:
        return _nothing(reason, drawing)
    panel = given.told()
    changes = panel.changes()
    found = drawing.placebo(panel, changes)
    if isinstance(found, Statement):
        return _nothing(found, drawing)
    effect = _effect(panel, found, drawing, len(given.units) - len(panel.units))
    return PlaceboTest(
        effect=effect,
        attainable=found.attainable,
        in_space=_in_space(panel, changes, found),
        in_time=_in_time(panel, drawing),
        leave_one_out=_leave_one_out(panel, changes, found.log_ratio),
    )


def unfit(given: DonorCounts) -> Statement | None:
    """What keeps a panel from any comparison with donors."""
    if given.missing[: given.treated].any():
        return refusals.value_missing()
    if not given.before or given.before == len(given.periods):
        return refusals.no_events()
    return refusals.no_other_assignment() if len(given.told().units) == given.treated else None


def least_units(treated: int, level: float) -> int:
    """How many units there must be, the treated among them, for a test at a level whose size has been measured.

    p must be able to be as small as ``1 - level``; and with fewer than 20 units, or fewer than 40 when three or more
    are treated, the test found too often what was not there (docs/statistics/panel.md).

    Examples
    --------
    >>> least_units(1, 0.95), least_units(1, 0.99), least_units(1, 0.9), least_units(5, 0.95)
    (20, 100, 20, 40)
    """
    units = FEWEST_UNITS if treated < _SEVERAL else FEWEST_OF_SEVERAL
    while (1 + (units == 2 * treated)) / math.comb(units, treated) > (1 - level) * (1 + 1e-9):
        units += 1
    return units


def too_few_units(treated: int, units: int, level: float) -> Statement | None:
    """Why so many units cannot be tested at a level; ``None`` when they can."""
    least = least_units(treated, level)
    if attainable(treated, units, MOST_DRAWS) > (1 - level) * (1 + 1e-9):
        return refusals.too_few_to_stand_out(least)
    return refusals.too_few_to_trust(least) if units < least else None


def attainable(treated: int, units: int, draws: int) -> float:
    """The smallest p there can be for so many treated of so many units, by all choices or by ``draws`` of them.

    Examples
    --------
    >>> round(attainable(1, 22, 9999), 4), attainable(8, 40, 9999)
    (0.0455, 0.0001)
    """
    choices = math.comb(units, treated)
    # With half of the units treated the opposite choice is always as extreme.
    return (1 + (units == 2 * treated)) / choices if choices <= MOST_EXACT else 1 / (draws + 1)


def told_of(found: Placebo, drawing: Drawing, left_out: int, donors: int) -> tuple[Statement, ...]:
    """What the reader must know beside the number."""
    compared = (
        caveats.compared_with_all(found.assignments, found.attainable)
        if found.exact
        else caveats.compared_with_drawn(found.assignments, found.attainable, drawing.seed)
    )
    told = (caveats.others_unaffected(), compared, caveats.chosen_by_chance())
    return (*told, caveats.others_left_out(left_out, donors)) if left_out else told


def _effect(panel: DonorCounts, found: Placebo, drawing: Drawing, left_out: int) -> Estimate:
    told = told_of(found, drawing, left_out, len(panel.units) - panel.treated + left_out)
    one = judged(found, panel.treated, drawing)
    if isinstance(one, Statement):
        return refusal(_SCALE, one, assumptions=told, conf_level=drawing.level)
    return Estimate(
        scale=_SCALE,
        status=EstimateStatus.ESTIMATED,
        estimate=math.exp(found.log_ratio),
        conf_low=math.exp(found.low),
        conf_high=math.exp(found.high),
        conf_level=drawing.level,
        p_value=found.p_value,
        null=1.0,
        events=int(panel.counts.sum()),
        exposure=float(panel.exposures.sum()),
        n_units=len(panel.units),
        n_periods=len(panel.periods),
        method=Method.PERMUTATION.value,
        assumptions=told,
    )


def _in_space(panel: DonorCounts, changes: Changes, found: Placebo) -> pl.DataFrame:
    import polars as pl

    from evalkit.inference.randomisation import log_ratio

    places = np.arange(len(panel.units))
    ratios = [
        math.exp(log_ratio(changes, places == at)) if min(changes.before[at], changes.after[at]) > 0 else None
        for at in places
    ]
    told = _frame(
        {
            "unit": panel.units,
            "treated": panel.is_treated,
            "events_before": changes.before.astype(np.int64),
            "events_after": changes.after.astype(np.int64),
            "ratio": ratios,
            "statistic": found.alone,
        }
    )
    return told.sort(pl.col("statistic").abs(), descending=True, maintain_order=True)


def _in_time(panel: DonorCounts, drawing: Drawing) -> EstimateSeries | None:
    """Starts that leave at least a quarter of the periods before, and two, on each side."""
    if panel.before < _LEAST_BEFORE:
        return None
    margin = max(2, panel.before // 4)
    places = np.arange(margin, panel.before - margin + 1)
    if places.size > _MOST_STARTS:
        places = places[np.linspace(0, places.size - 1, _MOST_STARTS).round().astype(int)]
    found = [drawing.placebo(panel, panel.changes(int(start), panel.before)) for start in places]
    told = [judged(one, panel.treated, drawing) for one in found]
    label = _frame(
        {
            "start": [panel.periods[start] for start in places],
            "periods_before": places,
            "periods_after": panel.before - places,
        }
    )
    return series(told, label, drawing.level)


def judged(found: Placebo | Statement, treated: int, drawing: Drawing) -> Placebo | Statement:
    """The test, refused when no result could be as unusual as the level asks for."""
    if isinstance(found, Statement):
        return found
    if found.attainable > (1 - drawing.level) * (1 + 1e-9):
        return refusals.too_few_to_stand_out(least_units(treated, drawing.level))
    return too_few_units(treated, found.alone.size, drawing.level) or found


def series(
    found: Sequence[Placebo | Statement], label: pl.DataFrame, level: float, beside: tuple[Statement, ...] = ()
) -> EstimateSeries:
    """Tests as rows; a refused one has its reason."""
    numbers = np.array(
        [
            (1.0, 1.0, 1.0, 1.0)
            if isinstance(one, Statement)
            else (math.exp(one.log_ratio), math.exp(one.low), math.exp(one.high), one.p_value)
            for one in found
        ]
    ).reshape(-1, 4)
    made = Intervals(estimate=numbers[:, 0], low=numbers[:, 1], high=numbers[:, 2], p_value=numbers[:, 3])
    for reason in dict.fromkeys(one for one in found if isinstance(one, Statement)):
        made = made.refuse(np.array([one == reason for one in found]), reason)
    return EstimateSeries(
        scale=_SCALE,
        numbers=numbers_frame(made, {}, len(found)),
        method=Method.PERMUTATION.value,
        conf_level=level,
        null=1.0,
        reasons=made.reasons,
        groups=label,
        assumptions=beside,
    )


def _leave_one_out(panel: DonorCounts, changes: Changes, whole: float) -> pl.DataFrame:
    import polars as pl

    from evalkit.inference.randomisation import log_ratio

    places = np.arange(len(panel.units))
    rows = []
    for at in places[panel.treated :]:
        kept = changes.of(places != at)
        others = kept.of(~panel.is_treated[places != at])
        events = min(others.before.sum(), others.after.sum()) if others.before.size else 0.0
        rows.append(math.exp(log_ratio(kept, panel.is_treated[places != at])) if events > 0 else None)
    told = _frame({"unit": panel.units[panel.treated :], "effect": rows})
    farthest = (pl.col("effect").cast(pl.Float64).log() - whole).abs()
    return told.sort(farthest, descending=True, nulls_last=True, maintain_order=True)


def _frame(columns: Mapping[str, Iterable[object]]) -> pl.DataFrame:
    import polars as pl

    return pl.DataFrame({name: pl.Series(name, list(values)) for name, values in columns.items()})


def _nothing(reason: Statement, drawing: Drawing) -> PlaceboTest:
    import polars as pl

    return PlaceboTest(
        effect=refusal(_SCALE, reason, conf_level=drawing.level),
        attainable=None,
        in_space=pl.DataFrame(),
        in_time=None,
        leave_one_out=pl.DataFrame(),
    )
