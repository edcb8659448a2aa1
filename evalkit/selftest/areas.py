"""How much each area's counts varied by themselves in the time before, and how much all varied together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import optimize

from evalkit.inference.intervals import Floats
from evalkit.inference.shocks import correlation_of_shocks, shocks
from evalkit.inference.trend import autocorrelation

_SURE = 2.0
_FEWEST_AREAS, _FEWEST_PERIODS = 3, 3


@dataclass(frozen=True, slots=True, eq=False)
class AreaShocks:
    """What shakes the rates of areas.

    Attributes
    ----------
    dispersions
        By unit, φ of its counts around the development that all share, 1 or more. Where the areas differ no more than
        chance makes them, that of a common curve ``φ = 1 + a + b · mean``; otherwise drawn towards it.
    common
        The variance of the factor that moves all areas at once in a period; 0 unless beyond two standard errors.
    lasting
        How the shocks of neighbouring periods correlate, one value for all areas and for the common factor; 0 unless
        the correlation of the residuals is beyond two standard errors.
    """

    dispersions: dict[str, float]
    common: float
    lasting: float

    def factors(
        self, means: Floats, unit: NDArray[np.str_], clock: NDArray[np.int64], rng: np.random.Generator
    ) -> Floats:
        """What the mean of each cell is multiplied by, shape ``(cells,)``.

        Each area has shocks of its own. Cells of one area stand in the order of ``clock``.
        """
        found = np.ones(means.size)
        for name in np.unique(unit):
            here = unit == name
            found[here] = self._lasting(means[here], self.dispersions[name], rng)
        if self.common > 0:
            by_period = np.bincount(clock, weights=means).astype(float)
            size = float(np.average(by_period, weights=by_period)) if by_period.any() else 0.0
            found *= self._lasting(by_period, 1 + self.common * size, rng)[clock]
        return found

    def _lasting(self, means: Floats, dispersion: float, rng: np.random.Generator) -> Floats:
        return shocks(means, dispersion, self.lasting * (dispersion - 1) / dispersion, rng)


def learn_areas(units: tuple[str, ...], counts: Floats, means: Floats, terms: int) -> AreaShocks:
    """The shocks of areas from the squares and products of their residuals.

    With a factor ``c`` of variance ``common`` that all areas share and one of its own for each, products of the
    residuals of two areas have the mean ``μμ' · common`` and squares ``μ + μ² · (common + own)``.

    Parameters
    ----------
    units
        Names of the areas.
    counts, means
        Shape ``(areas, periods)``: what was counted and what the fitted level, trend and season give. Cells with the
        mean 0 tell nothing.
    terms
        How many terms in time were fitted to the areas together.

    Source: moments of mixed Poisson counts: Zeger 1988, Biometrika 75:621-629; shrinkage by how much the areas differ
    beyond chance: Morris 1983, JASA 78:47-55.

    Examples
    --------
    >>> import numpy as np
    >>> from evalkit.selftest.areas import learn_areas
    >>> rng = np.random.default_rng(1)
    >>> own = rng.gamma(10, 0.1, (30, 48))
    >>> found = learn_areas(tuple(map(str, range(30))), rng.poisson(20 * own), np.full((30, 48), 20.0), 1)
    >>> round(found.dispersions["3"], 1), found.common, found.lasting
    (3.0, 0.0, 0.0)
    """
    told = means > 0
    roots = np.sqrt(means)
    residuals = np.divide(counts - means, roots, out=np.zeros_like(means), where=told)
    common = _common(residuals, roots, terms)
    periods = told.sum(axis=1)
    freed = periods / np.maximum(periods - 1, 1)
    squares = residuals**2 * freed[:, None] - common * means
    spreads = np.divide(squares.sum(axis=1), periods, out=np.ones(len(units)), where=periods > 0)
    sizes = np.divide(means.sum(axis=1), periods, out=np.zeros(len(units)), where=periods > 0)
    enough = periods >= _FEWEST_PERIODS
    dispersions = np.ones(len(units))
    if enough.any():
        dispersions = _shrunk(spreads, sizes, squares, enough)
    lasting = _lasting([one[here] for one, here in zip(residuals, told, strict=True)], spreads[enough])
    return AreaShocks(dict(zip(units, dispersions.tolist(), strict=True)), common, lasting)


def _common(residuals: Floats, roots: Floats, terms: int) -> float:
    """From the products of the residuals of different areas, period by period."""
    areas, periods = residuals.shape
    if areas < _FEWEST_AREAS or periods <= terms + 1 or not roots.any():
        return 0.0
    products = residuals.sum(axis=0) ** 2 - (residuals**2).sum(axis=0)
    weights = roots.sum(axis=0) ** 2 - (roots**2).sum(axis=0)
    # Each term that is fitted to the sum of the areas takes its part of what they share.
    freed = periods / (periods - terms)
    found = freed * float(products.sum() / weights.sum())
    error = freed * float(products.std(ddof=1)) * np.sqrt(periods) / float(weights.sum())
    return found if found > _SURE * error else 0.0


def _shrunk(spreads: Floats, sizes: Floats, squares: Floats, enough: NDArray[np.bool_]) -> Floats:
    """φ of each area, drawn towards the curve by how much of their differences chance would make."""
    curve = 1 + _curve(spreads[enough], sizes[enough], sizes)
    ratios = (spreads / curve)[enough]
    if ratios.size < _FEWEST_AREAS:
        return np.asarray(np.maximum(np.where(enough, spreads, curve), 1.0))
    periods = squares.shape[1]
    by_chance = float(np.mean((squares[enough] / curve[enough, None]).var(axis=1, ddof=1))) / periods
    between = float(ratios.var(ddof=1))
    is_sure = between > by_chance * (1 + _SURE * np.sqrt(2 / (ratios.size - 1)))
    own = 1 - by_chance / between if is_sure else 0.0
    return np.asarray(np.maximum(curve + np.where(enough, own * (spreads - curve), 0.0), 1.0))


def _curve(spreads: Floats, sizes: Floats, asked: Floats) -> Floats:
    """``a + b · mean`` with a and b from 0, by least squares of relative error."""
    weight = np.ones(spreads.size)
    found = np.zeros(2)
    for _ in range(2):
        rows = np.column_stack([np.ones(spreads.size), sizes]) * weight[:, None]
        found = optimize.nnls(rows, (spreads - 1) * weight)[0]
        weight = 1 / (1 + found[0] + found[1] * sizes)
    return np.asarray(found[0] + found[1] * asked)


def _lasting(stretches: list[Floats], spreads: Floats) -> float:
    """The correlation of the shocks themselves."""
    told = [one for one in stretches if one.size > 1]
    if not told or not spreads.size:
        return 0.0
    dispersion = float(spreads.mean())
    found = autocorrelation(told) or 0.0
    if dispersion <= 1 or found <= _SURE / np.sqrt(sum(one.size for one in told)):
        return 0.0
    return correlation_of_shocks(told, dispersion) * dispersion / (dispersion - 1)
