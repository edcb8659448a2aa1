"""What a confidence level means on the normal scale."""

from __future__ import annotations

from scipy import special


def normal_quantile(conf_level: float) -> float:
    """What the normal distribution leaves half of ``1 - conf_level`` above.

    Examples
    --------
    >>> from evalkit.inference.levels import normal_quantile
    >>> round(normal_quantile(0.95), 6)
    1.959964
    """
    return float(-special.ndtri((1 - conf_level) / 2))
