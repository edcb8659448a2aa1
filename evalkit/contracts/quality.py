"""The rules that a contract states in its ``quality`` part, as frozen values.

A rule with a *form* is run from what the contract says of it; one without is run by code that has
the rule's name (:mod:`evalkit.contracts.rules`).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from evalkit.errors import Severity
from evalkit.language import Text


class RuleForm(StrEnum):
    """The rules that a contract can state without code.

    ``ordered``: the cells of ``columns`` do not fall from left to right; empty cells are passed over.
    ``at_most``: the first of ``columns`` is no larger than the second, and stands only beside it.
    ``together``: the cells of ``columns`` are all filled or all empty.
    ``implies``: in each of ``cases``, a row that is as ``if`` says is also as ``then`` says.
    ``never``: ``column`` has none of ``values``.
    ``no_overlap``: the times from the first to the second of ``columns`` do not overlap within rows
    that agree in ``within``; an empty end is no end.
    ``tolerance``: a rule in code, which may be broken by ``absolute`` for each part, or by
    ``relative`` of the whole, whichever is more.
    """

    ORDERED = "ordered"
    AT_MOST = "at_most"
    TOGETHER = "together"
    IMPLIES = "implies"
    NEVER = "never"
    NO_OVERLAP = "no_overlap"
    TOLERANCE = "tolerance"


@dataclass(frozen=True, slots=True)
class Condition:
    """A cell has one of some values; without ``values`` it is only filled."""

    column: str
    values: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Case:
    """A row that meets every condition of ``when`` meets every one of ``then``."""

    when: tuple[Condition, ...]
    then: tuple[Condition, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """One rule of a contract.

    Attributes
    ----------
    id
        The code under which a breach is reported.
    description
        What holds.
    breach, next_step
        What is said of rows that break it; without them the words come from the code.
    """

    id: str
    description: Text
    severity: Severity = Severity.ERROR
    breach: Text | None = None
    next_step: Text | None = None
    form: RuleForm | None = None
    column: str | None = None
    columns: tuple[str, ...] = ()
    within: tuple[str, ...] = ()
    cases: tuple[Case, ...] = ()
    values: tuple[str, ...] = ()
    absolute: float = 0.0
    relative: float = 0.0

    @property
    def named_columns(self) -> tuple[str, ...]:
        """Every column that the rule names."""
        conditions = (part for case in self.cases for part in (*case.when, *case.then))
        own = (self.column,) if self.column else ()
        return tuple(dict.fromkeys((*own, *self.columns, *self.within, *(part.column for part in conditions))))
