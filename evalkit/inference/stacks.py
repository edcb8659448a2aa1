"""Poisson regressions of many groups at once: stacked matrices with as many terms, fitted together by Newton's method.

One regression after another spends its time between the calculations, not in them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evalkit.inference.intervals import Floats

NOWHERE = -1e4
"""The offset of a place without a row: its mean is exactly 0."""
# Where the means are far too large a step takes them down by a factor of e, and no more.
_MOST_STEPS, _MOST_HALVINGS = 500, 40
# A step within these leaves the next, which is its square, without any digit that counts.
_LITTLE_GAIN, _ROUNDING = 1e-11, 1e-11
_LONGEST_STEP = 8.0


@dataclass(frozen=True, slots=True, eq=False)
class Stack:
    """Regressions side by side, each with as many places for rows as the longest needs.

    Attributes
    ----------
    matrix
        The terms, shape ``(groups, rows, terms)``; 0 where there is no row.
    counts
        Events, shape ``(groups, rows)``; 0 where there is no row.
    offset
        The logarithm of the exposure, shape ``(groups, rows)``; ``NOWHERE`` where there is no row.
    """

    matrix: Floats
    counts: Floats
    offset: Floats

    @property
    def is_row(self) -> NDArray[np.bool_]:
        """Where there is a row."""
        return self.offset > NOWHERE

    @property
    def df(self) -> NDArray[np.int64]:
        """Residual degrees of freedom, shape ``(groups,)``."""
        return np.asarray(self.is_row.sum(axis=1) - self.matrix.shape[2], dtype=np.int64)

    def at(self, groups: NDArray[np.intp]) -> Stack:
        """Some of the groups."""
        if groups.size == self.counts.shape[0]:
            return self
        return Stack(self.matrix[groups], self.counts[groups], self.offset[groups])

    def held(self, term: int, values: Floats) -> Stack:
        """With the coefficient of one term held at a value for each group, and the term gone."""
        offset = np.where(self.is_row, self.offset + values[:, None] * self.matrix[:, :, term], NOWHERE)
        return Stack(np.delete(self.matrix, term, axis=2), self.counts, offset)

    def linear(self, coefficients: Floats) -> Floats:
        """The logarithms of the means, shape ``(groups, rows)``."""
        return np.asarray(self.offset + (self.matrix @ coefficients[:, :, None])[:, :, 0])

    def crossed(self, weights: Floats) -> Floats:
        """The matrix times itself under weights of the rows, shape ``(groups, terms, terms)``."""
        return np.asarray(np.swapaxes(self.matrix, 1, 2) @ (self.matrix * weights[:, :, None]))

    def gathered(self, numbers: Floats) -> Floats:
        """Numbers of the rows times each term, added up, shape ``(groups, terms)``."""
        return np.asarray((numbers[:, None, :] @ self.matrix)[:, 0, :])


@dataclass(frozen=True, slots=True, eq=False)
class StackFit:
    """Coefficients and fitted means, with the log likelihood less what only depends on the counts.

    ``is_found`` tells where the iteration ended, shape ``(groups,)``.
    """

    coefficients: Floats
    means: Floats
    log_likelihood: Floats
    is_found: NDArray[np.bool_]

    def covariance(self, stack: Stack) -> Floats:
        """Under the model, shape ``(groups, terms, terms)``; nan where it is not found."""
        information = stack.crossed(self.means)
        terms = information.shape[1]
        return solved(information, np.broadcast_to(np.eye(terms), information.shape))


def fitted(stack: Stack, start: Floats | None = None, alpha: Floats | None = None) -> StackFit:
    """The Poisson fit of every regression, from coefficients near the answer when there are any.

    With ``alpha``, shape ``(groups,)`` and above 0, it is that of a negative binomial with variance
    ``mean + alpha mean²``. The logarithm of either likelihood is concave: a step that does not raise it is halved, and
    so the search ends wherever there is an answer.

    Source: McCullagh and Nelder 1989, Generalized Linear Models, 2nd ed., section 2.5.

    Examples
    --------
    >>> import numpy as np
    >>> from evalkit.inference.stacks import Stack, fitted
    >>> matrix = np.array([[[1.0, 0], [1, 0], [1, 1], [1, 1]]])
    >>> fitted(Stack(matrix, np.array([[4.0, 6, 11, 9]]), np.zeros((1, 4)))).coefficients.round(6).tolist()
    [[1.609438, 0.693147]]
    """
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        coefficients = _beginning(stack) if start is None else start.copy()
        means, value = _valued(stack, coefficients, alpha)
        lost = np.flatnonzero(~np.isfinite(value))
        if lost.size:
            # What was near the answer for other offsets can be beyond all numbers for these.
            part = stack.at(lost)
            coefficients[lost] = _beginning(part)
            means[lost], value[lost] = _valued(part, coefficients[lost], None if alpha is None else alpha[lost])
        found, left = np.zeros(value.size, dtype=bool), np.arange(value.size)
        for _ in range(_MOST_STEPS):
            part, own = stack.at(left), None if alpha is None else alpha[left]
            score, information = _score(part, means[left], own)
            step = solved(information, score[:, :, None])[:, :, 0]
            gain = np.abs(np.sum(score * step, axis=1))
            begun = (coefficients[left], value[left])
            coefficients[left], means[left], value[left] = _climbed(part, begun, step, own)
            found[left] = gain <= _LITTLE_GAIN
            left = left[~found[left] & np.isfinite(gain)]
            if not left.size:
                break
    return StackFit(coefficients, means, value, found & np.isfinite(value))


def _beginning(stack: Stack) -> Floats:
    """One weighted regression of the logarithms of counts moved towards their average."""
    is_row = stack.is_row
    average = stack.counts.sum(axis=1) / is_row.sum(axis=1)
    near = (stack.counts + average[:, None]) / 2
    weights = np.where(is_row, near, 0.0)
    working = np.where(is_row, np.log(near) - stack.offset + (stack.counts - near) / near, 0.0)
    return solved(stack.crossed(weights), stack.gathered(weights * working)[:, :, None])[:, :, 0]


def _score(stack: Stack, means: Floats, alpha: Floats | None) -> tuple[Floats, Floats]:
    """The first and the (negative) second derivative of the log likelihood by the coefficients."""
    if alpha is None:
        return stack.gathered(stack.counts - means), stack.crossed(means)
    own = alpha[:, None]
    weight = 1 / (1 + own * means)
    return (
        stack.gathered((stack.counts - means) * weight),
        stack.crossed(means * (1 + own * stack.counts) * weight**2),
    )


def _valued(stack: Stack, coefficients: Floats, alpha: Floats | None) -> tuple[Floats, Floats]:
    linear = stack.linear(coefficients)
    means = np.exp(linear)
    gained = np.where(stack.counts > 0, stack.counts * linear, 0.0)
    if alpha is None:
        return means, np.sum(gained - means, axis=1)
    own = alpha[:, None]
    return means, np.sum(gained - (stack.counts + 1 / own) * np.log1p(own * means), axis=1)


def _climbed(
    stack: Stack, begun: tuple[Floats, Floats], step: Floats, alpha: Floats | None
) -> tuple[Floats, Floats, Floats]:
    """The coefficients after a step that does not lower the likelihood, with means and likelihood there."""
    start, value = begun
    # Where the means are far too small a step would go beyond all numbers.
    farthest = np.abs((stack.matrix @ step[:, :, None])[:, :, 0]).max(axis=1)
    step = step * np.minimum(1.0, _LONGEST_STEP / np.maximum(farthest, _LONGEST_STEP))[:, None]
    lowest = value - _ROUNDING * (1 + np.abs(value))
    for _ in range(_MOST_HALVINGS):
        means, reached = _valued(stack, start + step, alpha)
        lower = ~(reached >= lowest) & np.isfinite(lowest)
        if not lower.any():
            break
        step = np.where(lower[:, None], step / 2, step)
    return start + step, means, reached


def solved(matrices: Floats, right: Floats) -> Floats:
    """What ``solve`` gives for every matrix, nan where a matrix has a number that is none."""
    broken = np.asarray(~np.isfinite(matrices).all(axis=(1, 2)))
    if broken.any():
        matrices = np.where(broken[:, None, None], np.eye(matrices.shape[1]), matrices)
        right = np.where(broken[:, None, None], np.nan, right)
    try:
        return np.asarray(np.linalg.solve(matrices, right))
    except np.linalg.LinAlgError:
        # One matrix without an inverse must not stop the others.
        return np.asarray(np.linalg.pinv(matrices, hermitian=True) @ right)
