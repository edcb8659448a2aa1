"""The screening of one large table for what must not be in a file, which looks at a repeated text once."""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

from evalkit.contracts.bulk.column import Column
from evalkit.contracts.model import Contract, Field, Kind
from evalkit.screening import Trace, judged_alone

# A column of few values has seen them all after a batch or two; one of many would only cost room.
_MOST_REMEMBERED = 20_000


@dataclass(slots=True)
class Screen:
    """What the columns have been found free of so far, by their places in the file."""

    contract: Contract
    _clean: dict[int, pl.Series] = field(default_factory=dict)

    def traces(self, place: int, name: str, column: Column) -> list[tuple[Trace, list[int]]]:
        """Each kind of trace in a column of a batch, with its rows (see :meth:`Column.traces`).

        A text that has been looked at in an earlier batch and is clean is not looked at again, unless what is said
        of those beside it may depend on it (see :func:`evalkit.screening.judged_alone`).
        """
        known = self.contract.field(name) if name in self.contract.names else None
        if column.distinct is None or not _is_judged_alone(known):
            return list(column.traces(known))
        clean = self._clean.get(place)
        fresh = column.distinct if clean is None else column.distinct.filter(~column.distinct.is_in(clean.implode()))
        fresh = fresh.drop_nulls()
        found = list(Column(column.cells, fresh).traces(known)) if len(fresh) else []
        if not found:
            self._remember(place, fresh.filter(judged_alone(fresh)))
        return found

    def _remember(self, place: int, fresh: pl.Series) -> None:
        known = self._clean.get(place, fresh.clear())
        if len(fresh) and len(known) + len(fresh) <= _MOST_REMEMBERED:
            self._clean[place] = pl.concat([known, fresh])


def _is_judged_alone(known: Field | None) -> bool:
    """Whether what is said of a text depends on it alone: how a number is read depends on those beside it."""
    return known is None or known.kind is Kind.TEXT
