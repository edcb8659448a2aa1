"""A long frame of units and periods read into the panel that synthetic comparisons take."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from evalkit.comparisons import period_order
from evalkit.errors import known_names
from evalkit.inference.arguments import is_number
from evalkit.inference.faults import EXPOSURE, Fault
from evalkit.inference.grouped_arguments import GroupedArguments
from evalkit.language import Text

if TYPE_CHECKING:
    import polars as pl

_UNIT = Fault(
    "unit_unknown",
    Text("{name} är inte olika enheter i tabellen.", "{name} are not different units of the frame."),
    Text("enheter som finns i tabellen; en enhet finns på en sida", "units of the frame, each on one side"),
    Text("Kontrollera enheternas koder.", "Check the codes of the units."),
)
_START = Fault(
    "start_outside",
    Text("{name} har inte perioder både före och efter.", "{name} does not have periods both before and after it."),
    Text("den första perioden med insatsen", "the first period with the measure"),
    Text("Ange en period inne i tabellen.", "Give a period inside the frame."),
)
_TWICE = Fault(
    "row_twice",
    Text("Tabellen har flera rader för samma enhet och period.", "The frame has several rows for one unit and period."),
    Text("en rad för varje enhet och period", "one row for each unit and period"),
    Text("Lägg ihop raderna först.", "Add the rows up first."),
)
_OUTCOME = Fault(
    "outcome_or_count",
    Text("Utfallet är inte entydigt.", "The outcome is not given in one way."),
    Text("outcome, eller count med exposure", "outcome, or count with exposure"),
    Text("Ange det ena eller det andra.", "Give one or the other."),
)
_NUMBERS = Fault(
    "outcome_not_numbers",
    Text("{name} är inte en kolumn med ändliga tal.", "{name} is not a column of finite numbers."),
    Text("ändliga tal; tomt där tal saknas", "finite numbers; null where there is none"),
    Text("Ange en kolumn med tal.", "Name a column of numbers."),
)
_CAP = Fault(
    "cap_outside",
    Text("{name} är inte en andel större än 0 och högst 1.", "{name} is not a share above 0 and at most 1."),
    Text("ett tal till och med 1; 1 betyder ingen gräns", "a number up to 1; 1 is no cap"),
    Text("Utelämna det, eller ange t.ex. 0.5.", "Leave it out, or give 0.5, say."),
)
_LARGEST = 1e100


@dataclass(frozen=True, slots=True, eq=False)
class Read:
    """The panel as numbers.

    Attributes
    ----------
    treated, donors
        Names of the units.
    periods
        The periods in order.
    outcomes
        Shape ``(treated + donors, periods)``, the treated first; ``nan`` where there is no value.
    before
        How many periods come before the start.
    events_before
        Events of each unit before the start, in the same order; ``None`` when the outcome is no count.
    """

    treated: tuple[object, ...]
    donors: tuple[object, ...]
    periods: tuple[object, ...]
    outcomes: NDArray[np.float64]
    before: int
    events_before: NDArray[np.float64] | None = None

    @property
    def units(self) -> tuple[object, ...]:
        """The treated and then the donors."""
        return (*self.treated, *self.donors)


def share(given: GroupedArguments, name: str, value: object) -> float:
    """A share above 0 and at most 1."""
    if is_number(value) and 0 < value <= 1:
        return float(value)
    given.fault(_CAP, name)
    return 1.0


def read(
    given: GroupedArguments,
    frame: pl.DataFrame,
    *,
    unit: str,
    period: str,
    outcome: str | None,
    count: str | None,
    exposure: str | None,
    treated: Sequence[object],
    start: object,
    donors: Sequence[object] | None,
) -> Read:
    """The panel; raises with all that is wrong."""
    import polars as pl

    _note_columns(
        given, frame, {"unit": unit, "period": period, "outcome": outcome, "count": count, "exposure": exposure}
    )
    if (outcome is None) == (count is None) or (count is None) != (exposure is None):
        given.fault(_OUTCOME, "outcome")
    given.done()
    names = frame[unit].drop_nulls().unique().sort().to_list()
    others = tuple(one for one in names if one not in treated) if donors is None else tuple(donors)
    asked = (*treated, *others)
    if not treated or len(set(asked)) < len(asked) or not set(asked) <= set(names):
        given.fault(_UNIT, "treated" if donors is None else "donors")
    periods = period_order.ranks(given, "period", frame[period])[0]
    before = periods.index(start) if start in periods else 0
    if before == 0 and periods:
        given.fault(_START, "start")
    if frame.select(unit, period).is_duplicated().any():
        given.fault(_TWICE, "frame")
    values = _outcomes(given, frame, outcome, count, exposure)
    given.done()
    names_of, when_of = frame[unit].to_list(), frame[period].to_list()
    grid = _grid(names_of, when_of, asked, periods, values)
    events = None
    if count is not None:
        counts = frame[count].cast(pl.Float64).fill_null(float("nan")).to_numpy()
        events = np.nansum(_grid(names_of, when_of, asked, periods, counts)[:, :before], axis=1)
    return Read(tuple(treated), others, tuple(periods), grid, before, events)


def _note_columns(given: GroupedArguments, frame: pl.DataFrame, names: dict[str, str | None]) -> None:
    for argument, name in names.items():
        if name is not None and name not in frame.columns:
            given.note(
                "unknown_column",
                argument,
                what=Text("Tabellen har ingen sådan kolumn.", "The frame has no such column."),
                accepted=known_names(str(name), frame.columns),
                next_step=Text("Ange en kolumn i tabellen.", "Name a column of the frame."),
            )


def _outcomes(
    given: GroupedArguments, frame: pl.DataFrame, outcome: str | None, count: str | None, exposure: str | None
) -> NDArray[np.float64]:
    import polars as pl

    if count is not None and exposure is not None:
        counts, exposures = given.counts("count", frame[count]), given.positives("exposure", frame[exposure], EXPOSURE)
        return np.asarray(np.where(given.missing, np.nan, counts / exposures))
    column = frame[str(outcome)]
    if not column.dtype.is_numeric():
        given.fault(_NUMBERS, "outcome")
        return np.zeros(frame.height)
    numbers = column.cast(pl.Float64).fill_null(float("nan")).to_numpy()
    if (np.abs(numbers) > _LARGEST).any():
        given.fault(_NUMBERS, "outcome")
    return np.asarray(numbers)


def _grid(
    names: Sequence[object],
    when_of: Sequence[object],
    units: Sequence[object],
    periods: Sequence[object],
    values: NDArray[np.float64],
) -> NDArray[np.float64]:
    rows = {name: at for at, name in enumerate(units)}
    columns = {name: at for at, name in enumerate(periods)}
    grid = np.full((len(units), len(periods)), np.nan)
    for name, when, value in zip(names, when_of, values.tolist(), strict=True):
        if name in rows and when in columns:
            grid[rows[name], columns[when]] = value
    return grid
