"""The rate of events on one side.

The counts are taken to vary by chance only (Poisson). Counts by period, which may vary more, are compared by
the designs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, overload

from evalkit.comparisons.result import answer
from evalkit.estimates import Estimate
from evalkit.inference.column_arguments import ColumnArguments
from evalkit.inference.faults import NULL_RATE, NULL_WITHOUT_TEST
from evalkit.inference.method import Method
from evalkit.vocabulary import Scale

if TYPE_CHECKING:
    from evalkit.comparisons.result import Column, Numbers
    from evalkit.estimate_series import EstimateSeries

RATE_METHODS = (Method.SCORE, Method.EXACT, Method.MIDP, Method.BAYES)


@overload
def rate(
    count: float, exposure: float, *, method: str = ..., conf_level: float = ..., null: float | None = ...
) -> Estimate: ...
@overload
def rate(
    count: Column, exposure: Numbers, *, method: str = ..., conf_level: float = ..., null: float | None = ...
) -> EstimateSeries: ...
def rate(
    count: Numbers,
    exposure: Numbers,
    *,
    method: str = "score",
    conf_level: float = 0.95,
    null: float | None = None,
) -> Estimate | EstimateSeries:
    """Events per unit of exposure, with an interval.

    Parameters
    ----------
    count
        Number of events: a whole number from 0, or a column of them.
    exposure
        What the count is divided by (person-years, visits, …), greater than 0; a number or a column.
    method
        ``score`` (covers about as often as ``conf_level`` says), ``exact`` (Garwood 1936: never less often, and so
        wider), ``midp`` (between the two) or ``bayes`` (Jeffreys' prior).
    conf_level
        At least 0.5 and below 1.
    null
        A rate to test against, in the same unit. Without it there is no p-value; ``bayes`` has none.

    Returns
    -------
    Estimate or EstimateSeries
        On the scale ``rate``: events per unit of ``exposure``. A series when a column was given; its rows with a
        missing number are refused.

    Raises
    ------
    EstimationError
        When an argument has no meaning; every such argument is told at once.

    Examples
    --------
    >>> import polars as pl
    >>> import evalkit as ek
    >>> found = ek.rate(10, 100.0, method="exact")
    >>> round(found.conf_low, 5), round(found.conf_high, 5)
    (0.04795, 0.1839)
    >>> ek.rate(pl.Series([10, 3]), pl.Series([100.0, 20.0]))[1].estimate
    0.15
    """
    from evalkit.inference import rates

    given = ColumnArguments("rate()")
    counts = given.counts("count", count)
    exposures = given.exposures("exposure", exposure)
    tested = None if null is None else given.null("null", null, NULL_RATE)
    wanted = given.method(method, RATE_METHODS)
    level = given.conf_level(conf_level)
    if wanted is Method.BAYES and null is not None:
        given.fault(NULL_WITHOUT_TEST, "null")
    given.done()
    if wanted is Method.BAYES:
        found = rates.bayes(counts, exposures, level)
    else:
        found = rates.TESTED[wanted](counts, exposures, level, null=tested)
    return answer(
        given, Scale.RATE, found, method=wanted, conf_level=level, null=tested, events=counts, exposure=exposures
    )
