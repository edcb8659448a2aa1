"""A table that is checked by itself, seen from the tables that refer to it."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from evalkit.contracts.model import Contract
from evalkit.contracts.tablecheck import ORIGIN, CheckedTable


@dataclass(frozen=True, slots=True)
class Beside:
    """What the rules of other tables need to know of it.

    Attributes
    ----------
    frame
        The columns that they look something up in.
    unsound, unsound_before_keys
        Columns with any fault, and those with one that is known before keys are checked.
    """

    frame: pl.DataFrame
    unsound: frozenset[str]
    unsound_before_keys: frozenset[str]

    def table(self, contract: Contract) -> CheckedTable:
        """As a table under check, of which nothing more is asked."""
        origin = (pl.int_range(pl.len(), dtype=kind).alias(name) for name, kind in ORIGIN.items())
        table = CheckedTable(contract, (), self.frame.with_columns(*origin), reliable=True)
        for column in self.unsound_before_keys:
            table.distrust(column, (0,))
        return table

    def tell_the_rest(self, table: CheckedTable) -> None:
        """Once keys are checked: what keys and later rules found."""
        for column in self.unsound:
            table.distrust(column, (0,))
