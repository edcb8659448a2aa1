"""Checks of long columns: one row per stratum, and a label that tells which panel, unit or side a row belongs to."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from evalkit.errors import known_names
from evalkit.inference.arguments import LARGEST_POSITIVE, SMALLEST_POSITIVE, single
from evalkit.inference.column_arguments import ColumnArguments
from evalkit.inference.faults import EXPOSURE, OUT_OF_RANGE, Fault
from evalkit.inference.given_columns import as_labels, is_column
from evalkit.inference.groups import Groups
from evalkit.inference.method import canonical
from evalkit.language import Text

if TYPE_CHECKING:
    import polars as pl

_OR_NONE = Text("ett ändligt tal från 0", "a finite number from 0")
_STEP = Text(
    "Ange det som antalet ska delas med, eller vikten; 0 där sidan inte har någon.",
    "Give what the count is divided by, or the weight; 0 where the side has none.",
)
_NEGATIVE = Fault(
    "amount_negative",
    Text("{name} är inte ett ändligt tal från 0.", "{name} is not a finite number from 0."),
    _OR_NONE,
    _STEP,
)
_UNLABELLED = Fault(
    "label_missing",
    Text("{name} saknar värde.", "{name} has no value."),
    Text("en beteckning på varje rad", "a label in every row"),
    Text("Fyll i vad raden hör till, eller ta bort den.", "Say what the row belongs to, or leave it out."),
)
_NO_LABELS = Fault(
    "labels_not_columns",
    Text("{name} är inte en kolumn.", "{name} is not a column."),
    Text("en kolumn, flera kolumner eller en tabell", "a column, several columns or a frame"),
    Text("Ange till exempel tabell[”unit”].", "Give frame['unit'], say."),
)
_DIVIDED_BY_NOTHING = Fault(
    "events_without_exposure",
    Text("{name} har händelser på rader där det de ska delas med är 0.", "{name} has events where the exposure is 0."),
    Text("0 händelser där det inte finns något att dela med", "0 events where there is nothing to divide by"),
    Text("Någon av uppgifterna är fel; rätta den.", "One of the figures is wrong; correct it."),
)


@dataclass(slots=True)
class GroupedArguments(ColumnArguments):
    """The arguments of a call whose rows are strata of one or many groups.

    Examples
    --------
    >>> import polars as pl
    >>> from evalkit.inference.grouped_arguments import GroupedArguments
    >>> given = GroupedArguments("standardised_rate()")
    >>> given.amounts("exposure", pl.Series([10.0, 0.0])).tolist()
    [10.0, 0.0]
    >>> given.groups("by", pl.Series("unit", ["0127", "0180"])).count
    2
    """

    def amounts(self, name: str, value: object) -> NDArray[np.float64]:
        """Finite numbers from 0, shape ``(rows,)`` or ``()``: a stratum may have no exposure on a side."""
        if not is_column(value):
            return np.asarray(self._amount(name, value))
        numbers = self._numbers(name, value, EXPOSURE.not_a_number)
        numbers = self._mend(name, numbers, (numbers < 0) | np.isinf(numbers), _NEGATIVE)
        outside = (numbers != 0) & ((numbers < SMALLEST_POSITIVE) | (numbers > LARGEST_POSITIVE))
        return self._mend(name, numbers, outside, OUT_OF_RANGE)

    def _amount(self, name: str, value: object) -> float:
        number = self.number(name, value, EXPOSURE.not_a_number)
        if number is None:
            return 1.0
        if number != 0 and not SMALLEST_POSITIVE <= number <= LARGEST_POSITIVE:
            self.fault(OUT_OF_RANGE if 0 < number < math.inf else _NEGATIVE, name)
            return 1.0
        return float(number)

    def word(self, name: str, value: object, known: Collection[str]) -> str:
        """One of the words in ``known``."""
        for word in (value, canonical(value)):
            if isinstance(word, str) and word in known:
                return word
        self.note(
            "unknown_word",
            name,
            what=Text(f"{name} har inget sådant val.", f"{name} has no such choice."),
            accepted=known_names(value if isinstance(value, str) else "", known),
            next_step=Text("Välj ett av orden ovan.", "Choose one of the words above."),
        )
        return next(iter(known))

    def finite(self, name: str, value: object, fault: Fault) -> float:
        """A single finite number of either sign."""
        number = single(value)
        if number is not None and abs(number) <= LARGEST_POSITIVE:
            return float(number)
        self.fault(fault, name)
        return 0.0

    def nothing_without_exposure(self, name: str, counts: NDArray[np.int64], exposures: NDArray[np.float64]) -> None:
        """Note rows with events and nothing to divide them by."""
        if not self._one_length(counts, exposures):
            return
        wrong = np.atleast_1d((counts > 0) & (exposures == 0))
        if wrong.shape == np.atleast_1d(self.missing).shape:
            wrong = wrong & ~self.missing
        if wrong.any():
            at = np.flatnonzero(wrong)
            rows = () if self.rows is None else tuple((at[:8] + 1).tolist())
            self.fault(_DIVIDED_BY_NOTHING, name, rows=rows, row_count=int(at.size) if rows else None)

    def groups(self, name: str, value: object) -> Groups:
        """What each row belongs to: a column, several of them or a frame; ``None`` puts every row in one group."""
        columns = self._label_columns(name, value)
        if columns is None:
            return Groups.single(1 if self.rows is None else self.rows)
        for column in columns:
            self._measure(column.name, column.len())
        # What is missing has no label, also when a float of numpy or pandas says so by nan.
        columns = [column.fill_nan(None) if column.dtype.is_float() else column for column in columns]
        self._note_unlabelled(name, columns)
        if self.log.problems:
            return Groups.single(1 if self.rows is None else self.rows)
        return Groups.of(columns)

    def _note_unlabelled(self, name: str, columns: Sequence[pl.Series]) -> None:
        at = sorted({row for column in columns for row in column.is_null().arg_true().to_list()})
        if at:
            self.fault(_UNLABELLED, name, rows=tuple(row + 1 for row in at[:8]), row_count=len(at))

    def _label_columns(self, name: str, value: object) -> list[pl.Series] | None:
        import polars as pl

        if value is None:
            return None
        if isinstance(value, pl.DataFrame):
            return value.get_columns() or None
        several = isinstance(value, Sequence) and len(value) > 0 and all(map(is_column, value))
        parts = list(value) if isinstance(value, Sequence) and several else [value]
        read = (as_labels(name, part) for part in parts if is_column(part))
        made = [column for column in read if column is not None]
        if len(made) < len(parts):
            self.fault(_NO_LABELS, name)
            return None
        taken = [one.name for one in made]
        # Two unnamed columns would have one name in the answer.
        return [
            one.alias(f"{name}_{at + 1}") if not one.name or taken.count(one.name) > 1 else one
            for at, one in enumerate(made)
        ]

    @staticmethod
    def _one_length(*arrays: NDArray[np.int64] | NDArray[np.float64]) -> bool:
        return len({array.size for array in arrays if array.ndim}) <= 1
