"""How many areas stand on each side: what an interval over areas would rest on."""

from __future__ import annotations

from evalkit.checks.situation import Situation
from evalkit.comparisons.placebo_tests import least_units, too_few_units
from evalkit.designs.donors import areas_compared
from evalkit.findings import Finding
from evalkit.language import Text
from evalkit.statements import Statement
from evalkit.vocabulary import CheckId, DesignId, FindingStatus, Withheld

FEWEST_CLUSTERS = 10
"""Below this, and with one treated area, cluster-robust errors are not used (Cameron & Miller 2015, JHR 50)."""


def clusters(situation: Situation) -> Finding | None:
    """The areas of each side, and the least p-value that trading places between them could give.

    Under D4 the areas counted are those that were compared with, not all that the plan lists, and too few of them
    withhold the number: no result could be as unusual as the level asks for.
    With one treated area and K others, a permutation of who was treated cannot give a p-value below 1/(K+1)
    (Abadie, Diamond & Hainmueller 2010, JASA 105).
    """
    other = situation.estimand.comparison
    if other is None:
        return None
    treated, rest = len(situation.estimand.group.units), len(other.units)
    if situation.design.id is DesignId.D4:
        used = areas_compared(situation.estimand, situation.panel) - treated
        return _of_choices(treated, used, situation.conf_level)
    enough = treated > 1 and rest > 1 and treated + rest >= FEWEST_CLUSTERS
    status, withholds = (FindingStatus.OK, None) if enough else situation.unjudged
    return Finding(
        check=CheckId.CLUSTERS,
        status=status,
        withholds=withholds,
        reason=_enough(treated, rest) if enough else _few(treated, rest),
        statistic=treated + rest,
        threshold=FEWEST_CLUSTERS,
        from_counts=False,
    )


def _of_choices(treated: int, rest: int, level: float) -> Finding:
    """Where the uncertainty comes from choosing other areas: whether any result could be unusual enough."""
    few = too_few_units(treated, treated + rest, level)
    return Finding(
        check=CheckId.CLUSTERS,
        status=FindingStatus.OK if few is None else FindingStatus.BLOCK,
        withholds=None if few is None else Withheld.ESTIMATE,
        reason=_enough(treated, rest) if few is None else few,
        statistic=treated + rest,
        threshold=least_units(treated, level),
        from_counts=False,
    )


def _enough(treated: int, rest: int) -> Statement:
    return Statement(
        "areas_enough",
        Text(
            f"{_areas_sv(treated)} jämförs med {rest}. "
            "Det räcker för att skillnader mellan områden ska kunna vägas in.",
            f"{_areas_en(treated)} compared with {rest}. That is enough for differences between areas to be taken "
            "into account.",
        ),
    )


def _few(treated: int, rest: int) -> Statement:
    return Statement(
        "areas_few",
        Text(
            f"{_areas_sv(treated)} jämförs med {_areas_sv(rest).lower()}. Det är få: osäkerheten gäller bara slumpen, "
            "inte hur områden skiljer sig åt.",
            f"{_areas_en(treated)} compared with {rest}. Few: the uncertainty covers chance, not how areas differ.",
        ),
    )


def _areas_sv(count: int) -> str:
    return "Ett område" if count == 1 else f"{count} områden"


def _areas_en(count: int) -> str:
    return "One area is" if count == 1 else f"{count} areas are"
