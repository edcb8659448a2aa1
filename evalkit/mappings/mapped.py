"""What came of a mapping: tables that follow their contracts, and an account of how they were made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import polars as pl

from evalkit.language import Language, Text, in_language
from evalkit.mappings.found import ReadFile
from evalkit.mappings.rows import LeftOut


@dataclass(frozen=True, slots=True)
class Count:
    """The rows of one target table: ``read`` in the source, ``left_out`` by reason, ``written``."""

    target: str
    source: str
    read: int
    left_out: tuple[LeftOut, ...]
    written: int


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Mapped:
    """Checked tables made from the files of a source system.

    Attributes
    ----------
    mapping, version
        Which mapping made them.
    frames
        From table name to a frame with the columns and types of its contract, sorted by key.
    filled
        From table name to the columns that the mapping fills; the others are empty.
    counts
        Per target table how many rows were read, left out (by reason) and written.
    files
        What was read, and which columns were left alone.
    assumptions
        What was taken for granted.
    limits
        What the source cannot tell.
    """

    mapping: str
    version: str
    title: Text
    frames: Mapping[str, pl.DataFrame]
    filled: Mapping[str, tuple[str, ...]]
    counts: tuple[Count, ...]
    files: tuple[ReadFile, ...]
    assumptions: tuple[Text, ...]
    limits: tuple[Text, ...]

    def __repr__(self) -> str:
        return self.describe(Language.EN)

    def describe(self, language: Language = Language.SV) -> str:
        """What was read, translated and left out, and why, for a person."""
        return "\n".join(self._lines(language))

    def _lines(self, language: Language) -> Iterator[str]:
        title = self.title.in_language(language)
        yield f"{in_language(language, 'Mappning', 'Mapping')} {self.mapping} {self.version}: {title}"
        yield in_language(language, "Läst", "Read")
        for file in self.files:
            yield from _file_lines(file, language)
        yield in_language(language, "Översatt", "Translated")
        for count in self.counts:
            yield from _count_lines(count, language)
        for heading, texts in (
            (Text("Antaget", "Taken for granted"), self.assumptions),
            (Text("Källan kan inte visa", "The source cannot show"), self.limits),
        ):
            if texts:
                yield heading.in_language(language)
                yield from (f"  {text.in_language(language)}" for text in texts)


def _rows(count: int, language: Language) -> str:
    word = in_language(language, "rad" if count == 1 else "rader", "row" if count == 1 else "rows")
    return f"{_grouped(count, language)} {word}"


def _columns(count: int, language: Language) -> str:
    one, many = in_language(language, "kolumn", "column"), in_language(language, "kolumner", "columns")
    return f"{count} {one if count == 1 else many}"


def _grouped(count: int, language: Language) -> str:
    return f"{count:,}".replace(",", in_language(language, "\u00a0", ","))


def _file_lines(file: ReadFile, language: Language) -> Iterator[str]:
    name = file.name if file.sheet is None else f"{file.name} ({file.sheet})"
    yield f"  {name} → {file.table}: {_rows(file.rows, language)}, {_columns(len(file.columns), language)}"
    for column, reason in file.dropped:
        yield f"    {in_language(language, 'utelämnad', 'left out')}: {column} ({reason.in_language(language)})"
    if file.unnamed:
        unread = in_language(language, "som mappningen inte läser", "that the mapping does not read")
        yield f"    {in_language(language, 'utelämnade', 'left out')}: {_columns(file.unnamed, language)} {unread}"


def _count_lines(count: Count, language: Language) -> Iterator[str]:
    left = in_language(language, "utelämnade", "left out")
    yield f"  {count.source} → {count.target}: {_rows(count.written, language)}"
    for item in count.left_out:
        if item.rows:
            yield f"    {left}: {_rows(item.rows, language)} ({item.reason.in_language(language)})"
