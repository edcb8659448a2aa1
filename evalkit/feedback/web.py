"""Feedback as a page."""

from __future__ import annotations

import html
from collections.abc import Sequence

from evalkit.errors import Problem
from evalkit.feedback.model import Feedback, Read
from evalkit.language import Language, Text
from evalkit.style import NO_BREAK, number
from evalkit.webpage import Heading, Row, Words, contents, facts, page, table

_TITLE = Text("Kontroll av uppgifter", "Check of data")
_SUMMARY = Text("Sammanfattning", "Summary")
_TO_MEND = Text("Att rätta", "To mend")
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
    if feedback.problems:
        parts.append(f'<h2 id="mend">{words.of(_TO_MEND)}</h2>\n{_mending(feedback, words)}')
    if any(item.assumptions for item in feedback.read):
        parts.append(_assumed(feedback.read, words))
    return page(_TITLE, "\n".join(part for part in parts if part), language)


def _verdict(feedback: Feedback, words: Words) -> str:
    count = len(feedback.problems)
    if not count:
        said = Text("Uppgifterna följer datakontrakten. Inget behöver rättas.", "The data follow their contracts. There is nothing to mend.")
        return f'<div class="box"><p class="lead">{words.of(said)}</p></div>'
    found = Text(
        f"{feedback.title.sv}. {count} {'sak' if count == 1 else 'saker'} att rätta i {len(feedback.tallies)} {'fil' if len(feedback.tallies) == 1 else 'filer'}.",
        f"{feedback.title.en}. {count} {'thing' if count == 1 else 'things'} to mend in {len(feedback.tallies)} {'file' if len(feedback.tallies) == 1 else 'files'}.",
    )
    promise = Text(
        "Sidan innehåller inga värden ur cellerna, så den kan skickas vidare.",
        "No cell's value is on this page, so it can be passed on.",
    )
    return f'<div class="box warning"><p class="lead">{words.of(found)}</p><p>{words.of(promise)}</p></div>'


def _contents(feedback: Feedback, words: Words) -> str:
    if not feedback.problems:
        return ""
    files = tuple(Heading(f"file-{place}", _code(tally.name)) for place, tally in enumerate(feedback.tallies))
    headings = (Heading("summary", words.of(_SUMMARY)), Heading("mend", words.of(_TO_MEND), files))
    return contents(headings, words.main == Language.SV and "Innehåll" or "Contents")


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
                    ", ".join(_code(item.table) for item in read) or words.of(Text("kunde inte läsas", "could not be read")),
                    number(sum(item.rows for item in read), words.main) if read else "",
                    number(told.problems if told else 0, words.main),
                    number(told.rows if told else 0, words.main),
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


def _mending(feedback: Feedback, words: Words) -> str:
    return "\n".join(
        f'<h3 id="file-{place}">{_code(tally.name)}</h3>\n{_problems(tally.name, feedback.of_file(tally.name), words)}'
        for place, tally in enumerate(feedback.tallies)
    )


def _problems(name: str, problems: Sequence[Problem], words: Words) -> str:
    heads = [Text("Fel", "Problem"), Text("Var", "Where"), Text("Godtas", "Accepted"), Text("Gör så här", "What to do")]
    rows = [
        Row(
            words.of(problem.what),
            (_where(problem, words), words.of(problem.accepted), words.of(problem.next_step)),
        )
        for problem in problems
    ]
    caption = words.of(Text(f"Att rätta i {name}", f"To mend in {name}"))
    return table(caption, [words.of(head) for head in heads], rows)


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


def _assumed(read: Sequence[Read], words: Words) -> str:
    pairs = [
        (_code(item.name if item.sheet is None else f"{item.name} ({item.sheet})"), "<br>".join(words.of(text) for text in item.assumptions))
        for item in read
    ]
    heading = words.of(Text("Det som antogs när filerna lästes", "What was assumed in reading the files"))
    intro = words.of(
        Text("Stämmer något av detta inte, ändra filen och kontrollera igen.", "If any of this is wrong, change the file and check again.")
    )
    return f"<h2>{heading}</h2>\n<p>{intro}</p>\n{facts(pairs)}"


def _code(text: str) -> str:
    return f"<code>{html.escape(text)}</code>"
