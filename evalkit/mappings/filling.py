"""The columns of a target table, each filled in the one way that the mapping names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import polars as pl

from evalkit.contracts import Contract, Kind
from evalkit.contracts.cells import parse_cells
from evalkit.language import Text
from evalkit.mappings import dates, refusals
from evalkit.mappings.found import FILE, LINE, Found
from evalkit.mappings.model import (
    ACTIONS,
    Coded,
    Constant,
    Copied,
    Dated,
    FromSetting,
    Numbered,
    Ref,
    Serial,
    StatusOf,
    TargetColumn,
    TargetTable,
    Way,
)
from evalkit.mappings.rows import LeftOut, Rows
from evalkit.sources import RawTable
from evalkit.vocabulary import CellStatus

_DECIMALS = 6  # more than three, so that a number of ours is never taken for one with thousands


@dataclass(frozen=True, slots=True)
class Filled:
    """The rows of one target table as text, one per file that they came from."""

    raws: tuple[RawTable, ...]
    read: int
    left_out: tuple[LeftOut, ...]
    origins: Mapping[str, str]


@dataclass(slots=True)
class _Filling:
    table: TargetTable
    contract: Contract
    rows: Rows
    found: Found
    settings: Mapping[str, tuple[str, ...]]
    faulty: pl.Series
    unwanted: dict[str, pl.Series] = field(default_factory=dict)
    points: set[str] = field(default_factory=set)

    @property
    def height(self) -> int:
        return self.rows.frame.height

    def constant(self, value: str | None) -> pl.Series:
        return pl.Series("", [value] * self.height, dtype=pl.String)

    def blame(self, where: pl.Series, ref: Ref, target: str, make: object, *args: object) -> None:
        """Tell of cells that cannot be read, and keep their rows from a second message."""
        if where.any():
            self.rows.fault(where, refusals.column_of(ref, target), make, *args)
            self.faulty = self.faulty | where


def fill(
    table: TargetTable, contract: Contract, rows: Rows, found: Found, settings: Mapping[str, tuple[str, ...]]
) -> Filled:
    """Fill every column that the mapping names; what cannot be read is told and its rows set aside."""
    work = _Filling(
        table,
        contract,
        rows,
        found,
        settings,
        pl.repeat(value=False, n=rows.frame.height, eager=True, dtype=pl.Boolean),
    )
    columns = {column.to: _column(column, work) for column in table.columns}
    keep = ~work.faulty
    for name, where in work.unwanted.items():
        rows.left_out.append(LeftOut(_untranslated(name), int((where & keep).sum())))
        keep = keep & ~where
    frame = rows.frame.select(FILE, LINE).with_columns(**columns).filter(keep)
    return Filled(
        raws=_raws(frame, work),
        read=found.frames[table.base].frame.height,
        left_out=tuple(rows.left_out),
        origins={column.to: _origin(column) for column in table.columns},
    )


def _untranslated(name: str) -> Text:
    return Text(f"koden i {name} hör inte hit", f"the code in {name} does not belong here")


def _origin(column: TargetColumn) -> str:
    return refusals.column_of(column.refs[0], column.to) if column.refs else column.to


def _raws(frame: pl.DataFrame, work: _Filling) -> tuple[RawTable, ...]:
    names = tuple(column.to for column in work.table.columns)
    points = frozenset(place for place, name in enumerate(names) if name in work.points)
    raws = []
    for (place,), rows in frame.sort(FILE, LINE).group_by(FILE, maintain_order=True):
        file = work.found.files[int(str(place))]
        cells = rows.select(pl.col(name).alias(f"c{at}") for at, name in enumerate(names))
        raws.append(
            RawTable(
                table=work.contract.table,
                file=file.name,
                sheet=file.sheet,
                columns=names,
                frame=cells,
                rows=rows[LINE].alias("row"),
                digest=file.digest,
                decimal_points=points,
            )
        )
    return tuple(raws)


def _column(column: TargetColumn, work: _Filling) -> pl.Series:
    way = column.way
    missing = [ref for ref in column.refs if str(ref) not in work.rows.frame.columns]
    if missing and not isinstance(way, Serial):
        return work.constant(way.otherwise if isinstance(way, Coded) and way.otherwise not in ACTIONS else None)
    return _by_way(way, column, work).alias(column.to)


def _by_way(way: Way, column: TargetColumn, work: _Filling) -> pl.Series:  # noqa: PLR0911 - one return per way
    if isinstance(way, Constant):
        return work.constant(way.value or None)
    if isinstance(way, FromSetting):
        return work.constant(",".join(work.settings.get(way.setting, ())) or None)
    if isinstance(way, Serial):
        return _serials(way, column, work)
    if isinstance(way, Copied):
        return work.rows.frame[str(way.ref)]
    if isinstance(way, Coded):
        return _codes(way, column, work)
    if isinstance(way, Dated):
        return _dates(way, column, work)
    if isinstance(way, Numbered):
        return _numbers(way, column, work)
    return _statuses(way, work)


def _serials(way: Serial, column: TargetColumn, work: _Filling) -> pl.Series:
    """Numbered over the whole source table, so that two target tables give the same id the same number."""
    ids = work.found.frames[way.ref.table].frame[way.ref.column].drop_nulls().unique().to_list()
    numbers = {text: str(place) for place, text in enumerate(sorted(ids, key=lambda text: (len(text), text)), start=1)}
    cells = work.rows.frame[str(way.ref)]
    work.blame(cells.is_null(), way.ref, column.to, refusals.no_id)
    return cells.replace_strict(list(numbers), list(numbers.values()), default=None, return_dtype=pl.String)


def _codes(way: Coded, column: TargetColumn, work: _Filling) -> pl.Series:
    cells = work.rows.cells(way.refs)
    values = cells.replace_strict(
        list(way.codes), list(way.codes.values()), default=None, return_dtype=pl.String
    )  # fmt: skip
    unknown = values.is_null()
    if way.otherwise == "error":
        work.blame(unknown & cells.is_not_null(), way.refs[0], column.to, refusals.code_unknown, way.codes)
        return values
    if way.otherwise == "drop":
        work.unwanted[" + ".join(map(str, way.refs))] = unknown
        return values
    if way.otherwise == "empty":
        return values
    return values.fill_null(way.otherwise)


def _dates(way: Dated, column: TargetColumn, work: _Filling) -> pl.Series:
    cells = work.rows.frame[str(way.ref)]
    found = dates.days(cells)
    work.blame(cells.is_not_null() & found.is_null(), way.ref, column.to, refusals.not_a_date)
    return dates.written(found, way.precision)


def _numbers(way: Numbered, column: TargetColumn, work: _Filling) -> pl.Series:
    cells = _without_marks(way, work.rows.frame[str(way.ref)])
    plain = replace(work.contract.field(column.to), kind=Kind.NUMBER)
    point = way.ref.column in work.found.frames[way.ref.table].decimal_points
    parsed = parse_cells(cells, plain, decimal_point=point)
    work.blame(cells.is_not_null() & parsed.values.is_null(), way.ref, column.to, refusals.not_a_number)
    factor = way.conversion.factor if way.conversion else 1.0
    work.points.add(column.to)
    return _written(parsed.values * factor)


def _written(values: pl.Series) -> pl.Series:
    """Whole numbers without a mark; others with so many decimals that they can only be read in one way."""
    return pl.Series(values.name, [_number_text(value) for value in values.round(_DECIMALS)], dtype=pl.String)


def _number_text(value: float | None) -> str | None:
    if value is None:
        return None
    return str(int(value)) if value == int(value) else f"{value:.{_DECIMALS}f}"


def _without_marks(way: Numbered, cells: pl.Series) -> pl.Series:
    """A mark that stands for a number becomes it; one that stands for a status becomes an empty cell."""
    for mark, meaning in way.marks.items():
        number = None if meaning in set(CellStatus) else meaning
        cells = cells.set(cells.eq_missing(mark), number)
    return cells


def _statuses(way: StatusOf, work: _Filling) -> pl.Series:
    numbered = next(column.way for column in work.table.columns if column.to == way.column)
    if not isinstance(numbered, Numbered):
        return work.constant(CellStatus.VALUE.value)
    cells = work.rows.frame[str(numbered.ref)]
    found = work.constant(CellStatus.VALUE.value).set(cells.is_null(), CellStatus.MISSING.value)
    for mark, meaning in numbered.marks.items():
        if meaning in set(CellStatus):
            found = found.set(cells.eq_missing(mark), meaning)
    return found
