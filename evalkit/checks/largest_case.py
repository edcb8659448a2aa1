"""Whether one case holds so many of the persons that cases must be counted instead."""

from __future__ import annotations

import polars as pl

from evalkit.checks.situation import Situation
from evalkit.estimates import Cell
from evalkit.findings import Finding
from evalkit.language import Text
from evalkit.statements import Statement
from evalkit.vocabulary import CheckId, FindingStatus, MetricFamily, Withheld

MOST_SHARE = 0.25
"""Above this share of the persons in one case the headline is on cases (domain brief §5.2)."""
_OF_PERSONS = frozenset({MetricFamily.VICTIM, MetricFamily.SUPPORT})


def largest_case(situation: Situation) -> Finding | None:
    """The share of the persons of a side and window that lies in its largest case.

    Where every unit and period tells its largest case, the largest of those over all persons; a case that goes on over
    several periods can only be larger. Where only the number of cases is known, the largest of ``c`` cases holds at
    least ``1/c`` of the persons: with three cases or fewer surely more than a quarter, with more it cannot be ruled
    out.
    """
    metric = situation.book.metric(situation.estimand.series.metric)
    if metric is None or metric.family not in _OF_PERSONS or not situation.estimate.is_estimated:
        return None
    cells = [cell for cell in situation.estimate.cells if cell.events]
    if not cells:
        return None
    known = [_known_share(situation, cell) for cell in cells]
    bounds = [_least_share(cell) for cell in cells]
    surely = max((share for share in (*known, *bounds) if share is not None), default=None)
    if surely is not None and surely > MOST_SHARE:
        return _finding(FindingStatus.BLOCK, _count_cases(situation, cells), surely)
    if all(share is not None for share in known):
        return _finding(FindingStatus.OK, _SPREAD, surely)
    unknown = any(share is None and bound is None for share, bound in zip(known, bounds, strict=True))
    return _finding(FindingStatus.WARN, _CASES_UNKNOWN if unknown else _POSSIBLE, surely)


def _known_share(situation: Situation, cell: Cell) -> float | None:
    """What the largest case of any unit and period holds, where all of them tell."""
    group = next(group for group in situation.groups if group.id == cell.unit)
    window = next(window for window in situation.windows if window.id == cell.window)
    rows = situation.panel.cells(situation.estimand.series, group.units, window.first, window.last)
    told = rows.filter(pl.col("period").is_in(situation.starts(window)))["largest_case"]
    largest = told.max()
    return None if told.null_count() or not isinstance(largest, int) else largest / cell.events


def _least_share(cell: Cell) -> float | None:
    """What the largest case at least holds; persons in no case at all are a gap in the reporting."""
    return 1 / cell.cases if cell.cases else None


def _finding(status: FindingStatus, reason: Statement, share: float | None) -> Finding:
    return Finding(
        check=CheckId.LARGEST_CASE,
        status=status,
        reason=reason,
        statistic=share,
        threshold=MOST_SHARE,
        withholds=Withheld.ESTIMATE if status is FindingStatus.BLOCK else None,
    )


def _count_cases(situation: Situation, cells: list[Cell]) -> Statement:
    groups = {group.id: group.name for group in situation.groups}
    windows = {window.id: window.name for window in situation.windows}
    told = [(groups[cell.unit], windows[cell.window], cell.cases) for cell in cells if cell.cases]
    return Statement(
        "largest_case",
        Text(
            "Mer än en fjärdedel av personerna finns i ett enda ärende. Antalet ärenden ska användas i stället: "
            + "; ".join(f"{who.sv} {when.sv}: {cases}" for who, when, cases in told)
            + ".",
            "More than a quarter of the persons are in one single case. The number of cases is to be used instead: "
            + "; ".join(f"{who.en} {when.en}: {cases}" for who, when, cases in told)
            + ".",
        ),
    )


_SPREAD = Statement(
    "persons_spread_over_cases",
    Text(
        "Inget ärende i någon period rymmer mer än en fjärdedel av personerna.",
        "No case of any period holds more than a quarter of the persons.",
    ),
)
_CASES_UNKNOWN = Statement(
    "cases_unknown",
    Text(
        "Hur många ärenden personerna finns i är inte rapporterat. Ett enda ärende kan stå för de flesta.",
        "In how many cases the persons are is not reported. A single case may hold most of them.",
    ),
)
_POSSIBLE = Statement(
    "largest_case_possible",
    Text(
        "Det kan inte uteslutas att ett enda ärende står för mer än en fjärdedel av personerna.",
        "It cannot be ruled out that one single case holds more than a quarter of the persons.",
    ),
)
