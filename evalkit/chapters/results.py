"""The results, series by series."""

from __future__ import annotations

from evalkit import style, tables, wording
from evalkit.artifacts import Artifacts, FigureEntry
from evalkit.chapters.summary import pairs, told
from evalkit.estimands import Estimand, Series
from evalkit.estimates import Estimate
from evalkit.language import Language, Text
from evalkit.markdown import bullets, paragraphs, plain
from evalkit.metrics import MetricBook
from evalkit.statements import Statement
from evalkit.vocabulary import CellStatus, Frequency


def by_series(run: Artifacts, book: MetricBook, language: Language) -> str:
    """A section for each series with any data, also hidden; the others are in the chapter on what is missing."""
    sections = [_section(run, item, book, language) for item in run.plan.series if _has_data(run, item)]
    return paragraphs(*sections, _left_out(len(run.plan.series) - len(sections), language))


def _has_data(run: Artifacts, item: Series) -> bool:
    """Whether anything was reported: a number in the series, a hidden one, or an estimate."""
    rows = run.released.series.filter(series=item.key)
    reported = set(rows["status"]) & {CellStatus.VALUE.value, CellStatus.SUPPRESSED.value}
    return bool(reported) or any(found.is_estimated for estimand, found in pairs(run) if estimand.series == item)


def _left_out(count: int, language: Language) -> str:
    if count == 0:
        return ""
    word = "ett" if count == 1 else style.count_word(count)
    return Text(
        f"För {word} mått finns inget att visa. Varför framgår av @tbl-inte.",
        f"For {style.count_word(count, Language.EN)} {'metric' if count == 1 else 'metrics'} there is nothing to show. "
        "@tbl-inte tells why.",
    ).in_language(language)


def _section(run: Artifacts, item: Series, book: MetricBook, language: Language) -> str:
    metric = book.metric(item.metric)
    heading = tables.series_name(item, metric, language) if metric else item.metric
    shown = figure(run, f"fig-{item.key}")
    table = tables.to_markdown(tables.series(run.released, run.plan, item, book, language))
    visits = ""
    if tables.is_looked_for(item, book):
        visits = tables.to_markdown(tables.found(run.released, run.plan, item, book, language))
    questions = (
        _question(run, estimand, estimate, book, language)
        for estimand, estimate in pairs(run)
        if estimand.series == item
    )
    joined = (_joining(run, estimand, language) for estimand in run.plan.estimands if estimand.series == item)
    caveat = _shared_caveats([estimate for estimand, estimate in pairs(run) if estimand.series == item], language)
    pointer = _pointer(item, run.plan.document.display_frequency, language, drawn=bool(shown))
    return paragraphs(f"## {plain(heading)}", pointer, shown, *questions, *joined, visits, caveat, table)


def _joining(run: Artifacts, estimand: Estimand, language: Language) -> str:
    """What was counted by time since joining, drawn and in a table; empty for other designs."""
    table = tables.joining(run.released, estimand, run.plan.document.frequency, language)
    if table is None:
        return ""
    drawn = figure(run, f"fig-{estimand.id}-anslutning")
    table_only, both = f"@{table.id}", f"@fig-{estimand.id}-anslutning {{}} @{table.id}"
    shown = Text(both.format("och"), both.format("and")) if drawn else Text(table_only, table_only)
    pointer = Text(
        f"{shown.sv} visar {estimand.id} efter tid från anslutningen.",
        f"{shown.en} {'show' if drawn else 'shows'} {estimand.id} by time since joining.",
    )
    return paragraphs(pointer.in_language(language), drawn, tables.to_markdown(table))


_BY_PERIOD = {
    Frequency.MONTH: (Text("månad för månad", "by month"), Text("Ingen enskild månad", "No single month")),
    Frequency.QUARTER: (Text("kvartal för kvartal", "by quarter"), Text("Inget enskilt kvartal", "No single quarter")),
    Frequency.YEAR: (Text("år för år", "by year"), Text("Inget enskilt år", "No single year")),
}


def _pointer(item: Series, frequency: Frequency, language: Language, *, drawn: bool) -> str:
    by, none = _BY_PERIOD[frequency]
    if not drawn:
        return Text(
            f"@tbl-{item.key} visar vad som finns {by.sv}. {none.sv} har ett tal att visa, så figur saknas.",
            f"@tbl-{item.key} shows what there is {by.en}. {none.en} has a number to show, so there is no figure.",
        ).in_language(language)
    return Text(
        f"@fig-{item.key} och @tbl-{item.key} visar antalen {by.sv}.",
        f"@fig-{item.key} and @tbl-{item.key} show the numbers {by.en}.",
    ).in_language(language)


def _question(run: Artifacts, estimand: Estimand, estimate: Estimate, book: MetricBook, language: Language) -> str:
    reading = wording.Reading.of(estimate, estimand, book)
    asked = f"**{plain(estimand.id + '. ' + estimand.question.in_language(language))}**"
    answer = " ".join(part for part in (told(run, reading, language), wording.hedge(reading, language)) if part)
    if estimate.is_estimated:
        return f"{asked} {plain(answer)}"
    refused = Text("Går inte att beräkna.", "Cannot be calculated.").in_language(language)
    return f"{asked} *{refused}* {plain(answer)}"


def _shared_caveats(estimates: list[Estimate], language: Language) -> str:
    """What must be known of the numbers of this section, each statement once; with the questions when not all."""
    told = [item for item in estimates if item.is_estimated]
    found: dict[Statement, list[str]] = {}
    for item in told:
        for statement in item.assumptions:
            found.setdefault(statement, []).append(item.estimand_id)
    if not found:
        return ""
    intro = Text("Att tänka på:", "Keep in mind:").in_language(language)
    points = (
        plain(statement.text.in_language(language)) + _concerning(ids, len(told), language)
        for statement, ids in found.items()
    )
    return f"{intro}\n\n{bullets(points)}"


def _concerning(ids: list[str], of: int, language: Language) -> str:
    if len(ids) == of:
        return ""
    return f" ({Text('gäller', 'concerns').in_language(language)} {', '.join(ids)})"


def figure(run: Artifacts, figure_id: str) -> str:
    """A figure by its label, or nothing when the run has none."""
    entry = next((entry for entry in run.figures if entry.id == figure_id), None)
    return "" if entry is None else _figure(run, entry)


def _figure(run: Artifacts, entry: FigureEntry) -> str:
    alt = entry.alt.replace("\\", "").replace('"', "”")
    mark = Text("Syntetiska data. ", "Synthetic data. ").sv if run.released.synthetic else ""
    return f'![{mark}{plain(entry.caption)}]({run.folder.name}/{entry.file}){{#{entry.id} fig-alt="{alt}"}}'


def answers(run: Artifacts, book: MetricBook, language: Language) -> str:
    """The table of numbers, or a sentence when there is none."""
    table = tables.answers(run.released, run.plan, book, language)
    if not table.rows:
        return Text("Ingen jämförelse gick att beräkna.", "No comparison could be calculated.").in_language(language)
    return tables.to_markdown(table)


def refusals(run: Artifacts, language: Language) -> str:
    """The table of refusals, or a sentence when there is none."""
    table = tables.refusals(run.released, run.plan, language)
    if not table.rows:
        return Text("Alla planens jämförelser gick att beräkna.", "All comparisons could be calculated.").in_language(
            language
        )
    return tables.to_markdown(table)


def checks(run: Artifacts, language: Language) -> str:
    """The table of checks, or a sentence when none was made."""
    table = tables.checks(run.released, run.plan, language)
    if not table.rows:
        return Text("Inga kontroller var möjliga.", "No checks were possible.").in_language(language)
    return tables.to_markdown(table)
