"""How much a single case decides: the share of the largest, and the estimate with each left out in turn."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, overload

import numpy as np
from numpy.typing import NDArray

from evalkit import caveats, refusals
from evalkit.comparisons.case_frames import EXPOSURE, EXPOSURE_REF, Grouped, by_group, most_of
from evalkit.inference.column_arguments import ColumnArguments
from evalkit.inference.grouped_arguments import GroupedArguments
from evalkit.row_frames import listed, named
from evalkit.statements import Statement

if TYPE_CHECKING:
    import polars as pl

    from evalkit.comparisons.grouped import Labels
    from evalkit.comparisons.result import Column
    from evalkit.inference.clustered import CaseSums
    from evalkit.inference.interval import Interval
    from evalkit.inference.intervals import Intervals

MOST_IN_ONE_CASE = 0.25
"""Above this share of the persons in one case the headline is on cases (domain brief §5.2)."""
_FEWEST = 2


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
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

    def to_frame(self) -> pl.DataFrame:
        """One row: ``persons``, ``cases``, ``largest``, ``share`` and ``headline``."""
        import polars as pl

        told = {"persons": self.persons, "cases": self.cases, "largest": self.largest}
        return pl.DataFrame([told | {"share": self.share, "headline": self.headline}])

    def __repr__(self) -> str:
        return (
            f"LargestCase: {self.largest} of {self.persons} persons ({self.share * 100:.0f} %) in one of {self.cases} "
            f"cases; headline on {self.headline}"
        )

    def _repr_html_(self) -> str:
        from evalkit.views import frame_view

        return frame_view("Största ärendet", self.to_frame())

    @property
    def headline(self) -> str:
        """``cases`` when more than a quarter of the persons are in one case, otherwise ``persons``."""
        return "cases" if self.share > MOST_IN_ONE_CASE else "persons"

    @property
    def caveat(self) -> Statement | None:
        """What to say beside the number of persons; ``None`` when they may be the headline."""
        return caveats.one_case_dominates(self.share) if self.headline == "cases" else None


@overload
def largest_case_share(case_sizes: Column, *, by: None = ...) -> LargestCase | Statement: ...
@overload
def largest_case_share(case_sizes: Column, *, by: Labels) -> LargestCases: ...
def largest_case_share(case_sizes: Column, *, by: Labels | None = None) -> LargestCase | Statement | LargestCases:
    """How much of the number of persons lies in the largest case, and whether to count cases instead.

    Parameters
    ----------
    case_sizes
        Persons in each case: a column of whole numbers from 0.
    by
        What each case belongs to (unit, metric), for a whole panel in one call: a column, several, or a frame.

    Returns
    -------
    LargestCase, Statement or LargestCases
        The finding; without any case the reason why there is none. With ``by`` one for each group.

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
    from evalkit.inference.clustered import CaseSums

    given = GroupedArguments("largest_case_share()")
    sizes = np.atleast_1d(given.counts("case_sizes", case_sizes))
    groups = given.groups("by", by)
    given.done()
    unknown = groups.total(np.broadcast_to(given.missing, sizes.shape)) > 0
    sums = CaseSums.of(sizes, groups.at, groups.count)
    found = LargestCases(numbers=_shares(sums, unknown), groups=groups.labels)
    return found if groups.labels is not None else found[0]


def _shares(sums: CaseSums, unknown: NDArray[np.bool_]) -> pl.DataFrame:
    import polars as pl

    reason = np.where(unknown, 0, np.where(sums.cases == 0, 1, -1)).astype(np.int8)
    frame = pl.DataFrame({"persons": sums.persons, "cases": sums.cases, "largest": sums.largest, "reason": reason})
    there = pl.col("reason") < 0
    return frame.with_columns(pl.when(there).then(pl.col("persons", "cases", "largest"))).with_columns(
        pl.when(~there).then("reason").alias("reason")
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class LargestCases:
    """How much lies in one case, group by group.

    Attributes
    ----------
    numbers
        ``persons``, ``cases`` and ``largest``, and ``reason``: the place in ``reasons`` of why there are none.
    groups
        One row per group with the columns that name it.
    """

    numbers: pl.DataFrame
    groups: pl.DataFrame | None
    reasons: tuple[Statement, ...] = (refusals.value_missing(), refusals.no_case_sizes())

    def __len__(self) -> int:
        return self.numbers.height

    def __getitem__(self, row: int) -> LargestCase | Statement:
        """One group's finding or refusal.

        Raises
        ------
        IndexError
            When there is no such row.
        """
        values = self.numbers.row(row, named=True)
        place = values.pop("reason")
        return LargestCase(**values) if place is None else self.reasons[place]

    def __iter__(self) -> Iterator[LargestCase | Statement]:
        return (self[row] for row in range(len(self)))

    def to_frame(self) -> pl.DataFrame:
        """One row per group: its names, the numbers, ``share``, ``headline`` and the code of a refusal."""
        import polars as pl

        share = pl.col("largest") / pl.col("persons")
        codes = {place: reason.code for place, reason in enumerate(self.reasons)}
        told = self.numbers.with_columns(
            share.alias("share"),
            pl.when(share > MOST_IN_ONE_CASE)
            .then(pl.lit("cases"))
            .when(share.is_not_null())
            .then(pl.lit("persons"))
            .alias("headline"),
            pl.col("reason").replace_strict(codes, return_dtype=pl.String, default=None).alias("reason_code"),
        ).drop("reason")
        return named(self.groups, told)

    def __repr__(self) -> str:
        return listed(f"LargestCases: {len(self)} groups", self.to_frame())

    def _repr_html_(self) -> str:
        from evalkit.views import frame_view

        return frame_view("Största ärendet", self.to_frame())


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
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
        moves the interval across ``null``: it holds it where it did not, or the other way round. ``None`` for a rate
        that was held against nothing.
    """

    whole: Interval
    lowest: float
    highest: float
    changes: tuple[tuple[int, ...], ...] | None

    def to_frame(self) -> pl.DataFrame:
        """One row: estimate and limits with every case, ``lowest``, ``highest`` and how many cases decide, if known."""
        import polars as pl

        whole = {"estimate": self.whole.estimate, "conf_low": self.whole.low, "conf_high": self.whole.high}
        deciding = None if self.changes is None else sum(len(rows) for rows in self.changes)
        return pl.DataFrame([whole | {"lowest": self.lowest, "highest": self.highest, "deciding_cases": deciding}])

    def __repr__(self) -> str:
        whole = self.whole
        told = "" if self.changes is None else f"; {sum(len(rows) for rows in self.changes)} deciding cases"
        return (
            f"LeftOut: {whole.estimate:.4g} ({whole.low:.4g} to {whole.high:.4g}); without one case "
            f"{self.lowest:.4g} to {self.highest:.4g}{told}"
        )

    def _repr_html_(self) -> str:
        from evalkit.views import frame_view

        return frame_view("Ett ärende borttaget i taget", self.to_frame())


@overload
def leave_one_case_out(
    case_sizes: Column,
    exposure: float,
    case_sizes_ref: Column | None = ...,
    exposure_ref: float | None = ...,
    *,
    at_most: float | None = ...,
    conf_level: float = ...,
    null: float | None = ...,
) -> LeftOut | Statement: ...
@overload
def leave_one_case_out(
    case_sizes: pl.DataFrame,
    exposure: pl.DataFrame,
    case_sizes_ref: pl.DataFrame | None = ...,
    exposure_ref: None = ...,
    *,
    at_most: float | None = ...,
    conf_level: float = ...,
    null: float | None = ...,
) -> LeftOuts: ...
def leave_one_case_out(
    case_sizes: Column | pl.DataFrame,
    exposure: float | pl.DataFrame,
    case_sizes_ref: Column | pl.DataFrame | None = None,
    exposure_ref: float | None = None,
    *,
    at_most: float | None = None,
    conf_level: float = 0.95,
    null: float | None = None,
) -> LeftOut | Statement | LeftOuts:
    """Whether a single case decides the rate, or with a reference the ratio of rates.

    Parameters
    ----------
    case_sizes, exposure, case_sizes_ref, exposure_ref
        As in :func:`rate_ratio_by_cases`, also with frames for a whole panel in one call; without the reference the
        rate of one group is looked at.
    at_most
        The most persons that any case can hold. Without it a rate has no upper limit and a ratio is a refusal.
    conf_level
        At least 0.5 and below 1.
    null
        What the interval is held against: a ratio, 1 when left out, or a rate in the unit of ``exposure``. For a rate
        no value lies at hand; without one the finding has no ``changes``.

    Returns
    -------
    LeftOut, Statement or LeftOuts
        The finding, or the reason why there is none: fewer than two cases in all, or a ratio without ``at_most``. For a
        panel one per row of
        ``exposure``; a case's row is then its row in the frame of its side.

    Raises
    ------
    EstimationError
        When an argument has no meaning; every such argument is told at once.

    Examples
    --------
    >>> import polars as pl
    >>> import evalkit as ek
    >>> cases, reference = pl.Series([2, 2, 1, 3, 2, 2, 1, 2, 2, 3]), pl.Series([1, 2])
    >>> found = ek.leave_one_case_out(cases, 1.0, reference, 1.0, at_most=10)
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
    natural = 1.0 if len(names) > 1 else None
    tested = natural if null is None else given.null("null", null)
    most = most_of(given, at_most, read)
    given.done()
    found = _left_out(read, level, tested, most)
    return found if read.labels is not None else found[0]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class LeftOuts:
    """What becomes of the estimate of every group when each of its cases is left out in turn.

    Attributes
    ----------
    whole
        The intervals with every case, shape ``(groups,)``, refused where there is nothing to leave out.
    lowest, highest
        The smallest and the largest estimate with one case left out, shape ``(groups,)``.
    changes
        For each side the rows (from 1) of the cases whose absence moves the interval across ``null``, and the group,
        from 0, that each of them belongs to; ``None`` for rates that were held against nothing.
    groups
        One row per group with the columns that name it.
    """

    whole: Intervals
    lowest: NDArray[np.float64]
    highest: NDArray[np.float64]
    changes: tuple[tuple[NDArray[np.int64], NDArray[np.int64]], ...] | None
    groups: pl.DataFrame | None = None

    def __len__(self) -> int:
        return self.lowest.size

    def __getitem__(self, row: int) -> LeftOut | Statement:
        """One group's finding or refusal.

        Raises
        ------
        IndexError
            When there is no such row.
        """
        told = self.whole.at(row)
        if isinstance(told, Statement):
            return told
        place, changes = row % len(self), None
        if self.changes is not None:
            changes = tuple(tuple(rows[groups == place].tolist()) for rows, groups in self.changes)
        return LeftOut(whole=told, lowest=float(self.lowest[row]), highest=float(self.highest[row]), changes=changes)

    def __iter__(self) -> Iterator[LeftOut | Statement]:
        return (self[row] for row in range(len(self)))

    def to_frame(self) -> pl.DataFrame:
        """One row per group: its names, estimate, limits, ``lowest``, ``highest``, and how many cases decide."""
        import polars as pl

        decided: list[int | None] = [None] * len(self)
        if self.changes is not None:
            every = np.concatenate([groups for _, groups in self.changes])
            decided = np.bincount(every, minlength=len(self)).tolist()
        told = pl.DataFrame(
            {
                "estimate": self.whole.estimate,
                "conf_low": self.whole.low,
                "conf_high": self.whole.high,
                "lowest": self.lowest,
                "highest": self.highest,
            }
        ).fill_nan(None)
        told = told.with_columns(pl.Series("deciding_cases", decided, dtype=pl.Int64))
        codes = [None, *(reason.code for reason in self.whole.reasons)]
        refused = np.zeros(len(self), dtype=np.int8) if self.whole.refused is None else self.whole.refused
        told = told.with_columns(pl.Series("reason_code", [codes[place] for place in refused], dtype=pl.String))
        return named(self.groups, told)

    def __repr__(self) -> str:
        return listed(f"LeftOuts: {len(self)} groups", self.to_frame())

    def _repr_html_(self) -> str:
        from evalkit.views import frame_view

        return frame_view("Ett ärende borttaget i taget", self.to_frame())


def _left_out(read: Grouped, conf_level: float, null: float | None, at_most: float | None) -> LeftOuts:
    """Every case of every group in one call for each side."""
    exposures = tuple(np.atleast_1d(exposed) for exposed in read.exposures)
    every = tuple(side.reshaped() for side in read.sums)
    held_against = 1.0 if null is None else null
    whole = _compared(every, exposures, conf_level, held_against, at_most)
    cases = sum(side.cases for side in every)
    whole = whole.refuse(np.atleast_1d(read.unknown), refusals.value_missing())
    whole = whole.refuse(np.atleast_1d(read.empty), refusals.nothing_to_divide_by())
    whole = whole.refuse(np.asarray(cases < _FEWEST), refusals.single_case())
    held, there = _holds(whole, held_against), whole.is_estimated
    lowest, highest = np.full(whole.estimate.shape, np.inf), np.full(whole.estimate.shape, -np.inf)
    changes = []
    for side, (sizes, places) in enumerate(zip(read.sizes, read.places, strict=True)):
        used = np.flatnonzero(there[places])
        at = places[used]
        beside = [sums.at(at) for sums in every]
        beside[side] = beside[side].without(sizes[used])
        found = _compared(tuple(beside), tuple(exposed[at] for exposed in exposures), conf_level, held_against, at_most)
        np.minimum.at(lowest, at, found.estimate)
        np.maximum.at(highest, at, found.estimate)
        moved = _holds(found, held_against) != held[at]
        changes.append((used[moved] + 1, at[moved]))
    return LeftOuts(
        whole=whole,
        lowest=np.where(there, lowest, np.nan),
        highest=np.where(there, highest, np.nan),
        changes=None if null is None else tuple(changes),
        groups=read.labels,
    )


def _compared(
    sums: tuple[CaseSums, ...],
    exposures: tuple[NDArray[np.float64], ...],
    conf_level: float,
    null: float,
    at_most: float | None,
) -> Intervals:
    from evalkit.inference import clustered

    if len(sums) == 1:
        return clustered.rate(sums[0], exposures[0], conf_level, null=null, at_most=at_most)
    return clustered.ratio(sums[0], exposures[0], sums[1], exposures[1], conf_level, null=null, at_most=at_most)


def _holds(found: Intervals, null: float) -> NDArray[np.bool_]:
    return np.asarray((found.low <= null) & (null <= found.high))
