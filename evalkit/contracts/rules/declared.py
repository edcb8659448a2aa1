"""Rules that a contract states with their columns (:class:`evalkit.contracts.quality.RuleForm`), and no code."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import reduce

import polars as pl

from evalkit.contracts.model import Contract
from evalkit.contracts.quality import Case, Condition, Quality, RuleForm
from evalkit.contracts.rules.rule import Find, Rule, Surroundings
from evalkit.contracts.tablecheck import ROW

_NO_END = pl.date(9999, 12, 31)


def declared_rules(contract: Contract) -> tuple[Rule, ...]:
    """The rules that run from what the contract says alone.

    Examples
    --------
    >>> from evalkit.contracts import Contract
    >>> from evalkit.contracts.rules import declared_rules
    >>> [(rule.code, rule.column) for rule in declared_rules(Contract.load("information_requests"))]
    [('answer_mismatch', 'outcome'), ('answer_mismatch', 'outcome'), ('answered_before_requested', 'answered_date')]
    """
    return tuple(
        rule
        for quality in contract.quality
        if quality.form in _FORMS
        for rule in _FORMS[quality.form](contract.table, quality)
    )


def _where(broken: pl.Expr) -> Find:
    def find(rows: pl.DataFrame, _: Surroundings) -> pl.DataFrame:
        return rows.filter(broken)

    return find


def _ordered(table: str, quality: Quality) -> Iterator[Rule]:
    """A cell is at fault when it is smaller than some cell to its left."""
    for place in range(1, len(quality.columns)):
        column, earlier = quality.columns[place], quality.columns[:place]
        broken = pl.any_horizontal(pl.col(name) > pl.col(column) for name in earlier)
        yield Rule(quality.id, table, column, (*earlier, column), _where(broken))


def _at_most(table: str, quality: Quality) -> Iterator[Rule]:
    small, large = quality.columns
    fits = (pl.col(small) <= pl.col(large)).fill_null(value=False)
    yield Rule(quality.id, table, small, quality.columns, _where(pl.col(small).is_not_null() & ~fits))


def _together(table: str, quality: Quality) -> Iterator[Rule]:
    for column in quality.columns:
        others = [name for name in quality.columns if name != column]
        broken = pl.col(column).is_null() & pl.any_horizontal(pl.col(others).is_not_null())
        yield Rule(quality.id, table, column, quality.columns, _where(broken))


def _implies(table: str, quality: Quality) -> Iterator[Rule]:
    for case in quality.cases:
        broken = _all(case.when) & ~_all(case.then)
        yield Rule(quality.id, table, str(quality.column), _columns(case), _where(broken))


def _columns(case: Case) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part.column for part in (*case.when, *case.then)))


def _all(conditions: tuple[Condition, ...]) -> pl.Expr:
    return reduce(lambda one, other: one & other, (_met(condition) for condition in conditions))


def _met(condition: Condition) -> pl.Expr:
    cell = pl.col(condition.column)
    if condition.values is None:
        return cell.is_not_null()
    return cell.cast(pl.String).is_in(list(condition.values)).fill_null(value=False)


def _never(table: str, quality: Quality) -> Iterator[Rule]:
    column = str(quality.column)
    yield Rule(quality.id, table, column, (column,), _where(_met(Condition(column, quality.values))))


def _no_overlap(table: str, quality: Quality) -> Iterator[Rule]:
    """Rows that begin before an earlier row of their group has ended; an empty end is no end."""
    first, last = quality.columns

    def find(rows: pl.DataFrame, _: Surroundings) -> pl.DataFrame:
        earlier = pl.coalesce(pl.col(last), _NO_END).cum_max().shift(1).over(quality.within)
        return rows.sort(*quality.within, first, ROW).filter((pl.col(first) <= earlier).fill_null(value=False))

    yield Rule(quality.id, table, first, (*quality.within, first, last), find)


_FORMS: Mapping[RuleForm | None, Callable[[str, Quality], Iterator[Rule]]] = {
    RuleForm.ORDERED: _ordered,
    RuleForm.AT_MOST: _at_most,
    RuleForm.TOGETHER: _together,
    RuleForm.IMPLIES: _implies,
    RuleForm.NEVER: _never,
    RuleForm.NO_OVERLAP: _no_overlap,
}
