"""The check of a folder in which some tables are too large to be read as text.

References point to tables that stand earlier among the contracts, so each large table is checked once those before
it have been, and is then stood beside the small ones with the few columns that their rules look up.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import polars as pl

from evalkit.contracts.beside import Beside
from evalkit.contracts.bulk.around import Around
from evalkit.contracts.bulk.checking import BATCH_ROWS, KEPT_ROWS, check_table
from evalkit.contracts.bulk.inspection import BulkInspection
from evalkit.contracts.bulk.reading import Reader
from evalkit.contracts.bulk.table import ParquetTable
from evalkit.contracts.bulk.version import statement_of
from evalkit.contracts.checking import Inspection, in_file_order, inspect
from evalkit.contracts.codes import Codes
from evalkit.contracts.headers import expectations
from evalkit.contracts.model import Contract, Level
from evalkit.contracts.rules import CODE_RULES, contract_rules, later_rules
from evalkit.contracts.tablecheck import sorted_by_key
from evalkit.errors import Problem, SourceError
from evalkit.sources import LargeFile, Scan
from evalkit.sources.tables import VERSION_COLUMN
from evalkit.sources.zeros import lost_zeros


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """A large file and what its check came to."""

    file: LargeFile
    contract: Contract
    found: BulkInspection
    lost_zeros: frozenset[str]

    def read(self) -> pl.DataFrame:
        """The whole table, typed and sorted by key; to be believed only when nothing was found.

        Raises
        ------
        SourceError
            When the file is no longer as it was.
        """
        return sorted_by_key(self.columns(self.contract.names), self.contract)

    def columns(self, names: Iterable[str]) -> pl.DataFrame:
        """Some columns of the rows that have any cell in them, as the contract types them."""
        wanted = tuple(names)
        table = _opened(self.file, self.contract)
        if statement_of(table, self.contract).is_made:
            table = table.without(VERSION_COLUMN)
        reader = Reader.of(table, self.contract, believed=True, lost_zeros=self.lost_zeros)
        empty = self.contract.empty().select(wanted)
        filled = ~pl.all_horizontal(pl.all().is_null())
        return pl.concat([empty, *(rows.filter(filled) for rows in reader.typed_rows(wanted))])


def large_tables(contracts: Mapping[str, Contract]) -> frozenset[str]:
    """The tables that may be large: those of events. Counts of all units fit in memory many times over."""
    return frozenset(table for table, contract in contracts.items() if contract.level is Level.HOLDER)


def inspect_scan(scan: Scan, contracts: Mapping[str, Contract], codes: Codes) -> Inspection:
    r"""Check everything that a folder gave; the frames of large tables are not among the frames.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from evalkit.contracts import load_contracts
    >>> from evalkit.contracts.bulk import inspect_scan
    >>> from evalkit.metrics import MetricBook
    >>> from evalkit.sources import scan_folder
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = Path(folder, "units.csv").write_text("unit_id\n0127\n", encoding="utf-8")
    ...     found = inspect_scan(scan_folder(folder), load_contracts(), MetricBook.load())
    >>> found.large, len(found.problems) > 0
    ((), True)
    """
    if not scan.large:
        return inspect(scan.tables, contracts, codes, attempted=scan.attempted)
    look = _Look(scan, contracts, codes)
    beside: dict[str, Beside] = {}
    checked: list[CheckedFile] = []
    problems: list[Problem] = []
    for file in sorted(scan.large, key=lambda file: list(contracts).index(file.table)):
        try:
            found = look.check(file, beside)
            beside[file.table] = look.beside(found)
            checked.append(found)
        except SourceError as error:
            problems += error.problems
    inspection = inspect(scan.tables, contracts, codes, attempted=scan.attempted, beside=beside)
    return _joined(inspection, checked, problems)


def _joined(inspection: Inspection, checked: list[CheckedFile], problems: list[Problem]) -> Inspection:
    faults = [*inspection.problems, *problems, *(problem for file in checked for problem in file.found.problems)]
    remarks = [*inspection.warnings, *(problem for file in checked for problem in file.found.warnings)]
    return replace(
        inspection,
        problems=tuple(sorted(faults, key=in_file_order)),
        warnings=tuple(sorted(remarks, key=in_file_order)),
        large=tuple(checked),
    )


def _opened(file: LargeFile, contract: Contract) -> ParquetTable:
    expected = expectations({contract.table: contract})[contract.table]
    return ParquetTable.open(file.path, BATCH_ROWS, expected=expected, shown=file.name)


@dataclass(frozen=True, slots=True)
class _Look:
    scan: Scan
    contracts: Mapping[str, Contract]
    codes: Codes

    def check(self, file: LargeFile, beside: Mapping[str, Beside]) -> CheckedFile:
        contract = self.contracts[file.table]
        around = self._around(file.table, beside)
        found = check_table(_opened(file, contract), contract, self.codes, around, kept_rows=KEPT_ROWS)
        return CheckedFile(file, contract, found, around.lost_zeros)

    def _around(self, table: str, beside: Mapping[str, Beside]) -> Around:
        """The tables that this one refers to, and those that they refer to, checked."""
        wanted = self._referred(table)
        raws = [raw for raw in self.scan.tables if raw.table in wanted]
        seen = inspect(raws, self.contracts, self.codes, attempted=self.scan.attempted, beside=beside)
        frames = {name: seen.frames[name] for name in wanted if name in seen.frames}
        frames |= {name: found.frame for name, found in beside.items() if name in wanted}
        early, late = seen.unsound_before_keys, seen.unsound
        return Around(
            {name: frame.drop(early[name], strict=False) for name, frame in frames.items()},
            {name: late[name] for name in frames},
            lost_zeros(self.scan.tables),
        )

    def _referred(self, table: str) -> frozenset[str]:
        found, waiting = set[str](), [table]
        while waiting:
            one = waiting.pop()
            fresh = {other for who, other, _ in self._needs() if who == one} - found - {table}
            found |= fresh
            waiting += sorted(fresh)
        return frozenset(found)

    def _needs(self) -> Iterable[tuple[str, str, tuple[str, ...]]]:
        """Which table looks up which columns of which table."""
        own = (rule for contract in self.contracts.values() for rule in contract_rules(contract))
        rules = (*CODE_RULES, *own, *later_rules(self.contracts))
        return ((rule.table, table, columns) for rule in rules for table, columns in rule.needs)

    def beside(self, checked: CheckedFile) -> Beside:
        """The columns that other tables of the folder look up, where they can be believed.

        Tables without a file ask too, of no row: what only they look up is there by name and empty.
        """
        contract, found = checked.contract, checked.found
        needs = [(who, names) for who, table, names in self._needs() if table == contract.table != who]
        asked = {name for who, names in needs if who in self.scan.attempted for name in names}
        wanted = asked - found.unsound_before_keys
        frame = checked.columns(sorted(wanted)) if wanted else contract.empty()
        unread = {name for _, names in needs for name in names} - set(frame.columns)
        empty = (pl.lit(None, dtype=contract.field(name).dtype).alias(name) for name in sorted(unread))
        return Beside(frame.with_columns(*empty), found.unsound, found.unsound_before_keys)
