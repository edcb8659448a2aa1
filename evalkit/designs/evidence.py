"""From an estimand and a panel to the counts that a design needs; or to the reason why not."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from evalkit import caveats, refusals
from evalkit.estimands import Estimand, Group, Window
from evalkit.estimates import Cell
from evalkit.inference.summed import CellSeries
from evalkit.language import Text
from evalkit.panels import Panel
from evalkit.statements import Statement
from evalkit.vocabulary import CellStatus, Qualifier


@dataclass(frozen=True, slots=True)
class Evidence:
    """One side and one window: the series by period, its sums and what qualifies it."""

    series: CellSeries
    cell: Cell
    n_units: int
    qualifiers: frozenset[str]

    @property
    def caveats(self) -> tuple[Statement, ...]:
        """What must be said about the figures themselves."""
        found = []
        if Qualifier.DERIVED in self.qualifiers or Qualifier.APPROXIMATE in self.qualifiers:
            found.append(caveats.derived_figures())
        if Qualifier.CARRIED_FORWARD in self.qualifiers:
            found.append(caveats.exposure_carried_forward())
        return tuple(found)


def gather(estimand: Estimand, panel: Panel, group: Group, window: Window) -> Evidence | Statement:
    """The evidence of one group in one window, pooled over the group's units period by period.

    Every unit must have a value and an exposure in every period. Anything else is a refusal that
    names who, when and what; summing over the periods at hand would give too small a count.
    """
    rows = panel.cells(estimand.series, group.units, window.first, window.last)
    reason = _why_not(rows, group, window)
    if reason is not None:
        return reason
    pooled = rows.group_by("period").agg(pl.col("count").sum(), pl.col("exposure").sum()).sort("period")
    return Evidence(
        series=CellSeries(counts=pooled["count"].to_numpy(), exposures=pooled["exposure"].to_numpy()),
        cell=Cell(
            unit=group.id, window=window.id, events=int(rows["count"].sum()), exposure=float(rows["exposure"].sum())
        ),
        n_units=len(group.units),
        qualifiers=frozenset(rows["qualifier"]) | frozenset(rows["exposure_qualifier"]),
    )


def _why_not(rows: pl.DataFrame, group: Group, window: Window) -> Statement | None:
    if rows.is_empty():
        return refusals.data_missing(group.name, window.name)
    return _count_reason(rows, group, window) or _exposure_reason(rows, group.name, window.name)


def _count_reason(rows: pl.DataFrame, group: Group, window: Window) -> Statement | None:
    present = set(rows["status"])
    who, when = group.name, window.name
    for status, reason in (
        (CellStatus.NOT_APPLICABLE, refusals.not_applicable(who, when)),
        (CellStatus.SUPPRESSED, refusals.suppressed(who, when)),
    ):
        if status in present:
            return reason
    reported = _fully_reported_periods(rows)
    wanted = rows["period"].n_unique()
    if present == {CellStatus.VALUE}:
        return None
    if CellStatus.NOT_YET_REPORTED in present and CellStatus.MISSING not in present:
        return refusals.not_yet_reported(who, when)
    if reported == 0 and not (rows["status"] == CellStatus.VALUE).any():
        return refusals.data_missing(who, when)
    return refusals.partly_missing(who, when, reported=reported, wanted=wanted)


def _fully_reported_periods(rows: pl.DataFrame) -> int:
    return rows.group_by("period").agg((pl.col("status") == CellStatus.VALUE).all())["status"].sum()


def _exposure_reason(rows: pl.DataFrame, who: Text, when: Text) -> Statement | None:
    if (rows["exposure_status"] != CellStatus.VALUE).any():
        return refusals.exposure_missing(who, when)
    if (rows["exposure"] <= 0).any():
        return refusals.exposure_zero(who, when)
    return None
