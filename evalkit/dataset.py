"""A folder of data files, checked: typed frames that nothing later has to doubt."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from evalkit import periods
from evalkit.errors import Problem
from evalkit.language import Text
from evalkit.sources import LargeFile, RawTable, Scan, scan_folder
from evalkit.vocabulary import Frequency, SourceKind

if TYPE_CHECKING:
    from evalkit.contracts import Codes, Inspection

_MOST_METRICS = 12


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file, or one sheet of a workbook, that a dataset was read from.

    ``digest`` is the SHA-256 of the file's bytes; ``assumptions`` is what was taken for granted when
    reading it.
    """

    name: str
    table: str
    sheet: str | None
    rows: int
    digest: str
    assumptions: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Dataset:
    """Checked data. The columns and types of each frame are those of its contract, sorted by key.

    Attributes
    ----------
    units, sources
        Areas, and where the data come from.
    model_periods
        When a unit worked by which inspection model; may be empty.
    outcomes
        Counts; ``period`` is the first day of a period of the length ``frequency``. ``value`` is null
        unless ``status`` is ``value``.
    exposure
        What counts are divided by, before any multiplication by time; may be empty.
    coverage
        Which unit reported which metric from when to when. Only there does "no row" mean 0.
    files
        What was read.
    digest
        SHA-256 over the files' names and digests.
    synthetic
        Whether any source is made up. Every page, figure and table that uses the data says so.
    warnings
        What the contracts remark on without stopping the data, such as a count without its exposure.
    """

    units: pl.DataFrame
    model_periods: pl.DataFrame
    outcomes: pl.DataFrame
    exposure: pl.DataFrame
    coverage: pl.DataFrame
    sources: pl.DataFrame
    files: tuple[SourceFile, ...]
    digest: str
    synthetic: bool
    warnings: tuple[Problem, ...] = ()

    def __repr__(self) -> str:
        metrics = self.outcomes["metric"].unique().sort().to_list()
        shown = ", ".join(metrics[:_MOST_METRICS]) + (" …" if len(metrics) > _MOST_METRICS else "")
        lines = [
            f"Dataset: {self.units.height} units, {self._span()}, {len(self.files)} files",
            f"  metrics    {shown or 'none'}",
            f"  rows       {self._rows()}",
            f"  synthetic  {'YES: some source is made up' if self.synthetic else 'no'}",
            f"  digest     {self.digest[:12]}",
            *([f"  warnings   {len(self.warnings)}"] if self.warnings else []),
        ]
        return "\n".join(lines)

    def _rows(self) -> str:
        tables = ("outcomes", "exposure", "coverage", "model_periods", "sources")
        return ", ".join(f"{name} {getattr(self, name).height}" for name in tables)

    def _span(self) -> str:
        if not self.outcomes.height:
            return "no outcomes"
        ends = self.outcomes.select("period", "frequency").unique().rows()
        first = min(period for period, _ in ends)
        last = max(periods.last_day(period, Frequency(frequency)) for period, frequency in ends)
        return f"{first:%Y-%m} to {last:%Y-%m}"

    def _repr_html_(self) -> str:
        from evalkit.views import dataset_view

        return dataset_view(self)


def load(path: Path | str, *, book: Codes | None = None) -> Dataset:
    """Read and check a folder or a zip archive of data files.

    Parameters
    ----------
    path
        A folder with ``units``, ``sources``, ``outcomes`` and ``coverage`` (and, when there are any,
        ``exposure`` and ``model_periods``) as ``.csv``, ``.xlsx`` or ``.parquet``; or an analysis folder
        with them in ``data/``. Several files may share a table: ``outcomes_botkyrka.csv``.
    book
        The code book; by default the one that comes with evalkit.

    Raises
    ------
    ContractError
        With every problem of every file at once, in Swedish and English, without a cell's value.
    SourceError
        When nothing at all could be read.

    Examples
    --------
    >>> import evalkit.dataset
    >>> from evalkit.errors import SourceError
    >>> try:
    ...     evalkit.dataset.load("no-such-folder")
    ... except SourceError as error:
    ...     error.problems[0].code
    'path_missing'
    """
    inspection = inspected(path, book)
    frames, files = inspection.frames, source_files(inspection)
    return Dataset(
        units=frames["units"],
        model_periods=frames["model_periods"],
        outcomes=frames["outcomes"],
        exposure=frames["exposure"],
        coverage=frames["coverage"],
        sources=frames["sources"],
        files=files,
        digest=digest_of(files),
        synthetic=is_synthetic(frames["sources"]),
        warnings=inspection.warnings,
    )


def inspected(path: Path | str, book: Codes | None = None) -> Inspection:
    """Every table of a folder, checked against its contract and the others.

    A Parquet file of events with more rows than :data:`evalkit.sources.limits.MOST_ROWS_AS_TEXT` is checked in parts.

    Raises
    ------
    ContractError, SourceError
        As :func:`load`.
    """
    from evalkit.contracts import load_contracts
    from evalkit.contracts.bulk import inspect_scan, large_tables
    from evalkit.contracts.checking import in_file_order
    from evalkit.contracts.headers import expectations
    from evalkit.metrics import MetricBook

    contracts = load_contracts()
    scan = scan_folder(path, expectations(contracts), may_be_large=large_tables(contracts))
    codes = book if book is not None else MetricBook.load()
    inspection = inspect_scan(scan, contracts, codes)
    told = (*scan.problems, *(inspection.problems if scan.tables or scan.large else ()))
    if told:
        raise scan.error(sorted(told, key=in_file_order), inspection.warnings)
    return inspection


def source_files(inspection: Inspection) -> tuple[SourceFile, ...]:
    """What was read, file by file."""
    found = (file.found for file in inspection.large)
    large = (SourceFile(one.file, one.table, None, one.rows, one.digest, one.assumptions) for one in found)
    return _by_name((*map(_source_file, inspection.tables), *large))


def files_of(scan: Scan) -> tuple[SourceFile, ...]:
    """What could be read, file by file, whether or not it was right. A large file that is gone has no digest."""
    return _by_name((*map(_source_file, scan.tables), *map(_large_file, scan.large)))


def _source_file(raw: RawTable) -> SourceFile:
    return SourceFile(raw.file, raw.table, raw.sheet, raw.frame.height, raw.digest, raw.assumptions)


def _large_file(file: LargeFile) -> SourceFile:
    try:
        digest = file.digest()
    except OSError:
        digest = ""
    return SourceFile(file.name, file.table, None, file.rows, digest)


def _by_name(files: Iterable[SourceFile]) -> tuple[SourceFile, ...]:
    return tuple(sorted(files, key=lambda file: file.name))


def digest_of(files: Iterable[SourceFile]) -> str:
    """SHA-256 over the files' names and digests."""
    lines = sorted({f"{file.name}\0{file.digest}\n" for file in files})
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def is_synthetic(sources: pl.DataFrame) -> bool:
    """Whether any source is made up."""
    return SourceKind.SYNTHETIC.value in sources["source_kind"]
