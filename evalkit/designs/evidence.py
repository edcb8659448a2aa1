"""From an estimand and a panel to the counts that a design needs; or to the reason why not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

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


@dataclass(frozen=True, slots=True)
class Lack:
    """Why one side and one window have no evidence."""

    kind: CellStatus | Literal["exposure_missing", "exposure_zero"]
    group: Group
    window: Window
    reported: int = 0
    wanted: int = 0


def gather(estimand: Estimand, panel: Panel, group: Group, window: Window) -> Evidence | Lack:
    """The evidence of one group in one window, pooled over the group's units period by period.

    Every unit must have a value and an exposure in every period. Anything else is a lack that
    names who, when and what; summing over the periods at hand would give too small a count.
    """
    rows = panel.cells(estimand.series, group.units, window.first, window.last)
    lack = _lack(rows, group, window)
    if lack is not None:
        return lack
    pooled = rows.group_by("period").agg(pl.col("count").sum(), pl.col("exposure").sum()).sort("period")
    return Evidence(
        series=CellSeries(counts=pooled["count"].to_numpy(), exposures=pooled["exposure"].to_numpy()),
        cell=Cell(
            unit=group.id, window=window.id, events=int(rows["count"].sum()), exposure=float(rows["exposure"].sum())
        ),
        n_units=len(group.units),
        qualifiers=frozenset(rows["qualifier"]) | frozenset(rows["exposure_qualifier"]),
    )


def refuse(lacks: Sequence[Lack]) -> Statement:
    """One reason for all that is lacking: the gravest kind, with everyone and every time it concerns.

    Raises
    ------
    ValueError
        When nothing is lacking.
    """
    kind = min((lack.kind for lack in lacks), key=_GRAVITY.index)
    same_kind = [lack for lack in lacks if lack.kind == kind]
    if kind is CellStatus.MISSING:
        return _missing(same_kind)
    return _REASONS[kind](*_who_and_when(same_kind))


_GRAVITY: tuple[str, ...] = (
    CellStatus.NOT_APPLICABLE,
    CellStatus.MISSING,
    CellStatus.SUPPRESSED,
    CellStatus.NOT_YET_REPORTED,
    "exposure_missing",
    "exposure_zero",
)
_REASONS: dict[str, Callable[[Text, Text], Statement]] = {
    CellStatus.NOT_APPLICABLE: refusals.not_applicable,
    CellStatus.SUPPRESSED: refusals.suppressed,
    CellStatus.NOT_YET_REPORTED: refusals.not_yet_reported,
    "exposure_missing": refusals.exposure_missing,
    "exposure_zero": refusals.exposure_zero,
}


def _missing(lacks: Sequence[Lack]) -> Statement:
    """Nothing at all from somebody is graver than a gap; a gap is told with its size."""
    nothing = [lack for lack in lacks if lack.reported == 0]
    if nothing:
        return refusals.data_missing(*_who_and_when(nothing))
    lack = min(lacks, key=lambda lack: lack.reported / lack.wanted)
    return refusals.partly_missing(lack.group.name, lack.window.name, reported=lack.reported, wanted=lack.wanted)


def _who_and_when(lacks: Sequence[Lack]) -> tuple[Text, Text]:
    """Everyone and every time, when all of the former lack all of the latter; else the first pair only."""
    pairs = {(lack.group.id, lack.window.id) for lack in lacks}
    groups = list(dict.fromkeys(lack.group.name for lack in lacks))
    windows = [lack.window for lack in sorted(lacks, key=lambda lack: lack.window.first)]
    names = list(dict.fromkeys(window.name for window in windows))
    if len(pairs) == len(groups) * len(names):
        return _listed(groups), _listed(names)
    return lacks[0].group.name, lacks[0].window.name


def _listed(names: Sequence[Text]) -> Text:
    return Text(" och ".join(name.sv for name in names), " and ".join(name.en for name in names))


def _lack(rows: pl.DataFrame, group: Group, window: Window) -> Lack | None:
    periods = rows["period"].n_unique()
    if rows.is_empty():
        return Lack(CellStatus.MISSING, group, window, reported=0, wanted=periods)
    present = set(rows["status"])
    for status in (CellStatus.NOT_APPLICABLE, CellStatus.MISSING, CellStatus.SUPPRESSED, CellStatus.NOT_YET_REPORTED):
        if status in present:
            return Lack(status, group, window, reported=_fully_reported_periods(rows), wanted=periods)
    if (rows["exposure_status"] != CellStatus.VALUE).any():
        return Lack("exposure_missing", group, window)
    # A period without visits has no finding to miss; only a window without any is hopeless.
    if rows["exposure"].sum() <= 0 or rows.filter((pl.col("exposure") <= 0) & (pl.col("count") > 0)).height:
        return Lack("exposure_zero", group, window)
    return None


def _fully_reported_periods(rows: pl.DataFrame) -> int:
    """Periods in which every unit of the group reported."""
    return int(rows.group_by("period").agg((pl.col("status") == CellStatus.VALUE).all())["status"].sum())
