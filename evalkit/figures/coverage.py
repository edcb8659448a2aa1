"""Who reported which metric, when."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import polars as pl

from evalkit import style
from evalkit.disclosure import Released
from evalkit.figures.canvas import Figure, drawing, svg
from evalkit.language import Language, Text, in_language
from evalkit.metrics import MetricBook
from evalkit.plan import Plan

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def coverage(released: Released, plan: Plan, book: MetricBook, language: Language = Language.SV) -> Figure | None:
    """Who reported which metric when, as bars over time; ``None`` when the plan wants no metrics."""
    wanted = [(entry.metric, unit) for entry in plan.document.wanted for unit in entry.units]
    present = [pair for pair in wanted if _spans(released.coverage, *pair)]
    if not wanted or not present:
        return None
    names = {unit: group.name for group in plan.groups for unit in group.units if len(group.units) == 1}
    metrics = list(dict.fromkeys(metric for metric, _ in present))
    pairs = [pair for pair in wanted if pair[0] in metrics]
    with drawing(0.9 + 0.33 * len(pairs)) as (canvas, axes):
        labels = []
        for row, (metric, unit) in enumerate(reversed(pairs)):
            found = book.metric(metric)
            name = names[unit].in_language(language) if unit in names else unit
            labels.append(f"{found.short.in_language(language) if found else metric}, {name}")
            _coverage_row(axes, row, _spans(released.coverage, metric, unit), plan, language)
        axes.set_yticks(range(len(pairs)), labels)
        axes.set_xlim(_year(plan.window.first), _year(plan.window.last) + 0.01)
        axes.set_ylim(-0.6, len(pairs) - 0.4)
        axes.grid(visible=False, axis="y")
        years = range(plan.window.first.year, plan.window.last.year + 1)
        axes.set_xticks([float(year) for year in years], [str(year) for year in years])
        picture = svg(canvas, language, synthetic=released.synthetic)
    return Figure(
        id="fig-tackning",
        svg=picture,
        caption=in_language(
            language,
            "Vem som har rapporterat vad och när. Fylld stapel: rapporterat. Streckat: uppgift saknas.",
            "Who has reported what and when. Filled bar: reported. Hatched: missing.",
        ),
        alt=_coverage_alt(pairs, released, names, book, language),
    )


def _spans(frame: pl.DataFrame, metric: str, unit: str) -> list[tuple[date, date]]:
    rows = frame.filter((pl.col("metric") == metric) & (pl.col("unit_id") == unit)).sort("covered_from")
    return list(rows.select("covered_from", "covered_to").iter_rows())


def _year(day: date) -> float:
    return day.year + (day.timetuple().tm_yday - 1) / 365.25


def _coverage_row(axes: Axes, row: int, spans: list[tuple[date, date]], plan: Plan, language: Language) -> None:
    first, last = _year(plan.window.first), _year(plan.window.last)
    axes.barh(
        row,
        last - first,
        left=first,
        height=0.55,
        facecolor="none",
        edgecolor=style.brand().rule,
        hatch="////",
        linewidth=0.5,
    )
    for start, end in spans:
        axes.barh(row, _year(end) - _year(start), left=_year(start), height=0.55, color=style.brand().accent)
    if not spans:
        axes.text(
            (first + last) / 2,
            row,
            in_language(language, "uppgift saknas", "missing"),
            ha="center",
            va="center",
            fontsize=8.5,
            bbox={"facecolor": style.brand().paper, "edgecolor": "none", "pad": 1},
        )


def _coverage_alt(
    pairs: list[tuple[str, str]], released: Released, names: dict[str, Text], book: MetricBook, language: Language
) -> str:
    parts = []
    for metric, unit in pairs:
        found = book.metric(metric)
        spans = _spans(released.coverage, metric, unit)
        told = ", ".join(f"{start.isoformat()}–{end.isoformat()}" for start, end in spans)
        name = names[unit].in_language(language) if unit in names else unit
        short = found.short.in_language(language) if found else metric
        parts.append(f"{short}, {name}: {told or in_language(language, 'saknas', 'missing')}.")
    return " ".join(
        [in_language(language, "Tidslinjer över rapporterade uppgifter.", "Time lines of reported data."), *parts]
    )
