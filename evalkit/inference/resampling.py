"""The bootstrap of units: what the statistic would have been in other samples of the same kind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from evalkit.inference.method import Method

Floats = NDArray[np.float64]
Statistic = Callable[[Floats], Floats]
"""From samples of shape ``(samples, units, columns)`` to one number each, shape ``(samples,)``."""

# Values held at one time: 16 MB of float64.
_CHUNK = 2_000_000


@dataclass(frozen=True, slots=True)
class Bootstrapped:
    """The statistic of the data and of each draw; and with each unit left out in turn."""

    estimate: float
    draws: Floats
    left_out: Floats

    @property
    def std_error(self) -> float:
        """The spread of the draws."""
        return float(self.draws.std(ddof=1))

    @property
    def jackknife_error(self) -> float:
        """Efron and Tibshirani 1993, equation 11.5."""
        units = self.left_out.size
        return float(np.sqrt((units - 1) * self.left_out.var()))

    @property
    def is_usable(self) -> bool:
        """Whether the statistic is a number everywhere and varies between draws."""
        numbers = np.concatenate([[self.estimate], self.draws, self.left_out])
        return bool(np.isfinite(numbers).all() and np.ptp(self.draws) > 0)


def bootstrap(values: Floats, statistic: Statistic, *, draws: int, generator: np.random.Generator) -> Bootstrapped:
    """Draw units with replacement, and compute the statistic on many samples at a time.

    Parameters
    ----------
    values
        Shape ``(units, columns)``.
    """
    units = len(values)
    rows = max(1, _CHUNK // values.size)
    found = [
        statistic(values[generator.integers(0, units, size=(min(rows, draws - start), units))])
        for start in range(0, draws, rows)
    ]
    others = [np.delete(np.arange(units), unit) for unit in range(units)]
    left_out = [statistic(values[np.array(others[start : start + rows])]) for start in range(0, units, rows)]
    return Bootstrapped(float(statistic(values[np.newaxis])[0]), np.concatenate(found), np.concatenate(left_out))


def percentile(found: Bootstrapped, conf_level: float) -> tuple[float, float]:
    """Quantiles of the draws."""
    return _quantiles(found, (1 - conf_level) / 2, (1 + conf_level) / 2)


def basic(found: Bootstrapped, conf_level: float) -> tuple[float, float]:
    """The quantiles mirrored in the estimate."""
    low, high = percentile(found, conf_level)
    return 2 * found.estimate - high, 2 * found.estimate - low


def bca(found: Bootstrapped, conf_level: float) -> tuple[float, float]:
    """Bias-corrected and accelerated (Efron 1987; Efron and Tibshirani 1993, chapter 14)."""
    below = ((found.draws < found.estimate).sum() + 0.5 * (found.draws == found.estimate).sum()) / found.draws.size
    # Never quite 0 or 1: an estimate outside all draws would else send both limits to one end.
    bias = special.ndtri(np.clip(below, 0.5 / found.draws.size, 1 - 0.5 / found.draws.size))
    apart = found.left_out.mean() - found.left_out
    spread = (apart**2).sum() ** 1.5
    acceleration = (apart**3).sum() / (6 * spread) if spread > 0 else 0.0
    z = bias + special.ndtri(np.array([(1 - conf_level) / 2, (1 + conf_level) / 2]))
    low, high = special.ndtr(bias + z / (1 - acceleration * z)).tolist()
    return _quantiles(found, low, high)


def _quantiles(found: Bootstrapped, low: float, high: float) -> tuple[float, float]:
    """Order statistics at (draws + 1)·α, between two of them by their mean weighted (Davison and Hinkley 1997)."""
    ends = np.quantile(found.draws, [low, high], method="weibull").tolist()
    return ends[0], ends[1]


LIMITS: dict[Method, Callable[[Bootstrapped, float], tuple[float, float]]] = {
    Method.BCA: bca,
    Method.PERCENTILE: percentile,
    Method.BASIC: basic,
}
