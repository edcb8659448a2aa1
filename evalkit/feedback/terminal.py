"""Feedback as lines of text."""

from __future__ import annotations

from collections.abc import Iterator

from evalkit.dataset import SourceFile
from evalkit.feedback.model import UNFILLED, Feedback, FileTally, KindTally
from evalkit.language import Language, Text, in_language
from evalkit.style import number

_MOST_COLUMNS = 4


def to_text(feedback: Feedback, language: Language) -> str:
    """The verdict, every problem in four lines, and what each file came to.

    Examples
    --------
    >>> from evalkit.dataset import SourceFile
    >>> from evalkit.feedback import Feedback, to_text
    >>> from evalkit.language import Language
    >>> print(to_text(Feedback((SourceFile("units.csv", "units", None, 2, ""),), ()), Language.SV))
    Uppgifterna följer datakontrakten.
      units.csv → units: 2 rader
    """
    if feedback.is_clean:
        read = (line for name in feedback.files for line in _file(name, feedback, language))
        return "\n".join([*_sound(feedback, language), *read, *_remarks(feedback, language)])
    count = len(feedback.errors)
    noun = in_language(language, "fel", "problem" if count == 1 else "problems")
    return "\n".join(
        [
            f"{feedback.title.in_language(language)} ({count} {noun})",
            *(problem.render(language) for problem in feedback.errors),
            *_remarks(feedback, language),
            "",
            in_language(language, "Sammanfattning", "Summary"),
            *_summary(feedback, language),
        ]
    )


def _remarks(feedback: Feedback, language: Language) -> Iterator[str]:
    if feedback.warnings:
        yield ""
        yield in_language(language, "Anmärkningar, som inte stoppar något", "Remarks, which stop nothing")
        yield from (problem.render(language) for problem in feedback.warnings)


def _sound(feedback: Feedback, language: Language) -> Iterator[str]:
    if feedback.has_plan:
        yield in_language(language, "Analysplanen är giltig.", "The analysis plan is valid.")
    if feedback.is_unfilled:
        yield UNFILLED.in_language(language)
    elif feedback.read:
        yield in_language(language, "Uppgifterna följer datakontrakten.", "The data follow their contracts.")
    else:
        yield in_language(language, "Uppgifterna simuleras.", "The data are simulated.")


def _file(name: str, feedback: Feedback, language: Language) -> list[str]:
    """The tables that a file was read as: in its own line, or each below it when they are several."""
    tables = [item for item in feedback.read if item.name == name]
    if len(tables) == 1:
        return [f"  {name} → {_read(tables[0], language)}"]
    return [f"  {name}", *(f"    → {_read(item, language)}" for item in tables)]


def _read(item: SourceFile, language: Language) -> str:
    assumed = " ".join(text.in_language(language) for text in item.assumptions)
    sheet = "" if item.sheet in (None, item.table) else f" ({in_language(language, 'blad', 'sheet')} {item.sheet})"
    told = f"{item.table}{sheet}: {_rows(item.rows, language)}"
    return f"{told} ({assumed})" if assumed else told


def _rows(count: int, language: Language) -> str:
    words = Text("rad" if count == 1 else "rader", "row" if count == 1 else "rows")
    return f"{number(count, language)} {words.in_language(language)}"


def _counted(tally: FileTally | KindTally, language: Language) -> str:
    counted = _rows(tally.rows, language)
    return f"{in_language(language, 'minst', 'at least')} {counted}" if tally.at_least else counted


def _summary(feedback: Feedback, language: Language) -> Iterator[str]:
    tallies = {tally.name: tally for tally in feedback.tallies}
    for name in feedback.files:
        yield from _file(name, feedback, language)
        if name in tallies:
            yield from _faults(tallies[name], language)
        else:
            yield f"    {in_language(language, 'inga fel', 'no problems')}"


def _faults(tally: FileTally, language: Language) -> Iterator[str]:
    noun = in_language(language, "fel", "problem" if tally.problems == 1 else "problems")
    where = in_language(language, " på ", " in ") + _counted(tally, language) if tally.rows else ""
    yield f"    {tally.problems} {noun}{where}"
    yield from (f"      {_kind(kind, language)}" for kind in tally.kinds)


def _kind(kind: KindTally, language: Language) -> str:
    shown = ", ".join(kind.columns[:_MOST_COLUMNS]) + (" …" if len(kind.columns) > _MOST_COLUMNS else "")
    told = [f"{kind.problems} × {kind.what.in_language(language)}"]
    if shown:
        told.append(f"{in_language(language, 'kolumn', 'column')} {shown}")
    if kind.rows:
        told.append(_counted(kind, language))
    return ", ".join([told[0].rstrip("."), *told[1:]])
