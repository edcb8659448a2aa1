"""Rates and their ratios from plain numbers: what an analyst types to check a figure by hand.

Every function takes counts and exposures, and returns an :class:`~evalkit.estimates.Estimate`: either a
number with its interval or a refusal with its reason. Nothing else is assumed about the data; in
particular the counts are taken to vary by chance only (Poisson). Counts by period, which may vary
more, are compared by the designs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from evalkit.estimates import Estimate, refusal
from evalkit.inference.arguments import Arguments
from evalkit.inference.method import Method
from evalkit.inference.totals import Table, Total
from evalkit.language import Text
from evalkit.statements import Statement
from evalkit.vocabulary import EstimateStatus, Scale

if TYPE_CHECKING:
    from evalkit.inference.interval import Interval

RATE_METHODS = (Method.EXACT, Method.MIDP, Method.SCORE, Method.BAYES)
RATE_RATIO_METHODS = (Method.EXACT, Method.MIDP, Method.SCORE)
RATIO_OF_RATE_RATIOS_METHODS = (Method.EXACT, Method.MIDP)


def rate(
    count: float,
    exposure: float,
    *,
    method: str = "exact",
    conf_level: float = 0.95,
    null: float | None = None,
) -> Estimate:
    """Events per unit of exposure, with an interval.

    Parameters
    ----------
    count
        Number of events: a whole number from 0.
    exposure
        What the count is divided by (person-years, visits, …), greater than 0.
    method
        ``exact`` (Garwood 1936), ``midp``, ``score`` or ``bayes`` (Jeffreys' prior).
    conf_level
        Between 0 and 1.
    null
        A rate to test against, in the same unit. Without it there is no p-value; ``bayes`` has none.

    Returns
    -------
    Estimate
        On the scale ``rate``: events per unit of ``exposure``.

    Raises
    ------
    EstimationError
        When an argument has no meaning; every such argument is told at once.

    Examples
    --------
    >>> import evalkit.comparisons as ek
    >>> found = ek.rate(10, 100.0)
    >>> round(found.conf_low, 5), round(found.conf_high, 5)
    (0.04795, 0.1839)
    """
    from evalkit.inference import rates

    given = Arguments("rate()")
    total = given.total(count, exposure)
    tested = None if null is None else given.null("null", null)
    wanted = given.method(method, RATE_METHODS)
    level = given.conf_level(conf_level)
    if wanted is Method.BAYES and null is not None:
        _note_null_under_bayes(given)
    given.done()
    if wanted is Method.BAYES:
        found = rates.bayes(total.events, total.exposure, level)
    else:
        found = rates.TESTED[wanted](total.events, total.exposure, level, null=tested)
    return _estimate(Scale.RATE, found, (total,), method=wanted, conf_level=level, null=tested)


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
