"""The check of a whole folder: every table against its contract, and the tables against each other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

from evalkit.contracts import filewording, headers, versions, wording
from evalkit.contracts.beside import Beside
from evalkit.contracts.cells import Parsed, parse_cells, parse_periods
from evalkit.contracts.codes import Codes
from evalkit.contracts.model import Contract, Field, Kind, tables_due
from evalkit.contracts.rules import CODE_RULES, Rule, Surroundings, contract_rules, later_rules
from evalkit.contracts.tablecheck import LINE, ORIGIN, RAW, ROW, CheckedTable
from evalkit.errors import ContractError, Problem, Severity
from evalkit.sources import RawTable

if TYPE_CHECKING:
    from evalkit.contracts.bulk import CheckedFile

_NONE_BESIDE: Mapping[str, Beside] = {}


@dataclass(frozen=True, slots=True)
class Inspection:
    """What a check came to: typed frames, to be believed only when there are no problems.

    Attributes
    ----------
    problems
        What is wrong; each has the severity *error*.
    warnings
        What is told and stops nothing.
    tables
        The tables as they were checked: files of older versions have been through their migrations,
        and their ``assumptions`` say so.
    unsound, unsound_before_keys
        By table, the columns with any fault, and those with one that was known before keys were checked.
    large
        Files that were checked in parts. Their tables are not among the frames.
    """

    frames: Mapping[str, pl.DataFrame]
    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...] = ()
    tables: tuple[RawTable, ...] = ()
    unsound: Mapping[str, frozenset[str]] = field(default_factory=dict)
    unsound_before_keys: Mapping[str, frozenset[str]] = field(default_factory=dict)
    large: tuple[CheckedFile, ...] = ()


def check(
    raw_tables: Iterable[RawTable], contracts: Mapping[str, Contract], codes: Codes
) -> Mapping[str, pl.DataFrame]:
    """Check text tables against their contracts and each other.

    Parameters
    ----------
    raw_tables
        What :func:`evalkit.sources.read_folder` gave.
    contracts
        From table name to contract.
    codes
        The code book that metrics, categories and exposures are looked up in.

    Returns
    -------
    Mapping of str to polars.DataFrame
        One typed frame per contract with the contract's columns, sorted by key. A table without a
        file is an empty frame.

    Raises
    ------
    ContractError
        With every problem of every file, one per file, column and rule. No message holds a cell.

    Examples
    --------
    >>> from evalkit.contracts import check, load_contracts
    >>> from evalkit.errors import ContractError
    >>> from evalkit.metrics import MetricBook
    >>> try:
    ...     check((), load_contracts(), MetricBook.load())
    ... except ContractError as error:
    ...     [problem.place.file for problem in error.problems]
    ['coverage.csv', 'outcomes.csv', 'sources.csv', 'units.csv']
    """
    inspection = inspect(raw_tables, contracts, codes)
    if inspection.problems:
        raise ContractError(inspection.problems)
    return inspection.frames


def inspect(
    raw_tables: Iterable[RawTable],
    contracts: Mapping[str, Contract],
    codes: Codes,
    *,
    attempted: frozenset[str] = frozenset(),
    beside: Mapping[str, Beside] = _NONE_BESIDE,
) -> Inspection:
    """As :func:`check`, but the problems are returned.

    ``attempted`` are tables with files that could not be read; they are not reported as missing. ``beside`` are
    tables that were checked by themselves: others are held against them, and nothing is asked of them.
    """
    problems: list[Problem] = []
    raws = versions.follow(raw_tables, contracts, problems)
    due = tables_due(contracts, {raw.table for raw in raws} | attempted) - attempted
    tables = {
        name: beside[name].table(contract)
        if name in beside
        else _assemble(
            contract,
            tuple(raw for raw in raws if raw.table == name),
            problems,
            due=name in due,
            attempted=name in attempted,
        )
        for name, contract in contracts.items()
    }
    before_keys = _check_rows(tables, codes, beside)
    for table in tables.values():
        problems += wording.problems_of(table, codes)
    told = sorted(problems, key=in_file_order)
    return Inspection(
        frames={name: table.typed() for name, table in tables.items() if name not in beside},
        problems=tuple(problem for problem in told if problem.severity is Severity.ERROR),
        warnings=tuple(problem for problem in told if problem.severity is Severity.WARNING),
        tables=raws,
        unsound={name: table.unsound for name, table in tables.items()},
        unsound_before_keys=before_keys,
    )


def in_file_order(problem: Problem) -> tuple[str, str, int, str, str]:
    """The order in which problems are told: by file and row."""
    place = problem.place
    return place.file, place.sheet or "", min(place.rows, default=0), place.column or "", problem.code


def _check_rows(
    tables: Mapping[str, CheckedTable], codes: Codes, beside: Mapping[str, Beside]
) -> Mapping[str, frozenset[str]]:
    """Ask every rule; returns the columns that were unsound before keys were checked."""
    from evalkit.contracts.schema import check_cells, check_key

    around = Surroundings({name: table.frame.drop(list(ORIGIN)) for name, table in tables.items()}, codes)
    asked = {name: table for name, table in tables.items() if name not in beside}
    for table in asked.values():
        check_cells(table)
    for rule in (*CODE_RULES, *(rule for table in asked.values() for rule in contract_rules(table.contract))):
        _apply(rule, tables, around)
    before_keys = {name: table.unsound for name, table in tables.items()}
    for table in asked.values():
        check_key(table)
    for name, found in beside.items():
        found.tell_the_rest(tables[name])
    for rule in later_rules({name: table.contract for name, table in asked.items()}):
        if rule.table in asked:
            _apply(rule, tables, around)
    return before_keys


def _apply(rule: Rule, tables: Mapping[str, CheckedTable], around: Surroundings) -> None:
    if rule.table not in tables or not all(name in tables and tables[name].is_sound(cols) for name, cols in rule.needs):
        return
    ask(rule, tables[rule.table], around)


def ask(rule: Rule, table: CheckedTable, around: Surroundings) -> None:
    """Note the rows of the table that break a rule, among those free of other faults."""
    broken = rule.find(table.clean(rule.reads, together=rule.together), around)
    note(rule, table, broken[ROW].to_list())


def note(rule: Rule, table: CheckedTable, rows: Iterable[int]) -> None:
    """Note rows that break a rule: as a fault, or as a remark where the contract says so."""
    if table.contract.severity(rule.code) is Severity.WARNING:
        table.remark(rule.code, rule.column, rows)
    else:
        table.flag(rule.code, rule.column, rows)


def _assemble(
    contract: Contract, raws: tuple[RawTable, ...], problems: list[Problem], *, due: bool, attempted: bool
) -> CheckedTable:
    """Screen and type every file of a table, and stack them."""
    if not raws and due:
        problems.append(filewording.missing_table(contract))
    parts = [_part(contract, raw, problems) for raw in raws]
    whole = all(part.intact for part in parts) and not (attempted and not raws)
    frames = [part.frame.with_columns(pl.lit(place).alias(RAW)) for place, part in enumerate(parts)]
    stacked = pl.concat(frames) if frames else contract.empty().with_columns(_line([]), pl.lit(0).alias(RAW))
    frame = stacked.with_columns(pl.int_range(pl.len()).alias(ROW)).cast(ORIGIN)  # type: ignore[arg-type]
    table = CheckedTable(contract, raws, frame, reliable=whole and bool(raws or not due))
    start = 0
    for part in parts:
        _note_failures(table, part, start)
        start += part.frame.height
    return table


@dataclass(frozen=True, slots=True)
class _Part:
    """One file of a table: its typed cells and what is already known to be wrong with them."""

    frame: pl.DataFrame
    parsed: tuple[Parsed, ...]
    screened: Mapping[str, list[int]]
    absent: tuple[str, ...]
    intact: bool


def _part(contract: Contract, raw: RawTable, problems: list[Problem]) -> _Part:
    screened = headers.screen(raw, contract)
    problems += screened.problems
    if not raw.intact:
        return _Part(contract.empty().with_columns(_line([])), (), {}, (), intact=False)
    problems += headers.check_header(raw, contract, header_hit=screened.header_hit)
    if not set(raw.columns) & set(contract.names):
        return _Part(contract.empty().with_columns(_line([])), (), {}, (), intact=False)
    parsed = _typed(contract, raw)
    frame = pl.DataFrame([column.values for column in parsed]).with_columns(_line(raw.rows))
    absent = tuple(
        field.name for field in contract.fields if not field.optional_column and field.name not in raw.columns
    )
    known = {name: rows for name, rows in screened.rows.items() if name in contract.names}
    return _Part(frame, parsed, known, absent, intact=True)


def _line(rows: pl.Series | list[int]) -> pl.Series:
    return pl.Series(LINE, rows, dtype=pl.Int64)


def _typed(contract: Contract, raw: RawTable) -> tuple[Parsed, ...]:
    found = {field.name: _read_field(field, raw) for field in contract.fields}
    if any(field.kind is Kind.PERIOD for field in contract.fields):
        found["period"], found["frequency"] = parse_periods(_cells(raw, "period"), _cells(raw, "frequency"))
    return tuple(found.values())


def _read_field(field: Field, raw: RawTable) -> Parsed:
    cells = _cells(raw, field.name)
    if field.default is not None:
        cells = cells.fill_null(field.default)
    if field.kind is Kind.PERIOD:
        return Parsed(cells)
    point = field.name in raw.columns and raw.columns.index(field.name) in raw.decimal_points
    return parse_cells(cells, field, decimal_point=point)


def _cells(raw: RawTable, name: str) -> pl.Series:
    if name in raw.columns:
        return raw.cells(name)
    return pl.Series(name, [None] * raw.frame.height, dtype=pl.String)


def _note_failures(table: CheckedTable, part: _Part, start: int) -> None:
    everything = range(start, start + part.frame.height)
    for column in part.absent:
        table.distrust(column, everything)
    for column, rows in part.screened.items():
        table.distrust(column, (start + row for row in rows))
    for parsed in part.parsed:
        for failure in parsed.failures:
            rows = [start + row for row in failure.rows]
            if failure.code is None:
                table.distrust(failure.column, rows)
            else:
                table.flag(failure.code, failure.column, rows)
