"""Whether one period resembles the one before it more than chance makes it."""

from __future__ import annotations

import math

from evalkit.breaks import FEWEST_BEFORE
from evalkit.checks.answers import numeral
from evalkit.checks.situation import Situation
from evalkit.findings import Finding
from evalkit.inference.autocorrelation import effective_size
from evalkit.inference.summed import CellSeries
from evalkit.inference.trend import autocorrelation as lag_one
from evalkit.inference.trend import residuals
from evalkit.language import Text
from evalkit.statements import Statement
from evalkit.vocabulary import CheckId, FindingStatus


def autocorrelation(situation: Situation) -> Finding | None:
    """The correlation between neighbouring periods, round a log-linear trend of their own side and window.

    The windows of a side are put together. The statistic is that of the side where it is largest, the threshold
    ``2/√n`` of that side (Bartlett 1946, Supplement to the JRSS 8:27-41).
    So many periods are worth ``n (1 - r)/(1 + r)`` independent ones. Fewer than 12 periods are not judged.
    """
    cells = [(group.id, found.series) for group, _, found in situation.cells()]
    if not cells:
        return None
    if min(series.counts.size for _, series in cells) < FEWEST_BEFORE:
        return Finding(check=CheckId.AUTOCORRELATION, status=FindingStatus.WARN, reason=_TOO_SHORT)
    judged = [pair for group in situation.groups if (pair := _of_side(cells, group.id)) is not None]
    if not judged:
        return Finding(check=CheckId.AUTOCORRELATION, status=FindingStatus.WARN, reason=TOO_FEW)
    r, n = max(judged, key=lambda pair: abs(pair[0]) * math.sqrt(pair[1]))
    limit = 2 / math.sqrt(n)
    return Finding(
        check=CheckId.AUTOCORRELATION,
        status=FindingStatus.WARN if abs(r) > limit else FindingStatus.OK,
        reason=AS_CHANCE if abs(r) <= limit else _alike(r, n) if r > 0 else _unlike(r),
        statistic=r,
        threshold=limit,
    )


def _of_side(cells: list[tuple[str, CellSeries]], side: str) -> tuple[float, int] | None:
    """The correlation of one side and the number of periods behind it."""
    left = [found for group, series in cells if group == side and (found := residuals(series)) is not None]
    r = lag_one(left)
    return None if r is None else (r, sum(stretch.size for stretch in left))


def _alike(r: float, n: int) -> Statement:
    worth, told = max(1, round(effective_size(n, r))), numeral(r, decimals=2)
    return Statement(
        "periods_alike",
        Text(
            f"Perioderna följer varandra ({told.sv}): {n} säger lika mycket som {worth} oberoende. "
            "Osäkerheten är större.",
            f"Periods follow each other ({told.en}): {n} say as much as {worth} independent ones. "
            "The uncertainty is larger.",
        ),
    )


def _unlike(r: float) -> Statement:
    told = numeral(r, decimals=2)
    return Statement(
        "periods_unlike",
        Text(
            f"Höga perioder följs av låga och tvärtom ({told.sv}). Se hur händelser bokförs.",
            f"High periods are followed by low ones and vice versa ({told.en}). See how events are booked.",
        ),
    )


AS_CHANCE = Statement(
    "periods_as_chance",
    Text(
        "Grannperioder liknar varandra inte mer än slumpen kan ge.",
        "Neighbouring periods resemble each other no more than chance can give.",
    ),
)
_TOO_SHORT = Statement(
    "periods_too_few_for_dependence",
    Text(
        f"Minst en tid har färre än {FEWEST_BEFORE} perioder, så samband mellan perioder kan inte bedömas.",
        f"At least one time has fewer than {FEWEST_BEFORE} periods, so dependence between them cannot be judged.",
    ),
)
TOO_FEW = Statement(
    "events_too_few_for_dependence",
    Text(
        "Händelserna är för få för att bedöma samband mellan perioder.",
        "The events are too few to judge dependence between periods.",
    ),
)
