"""D3: two groups × two windows on counts, as a ratio of rate ratios.

With counts the natural scale is multiplicative: (rate after / rate before) in one group divided by
the same in the other. The identifying assumption, that both rates would have changed by the same
factor, is thereby about ratios (Ciani & Fisher 2019, Journal of Econometric Methods 8).
"""

from __future__ import annotations

from evalkit import caveats, refusals
from evalkit.designs.counting import estimate_counts
from evalkit.designs.design import Design
from evalkit.estimands import Estimand
from evalkit.estimates import Estimate, refusal
from evalkit.language import Text
from evalkit.panels import Panel
from evalkit.statements import Statement
from evalkit.vocabulary import CheckId, DesignId, Scale


def _estimate(estimand: Estimand, panel: Panel, conf_level: float) -> Estimate:
    if estimand.before is None or estimand.comparison is None:
        needs = Text("två områden och två tider", "two areas and two times")
        return refusal(Scale.RATIO_OF_RATE_RATIOS, refusals.design_needs(needs), conf_level=conf_level)
    return estimate_counts(
        estimand,
        panel,
        conf_level,
        scale=Scale.RATIO_OF_RATE_RATIOS,
        cells=(
            (estimand.group, estimand.after),
            (estimand.group, estimand.before),
            (estimand.comparison, estimand.after),
            (estimand.comparison, estimand.before),
        ),
        design_caveats=_caveats(estimand),
    )


def _caveats(estimand: Estimand) -> tuple[Statement, ...]:
    found = [caveats.parallel_development()]
    if compares_two_models(estimand):
        found.append(caveats.not_an_effect())
    if estimand.comparison is None or min(len(estimand.group.units), len(estimand.comparison.units)) == 1:
        found.append(caveats.one_area_per_side())
    return tuple(found)


def compares_two_models(estimand: Estimand) -> bool:
    """Whether the sides have a model each, so that neither is an untreated comparison."""
    if estimand.comparison is None:
        return False
    models = (estimand.group.model, estimand.comparison.model)
    return None not in models and models[0] != models[1]


DIFFERENCE_IN_DIFFERENCES = Design(
    id=DesignId.D3,
    name=Text("Skillnad i utveckling mellan områden", "Difference in development between areas"),
    identifies=Text(
        "hur mycket mer eller mindre ett område förändrades än ett annat",
        "how much more or less one area changed than another",
    ),
    must_be_true=Text(
        "Att områdena annars hade förändrats lika mycket, räknat i procent.",
        "That the areas would otherwise have changed by the same percentage.",
    ),
    scale=Scale.RATIO_OF_RATE_RATIOS,
    maryland=2,
    may_claim_effect=False,
    needs=Text(
        "Antal i två områden under två tider, alla fyra helt rapporterade.",
        "Counts in two areas during two times, all four wholly reported.",
    ),
    checks=(
        CheckId.DESIGN_CEILING,
        CheckId.CLUSTERS,
        CheckId.DISPERSION,
        CheckId.LARGEST_CASE,
        CheckId.AUTOCORRELATION,
        CheckId.EXPOSURE_CHANGE,
        CheckId.RECORDING,
        CheckId.PRE_TREND,
        CheckId.PLACEBO_DATES,
        CheckId.ANTICIPATION,
        CheckId.COVID,
        CheckId.LAW_BREAKS,
        CheckId.NEGATIVE_CONTROL,
        CheckId.SPILLOVER,
        CheckId.LEAVE_ONE_OUT,
        CheckId.E_VALUE,
    ),
    estimate=_estimate,
)
