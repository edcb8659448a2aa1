"""What was found as visits × hit rate, with the cases that persons came in."""

from __future__ import annotations

from evalkit import style
from evalkit.disclosure import Released
from evalkit.estimands import Estimand, Group, Series, Window
from evalkit.estimates import Cell, Estimate
from evalkit.language import Language, Text, in_language
from evalkit.metrics import Exposure, Metric, MetricBook
from evalkit.plan import Plan
from evalkit.tables.counts import entries, series_name
from evalkit.tables.model import Align, Column, Table
from evalkit.vocabulary import MetricFamily

_PERSONS = frozenset({MetricFamily.VICTIM, MetricFamily.SUPPORT})


def found(released: Released, plan: Plan, item: Series, book: MetricBook, language: Language = Language.SV) -> Table:
    """One row per area and time of the plan: visits × hits per visit = found, and the cases of persons.

    A row whose comparison has no number says so; its visits and hits stay out, as they may tell of it.
    """
    metric, exposure = entries(item, book)
    persons = metric.family in _PERSONS
    made = dict(
        _row(estimand, released.estimates.get(estimand.id), side, exposure=exposure, language=language)
        for estimand in sorted(
            (estimand for estimand in plan.estimands if estimand.series == item),
            key=lambda estimand: released.estimates.get(estimand.id).is_estimated,
        )
        for side in _sides(estimand)
    )
    order = dict.fromkeys(
        (group.id, window.id)
        for estimand in plan.estimands
        if estimand.series == item
        for group, window in _sides(estimand)
    )
    rows = {key: made[key] for key in order}
    width = 5 if persons else 4
    return Table(
        id=f"tbl-{item.key}-besok",
        caption=_caption(item, metric, exposure, language, persons=persons),
        columns=_columns(exposure, language)[:width],
        rows=tuple(row[:width] for row in rows.values()),
        notes=(_note(exposure, language, persons=persons), *_rounding(released, metric, language)),
    )


_Side = tuple[Group, Window]


def _sides(estimand: Estimand) -> tuple[_Side, ...]:
    """The sides in the order of an estimate's cells."""
    groups = [estimand.group] if estimand.comparison is None else [estimand.group, estimand.comparison]
    windows = [estimand.after] if estimand.before is None else [estimand.after, estimand.before]
    return tuple((group, window) for group in groups for window in windows)


def _row(
    estimand: Estimand, estimate: Estimate, side: _Side, *, exposure: Exposure, language: Language
) -> tuple[tuple[str, str], tuple[str, ...]]:
    group, window = side
    name = f"{style.capital(group.name.in_language(language))}, {window.name.in_language(language)}"
    key = (group.id, window.id)
    cell = next((cell for cell in estimate.cells if (cell.unit, cell.window) == key), None)
    if cell is None:
        return key, (name, style.MISSING_MARK, style.MISSING_MARK, _no_number(estimand, language), style.MISSING_MARK)
    rate = cell.events / cell.exposure * exposure.scale_per
    return key, (
        name,
        style.number(cell.exposure, language, decimals=0),
        style.number(rate, language, decimals=min(2, style.decimals_for(rate))),
        style.number(cell.events, language),
        cases(cell, language),
    )


def _no_number(estimand: Estimand, language: Language) -> str:
    return in_language(language, f"inget tal, se {estimand.id}", f"no number, see {estimand.id}")


def cases(cell: Cell, language: Language) -> str:
    """The number of cases behind a count of persons, or why it is not there."""
    if cell.cases is not None:
        return style.number(cell.cases, language)
    if cell.cases_hidden:
        return in_language(language, "dolt antal", "hidden")
    return in_language(language, "uppgift saknas", "not reported")


def _columns(exposure: Exposure, language: Language) -> tuple[Column, ...]:
    visits = style.capital(exposure.noun.many.in_language(language))
    return (
        Column(in_language(language, "Område och tid", "Area and time"), weight=4),
        Column(visits, Align.RIGHT, weight=2),
        Column(style.capital(exposure.scale_text.in_language(language)), Align.RIGHT, weight=2),
        Column(in_language(language, "Hittade", "Found"), Align.RIGHT, weight=2),
        Column(in_language(language, "Antal ärenden, högst", "Cases, at most"), Align.RIGHT, weight=2),
    )


def _caption(item: Series, metric: Metric, exposure: Exposure, language: Language, *, persons: bool) -> str:
    name, visits = series_name(item, metric, language), exposure.noun.many.in_language(language)
    one = exposure.noun.one.in_language(language)
    if persons:
        return in_language(
            language, f"{name}: {visits} gånger antal per {one}", f"{name}: {visits} times number per {one}"
        )
    return in_language(language, f"{name}: {visits} gånger träffandel", f"{name}: {visits} times hit rate")


def _note(exposure: Exposure, language: Language, *, persons: bool) -> str:
    visits, one = exposure.noun.many.in_language(language), exposure.noun.one.in_language(language)
    rate = Text("hur ofta något hittades", "how often something was found")
    if persons:
        rate = Text(f"hur många som i genomsnitt hittades per {one}", f"how many were found per {one} on average")
    return in_language(
        language,
        f"Antalet hittade är antalet {visits} gånger {rate.sv}. Ökar antalet {visits} så ökar antalet hittade, också "
        "när inget annat har förändrats.",
        f"The number found is the number of {visits} times {rate.en}. With more {visits} more is found, also when "
        "nothing else has changed.",
    )


def _rounding(released: Released, metric: Metric, language: Language) -> tuple[str, ...]:
    base = released.policy.rule(metric.sensitivity).base
    if base == 1:
        return ()
    told = Text(
        f"Antalen är avrundade till närmaste {base}-tal till skydd för dem som det gäller.",
        f"The numbers are rounded to the nearest {base} to protect those concerned.",
    )
    return (told.in_language(language),)
