"""The bootstrap: what the statistic would have been in other samples of the same kind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from evalkit.inference.method import Method
from evalkit.inference.sampling_schemes import Places, Scheme

Floats = NDArray[np.float64]
Statistic = Callable[[Floats], Floats]
"""From samples of shape ``(samples, units, columns)`` to one number each, shape ``(samples,)``."""

# Values held at one time: 16 MB of float64.
_CHUNK = 2_000_000
# A spread that is nothing but rounding, relative to that of the data.
_NO_SPREAD = 1e-9
# Stands for an infinite t, so that differences of two are numbers.
_BEYOND = 1e300
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Bootstrapped:
    """The statistic of the data and of each draw; and with each part (unit, cluster, block) left out in turn.

    Attributes
    ----------
    estimate, draws, left_out
        The statistic; shapes ``(draws,)`` and ``(parts,)``.
    error, errors
        The standard error of the data, and of each draw, shape ``(draws,)``; ``None`` unless wanted.
    shares
        How large a share of the data each part is.
    """

    estimate: float
    draws: Floats
    left_out: Floats
    shares: Floats
    error: float | None = None
    errors: Floats | None = None

    @property
    def std_error(self) -> float:
        """The spread of the draws."""
        return float(self.draws.std(ddof=1))

    @property
    def jackknife_error(self) -> float:
        """Efron and Tibshirani 1993, equation 11.5; see :func:`jackknife`."""
        return float(jackknife(np.array([self.estimate]), self.left_out[np.newaxis], self.shares)[0])

    @property
    def is_usable(self) -> bool:
        """Whether the statistic is a number everywhere and varies between draws, and so does any standard error."""
        numbers = np.concatenate([[self.estimate], self.draws, self.left_out])
        if self.error is not None and self.errors is not None:
            numbers = np.concatenate([numbers, [self.error], self.errors])
            if self.error <= 0:
                return False
        return bool(np.isfinite(numbers).all() and np.ptp(self.draws) > 0)


@dataclass(frozen=True, slots=True, eq=False)
class Sampled:
    """Rows of data, how they are drawn and what is computed from them.

    Attributes
    ----------
    values
        Shape ``(rows, columns)``.
    statistic
        On many samples at a time.
    std_error
        The standard error of the statistic in each sample; left out, it is jackknifed.
    """

    values: Floats
    statistic: Statistic
    scheme: Scheme
    std_error: Statistic | None = None

    def bootstrap(self, *, draws: int, generator: np.random.Generator, studentised: bool = False) -> Bootstrapped:
        """Draw samples, and compute the statistic on many of them at a time."""
        own = self.scheme.own[np.newaxis]
        found, errors = [], []
        rows = max(1, _CHUNK // self.values.size)
        for start in range(0, draws, rows):
            choices = self.scheme.drawn(min(rows, draws - start), generator)
            found.append(self._of(self.statistic, choices))
            if studentised:
                errors.append(self._errors(choices, found[-1]))
        estimate = self._of(self.statistic, own)
        return Bootstrapped(
            estimate=float(estimate[0]),
            draws=np.concatenate(found),
            left_out=self._left_out(own)[0],
            shares=self.scheme.shares,
            error=float(self._errors(own, estimate)[0]) if studentised else None,
            errors=np.concatenate(errors) if studentised else None,
        )

    def _of(self, statistic: Statistic, choices: Places, left_out: int | None = None) -> Floats:
        found = np.empty(len(choices))
        for at, rows in self.scheme.rows(choices, left_out):
            found[at] = statistic(self.values[rows])
        return found

    def _left_out(self, choices: Places) -> Floats:
        """The statistic with each part left out, shape ``(samples, parts)``."""
        return np.column_stack([self._of(self.statistic, choices, part) for part in range(choices.shape[1])])

    def _errors(self, choices: Places, found: Floats) -> Floats:
        if self.std_error is not None:
            return self._of(self.std_error, choices)
        return jackknife(found, self._left_out(choices), self.scheme.shares)


def jackknife(found: Floats, left_out: Floats, shares: Floats) -> Floats:
    """Standard errors from a statistic with parts left out that need not be equally large.

    Parameters
    ----------
    found
        The statistic of each sample, shape ``(samples,)``.
    left_out
        The same with each part left out, shape ``(samples, parts)``.
    shares
        How large a share of the sample each part is, shape ``(parts,)``.

    Source: Busing, Meijer and van der Leeden 1999, Statistics and Computing 9:3-8, which for parts of one size is the
    usual jackknife (Efron and Tibshirani 1993, equation 11.5).

    Examples
    --------
    >>> import numpy as np
    >>> from evalkit.inference.resampling import jackknife
    >>> jackknife(np.array([2.0]), np.array([[2.5, 2.0, 1.5]]), np.full(3, 1 / 3)).round(4).tolist()
    [0.5774]
    """
    times = 1 / shares
    whole = found[:, np.newaxis]
    pseudo = times * whole - (times - 1) * left_out
    centre = left_out.shape[1] * whole - ((1 - shares) * left_out).sum(axis=1, keepdims=True)
    error: Floats = np.sqrt(((pseudo - centre) ** 2 / (times - 1)).mean(axis=1))
    return error


def percentile(found: Bootstrapped, conf_level: float) -> tuple[float, float]:
    """Quantiles of the draws."""
    return _quantiles(found, (1 - conf_level) / 2, (1 + conf_level) / 2)


def basic(found: Bootstrapped, conf_level: float) -> tuple[float, float]:
    """The quantiles mirrored in the estimate."""
    low, high = percentile(found, conf_level)
    return 2 * found.estimate - high, 2 * found.estimate - low


def bca(found: Bootstrapped, conf_level: float) -> tuple[float, float]:
    """Bias-corrected and accelerated (Efron 1987; Efron and Tibshirani 1993, chapter 14)."""
    apart = found.draws - found.estimate
    # Half of the draws that equal the estimate are below it; sums in another order differ by rounding.
    equal = np.abs(apart) <= _ROUNDING * found.std_error
    below = ((apart < 0) & ~equal).mean() + 0.5 * equal.mean()
    # Never quite 0 or 1: an estimate outside all draws would else send both limits to one end.
    bias = special.ndtri(np.clip(below, 0.5 / found.draws.size, 1 - 0.5 / found.draws.size))
    influence = found.left_out.mean() - found.left_out
    spread = (influence**2).sum() ** 1.5
    acceleration = (influence**3).sum() / (6 * spread) if spread > 0 else 0.0
    z = bias + special.ndtri(np.array([(1 - conf_level) / 2, (1 + conf_level) / 2]))
    low, high = special.ndtr(bias + z / (1 - acceleration * z)).tolist()
    return _quantiles(found, low, high)


def studentised(found: Bootstrapped, conf_level: float) -> tuple[float, float]:
    """The bootstrap-t (Efron and Tibshirani 1993, section 12.5; Davison and Hinkley 1997, section 5.2).

    A draw without any spread has a t beyond all others; where so many have none that a limit would be one of them,
    it is infinite.

    Raises
    ------
    ValueError
        When the draws came without their standard errors.
    """
    if found.error is None or found.errors is None:
        raise ValueError("bootstrap-t needs the standard error of each draw")
    apart = found.draws - found.estimate
    spread = found.errors > _NO_SPREAD * found.error
    t = np.where(spread, apart / np.where(spread, found.errors, 1.0), np.sign(apart) * _BEYOND)
    low, high = _order_statistics(t, (1 - conf_level) / 2, (1 + conf_level) / 2)
    ends = (found.estimate - found.error * high, found.estimate - found.error * low)
    return (
        ends[0] if high < _BEYOND / 2 else -np.inf,
        ends[1] if low > -_BEYOND / 2 else np.inf,
    )


def _quantiles(found: Bootstrapped, low: float, high: float) -> tuple[float, float]:
    return _order_statistics(found.draws, low, high)


def _order_statistics(draws: Floats, low: float, high: float) -> tuple[float, float]:
    """Order statistics at (draws + 1)·α, between two of them along the normal curve (Davison and Hinkley 1997, 5.8)."""
    ranked = np.sort(draws)
    return _between(ranked, low), _between(ranked, high)


def _between(ranked: Floats, share: float) -> float:
    number = ranked.size
    place = min(max((number + 1) * share, 1.0), float(number))
    below = min(int(place + _ROUNDING), number - 1)
    ends = special.ndtri(np.array([below, below + 1, place]) / (number + 1))
    weight = min(max(float((ends[2] - ends[0]) / (ends[1] - ends[0])), 0.0), 1.0)
    return float((1 - weight) * ranked[below - 1] + weight * ranked[below])


LIMITS: dict[Method, Callable[[Bootstrapped, float], tuple[float, float]]] = {
    Method.BCA: bca,
    Method.PERCENTILE: percentile,
    Method.BASIC: basic,
    Method.STUDENTISED: studentised,
}
