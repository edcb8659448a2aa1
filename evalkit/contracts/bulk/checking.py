"""The check of one large Parquet table, a batch of rows at a time."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import polars as pl

from evalkit import screening
from evalkit.contracts import headers
from evalkit.contracts.bulk.across import broken_across, duplicate_keys
from evalkit.contracts.bulk.ahead import ahead
from evalkit.contracts.bulk.around import Around
from evalkit.contracts.bulk.column import Column
from evalkit.contracts.bulk.faults import BLANK_ROW, BreachLog, CellFaults, Lines, Tally
from evalkit.contracts.bulk.inspection import BulkInspection, broken_rules, worded
from evalkit.contracts.bulk.reading import Reader
from evalkit.contracts.bulk.repetition import Judged, ask_of_values, distinct_values
from evalkit.contracts.bulk.screen import Screen
from evalkit.contracts.bulk.steps import Stage, Step, own_columns, stages, table_rules
from evalkit.contracts.bulk.table import Batch, ParquetTable
from evalkit.contracts.bulk.version import Statement, statement_of
from evalkit.contracts.checking import in_file_order
from evalkit.contracts.codes import Codes
from evalkit.contracts.model import Contract
from evalkit.contracts.rules import Rule, Surroundings
from evalkit.contracts.tablecheck import CheckedTable
from evalkit.contracts.traces import trace_in_cells, trace_in_header
from evalkit.contracts.versions import assumed_version
from evalkit.errors import Problem, Severity
from evalkit.language import Text
from evalkit.screening import Trace
from evalkit.sources.tables import VERSION_COLUMN
from evalkit.sources.zeros import UNIT, restored

# Large enough that the cost of asking is small beside the rows, small enough that a batch of the widest table stays
# under half a gigabyte.
BATCH_ROWS = 500_000
KEPT_ROWS = 1_000
_KEY = "duplicate_key"


def check_parquet(
    path: Path | str,
    contract: Contract,
    codes: Codes,
    *,
    references: Mapping[str, pl.DataFrame] | None = None,
    batch_rows: int = BATCH_ROWS,
    kept_rows: int = KEPT_ROWS,
    listing: Path | None = None,
) -> BulkInspection:
    r"""Check a Parquet file against its contract in bounded memory, by the rules of :func:`evalkit.contracts.inspect`.

    Parameters
    ----------
    path
        A Parquet file.
    contract, codes
        What the table must look like, and the code book.
    references
        Checked frames of the other tables that the contract refers to, by table name. A rule that needs a table
        which is not here is not asked, and is named in ``not_asked``.
    batch_rows
        How many rows are in memory at a time. The result does not depend on it.
    kept_rows
        How many row numbers per broken rule the result holds.
    listing
        A Parquet file to write with every broken rule and row: ``rule``, ``column``, ``row``.

    Raises
    ------
    SourceError
        When the file cannot be read.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import polars as pl
    >>> from evalkit.contracts import Contract
    >>> from evalkit.contracts.bulk import check_parquet
    >>> from evalkit.metrics import MetricBook
    >>> units = pl.DataFrame({"unit_id": ["0127", "127"], "unit_name": ["Botkyrka"] * 2, "unit_kind": ["kommun"] * 2})
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder, "units.parquet")
    ...     units.with_columns(source_id=pl.lit("register")).write_parquet(file)
    ...     found = check_parquet(file, Contract.load("units"), MetricBook.load())
    >>> found.broken
    (BrokenRule(code='leading_zero', column='unit_id', count=1, rows=(3,)),)
    """
    if batch_rows < 1:
        raise ValueError("batch_rows must be at least 1")
    table = ParquetTable.open(Path(path), batch_rows)
    return check_table(table, contract, codes, Around(references or {}), kept_rows=kept_rows, listing=listing)


def check_table(
    table: ParquetTable,
    contract: Contract,
    codes: Codes,
    around: Around,
    *,
    kept_rows: int = KEPT_ROWS,
    listing: Path | None = None,
) -> BulkInspection:
    """As :func:`check_parquet`, of a file that came with others."""
    stated = statement_of(table, contract)
    believed = not stated.refusals
    read = table.without(VERSION_COLUMN) if stated.is_made and believed else table
    reader = Reader.of(read, contract, believed=believed, lost_zeros=around.lost_zeros)
    with _spool(listing) as spool:
        run = _Run(table, reader, codes, around, CellFaults(table.batch_rows), BreachLog(kept_rows, spool), stated)
        run.check()
        if listing is not None:
            _write_listing(run.log, listing)
    return run.result(listing)


@contextmanager
def _spool(listing: Path | None) -> Iterator[Path | None]:
    """A folder for parts of the listing, beside it so that it is on the same disk."""
    if listing is None:
        yield None
        return
    with tempfile.TemporaryDirectory(dir=listing.parent, prefix=f".{listing.name}-") as folder:
        yield Path(folder)


def _write_listing(log: BreachLog, listing: Path) -> None:
    parts = list(log.parts())
    aside = (log.spool or listing.parent) / "whole"
    empty = pl.LazyFrame(schema={"rule": pl.String, "column": pl.String, "row": pl.Int64})
    (pl.scan_parquet(parts) if parts else empty).sink_parquet(aside)
    aside.replace(listing)


@dataclass(frozen=True, slots=True)
class _Seen:
    """A batch, its columns as they were read, its blank rows, and what each column holds that no column may."""

    batch: Batch
    columns: list[Column]
    blank: Lines
    traces: list[list[tuple[Trace, list[int]]]]


@dataclass(slots=True)
class _Run:
    """One check under way."""

    whole: ParquetTable
    reader: Reader
    codes: Codes
    around: Around
    faults: CellFaults
    log: BreachLog
    stated: Statement
    suspects: dict[tuple[int, Trace], Tally] = field(default_factory=dict)
    not_asked: list[tuple[str, str]] = field(default_factory=list)
    late: frozenset[tuple[str, str]] = frozenset()
    early_faults: set[str] = field(default_factory=set)
    judged: Judged = field(default_factory=Judged)
    blank: int = 0
    restored: int = 0

    def check(self) -> None:
        rules = table_rules(self.reader.contract)
        before, after = (tuple(self._askable(rules[late], late=bool(late))) for late in (0, 1))
        self.late = frozenset((rule.code, rule.column) for rule in after) | {(_KEY, self.reader.contract.key[0])}
        first, *rest = stages(self.reader.contract, before, after)
        for seen in ahead(self._seen()):
            self._look_at(seen, first)
        self._ask_across(first)
        for stage in rest:
            self._look_again(stage)
            self._ask_across(stage)

    def _askable(self, rules: Iterable[Rule], *, late: bool) -> Iterator[Rule]:
        for rule in rules:
            columns = {*rule.reads, rule.column, *own_columns(rule)}
            if self.around.answers(rule, late=late) and columns <= set(self.reader.present):
                yield rule
            else:
                self.not_asked.append((rule.code, rule.column))

    def _seen(self) -> Iterator[_Seen]:
        """Each batch of the first pass, every column of it read and screened."""
        screen, kept = Screen(self.reader.contract), set(self.reader.table.stored)
        for batch in self.whole.batches(self.whole.stored):
            columns = [Column.read(batch.stored.to_series(place)) for place in range(batch.stored.width)]
            blank = _blank_rows(columns, batch.stored.height)
            columns = [column for column, name in zip(columns, self.whole.stored, strict=True) if name in kept]
            named = enumerate(zip(self.reader.table.columns, columns, strict=True))
            yield _Seen(batch, columns, blank, [screen.traces(place, *column) for place, column in named])

    def _look_at(self, seen: _Seen, stage: Stage) -> None:
        """The first pass: what was screened is noted, every cell is typed and checked."""
        batch = seen.batch
        self.blank += len(seen.blank)
        self.faults.add(BLANK_ROW, batch.place, seen.blank, batch.stored.height)
        for place, (name, traces) in enumerate(zip(self.reader.table.columns, seen.traces, strict=True)):
            for trace, found in traces:
                lines = np.asarray(found, dtype=np.int64) + batch.first_line
                self.suspects.setdefault((place, trace), Tally()).add(lines, self.log.keep)
                self._fault(name, batch, found, early=True)
        if self.reader.present:
            self._check_cells(batch, seen.columns, seen.blank, stage)

    def _check_cells(self, batch: Batch, columns: list[Column], blank: Lines, stage: Stage) -> None:
        from evalkit.contracts.schema import check_cells

        names, fields = self.reader.table.columns, self.reader.fields(self.reader.present)
        known = {name: columns[names.index(name)] for name in self.reader.present if name in names}
        self._mend(known)
        known |= self.reader.columns(batch, [field for field in fields if field.name not in known])
        parsed = self.reader.typed(known, fields)
        table = self._table(batch, self.reader.frame(batch, parsed), self.reader.present)
        for column in self.reader.present:
            table.distrust(column, blank.tolist())
        for failure in (failure for column in parsed for failure in column.failures):
            if failure.code is None:
                table.distrust(failure.column, failure.rows)
                self._fault(failure.column, batch, failure.rows, early=True)
            else:
                table.flag(failure.code, failure.column, failure.rows)
        values = {
            field.name: found for field in fields if (found := distinct_values(known[field.name], field)) is not None
        }
        self.judged.check_cells(table, values)
        check_cells(table, but=values)
        self._ask_by_row(batch, table, stage, values)

    def _mend(self, columns: dict[str, Column]) -> None:
        """Put back lost zeros, and count them."""
        if UNIT in columns and self.reader.lost_zeros:
            found = columns[UNIT].text().is_in(sorted(self.reader.lost_zeros))
            self.restored += int(found.fill_null(value=False).sum())
            columns[UNIT] = columns[UNIT].with_zeros(self.reader.lost_zeros)

    def _table(self, batch: Batch, frame: pl.DataFrame, names: Iterable[str]) -> CheckedTable:
        """A batch as a table under check, with what is already known of its cells."""
        table = CheckedTable(self.reader.contract, (), frame, reliable=True)
        for name in names:
            mask = self.faults.mask((name, BLANK_ROW), batch.place, frame.height)
            if mask is not None:
                table.distrust(name, np.flatnonzero(mask).tolist())
        return table

    def _look_again(self, stage: Stage) -> None:
        if not stage.by_row:
            return
        names = sorted({name for rule in stage.by_row for name in (*rule.reads, rule.column)})
        fields = self.reader.fields(names)
        for batch, parsed in ahead(self.reader.typed_batches(fields)):
            self._ask_by_row(batch, self._table(batch, self.reader.frame(batch, parsed), names), stage, {})

    def _ask_by_row(self, batch: Batch, table: CheckedTable, stage: Stage, values: Mapping[str, pl.Series]) -> None:
        around = Surroundings(self.around.frames, self.codes)
        for rule in stage.by_row:
            ask_of_values(rule, table, around, values)
        for finding in table.findings:
            if not self._is_remark(finding.code):
                early = (finding.code, finding.column) not in self.late
                self._fault(finding.column, batch, finding.rows, early=early)
            self.log.add(finding.code, finding.column, np.asarray(finding.rows, dtype=np.int64) + batch.first_line)

    def _fault(self, column: str, batch: Batch, rows: Iterable[int], *, early: bool) -> None:
        """Note cells at fault; ``early`` when the small path would know it before it comes to the keys."""
        places = np.fromiter(rows, dtype=np.int64)
        if early and len(places):
            self.early_faults.add(column)
        self.faults.add(column, batch.place, places, batch.stored.height)

    def _ask_across(self, stage: Stage) -> None:
        for step in stage.across:
            if not step.reads | {step.column} <= set(self.reader.present):
                continue
            code = step.rule.code if step.rule else _KEY
            for lines in list(self._broken_by(step)):
                self._note_lines(code, step.column, lines)

    def _note_lines(self, code: str, column: str, lines: Lines) -> None:
        if self._is_remark(code):
            self.log.add(code, column, lines)
            return
        fresh = self.faults.fresh(column, lines)
        if len(fresh) and (code, column) not in self.late:
            self.early_faults.add(column)
        self.log.add(code, column, fresh)
        self.faults.add_lines(column, fresh, self.reader.table.rows)

    def _is_remark(self, code: str) -> bool:
        return self.reader.contract.severity(code) is Severity.WARNING

    def _broken_by(self, step: Step) -> Iterator[Lines]:
        if step.rule is None:
            return duplicate_keys(self.reader, self.faults)
        if not self.faults.is_sound(own_columns(step.rule)):
            self.not_asked.append((step.rule.code, step.column))
            return iter(())
        return broken_across(step.rule, self.reader, self.faults, self.around.frames, self.codes)

    def result(self, listing: Path | None) -> BulkInspection:
        table, contract = self.reader.table, self.reader.contract
        broken = broken_rules(self.log)
        digest = table.digest()
        told = [*self._told_of_columns(digest), *(worded(rule, contract, self.codes, table.name) for rule in broken)]
        told.sort(key=in_file_order)
        missing = set(contract.names) - set(self.reader.present)
        return BulkInspection(
            table=contract.table,
            file=table.name,
            rows=table.rows - self.blank,
            broken=broken,
            problems=tuple(problem for problem in told if problem.severity is Severity.ERROR),
            warnings=tuple(problem for problem in told if problem.severity is Severity.WARNING),
            not_asked=tuple(self.not_asked),
            unsound=frozenset(name for name in contract.names if name in missing or not self.faults.is_sound((name,))),
            unsound_before_keys=frozenset(missing | (self.early_faults & set(contract.names))),
            assumptions=self._assumptions(),
            digest=digest,
            listing=listing,
        )

    def _assumptions(self) -> tuple[Text, ...]:
        unstated = () if self.stated.is_made else (assumed_version(self.reader.contract),)
        return (*self.whole.told, *((restored(self.restored),) if self.restored else ()), *unstated)

    def _told_of_columns(self, digest: str) -> Iterator[Problem]:
        yield from self.stated.refusals
        contract = self.reader.contract
        heading = self.reader.table.heading(contract.table, digest)
        in_header = sorted({trace for name in heading.columns for trace in screening.traces(name)})
        header_hit = bool(in_header)
        yield from (trace_in_header(heading, trace) for trace in in_header)
        if not self.stated.refusals:
            yield from headers.check_header(heading, contract, header_hit=header_hit)
        for (place, trace), tally in sorted(self.suspects.items()):
            shown = headers.shown_name(heading.columns[place], place, header_hit=header_hit, contract=contract)
            told = trace_in_cells(heading, shown, (), trace)
            yield replace(told, place=replace(told.place, rows=tuple(tally.first.tolist()), row_count=tally.count))


def _blank_rows(columns: list[Column], height: int) -> Lines:
    """Places of the rows without any content."""
    if any(column.cells.null_count() == 0 for column in columns):
        return np.empty(0, dtype=np.int64)
    blank = np.ones(height, dtype=np.bool_)
    for column in columns:
        blank &= column.cells.is_null().to_numpy()
    return np.flatnonzero(blank).astype(np.int64)
