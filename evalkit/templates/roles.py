"""Who fills in which tables."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from evalkit.contracts import Contract, Level
from evalkit.language import Text


class Reporter(StrEnum):
    """A role: somebody who reports counts, or somebody who holds the cases."""

    AGGREGAT = "aggregat"
    UPPGIFTSHALLARE = "uppgiftshallare"

    @property
    def label(self) -> Text:
        """The role in words."""
        return _LABELS[self]

    @property
    def who(self) -> Text:
        """Whom the workbook is for."""
        return _WHO[self]


_LABELS = {
    Reporter.AGGREGAT: Text("den som lämnar sammanräknade antal", "the one who reports counts"),
    Reporter.UPPGIFTSHALLARE: Text("den som har ärendena", "the one who holds the cases"),
}
_WHO = {
    Reporter.AGGREGAT: Text(
        "Du som lämnar antal per område och period, till exempel ur en årsredovisning eller ett statistikuttag.",
        "You who report counts per area and period, for instance from an annual report or a statistical extract.",
    ),
    Reporter.UPPGIFTSHALLARE: Text(
        "Du som har ärendena i ett verksamhetssystem och lämnar en rad per besök, beslut eller åtgärd.",
        "You who hold the cases in a case system and report one row per visit, decision or measure.",
    ),
}
_LEVEL = {Reporter.AGGREGAT: Level.AGGREGATE, Reporter.UPPGIFTSHALLARE: Level.HOLDER}


def tables_of(reporter: Reporter, contracts: Mapping[str, Contract]) -> tuple[str, ...]:
    """The tables of a role: those for everybody, and those of its own level, in the order to fill them in.

    Examples
    --------
    >>> from evalkit.contracts import load_contracts
    >>> from evalkit.templates import Reporter, tables_of
    >>> tables_of(Reporter.AGGREGAT, load_contracts())
    ('units', 'sources', 'model_periods', 'coverage', 'exposure', 'outcomes')
    """
    levels = (Level.SHARED, _LEVEL[reporter])
    return tuple(name for level in levels for name, contract in contracts.items() if contract.level is level)
