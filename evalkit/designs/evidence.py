"""From an estimand and a panel to the counts that a design needs; or to the reason why not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

import polars as pl

from evalkit import caveats, periods, refusals
from evalkit.estimands import Estimand, Group, Window
from evalkit.estimates import Cell
from evalkit.inference.summed import CellSeries
from evalkit.inference.totals import LARGEST_COUNT
from evalkit.language import Text
from evalkit.panels import Panel
from evalkit.statements import Statement
from evalkit.vocabulary import CellStatus, Qualifier

_MOST_NAMED = 3


@dataclass(frozen=True, slots=True)
class Evidence:
    """One side and one window: the series by period, its sums and what qualifies them."""

    series: CellSeries
    cell: Cell
    of_counts: frozenset[str]
    of_exposures: frozenset[str]

    @property
    def caveats(self) -> tuple[Statement, ...]:
        """What must be said about the figures themselves."""
        either = self.of_counts | self.of_exposures
        found = []
        if Qualifier.DERIVED in either:
            found.append(caveats.derived_figures())
        if Qualifier.APPROXIMATE in either:
            found.append(caveats.approximate_figures())
        if Qualifier.CARRIED_FORWARD in self.of_counts:
            found.append(caveats.count_carried_forward())
        if Qualifier.CARRIED_FORWARD in self.of_exposures:
            found.append(caveats.exposure_carried_forward())
        return tuple(found)


@dataclass(frozen=True, slots=True)
class Lack:
    """Why one side and one window have no evidence.

    ``who`` is the group, or those of its units that the lack concerns. ``reported`` is in how many of
    the ``wanted`` periods all of them have a count.
    """

    kind: (
        CellStatus
        | Literal[
            "window_cut",
            "exposure_missing",
            "exposure_zero",
            "events_without_exposure",
            "implausible_count",
            "more_than_all",
        ]
    )
    who: Text
    window: Window
    reported: int = 0
    wanted: int = 0


def gather(estimand: Estimand, panel: Panel, group: Group, window: Window) -> Evidence | Lack:
    """The evidence of one group in one window, pooled over the group's units period by period.

    Every unit must have a value and an exposure in every period of the window. Anything else is a
    lack that names who, when and what; summing over what is at hand would give too small a count.
    """
    if not periods.is_whole(window.first, window.last, panel.frequency):
        return Lack("window_cut", group.name, window)
    rows = _kept(panel.cells(estimand.series, group.units, window.first, window.last), estimand)
    wanted = len(starts_kept(estimand, panel, window))
    lack = (
        (None if _is_whole(rows, wanted * len(group.units)) else _uncounted(rows, wanted, panel, group, window))
        or _implausible(rows, group, window)
        or _unexposed(rows, panel, group, window)
        or (_more_than_all(rows, panel, group, window) if estimand.series.key in panel.shares else None)
    )
    if lack is not None:
        return lack
    pooled = rows.group_by("period").agg(pl.col("count").sum(), pl.col("exposure").sum()).sort("period")
    return Evidence(
        series=CellSeries(counts=pooled["count"].to_numpy(), exposures=pooled["exposure"].to_numpy()),
        cell=Cell(
            unit=group.id,
            window=window.id,
            events=int(rows["count"].sum()),
            exposure=float(rows["exposure"].sum()),
            cases=None if rows["cases"].null_count() else int(rows["cases"].sum()),
        ),
        of_counts=frozenset(rows["qualifier"]),
        of_exposures=frozenset(rows["exposure_qualifier"]),
    )


def _kept(rows: pl.DataFrame, estimand: Estimand) -> pl.DataFrame:
    """The rows outside the times that the estimand leaves out."""
    for out in estimand.without:
        rows = rows.filter((pl.col("period") < out.first) | (pl.col("period") > out.last))
    return rows


def starts_kept(estimand: Estimand, panel: Panel, window: Window) -> list[date]:
    """The first days of a window's periods that the estimand does not leave out."""
    starts = periods.between(window.first, window.last, panel.frequency)
    return [start for start in starts if not any(out.first <= start <= out.last for out in estimand.without)]


def _is_whole(rows: pl.DataFrame, cells: int) -> bool:
    """Whether there is a count in every cell; the usual case, told without looking for who lacks one."""
    return rows.height == cells and bool((rows["status"] == CellStatus.VALUE).all())


def _uncounted(rows: pl.DataFrame, wanted: int, panel: Panel, group: Group, window: Window) -> Lack | None:
    """The gravest way in which some unit lacks a count in some period."""
    seen = dict(rows.group_by("unit_id").len().iter_rows())
    absent = [unit for unit in group.units if seen.get(unit, 0) < wanted]
    for status in (CellStatus.NOT_APPLICABLE, CellStatus.MISSING, CellStatus.SUPPRESSED, CellStatus.NOT_YET_REPORTED):
        concerned = set(rows.filter(pl.col("status") == status)["unit_id"])
        if status is CellStatus.MISSING:
            concerned |= set(absent)
        if concerned:
            reported = _reported(rows, concerned, wanted)
            return Lack(status, _who(concerned, panel, group), window, reported=reported, wanted=wanted)
    return None


def _reported(rows: pl.DataFrame, units: set[str], wanted: int) -> int:
    """Periods in which every one of the units has a count; at least one period is short of it."""
    counted = rows.filter(pl.col("unit_id").is_in(sorted(units)) & (pl.col("status") == CellStatus.VALUE))
    whole = counted.group_by("period").len().filter(pl.col("len") == len(units))
    return min(whole.height, wanted)


def _implausible(rows: pl.DataFrame, group: Group, window: Window) -> Lack | None:
    # As floats, since a sum of such numbers may be more than an integer can hold.
    total = float(rows["count"].cast(pl.Float64).sum())
    return Lack("implausible_count", group.name, window) if total > LARGEST_COUNT else None


def _unexposed(rows: pl.DataFrame, panel: Panel, group: Group, window: Window) -> Lack | None:
    hidden = rows["exposure_status"] != CellStatus.VALUE
    if hidden.any():
        unknown = set(rows.filter(hidden)["unit_id"])
        return Lack("exposure_missing", _who(unknown, panel, group), window)
    bare = (rows["exposure"] <= 0) & (rows["count"] > 0)
    if bare.any():
        unmatched = set(rows.filter(bare)["unit_id"])
        return Lack("events_without_exposure", _who(unmatched, panel, group), window)
    # A period without visits has no finding to miss; only a window without any is hopeless.
    if rows["exposure"].sum() <= 0:
        return Lack("exposure_zero", group.name, window)
    return None


def _more_than_all(rows: pl.DataFrame, panel: Panel, group: Group, window: Window) -> Lack | None:
    """What is counted at most once for each visit cannot be more than the visits, whatever was reported."""
    beyond = set(rows.filter(pl.col("count") > pl.col("exposure"))["unit_id"])
    return Lack("more_than_all", _who(beyond, panel, group), window) if beyond else None


def _who(units: set[str], panel: Panel, group: Group) -> Text:
    """The group when all of its units are concerned; else those that are, by name or by number."""
    if units >= set(group.units):
        return group.name
    if len(units) > _MOST_NAMED:
        told = len(units), len(group.units)
        return Text(
            f"{told[0]} av {told[1]} områden i {group.name.sv}", f"{told[0]} of {told[1]} areas in {group.name.en}"
        )
    names = _listed([Text(name, name) for name in (panel.unit_name(unit) for unit in group.units if unit in units)])
    return Text(f"{names.sv} (i {group.name.sv})", f"{names.en} (in {group.name.en})")


def refuse(lacks: Sequence[Lack]) -> Statement:
    """One reason for all that is lacking: the gravest kind, with everyone and every time it concerns.

    Raises
    ------
    ValueError
        When nothing is lacking.
    """
    kind = min((lack.kind for lack in lacks), key=_GRAVITY.index)
    same_kind = [lack for lack in lacks if lack.kind == kind]
    if kind == "window_cut":
        return refusals.window_cut(_who_and_when(same_kind)[1])
    if kind is CellStatus.MISSING:
        return _missing(same_kind)
    return _REASONS[kind](*_who_and_when(same_kind))


_GRAVITY: tuple[str, ...] = (
    "window_cut",
    "implausible_count",
    "more_than_all",
    CellStatus.NOT_APPLICABLE,
    CellStatus.MISSING,
    CellStatus.SUPPRESSED,
    CellStatus.NOT_YET_REPORTED,
    "exposure_missing",
    "events_without_exposure",
    "exposure_zero",
)
_REASONS: dict[str, Callable[[Text, Text], Statement]] = {
    CellStatus.NOT_APPLICABLE: refusals.not_applicable,
    CellStatus.SUPPRESSED: refusals.suppressed,
    CellStatus.NOT_YET_REPORTED: refusals.not_yet_reported,
    "exposure_missing": refusals.exposure_missing,
    "events_without_exposure": refusals.events_without_exposure,
    "exposure_zero": refusals.exposure_zero,
    "implausible_count": refusals.implausible_count,
    "more_than_all": refusals.more_than_all,
}


def _missing(lacks: Sequence[Lack]) -> Statement:
    """Nothing at all from somebody is graver than a gap; a gap is told with its size."""
    nothing = [lack for lack in lacks if lack.reported == 0]
    if nothing:
        return refusals.data_missing(*_who_and_when(nothing))
    lack = min(lacks, key=lambda lack: lack.reported / lack.wanted)
    return refusals.partly_missing(lack.who, lack.window.name, reported=lack.reported, wanted=lack.wanted)


def _who_and_when(lacks: Sequence[Lack]) -> tuple[Text, Text]:
    """Everyone and every time, when all of the former lack all of the latter; else the first pair only."""
    pairs = {(lack.who, lack.window.id) for lack in lacks}
    people = list(dict.fromkeys(lack.who for lack in lacks))
    windows = [lack.window for lack in sorted(lacks, key=lambda lack: lack.window.first)]
    names = list(dict.fromkeys(window.name for window in windows))
    if len(pairs) == len(people) * len(names):
        return _listed(people), _listed(names)
    return lacks[0].who, lacks[0].window.name


def _listed(names: Sequence[Text]) -> Text:
    if len(names) == 1:
        return names[0]
    return Text(
        f"{', '.join(name.sv for name in names[:-1])} och {names[-1].sv}",
        f"{', '.join(name.en for name in names[:-1])} and {names[-1].en}",
    )
