"""Numbers in, one estimate out: what an analyst types to check a figure by hand, or to see a whole panel at once.

Every function takes single numbers, or polars columns with one row per unit, period or metric, and returns an
:class:`~evalkit.estimates.Estimate` (for columns an :class:`~evalkit.estimate_series.EstimateSeries`): either a
number with its interval or a refusal with its reason.
"""

from __future__ import annotations

from evalkit.comparisons.rate_ratios import rate_ratio, ratio_of_rate_ratios
from evalkit.comparisons.rates import rate

__all__ = ["rate", "rate_ratio", "ratio_of_rate_ratios"]
