"""From the text of a cell to a typed value, with a code for every way that can fail.

A number is never guessed. Points and commas are only decimal marks and spaces only thousands
separators, so ``1.234`` (a thousand or a bit more than one?) is asked about, not read.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import polars as pl

from evalkit import periods
from evalkit.contracts.model import Field, Kind
from evalkit.vocabulary import Frequency

_SPACE = "[ \u00a0\u2007\u2009\u202f]"
_DIGITS = rf"(?:[0-9]+|[0-9]{{1,3}}(?:{_SPACE}[0-9]{{3}})+)"
_WHOLE = rf"^-?{_DIGITS}$"
_POINT_ZERO = rf"^-?{_DIGITS}[.,]0+$"
_FRACTION = rf"^-?{_DIGITS}[.,][0-9]+$"
_THREES = r"^-?[1-9][0-9]{0,2}(?:[.,][0-9]{3})+$"
_EXPONENT = r"^-?[0-9]+(?:\.[0-9]+)?[eE][+-]?[0-9]+$"
_MARK = r"(?i)^(?:[-‐‑‒–—−.…*:]{1,3}|x{1,3}|n/?a|nan|null|none|\?|saknas|uppgift saknas|sekretess)$"


@dataclass(frozen=True, slots=True)
class Failure:
    """Cells that could not be read: why, in which column, and which rows (from 0).

    Without a ``code`` the cell is merely unknown, because another cell is at fault.
    """

    code: str | None
    column: str
    rows: list[int]


@dataclass(frozen=True, slots=True)
class Parsed:
    """A typed column, null where the cell was empty or could not be read, and the failures."""

    values: pl.Series
    failures: tuple[Failure, ...] = ()


def parse_cells(
    cells: pl.Series, field: Field, *, decimal_point: bool = False, decimal_marks: frozenset[str] = frozenset()
) -> Parsed:
    """Read a column of text.

    Parameters
    ----------
    cells
        Text, null where empty.
    decimal_point
        The column was numeric already in the file, so that a point is certainly a decimal mark.
    decimal_marks
        Marks that :func:`decimal_marks_in` found in parts of the column that are not in ``cells``.

    Examples
    --------
    >>> import polars as pl
    >>> from evalkit.contracts import Contract
    >>> from evalkit.contracts.cells import parse_cells
    >>> parsed = parse_cells(pl.Series(["1 234", "1.234", "-"]), Contract.load("outcomes").field("value"))
    >>> parsed.values.to_list(), [(failure.code, failure.rows) for failure in parsed.failures]
    ([1234, None, None], [('status_mark', [2]), ('ambiguous_number', [1])])
    """
    if field.kind is Kind.INTEGER:
        return _integers(cells, field.name, decimal_point=decimal_point)
    if field.kind is Kind.NUMBER:
        return _numbers(cells, field.name, decimal_point=decimal_point, decimal_marks=decimal_marks)
    if field.kind in _DAY_READERS:
        code = _DAY_CODES.get(field.kind, "not_a_date_or_period")
        return _days(cells, field.name, _DAY_READERS[field.kind], code)
    return Parsed(cells.str.normalize("NFC").alias(field.name))


def _rows(condition: pl.Series) -> list[int]:
    return condition.fill_null(value=False).arg_true().to_list()


def _failures(column: str, *found: tuple[str, pl.Series]) -> tuple[Failure, ...]:
    return tuple(Failure(code, column, rows) for code, where in found if (rows := _rows(where)))


def _plain_minus(cells: pl.Series) -> pl.Series:
    """A minus sign or any short dash as ``-`` where it stands before a digit; alone it is a mark, not a sign."""
    return cells.str.replace("^[\u2010-\u2013\u2212]([0-9])", "-$1")


def _integers(cells: pl.Series, column: str, *, decimal_point: bool) -> Parsed:
    text = _plain_minus(cells)
    threes = text.str.contains(_THREES)
    if decimal_point:
        threes = threes & text.str.contains(",", literal=True)
    readable = (text.str.contains(_WHOLE) | text.str.contains(_POINT_ZERO)) & ~threes
    bare = text.str.replace(r"[.,]0+$", "").str.replace_all(_SPACE, "")
    values = bare.set(~readable.fill_null(value=False), None).cast(pl.Int64, strict=False)
    mark = text.str.contains(_MARK)
    fraction = text.str.contains(_FRACTION) & ~readable & ~threes
    return Parsed(
        values.alias(column),
        _failures(
            column,
            ("status_mark", mark),
            ("ambiguous_number", threes),
            ("not_whole", fraction),
            ("number_too_large", readable & values.is_null()),
            ("not_a_number", text.is_not_null() & ~readable & ~mark & ~fraction & ~threes),
        ),
    )


def _numbers(cells: pl.Series, column: str, *, decimal_point: bool, decimal_marks: frozenset[str]) -> Parsed:
    text = _plain_minus(cells)
    unclear = _unclear_decimals(text, decimal_marks | decimal_marks_in(text), decimal_point=decimal_point)
    readable = (text.str.contains(_WHOLE) | text.str.contains(_FRACTION)) & ~unclear
    if decimal_point:
        readable = readable | text.str.contains(_EXPONENT)
    bare = text.str.replace(",", ".", literal=True).str.replace_all(_SPACE, "")
    values = bare.set(~readable.fill_null(value=False), None).cast(pl.Float64, strict=False)
    finite = values.is_finite().fill_null(value=False)
    mark = text.str.contains(_MARK)
    return Parsed(
        values.set(~finite, None).alias(column),
        _failures(
            column,
            ("status_mark", mark),
            ("ambiguous_number", unclear),
            ("number_too_large", readable & ~finite),
            ("not_a_number", text.is_not_null() & ~readable & ~mark & ~unclear),
        ),
    )


def decimal_marks_in(text: pl.Series) -> frozenset[str]:
    """The marks that some cell shows to be decimal marks, as ``12,5`` does and ``1,234`` does not."""
    clear = text.filter((text.str.contains(_FRACTION) & ~text.str.contains(_THREES)).fill_null(value=False))
    return frozenset(mark for mark in (",", ".") if clear.str.contains(mark, literal=True).any())


def _unclear_decimals(text: pl.Series, decimal_marks: frozenset[str], *, decimal_point: bool) -> pl.Series:
    """Cells such as ``1,234``, unless other cells of the column show that its mark alone is the decimal mark."""
    unclear = text.str.contains(_THREES)
    if decimal_point:
        unclear = unclear & text.str.contains(",", literal=True)
    for mark in decimal_marks if len(decimal_marks) == 1 else ():
        many = text.str.count_matches(r"[.,]") > 1
        unclear = unclear & (~text.str.contains(mark, literal=True) | many)
    return unclear


def _read_day(text: str) -> date | None:
    return periods.try_day(text)


def _read_first(text: str) -> date | None:
    found = periods.try_parse(text)
    return found[0] if found else periods.try_day(text)


def _read_last(text: str) -> date | None:
    found = periods.try_parse(text)
    return periods.last_day(*found) if found else periods.try_day(text)


def _read_month(text: str) -> date | None:
    """A month, or the first day of one: a spreadsheet may have made a date of it."""
    found = periods.try_parse(text)
    day = found[0] if found and found[1] is Frequency.MONTH else periods.try_day(text)
    return day if day is not None and day == periods.first_day(day, Frequency.MONTH) else None


_DAY_READERS: dict[Kind, Callable[[str], date | None]] = {
    Kind.DATE: _read_day,
    Kind.PERIOD_FROM: _read_first,
    Kind.PERIOD_TO: _read_last,
    Kind.MONTH: _read_month,
}
_DAY_CODES = {Kind.DATE: "not_a_date", Kind.MONTH: "not_a_month"}


def _days(cells: pl.Series, column: str, read: Callable[[str], date | None], code: str) -> Parsed:
    known = {text: read(text) for text in cells.drop_nulls().unique()}
    values = _mapped(cells, known).alias(column)
    return Parsed(values, _failures(column, (code, cells.is_not_null() & values.is_null())))


def _mapped(cells: pl.Series, known: dict[str, date | None]) -> pl.Series:
    if not known:
        return pl.Series(cells.name, [None] * len(cells), dtype=pl.Date)
    return cells.replace_strict(list(known), list(known.values()), return_dtype=pl.Date)


def parse_periods(cells: pl.Series, frequencies: pl.Series) -> tuple[Parsed, Parsed]:
    """Read a column of periods together with the column of their lengths.

    Returns
    -------
    tuple of Parsed
        First days (``period``) and lengths (``frequency``). A length that is no known word stays
        as it is, for the check of closed lists to find.
    """
    pairs = pl.DataFrame({"period": cells, "frequency": frequencies}, schema=_PAIR)
    distinct = pairs.unique()
    readings = [_read_pair(text, word) for text, word in distinct.iter_rows()]
    table = distinct.with_columns(
        first=pl.Series([reading.first for reading in readings], dtype=pl.Date),
        length=pl.Series([reading.length for reading in readings], dtype=pl.String),
        failure=pl.Series([reading.failure for reading in readings], dtype=pl.String),
    )
    found = pairs.join(table, on=["period", "frequency"], how="left", nulls_equal=True, maintain_order="left")
    first = Parsed(found["first"].alias("period"), _pair_failures(found, "period"))
    length = Parsed(found["length"].alias("frequency"), _pair_failures(found, "frequency"))
    return first, length


_PAIR = {"period": pl.String, "frequency": pl.String}


@dataclass(frozen=True, slots=True)
class _Reading:
    first: date | None
    length: str | None
    failure: str | None = None


# The column that each failure is told about; the other one is then unknown but not at fault.
_COLUMN_OF_FAILURE = {
    "not_a_period": "period",
    "not_first_day": "period",
    "frequency_missing": "frequency",
    "frequency_conflict": "frequency",
    "unknown": None,
}


def _read_pair(text: str | None, word: str | None) -> _Reading:
    known = word is None or word in set(Frequency)
    if text is None:
        return _Reading(None, word, "unknown" if word is None else None)
    found = periods.try_parse(text)
    if found:
        first, length = found
        if word is None or word == length.value:
            return _Reading(first, length.value)
        return _Reading(first, word, "frequency_conflict") if known else _Reading(first, word)
    return _read_dated(text, word, known=known)


def _read_dated(text: str, word: str | None, *, known: bool) -> _Reading:
    day = periods.try_day(text)
    if day is None:
        return _Reading(None, word, "not_a_period")
    if word is None:
        return _Reading(day, None, "frequency_missing")
    if known and day != periods.first_day(day, Frequency(word)):
        return _Reading(None, word, "not_first_day")
    return _Reading(day, word)


def _pair_failures(found: pl.DataFrame, column: str) -> tuple[Failure, ...]:
    failures = []
    for code, place in _COLUMN_OF_FAILURE.items():
        rows = _rows(found["failure"] == code)
        if rows and place == column:
            failures.append(Failure(code, column, rows))
        elif rows and column == "frequency" and code in ("not_a_period", "unknown"):
            failures.append(Failure(None, column, _rows((found["failure"] == code) & found["length"].is_null())))
    return tuple(failure for failure in failures if failure.rows)
