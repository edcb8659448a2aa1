"""What a mapping says, held against itself and against the contracts of the tables that it makes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from evalkit.contracts import Contract, Field, Kind, load_contracts
from evalkit.contracts.rules import known_codes
from evalkit.errors import ProblemLog
from evalkit.mappings import faults
from evalkit.mappings.model import (
    ACTIONS,
    Coded,
    Constant,
    Filter,
    FromSetting,
    Numbered,
    Ref,
    SourceMapping,
    StatusOf,
    TargetColumn,
    TargetTable,
)
from evalkit.metrics import MetricBook
from evalkit.vocabulary import CellStatus

_WHOLE = re.compile(r"-?[0-9]{1,18}")


@lru_cache(maxsize=1)
def metric_book() -> MetricBook:
    """The code book, read once: a mapping looks up every code that it names."""
    return MetricBook.load()


def check(mapping: SourceMapping, log: ProblemLog) -> None:
    """Note every name that leads nowhere and every value that the contract of its column does not accept."""
    _names(mapping, log)
    contracts = load_contracts()
    for table in mapping.tables:
        where = f"tables {table.target}"
        if table.target not in contracts:
            log.add(
                faults.unknown_word(
                    mapping.file, table.target, contracts, line=table.line, where=where, code="unknown_target"
                )
            )
            continue
        _Check(mapping, table, standing_alone(contracts[table.target]), log).run()


def _names(mapping: SourceMapping, log: ProblemLog) -> None:
    for label, named in (
        ("settings", [(item.name, item.line) for item in mapping.settings]),
        ("sources", [(item.name, item.line) for item in mapping.sources]),
        ("code_tables", [(item.name, item.line) for item in mapping.code_tables]),
        *((f"sources {source.name}", _headers(source.columns)) for source in mapping.sources),
    ):
        _once(named, label, mapping.file, log)


def _headers(columns: Iterable[object]) -> list[tuple[str, int]]:
    from evalkit.mappings.model import SourceColumn

    found = [column for column in columns if isinstance(column, SourceColumn)]
    return [(name, column.line) for column in found for name in (column.name, *column.aliases)]


def _once(named: Iterable[tuple[str, int]], where: str, file: str, log: ProblemLog) -> None:
    seen: set[str] = set()
    for name, line in named:
        if name in seen:
            log.add(faults.doubled(file, name, line=line, where=where))
        seen.add(name)


@dataclass(frozen=True, slots=True)
class _Check:
    mapping: SourceMapping
    table: TargetTable
    contract: Contract
    log: ProblemLog

    def run(self) -> None:
        self._reachable()
        for ref, line in self._refs():
            self._ref(ref, line)
        for item in self.table.filters:
            self._setting_of_filter(item)
        _once(((column.to, column.line) for column in self.table.columns), self._where, self.mapping.file, self.log)
        for column in self.table.columns:
            self._column(column)
        filled = {column.to for column in self.table.columns}
        missing = [
            f.name for f in self.contract.fields if not f.optional_column and f.required and f.name not in filled
        ]
        if missing:
            self.log.add(
                faults.target_column_missing(self.mapping.file, missing, line=self.table.line, where=self._where)
            )

    @property
    def _where(self) -> str:
        return f"tables {self.table.target}"

    def _unknown(self, word: str, known: Iterable[str], line: int, code: str, where: str | None = None) -> None:
        found = faults.unknown_word(self.mapping.file, word, known, line=line, where=where or self._where, code=code)
        self.log.add(found)

    def _reachable(self) -> None:
        known = [source.name for source in self.mapping.sources]
        for name, line in ((self.table.base, self.table.line), *((j.table, j.line) for j in self.table.joins)):
            if name not in known:
                self._unknown(name, known, line, "unknown_source_table")

    def _refs(self) -> Iterator[tuple[Ref, int]]:
        for join in self.table.joins:
            yield from ((ref, join.line) for ref, _ in join.on)
            yield from ((Ref(join.table, name), join.line) for _, name in join.on)
            yield from ((Ref(join.table, name), join.line) for name, _ in join.where)
        for item in self.table.filters:
            yield from ((ref, item.line) for ref in item.columns)
        for expected in self.table.expectations:
            yield from ((ref, expected.line) for ref in (expected.code, expected.text))
        for column in self.table.columns:
            yield from ((ref, column.line) for ref in column.refs)

    def _ref(self, ref: Ref, line: int) -> None:
        if not ref.table:
            return  # the fault is told already
        source = self.mapping.source(ref.table)
        if source is None and ref.table in self.table.reachable:
            return  # the same
        if source is None or ref.table not in self.table.reachable:
            self._unknown(ref.table, self.table.reachable, line, "unknown_source_table")
        elif source.column(ref.column) is None:
            self._unknown(ref.column, [item.name for item in source.columns], line, "unknown_source_column")

    def _setting_of_filter(self, item: Filter) -> None:
        if item.setting is not None:
            self._setting(item.setting, item.line)

    def _setting(self, name: str, line: int) -> None:
        known = [setting.name for setting in self.mapping.settings]
        if name not in known:
            self._unknown(name, known, line, "unknown_setting")

    def _column(self, column: TargetColumn) -> None:
        if column.to not in self.contract.names:
            self._unknown(column.to, self.contract.names, column.line, "unknown_target_column")
            return
        field, way = self.contract.field(column.to), column.way
        if isinstance(way, FromSetting):
            self._setting(way.setting, column.line)
        elif isinstance(way, StatusOf) and way.column not in {other.to for other in self.table.columns}:
            self._unknown(way.column, [other.to for other in self.table.columns], column.line, "unknown_target_column")
        elif isinstance(way, Numbered):
            self._marks(way, column)
        for value in _values(way):
            self._value(value, field, column)

    def _marks(self, way: Numbered, column: TargetColumn) -> None:
        known = [status.value for status in CellStatus if status is not CellStatus.VALUE]
        for meaning in way.marks.values():
            if meaning not in known and not _WHOLE.fullmatch(meaning):
                self._unknown(meaning, [*known, "0"], column.line, "unknown_word", f"{self._where}.{column.to}.marks")

    def _value(self, value: str, field: Field, column: TargetColumn) -> None:
        where = f"{self._where}.{column.to}"
        known = self._accepted(field)
        if known is not None and value not in known:
            code = "unknown_category" if field.name == "category" else "unknown_code"
            self._unknown(value, known, column.line, code, where)
        elif known is None and not fits(value, field):
            self.log.add(faults.value_not_accepted(self.mapping.file, field.accepted, line=column.line, where=where))

    def _accepted(self, field: Field) -> tuple[str, ...] | None:
        """The closed list of a column, or ``None`` when any text of the right form will do."""
        if field.choices:
            return tuple(choice.value for choice in field.choices)
        if field.code_list is not None:
            return known_codes(field.code_list, metric_book())
        if field.name == "category":
            return self._categories()
        return None

    def _categories(self) -> tuple[str, ...] | None:
        """The categories of every metric that the table can name."""
        book = metric_book()
        named = (column for column in self.table.columns if column.to == "metric")
        metrics = [book.metric(code) for column in named for code in _values(column.way)]
        found = [metric for metric in metrics if metric is not None]
        return tuple(sorted({code for metric in found for code in metric.category_codes})) if found else None


def _values(way: object) -> tuple[str, ...]:
    """The target values that a mapping itself writes down."""
    if isinstance(way, Constant):
        return (way.value,) if way.value else ()
    if isinstance(way, Coded):
        fallback = () if way.otherwise in ACTIONS else (way.otherwise,)
        return (*dict.fromkeys(way.codes.values()), *fallback)
    return ()


def standing_alone(contract: Contract) -> Contract:
    """The contract for a table without the tables that it refers to: what they demand of a key is demanded here."""
    contracts = load_contracts()
    return replace(contract, fields=tuple(_resolved(field, contracts) for field in contract.fields))


def _resolved(field: Field, contracts: Mapping[str, Contract]) -> Field:
    if field.reference is None:
        return field
    known = contracts[field.reference.table].field(field.reference.column)
    return replace(field, pattern=known.pattern, max_length=known.max_length)


def fits(value: str, field: Field) -> bool:
    """Whether a text is of the form that a column takes."""
    if field.choices:
        return value in {choice.value for choice in field.choices}
    if field.kind is Kind.INTEGER:
        return bool(_WHOLE.fullmatch(value))
    if field.kind is not Kind.TEXT:
        return True  # dates and periods are read with the rows
    return (field.pattern is None or re.search(field.pattern, value) is not None) and (
        field.max_length is None or len(value) <= field.max_length
    )
