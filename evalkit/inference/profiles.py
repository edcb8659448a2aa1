"""Limits of one coefficient of a log-linear model by its profile likelihood.

With few events the likelihood of a log ratio is skewed, and an interval of so many errors to each side is too wide on
one side and too narrow on the other.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import optimize

from evalkit.inference import loglinear
from evalkit.inference.loglinear import Fitted, Model


@dataclass(frozen=True, slots=True, eq=False)
class Profile:
    """The profile of the coefficient at ``place`` of a Poisson model ``fitted`` to ``rows``, with ``dispersion``.

    Source: Venzon and Moolgavkar 1988, Applied Statistics 37:87-94; with a dispersion McCullagh and Nelder 1989,
    Generalized Linear Models, 2nd ed., section 9.2 (quasi-likelihood). ``confint`` of a quasi-Poisson ``glm`` in R has
    the same profile, but normal quantiles.

    Examples
    --------
    >>> import numpy as np
    >>> from evalkit.inference.loglinear import Model, poisson
    >>> from evalkit.inference.profiles import Profile
    >>> rows = Model(np.array([4, 6, 11, 9]), np.array([[1.0, 0], [1, 0], [1, 1], [1, 1]]), np.zeros(4))
    >>> low, high = Profile(rows, poisson(rows), 1, 1.0).limits(1.959964, 0.387298)
    >>> round(low, 4), round(high, 4)
    (-0.043, 1.4942)
    """

    rows: Model
    fitted: Fitted
    place: int
    dispersion: float

    def root(self, value: float) -> float:
        """The signed root of the deviance that the coefficient ``value`` adds, over the dispersion: a t statistic.

        Raises
        ------
        NotConvergedError
            When the iteration does not end.
        """
        held = self.rows.offset + value * self.rows.matrix[:, self.place]
        rest = Model(self.rows.counts, np.delete(self.rows.matrix, self.place, axis=1), held)
        lost = self.fitted.log_likelihood - loglinear.poisson(rest).log_likelihood
        return math.copysign(math.sqrt(max(2 * lost / self.dispersion, 0.0)), self._best - value)

    def limits(self, steps: float, std_error: float) -> tuple[float, float]:
        """Where the root is ``steps`` above and below 0; the search begins so many errors from the estimate.

        Raises
        ------
        NotConvergedError
            When the iteration does not end or no limit is near.
        """
        return self._limit(steps, std_error), self._limit(-steps, std_error)

    def _limit(self, target: float, std_error: float) -> float:
        def gap(value: float) -> float:
            return self.root(value) - target

        ends = loglinear.bracket(gap, self._best - target * std_error)
        return float(optimize.brentq(gap, *ends, xtol=1e-10))

    @property
    def _best(self) -> float:
        return float(self.fitted.coefficients[self.place])
