"""One column of a batch: taken as it is where its type already fits, else read as text like any other file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import polars as pl

from evalkit.contracts.cells import Parsed, decimal_marks_in, parse_cells
from evalkit.contracts.headers import cell_traces
from evalkit.contracts.model import Field, Kind
from evalkit.screening import Trace
from evalkit.sources.columnar import as_text

# The years that a written date may have (see evalkit.periods); other dates go the way of text and fail there.
_FIRST_DAY, _LAST_DAY = date(1900, 1, 1), date(2199, 12, 31)
# A whole number with fewer than ten digits, or nine with a lost zero cannot hold an identity number.
_NINE_DIGITS = 10**8
_TEXTS = (pl.String, pl.Categorical, pl.Enum)
_DAYS = (Kind.DATE, Kind.PERIOD_FROM, Kind.PERIOD_TO, Kind.MONTH)


@dataclass(frozen=True, slots=True)
class Column:
    """The cells of one column of a batch.

    Attributes
    ----------
    cells
        As they are stored; text is trimmed and null where it is blank.
    distinct
        The different cells of a text column, null included; ``None`` for other types.
    """

    cells: pl.Series
    distinct: pl.Series | None

    @classmethod
    def read(cls, stored: pl.Series) -> Column:
        """A stored column. Text is trimmed by its distinct values, so that repetition costs little."""
        if stored.dtype not in _TEXTS:
            return cls(stored, None)
        cells = stored.cast(pl.String)
        distinct = cells.unique()
        trimmed = _trimmed(distinct)
        if trimmed.equals(distinct, null_equal=True):
            return cls(cells, distinct)
        return cls(_trimmed(cells), trimmed.unique())

    def text(self) -> pl.Series:
        """The cells as a person would have written them."""
        return self.cells if self.distinct is not None else _trimmed(as_text(self.cells))

    def with_zeros(self, lost: frozenset[str]) -> Column:
        """The column with a zero before each of these codes."""
        text = self.text()
        mended = text.replace({code: f"0{code}" for code in sorted(lost)})
        return Column(mended, mended.unique())

    def traces(self, field: Field | None) -> Iterator[tuple[Trace, list[int]]]:
        """Each kind of what must not be in a file, with the places of its cells (see :mod:`evalkit.contracts.headers`).

        Numbers and dates have no letters and no blanks, and no whole number is written with a zero before it, as a
        telephone number is: only nine digits or more can be something, which is then the number of somebody.
        """
        if self.distinct is not None:
            yield from _traces_of_equal(self.cells, self.distinct, field)
        elif self.cells.dtype.is_integer():
            long = (~self.cells.is_between(1 - _NINE_DIGITS, _NINE_DIGITS - 1)).arg_true()
            for trace, rows in cell_traces(self.cells.gather(long).cast(pl.String), field) if len(long) else ():
                yield trace, long.gather(rows).to_list()
        elif self.cells.dtype != pl.Date or not _within(self.cells, _FIRST_DAY, _LAST_DAY):
            text = self.text()
            yield from _traces_of_equal(text, text.unique(), field)

    def typed(self, field: Field, decimal_marks: frozenset[str] = frozenset()) -> Parsed:
        """The column as the contract types it, and the cells that could not be read."""
        if self.distinct is not None and field.dtype == pl.String:
            return Parsed(self._filled(field).alias(field.name))
        fitting = self._fitting(field) if field.default is None else None
        if fitting is not None:
            return Parsed(fitting.alias(field.name))
        cells = self.text()
        if field.default is not None:
            cells = cells.fill_null(field.default)
        if field.kind is Kind.PERIOD:
            return Parsed(cells.alias(field.name))
        point = self.cells.dtype.is_numeric()
        return parse_cells(cells, field, decimal_point=point, decimal_marks=decimal_marks)

    def _filled(self, field: Field) -> pl.Series:
        cells = self.cells if field.default is None else self.cells.fill_null(field.default)
        composed = self.distinct.str.normalize("NFC") if self.distinct is not None else cells
        return cells if composed.equals(self.distinct, null_equal=True) else cells.str.normalize("NFC")  # type: ignore[arg-type]

    def _fitting(self, field: Field) -> pl.Series | None:
        """The column in the contract's type, when that takes no reading of text and loses nothing."""
        kind = self.cells.dtype
        if field.kind is Kind.INTEGER and kind.is_integer():
            whole = self.cells.cast(pl.Int64, strict=False)
            return whole if whole.null_count() == self.cells.null_count() else None
        if field.kind is Kind.NUMBER and (kind.is_integer() or kind == pl.Float64):
            number = self.cells.cast(pl.Float64)
            return number if number.is_finite().fill_null(value=True).all() else None
        if field.kind in _DAYS and kind == pl.Date:
            return self.cells if _within(self.cells, _FIRST_DAY, _LAST_DAY) and self._begins_months(field) else None
        return None

    def _begins_months(self, field: Field) -> bool:
        return field.kind is not Kind.MONTH or bool((self.cells.dt.day() == 1).all())

    def decimal_marks(self) -> frozenset[str]:
        """The marks that this part of a text column shows to be decimal marks."""
        return frozenset() if self.distinct is None else decimal_marks_in(self.distinct.drop_nulls())


def _traces_of_equal(cells: pl.Series, distinct: pl.Series, field: Field | None) -> Iterator[tuple[Trace, list[int]]]:
    for trace, places in cell_traces(distinct, field):
        yield trace, cells.is_in(distinct.gather(places).implode()).arg_true().to_list()


def _trimmed(cells: pl.Series) -> pl.Series:
    return cells.str.strip_chars().replace("", None)


def _within(cells: pl.Series, least: object, most: object) -> bool:
    low, high = cells.min(), cells.max()
    return low is None or high is None or bool(low >= least and high <= most)  # type: ignore[operator]
