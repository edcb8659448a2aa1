"""One small table model and two writers, so that every format gets a real table from one source.

The functions that make tables of results accept only :class:`~evalkit.disclosure.Released` values.
``to_markdown`` writes a pipe table, which Quarto and the embedded engine turn into a captioned,
header-scoped table in HTML, PDF and DOCX; ``to_html`` serves the notebook.
"""

from __future__ import annotations

import html
from dataclasses import dataclass
from enum import StrEnum

import polars as pl

from evalkit import periods, style, wording
from evalkit.designs import REGISTRY
from evalkit.disclosure import Released
from evalkit.estimands import Estimand, Group, Series
from evalkit.estimates import Estimate
from evalkit.language import Language, Text
from evalkit.metrics import Exposure, Metric, MetricBook
from evalkit.plan import Plan
from evalkit.vocabulary import CellStatus, DesignId, Frequency

_MIN_DASHES = 3
_MAX_DASHES = 40
MARKS: dict[str, tuple[str, Text]] = {
    "derived": ("†", Text("uträknat ur andra publicerade uppgifter", "computed from other published figures")),
    "carried_forward": ("‡", Text("framskrivet från en äldre uppgift", "carried forward from an older figure")),
    "approximate": ("≈", Text("ungefärligt", "approximate")),
}


class Align(StrEnum):
    """How a column is set."""

    LEFT = "left"
    RIGHT = "right"


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its heading and how it is set. ``weight`` shares out the width where text must wrap."""

    header: str
    align: Align = Align.LEFT
    weight: int = 1


@dataclass(frozen=True, slots=True)
class Table:
    """A table as it is shown: all cells are finished text. The first column holds the row heads."""

    id: str
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if any(len(row) != len(self.columns) for row in self.rows):
            raise ValueError(f"table {self.id}: a row has another number of cells than there are columns")


def to_markdown(table: Table) -> str:
    """A Quarto pipe table with caption, label and notes.

    Examples
    --------
    >>> from evalkit.tables import Align, Column, Table, to_markdown
    >>> print(to_markdown(Table("tbl-x", "Besök", (Column("Kommun"), Column("Antal", Align.RIGHT)), (("A", "2"),))))
    | Kommun | Antal |
    |:---|---:|
    | A | 2 |
    <BLANKLINE>
    : Besök {#tbl-x}
    """
    head = "| " + " | ".join(_escape(column.header) for column in table.columns) + " |"
    rule = "|" + "|".join(_dashes(column) for column in table.columns) + "|"
    body = ["| " + " | ".join(_escape(cell) for cell in row) + " |" for row in table.rows]
    lines = [head, rule, *body, "", f": {table.caption} {{#{table.id}}}"]
    if table.notes:
        lines += ["", "::: {.tabellnot}", "  \n".join(table.notes), ":::"]
    return "\n".join(lines)


def _dashes(column: Column) -> str:
    dashes = "-" * max(_MIN_DASHES, min(_MAX_DASHES, _MIN_DASHES * column.weight))
    return f"{dashes}:" if column.align is Align.RIGHT else f":{dashes}"


def _escape(cell: str) -> str:
    for mark in ("\\", "|", "*", "_", "`", "<", "[", "$", "^", "~", "@", "#"):
        cell = cell.replace(mark, "\\" + mark)
    return cell.replace("\n", " ")


def to_html(table: Table) -> str:
    """A plain HTML table with caption and scopes, for notebooks."""
    head = "".join(f'<th scope="col" style="text-align:{c.align}">{html.escape(c.header)}</th>' for c in table.columns)
    body = "".join(_html_row(row, table.columns) for row in table.rows)
    notes = "".join(f"<p>{html.escape(note)}</p>" for note in table.notes)
    return (
        f"<table><caption>{html.escape(table.caption)}</caption>"
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{notes}"
    )


def _html_row(row: tuple[str, ...], columns: tuple[Column, ...]) -> str:
    first, *rest = row
    cells = "".join(
        f'<td style="text-align:{column.align}">{html.escape(cell)}</td>'
        for cell, column in zip(rest, columns[1:], strict=True)
    )
    return f'<tr><th scope="row" style="text-align:left">{html.escape(first)}</th>{cells}</tr>'


def _t(language: Language, sv: str, en: str) -> str:
    return Text(sv, en).in_language(language)


def answers(released: Released, plan: Plan, book: MetricBook, language: Language = Language.SV) -> Table:
    """Every estimand that has a number: question, answer in words, number and uncertainty."""
    rows = []
    for estimand, estimate in _pairs(released, plan):
        if not estimate.is_estimated:
            continue
        reading = wording.Reading.of(estimate, estimand, book)
        value, interval = wording.number_with_interval(reading, language)
        rows.append(
            (
                f"{estimand.id}. {estimand.question.in_language(language)}",
                wording.short_answer(reading, language),
                f"{value} {wording.unit_of_number(reading, language)}",
                interval,
            )
        )
    return Table(
        id="tbl-svar",
        caption=_t(language, "Jämförelser som gick att beräkna", "Comparisons that could be calculated"),
        columns=(
            Column(_t(language, "Fråga", "Question"), weight=6),
            Column(_t(language, "Svar", "Answer"), weight=3),
            Column(_t(language, "Tal", "Number"), weight=4),
            Column(_t(language, "Osäkerhet", "Uncertainty"), weight=3),
        ),
        rows=tuple(rows),
        notes=(
            _t(
                language,
                f"Osäkerheten är det intervall som beräknas träffa rätt i {plan.document.conf_level:.0%} av fallen".replace(
                    "%", "\u00a0procent"
                )
                + ", om bara slumpen i antalen spelar in.",
                f"The uncertainty is the interval that is right in {plan.document.conf_level:.0%} of cases, "
                "if only chance in the counts is at work.",
            ),
        ),
    )


def refusals(released: Released, plan: Plan, language: Language = Language.SV) -> Table:
    """Every estimand without a number, with the reason."""
    rows = tuple(
        (
            f"{estimand.id}. {estimand.question.in_language(language)}",
            estimate.reason.text.in_language(language) if estimate.reason else "",
        )
        for estimand, estimate in _pairs(released, plan)
        if not estimate.is_estimated
    )
    return Table(
        id="tbl-inte",
        caption=_t(language, "Frågor som inte går att besvara", "Questions that cannot be answered"),
        columns=(Column(_t(language, "Fråga", "Question"), weight=5), Column(_t(language, "Varför inte", "Why not"), weight=6)),
        rows=rows,
    )


def _pairs(released: Released, plan: Plan) -> tuple[tuple[Estimand, Estimate], ...]:
    return tuple((estimand, released.estimates.get(estimand.id)) for estimand in plan.estimands)


def series(
    released: Released, plan: Plan, item: Series, book: MetricBook, language: Language = Language.SV
) -> Table:
    """The counts and rates of one series by period, one pair of columns per group."""
    rows = released.series.filter(pl.col("series") == item.key)
    shown = set(rows["group"])
    groups = [group for group in plan.groups if group.id in shown]
    metric, exposure = _entries(item, book)
    cells = {(row["group"], row["period"]): row for row in rows.iter_rows(named=True)}
    starts = sorted({period for _, period in cells})
    used = {mark for row in cells.values() for mark in row["marks"]}
    return Table(
        id=f"tbl-{item.key}",
        caption=_series_caption(item, metric, exposure, language),
        columns=(
            Column(_t(language, "Period", "Period")),
            *(column for group in groups for column in _group_columns(group, exposure, language)),
        ),
        rows=tuple(
            (
                periods.prose(start, released.frequency).in_language(language),
                *(cell for group in groups for cell in _series_cells(cells[group.id, start], exposure, language)),
            )
            for start in starts
        ),
        notes=tuple(
            f"{sign} {text.in_language(language)}." for word, (sign, text) in MARKS.items() if word in used
        ),
    )


def _entries(item: Series, book: MetricBook) -> tuple[Metric, Exposure]:
    metric, exposure = book.metric(item.metric), book.exposure(item.exposure)
    if metric is None or exposure is None:
        raise ValueError(f"{item.key} is not in the code book")
    return metric, exposure


def series_name(item: Series, metric: Metric, language: Language) -> str:
    """The name of a series for headings and captions, with its category."""
    category = metric.category_text(item.category) if item.category else None
    name = metric.name.in_language(language)
    return name if category is None else f"{name}: {category.in_language(language)}"


def _series_caption(item: Series, metric: Metric, exposure: Exposure, language: Language) -> str:
    name = series_name(item, metric, language)
    return _t(
        language,
        f"{name}. Antal och antal {exposure.scale_text.sv}",
        f"{name}. Number and number {exposure.scale_text.en}",
    )


def _group_columns(group: Group, exposure: Exposure, language: Language) -> tuple[Column, Column]:
    name = style.capital(group.name.in_language(language))
    return (
        Column(f"{name}, {_t(language, 'antal', 'number')}", Align.RIGHT),
        Column(f"{name}, {exposure.scale_text.in_language(language)}", Align.RIGHT),
    )


def _series_cells(row: dict[str, object], exposure: Exposure, language: Language) -> tuple[str, str]:
    count, rate = row["count"], row["rate"]
    if not isinstance(count, int):
        word = style.STATUS_WORDS[str(row["status"])].in_language(language)
        return word, style.MISSING_MARK
    marks = row["marks"] if isinstance(row["marks"], list) else []
    sign = "".join(MARKS[mark][0] for mark in marks)
    value = style.number(count, language) + (f"\u00a0{sign}" if sign else "")
    if not isinstance(rate, float):
        return value, _t(language, "går inte att räkna", "not calculable")
    scaled = rate * exposure.scale_per
    return value, style.number(scaled, language, decimals=min(2, style.decimals_for(scaled)))


def wanted(plan: Plan, released: Released, book: MetricBook, language: Language = Language.SV) -> Table:
    """For each outcome that the evaluation needs: what is there, what is missing, who holds it."""
    names = {unit: group.name for group in plan.groups for unit in group.units if len(group.units) == 1}
    rows = []
    for entry in plan.document.wanted:
        metric = book.metric(entry.metric)
        if metric is None:
            continue
        states = [_reported(released.coverage, entry.metric, unit, names, language) for unit in entry.units]
        rows.append((f"{metric.code} {metric.name.in_language(language)}", "; ".join(states), metric.reported_by.in_language(language)))
    return Table(
        id="tbl-saknas",
        caption=_t(
            language, "Uppgifter som behövs, vad som finns och vem som har dem", "Data needed, what there is and who holds it"
        ),
        columns=(
            Column(_t(language, "Uppgift", "Outcome"), weight=4),
            Column(_t(language, "Finns", "There is"), weight=5),
            Column(_t(language, "Finns hos", "Held by"), weight=4),
        ),
        rows=tuple(rows),
    )


def _reported(coverage: pl.DataFrame, metric: str, unit: str, names: dict[str, Text], language: Language) -> str:
    name = names[unit].in_language(language) if unit in names else unit
    spans = coverage.filter((pl.col("metric") == metric) & (pl.col("unit_id") == unit)).sort("covered_from")
    if spans.is_empty():
        return _t(language, f"{name}: saknas", f"{name}: missing")
    told = ", ".join(_span(first, last, language) for first, last in spans.select("covered_from", "covered_to").iter_rows())
    return f"{name}: {told}"


def _span(first: object, last: object, language: Language) -> str:
    from datetime import date

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
        metric, exposure = _entries(item, book)
        rows.append(
            (
                f"{metric.code} {series_name(item, metric, language)}",
                metric.definition.in_language(language),
                metric.legal_basis or style.MISSING_MARK,
                exposure.name.in_language(language),
            )
        )
    return Table(
        id="tbl-definitioner",
        caption=_t(language, "Det som räknas", "What is counted"),
        columns=(
            Column(_t(language, "Mått", "Metric"), weight=3),
            Column(_t(language, "Definition", "Definition"), weight=6),
            Column(_t(language, "Rättslig grund", "Legal basis"), weight=3),
            Column(_t(language, "Delas med", "Divided by"), weight=2),
        ),
        rows=tuple(rows),
    )


def sources(frame: pl.DataFrame, language: Language = Language.SV) -> Table:
    """Where the figures come from."""
    rows = tuple(
        (row["title"], row["publisher"], row["published"].isoformat() if row["published"] else _t(language, "inte angivet", "not stated"))
        for row in frame.sort("source_id").iter_rows(named=True)
    )
    return Table(
        id="tbl-kallor",
        caption=_t(language, "Källor", "Sources"),
        columns=(
            Column(_t(language, "Källa", "Source"), weight=6),
            Column(_t(language, "Utgivare", "Publisher"), weight=3),
            Column(_t(language, "Datum", "Date"), weight=2),
        ),
        rows=rows,
    )


def planned(plan: Plan, language: Language = Language.SV) -> Table:
    """Every estimand of the plan: what, against what, when, how."""
    rows = tuple(
        (
            item.id,
            item.series.metric + (f" ({item.series.category})" if item.series.category else "") + f" / {item.series.exposure}",
            style.capital(item.contrast.in_language(language)),
            _windows(item, language),
            f"{item.design} {REGISTRY[item.design].name.in_language(language)}",
            ROLE_WORDS[item.role.value].in_language(language),
        )
        for item in plan.estimands
    )
    return Table(
        id="tbl-plan",
        caption=_t(language, "Planens jämförelser", "The comparisons of the plan"),
        columns=(
            Column("Nr", weight=1),
            Column(_t(language, "Mått / delat med", "Metric / divided by"), weight=3),
            Column(_t(language, "Jämförelse", "Contrast"), weight=4),
            Column(_t(language, "Tid", "Time"), weight=4),
            Column(_t(language, "Upplägg", "Design"), weight=3),
            Column(_t(language, "Roll", "Role"), weight=2),
        ),
        rows=rows,
    )


ROLE_WORDS = {
    "primary": Text("huvudfråga", "primary"),
    "secondary": Text("delfråga", "secondary"),
    "descriptive": Text("beskrivning", "descriptive"),
}


def _windows(item: Estimand, language: Language) -> str:
    after = item.after.name.in_language(language)
    if item.before is None:
        return after
    before = item.before.name.in_language(language)
    return _t(language, f"{before} mot {after}", f"{before} against {after}")


def designs_used(plan: Plan, language: Language = Language.SV) -> Table:
    """The designs of the plan: what they identify, what must be true, how far they reach."""
    used = sorted({item.design for item in plan.estimands})
    rows = tuple(
        (
            REGISTRY[id_].name.in_language(language),
            style.capital(REGISTRY[id_].identifies.in_language(language)),
            REGISTRY[id_].must_be_true.in_language(language),
            _t(language, f"{REGISTRY[id_].maryland} av 5", f"{REGISTRY[id_].maryland} of 5"),
        )
        for id_ in used
    )
    return Table(
        id="tbl-upplagg",
        caption=_t(language, "Så är jämförelserna gjorda", "How the comparisons are made"),
        columns=(
            Column(_t(language, "Upplägg", "Design"), weight=3),
            Column(_t(language, "Det mäter", "It measures"), weight=4),
            Column(_t(language, "Det förutsätter", "It takes for granted"), weight=4),
            Column(_t(language, "Högsta nivå på Marylandskalan", "Ceiling on the Maryland scale"), weight=2),
        ),
        rows=rows,
    )


def suppression(released: Released, plan: Plan, book: MetricBook, language: Language = Language.SV) -> Table:
    """How many cells were hidden, series by series."""
    names = {item.key: series_name(item, _entries(item, book)[0], language) for item in plan.series}
    rows = tuple(
        (
            names[entry.series],
            _t(language, f"färre än {entry.threshold}", f"fewer than {entry.threshold}"),
            style.number(entry.primary, language),
            style.number(entry.secondary, language),
        )
        for entry in released.log
        if entry.threshold > 0
    )
    return Table(
        id="tbl-dolda",
        caption=_t(language, "Dolda antal", "Suppressed counts"),
        columns=(
            Column(_t(language, "Mått", "Metric"), weight=5),
            Column(_t(language, "Döljs", "Hidden when"), weight=2),
            Column(_t(language, "Dolda", "Hidden"), Align.RIGHT, weight=2),
            Column(_t(language, "Dolda för att skydda andra", "Hidden to protect others"), Align.RIGHT, weight=3),
        ),
        rows=rows,
    )


def truth(
    released: Released, plan: Plan, true_values: dict[str, float], language: Language = Language.SV
) -> Table:
    """The true effects of the synthetic world beside what was estimated."""
    rows = []
    for estimand, estimate in _pairs(released, plan):
        if estimand.design is not DesignId.D3 or estimand.id not in true_values or not estimate.is_estimated:
            continue
        real = true_values[estimand.id]
        value, low, high = estimate.estimate, estimate.conf_low, estimate.conf_high
        if value is None or low is None or high is None:
            continue
        hit = _t(language, "ja", "yes") if low <= real <= high else _t(language, "nej", "no")
        shown = style.together((value, low, high), language)
        rows.append(
            (
                f"{estimand.id}. {estimand.question.in_language(language)}",
                style.number(real, language, decimals=2),
                shown[0],
                f"{shown[1]} {_t(language, 'till', 'to')} {shown[2]}",
                hit,
            )
        )
    return Table(
        id="tbl-facit",
        caption=_t(language, "Facit: det sanna talet och det beräknade", "The true number and the estimated one"),
        columns=(
            Column(_t(language, "Fråga", "Question"), weight=6),
            Column(_t(language, "Sant", "True"), Align.RIGHT, weight=2),
            Column(_t(language, "Beräknat", "Estimated"), Align.RIGHT, weight=2),
            Column(_t(language, "Osäkerhet", "Uncertainty"), weight=3),
            Column(_t(language, "Träffar", "Covers"), weight=2),
        ),
        rows=tuple(rows),
    )


