"""Rates compared as if both sides had the same mix of strata, such as restaurants against workshops."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evalkit.comparisons.grouped import answer_by_group, per_row, whole
from evalkit.inference.faults import NULL_RATE
from evalkit.inference.grouped_arguments import GroupedArguments
from evalkit.inference.method import Method
from evalkit.vocabulary import Scale

if TYPE_CHECKING:
    from evalkit.comparisons.grouped import Labels
    from evalkit.comparisons.result import Numbers
    from evalkit.estimate_series import EstimateSeries
    from evalkit.estimates import Estimate

DIRECT_METHODS = (Method.SCORE, Method.MIDP, Method.GAMMA)
DIRECT_RATIO_METHODS = (Method.MIDP, Method.SCORE, Method.GAMMA)
INDIRECT_METHODS = (Method.SCORE, Method.MIDP, Method.EXACT)


def standardised_rate(
    count: Numbers,
    exposure: Numbers,
    weight: Numbers,
    *,
    by: Labels | None = None,
    method: str = "score",
    conf_level: float = 0.95,
    null: float | None = None,
) -> Estimate | EstimateSeries:
    """The directly standardised rate: what the rate would be with the mix of the standard.

    Parameters
    ----------
    count, exposure
        Events (whole numbers from 0) and what they are divided by, one row per stratum (sector, age, type of object).
    weight
        The standard: how much of each stratum it has (objects in the register, inhabitants, …), in any unit.
        A stratum with weight and exposure 0 makes a refusal: its rate is unknown, not zero.
    by
        Which group a row belongs to (unit, period), for all of them in one call: a column, several, or a frame.
    method
        ``score`` (covers about as often as ``conf_level`` says; some points less when a stratum with a handful of
        events has most of the weight), ``midp`` (Fay and Kim) or ``gamma`` (Fay and Feuer; never known to cover too
        little, and usually too much).
    conf_level
        At least 0.5 and below 1.
    null
        A rate to test against. Without it there is no p-value.

    Returns
    -------
    Estimate or EstimateSeries
        On the scale ``rate``; a series when ``by`` was given. With no event the lower limit is 0.

    Raises
    ------
    EstimationError
        When an argument has no meaning; every such argument is told at once.

    Source: Fay and Feuer 1997, Statistics in Medicine 16:791-801; Fay and Kim 2017, Biometrical Journal 59:377-387.

    Examples
    --------
    >>> import polars as pl
    >>> import evalkit as ek
    >>> mix = pl.DataFrame({"found": [8, 2], "visits": [40, 100], "objects": [300, 900]})
    >>> found = ek.standardised_rate(mix["found"], mix["visits"], mix["objects"])
    >>> round(found.estimate, 3), round(found.conf_low, 3), round(found.conf_high, 3)
    (0.065, 0.035, 0.12)
    """
    from evalkit.inference import standardised

    given = GroupedArguments("standardised_rate()")
    counts, exposures = given.counts("count", count), given.amounts("exposure", exposure)
    weights = given.amounts("weight", weight)
    given.nothing_without_exposure("count", counts, exposures)
    given.some_rows("count")
    groups = given.groups("by", by)
    tested = None if null is None else given.null("null", null, NULL_RATE)
    wanted, level = given.method(method, DIRECT_METHODS), given.conf_level(conf_level)
    given.done()
    events, exposed, weighed = per_row(groups, counts, exposures, weights)
    found = standardised.rate(whole(events), exposed, weighed, groups, level, method=wanted, null=tested)
    return answer_by_group(
        given,
        groups,
        Scale.RATE,
        found,
        method=wanted,
        conf_level=level,
        null=tested,
        events=whole(groups.total(events)),
        exposure=groups.total(exposed),
    )


def standardised_rate_ratio(
    count: Numbers,
    exposure: Numbers,
    count_ref: Numbers,
    exposure_ref: Numbers,
    weight: Numbers,
    *,
    by: Labels | None = None,
    method: str = "midp",
    conf_level: float = 0.95,
    null: float = 1.0,
) -> Estimate | EstimateSeries:
    """The ratio of two rates standardised to the same mix.

    Unlike the Mantel–Haenszel ratio it does not take the ratio to be the same in every stratum: it says how the
    rates compare over the standard.

    Parameters
    ----------
    count, exposure, count_ref, exposure_ref
        Events and what they are divided by, on both sides, one row per stratum.
    weight, by, conf_level
        As in :func:`standardised_rate`.
    method
        ``midp`` or ``gamma`` (the limits of each side put together by MOVER; wide for few events), or ``score`` (each
        side taken for a Poisson count with its mean and variance; narrower, too narrow when strata weigh unlike).
    null
        The ratio that the p-value is against.

    Returns
    -------
    Estimate or EstimateSeries
        On the scale ``rate_ratio``. One-sided with no event on one side, refused with none on either.

    Raises
    ------
    EstimationError
        When an argument has no meaning; every such argument is told at once.

    Source: Dobson, Kuulasmaa, Eberle and Scherer 1991, Statistics in Medicine 10:457-462; Donner and Zou
    2012, Statistical Methods in Medical Research 21:347-359.

    Examples
    --------
    >>> import polars as pl
    >>> import evalkit as ek
    >>> found, visits = pl.Series([8, 2]), pl.Series([40, 100])
    >>> found_ref, visits_ref = pl.Series([3, 9]), pl.Series([30, 300])
    >>> ratio = ek.standardised_rate_ratio(found, visits, found_ref, visits_ref, pl.Series([300, 900]))
    >>> round(ratio.estimate, 2), round(ratio.conf_low, 2), round(ratio.conf_high, 2)
    (1.37, 0.53, 3.47)
    """
    from evalkit.inference import standardised

    given = GroupedArguments("standardised_rate_ratio()")
    counts, exposures = given.counts("count", count), given.amounts("exposure", exposure)
    counts_ref, exposures_ref = given.counts("count_ref", count_ref), given.amounts("exposure_ref", exposure_ref)
    weights = given.amounts("weight", weight)
    given.nothing_without_exposure("count", counts, exposures)
    given.nothing_without_exposure("count_ref", counts_ref, exposures_ref)
    given.some_rows("count")
    groups = given.groups("by", by)
    wanted, level, tested = (
        given.method(method, DIRECT_RATIO_METHODS),
        given.conf_level(conf_level),
        given.null("null", null),
    )
    given.done()
    events, exposed, events_ref, exposed_ref, weighed = per_row(
        groups, counts, exposures, counts_ref, exposures_ref, weights
    )
    sides = ((whole(events), exposed), (whole(events_ref), exposed_ref))
    found = standardised.rate_ratio(sides, weighed, groups, level, method=wanted, null=tested)
    return answer_by_group(
        given,
        groups,
        Scale.RATE_RATIO,
        found,
        method=wanted,
        conf_level=level,
        null=tested,
        events=whole(groups.total(events + events_ref)),
        exposure=groups.total(exposed + exposed_ref),
    )


def standardised_ratio(
    count: Numbers,
    expected: Numbers,
    *,
    by: Labels | None = None,
    method: str = "score",
    conf_level: float = 0.95,
    null: float = 1.0,
) -> Estimate | EstimateSeries:
    """Observed over expected events (indirect standardisation, as a standardised mortality ratio).

    Parameters
    ----------
    count
        Observed events, whole numbers from 0, one row per stratum.
    expected
        What the reference's rates would have given there: its rate times the exposure. Taken as known; when the
        reference is small its own uncertainty matters, and :func:`stratified_rate_ratio` has it.
    by
        Which group a row belongs to; observed and expected are added up within it.
    method
        ``score``, ``midp`` or ``exact`` (Garwood).
    conf_level, null
        The level, and the ratio that the p-value is against.

    Returns
    -------
    Estimate or EstimateSeries
        On the scale ``rate_ratio``. ``exposure`` is the expected number.

    Raises
    ------
    EstimationError
        When an argument has no meaning; every such argument is told at once.

    Source: Breslow and Day 1987, Statistical Methods in Cancer Research II, section 2.3; limits as in
    :func:`evalkit.comparisons.rates.rate`.

    Examples
    --------
    >>> import polars as pl
    >>> import evalkit as ek
    >>> rates = pl.Series([0.10, 0.03])
    >>> found = ek.standardised_ratio(pl.Series([8, 2]), rates * pl.Series([40, 100]), method="exact")
    >>> round(found.estimate, 2), round(found.conf_low, 2), round(found.conf_high, 2)
    (1.43, 0.69, 2.63)
    """
    from evalkit import refusals
    from evalkit.inference import rates

    given = GroupedArguments("standardised_ratio()")
    counts, expectations = given.counts("count", count), given.amounts("expected", expected)
    given.nothing_without_exposure("count", counts, expectations)
    given.some_rows("count")
    groups = given.groups("by", by)
    wanted, level = given.method(method, INDIRECT_METHODS), given.conf_level(conf_level)
    tested = given.null("null", null)
    given.done()
    observed, foreseen = (groups.total(column) for column in per_row(groups, counts, expectations))
    none = foreseen == 0
    events = whole(observed)
    found = rates.TESTED[wanted](events, foreseen + none, level, null=tested)
    return answer_by_group(
        given,
        groups,
        Scale.RATE_RATIO,
        found.refuse(none, refusals.nothing_weighed_in()),
        method=wanted,
        conf_level=level,
        null=tested,
        events=events,
        exposure=foreseen,
    )
