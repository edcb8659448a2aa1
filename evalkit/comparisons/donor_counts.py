"""A long frame of counts and exposures read into units × periods, the treated first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from evalkit.comparisons import donor_panels
from evalkit.errors import known_names
from evalkit.inference.faults import EXPOSURE, Fault
from evalkit.inference.grouped_arguments import GroupedArguments
from evalkit.language import Text

if TYPE_CHECKING:
    import polars as pl

    from evalkit.inference.randomisation import Changes

_NO_FRAME = Fault(
    "not_a_frame",
    Text("{name} är inte en tabell.", "{name} is not a frame."),
    Text("en polars-tabell med en rad per enhet och period", "a polars frame with a row per unit and period"),
    Text("Läs in tabellen med polars först.", "Read the table with polars first."),
)
_LEFT_OUT = Fault(
    "left_out_not_stretches",
    Text("{name} är inte perioder i tabellen, par för par.", "{name} is not pairs of periods of the frame."),
    Text("par av första och sista period, i ordning", "pairs of a first and a last period, in order"),
    Text("Ange t.ex. [(2020, 2021)].", "Give [(2020, 2021)], say."),
)


@dataclass(frozen=True, slots=True, eq=False)
class DonorCounts:
    """The panel as numbers.

    Attributes
    ----------
    units
        Names; the first ``treated`` of them are the treated.
    treated
        How many are.
    periods
        The periods used, in order.
    counts, exposures
        Shape ``(units, periods)``; ``nan`` where there is no value.
    before
        How many of the periods come before the start.
    """

    units: tuple[object, ...]
    treated: int
    periods: tuple[object, ...]
    counts: NDArray[np.float64]
    exposures: NDArray[np.float64]
    before: int

    @property
    def is_treated(self) -> NDArray[np.bool_]:
        """Shape ``(units,)``."""
        return np.arange(len(self.units)) < self.treated

    @property
    def missing(self) -> NDArray[np.bool_]:
        """Units that lack a figure in some period, shape ``(units,)``."""
        return np.asarray(np.isnan(self.counts + self.exposures).any(axis=1))

    def told(self) -> DonorCounts:
        """The treated, and the others with all their figures and any events."""
        return self.only(self.is_treated | (~self.missing & (np.nansum(self.counts, axis=1) > 0)))

    def only(self, kept: NDArray[np.bool_]) -> DonorCounts:
        """Some of the units, the treated among them."""
        names = tuple(name for name, stays in zip(self.units, kept, strict=True) if stays)
        return DonorCounts(names, self.treated, self.periods, self.counts[kept], self.exposures[kept], self.before)

    def changes(self, start: int | None = None, last: int | None = None) -> Changes:
        """Sums before period ``start``, and from there to before ``last``."""
        middle, places = self.before if start is None else start, np.arange(len(self.periods))
        end = len(self.periods) if last is None else last
        return self.between(places < middle, (places >= middle) & (places < end))

    def between(self, early: NDArray[np.bool_], late: NDArray[np.bool_]) -> Changes:
        """Sums over some periods and over others, shape ``(periods,)`` each."""
        from evalkit.inference.randomisation import Changes

        grids = (self.counts, self.exposures)
        return Changes(*(grid[:, part].sum(axis=1) for grid in grids for part in (early, late)))


def read(
    given: GroupedArguments,
    frame: object,
    *,
    unit: str,
    period: str,
    count: str,
    exposure: str,
    treated: object,
    start: object,
    donors: Sequence[object] | None,
    left_out: Sequence[tuple[object, object]],
) -> DonorCounts:
    """The panel; raises with all that is wrong."""
    table = _with_columns(given, frame, {"unit": unit, "period": period, "count": count, "exposure": exposure})
    given.counts("count", table[count])
    given.positives("exposure", table[exposure], EXPOSURE)
    panels = [
        donor_panels.read(
            given,
            table,
            unit=unit,
            period=period,
            outcome=column,
            count=None,
            exposure=None,
            treated=treated,
            start=start,
            donors=donors,
        )
        for column in (count, exposure)
    ]
    counts, exposures = (panel.outcomes for panel in panels)
    periods, before = panels[0].periods, panels[0].before
    used = _used(given, periods, left_out)
    given.done()
    return DonorCounts(
        panels[0].units,
        len(panels[0].treated),
        tuple(one for one, stays in zip(periods, used, strict=True) if stays),
        counts[:, used],
        exposures[:, used],
        int(used[:before].sum()),
    )


def _with_columns(given: GroupedArguments, frame: object, names: dict[str, str]) -> pl.DataFrame:
    import polars as pl

    if not isinstance(frame, pl.DataFrame):
        given.fault(_NO_FRAME, "frame")
        given.done()
        return pl.DataFrame()
    for argument, name in names.items():
        if name not in frame.columns:
            given.note(
                "unknown_column",
                argument,
                what=Text("Tabellen har ingen sådan kolumn.", "The frame has no such column."),
                accepted=known_names(str(name), frame.columns),
                next_step=Text("Ange en kolumn i tabellen.", "Name a column of the frame."),
            )
    given.done()
    return frame


def _used(
    given: GroupedArguments, periods: tuple[object, ...], left_out: Sequence[tuple[object, object]]
) -> NDArray[np.bool_]:
    used = np.ones(len(periods), dtype=bool)
    for pair in left_out:
        ends = [periods.index(end) if end in periods else -1 for end in pair]
        if len(ends) != len(("first", "last")) or not 0 <= ends[0] <= ends[-1]:
            given.fault(_LEFT_OUT, "left_out")
            continue
        used[ends[0] : ends[1] + 1] = False
    return used
