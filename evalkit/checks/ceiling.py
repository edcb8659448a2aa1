"""What the design can ever carry, however narrow the interval."""

from __future__ import annotations

from evalkit.checks.situation import Situation
from evalkit.designs.difference_in_differences import compares_two_models
from evalkit.findings import Finding
from evalkit.language import Text
from evalkit.statements import Statement
from evalkit.vocabulary import CheckId, FindingStatus, Withheld


def ceiling(situation: Situation) -> Finding:
    """An effect label is withheld from designs that cannot carry one (domain brief §5.1).

    The statistic is the design's ceiling on the Maryland Scientific Methods Scale (Sherman et al. 1997), 1 to 5;
    the threshold is 3, the lowest level with a comparison group that the model has not reached.
    """
    level = situation.design.maryland
    name = situation.design.name
    if situation.design.may_claim_effect and not compares_two_models(situation.estimand):
        return Finding(
            check=CheckId.DESIGN_CEILING,
            status=FindingStatus.WARN,
            reason=Statement(
                "effect_under_assumption",
                Text(
                    f"Upplägget kan bära en effekt bara om detta stämmer: {situation.design.must_be_true.sv}",
                    f"The design can carry an effect only if this holds: {situation.design.must_be_true.en}",
                ),
            ),
            statistic=level,
            threshold=_COMPARED,
            from_counts=False,
        )
    return Finding(
        check=CheckId.DESIGN_CEILING,
        status=FindingStatus.BLOCK,
        withholds=Withheld.EFFECT_LABEL,
        reason=Statement(
            "no_effect_by_design",
            Text(
                f"Upplägget ”{name.sv}” kan inte visa vad skillnaden beror på.",
                f"The design '{name.en}' cannot show what the difference is due to.",
            ),
        ),
        statistic=level,
        threshold=_COMPARED,
        from_counts=False,
    )


_COMPARED = 3
