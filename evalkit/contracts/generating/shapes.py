"""What makes the rows of our own tables agree with each other and with the code books.

Each shape changes a drawn row so that the rules that are code hold. It is written from what the rules
mean and not from how they are checked, so that one can be held against the other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta

from evalkit import periods
from evalkit.contracts.generating.drawing import FIRST_DAY, LAST_DAY, Row, World
from evalkit.contracts.model import CodeList
from evalkit.contracts.rules import known_codes
from evalkit.vocabulary import AuthorityLevel, Frequency

_LINKED = 0.4


Shape = Callable[[World, Row, int], bool]
"""Changes a row so that it agrees with the rest, or says with False that it cannot."""


def _sources(_: World, row: Row, place: int) -> bool:
    row |= {"source_kind": "synthetic", "publisher": "Syntetisk utgivare", "title": f"Syntetiska uppgifter {place + 1}"}
    row["url"] = None
    return True


def _units(world: World, row: Row, place: int) -> bool:
    row["unit_name"] = f"Område {place + 1}"
    row["part_of"] = None
    if place and world.chance(_LINKED):
        row["part_of"] = world.pick(world.rows("units"))["unit_id"]
    return True


def _model_periods(world: World, row: Row, _: int) -> bool:
    """One model for each unit, over the whole time of the sample."""
    row["valid_from"] = FIRST_DAY - timedelta(days=world.whole(0, 400))
    row["valid_to"] = LAST_DAY + timedelta(days=world.whole(0, 400)) if world.chance(0.5) else None
    return all(there["unit_id"] != row["unit_id"] for there in world.rows("model_periods"))


def model_of(world: World, unit: object) -> str | None:
    """The unit's model, the same for all its rows; ``ordinary`` needs no time of its own."""
    found = (str(row["model"]) for row in world.rows("model_periods") if row["unit_id"] == unit)
    return next(found, "ordinary" if _number_of(unit) % 2 else None)


def _number_of(unit: object) -> int:
    """A small number that belongs to a unit, the same in every run."""
    return sum(str(unit).encode())


def _coverage(world: World, row: Row, _: int) -> bool:
    row["covered_from"] = FIRST_DAY - timedelta(days=world.whole(0, 400))
    row["covered_to"] = LAST_DAY + timedelta(days=world.whole(0, 400))
    same = (row["unit_id"], row["metric"])
    return all((there["unit_id"], there["metric"]) != same for there in world.rows("coverage"))


def _visits(world: World, row: Row, _: int) -> bool:
    row["model"] = model_of(world, row["unit_id"])
    earlier = [there for there in world.rows("visits") if _day(there, "visit_date") <= _day(row, "visit_date")]
    followed = world.pick(earlier)["visit_id"] if earlier and world.chance(_LINKED) else None
    row["follow_up_of"] = followed
    return True


def _day(row: Row, name: str) -> date:
    day = row[name]
    assert isinstance(day, date)  # noqa: S101  of a column of days
    return day


def _row_of(world: World, table: str, name: str, key: object) -> Row:
    return next(row for row in world.rows(table) if row[name] == key)


def _metric(world: World, row: Row, code_list: CodeList, first: date, last: date) -> bool:
    """A metric that could occur then, with one of its categories where the row has a category."""
    possible = world.metrics_on(known_codes(code_list, world.codes), first, last)
    if not possible:
        return False
    row["metric"] = world.pick(possible)
    return True


def _category(world: World, row: Row, *, needed: bool = False) -> bool:
    metric = world.codes.metric(str(row["metric"]))
    categories = metric.category_codes if metric else ()
    row["category"] = world.pick(categories) if categories and (needed or world.chance(0.5)) else None
    return row["category"] is not None or not needed


def _findings(world: World, row: Row, _: int) -> bool:
    visited = _day(_row_of(world, "visits", "visit_id", row["visit_id"]), "visit_date")
    row["remedied_date"] = visited + timedelta(days=world.whole(0, 200)) if row["remedied"] == "ja" else None
    return _metric(world, row, CodeList.METRICS_FINDING, visited, visited) and _category(world, row, needed=True)


def _decided(code_list: CodeList) -> Shape:
    def apply(world: World, row: Row, _: int) -> bool:
        day = world.day()
        row["model"] = model_of(world, row["unit_id"])
        for name in ("handelse_date", "beslut_date", "delgivning_date", "lagakraft_date"):
            day += timedelta(days=world.whole(0, 40))
            row[name] = day if row[name] is not None else None
        decided = _day(row, "beslut_date")
        return _metric(world, row, code_list, decided, decided) and _category(world, row)

    return apply


def _victim_cases(world: World, row: Row, _: int) -> bool:
    row["model"] = model_of(world, row["unit_id"])
    first = _day(row, "identified_month")
    return _metric(world, row, CodeList.METRICS_VICTIM, first, periods.last_day(first, Frequency.MONTH))


def _support_steps(world: World, row: Row, _: int) -> bool:
    cases = [case for case in world.rows("victim_cases") if case["case_id"] == row["case_id"]]
    latest = max(_day(case, "identified_month") for case in cases)
    persons = max(case["n_persons"] for case in cases if isinstance(case["n_persons"], int))
    month = periods.add(latest, Frequency.MONTH, world.whole(0, 6))
    row |= {"month": month, "n_persons": world.whole(1, persons)}
    ends = periods.last_day(month, Frequency.MONTH)
    return _metric(world, row, CodeList.METRICS_SUPPORT, month, ends) and _category(world, row)


def _information_requests(world: World, row: Row, _: int) -> bool:
    asked = world.day()
    row |= {"model": model_of(world, row["unit_id"]), "requested_date": asked}
    if row["answered_date"] is not None:
        row["answered_date"] = asked + timedelta(days=world.whole(0, 60))
    levels = {body.level for name in ("requester", "responder") if (body := world.codes.authority(str(row[name])))}
    if levels != {AuthorityLevel.KOMMUNAL}:
        row["within_unit"] = "nej"
    return True


def _resources(world: World, row: Row, _: int) -> bool:
    row["model"] = model_of(world, row["unit_id"])
    first, length = _day(row, "period"), Frequency(str(row["frequency"]))
    row["period"] = periods.first_day(first, length)
    first = _day(row, "period")
    return _metric(world, row, CodeList.METRICS_RESOURCE, first, periods.last_day(first, length)) and _category(
        world, row
    )


SHAPES: Mapping[str, Shape] = {
    "sources": _sources,
    "units": _units,
    "model_periods": _model_periods,
    "coverage": _coverage,
    "visits": _visits,
    "findings": _findings,
    "decisions": _decided(CodeList.METRICS_SANCTION),
    "permit_measures": _decided(CodeList.METRICS_PERMIT),
    "victim_cases": _victim_cases,
    "support_steps": _support_steps,
    "information_requests": _information_requests,
    "resources": _resources,
}
