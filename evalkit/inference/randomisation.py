"""Placebo in space: how unusual the treated units' change is among the changes of as many other units.

Everything before the start and everything after is summed by unit. Given a unit's events, those after the start are
binomial in the Poisson model with unit and period effects, so the score of any assignment is a sum of residuals over
its units and thousands of assignments are one product of matrices.

How much a unit varies by itself grows with its size in a way that the Poisson model does not know. Were its variance
used, the largest unit would look unusual in up to a third of panels in which nothing happened. The growth is therefore
estimated from all units: ``spread ∝ variance (1 + κ variance)``, κ from 0.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, special

from evalkit import refusals
from evalkit.inference.growth import growth
from evalkit.inference.intervals import Floats
from evalkit.inference.multiplicity import lowered
from evalkit.inference.permutation import Blocks
from evalkit.statements import Statement

_NARROWINGS = 40
_MOST_STEPS = 24
_FARTHEST = 50.0
_ALIKE = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class Changes:
    """Each unit's events and exposure before the start and after, shape ``(units,)``; exposures above 0."""

    before: Floats
    after: Floats
    exposure_before: Floats
    exposure_after: Floats

    @property
    def events(self) -> Floats:
        """Before and after together."""
        return self.before + self.after

    @property
    def log_exposure(self) -> Floats:
        """The logarithm of exposure after over exposure before."""
        return np.log(self.exposure_after) - np.log(self.exposure_before)

    def of(self, units: NDArray[np.bool_]) -> Changes:
        """Those of some units."""
        return Changes(self.before[units], self.after[units], self.exposure_before[units], self.exposure_after[units])


@dataclass(frozen=True, slots=True)
class Placebo:
    """What the comparison with other assignments found.

    Attributes
    ----------
    log_ratio, low, high
        The treated units' change in rate over the others', as logarithms, and the ratios that are not rejected;
        infinite when there are too few assignments to reject any.
    statistic
        The standardised score of the assignment that happened.
    alone
        Shape ``(units,)``: the same for each unit as if it had been the only one treated.
    p_value, attainable
        Two-sided, and the smallest that there can be.
    assignments, exact
        How many were gone through or drawn, and whether they are all.
    """

    log_ratio: float
    low: float
    high: float
    statistic: float
    alone: Floats
    p_value: float
    attainable: float
    assignments: int
    exact: bool


def placebo(
    changes: Changes,
    treated: NDArray[np.bool_],
    *,
    draws: int,
    most_exact: int,
    generator: np.random.Generator,
    conf_level: float = 0.95,
    by_size: bool = True,
) -> Placebo | Statement:
    """The treated units' change against that of every (or of drawn) sets of as many units.

    The statistic is the score of Poisson pseudo maximum likelihood with effects of units and of before and after,
    over its standard error. That takes account of how spread grows with size; a dispersion that is the same for all
    assignments leaves no trace in p.

    Parameters
    ----------
    changes, treated
        Per unit, and which of them had the measure.
    draws, most_exact, generator
        All assignments are gone through when there are at most ``most_exact``, otherwise ``draws`` are drawn.
    conf_level
        Of the interval: the ratios, the same for all treated units, that the test does not reject.
    by_size
        Whether growth of spread with size is estimated; otherwise it is Poisson's.

    Returns
    -------
    Placebo or Statement
        Refused when all or no units are treated, and when a side has no events before or after.

    Source: Abadie, Diamond and Hainmueller 2010, JASA 105:493-505, for placebos in space; MacKinnon and Webb 2020,
    Journal of Econometrics 218:435-450, for t rather than the coefficient; Ferman and Pinto 2019, Review of Economics
    and Statistics 101:452-467, for spread by size; Phipson and Smyth 2010 for p of draws.

    Examples
    --------
    >>> import numpy as np
    >>> from evalkit.inference.randomisation import Changes, placebo
    >>> ones = np.ones(5)
    >>> changes = Changes(np.full(5, 50.0), np.array([100.0, 48, 52, 51, 49]), ones, ones)
    >>> found = placebo(changes, np.arange(5) < 1, draws=99, most_exact=99, generator=np.random.default_rng(1))
    >>> round(float(np.exp(found.log_ratio)), 9), found.p_value, found.attainable, found.high
    (2.0, 0.2, 0.2, inf)
    """
    blocks = Blocks(treated, np.zeros(treated.size, dtype=np.int64))
    if not blocks.places:
        return refusals.no_other_assignment()
    sides = changes.of(treated), changes.of(~treated)
    if any(part.sum() == 0 for side in sides for part in (side.before, side.after)):
        return refusals.separated()
    exact = blocks.number <= most_exact
    chunks = blocks.enumerated() if exact else blocks.drawn(draws, generator)
    test = _Test(changes, treated, np.concatenate(list(chunks)).astype(np.float64), exact, by_size)
    estimate = log_ratio(changes, treated)
    smallest = (blocks.always_extreme if exact else 1) / (test.assignments.shape[0] + (not exact))
    ends = (-math.inf, math.inf)
    if smallest <= (1 - conf_level) * (1 + 1e-9):
        ends = (test.end(estimate, -1, 1 - conf_level), test.end(estimate, 1, 1 - conf_level))
    statistic, p_value = test.at(0.0)
    alone = test.scored(np.eye(treated.size), 0.0)
    return Placebo(
        estimate, *ends, statistic, alone, max(p_value, smallest), smallest, test.assignments.shape[0], exact
    )


def largest(
    many: Sequence[Changes],
    treated: NDArray[np.bool_],
    *,
    draws: int,
    most_exact: int,
    generator: np.random.Generator,
) -> tuple[float, float] | None:
    """The largest standardised score of several changes, and p of a largest one as large for other sets of units.

    Returns
    -------
    tuple or None
        ``None`` when there is no change to test or no other set of units.

    Source: Westfall and Young 1993, Resampling-Based Multiple Testing, section 2.3.

    Examples
    --------
    >>> import numpy as np
    >>> from evalkit.inference.randomisation import Changes, largest
    >>> ones, after = np.ones(5), np.array([100.0, 48, 52, 51, 49])
    >>> changes = [Changes(np.full(5, 50.0), one, ones, ones) for one in (after, after[::-1])]
    >>> largest(changes, np.arange(5) < 1, draws=99, most_exact=99, generator=np.random.default_rng(1))[1]
    0.4
    """
    blocks = Blocks(treated, np.zeros(treated.size, dtype=np.int64))
    told = [one for one in many if min(one.before.sum(), one.after.sum()) > 0]
    if not blocks.places or not told:
        return None
    exact = blocks.number <= most_exact
    chunks = blocks.enumerated() if exact else blocks.drawn(draws, generator)
    assignments = np.concatenate(list(chunks)).astype(np.float64)
    everyone = np.concatenate([treated[None].astype(np.float64), assignments])
    tests = [_Test(one, treated, assignments, exact, by_size=True) for one in told]
    scores = np.max([np.abs(test.scored(everyone, 0.0)) for test in tests], axis=0)
    extreme = int((scores[1:] >= lowered(scores[:1])[0]).sum())
    return float(scores[0]), (extreme + (not exact)) / (len(assignments) + (not exact))


def log_ratio(changes: Changes, treated: NDArray[np.bool_]) -> float:
    """The treated units' change in rate over the others', as a logarithm; each side needs events before and after.

    Examples
    --------
    >>> import numpy as np
    >>> from evalkit.inference.randomisation import Changes, log_ratio
    >>> changes = Changes(np.array([10.0, 20]), np.array([30.0, 30]), np.ones(2), np.ones(2))
    >>> round(float(np.exp(log_ratio(changes, np.array([True, False])))), 9)
    2.0
    """
    return _level(changes.of(treated)) - _level(changes.of(~treated))


@dataclass(frozen=True, slots=True, eq=False)
class _Test:
    changes: Changes
    treated: NDArray[np.bool_]
    assignments: Floats
    exact: bool
    by_size: bool

    def at(self, log_ratio: float) -> tuple[float, float]:
        """The standardised score and p when the treated units' rate is taken to have changed by this ratio more."""
        observed = self.scored(self.treated[None].astype(np.float64), log_ratio)
        drawn = np.abs(self.scored(self.assignments, log_ratio))
        extreme = int((drawn >= lowered(np.abs(observed))[0]).sum())
        return float(observed[0]), (extreme + (not self.exact)) / (drawn.size + (not self.exact))

    def scored(self, assignments: Floats, log_ratio: float) -> Floats:
        """The standardised score of each assignment, shape ``(assignments,)``."""
        held = replace(self.changes, exposure_after=self.changes.exposure_after * np.exp(log_ratio * self.treated))
        share = special.expit(_level(held) + held.log_exposure)
        residual, variance = held.after - held.events * share, held.events * share * (1 - share)
        spread = _spread(residual, variance) if self.by_size else variance
        parts = np.column_stack([residual, variance, spread])
        return _standardised(assignments @ parts, parts.sum(axis=0))

    def end(self, estimate: float, side: int, level: float) -> float:
        """Where p first falls to the level going outwards; the outer side of the step, never too short."""
        inside, reach = estimate, 0.05
        for _ in range(_MOST_STEPS):
            outside = estimate + side * reach
            if self.at(outside)[1] <= level * (1 + 1e-9):
                break
            inside, reach = outside, reach * 1.4
            if reach > _FARTHEST:
                return side * math.inf
        else:
            return side * math.inf
        for _ in range(_NARROWINGS):
            middle = (inside + outside) / 2
            inside, outside = (inside, middle) if self.at(middle)[1] <= level * (1 + 1e-9) else (middle, outside)
        return outside


def _level(changes: Changes) -> float:
    """The logarithm of the change in rate that is common to units: where binomial residuals sum to nothing."""
    odds = math.log(changes.after.sum()) - math.log(changes.before.sum())
    logs = changes.log_exposure
    low, high = odds - float(logs.max()), odds - float(logs.min())
    if high - low < _ALIKE:
        return odds - float(logs[0])

    def left(level: float) -> float:
        return float(changes.after.sum() - changes.events @ special.expit(level + logs))

    return float(optimize.brentq(left, low - 1e-6, high + 1e-6, xtol=1e-13))


def _spread(residual: Floats, variance: Floats) -> Floats:
    """The spread of each unit's residual but for a common factor."""
    with np.errstate(divide="ignore", invalid="ignore"):
        squared = np.where(variance > 0, residual**2 / variance, np.nan)
    slope = growth(squared[None], variance)[1][0]
    return np.asarray(variance * (1 + slope * variance))


def _standardised(sums: Floats, whole: Floats) -> Floats:
    """Score over its standard error once the common level is estimated; 0 where units have no say.

    The columns are sums of residuals, of variances under the model and of spreads. The level takes from each unit its
    part of the whole variance times the sum of all residuals.
    """
    part = sums[:, 1] / whole[1]
    spread = sums[:, 2] * (1 - 2 * part) + part**2 * whole[2]
    told = (sums[:, 1] * (1 - part) > _ALIKE * whole[1]) & (spread > 0)
    return np.where(told, sums[:, 0] / np.sqrt(np.where(told, spread, 1.0)), 0.0)
