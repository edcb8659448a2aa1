"""Areas that join at different times: what joining changed, compared with areas that had not joined."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from evalkit import caveats, refusals
from evalkit.comparisons.joining_effects import GroupTimeEffects
from evalkit.comparisons.joining_frames import JoiningFrame, Names, read
from evalkit.comparisons.joining_rows import Rows
from evalkit.comparisons.permutation import whole
from evalkit.comparisons.result import numbers_frame
from evalkit.estimate_series import EstimateSeries
from evalkit.estimates import Estimate, Tested, refusal
from evalkit.inference.grouped_arguments import GroupedArguments
from evalkit.inference.intervals import Floats, Intervals
from evalkit.inference.method import Method
from evalkit.statements import Statement
from evalkit.vocabulary import EstimateStatus, Scale

if TYPE_CHECKING:
    import polars as pl

    from evalkit.inference.group_time import CellPlan, GroupTime
    from evalkit.inference.group_time_averages import Average
    from evalkit.inference.joining_rule import Clusters

MOST_EXACT = 5_000
_MOST_DRAWS = 10_000
_MOST_ANTICIPATION = 1_000
_SCALES = {"ratio": Scale.RATIO_OF_RATE_RATIOS, "difference": Scale.RATE_DIFFERENCE}


@dataclass(frozen=True, slots=True)
class _Asked:
    """The arguments that are not data."""

    never_only: bool
    scale: Scale
    universal: bool
    anticipation: int
    classical: bool
    draws: int
    seed: int
    conf_level: float

    @property
    def ratio(self) -> bool:
        return self.scale is Scale.RATIO_OF_RATE_RATIOS

    @property
    def null(self) -> float:
        return 1.0 if self.ratio else 0.0


def group_time_effects(
    frame: pl.DataFrame,
    *,
    unit: str,
    period: str,
    count: str,
    exposure: str,
    joined: str,
    control: str = "not_yet",
    scale: str = "ratio",
    base: str = "varying",
    anticipation: int = 0,
    weights: str | None = None,
    cluster: str | None = None,
    errors: str = "jackknife",
    draws: int = 999,
    seed: int = 1,
    conf_level: float = 0.95,
) -> GroupTimeEffects:
    """What joining changed, when areas join at different times.

    For each group that joined at g and each period t: how the rate of the group changed from the last period before g
    to t, compared with how the rate of areas that had not joined changed. No area that has joined is ever the
    comparison.

    Parameters
    ----------
    frame
        One row per unit and period, balanced; the columns are named by the arguments below.
    unit, period
        Any labels; periods are dates, numbers, or text whose order in time can be told (2024-03).
    count, exposure
        Events, and what they are divided by (above 0). A group's rate is its events over its exposure, added up.
    joined
        The first period in which a unit had joined; null for one that never did. Constant within units. A unit that
        had joined by the first period is not used.
    control
        ``not_yet`` (all that have not joined by then) or ``never`` (only those who never join).
    scale
        ``ratio``: the ratio of the rate's change in the group to the change in the comparison; averages are geometric.
        ``difference``: the same with differences of rates, which stands zeros.
    base
        ``varying``: a period before joining is compared with the one before it; ``universal``: with the last before.
    anticipation
        So many periods before joining may already be affected, and are not used as base.
    weights
        A column with what a unit weighs when groups are averaged; one per unit when left out.
    cluster
        A column with what units belong to, when they are not independent; needs 30 clusters.
    errors
        ``jackknife``: by leaving out one unit (cluster) at a time, Student's t with the degrees of freedom that units
        of unlike size are worth. ``influence``: influence functions as other programs have them, too small when units
        are of unlike size; only to compare with those programs, and the answer says so.
    draws, seed
        Of random assignments, or signs of the bootstrap for ``bands``.
    conf_level
        At least 0.5 and below 1.

    Returns
    -------
    GroupTimeEffects
        With at least 30 units, and 10 in every group and among those who never join, worth more than three of equal
        size, limits come from leaving out one unit at a time (method ``jackknife``). With fewer those are too narrow,
        and the dates of joining are exchanged between units instead (method ``permutation``): all ways when there are
        at most 5,000, otherwise ``draws`` of them, each measured against its own spread; limits by inversion for an
        effect that is the same for all. Refused when there are so few ways that p cannot reach ``1 - conf_level``.

    Raises
    ------
    EstimationError
        When columns are missing or the rows make no balanced panel; all that is wrong is told at once.

    Source: Callaway and Sant'Anna 2021, Journal of Econometrics 225:200-230; MacKinnon, Nielsen and Webb 2023, Journal
    of Applied Econometrics 38:671-694, for leaving out; Roth and Sant'Anna 2023, Journal of
    Political Economy Microeconomics 1:669-709, for exchanged dates.

    Examples
    --------
    >>> import polars as pl
    >>> import evalkit as ek
    >>> areas = pl.DataFrame({
    ...     "area": [f"area {one}" for one in range(6) for _ in range(3)],
    ...     "year": [2022, 2023, 2024] * 6,
    ...     "joined": [2023] * 6 + [2024] * 3 + [None] * 9,
    ...     "found": [10, 15, 16, 8, 12, 12, 9, 9, 14, 11, 10, 11, 12, 13, 12, 10, 10, 10],
    ...     "visits": [100.0] * 18,
    ... })
    >>> found = ek.group_time_effects(
    ...     areas, unit="area", period="year", count="found", exposure="visits", joined="joined"
    ... )
    >>> round(found.overall.estimate, 2), round(found.overall.p_value, 3), found.overall.method
    (1.54, 0.017, 'permutation')
    """
    given = GroupedArguments("group_time_effects()")
    asked = _Asked(
        never_only=given.word("control", control, ("not_yet", "never")) == "never",
        scale=_SCALES[given.word("scale", scale, tuple(_SCALES))],
        universal=given.word("base", base, ("varying", "universal")) == "universal",
        anticipation=whole(given, "anticipation", anticipation, 0, _MOST_ANTICIPATION),
        classical=given.word("errors", errors, ("jackknife", "influence")) == "influence",
        draws=whole(given, "draws", draws, 1, _MOST_DRAWS),
        seed=whole(given, "seed", seed, 0, 2**63),
        conf_level=given.conf_level(conf_level),
    )
    names = Names(unit, period, count, exposure, joined, weights, cluster)
    data = read(given, frame, names, ratio=asked.ratio)
    return _effects(data.later_than(asked.anticipation), asked)


def _effects(data: JoiningFrame, asked: _Asked) -> GroupTimeEffects:
    from evalkit.inference.group_time import effects, plan_cells

    panel = data.panel
    plan = plan_cells(
        panel.joined,
        panel.periods,
        never_only=asked.never_only,
        universal=asked.universal,
        anticipation=asked.anticipation,
    )
    reason = _refused(data, plan, asked)
    if reason is not None:
        return _nothing(reason, asked)
    found = effects(panel, plan)
    return (_by_errors if _clusters(data).enough else _exchanged)(data, found, asked)


def _nothing(reason: Statement, asked: _Asked) -> GroupTimeEffects:
    none = refusal(asked.scale, reason, conf_level=asked.conf_level)
    return GroupTimeEffects(
        cells=None, overall=none, by_time_since=None, by_group=None, by_period=None, bands=None, pre_test=None
    )


def _refused(data: JoiningFrame, plan: CellPlan, asked: _Asked) -> Statement | None:
    from evalkit.inference.cluster_jackknife import LEAST_EFFECTIVE
    from evalkit.inference.joining_rule import LEAST_CLUSTERS

    joined, periods = data.panel.joined, data.panel.periods
    if data.missing:
        return refusals.value_missing()
    if not (joined < periods).any():
        return refusals.nobody_joins()
    if asked.never_only and not (joined >= periods).any():
        return refusals.no_never_joined()
    if not (plan.since >= 0).any():
        return refusals.all_join_at_once()
    clusters = _clusters(data)
    if data.cluster is not None and not clusters.many:
        return refusals.too_few_clusters(LEAST_CLUSTERS)
    alike = data.cluster is None or clusters.enough
    return None if alike else refusals.too_few_effective_clusters(clusters.least_worth, LEAST_EFFECTIVE)


def _clusters(data: JoiningFrame) -> Clusters:
    from evalkit.inference.joining_rule import Clusters

    return Clusters.of(data.panel.joined, data.panel.periods, data.cluster, sizes=data.panel.top.sum(axis=1))


def _exchanged(data: JoiningFrame, found: GroupTime, asked: _Asked) -> GroupTimeEffects:
    from evalkit.inference import join_dates
    from evalkit.inference.group_time_averages import Average, plan_average

    panel, plan = data.panel, found.plan
    drawn = join_dates.assignments(
        panel.joined, most_exact=MOST_EXACT, draws=asked.draws, generator=np.random.default_rng(asked.seed)
    )
    least = drawn.least(asked.conf_level)
    if least is not None:
        return _nothing(refusals.too_few_ways_to_join(least), asked)
    kinds = (Average.SINCE, Average.GROUP, Average.PERIOD)
    plans = {kind: plan_average(plan, kind) for kind in kinds}
    sets = [np.eye(plan.kind.size), *(plans[kind].coefficients for kind in kinds)]
    overall = plans[Average.GROUP].overall_coefficients[None, :]
    test = join_dates.randomised(panel, plan, np.concatenate([*sets, overall]), drawn, conf_level=asked.conf_level)
    ends = np.cumsum([len(one) for one in [*sets, overall]])
    parts = [
        Rows(test.estimate[part], test.low[part], test.high[part], test.p_value[part])
        for part in (slice(end - size, end) for end, size in zip(ends, map(len, [*sets, overall]), strict=True))
    ]
    told = _told(len(drawn.joined), asked.seed, exact=drawn.exact)
    before = np.eye(plan.kind.size)[plan.before]
    largest = join_dates.largest(panel, plan, before, drawn) if len(before) else None
    named = {kind: plans[kind].label for kind in kinds}
    pre_test = None if largest is None else Tested("largest difference before joining, dates exchanged", *largest)
    return _answer(data, found, asked, parts, named, method=Method.PERMUTATION, told=told, pre_test=pre_test)


def _told(number: int, seed: int, *, exact: bool) -> tuple[Statement, ...]:
    compared = (
        caveats.all_assignments(number, 1 / number)
        if exact
        else caveats.drawn_assignments(number - 1, 1 / number, seed)
    )
    return (compared, caveats.join_dates_by_chance())


def _by_errors(data: JoiningFrame, found: GroupTime, asked: _Asked) -> GroupTimeEffects:
    from evalkit.inference.group_time_averages import Average, plan_average

    plans = {kind: plan_average(found.plan, kind) for kind in (Average.SINCE, Average.GROUP, Average.PERIOD)}
    rows = [
        np.eye(found.plan.kind.size),
        *(plan.coefficients for plan in plans.values()),
        plans[Average.GROUP].overall_coefficients[None, :],
    ]
    parts = _errors(data, found, rows, asked)
    named = {kind: plan.label for kind, plan in plans.items()}
    pre_test = parts[0].all_zero(found.plan.before, asked.draws, asked.seed)
    told = (caveats.classical_errors(),) if asked.classical else ()
    method = Method.INFLUENCE if asked.classical else Method.JACKKNIFE
    made = _answer(data, found, asked, parts, named, method=method, told=told, pre_test=pre_test)
    since = named[Average.SINCE]
    bands = parts[1].bands(since, asked.draws, asked.seed, conf_level=asked.conf_level, ratio=asked.ratio)
    event = None
    if asked.universal and not asked.anticipation:
        event = parts[1].event(since, _clusters(data).covariance_df, ratio=asked.ratio)
    return replace(made, bands=bands, event=event)


def _errors(data: JoiningFrame, found: GroupTime, rows: list[Floats], asked: _Asked) -> list[Rows]:
    """Limits of averages of cells, ``rows`` of shape ``(rows, cells)`` each."""
    from evalkit.inference import multiplier_bootstrap as multiplier
    from evalkit.inference.group_time_averages import averaged, influence
    from evalkit.inference.group_time_jackknife import LeftOut

    clusters = _clusters(data)
    if asked.classical:
        parts = [multiplier.by_cluster(influence(found, one), data.cluster) for one in rows]
        degrees = [np.full(len(one), float(clusters.df)) for one in rows]
    else:
        left = LeftOut.of(data.panel, found, data.cluster)
        parts = [left.parts(one) for one in rows]
        degrees = [clusters.degrees(one) for one in parts]
    mass = found.mass[found.plan.kind]
    every = zip(rows, parts, degrees, strict=True)
    return [Rows.limited(averaged(one, found.estimate, mass), part, df, asked.conf_level) for one, part, df in every]


def _answer(
    data: JoiningFrame,
    found: GroupTime,
    asked: _Asked,
    parts: list[Rows],
    named: dict[Average, NDArray[np.int64]],
    *,
    method: Method,
    told: tuple[Statement, ...],
    pre_test: Tested | None,
) -> GroupTimeEffects:
    import polars as pl

    plan, periods = found.plan, data.periods
    since, group, when = named.values()
    units = np.array([(data.panel.joined == date).sum() for date in plan.group], dtype=np.int64)
    about = pl.DataFrame(
        {
            "joined": periods.gather(plan.group),
            "period": periods.gather(plan.period),
            "base": periods.gather(plan.base),
            "since": plan.since,
            "units": units,
        }
    )
    labels = (
        about,
        pl.DataFrame({"since": since}),
        pl.DataFrame({"joined": periods.gather(group)}),
        pl.DataFrame({"period": periods.gather(when)}),
    )
    series = [
        _series(part.intervals(ratio=asked.ratio), label, asked, method)
        for part, label in zip(parts, labels, strict=False)
    ]
    overall = _overall(data, parts[-1], asked, method=method, told=told)
    return GroupTimeEffects(
        cells=series[0],
        overall=overall,
        by_time_since=series[1],
        by_group=series[2],
        by_period=series[3],
        bands=None,
        pre_test=pre_test,
    )


def _series(found: Intervals, label: pl.DataFrame, asked: _Asked, method: Method) -> EstimateSeries:
    return EstimateSeries(
        scale=asked.scale,
        numbers=numbers_frame(found, {}, len(found.estimate)),
        method=method.value,
        conf_level=asked.conf_level,
        null=asked.null,
        reasons=found.reasons,
        groups=label,
    )


def _overall(data: JoiningFrame, rows: Rows, asked: _Asked, *, method: Method, told: tuple[Statement, ...]) -> Estimate:
    one = rows.intervals(ratio=asked.ratio).at(0)
    assumptions = (caveats.parallel_development(), *told)
    if isinstance(one, Statement):
        return refusal(asked.scale, one, assumptions=assumptions, conf_level=asked.conf_level)
    return Estimate(
        scale=asked.scale,
        status=EstimateStatus.ESTIMATED,
        estimate=one.estimate,
        std_error=one.std_error,
        conf_low=one.low,
        conf_high=one.high,
        conf_level=asked.conf_level,
        p_value=one.p_value,
        null=asked.null,
        events=int(data.panel.top.sum()),
        exposure=float(data.panel.bottom.sum()),
        df=int(rows.df[0]) if rows.df.size else None,
        n_units=data.panel.units,
        n_periods=data.panel.periods,
        method=method.value,
        assumptions=assumptions,
    )
