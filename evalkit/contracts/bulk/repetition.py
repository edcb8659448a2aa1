"""Rules about single cells, asked of the different values of a column rather than of its many equal cells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from evalkit.contracts.bulk.column import Column
from evalkit.contracts.checking import ask, note
from evalkit.contracts.model import Field, Kind
from evalkit.contracts.rules import Rule, Surroundings
from evalkit.contracts.schema import check_cells
from evalkit.contracts.tablecheck import ORIGIN, CheckedTable

# It pays when a value stands in this many rows on average.
_ROWS_A_VALUE = 8
# Beyond this many values of a column it begins anew, so that memory stays bounded.
_MOST_REMEMBERED = 20_000


def distinct_values(column: Column, wanted: Field) -> pl.Series | None:
    """The different cells of a typed text column, null included; ``None`` when they are too many to be worth it."""
    if wanted.kind is not Kind.TEXT or column.distinct is None:
        return None
    if len(column.distinct) * _ROWS_A_VALUE > len(column.cells):
        return None
    values = column.distinct if wanted.default is None else column.distinct.fill_null(wanted.default)
    return values.str.normalize("NFC").unique().alias(wanted.name)


@dataclass(slots=True)
class Judged:
    """What has been found about the values of columns, so that a value that comes again is not asked about again."""

    _known: dict[str, pl.Series] = field(default_factory=dict)
    _broken: dict[str, dict[str, pl.Series]] = field(default_factory=dict)

    def check_cells(self, table: CheckedTable, values: Mapping[str, pl.Series]) -> None:
        """As :func:`evalkit.contracts.schema.check_cells`, for the columns whose different ``values`` are known."""
        fresh = {name: few for name, found in values.items() if len(few := self._fresh(name, found))}
        if fresh:
            self._judge(table, fresh)
        for name, found in values.items():
            for code, broken in self._broken.get(name, {}).items():
                here = broken.filter(broken.is_in(found.implode(), nulls_equal=True))
                if len(here):
                    table.flag(code, name, _rows(table.frame[name], here))

    def _fresh(self, name: str, found: pl.Series) -> pl.Series:
        if len(self._known.get(name, ())) > _MOST_REMEMBERED:
            del self._known[name]
            self._broken.pop(name, None)
        known = self._known.get(name)
        return found if known is None else found.filter(~found.is_in(known.implode(), nulls_equal=True))

    def _judge(self, table: CheckedTable, fresh: Mapping[str, pl.Series]) -> None:
        tallest = max(map(len, fresh.values()))
        few = _table(
            table, pl.DataFrame([column.extend_constant(column[0], tallest - len(column)) for column in fresh.values()])
        )
        check_cells(few)
        for finding in few.findings:
            broken, by_code = few.frame[finding.column].gather(list(finding.rows)), self._broken_in(finding.column)
            by_code[finding.code] = _joined(by_code.get(finding.code), broken.unique())
        for name, found in fresh.items():
            self._known[name] = _joined(self._known.get(name), found)

    def _broken_in(self, column: str) -> dict[str, pl.Series]:
        return self._broken.setdefault(column, {})


def _joined(before: pl.Series | None, more: pl.Series) -> pl.Series:
    return more if before is None else pl.concat([before, more])


def ask_of_values(rule: Rule, table: CheckedTable, around: Surroundings, values: Mapping[str, pl.Series]) -> None:
    """As :func:`evalkit.contracts.checking.ask`; by the values, when the rule is about one column of few."""
    if rule.reads != (rule.column,) or rule.column not in values:
        ask(rule, table, around)
        return
    few = _table(table, pl.DataFrame([values[rule.column]]))
    broken = rule.find(few.clean(rule.reads), around)[rule.column]
    if len(broken):
        note(rule, table, _rows(table.frame[rule.column], broken))


def _table(table: CheckedTable, frame: pl.DataFrame) -> CheckedTable:
    places = (pl.int_range(pl.len(), dtype=pl.Int64).alias(name) for name in ORIGIN)
    return CheckedTable(table.contract, (), frame.with_columns(*places), reliable=True)


def _rows(cells: pl.Series, broken: pl.Series) -> list[int]:
    return cells.is_in(broken.unique().implode(), nulls_equal=True).arg_true().to_list()
