"""The columns that an analyst gave as series with the rows to fit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evalkit.inference.faults import Fault
from evalkit.inference.given_columns import is_column
from evalkit.inference.series_arguments import STAND_IN, SeriesArguments, Timeline
from evalkit.language import Text

_NO_COLUMN = Fault(
    "series_not_a_column",
    Text("{name} är ingen kolumn med flera perioder.", "{name} is not a column of several periods."),
    Text("en kolumn med ett tal för varje period", "a column with one number for each period"),
    Text("Ta kolumnen ur en tabell med en rad per period.", "Take the column of a frame with one row per period."),
)
_FEWEST = 2
_NONE = np.zeros(_FEWEST, dtype=bool)


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """A series period by period; ``kept`` is what is fitted, ``known`` where the count is not missing."""

    counts: NDArray[np.int64]
    exposures: NDArray[np.float64]
    line: Timeline
    kept: NDArray[np.bool_]
    known: NDArray[np.bool_]

    def rows(self, covariates: NDArray[np.float64]) -> Rows:
        """The rows to fit."""
        kept = np.flatnonzero(self.kept)
        return Rows(
            self.counts[kept],
            self.exposures[kept],
            self.line.time[kept],
            self.line.places[kept],
            np.zeros(kept.size, dtype=np.intp),
            covariates[kept],
        )


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """One or several series laid after each other, shape ``(rows,)``, with covariates ``(rows, covariates)``."""

    counts: NDArray[np.int64]
    exposures: NDArray[np.float64]
    time: NDArray[np.int64]
    places: NDArray[np.int64]
    series: NDArray[np.intp]
    covariates: NDArray[np.float64]

    def points(self, start: int) -> tuple[int, int]:
        """The fewest points of any series before and after a start."""
        series = range(int(self.series.max(initial=0)) + 1)
        before = min(int(((self.series == one) & (self.time < start)).sum()) for one in series)
        after = min(int(((self.series == one) & (self.time >= start)).sum()) for one in series)
        return before, after

    @property
    def offset(self) -> NDArray[np.float64]:
        """The logarithm of the exposure, centred so that large exposures leave the constant in the range of a float."""
        logs = np.log(self.exposures)
        return np.asarray(logs - logs.mean())


def read(
    given: SeriesArguments, counts: object, exposure: object, *, periods: object, first: object, left_out: object
) -> Asked:
    """The series here."""
    is_series = is_column(counts)
    numbers = given.counts("counts", counts if is_series else np.ones(2))
    if not is_series or numbers.size < _FEWEST:
        given.fault(_NO_COLUMN, "counts")
        return Asked(np.ones(2, dtype=np.int64), np.ones(2), STAND_IN, _NONE, _NONE)
    exposures = given.amounts("exposure", exposure)
    given.nothing_without_exposure("counts", numbers, exposures)
    line = given.timeline(periods, first, numbers.size)
    out = given.stretches("left_out", left_out, line)
    spread = np.broadcast_to(exposures, out.shape) if exposures.size in {1, out.size} else np.ones(out.shape)
    known = ~np.broadcast_to(given.missing, out.shape) if given.missing.size in {1, out.size} else ~out
    return Asked(numbers, spread, line, ~out & (spread > 0), known)


def covariates(given: SeriesArguments, frame: object, rows: int) -> NDArray[np.float64]:
    """Centred and scaled, shape ``(rows, covariates)``; a column without variation holds nothing alike."""
    columns = [] if frame is None else given.finites("covariates", frame)
    scaled = [(one - one.mean()) / one.std() for one in columns if one.size == rows and one.std() > 0]
    return np.column_stack(scaled) if scaled else np.empty((rows, 0))


def stacked(here: Asked, series: list[tuple[NDArray[np.int64], NDArray[np.float64]]]) -> Rows:
    """The comparison series laid after each other, in the periods that are kept here."""
    kept = [np.flatnonzero(here.kept & (exposed > 0)) for _, exposed in series]
    every = np.concatenate(kept)
    return Rows(
        np.concatenate([counts[rows] for (counts, _), rows in zip(series, kept, strict=True)]),
        np.concatenate([exposed[rows] for (_, exposed), rows in zip(series, kept, strict=True)]),
        here.line.time[every],
        here.line.places[every],
        np.repeat(np.arange(len(kept)), [rows.size for rows in kept]),
        np.empty((every.size, 0)),
    )
