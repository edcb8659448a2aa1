"""How much more than chance units vary, and how that grows with their size.

Counts vary by chance with a variance that is their mean. Real levels wander in per cent besides, so the spread of large
units is larger than chance says by more. ``spread = φ variance (1 + κ size)``: φ is common to units, κ from 0 (a
multiple of Poisson's spread) to one in step with size.

Source: Ferman and Pinto 2019, Review of Economics and Statistics 101:452-467, for spread by size.
"""

from __future__ import annotations

import numpy as np

from evalkit.inference.intervals import Floats

_TRIED = np.concatenate([[0.0], np.geomspace(1e-3, 1e3, 61)])
"""κ that are tried, as multiples of one over the mean size."""


def growth(squared: Floats, size: Floats) -> tuple[Floats, float]:
    """φ of each contrast and the κ that they share, of the largest normal likelihood.

    Parameters
    ----------
    squared
        Shape ``(contrasts, units)``: squares of residuals over the variance that chance gives them; nan where a unit
        has no say in a contrast.
    size
        Shape ``(units,)``, above 0 where ``squared`` is a number.

    Returns
    -------
    tuple
        φ with shape ``(contrasts,)``, 0 where no unit has a say, and κ per unit of size.

    Examples
    --------
    >>> import numpy as np
    >>> from evalkit.inference.growth import growth
    >>> level, slope = growth(np.array([[2.0, 2.0, 2.0]]), np.array([1.0, 10.0, 100.0]))
    >>> level.tolist(), slope
    ([2.0], 0.0)
    """
    told = np.isfinite(squared)
    number = told.sum(axis=1)
    anyone = told.any(axis=0)
    if not anyone.any():
        return np.zeros(len(squared)), 0.0
    tried = _TRIED / size[anyone].mean()
    grown = 1 + tried[:, None] * np.where(anyone, size, 0.0)
    means = np.where(told, squared, 0.0) @ (1 / grown).T / np.maximum(number, 1)[:, None]
    # Residuals that are nothing at all fit every κ.
    used = means[:, 0] > 0
    misfit = number[used] @ np.log(means[used]) + told[used].sum(axis=0) @ np.log(grown).T
    best = int(np.argmin(misfit))
    return means[:, best], float(tried[best])
