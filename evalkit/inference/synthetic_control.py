"""Synthetic control: one treated unit against a weighted mean of donors, and the same for every donor as placebo."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from evalkit.inference.predictor_weights import Predictors
from evalkit.inference.simplex import on_simplex

Numbers = NDArray[np.float64]
Matched: TypeAlias = Predictors | tuple[Predictors, ...] | None

_BLOCKS = 4
"""Stretches of the time before the start, each left out in turn when the error to expect is measured."""
# A mean squared gap before the start below this share of the outcomes' variance is a perfect fit, up to rounding.
_PERFECT = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class DonorPanel:
    """Outcomes of one treated unit and its donors.

    Attributes
    ----------
    outcomes
        Shape ``(units, periods)``, in the order of time; the treated unit is the first row.
    before
        How many periods come before the start.
    """

    outcomes: Numbers
    before: int

    @property
    def units(self) -> int:
        """The treated unit and the donors."""
        return len(self.outcomes)

    def cut(self, *, start: int, end: int) -> DonorPanel:
        """The same units as if the start had come after ``start`` periods and the data had ended after ``end``."""
        return DonorPanel(self.outcomes[:, :end], start)

    def without(self, row: int) -> DonorPanel:
        """The panel without one donor."""
        return DonorPanel(np.delete(self.outcomes, row, axis=0), self.before)


@dataclass(frozen=True, slots=True, eq=False)
class Fits:
    """Every unit against its own synthetic control; the treated unit is the first row.

    Attributes
    ----------
    weights
        Shape ``(units, units)``: row by row the weights of the donors. The treated unit is never a donor.
    gaps
        Shape ``(units, periods)``: outcome minus synthetic outcome.
    before
        How many periods come before the start.
    perfect
        Shape ``(units,)``: whether no error is left before the start, so that a ratio to it means nothing.
    held_out
        Shape ``(units, before)``: the gaps before the start by weights that were fitted without those periods; ``None``
        when the weights were not fitted to the outcomes, and the gaps themselves take their place.
    """

    weights: Numbers
    gaps: Numbers
    before: int
    perfect: NDArray[np.bool_]
    held_out: Numbers | None = None

    @property
    def mspe_before(self) -> Numbers:
        """Mean squared gap before the start, shape ``(units,)``."""
        return np.asarray((self.gaps[:, : self.before] ** 2).mean(axis=1))

    @property
    def mspe_expected(self) -> Numbers:
        """The mean squared gap to expect where nothing happens: held out before the start, shape ``(units,)``."""
        return self.mspe_before if self.held_out is None else np.asarray((self.held_out**2).mean(axis=1))

    @property
    def mspe_after(self) -> Numbers:
        """Mean squared gap from the start on, shape ``(units,)``."""
        return np.asarray((self.gaps[:, self.before :] ** 2).mean(axis=1))

    @property
    def effect(self) -> Numbers:
        """Mean gap from the start on, shape ``(units,)``."""
        return np.asarray(self.gaps[:, self.before :].mean(axis=1))

    @property
    def ratio(self) -> Numbers:
        """Mean squared gap after to before, shape ``(units,)``; infinite where the fit before is perfect."""
        before = np.where(self.perfect, 0.0, self.mspe_before)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(before > 0, self.mspe_after / before, np.inf)

    @property
    def scaled_effect(self) -> Numbers:
        """Size of the mean gap in roots of the mean squared gap to expect, shape ``(units,)``; infinite as above."""
        expected = np.where(self.perfect, 0.0, np.sqrt(self.mspe_expected))
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(expected > 0, np.abs(self.effect) / expected, np.inf)


def every_unit(panel: DonorPanel, *, cap: float, demeaned: bool = False, by: Matched = None) -> Fits:
    """The synthetic control of the treated unit, and of each donor from the other donors.

    Parameters
    ----------
    panel
        The outcomes.
    cap
        The largest weight that one donor may have, from 1/(donors - 1) to 1.
    demeaned
        Whether each unit is measured from its own mean before the start, so that levels need not agree.
    by
        Predictors with their importance, or a tuple of one for each unit; left out, the outcomes of each period before
        the start count alike.

    Notes
    -----
    Abadie, Diamond and Hainmueller 2010, JASA 105:493; demeaned as in Ferman and Pinto 2021, Quantitative
    Economics 12:1197, and Doudchenko and Imbens 2016 (NBER 22791).

    Weights fitted to the outcomes fit some of their noise too. How much hangs on the unit: a large one, with little
    noise of its own, has a fit before that flatters it more, and its gap afterwards looks large beside it. So
    the error to expect is taken from stretches of periods that the weights were not fitted to, one of four in turn
    (cross-fitting, as in Chernozhukov, Wüthrich and Zhu 2025, arXiv:1812.10820). With predictors the outcomes are not
    fitted, and the published ratio to the fit before is kept.

    Examples
    --------
    >>> import numpy as np
    >>> panel = DonorPanel(np.array([[2.0, 3, 2, 9], [1, 2, 1, 2], [3, 4, 3, 4], [7, 1, 7, 8]]), before=3)
    >>> found = every_unit(panel, cap=1.0)
    >>> found.weights[0].round(3).tolist(), found.gaps[0].round(3).tolist()
    ([0.0, 0.5, 0.5, 0.0], [0.0, 0.0, 0.0, 6.0])
    """
    measured = _measured(panel, demeaned)
    upper = np.full((panel.units, panel.units), cap)
    np.fill_diagonal(upper, 0.0)
    upper[:, 0] = 0.0
    if by is None:
        weights = _fitted(measured, np.arange(panel.before), upper)
        return _fits(panel, measured, weights, _held_out(panel, upper, demeaned))
    if isinstance(by, tuple):
        own = [_weights(one.scaled, np.array([row]), upper) for row, one in enumerate(by)]
        return _fits(panel, measured, np.vstack(own))
    return _fits(panel, measured, _weights(by.scaled, np.arange(panel.units), upper))


def with_weights(panel: DonorPanel, weights: Numbers) -> Fits:
    """The fit of the treated unit alone, with weights given by someone else, shape ``(units,)``.

    Examples
    --------
    >>> import numpy as np
    >>> panel = DonorPanel(np.array([[2.0, 9.0], [1.0, 2.0], [3.0, 4.0]]), before=1)
    >>> with_weights(panel, np.array([0.0, 0.5, 0.5])).effect.tolist()
    [6.0]
    """
    return _fits(panel, panel.outcomes, weights[None, :])


def leave_one_out(
    panel: DonorPanel, weights: Numbers, *, cap: float, demeaned: bool, by: Predictors | None = None
) -> dict[int, float]:
    """The mean gap of the treated unit without each donor that has a weight, by the donor's row.

    A donor without a weight changes nothing when it is left out. Source: Abadie, Diamond and Hainmueller 2015,
    American Journal of Political Science 59:495.

    Examples
    --------
    >>> import numpy as np
    >>> panel = DonorPanel(np.array([[2.0, 3, 2, 9], [1, 2, 1, 2], [3, 4, 3, 4], [7, 1, 7, 8]]), before=3)
    >>> found = leave_one_out(panel, every_unit(panel, cap=1.0).weights[0], cap=1.0, demeaned=False)
    >>> sorted(found)
    [1, 2]
    """
    used = [int(row) for row in np.flatnonzero(weights > 0)]
    if (panel.units - 2) * cap < 1:
        return {}
    return {row: _treated_alone(panel.without(row), cap, demeaned, by and by.without(row)) for row in used}


def outside_donors(panel: DonorPanel) -> bool:
    """Whether the treated unit's mean before the start lies outside all donors' means: no weights can reach it."""
    means = panel.outcomes[:, : panel.before].mean(axis=1)
    return bool(means[0] < means[1:].min() or means[0] > means[1:].max())


def share_inside(panel: DonorPanel) -> float:
    """The share of the periods before the start in which the treated unit lies between the donors' extremes."""
    early = panel.outcomes[:, : panel.before]
    inside = (early[0] >= early[1:].min(axis=0)) & (early[0] <= early[1:].max(axis=0))
    return float(inside.mean())


def _treated_alone(panel: DonorPanel, cap: float, demeaned: bool, by: Predictors | None) -> float:  # noqa: FBT001
    measured = _measured(panel, demeaned)
    upper = np.full((1, panel.units), cap)
    upper[0, 0] = 0.0
    matched = measured[:, : panel.before].T if by is None else by.scaled
    return float(_fits(panel, measured, _weights(matched, np.array([0]), upper)).effect[0])


def _measured(panel: DonorPanel, demeaned: bool, periods: NDArray[np.intp] | None = None) -> Numbers:  # noqa: FBT001
    """The outcomes, from each unit's mean over ``periods`` (all before the start when left out) when demeaned."""
    if not demeaned:
        return panel.outcomes
    early = np.arange(panel.before) if periods is None else periods
    return np.asarray(panel.outcomes - panel.outcomes[:, early].mean(axis=1, keepdims=True))


def _fitted(measured: Numbers, periods: NDArray[np.intp], upper: Numbers) -> Numbers:
    """The weights of every unit from the outcomes of some periods."""
    return _weights(measured[:, periods].T, np.arange(len(measured)), upper)


def _held_out(panel: DonorPanel, upper: Numbers, demeaned: bool) -> Numbers | None:  # noqa: FBT001
    """The gaps before the start, stretch by stretch, by weights from the other stretches."""
    early = np.arange(panel.before)
    if panel.before < _BLOCKS:
        return None
    gaps = np.empty((panel.units, panel.before))
    for left_out in np.array_split(early, _BLOCKS):
        others = np.setdiff1d(early, left_out)
        measured = _measured(panel, demeaned, others)
        gaps[:, left_out] = (measured - _fitted(measured, others, upper) @ measured)[:, left_out]
    return gaps


def _weights(matched: Numbers, rows: NDArray[np.intp], upper: Numbers) -> Numbers:
    """The weights of ``rows``; ``matched`` has shape ``(what is matched, units)``."""
    # The weights sum to one, so a constant taken from what is matched changes nothing but the rounding.
    centred = matched - matched.mean(axis=1, keepdims=True)
    gram = centred.T @ centred
    return on_simplex(gram, gram[rows], upper[rows]).weights


def _fits(panel: DonorPanel, measured: Numbers, weights: Numbers, held_out: Numbers | None = None) -> Fits:
    gaps = measured[: len(weights)] - weights @ measured
    spread = float(panel.outcomes[:, : panel.before].var()) or 1.0
    left = gaps[:, : panel.before] if held_out is None else held_out
    return Fits(weights, gaps, panel.before, np.asarray((left**2).mean(axis=1) <= _PERFECT * spread), held_out)
