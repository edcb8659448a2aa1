"""What happened at a break in a series: level, slope, average ratio, excess and the series had it not happened."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import special

from evalkit.inference.interval import Interval, exponential
from evalkit.inference.intervals import Floats
from evalkit.inference.segmented import Segmented
from evalkit.inference.segments import LEVEL, SLOPE


@dataclass(frozen=True, slots=True, eq=False)
class Path:
    """Point by point, arrays of shape ``(rows,)``.

    ``expected`` is the fit, ``without`` the fit had the break not happened, with limits of that mean; ``excess`` is
    the count less ``without``, from the break on (nan before), with limits that hold the chance in the count too.
    """

    expected: Floats
    without: Floats
    without_low: Floats
    without_high: Floats
    excess: Floats
    excess_low: Floats
    excess_high: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Interrupted:
    """A series with a break and, beside it, comparison series with the same break in the fully interacted model.

    In that model the two sides share no term, so it is two fits, and the change of the comparison series stands for
    what would have happened here: ``log`` ratios are differences of the two sides' and the series without the break
    follows them. Variances of independent sides add up; Student's t has Welch and Satterthwaite's degrees of freedom.

    Source: Linden 2015, Stata Journal 15:480-500; Lopez Bernal, Cummins and Gasparrini 2018, International Journal of
    Epidemiology 47:2082-2093, for controls; Satterthwaite 1946, Biometrics Bulletin 2:110-114.
    """

    here: Segmented
    there: Segmented | None = None
    conf_level: float = 0.95

    def level(self) -> Interval:
        """The ratio by which the level changed at the break."""
        return self._coefficient(LEVEL)

    def slope(self) -> Interval | None:
        """The ratio by which the change per point of time changed; ``None`` in a model without."""
        return self._coefficient(SLOPE) if self.here.design.has_slope else None

    def average(self) -> Interval:
        """Expected events from the break on, over those expected without it."""
        rows = self.here.design.after
        means, without = self.here.fitted.means[rows], self._without()[rows]
        own = means @ self.here.design.matrix[rows] / means.sum() - self._by_here(rows, without / without.sum())
        pulls = self.here.pull(own[None, :]), self._pull_there(self._by_there(rows, without / without.sum())[None, :])
        return self._ratio(math.log(means.sum() / without.sum()), *pulls)

    def excess(self) -> Interval:
        """Events counted from the break on less those expected without it.

        The limits hold both the chance in the counts and the uncertainty of what was expected, and that the two hang
        together where neighbouring points do. They are those of the quotient of the two, carried over: on its own scale
        the number expected is far too skewed, once drawn out over some years, for limits of equal length.
        """
        rows = self.here.design.after
        without = self._without()[rows]
        counted, expected = float(self.here.counts[rows].sum()), float(without.sum())
        own = rows[:, None] / counted - self.here.pull(self._by_here(rows, without / expected)[None, :])
        other = self._pull_there(self._by_there(rows, without / expected)[None, :])
        found = self._ratio(math.log(counted / expected), own, other)
        low = counted - counted / found.low if found.low > 0 else -math.inf
        return Interval(counted - expected, low, counted - counted / found.high, found.p_value)

    def path(self) -> Path:
        """Point by point, what was expected and what would have been.

        Limits of the excess join those of the mean without the break with the chance in a count of that mean (MOVER,
        Zou and Donner 2008, Statistics in Medicine 27:1693-1702), as if the two were independent.
        """
        without, rows = self._without(), self.here.design.after
        own = self.here.pull(self.here.design.without_break)
        errors, degrees = self._errors(own, self._pull_there(self._change_terms()))
        quantiles = _quantiles(degrees, self.conf_level)
        with np.errstate(over="ignore"):
            low, high = without * np.exp(-quantiles * errors), without * np.exp(quantiles * errors)
            chance = quantiles * np.sqrt(self.here.chance(without))
            excess = np.where(rows, self.here.counts - without, np.nan)
            below, above = np.hypot(chance, high - without), np.hypot(chance, without - low)
        return Path(self.here.fitted.means, without, low, high, excess, excess - below, excess + above)

    def _coefficient(self, term: int) -> Interval:
        gradient = np.zeros((1, self.here.design.matrix.shape[1]))
        gradient[0, term] = 1.0
        log_ratio = float(self.here.fitted.coefficients[term])
        if self.there is None:
            return self._ratio(log_ratio, self.here.pull(gradient), None)
        other = np.zeros((1, self.there.design.matrix.shape[1]))
        other[0, term] = 1.0
        log_ratio -= float(self.there.fitted.coefficients[term])
        return self._ratio(log_ratio, self.here.pull(gradient), self.there.pull(other))

    def _without(self) -> Floats:
        """Expected counts here without the break, shape ``(rows,)``."""
        means = self.here.means(self.here.design.without_break)
        if self.there is None:
            return means
        return np.asarray(means * np.exp(self._change_terms() @ self.there.fitted.coefficients))

    def _change_terms(self) -> Floats:
        """The comparison's change at each point here, by its coefficients, shape ``(rows, its terms)``."""
        if self.there is None:
            return np.zeros((self.here.counts.size, 0))
        terms = np.zeros((self.here.counts.size, self.there.design.matrix.shape[1]))
        changes = slice(LEVEL, SLOPE + self.here.design.has_slope)
        terms[:, changes] = self.here.design.matrix[:, changes]
        return terms

    def _by_here(self, rows: np.ndarray, weights: Floats) -> Floats:
        return np.asarray(weights @ self.here.design.without_break[rows])

    def _by_there(self, rows: np.ndarray, weights: Floats) -> Floats:
        return np.asarray(weights @ self._change_terms()[rows])

    def _pull_there(self, gradients: Floats) -> Floats | None:
        return None if self.there is None else self.there.pull(gradients)

    def _errors(self, own: Floats, other: Floats | None) -> tuple[Floats, Floats]:
        """Standard errors and degrees of freedom of sums over the residuals of both sides."""
        first = self.here.variances(own)
        if self.there is None or other is None:
            return np.sqrt(first), np.full(first.size, self.here.degrees)
        second = self.there.variances(other)
        both = first + second
        degrees = both**2 / (first**2 / self.here.degrees + second**2 / self.there.degrees + 1e-300)
        return np.sqrt(both), degrees

    def _error(self, own: Floats, other: Floats | None) -> tuple[float, float]:
        errors, degrees = self._errors(own, other)
        return float(errors[0]), float(degrees[0])

    def _ratio(self, log_ratio: float, own: Floats, other: Floats | None) -> Interval:
        error, degrees = self._error(own, other)
        step = _quantile(degrees, self.conf_level) * error
        low, high = exponential(log_ratio - step), exponential(log_ratio + step)
        return Interval(exponential(log_ratio), low, high, _p_value(log_ratio / error, degrees), error)


def _quantiles(degrees: Floats, conf_level: float) -> Floats:
    outer = (1 - conf_level) / 2
    normal = np.full(degrees.shape, -special.ndtri(outer))
    return np.where(np.isinf(degrees), normal, -special.stdtrit(np.minimum(degrees, 1e12), outer))


def _quantile(degrees: float, conf_level: float) -> float:
    return float(_quantiles(np.array([degrees]), conf_level)[0])


def _p_value(score: float, degrees: float) -> float:
    tail = special.ndtr(-abs(score)) if math.isinf(degrees) else special.stdtr(degrees, -abs(score))
    return 2 * float(tail)
