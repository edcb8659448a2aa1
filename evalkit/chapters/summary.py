"""The question and the answer in short."""

from __future__ import annotations

from evalkit import style, wording
from evalkit.artifacts import Artifacts
from evalkit.chapters.markdown import box, paragraphs, plain
from evalkit.estimands import Estimand
from evalkit.estimates import Estimate
from evalkit.language import Language, Text
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
    """The answer to the primary questions, or why there is none, and how much could be answered at all."""
    title = Text("Svaret i korthet", "The answer in short").in_language(language)
    primary = [(item, found) for item, found in pairs(run) if item.role is Role.PRIMARY]
    parts = [_answer_to(item, found, book, language) for item, found in primary if found.is_estimated]
    unanswered = [item for item, found in primary if not found.is_estimated]
    return box(
        "svar", title, paragraphs(*parts, _unanswered(len(unanswered), len(primary), language), _share(run, language))
    )


def _answer_to(item: Estimand, found: Estimate, book: MetricBook, language: Language) -> str:
    reading = wording.Reading.of(found, item, book)
    return plain(f"{wording.headline(reading, language)} {wording.hedge(reading, language)}")


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
    return Text(
        f"Planen innehåller {style.count_word(total)} jämförelser. {_of_them(done, total)}",
        f"The plan holds {style.count_word(total, Language.EN)} comparisons; "
        f"{style.count_word(done, Language.EN)} could be calculated.",
    ).in_language(language)


def _of_them(done: int, total: int) -> str:
    if done == total:
        return "Alla gick att beräkna."
    if done == 0:
        return "Ingen av dem gick att beräkna."
    return f"{style.capital(style.count_word(done))} av dem gick att beräkna."
