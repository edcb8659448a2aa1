"""D1: the level of one group in one window, a rate per exposure. Descriptive only."""

from __future__ import annotations

from evalkit import caveats
from evalkit.designs.counting import estimate_counts
from evalkit.designs.design import Design
from evalkit.estimands import Estimand
from evalkit.estimates import Estimate
from evalkit.language import Text
from evalkit.panels import Panel
from evalkit.vocabulary import CheckId, DesignId, Scale


def _estimate(estimand: Estimand, panel: Panel, conf_level: float) -> Estimate:
    return estimate_counts(
        estimand,
        panel,
        conf_level,
        scale=Scale.RATE,
        cells=((estimand.group, estimand.after),),
        design_caveats=(caveats.descriptive_only(),),
    )


LEVEL = Design(
    id=DesignId.D1,
    name=Text("Nivå", "Level"),
    identifies=Text(
        "hur ofta något förekom, räknat per exempelvis invånare eller besök",
        "how often something occurred, per inhabitant or visit, say",
    ),
    must_be_true=Text(
        "Att allt som hände också registrerades.",
        "That everything that happened was recorded.",
    ),
    scale=Scale.RATE,
    maryland=1,
    may_claim_effect=False,
    needs=Text(
        "Antal och det de delas med under en tid.",
        "Counts and what they are divided by during one time.",
    ),
    checks=(CheckId.DESIGN_CEILING, CheckId.DISPERSION, CheckId.LARGEST_CASE),
    estimate=_estimate,
)
