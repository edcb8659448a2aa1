"""How surely counts vary more than chance: limits of φ, and the negative binomial's alpha with its tests.

Everything is worked out for many groups at once: the functions take :class:`~evalkit.inference.cells.CellRows` and give
one number per group, nan where a group has none.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import special

from evalkit.inference.cells import CellRows
from evalkit.inference.gamma_poisson import CellLikelihood
from evalkit.inference.intervals import Floats
from evalkit.inference.roots import crossings, crossings_beyond

_REACH, _STEPS = math.log(1e6), 140


@dataclass(frozen=True, slots=True, eq=False)
class Signals:
    """Statistics with their one-sided p-values against counts that vary by chance only, shape ``(groups,)``."""

    statistic: Floats
    p_value: Floats


@dataclass(frozen=True, slots=True, eq=False)
class PhiFound:
    """Pearson's φ with its limits, its degrees of freedom and the one-sided test that it is above 1.

    All of shape ``(groups,)``; ``estimate`` is nan where there is no variation to measure.
    """

    estimate: Floats
    low: Floats
    high: Floats
    p_value: Floats
    df: Floats
    test: Signals

    @property
    def is_measured(self) -> NDArray[np.bool_]:
        """Where there is variation to measure."""
        return ~np.isnan(self.estimate)


@dataclass(frozen=True, slots=True, eq=False)
class AlphaFound:
    """The negative binomial's alpha with profile limits, the likelihood ratio test and Dean's score test.

    All of shape ``(groups,)``; where the iteration does not end, one of the first three is nan.
    """

    estimate: Floats
    low: Floats
    high: Floats
    likelihood_ratio: Signals
    score: Signals


@dataclass(frozen=True, slots=True, eq=False)
class _Pearson:
    """φ, its degrees of freedom, the variance of ``X²`` under chance, and the sum of one over the means, by group."""

    phi: Floats
    df: Floats
    variance: Floats
    by_mean: Floats

    def at(self, groups: NDArray[np.bool_] | NDArray[np.intp]) -> _Pearson:
        return _Pearson(self.phi[groups], self.df[groups], self.variance[groups], self.by_mean[groups])

    def beside_steps(self) -> _Pearson:
        """The same as columns, to go with a row of steps for each group."""
        return _Pearson(self.phi[:, None], self.df[:, None], self.variance[:, None], self.by_mean[:, None])


def phi(rows: CellRows, conf_level: float = 0.95) -> PhiFound:
    """Pearson's φ of each group and what it can be.

    When there is chance alone, ``X²`` given the totals of the cells has mean ``df`` and a variance that Haldane's
    formula gives exactly; the p-value takes ``X²`` for a chi-square stretched to that. The limits do the same for every
    φ, with the wider variance that ``X²`` has when the counts are gamma–Poisson. Both matter for small counts, where
    the plain chi-square is far too sure.

    The p-value is two-sided, twice the tail on the estimate's side of 1, and is below ``1 - conf_level`` exactly when
    the interval leaves out 1. Counts that do not vary at all have a φ of 0, to which a chi-square gives no probability;
    tails and limits are then those of half of the least ``X²`` above 0 (continuity).

    Source: Haldane 1937, Biometrika 29:133-143, for the variance; McCullagh and Nelder 1989, section 4.5.2.

    Examples
    --------
    >>> import numpy as np
    >>> from evalkit.inference import overdispersion
    >>> from evalkit.inference.cells import CellRows
    >>> from evalkit.inference.groups import Groups
    >>> cells, whole = Groups(np.array([0, 0, 0, 1, 1, 1]), 2), Groups.single(6)
    >>> rows = CellRows.of(np.array([14, 26, 8, 6, 14, 25]), np.ones(6), cells, whole)
    >>> found = overdispersion.phi(rows)
    >>> found.estimate.round(3).tolist(), found.df.tolist(), found.test.p_value.round(4).tolist()
    ([5.658], [4.0], [0.0001])
    """
    pearson = _pearson(rows)
    known = (pearson.df >= 1) & (pearson.variance > 0)
    found = pearson.at(known)
    told = replace(found, phi=np.where(found.phi > 0, found.phi, _least(rows)[known] / 2 / found.df))
    effective = 2 * found.df**2 / found.variance
    outer = (1 - conf_level) / 2
    above = special.chdtrc(effective, found.phi * effective)
    tail = np.where(found.phi > 1, above, special.chdtr(effective, told.phi * effective))
    low = np.where(found.phi > 0, _lower(told, 1 - outer), 0.0)
    return PhiFound(
        estimate=_spread(known, found.phi),
        low=_spread(known, np.minimum(low, found.phi)),
        high=_spread(known, np.maximum(_upper(told, outer), found.phi)),
        p_value=_spread(known, np.minimum(1.0, 2 * tail)),
        df=_spread(known, found.df),
        test=Signals(_spread(known, found.phi * found.df), _spread(known, above)),
    )


def alpha(rows: CellRows, conf_level: float = 0.95) -> AlphaFound:
    """The negative binomial's alpha (variance ``mean + alpha mean²``) of each group, with a rate for each of its cells.

    The likelihood ratio test takes half of the chi-square's tail, because alpha lies on the edge of what is possible
    when there is none; Dean's score test needs only the Poisson fit, and has her correction for the fitted means.
    Without any sign of more than chance alpha is 0 and its likelihood ratio 0.

    Parameters
    ----------
    rows
        Rows with exposure, in cells with events; every group has some.
    conf_level
        Of the profile limits.

    Source: Lawless 1987, Canadian Journal of Statistics 15:209-225; Self and Liang 1987, JASA 82:605-610; Dean 1992,
    JASA 87:451-457 (``P'_B``); Venzon and Moolgavkar 1988, Applied Statistics 37:87-94, for the limits.

    Examples
    --------
    >>> import numpy as np
    >>> from evalkit.inference import overdispersion
    >>> from evalkit.inference.cells import CellRows
    >>> from evalkit.inference.groups import Groups
    >>> rows = CellRows.of(np.array([14, 26, 8, 6, 14, 25]), np.ones(6), Groups.single(6), Groups.single(6))
    >>> found = overdispersion.alpha(rows)
    >>> found.estimate.round(4).tolist(), found.low.round(4).tolist(), found.high.round(4).tolist()
    ([0.1924], [0.0325], [0.8913])
    """
    estimate, low, high, ratio = np.full((4, rows.groups), np.nan)
    for groups, part in rows.parts():
        estimate[groups], low[groups], high[groups], ratio[groups] = _profiled(part, conf_level)
    p_value = np.where(estimate > 0, special.chdtrc(1, ratio) / 2, 1.0)
    return AlphaFound(estimate, low, high, Signals(ratio, p_value), score(rows))


def score(rows: CellRows) -> Signals:
    """Dean's score test of Poisson against the negative binomial: standard normal, large when there is more.

    Source: Dean 1992, JASA 87:451-457 (``P'_B``).

    Examples
    --------
    >>> import numpy as np
    >>> from evalkit.inference import overdispersion
    >>> from evalkit.inference.cells import CellRows
    >>> from evalkit.inference.groups import Groups
    >>> rows = CellRows.of(np.array([14, 26, 8, 6, 14, 25]), np.ones(6), Groups.single(6), Groups.single(6))
    >>> overdispersion.score(rows).statistic.round(3).tolist()
    [5.103]
    """
    means, leverages = rows.means, rows.exposures / rows.exposed[rows.cell]
    squares = rows.by_group((rows.counts - means) ** 2 - rows.counts + leverages * means)
    statistic = squares / np.sqrt(2 * rows.by_group(means**2))
    return Signals(statistic, special.ndtr(-statistic))


def _profiled(rows: CellRows, conf_level: float) -> tuple[Floats, Floats, Floats, Floats]:
    """Alpha, its limits and its likelihood ratio by group."""
    likelihood = CellLikelihood(rows)
    estimate, best = np.zeros(rows.groups), likelihood.poisson.copy()
    more = np.flatnonzero(likelihood.slope_at_zero > 0)
    moment = 2 * likelihood.slope_at_zero / rows.by_group(rows.means**2)
    log_alpha = crossings_beyond(likelihood.slope, np.log(moment[more]), more)
    estimate[more], best[more] = np.exp(log_alpha), likelihood.value(log_alpha, more)
    ratio = np.maximum(0.0, 2 * (best - likelihood.poisson))
    reach = float(special.chdtri(1, 1 - conf_level)) / 2

    def gap(at: Floats, groups: NDArray[np.intp]) -> Floats:
        return likelihood.value(at, groups) - best[groups] + reach

    largest = np.zeros(rows.groups)
    np.maximum.at(largest, rows.group[rows.cell], rows.means)
    start = np.where(estimate > 0, np.log(np.where(estimate > 0, estimate, 1.0)), -2 * np.log1p(largest))
    low, high = np.zeros(rows.groups), np.full(rows.groups, np.nan)
    found = np.flatnonzero(~np.isnan(estimate))
    high[found] = np.exp(crossings_beyond(gap, start[found], found))
    above = np.flatnonzero((estimate > 0) & (likelihood.poisson < best - reach))
    low[above] = np.exp(-crossings_beyond(lambda at, groups: gap(-at, groups), -start[above], above))
    return estimate, low, high, ratio


def _pearson(rows: CellRows) -> _Pearson:
    means, events = rows.means, rows.events
    used, some = means > 0, events > 0
    df = rows.by_group(used) - rows.of_cells(some)
    by_mean = np.divide(1.0, means, out=np.zeros(means.shape), where=used)
    squares = rows.by_group((rows.counts - means) ** 2 * by_mean)
    phi = np.divide(squares, df, out=np.full(df.shape, np.nan), where=df >= 1)
    return _Pearson(phi, df, _variance(rows), rows.by_group(by_mean))


def _variance(rows: CellRows) -> Floats:
    """Haldane's variance of ``X²``, added up over the cells with events."""
    exposed, events, used = rows.exposed, rows.events, rows.exposures > 0
    inverse = np.divide(exposed[rows.cell], rows.exposures, out=np.zeros(used.shape), where=used)
    k, some = rows.by_cell(used), events > 0
    more = (rows.by_cell(inverse) - k**2 - 2 * k + 2) / np.where(some, events, 1.0)
    return rows.of_cells(np.where(some, 2 * (k - 1) + more, 0.0))


def _lower(found: _Pearson, tail: float) -> Floats:
    """The least φ at which ``X²`` has at most ``tail`` below it, by group; the estimate when there is none below it."""
    steps = _steps(found.phi, -_REACH)
    held = _excess(steps, found.beside_steps(), tail) <= 0
    last = _STEPS - np.argmax(held[:, ::-1], axis=1)
    limit = np.where(held.any(axis=1), 0.0, found.phi)
    at = np.flatnonzero(held.any(axis=1) & (last < _STEPS))
    limit[at] = _between(found.at(at), tail, steps[at, last[at] + 1], steps[at, last[at]])
    return limit


def _upper(found: _Pearson, tail: float) -> Floats:
    """The first φ above the estimate at which ``X²`` has less than ``tail`` below it, by group.

    There may be none: the wider the counts are spread, the less a few periods say, and the limit is infinite.
    """
    steps = _steps(found.phi, _REACH)
    crossed = _excess(steps, found.beside_steps(), tail) < 0
    first = np.argmax(crossed, axis=1)
    limit = np.where(crossed.any(axis=1), found.phi, np.inf)
    at = np.flatnonzero(first > 0)
    limit[at] = _between(found.at(at), tail, steps[at, first[at] - 1], steps[at, first[at]])
    return limit


def _steps(phi: Floats, reach: float) -> Floats:
    """Logarithms of φ from the estimates outwards, with that of 1 among them where it is passed, a row per group.

    Chance alone is where the excess has its turning point; between two steps it could go unseen.
    """
    near = np.log(phi)[:, None]
    steps = near + np.linspace(0, reach, _STEPS)
    whole = np.sort(np.hstack([steps, np.clip(0.0, steps.min(axis=1), steps.max(axis=1))[:, None]]), axis=1)
    return whole if reach > 0 else whole[:, ::-1]


def _between(found: _Pearson, tail: float, one: Floats, other: Floats) -> Floats:
    """φ where the excess crosses zero between two logarithms."""

    def gap(log_phi: Floats, *terms: Floats) -> Floats:
        return _excess(log_phi, _Pearson(*terms), tail)

    columns = (found.phi, found.df, found.variance, found.by_mean)
    return np.exp(crossings(gap, np.minimum(one, other), np.maximum(one, other), *columns))


def _least(rows: CellRows) -> Floats:
    """The least ``X²`` above 0 when counts equal their means: one event moved between the two largest of a cell."""
    means = rows.means
    falling = means[np.lexsort((-means, rows.cell))]
    several = np.flatnonzero(rows.by_cell(means > 0) > 1)
    first = np.searchsorted(rows.cell, several)
    least = np.full(rows.groups, np.inf)
    np.minimum.at(least, rows.group[several], 1 / falling[first] + 1 / falling[first + 1])
    return least


def _excess(log_phi: Floats, found: _Pearson, tail: float) -> Floats:
    """The probability of a smaller ``X²`` at a given φ, less ``tail``."""
    at = np.exp(log_phi)
    # Gamma–Poisson counts have a fourth cumulant of (6φ² - 6φ + 1) / (φ mean) variances squared, Poisson 1 / mean.
    above_one = np.maximum(at, 1.0)
    variance = found.variance + ((6 * above_one**2 - 6 * above_one + 1) / above_one - 1) * found.by_mean
    effective = 2 * found.df**2 / variance
    return np.asarray(special.chdtr(effective, found.phi * effective / at) - tail)


def _spread(known: NDArray[np.bool_], numbers: Floats) -> Floats:
    """The numbers of the known groups in their places, nan in the others."""
    found = np.full(known.shape, np.nan)
    found[known] = numbers
    return found
