"""Negative binomial regressions side by side, the variance of each by maximum likelihood."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from evalkit.inference import stacks
from evalkit.inference.intervals import Floats
from evalkit.inference.roots import crossings_beyond
from evalkit.inference.stacks import Stack, StackFit, solved

# From so large a size over the largest count the derivative is that at alpha 0, to rounding.
_LARGE = 1e4


@dataclass(frozen=True, slots=True, eq=False)
class StackedNb2:
    """Coefficients, shape ``(groups, terms)``, their covariance, and alpha, shape ``(groups,)``.

    All are nan where the search did not end, and Poisson's with alpha 0 where counts vary no more than chance.
    """

    coefficients: Floats
    covariance: Floats
    alpha: Floats


def fitted(stack: Stack, poisson: StackFit) -> StackedNb2:
    """The NB2 model of every regression whose Poisson fit was found.

    The covariance is that of the coefficients at the fitted alpha, to which they are orthogonal.

    Source: Lawless 1987, Canadian Journal of Statistics 15:209-225; Venables and Ripley 2002, Modern Applied
    Statistics with S, section 7.4.

    Examples
    --------
    >>> import numpy as np
    >>> from evalkit.inference import stacked_nb2, stacks
    >>> matrix = np.array([[[1.0, 0]] * 3 + [[1.0, 1]] * 3])
    >>> stack = stacks.Stack(matrix, np.array([[1.0, 9, 5, 22, 4, 10]]), np.zeros((1, 6)))
    >>> found = stacked_nb2.fitted(stack, stacks.fitted(stack))
    >>> found.coefficients.round(4).tolist(), found.alpha.round(3).tolist()
    ([[1.6094, 0.8755]], [0.33])
    """
    coefficients, covariance = poisson.coefficients.copy(), poisson.covariance(stack)
    alpha = np.zeros(coefficients.shape[0])
    slope = _slope_at_zero(stack.counts, poisson.means)
    groups = np.flatnonzero(poisson.is_found & (slope > 0))
    if not groups.size:
        return StackedNb2(coefficients, covariance, alpha)
    part, latest = stack.at(groups), poisson.coefficients[groups].copy()

    def falling(log_alpha: Floats, places: Floats) -> Floats:
        at = places.astype(np.intp)
        own = part.at(at)
        found = stacks.fitted(own, latest[at], np.exp(log_alpha))
        latest[at] = np.where(found.is_found[:, None], found.coefficients, latest[at])
        return np.where(found.is_found, _slope(own.counts, found.means, np.exp(-log_alpha)), np.nan)

    moment = 2 * slope[groups] / np.sum(poisson.means[groups] ** 2, axis=1)
    log_alpha = crossings_beyond(falling, np.log(moment), np.arange(groups.size, dtype=float))
    known = np.isfinite(log_alpha)
    alpha[groups] = np.where(known, np.exp(np.where(known, log_alpha, 0.0)), np.nan)
    last = stacks.fitted(part, latest, np.where(known, alpha[groups], 1.0))
    known &= last.is_found
    information = part.crossed(last.means / (1 + np.where(known, alpha[groups], 1.0)[:, None] * last.means))
    inverse = solved(information, np.broadcast_to(np.eye(information.shape[1]), information.shape))
    coefficients[groups] = np.where(known[:, None], last.coefficients, np.nan)
    covariance[groups] = np.where(known[:, None, None], inverse, np.nan)
    return StackedNb2(coefficients, covariance, alpha)


def _slope_at_zero(counts: Floats, means: Floats) -> Floats:
    """The derivative of the log likelihood by alpha where alpha is 0, shape ``(groups,)``."""
    return np.asarray(np.sum((counts - means) ** 2 - counts, axis=1) / 2)


def _slope(counts: Floats, means: Floats, sizes: Floats) -> Floats:
    """The derivative of the log likelihood by alpha, which is ``1 / size``; places without a row add nothing."""
    size = sizes[:, None]
    gained = special.digamma(counts + size) - special.digamma(size)
    by_size = gained + np.log(size / (size + means)) + 1 - (counts + size) / (size + means)
    near_zero: NDArray[np.bool_] = sizes > _LARGE * np.maximum(1, counts.max(axis=1))
    return np.where(near_zero, _slope_at_zero(counts, means), -(sizes**2) * np.sum(by_size, axis=1))
