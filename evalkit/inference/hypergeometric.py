"""Fisher's noncentral hypergeometric distribution, exact also for counts in the millions.

It is the distribution of one cell of a 2×2 table with known margins, as a function of the odds ratio.
scipy has it for small tables; the limits of a confidence interval need the tails at many odds ratios
and for large counts, so the terms are summed here around the most probable value.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evalkit.inference.central import Tails

# A term 40 standard deviations from the centre is below 1e-300 of the largest. The added terms
# cover distributions so narrow or skewed that a standard deviation says little.
_DEVIATIONS = 40
_ADDED = 60


@dataclass(frozen=True, slots=True)
class Margins:
    """``drawn`` of ``marked + others`` are taken; the variable is how many of them are marked."""

    marked: int
    others: int
    drawn: int

    @property
    def smallest(self) -> int:
        """The smallest possible count."""
        return max(0, self.drawn - self.others)

    @property
    def largest(self) -> int:
        """The largest possible count."""
        return min(self.marked, self.drawn)


def tails(observed: int, margins: Margins, log_odds: float) -> Tails:
    """The tail probabilities of ``observed``.

    Parameters
    ----------
    observed
        Between ``margins.smallest`` and ``margins.largest``.
    margins
        The fixed margins of the table.
    log_odds
        The logarithm of the odds ratio; 0 is the ordinary hypergeometric distribution.

    Source: Fisher 1935, Journal of the Royal Statistical Society 98:39-82; Fog 2008,
    Communications in Statistics - Simulation and Computation 37:258-273 for the name and the mean.

    Examples
    --------
    >>> from evalkit.inference.hypergeometric import Margins, tails
    >>> round(tails(3, Margins(marked=4, others=4, drawn=4), 0.0).at_least, 6)
    0.242857
    """
    first, terms = _terms(margins, log_odds)
    at = observed - first
    total = float(terms.sum())
    return Tails(
        below=float(terms[: max(at, 0)].sum()) / total,
        at_most=float(terms[: max(at + 1, 0)].sum()) / total,
        at_least=float(terms[max(at, 0) :].sum()) / total,
        above=float(terms[max(at + 1, 0) :].sum()) / total,
    )


def _terms(margins: Margins, log_odds: float) -> tuple[int, NDArray[np.float64]]:
    """The first count of the window and the terms from there on, relative to the term at the centre."""
    centre = _centre(margins, log_odds)
    reach = _ADDED + math.ceil(_DEVIATIONS * _deviation(margins, centre))
    first, last = max(margins.smallest, centre - reach), min(margins.largest, centre + reach)
    steps = _log_steps(margins, log_odds, first, last)
    # Summing outwards from the centre keeps the rounding of the large terms near zero.
    upwards = np.cumsum(steps[centre - first :])
    downwards = -np.cumsum(steps[: centre - first][::-1])[::-1]
    return first, np.exp(np.concatenate([downwards, [0.0], upwards]))


def _log_steps(margins: Margins, log_odds: float, first: int, last: int) -> NDArray[np.float64]:
    """The log of each term over the term before it."""
    count = np.arange(first, last, dtype=np.float64)
    rising = (margins.marked - count) * (margins.drawn - count)
    falling = (count + 1) * (margins.others - margins.drawn + count + 1)
    return np.asarray(np.log(rising / falling) + log_odds, dtype=np.float64)


def _centre(margins: Margins, log_odds: float) -> int:
    """A count close to the most probable: where the table's own odds ratio equals the given one."""
    if log_odds > 0:
        mirrored = Margins(marked=margins.others, others=margins.marked, drawn=margins.drawn)
        return margins.drawn - _centre(mirrored, -log_odds)
    odds = math.exp(log_odds)
    linear = odds * (margins.marked + margins.drawn) + margins.others - margins.drawn
    constant = odds * margins.marked * margins.drawn
    root = math.sqrt(linear**2 + 4 * (1 - odds) * constant)
    # Two forms of the same root; each is used where it adds instead of cancelling.
    found = 2 * constant / (linear + root) if linear > 0 else (root - linear) / (2 * (1 - odds))
    return min(max(round(found), margins.smallest), margins.largest)


def _deviation(margins: Margins, centre: int) -> float:
    cells = (
        centre,
        margins.marked - centre,
        margins.drawn - centre,
        margins.others - margins.drawn + centre,
    )
    return 1 / math.sqrt(sum(1 / (cell + 1) for cell in cells))
