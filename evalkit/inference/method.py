"""The words for an interval method. Kept apart from the arithmetic so that naming one costs no import of scipy."""

from __future__ import annotations

from enum import StrEnum


class Method(StrEnum):
    """How an interval or a test was made.

    ``EXACT`` inverts the central tails of the exact (conditional) distribution, ``MIDP`` the same
    tails with half of the observed point, ``SCORE`` the score test, ``BAYES`` takes quantiles of the
    posterior under Jeffreys' prior, ``QUASI_POISSON`` and ``QUASI_BINOMIAL`` widen for counts, and for counts out of
    counts, that vary more than chance. ``WALD``
    takes the variance at the true rates, ``PLANNED`` that of the counts expected without an effect.
    The others are named by those who made them, or by what they count on.
    """

    EXACT = "exact"
    MIDP = "midp"
    SCORE = "score"
    BAYES = "bayes"
    E_TEST = "e_test"
    QUASI_POISSON = "quasi_poisson"
    QUASI_BINOMIAL = "quasi_binomial"
    POISSON = "poisson"
    ROBUST = "robust"
    NB2 = "nb2"
    AR1 = "ar1"
    NEWEY_WEST = "newey_west"
    COMPOUND_POISSON = "compound_poisson"
    MANTEL_HAENSZEL = "mantel_haenszel"
    GAMMA = "gamma"
    WILSON = "wilson"
    CLOPPER_PEARSON = "clopper_pearson"
    NEWCOMBE = "newcombe"
    MIETTINEN_NURMINEN = "miettinen_nurminen"
    FISHER = "fisher"
    BOSCHLOO = "boschloo"
    KAPLAN_MEIER = "kaplan_meier"
    LOG = "log"
    LOG_LOG = "log_log"
    GREENWOOD = "greenwood"
    LOGIT = "logit"
    AALEN_JOHANSEN = "aalen_johansen"
    RMST = "rmst"
    DELTA = "delta"
    CHI_SQUARE = "chi_square"
    MOVER = "mover"
    BOOTSTRAP = "bootstrap"
    PERMUTATION = "permutation"
    INFLUENCE = "influence"
    PLACEBO = "placebo"
    JACKKNIFE = "jackknife"
    WALD = "wald"
    PLANNED = "planned"
    BCA = "bca"
    PERCENTILE = "percentile"
    BASIC = "basic"
    STUDENTISED = "studentised"
