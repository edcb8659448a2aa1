"""What the check of a large table came to."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from evalkit.contracts import wording
from evalkit.contracts.bulk.faults import BreachLog
from evalkit.contracts.codes import Codes
from evalkit.contracts.model import Contract
from evalkit.errors import Place, Problem
from evalkit.language import Text


@dataclass(frozen=True, slots=True)
class BrokenRule:
    """One rule that some rows break.

    Attributes
    ----------
    code, column
        As in the problems of a small table.
    count
        How many rows break it.
    rows
        The first of their numbers in the file, the header being row 1.
    """

    code: str
    column: str
    count: int
    rows: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class BulkInspection:
    """The result of :func:`evalkit.contracts.bulk.check_parquet`.

    Attributes
    ----------
    table, file
        What was checked.
    rows
        How many rows were read, blank ones not counted.
    broken
        The broken rules, in the order in which they were met.
    problems
        The same in words, together with what is wrong with the columns.
    warnings
        Broken rules that the contract only remarks on.
    not_asked
        Rules (code and column) that were not asked, because a table or column that they need is missing or at fault.
    unsound
        Columns with any fault: nothing may be held against them.
    unsound_before_keys
        Those with a fault that is known before keys and the rules after them are asked: references to the others
        are still looked up.
    digest
        SHA-256 of the file's bytes.
    assumptions
        What was taken for granted: spelling of headings, zeros put back, the version of the contract.
    listing
        A Parquet file with ``rule``, ``column`` and ``row`` of every broken rule and row, when asked for.
    """

    table: str
    file: str
    rows: int
    broken: tuple[BrokenRule, ...]
    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...]
    not_asked: tuple[tuple[str, str], ...]
    unsound: frozenset[str]
    unsound_before_keys: frozenset[str]
    digest: str
    assumptions: tuple[Text, ...] = ()
    listing: Path | None = None


def broken_rules(log: BreachLog) -> tuple[BrokenRule, ...]:
    """The log as values."""
    return tuple(
        BrokenRule(code, column, tally.count, tuple(tally.first.tolist()))
        for (code, column), tally in log.tallies.items()
    )


def worded(rule: BrokenRule, contract: Contract, codes: Codes, file: str) -> Problem:
    """A broken rule in the words of the small path."""
    place = Place(file=file, column=rule.column, rows=rule.rows, row_count=rule.count)
    return wording.breach(contract, codes, rule.code, place)
