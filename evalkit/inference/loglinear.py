"""Log-linear models of counts with an offset, fitted by statsmodels: the seam to it.

``matrix`` has shape ``(rows, terms)``, ``counts`` and ``offset`` (the logarithm of the exposure) shape ``(rows,)``.
The data must not be separated (see :mod:`evalkit.inference.separation`) and the terms must be independent.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, special

from evalkit.inference.intervals import Counts, Floats

_MOST_STEPS = 12


class NotConvergedError(Exception):
    """The iteration found no answer; the caller makes a refusal of it."""


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """What a model is fitted to."""

    counts: Counts
    matrix: Floats
    offset: Floats

    @property
    def df(self) -> int:
        """Residual degrees of freedom."""
        return int(self.matrix.shape[0] - self.matrix.shape[1])


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """Coefficients with their covariance under the model, shapes ``(terms,)`` and ``(terms, terms)``; fitted means.

    ``alpha`` is the negative binomial's: the variance is ``mean + alpha mean²``; 0 for Poisson.
    """

    coefficients: Floats
    covariance: Floats
    means: Floats
    log_likelihood: float
    alpha: float = 0.0

    @property
    def weights(self) -> Floats:
        """The weights of the working regression, shape ``(rows,)``."""
        return self.means / (1 + self.alpha * self.means)

    def leverages(self, matrix: Floats) -> Floats:
        """How much each row decides its own fitted value, shape ``(rows,)``, between 0 and 1."""
        return np.asarray(self.weights * np.einsum("ij,jk,ik->i", matrix, self.covariance, matrix))


def poisson(model: Model) -> Fitted:
    """The Poisson model.

    Raises
    ------
    NotConvergedError
        When the iteration does not end.

    Source: McCullagh and Nelder 1989, Generalized Linear Models, 2nd ed., chapter 6.

    Examples
    --------
    >>> import numpy as np
    >>> from evalkit.inference.loglinear import Model, poisson
    >>> matrix = np.array([[1.0, 0], [1, 0], [1, 1], [1, 1]])
    >>> poisson(Model(np.array([4, 6, 11, 9]), matrix, np.zeros(4))).coefficients.round(6).tolist()
    [1.609438, 0.693147]
    """
    return _fit(model, 0.0, None)


def negative_binomial(model: Model) -> Fitted:
    """The NB2 model, alpha by maximum likelihood.

    At the boundary, where counts vary no more than Poisson, alpha is 0 and the fit Poisson's. The covariance is that
    of the coefficients at the fitted alpha, to which they are orthogonal.

    Raises
    ------
    NotConvergedError
        When the iteration does not end, or no finite alpha fits.

    Source: Lawless 1987, Canadian Journal of Statistics 15:209-225; Venables and Ripley 2002, Modern Applied
    Statistics with S, section 7.4.
    """
    start = poisson(model)
    if slope_at_zero(model.counts, start.means) <= 0:
        return start
    mean_squares = float(np.sum(start.means**2))
    moment = 2 * slope_at_zero(model.counts, start.means) / mean_squares
    latest = [start]

    # Near the crossing its sign hangs on where a fit began, so each argument has one answer.
    @cache
    def slope(log_alpha: float) -> float:
        fitted = _fit(model, math.exp(log_alpha), latest[-1].coefficients)
        latest.append(fitted)
        return slope_by_alpha(model.counts, fitted.means, math.exp(-log_alpha))

    below, above = bracket(slope, math.log(moment))
    return _fit(model, math.exp(optimize.brentq(slope, below, above, xtol=1e-11)), latest[-1].coefficients)


def bracket(falling: Callable[[float], float], start: float) -> tuple[float, float]:
    """Two arguments between which a falling function crosses zero, found by ever longer steps from ``start``.

    Far from the answer the iteration of a fit can run away, so the search does not begin there.

    Raises
    ------
    NotConvergedError
        When no crossing is near.
    """
    direction = 1.0 if falling(start) > 0 else -1.0
    here, step = start, 0.5
    for _ in range(_MOST_STEPS):
        there = here + direction * step
        if falling(there) * direction <= 0:
            return min(here, there), max(here, there)
        here, step = there, step * 1.5
    raise NotConvergedError


def log_likelihood(counts: Counts, means: Floats, alpha: float) -> float:
    """Of a negative binomial with variance ``mean + alpha mean²``; Poisson when alpha is 0."""
    if alpha == 0:
        return float(np.sum(special.xlogy(counts, means) - means - special.gammaln(counts + 1)))
    size = 1 / alpha
    # betaln keeps the digits that the difference of two large gammaln would lose.
    choices = np.where(counts > 0, -special.betaln(np.maximum(counts, 1), size) - np.log(np.maximum(counts, 1)), 0.0)
    tail = special.xlogy(counts, alpha * means) - (counts + size) * np.log1p(alpha * means)
    return float(np.sum(choices + tail))


def _fit(model: Model, alpha: float, start: NDArray[np.float64] | None) -> Fitted:
    from statsmodels.genmod.families import NegativeBinomial, Poisson
    from statsmodels.genmod.generalized_linear_model import GLM
    from statsmodels.tools.sm_exceptions import ConvergenceWarning, PerfectSeparationWarning

    family = NegativeBinomial(alpha=alpha) if alpha > 0 else Poisson()
    regression = GLM(model.counts, model.matrix, family=family, offset=model.offset)
    with warnings.catch_warnings(), np.errstate(over="raise", divide="raise", invalid="raise"):
        warnings.simplefilter("error", ConvergenceWarning)
        # Separation was ruled out before; what is left of it is rows that agree with their means exactly.
        warnings.simplefilter("ignore", PerfectSeparationWarning)
        try:
            found = regression.fit(start_params=start, scale=1.0, maxiter=200, tol=1e-12)
        except (ConvergenceWarning, np.linalg.LinAlgError, ArithmeticError, ValueError) as fault:
            if start is not None:
                return _fit(model, alpha, None)
            raise NotConvergedError from fault
    means = np.asarray(found.mu, dtype=float)
    covariance = np.asarray(found.normalized_cov_params, dtype=float)
    coefficients = np.asarray(found.params, dtype=float)
    if not (np.isfinite(means).all() and np.isfinite(covariance).all() and np.isfinite(coefficients).all()):
        raise NotConvergedError
    return Fitted(coefficients, covariance, means, log_likelihood(model.counts, means, alpha), alpha)


def slope_at_zero(counts: Counts | Floats, means: Floats) -> float:
    """The derivative of the log likelihood by alpha where alpha is 0."""
    return float(np.sum((counts - means) ** 2 - counts)) / 2


def slope_by_alpha(counts: Counts | Floats, means: Floats, size: float) -> float:
    """The derivative of the log likelihood by alpha, which is ``1 / size``."""
    if size > 1e4 * max(1, int(counts.max())):
        return slope_at_zero(counts, means)
    gained = special.digamma(counts + size) - special.digamma(size)
    by_size = gained + np.log(size / (size + means)) + 1 - (counts + size) / (size + means)
    return float(-(size**2) * np.sum(by_size))
