"""The workbench of one table: typed cells, where they came from, and what has been found about them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import polars as pl

from evalkit.contracts.model import Contract
from evalkit.sources import RawTable

ROW = "_row"
RAW = "_raw"
LINE = "_line"
ORIGIN = {ROW: pl.Int64, RAW: pl.Int64, LINE: pl.Int64}


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule broken in one column of one table: a fact, not yet worded.

    ``rows`` are places in the frame of the table.
    """

    code: str
    table: str
    column: str
    rows: tuple[int, ...]


@dataclass(slots=True)
class CheckedTable:
    """One table under check.

    Attributes
    ----------
    raws
        The files that it was read from; the column ``_raw`` of ``frame`` counts into them.
    frame
        The typed columns of the contract together with ``_row``, ``_raw`` and ``_line`` (the row
        number that a person sees).
    reliable
        Whether every file meant for the table could be read.
    """

    contract: Contract
    raws: tuple[RawTable, ...]
    frame: pl.DataFrame
    reliable: bool
    findings: list[Finding] = field(default_factory=list)
    _faulty: dict[str, set[int]] = field(default_factory=dict)

    def flag(self, code: str, column: str, rows: Iterable[int]) -> None:
        """Note a broken rule. A cell that is already at fault is not reported again."""
        faulty = self._faulty.setdefault(column, set())
        fresh = sorted(set(rows) - faulty)
        if fresh:
            faulty.update(fresh)
            self.findings.append(Finding(code, self.contract.table, column, tuple(fresh)))

    def remark(self, code: str, column: str, rows: Iterable[int]) -> None:
        """Note what is only told: the cells are as good as before."""
        found = tuple(sorted(set(rows)))
        if found:
            self.findings.append(Finding(code, self.contract.table, column, found))

    def distrust(self, column: str, rows: Iterable[int]) -> None:
        """Leave cells out of further checks without reporting them: the fault is told elsewhere."""
        self._faulty.setdefault(column, set()).update(rows)

    def clean(self, columns: Iterable[str], *, together: str | None = None) -> pl.DataFrame:
        """The columns of the rows without a fault in any of them, and where those rows came from.

        With ``together``, also without the rows that share its value with a faulty one.
        """
        names = list(dict.fromkeys(columns if together is None else (*columns, together)))
        at_fault = set().union(*(self._faulty.get(name, set()) for name in names))
        frame = self.frame.select(*names, *ORIGIN)
        if not at_fault:
            return frame
        faulty = pl.col(ROW).is_in(sorted(at_fault))
        if together is not None:
            faulty = faulty.any().over(together)
        return frame.filter(~faulty)

    def is_sound(self, columns: Iterable[str]) -> bool:
        """Whether nothing is wrong with the columns, so that other tables may be held against them."""
        return self.reliable and not any(self._faulty.get(column) for column in columns)

    def typed(self) -> pl.DataFrame:
        """The checked columns, in an order that does not depend on the order of the files or rows."""
        return sorted_by_key(self.frame, self.contract)

    @property
    def unsound(self) -> frozenset[str]:
        """The columns that other tables may not be held against."""
        return frozenset(name for name in self.contract.names if not self.is_sound((name,)))


def sorted_by_key(frame: pl.DataFrame, contract: Contract) -> pl.DataFrame:
    """The columns of the contract in its order, the rows by key and then by everything else."""
    names = list(contract.names)
    order = [*contract.key, *(name for name in names if name not in contract.key)]
    return frame.select(names).sort(order, nulls_last=False)
