"""Rules about single cells, asked of the different values of a column rather than of its many equal cells."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from evalkit.contracts.bulk.column import Column
from evalkit.contracts.checking import ask, note
from evalkit.contracts.model import Field, Kind
from evalkit.contracts.rules import Rule, Surroundings
from evalkit.contracts.schema import check_cells
from evalkit.contracts.tablecheck import ORIGIN, CheckedTable

# It pays when a value stands in this many rows on average.
_ROWS_A_VALUE = 8


def distinct_values(column: Column, field: Field) -> pl.Series | None:
    """The different cells of a typed text column, null included; ``None`` when they are too many to be worth it."""
    if field.kind is not Kind.TEXT or column.distinct is None:
        return None
    if len(column.distinct) * _ROWS_A_VALUE > len(column.cells):
        return None
    values = column.distinct if field.default is None else column.distinct.fill_null(field.default)
    return values.str.normalize("NFC").unique().alias(field.name)


def check_repeated_cells(table: CheckedTable, values: Mapping[str, pl.Series]) -> None:
    """As :func:`evalkit.contracts.schema.check_cells`, for the columns whose different ``values`` are known."""
    if not values:
        return
    tallest = max(map(len, values.values()))
    padded = [column.extend_constant(column[0], tallest - len(column)) for column in values.values()]
    few = _table(table, pl.DataFrame(padded))
    check_cells(few)
    for finding in few.findings:
        broken = few.frame[finding.column].gather(list(finding.rows))
        table.flag(finding.code, finding.column, _rows(table.frame[finding.column], broken))


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
