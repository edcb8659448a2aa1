"""Standard errors, joint limits and joint tests from influence functions, for clusters of units.

Source: Callaway and Sant'Anna 2021, Journal of Econometrics 225:200-230, algorithm 1; sup-t limits: Montiel Olea and
Plagborg-Møller 2019, Journal of Applied Econometrics 34:1-17.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from evalkit.inference import cluster_robust
from evalkit.inference.intervals import Floats

_SMALL = 1e-10


@dataclass(frozen=True, slots=True)
class JointTest:
    """A test that several numbers are all zero."""

    statistic: float
    df: int
    p_value: float


def by_cluster(influence: Floats, cluster: NDArray[np.int64] | None) -> Floats:
    """Influence added up within clusters, shape ``(clusters, columns)``; units when ``cluster`` is ``None``."""
    if cluster is None:
        return influence
    return cluster_robust.by_cluster(influence, cluster_robust.places(cluster))


def std_error(influence: Floats) -> Floats:
    """Shape ``(columns,)``: the square root of the sum of squares over clusters."""
    return np.asarray(np.sqrt((influence**2).sum(axis=0)))


def bootstrap_error(influence: Floats, draws: int, generator: np.random.Generator) -> Floats:
    """The interquartile range of drawn errors over that of a standard normal, shape ``(columns,)``.

    Each draw turns the sign of every cluster's part at random (Rademacher).
    """
    quarter = np.quantile(_drawn(influence, draws, generator), [0.25, 0.75], axis=0)
    return np.asarray((quarter[1] - quarter[0]) / (2 * stats.norm.ppf(0.75)))


def critical_value(influence: Floats, conf_level: float, draws: int, generator: np.random.Generator) -> float:
    """How many standard errors make limits that hold for all columns at once.

    Never below the value for one column; columns without error do not count.

    Examples
    --------
    >>> import numpy as np
    >>> from evalkit.inference.multiplier_bootstrap import critical_value
    >>> influence = np.random.default_rng(1).normal(size=(200, 5))
    >>> 2.3 < critical_value(influence, 0.95, 1999, np.random.default_rng(2)) < 2.8
    True
    """
    alone = float(stats.norm.ppf((1 + conf_level) / 2))
    error = std_error(influence)
    used = np.isfinite(error) & (error > 0)
    if not used.any():
        return alone
    largest = np.abs(_normal(influence[:, used], draws, generator) / error[used]).max(axis=1)
    return max(alone, float(np.quantile(largest, conf_level)))


def widened(critical: float, df: Floats) -> Floats:
    """A critical value of normal statistics as one of Student's t, by its tail for one number; shape of ``df``.

    Examples
    --------
    >>> import numpy as np
    >>> from evalkit.inference.multiplier_bootstrap import widened
    >>> widened(1.959964, np.array([9.0, np.inf])).round(3).tolist()
    [2.262, 1.96]
    """
    return np.asarray(stats.t.isf(stats.norm.sf(critical), df))


def all_zero(estimate: Floats, influence: Floats, *, df: float | None = None) -> JointTest | None:
    """Wald's test; ``None`` when there is nothing to test or the numbers follow from each other.

    With ``df`` it is Hotelling's, for errors that rest on so few: F of the statistic times ``(df - q + 1)/(df q)``.

    Parameters
    ----------
    estimate, influence
        Shapes ``(columns,)`` and ``(clusters, columns)``.
    """
    columns = int(estimate.size)
    if not columns or not (np.isfinite(influence).all() and np.isfinite(estimate).all()):
        return None
    covariance = influence.T @ influence
    size = np.sqrt(np.diag(covariance))
    if (size == 0).any() or np.linalg.cond(covariance / np.outer(size, size)) > 1 / _SMALL:
        return None
    statistic = float(estimate @ np.linalg.solve(covariance, estimate))
    p_value = (
        float(stats.chi2.sf(statistic, columns))
        if df is None
        else float(stats.f.sf(statistic * (df - columns + 1) / (df * columns), columns, df - columns + 1))
    )
    return None if math.isnan(p_value) else JointTest(statistic, columns, p_value)


def largest_zero(
    estimate: Floats, influence: Floats, draws: int, generator: np.random.Generator, *, df: Floats | None = None
) -> tuple[float, float] | None:
    """The largest number over its error, and how often drawn errors are as large: a test that all are zero.

    Needs no inverse, so there may be many columns. ``None`` when no column has an error. With ``df``, shape
    ``(columns,)``, each statistic is first taken from Student's t to the normal distribution by its tail.

    Examples
    --------
    >>> import numpy as np
    >>> from evalkit.inference.multiplier_bootstrap import largest_zero
    >>> influence = np.random.default_rng(1).normal(size=(50, 80)) / 50
    >>> largest_zero(np.r_[0.9, np.zeros(79)], influence, 999, np.random.default_rng(2))[1]
    0.001
    """
    error = std_error(influence)
    used = np.isfinite(error) & (error > 0) & np.isfinite(estimate)
    if not used.any():
        return None
    statistic = np.abs(estimate[used] / error[used])
    if df is not None:
        statistic = stats.norm.isf(stats.t.sf(statistic, df[used]))
    most = float(statistic.max())
    largest = np.abs(_normal(influence[:, used], draws, generator) / error[used]).max(axis=1)
    return most, (1 + int((largest >= most).sum())) / (1 + draws)


def _drawn(influence: Floats, draws: int, generator: np.random.Generator) -> Floats:
    signs = generator.integers(0, 2, size=(draws, influence.shape[0])) * 2.0 - 1.0
    return np.asarray(signs @ influence)


def _normal(influence: Floats, draws: int, generator: np.random.Generator) -> Floats:
    """Errors with the covariance of the influence: signs alone make too few large ones with some ten clusters."""
    return np.asarray(generator.standard_normal((draws, influence.shape[0])) @ influence)
