"""Why a panel of areas that join at different times does not carry an estimate."""

from __future__ import annotations

from evalkit.language import Text
from evalkit.statements import Statement


def too_few_in_a_group(least: int, least_per_group: int) -> Statement:
    """Robust errors of groups that joined together rest on how much the areas within each group differ."""
    return Statement(
        "too_few_in_a_group",
        Text(
            f"Minst {least} områden behövs, och minst {least_per_group} bland dem som anslöt samtidigt och bland dem "
            "som aldrig anslöt. Med färre blir den uträknade osäkerheten alldeles för liten. "
            "Jämför i stället med hur det hade sett ut om andra områden hade anslutit.",
            f"At least {least} areas are needed, and at least {least_per_group} among those that joined together and "
            "among those that never joined. With fewer the uncertainty worked out is far too small. "
            "Compare instead with how it would have looked had other areas joined.",
        ),
    )


def nothing_to_take_apart() -> Statement:
    """A two-way fixed effects estimate without any comparison: all have joined, or nobody has, throughout."""
    return Statement(
        "nothing_to_take_apart",
        Text(
            "Inget område ansluter medan ett annat ännu inte har gjort det, så det finns ingen jämförelse att göra.",
            "No area joins while another has not yet done so, so there is no comparison to make.",
        ),
    )
