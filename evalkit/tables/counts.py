"""Tables of released counts and rates, and of what was suppressed."""

from __future__ import annotations

import polars as pl

from evalkit import periods, style
from evalkit.disclosure import Released
from evalkit.estimands import Group, Series
from evalkit.language import Language, Text, in_language
from evalkit.metrics import Exposure, Metric, MetricBook
from evalkit.plan import Plan
from evalkit.tables.model import Align, Column, Table
from evalkit.vocabulary import ExposureKind, MetricFamily

MARKS: dict[str, tuple[str, Text]] = {
    "derived": ("†", Text("uträknat ur andra publicerade uppgifter", "computed from other published figures")),
    "carried_forward": ("‡", Text("framskrivet från en äldre uppgift", "carried forward from an older figure")),
    "approximate": ("≈", Text("ungefärligt", "approximate")),
}


def series(released: Released, plan: Plan, item: Series, book: MetricBook, language: Language = Language.SV) -> Table:
    """The counts and rates of one series by period, one pair of columns per group."""
    rows = released.series.filter(pl.col("series") == item.key)
    shown = set(rows["group"])
    groups = [group for group in plan.groups if group.id in shown]
    metric, exposure = entries(item, book)
    cells = {(row["group"], row["period"]): row for row in rows.iter_rows(named=True)}
    starts = sorted({period for _, period in cells})
    used = {mark.partition("_")[2] for row in cells.values() for mark in row["marks"]}
    apart = len(groups) <= _MOST_APART
    visits = apart and is_looked_for(item, book)
    return Table(
        id=f"tbl-{item.key}",
        caption=_series_caption(item, metric, exposure, language, apart=apart),
        columns=(
            Column(in_language(language, "Period", "Period")),
            *(
                column
                for group in groups
                for column in _group_columns(group, exposure, language, apart=apart, visits=visits)
            ),
        ),
        rows=tuple(
            (
                # A row is one line: the year stays beside its month or quarter.
                periods.prose(start, released.frequency).in_language(language).replace(" ", "\u00a0"),
                *(
                    cell
                    for group in groups
                    for cell in _series_cells(cells[group.id, start], exposure, language, apart=apart, visits=visits)
                ),
            )
            for start in starts
        ),
        notes=(
            *(f"{sign} {text.in_language(language)}." for word, (sign, text) in MARKS.items() if word in used),
            *([_about_signs(exposure, language)] if used else []),
            *(note.text.in_language(language) for note in plan.document.metric_notes if note.metric == item.metric),
        ),
    )


def _about_signs(exposure: Exposure, language: Language) -> str:
    name = exposure.name.in_language(language)
    return in_language(
        language,
        f"Ett tecken vid ett antal gäller antalet; vid ett tal per enhet gäller det vad antalet delas med ({name}).",
        f"A sign beside a number is about the number; beside a rate, about what it is divided by ({name}).",
    )


def entries(item: Series, book: MetricBook) -> tuple[Metric, Exposure]:
    """The metric and the exposure of a series."""
    metric, exposure = book.metric(item.metric), book.exposure(item.exposure)
    if metric is None or exposure is None:
        raise ValueError(f"{item.key} is not in the code book")
    return metric, exposure


_LOOKED_FOR = frozenset({MetricFamily.FINDING, MetricFamily.VICTIM, MetricFamily.SUPPORT})


def is_looked_for(item: Series, book: MetricBook) -> bool:
    """Whether the series counts what visits find, so that more found may only mean more visits."""
    return _is_looked_for(*entries(item, book))


def _is_looked_for(metric: Metric, exposure: Exposure) -> bool:
    return metric.family in _LOOKED_FOR and exposure.kind is ExposureKind.FLOW


def series_name(item: Series, metric: Metric, language: Language) -> str:
    """The name of a series for headings and captions, with its category."""
    category = metric.category_text(item.category) if item.category else None
    name = metric.name.in_language(language)
    return name if category is None else f"{name}: {category.in_language(language)}"


# With more groups than this a pair of columns each no longer fits a page; count and rate then share one.
_MOST_APART = 2


def _series_caption(item: Series, metric: Metric, exposure: Exposure, language: Language, *, apart: bool) -> str:
    name = series_name(item, metric, language)
    scale = exposure.scale_text.in_language(language)
    if apart and _is_looked_for(metric, exposure):
        visits = style.capital(exposure.noun.many.in_language(language))
        return in_language(
            language, f"{name}. {visits}, antal och antal {scale}", f"{name}. {visits}, number and number {scale}"
        )
    if apart:
        return in_language(language, f"{name}. Antal och antal {scale}", f"{name}. Number and number {scale}")
    return in_language(
        language, f"{name}. Antal, och inom parentes antal {scale}", f"{name}. Number, and in brackets number {scale}"
    )


def _group_columns(
    group: Group, exposure: Exposure, language: Language, *, apart: bool, visits: bool
) -> tuple[Column, ...]:
    name = style.capital(group.name.in_language(language))
    if not apart:
        return (Column(name, Align.RIGHT),)
    made = (Column(f"{name}, {exposure.noun.many.in_language(language)}", Align.RIGHT),) if visits else ()
    return (
        *made,
        Column(f"{name}, {in_language(language, 'antal', 'number')}", Align.RIGHT),
        Column(f"{name}, {exposure.scale_text.in_language(language)}", Align.RIGHT),
    )


def _series_cells(
    row: dict[str, object], exposure: Exposure, language: Language, *, apart: bool, visits: bool
) -> tuple[str, ...]:
    count, rate = _count_and_rate(row, exposure, language)
    if apart:
        return (*((_visits(row, language),) if visits else ()), count, rate)
    return (count if rate == style.MISSING_MARK else f"{count} ({rate})",)


def _visits(row: dict[str, object], language: Language) -> str:
    made = row["exposure"]
    return (
        style.number(made, language) if isinstance(made, float) else style.STATUS_WORDS["missing"].in_language(language)
    )


def _count_and_rate(row: dict[str, object], exposure: Exposure, language: Language) -> tuple[str, str]:
    count, rate = row["count"], row["rate"]
    if not isinstance(count, int):
        return style.STATUS_WORDS[str(row["status"])].in_language(language), style.MISSING_MARK
    shown = style.number(count, language) + _signs(row, "count")
    if not isinstance(rate, float):
        return shown, style.MISSING_MARK
    scaled = rate * exposure.scale_per
    return shown, style.number(scaled, language, decimals=min(2, style.decimals_for(scaled))) + _signs(row, "exposure")


def _signs(row: dict[str, object], part: str) -> str:
    """The signs of what qualifies a count, or of what qualifies the exposure behind a rate."""
    marks = row["marks"] if isinstance(row["marks"], list) else []
    signs = "".join(sign for word, (sign, _) in MARKS.items() if f"{part}_{word}" in marks)
    return f"\u00a0{signs}" if signs else ""


def suppression(released: Released, plan: Plan, book: MetricBook, language: Language = Language.SV) -> Table:
    """How many cells were hidden, for each series that has any."""
    names = {item.key: series_name(item, entries(item, book)[0], language) for item in plan.series}
    rows = tuple(
        (
            names[entry.series],
            in_language(language, f"färre än {entry.threshold}", f"fewer than {entry.threshold}"),
            style.number(entry.hidden, language),
        )
        for entry in released.log
        if entry.hidden > 0
    )
    return Table(
        id="tbl-dolda",
        caption=in_language(language, "Dolda antal", "Suppressed counts"),
        columns=(
            Column(in_language(language, "Mått", "Metric"), weight=5),
            Column(in_language(language, "Döljs", "Hidden when"), weight=2),
            Column(in_language(language, "Dolda antal", "Counts hidden"), Align.RIGHT, weight=2),
        ),
        rows=rows,
    )
