"""Equivalence and non-inferiority: whether a difference is shown, and whether it is smaller than the margin."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, overload

from evalkit import refusals
from evalkit.equivalences import Equivalence, EquivalenceSeries
from evalkit.errors import known_names
from evalkit.estimands import Margin
from evalkit.estimates import Estimate
from evalkit.inference.arguments import Arguments, is_number
from evalkit.inference.column_arguments import ColumnArguments
from evalkit.inference.method import Method
from evalkit.language import Text, same
from evalkit.vocabulary import GoodDirection, Scale

if TYPE_CHECKING:
    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

    from evalkit.comparisons.result import Numbers

RATE_EQUIVALENCE_METHODS = (Method.SCORE, Method.MIDP, Method.EXACT)
RATIOS = frozenset({Scale.RATE_RATIO, Scale.RATIO_OF_RATE_RATIOS})
DIFFERENCES = frozenset({Scale.RATE_DIFFERENCE, Scale.PROPORTION_DIFFERENCE, Scale.DURATION_DIFFERENCE})
_CLOSE = 1e-6


def equivalence(
    estimate: Estimate,
    margin: float | tuple[float, float] | Margin,
    *,
    narrower: Estimate | None = None,
    reciprocal: bool = True,
    good: str = "neither",
) -> Equivalence:
    """Hold an estimate of a ratio or a difference against a margin set beforehand.

    Parameters
    ----------
    estimate
        Its interval, of level 1-α, decides whether a difference is shown.
    margin
        0.2 on a ratio is within 20 per cent; on a difference it is in the estimate's own unit (days, events per
        exposure, shares). Or both limits on the scale of the estimate, such as ``(0.8, 1.25)``.
        For a percentage of a sum in SEK compare the sums as a ratio.
    narrower
        The same estimate at level 1-2α (0.90 beside 0.95), which is what two one-sided tests at α ask for. Left out,
        the interval of ``estimate`` is used for both, and the one-sided tests are at α/2: stricter.
    reciprocal
        Whether 0.2 on a ratio means 1/1.2 to 1.2 (swapping the sides changes nothing) or 0.8 to 1.2.
    good
        ``higher``, ``lower`` or ``neither``: what the metric's code book says.

    Returns
    -------
    Equivalence
        Refused, with the estimate's own reason, where there is no estimate.

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
    if estimate.scale not in RATIOS | DIFFERENCES:
        what = Text("Skattningen är varken en kvot eller en skillnad.", "The estimate is no ratio and no difference.")
        _note(given, "no_comparison", "estimate", what, same("rate_ratio, rate_difference"))
    direction = _direction(given, good)
    limits = checked_margin(given, margin, is_ratio=estimate.scale in RATIOS, reciprocal=reciprocal)
    if narrower is not None and not _is_same_but_narrower(estimate, narrower):
        what = Text(
            "narrower är inte samma skattning på nivån 1−2α.", "narrower is not the same estimate at level 1-2α."
        )
        _note(given, "not_narrower", "narrower", what, same("conf_level = 2 * estimate.conf_level - 1"))
    given.done()
    return held_against(estimate, limits, narrower=narrower, good=direction)


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
    p_above_low, p_below_high = _p_values(estimate, margin)
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
        method=estimate.method,
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
    count: pl.Series,
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
        the interval of level 1-α.

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
    direction = _direction(given, good)
    limits = checked_margin(given, margin, is_ratio=True, reciprocal=reciprocal)
    wanted = given.method(method, RATE_EQUIVALENCE_METHODS)
    if not (is_number(alpha) and 0 < alpha < _HALF):
        what = Text("alpha ligger inte mellan 0 och 0,5.", "alpha does not lie between 0 and 0.5.")
        _note(given, "alpha_outside", "alpha", what, same("0.05"))
    given.done()
    frame = _tested((counts, exposures, others, beside), limits, wanted, alpha)
    refused = (counts + others == 0) | given.missing
    terms = _Terms(limits, direction, wanted, alpha)
    if given.rows is None:
        return terms.single(frame, refused=bool(refused))
    return terms.series(frame, (counts + others == 0), given)


_HALF = 0.5
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
        place = np.where(given.missing, 1, np.where(np.broadcast_to(empty, rows), 0, -1)).astype(np.int8)
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
            reasons=(refusals.no_events(), refusals.value_missing()),
        )


def _p_values(estimate: Estimate, margin: Margin) -> tuple[float | None, float | None]:
    """The one-sided p-values of an estimate whose interval is built from its standard error; otherwise none."""
    from scipy import special

    is_ratio = estimate.scale in RATIOS
    if estimate.std_error is None or estimate.estimate is None or estimate.conf_high is None:
        return None, None
    if is_ratio and not (estimate.estimate > 0 and margin.low > 0 and math.isfinite(estimate.conf_high)):
        return None, None
    centre, high = (_on_scale(number, is_ratio) for number in (estimate.estimate, estimate.conf_high))
    outer = (1 - estimate.conf_level) / 2
    quantile = -(special.ndtri(outer) if estimate.df is None else special.stdtrit(estimate.df, outer))
    if estimate.std_error <= 0 or not math.isclose(high - centre, quantile * estimate.std_error, rel_tol=_CLOSE):
        return None, None
    gaps = (_on_scale(margin.low, is_ratio) - centre, centre - _on_scale(margin.high, is_ratio))
    steps = [gap / estimate.std_error for gap in gaps]
    tails = [special.ndtr(step) if estimate.df is None else special.stdtr(estimate.df, step) for step in steps]
    return float(tails[0]), float(tails[1])


def _on_scale(number: float, is_ratio: bool) -> float:  # noqa: FBT001 - private, and read at one place
    return math.log(number) if is_ratio else number


def checked_margin(
    given: Arguments, margin: float | tuple[float, float] | Margin, *, is_ratio: bool, reciprocal: bool
) -> Margin:
    """The margin on the scale of the estimate; a fault when it does not enclose "no difference"."""
    null = 1.0 if is_ratio else 0.0
    found = _limits(margin, is_ratio=is_ratio, reciprocal=reciprocal)
    if found is not None and found.low < null < found.high and (found.low > 0 or not is_ratio):
        return found
    what = Text("Marginalen omsluter inte läget utan skillnad.", "The margin does not enclose no difference.")
    accepted = Text(
        "0.2, eller gränserna (0.8, 1.25) för en kvot och (-2, 2) för en skillnad",
        "0.2, or the limits (0.8, 1.25) for a ratio and (-2, 2) for a difference",
    )
    _note(given, "margin_wrong", "margin", what, accepted)
    return Margin.of_ratio(1.0)


def _limits(margin: float | tuple[float, float] | Margin, *, is_ratio: bool, reciprocal: bool) -> Margin | None:
    if isinstance(margin, Margin):
        return margin
    if is_number(margin):
        if not 0 < margin < math.inf:
            return None
        return Margin.of_ratio(margin, reciprocal=reciprocal) if is_ratio else Margin.of_difference(margin)
    if isinstance(margin, tuple) and len(margin) == 2 and all(is_number(end) for end in margin):  # noqa: PLR2004
        low, high = margin
        return Margin(low=low, high=high) if -math.inf < low < high < math.inf else None
    return None


def _direction(given: Arguments, good: object) -> GoodDirection:
    words = [direction.value for direction in GoodDirection]
    if isinstance(good, str) and good in words:
        return GoodDirection(good)
    what = Text("good är inte ett känt ord.", "good is not a known word.")
    _note(given, "unknown_direction", "good", what, known_names(good if isinstance(good, str) else "", words))
    return GoodDirection.NEITHER


def _is_same_but_narrower(estimate: Estimate, narrower: Estimate) -> bool:
    wanted = 2 * estimate.conf_level - 1
    return (
        narrower.scale is estimate.scale
        and narrower.estimate == estimate.estimate
        and math.isclose(narrower.conf_level, wanted, abs_tol=_CLOSE)
    )


def _note(given: Arguments, code: str, name: str, what: Text, accepted: Text) -> None:
    step = Text("Rätta argumentet.", "Correct the argument.")
    given.note(code, name, what=what, accepted=accepted, next_step=step)
