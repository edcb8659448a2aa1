"""Quantiles of a beta variable, each checked by the tail that it leaves.

``scipy.special.betaincinv`` and ``betainccinv`` are quick and nearly always right, but not everywhere: with one shape
exactly 1000 and the other from about 5e7 they are far off (scipy 1.17), and with both above 1e8 now and then. So every
quantile is put back into the beta distribution, and where its tail is not the one asked for it is searched for anew.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from evalkit.inference.central import log_excess
from evalkit.inference.intervals import Floats
from evalkit.inference.roots import crossings_near

# How far the logarithm of the tail may be off. Rounding alone leaves less with shapes below 1e12.
_ROOM = 1e-8
# Up to such odds what is left of 1 has all its digits but one, and the slower function of the other tail is not needed.
_MOST_ODDS = 9.0


def odds(first: ArrayLike, second: ArrayLike, share: ArrayLike) -> Floats:
    """The odds ``x / (1 - x)`` of the beta's quantile ``x``, below which it lies with probability ``share``.

    Parameters
    ----------
    first, second
        The two shapes, above 0, numbers or arrays that fit together.
    share
        The probability, between 0 and 1.

    Source: NIST Digital Library of Mathematical Functions, 8.17 (the incomplete beta function and its symmetry).

    Examples
    --------
    >>> from evalkit.inference import inverse_beta
    >>> round(float(inverse_beta.odds(1000, 10**9, 0.025) * 1e9), 3)
    938.973
    """
    shape, other, tail = (
        np.asarray(part, dtype=np.float64) for part in np.broadcast_arrays(first, second, np.asarray(share))
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        below = special.betaincinv(shape, other, tail)
        found = np.asarray(below / (1 - below))
        large = ~(found <= _MOST_ODDS)
        if large.any():
            # Near 1 both parts come from their own tail, so that neither cancels.
            above = special.betainccinv(other[large], shape[large], tail[large])
            found[large] = below[large] / above
        wrong = ~(np.abs(_excess(np.log(found), shape, other, tail)) <= _ROOM)
    if wrong.any():
        found[wrong] = _searched(shape[wrong], other[wrong], tail[wrong])
    return found


def lower(first: ArrayLike, second: ArrayLike, share: ArrayLike) -> Floats:
    """The number that the beta lies below with probability ``share``; arguments as in :func:`odds`.

    Examples
    --------
    >>> from evalkit.inference import inverse_beta
    >>> round(float(inverse_beta.lower(2, 3, 0.025)), 6)
    0.067586
    """
    return _share(odds(first, second, share))


def upper(first: ArrayLike, second: ArrayLike, share: ArrayLike) -> Floats:
    """The number that the beta lies above with probability ``share``; arguments as in :func:`odds`.

    Examples
    --------
    >>> from evalkit.inference import inverse_beta
    >>> round(float(inverse_beta.upper(2, 3, 0.025)), 6)
    0.80588
    """
    with np.errstate(divide="ignore"):
        return _share(1 / odds(second, first, share))


def _share(found: Floats) -> Floats:
    return np.asarray(np.where(np.isinf(found), 1.0, found / (1 + np.where(np.isinf(found), 0.0, found))))


def _excess(log_odds: Floats, first: Floats, second: Floats, share: Floats) -> Floats:
    """The logarithm of the lower tail at the odds over the ``share`` asked for."""
    below = np.asarray(special.betainc(first, second, special.expit(log_odds)))
    large = ~(log_odds <= np.log(_MOST_ODDS))
    if large.any():
        # Near one the distance from one has the digits.
        first, second = np.broadcast_to(first, large.shape)[large], np.broadcast_to(second, large.shape)[large]
        below[large] = special.betaincc(second, first, special.expit(-log_odds[large]))
    return log_excess(below, share)


def _searched(first: Floats, second: Floats, share: Floats) -> Floats:
    near = np.log(first) - np.log(second)
    return np.exp(crossings_near(_excess, near, np.sqrt(1 / first + 1 / second), first, second, share))
