"""Finding and reading the data files of a folder."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from evalkit import screening
from evalkit.errors import ContractError, Problem, ProblemLog, SourceError
from evalkit.sources import problems
from evalkit.sources.columnar import read_parquet
from evalkit.sources.delimited import read_delimited
from evalkit.sources.tables import TABLES, Payload, RawTable, table_named
from evalkit.sources.workbook import read_workbook

_Reader = Callable[[Payload, str, ProblemLog], list[RawTable]]

_READERS: dict[str, _Reader] = {".csv": read_delimited, ".parquet": read_parquet}
_WORKBOOK = ".xlsx"
_UNSUPPORTED = frozenset({".txt", ".tsv", ".tab", ".xls", ".xlsb", ".xlsm", ".ods", ".json", ".sav", ".dta"})
_IGNORED_STEMS = frozenset({"readme"})
_DATA = "data"


@dataclass(frozen=True, slots=True)
class Scan:
    """Everything that a folder gave: the tables that could be read and the problems met on the way.

    ``attempted`` are the tables that some file was meant for, whether or not it could be read, so
    that an unreadable file is not also reported as a missing table.
    """

    tables: tuple[RawTable, ...]
    problems: tuple[Problem, ...]
    attempted: frozenset[str]

    @property
    def error(self) -> type[SourceError] | type[ContractError]:
        """What to raise: ``ContractError`` as soon as some table could be read."""
        return ContractError if self.tables else SourceError


def read_folder(path: Path | str) -> tuple[RawTable, ...]:
    r"""Read every data file of a folder as text.

    Parameters
    ----------
    path
        A folder with files named after tables (``outcomes.csv``, ``outcomes_botkyrka.xlsx``), or an
        analysis folder whose sub-folder ``data`` has them. Formats: CSV (comma or semicolon; UTF-8,
        or Windows-1252 as a stated assumption), XLSX, Parquet.

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
    scan = scan_folder(path)
    if scan.problems:
        raise SourceError(scan.problems)
    return scan.tables


def scan_folder(path: Path | str) -> Scan:
    """As :func:`read_folder`, but problems are returned beside what could be read."""
    log = ProblemLog()
    files = _data_files(Path(path), log)
    tables: list[RawTable] = []
    attempted: set[str] = set()
    for place, file in enumerate(files, start=1):
        found, meant = _read(file, place, log)
        tables += found
        attempted |= meant
    return Scan(tuple(tables), tuple(log.problems), frozenset(attempted))


def _data_files(path: Path, log: ProblemLog) -> list[Path]:
    name = "?" if screening.is_suspect(path.name) else path.name or str(path)
    try:
        if not path.exists():
            log.add(problems.missing_path(name))
            return []
        if not path.is_dir():
            log.add(problems.not_a_folder(name))
            return []
        files = _candidates(path)
        if not files and (path / _DATA).is_dir():
            files = _candidates(path / _DATA)
    except OSError:
        log.add(problems.unreadable(name))
        return []
    if not files:
        log.add(problems.no_data_files(name))
    return files


def _candidates(folder: Path) -> list[Path]:
    return sorted((file for file in folder.iterdir() if _is_candidate(file)), key=lambda file: file.name)


def _is_candidate(file: Path) -> bool:
    known = file.suffix.lower() in {*_READERS, _WORKBOOK, *_UNSUPPORTED}
    passed_over = file.name.startswith((".", "~$")) or file.stem.lower() in _IGNORED_STEMS
    return known and not passed_over and file.is_file()


def _read(file: Path, place: int, log: ProblemLog) -> tuple[list[RawTable], set[str]]:
    name, suffix, table = _shown_name(file, place, log), file.suffix.lower(), table_named(file.stem)
    meant = {table} if table else set()
    if suffix in _UNSUPPORTED:
        log.add(problems.unsupported_format(name))
        return [], meant
    if table is None and suffix != _WORKBOOK:
        log.add(problems.unknown_table(name))
        return [], meant
    try:
        payload = Payload(name, file.read_bytes())
    except OSError:
        log.add(problems.unreadable(name))
        return [], meant
    found = _parse(payload, suffix, table, log)
    if not found and table is None:
        return [], set(TABLES)  # a workbook may have been meant for every table
    return found, meant | {raw.table for raw in found}


def _parse(payload: Payload, suffix: str, table: str | None, log: ProblemLog) -> list[RawTable]:
    if suffix == _WORKBOOK or table is None:
        return read_workbook(payload, table, log)
    return _READERS[suffix](payload, table, log)


def _shown_name(file: Path, place: int, log: ProblemLog) -> str:
    """The file's name, or its place in the folder when the name itself may not be shown."""
    if not screening.is_suspect(file.name):
        return file.name
    shown = f"#{place}{file.suffix.lower()}"
    log.add(problems.identity_in_name(shown))
    return shown
