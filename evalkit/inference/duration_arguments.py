"""Checks of the columns that describe waits: one row per unit. Nothing may be missing.

A curve made of the rows that happen to be complete is a curve of other units, so a missing value is a fault here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from evalkit.inference.arguments import is_number
from evalkit.inference.column_arguments import ColumnArguments
from evalkit.inference.faults import NO_ROWS, Fault, PositiveFaults
from evalkit.inference.given_columns import as_labels, is_column
from evalkit.inference.intervals import Floats
from evalkit.language import Text

if TYPE_CHECKING:
    import polars as pl

_DAYS = Text("en kolumn med tal från 0, ett per rad", "a column of numbers from 0, one in each row")
_DAYS_STEP = Text(
    "Räkna fram tiderna ur datumen med ek.spans(), som pekar ut rader med fel.",
    "Make the times from dates with ek.spans(), which points out rows that are wrong.",
)
_NO_COLUMN = Text("{name} är ingen kolumn med tal.", "{name} is not a column of numbers.")
DAYS_NO_COLUMN = Fault("days_not_a_column", _NO_COLUMN, _DAYS, _DAYS_STEP)
DAYS_NEGATIVE = Fault(
    "days_negative",
    Text("{name} innehåller tal under 0 eller oändliga tal.", "{name} holds numbers below 0 or infinite ones."),
    _DAYS,
    _DAYS_STEP,
)
MISSING = Fault(
    "duration_value_missing",
    Text("{name} saknar värde.", "{name} has no value."),
    Text("ett värde på varje rad", "a value in every row"),
    Text(
        "Ta reda på värdet, eller ta bort raden och redovisa hur många det gäller.",
        "Find the value, or remove the row and state how many were removed.",
    ),
)
NOT_EVENT = Fault(
    "event_not_true_or_false",
    Text("{name} har annat än sant och falskt.", "{name} holds something else than true and false."),
    Text("en kolumn med sant/falskt eller 1/0", "a column of true/false or 1/0"),
    Text("Sätt sant där slutet nåddes och falskt där det ännu väntas.", "True where the end was reached, else false."),
)
NOT_LABELS = Fault(
    "not_a_column",
    Text("{name} är ingen kolumn.", "{name} is not a column."),
    Text("en kolumn med ett värde per rad", "a column with one value in each row"),
    Text("Ta kolumnen ur samma tabell.", "Take the column from the same table."),
)
NOT_WORDS = Fault(
    "outcome_not_words",
    Text("{name} är inte ord.", "{name} is not words."),
    Text("en kolumn med ord, såsom event, lost och censored", "a column of words, such as event, lost and censored"),
    Text(
        "Gör om koderna till ord, till exempel med replace_strict i polars eller map i pandas.",
        "Make words of the codes, by replace_strict of polars or map of pandas, say.",
    ),
)
NOT_A_WORD = Fault(
    "not_a_word",
    Text("{name} är inget ord.", "{name} is not a word."),
    Text("ett ord som står i outcome", "a word that stands in outcome"),
    Text("Skriv ordet inom citattecken.", "Write the word in quotation marks."),
)
DAY = PositiveFaults(
    not_a_number=Fault(
        "day_not_a_number",
        Text("{name} är inte ett tal.", "{name} is not a number."),
        Text("ett antal dagar", "a number of days"),
        Text("Ange ett antal dagar.", "Give a number of days."),
    ),
    not_positive=Fault(
        "day_not_positive",
        Text("{name} är inte ett ändligt tal större än 0.", "{name} is not a finite number above 0."),
        Text("ett antal dagar större än 0", "a number of days above 0"),
        Text("Ange ett antal dagar.", "Give a number of days."),
    ),
)
_FROM_ZERO = Fault(
    "day_negative",
    Text("{name} är inte ett ändligt tal från 0.", "{name} is not a finite number from 0."),
    Text("ett antal dagar från 0", "a number of days from 0"),
    Text("Ange ett antal dagar efter starten.", "Give a number of days after the start."),
)
DAY_FROM_ZERO = PositiveFaults(not_a_number=DAY.not_a_number, not_positive=_FROM_ZERO)
SHARE = Fault(
    "share_outside",
    Text("{name} ligger inte mellan 0 och 1.", "{name} does not lie between 0 and 1."),
    Text("ett tal mellan 0 och 1, till exempel 0.5", "a number between 0 and 1, such as 0.5"),
    Text("Skriv 0.5 för medianen.", "Write 0.5 for the median."),
)


@dataclass(slots=True)
class DurationArguments(ColumnArguments):
    """The arguments of a call about waits."""

    def days(self, name: str, value: object) -> Floats:
        """Times from 0, shape ``(units,)``."""
        if not is_column(value):
            self.fault(DAYS_NO_COLUMN, name)
            return np.zeros(1)
        numbers = self._numbers(name, value, DAYS_NO_COLUMN)
        if not numbers.size:
            self.fault(NO_ROWS, name)
        self._none_missing(name)
        return self._mend(name, numbers, (numbers < 0) | np.isinf(numbers), DAYS_NEGATIVE)

    def events(self, name: str, value: object) -> NDArray[np.bool_]:
        """True where the wait ended with the event, shape ``(units,)``."""
        column = self.labels(name, value)
        values = column.drop_nulls()
        if column.dtype.is_numeric():
            good = bool(((values == 0) | (values == 1)).all())
        else:
            good = str(column.dtype) in {"Boolean", "Null"}
        if not good:
            self.fault(NOT_EVENT, name)
            return np.zeros(column.len(), dtype=bool)
        return column.fill_null(False).to_numpy().astype(bool)  # noqa: FBT003

    def labels(self, name: str, value: object) -> pl.Series:
        """A column of any values without gaps."""
        import polars as pl

        column = as_labels(name, value) if is_column(value) else None
        if column is None:
            self.fault(NOT_LABELS, name)
            return pl.Series(name, [0])
        self._measure(name, column.len())
        self._note_missing(name, column.is_null().to_numpy())
        return column

    def words(self, name: str, value: object) -> pl.Series:
        """A column of words without gaps."""
        import polars as pl

        column = self.labels(name, value)
        if not isinstance(column.dtype, pl.String | pl.Categorical | pl.Enum) and column.len():
            self.fault(NOT_WORDS, name)
        return column.cast(pl.String, strict=False)

    def word(self, name: str, value: object) -> str:
        """A word."""
        if isinstance(value, str):
            return value
        self.fault(NOT_A_WORD, name)
        return ""

    def day(self, name: str, value: object) -> float:
        """A horizon: a number of days above 0."""
        return self.positive(name, value, DAY)

    def day_from_zero(self, name: str, value: object) -> float:
        """A day, 0 included."""
        return 0.0 if is_number(value) and value == 0 else self.positive(name, value, DAY_FROM_ZERO)

    def share(self, name: str, value: object) -> float:
        """A share strictly between 0 and 1."""
        if is_number(value) and 0 < value < 1:
            return float(value)
        self.fault(SHARE, name)
        return 0.5

    def _none_missing(self, name: str) -> None:
        self._note_missing(name, self.missing)
        self.missing = np.zeros_like(self.missing)

    def _note_missing(self, name: str, missing: NDArray[np.bool_]) -> None:
        self._mend(name, np.zeros(missing.shape), missing, MISSING)
