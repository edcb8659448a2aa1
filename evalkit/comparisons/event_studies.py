"""Treated units beside others, bin by bin before and after they started."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from evalkit import caveats, refusals
from evalkit.comparisons import donor_counts
from evalkit.comparisons.donor_counts import DonorCounts
from evalkit.comparisons.permutation import MOST_EXACT, whole
from evalkit.comparisons.placebo_tests import Drawing, judged, series, told_of, unfit
from evalkit.comparisons.result import numbers_frame
from evalkit.estimate_series import EstimateSeries
from evalkit.estimates import Tested
from evalkit.inference.grouped_arguments import GroupedArguments
from evalkit.inference.intervals import Intervals
from evalkit.inference.method import Method
from evalkit.statements import Statement
from evalkit.vocabulary import Scale

if TYPE_CHECKING:
    import polars as pl

    from evalkit.inference.event_study import Coefficients, Whole

_MOST_WIDTH = 10_000
_TOO_FEW = frozenset({"too_few_to_stand_out", "too_few_to_trust"})


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class EventStudy:
    """By how much more the treated units' rate changed than that of others, by time from the start.

    Attributes
    ----------
    effects
        One row per bin but the last before the start, which all are compared with; ``groups`` of the series has
        ``since`` (bins from the start, negative before), ``first`` and ``last`` (its periods). ``None`` when nothing
        could be compared.
    bands
        Limits that hold for all rows at once: ``since``, ``conf_low``, ``conf_high``; ``None`` when p comes from other
        choices of units, where only single limits are made.
    pre_test
        The largest deviation before the start, with p; ``None`` when there is no bin to tell. A large p-value does not
        show that the units developed alike.
    reason
        Why there are no effects; ``None`` when there are.
    """

    effects: EstimateSeries | None
    bands: pl.DataFrame | None
    pre_test: Tested | None
    reason: Statement | None

    def __repr__(self) -> str:
        return f"EventStudy: {self.reason if self.effects is None else repr(self.effects)}"

    def _repr_html_(self) -> str:
        from evalkit.views import reason_view

        return reason_view(self.reason) if self.effects is None else self.effects._repr_html_()


def event_study(
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
    width: int = 1,
    method: str = "permutation",
    draws: int = 9999,
    seed: int = 1,
    conf_level: float = 0.95,
) -> EventStudy:
    """Ratios of the treated units' rate to that of others, by time from the start, over the same just before it.

    Parameters
    ----------
    frame, unit, period, count, exposure, treated, start, donors, left_out
        As for :func:`evalkit.placebo_test`.
    width
        How many of the periods used a bin has, counted from the start both ways; those at the ends may be shorter. All
        are compared with the last bin before the start, so that it should hold more than a few events.
    method
        ``permutation``: p and limits from the same comparison for other choices of units. ``robust``: Poisson
        regression with effects of units and periods, errors that allow any dependence within a unit, Student's t, and
        ``bands``; needs 30 units, 10 of them treated and 10 not.
    draws, seed
        Of choices of units when they are more than 50,000.
    conf_level
        Of each row's interval, and of ``bands`` for all rows together.

    Returns
    -------
    EventStudy
        On the scale ``ratio_of_rate_ratios``. Refused as a whole when a treated unit lacks a figure and when there are
        too few units for the method; a row when a side has no events in its bin or in the base.

    Raises
    ------
    EstimationError
        When arguments do not fit the frame; all that is wrong is told at once.

    Notes
    -----
    Santos Silva and Tenreyro 2006, Review of Economics and Statistics 88:641; MacKinnon and Webb 2020, Journal of
    Econometrics 218:435; Bell and McCaffrey 2002, Survey Methodology 28:169. The two methods give the same ratios when
    each unit's exposure follows the same course.

    Examples
    --------
    >>> import numpy as np
    >>> import polars as pl
    >>> import evalkit as ek
    >>> rng = np.random.default_rng(1)
    >>> rows = [(u, t, int(rng.poisson(50 * (1 + (u == 7 and t >= 6)))), 1.0) for u in range(22) for t in range(12)]
    >>> frame = pl.DataFrame(rows, schema=["area", "month", "found", "visits"], orient="row")
    >>> made = ek.event_study(
    ...     frame, unit="area", period="month", count="found", exposure="visits", treated=7, start=6, width=3
    ... )
    >>> made.effects.groups["since"].to_list(), [round(one.estimate, 1) for one in made.effects]
    ([-2, 0, 1], [1.2, 2.1, 2.0])
    """
    given = GroupedArguments("event_study()")
    how = given.method(method, (Method.PERMUTATION, Method.ROBUST))
    size = whole(given, "width", width, 1, _MOST_WIDTH)
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
    reason = unfit(panel)
    if reason is not None:
        return _nothing(reason)
    return (_by_chance if how is Method.PERMUTATION else _by_robust)(panel, size, drawing)


def _by_chance(given: DonorCounts, width: int, drawing: Drawing) -> EventStudy:
    from evalkit.inference import event_study, randomisation

    panel = given.told()
    since = event_study.bins(len(panel.periods), panel.before, width)
    told = np.unique(since[since != event_study.BASE])
    changes = {one: panel.between(since == event_study.BASE, since == one) for one in told.tolist()}
    found = [judged(drawing.placebo(panel, one), panel.treated, drawing) for one in changes.values()]
    few = next((one for one in found if isinstance(one, Statement) and one.code in _TOO_FEW), None)
    if few is not None:
        return _nothing(few)
    tested = next((one for one in found if not isinstance(one, Statement)), None)
    largest = randomisation.largest(
        [change for one, change in changes.items() if one < 0],
        panel.is_treated,
        draws=drawing.draws,
        most_exact=MOST_EXACT,
        generator=np.random.default_rng(drawing.seed),
    )
    donors = len(given.units) - given.treated
    beside = () if tested is None else told_of(tested, drawing, len(given.units) - len(panel.units), donors)
    return EventStudy(
        effects=series(found, _label(panel, since, told), drawing.level, beside),
        bands=None,
        pre_test=None if largest is None else Tested("largest difference before the start, units exchanged", *largest),
        reason=None,
    )


def _by_robust(given: DonorCounts, width: int, drawing: Drawing) -> EventStudy:
    from evalkit.inference import event_study

    panel = given.told()
    since = event_study.bins(len(panel.periods), panel.before, width)
    found = event_study.clustered(
        panel.counts,
        panel.exposures,
        panel.is_treated,
        since,
        conf_level=drawing.level,
    )
    if isinstance(found, Statement):
        return _nothing(found)
    name = "largest difference before the start, Bonferroni"
    return EventStudy(
        effects=_series(found, _label(panel, since, found.since), drawing.level),
        bands=_bands(found),
        pre_test=None if found.before is None else Tested(name, *found.before),
        reason=None,
    )


def _series(found: Coefficients, label: pl.DataFrame, level: float) -> EstimateSeries:
    unknown = ~np.isfinite(found.std_error)
    numbers = (np.where(unknown, 0.0, one) for one in (found.estimate, found.low, found.high))
    estimate, low, high = (np.exp(one) for one in numbers)
    made = Intervals(estimate=estimate, low=low, high=high, p_value=found.p_value, std_error=found.std_error)
    made = made.refuse(unknown, refusals.no_events_in_period())
    return EstimateSeries(
        scale=Scale.RATIO_OF_RATE_RATIOS,
        numbers=numbers_frame(made, {}, found.since.size),
        method=Method.ROBUST.value,
        conf_level=level,
        null=1.0,
        reasons=made.reasons,
        groups=label,
        assumptions=(caveats.others_unaffected(),),
    )


def _bands(found: Coefficients) -> pl.DataFrame:
    import polars as pl

    reach = found.band * found.std_error
    limits = {"conf_low": np.exp(found.estimate - reach), "conf_high": np.exp(found.estimate + reach)}
    return pl.DataFrame({"since": found.since, **limits}).fill_nan(None)


def _label(panel: DonorCounts, since: Whole, told: Whole) -> pl.DataFrame:
    import polars as pl

    places = [np.flatnonzero(since == one) for one in told]
    return pl.DataFrame(
        {
            "since": told,
            "first": pl.Series([panel.periods[at[0]] for at in places]),
            "last": pl.Series([panel.periods[at[-1]] for at in places]),
        }
    )


def _nothing(reason: Statement) -> EventStudy:
    return EventStudy(effects=None, bands=None, pre_test=None, reason=reason)
