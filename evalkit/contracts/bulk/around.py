"""What a large table is held against: what the smaller files that came with it have been found to be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from evalkit.contracts.rules import Rule


@dataclass(frozen=True, slots=True)
class Around:
    """The other tables of the folder.

    Attributes
    ----------
    frames
        Checked frames by table name, with the columns that references may be looked up in.
    doubted
        Columns of those frames in which keys or later rules were broken. What is asked before the keys
        are looked up in them all the same; nothing else is.
    lost_zeros
        Codes of units that lack their first zero (see :mod:`evalkit.sources.zeros`).
    """

    frames: Mapping[str, pl.DataFrame]
    doubted: Mapping[str, frozenset[str]] = field(default_factory=dict)
    lost_zeros: frozenset[str] = frozenset()

    def answers(self, rule: Rule, *, late: bool) -> bool:
        """Whether the rule can be asked: every column that it needs of another table is here and sound."""
        return all(
            table in self.frames
            and set(columns) <= set(self.frames[table].columns)
            and not (late and self.doubted.get(table, frozenset()) & set(columns))
            for table, columns in rule.needs
            if table != rule.table
        )
