"""Finding and reading the data files of a folder."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from evalkit import screening
from evalkit.errors import ContractError, Problem, ProblemLog, SourceError
from evalkit.language import Text
from evalkit.sources import archive_problems, problems
from evalkit.sources.archive import ARCHIVE, archive_members
from evalkit.sources.columnar import read_parquet
from evalkit.sources.delimited import read_delimited
from evalkit.sources.heading import NOTHING_EXPECTED, Expectations, Expected
from evalkit.sources.large import LargeFile, large_file
from evalkit.sources.limits import MOST_FILE_BYTES, MOST_MEMBERS
from evalkit.sources.tables import TABLES, Payload, RawTable, table_named
from evalkit.sources.workbook import read_workbook
from evalkit.sources.zeros import restore_zeros

_Reader = Callable[[Payload, str, ProblemLog, Expected], list[RawTable]]

_PARQUET = ".parquet"
_READERS: dict[str, _Reader] = {".csv": read_delimited, _PARQUET: read_parquet}
_WORKBOOK = ".xlsx"
_UNSUPPORTED = frozenset({".txt", ".tsv", ".tab", ".xls", ".xlsb", ".xlsm", ".ods", ".json", ".sav", ".dta"})
_IGNORED_STEMS = frozenset({"readme"})
_DATA, _OUTCOMES = "data", "outcomes"
_SUFFIXES = frozenset({*_READERS, _WORKBOOK, ARCHIVE, *_UNSUPPORTED})

_NO_ROWS = Text("Filen har inga rader.", "The file has no rows.")
_NO_ROWS_IN_SHEET = Text("Bladet är tomt.", "The sheet is empty.")
_ALL_ZERO = Text(
    "Filen har inga rader: varje täckt period läses som 0.",
    "The file has no rows: every covered period is read as 0.",
)


@dataclass(frozen=True, slots=True)
class Scan:
    """Everything that a folder gave: the tables that could be read and the problems met on the way.

    ``attempted`` are the tables that some file was meant for, whether or not it could be read, so
    that an unreadable file is not also reported as a missing table. ``large`` are files that have not
    been read, because they are checked in parts.
    """

    tables: tuple[RawTable, ...]
    problems: tuple[Problem, ...]
    attempted: frozenset[str]
    large: tuple[LargeFile, ...] = ()

    @property
    def error(self) -> type[SourceError] | type[ContractError]:
        """What to raise: ``ContractError`` as soon as some table could be read."""
        return ContractError if self.tables or self.large else SourceError


def read_folder(path: Path | str, expectations: Expectations | None = None) -> tuple[RawTable, ...]:
    r"""Read every data file of a folder or a zip archive as text.

    Parameters
    ----------
    path
        A folder or a zip archive with files named after tables (``outcomes.csv``,
        ``outcomes_botkyrka.xlsx``); or an analysis folder whose sub-folder ``data`` has them. Formats:
        CSV (comma or semicolon; UTF-8, or Windows-1252 as a stated assumption), XLSX, Parquet, and zip
        archives of these.
    expectations
        The columns that each table may have. With them, headings are also found below rows of title.

    Returns
    -------
    tuple of RawTable
        In the order of file and sheet.

    Raises
    ------
    SourceError
        With every problem of every file at once.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from evalkit.sources import read_folder
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = Path(folder, "units.csv").write_text("unit_id;unit_name\n0127;Botkyrka\n", encoding="utf-8")
    ...     read_folder(folder)[0]
    RawTable units from units.csv: 1 rows × 2 columns
    """
    scan = scan_folder(path, expectations)
    if scan.problems:
        raise SourceError(scan.problems)
    return scan.tables


def scan_folder(
    path: Path | str, expectations: Expectations | None = None, *, may_be_large: frozenset[str] = frozenset()
) -> Scan:
    """As :func:`read_folder`, but problems are returned beside what could be read.

    Of a table in ``may_be_large`` a Parquet file with many rows is only named, when it is the table's only file.
    """
    given = Path(path)
    if given.suffix.lower() == ARCHIVE and _is_file(given):
        return _scan_one(given, expectations)
    log = ProblemLog()
    reading = _Reading(expectations or {}, log, may_be_large)
    folder, files = _data_files(given, log)
    for place, file in enumerate(files, start=1):
        reading.take(file, shown_name(file.relative_to(folder).as_posix(), place, log))
    return reading.scan()


def is_data_file(path: Path | str) -> bool:
    """Whether the path is one file of data: neither a folder nor an archive of several."""
    given = Path(path)
    return given.suffix.lower() != ARCHIVE and _is_data(given.name) and _is_file(given)


def scan_file(path: Path | str, expectations: Expectations | None = None) -> Scan:
    """As :func:`scan_folder`, of one data file by itself: any other table may be elsewhere, so none is missing."""
    return replace(_scan_one(Path(path), expectations), attempted=frozenset(TABLES))


def _scan_one(file: Path, expectations: Expectations | None) -> Scan:
    reading = _Reading(expectations or {}, ProblemLog(), frozenset())
    reading.take(file, shown_name(file.name, 1, reading.log))
    return reading.scan()


@dataclass(slots=True)
class _Reading:
    """What has been read so far, and which tables some file was meant for."""

    expectations: Expectations
    log: ProblemLog
    may_be_large: frozenset[str] = frozenset()
    tables: list[RawTable] = field(default_factory=list)
    attempted: set[str] = field(default_factory=set)
    waiting: list[tuple[int, LargeFile]] = field(default_factory=list)

    def take(self, file: Path, name: str) -> None:
        """Read one file of a folder, or let it wait when it is large."""
        suffix, stem = file.suffix.lower(), file.stem
        if not self._is_readable(stem, suffix, name):
            return
        table = table_named(stem)
        if suffix == _PARQUET and table in self.may_be_large and (found := large_file(file, name, table)):
            self.waiting.append((len(self.tables), found))
            return
        self._read(file, name)

    def settle_large(self) -> tuple[LargeFile, ...]:
        """The files that are alone with their table. The others are read as text: they are one table with the rest."""
        elsewhere = [*(raw.table for raw in self.tables), *(file.table for _, file in self.waiting)]
        for place, file in reversed(self.waiting):
            if elsewhere.count(file.table) > 1:
                later = self.tables[place:]
                del self.tables[place:]
                self._read(file.path, file.name)
                self.tables += later
        return tuple(file for _, file in self.waiting if elsewhere.count(file.table) == 1)

    def _read(self, file: Path, name: str) -> None:
        suffix, stem = file.suffix.lower(), file.stem
        try:
            is_too_large = file.stat().st_size > MOST_FILE_BYTES
            content = b"" if is_too_large else file.read_bytes()
        except OSError:
            self.log.add(problems.unreadable(name))
            return
        if is_too_large:
            self.log.add(problems.too_large(name))
        elif suffix == ARCHIVE:
            self._unpack(Payload(name, content))
        else:
            self._parse(Payload(name, content), suffix, table_named(stem))

    def scan(self) -> Scan:
        """Everything read so far."""
        large = self.settle_large()
        tables = tell_empty(restore_zeros(self.tables))
        return Scan(tables, tuple(self.log.problems), frozenset(self.attempted), large)

    def _unpack(self, archive: Payload) -> None:
        before = len(self.log.problems)
        for place, (path, content) in enumerate(archive_members(archive, _is_data, self.log), start=1):
            inner = PurePosixPath(path)
            name = f"{archive.name}/{shown_name(path, place, self.log)}"
            if self._is_readable(inner.stem, inner.suffix.lower(), name):
                self._parse(Payload(name, content), inner.suffix.lower(), table_named(inner.stem))
        if len(self.log.problems) > before:
            self.attempted |= set(TABLES)  # the archive may have been meant to hold any table

    def _is_readable(self, stem: str, suffix: str, name: str) -> bool:
        table = table_named(stem)
        self.attempted |= {table} if table else set()
        if suffix in _UNSUPPORTED:
            self.log.add(problems.unsupported_format(name))
            return False
        if table is None and suffix not in (_WORKBOOK, ARCHIVE):
            self.log.add(problems.unknown_table(name))
            return False
        return True

    def _parse(self, payload: Payload, suffix: str, table: str | None) -> None:
        if suffix == _WORKBOOK or table is None:
            found = read_workbook(payload, table, self.log, self.expectations)
        else:
            expected = self.expectations.get(table, NOTHING_EXPECTED)
            found = _READERS[suffix](payload, table, self.log, expected)
        if not found and table is None:
            self.attempted |= set(TABLES)  # a workbook may have been meant for every table
        self.attempted |= {raw.table for raw in found}
        self.tables += found


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def _data_files(path: Path, log: ProblemLog) -> tuple[Path, list[Path]]:
    """The folder that holds the data files, and the files."""
    name = path.name or str(path)
    name = "?" if screening.may_not_be_shown(name) or not name.isprintable() else name
    try:
        if not path.exists():
            log.add(problems.missing_path(name))
            return path, []
        if not path.is_dir():
            log.add(problems.not_a_folder(name))
            return path, []
        folder, files = _found(path)
    except (OSError, ValueError):  # a path with a NUL in it is a ValueError
        log.add(problems.unreadable(name))
        return path, []
    if not files:
        log.add(problems.no_data_files(name))
    if len(files) > MOST_MEMBERS:
        log.add(archive_problems.too_many(name))
        return path, []
    return folder, files


def _found(path: Path) -> tuple[Path, list[Path]]:
    """Data files of the folder itself; else of its ``data``; else of the folders in it."""
    for folder in (path, path / _DATA):
        if folder.is_dir() and (files := _candidates(folder)):
            return folder, files
    inner = sorted(folder for folder in path.iterdir() if folder.is_dir() and not folder.name.startswith((".", "__")))
    return path, [file for folder in inner for file in _candidates(folder)]


def _candidates(folder: Path) -> list[Path]:
    return sorted((file for file in folder.iterdir() if _is_data(file.name) and _is_file(file)), key=_by_name)


def _by_name(file: Path) -> str:
    return file.name


def _is_data(name: str) -> bool:
    file = PurePosixPath(name)
    known = file.suffix.lower() in _SUFFIXES
    passed_over = file.name.startswith((".", "~$")) or file.stem.lower() in _IGNORED_STEMS
    return known and not passed_over


def shown_name(name: str, place: int, log: ProblemLog) -> str:
    """The file's name, or its place in the folder when the name itself may not be shown."""
    # What a terminal takes for a command, and halves of letters that cannot be written, are not shown either.
    if not screening.may_not_be_shown(name) and name.isprintable():
        return name
    suffix = PurePosixPath(name).suffix.lower()
    shown = f"#{place}{suffix if suffix in _SUFFIXES else ''}"
    log.add(problems.identity_in_name(shown) if name.isprintable() else problems.unprintable_name(shown))
    return shown


def tell_empty(tables: tuple[RawTable, ...]) -> tuple[RawTable, ...]:
    """Files without a row say so: of outcomes it means zeros, and nobody should have to guess that."""
    zero = not any(raw.frame.height for raw in tables if raw.table == _OUTCOMES)
    return tuple(
        raw if raw.frame.height or not raw.intact else _told_empty(raw, is_zero=zero and raw.table == _OUTCOMES)
        for raw in tables
    )


def _told_empty(raw: RawTable, *, is_zero: bool) -> RawTable:
    empty = _NO_ROWS if raw.sheet is None else _NO_ROWS_IN_SHEET
    return replace(raw, assumptions=(*raw.assumptions, _ALL_ZERO if is_zero else empty))
