"""How much a single case decides: the share of the largest, and the estimate with each left out in turn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from evalkit import caveats, refusals
from evalkit.comparisons.case_frames import EXPOSURE, EXPOSURE_REF, Grouped, by_group
from evalkit.inference.column_arguments import ColumnArguments
from evalkit.statements import Statement

if TYPE_CHECKING:
    from evalkit.comparisons.result import Numbers
    from evalkit.inference.clustered import CaseSums
    from evalkit.inference.interval import Interval
    from evalkit.inference.intervals import Intervals

MOST_IN_ONE_CASE = 0.25
"""Above this share of the persons in one case the headline is on cases (domain brief §5.2)."""
_FEWEST = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class LargestCase:
    """How much of the number of persons lies in one case.

    Attributes
    ----------
    persons, cases, largest
        All persons, the cases with at least one, and the persons in the largest.
    share
        ``largest / persons``.
    """

    persons: int
    cases: int
    largest: int

    @property
    def share(self) -> float:
        """The largest case's share of the persons."""
        return self.largest / self.persons

    @property
    def headline(self) -> str:
        """``cases`` when more than a quarter of the persons are in one case, otherwise ``persons``."""
        return "cases" if self.share > MOST_IN_ONE_CASE else "persons"

    @property
    def caveat(self) -> Statement | None:
        """What to say beside the number of persons; ``None`` when they may be the headline."""
        return caveats.one_case_dominates(self.share) if self.headline == "cases" else None


def largest_case_share(case_sizes: Numbers) -> LargestCase | Statement:
    """How much of the number of persons lies in the largest case, and whether to count cases instead.

    Parameters
    ----------
    case_sizes
        Persons in each case: a column of whole numbers from 0.

    Returns
    -------
    LargestCase or Statement
        The finding; without any case the reason why there is none.

    Raises
    ------
    EstimationError
        When a size is no whole number from 0.

    Examples
    --------
    >>> import polars as pl
    >>> import evalkit as ek
    >>> found = ek.largest_case_share(pl.Series([1, 2, 1, 1, 9, 3]))
    >>> round(found.share, 2), found.headline
    (0.53, 'cases')
    """
    given = ColumnArguments("largest_case_share()")
    read = by_group(given, {"case_sizes": case_sizes}, 1.0, (EXPOSURE,))
    given.done()
    (sums,) = read.sums
    if read.unknown:
        return refusals.value_missing()
    if not sums.cases:
        return refusals.no_case_sizes()
    return LargestCase(persons=int(sums.persons), cases=int(sums.cases), largest=int(sums.largest))


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """What becomes of an estimate when each case is left out in turn.

    Attributes
    ----------
    whole
        The estimate and interval with every case.
    lowest, highest
        The smallest and the largest estimate with one case left out.
    changes
        For each side (the group, and the reference if there is one) the cases, by row from 1, whose absence alone
        moves the interval across ``null``: it holds it where it did not, or the other way round.
    """

    whole: Interval
    lowest: float
    highest: float
    changes: tuple[tuple[int, ...], ...]


def leave_one_case_out(
    case_sizes: Numbers,
    exposure: float,
    case_sizes_ref: Numbers | None = None,
    exposure_ref: float | None = None,
    *,
    conf_level: float = 0.95,
    null: float = 1.0,
) -> LeftOut | Statement:
    """Whether a single case decides the rate, or with a reference the ratio of rates.

    Parameters
    ----------
    case_sizes, exposure, case_sizes_ref, exposure_ref
        As in :func:`rate_ratio_by_cases`; without the last two the rate of one group is looked at.
    conf_level
        Between 0 and 1.
    null
        What the interval is held against: a ratio, or a rate in the unit of ``exposure``.

    Returns
    -------
    LeftOut or Statement
        The finding, or the reason why there is none: fewer than two cases in all.

    Raises
    ------
    EstimationError
        When an argument has no meaning; every such argument is told at once.

    Examples
    --------
    >>> import polars as pl
    >>> import evalkit as ek
    >>> found = ek.leave_one_case_out(pl.Series([2, 2, 1, 3, 2, 2, 1, 2, 2, 3]), 1.0, pl.Series([1, 2]), 1.0)
    >>> found.lowest < found.whole.estimate < found.highest
    True
    """
    given = ColumnArguments("leave_one_case_out()")
    sizes: dict[str, object] = {"case_sizes": case_sizes}
    names: tuple[str, ...] = (EXPOSURE,)
    if case_sizes_ref is not None or exposure_ref is not None:
        sizes["case_sizes_ref"] = case_sizes_ref
        names = (EXPOSURE, EXPOSURE_REF)
    read = by_group(given, sizes, exposure, names, exposure_ref)
    level = given.conf_level(conf_level)
    tested = given.null("null", null)
    given.done()
    if read.unknown:
        return refusals.value_missing()
    if sum(int(side.cases) for side in read.sums) < _FEWEST:
        return refusals.single_case()
    return _left_out(read, level, tested)


def _left_out(read: Grouped, conf_level: float, null: float) -> LeftOut | Statement:
    whole = _compared(read.sums, read, conf_level, null)
    told = whole.at()
    if isinstance(told, Statement):
        return told
    held = _holds(whole, null)
    estimates, changes = [], []
    for side, (sums, sizes) in enumerate(zip(read.sums, read.sizes, strict=True)):
        sides = (*read.sums[:side], sums.without(sizes), *read.sums[side + 1 :])
        found = _compared(sides, read, conf_level, null)
        estimates.append(found.estimate)
        changes.append(tuple((np.flatnonzero(_holds(found, null) != held) + 1).tolist()))
    every = np.concatenate(estimates)
    return LeftOut(whole=told, lowest=float(every.min()), highest=float(every.max()), changes=tuple(changes))


def _compared(sums: tuple[CaseSums, ...], read: Grouped, conf_level: float, null: float) -> Intervals:
    from evalkit.inference import clustered

    if len(sums) == 1:
        return clustered.rate(sums[0], read.exposures[0], conf_level, null=null)
    return clustered.ratio(sums[0], read.exposures[0], sums[1], read.exposures[1], conf_level, null=null)


def _holds(found: Intervals, null: float) -> NDArray[np.bool_]:
    return np.asarray((found.low <= null) & (null <= found.high))
