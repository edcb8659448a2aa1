"""Fisher's noncentral hypergeometric distribution, exact also for counts in the millions, for many tables at once.

It is the distribution of one cell of a 2×2 table with known margins, as a function of the odds ratio.
scipy has it for small tables; the limits of a confidence interval need the tails at many odds ratios
and for large counts, so the terms are summed here around the most probable value.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evalkit.inference.chunks import rows_of_like_width
from evalkit.inference.intervals import Counts, Floats

# A term 40 standard deviations from the centre is below 1e-300 of the largest. The added terms
# cover distributions so narrow or skewed that a standard deviation says little.
_DEVIATIONS = 40
_ADDED = 60


@dataclass(frozen=True, slots=True, eq=False)
class Margins:
    """``drawn`` of ``marked + others`` are taken; the variable is how many of them are marked. Shape ``(n,)``."""

    marked: Counts
    others: Counts
    drawn: Counts

    @property
    def smallest(self) -> Counts:
        """The smallest possible counts."""
        return np.asarray(np.maximum(0, self.drawn - self.others))

    @property
    def largest(self) -> Counts:
        """The largest possible counts."""
        return np.asarray(np.minimum(self.marked, self.drawn))

    def at(self, rows: NDArray[np.int64]) -> Margins:
        """Those of the given rows, as columns that go with a matrix of one row each."""
        return Margins(self.marked[rows, None], self.others[rows, None], self.drawn[rows, None])


def tails(observed: Counts, margins: Margins, log_odds: Floats, *, share: float) -> tuple[Floats, Floats]:
    """The lower and the upper tail probability of ``observed``, element by element.

    Parameters
    ----------
    observed
        Between ``margins.smallest`` and ``margins.largest``, shape ``(n,)``.
    margins
        The fixed margins of the tables.
    log_odds
        The logarithm of the odds ratio, shape ``(n,)``; 0 is the ordinary hypergeometric distribution.
    share
        How much of the observed count's own probability is in each tail: 1, or 1/2 for mid-p.

    Source: Fisher 1935, Journal of the Royal Statistical Society 98:39-82; Fog 2008,
    Communications in Statistics - Simulation and Computation 37:258-273 for the name and the mean.

    Examples
    --------
    >>> import numpy as np
    >>> from evalkit.inference.hypergeometric import Margins, tails
    >>> four = np.array([4])
    >>> lower, upper = tails(np.array([3]), Margins(four, four, four), np.zeros(1), share=1.0)
    >>> upper.round(6).tolist()
    [0.242857]
    """
    centre = _centre(margins, log_odds)
    reach = _ADDED + np.ceil(_DEVIATIONS * _deviation(margins, centre)).astype(np.int64)
    down = centre - np.maximum(margins.smallest, centre - reach)
    up = np.minimum(margins.largest, centre + reach) - centre
    lower, upper = np.empty(centre.shape), np.empty(centre.shape)
    for rows in rows_of_like_width(down + up + 1):
        lower[rows], upper[rows] = _sums(
            observed[rows], centre[rows], margins.at(rows), log_odds[rows], (down[rows], up[rows]), share=share
        )
    return lower, upper


def _sums(
    observed: Counts, centre: Counts, margins: Margins, log_odds: Floats, reach: tuple[Counts, Counts], *, share: float
) -> tuple[Floats, Floats]:
    """Both tails of some rows; the terms are relative to the one at the centre."""
    down, up = reach
    theta = log_odds[:, None]
    # Summing outwards from the centre keeps the rounding of the large terms near zero.
    above = centre[:, None] + np.arange(int(up.max()))
    terms_above = _terms(_log_steps(margins, above), theta, np.arange(int(up.max())) < up[:, None])
    below = centre[:, None] - 1 - np.arange(int(down.max()))
    terms_below = _terms(-_log_steps(margins, below), -theta, np.arange(int(down.max())) < down[:, None])
    sum_above, sum_below = terms_above.sum(axis=1), terms_below.sum(axis=1)
    total = 1 + sum_above + sum_below
    offset = observed - centre
    at_above, beyond_above = _at_and_beyond(terms_above, offset, sum_above)
    at_below, beyond_below = _at_and_beyond(terms_below, -offset, sum_below)
    at = np.where(offset > 0, at_above, np.where(offset < 0, at_below, 1.0))
    # The tail with the centre in it is what the other leaves: at least near half of the whole, so no digit is lost.
    more = np.where(offset >= 0, beyond_above, total - at - beyond_below)
    fewer = np.where(offset <= 0, beyond_below, total - at - beyond_above)
    return (fewer + share * at) / total, (more + share * at) / total


def _at_and_beyond(terms: Floats, steps: Counts, whole: Floats) -> tuple[Floats, Floats]:
    """The term so many steps from the centre and the sum of those further out; of use where ``steps`` is positive."""
    width = terms.shape[1]
    if not (width and (steps > 0).any()):
        return np.zeros(steps.shape), whole
    at = np.where(steps <= width, terms[np.arange(steps.size), np.clip(steps - 1, 0, width - 1)], 0.0)
    return at, np.sum(terms, axis=1, where=np.arange(width) >= steps[:, None])


def _terms(log_steps: Floats, theta: Floats, inside: NDArray[np.bool_]) -> Floats:
    """The terms outwards from the centre, 0 beyond the end of each row."""
    return np.asarray(np.exp(np.cumsum(np.where(inside, log_steps + theta, -np.inf), axis=1)))


def _log_steps(margins: Margins, counts: Counts) -> Floats:
    """The log of the term after each count over the term at it, for odds 1; anything outside the support."""
    count = counts.astype(np.float64)
    rising = (margins.marked - count) * (margins.drawn - count)
    falling = (count + 1) * (margins.others - margins.drawn + count + 1)
    possible = (rising > 0) & (falling > 0)
    return np.asarray(np.log(np.where(possible, rising, 1.0) / np.where(possible, falling, 1.0)))


def _centre(margins: Margins, log_odds: Floats) -> Counts:
    """A count close to the most probable: where the table's own odds ratio equals the given one."""
    # Above odds 1 the two sides change place, so that the odds never overflow.
    mirrored = log_odds > 0
    marked = np.where(mirrored, margins.others, margins.marked)
    others = np.where(mirrored, margins.marked, margins.others)
    odds = np.exp(-np.abs(log_odds))
    linear = odds * (marked + margins.drawn) + others - margins.drawn
    constant = odds * marked * margins.drawn
    root = np.sqrt(linear**2 + 4 * (1 - odds) * constant)
    # Two forms of the same root; each is used where it adds instead of cancelling.
    adds = linear > 0
    divisor = np.where(adds, linear + root, 2 * (1 - odds))
    found = np.where(adds, 2 * constant, root - linear) / np.where(divisor > 0, divisor, 1.0)
    count = np.clip(np.round(found), 0, margins.drawn).astype(np.int64)
    return np.clip(np.where(mirrored, margins.drawn - count, count), margins.smallest, margins.largest)


def _deviation(margins: Margins, centre: Counts) -> Floats:
    cells = (
        centre,
        margins.marked - centre,
        margins.drawn - centre,
        margins.others - margins.drawn + centre,
    )
    return np.asarray(1 / np.sqrt(sum(1 / (cell + 1.0) for cell in cells)))
