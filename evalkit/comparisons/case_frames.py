"""Sizes of cases as a person gives them, one column or a whole panel, into the sums that the intervals need."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from evalkit.inference.arguments import is_number
from evalkit.inference.clustered import CaseSums
from evalkit.inference.column_arguments import ColumnArguments
from evalkit.inference.totals import LARGEST_COUNT
from evalkit.language import Text

if TYPE_CHECKING:
    import polars as pl

PERSONS, EXPOSURE, EXPOSURE_REF = "persons", "exposure", "exposure_ref"


@dataclass(frozen=True, slots=True, eq=False)
class Grouped:
    """What was given, side by side: the group, and the reference if there is one.

    Attributes
    ----------
    sums, exposures
        Per side; shape ``()``, or ``(groups,)`` for a panel.
    sizes
        Per side the size of every case.
    unknown
        Where the size of at least one case, or an exposure, is missing; shape of the sums.
    empty
        Where an exposure is 0, of the same shape.
    places
        Per side the group of every case, from 0.
    labels
        For a panel one row per group with the columns that name it.
    """

    sums: tuple[CaseSums, ...]
    exposures: tuple[NDArray[np.float64], ...]
    sizes: tuple[NDArray[np.int64], ...]
    unknown: NDArray[np.bool_]
    empty: NDArray[np.bool_]
    places: tuple[NDArray[np.int64], ...] = ()
    labels: pl.DataFrame | None = None


def by_group(
    given: ColumnArguments,
    sizes: Mapping[str, object],
    exposure: object,
    names: tuple[str, ...],
    exposure_ref: object = None,
) -> Grouped:
    """Read the sides and note every fault in ``given``.

    Parameters
    ----------
    given
        The arguments of the call; for a panel its rows become the groups.
    sizes
        By argument the sizes of the cases of one side: a column, or a frame for a panel.
    exposure, exposure_ref
        A number each, or one frame for both.
    names
        The columns of that frame, one per side.
    """
    import polars as pl

    frames = [isinstance(value, pl.DataFrame) for value in (*sizes.values(), exposure)]
    if not any(frames):
        exposures = (exposure, exposure_ref)[: len(sizes)]
        return _single(given, sizes, dict(zip(names, exposures, strict=True)))
    if not all(frames) or exposure_ref is not None or not isinstance(exposure, pl.DataFrame):
        _note(
            given,
            "frames_and_columns_mixed",
            EXPOSURE,
            Text("Tabeller och enskilda kolumner eller tal är blandade.", "Tables are mixed with columns or numbers."),
            Text("bara tabeller, eller bara kolumner och tal", "tables only, or columns and numbers only"),
        )
        return _nothing(len(sizes))
    keys = [name for name in exposure.columns if name not in names]
    sides = {name: value for name, value in sizes.items() if isinstance(value, pl.DataFrame)}
    if not _columns_stand(given, keys, sides, exposure, names):
        return _nothing(len(sizes))
    return _panel(given, keys, sides, exposure, names)


def most_of(given: ColumnArguments, value: object, read: Grouped) -> float | None:
    """The most persons that a case can hold, if it was told; a fault where a case that is there holds more."""
    largest = max((int(side.largest.max(initial=1)) for side in read.sums), default=1)
    if value is None or (is_number(value) and largest <= value <= LARGEST_COUNT):
        return None if value is None else float(value)
    given.note(
        "at_most_below_largest",
        "at_most",
        what=Text(
            "at_most är mindre än det största ärendet, eller inget ändligt tal.",
            "at_most is less than the largest case, or no finite number.",
        ),
        accepted=Text("ett tal som inget ärende är större än", "a number that no case is larger than"),
        next_step=Text(
            "Ange hur många personer ett ärende som mest kan rymma, eller utelämna at_most.",
            "Give how many persons a case can hold at most, or leave at_most out.",
        ),
    )
    return None


def _single(given: ColumnArguments, sizes: Mapping[str, object], exposures: Mapping[str, object]) -> Grouped:
    read = {name: _sizes(given, name, value) for name, value in sizes.items()}
    return Grouped(
        sums=tuple(CaseSums.of(counts) for counts, _ in read.values()),
        exposures=tuple(np.asarray(given.exposure(name, value)) for name, value in exposures.items()),
        sizes=tuple(counts for counts, _ in read.values()),
        unknown=np.asarray(any(missing.any() for _, missing in read.values())),
        empty=np.zeros((), dtype=bool),
        places=tuple(np.zeros(counts.size, dtype=np.int64) for counts, _ in read.values()),
    )


def _sizes(given: ColumnArguments, name: str, value: object) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """The sizes and where they are missing. Each side has a length of its own, and faults go to one log."""
    if is_number(value):
        # One number is as likely the sum of all cases as the size of the only one.
        what = Text(f"{name} är ett tal, inte en kolumn.", f"{name} is a number, not a column.")
        accepted = Text("en kolumn med antal personer, en rad per ärende", "a column of persons, one row for each case")
        step = Text(
            "Skriv talet inom hakparenteser om det var ett enda ärende.",
            "Write the number in brackets if there was one case only.",
        )
        given.note("case_sizes_not_a_column", name, what=what, accepted=accepted, next_step=step)
        return np.zeros(1, dtype=np.int64), np.zeros(1, dtype=bool)
    own = ColumnArguments(given.function, log=given.log)
    counts = own.counts(name, value)
    return np.atleast_1d(counts), np.atleast_1d(own.missing)


def _panel(
    given: ColumnArguments,
    keys: list[str],
    sides: dict[str, pl.DataFrame],
    exposure: pl.DataFrame,
    names: tuple[str, ...],
) -> Grouped:
    exposures = tuple(given.exposures(name, exposure[name]) for name in names)
    sums, every, places = [], [], []
    unknown = given.missing.copy()
    for name, cases in sides.items():
        sizes, missing = _sizes(given, name, cases[PERSONS])
        groups = _groups(given, name, keys, cases, exposure)
        unknown[groups[missing]] = True
        sums.append(CaseSums.of(sizes, groups, exposure.height))
        every.append(sizes)
        places.append(groups)
    return Grouped(tuple(sums), exposures, tuple(every), unknown, given.empty, tuple(places), exposure.select(keys))


def _groups(
    given: ColumnArguments, name: str, keys: list[str], cases: pl.DataFrame, exposure: pl.DataFrame
) -> NDArray[np.int64]:
    """The row of ``exposure`` that each case belongs to."""
    places = exposure.select(keys).with_row_index("evalkit place").unique(keys, keep="first", maintain_order=True)
    found = cases.select(keys).join(places, on=keys, how="left", nulls_equal=True, maintain_order="left")
    lost = found["evalkit place"].is_null()
    if lost.any():
        at = lost.arg_true().to_list()
        what = Text(
            f"{name} har ärenden i en grupp som inte finns i exposure (första raden: {at[0] + 1}, antal: {len(at)}).",
            f"{name} has cases in a group that is not in exposure (first row: {at[0] + 1}, in all: {len(at)}).",
        )
        accepted = Text("ärenden vars grupp har en rad i exposure", "cases whose group has a row in exposure")
        _note(given, "case_without_exposure", name, what, accepted)
    return found["evalkit place"].fill_null(0).cast(int).to_numpy() if exposure.height else np.zeros(0, dtype=np.int64)


def _columns_stand(
    given: ColumnArguments,
    keys: list[str],
    sides: dict[str, pl.DataFrame],
    exposure: pl.DataFrame,
    names: tuple[str, ...],
) -> bool:
    """Whether every column that is needed is there, of one type, and every group has one row."""
    before = len(given.log.problems)
    wanted = {EXPOSURE: (exposure, list(names))} | {name: (cases, [PERSONS, *keys]) for name, cases in sides.items()}
    for name, (frame, needed) in wanted.items():
        lacking = [column for column in needed if column not in frame.columns]
        if lacking:
            listed = ", ".join(lacking)
            what = Text(f"Tabellen {name} saknar kolumner: {listed}.", f"The table {name} lacks columns: {listed}.")
            _note(given, "frame_lacks_columns", name, what, Text(", ".join(needed), ", ".join(needed)))
        elif any(frame.schema[key] != exposure.schema[key] for key in keys):
            what = Text(
                f"Gruppkolumnerna i {name} har en annan typ än i exposure.",
                f"The group columns of {name} differ in type from those of exposure.",
            )
            _note(given, "group_types_differ", name, what, Text("samma typ i båda", "the same type in both"))
    if not keys or exposure.select(keys).is_duplicated().any():
        what = Text("exposure har inte en rad för varje grupp.", "exposure does not have one row for each group.")
        _note(given, "groups_not_distinct", EXPOSURE, what, Text("en rad per grupp", "one row per group"))
    return len(given.log.problems) == before


def _note(given: ColumnArguments, code: str, name: str, what: Text, accepted: Text) -> None:
    step = Text("Se exemplet i funktionens dokumentation.", "See the example in the function's documentation.")
    given.note(code, name, what=what, accepted=accepted, next_step=step)


def _nothing(sides: int) -> Grouped:
    """Stands in after a fault; nobody comes to use it."""
    none, no = np.zeros(0, dtype=np.int64), np.zeros((), dtype=bool)
    return Grouped((CaseSums.of(none),) * sides, (np.asarray(1.0),) * sides, (none,) * sides, no, no)
