"""Ratios of rates: one side against another, and how much more one side changed than the other.

The counts are taken to vary by chance only (Poisson). Counts by period, which may vary more, are compared by
the designs.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, overload

import numpy as np

from evalkit.comparisons.result import answer
from evalkit.estimates import Estimate
from evalkit.inference.column_arguments import ColumnArguments
from evalkit.inference.faults import NULL_WITHOUT_TEST, PRIOR_WITHOUT_BAYES
from evalkit.inference.method import Method
from evalkit.vocabulary import Scale

if TYPE_CHECKING:
    from evalkit.comparisons.result import Column, Numbers
    from evalkit.estimate_series import EstimateSeries
    from evalkit.inference.intervals import Intervals

RATE_RATIO_METHODS = (Method.SCORE, Method.EXACT, Method.MIDP, Method.E_TEST, Method.BAYES)
RATIO_OF_RATE_RATIOS_METHODS = (Method.SCORE, Method.MIDP, Method.EXACT)


@overload
def rate_ratio(
    count: float,
    exposure: float,
    count_ref: float,
    exposure_ref: float,
    *,
    method: str = ...,
    conf_level: float = ...,
    null: float | None = ...,
    prior: tuple[float, float] | None = ...,
) -> Estimate: ...
@overload
def rate_ratio(
    count: Column,
    exposure: Numbers,
    count_ref: Numbers,
    exposure_ref: Numbers,
    *,
    method: str = ...,
    conf_level: float = ...,
    null: float | None = ...,
    prior: tuple[float, float] | None = ...,
) -> EstimateSeries: ...
def rate_ratio(
    count: Numbers,
    exposure: Numbers,
    count_ref: Numbers,
    exposure_ref: Numbers,
    *,
    method: str = "score",
    conf_level: float = 0.95,
    null: float | None = None,
    prior: tuple[float, float] | None = None,
) -> Estimate | EstimateSeries:
    """The ratio of two rates, the second being the reference.

    With no event on one side the interval is one-sided: the estimate is 0 or infinity. With none on
    either side there is a refusal.

    Parameters
    ----------
    count, exposure
        Events (whole number from 0) and what they are divided by (greater than 0); numbers or columns.
    count_ref, exposure_ref
        The same for the reference, in the same unit.
    method
        ``score`` (covers about as often as ``conf_level`` says), ``exact`` (conditional, central: never less often,
        and so wider), ``midp`` (between the two), ``e_test`` (the closest to the level, and slow for many rows) or
        ``bayes``.
    conf_level
        At least 0.5 and below 1.
    null
        The ratio that the p-value is against, 1 when left out. ``bayes`` has no p-value and takes none.
    prior
        For ``bayes``: the events, and the exposure, that prior knowledge of either rate amounts to (a gamma
        distribution). Left out it is Jeffreys' prior. With one of your own the estimate is the median of what is
        believed after the data.

    Returns
    -------
    Estimate or EstimateSeries
        On the scale ``rate_ratio``; ``events`` and ``exposure`` are those of both sides together. A series when a
        column was given; its rows with a missing number are refused.

    Raises
    ------
    EstimationError
        When an argument has no meaning; every such argument is told at once.

    Examples
    --------
    >>> import evalkit as ek
    >>> found = ek.rate_ratio(count=2, exposure=17877, count_ref=10, exposure_ref=20000, method="exact")
    >>> round(found.conf_low, 4), round(found.conf_high, 4), round(found.p_value, 4)
    (0.0238, 1.05, 0.0606)
    >>> import polars as pl
    >>> len(ek.rate_ratio(pl.Series([2, 5]), 17877.0, pl.Series([10, 3]), 20000.0))
    2
    """
    given = ColumnArguments("rate_ratio()")
    counts, exposures, counts_ref, exposures_ref = given.pair(count, exposure, count_ref, exposure_ref)
    wanted = given.method(method, RATE_RATIO_METHODS)
    level = given.conf_level(conf_level)
    tested = None if wanted is Method.BAYES else 1.0
    if null is not None:
        tested = given.null("null", null)
        if wanted is Method.BAYES:
            given.fault(NULL_WITHOUT_TEST, "null")
    believed = given.prior(prior)
    if prior is not None and wanted is not Method.BAYES:
        given.fault(PRIOR_WITHOUT_BAYES, "prior")
    given.done()
    if wanted is Method.BAYES:
        from evalkit.inference import ratios

        found = ratios.bayes(counts, exposures, counts_ref, exposures_ref, level, prior=believed)
    else:
        found = _tested_ratio(wanted)(counts, exposures, counts_ref, exposures_ref, level, null=tested)
    return answer(
        given,
        Scale.RATE_RATIO,
        found,
        method=wanted,
        conf_level=level,
        null=tested,
        events=counts + counts_ref,
        exposure=exposures + exposures_ref,
    )


def _tested_ratio(method: Method) -> Callable[..., Intervals]:
    from evalkit.inference import e_test, ratios

    return e_test.ratio if method is Method.E_TEST else ratios.TESTED[method]


@overload
def ratio_of_rate_ratios(
    count_after: float,
    exposure_after: float,
    count_before: float,
    exposure_before: float,
    count_ref_after: float,
    exposure_ref_after: float,
    count_ref_before: float,
    exposure_ref_before: float,
    *,
    method: str = ...,
    conf_level: float = ...,
    null: float = ...,
) -> Estimate: ...
@overload
def ratio_of_rate_ratios(
    count_after: Column,
    exposure_after: Numbers,
    count_before: Numbers,
    exposure_before: Numbers,
    count_ref_after: Numbers,
    exposure_ref_after: Numbers,
    count_ref_before: Numbers,
    exposure_ref_before: Numbers,
    *,
    method: str = ...,
    conf_level: float = ...,
    null: float = ...,
) -> EstimateSeries: ...
def ratio_of_rate_ratios(  # noqa: PLR0917 - eight numbers of one table, in the order it is read
    count_after: Numbers,
    exposure_after: Numbers,
    count_before: Numbers,
    exposure_before: Numbers,
    count_ref_after: Numbers,
    exposure_ref_after: Numbers,
    count_ref_before: Numbers,
    exposure_ref_before: Numbers,
    *,
    method: str = "score",
    conf_level: float = 0.95,
    null: float = 1.0,
) -> Estimate | EstimateSeries:
    """How much more one side changed than the reference did: a difference in differences on counts.

    The rate after over the rate before, divided by the same quotient for the reference. An empty cell
    makes the interval one-sided; a side or a period without any event makes a refusal.

    Parameters
    ----------
    count_after, exposure_after, count_before, exposure_before
        Events (whole numbers from 0) and what they are divided by (greater than 0); numbers or columns.
    count_ref_after, exposure_ref_after, count_ref_before, exposure_ref_before
        The same for the reference.
    method
        ``score`` (covers about as often as ``conf_level`` says), or ``midp`` or ``exact``, both conditional on the
        margins and central. ``exact`` never covers less often than ``conf_level`` says, at the price of being wide.
    conf_level
        At least 0.5 and below 1.
    null
        The ratio that the p-value is against.

    Returns
    -------
    Estimate or EstimateSeries
        On the scale ``ratio_of_rate_ratios``; ``events`` and ``exposure`` are those of the four cells together. A
        series when a column was given; its rows with a missing number are refused.

    Raises
    ------
    EstimationError
        When an argument has no meaning; every such argument is told at once.

    Examples
    --------
    >>> import evalkit as ek
    >>> found = ek.ratio_of_rate_ratios(
    ...     count_after=30, exposure_after=12, count_before=10, exposure_before=12,
    ...     count_ref_after=40, exposure_ref_after=12, count_ref_before=38, exposure_ref_before=12,
    ...     method="exact",
    ... )
    >>> round(found.estimate, 2), round(found.conf_low, 3), round(found.conf_high, 3)
    (2.85, 1.152, 7.405)
    """
    from evalkit.inference import two_by_two

    given = ColumnArguments("ratio_of_rate_ratios()")
    cells = {
        "_after": (count_after, exposure_after),
        "_before": (count_before, exposure_before),
        "_ref_after": (count_ref_after, exposure_ref_after),
        "_ref_before": (count_ref_before, exposure_ref_before),
    }
    checked = [
        (given.counts(f"count{cell}", count), given.exposures(f"exposure{cell}", exposure))
        for cell, (count, exposure) in cells.items()
    ]
    wanted = given.method(method, RATIO_OF_RATE_RATIOS_METHODS)
    level = given.conf_level(conf_level)
    tested = given.null("null", null)
    given.done()
    spread = np.broadcast_arrays(*(numbers for cell in checked for numbers in cell))
    counts, exposures = np.stack(spread[::2]), np.stack(spread[1::2])
    return answer(
        given,
        Scale.RATIO_OF_RATE_RATIOS,
        two_by_two.METHODS[wanted](counts, exposures, level, null=tested),
        method=wanted,
        conf_level=level,
        null=tested,
        events=counts.sum(axis=0),
        exposure=exposures.sum(axis=0),
    )
