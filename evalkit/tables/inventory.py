"""Tables of what is counted, what is there, what is missing and where it comes from."""

from __future__ import annotations

from datetime import date

import polars as pl

from evalkit import periods, style
from evalkit.disclosure import Released
from evalkit.language import Language, Text, in_language
from evalkit.metrics import MetricBook
from evalkit.plan import Plan
from evalkit.tables.counts import entries, series_name
from evalkit.tables.model import Column, Link, Table
from evalkit.vocabulary import Frequency


def wanted(plan: Plan, released: Released, book: MetricBook, language: Language = Language.SV) -> Table:
    """For each outcome that the evaluation needs: what is there, what is missing, who holds it."""
    names = {unit: group.name for group in plan.groups for unit in group.units if len(group.units) == 1}
    rows = []
    for entry in plan.document.wanted:
        metric = book.metric(entry.metric)
        if metric is None:
            continue
        states = [_reported(released.coverage, entry.metric, unit, names, language) for unit in entry.units]
        rows.append(
            (
                metric.name.in_language(language),
                "; ".join(states),
                metric.reported_by.in_language(language),
            )
        )
    return Table(
        id="tbl-saknas",
        caption=in_language(
            language,
            "Uppgifter som behövs, vad som finns och vem som har dem",
            "Data needed, what there is and who holds it",
        ),
        columns=(
            Column(in_language(language, "Uppgift", "Outcome"), weight=4),
            Column(in_language(language, "Finns", "There is"), weight=5),
            Column(in_language(language, "Finns hos", "Held by"), weight=4),
        ),
        rows=tuple(rows),
    )


def _reported(coverage: pl.DataFrame, metric: str, unit: str, names: dict[str, Text], language: Language) -> str:
    name = names[unit].in_language(language) if unit in names else unit
    spans = coverage.filter((pl.col("metric") == metric) & (pl.col("unit_id") == unit)).sort("covered_from")
    if spans.is_empty():
        return in_language(language, f"{name}: saknas", f"{name}: missing")
    told = ", ".join(
        _span(first, last, language) for first, last in spans.select("covered_from", "covered_to").iter_rows()
    )
    return f"{name}: {told}"


def _span(first: object, last: object, language: Language) -> str:
    if not isinstance(first, date) or not isinstance(last, date):
        raise TypeError("coverage holds dates")
    whole_years = (first.month, first.day, last.month, last.day) == (1, 1, 12, 31)
    if whole_years:
        return str(first.year) if first.year == last.year else f"{first.year}–{last.year}"
    ends = (periods.prose(day.replace(day=1), Frequency.MONTH).in_language(language) for day in (first, last))
    return "–".join(ends)


def definitions(plan: Plan, book: MetricBook, language: Language = Language.SV) -> Table:
    """What is counted, under which rule, by which date."""
    rows = []
    for item in plan.series:
        metric, exposure = entries(item, book)
        rows.append(
            (
                series_name(item, metric, language),
                metric.definition.in_language(language),
                metric.legal_basis or style.MISSING_MARK,
                exposure.name.in_language(language),
            )
        )
    return Table(
        id="tbl-definitioner",
        caption=in_language(language, "Det som räknas", "What is counted"),
        columns=(
            Column(in_language(language, "Mått", "Metric"), weight=3),
            Column(in_language(language, "Definition", "Definition"), weight=6),
            Column(in_language(language, "Rättslig grund", "Legal basis"), weight=3),
            Column(in_language(language, "Delas med", "Divided by"), weight=2),
        ),
        rows=tuple(rows),
    )


def sources(frame: pl.DataFrame, language: Language = Language.SV) -> Table:
    """Where the figures come from."""
    rows = tuple(
        (
            Link(row["title"], row["url"]) if row["url"] else row["title"],
            row["publisher"],
            row["published"].isoformat() if row["published"] else in_language(language, "inte angivet", "not stated"),
        )
        for row in frame.sort("source_id").iter_rows(named=True)
    )
    return Table(
        id="tbl-kallor",
        caption=in_language(language, "Källor", "Sources"),
        columns=(
            Column(in_language(language, "Källa", "Source"), weight=6),
            Column(in_language(language, "Utgivare", "Publisher"), weight=3),
            Column(in_language(language, "Datum", "Date"), weight=2),
        ),
        rows=rows,
    )
