"""What units are matched on, and how much each of it counts: the matrix V of synthetic control.

V is not identified: many choices give fits as good, and programs differ. So the choice is a word that is told.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from evalkit.inference.simplex import on_simplex

Numbers = NDArray[np.float64]

_ROUNDS = 400


class Importance(StrEnum):
    """How the predictors' importance is set."""

    VARIANCE = "variance"
    REGRESSION = "regression"
    NESTED = "nested"


@dataclass(frozen=True, slots=True, eq=False)
class Predictors:
    """Predictors of every unit, and the importance of each.

    Attributes
    ----------
    values
        Shape ``(predictors, units)``, each row divided by its standard deviation over units.
    importance
        Shape ``(predictors,)``, from 0, summing to 1.
    """

    values: Numbers
    importance: Numbers

    @property
    def scaled(self) -> Numbers:
        """The values times the root of their importance: distances between columns are what is minimised."""
        return np.asarray(self.values * np.sqrt(self.importance)[:, None])

    def without(self, row: int) -> Predictors:
        """Without one unit; the scale and the importance stay."""
        return replace(self, values=np.delete(self.values, row, axis=1))


def weigh(values: Numbers, early: Numbers, how: Importance, *, cap: float = 1.0, target: int = 0) -> Predictors:
    """Scale the predictors and set their importance.

    Parameters
    ----------
    values
        Shape ``(predictors, units)``, the treated unit first, none of them constant.
    early
        Outcomes before the start, shape ``(periods, units)``.
    how
        ``variance``: all alike once scaled. ``regression``: by the squared coefficients of the outcomes on the
        predictors. ``nested``: the target's fit before the start is minimised from those two starts.
    cap
        The largest weight of a donor while the importance is sought.
    target
        Whose fit ``nested`` minimises. The treated unit is no donor to the others.

    Source: Abadie and Gardeazabal 2003, American Economic Review 93:113 (nested); Abadie, Diamond and Hainmueller 2011,
    Journal of Statistical Software 42(13) (regression).

    Examples
    --------
    >>> import numpy as np
    >>> values = np.array([[1.0, 2.0, 4.0, 3.0], [5.0, 1.0, 2.0, 2.0]])
    >>> weigh(values, 3 * values[:1], Importance.REGRESSION).importance.round(6).tolist()
    [1.0, 0.0]
    """
    scaled = values / values.std(axis=1, ddof=1, keepdims=True)
    equal = np.full(len(values), 1 / len(values))
    if how is Importance.VARIANCE:
        return Predictors(scaled, equal)
    regressed = _regressed(scaled, early)
    if how is Importance.REGRESSION:
        return Predictors(scaled, regressed)
    return Predictors(scaled, _nested(scaled, early, (regressed, equal), cap, target))


def _regressed(scaled: Numbers, early: Numbers) -> Numbers:
    terms = np.column_stack([np.ones(scaled.shape[1]), scaled.T])
    slopes = np.linalg.lstsq(terms, early.T, rcond=None)[0][1:]
    squares = (slopes**2).sum(axis=1)
    total = float(squares.sum())
    return np.asarray(squares / total) if total > 0 else np.full(len(scaled), 1 / len(scaled))


def _nested(scaled: Numbers, early: Numbers, starts: tuple[Numbers, ...], cap: float, target: int) -> Numbers:
    """The importance whose weights fit the target's early outcomes best, by Nelder and Mead from each start."""
    from scipy.optimize import minimize

    upper = np.full((1, scaled.shape[1]), cap)
    upper[0, [0, target]] = 0.0
    warm = upper / upper.sum()

    def lack(roots: Numbers) -> float:
        squares = roots**2 + np.finfo(float).tiny
        matched = Predictors(scaled, squares / squares.sum()).scaled
        centred = matched - matched.mean(axis=1, keepdims=True)
        gram = centred.T @ centred
        found = on_simplex(gram, gram[[target]], upper, start=warm).weights[0]
        return float(((early[:, target] - early @ found) ** 2).mean())

    options = {"maxfev": _ROUNDS * len(scaled), "xatol": 1e-5, "fatol": 1e-9}
    tried = [minimize(lack, np.sqrt(start), method="Nelder-Mead", options=options) for start in starts]
    best = min(tried, key=lambda one: float(one.fun)).x ** 2
    return np.asarray(best / best.sum())
