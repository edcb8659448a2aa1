"""Figures of released values: one style, direct labels, uncertainty always drawn, missing drawn as missing.

Each function returns a :class:`Figure`: the SVG, a caption, and an alt text that tells type, data and
message, made from the same numbers. Only :class:`~evalkit.disclosure.Released` values are accepted.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import polars as pl

from evalkit import periods, style, wording
from evalkit.disclosure import Released
from evalkit.estimands import Group, Series
from evalkit.language import Language, Text, in_language
from evalkit.metrics import MetricBook
from evalkit.plan import Plan
from evalkit.tables import series_name
from evalkit.vocabulary import DesignId, Frequency

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Canvas

_WIDTH = 7.2
_MARKERS = ("o", "s", "D", "^")
_LINES = ("-", "--", ":", "-.")


@dataclass(frozen=True, slots=True)
class Figure:
    """A finished figure. ``svg`` has the same bytes for the same input."""

    id: str
    svg: bytes
    caption: str
    alt: str

    def _repr_html_(self) -> str:
        return self.svg[self.svg.index(b"<svg") :].decode()


@contextmanager
def _drawing(width: float, height: float) -> Iterator[tuple[Canvas, Axes]]:
    import matplotlib as mpl
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure as MplFigure

    colours = style.brand()
    settings = {
        "svg.hashsalt": "evalkit",
        "svg.fonttype": "path",
        "font.family": "DejaVu Sans",
        "font.size": 10,
        "text.color": colours.ink,
        "axes.labelcolor": colours.ink,
        "axes.edgecolor": colours.muted,
        "xtick.color": colours.ink,
        "ytick.color": colours.ink,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.grid": True,
        "axes.grid.axis": "y",
        "grid.color": colours.rule,
        "grid.linewidth": 0.6,
        "axes.axisbelow": True,
        "figure.facecolor": colours.paper,
        "axes.facecolor": colours.paper,
        "hatch.linewidth": 0.5,
    }
    with mpl.rc_context(settings):
        canvas = MplFigure(figsize=(width, height), layout="constrained")
        FigureCanvasSVG(canvas)
        yield canvas, canvas.add_subplot()


def _svg(canvas: Canvas, synthetic: bool, language: Language) -> bytes:  # noqa: FBT001
    if synthetic:
        canvas.text(
            0.5,
            0.5,
            in_language(language, "SYNTETISKA DATA", "SYNTHETIC DATA"),
            ha="center",
            va="center",
            fontsize=26,
            color=style.brand().muted,
            alpha=0.16,
            rotation=20,
            zorder=0,
        )
    buffer = io.BytesIO()
    canvas.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    return buffer.getvalue()


def _numbers(axis: Any, language: Language, *, decimals: int) -> None:
    from matplotlib.ticker import FuncFormatter

    axis.set_major_formatter(FuncFormatter(lambda value, _: style.number(value, language, decimals=decimals)))


def series(released: Released, plan: Plan, item: Series, book: MetricBook, language: Language = Language.SV) -> Figure:
    """Rates by period with intervals, one line per group, gaps where nothing can be shown.

    The vertical lines are the plan's marks; a period without a number has a hatched band.
    """
    rows = released.series.filter(pl.col("series") == item.key)
    metric, exposure = book.metric(item.metric), book.exposure(item.exposure)
    if metric is None or exposure is None:
        raise ValueError(f"{item.key} is not in the code book")
    groups = [group for group in plan.groups if group.id in set(rows["group"])]
    with _drawing(_WIDTH, 3.7) as (canvas, axes):
        starts = sorted(set(rows["period"]))
        for number, group in enumerate(groups):
            _line(axes, rows.filter(pl.col("group") == group.id), starts, exposure.scale_per, number)
        _gaps(axes, rows, starts, groups, language)
        _marks(axes, plan, starts, released.frequency, language)
        _labels(axes, rows, groups, starts, exposure.scale_per, language)
        axes.set_xticks(
            range(len(starts)), [periods.prose(start, released.frequency).in_language(language) for start in starts]
        )
        top = rows.select(pl.max_horizontal("rate", "conf_high").max()).item()
        axes.set_ylim(0, (top or 1) * exposure.scale_per * 1.08)
        axes.set_xlim(-0.4, len(starts) - 1 + 1.6)
        _numbers(axes.yaxis, language, decimals=style.decimals_for((top or 1) * exposure.scale_per, digits=1))
        axes.set_title(
            style.capital(f"{metric.short.in_language(language)} {exposure.scale_text.in_language(language)}"),
            loc="left",
            fontsize=10.5,
        )
        svg = _svg(canvas, released.synthetic, language)
    return Figure(
        id=f"fig-{item.key}",
        svg=svg,
        caption=in_language(
            language,
            f"{series_name(item, metric, language)} {exposure.scale_text.sv}. Strecken visar osäkerheten.",
            f"{series_name(item, metric, language)} {exposure.scale_text.en}. The bars show the uncertainty.",
        ),
        alt=_series_alt(
            rows,
            groups,
            series_name(item, metric, language),
            exposure.scale_per,
            exposure.scale_text,
            released,
            language,
        ),
    )


def _line(axes: Axes, rows: pl.DataFrame, starts: list[date], per: int, number: int) -> None:
    colour = style.brand().sides[number % len(style.brand().sides)]
    found = {row["period"]: row for row in rows.iter_rows(named=True)}
    shift = 0.05 * number
    line_x, line_y = [], []
    for place, start in enumerate(starts):
        row = found.get(start)
        rate = row["rate"] if row else None
        line_x.append(place + shift)
        line_y.append(float("nan") if rate is None else rate * per)
        if row is not None and rate is not None:
            axes.vlines(
                place + shift, row["conf_low"] * per, row["conf_high"] * per, color=colour, linewidth=1.4, alpha=0.75
            )
    axes.plot(
        line_x,
        line_y,
        color=colour,
        linestyle=_LINES[number % len(_LINES)],
        marker=_MARKERS[number % len(_MARKERS)],
        markersize=5.5,
        linewidth=1.8,
    )


def _gaps(axes: Axes, rows: pl.DataFrame, starts: list[date], groups: list[Group], language: Language) -> None:
    """Where no group has a number the band says so; one group's gap is a break in its line."""
    shown = set(rows.filter(pl.col("rate").is_not_null())["period"])
    empty = [place for place, start in enumerate(starts) if start not in shown]
    for place in empty:
        axes.axvspan(place - 0.5, place + 0.5, facecolor="none", edgecolor=style.brand().rule, hatch="///", linewidth=0)
    if empty and groups:
        word = in_language(language, "uppgift saknas\neller är dold", "missing or\nsuppressed")
        axes.text(
            sum(empty) / len(empty),
            0.5,
            word,
            transform=axes.get_xaxis_transform(),
            ha="center",
            va="center",
            fontsize=9,
            bbox={"facecolor": style.brand().paper, "edgecolor": "none", "pad": 2},
        )


def _marks(axes: Axes, plan: Plan, starts: list[date], step: Frequency, language: Language) -> None:
    for mark in plan.document.marks:
        first, _ = periods.parse(mark.at)
        places = [place for place, start in enumerate(starts) if start <= first <= periods.last_day(start, step)]
        if not places:
            continue
        start = starts[places[0]]
        length = (periods.last_day(start, step) - start).days + 1
        at = places[0] - 0.5 + (first - start).days / length
        axes.axvline(at, color=style.brand().ink, linewidth=1, linestyle=(0, (4, 3)))
        axes.text(
            at - 0.06,
            0.99,
            mark.name.text.in_language(language),
            transform=axes.get_xaxis_transform(),
            ha="right",
            va="top",
            fontsize=9,
        )


def _labels(
    axes: Axes, rows: pl.DataFrame, groups: list[Group], starts: list[date], per: int, language: Language
) -> None:
    """Name each line at its last point; labels that would touch are pushed apart."""
    ends = []
    for number, group in enumerate(groups):
        last = rows.filter((pl.col("group") == group.id) & pl.col("rate").is_not_null()).sort("period").tail(1)
        if last.height:
            place = starts.index(last["period"].item())
            ends.append((last["rate"].item() * per, place, number, style.capital(group.name.in_language(language))))
    top = max((value for value, *_ in ends), default=1.0)
    previous = float("-inf")
    for value, place, number, name in sorted(ends):
        height = max(value, previous + 0.1 * top)
        previous = height
        axes.text(
            place + 0.22,
            height,
            _wrapped(name),
            color=style.brand().sides[number % len(style.brand().sides)],
            va="center",
            fontsize=9.5,
            fontweight="bold",
        )


def _wrapped(name: str) -> str:
    import textwrap

    return "\n".join(textwrap.wrap(name, 18))


def _series_alt(
    rows: pl.DataFrame,
    groups: list[Group],
    name: str,
    per: int,
    scale: Text,
    released: Released,
    language: Language,
) -> str:
    parts = [
        _group_alt(rows.filter(pl.col("group") == group.id), group, per, released.frequency, language)
        for group in groups
    ]
    head = in_language(language, f"Linjediagram: {name} {scale.sv}.", f"Line chart: {name} {scale.en}.")
    mark = (
        in_language(language, " Uppgifterna är syntetiska.", " The data are synthetic.") if released.synthetic else ""
    )
    return " ".join([head, *parts]) + mark


def _group_alt(rows: pl.DataFrame, group: Group, per: int, step: Frequency, language: Language) -> str:
    name = style.capital(group.name.in_language(language))
    shown = rows.filter(pl.col("rate").is_not_null()).sort("period")
    if shown.is_empty():
        return in_language(language, f"{name}: inga uppgifter kan visas.", f"{name}: no figures can be shown.")
    first, last = shown.row(0, named=True), shown.row(-1, named=True)
    values = style.together((first["rate"] * per, last["rate"] * per), language)
    start, end = (periods.prose(row["period"], step).in_language(language) for row in (first, last))
    text = (
        f"{name}: {values[0]} ({start})"
        if shown.height == 1
        else in_language(
            language,
            f"{name}: från {values[0]} ({start}) till {values[1]} ({end})",
            f"{name}: from {values[0]} ({start}) to {values[1]} ({end})",
        )
    )
    hidden = rows.height - shown.height
    gap = (
        in_language(language, f", {hidden} perioder utan uppgift", f", {hidden} periods without a figure")
        if hidden
        else ""
    )
    return f"{text}{gap}."


def forest(released: Released, plan: Plan, book: MetricBook, language: Language = Language.SV) -> Figure | None:
    """The estimated ratios with their intervals on one log scale; ``None`` when there is none to draw."""
    readings = [
        wording.Reading.of(estimate, estimand, book)
        for estimand in plan.estimands
        if (estimate := released.estimates.get(estimand.id)).is_estimated and estimand.design is not DesignId.D1
    ]
    drawable = [item for item in readings if _is_finite(item)]
    if not drawable:
        return None
    with _drawing(_WIDTH, 1.0 + 0.62 * len(drawable)) as (canvas, axes):
        for row, item in enumerate(reversed(drawable)):
            _forest_row(axes, row, item, language)
        axes.axvline(1, color=style.brand().ink, linewidth=1)
        axes.set_xscale("log")
        axes.set_yticks(
            range(len(drawable)),
            [_forest_label(item, language) for item in reversed(drawable)],
        )
        axes.set_ylim(-0.7, len(drawable) - 0.3)
        axes.grid(visible=False, axis="y")
        axes.grid(visible=True, axis="x", color=style.brand().rule)
        _ratio_ticks(axes, drawable, language)
        axes.set_xlabel(in_language(language, "1 = samma utveckling", "1 = same development"))
        svg = _svg(canvas, released.synthetic, language)
    alt = " ".join(
        [
            in_language(
                language,
                "Punktdiagram med osäkerhet för varje jämförelse; 1 betyder samma utveckling.",
                "Dot plot with uncertainty for each comparison; 1 means the same development.",
            ),
            *(
                f"{item.estimand.id}: {wording.number_with_interval(item, language)[0]} ({wording.number_with_interval(item, language)[1]})."
                for item in drawable
            ),
        ]
    )
    return Figure(
        id="fig-jamforelser",
        svg=svg,
        caption=in_language(
            language,
            "Jämförelserna i samma skala. Punkten är det beräknade talet, strecket osäkerheten. "
            "Där strecket korsar 1 kan skillnaden inte skiljas från slumpen.",
            "The comparisons on one scale. The dot is the estimate, the bar its uncertainty. "
            "Where the bar crosses 1 the difference cannot be told from chance.",
        ),
        alt=alt,
    )


def _is_finite(item: wording.Reading) -> bool:
    low, high = item.estimate.conf_low, item.estimate.conf_high
    return low is not None and high is not None and low > 0 and high < float("inf")


def _forest_row(axes: Axes, row: int, item: wording.Reading, language: Language) -> None:
    estimate = item.estimate
    if estimate.estimate is None or estimate.conf_low is None or estimate.conf_high is None:
        return
    axes.hlines(row, estimate.conf_low, estimate.conf_high, color=style.brand().accent, linewidth=2.2)
    axes.plot([estimate.estimate], [row], marker="o", color=style.brand().accent, markersize=7)
    axes.annotate(
        wording.number_with_interval(item, language)[0],
        (estimate.estimate, row),
        xytext=(0, 7),
        textcoords="offset points",
        ha="center",
        fontsize=9,
    )


def _forest_label(item: wording.Reading, language: Language) -> str:
    import textwrap

    short = item.metric.short.in_language(language)
    text = f"{item.estimand.id} {short}: {item.estimand.contrast.in_language(language)}"
    return "\n".join(textwrap.wrap(text, 38))


def _ratio_ticks(axes: Axes, drawable: list[wording.Reading], language: Language) -> None:
    from matplotlib.ticker import FixedLocator, NullLocator

    low = min(item.estimate.conf_low or 1 for item in drawable)
    high = max(item.estimate.conf_high or 1 for item in drawable)
    ticks = [tick for tick in (0.1, 0.2, 0.5, 1, 2, 4, 8, 16, 32) if low / 1.3 <= tick <= high * 1.3] or [1]
    axes.set_xlim(min(low / 1.15, 0.9), max(high * 1.15, 1.1))
    axes.xaxis.set_major_locator(FixedLocator([float(tick) for tick in ticks]))
    axes.xaxis.set_minor_locator(NullLocator())
    _ratio_labels(axes, language)


def _ratio_labels(axes: Axes, language: Language) -> None:
    from matplotlib.ticker import FuncFormatter

    axes.xaxis.set_major_formatter(
        FuncFormatter(lambda value, _: style.number(value, language, decimals=0 if value >= 1 else 1))
    )


def coverage(released: Released, plan: Plan, book: MetricBook, language: Language = Language.SV) -> Figure | None:
    """Who reported which metric when, as bars over time; ``None`` when the plan wants no metrics."""
    wanted = [(entry.metric, unit) for entry in plan.document.wanted for unit in entry.units]
    present = [pair for pair in wanted if _spans(released.coverage, *pair)]
    if not wanted or not present:
        return None
    names = {unit: group.name for group in plan.groups for unit in group.units if len(group.units) == 1}
    metrics = list(dict.fromkeys(metric for metric, _ in present))
    pairs = [pair for pair in wanted if pair[0] in metrics]
    with _drawing(_WIDTH, 0.9 + 0.33 * len(pairs)) as (canvas, axes):
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
        svg = _svg(canvas, released.synthetic, language)
    return Figure(
        id="fig-tackning",
        svg=svg,
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


def all_figures(
    released: Released, plan: Plan, book: MetricBook, language: Language = Language.SV
) -> tuple[Figure, ...]:
    """Every figure of the effect evaluation: coverage, one per series that has a number, the forest."""
    with_numbers = set(released.series.filter(pl.col("rate").is_not_null())["series"])
    made = [
        coverage(released, plan, book, language),
        *(series(released, plan, item, book, language) for item in plan.series if item.key in with_numbers),
        forest(released, plan, book, language),
    ]
    return tuple(figure for figure in made if figure is not None)
