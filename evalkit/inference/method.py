"""The words for an interval method. Kept apart from the arithmetic so that naming one costs no import of scipy."""

from __future__ import annotations

from enum import StrEnum


class Method(StrEnum):
    """How an interval was made.

    ``EXACT`` inverts the central tails of the exact (conditional) distribution, ``MIDP`` the same
    tails with half of the observed point, ``SCORE`` the score test, ``BAYES`` takes quantiles of the
    posterior under Jeffreys' prior, ``QUASI_POISSON`` widens for counts that vary more than chance.
    """

    EXACT = "exact"
    MIDP = "midp"
    SCORE = "score"
    BAYES = "bayes"
    QUASI_POISSON = "quasi_poisson"
