"""One treated unit against a weighted mean of donors that resembled it before the start."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from evalkit import caveats, refusals
from evalkit.comparisons import donor_panels
from evalkit.comparisons.donor_panels import Read
from evalkit.comparisons.synthetic_result import SyntheticControl
from evalkit.estimates import Estimate, refusal
from evalkit.inference.faults import Fault, PositiveFaults
from evalkit.inference.grouped_arguments import GroupedArguments
from evalkit.inference.method import Method
from evalkit.language import Text
from evalkit.statements import Statement
from evalkit.vocabulary import EstimateStatus, Scale

if TYPE_CHECKING:
    import polars as pl

    from evalkit.inference.placebo import PlaceboTest
    from evalkit.inference.predictor_weights import Predictors
    from evalkit.inference.synthetic_control import DonorPanel, Fits

SHORTEST_BEFORE = 8
FEWEST_EVENTS = 20
"""With fewer in the treated unit before the start, single events decide its error, and its place among placebos."""
_IMPORTANCE = ("regression", "variance", "nested")
_SHARE_BEFORE = 2 / 3
_ROUNDING = 1e-9
_AS_LARGE = 0.1
_TIMES_USUAL = 2.0

_MULTIPLE = Text("ett tal större än 0, till exempel 20, 5 eller 2", "a number above 0, such as 20, 5 or 2")
_MULTIPLE_STEP = Text("Utelämna det för att behålla alla.", "Leave it out to keep all.")
_MOST = PositiveFaults(
    Fault(
        "most_mspe_not_a_number", Text("{name} är inte ett tal.", "{name} is not a number."), _MULTIPLE, _MULTIPLE_STEP
    ),
    Fault(
        "most_mspe_not_positive",
        Text("{name} är inte större än 0.", "{name} is not above 0."),
        _MULTIPLE,
        _MULTIPLE_STEP,
    ),
)
_PREDICTORS = Fault(
    "predictors_do_not_fit",
    Text(
        "{name} har inte ett ändligt tal för varje enhet i varje kolumn, eller en kolumn där alla är lika.",
        "{name} do not have a finite number for every unit in every column, or have a column where all are alike.",
    ),
    Text(
        "en rad för varje enhet, med enhetens kolumn och talkolumner",
        "a row per unit: its column, and columns of numbers",
    ),
    Text("Räkna ut medelvärden före starten för varje enhet.", "Work out means before the start for each unit."),
)


@dataclass(frozen=True, slots=True)
class _Wanted:
    cap: float
    demeaned: bool
    importance: str
    most_mspe: float | None
    level: float
    scale: Scale


def synthetic_control(
    frame: pl.DataFrame,
    *,
    unit: str,
    period: str,
    treated: object,
    start: object,
    outcome: str | None = None,
    count: str | None = None,
    exposure: str | None = None,
    donors: Sequence[object] | None = None,
    predictors: pl.DataFrame | None = None,
    importance: str = "regression",
    cap: float = 0.5,
    demeaned: bool = False,
    most_mspe: float | None = None,
    conf_level: float = 0.95,
) -> SyntheticControl:
    """The gap between a unit and the mean of others that fits it before the start, tested by placebos in space.

    Parameters
    ----------
    frame
        One row per unit and period.
    unit, period
        The columns that name them; periods are dates, numbers or text such as 2024-03 whose order in time can be told.
    treated, start
        The treated unit, and the first period with the measure.
    outcome
        The column with the outcome; or else ``count`` and ``exposure``, whose quotient is the outcome.
    donors
        The units to compare with: all others when left out. Leave out those that the measure may have reached.
    predictors
        One row per unit, the column ``unit`` and columns of numbers to match on. Left out, every outcome before is
        matched alike.
    importance
        How much each predictor counts. V is not identified, and programs differ: ``regression`` (of the outcomes
        before on the predictors; the same for all units), ``variance`` (all alike once scaled) or ``nested`` (best
        fit before, sought for every unit on its own; some seconds per unit).
    cap
        The largest weight of one donor. 0.5 is a convention of this library: no single area is the comparison. 1 is
        none, as in the literature.
    demeaned
        Measure each unit from its own mean before, so that courses and not levels are matched.
    most_mspe
        Leave out placebos that fit so many times worse before than the treated unit.
    conf_level
        Of the interval: effects, equal in all periods, that the placebos do not reject.

    Returns
    -------
    SyntheticControl
        ``effect`` is on the scale ``mean_difference``, ``rate_difference`` for a count with its exposure. It has no p
        and infinite limits, and says so, with too few placebos for the level (20 are needed for 95 per cent), with
        fewer than 20 events in the treated unit before, and when that is one of the largest (fewer than a tenth of the
        donors have as many events, and it has more than twice the median). Refused when a value is missing, with fewer
        than 8 periods before, when donors are too few for the cap, when the unit lies outside all donors, when the fit
        before is perfect, and, with predictors, when no constant effect agrees with the gaps.

    Raises
    ------
    EstimationError
        When arguments do not fit the frame; all that is wrong is told at once.

    Notes
    -----
    Abadie, Diamond and Hainmueller 2010, JASA 105:493; interval: Firpo and Possebom 2018, J. Causal Inference 6.
    What is ranked is the mean gap over the unit's own gaps in periods before that its weights were not fitted to; with
    predictors it is the published ratio of mean squared gaps, after to before, which is not calibrated for units of
    unequal size. See docs/statistics/synthetic.md.

    Examples
    --------
    >>> import numpy as np
    >>> import polars as pl
    >>> import evalkit as ek
    >>> rng = np.random.default_rng(1)
    >>> rows = [(u, t, 5 + u % 5 + np.sin(t) + rng.normal(0, 0.3) + 4 * (u == 7 and t >= 10))
    ...         for u in range(22) for t in range(14)]
    >>> frame = pl.DataFrame(rows, schema=["area", "month", "found"], orient="row")
    >>> made = ek.synthetic_control(frame, unit="area", period="month", outcome="found", treated=7, start=10)
    >>> round(made.effect.estimate, 1), round(made.effect.p_value, 3), made.weights.height
    (4.1, 0.045, 21)
    """
    given = GroupedArguments("synthetic_control()")
    wanted = _Wanted(
        donor_panels.share(given, "cap", cap),
        bool(demeaned),
        given.word("importance", importance, _IMPORTANCE),
        None if most_mspe is None else given.positive("most_mspe", most_mspe, _MOST),
        given.conf_level(conf_level),
        Scale.MEAN_DIFFERENCE if count is None else Scale.RATE_DIFFERENCE,
    )
    panel = donor_panels.read(
        given,
        frame,
        unit=unit,
        period=period,
        outcome=outcome,
        count=count,
        exposure=exposure,
        treated=(treated,),
        start=start,
        donors=donors,
    )
    values = None if predictors is None else _predictor_values(given, predictors, unit, panel)
    given.done()
    return _made(panel, values, wanted)


def unfit(panel: Read, cap: float) -> Statement | None:
    """What keeps a panel from any synthetic comparison."""
    if np.isnan(panel.outcomes).any():
        return refusals.value_missing()
    if panel.before < SHORTEST_BEFORE:
        return refusals.too_few_periods_before(SHORTEST_BEFORE)
    # One more than the weights need, as each donor is in turn a placebo.
    least = max(math.ceil(1 / cap - 1e-9), 2) + 1
    return refusals.too_few_donors(least) if len(panel.donors) < least else None


def _made(read: Read, values: NDArray[np.float64] | None, wanted: _Wanted) -> SyntheticControl:
    from evalkit.inference import synthetic_control as kernel

    reason = unfit(read, wanted.cap)
    if reason is None and not wanted.demeaned and kernel.outside_donors(kernel.DonorPanel(read.outcomes, read.before)):
        reason = refusals.outside_donors()
    if reason is not None:
        return _nothing(reason, wanted)
    panel = kernel.DonorPanel(read.outcomes, read.before)
    by = _importances(panel, values, wanted)
    found = kernel.every_unit(panel, cap=wanted.cap, demeaned=wanted.demeaned, by=by)
    told = event_statements(read)
    effect = _effect(found, wanted, told)
    left_out = kernel.leave_one_out(
        panel, found.weights[0], cap=wanted.cap, demeaned=wanted.demeaned, by=by[0] if isinstance(by, tuple) else by
    )
    return SyntheticControl(
        effect=effect,
        gaps=_gaps(read, found),
        weights=weight_frame(read.donors, found.weights[0, 1:]),
        placebos=_placebos(read, found),
        leave_one_out=_frame({"unit": [read.units[row] for row in left_out], "effect": list(left_out.values())}),
        in_time=_in_time(panel, wanted, told),
        share_inside=kernel.share_inside(panel),
    )


def _importances(
    panel: DonorPanel, values: NDArray[np.float64] | None, wanted: _Wanted
) -> Predictors | tuple[Predictors, ...] | None:
    from evalkit.inference.predictor_weights import Importance, weigh

    if values is None:
        return None
    how, early = Importance(wanted.importance), panel.outcomes[:, : panel.before].T
    if how is not Importance.NESTED:
        return weigh(values, early, how)
    return tuple(weigh(values, early, how, cap=wanted.cap, target=row) for row in range(panel.units))


def _effect(found: Fits, wanted: _Wanted, told: tuple[Statement, ...] = ()) -> Estimate:
    from evalkit.inference import placebo

    if found.perfect[0]:
        return refusal(wanted.scale, refusals.fits_perfectly(), conf_level=wanted.level)
    ranked = placebo.by_ratio if found.held_out is None else placebo.by_gap
    test = ranked(found, conf_level=wanted.level, most_mspe=wanted.most_mspe)
    if math.isnan(test.low):
        return refusal(wanted.scale, refusals.no_constant_effect(), conf_level=wanted.level)
    return _estimate(found, test, wanted, told)


def _estimate(found: Fits, test: PlaceboTest, wanted: _Wanted, told: tuple[Statement, ...]) -> Estimate:
    untested = told or placebo_statements(test.placebos, 1 - wanted.level)
    low, high, p_value = (-math.inf, math.inf, None) if untested else (test.low, test.high, test.p_value)
    return Estimate(
        scale=wanted.scale,
        status=EstimateStatus.ESTIMATED,
        estimate=float(found.effect[0]),
        conf_low=low,
        conf_high=high,
        conf_level=wanted.level,
        p_value=p_value,
        null=0.0,
        n_units=len(found.gaps),
        n_periods=found.gaps.shape[1],
        method=Method.PLACEBO.value,
        assumptions=(
            caveats.donors_unaffected(),
            *(untested or (caveats.placebo_donors(test.placebos, test.attainable),)),
            *((refusals.fitted_error(),) if found.held_out is None and not untested else ()),
            caveats.largest_weight(round(float(found.weights[0].max()), 3)),
        ),
    )


def placebo_statements(placebos: int, alpha: float) -> tuple[Statement, ...]:
    """Why the placebos cannot test at ``alpha``; empty when they can.

    With K of them the smallest p is ``1/(K + 1)``, which must be below ``alpha``.
    """
    if 1 / (placebos + 1) < alpha - _ROUNDING:
        return ()
    return (refusals.too_few_placebos(placebos, math.floor(1 / alpha + _ROUNDING)),)


def event_statements(read: Read) -> tuple[Statement, ...]:
    """Why these counts of the one treated unit cannot be tested; empty when they can, and when they are no counts."""
    if read.events_before is None:
        return ()
    treated, donors = read.events_before[0], read.events_before[1:]
    if treated < FEWEST_EVENTS:
        return (refusals.too_few_events_for_placebos(FEWEST_EVENTS),)
    return (refusals.larger_than_donors(),) if too_large(float(treated), donors) else ()


def too_large(treated: float, donors: NDArray[np.float64]) -> bool:
    """Whether so few donors have as many events that the treated unit's place among them says little.

    What drifts from month to month is then most of its error, and chance most of theirs: with strongly autocorrelated
    counts its mean gap is too often the largest (up to 12 per cent at a nominal 5; docs/statistics/synthetic.md).
    """
    return bool((donors >= treated).mean() < _AS_LARGE and treated > _TIMES_USUAL * np.median(donors))


def _in_time(panel: DonorPanel, wanted: _Wanted, told: tuple[Statement, ...]) -> Estimate:
    """The start moved to two thirds of the periods before; on outcomes alone, as predictors may lie after it."""
    from evalkit.inference import synthetic_control as kernel

    earlier = int(panel.before * _SHARE_BEFORE)
    if earlier < SHORTEST_BEFORE:
        return refusal(wanted.scale, refusals.too_few_periods_before(SHORTEST_BEFORE), conf_level=wanted.level)
    cut = panel.cut(start=earlier, end=panel.before)
    if not wanted.demeaned and kernel.outside_donors(cut):
        return refusal(wanted.scale, refusals.outside_donors(), conf_level=wanted.level)
    return _effect(kernel.every_unit(cut, cap=wanted.cap, demeaned=wanted.demeaned), wanted, told)


def _predictor_values(given: GroupedArguments, predictors: pl.DataFrame, unit: str, panel: Read) -> NDArray[np.float64]:
    """Shape ``(predictors, units)``."""
    names = [name for name in predictors.columns if name != unit]
    fits = unit in predictors.columns and names and all(predictors[name].dtype.is_numeric() for name in names)
    rows = {} if not fits else {row[0]: row[1:] for row in predictors.select(unit, *names).iter_rows()}
    if not fits or len(rows) < predictors.height or not set(panel.units) <= set(rows):
        given.fault(_PREDICTORS, "predictors")
        return np.zeros((1, 1))
    values = np.array([[np.nan if one is None else float(one) for one in rows[name]] for name in panel.units]).T
    if not np.isfinite(values).all() or (np.ptp(values, axis=1) <= 0).any():
        given.fault(_PREDICTORS, "predictors")
    return values


def _gaps(read: Read, found: Fits) -> pl.DataFrame:
    outcome, gap = read.outcomes[0], found.gaps[0]
    after = np.arange(len(gap)) >= read.before
    return _frame({"period": read.periods, "outcome": outcome, "synthetic": outcome - gap, "gap": gap, "after": after})


def _placebos(read: Read, found: Fits) -> pl.DataFrame:
    return _frame(
        {
            "unit": read.units,
            "treated": np.arange(len(read.units)) == 0,
            "effect": found.effect,
            "mspe_before": found.mspe_before,
            "mspe_expected": found.mspe_expected,
            "mspe_after": found.mspe_after,
            "ratio": found.ratio,
            "scaled_effect": found.scaled_effect,
        }
    )


def weight_frame(names: Sequence[object], weights: NDArray[np.float64], name: str = "unit") -> pl.DataFrame:
    """Weights by name, the largest first; equal ones in the order given."""
    return _frame({name: names, "weight": weights}).sort("weight", descending=True, maintain_order=True)


def _frame(columns: Mapping[str, Iterable[object]]) -> pl.DataFrame:
    import polars as pl

    return pl.DataFrame({name: pl.Series(name, list(values)) for name, values in columns.items()})


def _nothing(reason: Statement, wanted: _Wanted) -> SyntheticControl:
    import polars as pl

    nothing = refusal(wanted.scale, reason, conf_level=wanted.level)
    return SyntheticControl(
        effect=nothing,
        gaps=pl.DataFrame(),
        weights=pl.DataFrame(),
        placebos=pl.DataFrame(),
        leave_one_out=pl.DataFrame(),
        in_time=nothing,
        share_inside=None,
    )
