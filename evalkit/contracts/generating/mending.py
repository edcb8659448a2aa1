"""Making a drawn row keep the rules that its contract states in a form."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from evalkit.contracts.generating.drawing import Cell, Row, World, fill
from evalkit.contracts.model import Contract
from evalkit.contracts.quality import Case, Condition, Quality, RuleForm

_MOST_ROUNDS = 12
_PATIENCE = 4


def mended(world: World, contract: Contract, row: Row, place: int) -> Row | None:
    """The row, changed until every stated rule holds; nothing when no change was found."""
    for attempt in range(_MOST_ROUNDS):
        broken = [rule for rule in contract.quality if not _holds(rule, row)]
        if not broken:
            return row
        for rule in broken:
            _MENDERS[rule.form](_Bench(world, contract, row, place, attempt), rule)
    return None


def _holds(rule: Quality, row: Row) -> bool:
    return rule.form not in _TESTS or _TESTS[rule.form](rule, row)


def _in_order(rule: Quality, row: Row) -> bool:
    filled = [row[name] for name in rule.columns if row[name] is not None]
    return filled == sorted(filled, key=_comparable)


def _comparable(cell: Cell) -> float:
    return cell.toordinal() if isinstance(cell, date) else float(cell or 0)


def _is_at_most(rule: Quality, row: Row) -> bool:
    small, large = (row[name] for name in rule.columns)
    return small is None or (isinstance(small, int | float) and isinstance(large, int | float) and small <= large)


def _is_together(rule: Quality, row: Row) -> bool:
    return len({row[name] is None for name in rule.columns}) == 1


def _is_met(condition: Condition, row: Row) -> bool:
    cell = row[condition.column]
    return cell is not None if condition.values is None else str(cell) in condition.values


def _follows(case: Case, row: Row) -> bool:
    return not all(_is_met(part, row) for part in case.when) or all(_is_met(part, row) for part in case.then)


_TESTS: Mapping[RuleForm | None, Callable[[Quality, Row], bool]] = {
    RuleForm.ORDERED: _in_order,
    RuleForm.AT_MOST: _is_at_most,
    RuleForm.TOGETHER: _is_together,
    RuleForm.IMPLIES: lambda rule, row: all(_follows(case, row) for case in rule.cases),
    RuleForm.NEVER: lambda rule, row: str(row[rule.column or ""]) not in rule.values,
}


class _Bench:
    """A row being mended, and what its columns accept."""

    __slots__ = ("attempt", "contract", "place", "row", "world")

    def __init__(self, world: World, contract: Contract, row: Row, place: int, attempt: int) -> None:
        self.world, self.contract, self.row, self.place, self.attempt = world, contract, row, place, attempt

    def can_be_empty(self, name: str) -> bool:
        return not self.contract.field(name).required

    def refill(self, name: str) -> None:
        self.row[name] = fill(self.world, self.contract.field(name), self.place)


def _put_in_order(bench: _Bench, rule: Quality) -> None:
    names = [name for name in rule.columns if bench.row[name] is not None]
    cells = sorted((bench.row[name] for name in names), key=_comparable)
    bench.row.update(zip(names, cells, strict=True))


def _bring_down(bench: _Bench, rule: Quality) -> None:
    small, large = rule.columns
    top = bench.row[large]
    bench.row[small] = top if isinstance(top, int | float) else None


def _bring_together(bench: _Bench, rule: Quality) -> None:
    empty = bench.attempt % 2 == 0 and all(bench.can_be_empty(name) for name in rule.columns)
    for name in rule.columns:
        if empty:
            bench.row[name] = None
        elif bench.row[name] is None:
            bench.refill(name)


def _make_follow(bench: _Bench, rule: Quality) -> None:
    """Do as ``then`` says; when two cases pull in different ways, take away what made one of them apply."""
    for case in rule.cases:
        if _follows(case, bench.row):
            continue
        loose = [part.column for part in case.when if part.values is None and bench.can_be_empty(part.column)]
        if bench.attempt >= _PATIENCE and loose:
            bench.row[loose[0]] = None
            continue
        for part in case.then:
            if not _is_met(part, bench.row):
                _meet(bench, part)


def _meet(bench: _Bench, part: Condition) -> None:
    if part.values is None:
        bench.refill(part.column)
    else:
        bench.row[part.column] = bench.world.pick(part.values)


def _draw_another(bench: _Bench, rule: Quality) -> None:
    bench.refill(rule.column or "")


_MENDERS: Mapping[RuleForm | None, Callable[[_Bench, Quality], None]] = {
    RuleForm.ORDERED: _put_in_order,
    RuleForm.AT_MOST: _bring_down,
    RuleForm.TOGETHER: _bring_together,
    RuleForm.IMPLIES: _make_follow,
    RuleForm.NEVER: _draw_another,
}
