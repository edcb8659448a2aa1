"""In which pass over the file each rule is asked, so that as few passes as possible give the small path's answer.

The rules have an order, for a cell that one rule has reported is not read by the next. A rule that looks at one
row at a time can be asked while a batch is in memory. One that holds rows against each other must wait until its
columns have been through the file, and whatever reads what it reports must wait for another pass.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from evalkit.contracts.model import Contract
from evalkit.contracts.rules import CODE_RULES, Rule, contract_rules, later_rules


@dataclass(frozen=True, slots=True)
class Step:
    """A rule, or the key, at its place in the order.

    Attributes
    ----------
    rule
        ``None`` for the key.
    reads
        The columns whose earlier faults it must know of.
    column
        The column that it reports.
    across
        Whether it holds rows against each other.
    """

    rule: Rule | None
    reads: frozenset[str]
    column: str
    across: bool

    def must_follow(self, other: Step) -> bool:
        """Whether asking this one before the other could change what either reports."""
        return other.column in self.reads | {self.column} or self.column in other.reads


@dataclass(frozen=True, slots=True)
class Stage:
    """One pass over the batches, then the rules that look across them."""

    by_row: tuple[Rule, ...]
    across: tuple[Step, ...]


def own_columns(rule: Rule) -> tuple[str, ...]:
    """The columns of its own table that a rule looks things up in."""
    return next((columns for table, columns in rule.needs if table == rule.table), ())


def table_rules(contract: Contract) -> tuple[tuple[Rule, ...], tuple[Rule, ...]]:
    """The rules of one table that are asked before the key and after it."""
    before = (*(rule for rule in CODE_RULES if rule.table == contract.table), *contract_rules(contract))
    return before, later_rules({contract.table: contract})


def stages(contract: Contract, before: Iterable[Rule], after: Iterable[Rule]) -> tuple[Stage, ...]:
    """The passes that the rules of a contract take.

    Parameters
    ----------
    before, after
        The rules asked before and after the key, in order, from :func:`table_rules`.

    Examples
    --------
    >>> from evalkit.contracts import Contract
    >>> from evalkit.contracts.bulk import steps
    >>> contract = Contract.load("coverage")
    >>> before, after = steps.table_rules(contract)
    >>> [len(stage.by_row) for stage in steps.stages(contract, before, after)]
    [5]
    """
    key = Step(None, frozenset(contract.key), contract.key[0], across=True)
    ordered = (*map(_of_rule, before), key, *map(_of_rule, after))
    places = _places(ordered)
    return tuple(_stage(ordered, places, number) for number in range(max(places) + 1))


def _of_rule(rule: Rule) -> Step:
    own = own_columns(rule)
    judged = () if rule.together is None else (rule.together,)
    return Step(rule, frozenset((*rule.reads, *own, *judged)), rule.column, across=rule.groups is not None or bool(own))


def _places(ordered: Sequence[Step]) -> list[int]:
    places: list[int] = []
    for step in ordered:
        place = 0
        for earlier, found in zip(ordered, places, strict=False):
            if step.must_follow(earlier):
                place = max(place, found + (earlier.across and not step.across))
        places.append(place)
    return places


def _stage(ordered: Sequence[Step], places: Sequence[int], number: int) -> Stage:
    here = [step for step, place in zip(ordered, places, strict=True) if place == number]
    return Stage(
        tuple(step.rule for step in here if not step.across and step.rule is not None),
        tuple(step for step in here if step.across),
    )
