"""Several hypotheses tested together: p-values adjusted so that one of many does not stand out by chance alone."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias, overload

import numpy as np
from numpy.typing import NDArray

from evalkit.estimate_series import EstimateSeries
from evalkit.estimates import Estimate, Estimates
from evalkit.inference.adjustment import Adjustment
from evalkit.inference.arguments import Arguments
from evalkit.inference.faults import Fault
from evalkit.inference.given_columns import is_column, nan_as_missing
from evalkit.inference.method import canonical
from evalkit.language import Text
from evalkit.vocabulary import Role

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl

Floats: TypeAlias = NDArray[np.float64]
"""Numbers of any shape; the last axis is the family."""

_TIER = {Role.PRIMARY: 0, Role.SECONDARY: 1}
_GATED = (Adjustment.SERIAL_GATEKEEPING, Adjustment.PARALLEL_GATEKEEPING)
METHODS = tuple(word for word in Adjustment if word is not Adjustment.ROMANO_WOLF)
_P_VALUES = Fault(
    "p_value_outside",
    Text("{name} är inte tal från 0 till 1.", "{name} are not numbers from 0 to 1."),
    Text("p-värden från 0 till 1; tomt för ett test som inte gick att göra", "p-values from 0 to 1; null if not made"),
    Text("Ange p-värdena som de är, inte i procent.", "Give the p-values as they are, not in per cent."),
)
_TIERS = Fault(
    "tiers_do_not_fit",
    Text("{name} passar inte till p-värdena och metoden.", "{name} do not fit the p-values and the method."),
    Text(
        "ett helt tal för varje hypotes, lägst prövas först, och bara med gatekeeping",
        "one whole number for each hypothesis, the lowest tested first, and only with gatekeeping",
    ),
    Text(
        "Ange t.ex. 0 för den primära och 1 för de andra. Estimates tar stegen ur planens roller.",
        "Give 0 for the primary and 1 for the others, say. Estimates take the tiers from the roles of the plan.",
    ),
)
_STATISTICS = Fault(
    "statistics_and_draws_do_not_fit",
    Text("{name} passar inte ihop eller saknar tal.", "{name} do not fit together or lack numbers."),
    Text(
        "teststorheter (…, hypoteser) och dragningar (…, dragningar, hypoteser), minst en dragning, inget tal saknat",
        "statistics (…, hypotheses) and draws (…, draws, hypotheses), at least one draw, no number missing in draws",
    ),
    Text("Räkna samma teststorhet i varje dragning.", "Compute the same statistic in each draw."),
)
_NOT_MADE = Fault(
    "statistic_missing",
    Text("{name} saknar tal för något test.", "{name} lack a number for some test."),
    Text("ett tal för varje hypotes", "a number for each hypothesis"),
    Text(
        "Ta bort testet ur både teststorheterna och dragningarna, eller räkna det som p = 1 med adjust().",
        "Take the test out of both the statistics and the draws, or count it as p = 1 with adjust().",
    ),
)


@overload
def adjust(p_values: Estimates, *, method: str = ..., tiers: None = ...) -> Estimates: ...
@overload
def adjust(p_values: EstimateSeries, *, method: str = ..., tiers: object = ...) -> EstimateSeries: ...
@overload
def adjust(p_values: Estimate, *, method: str = ..., tiers: None = ...) -> Estimate: ...
@overload
def adjust(p_values: pl.Series, *, method: str = ..., tiers: object = ...) -> pl.Series: ...
@overload
def adjust(p_values: Floats | Sequence[float | None], *, method: str = ..., tiers: object = ...) -> Floats: ...
def adjust(
    p_values: Estimates | EstimateSeries | Estimate | pl.Series | Floats | Sequence[float | None],
    *,
    method: str = "holm",
    tiers: object = None,
) -> Estimates | EstimateSeries | Estimate | pl.Series | Floats:
    """P-values adjusted for each other.

    A test that was planned but could not be made (a refusal, a missing p-value) counts in the family as p = 1,
    so that the plan sets the size of the family and not the data. It gets no adjusted p-value itself.

    Parameters
    ----------
    p_values
        A column or list; an array whose last axis is the family, so ``(metrics, hypotheses)`` is one family per
        metric; a series of estimates, whose rows are the family (one estimate is a family of one); or the estimates
        of a plan, whose primary and secondary ones are the family. Descriptive ones have no claim, are not in it and
        are not adjusted.
    method
        ``holm``, ``hochberg`` or ``bonferroni`` for the risk of any false finding; ``bh`` or ``by`` for the
        expected share of false findings; ``serial_gatekeeping`` or ``parallel_gatekeeping`` tier by tier. For
        ``romano_wolf`` use :func:`romano_wolf`, which needs draws.
    tiers
        With gatekeeping: a whole number per hypothesis, the lowest tested first. Estimates take the primary first
        and then the secondary.

    Returns
    -------
    Estimates, EstimateSeries, Estimate, Series or ndarray
        What was given (an array for a list), with adjusted values: in ``p_adjusted`` of each estimate, its ``p_value``
        as it was. Adjust
        estimates after :func:`evalkit.release`, which computes them again and drops what was adjusted before.

    Raises
    ------
    EstimationError
        When p-values lie outside 0 to 1 or ``tiers`` do not fit; everything that is wrong is told at once.

    Notes
    -----
    Holm 1979; Hochberg 1988; Benjamini and Hochberg 1995; Benjamini and Yekutieli 2001; Westfall and Krishen 2001
    (serial); Dmitrienko, Tamhane and Wiens 2008 (parallel).

    Examples
    --------
    >>> import numpy as np
    >>> import evalkit as ek
    >>> ek.adjust(np.array([0.01, 0.04, 0.03]), method="holm").round(3).tolist()
    [0.03, 0.06, 0.06]
    """
    given = Arguments("adjust()")
    wanted = _method(given, method)
    if isinstance(p_values, Estimates):
        if tiers is not None:
            given.fault(_TIERS, "tiers")
        given.done()
        return _estimates_adjusted(p_values, wanted)
    if isinstance(p_values, EstimateSeries | Estimate):
        return _series_adjusted(given, p_values, wanted, tiers)
    numbers = _p_values(given, p_values)
    places = _places(given, tiers, wanted, numbers.shape[-1] if numbers.ndim else 0)
    given.done()
    adjusted = _adjusted(numbers, wanted, places)
    import polars as pl

    return pl.Series(p_values.name, adjusted).fill_nan(None) if isinstance(p_values, pl.Series) else adjusted


def romano_wolf(statistics: Floats, draws: Floats) -> Floats:
    """Adjusted p-values that use how the hypotheses hang together, from draws under the null.

    Parameters
    ----------
    statistics
        Shape ``(…, hypotheses)``: what was observed, larger being more extreme (such as ``abs(t)``). A test that could
        not be made has no draws to be compared with, and is refused: left out it would let the data set the size of
        the family. Leave it out yourself if the plan does, or use :func:`adjust`, where it counts as p = 1.
    draws
        Shape ``(…, draws, hypotheses)``: the same statistic centred at the null, such as ``abs(t* - t)/se*`` of a
        bootstrap or the statistic of each permutation. One row is one draw for all hypotheses together.

    Returns
    -------
    ndarray
        Shape ``(…, hypotheses)``: step-down adjusted p-values, no smaller than 1/(1 + draws).

    Raises
    ------
    EstimationError
        When the shapes do not fit, or a statistic or a draw is no number (nan).

    Notes
    -----
    Romano and Wolf 2005 (Econometrica 73:1237) and 2016 (Statistics and Probability Letters 113:38); with the
    observed value counted among the draws (Phipson and Smyth 2010).

    Examples
    --------
    >>> import numpy as np
    >>> import evalkit as ek
    >>> draws = np.array([[1.0, 0.5], [2.2, 0.1], [0.3, 0.9], [0.2, 0.4]])
    >>> ek.romano_wolf(np.array([3.0, 0.8]), draws).tolist()
    [0.2, 0.4]
    """
    from evalkit.inference import multiplicity

    given = Arguments("romano_wolf()")
    observed, drawn = _floats(statistics), _floats(draws)
    if not _fit_together(observed, drawn):
        given.fault(_STATISTICS, "statistics, draws")
    elif np.isnan(observed).any():
        given.fault(_NOT_MADE, "statistics")
    given.done()
    return multiplicity.romano_wolf(observed, drawn)


def _floats(numbers: object) -> Floats:
    """The numbers, nan where masked; without a dimension when they are none."""
    try:
        return np.ma.filled(np.ma.asarray(numbers, dtype=np.float64), np.nan)
    except (TypeError, ValueError):
        return np.array(np.nan)


def _fit_together(observed: Floats, drawn: Floats) -> bool:
    if observed.ndim == 0 or drawn.ndim != observed.ndim + 1 or drawn.shape[-2] == 0:
        return False
    if (*drawn.shape[:-2], drawn.shape[-1]) != observed.shape:
        return False
    return not (np.isnan(drawn) & ~np.isnan(observed)[..., np.newaxis, :]).any()


def _estimates_adjusted(estimates: Estimates, method: Adjustment) -> Estimates:
    family = [number for number, item in enumerate(estimates.items) if item.role in _TIER]
    members = [estimates.items[number] for number in family]
    p_values = np.array([np.nan if item.p_value is None else item.p_value for item in members])
    tiers = np.array([_TIER[item.role] for item in members], dtype=np.int64)
    adjusted = _adjusted(p_values, method, _by_tier(tiers) if method in _GATED else ())
    items = list(estimates.items)
    for number, p_adjusted in zip(family, adjusted.tolist(), strict=True):
        items[number] = _with_adjusted(items[number], p_adjusted, method)
    return replace(estimates, items=tuple(items))


def _series_adjusted(
    given: Arguments, estimates: EstimateSeries | Estimate, method: Adjustment, tiers: object
) -> EstimateSeries | Estimate:
    """Rows without a p-value count in the family and get no adjusted one."""
    import polars as pl

    if isinstance(estimates, Estimate):
        given.done()
        return _with_adjusted(estimates, np.nan if estimates.p_value is None else estimates.p_value, method)
    nothing = pl.repeat(None, len(estimates), dtype=pl.Float64, eager=True)
    told = estimates.numbers.get_column("p_value", default=nothing)
    places = _places(given, tiers, method, len(estimates))
    given.done()
    adjusted = _adjusted(told.cast(pl.Float64).fill_null(np.nan).to_numpy(), method, places)
    column = pl.Series("p_adjusted", adjusted).fill_nan(None)
    return replace(estimates, numbers=estimates.numbers.with_columns(column), multiplicity=method.value)


def _with_adjusted(item: Estimate, p_adjusted: float, method: Adjustment) -> Estimate:
    if np.isnan(p_adjusted):
        return item.unadjusted()
    return replace(item, p_adjusted=p_adjusted, multiplicity=method.value)


def _adjusted(p_values: Floats, method: Adjustment, places: tuple[NDArray[np.int64], ...]) -> Floats:
    from evalkit.inference import multiplicity

    if not p_values.size:
        return p_values
    if method in _GATED:
        return multiplicity.GATED[method](p_values, places)
    return multiplicity.KERNELS[method](p_values)


def _by_tier(tiers: NDArray[np.int64]) -> tuple[NDArray[np.int64], ...]:
    return tuple(np.flatnonzero(tiers == tier) for tier in np.unique(tiers))


def _method(given: Arguments, method: object) -> Adjustment:
    from evalkit.errors import known_names

    words = [word.value for word in METHODS]
    if canonical(method) in words:
        return Adjustment(canonical(method))
    given.note(
        "unknown_method",
        "method",
        what=Text("Metoden finns inte för adjust().", "adjust() has no such method."),
        accepted=known_names(method if isinstance(method, str) else "", words),
        next_step=Text(
            "Välj en av metoderna ovan; romano_wolf har en egen funktion.",
            "Choose one of the methods above; romano_wolf has a function of its own.",
        ),
    )
    return Adjustment.HOLM


def _p_values(given: Arguments, p_values: object) -> Floats:
    """As floats, nan where one is missing; a stand-in when they are no p-values."""
    import polars as pl

    column = (
        nan_as_missing("p_values", p_values) if is_column(p_values) and not isinstance(p_values, np.ndarray) else None
    )
    if column is not None and (column.dtype.is_numeric() or column.dtype == pl.Null):
        missing = column.is_null().to_numpy()
        numbers = column.cast(pl.Float64).fill_null(1.0).to_numpy()
        wrong = bool((~((numbers >= 0) & (numbers <= 1))).any())
        numbers = np.where(missing, np.nan, numbers)
    elif column is None and isinstance(p_values, np.ndarray) and p_values.ndim and p_values.dtype.kind in "fiu":
        numbers = _floats(p_values)
        wrong = bool(((numbers < 0) | (numbers > 1)).any())
    else:
        numbers, wrong = np.ones(1), True
    if wrong:
        given.fault(_P_VALUES, "p_values")
    return numbers


def _places(given: Arguments, tiers: object, method: Adjustment, size: int) -> tuple[NDArray[np.int64], ...]:
    if method not in _GATED and tiers is None:
        return ()
    numbers = np.asarray([] if tiers is None else tiers)
    if method not in _GATED or numbers.shape != (size,) or numbers.dtype.kind not in "iu":
        given.fault(_TIERS, "tiers")
        return ()
    return _by_tier(numbers.astype(np.int64))
