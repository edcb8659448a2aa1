"""What only the XML of a workbook tells: failed formulas, formulas without a value, percentages, true size.

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
_PLACE = re.compile(rb"\br=\"([A-Z]+)([0-9]+)\"")
_STRING_INDEX = re.compile(rb"<(?:\w+:)?c\b[^>]*\bt=\"s\"[^>]*>\s*<(?:\w+:)?v>([0-9]{1,9})</")
_STRING_END = re.compile(rb"</(?:\w+:)?si>|<(?:\w+:)?si\s*/>")
_UNIQUE = re.compile(rb"<(?:\w+:)?sst\b[^>]*\buniqueCount=\"([0-9]+)\"")


@dataclass(slots=True)
class SheetFacts:
    """What a sheet's XML said. Rows are numbered as a person sees them; ``printed`` are headers and footers."""

    failed: set[int] = field(default_factory=set)
    uncalculated: set[int] = field(default_factory=set)
    percent: dict[str, set[int]] = field(default_factory=dict)
    printed: tuple[str, ...] = ()
    rows: int = 0
    columns: int = 0


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
        When a part is missing, cut off, or holds declarations that no workbook has.
    OversizedPackageError
        When a sheet goes past Excel's own limits, or its cells would not fit.
    """
    book = package.read(package.member(_BOOK))
    if _DOCTYPE.search(book):
        raise DamagedPackageError
    percent = _percent_styles(package)
    longest = _longest_string(package)
    parts = sheet_parts(package, book)
    facts, shared = {}, 0
    for name, part in parts.items():
        facts[name], texts = _sheet_facts(package, part, percent)
        shared += texts
    if longest * shared > MOST_UNPACKED_BYTES:
        _check_repeated_strings(package, parts.values())
    return BookFacts(facts, bool(_DATE_1904.search(book)))


def sheet_parts(package: Package, book: bytes) -> dict[str, str]:
    """The part of the package that holds each sheet, in the order of the sheets."""
    links = {
        _attribute(tag, b"Id"): _attribute(tag, b"Target")
        for tag in _LINK_TAG.findall(package.read(package.member(_BOOK_LINKS)))
    }
    parts = {}
    for tag in _SHEET_TAG.findall(book):
        target = links.get(_attribute(tag, rb"\w+:id"))
        if target is None:
            raise DamagedPackageError
        parts[_attribute(tag, b"name")] = posixpath.normpath(posixpath.join("/xl", target)).lstrip("/")
    return parts


def _attribute(tag: bytes, name: bytes) -> str:
    match = re.search(rb"\s" + name + rb"=\"([^\"]*)\"", tag)
    return html.unescape(match[1].decode("utf-8", "replace")) if match else ""


def _percent_styles(package: Package) -> frozenset[bytes]:
    """The style numbers that show a number as a percentage."""
    if _STYLES not in package.names:
        return frozenset()
    styles = package.read(package.member(_STYLES))
    formats = set(_PERCENT_FORMATS)
    for tag in _FORMAT_TAG.findall(styles):
        # A percent sign in quotation marks or after a backslash is only a letter.
        code = re.sub(r'"[^"]*"|\\.', "", _attribute(tag, b"formatCode"))
        if "%" in code:
            formats.add(_attribute(tag, b"numFmtId"))
    block = _CELL_STYLES.search(styles)
    used = _STYLE_TAG.findall(block[0]) if block else []
    return frozenset(b"%d" % place for place, tag in enumerate(used) if _attribute(tag, b"numFmtId") in formats)


def _sheet_facts(package: Package, part: str, percent: frozenset[bytes]) -> tuple[SheetFacts, int]:
    facts, texts, counted = SheetFacts(), 0, 0
    shown = _percent_cell(percent)
    piece = b""
    for piece in _pieces(package, part):
        if counted == 0 and _DOCTYPE.search(piece):
            raise DamagedPackageError
        counted += len(_ROW_TAG.findall(piece))
        _measure(piece, facts, counted)
        if b't="e"' in piece:
            facts.failed.update(int(number) for number in _ERROR_CELL.findall(piece))
        texts += piece.count(b't="s"')
        if _FORMULA_TAG.search(piece):
            _note_uncalculated(piece, facts)
        if shown:
            for column, number in shown.findall(piece):
                facts.percent.setdefault(column.decode(), set()).add(int(number))
    facts.printed = tuple(_printed(text) for text in _PRINTED.findall(piece))
    return facts, texts


def _printed(text: bytes) -> str:
    return _COMMAND.sub(" ", html.unescape(text.decode("utf-8", "replace")))


def _percent_cell(styles: frozenset[bytes]) -> re.Pattern[bytes] | None:
    """A cell in one of the styles with a number in it."""
    if not styles:
        return None
    either = b"|".join(sorted(styles))
    return re.compile(
        rb"<(?:\w+:)?c\b(?=[^>]*\bs=\"(?:" + either + rb")\")(?![^>]*\bt=\"(?:s|str|inlineStr|b|e)\")"
        rb"[^>]*\br=\"([A-Z]+)([0-9]+)\"[^>/]*>(?:\s*<(?:\w+:)?f\b[^>]*>[^<]*(?:</(?:\w+:)?f>)?)?\s*<(?:\w+:)?v>"
    )


def _pieces(package: Package, part: str) -> Iterator[bytes]:
    """The XML of a sheet, cut where a row ends."""
    rest = b""
    for chunk in package.chunks(package.member(part)):
        rest += chunk
        cut = max((match.end() for match in _ROW_END.finditer(rest)), default=0)
        if cut:
            yield rest[:cut]
            rest = rest[cut:]
        if len(rest) > MOST_ROW_XML_BYTES:
            raise OversizedPackageError
    yield rest


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
    claimed = _UNIQUE.search(content[:4096])
    if _DOCTYPE.search(content[:4096]) or (claimed and int(claimed[1][:12]) > len(content)):
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
