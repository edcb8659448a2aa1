"""Rate ratios adjusted for covariates: one coefficient of a log-linear model per group, with four kinds of errors."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from evalkit import refusals
from evalkit.inference import stack_jackknife, stacked_nb2, stacks
from evalkit.inference.cluster_jackknife import LEAST_EFFECTIVE
from evalkit.inference.estimable import estimable
from evalkit.inference.interval import Interval
from evalkit.inference.intervals import Floats
from evalkit.inference.method import Method
from evalkit.inference.profiles import Profiles
from evalkit.inference.regression_rows import PlacedStack, RegressionRows, stacked
from evalkit.inference.stacks import StackFit
from evalkit.statements import Statement

LEAST_CLUSTERS = 10
"""Fewer independent rows or clusters make robust errors too small to print (domain rule)."""
MOST_DISPERSION = 1.5
"""Above it no Poisson error is given (domain rule)."""
_CONTRAST = 1
_ONE_OF_TWO = 2
_ROUNDING = 1e-9


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


def ratios(
    rows: RegressionRows,
    groups: int,
    conf_level: float = 0.95,
    *,
    errors: Method = Method.QUASI_POISSON,
    null: float = 1.0,
) -> dict[int, Adjusted]:
    """The rate ratio of the two sides in each group that has rows; every such group has events and both sides.

    Parameters
    ----------
    rows, groups
        The rows of all groups, and how many groups there are.
    conf_level, null
        The level and the ratio that the p-value is against.
    errors
        ``poisson``: the model's own, and normal limits; refused when φ is above 1.5. ``quasi_poisson``: those times
        √φ, φ not below 1; limits and p-value by the profile of the quasi-likelihood, with Student's t. ``robust``:
        by leaving out one cluster, or one row, at a time (:mod:`evalkit.inference.stack_jackknife`), with Student's t;
        refused with fewer than 10 of them, or a side that is worth no more than 3 of equal weight.
        ``nb2``: a negative binomial model, normal limits.

    Source: McCullagh and Nelder 1989, section 6.2; the sources of
    :func:`evalkit.inference.stack_jackknife.jackknifed`; Cameron and Miller 2015, Journal of Human Resources
    50:317-372 (the least number of clusters).

    Examples
    --------
    >>> import numpy as np
    >>> from evalkit.inference import adjusted
    >>> from evalkit.inference.regression_rows import RegressionRows
    >>> at, side = np.zeros(4, int), np.array([0.0, 0, 1, 1])
    >>> rows = RegressionRows(at, np.array([4, 6, 11, 9]), side, np.zeros(4), (), (), np.arange(4))
    >>> found = adjusted.ratios(rows, 1)[0]
    >>> round(found.found.estimate, 6), round(found.dispersion, 4), found.df
    (2.0, 0.3, 2)
    """
    before = np.bincount(rows.group, minlength=groups)
    kept = rows.without_barren_labels()
    asked = _Asked(conf_level, errors, null, before)
    answers: dict[int, Adjusted] = {}
    for placed in stacked(kept, groups):
        sound, refused = estimable(placed)
        for group, (reason, used) in refused.items():
            left_out = int(before[group]) - used
            answers[group] = Adjusted(refusals.separated() if left_out else reason, left_out)
        for one in sound:
            answers.update(_answers(one, kept.cluster, asked))
    return answers


@dataclass(frozen=True, slots=True, eq=False)
class _Asked:
    """What is asked of every group; ``before`` is how many rows each had."""

    conf_level: float
    errors: Method
    null: float
    before: NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class _Fitted:
    """A stack with its Poisson fit, and what every kind of error is made of.

    ``cluster`` has shape ``(groups, rows)``; ``phi`` is Pearson's, nan without a degree of freedom.
    """

    placed: PlacedStack
    fit: StackFit
    covariance: Floats
    cluster: NDArray[np.intp]
    phi: Floats


@dataclass(frozen=True, slots=True, eq=False)
class _Errors:
    """Standard errors of the log ratios, and the degrees of freedom of Student's t (infinite for normal limits).

    ``refused`` has a reason for each group or ``None``. ``profiles`` has the limits of the profile likelihood; without
    it they are the log ratio and so many errors. A negative binomial has log ratios of its own.
    """

    std_error: Floats
    df: Floats
    refused: list[Statement | None]
    profiles: Profiles | None = None
    log_ratio: Floats | None = None


def _answers(placed: PlacedStack, cluster: NDArray[np.intp], asked: _Asked) -> Iterator[tuple[int, Adjusted]]:
    """The answers of one stack, each with its group."""
    stack = placed.stack
    df, used = stack.df, stack.is_row.sum(axis=1)
    with np.errstate(all="ignore"):
        fit = stacks.fitted(stack)
        pearson = np.where(fit.means > 0, (stack.counts - fit.means) ** 2 / fit.means, 0.0).sum(axis=1)
        phi = np.where(df > 0, pearson / np.maximum(df, 1), np.nan)
        fitted = _Fitted(placed, fit, fit.covariance(stack), cluster[placed.rows], phi)
        errors = _ERRORS[asked.errors](fitted)
        numbers, p_values = _numbers(fitted, errors, asked)
    for at, group in enumerate(placed.groups):
        left_out = int(asked.before[group] - used[at])
        whole = np.isfinite([fit.coefficients[at, _CONTRAST], phi[at]]).all()
        if df[at] < 1:
            yield int(group), Adjusted(refusals.too_few_rows(), left_out)
        elif not (fit.is_found[at] and whole):
            yield int(group), Adjusted(refusals.not_converged(), left_out)
        else:
            found = _interval(errors, numbers[:, at], p_values[at], at)
            known = (
                (left_out, None, None) if found == refusals.not_converged() else (left_out, float(phi[at]), int(df[at]))
            )
            yield int(group), Adjusted(found, *known)


def _interval(errors: _Errors, numbers: Floats, p_value: float, at: int) -> Interval | Statement:
    refused = errors.refused[at]
    if refused is not None:
        return refused
    if np.isnan(numbers).any() or math.isnan(p_value):
        return refusals.not_converged()
    estimate, low, high = numbers.tolist()
    return Interval(estimate, low, high, float(p_value), float(errors.std_error[at]))


def _numbers(fitted: _Fitted, errors: _Errors, asked: _Asked) -> tuple[Floats, Floats]:
    """Ratio, lower and upper limit, shape ``(3, groups)``, and the p-values."""
    outer, normal = (1 - asked.conf_level) / 2, np.isinf(errors.df)
    freedom = np.where(normal, 1.0, np.maximum(errors.df, 1.0))
    steps = -np.where(normal, special.ndtri(outer), special.stdtrit(freedom, outer))
    log_ratio = fitted.fit.coefficients[:, _CONTRAST] if errors.log_ratio is None else errors.log_ratio
    if errors.profiles is None:
        score = (log_ratio - math.log(asked.null)) / errors.std_error
        low, high = log_ratio - steps * errors.std_error, log_ratio + steps * errors.std_error
    else:
        score = errors.profiles.roots(np.full(steps.shape, math.log(asked.null)))
        low, high = errors.profiles.limits(steps, errors.std_error)
    tail = np.where(normal, special.ndtr(-np.abs(score)), special.stdtr(freedom, -np.abs(score)))
    return np.exp(np.stack([log_ratio, low, high])), 2 * tail


def _model_error(fitted: _Fitted) -> Floats:
    return np.asarray(np.sqrt(fitted.covariance[:, _CONTRAST, _CONTRAST]))


def _poisson(fitted: _Fitted) -> _Errors:
    refused = [refusals.more_than_chance() if phi > MOST_DISPERSION else None for phi in fitted.phi]
    return _Errors(_model_error(fitted), np.full(fitted.phi.shape, np.inf), refused)


def _quasi(fitted: _Fitted) -> _Errors:
    phi = np.maximum(fitted.phi, 1.0)
    stack = fitted.placed.stack
    profiles = Profiles(stack, fitted.fit, _CONTRAST, phi)
    return _Errors(np.sqrt(phi) * _model_error(fitted), stack.df.astype(float), [None] * phi.size, profiles)


def _robust(fitted: _Fitted) -> _Errors:
    """Leaving out a cluster at a time; rows are clusters when none are named."""
    stack, variance = fitted.placed.stack, fitted.covariance[:, _CONTRAST, _CONTRAST]
    found = stack_jackknife.jackknifed(stack, fitted.fit, fitted.covariance, fitted.cluster, _CONTRAST)
    # Rounding may leave an error that is not quite nothing.
    alike = found.std_error**2 <= np.finfo(float).eps * variance
    refused: list[Statement | None] = []
    for at, worth in enumerate(found.worth):
        if found.clusters[at] < LEAST_CLUSTERS or found.fewest[at] < _ONE_OF_TWO:
            refused.append(refusals.too_few_clusters(LEAST_CLUSTERS))
        elif not worth >= LEAST_EFFECTIVE + _ROUNDING:
            refused.append(refusals.side_worth_too_little(float(worth), LEAST_EFFECTIVE))
        elif np.isnan(found.std_error[at]):
            refused.append(refusals.rests_on_one_cluster())
        else:
            refused.append(refusals.all_as_expected() if alike[at] else None)
    return _Errors(found.std_error, found.df, refused)


def _nb2(fitted: _Fitted) -> _Errors:
    found = stacked_nb2.fitted(fitted.placed.stack, fitted.fit)
    std_error = np.sqrt(found.covariance[:, _CONTRAST, _CONTRAST])
    return _Errors(
        std_error, np.full(std_error.shape, np.inf), [None] * std_error.size, log_ratio=found.coefficients[:, _CONTRAST]
    )


_ERRORS: dict[Method, Callable[[_Fitted], _Errors]] = {
    Method.POISSON: _poisson,
    Method.QUASI_POISSON: _quasi,
    Method.ROBUST: _robust,
    Method.NB2: _nb2,
}
