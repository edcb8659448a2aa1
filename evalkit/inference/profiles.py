"""Limits of one coefficient of log-linear models by their profile likelihood, many models at once.

With few events the likelihood of a log ratio is skewed, and an interval of so many errors to each side is too wide on
one side and too narrow on the other.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evalkit.inference import stacks
from evalkit.inference.intervals import Floats
from evalkit.inference.roots import crossings_beyond
from evalkit.inference.stacks import Stack, StackFit

_FIRST_STEP = 0.1
"""How far the search goes first from an interval's normal limit, as a share of its half width."""


@dataclass(frozen=True, slots=True, eq=False)
class Profiles:
    """The profiles of the coefficient of ``term`` in Poisson models ``fit`` to ``stack``, with a dispersion for each.

    Source: Venzon and Moolgavkar 1988, Applied Statistics 37:87-94; with a dispersion McCullagh and Nelder 1989,
    Generalized Linear Models, 2nd ed., section 9.2 (quasi-likelihood). ``confint`` of a quasi-Poisson ``glm`` in R has
    the same profile, but normal quantiles.

    Examples
    --------
    >>> import numpy as np
    >>> from evalkit.inference.profiles import Profiles
    >>> from evalkit.inference.stacks import Stack, fitted
    >>> rows = Stack(np.array([[[1.0, 0], [1, 0], [1, 1], [1, 1]]]), np.array([[4.0, 6, 11, 9]]), np.zeros((1, 4)))
    >>> low, high = Profiles(rows, fitted(rows), 1, np.ones(1)).limits(np.array([1.959964]), np.array([0.387298]))
    >>> low.round(4).tolist(), high.round(4).tolist()
    ([-0.043], [1.4942])
    """

    stack: Stack
    fit: StackFit
    term: int
    dispersion: Floats

    def roots(self, values: Floats) -> Floats:
        """The signed roots of the deviance that the given coefficients add, over the dispersion: t statistics.

        Shape ``(groups,)``; nan where the iteration does not end.
        """
        start = np.delete(self.fit.coefficients, self.term, axis=1)
        return self._roots(values, np.arange(values.size), start)

    def limits(self, steps: Floats, std_error: Floats) -> tuple[Floats, Floats]:
        """Where the roots are ``steps`` above and below 0; the search begins so many errors from the estimate.

        Shape ``(groups,)``; nan where none is found.
        """
        return self._limits(steps, std_error), self._limits(-steps, std_error)

    def _limits(self, targets: Floats, std_error: Floats) -> Floats:
        # Where the other coefficients were best last: the next value held is near it.
        latest = np.delete(self.fit.coefficients, self.term, axis=1)

        def gap(values: Floats, groups: NDArray[np.intp]) -> Floats:
            return self._roots(values, groups, latest) - targets[groups]

        best, steps = self.fit.coefficients[:, self.term], targets * std_error
        known = np.flatnonzero(np.isfinite(steps) & (steps != 0) & self.fit.is_found)
        found = np.full(steps.shape, np.nan)
        first_step = np.abs(steps[known]) * _FIRST_STEP
        found[known] = crossings_beyond(gap, (best - steps)[known], known, first_step=first_step)
        return found

    def _roots(self, values: Floats, groups: NDArray[np.intp], latest: Floats) -> Floats:
        found = stacks.fitted(self.stack.at(groups).held(self.term, values), latest[groups])
        latest[groups] = np.where(found.is_found[:, None], found.coefficients, latest[groups])
        lost = 2 * (self.fit.log_likelihood[groups] - found.log_likelihood) / self.dispersion[groups]
        ahead = np.sign(self.fit.coefficients[groups, self.term] - values)
        return np.where(found.is_found, ahead * np.sqrt(np.maximum(lost, 0.0)), np.nan)
