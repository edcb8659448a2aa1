"""Shares of a whole: one, the difference of two, the ratio of two, and exact tests of whether two are the same."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypedDict, overload

import numpy as np
from numpy.typing import NDArray

from evalkit import caveats, refusals
from evalkit.comparisons.result import TestedRows, answer
from evalkit.estimates import Estimate
from evalkit.inference.column_arguments import ColumnArguments
from evalkit.inference.faults import NULL_DIFFERENCE, NULL_SHARE
from evalkit.inference.method import Alternative, Method
from evalkit.language import Text
from evalkit.vocabulary import Scale

if TYPE_CHECKING:
    from evalkit.comparisons.result import Column, Numbers
    from evalkit.estimate_series import EstimateSeries

PROPORTION_METHODS = (Method.WILSON, Method.MIDP, Method.CLOPPER_PEARSON, Method.BAYES)
DIFFERENCE_METHODS = (Method.MIETTINEN_NURMINEN, Method.NEWCOMBE)
TEST_METHODS = (Method.BOSCHLOO, Method.FISHER)


@overload
def proportion(
    count: float, of: float, *, method: str = ..., conf_level: float = ..., null: float | None = ...
) -> Estimate: ...
@overload
def proportion(
    count: Column, of: Numbers, *, method: str = ..., conf_level: float = ..., null: float | None = ...
) -> EstimateSeries: ...
def proportion(
    count: Numbers, of: Numbers, *, method: str = "wilson", conf_level: float = 0.95, null: float | None = None
) -> Estimate | EstimateSeries:
    """So many of so many, with an interval.

    Parameters
    ----------
    count, of
        How many have the property and how many were looked at: whole numbers from 0, or columns. None of none
        is a refusal.
    method
        ``wilson``, ``midp``, ``clopper_pearson`` (exact) or ``bayes`` (Jeffreys' prior).
    conf_level
        At least 0.5 and below 1.
    null
        A proportion to test against, between 0 and 1. Without it there is no p-value; ``bayes`` has none.

    Returns
    -------
    Estimate or EstimateSeries
        On the scale ``proportion``; ``events`` is ``count`` and ``exposure`` is ``of``.

    Raises
    ------
    EstimationError
        When an argument has no meaning, such as more than all; every such argument is told at once, by row.

    Examples
    --------
    >>> import polars as pl
    >>> import evalkit as ek
    >>> found = ek.proportion(18, 20)
    >>> round(found.conf_low, 3), round(found.conf_high, 3)
    (0.699, 0.972)
    >>> ek.proportion(pl.Series([18, 0]), pl.Series([20, 0]))[1].reason.code
    'nothing_to_share'
    """
    from evalkit.inference import proportions

    given = ColumnArguments("proportion()")
    part, whole = given.parts("count", count, "of", of)
    tested = None if null is None else given.between("null", null, 0.0, 1.0, NULL_SHARE)
    wanted = given.method(method, PROPORTION_METHODS)
    level = given.conf_level(conf_level)
    if wanted is Method.BAYES and null is not None:
        _note_null_without_test(given, "bayes", "wilson, midp, clopper_pearson")
    given.done()
    if wanted is Method.BAYES:
        found = proportions.bayes(part, whole, level)
    else:
        found = proportions.TESTED[wanted](part, whole, level, null=tested)
    return answer(
        given,
        Scale.PROPORTION,
        found,
        method=wanted,
        conf_level=level,
        null=tested,
        events=part,
        exposure=whole.astype(float),
    )


@overload
def proportion_difference(
    count: float,
    of: float,
    count_ref: float,
    of_ref: float,
    *,
    method: str = ...,
    conf_level: float = ...,
    null: float = ...,
) -> Estimate: ...
@overload
def proportion_difference(
    count: Column,
    of: Numbers,
    count_ref: Numbers,
    of_ref: Numbers,
    *,
    method: str = ...,
    conf_level: float = ...,
    null: float = ...,
) -> EstimateSeries: ...
def proportion_difference(
    count: Numbers,
    of: Numbers,
    count_ref: Numbers,
    of_ref: Numbers,
    *,
    method: str = "miettinen_nurminen",
    conf_level: float = 0.95,
    null: float = 0.0,
) -> Estimate | EstimateSeries:
    """How much larger one proportion is than another: 0.1 is ten percentage points.

    Parameters
    ----------
    count, of, count_ref, of_ref
        How many have the property and how many were looked at, in the group and in the reference: whole numbers
        from 0, or columns. A side where none were looked at is a refusal.
    method
        ``miettinen_nurminen`` (score, with the factor N/(N-1)), whose p-value agrees with its interval, or
        ``newcombe`` (1998, method 10), which has no p-value.
    conf_level
        At least 0.5 and below 1.
    null
        The difference that the p-value is against, between -1 and 1.

    Returns
    -------
    Estimate or EstimateSeries
        On the scale ``proportion_difference``; ``events`` and ``exposure`` are those of both sides together.

    Raises
    ------
    EstimationError
        When an argument has no meaning; every such argument is told at once, by row.

    Examples
    --------
    >>> import evalkit as ek
    >>> found = ek.proportion_difference(56, 70, 48, 80, method="newcombe")
    >>> round(found.conf_low, 4), round(found.conf_high, 4)
    (0.0524, 0.3339)
    """
    from evalkit.inference import proportion_pairs

    given = ColumnArguments("proportion_difference()")
    table = _table(given, count, of, count_ref, of_ref)
    tested = given.between("null", null, -1.0, 1.0, NULL_DIFFERENCE)
    wanted = given.method(method, DIFFERENCE_METHODS)
    level = given.conf_level(conf_level)
    if wanted is Method.NEWCOMBE and tested:
        _note_null_without_test(given, "newcombe", "miettinen_nurminen")
    given.done()
    if wanted is Method.NEWCOMBE:
        found, against = proportion_pairs.newcombe(*table, level), None
    else:
        found, against = proportion_pairs.miettinen_nurminen(*table, level, null=tested), tested
    return answer(
        given, Scale.PROPORTION_DIFFERENCE, found, method=wanted, conf_level=level, null=against, **_together(*table)
    )


@overload
def proportion_ratio(
    count: float, of: float, count_ref: float, of_ref: float, *, conf_level: float = ..., null: float = ...
) -> Estimate: ...
@overload
def proportion_ratio(
    count: Column, of: Numbers, count_ref: Numbers, of_ref: Numbers, *, conf_level: float = ..., null: float = ...
) -> EstimateSeries: ...
def proportion_ratio(
    count: Numbers, of: Numbers, count_ref: Numbers, of_ref: Numbers, *, conf_level: float = 0.95, null: float = 1.0
) -> Estimate | EstimateSeries:
    """How many times as large one proportion is as another, by Miettinen and Nurminen's score interval.

    Parameters
    ----------
    count, of, count_ref, of_ref
        As for :func:`proportion_difference`. None on one side makes the interval one-sided, with the estimate 0 or
        infinity; none on both is a refusal.
    conf_level
        At least 0.5 and below 1.
    null
        The ratio that the p-value is against, greater than 0.

    Returns
    -------
    Estimate or EstimateSeries
        On the scale ``proportion_ratio``; ``events`` and ``exposure`` are those of both sides together.

    Raises
    ------
    EstimationError
        When an argument has no meaning; every such argument is told at once, by row.

    Examples
    --------
    >>> import evalkit as ek
    >>> found = ek.proportion_ratio(36, 40, 16, 80)
    >>> found.estimate, round(found.conf_low, 2), round(found.conf_high, 2)
    (4.5, 2.93, 7.17)
    """
    from evalkit.inference import proportion_pairs

    given = ColumnArguments("proportion_ratio()")
    table = _table(given, count, of, count_ref, of_ref)
    tested = given.null("null", null)
    level = given.conf_level(conf_level)
    given.done()
    found = proportion_pairs.ratio(*table, level, null=tested)
    return answer(
        given,
        Scale.PROPORTION_RATIO,
        found,
        method=Method.MIETTINEN_NURMINEN,
        conf_level=level,
        null=tested,
        **_together(*table),
    )


@overload
def proportion_test(
    count: float,
    of: float,
    count_ref: float,
    of_ref: float,
    *,
    method: str = ...,
    alternative: str = ...,
    conf_level: float = ...,
) -> Estimate: ...
@overload
def proportion_test(
    count: Column,
    of: Numbers,
    count_ref: Numbers,
    of_ref: Numbers,
    *,
    method: str = ...,
    alternative: str = ...,
    conf_level: float = ...,
) -> EstimateSeries: ...
def proportion_test(
    count: Numbers,
    of: Numbers,
    count_ref: Numbers,
    of_ref: Numbers,
    *,
    method: str = "boschloo",
    alternative: str = "two-sided",
    conf_level: float = 0.95,
) -> Estimate | EstimateSeries:
    """An exact test of whether two proportions are the same, beside their difference with its interval.

    Parameters
    ----------
    count, of, count_ref, of_ref
        As for :func:`proportion_difference`.
    method
        ``boschloo``, given how many were looked at on each side, or ``fisher``, given also how many had the property.
    alternative
        ``two-sided``, ``greater`` (the group's proportion is the larger) or ``less``. Two-sided is twice the smaller
        one-sided p-value, at most 1; R's ``fisher.test`` adds up the less probable tables instead.
    conf_level
        Of the interval, which is two-sided whatever the alternative.

    Returns
    -------
    Estimate or EstimateSeries
        On the scale ``proportion_difference``, with the interval of Miettinen and Nurminen. ``p_value`` is the exact
        one, and stands in ``tests`` too with its statistic: Fisher's p-value (``boschloo``) or ``count`` (``fisher``).
        The assumptions say that interval and p-value are made in two ways and may disagree. Refused for a side where
        none were looked at, and for ``boschloo`` with more than 4,000 in all.

    Raises
    ------
    EstimationError
        When an argument has no meaning; every such argument is told at once, by row.

    Source: Fisher 1935; Boschloo 1970, Statistica Neerlandica 24:1-35; Miettinen and Nurminen 1985.

    Examples
    --------
    >>> import evalkit as ek
    >>> [round(ek.proportion_test(7, 12, 1, 10, method=one).p_value, 4) for one in ("boschloo", "fisher")]
    [0.022, 0.0526]
    """
    from evalkit.inference import proportion_pairs, proportion_tests

    given = ColumnArguments("proportion_test()")
    table = _table(given, count, of, count_ref, of_ref)
    wanted = given.method(method, TEST_METHODS)
    level = given.conf_level(conf_level)
    side = given.alternative(alternative)
    given.done()
    test = proportion_tests.METHODS[wanted](*table, side)
    apart = proportion_pairs.miettinen_nurminen(*table, level)
    too_many = np.asarray(np.isnan(test.p_value) & apart.is_estimated)
    found = apart.refuse(too_many, refusals.too_many_for_boschloo(proportion_tests.MOST_FOR_BOSCHLOO))
    name = wanted.value if side is Alternative.TWO_SIDED else f"{wanted.value}, {side.value}"
    return answer(
        given,
        Scale.PROPORTION_DIFFERENCE,
        replace(found, p_value=np.where(found.is_estimated, test.p_value, np.nan)),
        method=Method.MIETTINEN_NURMINEN,
        conf_level=level,
        null=0.0,
        test=TestedRows(name, test.statistic, test.p_value),
        assumptions=(caveats.test_beside_interval(),),
        **_together(*table),
    )


Columns = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]


def _table(given: ColumnArguments, count: Numbers, of: Numbers, count_ref: Numbers, of_ref: Numbers) -> Columns:
    return (*given.parts("count", count, "of", of), *given.parts("count_ref", count_ref, "of_ref", of_ref))


class _Together(TypedDict):
    events: NDArray[np.int64]
    exposure: NDArray[np.float64]


def _together(
    part: NDArray[np.int64], whole: NDArray[np.int64], part_ref: NDArray[np.int64], whole_ref: NDArray[np.int64]
) -> _Together:
    return {"events": np.asarray(part + part_ref), "exposure": np.asarray(whole + whole_ref, dtype=np.float64)}


def _note_null_without_test(given: ColumnArguments, method: str, others: str) -> None:
    given.note(
        "null_without_test",
        "null",
        what=Text(
            f"Metoden {method} ger inget p-värde, så null har ingen betydelse.",
            f"The method {method} has no p-value, so null has no meaning.",
        ),
        accepted=Text("null utelämnat, eller en annan metod", "null left out, or another method"),
        next_step=Text(f"Ta bort null, eller välj en av: {others}.", f"Drop null, or choose one of: {others}."),
    )
