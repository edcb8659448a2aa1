"""The tables whose rows are made together rather than one by one: counts, exposures and the course of decisions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta

from evalkit import periods
from evalkit.contracts.generating.drawing import Cell, Row, World
from evalkit.contracts.generating.shapes import model_of
from evalkit.vocabulary import CellStatus, Frequency

_MOST = 40


def outcomes(world: World, rows: int) -> list[Row]:
    """Counts inside the coverage; now and then a metric with all its categories, which sum to it."""
    made: dict[tuple[Cell, ...], list[Row]] = {}
    related = _related(world)
    for _ in range(rows if world.rows("coverage") else 0):
        covered = world.pick(world.rows("coverage"))
        base = _outcome(world, covered)
        cell = tuple(base[name] for name in ("unit_id", "period", "frequency", "metric", "date_basis"))
        made.setdefault(cell, list(_with_categories(world, base, related=covered["unit_id"] in related)))
    found = [row for part in made.values() for row in part]
    _lift(world, found, ("period", "frequency", "metric", "category", "model", "date_basis"))
    return found


_NO_CASES: Row = {"n_cases": None, "largest_case": None}


def _outcome(world: World, covered: Row) -> Row:
    metric = world.codes.metric(str(covered["metric"]))
    length = world.pick(list(Frequency))
    first = periods.first_day(world.day(), length)
    possible = world.is_possible(str(covered["metric"]), first, periods.last_day(first, length))
    status = CellStatus.VALUE if world.chance(0.8) else world.pick(list(CellStatus))
    if not possible:
        status = CellStatus.NOT_APPLICABLE
    value = world.whole(0, _MOST) if status is CellStatus.VALUE else None
    in_cases = value if value is not None and world.chance(0.3) else None
    return {
        "unit_id": covered["unit_id"],
        "period": first,
        "frequency": length.value,
        "metric": covered["metric"],
        "category": None,
        "model": model_of(world, covered["unit_id"]),
        "date_basis": world.pick(metric.date_bases).value if metric else None,
        "value": value,
        "n_cases": None if in_cases is None else world.whole(0, in_cases),
        "largest_case": None if in_cases is None else world.whole(0, in_cases),
        "status": status.value,
        "qualifier": "exact",
        "source_id": covered["source_id"],
    }


def _with_categories(world: World, total: Row, *, related: bool) -> Iterator[Row]:
    metric = world.codes.metric(str(total["metric"]))
    split = metric and metric.category_codes and total["value"] is not None and world.chance(0.5)
    if not metric or not split or related:
        yield total
        return
    parts = [{**total, "category": code, "value": world.whole(0, _MOST), **_NO_CASES} for code in metric.category_codes]
    if str(metric.measure) in ("count", "amount") and not metric.categories_overlap:
        total = {**total, "value": sum(_number(part["value"]) for part in parts), **_NO_CASES}
    yield total
    yield from parts


def _number(cell: Cell) -> int:
    return int(cell) if isinstance(cell, int | float) else 0


def _related(world: World) -> set[Cell]:
    """Units that are a part of another, or have parts."""
    pairs = [(row["unit_id"], row["part_of"]) for row in world.rows("units") if row["part_of"] is not None]
    return {unit for pair in pairs for unit in pair}


def _lift(world: World, rows: list[Row], cell: tuple[str, ...]) -> None:
    """Let every unit have at least what its parts have together, from the smallest units upwards."""
    whole_of = {row["unit_id"]: row["part_of"] for row in world.rows("units")}
    by_cell: dict[tuple[Cell, ...], dict[Cell, Row]] = defaultdict(dict)
    for row in rows:
        if row["value"] is not None:
            by_cell[tuple(row[name] for name in cell)][row["unit_id"]] = row
    for units in by_cell.values():
        for unit in sorted(units, key=lambda unit: -_depth(unit, whole_of)):
            whole = units.get(whole_of.get(unit))
            if whole is not None:
                whole["value"] = _number(whole["value"]) + _number(units[unit]["value"])


def _depth(unit: Cell, whole_of: Mapping[Cell, Cell]) -> int:
    above = whole_of.get(unit)
    return 0 if above is None else 1 + _depth(above, whole_of)


def exposure(world: World, rows: int) -> list[Row]:
    """What the counts are divided by: every unit, year and exposure that some value needs, and a few more."""
    wanted: dict[tuple[Cell, int, str], Cell] = {}
    for row in world.rows("outcomes"):
        metric = world.codes.metric(str(row["metric"]))
        period = row["period"]
        if metric and metric.default_exposure and isinstance(period, date) and row["value"] is not None:
            wanted[row["unit_id"], period.year, metric.default_exposure] = row["source_id"]
    for unit in world.rows("units")[:rows]:
        wanted.setdefault((unit["unit_id"], 2024, world.pick(world.codes.exposure_codes)), unit["source_id"])
    made = [_amount(world, *key, source) for key, source in wanted.items()]
    _lift(world, made, ("period", "frequency", "exposure"))
    return made


def _amount(world: World, unit: Cell, year: int, code: str, source: Cell) -> Row:
    return {
        "unit_id": unit,
        "period": date(year, 1, 1),
        "frequency": Frequency.YEAR.value,
        "exposure": code,
        "value": float(world.whole(100, 5000)),
        "status": CellStatus.VALUE.value,
        "qualifier": "exact",
        "source_id": source,
    }


_COURSES: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "star_fast": (
        ("beslutad", "laga_kraft", "betald"),
        ("beslutad", "overklagad", "faststalld", "laga_kraft", "verkstalld"),
    ),
    "andrad": (("beslutad", "overklagad", "andrad", "laga_kraft"),),
    "upphavd": (
        ("beslutad", "overklagad", "upphavd", "laga_kraft"),
        ("beslutad", "overklagad", "andrad", "overklagad", "upphavd"),
    ),
    "ej_avgjord": (("beslutad",), ("beslutad", "overklagad"), ("beslutad", "overklagad", "upphavd")),
}


def decision_status(world: World, rows: int) -> list[Row]:
    """The course of every decision, one that its final outcome may have."""
    made: list[Row] = []
    for decision in world.rows("decisions")[:rows]:
        day = decision["beslut_date"]
        for step, status in enumerate(world.pick(_COURSES[str(decision["final_outcome"])]), start=1):
            assert isinstance(day, date)  # noqa: S101  a required column
            row: Row = {"decision_id": decision["decision_id"], "step": step, "status": status, "status_date": day}
            made.append({**row, "instance": "namnd" if step == 1 else None})
            day += timedelta(days=world.whole(0, 60))
    return made


SERIES: Mapping[str, Callable[[World, int], list[Row]]] = {
    "outcomes": outcomes,
    "exposure": exposure,
    "decision_status": decision_status,
}
