"""Counts out of counts: a share, the ratio of two shares, and the ratio of two such ratios.

A visit has a finding or has it not, so findings out of visits are binomial and a share never goes above all of
them. The limits are those of score tests: Wilson's for one share, Miettinen and Nurminen's for a ratio of two.
The ratio of two ratios puts the limits of both together on the log scale (MOVER).

Where the shares of the periods vary more than chance, the variance in the score test is φ times the binomial one
and φ is itself uncertain, so the score is held against Student's t times √φ in place of the normal quantile.

Source: Wilson 1927, Journal of the American Statistical Association 22:209-212; Miettinen and Nurminen 1985,
Statistics in Medicine 4:213-226; Zou and Donner 2008, Statistics in Medicine 27:1693-1702 (MOVER); McCullagh and
Nelder 1989, Generalized Linear Models, 2nd ed., section 4.5 (φ).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special

from evalkit.inference import proportion_pairs, proportions, variance_recovery
from evalkit.inference.dispersion import Dispersion
from evalkit.inference.interval import Interval
from evalkit.inference.intervals import Floats
from evalkit.inference.roots import crossings_near
from evalkit.inference.rule import varies_more_than_chance
from evalkit.inference.totals import Total

_SINGLE, _PAIR = 1, 2


@dataclass(frozen=True, slots=True)
class Reach:
    """How many binomial standard errors the limits lie away.

    ``phi`` and ``df`` are those of shares that vary more than chance; ``df`` is ``None`` for chance alone.
    """

    phi: float = 1.0
    df: int | None = None

    @classmethod
    def of(cls, variation: Dispersion | None) -> Reach:
        """What a dispersion asks for: nothing beyond chance when it is unknown or at most 1."""
        if variation is None or not varies_more_than_chance(variation):
            return cls()
        return cls(variation.phi, variation.df)

    def at(self, alpha: Floats | float) -> Floats:
        """The reach of two-sided limits at 1 - alpha."""
        outer = np.asarray(alpha) / 2
        if self.df is None:
            return np.asarray(-special.ndtri(outer))
        return np.asarray(-special.stdtrit(self.df, outer) * math.sqrt(self.phi))

    def p_value(self, score: float) -> float:
        """Two-sided, of so many binomial standard errors."""
        if self.df is None:
            return float(2 * special.ndtr(-abs(score)))
        return float(2 * special.stdtr(self.df, -abs(score) / math.sqrt(self.phi)))


def interval(
    totals: Sequence[Total], variation: Dispersion | None, *, conf_level: float = 0.95, null: float | None = None
) -> Interval:
    """The interval of one share, a ratio of two, or a ratio of two ratios.

    Parameters
    ----------
    totals
        Events out of ``exposure`` trials, no more than there are trials; one, two or four of them in the order
        of :func:`evalkit.inference.summed.compare`. Two must not both be without events, and of four each must
        have some.
    variation
        φ of the shares over the periods; ``None`` when it is not known.
    conf_level
        Between 0 and 1.
    null
        What the p-value is against: a share for one, a ratio otherwise; ``None`` for no p-value.

    Returns
    -------
    Interval
        A share as a number from 0 to 1, or a ratio.

    Examples
    --------
    >>> from evalkit.inference import shares
    >>> from evalkit.inference.totals import Total
    >>> found = shares.interval([Total(18, 20.0)], None)
    >>> round(found.low, 3), round(found.high, 3)
    (0.699, 0.972)
    >>> found = shares.interval([Total(36, 40.0), Total(16, 80.0)], None, null=1.0)
    >>> round(found.low, 3), round(found.high, 3)
    (2.935, 7.166)
    """
    reach = Reach.of(variation)
    if len(totals) == _SINGLE:
        return _share(totals[0], reach, conf_level, null)
    if len(totals) == _PAIR:
        return _ratio(totals, reach, conf_level, null)
    return _ratio_of_ratios(totals, reach, conf_level, null)


def _share(total: Total, reach: Reach, conf_level: float, null: float | None) -> Interval:
    part, whole = float(total.events), total.exposure
    low, high = proportions.wilson_reaching(np.asarray(part), np.asarray(whole), reach.at(1 - conf_level))
    p_value = None
    if null is not None:
        p_value = reach.p_value((part - whole * null) / math.sqrt(whole * null * (1 - null)))
    return Interval(part / whole, float(low), float(high), p_value)


_Table = tuple[Floats, Floats, Floats, Floats]


def _ratio(totals: Sequence[Total], reach: Reach, conf_level: float, null: float | None) -> Interval:
    table = _table(totals)
    low, high = proportion_pairs.ratio_limits(table, np.atleast_1d(reach.at(1 - conf_level)))
    p_value = None
    if null is not None:
        p_value = reach.p_value(proportion_pairs.ratio_score(np.array([math.log(null)]), *table).item())
    return Interval(_quotient(totals), low.item(), high.item(), p_value)


def _ratio_of_ratios(totals: Sequence[Total], reach: Reach, conf_level: float, null: float | None) -> Interval:
    own, other = totals[:_PAIR], totals[_PAIR:]
    first, second = np.log([_quotient(own)]), np.log([_quotient(other)])
    table = _table(own, other)

    def limits(reaching: Floats) -> variance_recovery.Pair:
        low, high = (np.log(side) for side in proportion_pairs.ratio_limits(table, np.repeat(reaching, _PAIR)))
        return variance_recovery.difference_limits(first, (low[:1], high[:1]), second, (low[1:], high[1:]))

    at = np.atleast_1d(reach.at(1 - conf_level))
    estimate, (low, high) = first - second, limits(at)
    p_value = None
    if null is not None:
        away = (estimate - math.log(null)).item()
        half = high - estimate if away < 0 else estimate - low
        p_value = reach.p_value(_reach_of(limits, estimate, math.log(null), near=np.abs(away) / half * at))
    with np.errstate(over="ignore"):
        # One degree of freedom at a high level gives limits beyond the largest number there is.
        ratio, least, most = np.exp([estimate.item(), low.item(), high.item()]).tolist()
    return Interval(ratio, least, most, p_value)


def _reach_of(
    limits: Callable[[Floats], variance_recovery.Pair], estimate: Floats, null: float, *, near: Floats
) -> float:
    """The reach at which the limits just meet ``null``, which is what the p-value that goes with them rests on."""
    if near.item() == 0:
        return 0.0

    def gap(reaching: Floats) -> Floats:
        low, high = limits(reaching)
        return np.where(estimate < null, null - high, low - null)

    return crossings_near(gap, near, near / 10).item()


def _table(*pairs: Sequence[Total]) -> _Table:
    """The columns part, whole, part and whole of the reference; one element for each pair."""
    group, reference = zip(*pairs, strict=True)
    part, whole = _columns(group)
    part_ref, whole_ref = _columns(reference)
    return part, whole, part_ref, whole_ref


def _columns(totals: Sequence[Total]) -> tuple[Floats, Floats]:
    return np.array([float(total.events) for total in totals]), np.array([total.exposure for total in totals])


def _quotient(pair: Sequence[Total]) -> float:
    group, reference = (total.events / total.exposure for total in pair)
    return group / reference if reference else math.inf


def count_limits(total: Total, reach: Reach, conf_level: float) -> Interval:
    """How many have it with the limits of how many could have, out of the same number of trials."""
    found = _share(total, reach, conf_level, None)
    return Interval(float(total.events), found.low * total.exposure, found.high * total.exposure)
