"""The wild cluster bootstrap under the null: what t would be, were each cluster's residuals to change sign or size.

The draws are never refitted. With the effects and other terms taken out, a bootstrap coefficient is a sum over clusters
of multiplier times ``a``, and a bootstrap cluster score is ``multiplier · a - C multipliers``, where ``a`` has one
number per cluster and ``C`` is clusters × clusters. In a linear model both are linear in the null value, so that a test
of every null value costs one pass over the draws and the interval is found by inverting the test itself.

A log-linear model is taken at its fit under the null: working residuals are resampled and one step of the iteration is
taken from there, which resamples scores instead of counts.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evalkit import refusals
from evalkit.inference import fixed_effects, wild_weights
from evalkit.inference.absorbing import Absorber, Effects, Whole, sums_of
from evalkit.inference.cluster_robust import LEAST_PER_SIDE, Counted, covariance, places, sides
from evalkit.inference.fixed_effects import Fit
from evalkit.inference.intervals import Counts, Floats
from evalkit.inference.multiplicity import lowered
from evalkit.inference.wild_weights import Weights
from evalkit.statements import Statement

_MOST_DOUBLINGS = 12
_NARROWINGS = 50
_NARROWINGS_REFITTED = 10


@dataclass(frozen=True, slots=True)
class Wild:
    """What the bootstrap found about one coefficient.

    Attributes
    ----------
    estimate, t
        The coefficient and its t under the null, with the CR1 error (for counts: of the one step from the null).
    p_value
        Two-sided in ``abs(t)``; draws as extreme as the data are counted, the data among them.
    p_without_ties
        The share of draws more extreme than the data: what some programs report. Never to be headlined.
    attainable
        The smallest p that the draws can give.
    low, high
        The null values that the test does not reject; infinite when it cannot reject any.
    draws, enumerated, clusters
        How many, whether they are all that exist, and the number of clusters.
    """

    estimate: float
    t: float
    p_value: float
    p_without_ties: float
    attainable: float
    low: float
    high: float
    draws: int
    enumerated: bool
    clusters: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheme:
    """How to draw: at most ``draws`` sets of multipliers, all that exist when they are no more."""

    weights: Weights = Weights.RADEMACHER
    draws: int = 9999
    seed: int = 1
    conf_level: float = 0.95
    interval: bool = True


_USUAL = Scheme()


def linear(
    fit: Fit,
    term: int,
    clusters: Whole,
    treated: NDArray[np.bool_],
    *,
    null: float = 0.0,
    scheme: Scheme = _USUAL,
) -> Wild | Statement:
    """The restricted wild cluster bootstrap of a coefficient of a linear fit.

    Parameters
    ----------
    fit, term
        A fit by :func:`evalkit.inference.fixed_effects.linear` and which of its terms.
    clusters, treated
        Shape ``(rows,)``: the cluster of each row, and whether it is treated.
    null
        The coefficient that is tested.
    scheme
        Multipliers, draws, seed, level, and whether to work out the interval.

    Returns
    -------
    Wild or Statement
        Refused with fewer than two treated or two untreated clusters, where the bootstrap all but never rejects (or,
        unrestricted, nearly always does).

    Source: Cameron, Gelbach and Miller 2008, Review of Economics and Statistics 90:414-427; MacKinnon and Webb 2017,
    Journal of Applied Econometrics 32:233-254; Roodman, Nielsen, MacKinnon and Webb 2019, Stata Journal 19:4-60.

    Examples
    --------
    >>> import numpy as np
    >>> from evalkit.inference import fixed_effects, wild_cluster
    >>> from evalkit.inference.absorbing import Effects
    >>> unit, period = np.repeat(np.arange(8), 4), np.tile(np.arange(4), 8)
    >>> treated = (unit < 4) & (period > 1)
    >>> values = np.random.default_rng(3).normal(size=32) + 3 * treated
    >>> fit = fixed_effects.linear(values, treated[:, None].astype(float), Effects.of(unit, period))
    >>> found = wild_cluster.linear(fit, 0, unit, treated)
    >>> found.enumerated, found.draws, found.p_value, found.low < found.estimate < found.high
    (True, 256, 0.0078125, True)
    """
    members = _checked(fit, term, clusters, treated)
    if isinstance(members, Statement):
        return members
    tested = _Tested.of(fit, term, members)
    centre = tested.parts(fit.residuals)
    away = tested.parts(tested.alone)
    draws = _quadratics(centre, away, scheme, tested.clusters)
    estimate = float(fit.coefficients[term])
    error = math.sqrt(float(covariance(fit, members, Counted.NONE)[0][tested.place, tested.place]))

    def tried(value: float) -> _Tried:
        return _Tried((estimate - value) / error, draws.t(value - estimate, error))

    return _found(tried, estimate, error, null=null, scheme=scheme, clusters=tested.clusters, narrowings=_NARROWINGS)


def poisson(
    counts: Counts | Floats,
    matrix: Floats,
    effects: Effects,
    *,
    term: int,
    clusters: Whole,
    treated: NDArray[np.bool_],
    offset: Floats | None = None,
    null: float = 0.0,
    scheme: Scheme = _USUAL,
) -> Wild | Statement:
    """The restricted wild bootstrap of the scores of a log-linear model.

    The model is fitted with the coefficient held at the null; working residuals ``(y - μ)/μ`` are multiplied by cluster
    and regressed on everything with weights μ, as is the unmultiplied column. The interval fits the model anew at each
    null value that is tried.

    Parameters
    ----------
    counts, matrix, effects, offset
        As for :func:`evalkit.inference.fixed_effects.poisson`.
    term, clusters, treated, null, scheme
        As for :func:`linear`.

    Source: Kline and Santos 2012, Journal of Econometric Methods 1:23-41; Roodman et al. 2019, section 7.2.

    Examples
    --------
    >>> import numpy as np
    >>> from evalkit.inference import wild_cluster
    >>> from evalkit.inference.absorbing import Effects
    >>> unit, period = np.repeat(np.arange(8), 4), np.tile(np.arange(4), 8)
    >>> treated = (unit < 4) & (period > 1)
    >>> counts = np.random.default_rng(3).poisson(np.where(treated, 60, 30))
    >>> matrix, effects = treated[:, None].astype(float), Effects.of(unit, period)
    >>> found = wild_cluster.poisson(counts, matrix, effects, term=0, clusters=unit, treated=treated)
    >>> found.p_value, bool(found.low < np.log(2) < found.high)
    (0.0078125, True)
    """
    whole = fixed_effects.poisson(counts, matrix, effects, offset=offset)
    if isinstance(whole, Statement):
        return whole
    members = _checked(whole, term, clusters, treated)
    if isinstance(members, Statement):
        return members
    rows, numbers = whole.used, np.asarray(counts, dtype=float)
    known, column = whole.effects, matrix[rows, term]
    others = np.delete(matrix[rows], term, axis=1)
    base = np.zeros(int(rows.sum())) if offset is None else offset[rows]
    estimate = float(whole.coefficients[term])
    error = math.sqrt(float(covariance(whole, members, Counted.NONE)[0][_place(whole, term), _place(whole, term)]))

    def tried(value: float) -> _Tried | None:
        under = fixed_effects.poisson(numbers[rows], others, known, offset=base + value * column)
        if isinstance(under, Statement) or not under.used.all():
            return None
        tested = _Tested.at(under, column, members)
        parts = tested.parts(under.residuals)
        observed = parts.t(np.ones((1, tested.clusters)))
        chunks = _chunks(scheme, tested.clusters)
        return _Tried(float(observed[0]), np.concatenate([parts.t(chunk) for chunk in chunks]))

    return _found(
        tried,
        estimate,
        error,
        null=null,
        scheme=scheme,
        clusters=int(members.max()) + 1,
        narrowings=_NARROWINGS_REFITTED,
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Tried:
    """t of the data and of each draw, at one null value."""

    observed: float
    drawn: Floats

    def p_value(self, *, enumerated: bool) -> float:
        """Ties counted."""
        extreme = int((np.abs(self.drawn) >= self.least).sum())
        return extreme / self.drawn.size if enumerated else (1 + extreme) / (1 + self.drawn.size)

    @property
    def least(self) -> float:
        """What a draw must reach to be as extreme."""
        return float(lowered(np.abs(np.array([self.observed])))[0])

    @property
    def without_ties(self) -> float:
        """The share of draws beyond the data."""
        return float((np.abs(self.drawn) > 2 * abs(self.observed) - self.least).mean())


@dataclass(frozen=True, slots=True, eq=False)
class _Parts:
    """For one column of residuals: ``a`` of shape ``(clusters,)``, ``C`` of shape ``(clusters, clusters)``."""

    sums: Floats
    spill: Floats

    def scores(self, chunk: Floats) -> Floats:
        """Bootstrap cluster scores, shape ``(draws, clusters)``."""
        return np.asarray(chunk * self.sums - chunk @ self.spill.T)

    def t(self, chunk: Floats) -> Floats:
        """The coefficient over its error with the factor ``G/(G-1)``; shape ``(draws,)``."""
        clusters = self.sums.size
        spread = np.sqrt((self.scores(chunk) ** 2).sum(axis=1) * clusters / (clusters - 1))
        return _ratio(chunk @ self.sums, spread)


@dataclass(frozen=True, slots=True, eq=False)
class _Tested:
    """The term that is tested, with everything else taken out of it, and how to take apart a column by cluster."""

    alone: Floats
    matrix: Floats
    bread: Floats
    absorber: Absorber
    members: Whole
    clusters: int
    place: int

    @classmethod
    def of(cls, fit: Fit, term: int, members: Whole) -> _Tested:
        place = _place(fit, term)
        return cls._made(fit, fit.matrix, fit.bread, place, members)

    @classmethod
    def at(cls, under: Fit, column: Floats, members: Whole) -> _Tested:
        """The column beside a fit that was made without it."""
        left = Absorber.of(under.effects, under.weights).left(column)
        matrix = np.column_stack([under.matrix, left])
        bread = np.asarray(np.linalg.inv(matrix.T @ (under.weights[:, None] * matrix)), dtype=np.float64)
        return cls._made(under, matrix, bread, matrix.shape[1] - 1, members)

    @classmethod
    def _made(cls, fit: Fit, matrix: Floats, bread: Floats, place: int, members: Whole) -> _Tested:
        alone = matrix @ bread[:, place] / bread[place, place]
        absorber = Absorber.of(fit.effects, fit.weights)
        return cls(alone, matrix, bread, absorber, members, int(members.max()) + 1, place)

    def parts(self, residuals: Floats) -> _Parts:
        groups = sums_of(self.members, self.clusters)
        weighted = self.absorber.weights * self.alone
        spill = self.absorber.cross(self.alone, residuals, groups)
        mine = groups @ (self.matrix * weighted[:, None])
        theirs = groups @ (self.matrix * (self.absorber.weights * residuals)[:, None])
        return _Parts(np.asarray(groups @ (weighted * residuals)), np.asarray(spill + mine @ self.bread @ theirs.T))


@dataclass(frozen=True, slots=True, eq=False)
class _Quadratics:
    """Of each draw, coefficient and squared error as polynomials of the distance from the estimate to the null."""

    top: tuple[Floats, Floats]
    spread: tuple[Floats, Floats, Floats]
    factor: float

    def t(self, distance: float, error: float) -> Floats:
        # At the ends of the line the squares of the distance rule; scaled by it, nothing overflows.
        scale = max(abs(distance), error)
        centre, away = 1 / scale, distance / scale
        top = self.top[0] * centre - self.top[1] * away
        square = self.spread[0] * centre**2 - 2 * self.spread[1] * centre * away + self.spread[2] * away**2
        return _ratio(top, np.sqrt(np.maximum(square * self.factor, 0.0)))


def _quadratics(centre: _Parts, away: _Parts, scheme: Scheme, clusters: int) -> _Quadratics:
    tops, squares = [], []
    for chunk in _chunks(scheme, clusters):
        first, second = centre.scores(chunk), away.scores(chunk)
        tops.append(np.column_stack([chunk @ centre.sums, chunk @ away.sums]))
        pairs = ((first, first), (first, second), (second, second))
        squares.append(np.column_stack([np.einsum("ij,ij->i", left, right) for left, right in pairs]))
    top, square = np.concatenate(tops), np.concatenate(squares)
    return _Quadratics((top[:, 0], top[:, 1]), (square[:, 0], square[:, 1], square[:, 2]), clusters / (clusters - 1))


def _found(
    tried: Callable[[float], _Tried | None],
    estimate: float,
    error: float,
    *,
    null: float,
    scheme: Scheme,
    clusters: int,
    narrowings: int,
) -> Wild | Statement:
    at_null = tried(null)
    if at_null is None or not error > 0:
        return refusals.not_converged()
    every = wild_weights.number(scheme.weights, clusters)
    exact = every <= scheme.draws

    def p_value(value: float) -> float:
        found = tried(value)
        # Where the model cannot be held at the value it is no rival to the estimate.
        return 0.0 if found is None else found.p_value(enumerated=exact)

    attainable = 2 / every if exact else 1 / (1 + scheme.draws)
    level = 1 - scheme.conf_level
    ends = (-math.inf, math.inf)
    if scheme.interval and attainable <= level:
        ends = (_end(p_value, estimate, -error, level, narrowings), _end(p_value, estimate, error, level, narrowings))
    return Wild(
        estimate=estimate,
        t=at_null.observed,
        p_value=max(at_null.p_value(enumerated=exact), attainable),
        p_without_ties=at_null.without_ties,
        attainable=attainable,
        low=ends[0],
        high=ends[1],
        draws=at_null.drawn.size,
        enumerated=exact,
        clusters=clusters,
    )


def _end(p_value: Callable[[float], float], estimate: float, step: float, level: float, narrowings: int) -> float:
    """Where p first falls to the level, going outwards from the estimate in steps of two errors, then doubled."""
    inside, reach = estimate, 2.0
    for _ in range(_MOST_DOUBLINGS):
        outside = estimate + reach * step
        if p_value(outside) <= level:
            break
        inside, reach = outside, reach * 1.5
    else:
        return math.copysign(math.inf, step)
    for _ in range(narrowings):
        middle = (inside + outside) / 2
        inside, outside = (inside, middle) if p_value(middle) <= level else (middle, outside)
    # The outer of the two: the interval is never too short.
    return outside


def _chunks(scheme: Scheme, clusters: int) -> list[Floats]:
    if wild_weights.number(scheme.weights, clusters) <= scheme.draws:
        return list(wild_weights.enumerated(scheme.weights, clusters))
    generator = np.random.default_rng(scheme.seed)
    return list(wild_weights.drawn(scheme.weights, clusters, scheme.draws, generator))


def _checked(fit: Fit, term: int, clusters: Whole, treated: NDArray[np.bool_]) -> Whole | Statement:
    """The clusters of the rows used, as places."""
    if fit.place(term) is None:
        return refusals.not_told_apart()
    members = places(clusters[fit.used])
    if min(sides(members, treated[fit.used])) < LEAST_PER_SIDE:
        return refusals.one_treated_cluster()
    return members


def _place(fit: Fit, term: int) -> int:
    return int(np.flatnonzero(fit.kept == term)[0])


def _ratio(top: Floats, spread: Floats) -> Floats:
    # A draw without any spread is as extreme as can be, unless nothing moved either.
    with np.errstate(divide="ignore", invalid="ignore"):
        found = top / spread
    return np.where(np.isnan(found), 0.0, found)
