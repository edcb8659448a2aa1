"""The Swedish words of notebook views for what our columns, codes and scales are called in English."""

from __future__ import annotations

from types import MappingProxyType

from evalkit.equivalences import EquivalenceVerdict
from evalkit.vocabulary import EstimateStatus, GoodDirection, Scale

SCALES = MappingProxyType(
    {
        Scale.RATE: "nivå",
        Scale.RATE_RATIO: "kvot mellan nivåer",
        Scale.RATIO_OF_RATE_RATIOS: "kvot mellan förändringar",
        Scale.RATE_DIFFERENCE: "skillnad i nivå",
        Scale.MEAN_DIFFERENCE: "skillnad i medelvärde",
        Scale.STATISTIC: "mått",
        Scale.PROPORTION: "andel",
        Scale.PROPORTION_DIFFERENCE: "skillnad i andel",
        Scale.PROPORTION_RATIO: "kvot mellan andelar",
        Scale.PROBABILITY: "sannolikhet",
        Scale.DURATION: "dagar",
        Scale.DURATION_DIFFERENCE: "skillnad i dagar",
        Scale.DISPERSION: "spridning",
        Scale.DURATION_RATIO: "kvot mellan tider",
        Scale.SLOPE_RATIO: "kvot mellan takter",
        Scale.EXCESS: "utöver det väntade",
    }
)
HEADS = MappingProxyType(
    {
        "estimate": "tal",
        "conf_low": "lägst",
        "conf_high": "högst",
        "conf_level": "säkerhetsnivå",
        "tost_low": "lägst (marginal)",
        "tost_high": "högst (marginal)",
        "tost_level": "säkerhetsnivå (marginal)",
        "p_above_low": "p mot nedre marginal",
        "p_below_high": "p mot övre marginal",
        "p_value": "p-värde",
        "p_adjusted": "justerat p-värde",
        "test": "prövning",
        "test_statistic": "prövningens tal",
        "test_df": "prövningens frihetsgrader",
        "test_p_value": "prövningens p-värde",
        "std_error": "medelfel",
        "null": "prövas mot",
        "df": "frihetsgrader",
        "dispersion": "spridning",
        "events": "händelser",
        "exposure": "delas med",
        "n_units": "enheter",
        "units": "enheter",
        "scale": "slag",
        "method": "metod",
        "multiplicity": "justering",
        "status": "status",
        "reason_code": "skälets kod",
        "reason_sv": "skäl",
        "differs": "skillnad visad",
        "is_within": "inom marginalen",
        "verdict": "svar",
        "margin_low": "marginal från",
        "margin_high": "marginal till",
        "good": "bättre är",
        "power": "chans att upptäcka",
        "ratio": "kvot",
        "half_width": "halv bredd",
        "months": "månader",
        "alpha": "nivå för prövning",
        "alternative": "riktning",
        "day": "dag",
        "at_risk": "väntar",
        "group": "grupp",
        "unit": "enhet",
        "row": "rad",
        "metric": "mått",
        "reported": "metod som redovisas",
        "persons": "personer",
        "cases": "ärenden",
        "largest": "största ärendet",
        "limit": "gränsen närmast 1",
        "since": "perioder sedan",
        "weight": "vikt",
        "share": "andel",
        "headline": "räkna",
        "lowest": "lägst utan ett ärende",
        "highest": "högst utan ett ärende",
        "deciding": "avgörande ärenden",
    }
)
# Words for methods whose code is not the name that a reader of Swedish knows.
METHODS = MappingProxyType(
    {
        "exact": "exakt",
        "midp": "mid-p",
        "bayes": "Bayes",
        "e_test": "E-test",
        "quasi_poisson": "kvasi-Poisson",
        "quasi_binomial": "kvasi-binomial",
        "poisson": "Poisson",
        "robust": "robusta fel",
        "nb2": "negativ binomial",
        "ar1": "AR(1)",
        "newey_west": "Newey–West",
        "compound_poisson": "sammansatt Poisson",
        "mantel_haenszel": "Mantel–Haenszel",
        "wilson": "Wilson",
        "clopper_pearson": "Clopper–Pearson",
        "newcombe": "Newcombe",
        "miettinen_nurminen": "Miettinen–Nurminen",
        "fisher": "Fisher",
        "boschloo": "Boschloo",
        "kaplan_meier": "Kaplan–Meier",
        "log_log": "log-log",
        "greenwood": "Greenwood",
        "aalen_johansen": "Aalen–Johansen",
        "chi_square": "chi-två",
        "mover": "MOVER",
        "wald": "Wald",
        "planned": "planerad",
        "bca": "BCa",
        "percentile": "percentil",
        "basic": "enkel",
        "studentised": "studentiserad",
    }
)
TESTS = MappingProxyType(
    {
        "Pearson chi-square": "Pearsons chi-två (ensidig)",
        "likelihood ratio, Poisson against NB2": "likelihoodkvot, Poisson mot negativ binomial",
        "Dean's score, Poisson against NB2": "Deans score, Poisson mot negativ binomial",
        "log_rank": "log-rank",
        "gray": "Grays test",
    }
)
# What is said in another column of the same view, or in English beside the Swedish.
LEFT_OUT = frozenset({"reason_code", "reason_en"})
CELLS = MappingProxyType(
    {
        "status": {
            EstimateStatus.ESTIMATED.value: "beräknad",
            EstimateStatus.NOT_ESTIMABLE.value: "går inte att beräkna",
            EstimateStatus.NOT_ATTEMPTED.value: "inte prövad",
        },
        "verdict": {verdict.code: verdict.text.sv for verdict in EquivalenceVerdict},
        "scale": {scale.value: word for scale, word in SCALES.items()},
        "good": {
            GoodDirection.HIGHER.value: "högre",
            GoodDirection.LOWER.value: "lägre",
            GoodDirection.NEITHER.value: "varken högre eller lägre",
        },
        "alternative": {"two-sided": "båda", "greater": "större", "less": "mindre"},
        "metric": {
            "findings": "fynd",
            "visits": "besök",
            "hit_rate": "fynd per besök",
            "level": "nivå",
            "slope": "lutning",
            "average": "i genomsnitt efter starten",
            "excess": "utöver det väntade",
            "phi": "spridning (φ)",
            "alpha": "spridning (alfa)",
        },
        "method": METHODS,
        "reported": METHODS,
        "test": TESTS,
        "headline": {"persons": "personer", "cases": "ärenden"},
    }
)


def cell(column: str, value: object) -> str:
    """A cell that is no number, in Swedish where it is a word of ours.

    Examples
    --------
    >>> from evalkit.view_words import cell
    >>> cell("status", "not_estimable"), cell("is_within", True), cell("unit", "0127")
    ('går inte att beräkna', 'ja', '0127')
    """
    if isinstance(value, bool):
        return "ja" if value else "nej"
    return CELLS.get(column, {}).get(str(value), str(value))
