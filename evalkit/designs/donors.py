"""D4: one or a few areas where something started against each of many where nothing did.

The areas of the comparison are not pooled to one: each takes the place of the treated in turn, and that is where the
uncertainty comes from. An area of the comparison that lacks a figure is left out and counted, never filled in.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from evalkit import caveats, refusals
from evalkit.comparisons.donor_counts import DonorCounts
from evalkit.comparisons.placebo_tests import Drawing, effect_of, ratios_without_each
from evalkit.designs.design import Design
from evalkit.designs.difference_in_differences import compares_two_models
from evalkit.designs.evidence import Evidence, Lack, gather, refuse, starts_kept
from evalkit.estimands import Estimand, Group, Window
from evalkit.estimates import Cell, Estimate, refusal
from evalkit.inference.segmented import FEWEST_A_SIDE
from evalkit.inference.summed import CellSeries
from evalkit.language import Text
from evalkit.panels import Panel
from evalkit.statements import Statement
from evalkit.vocabulary import CellStatus, CheckId, DesignId, Scale

DRAWS, SEED = 9999, 1
"""Of choices of areas when there are more than can be gone through; the same for every plan."""
_SCALE = Scale.RATIO_OF_RATE_RATIOS


def _estimate(estimand: Estimand, panel: Panel, conf_level: float) -> Estimate:
    before, other = estimand.before, estimand.comparison
    if before is None or other is None:
        needs = Text("områden att jämföra med och en tid före", "areas to compare with and a time before")
        return refusal(_SCALE, refusals.design_needs(needs), conf_level=conf_level)
    own = [gather(estimand, panel, estimand.group, window) for window in (estimand.after, before)]
    lacks = [item for item in own if isinstance(item, Lack)]
    if lacks:
        return refusal(_SCALE, refuse(lacks), conf_level=conf_level)
    counts = donor_counts(estimand, panel, before, other)
    found = effect_of(counts, Drawing(DRAWS, SEED, conf_level))
    whole = [item for item in own if isinstance(item, Evidence)]
    said = tuple(
        dict.fromkeys((*_beside(estimand), *found.assumptions, *(told for item in whole for told in item.caveats)))
    )
    if not found.is_estimated:
        return replace(found, assumptions=said)
    return replace(
        found,
        cells=(*(item.cell for item in whole), *_cells_of_others(counts, other, (estimand.after, before))),
        assumptions=said,
    )


def _beside(estimand: Estimand) -> tuple[Statement, ...]:
    return (caveats.not_an_effect(),) if compares_two_models(estimand) else ()


def donor_counts(estimand: Estimand, panel: Panel, before: Window, other: Group) -> DonorCounts:
    """Counts and exposures by area and period kept, the treated first; ``nan`` where a figure is not there."""
    starts = [(window, starts_kept(estimand, panel, window)) for window in (before, estimand.after)]
    # In the order of their codes: that of the plan must not decide which choices are drawn.
    treated = tuple(sorted(estimand.group.units))
    units = (*treated, *(unit for unit in sorted(other.units) if unit not in treated))
    days = [day for _, kept in starts for day in kept]
    rows = pl.concat([panel.cells(estimand.series, units, window.first, window.last) for window, _ in starts])
    places = {unit: at for at, unit in enumerate(units)}
    columns = {day: at for at, day in enumerate(days)}
    grids = np.full((2, len(units), len(days)), np.nan)
    told = rows.filter((pl.col("status") == CellStatus.VALUE) & (pl.col("exposure_status") == CellStatus.VALUE))
    for unit, day, count, exposure in told.select("unit_id", "period", "count", "exposure").iter_rows():
        if day in columns:
            grids[:, places[unit], columns[day]] = count, exposure
    first = len(starts[0][1])
    grids[0, _without_exposure(grids, first) & (np.arange(len(units)) >= len(treated))] = np.nan
    return DonorCounts(units, len(treated), tuple(days), grids[0], grids[1], first)


def areas_compared(estimand: Estimand, panel: Panel) -> int:
    """How many areas the comparison rests on, the treated among them: those listed but left out do not count."""
    if estimand.before is None or estimand.comparison is None:
        return len(estimand.group.units)
    return len(donor_counts(estimand, panel, estimand.before, estimand.comparison).told().units)


def series_before(estimand: Estimand, panel: Panel) -> tuple[CellSeries, CellSeries] | None:
    """The sums of the treated and of the areas compared with, period by period before the start; ``None`` without."""
    if estimand.before is None or estimand.comparison is None:
        return None
    counts = donor_counts(estimand, panel, estimand.before, estimand.comparison)
    used = counts.told()
    if counts.missing[: counts.treated].any() or len(used.units) == used.treated:
        return None
    own, others = (
        CellSeries(
            counts=used.counts[part, : used.before].sum(axis=0).astype(np.int64),
            exposures=used.exposures[part, : used.before].sum(axis=0),
        )
        for part in (slice(used.treated), slice(used.treated, None))
    )
    return own, others


def _without_exposure(grids: NDArray[np.float64], first: int) -> NDArray[np.bool_]:
    """Areas with nothing to divide by before or after, or with events where there is nothing, shape ``(units,)``."""
    counts, exposures = grids
    none = np.min([np.nansum(exposures[:, part], axis=1) for part in (slice(first), slice(first, None))], axis=0) <= 0
    return np.asarray(none | ((exposures <= 0) & (counts > 0)).any(axis=1))


def _cells_of_others(counts: DonorCounts, other: Group, windows: tuple[Window, Window]) -> tuple[Cell, Cell]:
    """The sums of the areas that were compared with, after and before."""
    used = counts.told()
    places = np.arange(len(used.periods))
    parts = places >= used.before, places < used.before
    late, early = (
        Cell(
            unit=other.id,
            window=window.id,
            events=int(used.counts[used.treated :, part].sum()),
            exposure=float(used.exposures[used.treated :, part].sum()),
        )
        for window, part in zip(windows, parts, strict=True)
    )
    return late, early


def without_each(estimand: Estimand, panel: Panel, conf_level: float) -> list[tuple[str, float, float]]:
    """Each area of the comparison, and the ratio and p without it; empty when there is nothing to compare."""
    if estimand.before is None or estimand.comparison is None:
        return []
    counts = donor_counts(estimand, panel, estimand.before, estimand.comparison)
    found = ratios_without_each(counts, Drawing(DRAWS, SEED, conf_level))
    return [(str(unit), ratio, p_value) for unit, ratio, p_value in found]


DONORS = Design(
    id=DesignId.D4,
    name=Text("Ett eller några områden mot många andra", "One or a few areas against many others"),
    identifies=Text(
        "hur mycket mer eller mindre området förändrades än andra områden, och hur ovanligt det är bland dem",
        "how much more or less the area changed than other areas, and how unusual that is among them",
    ),
    must_be_true=Text(
        "Att de andra områdena inte påverkades, att alla annars hade förändrats lika många procent, och att området "
        "inte valdes efter hur det redan gick där.",
        "That the other areas were not affected, that all would otherwise have changed by the same percentage, and "
        "that the area was not chosen by how it was already doing.",
    ),
    scale=_SCALE,
    maryland=3,
    may_claim_effect=True,
    needs=Text(
        "Minst 20 områden när ett har fått insatsen, med antal för alla perioder före och efter. För att kallas effekt "
        f"minst {FEWEST_A_SIDE} perioder före, så att utvecklingen dittills kan bedömas.",
        "At least 20 areas when one had the measure, with counts for all periods before and after. To be called an "
        f"effect at least {FEWEST_A_SIDE} periods before, so that the development until then can be judged.",
    ),
    checks=(
        CheckId.DESIGN_CEILING,
        CheckId.CLUSTERS,
        CheckId.LARGEST_CASE,
        CheckId.AUTOCORRELATION,
        CheckId.EXPOSURE_CHANGE,
        CheckId.RECORDING,
        CheckId.PRE_TREND,
        CheckId.PLACEBO_DATES,
        CheckId.ANTICIPATION,
        CheckId.COVID,
        CheckId.LAW_BREAKS,
        CheckId.NEGATIVE_CONTROL,
        CheckId.SPILLOVER,
        CheckId.LEAVE_ONE_OUT,
        CheckId.E_VALUE,
    ),
    from_totals=False,
    estimate=_estimate,
)
