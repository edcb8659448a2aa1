"""How strong a cause that nobody measured would have to be."""

from __future__ import annotations

import math

from evalkit.checks.answers import numeral
from evalkit.checks.situation import Situation
from evalkit.findings import Finding
from evalkit.inference.e_value import e_value as kernel
from evalkit.language import Text
from evalkit.statements import Statement
from evalkit.vocabulary import CheckId, FindingStatus

LEAST = 1.25
"""Below this, a cause that is linked by 25 per cent to both the way of working and the outcome would do."""


def e_value(situation: Situation) -> Finding | None:
    """The E-value of the limit nearer to no difference (VanderWeele & Ding 2017, Ann. Intern. Med. 167)."""
    found = situation.estimate
    if found.null != 1 or found.estimate is None or found.conf_low is None or found.conf_high is None:
        return None
    _, limit = kernel(found.estimate, found.conf_low, found.conf_high)
    return Finding(
        check=CheckId.E_VALUE,
        status=FindingStatus.OK if limit >= LEAST else FindingStatus.WARN,
        reason=_NOTHING_NEEDED if limit == 1 else _needed(limit),
        statistic=limit if math.isfinite(limit) else None,
        threshold=LEAST,
    )


def _needed(limit: float) -> Statement:
    times = numeral(limit, decimals=1 if limit >= LEAST else 2)
    return Statement(
        "hidden_cause_needed",
        Text(
            f"En dold orsak måste ha ett samband på {times.sv} gånger med arbetssätt och mått för att förklara allt.",
            f"A hidden cause must be linked {times.en} times with both way of working and metric to explain it all.",
        ),
    )


_NOTHING_NEEDED = Statement(
    "hidden_cause_not_needed",
    Text(
        "Skillnaden kan inte skiljas från slumpen. Ingen dold orsak behövs.",
        "The difference cannot be told from chance. No hidden cause is needed.",
    ),
)
