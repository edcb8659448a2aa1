"""Checks of what describes a series over time: its periods, the break in it, and the stretches left out."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from evalkit import periods
from evalkit.inference.faults import Fault
from evalkit.inference.given_columns import as_labels, as_numbers, is_column
from evalkit.inference.grouped_arguments import GroupedArguments
from evalkit.language import Text
from evalkit.vocabulary import Frequency

if TYPE_CHECKING:
    import polars as pl

_A_PERIOD = Text("en månad, ett kvartal eller ett år: 2024-03, 2024-Q1, 2024", "2024-03, 2024-Q1 or 2024")
_WRITE = Text(
    "Skriv perioden som i serien, till exempel 2024-03.", "Write the period as in the series, such as 2024-03."
)
_NOT_A_PERIOD = Fault("not_a_period", Text("{name} är ingen period.", "{name} is no period."), _A_PERIOD, _WRITE)
_OTHER_LENGTH = Fault(
    "period_of_other_length",
    Text("{name} är inte lika lång som seriens perioder.", "{name} is not as long as the periods of the series."),
    _A_PERIOD,
    _WRITE,
)
_OUTSIDE = Fault(
    "period_outside_series",
    Text("{name} ligger inte inne i serien.", "{name} does not lie inside the series."),
    Text(
        "en period efter seriens första och senast dess sista", "a period after the first of the series, up to its last"
    ),
    Text("Kontrollera perioden, eller ta med mer av serien.", "Check the period, or include more of the series."),
)
_PERIODS_OR_FIRST = Fault(
    "periods_or_first",
    Text("Ange antingen periods eller first.", "Give either periods or first."),
    Text("en kolumn med perioder, eller den första perioden", "a column of periods, or the first period"),
    Text("Skriv till exempel first=”2020-01”.", "Write first='2020-01', say."),
)
_PERIODS = Fault(
    "periods_not_in_order",
    Text(
        "{name} är inte perioder i ordning, lika långa och högst en av varje.",
        "{name} are not periods in order, of one length and at most one of each.",
    ),
    Text("en kolumn med perioder i ordning", "a column of periods in order"),
    Text("Sortera raderna, och slå ihop dem som gäller samma period.", "Sort the rows; add up those of one period."),
)
_ABSENT = Fault(
    "periods_absent",
    Text("{name} saknar minst en period inne i serien.", "{name} lack at least one period inside the series."),
    Text("varje period, eller de som saknas i left_out", "every period, or those that are absent in left_out"),
    Text(
        "Lägg till raden med sitt antal, eller lämna perioden utanför med left_out.",
        "Add the row with its count, or leave the period out by left_out.",
    ),
)
_STRETCHES = Fault(
    "stretches_not_pairs",
    Text("{name} är inte par av perioder i ordning.", "{name} are not pairs of periods in order."),
    Text("par av första och sista period", "pairs of a first and a last period"),
    Text("Skriv till exempel [(”2020-03”, ”2022-04”)].", "Write [('2020-03', '2022-04')], say."),
)
_FULL_BEFORE_START = Fault(
    "full_before_start",
    Text("{name} ligger före start.", "{name} comes before start."),
    Text("en period från start", "a period from start on"),
    Text("Ange den första perioden då insatsen gäller fullt ut.", "Give the first period at full strength."),
)
_NO_COLUMNS = Fault(
    "series_not_columns",
    Text("{name} är inte en kolumn eller en tabell med tal.", "{name} is not a column or a frame of numbers."),
    Text("en kolumn för varje serie, lika lång som counts", "a column for each series, as long as counts"),
    Text("Ta kolumnerna ur en tabell med en rad per period.", "Take the columns of a frame with one row per period."),
)
_NOT_FINITE = Fault(
    "covariate_not_finite",
    Text("{name} är inte ändliga tal.", "{name} are not finite numbers."),
    Text("ett ändligt tal för varje period", "a finite number for each period"),
    Text("Gör om ord och kategorier till tal, 0 eller 1.", "Turn words and categories into numbers, 0 or 1."),
)
_OTHER_COLUMNS = Fault(
    "exposure_of_other_columns",
    Text("{name} har inte samma kolumner som comparison.", "{name} does not have the columns of comparison."),
    Text(
        "ett tal, en kolumn eller en tabell med samma kolumner", "one number, one column or a frame of the same columns"
    ),
    Text("Ge exponeringen kolumnernas namn.", "Give the exposures the names of the columns."),
)
_NO_EXPOSURE = Fault(
    "comparison_without_exposure",
    Text("{name} saknas.", "{name} is missing."),
    Text(
        "det som jämförelsens antal delas med; 1 om inget", "what the comparison's counts are divided by; 1 if nothing"
    ),
    Text("Ange det.", "Give it."),
)
_NOT_FLAG = Fault(
    "not_true_or_false",
    Text("{name} är varken True eller False.", "{name} is neither True nor False."),
    Text("True eller False", "True or False"),
    Text("Skriv det ena eller det andra.", "Write one of them."),
)
_PAIR = 2


@dataclass(frozen=True, slots=True, eq=False)
class Timeline:
    """The periods of a series.

    Attributes
    ----------
    firsts
        The first day of the period of each row.
    time
        Periods since the first row's, shape ``(rows,)``.
    """

    firsts: tuple[date, ...]
    time: NDArray[np.int64]
    frequency: Frequency

    @property
    def cycle(self) -> int:
        """Periods in a year."""
        return 12 // self.frequency.months

    @property
    def places(self) -> NDArray[np.int64]:
        """The place of each row's period in the year, from 0."""
        return np.array([(first.month - 1) // self.frequency.months for first in self.firsts])

    def place_of(self, first: date) -> int:
        """Periods from the first row's to the one that begins on ``first``; negative before it."""
        months = (first.year - self.firsts[0].year) * 12 + first.month - self.firsts[0].month
        return months // self.frequency.months


@dataclass(slots=True)
class SeriesArguments(GroupedArguments):
    """The arguments of a call about one series over time.

    Examples
    --------
    >>> from evalkit.inference.series_arguments import SeriesArguments
    >>> given = SeriesArguments("interrupted_time_series()")
    >>> line = given.timeline(None, "2023-11", 4)
    >>> given.inside("start", "2024-01", line), given.stretches("left_out", [("2024-02", "2024-02")], line).tolist()
    (2, [False, False, False, True])
    """

    def timeline(self, column: object, first: object, rows: int) -> Timeline:
        """From a column of periods, or the first period of ``rows`` that follow on each other."""
        if (column is None) == (first is None):
            self.fault(_PERIODS_OR_FIRST, "periods")
        elif column is None:
            found = self._period("first", first)
            if found is not None:
                day, frequency = found
                firsts = tuple(periods.add(day, frequency, step) for step in range(rows))
                return Timeline(firsts, np.arange(rows), frequency)
        else:
            return self._read("periods", column)
        return STAND_IN

    def inside(self, name: str, value: object, line: Timeline) -> int:
        """The place in time of a period inside the series, not its first."""
        found = self._of_length(name, value, line)
        if found is None:
            return 1
        place = line.place_of(found)
        if line is STAND_IN:
            return 1
        if not 0 < place <= int(line.time[-1]):
            self.fault(_OUTSIDE, name)
            return 1
        return place

    def full(self, value: object, start: int, line: Timeline) -> int:
        """The place of the first period at full strength; ``start`` when not given."""
        if value is None or line is STAND_IN:
            return start
        place = self.inside("full_from", value, line)
        if place < start:
            self.fault(_FULL_BEFORE_START, "full_from")
            return start
        return place

    def steps(self, name: str, value: object, line: Timeline) -> tuple[int, ...]:
        """The places of periods inside the series."""
        if isinstance(value, str) or not isinstance(value, Sequence):
            self.fault(_NOT_A_PERIOD, name)
            return ()
        return tuple(sorted({self.inside(name, one, line) for one in value}))

    def stretches(self, name: str, value: object, line: Timeline) -> NDArray[np.bool_]:
        """Which rows lie in one of the stretches, shape ``(rows,)``; periods that have no row must lie in one."""
        out = np.zeros(int(line.time[-1]) + 1, dtype=bool)
        for first, last in self._pairs(name, value, line):
            out[max(first, 0) : max(last + 1, 0)] = True
        absent = np.ones(out.size, dtype=bool)
        absent[line.time] = False
        if (absent & ~out).any():
            self.fault(_ABSENT, "periods")
        return out[line.time]

    def flag(self, name: str, value: object) -> bool:
        """True or false."""
        if not isinstance(value, bool):
            self.fault(_NOT_FLAG, name)
        return bool(value)

    def columns(self, name: str, value: object) -> list[pl.Series]:
        """The columns of a frame, or the only one."""
        import polars as pl

        if isinstance(value, pl.DataFrame) and value.width:
            return value.get_columns()
        if is_column(value):
            return [as_numbers(name, value)]
        self.fault(_NO_COLUMNS, name)
        return []

    def finites(self, name: str, value: object) -> list[NDArray[np.float64]]:
        """Finite numbers of either sign, one array per column."""
        found = [self._numbers(name, column, _NOT_FINITE) for column in self.columns(name, value)]
        return [self._mend(name, one, np.isinf(one), _NOT_FINITE) for one in found]

    def comparison(self, counts: object, exposure: object) -> list[tuple[NDArray[np.int64], NDArray[np.float64]]]:
        """The counts and exposures of each comparison series."""
        series = self.columns("comparison", counts)
        if exposure is None:
            self.fault(_NO_EXPOSURE, "comparison_exposure")
            return []
        found = []
        for column, divisor in zip(series, self._divisors(series, exposure), strict=True):
            events = self.counts("comparison", column)
            amounts = np.broadcast_to(self.amounts("comparison_exposure", divisor), events.shape)
            self.nothing_without_exposure("comparison", events, amounts)
            found.append((events, amounts))
        return found

    def _divisors(self, series: list[pl.Series], exposure: object) -> list[object]:
        import polars as pl

        if not isinstance(exposure, pl.DataFrame):
            return [exposure] * len(series)
        if sorted(exposure.columns) != sorted(column.name for column in series):
            self.fault(_OTHER_COLUMNS, "comparison_exposure")
            return [1.0] * len(series)
        return [exposure[column.name] for column in series]

    def _pairs(self, name: str, value: object, line: Timeline) -> list[tuple[int, int]]:
        if isinstance(value, str) or not isinstance(value, Sequence):
            self.fault(_STRETCHES, name)
            return []
        found = []
        for pair in value:
            if isinstance(pair, str) or not isinstance(pair, Sequence) or len(pair) != _PAIR:
                self.fault(_STRETCHES, name)
                continue
            ends = [self._of_length(name, one, line) for one in pair]
            if None not in ends:
                first, last = (line.place_of(end) for end in ends if end is not None)
                found.append((first, last))
                if last < first:
                    self.fault(_STRETCHES, name)
        return found

    def _of_length(self, name: str, value: object, line: Timeline) -> date | None:
        found = self._period(name, value, line.frequency)
        if found is None:
            return None
        if found[1] is not line.frequency:
            if line is not STAND_IN:
                self.fault(_OTHER_LENGTH, name)
            return None
        return found[0]

    def _period(self, name: str, value: object, length: Frequency = Frequency.MONTH) -> tuple[date, Frequency] | None:
        """A period as text, or a date, which stands for the period of this length that it begins."""
        found = periods.try_parse(value) if isinstance(value, str) else None
        if isinstance(value, date) and not isinstance(value, datetime) and periods.first_day(value, length) == value:
            found = value, length
        if found is None:
            self.fault(_NOT_A_PERIOD, name)
        return found

    def _read(self, name: str, column: object) -> Timeline:

        if not is_column(column):
            self.fault(_PERIODS, name)
            return STAND_IN
        values = as_labels(name, column)
        if values is None:
            self.fault(_PERIODS, name)
            return STAND_IN
        self._measure(name, values.len())
        firsts, frequency = _firsts(values)
        if len(firsts) <= 1 or any(late <= early for early, late in itertools.pairwise(firsts)):
            self.fault(_PERIODS, name)
            return STAND_IN
        line = Timeline(firsts, np.zeros(len(firsts), dtype=np.int64), frequency)
        return Timeline(firsts, np.array([line.place_of(one) for one in firsts]), frequency)


def _firsts(values: pl.Series) -> tuple[tuple[date, ...], Frequency]:
    """The first days, and the length that all have; nothing when they do not."""
    import polars as pl

    if values.dtype == pl.Date and not values.null_count():
        days = tuple(values.to_list())
        for frequency in (Frequency.YEAR, Frequency.QUARTER, Frequency.MONTH):
            if all(periods.first_day(day, frequency) == day for day in days):
                return days, frequency
    read = [periods.try_parse(one) if isinstance(one, str) else None for one in values.to_list()]
    found = [one for one in read if one is not None]
    if len(found) == len(read) and len({length for _, length in found}) == 1:
        return tuple(day for day, _ in found), found[0][1]
    return (), Frequency.MONTH


STAND_IN = Timeline((date(2000, 1, 1), date(2000, 2, 1)), np.array([0, 1]), Frequency.MONTH)
"""In place of periods that could not be read: nothing is said to lie outside it."""
