"""How much more than chance units vary, and how that grows with their size.

Counts vary by chance with a variance that is their mean. Real levels wander in per cent besides, so the spread of large
units is larger than chance says by more. ``spread = φ variance (1 + κ size)``: φ is common to units, κ from 0 (a
multiple of Poisson's spread) to one in step with size.

Source: Ferman and Pinto 2019, Review of Economics and Statistics 101:452-467, for spread by size; Berger and Boos 1994,
JASA 89:1012-1016, for the largest p among values of a nuisance parameter that agree with the data.
"""

from __future__ import annotations

import numpy as np

from evalkit.inference.intervals import Floats

_TRIED = np.concatenate([[0.0], np.geomspace(1e-3, 1e3, 61)])
"""κ that are tried, as multiples of one over the mean size."""


def growth(squared: Floats, size: Floats, *, within: float = 0.0) -> tuple[Floats, Floats]:
    """φ of each contrast and the κ that they share, at the two ends of what agrees with the residuals.

    Parameters
    ----------
    squared
        Shape ``(contrasts, units)``: squares of residuals over the variance that chance gives them; nan where a unit
        has no say in a contrast.
    size
        Shape ``(units,)``, above 0 where ``squared`` is a number.
    within
        How far minus twice the logarithm of the normal likelihood may lie above its least; 0 is the most likely κ
        alone, at both ends.

    Returns
    -------
    tuple
        φ with shape ``(2, contrasts)``, 0 where no unit has a say, and κ per unit of size with shape ``(2,)``.

    Examples
    --------
    >>> import numpy as np
    >>> from evalkit.inference.growth import growth
    >>> level, slope = growth(np.array([[2.0, 2.0, 2.0]]), np.array([1.0, 10.0, 100.0]))
    >>> level.tolist(), slope.tolist()
    ([[2.0], [2.0]], [0.0, 0.0])
    """
    told = np.isfinite(squared)
    number = told.sum(axis=1)
    anyone = told.any(axis=0)
    if not anyone.any():
        return np.zeros((2, len(squared))), np.zeros(2)
    tried = _TRIED / size[anyone].mean()
    grown = 1 + tried[:, None] * np.where(anyone, size, 0.0)
    means = np.where(told, squared, 0.0) @ (1 / grown).T / np.maximum(number, 1)[:, None]
    # Residuals that are nothing at all fit every κ.
    used = means[:, 0] > 0
    misfit = number[used] @ np.log(means[used]) + told[used].sum(axis=0) @ np.log(grown).T
    agree = np.flatnonzero(misfit <= misfit.min() + within)[[0, -1]] if used.any() else np.array([0, 0])
    return means[:, agree].T, tried[agree]
