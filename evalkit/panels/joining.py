"""When units began to work by a model, in the data and in the plan."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import polars as pl

from evalkit import periods
from evalkit.dataset import Dataset
from evalkit.errors import Place, Problem
from evalkit.estimands import Estimand
from evalkit.language import Text
from evalkit.plan import PLAN_FILE, Plan
from evalkit.vocabulary import DesignId


def model_starts(dataset: Dataset) -> tuple[tuple[str, str, date], ...]:
    """Unit, model and the first day on which the unit worked by it, in whatever phase."""
    first = dataset.model_periods.group_by("unit_id", "model").agg(pl.col("valid_from").min()).sort("unit_id", "model")
    return tuple((str(unit), str(model), day) for unit, model, day in first.iter_rows())


def other_dates(plan: Plan, dataset: Dataset) -> list[Problem]:
    """Dates of joining that plan and data contradict each other about, and areas without any."""
    known = {(unit, model): day for unit, model, day in model_starts(dataset)}
    return [
        Problem(
            code="panel_joined",
            what=what,
            place=Place(file=f"{plan.slug}/{PLAN_FILE}", key=f"estimands.{item.id}.joined"),
            accepted=Text(
                "samma första period i planens ”joined” och i tabellen model_periods, eller datum i bara en av dem",
                "the same first period in the plan's 'joined' and in the table model_periods, or dates in only one",
            ),
            next_step=Text("Rätta den som är fel.", "Correct the one that is wrong."),
        )
        for item in plan.estimands
        if item.design is DesignId.D5
        for what in _faults(item, known, plan)
    ]


def _faults(item: Estimand, known: dict[tuple[str, str], date], plan: Plan) -> Iterator[Text]:
    model = item.group.model
    if model is None:
        return
    starts = {unit: day for (unit, one), day in known.items() if one == model}
    told = dict(item.joined)
    step = plan.document.frequency
    unlike = [unit for unit, day in told.items() if unit in starts and periods.first_day(starts[unit], step) != day]
    lacking = [] if told else [unit for unit in item.group.units if unit not in starts]
    begun = {unit: periods.first_day(starts[unit], step) for unit in item.group.units if unit in starts}
    outside = [] if told else [unit for unit, day in begun.items() if not item.after.first <= day <= item.after.last]
    others = () if item.comparison is None else item.comparison.units
    early = [unit for unit in others if unit in starts and starts[unit] <= item.after.last]
    if unlike:
        yield Text(
            f"Planen och uppgifterna har olika datum för: {', '.join(unlike)}.",
            f"Plan and data have different dates for: {', '.join(unlike)}.",
        )
    if lacking:
        yield Text(
            f"Varken planen eller uppgifterna har datum för: {', '.join(lacking)}.",
            f"Neither plan nor data have a date for: {', '.join(lacking)}.",
        )
    if outside:
        yield Text(
            f"Anslöt enligt uppgifterna utanför tiden efter: {', '.join(outside)}.",
            f"Joined outside the time after, by the data: {', '.join(outside)}.",
        )
    if early:
        yield Text(
            f"Jämförs som om de väntade, men hade anslutit: {', '.join(early)}.",
            f"Compared as if they waited, but had joined: {', '.join(early)}.",
        )
