"""D5: areas that join at different times, each compared with those that had not joined yet.

The group holds the areas that join, with the dates in the plan; the comparison, when there is one, areas that never
do. Uncertainty comes from giving the dates to other areas.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import polars as pl

from evalkit import caveats, periods, refusals
from evalkit.comparisons.joining_again import Again
from evalkit.comparisons.joining_frames import Names
from evalkit.comparisons.joining_ratio import JoiningRatio, joining_ratio
from evalkit.comparisons.joining_steps import joining_steps
from evalkit.designs.design import Design
from evalkit.designs.difference_in_differences import compares_two_models
from evalkit.designs.evidence import Evidence, Lack, gather, refuse, starts_kept
from evalkit.estimands import Estimand, Group, Window
from evalkit.estimates import Estimate, Step, Tested, refusal
from evalkit.language import Text
from evalkit.panels import Panel
from evalkit.statements import Statement
from evalkit.vocabulary import CheckId, DesignId, Scale

FEWEST_AREAS = 10
"""With fewer, exchanged dates can hardly give a small p-value, and one area decides (domain brief §5.2)."""
FEWEST_PERIODS = 12
"""Before anyone joins, for the development then to be judged (domain brief §5.2)."""
DRAWS, SEED = 999, 1
"""Of exchanged dates when there are more ways than can be gone through; the same for every plan."""
_STEP_DRAWS = 199
_NAMES = Names("unit_id", "period", "count", "exposure", "joined", None, None)
_SCALE = Scale.RATIO_OF_RATE_RATIOS


def _estimate(estimand: Estimand, panel: Panel, conf_level: float) -> Estimate:
    before = estimand.before
    if before is None or not estimand.joined:
        needs = Text("en tid före och datum då områdena anslöt", "a time before and the dates on which areas joined")
        return refusal(_SCALE, refusals.design_needs(needs), conf_level=conf_level)
    groups = [group for group in (estimand.group, estimand.comparison) if group is not None]
    gathered = [gather(estimand, panel, group, window) for group in groups for window in (estimand.after, before)]
    lacks = [item for item in gathered if isinstance(item, Lack)]
    if lacks:
        return refusal(_SCALE, refuse(lacks), conf_level=conf_level)
    reason = _unfit(estimand, panel, before, groups)
    if reason is not None:
        return refusal(_SCALE, reason, conf_level=conf_level)
    found = _compared(estimand, panel, conf_level)
    whole = [item for item in gathered if isinstance(item, Evidence)]
    said = tuple(
        dict.fromkeys(
            (*_beside(estimand), *found.overall.assumptions, *(told for item in whole for told in item.caveats))
        )
    )
    if not found.overall.is_estimated:
        return replace(found.overall, assumptions=said)
    return replace(
        found.overall,
        cells=tuple(item.cell for item in whole),
        assumptions=said,
        tests=_earlier(found.earlier),
    )


def _beside(estimand: Estimand) -> tuple[Statement, ...]:
    models = (caveats.not_an_effect(),) if compares_two_models(estimand) else ()
    return models if estimand.comparison is not None else (*models, caveats.all_joined_at_last())


def _earlier(found: Estimate) -> tuple[Tested, ...]:
    """The same with dates moved into the time before, beside the estimate."""
    if found.estimate is None or found.p_value is None:
        return ()
    return (Tested("ratio as if all had joined earlier", found.estimate, found.p_value),)


def dated(estimand: Estimand, panel: Panel) -> Estimand:
    """The estimand with the dates of the data where the plan leaves them to these; others as they are."""
    model = estimand.group.model
    if estimand.design is not DesignId.D5 or estimand.joined or model is None:
        return estimand
    starts = {unit: day for unit, one, day in panel.model_starts if one == model and unit in estimand.group.units}
    return replace(
        estimand, joined=tuple((unit, periods.first_day(day, panel.frequency)) for unit, day in starts.items())
    )


def _unfit(estimand: Estimand, panel: Panel, before: Window, groups: list[Group]) -> Statement | None:
    """Why areas and dates make no comparison, before anything is counted."""
    if sum(len(group.units) for group in groups) < FEWEST_AREAS:
        return refusals.too_few_areas(FEWEST_AREAS)
    empty = joining_rows(estimand, panel).filter(pl.col("exposure") <= 0).sort("period", "unit_id")
    if empty.height:
        name, day = panel.unit_name(empty["unit_id"][0]), empty["period"][0]
        window = before if day <= before.last else estimand.after
        return refusals.area_without_exposure(Text(name, name), window.name)
    if len({day for _, day in estimand.joined}) == 1 and estimand.comparison is None:
        return refusals.all_join_at_once()
    return None


def days_kept(estimand: Estimand, panel: Panel) -> list[date]:
    """The first days of all periods before and after that are not left out."""
    windows = [window for window in (estimand.before, estimand.after) if window is not None]
    return [day for window in windows for day in starts_kept(estimand, panel, window)]


def periods_before(estimand: Estimand, panel: Panel) -> int:
    """How many periods there are before anyone had joined."""
    first = min(day for _, day in estimand.joined)
    return sum(day < first for day in days_kept(estimand, panel))


def joining_rows(estimand: Estimand, panel: Panel) -> pl.DataFrame:
    """One row per area and period kept, with the first period after joining; null for one that waits."""
    groups = [group for group in (estimand.group, estimand.comparison) if group is not None]
    units = tuple(dict.fromkeys(unit for group in groups for unit in group.units))
    days = days_kept(estimand, panel)
    first = estimand.after.first if estimand.before is None else estimand.before.first
    cells = panel.cells(estimand.series, units, first, estimand.after.last)
    return cells.filter(pl.col("period").is_in(days)).select(
        "unit_id",
        "period",
        "count",
        "exposure",
        pl.col("unit_id").replace_strict(dict(estimand.joined), default=None, return_dtype=pl.Date).alias("joined"),
    )


def again(
    estimand: Estimand, panel: Panel, conf_level: float, *, gap: int = 0, earlier: int = 0, draws: int = DRAWS
) -> Again:
    """The comparison with dates moved or time left out, to be worked out as far as a check looks at it."""
    return Again(
        frame=joining_rows(estimand, panel),
        names=_NAMES,
        gap=gap,
        earlier=earlier,
        draws=draws,
        seed=SEED,
        conf_level=conf_level,
    )


def _compared(estimand: Estimand, panel: Panel, conf_level: float) -> JoiningRatio:
    """The comparison on whole figures, as :func:`evalkit.joining_ratio` makes it."""
    return joining_ratio(
        joining_rows(estimand, panel),
        unit="unit_id",
        period="period",
        count="count",
        exposure="exposure",
        joined="joined",
        draws=DRAWS,
        seed=SEED,
        conf_level=conf_level,
    )


def _steps(estimand: Estimand, panel: Panel, conf_level: float) -> tuple[Step, ...]:
    rows = joining_rows(estimand, panel)
    return joining_steps(rows, _NAMES, draws=_STEP_DRAWS, seed=SEED, conf_level=conf_level)


STAGGERED = Design(
    id=DesignId.D5,
    name=Text("Områden som ansluter vid olika tid", "Areas that join at different times"),
    identifies=Text(
        "hur många fler eller färre det blev efter anslutningen än de områden pekade mot som ännu inte hade anslutit",
        "how many more or fewer there were after joining than areas pointed to that had not joined yet",
    ),
    must_be_true=Text(
        "Att områdena annars hade förändrats lika många procent, att tidpunkten inte valdes efter hur det gick, och "
        "att de som väntade inte påverkades.",
        "That the areas would otherwise have changed by the same percentage, that the time was not chosen by how it "
        "went, and that those who waited were not affected.",
    ),
    scale=_SCALE,
    maryland=3,
    may_claim_effect=True,
    needs=Text(
        f"Minst {FEWEST_AREAS} områden med olika anslutningsdatum, med antal för alla perioder före och efter. För "
        f"ordet effekt dessutom minst {FEWEST_PERIODS} perioder innan någon anslöt.",
        f"At least {FEWEST_AREAS} areas that joined on different dates, with counts for all periods before and after. "
        f"For the word effect also at least {FEWEST_PERIODS} periods before anyone joined.",
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
    steps=_steps,
    estimate=_estimate,
)
