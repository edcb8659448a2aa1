"""What can be said, what cannot, what is missing, what was hidden, what comes next."""

from __future__ import annotations

from evalkit import tables, wording
from evalkit.artifacts import Artifacts
from evalkit.chapters.summary import pairs, told
from evalkit.language import Language, Text
from evalkit.markdown import box, bullets, paragraphs, plain
from evalkit.metrics import MetricBook
from evalkit.plan import Words


def can_say(run: Artifacts, book: MetricBook, language: Language) -> str:
    """Every level, and every comparison that can be told from chance, as a sentence."""
    title = Text("Det här kan ni säga", "This you can say").in_language(language)
    readings = [wording.Reading.of(estimate, estimand, book) for estimand, estimate in pairs(run)]
    said = [plain(told(run, reading, language)) for reading in readings if wording.says_something(reading)]
    nothing = Text(
        "Inget om utfallen ännu: ingen av planens jämförelser gav ett tal som går att skilja från slumpen.",
        "Nothing on the outcomes yet: no comparison gave a number that can be told from chance.",
    ).in_language(language)
    return box("kan-saga", title, bullets(said) if said else nothing)


def cannot_say(run: Artifacts, language: Language) -> str:
    """The plan's own limits."""
    title = Text("Det här kan ni inte säga", "This you cannot say").in_language(language)
    return box("kan-inte-saga", title, _list(run.plan.document.cannot_say, language))


def _list(entries: tuple[Words, ...], language: Language) -> str:
    return bullets(plain(entry.text.in_language(language)) for entry in entries)


def multiplicity(run: Artifacts, language: Language) -> str:
    """The rule for several questions of one claim, then each claim with its number of tests."""
    rule = plain(wording.multiplicity_rule(run.plan, language))
    lines = [plain(line) for line in wording.family_lines(run.plan, language)]
    return paragraphs(rule, bullets(lines)) if lines else rule


def data_notes(run: Artifacts, language: Language) -> str:
    """What to know of the data."""
    return _list(run.plan.document.data_notes, language)


def next_steps(run: Artifacts, language: Language) -> str:
    """What a surer answer takes."""
    return _list(run.plan.document.next_steps, language)


def wanted(run: Artifacts, book: MetricBook, language: Language) -> str:
    """The table of outcomes needed, or a sentence when the plan asks for none beside its comparisons."""
    table = tables.wanted(run.plan, run.released, book, language)
    if not table.rows:
        return Text(
            "Planen efterfrågar inga andra uppgifter än dem som jämförelserna bygger på.",
            "The plan asks for no data beyond those behind its comparisons.",
        ).in_language(language)
    return tables.to_markdown(table)


def suppressed(run: Artifacts, book: MetricBook, language: Language) -> str:
    """The disclosure log in words and numbers."""
    if all(entry.threshold == 0 for entry in run.released.log):
        return Text(
            "Inget mått i den här rapporten behöver skydd för små antal.",
            "No metric in this report needs protection of small counts.",
        ).in_language(language)
    table = tables.suppression(run.released, run.plan, book, language)
    shown = tables.to_markdown(table) if table.rows else _nothing_hidden(language)
    rule = run.released.policy
    rules = Text(
        f"Antal som rör personer döljs när de är färre än {rule.person.threshold} och avrundas annars till närmaste "
        f"{rule.person.base}-tal. Beslut mot företag döljs när de är färre än {rule.business.threshold}. "
        "Fler antal döljs när ett dolt antal annars skulle gå att räkna ut.",
        f"Counts of persons are hidden when fewer than {rule.person.threshold} and otherwise rounded to the nearest "
        f"{rule.person.base}. Decisions against firms are hidden when fewer than {rule.business.threshold}. "
        "More counts are hidden where a hidden one could otherwise be worked out.",
    ).in_language(language)
    return paragraphs(rules, shown)


def _nothing_hidden(language: Language) -> str:
    return Text("Inget antal behövde döljas.", "No count had to be hidden.").in_language(language)
