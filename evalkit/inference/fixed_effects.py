"""Regression with two sets of fixed effects: log-linear for counts, linear for other numbers.

The effects are taken out exactly (:mod:`evalkit.inference.absorbing`), so only the terms' coefficients are worked out,
and with them what robust errors and the wild bootstrap need. A fit is of rows that have a say; what was left out is
counted.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, special

from evalkit import refusals
from evalkit.inference import loglinear
from evalkit.inference.absorbing import Absorber, Effects, Layout
from evalkit.inference.effect_separation import informative, separated
from evalkit.inference.intervals import Counts, Floats
from evalkit.inference.loglinear import NotConvergedError
from evalkit.inference.terms import Terms, independent
from evalkit.statements import Statement

_MOST_STEPS, _MOST_HALVINGS = 100, 30
_CLOSE = 1e-16
"""The square of the relative change of fitted means at which the iteration ends."""
_VANISHING = 1e-6
"""A row without events whose mean is below this share of the average may be running off to zero."""
_MOST_LOG = 300.0


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What had no say: units and cells (periods) with only zeros, rows in them, and rows separated otherwise."""

    units: int = 0
    cells: int = 0
    rows: int = 0
    separated: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """Coefficients, and the last weighted regression of the iteration.

    Attributes
    ----------
    coefficients
        Shape ``(terms,)``; nan where the data cannot tell one.
    kept
        The places of the terms that were fitted: those that do not follow from effects and other terms.
    matrix
        What the effects leave of the kept terms, shape ``(rows used, kept)``.
    bread
        ``(matrix' W matrix)⁻¹``, shape ``(kept, kept)``: the covariance under the model, with φ or σ² taken as 1.
    weights, residuals
        Shape ``(rows used,)``. A row's score is its terms times weight times residual: for counts ``(y - μ)/μ``
        with weight μ, for the negative binomial with ``μ/(1 + αμ)``, otherwise ``y - fitted`` with the weight given.
    means
        Fitted, shape ``(rows used,)``.
    effects, used
        The effects of the rows used, and which of the rows given they are.
    left_out, steps
        What had no say, and how many steps the iteration took.
    phi
        Pearson's dispersion (the residual variance of a linear fit); nan without degrees of freedom.
    alpha
        The negative binomial's: the variance is ``mean + alpha mean²``; else 0.
    """

    coefficients: Floats
    kept: NDArray[np.intp]
    matrix: Floats
    bread: Floats
    weights: Floats
    residuals: Floats
    means: Floats
    effects: Effects
    used: NDArray[np.bool_]
    left_out: LeftOut
    steps: int
    phi: float
    alpha: float = 0.0

    @property
    def rank(self) -> int:
        """All free parameters: effects and terms."""
        return self.effects.rank + self.kept.size

    @property
    def df(self) -> int:
        """Residual degrees of freedom when everything is counted."""
        return self.means.size - self.rank

    @property
    def scores(self) -> Floats:
        """Each row's part in the estimating equations, shape ``(rows used, kept)``."""
        return np.asarray(self.matrix * (self.weights * self.residuals)[:, None])

    def place(self, term: int) -> int | None:
        """Where a term stands among those kept; ``None`` when the data cannot tell its coefficient."""
        if math.isnan(self.coefficients[term]):
            return None
        return int(np.flatnonzero(self.kept == term)[0])


@dataclass(frozen=True, slots=True, eq=False)
class _Data:
    """Rows that have a say."""

    counts: Floats
    matrix: Floats
    effects: Effects
    offset: Floats


def linear(values: Floats, matrix: Floats, effects: Effects, *, weights: Floats | None = None) -> Fit:
    """Weighted least squares.

    Parameters
    ----------
    values
        Shape ``(rows,)``.
    matrix
        The terms, shape ``(rows, terms)``; no constant, which the effects contain.
    effects
        Of units and periods; :meth:`Effects.constant` for an ordinary regression.
    weights
        Shape ``(rows,)``, above 0.

    Source: Frisch and Waugh 1933, Econometrica 1:387-401; Wooldridge 2010, Econometric Analysis of Cross Section and
    Panel Data, section 10.5.

    Examples
    --------
    >>> import numpy as np
    >>> from evalkit.inference import fixed_effects
    >>> from evalkit.inference.absorbing import Effects
    >>> treated = np.array([[0.0], [1], [0], [0]])
    >>> effects = Effects.of([0, 0, 1, 1], [0, 1, 0, 1])
    >>> fixed_effects.linear(np.array([1.0, 6, 2, 3]), treated, effects).coefficients.round(9).tolist()
    [4.0]
    """
    weighed = np.ones(len(values)) if weights is None else weights
    absorber = Absorber.of(effects, weighed)
    left, outcome = absorber.left(matrix), absorber.left(values)
    root = np.sqrt(weighed)[:, None]
    terms = independent(left * root, np.linalg.norm(matrix * root, axis=0))
    within = left[:, terms.kept]
    coefficients, bread = _solved(within, outcome, weighed)
    residuals = outcome - within @ coefficients
    df = len(values) - effects.rank - terms.kept.size
    return Fit(
        coefficients=_told(coefficients, terms),
        kept=terms.kept,
        matrix=within,
        bread=bread,
        weights=weighed,
        residuals=residuals,
        means=values - residuals,
        effects=effects,
        used=np.ones(len(values), dtype=bool),
        left_out=LeftOut(),
        steps=1,
        phi=float(weighed @ residuals**2) / df if df > 0 else math.nan,
    )


def poisson(
    counts: Counts | Floats, matrix: Floats, effects: Effects, *, offset: Floats | None = None, alpha: float = 0.0
) -> Fit | Statement:
    """Poisson pseudo maximum likelihood: right for any numbers from 0 whose mean is log-linear, whatever their spread.

    Units and periods without events are left out and counted, as are rows that a term separates; a term that loses
    its last row with them has no coefficient.

    Parameters
    ----------
    counts
        Numbers from 0, shape ``(rows,)``.
    matrix
        The terms, shape ``(rows, terms)``; no constant.
    effects
        Of units and periods, or of units and each region's periods.
    offset
        The logarithm of the exposure, shape ``(rows,)``; 0 when left out.
    alpha
        Above 0, a negative binomial of known alpha instead.

    Returns
    -------
    Fit or Statement
        A refusal when there are no events, or when the iteration does not end.

    Source: Santos Silva and Tenreyro 2006, Review of Economics and Statistics 88:641-658; Correia, Guimarães and
    Zylkin 2020, Stata Journal 20:95-115, for the iteration.

    Examples
    --------
    >>> import numpy as np
    >>> from evalkit.inference import fixed_effects
    >>> from evalkit.inference.absorbing import Effects
    >>> treated = np.array([[0.0], [1], [0], [0]])
    >>> effects = Effects.of([0, 0, 1, 1], [0, 1, 0, 1])
    >>> found = fixed_effects.poisson(np.array([10, 40, 30, 60]), treated, effects)
    >>> np.exp(found.coefficients).round(9).tolist()
    [2.0]
    """
    numbers = np.asarray(counts, dtype=float)
    base = np.zeros(numbers.size) if offset is None else offset
    if not numbers.any():
        return refusals.no_events()
    used = informative(effects, numbers)
    left_out = LeftOut(*_emptied(effects, used), int((~used).sum()))
    try:
        data = _rows(numbers, matrix, effects, base, used)
        found = _iterated(data, alpha)
        zero = data.counts == 0
        if (found.means[zero] < _VANISHING * data.counts.mean()).any():
            apart = separated(data.effects, data.matrix, data.counts)
            if apart.any():
                used[np.flatnonzero(used)[apart]] = False
                left_out = LeftOut(left_out.units, left_out.cells, left_out.rows, int(apart.sum()))
                data = _rows(numbers, matrix, effects, base, used)
                found = _iterated(data, alpha)
    except NotConvergedError:
        return refusals.not_converged()
    return _finished(data, found, used, left_out, alpha)


def negative_binomial(
    counts: Counts | Floats, matrix: Floats, effects: Effects, *, offset: Floats | None = None
) -> Fit | Statement:
    """The NB2 model with fixed effects, alpha by maximum likelihood; Poisson when counts vary no more than that.

    The effects are parameters as any other. Alpha is then estimated too low when there are few periods, which robust
    errors mend and the model's own do not.

    Parameters
    ----------
    counts, matrix, effects, offset
        As for :func:`poisson`.

    Source: Cameron and Trivedi 2013, Regression Analysis of Count Data, 2nd ed., section 3.3; Allison and Waterman
    2002, Sociological Methodology 32:247-265, for effects as dummies.

    Examples
    --------
    >>> import numpy as np
    >>> from evalkit.inference import fixed_effects
    >>> from evalkit.inference.absorbing import Effects
    >>> treated = np.array([[0.0], [1], [0], [0], [0], [0]])
    >>> effects = Effects.of([0, 0, 1, 1, 2, 2], [0, 1, 0, 1, 0, 1])
    >>> found = fixed_effects.negative_binomial(np.array([10, 40, 30, 90, 80, 40]), treated, effects)
    >>> found.alpha > 0
    True
    """
    start = poisson(counts, matrix, effects, offset=offset)
    if isinstance(start, Statement):
        return start
    used = np.asarray(counts, dtype=float)[start.used]
    moment = 2 * loglinear.slope_at_zero(used, start.means) / float(np.sum(start.means**2))
    if moment <= 0:
        return start

    def slope(log_alpha: float) -> float:
        fitted = poisson(counts, matrix, effects, offset=offset, alpha=math.exp(log_alpha))
        if isinstance(fitted, Statement):
            raise NotConvergedError
        return loglinear.slope_by_alpha(
            np.asarray(counts, dtype=float)[fitted.used], fitted.means, math.exp(-log_alpha)
        )

    try:
        below, above = loglinear.bracket(slope, math.log(moment))
        alpha = math.exp(optimize.brentq(slope, below, above, xtol=1e-11))
    except NotConvergedError:
        return refusals.not_converged()
    return poisson(counts, matrix, effects, offset=offset, alpha=alpha)


@dataclass(frozen=True, slots=True, eq=False)
class _Iterated:
    coefficients: Floats
    terms: Terms
    layout: Layout
    means: Floats
    steps: int


def _iterated(data: _Data, alpha: float) -> _Iterated:
    """Iteratively reweighted least squares, each step halved until the deviance does not rise."""
    layout = Layout.of(data.effects)
    terms = independent(
        layout.weighted(np.ones(data.counts.size)).left(data.matrix), np.linalg.norm(data.matrix, axis=0)
    )
    matrix = data.matrix[:, terms.kept]
    exposed = np.exp(data.offset)
    log_means = np.log((data.counts + exposed * data.counts.sum() / exposed.sum()) / 2)
    deviance = math.inf
    for step in range(1, _MOST_STEPS + 1):
        means = np.exp(log_means)
        weights = means / (1 + alpha * means)
        working = log_means - data.offset + (data.counts - means) / means
        left = layout.weighted(weights).left(np.column_stack([working, matrix]))
        coefficients, _ = _solved(left[:, 1:], left[:, 0], weights)
        aim = data.offset + working - (left[:, 0] - left[:, 1:] @ coefficients)
        new, lower = _descended(data.counts, log_means, np.minimum(aim, _MOST_LOG), deviance, alpha)
        change = float(weights @ (new - log_means) ** 2)
        log_means, deviance = new, lower
        if change <= _CLOSE * float(weights.sum()):
            return _Iterated(coefficients, terms, layout, np.exp(log_means), step)
    raise NotConvergedError


def _descended(counts: Floats, start: Floats, aim: Floats, deviance: float, alpha: float) -> tuple[Floats, float]:
    for _ in range(_MOST_HALVINGS):
        found = _deviance(counts, aim, alpha)
        if found <= deviance + 1e-10 * (1 + abs(found)):
            return aim, found
        aim = (start + aim) / 2
    raise NotConvergedError


def _deviance(counts: Floats, log_means: Floats, alpha: float) -> float:
    """Minus twice the log likelihood, without what does not depend on the means."""
    means = np.exp(log_means)
    if alpha == 0:
        return float(2 * (means.sum() - counts @ log_means))
    return float(2 * np.sum((counts + 1 / alpha) * np.log1p(alpha * means) - special.xlogy(counts, means)))


def _finished(data: _Data, found: _Iterated, used: NDArray[np.bool_], left_out: LeftOut, alpha: float) -> Fit:
    means = found.means
    weights = means / (1 + alpha * means)
    matrix = found.layout.weighted(weights).left(data.matrix[:, found.terms.kept])
    residuals = (data.counts - means) / means
    df = means.size - data.effects.rank - found.terms.kept.size
    return Fit(
        coefficients=_told(found.coefficients, found.terms),
        kept=found.terms.kept,
        matrix=matrix,
        bread=_inverse(matrix, weights),
        weights=weights,
        residuals=residuals,
        means=means,
        effects=data.effects,
        used=used,
        left_out=left_out,
        steps=found.steps,
        phi=float(weights @ residuals**2) / df if df > 0 else math.nan,
        alpha=alpha,
    )


def _rows(counts: Floats, matrix: Floats, effects: Effects, offset: Floats, used: NDArray[np.bool_]) -> _Data:
    return _Data(counts[used], matrix[used], effects.kept(used), offset[used])


def _emptied(effects: Effects, used: NDArray[np.bool_]) -> tuple[int, int]:
    """How many units and cells have no row left."""
    left = [int(np.count_nonzero(np.bincount(places[used]))) for places in (effects.unit, effects.cell)]
    return effects.units - left[0], effects.cells - left[1]


def _solved(matrix: Floats, outcome: Floats, weights: Floats) -> tuple[Floats, Floats]:
    bread = _inverse(matrix, weights)
    return bread @ (matrix.T @ (weights * outcome)), bread


def _inverse(matrix: Floats, weights: Floats) -> Floats:
    try:
        return np.asarray(np.linalg.inv(matrix.T @ (weights[:, None] * matrix)))
    except np.linalg.LinAlgError as fault:
        raise NotConvergedError from fault


def _told(coefficients: Floats, terms: Terms) -> Floats:
    found = np.full(terms.told.size, np.nan)
    found[terms.kept] = coefficients
    return np.where(terms.told, found, np.nan)
