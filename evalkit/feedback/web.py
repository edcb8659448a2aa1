"""Feedback as a page."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass

from evalkit.dataset import SourceFile
from evalkit.errors import Problem
from evalkit.feedback.model import UNFILLED, Feedback, FileTally
from evalkit.language import Language, Text
from evalkit.style import NO_BREAK, number
from evalkit.webpage import Heading, Row, Words, contents, facts, page, table

_TITLE = Text("Kontroll av uppgifter", "Check of data")
_SUMMARY = Text("Sammanfattning", "Summary")
_TO_MEND = Text("Att rätta", "To mend")
_REMARKS = Text("Anmärkningar, som inte stoppar något", "Remarks, which stop nothing")
_MOST_SPANS = 12


def to_html(feedback: Feedback, language: Language) -> str:
    """A page that stands by itself; no cell's value is in it.

    Examples
    --------
    >>> from evalkit.feedback import Feedback, to_html
    >>> from evalkit.language import Language
    >>> "<h1>Kontroll av uppgifter</h1>" in to_html(Feedback((), ()), Language.SV)
    True
    """
    words = Words((language,))
    parts = [f"<h1>{words.of(_TITLE)}</h1>", _verdict(feedback, words), _contents(feedback, words)]
    if feedback.files:
        parts.append(f'<h2 id="summary">{words.of(_SUMMARY)}</h2>\n{_counts(feedback, words)}')
    parts.extend(
        f'<h2 id="{part.anchor}">{words.of(part.title)}</h2>\n{_listed(part, words)}' for part in _kinds(feedback)
    )
    if any(item.assumptions for item in feedback.read):
        parts.append(_assumed(feedback.read, words))
    return page(_TITLE, "\n".join(part for part in parts if part), language)


def _verdict(feedback: Feedback, words: Words) -> str:
    count = len(feedback.errors)
    if not count:
        said = Text(
            "Uppgifterna följer datakontrakten. Inget behöver rättas.",
            "The data follow their contracts. There is nothing to mend.",
        )
        if feedback.is_unfilled:
            return f'<div class="box warning"><p class="lead">{words.of(UNFILLED)}</p></div>'
        return f'<div class="box"><p class="lead">{words.of(said)}</p></div>'
    files = len(feedback.tallies)
    found = Text(
        f"{feedback.title.sv}. {count} {_many(count, 'sak', 'saker')} att rätta i {files} "
        f"{_many(files, 'fil', 'filer')}.",
        f"{feedback.title.en}. {count} {_many(count, 'thing', 'things')} to mend in {files} "
        f"{_many(files, 'file', 'files')}.",
    )
    promise = Text(
        "Sidan innehåller inga värden ur cellerna, så den kan skickas vidare.",
        "No cell's value is on this page, so it can be passed on.",
    )
    return f'<div class="box warning"><p class="lead">{words.of(found)}</p><p>{words.of(promise)}</p></div>'


def _many(count: int, one: str, many: str) -> str:
    return one if count == 1 else many


def _contents(feedback: Feedback, words: Words) -> str:
    if not feedback.problems:
        return ""
    parts = (
        Heading(
            part.anchor,
            words.of(part.title),
            tuple(Heading(f"{part.anchor}-{place}", _code(tally.name)) for place, tally in enumerate(part.tallies)),
        )
        for part in _kinds(feedback)
    )
    return contents((Heading("summary", words.of(_SUMMARY)), *parts), words.label(Text("Innehåll", "Contents")))


@dataclass(frozen=True, slots=True)
class _Part:
    anchor: str
    title: Text
    tallies: tuple[FileTally, ...]
    problems: tuple[Problem, ...]


def _kinds(feedback: Feedback) -> tuple[_Part, ...]:
    """What stops the data, then what does not; without those that have nothing."""
    parts = (
        _Part("mend", _TO_MEND, feedback.tallies, feedback.errors),
        _Part("remarks", _REMARKS, feedback.remarks, feedback.warnings),
    )
    return tuple(part for part in parts if part.problems)


def _counts(feedback: Feedback, words: Words) -> str:
    tallies = {tally.name: tally for tally in feedback.tallies}
    rows = []
    for name in feedback.files:
        read = [item for item in feedback.read if item.name == name]
        told = tallies.get(name)
        rows.append(
            Row(
                _code(name),
                (
                    ", ".join(_code(item.table) for item in read)
                    or words.of(Text("kunde inte läsas", "could not be read")),
                    number(sum(item.rows for item in read), words.main) if read else "",
                    number(told.problems if told else 0, words.main),
                    _counted(told, words) if told else number(0, words.main),
                ),
            )
        )
    heads = [
        Text("Fil", "File"),
        Text("Läst som", "Read as"),
        Text("Rader", "Rows"),
        Text("Fel", "Problems"),
        Text("Rader med fel", "Rows with problems"),
    ]
    caption = words.of(Text("Filerna och vad som hittades", "The files and what was found"))
    return table(caption, [words.of(head) for head in heads], rows, numbers=frozenset({2, 3, 4}))


def _listed(part: _Part, words: Words) -> str:
    return "\n".join(
        f'<h3 id="{part.anchor}-{place}">{_code(tally.name)}</h3>\n{_problems(tally.name, part, words)}'
        for place, tally in enumerate(part.tallies)
    )


def _problems(name: str, part: _Part, words: Words) -> str:
    heads = [Text("Fel", "Problem"), Text("Var", "Where"), Text("Godtas", "Accepted"), Text("Gör så här", "What to do")]
    rows = [
        Row(
            words.of(problem.what),
            (_where(problem, words), words.of(problem.accepted), words.of(problem.next_step)),
        )
        for problem in part.problems
        if problem.place.file == name
    ]
    caption = f"{words.of(part.title)}: {html.escape(name)}"
    return table(caption, [words.of(head) for head in heads], rows)


def _counted(tally: FileTally, words: Words) -> str:
    count = number(tally.rows, words.main)
    return f"{words.label(Text('minst', 'at least'))} {count}" if tally.at_least else count


def _where(problem: Problem, words: Words) -> str:
    place = problem.place
    parts = []
    if place.sheet is not None:
        parts.append(f"{words.label(Text('blad', 'sheet'))} {_code(place.sheet)}")
    if place.column is not None:
        parts.append(f"{words.label(Text('kolumn', 'column'))} {_code(place.column)}")
    if place.key is not None:
        parts.append(_code(place.key))
    if place.rows:
        word = Text("rad" if len(place.rows) == 1 else "rader", "row" if len(place.rows) == 1 else "rows")
        parts.append(f"{words.label(word)}{NO_BREAK}{row_spans(place.rows, words.main)}")
    if place.row_count is not None and place.row_count > len(place.rows):
        count = number(place.row_count, words.main)
        parts.append(words.of(Text(f"{count} rader i allt", f"{count} rows in all")))
    return ", ".join(parts) or words.of(Text("hela filen", "the whole file"))


def row_spans(rows: Sequence[int], language: Language) -> str:
    """Row numbers with runs drawn together, at most twelve runs.

    Examples
    --------
    >>> from evalkit.feedback.web import row_spans
    >>> from evalkit.language import Language
    >>> row_spans((2, 3, 4, 9), Language.SV)
    '2–4, 9'
    """
    spans: list[tuple[int, int]] = []
    for row in sorted(set(rows)):
        if spans and row == spans[-1][1] + 1:
            spans[-1] = (spans[-1][0], row)
        else:
            spans.append((row, row))
    shown = ", ".join(str(first) if first == last else f"{first}–{last}" for first, last in spans[:_MOST_SPANS])
    if len(spans) <= _MOST_SPANS:
        return shown
    total = number(len(set(rows)), language)
    return f"{shown} … ({Text(f'{total} rader', f'{total} rows').in_language(language)})"


def _assumed(read: Sequence[SourceFile], words: Words) -> str:
    alike: dict[tuple[str, tuple[Text, ...]], list[str]] = {}
    for item in read:
        alike.setdefault((item.name, item.assumptions), []).extend([item.sheet] if item.sheet else [])
    pairs = [
        (
            _code(f"{name} ({', '.join(sheets)})" if sheets else name),
            "<br>".join(words.of(text) for text in assumptions),
        )
        for (name, assumptions), sheets in alike.items()
    ]
    heading = words.of(Text("Det som antogs när filerna lästes", "What was assumed in reading the files"))
    intro = words.of(
        Text(
            "Stämmer något av detta inte, ändra filen och kontrollera igen.",
            "If any of this is wrong, change the file and check again.",
        )
    )
    return f"<h2>{heading}</h2>\n<p>{intro}</p>\n{facts(pairs)}"


def _code(text: str) -> str:
    return f"<code>{html.escape(text)}</code>"
