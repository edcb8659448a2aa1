"""Rates and their ratios.

The counts are taken to vary by chance only (Poisson). Counts by period, which may vary more, are compared by
the designs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, overload

from evalkit.comparisons.result import answer
from evalkit.estimates import Estimate, refusal
from evalkit.inference.arguments import Arguments
from evalkit.inference.column_arguments import ColumnArguments
from evalkit.inference.method import Method
from evalkit.inference.totals import Table, Total
from evalkit.language import Text
from evalkit.statements import Statement
from evalkit.vocabulary import EstimateStatus, Scale

if TYPE_CHECKING:
    import polars as pl

    from evalkit.comparisons.result import Numbers
    from evalkit.estimate_series import EstimateSeries
    from evalkit.inference.interval import Interval

RATE_METHODS = (Method.EXACT, Method.MIDP, Method.SCORE, Method.BAYES)
RATE_RATIO_METHODS = (Method.EXACT, Method.MIDP, Method.SCORE)
RATIO_OF_RATE_RATIOS_METHODS = (Method.EXACT, Method.MIDP)


@overload
def rate(
    count: float, exposure: float, *, method: str = ..., conf_level: float = ..., null: float | None = ...
) -> Estimate: ...
@overload
def rate(
    count: pl.Series, exposure: Numbers, *, method: str = ..., conf_level: float = ..., null: float | None = ...
) -> EstimateSeries: ...
def rate(
    count: Numbers,
    exposure: Numbers,
    *,
    method: str = "exact",
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
        ``exact`` (Garwood 1936), ``midp``, ``score`` or ``bayes`` (Jeffreys' prior).
    conf_level
        Between 0 and 1.
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
    >>> import evalkit.comparisons as ek
    >>> found = ek.rate(10, 100.0)
    >>> round(found.conf_low, 5), round(found.conf_high, 5)
    (0.04795, 0.1839)
    >>> ek.rate(pl.Series([10, 3]), pl.Series([100.0, 20.0]))[1].estimate
    0.15
    """
    from evalkit.inference import rates

    given = ColumnArguments("rate()")
    counts = given.counts("count", count)
    exposures = given.exposures("exposure", exposure)
    tested = None if null is None else given.null("null", null)
    wanted = given.method(method, RATE_METHODS)
    level = given.conf_level(conf_level)
    if wanted is Method.BAYES and null is not None:
        _note_null_under_bayes(given)
    given.done()
    if wanted is Method.BAYES:
        found = rates.bayes(counts, exposures, level)
    else:
        found = rates.TESTED[wanted](counts, exposures, level, null=tested)
    return answer(
        given, Scale.RATE, found, method=wanted, conf_level=level, null=tested, events=counts, exposure=exposures
    )


def rate_ratio(
    count: float,
    exposure: float,
    count_ref: float,
    exposure_ref: float,
    *,
    method: str = "exact",
    conf_level: float = 0.95,
    null: float = 1.0,
) -> Estimate:
    """The ratio of two rates, the second being the reference.

    With no event on one side the interval is one-sided: the estimate is 0 or infinity. With none on
    either side there is a refusal.

    Parameters
    ----------
    count, exposure
        Events (whole number from 0) and what they are divided by (greater than 0).
    count_ref, exposure_ref
        The same for the reference, in the same unit.
    method
        ``exact`` (conditional, central), ``midp`` or ``score``.
    conf_level
        Between 0 and 1.
    null
        The ratio that the p-value is against.

    Returns
    -------
    Estimate
        On the scale ``rate_ratio``; ``events`` and ``exposure`` are those of both sides together.

    Raises
    ------
    EstimationError
        When an argument has no meaning; every such argument is told at once.

    Examples
    --------
    >>> import evalkit.comparisons as ek
    >>> found = ek.rate_ratio(count=2, exposure=17877, count_ref=10, exposure_ref=20000)
    >>> round(found.conf_low, 4), round(found.conf_high, 4), round(found.p_value, 4)
    (0.0238, 1.05, 0.0606)
    """
    from evalkit.inference import ratios

    given = Arguments("rate_ratio()")
    group = given.total(count, exposure)
    reference = given.total(count_ref, exposure_ref, suffix="_ref")
    wanted = given.method(method, RATE_RATIO_METHODS)
    level = given.conf_level(conf_level)
    tested = given.null("null", null)
    given.done()
    found = ratios.METHODS[wanted](group, reference, conf_level=level, null=tested)
    return _estimate(Scale.RATE_RATIO, found, (group, reference), method=wanted, conf_level=level, null=tested)


def ratio_of_rate_ratios(  # noqa: PLR0917 - eight numbers of one table, in the order it is read
    count_after: float,
    exposure_after: float,
    count_before: float,
    exposure_before: float,
    count_ref_after: float,
    exposure_ref_after: float,
    count_ref_before: float,
    exposure_ref_before: float,
    *,
    method: str = "exact",
    conf_level: float = 0.95,
    null: float = 1.0,
) -> Estimate:
    """How much more one side changed than the reference did: a difference in differences on counts.

    The rate after over the rate before, divided by the same quotient for the reference. An empty cell
    makes the interval one-sided; a side or a period without any event makes a refusal.

    Parameters
    ----------
    count_after, exposure_after, count_before, exposure_before
        Events (whole numbers from 0) and what they are divided by (greater than 0).
    count_ref_after, exposure_ref_after, count_ref_before, exposure_ref_before
        The same for the reference.
    method
        ``exact`` (conditional on the margins, central) or ``midp``.
    conf_level
        Between 0 and 1.
    null
        The ratio that the p-value is against.

    Returns
    -------
    Estimate
        On the scale ``ratio_of_rate_ratios``; ``events`` and ``exposure`` are those of the four cells together.

    Raises
    ------
    EstimationError
        When an argument has no meaning; every such argument is told at once.

    Examples
    --------
    >>> import evalkit.comparisons as ek
    >>> found = ek.ratio_of_rate_ratios(
    ...     count_after=30, exposure_after=12, count_before=10, exposure_before=12,
    ...     count_ref_after=40, exposure_ref_after=12, count_ref_before=38, exposure_ref_before=12,
    ... )
    >>> round(found.estimate, 2), round(found.conf_low, 3), round(found.conf_high, 3)
    (2.85, 1.152, 7.405)
    """
    from evalkit.inference import two_by_two

    given = Arguments("ratio_of_rate_ratios()")
    table = Table(
        treated_after=given.total(count_after, exposure_after, suffix="_after"),
        treated_before=given.total(count_before, exposure_before, suffix="_before"),
        comparison_after=given.total(count_ref_after, exposure_ref_after, suffix="_ref_after"),
        comparison_before=given.total(count_ref_before, exposure_ref_before, suffix="_ref_before"),
    )
    wanted = given.method(method, RATIO_OF_RATE_RATIOS_METHODS)
    level = given.conf_level(conf_level)
    tested = given.null("null", null)
    given.done()
    found = two_by_two.METHODS[wanted](table, conf_level=level, null=tested)
    scale = Scale.RATIO_OF_RATE_RATIOS
    return _estimate(scale, found, table.cells, method=wanted, conf_level=level, null=tested)


def _estimate(
    scale: Scale,
    found: Interval | Statement,
    totals: tuple[Total, ...],
    *,
    method: Method,
    conf_level: float,
    null: float | None,
) -> Estimate:
    if isinstance(found, Statement):
        return refusal(scale, found, conf_level=conf_level)
    return Estimate(
        scale=scale,
        status=EstimateStatus.ESTIMATED,
        estimate=found.estimate,
        std_error=found.std_error,
        conf_low=found.low,
        conf_high=found.high,
        conf_level=conf_level,
        p_value=found.p_value,
        null=null,
        events=sum(total.events for total in totals),
        exposure=sum(total.exposure for total in totals),
        method=method.value,
    )


def _note_null_under_bayes(given: Arguments) -> None:
    given.note(
        "null_without_test",
        "null",
        what=Text(
            "Metoden bayes ger inget p-värde, så null har ingen betydelse.",
            "The method bayes has no p-value, so null has no meaning.",
        ),
        accepted=Text("null utelämnat, eller en annan metod", "null left out, or another method"),
        next_step=Text(
            "Ta bort null, eller välj exact, midp eller score.", "Drop null, or choose exact, midp or score."
        ),
    )
