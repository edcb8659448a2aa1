"""Two proportions compared: their difference and their ratio.

Every function takes the counts and wholes of the group and of the reference as arrays of one shape. A side of
which nothing was looked at (0 of 0) is refused, and so is a ratio of none to none.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from evalkit import refusals
from evalkit.inference.intervals import Counts, Floats, Intervals
from evalkit.inference.levels import normal_quantile
from evalkit.inference.proportions import wilson_limits
from evalkit.inference.roots import crossings

# Beyond e^60 on either side of the estimate no ratio of two counts up to a billion has a limit.
_REACH = 60.0
_FAR = 0.5
_POLISHING = 60
_POLISHED = 1e-15


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """Group and reference, shape ``(n,)``: so many of so many on each side."""

    part: Counts
    whole: Counts
    part_ref: Counts
    whole_ref: Counts

    @property
    def columns(self) -> tuple[Floats, Floats, Floats, Floats]:
        """The four as floats, in the order of the fields."""
        first, second, third, fourth = (
            side.astype(float) for side in (self.part, self.whole, self.part_ref, self.whole_ref)
        )
        return first, second, third, fourth


def newcombe(
    counts: ArrayLike, wholes: ArrayLike, counts_ref: ArrayLike, wholes_ref: ArrayLike, conf_level: float = 0.95
) -> Intervals:
    """The difference by the hybrid of two Wilson intervals; it has no p-value.

    Source: Newcombe 1998, Statistics in Medicine 17:873-890, method 10.

    Examples
    --------
    >>> from evalkit.inference import proportion_pairs
    >>> interval = proportion_pairs.newcombe(56, 70, 48, 80).only()
    >>> round(interval.low, 4), round(interval.high, 4)
    (0.0524, 0.3339)
    """
    pairs, back, shape = _distinct(counts, wholes, counts_ref, wholes_ref)
    share, share_ref = _share(pairs.part, pairs.whole), _share(pairs.part_ref, pairs.whole_ref)
    low, high = wilson_limits(pairs.part, np.maximum(pairs.whole, 1), conf_level)
    low_ref, high_ref = wilson_limits(pairs.part_ref, np.maximum(pairs.whole_ref, 1), conf_level)
    difference = share - share_ref
    least = difference - np.hypot(share - low, high_ref - share_ref)
    most = difference + np.hypot(high - share, share_ref - low_ref)
    return _spread(pairs, (difference, np.maximum(least, -1.0), np.minimum(most, 1.0)), None, back, shape)


def miettinen_nurminen(
    counts: ArrayLike,
    wholes: ArrayLike,
    counts_ref: ArrayLike,
    wholes_ref: ArrayLike,
    conf_level: float = 0.95,
    *,
    null: float = 0.0,
) -> Intervals:
    """The difference by the score test, its variance under the difference tested and times N/(N-1).

    The p-value is of the same test, so it never contradicts the interval.

    Source: Miettinen and Nurminen 1985, Statistics in Medicine 4:213-226, equations 8 to 10. Without the factor
    N/(N-1) it is the interval of Mee 1984.

    Examples
    --------
    >>> from evalkit.inference import proportion_pairs
    >>> interval = proportion_pairs.miettinen_nurminen(56, 70, 48, 80).only()
    >>> round(interval.low, 4), round(interval.high, 4), round(interval.p_value, 4)
    (0.0528, 0.3382, 0.0083)
    """
    pairs, back, shape = _distinct(counts, wholes, counts_ref, wholes_ref)
    z = np.full(pairs.part.shape, normal_quantile(conf_level))
    difference = _share(pairs.part, pairs.whole) - _share(pairs.part_ref, pairs.whole_ref)
    edge = np.ones_like(difference)
    low = crossings(_difference_gap, -edge, difference, *pairs.columns, z)
    high = crossings(_difference_gap, difference, edge, *pairs.columns, -z)
    tested = _difference_score(np.full(difference.shape, null), *pairs.columns)
    limits = difference, np.minimum(low, difference), np.maximum(high, difference)
    return _spread(pairs, limits, 2 * special.ndtr(-np.abs(tested)), back, shape)


def ratio(
    counts: ArrayLike,
    wholes: ArrayLike,
    counts_ref: ArrayLike,
    wholes_ref: ArrayLike,
    conf_level: float = 0.95,
    *,
    null: float = 1.0,
) -> Intervals:
    """The ratio by the score test, its variance under the ratio tested and times N/(N-1).

    Source: Miettinen and Nurminen 1985, Statistics in Medicine 4:213-226, equations 11 to 13. Without the factor
    it is the interval of Koopman 1984, Biometrics 40:513-517.

    Examples
    --------
    >>> from evalkit.inference import proportion_pairs
    >>> interval = proportion_pairs.ratio(36, 40, 16, 80).only()
    >>> round(interval.low, 3), round(interval.high, 3)
    (2.935, 7.166)
    """
    pairs, back, shape = _distinct(counts, wholes, counts_ref, wholes_ref)
    z = np.full(pairs.part.shape, normal_quantile(conf_level))
    with np.errstate(divide="ignore", invalid="ignore"):
        # None on one side is a ratio of 0 or infinity; none on both is refused below.
        quotient = _share(pairs.part, pairs.whole) / _share(pairs.part_ref, pairs.whole_ref)
    low, high = ratio_limits(pairs.columns, z)
    tested = ratio_score(np.full(z.shape, np.log(null)), *pairs.columns)
    limits = np.nan_to_num(quotient, nan=1.0, posinf=np.inf), low, high
    found = _spread(pairs, limits, 2 * special.ndtr(-np.abs(tested)), back, shape)
    empty = (pairs.part + pairs.part_ref == 0)[back].reshape(shape)
    return found.refuse(empty, refusals.no_events())


def ratio_limits(table: tuple[Floats, Floats, Floats, Floats], reach: Floats) -> tuple[Floats, Floats]:
    """Both limits of the ratio ``reach`` standard errors away, the error being that at the limit.

    ``table`` holds part and whole, then those of the reference, all of the shape of ``reach``.
    """
    part, whole, part_ref, whole_ref = table
    start = np.log((part + 0.5) / (whole + 0.5) * (whole_ref + 0.5) / (part_ref + 0.5))
    # Both sides are sought together: a search costs by its steps more than by how many take part.
    ends, both = np.tile(start, 2), (np.tile(column, 2) for column in table)
    found = crossings(_ratio_gap, ends - _REACH, ends + _REACH, *both, np.concatenate([reach, -reach]))
    low, high = np.split(np.exp(found), 2)
    return np.where(part == 0, 0.0, low), np.where(part_ref == 0, np.inf, high)


def _distinct(*columns: ArrayLike) -> tuple[Pairs, NDArray[np.intp], tuple[int, ...]]:
    """The different tables, the place of each element among them, and the shape of the whole."""
    arrays = np.broadcast_arrays(*(np.asarray(column, dtype=np.int64) for column in columns))
    different, back = np.unique(np.stack([array.ravel() for array in arrays]), axis=1, return_inverse=True)
    return Pairs(*different), back.ravel(), arrays[0].shape


def _spread(
    pairs: Pairs,
    limits: tuple[Floats, Floats, Floats],
    p_value: Floats | None,
    back: NDArray[np.intp],
    shape: tuple[int, ...],
) -> Intervals:
    nothing = (pairs.whole == 0) | (pairs.whole_ref == 0)
    estimate, low, high = (np.where(nothing, 0.0, side)[back].reshape(shape) for side in limits)
    p_values = None if p_value is None else np.where(nothing, 1.0, p_value)[back].reshape(shape)
    found = Intervals(estimate=estimate, low=low, high=high, p_value=p_values)
    return found.refuse(nothing[back].reshape(shape), refusals.nothing_to_share())


def _share(part: Counts, whole: Counts) -> Floats:
    return np.asarray(part / np.maximum(whole, 1))


def _difference_gap(tested: Floats, *table_and_z: Floats) -> Floats:
    *table, z = table_and_z
    return _difference_score(tested, *table) - z


def _ratio_gap(tested: Floats, *table_and_z: Floats) -> Floats:
    *table, z = table_and_z
    return ratio_score(tested, *table) - z


def _difference_score(tested: Floats, part: Floats, whole: Floats, ref: Floats, whole_ref: Floats) -> Floats:
    """How many standard errors the observed difference lies above the tested."""
    whole, whole_ref = np.maximum(whole, 1), np.maximum(whole_ref, 1)
    # Where most have the property, those that have it not are counted, in the other order: small shares keep digits.
    most = part + ref > (whole + whole_ref) / 2
    lesser, lesser_ref = np.where(most, whole_ref - ref, part), np.where(most, whole - part, ref)
    of, of_ref = np.where(most, whole_ref, whole), np.where(most, whole, whole_ref)
    excess, share, share_ref = _under_difference(tested, lesser, of, lesser_ref, of_ref)
    variance = share * (1 - share) / of + share_ref * (1 - share_ref) / of_ref
    return _standardised(excess, variance, whole + whole_ref)


def ratio_score(log_tested: Floats, part: Floats, whole: Floats, ref: Floats, whole_ref: Floats) -> Floats:
    """How many standard errors the observed ratio lies above the tested, whose logarithm is given."""
    whole, whole_ref = np.maximum(whole, 1), np.maximum(whole_ref, 1)
    tested = np.exp(log_tested)
    linear = tested * (whole + ref) + part + whole_ref
    constant = part + ref
    # The discriminant as a sum of squares and products, where the usual form subtracts two nearly equal numbers.
    apart = tested * (whole + ref) - part - whole_ref
    root = np.sqrt(apart**2 + 4 * tested * (whole - part) * (whole_ref - ref))
    share_ref = np.minimum(2 * constant / (linear + root), np.minimum(1.0, 1 / tested))
    share = np.minimum(tested * share_ref, 1.0)
    variance = share * (1 - share) / whole + tested**2 * share_ref * (1 - share_ref) / whole_ref
    return _standardised(part / whole - tested * ref / whole_ref, variance, whole + whole_ref)


def _standardised(excess: Floats, variance: Floats, both: Floats) -> Floats:
    """An excess of 0 is no standard errors, whatever the variance; elsewhere a variance of 0 makes it infinite."""
    spread = np.sqrt(np.maximum(variance, 1e-300) * both / (both - 1))
    return np.where(excess == 0, 0.0, excess / spread)


def _under_difference(
    tested: Floats, part: Floats, whole: Floats, ref: Floats, whole_ref: Floats
) -> tuple[Floats, Floats, Floats]:
    """The excess over the tested difference, and the most likely shares of both sides when it is true.

    For a difference beyond one half the share nearest to 1 is told by those without, so that what is left of 1 keeps
    its digits: either share may be that of the complement, which changes nothing in the variance.
    """
    above, below = tested > _FAR, tested < -_FAR
    turn = np.where(above | below, -1.0, 1.0)
    mine, other = np.where(above, whole - part, part), np.where(below, whole_ref - ref, ref)
    left = np.where(above | below, 1 - np.abs(tested), tested)
    guess = _cubic_root(tested, part, whole, ref, whole_ref)
    share_ref = _polished(np.where(below, 1 - guess, guess), left, turn, (mine, whole, other, whole_ref))
    share = np.clip(left + turn * share_ref, 0.0, 1.0)
    excess = np.where(above, -1.0, 1.0) * (mine / whole - turn * other / whole_ref - left)
    return excess, share, share_ref


def _polished(start: Floats, left: Floats, turn: Floats, table: tuple[Floats, Floats, Floats, Floats]) -> Floats:
    """The share of the reference at which the likelihood is largest: Newton's steps, halving beyond the bounds.

    The slope of the log-likelihood times all four shares, so that it is finite everywhere and has its sign.
    """
    part, whole, ref, whole_ref = table
    low = np.where(turn > 0, np.maximum(0.0, -left), 0.0)
    high = np.where(turn > 0, np.minimum(1.0, 1 - left), left)
    at, done = np.clip(start, low, high), np.zeros(start.shape, dtype=bool)
    for _ in range(_POLISHING):
        share = left + turn * at
        lack, lack_ref = part - whole * share, ref - whole_ref * at
        slope = turn * at * (1 - at) * lack + share * (1 - share) * lack_ref
        low, high = np.where(slope > 0, at, low), np.where(slope < 0, at, high)
        curve = turn * ((1 - 2 * at) * lack + (1 - 2 * share) * lack_ref)
        curve -= whole * at * (1 - at) + whole_ref * share * (1 - share)
        new = at - np.divide(slope, curve, out=np.zeros_like(slope), where=curve != 0)
        new = np.where((new < low) | (new > high), (low + high) / 2, new)
        new = np.where(done | (slope == 0), at, new)
        done |= np.abs(new - at) <= _POLISHED * new
        at = new
        if done.all():
            break
    return np.asarray(at)


def _cubic_root(tested: Floats, part: Floats, whole: Floats, ref: Floats, whole_ref: Floats) -> Floats:
    """The same share from the root of a cubic, which loses digits where two roots nearly meet."""
    both = whole + whole_ref
    square = ((whole + 2 * whole_ref) * tested - part - ref) / both - 1
    linear = ((whole_ref * tested - 2 * ref) / both - 1) * tested + (part + ref) / both
    constant = ref / both * tested * (1 - tested)
    third = square / 3
    half = third**3 - third * linear / 2 + constant / 2
    radius = np.copysign(np.sqrt(np.maximum(third**2 - linear / 3, 0.0)), half)
    cosine = np.divide(half, radius**3, out=np.ones_like(half), where=radius != 0)
    return np.asarray(2 * radius * np.cos((np.pi + np.arccos(np.clip(cosine, -1.0, 1.0))) / 3) - third)
