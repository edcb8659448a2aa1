"""Limits for a share still waiting that hold for any number of units: products of beta variables.

The upper limit is a quantile of the product over the event days of ``Beta(n - d + 1, d)``, the lower one of the same
product times ``Beta(n, 1)`` for those who still wait. The product is given the beta distribution with its first two
moments. Without censoring both are exact, and the interval is Clopper and Pearson's.

Source: Fay, Brittain and Proschan 2013, Biostatistics 14:723-736 (the method of moments in their section 3).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evalkit.inference import inverse_beta
from evalkit.inference.intervals import Counts, Floats
from evalkit.inference.risk_sets import RiskSets


@dataclass(frozen=True, slots=True, eq=False)
class Product:
    """The logarithm of the mean of a product of betas, and of one plus its squared coefficient of variation."""

    log_mean: Floats
    log_spread: Floats

    def times(self, waiting: Counts) -> Product:
        """The product with one more factor, ``Beta(waiting, 1)``."""
        one_more = 1 / np.maximum(waiting, 1)
        return Product(
            self.log_mean - np.log1p(one_more),
            self.log_spread + np.log1p(one_more / (np.maximum(waiting, 1) + 2)),
        )

    def shapes(self) -> tuple[Floats, Floats]:
        """The two shapes of the beta with these moments."""
        spread = np.exp(self.log_mean) * np.expm1(self.log_spread)
        size = -np.expm1(self.log_mean) / spread - 1
        return np.exp(self.log_mean) * size, -np.expm1(self.log_mean) * size


def product(sets: RiskSets) -> Product:
    """The product over each row and those of its group before it."""
    at_risk, ended = sets.at_risk.astype(np.float64), sets.any_event
    return Product(
        log_mean=sets.running(np.log1p(-ended / (at_risk + 1))),
        log_spread=sets.running(np.log1p(ended / ((at_risk - ended + 1) * (at_risk + 2)))),
    )


def limits(found: Product, waiting: Counts, conf_level: float) -> tuple[Floats, Floats]:
    """Lower and upper limits of the share still waiting, of whom ``waiting`` are seen to wait."""
    outer = (1 - conf_level) / 2
    ended: NDArray[np.bool_] = found.log_mean < 0
    # Where nothing has ended there is no product; any beta stands in and its quantile is not used.
    safe = Product(np.where(ended, found.log_mean, -1.0), np.where(ended, found.log_spread, 0.1))
    high = np.where(ended, inverse_beta.upper(*safe.shapes(), outer), 1.0)
    low = np.where(waiting > 0, inverse_beta.lower(*found.times(waiting).shapes(), outer), 0.0)
    return low, high
