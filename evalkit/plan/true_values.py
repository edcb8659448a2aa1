"""What a plan may say of the true values of made-up data."""

from __future__ import annotations

from evalkit.errors import Place, Problem, known_names
from evalkit.language import Text, same
from evalkit.plan.document import PlanDocument
from evalkit.vocabulary import COMPARES_EFFECTS


def true_values(document: PlanDocument, name: str) -> list[Problem]:
    """True values are told of files only, and of comparisons that tell an effect."""
    told = document.data.true_values or {}
    if told and document.data.kind != "files":
        return [
            Problem(
                code="plan_true_values_simulated",
                what=Text(
                    "Simulerade data har sina sanna värden med sig, så planen ska inte ange några.",
                    "Simulated data come with their true values, so the plan is not to tell any.",
                ),
                place=Place(file=name, key="data.true_values"),
                accepted=same("kind: files"),
                next_step=Text("Ta bort true_values.", "Remove true_values."),
            )
        ]
    known = {entry.id for entry in document.estimands if entry.design in COMPARES_EFFECTS}
    return [
        Problem(
            code="plan_true_value_of_nothing",
            what=Text(
                f"Det sanna värdet gäller ”{id_}”, som inte är en jämförelse av {_DESIGNS}.",
                f"The true value is of '{id_}', which is no comparison by {_DESIGNS}.",
            ),
            place=Place(file=name, key=f"data.true_values.{id_}"),
            accepted=known_names(id_, known),
            next_step=Text("Rätta beteckningen eller ta bort värdet.", "Correct the id or remove the value."),
        )
        for id_ in told
        if id_ not in known
    ]


_DESIGNS = ", ".join(sorted(COMPARES_EFFECTS))
