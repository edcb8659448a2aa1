"""Averages of group-time effects with their limits, and what else is read from their errors."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.typing import NDArray

from evalkit import refusals
from evalkit.comparisons.event_coefficients import EventCoefficients
from evalkit.estimates import Tested
from evalkit.inference.intervals import Floats, Intervals

if TYPE_CHECKING:
    import polars as pl

# Wald's test of many cells rejects too often; so many degrees of freedom must stand behind each.
CELLS_PER_DF = 5


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Numbers on the scale of the arithmetic (logarithms for ratios), shape ``(rows,)``.

    With errors, ``parts`` of shape ``(clusters, rows)`` are what they are made of, on ``df`` degrees of freedom.
    """

    estimate: Floats
    low: Floats
    high: Floats
    p_value: Floats
    std_error: Floats | None = None
    parts: Floats = field(default_factory=lambda: np.zeros((0, 0)))
    df: Floats = field(default_factory=lambda: np.zeros(0))

    @classmethod
    def limited(cls, estimate: Floats, parts: Floats, df: Floats, conf_level: float) -> Self:
        """With Student's t."""
        from scipy import stats

        from evalkit.inference.multiplier_bootstrap import std_error

        error = std_error(parts)
        reach = stats.t.ppf((1 + conf_level) / 2, df) * error
        with np.errstate(divide="ignore", invalid="ignore"):
            p_value = 2 * stats.t.sf(np.abs(estimate) / error, df)
        p_value = np.where((error == 0) & (estimate == 0), 1.0, p_value)
        return cls(estimate, estimate - reach, estimate + reach, p_value, error, parts, df)

    def intervals(self, *, ratio: bool) -> Intervals:
        """On the scale that is told; refused where a level was zero, or is without one of the areas."""
        unknown = np.isnan(self.estimate)
        error = self.std_error
        alone = np.zeros_like(unknown) if error is None else ~unknown & np.isnan(error)
        with np.errstate(over="ignore"):
            numbers = [np.exp(each) if ratio else each for each in (self.estimate, self.low, self.high)]
        estimate, low, high = (np.where(unknown | alone, 1.0, each) for each in numbers)
        made = Intervals(estimate=estimate, low=low, high=high, p_value=self.p_value, std_error=error)
        return made.refuse(unknown, refusals.no_events_in_period()).refuse(alone, refusals.rests_on_one_area())

    def event(self, label: NDArray[np.int64], covariance_df: float, *, ratio: bool) -> EventCoefficients | None:
        """By time since joining with their covariance; ``None`` where one is unknown or has no error."""
        covariance = self.parts.T @ self.parts
        if not (np.isfinite(self.estimate).all() and (np.diag(covariance) > 0).all()):
            return None
        # One number for all of them, so the fewest; whole, so rounded down.
        df = int(self.df.min())
        return EventCoefficients(label, self.estimate, covariance, ratio=ratio, df=df, covariance_df=covariance_df)

    def all_zero(self, which: NDArray[np.bool_], draws: int, seed: int) -> Tested | None:
        """Wald's test where degrees of freedom are many times the cells; otherwise that of the largest."""
        from evalkit.inference import multiplier_bootstrap as multiplier

        estimate, parts, df = self.estimate[which], self.parts[:, which], self.df[which]
        if estimate.size and estimate.size * CELLS_PER_DF <= df.min():
            wald = multiplier.all_zero(estimate, parts, df=float(df.min()))
            if wald is not None:
                return Tested("Wald, differences before joining", wald.statistic, wald.p_value, wald.df)
        largest = multiplier.largest_zero(estimate, parts, draws, np.random.default_rng(seed), df=df)
        return None if largest is None else Tested("largest difference before joining, bootstrap", *largest)

    def bands(self, label: NDArray[np.int64], draws: int, seed: int, *, conf_level: float, ratio: bool) -> pl.DataFrame:
        """Limits that hold for all rows at once."""
        import polars as pl

        from evalkit.inference import multiplier_bootstrap as multiplier

        critical = multiplier.critical_value(self.parts, conf_level, draws, np.random.default_rng(seed))
        reach = multiplier.widened(critical, self.df) * multiplier.std_error(self.parts)
        limits = np.stack([self.estimate - reach, self.estimate + reach])
        low, high = np.exp(limits) if ratio else limits
        return pl.DataFrame({"since": label, "conf_low": low, "conf_high": high}).fill_nan(None)
