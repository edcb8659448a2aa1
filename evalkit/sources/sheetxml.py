"""What only the XML of a workbook tells: failed and uncalculated formulas, number formats, what is hidden, true size.

The spreadsheet reader gives a failed formula and one that was never calculated as an empty cell, and a
percentage as its hundredth. It also makes room for every cell from the first to the last, so a sheet
whose only cell stands in the last corner would fill the memory. Hence this look, a piece at a time,
before the reader sees the file (ECMA-376 part 1, 18.2–18.8; part 2, 9.3).
"""

from __future__ import annotations

import html
import posixpath
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from evalkit.sources.limits import (
    MOST_CELLS,
    MOST_COLUMNS,
    MOST_ROW_XML_BYTES,
    MOST_ROWS,
    MOST_UNPACKED_BYTES,
)
from evalkit.sources.markup import plain_attributes
from evalkit.sources.packages import DamagedPackageError, OversizedPackageError, Package

_BOOK, _BOOK_LINKS, _STYLES, _STRINGS = (
    "xl/workbook.xml",
    "xl/_rels/workbook.xml.rels",
    "xl/styles.xml",
    "xl/sharedStrings.xml",
)
_SHEET_TAG = re.compile(rb"<(?:\w+:)?sheet\b[^>]*>")
_LINK_TAG = re.compile(rb"<(?:\w+:)?Relationship\b[^>]*>")
_DATE_1904 = re.compile(rb"<(?:\w+:)?workbookPr\b[^>]*\bdate1904=\"(?:1|true)\"")
_FORMAT_TAG = re.compile(rb"<(?:\w+:)?numFmt\b[^>]*>")
_CELL_STYLES = re.compile(rb"<(?:\w+:)?cellXfs\b.*?</(?:\w+:)?cellXfs>", re.DOTALL)
_STYLE_TAG = re.compile(rb"<(?:\w+:)?xf\b[^>]*>")
_PERCENT_FORMATS = frozenset({"9", "10"})  # built in: 0% and 0.00%
_MONTH_FORMAT = "17"  # built in: mmm-yy, which Excel itself gives to what is typed as 2024-12
_NOT_SIGNS = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.')  # quoted, escaped, bracketed, and room left for a sign
_DOCTYPE = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)

# What is printed above and below a sheet stands after its rows. In it an ampersand begins a command.
_PRINTED = re.compile(rb"<(?:\w+:)?(?:odd|even|first)(?:Header|Footer)\b[^>]*>([^<]*)<")
_COMMAND = re.compile(r'&(?:"[^"]*"|[A-Za-z+-]|[0-9]{1,3})')

_ROW_END = re.compile(rb"</(?:\w+:)?row>")
# Rows and cells that are only formatted take no room in the reader, so they are not counted.
_ROW_NUMBER = re.compile(rb"<(?:\w+:)?row\b[^>]*?\br=\"([0-9]+)\"[^>]*(?<!/)>")
_ROW_TAG = re.compile(rb"<(?:\w+:)?row\b[^>]*(?<!/)>")
_CELL_PLACE = re.compile(rb"<(?:\w+:)?c\b[^>]*?\br=\"([A-Z]+)([0-9]+)\"[^>]*(?<!/)>")
_UNPLACED_CELL = re.compile(rb"<(?:\w+:)?c\b(?![^>]*\br=)[^>]*>")
_ERROR_CELL = re.compile(rb"<(?:\w+:)?c\b(?=[^>]*\bt=\"e\")[^>]*\br=\"[A-Z]+([0-9]+)\"")
_FORMULA_TAG = re.compile(rb"<(?:\w+:)?f\b")
_FORMULA = re.compile(
    rb"<(?:\w+:)?c\b(?P<head>[^>]*)>\s*<(?:\w+:)?f\b(?:[^>]*/>|[^>]*>[^<]*</(?:\w+:)?f>)\s*"
    rb"(?:</(?:\w+:)?c>|<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)"
)
_HIDDEN_ROW = re.compile(rb"<(?:\w+:)?row\b[^>]*\bhidden=\"(?:1|true)\"[^>]*(?<!/)>")
_HIDDEN_COLUMNS = re.compile(rb"<(?:\w+:)?col\b(?=[^>]*\bhidden=\"(?:1|true)\")[^>]*>")
_PLACE = re.compile(rb"\br=\"([A-Z]+)([0-9]+)\"")
_STRING_INDEX = re.compile(rb"<(?:\w+:)?c\b[^>]*\bt=\"s\"[^>]*>\s*<(?:\w+:)?v>([0-9]{1,9})</")
_STRING_END = re.compile(rb"</(?:\w+:)?si>|<(?:\w+:)?si\s*/>")
_UNIQUE = re.compile(rb"<(?:\w+:)?sst\b[^>]*\buniqueCount=\"([0-9]+)\"")


@dataclass(slots=True)
class SheetFacts:
    """What a sheet's XML said. Rows are numbered as a person sees them; ``printed`` are headers and footers.

    The reader leaves out what is to the left of ``first_column``, the first with a cell in it, from 0.
    ``percent`` and ``months`` are numbers that are shown as a percentage, or as a month without its day.
    """

    failed: set[int] = field(default_factory=set)
    uncalculated: set[int] = field(default_factory=set)
    percent: dict[str, set[int]] = field(default_factory=dict)
    months: dict[str, set[int]] = field(default_factory=dict)
    hidden_rows: int = 0
    hidden_columns: int = 0
    printed: tuple[str, ...] = ()
    rows: int = 0
    columns: int = 0
    first_column: int = MOST_COLUMNS


@dataclass(frozen=True, slots=True)
class BookFacts:
    """The facts of every sheet by name, and whether days are counted from 1904."""

    sheets: dict[str, SheetFacts]
    from_1904: bool


def book_facts(package: Package) -> BookFacts:
    """Look through a workbook.

    Raises
    ------
    DamagedPackageError
        When a part is missing, doubled, cut off, or holds declarations that no workbook has.
    OversizedPackageError
        When a sheet goes past Excel's own limits, or its cells would not fit.
    """
    if _has_doubles(package):
        raise DamagedPackageError
    book = _markup(package, _BOOK)
    if _DOCTYPE.search(book):
        raise DamagedPackageError
    styles = _styles(package)
    longest = _longest_string(package)
    parts = sheet_parts(package, book)
    facts, shared = {}, 0
    for name, part in parts.items():
        facts[name], texts = _sheet_facts(package, part, styles)
        shared += texts
    if longest * shared > MOST_UNPACKED_BYTES:
        _check_repeated_strings(package, parts.values())
    return BookFacts(facts, bool(_DATE_1904.search(book)))


def sheet_parts(package: Package, book: bytes) -> dict[str, str]:
    """The part of the package that holds each sheet, in the order of the sheets."""
    links = {
        _attribute(tag, b"Id"): _attribute(tag, b"Target") for tag in _LINK_TAG.findall(_markup(package, _BOOK_LINKS))
    }
    parts = {}
    for tag in _SHEET_TAG.findall(book):
        target = links.get(_attribute(tag, rb"\w+:id"))
        if target is None:
            raise DamagedPackageError
        parts[_attribute(tag, b"name")] = posixpath.normpath(posixpath.join("/xl", target)).lstrip("/")
    return parts


def _markup(package: Package, part: str) -> bytes:
    return plain_attributes(package.read(package.member(part)))


def _has_doubles(package: Package) -> bool:
    """Whether two parts have one name, of which the spreadsheet reader might open the other."""
    return len({name.casefold() for name in package.names}) < len(package.members)


def _attribute(tag: bytes, name: bytes) -> str:
    match = re.search(rb"\s" + name + rb"=\"([^\"]*)\"", tag)
    return html.unescape(match[1].decode("utf-8", "replace")) if match else ""


@dataclass(frozen=True, slots=True)
class _Styles:
    """Patterns of the cells with a number that is shown as something else; ``None`` when no style shows it so."""

    percent: re.Pattern[bytes] | None = None
    month: re.Pattern[bytes] | None = None


def _styles(package: Package) -> _Styles:
    if _STYLES not in package.names:
        return _Styles()
    styles = _markup(package, _STYLES)
    percent, month = set(_PERCENT_FORMATS), {_MONTH_FORMAT}
    for tag in _FORMAT_TAG.findall(styles):
        signs = _NOT_SIGNS.sub("", _attribute(tag, b"formatCode")).lower()
        if "%" in signs:
            percent.add(_attribute(tag, b"numFmtId"))
        if {"m", "y"} <= set(signs) and not set("dhs") & set(signs):
            month.add(_attribute(tag, b"numFmtId"))
    block = _CELL_STYLES.search(styles)
    used = [_attribute(tag, b"numFmtId") for tag in _STYLE_TAG.findall(block[0])] if block else []
    return _Styles(_cells_shown(percent, used), _cells_shown(month, used))


def _cells_shown(formats: set[str], used: list[str]) -> re.Pattern[bytes] | None:
    """A cell in a style of one of the formats with a number in it."""
    either = b"|".join(b"%d" % place for place, form in enumerate(used) if form in formats)
    if not either:
        return None
    return re.compile(
        rb"<(?:\w+:)?c\b(?=[^>]*\bs=\"(?:" + either + rb")\")(?![^>]*\bt=\"(?:s|str|inlineStr|b|e)\")"
        rb"[^>]*\br=\"([A-Z]+)([0-9]+)\"[^>/]*>(?:\s*<(?:\w+:)?f\b[^>]*>[^<]*(?:</(?:\w+:)?f>)?)?\s*<(?:\w+:)?v>"
    )


def _sheet_facts(package: Package, part: str, styles: _Styles) -> tuple[SheetFacts, int]:
    facts, texts, counted = SheetFacts(), 0, 0
    piece, hidden = b"", []
    for piece in _pieces(package, part):
        if counted == 0 and _DOCTYPE.search(piece):
            raise DamagedPackageError
        counted += len(_ROW_TAG.findall(piece))
        _measure(piece, facts, counted)
        texts += piece.count(b't="s"')
        hidden += _HIDDEN_COLUMNS.findall(piece)
        _note_cells(piece, facts, styles)
    facts.printed = tuple(_printed(text) for text in _PRINTED.findall(piece))
    facts.hidden_columns = sum(_columns_within(tag, facts.columns) for tag in hidden)
    return facts, texts


def _note_cells(piece: bytes, facts: SheetFacts, styles: _Styles) -> None:
    if b't="e"' in piece:
        facts.failed.update(int(number) for number in _ERROR_CELL.findall(piece))
    if _FORMULA_TAG.search(piece):
        _note_uncalculated(piece, facts)
    if b"hidden=" in piece:
        facts.hidden_rows += len(_HIDDEN_ROW.findall(piece))
    for pattern, found in ((styles.percent, facts.percent), (styles.month, facts.months)):
        for column, number in pattern.findall(piece) if pattern else ():
            found.setdefault(column.decode(), set()).add(int(number))


def _columns_within(tag: bytes, width: int) -> int:
    """How many of the first columns a tag of columns is about."""
    first, last = _attribute(tag, b"min"), _attribute(tag, b"max")
    return max(0, min(int(last), width) - int(first) + 1) if first.isdigit() and last.isdigit() else 0


def _printed(text: bytes) -> str:
    return _COMMAND.sub(" ", html.unescape(text.decode("utf-8", "replace")))


def _pieces(package: Package, part: str) -> Iterator[bytes]:
    """The XML of a sheet, cut where a row ends."""
    rest = b""
    for chunk in package.chunks(package.member(part)):
        rest += chunk
        cut = max((match.end() for match in _ROW_END.finditer(rest)), default=0)
        if cut:
            yield plain_attributes(rest[:cut])
            rest = rest[cut:]
        if len(rest) > MOST_ROW_XML_BYTES:
            raise OversizedPackageError
    yield plain_attributes(rest)


def _measure(piece: bytes, facts: SheetFacts, counted: int) -> None:
    """Note the last row and column with content, and stop at what would not fit."""
    places = _CELL_PLACE.findall(piece)
    numbers = [_row(number) for number in {*_ROW_NUMBER.findall(piece), *(row for _, row in places)}]
    columns = [_column(letters) for letters in {letters for letters, _ in places}]
    unplaced = [0]
    if _UNPLACED_CELL.search(piece):
        unplaced = [len(_UNPLACED_CELL.findall(row)) for row in _ROW_END.split(piece)]
    facts.rows = max(facts.rows, counted, *numbers)
    facts.columns = max(facts.columns, *unplaced, *columns)
    facts.first_column = (
        0 if any(unplaced) else min(facts.first_column, *(column - 1 for column in columns or [MOST_COLUMNS]))
    )
    if facts.rows > MOST_ROWS or facts.columns > MOST_COLUMNS or facts.rows * facts.columns > MOST_CELLS:
        raise OversizedPackageError


def _row(number: bytes) -> int:
    return int(number) if len(number) <= len(str(MOST_ROWS)) else MOST_ROWS + 1


def _column(letters: bytes) -> int:
    """A is 1, Z 26, AA 27, XFD 16 384."""
    if len(letters) > len("XFD"):
        return MOST_COLUMNS + 1
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number


def column_letters(place: int) -> str:
    """The letters of a column, of which the first has place 0.

    >>> from evalkit.sources.sheetxml import column_letters
    >>> [column_letters(place) for place in (0, 25, 26, 16383)]
    ['A', 'Z', 'AA', 'XFD']
    """
    letters, number = "", place + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _note_uncalculated(piece: bytes, facts: SheetFacts) -> None:
    for match in _FORMULA.finditer(piece):
        # A formula whose text is empty says so with t="str": that is a value.
        place = _PLACE.search(match["head"])
        if place and b't="str"' not in match["head"]:
            facts.uncalculated.add(int(place[2]))


def _longest_string(package: Package) -> int:
    return max(_string_lengths(package), default=0)


def _string_lengths(package: Package) -> list[int]:
    """Bytes of each shared string, mark-up counted; a workbook may repeat one of them in every cell."""
    if _STRINGS not in package.names:
        return []
    content = package.read(package.member(_STRINGS))
    top = plain_attributes(content[:4096])
    claimed = _UNIQUE.search(top)
    if _DOCTYPE.search(top) or (claimed and int(claimed[1][:12]) > len(content)):
        raise DamagedPackageError
    lengths, start = [], 0
    for match in _STRING_END.finditer(content):
        lengths.append(match.end() - start)
        start = match.end()
    return lengths


def _check_repeated_strings(package: Package, parts: Iterable[str]) -> None:
    """The long way, for workbooks with both long strings and many cells: what the cells come to together."""
    lengths = _string_lengths(package)
    total = 0
    for part in parts:
        for piece in _pieces(package, part):
            indices = (int(index) for index in _STRING_INDEX.findall(piece))
            total += sum(lengths[index] for index in indices if index < len(lengths))
            if total > MOST_UNPACKED_BYTES:
                raise OversizedPackageError
