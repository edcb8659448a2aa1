"""From stored batches to the columns of the contract."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import polars as pl

from evalkit.contracts.bulk.column import Column
from evalkit.contracts.bulk.faults import BLANK_ROW, CellFaults
from evalkit.contracts.bulk.table import Batch, ParquetTable
from evalkit.contracts.cells import Parsed, parse_periods
from evalkit.contracts.model import Contract, Field, Kind
from evalkit.contracts.tablecheck import LINE, RAW, ROW
from evalkit.sources.zeros import UNIT

_PAIRED = ("period", "frequency")


@dataclass(frozen=True, slots=True)
class Reader:
    """A file read by a contract.

    Attributes
    ----------
    present
        The columns of the contract that the file has or may leave out.
    decimal_marks
        For columns of numbers stored as text: the marks that some cell shows to be decimal marks.
    lost_zeros
        Codes of units that lack their first zero (see :mod:`evalkit.sources.zeros`).
    """

    table: ParquetTable
    contract: Contract
    present: tuple[str, ...]
    decimal_marks: Mapping[str, frozenset[str]]
    lost_zeros: frozenset[str] = frozenset()

    @classmethod
    def of(
        cls, table: ParquetTable, contract: Contract, *, believed: bool, lost_zeros: frozenset[str] = frozenset()
    ) -> Reader:
        """Look through the text columns of numbers, for one cell can tell how the others are to be read.

        A file that is not ``believed`` is only screened.
        """
        known = [field for field in contract.fields if field.name in table.columns and believed]
        missing = {field.name for field in contract.fields if not field.optional_column and field not in known}
        present = tuple(name for name in contract.names if name not in missing) if known else ()
        numbers = [field.name for field in known if field.kind is Kind.NUMBER]
        mended = lost_zeros if table.columns.count(UNIT) == 1 and believed else frozenset[str]()
        return cls(table, contract, present, _decimal_marks(table, numbers), mended)

    def fields(self, names: Iterable[str]) -> tuple[Field, ...]:
        """The fields of these columns, and of what must be read together with them."""
        wanted = set(names)
        if wanted & set(_PAIRED):
            wanted |= set(_PAIRED)
        return tuple(field for field in self.contract.fields if field.name in wanted & set(self.present))

    def stored(self, fields: Iterable[Field]) -> list[str]:
        """The columns of the file that hold these fields; one at least, so that rows can be counted."""
        found = [self.table.stored_name(field.name) for field in fields if field.name in self.table.columns]
        return found or [self.table.stored[0]]

    def typed(self, columns: Mapping[str, Column], fields: Iterable[Field]) -> tuple[Parsed, ...]:
        """Each field as the contract types it, in their order."""
        found = {field.name: columns[field.name].typed(field, self._marks(field)) for field in fields}
        if self._has_periods() and set(_PAIRED) & set(found):
            height = len(next(iter(found.values())).values)
            read = parse_periods(*(_text(columns, name, height) for name in _PAIRED))
            found |= {name: parsed for name, parsed in zip(_PAIRED, read, strict=True) if name in found}
        return tuple(found.values())

    def _marks(self, field: Field) -> frozenset[str]:
        return self.decimal_marks.get(field.name, frozenset())

    def _has_periods(self) -> bool:
        return any(field.kind is Kind.PERIOD for field in self.contract.fields)

    def columns(self, batch: Batch, fields: Iterable[Field]) -> dict[str, Column]:
        """The stored columns of these fields; an optional column that is left out is empty."""
        return {field.name: self._column(batch, field.name) for field in fields}

    def _column(self, batch: Batch, name: str) -> Column:
        if name in self.table.columns:
            return self.column(name, batch.stored[self.table.stored_name(name)])
        return Column.read(pl.Series(name, [None] * batch.stored.height, dtype=pl.String))

    def column(self, name: str, stored: pl.Series) -> Column:
        """A stored column; codes of units get back the zeros that they have lost."""
        read = Column.read(stored)
        return read.with_zeros(self.lost_zeros) if name == UNIT and self.lost_zeros else read

    def frame(self, batch: Batch, parsed: Iterable[Parsed]) -> pl.DataFrame:
        """The typed columns with the rows' places in the batch and numbers in the file."""
        place = pl.int_range(batch.stored.height, dtype=pl.Int64, eager=True)
        origin = (place.alias(ROW), (place * 0).alias(RAW), (place + batch.first_line).alias(LINE))
        return pl.DataFrame([*(column.values for column in parsed), *origin])

    def sound_rows(self, names: Iterable[str], faults: CellFaults) -> Iterator[pl.DataFrame]:
        """These columns of the rows without a fault in them, batch by batch; ``_row`` is the number in the file."""
        wanted = tuple(names)
        return (rows.select(*wanted, ROW) for rows in self._rows(wanted, wanted, faults))

    def all_rows(self, names: Iterable[str], faults: CellFaults) -> Iterator[pl.DataFrame]:
        """These columns of every row that is not blank."""
        wanted = tuple(names)
        return (rows.select(wanted) for rows in self._rows(wanted, (), faults))

    def typed_batches(self, fields: tuple[Field, ...]) -> Iterator[tuple[Batch, tuple[Parsed, ...]]]:
        """Every batch with these fields as the contract types them."""
        for batch in self.table.batches(self.stored(fields)):
            yield batch, self.typed(self.columns(batch, fields), fields)

    def typed_rows(self, names: Iterable[str]) -> Iterator[pl.DataFrame]:
        """These columns of every row, batch by batch."""
        wanted = tuple(names)
        fields = self.fields(wanted)
        for batch, parsed in self.typed_batches(fields):
            yield self.frame(batch, parsed).select(wanted)

    def faulty_rows(self, name: str, columns: Iterable[str], faults: CellFaults) -> Iterator[pl.DataFrame]:
        """One column of the rows with a fault in any of these columns, of the batches that have any."""
        fields, watched = self.fields((name,)), tuple(dict.fromkeys((*columns, name)))
        for batch in self.table.batches(self.stored(fields)):
            height = batch.stored.height
            at_fault, blank = (faults.mask(names, batch.place, height) for names in (watched, (BLANK_ROW,)))
            if at_fault is not None:
                frame = self.frame(batch, self.typed(self.columns(batch, fields), fields)).select(name)
                yield frame.filter(at_fault if blank is None else at_fault & ~blank)

    def _rows(self, names: tuple[str, ...], sound: tuple[str, ...], faults: CellFaults) -> Iterator[pl.DataFrame]:
        fields = self.fields(names)
        for batch, parsed in self.typed_batches(fields):
            frame = self.frame(batch, parsed).with_columns(pl.col(LINE).alias(ROW))
            at_fault = faults.mask((*sound, BLANK_ROW), batch.place, frame.height)
            yield frame if at_fault is None else frame.filter(~at_fault)


def _text(columns: Mapping[str, Column], name: str, height: int) -> pl.Series:
    return columns[name].text() if name in columns else pl.Series(name, [None] * height, dtype=pl.String)


def _decimal_marks(table: ParquetTable, numbers: Iterable[str]) -> dict[str, frozenset[str]]:
    marks = {name: frozenset[str]() for name in numbers}
    if marks:
        for batch in table.batches([table.stored_name(name) for name in marks]):
            for name in marks:
                marks[name] |= Column.read(batch.stored[table.stored_name(name)]).decimal_marks()
    return marks
