"""How sure one may be that one rate exceeds another by a given factor."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, overload

from evalkit.comparisons.result import answer
from evalkit.estimates import Estimate
from evalkit.inference.column_arguments import ColumnArguments
from evalkit.inference.faults import FACTOR
from evalkit.inference.method import Method
from evalkit.vocabulary import Scale

if TYPE_CHECKING:
    from evalkit.comparisons.result import Column, Numbers
    from evalkit.estimate_series import EstimateSeries


@overload
def probability_exceeds(
    count: float,
    exposure: float,
    count_ref: float,
    exposure_ref: float,
    *,
    factor: float = ...,
    prior: tuple[float, float] | None = ...,
) -> Estimate: ...
@overload
def probability_exceeds(
    count: Column,
    exposure: Numbers,
    count_ref: Numbers,
    exposure_ref: Numbers,
    *,
    factor: float = ...,
    prior: tuple[float, float] | None = ...,
) -> EstimateSeries: ...
def probability_exceeds(
    count: Numbers,
    exposure: Numbers,
    count_ref: Numbers,
    exposure_ref: Numbers,
    *,
    factor: float = 1.0,
    prior: tuple[float, float] | None = None,
) -> Estimate | EstimateSeries:
    """The probability that the rate is more than ``factor`` times that of the reference, given the counts.

    A Bayesian answer: what a reader who knew nothing beforehand (or what ``prior`` says) may believe after the data.
    It is computed, not simulated, and is itself a statement of uncertainty, so it has no limits: ``conf_low`` and
    ``conf_high`` are ``None``. Without any event it rests on the exposures and the prior alone. It says nothing
    about why the rates differ.

    Parameters
    ----------
    count, exposure
        Events (whole number from 0) and what they are divided by (greater than 0); numbers or columns.
    count_ref, exposure_ref
        The same for the reference, in the same unit.
    factor
        Greater than 0; 1 asks whether the rate is the higher one, 1.5 whether it is more than half as high again.
    prior
        The events, and the exposure, that prior knowledge of either rate amounts to: the shape and the rate of a
        gamma distribution. Left out it is Jeffreys' prior, (0.5, 0).

    Returns
    -------
    Estimate or EstimateSeries
        On the scale ``probability``, between 0 and 1; A series when a column was given; its
        rows with a missing number are refused.

    Raises
    ------
    EstimationError
        When an argument has no meaning; every such argument is told at once.

    Examples
    --------
    >>> import evalkit as ek
    >>> round(ek.probability_exceeds(11, 800.0, 21, 3011.0).estimate, 3)
    0.963
    >>> round(ek.probability_exceeds(11, 800.0, 21, 3011.0, factor=1.5).estimate, 3)
    0.773
    """
    from evalkit.inference import ratios

    given = ColumnArguments("probability_exceeds()")
    counts, exposures, counts_ref, exposures_ref = given.pair(count, exposure, count_ref, exposure_ref)
    times = given.positive("factor", factor, FACTOR)
    believed = given.prior(prior)
    given.done()
    found = answer(
        given,
        Scale.PROBABILITY,
        ratios.exceeds(counts, exposures, counts_ref, exposures_ref, factor=times, prior=believed),
        method=Method.BAYES,
        conf_level=0.95,
        events=counts + counts_ref,
        exposure=exposures + exposures_ref,
    )
    return _without_limits(found)


def _without_limits(found: Estimate | EstimateSeries) -> Estimate | EstimateSeries:
    if isinstance(found, Estimate):
        return replace(found, conf_low=None, conf_high=None)
    import polars as pl

    limits = [pl.lit(None, dtype=pl.Float64).alias(name) for name in ("conf_low", "conf_high")]
    return replace(found, numbers=found.numbers.with_columns(limits))
