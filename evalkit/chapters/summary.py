"""The question and the answer in short."""

from __future__ import annotations

from collections import Counter

from evalkit import style, wording
from evalkit.artifacts import Artifacts
from evalkit.estimands import Estimand
from evalkit.estimates import Estimate
from evalkit.language import Language, Text
from evalkit.markdown import box, paragraphs, plain
from evalkit.metrics import MetricBook
from evalkit.vocabulary import Role


def pairs(run: Artifacts) -> list[tuple[Estimand, Estimate]]:
    """Each estimand with its released estimate, in the plan's order."""
    return [(item, run.released.estimates.get(item.id)) for item in run.plan.estimands]


def question(run: Artifacts, language: Language) -> str:
    """The question and the commissioner."""
    document = run.plan.document
    return paragraphs(
        f"**{plain(document.question.text.in_language(language))}**",
        plain(document.commissioner.text.in_language(language)),
    )


def background(run: Artifacts, language: Language) -> str:
    """The background paragraphs."""
    return paragraphs(*(plain(entry.text.in_language(language)) for entry in run.plan.document.background))


def answer(run: Artifacts, book: MetricBook, language: Language) -> str:
    """The answer to the primary questions, or why there is none and what is known all the same."""
    title = Text("Svaret i korthet", "The answer in short").in_language(language)
    primary = [(item, found) for item, found in pairs(run) if item.role is Role.PRIMARY]
    answered = [(item, found) for item, found in primary if found.is_estimated]
    shown = answered or [(item, found) for item, found in pairs(run) if found.is_estimated][:_MOST_INSTEAD]
    parts = [_answer_to(run, item, found, book, language) for item, found in shown]
    missing = _unanswered(len(primary) - len(answered), len(primary), language)
    order = (*parts, missing) if answered else (missing, *parts)
    first = run.plan.document.read_first
    opening = f"**{plain(first.text.in_language(language))}**" if first else ""
    return box("svar", title, paragraphs(opening, *order, _share(run, language)))


def told(run: Artifacts, reading: wording.Reading, language: Language) -> str:
    """The headline of an estimate, with what the plan says must stand beside every number of its metric."""
    said = [wording.headline(reading, language)]
    if reading.estimate.is_estimated:
        said += [
            note.text.in_language(language)
            for note in run.plan.document.metric_notes
            if note.metric == reading.metric.code
        ]
    return " ".join(said)


def _answer_to(run: Artifacts, item: Estimand, found: Estimate, book: MetricBook, language: Language) -> str:
    reading = wording.Reading.of(found, item, book)
    return plain(f"{told(run, reading, language)} {wording.hedge(reading, language)}")


def _unanswered(count: int, of: int, language: Language) -> str:
    if count == 0:
        return ""
    if count < of:
        return _some_unanswered(count, of).in_language(language)
    if of == 1:
        return Text(
            "Frågan går inte att besvara med de uppgifter som finns i dag.",
            "The question cannot be answered with the data there are today.",
        ).in_language(language)
    return Text(
        f"Ingen av de {style.count_word(of)} huvudfrågorna går att besvara med de uppgifter som finns i dag.",
        f"None of the {style.count_word(of, Language.EN)} main questions can be answered with the data of today.",
    ).in_language(language)


def _some_unanswered(count: int, of: int) -> Text:
    return Text(
        f"{style.capital(style.count_word(count))} av {style.count_word(of)} huvudfrågor går inte att besvara "
        "med de uppgifter som finns.",
        f"{style.capital(style.count_word(count, Language.EN))} of {style.count_word(of, Language.EN)} main questions "
        "cannot be answered with the data there are.",
    )


def _share(run: Artifacts, language: Language) -> str:
    total = len(run.released.estimates)
    done = total - len(run.released.estimates.refused)
    head = wording.reckoned(done, total).in_language(language)
    return " ".join(part for part in (head, _main_reason(run, language)) if part)


def _main_reason(run: Artifacts, language: Language) -> str:
    """Why most of the refused ones were refused."""
    codes = Counter(item.reason.code for item in run.released.estimates.refused if item.reason)
    if not codes:
        return ""
    code, count = codes.most_common(1)[0]
    word = _IN_SHORT.get(code, _OTHERWISE)
    if codes.total() == 1:
        return Text(f"Skälet: {word.sv}.", f"The reason: {word.en}.").in_language(language)
    if language is Language.EN:
        return f"The commonest reason ({style.count_word(count, language)}): {word.en}."
    return f"Vanligaste skälet ({style.count_word(count)} av dem som inte gick): {word.sv}."


_MOST_INSTEAD = 2
_IN_SHORT = {
    "data_missing": Text(
        "uppgifter saknas helt från minst en kommun eller tid", "no data at all from one side or time"
    ),
    "partly_missing": Text("uppgifterna har luckor", "the data have gaps"),
    "small_count": Text("antalen är för små för att visas", "the counts are too small to be shown"),
    "suppressed": Text("antalen är dolda hos den som lämnat dem", "the counts were suppressed by their holder"),
    "not_yet_reported": Text("uppgifterna är inte rapporterade ännu", "the data have not been reported yet"),
    "exposure_missing": Text("det som antalet ska delas med saknas", "what the count is divided by is missing"),
}
_OTHERWISE = Text("underlaget räcker inte", "the data do not suffice")
