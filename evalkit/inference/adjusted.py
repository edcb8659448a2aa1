"""A rate ratio adjusted for covariates: one coefficient of a log-linear model, with four kinds of errors."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import linalg, special

from evalkit import refusals
from evalkit.inference import loglinear
from evalkit.inference.groups import Groups
from evalkit.inference.interval import Interval
from evalkit.inference.intervals import Counts, Floats
from evalkit.inference.loglinear import Fitted, Model, NotConvergedError
from evalkit.inference.method import Method
from evalkit.inference.profiles import Profile
from evalkit.inference.separation import separated
from evalkit.statements import Statement

LEAST_CLUSTERS = 10
"""Fewer independent rows or clusters make robust errors too small to print (domain rule)."""
MOST_DISPERSION = 1.5
"""Above it no Poisson error is given (domain rule)."""
_CONTRAST = 1
_ONE_OF_TWO = 2


@dataclass(frozen=True, slots=True, eq=False)
class Adjusted:
    """The ratio's interval, or why there is none, and what it rests on.

    ``left_out`` counts rows whose covariates occur only without events; ``dispersion`` is Pearson's φ of the Poisson
    fit with ``df`` degrees of freedom.
    """

    found: Interval | Statement
    left_out: int = 0
    dispersion: float | None = None
    df: int | None = None


def ratio(
    model: Model,
    clusters: NDArray[np.intp],
    conf_level: float = 0.95,
    *,
    errors: Method = Method.QUASI_POISSON,
    null: float = 1.0,
) -> Adjusted:
    """The rate ratio of the second term, whose values are 0 and 1; the first term is the constant.

    Parameters
    ----------
    model
        Counts, terms and the logarithm of the exposure.
    clusters
        Shape ``(rows,)``: which rows belong together; used by robust errors only.
    conf_level, null
        The level and the ratio that the p-value is against.
    errors
        ``poisson``: the model's own, and normal limits; refused when φ is above 1.5. ``quasi_poisson``: those times
        √φ, φ not below 1; limits and p-value by the profile of the quasi-likelihood, with Student's t. ``robust``:
        the sandwich, HC3 when every row is its own cluster and otherwise by cluster with the factor
        ``G/(G-1) · (n-1)/(n-p)`` (CR1), with Student's t on ``G - 1`` (for HC3 ``n - p``) degrees of freedom.
        ``nb2``: a negative binomial model, normal limits.

    Source: McCullagh and Nelder 1989, section 6.2; Long and Ervin 2000, The American Statistician 54:217-224 (HC3);
    Cameron and Miller 2015, Journal of Human Resources 50:317-372 (clusters).
    """
    kept = ~separated(model.matrix, model.counts)
    left_out = int((~kept).sum())
    rows = _independent(Model(model.counts[kept], model.matrix[kept], model.offset[kept]))
    if isinstance(rows, Statement):
        return Adjusted(refusals.separated() if left_out else rows, left_out)
    if rows.df < 1:
        return Adjusted(refusals.too_few_rows(), left_out)
    try:
        fitted = loglinear.poisson(rows)
        phi = _pearson(rows.counts, fitted) / rows.df
        found = _ERRORS[errors](rows, fitted, clusters[kept])
        told = found if isinstance(found, Statement) else _interval(found, conf_level, null)
    except NotConvergedError:
        return Adjusted(refusals.not_converged(), left_out)
    return Adjusted(told, left_out, phi, rows.df)


@dataclass(frozen=True, slots=True)
class _Error:
    """A log ratio, its standard error and the degrees of freedom of Student's t (infinite for normal limits).

    ``profile`` has the limits of the profile likelihood; without it they are the estimate and so many errors.
    """

    log_ratio: float
    std_error: float
    df: float
    profile: Profile | None = None


def robust_covariance(rows: Model, fitted: Fitted, clusters: NDArray[np.intp]) -> Floats:
    """The sandwich, shape ``(terms, terms)``: HC3 when no two rows share a cluster, otherwise CR1."""
    members = Groups(np.unique(clusters, return_inverse=True)[1].reshape(-1), np.unique(clusters).size)
    residuals = rows.counts - fitted.means
    n, p = rows.matrix.shape
    if members.count == n:
        scores = rows.matrix * (residuals / (1 - fitted.leverages(rows.matrix)))[:, None]
        factor = 1.0
    else:
        by_row = rows.matrix * residuals[:, None]
        scores = np.column_stack([members.total(by_row[:, term]) for term in range(p)])
        factor = members.count / (members.count - 1) * (n - 1) / (n - p)
    return np.asarray(factor * fitted.covariance @ (scores.T @ scores) @ fitted.covariance)


def _poisson(rows: Model, fitted: Fitted, clusters: NDArray[np.intp]) -> _Error | Statement:
    del clusters
    if _pearson(rows.counts, fitted) / rows.df > MOST_DISPERSION:
        return refusals.more_than_chance()
    return _error(fitted, fitted.covariance, math.inf)


def _quasi(rows: Model, fitted: Fitted, clusters: NDArray[np.intp]) -> _Error | Statement:
    del clusters
    phi = max(_pearson(rows.counts, fitted) / rows.df, 1.0)
    error = _error(fitted, phi * fitted.covariance, rows.df)
    return replace(error, profile=Profile(rows, fitted, _CONTRAST, phi))


def _robust(rows: Model, fitted: Fitted, clusters: NDArray[np.intp]) -> _Error | Statement:
    count = np.unique(clusters).size
    on = rows.matrix[:, _CONTRAST] > 0
    sides = min(np.unique(clusters[on]).size, np.unique(clusters[~on]).size)
    # A row that decides its own fitted value tells nothing of how far values stray from theirs.
    decided = count == clusters.size and (fitted.leverages(rows.matrix) > 1 - 1e-8).any()
    if count < LEAST_CLUSTERS or sides < _ONE_OF_TWO or decided:
        return refusals.too_few_clusters(LEAST_CLUSTERS)
    df = rows.df if count == clusters.size else count - 1
    return _error(fitted, robust_covariance(rows, fitted, clusters), df)


def _nb2(rows: Model, fitted: Fitted, clusters: NDArray[np.intp]) -> _Error | Statement:
    del fitted, clusters
    found = loglinear.negative_binomial(rows)
    return _error(found, found.covariance, math.inf)


_ERRORS = {Method.POISSON: _poisson, Method.QUASI_POISSON: _quasi, Method.ROBUST: _robust, Method.NB2: _nb2}


def _error(fitted: Fitted, covariance: Floats, df: float) -> _Error:
    return _Error(float(fitted.coefficients[_CONTRAST]), math.sqrt(float(covariance[_CONTRAST, _CONTRAST])), df)


def _interval(error: _Error, conf_level: float, null: float) -> Interval | Statement:
    if error.std_error == 0:
        return refusals.too_few_clusters(LEAST_CLUSTERS)
    outer = (1 - conf_level) / 2
    steps = -float(special.ndtri(outer) if math.isinf(error.df) else special.stdtrit(error.df, outer))
    if error.profile is None:
        score = (error.log_ratio - math.log(null)) / error.std_error
        logs = error.log_ratio + np.array([0.0, -steps, steps]) * error.std_error
    else:
        score = error.profile.root(math.log(null))
        logs = np.array([error.log_ratio, *error.profile.limits(steps, error.std_error)])
    tail = special.ndtr(-abs(score)) if math.isinf(error.df) else special.stdtr(error.df, -abs(score))
    with np.errstate(over="ignore"):
        estimate, low, high = np.exp(logs)
    return Interval(float(estimate), float(low), float(high), 2 * float(tail), error.std_error)


def _pearson(counts: Counts, fitted: Fitted) -> float:
    return float(np.sum((counts - fitted.means) ** 2 / fitted.means))


def _independent(model: Model) -> Model | Statement:
    """The model without terms that follow from the others; a refusal when the contrast is one of those."""
    others = np.delete(model.matrix, _CONTRAST, axis=1)
    lengths = np.linalg.norm(others, axis=0)
    scaled = others / np.where(lengths > 0, lengths, 1.0)
    _, triangle, order = linalg.qr(scaled, mode="economic", pivoting=True)
    diagonal = np.abs(np.diag(triangle))
    rank = int((diagonal > 1e-9 * max(float(diagonal.max(initial=0.0)), 1e-300)).sum())
    kept = np.sort(order[:rank])
    contrast = model.matrix[:, _CONTRAST]
    left = contrast - scaled[:, kept] @ np.linalg.lstsq(scaled[:, kept], contrast, rcond=None)[0]
    if np.linalg.norm(left) <= 1e-9 * max(float(np.linalg.norm(contrast)), 1.0):
        return refusals.not_told_apart()
    matrix = np.column_stack([others[:, kept][:, :1], contrast, others[:, kept][:, 1:]])
    return Model(model.counts, matrix, model.offset)
