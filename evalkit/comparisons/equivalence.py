"""Equivalence and non-inferiority: whether a difference is shown, and whether it is smaller than the margin."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, overload

from evalkit import refusals
from evalkit.comparisons.margin_arguments import (
    are_same_but_narrower,
    checked_margin,
    good_direction,
    note_holding_all,
    note_margin,
    note_no_estimate,
)
from evalkit.equivalences import Equivalence, EquivalenceSeries
from evalkit.estimands import Margin
from evalkit.estimate_series import EstimateSeries
from evalkit.estimates import Estimate, Estimates
from evalkit.inference.arguments import Arguments, is_number
from evalkit.inference.column_arguments import ColumnArguments
from evalkit.inference.method import Method
from evalkit.language import Text, same
from evalkit.vocabulary import GoodDirection, Scale

if TYPE_CHECKING:
    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

    from evalkit.comparisons.result import Column, Numbers

RATE_EQUIVALENCE_METHODS = (Method.SCORE, Method.MIDP, Method.EXACT)
RATIOS = frozenset(
    {
        Scale.RATE_RATIO,
        Scale.RATIO_OF_RATE_RATIOS,
        Scale.PROPORTION_RATIO,
        Scale.DURATION_RATIO,
        Scale.SLOPE_RATIO,
    }
)
DIFFERENCES = frozenset(
    {Scale.RATE_DIFFERENCE, Scale.PROPORTION_DIFFERENCE, Scale.DURATION_DIFFERENCE, Scale.MEAN_DIFFERENCE}
)
_COMPARED = ", ".join(sorted(scale.value for scale in RATIOS | DIFFERENCES))


@overload
def equivalence(
    estimate: Estimate,
    margin: float | tuple[float, float] | Margin,
    *,
    narrower: Estimate | None = ...,
    reciprocal: bool = ...,
    good: str = ...,
) -> Equivalence: ...
@overload
def equivalence(
    estimate: EstimateSeries,
    margin: float | tuple[float, float] | Margin,
    *,
    narrower: EstimateSeries | None = ...,
    reciprocal: bool = ...,
    good: str = ...,
) -> EquivalenceSeries: ...
@overload
def equivalence(
    estimate: Estimates,
    margin: float | tuple[float, float] | Margin,
    *,
    narrower: Estimates | None = ...,
    reciprocal: bool = ...,
    good: str = ...,
) -> tuple[Equivalence, ...]: ...
def equivalence(
    estimate: Estimate | EstimateSeries | Estimates,
    margin: float | tuple[float, float] | Margin,
    *,
    narrower: Estimate | EstimateSeries | Estimates | None = None,
    reciprocal: bool = True,
    good: str = "neither",
) -> Equivalence | EquivalenceSeries | tuple[Equivalence, ...]:
    """Hold an estimate of a ratio or a difference against a margin set beforehand.

    Parameters
    ----------
    estimate
        A ratio (of rates, shares, mean times, yearly changes, or of rate ratios) or a difference (of rates, shares,
        mean times, means). Its interval, of level 1-α, decides whether a difference is shown. A series is held against
        the margin row by row, in one go, and so are the estimates of a plan, which must all be ratios or all
        differences.
    margin
        0.2 on a ratio is within 20 per cent (1 or more is refused, for 20 is seldom meant); on a difference it is in
        the estimate's own unit (days, events per exposure, shares). Or both limits on the scale of the estimate, such
        as ``(0.8, 1.25)``. For a percentage of a sum in SEK compare the sums as a ratio.
    narrower
        The same estimate by the same method at level 1-2α (0.90 beside 0.95), which is what two one-sided tests at α
        ask for. Left out, the interval of ``estimate`` is used for both, and the one-sided tests are at α/2: stricter.
    reciprocal
        Whether 0.2 on a ratio means 1/1.2 to 1.2 (swapping the sides changes nothing) or 0.8 to 1.2.
    good
        ``higher``, ``lower`` or ``neither``: what the metric's code book says.

    Returns
    -------
    Equivalence, EquivalenceSeries or tuple of Equivalence
        As one estimate, a series or the estimates of a plan was given. Refused, with the estimate's own reason, where
        there is no estimate.

    Raises
    ------
    EstimationError
        When an argument has no meaning, or the scale is neither a ratio nor a difference.

    Source: Schuirmann 1987, Journal of Pharmacokinetics and Biopharmaceutics 15:657-680.

    Examples
    --------
    >>> import evalkit as ek
    >>> found = ek.equivalence(ek.rate_ratio(500, 1.0, 510, 1.0), margin=0.2)
    >>> found.verdict.text.sv, found.conf_level
    ('likvärdiga inom marginalen', 0.95)
    """
    given = Arguments("equivalence()")
    if note_no_estimate(given, estimate, Estimate, EstimateSeries, Estimates):
        given.done()
    scales = {one.scale for one in estimate} if isinstance(estimate, Estimates) else {estimate.scale}
    if not (scales and (scales <= RATIOS or scales <= DIFFERENCES)):
        what = Text("Skattningen är varken en kvot eller en skillnad.", "The estimate is no ratio and no difference.")
        note_margin(given, "no_comparison", "estimate", what, same(_COMPARED))
    direction = good_direction(given, good)
    limits = checked_margin(given, margin, is_ratio=scales <= RATIOS, reciprocal=reciprocal)
    if Scale.PROPORTION_DIFFERENCE in scales:
        note_holding_all(given, limits)
    if narrower is not None and not are_same_but_narrower(estimate, narrower):
        what = Text(
            "narrower är inte samma skattning, med samma metod, på nivån 1−2α.",
            "narrower is not the same estimate, by the same method, at level 1-2α.",
        )
        note_margin(given, "not_narrower", "narrower", what, same("conf_level = 2 * estimate.conf_level - 1"))
    given.done()
    if isinstance(estimate, EstimateSeries):
        inner = narrower if isinstance(narrower, EstimateSeries) else estimate
        return _series_held(estimate, limits, inner, direction)
    if isinstance(estimate, Estimates):
        beside = narrower if isinstance(narrower, Estimates) else [None] * len(estimate)
        return tuple(
            held_against(one, limits, narrower=other, good=direction)
            for one, other in zip(estimate, beside, strict=True)
        )
    other = narrower if isinstance(narrower, Estimate) else None
    return held_against(estimate, limits, narrower=other, good=direction)


def _series_held(
    series: EstimateSeries, margin: Margin, narrower: EstimateSeries, good: GoodDirection
) -> EquivalenceSeries:
    import polars as pl

    null = 1.0 if series.scale in RATIOS else 0.0
    wide = series.numbers.select(*_NAMES[:3], reason=pl.col("reason").cast(pl.Int8))
    inner = narrower.numbers.select(pl.col("conf_low").alias("tost_low"), pl.col("conf_high").alias("tost_high"))
    # A row that is refused at one of the levels only has the reason of that one.
    late = narrower.numbers.select((pl.col("reason") + len(series.reasons)).cast(pl.Int8).alias("late"))
    frame = pl.concat([wide, inner, late], how="horizontal").with_columns(pl.coalesce("reason", "late").alias("reason"))
    there = pl.col("reason").is_null()
    above, below = _p_values(series.numbers, series.scale, series.conf_level, margin)
    frame = frame.with_columns(above.alias("p_above_low"), below.alias("p_below_high")).with_columns(
        differs=there & ((pl.col("conf_low") > null) | (pl.col("conf_high") < null)),
        is_within=there & (pl.col("tost_low") > margin.low) & (pl.col("tost_high") < margin.high),
    )
    return EquivalenceSeries(
        numbers=frame.with_columns(pl.when(there).then(pl.col(_NAMES))).select(
            *_NAMES, "differs", "is_within", "reason"
        ),
        scale=series.scale,
        margin=margin,
        good=good,
        conf_level=series.conf_level,
        tost_level=narrower.conf_level,
        method=str(series.method),
        reasons=(*series.reasons, *narrower.reasons),
        groups=series.groups,
    )


def held_against(
    estimate: Estimate, margin: Margin, *, narrower: Estimate | None = None, good: GoodDirection
) -> Equivalence:
    """The same for arguments that are known to be sound, as those of a plan are."""
    inner = narrower if narrower is not None else estimate
    if estimate.estimate is None or inner.conf_low is None or inner.conf_high is None:
        return Equivalence(
            scale=estimate.scale,
            margin=margin,
            good=good,
            conf_level=estimate.conf_level,
            tost_level=inner.conf_level,
            reason=estimate.reason or inner.reason,
        )
    low, high = estimate.conf_low, estimate.conf_high
    null = 1.0 if estimate.scale in RATIOS else 0.0
    p_above_low, p_below_high = _p_values_of_one(estimate, margin)
    return Equivalence(
        scale=estimate.scale,
        margin=margin,
        good=good,
        conf_level=estimate.conf_level,
        tost_level=inner.conf_level,
        estimate=estimate.estimate,
        conf_low=low,
        conf_high=high,
        tost_low=inner.conf_low,
        tost_high=inner.conf_high,
        p_above_low=p_above_low,
        p_below_high=p_below_high,
        differs=low is not None and high is not None and not low <= null <= high,
        is_within=margin.low < inner.conf_low and inner.conf_high < margin.high,
        method=None if estimate.method is None else str(estimate.method),
    )


@overload
def rate_equivalence(
    count: float,
    exposure: float,
    count_ref: float,
    exposure_ref: float,
    margin: float | tuple[float, float] | Margin,
    *,
    reciprocal: bool = ...,
    good: str = ...,
    method: str = ...,
    alpha: float = ...,
) -> Equivalence: ...
@overload
def rate_equivalence(
    count: Column,
    exposure: Numbers,
    count_ref: Numbers,
    exposure_ref: Numbers,
    margin: float | tuple[float, float] | Margin,
    *,
    reciprocal: bool = ...,
    good: str = ...,
    method: str = ...,
    alpha: float = ...,
) -> EquivalenceSeries: ...
def rate_equivalence(
    count: Numbers,
    exposure: Numbers,
    count_ref: Numbers,
    exposure_ref: Numbers,
    margin: float | tuple[float, float] | Margin,
    *,
    reciprocal: bool = True,
    good: str = "neither",
    method: str = "score",
    alpha: float = 0.05,
) -> Equivalence | EquivalenceSeries:
    """Whether two rates are alike within a margin on their ratio, by two one-sided conditional tests.

    Parameters
    ----------
    count, exposure, count_ref, exposure_ref
        Events and what they are divided by, on both sides; numbers or columns.
    margin, reciprocal, good
        As in :func:`evalkit.equivalence`, on the ratio scale.
    method
        ``score`` (closest to the level), ``midp`` (wider for few events) or ``exact`` (never above the level).
    alpha
        Of each one-sided test; the interval inside the margin then has level 1-2α, and the difference is judged by
        the interval of level 1-α. Above 0 and at most 0.25: no interval of a level below one half is given anywhere.

    Returns
    -------
    Equivalence or EquivalenceSeries
        A series when a column was given. Refused where there are no events at all.

    Raises
    ------
    EstimationError
        When an argument has no meaning; every such argument is told at once.

    Source: Przyborowski and Wilenski 1940, Biometrika 31:313-323; Schuirmann 1987 (TOST).

    Examples
    --------
    >>> import evalkit as ek
    >>> found = ek.rate_equivalence(60, 51477.5, 30, 54308.7, (0.8, 1.25), method="exact")
    >>> found.verdict.text.sv, round(found.p_above_low, 6)
    ('skillnad visad', 6e-06)
    """
    given = ColumnArguments("rate_equivalence()")
    counts, exposures, others, beside = given.pair(count, exposure, count_ref, exposure_ref)
    direction = good_direction(given, good)
    limits = checked_margin(given, margin, is_ratio=True, reciprocal=reciprocal)
    wanted = given.method(method, RATE_EQUIVALENCE_METHODS)
    if not (is_number(alpha) and 0 < alpha <= _LARGEST_ALPHA):
        what = Text("alpha ligger inte mellan 0 och 0,25.", "alpha does not lie between 0 and 0.25.")
        accepted = Text("ett tal över 0 och högst 0.25, såsom 0.05", "a number above 0 and at most 0.25, such as 0.05")
        note_margin(given, "alpha_outside", "alpha", what, accepted)
    given.done()
    frame = _tested((counts, exposures, others, beside), limits, wanted, alpha)
    refused = (counts + others == 0) | given.missing
    terms = _Terms(limits, direction, wanted, alpha)
    if given.rows is None:
        return terms.single(frame, refused=bool(refused))
    return terms.series(frame, (counts + others == 0), given)


# The interval inside the margin has level 1-2α, and an interval has level 0.5 or more.
_LARGEST_ALPHA = 0.25
_NAMES = ("estimate", "conf_low", "conf_high", "tost_low", "tost_high", "p_above_low", "p_below_high")


def _tested(
    columns: tuple[NDArray[np.int64] | NDArray[np.float64], ...], margin: Margin, method: Method, alpha: float
) -> dict[str, NDArray[np.float64]]:
    import numpy as np

    from evalkit.inference import equivalence as tests

    events, exposure, events_ref, exposure_ref = np.broadcast_arrays(*columns)
    sides = tests.TwoRates(events=events, exposure=exposure, events_ref=events_ref, exposure_ref=exposure_ref)
    wide, narrow = (tests.limits(sides, level, method=method) for level in (1 - alpha, 1 - 2 * alpha))
    p_values = tests.above(sides, margin.low, method=method), tests.below(sides, margin.high, method=method)
    return dict(zip(_NAMES, (sides.ratio, *wide, *narrow, *p_values), strict=True))


@dataclass(frozen=True, slots=True)
class _Terms:
    """What all rows of a call share."""

    margin: Margin
    good: GoodDirection
    method: Method
    alpha: float

    def single(self, numbers: dict[str, NDArray[np.float64]], *, refused: bool) -> Equivalence:
        told = {name: float(number) for name, number in numbers.items()}
        differs = not told["conf_low"] <= 1 <= told["conf_high"]
        within = self.margin.low < told["tost_low"] and told["tost_high"] < self.margin.high
        if refused:
            told, differs, within = {}, False, False
        return Equivalence(
            scale=Scale.RATE_RATIO,
            margin=self.margin,
            good=self.good,
            conf_level=1 - self.alpha,
            tost_level=1 - 2 * self.alpha,
            differs=differs,
            is_within=within,
            method=None if refused else self.method.value,
            reason=refusals.no_events() if refused else None,
            **told,
        )

    def series(
        self, numbers: dict[str, NDArray[np.float64]], empty: NDArray[np.bool_], given: ColumnArguments
    ) -> EquivalenceSeries:
        import numpy as np
        import polars as pl

        rows = (given.rows or 0,)
        frame = pl.DataFrame({name: np.broadcast_to(array, rows) for name, array in numbers.items()})
        lacking = np.where(given.missing, 1, np.where(given.empty, 2, -1))
        place = np.where((lacking < 0) & np.broadcast_to(empty, rows), 0, lacking).astype(np.int8)
        there = pl.Series(place < 0)
        low, high, inner_low, inner_high = (pl.col(name) for name in _NAMES[1:5])
        differs = (low > 1) | (high < 1)
        within = (inner_low > self.margin.low) & (inner_high < self.margin.high)
        frame = frame.with_columns(differs=differs & there, is_within=within & there)
        frame = frame.with_columns(pl.when(there).then(pl.col(_NAMES)))
        frame = frame.with_columns(pl.when(~there).then(pl.Series(place)).alias("reason"))
        return EquivalenceSeries(
            numbers=frame,
            scale=Scale.RATE_RATIO,
            margin=self.margin,
            good=self.good,
            conf_level=1 - self.alpha,
            tost_level=1 - 2 * self.alpha,
            method=self.method.value,
            reasons=(refusals.no_events(), refusals.value_missing(), refusals.nothing_to_divide_by()),
        )


def _p_values_of_one(estimate: Estimate, margin: Margin) -> tuple[float | None, float | None]:
    import polars as pl

    frame = pl.DataFrame({name: [getattr(estimate, name)] for name in _WALD}, schema=dict.fromkeys(_WALD, pl.Float64))
    above, below = _p_values(frame, estimate.scale, estimate.conf_level, margin)
    return above[0], below[0]


def _p_values(numbers: pl.DataFrame, scale: Scale, conf_level: float, margin: Margin) -> tuple[pl.Series, pl.Series]:
    import polars as pl

    from evalkit.inference.equivalence import from_errors

    nothing = pl.repeat(None, numbers.height, dtype=pl.Float64, eager=True)
    columns = (
        numbers.get_column(name, default=nothing).cast(pl.Float64).fill_null(math.nan).to_numpy() for name in _WALD
    )
    found = from_errors(*columns, conf_level=conf_level, margin=(margin.low, margin.high), is_ratio=scale in RATIOS)
    above, below = (pl.Series(p_values).fill_nan(None) for p_values in found)
    return above, below


_WALD = ("estimate", "conf_high", "std_error", "df")
