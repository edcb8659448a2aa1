"""A Parquet file as batches of rows: what is in it, and reading no more of it than is asked for."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from evalkit import screening
from evalkit.contracts.bulk.room import text_bytes
from evalkit.errors import Problem, ProblemLog, SourceError
from evalkit.language import Text
from evalkit.sources import Expected, RawTable, problems
from evalkit.sources.heading import NOTHING_EXPECTED, settle_headings
from evalkit.sources.limits import MOST_TEXT_BYTES

HEADER_ROWS = 1


@dataclass(frozen=True, slots=True)
class Batch:
    """Some rows of the file: columns as they are stored, and the number of the first row in the file."""

    place: int
    first_line: int
    stored: pl.DataFrame


@dataclass(frozen=True, slots=True)
class ParquetTable:
    """One Parquet file that is to be checked.

    Attributes
    ----------
    name
        The name that messages may show.
    columns
        The headings, trimmed and spelled as the table's columns, in the order of the file.
    stored
        The same headings as they stand in the file.
    told
        What was taken for granted about the headings.
    """

    path: Path
    name: str
    columns: tuple[str, ...]
    stored: tuple[str, ...]
    rows: int
    batch_rows: int
    told: tuple[Text, ...] = ()

    @classmethod
    def open(
        cls, path: Path, batch_rows: int, *, expected: Expected = NOTHING_EXPECTED, shown: str | None = None
    ) -> ParquetTable:
        """Look at the file without reading its rows.

        ``shown`` is the name that messages may show, when somebody has already settled that.

        Raises
        ------
        SourceError
            When it cannot be read, or its name itself may hold an identity number.
        """
        if shown is None and screening.may_not_be_shown(path.name):
            raise SourceError(problems.identity_in_name(f"#1{path.suffix.lower()}"))
        name = shown or path.name
        _stop_unless_readable(path, name)
        try:
            lazy = pl.scan_parquet(path, glob=False)
            names = tuple(lazy.collect_schema().names())
            rows = lazy.select(pl.len()).collect().item()
        except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError):
            raise SourceError(problems.corrupt(name, "Parquet")) from None
        if not names:
            raise SourceError(problems.no_header(name, None))
        headings = settle_headings(names, expected)
        whole = cls(path, name, headings.names, names, int(rows), batch_rows, headings.told)
        width = whole._used_width()
        return replace(whole, columns=headings.names[:width], stored=names[:width])

    def stored_name(self, column: str) -> str:
        """The heading as it stands in the file, of the first column with this name."""
        return self.stored[self.columns.index(column)]

    def without(self, column: str) -> ParquetTable:
        """The same file without the columns of this name."""
        kept = [(name, stored) for name, stored in zip(self.columns, self.stored, strict=True) if name != column]
        return replace(self, columns=tuple(name for name, _ in kept), stored=tuple(stored for _, stored in kept))

    def batches(self, stored: Sequence[str]) -> Iterator[Batch]:
        """The rows in order, with only these columns.

        Raises
        ------
        SourceError
            When the file turns out to be damaged, or a text in it is long and repeated so often that a batch would
            come to more than ``MOST_TEXT_BYTES``: in the file and in memory it stands once, but not where it is
            compared and trimmed.
        """
        for place, start in enumerate(range(0, self.rows, self.batch_rows)):
            yield Batch(place, start + 1 + HEADER_ROWS, self._slice(stored, start))

    def _slice(self, stored: Sequence[str], start: int) -> pl.DataFrame:
        lazy = pl.scan_parquet(self.path, glob=False).select(stored).slice(start, self.batch_rows)
        try:
            found = lazy.collect()
        except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError):
            raise SourceError(problems.corrupt(self.name, "Parquet")) from None
        if sum(map(text_bytes, found.iter_columns())) > MOST_TEXT_BYTES:
            raise SourceError(problems.too_large(self.name))
        return found

    def _used_width(self) -> int:
        """Spreadsheets often leave columns without a name or a cell to the right of the data."""
        width = len(self.stored)
        while width and not self.stored[width - 1].strip() and self._is_blank(self.stored[width - 1]):
            width -= 1
        return width

    def _is_blank(self, stored: str) -> bool:
        return not any(_is_filled(batch.stored[stored]) for batch in self.batches([stored]))

    def heading(self, table: str, digest: str) -> RawTable:
        """The file without its rows, for what is said of headings alone."""
        return RawTable(
            table=table,
            file=self.name,
            sheet=None,
            columns=self.columns,
            frame=pl.DataFrame(schema={f"c{place}": pl.String for place in range(len(self.columns))}),
            rows=pl.Series("row", [], dtype=pl.Int64),
            digest=digest,
        )

    def digest(self) -> str:
        """SHA-256 of the file's bytes."""
        with self.path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()


def _stop_unless_readable(path: Path, name: str) -> None:
    log = ProblemLog()
    if problem := _unreadable(path, name):
        log.add(problem)
    log.raise_if_any(SourceError)


def _unreadable(path: Path, name: str) -> Problem | None:
    try:
        if not path.is_file():
            return problems.missing_path(name)
        return None if path.stat().st_size else problems.zero_bytes(name)
    except OSError:
        return problems.unreadable(name)


def _is_filled(cells: pl.Series) -> bool:
    text = cells.cast(pl.String, strict=False).str.strip_chars()
    return bool((cells.is_not_null() & ~(text == "").fill_null(value=False)).any())
