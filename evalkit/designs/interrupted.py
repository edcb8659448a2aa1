"""D2 as an interrupted time series, and D2c, the same beside comparison areas.

The windows of the estimand lay out the series: it runs from the first day before to the last day after, the break
lies where the time after begins, and what is between the two windows (a trial time, a time of building up) is left
out of the fit.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

import polars as pl

from evalkit import caveats, periods, refusals
from evalkit.comparisons.interrupted import interrupted_time_series
from evalkit.comparisons.interrupted_series import InterruptedSeries
from evalkit.designs.design import Design
from evalkit.designs.evidence import Evidence, Lack, gather, refuse
from evalkit.estimands import Estimand, Group, Window
from evalkit.estimates import Estimate, Tested, refusal
from evalkit.language import Text
from evalkit.panels import Panel
from evalkit.statements import Statement
from evalkit.vocabulary import CheckId, DesignId, Frequency, Scale


@dataclass(frozen=True, slots=True)
class _Side:
    """One group: its evidence after and before, and its pooled series over the whole time."""

    after: Evidence
    before: Evidence
    counts: pl.Series
    exposures: pl.Series


def _alone(estimand: Estimand, panel: Panel, conf_level: float) -> Estimate:
    return _estimate(estimand, panel, conf_level, scale=Scale.RATE_RATIO)


def _beside(estimand: Estimand, panel: Panel, conf_level: float) -> Estimate:
    return _estimate(estimand, panel, conf_level, scale=Scale.RATIO_OF_RATE_RATIOS)


def _estimate(estimand: Estimand, panel: Panel, conf_level: float, *, scale: Scale) -> Estimate:
    before = estimand.before
    compared = scale is Scale.RATIO_OF_RATE_RATIOS
    if before is None or (compared and estimand.comparison is None):
        needs = Text("en tid före, och för D2c ett annat område", "a time before, and for D2c another area")
        return refusal(scale, refusals.design_needs(needs), conf_level=conf_level)
    groups = [estimand.group]
    if compared and estimand.comparison is not None:
        groups.append(estimand.comparison)
    sides = [_side(estimand, panel, group, before) for group in groups]
    lacks = [lack for side in sides if not isinstance(side, _Side) for lack in side]
    if lacks:
        return refusal(scale, refuse(lacks), conf_level=conf_level)
    whole = [side for side in sides if isinstance(side, _Side)]
    found = _fitted(estimand, panel.frequency, before, whole, conf_level)
    return _dressed(found, whole, _beside_the_number(estimand, compared=compared))


def _side(estimand: Estimand, panel: Panel, group: Group, before: Window) -> _Side | list[Lack]:
    late, early = (gather(estimand, panel, group, window) for window in (estimand.after, before))
    if isinstance(late, Lack) or isinstance(early, Lack):
        return [item for item in (late, early) if isinstance(item, Lack)]
    rows = panel.cells(estimand.series, group.units, before.first, estimand.after.last)
    pooled = rows.group_by("period").agg(pl.col("count").sum(), pl.col("exposure").sum())
    starts = pl.DataFrame({"period": _starts(before, estimand.after, panel.frequency)})
    whole = starts.join(pooled, on="period", how="left", maintain_order="left")
    return _Side(late, early, whole["count"], whole["exposure"].fill_null(0.0))


def _starts(before: Window, after: Window, step: Frequency) -> list[date]:
    return periods.between(before.first, after.last, step)


def _fitted(
    estimand: Estimand, step: Frequency, before: Window, sides: list[_Side], conf_level: float
) -> InterruptedSeries:
    own, *others = sides
    return interrupted_time_series(
        own.counts,
        own.exposures,
        start=estimand.after.first,
        periods=pl.Series(_starts(before, estimand.after, step), dtype=pl.Date),
        left_out=[
            (periods.first_day(first, step), periods.first_day(last, step))
            for first, last in _left_out(estimand, before)
        ],
        steps=[periods.first_day(day, step) for day in estimand.steps],
        comparison=others[0].counts if others else None,
        comparison_exposure=others[0].exposures if others else None,
        conf_level=conf_level,
    )


def _left_out(estimand: Estimand, before: Window) -> Iterable[tuple[date, date]]:
    """What lies between the windows, and what the estimand leaves out of them."""
    if before.last + timedelta(days=1) < estimand.after.first:
        yield before.last + timedelta(days=1), estimand.after.first - timedelta(days=1)
    for out in estimand.without:
        first, last = max(out.first, before.first), min(out.last, estimand.after.last)
        if first <= last:
            yield first, last


def _dressed(found: InterruptedSeries, sides: list[_Side], beside: tuple[Statement, ...]) -> Estimate:
    """The average ratio with its cells, and the changes of level and slope as tests beside it."""
    of_figures = tuple(
        dict.fromkeys(told for side in sides for item in (side.after, side.before) for told in item.caveats)
    )
    said = tuple(dict.fromkeys((*beside, *found.average.assumptions, *of_figures)))
    if not found.average.is_estimated:
        return replace(found.average, assumptions=said)
    changes = (("level", found.level), ("slope", found.slope))
    return replace(
        found.average,
        cells=tuple(cell for side in sides for cell in (side.after.cell, side.before.cell)),
        assumptions=said,
        tests=tuple(
            Tested(name=name, statistic=one.estimate, p_value=one.p_value)
            for name, one in changes
            if one is not None and one.estimate is not None and one.p_value is not None
        ),
    )


def _beside_the_number(estimand: Estimand, *, compared: bool) -> tuple[Statement, ...]:
    from evalkit.designs.difference_in_differences import compares_two_models

    return (caveats.not_an_effect(),) if compared and compares_two_models(estimand) else ()


_CHECKS = (
    CheckId.DESIGN_CEILING,
    CheckId.LARGEST_CASE,
    CheckId.AUTOCORRELATION,
    CheckId.EXPOSURE_CHANGE,
    CheckId.RECORDING,
    CheckId.PLACEBO_DATES,
    CheckId.ANTICIPATION,
    CheckId.COVID,
    CheckId.LAW_BREAKS,
    CheckId.NEGATIVE_CONTROL,
    CheckId.SPILLOVER,
    CheckId.E_VALUE,
)
INTERRUPTED = Design(
    id=DesignId.D2_ITS,
    name=Text("Avbruten tidsserie i ett område", "Interrupted time series in one area"),
    identifies=Text(
        "hur mycket fler eller färre det blev än utvecklingen dittills pekade mot, vad det än beror på",
        "how many more or fewer there were than the development until then pointed to, whatever it is due to",
    ),
    must_be_true=Text(
        "Att utvecklingen hade fortsatt som förut, och att inget annat ändrades samtidigt.",
        "That the development would have gone on as before, and that nothing else changed at the same time.",
    ),
    scale=Scale.RATE_RATIO,
    maryland=2,
    may_claim_effect=False,
    needs=Text(
        "Minst 12 perioder före och 12 efter, alla rapporterade.",
        "At least 12 periods before and 12 after, all of them reported.",
    ),
    checks=_CHECKS,
    from_totals=False,
    estimate=_alone,
)
CONTROLLED = Design(
    id=DesignId.D2C,
    name=Text("Avbruten tidsserie mot andra områden", "Interrupted time series beside other areas"),
    identifies=Text(
        "hur mycket mer ett område bröt sin utveckling än andra områden gjorde samtidigt",
        "by how much more one area broke its development than other areas did at the same time",
    ),
    must_be_true=Text(
        "Att områdena annars hade brutit sin utveckling lika mycket.",
        "That the areas would otherwise have broken their development alike.",
    ),
    scale=Scale.RATIO_OF_RATE_RATIOS,
    maryland=2,
    may_claim_effect=False,
    needs=Text(
        "Minst 12 perioder före och 12 efter i båda områdena, alla rapporterade.",
        "At least 12 periods before and 12 after in both areas, all of them reported.",
    ),
    checks=(*_CHECKS[:1], CheckId.CLUSTERS, *_CHECKS[1:-1], CheckId.LEAVE_ONE_OUT, _CHECKS[-1]),
    from_totals=False,
    estimate=_beside,
)
