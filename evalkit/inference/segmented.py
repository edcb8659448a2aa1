"""A fitted segmented regression of counts, and the variance of anything worked out from it."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import linalg

from evalkit import refusals
from evalkit.inference import autocorrelation, loglinear, newey_west
from evalkit.inference.autocorrelation import Plausible, Residuals
from evalkit.inference.intervals import Counts, Floats
from evalkit.inference.loglinear import Fitted, Model, NotConvergedError
from evalkit.inference.method import Method
from evalkit.inference.segments import SLOPE, Design
from evalkit.inference.separation import separated
from evalkit.statements import Statement

FEWEST_A_SIDE = 12
"""Fewer points before or after give no interval (domain rule)."""
LEAST_DF = 6
"""Fewer residual degrees of freedom do not tell an autocorrelation from the terms."""
MOST_IGNORED = 0.1
"""From this plausible autocorrelation, intervals that know of none are refused."""
MOST_DRIFT = 0.6
"""From this plausible autocorrelation a series drifts too much for any of the intervals."""
FEWEST_NEWEY_WEST = 480
"""Fewer points make Newey and West's errors too small."""
_DEPENDENT = 1e-9
METHODS = (Method.AR1, Method.QUASI_POISSON, Method.NB2, Method.NEWEY_WEST)


@dataclass(frozen=True, slots=True, eq=False)
class Segmented:
    """A fit: what it was fitted to, the coefficients and how its residuals spread.

    Attributes
    ----------
    phi, df
        Pearson's φ as estimated and its residual degrees of freedom.
    plausible
        Which autocorrelations the Pearson residuals speak for.
    errors
        How variances are worked out.
    """

    design: Design
    counts: Counts
    offset: Floats
    fitted: Fitted
    residuals: Residuals
    phi: float
    df: int
    plausible: Plausible
    errors: Method

    @property
    def degrees(self) -> float:
        """Of Student's t; infinite for normal limits."""
        if self.errors is Method.AR1:
            return self.plausible.df
        return math.inf if self.errors is Method.NB2 else float(self.df)

    def means(self, matrix: Floats) -> Floats:
        """Expected counts under other terms, shape ``(rows,)``."""
        return np.exp(np.asarray(matrix @ self.fitted.coefficients + self.offset))

    def pull(self, gradients: Floats) -> Floats:
        """What each row's residual adds to the error of functions of the coefficients.

        To first order an estimated coefficient errs by ``(X'WX)⁻¹ X' K (y - μ)``, with ``K = 1/(1 + alpha μ)``. With
        every estimate a sum over residuals, one rule for the variance of such sums serves them all.

        Parameters
        ----------
        gradients
            Of the functions by the coefficients, shape ``(functions, terms)``.

        Returns
        -------
        ndarray
            Shape ``(rows, functions)``.
        """
        by_row = self.design.matrix @ self.fitted.covariance @ gradients.T
        return np.asarray(by_row / (1 + self.fitted.alpha * self.fitted.means)[:, None])

    def variances(self, pulls: Floats) -> Floats:
        """Of sums of the residuals ``y - μ`` so weighted, shape ``(functions,)``; ``pulls`` as :meth:`pull` gives."""
        return _VARIANCES[self.errors](self, pulls)

    def chance(self, means: Floats) -> Floats:
        """The variance of single counts with these means, same shape."""
        if self.errors is Method.NB2:
            return np.asarray(means + self.fitted.alpha * means**2)
        phi = self.plausible.weights @ self.plausible.phi if self.errors is Method.AR1 else max(self.phi, 1.0)
        return np.asarray(phi * means)

    @property
    def trend_before(self) -> float:
        """The factor per point of time by which the (first) series developed before the break."""
        term = SLOPE + self.design.has_slope
        return math.exp(float(self.fitted.coefficients[term]) / self.design.trend_unit)


def fit(design: Design, counts: Counts, offset: Floats, *, errors: Method = Method.AR1) -> Segmented | Statement:
    """Fit a segmented regression of counts with a logarithmic link.

    The estimates are those of a quasi-Poisson regression (``nb2``: of a negative binomial one) for every kind of error.

    Parameters
    ----------
    design
        The terms.
    counts, offset
        Events and the logarithm of the exposure, shape ``(rows,)``.
    errors
        ``ar1``: residuals of variance φ times the mean that hang together from one point to the next, averaged over
        the plausible autocorrelations (:func:`evalkit.inference.autocorrelation.plausible`), Student's t.
        ``quasi_poisson``: φ times the mean, independent. ``nb2``: the negative binomial model's own. ``newey_west``:
        long-run variance of the scores, prewhitened, lag by the automatic rule; points left out are closed up.

    Returns
    -------
    Segmented or Statement
        A refusal when a side or a part of the year has no events, when terms go together throughout, when too little is
        left to see the spread from, or when the iteration does not end.

    Source: McCullagh and Nelder 1989, Generalized Linear Models, 2nd ed., chapters 6 and 9; Zeger 1988, Biometrika
    75:621-629, for the independence estimate with variances that know of the autocorrelation.
    """
    if counts.size - design.matrix.shape[1] < LEAST_DF:
        return refusals.too_few_rows()
    if _dependent(design.matrix):
        return refusals.not_told_apart()
    if separated(design.matrix, counts).any():
        return refusals.stretch_without_events()
    try:
        model = Model(counts, design.matrix, offset)
        chance = loglinear.poisson(model)
        fitted = loglinear.negative_binomial(model) if errors is Method.NB2 else chance
    except NotConvergedError:
        return refusals.not_converged()
    residuals = _residuals(design, counts, chance)
    squares = float(residuals.values @ residuals.values)
    found = autocorrelation.plausible(residuals)
    return Segmented(design, counts, offset, fitted, residuals, squares / model.df, model.df, found, errors)


def refused(found: Segmented) -> Statement | None:
    """Why the errors asked for would be too small for this series, as simulation has shown.

    ``quasi_poisson`` and ``nb2`` take neighbouring points as independent, and reject a true null in up to 20 % of
    series at nominal 5 % when they are not; ``newey_west`` is too narrow in short series even when they are; and all
    reject too often in a series that drifts. See ``docs/statistics/series.md``.
    """
    if found.plausible.mean >= MOST_DRIFT:
        return refusals.series_drifts()
    if found.errors is Method.NEWEY_WEST and found.counts.size < FEWEST_NEWEY_WEST:
        return refusals.too_short_for_newey_west(FEWEST_NEWEY_WEST)
    if found.errors in {Method.QUASI_POISSON, Method.NB2} and found.plausible.mean >= MOST_IGNORED:
        return refusals.neighbours_hang_together()
    return None


def _dependent(matrix: Floats) -> bool:
    scaled = matrix / np.maximum(np.linalg.norm(matrix, axis=0), np.finfo(float).tiny)
    diagonal = np.abs(np.diag(linalg.qr(scaled, mode="r", pivoting=True)[0]))
    return bool((diagonal < _DEPENDENT).any())


def _residuals(design: Design, counts: Counts, fitted: Fitted) -> Residuals:
    roots = np.sqrt(fitted.means)
    basis = np.linalg.qr(design.matrix * roots[:, None])[0]
    return Residuals((counts - fitted.means) / roots, basis, design.time, design.series)


def _serial(found: Segmented, pulls: Floats) -> Floats:
    weighted = pulls * np.sqrt(found.fitted.means)[:, None]
    total = np.zeros(pulls.shape[1])
    for block in found.residuals.blocks:
        time = found.design.time[block]
        covariance = found.plausible.covariance(np.abs(time[:, None] - time))
        total += np.einsum("ik,ik->k", weighted[block], covariance @ weighted[block])
    return total


def _independent(found: Segmented, pulls: Floats) -> Floats:
    return np.asarray(max(found.phi, 1.0) * found.fitted.means @ pulls**2)


def _negative_binomial(found: Segmented, pulls: Floats) -> Floats:
    means = found.fitted.means
    return np.asarray((means + found.fitted.alpha * means**2) @ pulls**2)


def _newey_west(found: Segmented, pulls: Floats) -> Floats:
    """The long-run variance of each sum by itself, prewhitened by its own first autocorrelation."""
    scores = pulls * (found.counts - found.fitted.means)[:, None]
    terms = found.design.matrix.shape[1]
    lag = newey_west.automatic_lag(scores.shape[0])
    each = (newey_west.long_run(one[:, None], lag, terms=terms, prewhitened=True) for one in scores.T)
    return np.array([float(one[0, 0]) for one in each])


_VARIANCES: dict[Method, Callable[[Segmented, Floats], Floats]] = {
    Method.AR1: _serial,
    Method.QUASI_POISSON: _independent,
    Method.NB2: _negative_binomial,
    Method.NEWEY_WEST: _newey_west,
}
