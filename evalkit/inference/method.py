"""The words for an interval method. Kept apart from the arithmetic so that naming one costs no import of scipy."""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType


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


class Alternative(StrEnum):
    """What a test is against: the side in question being another, larger or smaller than what it is held against."""

    TWO_SIDED = "two-sided"
    GREATER = "greater"
    LESS = "less"


ALIASES = MappingProxyType(
    {
        "mid_p": "midp",
        "etest": "e_test",
        "jeffreys": "bayes",
        "loglog": "log_log",
        "studentized": "studentised",
        "bootstrap_t": "studentised",
        "benjamini_hochberg": "bh",
        "fdr": "bh",
        "benjamini_yekutieli": "by",
        "two_sided": "two-sided",
    }
)
"""Other words that are taken for ours. Capitals, hyphens and spaces make no difference either."""
ALTERNATIVES = MappingProxyType(
    {
        "two-sided": Alternative.TWO_SIDED,
        "two_tailed": Alternative.TWO_SIDED,
        "twosided": Alternative.TWO_SIDED,
        "greater": Alternative.GREATER,
        "larger": Alternative.GREATER,
        "higher": Alternative.GREATER,
        "upper": Alternative.GREATER,
        "increase": Alternative.GREATER,
        "less": Alternative.LESS,
        "smaller": Alternative.LESS,
        "lower": Alternative.LESS,
        "decrease": Alternative.LESS,
    }
)
"""The words for the side of a test, those of R, scipy and statsmodels among them."""


def canonical(word: object) -> str:
    """The word as we write it; of what is no word, nothing.

    Examples
    --------
    >>> from evalkit.inference.method import canonical
    >>> [canonical(one) for one in ("E-test", "Clopper-Pearson", "jeffreys", "two.sided", 3)]
    ['e_test', 'clopper_pearson', 'bayes', 'two-sided', '']
    """
    if not isinstance(word, str):
        return ""
    folded = word.strip().lower().replace("-", "_").replace(" ", "_").replace(".", "_")
    return ALIASES.get(folded, folded)
