"""Differences of rates, in events per unit of exposure.

The counts are taken to vary by chance only (Poisson).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, overload

from evalkit.comparisons.result import answer
from evalkit.estimates import Estimate
from evalkit.inference.column_arguments import ColumnArguments
from evalkit.inference.faults import NULL_WITHOUT_TEST
from evalkit.inference.method import Method
from evalkit.vocabulary import Scale

if TYPE_CHECKING:
    from evalkit.comparisons.result import Column, Numbers
    from evalkit.estimate_series import EstimateSeries
    from evalkit.inference.intervals import Intervals

RATE_DIFFERENCE_METHODS = (Method.SCORE, Method.MOVER, Method.E_TEST)


@overload
def rate_difference(
    count: float,
    exposure: float,
    count_ref: float,
    exposure_ref: float,
    *,
    method: str = ...,
    conf_level: float = ...,
    null: float | None = ...,
) -> Estimate: ...
@overload
def rate_difference(
    count: Column,
    exposure: Numbers,
    count_ref: Numbers,
    exposure_ref: Numbers,
    *,
    method: str = ...,
    conf_level: float = ...,
    null: float | None = ...,
) -> EstimateSeries: ...
def rate_difference(
    count: Numbers,
    exposure: Numbers,
    count_ref: Numbers,
    exposure_ref: Numbers,
    *,
    method: str = "score",
    conf_level: float = 0.95,
    null: float | None = None,
) -> Estimate | EstimateSeries:
    """How many more events per unit of exposure than in the reference.

    It answers "how much more" where a ratio answers "how many times as much". With no event on one side or on
    both there still is an interval: what was looked through bounds the difference.

    Parameters
    ----------
    count, exposure
        Events (whole number from 0) and what they are divided by (greater than 0); numbers or columns.
    count_ref, exposure_ref
        The same for the reference, in the same unit.
    method
        ``score`` (Miettinen and Nurminen's for rates), ``mover`` (put together from the limits of each rate under
        Jeffreys' prior) or ``e_test`` (slow for many rows).
    conf_level
        At least 0.5 and below 1.
    null
        The difference that the p-value is against, 0 when left out. ``mover`` has no p-value and takes none.

    Returns
    -------
    Estimate or EstimateSeries
        On the scale ``rate_difference``: events per unit of ``exposure``, negative when the reference has the higher
        rate. ``events`` and ``exposure`` are those of both sides together. A series when a column was given; its rows
        with a missing number are refused.

    Raises
    ------
    EstimationError
        When an argument has no meaning; every such argument is told at once.

    Examples
    --------
    >>> import evalkit as ek
    >>> found = ek.rate_difference(41, 2.801, 15, 1.9017)
    >>> round(found.estimate, 2), round(found.conf_low, 2), round(found.conf_high, 2)
    (6.75, 0.43, 12.9)
    >>> none = ek.rate_difference(0, 2.0, 0, 1.0)
    >>> round(none.conf_low, 2), none.estimate, round(none.conf_high, 2)
    (-3.84, 0.0, 1.92)
    """
    given = ColumnArguments("rate_difference()")
    counts, exposures, counts_ref, exposures_ref = given.pair(count, exposure, count_ref, exposure_ref)
    wanted = given.method(method, RATE_DIFFERENCE_METHODS)
    level = given.conf_level(conf_level)
    tested = None if wanted is Method.MOVER else 0.0
    if null is not None:
        tested = given.difference("null", null)
        if wanted is Method.MOVER:
            given.fault(NULL_WITHOUT_TEST, "null")
    given.done()
    found = _limits(wanted, tested)(counts, exposures, counts_ref, exposures_ref, level)
    return answer(
        given,
        Scale.RATE_DIFFERENCE,
        found,
        method=wanted,
        conf_level=level,
        null=tested,
        events=counts + counts_ref,
        exposure=exposures + exposures_ref,
    )


def _limits(method: Method, null: float | None) -> Callable[..., Intervals]:
    from evalkit.inference import e_test, rate_differences

    if method is Method.MOVER:
        return rate_differences.mover
    tested = e_test.difference if method is Method.E_TEST else rate_differences.score
    return partial(tested, null=null)
