"""Rates by period, one line per group, with intervals and gaps."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import polars as pl

from evalkit import periods, style
from evalkit.disclosure import Released
from evalkit.estimands import Group, Series
from evalkit.figures.canvas import Figure, drawing, svg
from evalkit.figures.time_axis import label, labelled
from evalkit.language import Language, in_language
from evalkit.metrics import Exposure, MetricBook
from evalkit.plan import Plan
from evalkit.tables.counts import entries, series_name

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MARKERS = ("o", "s", "D", "^")
_LINES = ("-", "--", ":", "-.")
_LABEL_WIDTH = 18
_ROOM = 1.3
_FEW = 8


@dataclass(frozen=True, slots=True)
class _Chart:
    """What one chart shows, so that the parts that draw it need not be told piece by piece."""

    rows: pl.DataFrame
    groups: tuple[Group, ...]
    starts: tuple[date, ...]
    name: str
    exposure: Exposure
    released: Released
    plan: Plan
    language: Language

    @property
    def per(self) -> int:
        return self.exposure.scale_per

    @property
    def top(self) -> float:
        """The highest point drawn, in rate per so many."""
        highest = self.rows.select(pl.max_horizontal("rate", "conf_high").max()).item()
        return (highest or 1.0) * self.per

    def of(self, group: Group) -> pl.DataFrame:
        return self.rows.filter(pl.col("group") == group.id).sort("period")

    def when(self, start: date) -> str:
        return periods.prose(start, self.released.frequency).in_language(self.language)

    def named(self, group: Group) -> str:
        return style.capital(group.name.in_language(self.language))


def series(released: Released, plan: Plan, item: Series, book: MetricBook, language: Language = Language.SV) -> Figure:
    """Rates by period with intervals, one line per group, gaps where nothing can be shown.

    The vertical lines are the plan's marks; a period without any number has a hatched band.
    """
    metric, exposure = entries(item, book)
    rows = released.series.filter(pl.col("series") == item.key)
    shown = set(rows["group"])
    chart = _Chart(
        rows=rows,
        groups=tuple(group for group in plan.groups if group.id in shown),
        starts=tuple(sorted(set(rows["period"]))),
        name=series_name(item, metric, language),
        exposure=exposure,
        released=released,
        plan=plan,
        language=language,
    )
    with drawing(3.7) as (canvas, axes):
        for number, group in enumerate(chart.groups):
            _line(axes, chart, group, number)
        _gaps(axes, chart)
        _marks(axes, chart)
        _labels(axes, chart)
        _axes(axes, chart, metric.short.in_language(language))
        picture = svg(canvas, language, synthetic=released.synthetic)
    scale = exposure.scale_text.in_language(language)
    return Figure(
        id=f"fig-{item.key}",
        svg=picture,
        caption=in_language(
            language,
            f"{chart.name} {scale}. Strecken visar osäkerheten.",
            f"{chart.name} {scale}. The bars show the uncertainty.",
        ),
        alt=_alt(chart, scale),
    )


def _line(axes: Axes, chart: _Chart, group: Group, number: int) -> None:
    sides = style.brand().sides
    colour = sides[number % len(sides)]
    found = {row["period"]: row for row in chart.of(group).iter_rows(named=True)}
    places = [place + 0.06 * number for place in range(len(chart.starts))]
    rates = [found[start]["rate"] for start in chart.starts]
    for place, start in zip(places, chart.starts, strict=True):
        row = found[start]
        if row["rate"] is not None:
            low, high = row["conf_low"] * chart.per, row["conf_high"] * chart.per
            axes.vlines(place, low, high, color=colour, linewidth=1.4, alpha=0.75)
    axes.plot(
        places,
        [float("nan") if rate is None else rate * chart.per for rate in rates],
        color=colour,
        linestyle=_LINES[number % len(_LINES)],
        marker=_MARKERS[number % len(_MARKERS)],
        markersize=5.5,
        linewidth=1.8,
    )


def _gaps(axes: Axes, chart: _Chart) -> None:
    """Where no group has a number the band says so; one group's gap is a break in its line."""
    shown = set(chart.rows.filter(pl.col("rate").is_not_null())["period"])
    empty = [place for place, start in enumerate(chart.starts) if start not in shown]
    for place in empty:
        axes.axvspan(place - 0.5, place + 0.5, facecolor="none", edgecolor=style.brand().rule, hatch="///", linewidth=0)
    if empty:
        axes.text(
            sum(empty) / len(empty),
            0.5,
            in_language(chart.language, "uppgift saknas\neller är dold", "missing or\nsuppressed"),
            transform=axes.get_xaxis_transform(),
            ha="center",
            va="center",
            fontsize=9,
            bbox={"facecolor": style.brand().paper, "edgecolor": "none", "pad": 2},
        )


def _marks(axes: Axes, chart: _Chart) -> None:
    for mark in chart.plan.document.marks:
        at = _place_of(periods.parse(mark.at)[0], chart)
        if at is None:
            continue
        axes.axvline(at, color=style.brand().ink, linewidth=1, linestyle=(0, (4, 3)))
        axes.text(
            at - 0.06 * max(1.0, len(chart.starts) / _FEW),
            0.99,
            mark.name.text.in_language(chart.language),
            transform=axes.get_xaxis_transform(),
            ha="right",
            va="top",
            fontsize=9,
        )


def _place_of(day: date, chart: _Chart) -> float | None:
    """Where a day lies on the axis, on which each period is one step wide around its number."""
    for place, start in enumerate(chart.starts):
        last = periods.last_day(start, chart.released.frequency)
        if start <= day <= last:
            return place - 0.5 + (day - start).days / ((last - start).days + 1)
    return None


def _labels(axes: Axes, chart: _Chart) -> None:
    """Name each line at its last point; labels that would touch are pushed apart."""
    ends = []
    for number, group in enumerate(chart.groups):
        last = chart.of(group).filter(pl.col("rate").is_not_null()).tail(1)
        if last.height:
            place = chart.starts.index(last["period"].item())
            ends.append((last["rate"].item() * chart.per, place, number, chart.named(group)))
    previous = float("-inf")
    for value, place, number, name in sorted(ends):
        lines = textwrap.wrap(name, _LABEL_WIDTH, break_long_words=False)
        height = max(value, previous + 0.055 * chart.top * (len(lines) + 0.6))
        previous = height
        axes.text(
            place + 0.28 * max(1.0, len(chart.starts) / _FEW),
            height,
            "\n".join(lines),
            color=style.brand().sides[number % len(style.brand().sides)],
            va="center",
            fontsize=9.5,
            fontweight="bold",
        )


def _axes(axes: Axes, chart: _Chart, short: str) -> None:
    from matplotlib.ticker import FuncFormatter

    decimals = style.decimals_for(chart.top, digits=1)
    shown = labelled(chart.starts)
    frequency = chart.released.frequency
    axes.set_xticks(shown, [label(chart.starts[place], frequency, chart.language) for place in shown])
    axes.set_xticks([place for place in range(len(chart.starts)) if place not in shown], minor=True)
    # A line's name stands to the right of its last point, and takes the same part of the width however many there are.
    axes.set_xlim(-0.5, max(len(chart.starts) + 1.0, _ROOM * (len(chart.starts) - 1)))
    axes.set_ylim(0, chart.top * 1.08)
    axes.yaxis.set_major_formatter(
        FuncFormatter(lambda value, _: style.number(value, chart.language, decimals=decimals))
    )
    title = f"{short} {chart.exposure.scale_text.in_language(chart.language)}"
    axes.set_title(style.capital(title), loc="left", fontsize=10.5)


def _alt(chart: _Chart, scale: str) -> str:
    language = chart.language
    head = in_language(language, f"Linjediagram: {chart.name} {scale}.", f"Line chart: {chart.name} {scale}.")
    parts = [_group_alt(chart, group) for group in chart.groups]
    tail = in_language(language, "Uppgifterna är syntetiska.", "The data are synthetic.")
    return " ".join([head, *parts, *([tail] if chart.released.synthetic else [])])


def _group_alt(chart: _Chart, group: Group) -> str:
    language, name = chart.language, chart.named(group)
    rows = chart.of(group)
    shown = rows.filter(pl.col("rate").is_not_null())
    if shown.is_empty():
        return in_language(language, f"{name}: inga uppgifter kan visas.", f"{name}: no figures can be shown.")
    first, last = shown.row(0, named=True), shown.row(-1, named=True)
    start, end = style.together((first["rate"] * chart.per, last["rate"] * chart.per), language)
    if shown.height == 1:
        text = f"{name}: {start} ({chart.when(first['period'])})"
    else:
        early, late = chart.when(first["period"]), chart.when(last["period"])
        text = in_language(
            language,
            f"{name}: från {start} ({early}) till {end} ({late})",
            f"{name}: from {start} ({early}) to {end} ({late})",
        )
    hidden = rows.height - shown.height
    if hidden:
        text += in_language(language, f", {hidden} perioder utan uppgift", f", {hidden} periods without a figure")
    return f"{text}."
