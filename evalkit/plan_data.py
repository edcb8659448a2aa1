"""The data that a plan asks for, and the true values where the data are made up."""

from __future__ import annotations

from pathlib import Path

from evalkit.dataset import Dataset, load
from evalkit.errors import AnalysisError, Place, Problem
from evalkit.language import Text
from evalkit.metrics import MetricBook
from evalkit.plan import PLAN_FILE, Plan
from evalkit.simulation import simulate


def dataset_of(plan: Plan, folder: Path, book: MetricBook) -> tuple[Dataset, dict[str, float]]:
    """The data of a plan, and for made-up ones the true values by estimand.

    Raises
    ------
    EvalkitError
        What reading the data finds, and when a plan tells true values of data that are not synthetic.
    """
    source = plan.document.data
    if source.kind == "files":
        found = load(folder / source.folder, book=book)
        if source.true_values and not found.synthetic:
            raise AnalysisError(_real_data())
        return found, dict(source.true_values or {})
    made = simulate(seed=source.seed or 0)
    values = {item.id: made.true_value(item) for item in plan.estimands}
    return made.load(), {key: value for key, value in values.items() if value is not None}


def _real_data() -> Problem:
    return Problem(
        code="true_values_of_real_data",
        what=Text(
            "Planen anger sanna värden, men uppgifterna är inte syntetiska.",
            "The plan tells true values, but the data are not synthetic.",
        ),
        place=Place(file=PLAN_FILE, key="data.true_values"),
        accepted=Text(
            "bara med uppgifter där någon källa har source_kind synthetic",
            "only with data of which some source has source_kind synthetic",
        ),
        next_step=Text("Ta bort true_values ur planen.", "Remove true_values from the plan."),
    )
