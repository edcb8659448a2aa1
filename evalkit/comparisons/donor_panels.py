"""A long frame of units and periods read into the panel that synthetic comparisons take."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
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
    Text("enheter som finns i tabellen, var och en en gång", "units of the frame, each of them once"),
    Text("Kontrollera enheternas koder.", "Check the codes of the units."),
)
_BOTH_SIDES = Fault(
    "unit_on_both_sides",
    Text("{name} har enheter som också står i treated.", "{name} has units that are in treated as well."),
    Text("enheter som inte har fått insatsen", "units that did not have the measure"),
    Text("Ta bort dem ur en av listorna.", "Take them out of one of the lists."),
)
_NO_LABELS = Fault(
    "not_labels",
    Text("{name} är varken en enhet eller en lista av enheter.", "{name} is neither a unit nor a list of units."),
    Text("en enhets kod, eller en lista av koder", "the code of a unit, or a list of codes"),
    Text("Ange t.ex. ”0127” eller [”0127”, ”0180”].", "Give '0127' or ['0127', '0180'], say."),
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
    treated: object,
    start: object,
    donors: object,
) -> Read:
    """The panel; raises with all that is wrong."""
    import polars as pl

    _note_columns(
        given, frame, {"unit": unit, "period": period, "outcome": outcome, "count": count, "exposure": exposure}
    )
    if (outcome is None) == (count is None) or (count is None) != (exposure is None):
        given.fault(_OUTCOME, "outcome")
    given.done()
    chosen, others = _sides(given, frame[unit], unit, treated, donors)
    asked = (*chosen, *others)
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
    return Read(chosen, others, tuple(periods), grid, before, events)


def _sides(
    given: GroupedArguments, column: pl.Series, name: str, treated: object, donors: object
) -> tuple[tuple[object, ...], tuple[object, ...]]:
    """The treated and the units compared with, each in the order of their labels: the order given decides nothing."""
    known = column.drop_nulls().unique().sort().to_list()
    chosen = _labels(given, "treated", treated)
    others = tuple(one for one in known if one not in chosen) if donors is None else _labels(given, "donors", donors)
    for argument, side in (("treated", chosen), ("donors", others)):
        if (argument == "treated" and not side) or not _are_different(side, known):
            accepted = Text(f"{_UNIT.accepted.sv} (kolumnen {name})", f"{_UNIT.accepted.en} (column {name})")
            given.fault(replace(_UNIT, accepted=accepted), argument)
    if donors is not None and any(one in chosen for one in others):
        given.fault(_BOTH_SIDES, "donors")
    places = {one: at for at, one in enumerate(known)}
    ordered = (tuple(sorted(side, key=lambda one: places.get(one, 0))) for side in (chosen, others))
    return next(ordered), next(ordered)


def _are_different(side: Sequence[object], known: Sequence[object]) -> bool:
    return all(one in known for one in side) and len(set(side)) == len(side)


def _labels(given: GroupedArguments, name: str, value: object) -> tuple[object, ...]:
    """One label, or several; a text by itself is one, not its letters."""
    if isinstance(value, str | bytes) or not isinstance(value, Iterable):
        several: tuple[object, ...] = () if value is None else (value,)
    elif isinstance(value, Mapping):
        given.fault(_NO_LABELS, name)
        several = ()
    else:
        several = tuple(value)
    if any(not isinstance(one, Hashable) for one in several):
        given.fault(_NO_LABELS, name)
        several = ()
    return several


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
