"""What a plan must say of areas that join at different times."""

from __future__ import annotations

from collections.abc import Iterator

from evalkit import periods
from evalkit.errors import Place, Problem
from evalkit.language import Text
from evalkit.plan.document import EstimandEntry, PlanDocument
from evalkit.vocabulary import DesignId


def joining_dates(document: PlanDocument, name: str) -> list[Problem]:
    """Every area of a D5 group has a readable date inside the time after, and no other design has any.

    A group that stands for a model may leave the dates to the data.
    """
    groups = {entry.id: (entry.units, entry.model) for entry in document.groups}
    return [
        Problem(
            code="plan_joined",
            what=what,
            place=Place(file=name, key=f"estimands.{entry.id}.joined"),
            accepted=Text(
                "för D5: varje område i ”group” med sin första period med arbetssättet, inom ”after”; eller inget alls "
                "om gruppen har ”model” och uppgifterna säger när",
                "for D5: every area of 'group' with its first period with the way of working, within 'after'; or "
                "nothing, if the group has 'model' and the data say when",
            ),
            next_step=Text("Rätta ”joined”.", "Correct 'joined'."),
        )
        for entry in document.estimands
        for what in _faults(entry, *groups.get(entry.group, ((), None)), document)
    ]


def _faults(entry: EstimandEntry, units: tuple[str, ...], model: str | None, document: PlanDocument) -> Iterator[Text]:
    if entry.design is not DesignId.D5:
        if entry.joined is not None:
            yield Text(f"Upplägget {entry.design} använder inte ”joined”.", f"Design {entry.design} uses no 'joined'.")
        return
    if entry.joined is None and model is not None:
        return  # The dates are those of the data, on which the panel has its say.
    given = entry.joined or {}
    lacking = [unit for unit in units if unit not in given]
    unknown = [unit for unit in given if unit not in units]
    unreadable = [value for value in given.values() if periods.try_parse(value) is None]
    if lacking:
        yield Text(f"Datum saknas för: {', '.join(lacking)}.", f"There is no date for: {', '.join(lacking)}.")
    if unknown:
        yield Text(f"Inte i gruppen: {', '.join(unknown)}.", f"Not in the group: {', '.join(unknown)}.")
    if unreadable:
        yield Text("En period går inte att tyda.", "A period cannot be read.")
        return
    windows = {one.id: one for one in document.windows}
    after = windows.get(entry.after)
    if after is None or any(periods.try_parse(end) is None for end in (after.first, after.last)):
        return
    window = after.window
    starts = (periods.first_day(periods.parse(value)[0], document.frequency) for value in given.values())
    if any(not window.first <= start <= window.last for start in starts):
        yield Text("Ett datum ligger utanför tiden efter.", "A date lies outside the time after.")
