"""The code books, as parts of the dictionary's page."""

from __future__ import annotations

import html
from collections.abc import Iterable
from datetime import date

from evalkit.dictionary import labels
from evalkit.dictionary.tablesection import code
from evalkit.language import Text
from evalkit.metrics import Exposure, LawChange, Metric, MetricBook, Precision
from evalkit.vocabulary import MetricFamily
from evalkit.webpage import Heading, Row, Words, facts, table


def families(book: MetricBook) -> tuple[MetricFamily, ...]:
    """The families of metrics, in the order of the book."""
    return tuple(dict.fromkeys(metric.family for metric in book.metrics))


def family_headings(book: MetricBook, words: Words) -> tuple[Heading, ...]:
    """One entry of the list of contents per family."""
    return tuple(Heading(f"family-{family}", words.label(labels.FAMILY[family])) for family in families(book))


def metrics(book: MetricBook, words: Words) -> str:
    """Every metric, by family."""
    return "\n".join(
        f'<h3 id="family-{family}">{words.of(labels.FAMILY[family])}</h3>\n'
        + "\n".join(_metric(metric, words) for metric in book.metrics if metric.family is family)
        for family in families(book)
    )


def exposures(book: MetricBook, words: Words) -> str:
    """Every exposure."""
    return "\n".join(_exposure(exposure, words) for exposure in book.exposures)


def authorities(book: MetricBook, words: Words) -> str:
    """The departments, authorities and organisations that take part or decide."""
    heads = (Text("Kod", "Code"), Text("Namn", "Name"), Text("Hör till", "Belongs to"))
    rows = [
        Row(code(body.code), (words.of(body.name), words.of(labels.AUTHORITY_LEVEL[body.level])))
        for body in book.authorities
    ]
    caption = words.label(Text("Koder för den som deltar eller beslutar", "Codes of who takes part or decides"))
    return table(caption, [words.label(head) for head in heads], rows)


def law_calendar(book: MetricBook, words: Words) -> str:
    """The dates on which a count may jump for reasons of law, organisation or measurement."""
    heads = (
        Text("Från", "From"),
        Text("Till", "To"),
        Text("Vad som ändrades", "What changed"),
        Text("Regel", "Rule"),
        Text("Berör", "Concerns"),
    )
    rows = [_law(law, words) for law in sorted(book.law_changes, key=lambda law: (law.start, law.id))]
    caption = words.label(Text("Brytdatum", "Breaks"))
    return table(caption, [words.label(head) for head in heads], rows)


def _law(law: LawChange, words: Words) -> Row:
    concerns = words.of(Text("alla mått", "all metrics")) if law.hits == ("all",) else ", ".join(map(_link, law.hits))
    told = words.of(law.change) + _unverified(words, law.verify_note, verified=law.verified)
    start = _with_precision(law.start, law.precision)
    return Row(start, (_day(law.end), told, _swedish(law.law, words), concerns), anchor=f"law-{law.id}")


def _with_precision(day: date, precision: Precision) -> str:
    return {Precision.DAY: day.isoformat(), Precision.MONTH: f"{day:%Y-%m}", Precision.YEAR: f"{day:%Y}"}[precision]


def _day(day: date | None) -> str:
    return "" if day is None else day.isoformat()


def _link(code_: str) -> str:
    return f'<a href="#code-{html.escape(code_)}">{html.escape(code_)}</a>'


def _swedish(text: str | None, words: Words) -> str:
    """A Swedish rule, marked as Swedish on an English page."""
    if text is None:
        return ""
    said = html.escape(text)
    return said if words.main == "sv" else f'<span lang="sv">{said}</span>'


def _unverified(words: Words, note: Text | None, *, verified: bool) -> str:
    if verified:
        return ""
    told = f" {words.of(note)}" if note is not None else ""
    return f' <span class="mark">{words.label(labels.UNVERIFIED)}</span>{told}'


_ONLY_COUNTS = Text(
    "bara antal i tabellen outcomes, aldrig en rad per besök eller objekt",
    "counts in the table outcomes only, never a row per visit or object",
)


def _metric(metric: Metric, words: Words) -> str:
    say, label = words.of, words.label
    pairs = (
        (label(Text("Definition", "Definition")), say(metric.definition)),
        (label(Text("Slag och enhet", "Kind and unit")), say(_joined((labels.MEASURE[metric.measure], metric.unit)))),
        (label(Text("Täljare", "Numerator")), _optional(metric.numerator, words)),
        (label(Text("Nämnare", "Denominator")), _optional(metric.denominator, words)),
        (label(Text("Delas med", "Divided by")), _link(metric.default_exposure)),
        (label(Text("Kategorier", "Categories")), _categories(metric, words)),
        (label(Text("Rättslig grund", "Legal basis")), _swedish(metric.legal_basis, words)),
        (label(Text("Beslutas av", "Decided by")), say(metric.decided_by)),
        (label(Text("Uppgifterna finns hos", "Figures held by")), say(metric.reported_by)),
        (
            label(Text("Räknas efter", "Counted by")),
            say(_joined(labels.DATE_BASIS[basis] for basis in metric.date_bases)),
        ),
        (label(Text("Gäller", "Valid")), say(labels.span(_day(metric.valid_from), _day(metric.valid_to)))),
        (label(Text("Riktning", "Direction")), say(labels.DIRECTION[metric.good_direction])),
        (
            label(Text("Beror på hur mycket man letar", "Depends on how much one looks")),
            say(labels.DETECTION if metric.detection_driven else labels.NOT_DETECTION),
        ),
        (label(Text("Känslighet", "Sensitivity")), say(labels.SENSITIVITY[metric.sensitivity])),
        (label(Text("Lämnas som", "Told as")), say(_ONLY_COUNTS) if metric.counts_only else ""),
        (label(Text("Att se upp med", "Traps")), _items(metric.traps, words)),
        (label(Text("Följer på", "Follows")), _link(metric.follows) if metric.follows else ""),
        (label(labels.UNVERIFIED), "" if metric.verified else _unverified(words, metric.verify_note, verified=False)),
    )
    return f'<h4 id="code-{metric.code}">{code(metric.code)} {say(metric.name)}</h4>\n{facts(pairs)}'


def _exposure(exposure: Exposure, words: Words) -> str:
    say, label = words.of, words.label
    pairs = (
        (label(Text("Enhet", "Unit")), say(exposure.unit)),
        (label(Text("Slag", "Kind")), say(labels.EXPOSURE_KIND[exposure.kind])),
        (label(Text("Redovisas", "Told")), say(exposure.scale_text)),
        (label(Text("Uppgifterna finns hos", "Figures held by")), say(exposure.held_by)),
        (label(Text("Gäller", "Valid")), say(labels.span(_day(exposure.valid_from), _day(exposure.valid_to)))),
        (label(Text("Att se upp med", "Traps")), _items(exposure.traps, words)),
        (
            label(labels.UNVERIFIED),
            "" if exposure.verified else _unverified(words, exposure.verify_note, verified=False),
        ),
    )
    return f'<h3 id="code-{exposure.code}">{code(exposure.code)} {say(exposure.name)}</h3>\n{facts(pairs)}'


def _joined(texts: Iterable[Text]) -> Text:
    found = tuple(texts)
    return Text(", ".join(text.sv for text in found), ", ".join(text.en for text in found))


def _optional(text: Text | None, words: Words) -> str:
    return "" if text is None else words.of(text)


def _items(texts: Iterable[Text], words: Words) -> str:
    items = "".join(f"<li>{words.of(text)}</li>" for text in texts)
    return f"<ul>{items}</ul>" if items else ""


def _categories(metric: Metric, words: Words) -> str:
    items = "".join(f"<li>{code(category.code)} {words.of(category.text)}</li>" for category in metric.categories)
    overlap = Text(
        "En händelse kan höra till flera kategorier; summera dem inte.",
        "One event may be in several categories; do not sum them.",
    )
    return f"<ul>{items}</ul>{words.of(overlap) if metric.categories_overlap else ''}" if items else ""
