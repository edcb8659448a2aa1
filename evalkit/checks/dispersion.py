"""Whether the counts vary more than chance."""

from __future__ import annotations

from evalkit import style
from evalkit.checks.situation import Situation
from evalkit.findings import Finding
from evalkit.language import Language, Text
from evalkit.statements import Statement
from evalkit.vocabulary import CheckId, FindingStatus

MOST_FOR_POISSON = 1.5
"""Above this Pearson dispersion no Poisson error is used (domain brief §5.2)."""


def dispersion(situation: Situation) -> Finding | None:
    """Pearson's φ of the estimate against the limit above which the reader is told.

    The interval is widened for every φ above 1 (:mod:`evalkit.inference.rule`).
    """
    phi = situation.estimate.dispersion
    if phi is None:
        return None
    over = phi > MOST_FOR_POISSON
    return Finding(
        check=CheckId.DISPERSION,
        status=FindingStatus.WARN if over else FindingStatus.OK,
        reason=_more(phi) if over else _AS_CHANCE,
        statistic=phi,
        threshold=MOST_FOR_POISSON,
    )


def _more(phi: float) -> Statement:
    times = {language: style.number(phi, language, decimals=1) for language in Language}
    return Statement(
        "varies_more",
        Text(
            f"Antalen varierar {times[Language.SV]} gånger så mycket som slumpen. Osäkerheten är vidgad för det.",
            f"The counts vary {times[Language.EN]} times as much as chance. The uncertainty is widened for it.",
        ),
    )


_AS_CHANCE = Statement(
    "varies_as_chance",
    Text(
        "Antalen varierar ungefär så mycket som slumpen ger.",
        "The counts vary about as much as chance makes them.",
    ),
)
