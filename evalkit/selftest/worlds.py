"""What could have come after the time before, with a known effect put in."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from evalkit.estimands import Estimand, Window
from evalkit.inference.intervals import Floats
from evalkit.inference.shocks import shocks
from evalkit.panels import Panel
from evalkit.selftest.areas import AreaShocks
from evalkit.selftest.history import History, sides_of
from evalkit.vocabulary import CellStatus


@dataclass(frozen=True, slots=True, eq=False)
class World:
    """The cells that a comparison looks at, with the mean of each and where the effect falls.

    ``means`` and ``treated`` have shape ``(cells,)``; ``clock`` is the place in time of the cell, ``unit``
    and ``side`` are whose it is. With ``areas`` every area has shocks of its own, otherwise every side.
    """

    panel: Panel
    means: Floats
    treated: NDArray[np.bool_]
    clock: NDArray[np.int64]
    unit: NDArray[np.str_]
    side: NDArray[np.int64]
    trials: NDArray[np.int64] | None
    dispersion: float
    autocorrelation: float
    areas: AreaShocks | None = None

    def drawn(self, factor: float, rng: np.random.Generator) -> Panel:
        """The panel with counts drawn anew, the group's after multiplied by ``factor``.

        Counts are Poisson around means that are shaken by gamma shocks (:func:`evalkit.inference.shocks.shocks`), so
        that they vary and hang together as the time before did; events of trials that have one each or none are
        binomial. A side's units share the shock of a period where only the sums of sides are looked at.
        """
        shaken = self.means * np.where(self.treated, factor, 1.0) * self._shocks(rng)
        if self.trials is None:
            counts = rng.poisson(shaken)
        else:
            share = np.divide(shaken, self.trials, out=np.zeros_like(shaken), where=self.trials > 0)
            counts = rng.binomial(self.trials, np.minimum(share, 1.0))
        frame = self.panel.frame.with_columns(pl.Series("count", counts, dtype=pl.Int64))
        return replace(self.panel, frame=frame)

    def _shocks(self, rng: np.random.Generator) -> Floats:
        if self.areas is not None:
            return self.areas.factors(self.means, self.unit, self.clock, rng)
        found = np.ones(self.means.size)
        for side in np.unique(self.side):
            here = self.side == side
            clock = self.clock[here]
            by_period = np.bincount(clock, weights=self.means[here], minlength=int(self.clock.max()) + 1).astype(float)
            found[here] = shocks(by_period, self.dispersion, self.autocorrelation, rng)[clock]
        return found


def world(estimand: Estimand, panel: Panel, history: History, before: Window) -> World:
    """Lay out the cells before and after; an exposure that is not known is carried forward from the last known."""
    sides = sides_of(estimand)
    side_of = {unit: place for place, side in enumerate(sides) for unit in side.units}
    cells = panel.cells(estimand.series, tuple(side_of), before.first, estimand.after.last).sort("unit_id", "period")
    known = pl.when(pl.col("exposure_status") == CellStatus.VALUE).then(pl.col("exposure"))
    cells = cells.with_columns(
        known.forward_fill().over("unit_id").fill_null(0.0).alias("exposure"),
        pl.lit(CellStatus.VALUE.value).alias("status"),
        pl.lit(CellStatus.VALUE.value).alias("exposure_status"),
    )
    units, starts = cells["unit_id"].to_list(), cells["period"].to_list()
    side = np.array([side_of[unit] for unit in units])
    rates = [history.log_rate(side_of[unit], start, panel.frequency) for unit, start in zip(units, starts, strict=True)]
    shares = np.array([history.shares[unit] for unit in units])
    exposure = cells["exposure"].to_numpy()
    places = {start: place for place, start in enumerate(sorted(set(starts)))}
    of_trials = estimand.series.key in panel.shares
    joins = dict(estimand.joined)
    begun = [start >= joins.get(unit, estimand.after.first) for unit, start in zip(units, starts, strict=True)]
    return World(
        panel=replace(panel, frame=cells),
        means=exposure * np.exp(np.array(rates)) * shares,
        treated=(side == 0) & np.array(begun),
        clock=np.array([places[start] for start in starts]),
        unit=np.array(units),
        side=side,
        trials=np.rint(exposure).astype(np.int64) if of_trials else None,
        dispersion=history.dispersion,
        autocorrelation=history.autocorrelation,
        areas=history.areas,
    )
