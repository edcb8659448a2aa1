"""Persons who come in cases: their rate, and the ratio of two."""

from __future__ import annotations

from typing import TYPE_CHECKING, overload

import numpy as np

from evalkit import caveats, refusals
from evalkit.comparisons.case_frames import EXPOSURE, EXPOSURE_REF, by_group, most_of
from evalkit.comparisons.result import answer
from evalkit.estimates import Estimate
from evalkit.inference.column_arguments import ColumnArguments
from evalkit.inference.method import Method
from evalkit.statements import Statement
from evalkit.vocabulary import Scale

if TYPE_CHECKING:
    import polars as pl

    from evalkit.comparisons.result import Column
    from evalkit.estimate_series import EstimateSeries


@overload
def rate_by_cases(
    case_sizes: Column,
    exposure: float,
    *,
    at_most: float | None = ...,
    conf_level: float = ...,
    null: float | None = ...,
) -> Estimate: ...
@overload
def rate_by_cases(
    case_sizes: pl.DataFrame,
    exposure: pl.DataFrame,
    *,
    at_most: float | None = ...,
    conf_level: float = ...,
    null: float | None = ...,
) -> EstimateSeries: ...
def rate_by_cases(
    case_sizes: Column | pl.DataFrame,
    exposure: float | pl.DataFrame,
    *,
    at_most: float | None = None,
    conf_level: float = 0.95,
    null: float | None = None,
) -> Estimate | EstimateSeries:
    """Persons per unit of exposure, with an interval that knows that they came in cases.

    Parameters
    ----------
    case_sizes
        Persons in each case: a column of whole numbers from 0. For a panel a frame with one row per case:
        ``persons`` and the columns that name its group (unit, period, metric).
    exposure
        What the persons are divided by. For a panel a frame with one row per group: the same names and
        ``exposure``.
    at_most
        The most persons that any case can hold, such as the largest workplace there is; not fewer than
        the largest case seen holds. Without it there is no upper limit: a single large case that has by chance not
        been seen could make the number far higher. The estimate says among its assumptions which it rests on.
    conf_level
        At least 0.5 and below 1.
    null
        A rate to test against, in the same unit. Without it there is no p-value.

    Returns
    -------
    Estimate or EstimateSeries
        On the scale ``rate``, method ``compound_poisson``; ``events`` is persons. For a panel one per row of
        ``exposure``. Without ``at_most`` ``conf_high`` is infinity, and a group without any case is a refusal: how
        many persons a case may hold is then unknown.

    Raises
    ------
    EstimationError
        When an argument has no meaning; every such argument is told at once.

    Examples
    --------
    >>> import polars as pl
    >>> import evalkit as ek
    >>> found = ek.rate_by_cases(pl.Series([1, 2, 1, 1, 9, 3]), 2.0, at_most=40)
    >>> found.estimate, round(found.conf_low, 1), round(found.conf_high, 1)
    (8.5, 1.7, 80.7)
    >>> found = ek.rate_by_cases(pl.Series([1, 2, 1, 1, 9, 3]), 2.0)
    >>> round(found.conf_low, 1), found.conf_high
    (1.7, inf)
    >>> cases = pl.DataFrame({"unit": ["A", "A", "B"], "persons": [2, 1, 4]})
    >>> exposures = pl.DataFrame({"unit": ["A", "B", "C"], "exposure": [1.0, 1.0, 1.0]})
    >>> [one.is_estimated for one in ek.rate_by_cases(cases, exposures)]
    [True, True, False]
    """
    from evalkit.inference import clustered

    given = ColumnArguments("rate_by_cases()")
    read = by_group(given, {"case_sizes": case_sizes}, exposure, (EXPOSURE,))
    tested = None if null is None else given.null("null", null)
    level = given.conf_level(conf_level)
    (sums,), (exposed,) = read.sums, read.exposures
    most = most_of(given, at_most, read)
    given.done()
    found = clustered.rate(sums, exposed, level, null=tested, at_most=most)
    return answer(
        given,
        Scale.RATE,
        found.refuse(read.unknown, refusals.value_missing()),
        groups=read.labels,
        method=Method.COMPOUND_POISSON,
        conf_level=level,
        null=tested,
        assumptions=(_assumed(most),),
        events=sums.persons,
        exposure=exposed,
    )


def _assumed(most: float | None) -> Statement:
    return caveats.no_upper_limit() if most is None else caveats.no_case_larger_than(most)


@overload
def rate_ratio_by_cases(
    case_sizes: Column,
    exposure: float,
    case_sizes_ref: Column,
    exposure_ref: float,
    *,
    at_most: float | None = ...,
    conf_level: float = ...,
    null: float = ...,
) -> Estimate: ...
@overload
def rate_ratio_by_cases(
    case_sizes: pl.DataFrame,
    exposure: pl.DataFrame,
    case_sizes_ref: pl.DataFrame,
    exposure_ref: None = ...,
    *,
    at_most: float | None = ...,
    conf_level: float = ...,
    null: float = ...,
) -> EstimateSeries: ...
def rate_ratio_by_cases(
    case_sizes: Column | pl.DataFrame,
    exposure: float | pl.DataFrame,
    case_sizes_ref: Column | pl.DataFrame,
    exposure_ref: float | None = None,
    *,
    at_most: float | None = None,
    conf_level: float = 0.95,
    null: float = 1.0,
) -> Estimate | EstimateSeries:
    """The ratio of two rates of persons who came in cases, the second being the reference.

    Parameters
    ----------
    case_sizes, case_sizes_ref
        Persons in each case of the group and of the reference, as in :func:`rate_by_cases`.
    exposure, exposure_ref
        What they are divided by. For a panel ``exposure`` is a frame with one row per comparison: the names of
        the groups, ``exposure`` and ``exposure_ref``; the argument ``exposure_ref`` is then left out.
    at_most
        The most persons that any case of either side can hold, as in :func:`rate_by_cases`. Without it there is a
        refusal: a single large case that has not been seen could turn the comparison round.
    conf_level
        At least 0.5 and below 1.
    null
        The ratio that the p-value is against.

    Returns
    -------
    Estimate or EstimateSeries
        On the scale ``rate_ratio``, method ``compound_poisson``. Without any case on one side the interval is
        one-sided; without any on both, or without ``at_most``, there is a refusal.

    Raises
    ------
    EstimationError
        When an argument has no meaning; every such argument is told at once.

    Examples
    --------
    >>> import polars as pl
    >>> import evalkit as ek
    >>> found = ek.rate_ratio_by_cases(pl.Series([1, 2, 1, 1, 9, 3]), 1.0, pl.Series([1, 1, 2, 1]), 1.0, at_most=40)
    >>> found.estimate, found.conf_low < 1 < found.conf_high
    (3.4, True)
    """
    from evalkit.inference import clustered

    given = ColumnArguments("rate_ratio_by_cases()")
    sizes = {"case_sizes": case_sizes, "case_sizes_ref": case_sizes_ref}
    read = by_group(given, sizes, exposure, (EXPOSURE, EXPOSURE_REF), exposure_ref)
    most = most_of(given, at_most, read)
    tested = given.null("null", null)
    level = given.conf_level(conf_level)
    given.done()
    (group, reference), (exposed, exposed_ref) = read.sums, read.exposures
    found = clustered.ratio(group, exposed, reference, exposed_ref, level, null=tested, at_most=most)
    return answer(
        given,
        Scale.RATE_RATIO,
        found.refuse(read.unknown, refusals.value_missing()),
        groups=read.labels,
        method=Method.COMPOUND_POISSON,
        conf_level=level,
        null=tested,
        assumptions=(_assumed(most),),
        events=np.asarray(group.persons + reference.persons),
        exposure=np.asarray(exposed + exposed_ref),
    )
