"""How surely counts vary more than chance: limits of φ, and the negative binomial's alpha with its tests."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, special

from evalkit import refusals
from evalkit.inference import dispersion, loglinear
from evalkit.inference.dispersion import Dispersion
from evalkit.inference.interval import Interval
from evalkit.inference.intervals import Counts, Floats
from evalkit.inference.loglinear import Fitted, Model, NotConvergedError
from evalkit.statements import Statement

_REACH, _STEPS = math.log(1e6), 140


@dataclass(frozen=True, slots=True)
class Signal:
    """A statistic with its one-sided p-value against counts that vary by chance only."""

    statistic: float
    p_value: float
    df: float | None = None


@dataclass(frozen=True, slots=True)
class PhiFound:
    """Pearson's φ with its limits, its degrees of freedom and the one-sided test that it is above 1."""

    interval: Interval
    df: int
    test: Signal


@dataclass(frozen=True, slots=True)
class AlphaFound:
    """The negative binomial's alpha with profile limits, the likelihood ratio test and Dean's score test."""

    interval: Interval
    likelihood_ratio: Signal
    score: Signal


def phi(counts: Counts, exposures: Floats, cells: NDArray[np.intp], conf_level: float = 0.95) -> PhiFound | Statement:
    """Pearson's φ and what it can be.

    When there is chance alone, ``X²`` given the totals of the cells has mean ``df`` and a variance that Haldane's
    formula gives exactly; the p-value takes ``X²`` for a chi-square stretched to that. The limits do the same for every
    φ, with the wider variance that ``X²`` has when the counts are gamma–Poisson. Both matter for small counts, where
    the plain chi-square is far too sure.

    The p-value is two-sided, twice the tail on the estimate's side of 1, and is below ``1 - conf_level`` exactly when
    the interval leaves out 1. Counts that do not vary at all have a φ of 0, to which a chi-square gives no probability;
    tails and limits are then those of half of the least ``X²`` above 0 (continuity).

    Parameters
    ----------
    counts, exposures, cells
        One element per period, as in :func:`evalkit.inference.dispersion.pearson`.

    Source: Haldane 1937, Biometrika 29:133-143, for the variance; McCullagh and Nelder 1989, section 4.5.2.

    Examples
    --------
    >>> import numpy as np
    >>> from evalkit.inference import overdispersion
    >>> found = overdispersion.phi(np.array([14, 26, 8, 6, 14, 25]), np.ones(6), np.array([0, 0, 0, 1, 1, 1]))
    >>> round(found.interval.estimate, 3), found.df, round(found.test.p_value, 4)
    (5.658, 4, 0.0001)
    """
    found = dispersion.pearson(counts, exposures, cells)
    if found is None:
        return refusals.no_variation_to_measure()
    variance = _variance(counts, exposures, cells)
    if variance <= 0:
        return refusals.no_variation_to_measure()
    effective = 2 * found.df**2 / variance
    by_mean = _inverse_means(counts, exposures, cells)
    outer = (1 - conf_level) / 2
    told = found if found.phi > 0 else Dispersion(_least(counts, exposures, cells) / 2 / found.df, found.df)
    low = _lower(told, variance, by_mean, 1 - outer) if found.phi > 0 else 0.0
    high = _upper(told, variance, by_mean, outer)
    above = float(special.chdtrc(effective, found.phi * effective))
    tail = above if found.phi > 1 else float(special.chdtr(effective, told.phi * effective))
    limits = Interval(found.phi, min(low, found.phi), max(high, found.phi), min(1.0, 2 * tail))
    return PhiFound(limits, found.df, Signal(found.phi * found.df, above, float(found.df)))


def alpha(model: Model, conf_level: float = 0.95) -> AlphaFound | Statement:
    """The negative binomial's alpha (variance ``mean + alpha mean²``).

    The likelihood ratio test takes half of the chi-square's tail, because alpha lies on the edge of what is possible
    when there is none; Dean's score test needs only the Poisson fit, and has her correction for the fitted means.
    Without any sign of more than chance alpha is 0 and its likelihood ratio 0.

    Source: Lawless 1987, Canadian Journal of Statistics 15:209-225; Self and Liang 1987, JASA 82:605-610; Dean 1992,
    JASA 87:451-457 (``P'_B``); Venzon and Moolgavkar 1988, Applied Statistics 37:87-94, for the limits.
    """
    try:
        chance = loglinear.poisson(model)
        found = loglinear.negative_binomial(model)
        low, high = _profile_limits(model, found, chance, conf_level)
    except NotConvergedError:
        return refusals.not_converged()
    ratio = max(0.0, 2 * (found.log_likelihood - chance.log_likelihood))
    p_value = float(special.chdtrc(1, ratio)) / 2 if found.alpha > 0 else 1.0
    return AlphaFound(Interval(found.alpha, low, high), Signal(ratio, p_value), score(model, chance))


def score(model: Model, chance: Fitted) -> Signal:
    """Dean's score test of Poisson against the negative binomial: standard normal, large when there is more."""
    squares = (model.counts - chance.means) ** 2 - model.counts + chance.leverages(model.matrix) * chance.means
    statistic = float(squares.sum()) / math.sqrt(2 * float((chance.means**2).sum()))
    return Signal(statistic, float(special.ndtr(-statistic)))


def _profile_limits(model: Model, found: Fitted, chance: Fitted, conf_level: float) -> tuple[float, float]:
    reach = float(special.chdtri(1, 1 - conf_level)) / 2

    def gap(log_alpha: float) -> float:
        return loglinear.profile(model, math.exp(log_alpha), found) - found.log_likelihood + reach

    best = math.log(found.alpha) if found.alpha > 0 else -2 * math.log(1 + float(chance.means.max()))
    high = math.exp(optimize.brentq(gap, *loglinear.bracket(gap, best), xtol=1e-11))
    if found.alpha == 0 or chance.log_likelihood >= found.log_likelihood - reach:
        return 0.0, high
    below, above = loglinear.bracket(lambda log_alpha: gap(-log_alpha), -best)
    return math.exp(-optimize.brentq(lambda log_alpha: gap(-log_alpha), below, above, xtol=1e-11)), high


def _lower(found: Dispersion, chance: float, by_mean: float, tail: float) -> float:
    """The least φ at which ``X²`` has at most ``tail`` below it; the estimate when there is none below it."""
    gap, steps = _gap(found, chance, by_mean, tail), _steps(found.phi, -_REACH)
    held = np.flatnonzero(gap(steps) <= 0)
    if not held.size:
        return found.phi
    if held[-1] == steps.size - 1:
        return 0.0
    return _crossing(gap, steps[held[-1] + 1], steps[held[-1]])


def _upper(found: Dispersion, chance: float, by_mean: float, tail: float) -> float:
    """The first φ above the estimate at which ``X²`` has less than ``tail`` below it.

    There may be none: the wider the counts are spread, the less a few periods say, and the limit is infinite.
    """
    gap, steps = _gap(found, chance, by_mean, tail), _steps(found.phi, _REACH)
    crossed = np.flatnonzero(gap(steps) < 0)
    if not crossed.size:
        return math.inf
    return _crossing(gap, steps[crossed[0] - 1], steps[crossed[0]]) if crossed[0] else found.phi


def _gap(found: Dispersion, chance: float, by_mean: float, tail: float) -> Callable[[float | Floats], Floats]:
    """What ``X²`` has below it beyond ``tail``, of the logarithm of φ."""

    def gap(log_phi: float | Floats) -> Floats:
        at = np.exp(log_phi)
        # Gamma–Poisson counts have a fourth cumulant of (6φ² - 6φ + 1) / (φ mean) variances squared, Poisson 1 / mean.
        above_one = np.maximum(at, 1.0)
        variance = chance + ((6 * above_one**2 - 6 * above_one + 1) / above_one - 1) * by_mean
        effective = 2 * found.df**2 / variance
        return np.asarray(special.chdtr(effective, found.phi * effective / at) - tail)

    return gap


def _steps(phi: float, reach: float) -> Floats:
    """Logarithms of φ from the estimate outwards, with that of 1 among them where it is passed.

    Chance alone is where the gap has its turning point; between two steps it could go unseen.
    """
    steps = math.log(phi) + np.linspace(0, reach, _STEPS)
    passed = min(steps[0], steps[-1]) < 0 < max(steps[0], steps[-1])
    return np.sort(np.append(steps, 0.0))[:: 1 if reach > 0 else -1] if passed else steps


def _crossing(gap: Callable[[float | Floats], Floats], below: float, above: float) -> float:
    return math.exp(optimize.brentq(lambda at: float(gap(at)), below, above, xtol=1e-12))


def _least(counts: Counts, exposures: Floats, cells: NDArray[np.intp]) -> float:
    """The least ``X²`` above 0 when counts equal their means: one event moved between the two largest of a cell."""
    means = _means(counts, exposures, cells)
    largest = (np.sort(means[(cells == cell) & (means > 0)])[::-1] for cell in np.unique(cells))
    return float(min(1 / two[0] + 1 / two[1] for two in largest if two.size > 1))


def _inverse_means(counts: Counts, exposures: Floats, cells: NDArray[np.intp]) -> float:
    """The sum over periods of one over the fitted mean."""
    means = _means(counts, exposures, cells)
    return float(np.sum(1 / means[means > 0]))


def _means(counts: Counts, exposures: Floats, cells: NDArray[np.intp]) -> Floats:
    events, exposed = np.bincount(cells, weights=counts), np.bincount(cells, weights=exposures)
    return np.asarray(exposures * (events / np.where(exposed > 0, exposed, 1.0))[cells])


def _variance(counts: Counts, exposures: Floats, cells: NDArray[np.intp]) -> float:
    """Haldane's variance of ``X²``, added up over the cells with events."""
    used = exposures > 0
    exposed = np.bincount(cells[used], weights=exposures[used], minlength=int(cells.max()) + 1)
    events = np.bincount(cells, weights=counts, minlength=exposed.size)
    periods = np.bincount(cells[used], minlength=exposed.size)
    inverse = np.bincount(cells[used], weights=exposed[cells[used]] / exposures[used], minlength=exposed.size)
    some = events > 0
    k = periods[some]
    return float(np.sum(2 * (k - 1) + (inverse[some] - k**2 - 2 * k + 2) / events[some]))
