"""The few shapes that pages are made of. What they are given is markup; texts are escaped by who has them."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from evalkit.language import Language, Text

GENERATOR = "evalkit"
_SKIP = Text("Hoppa till innehållet", "Skip to the content")


@dataclass(frozen=True, slots=True)
class Heading:
    """A part of a page in its list of contents."""

    anchor: str
    markup: str
    parts: tuple[Heading, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table: its head, and its other cells, all markup."""

    head: str
    cells: tuple[str, ...]
    anchor: str | None = None


@cache
def _style() -> str:
    return (Path(__file__).parent / "style.css").read_text("utf-8")


def page(title: Text, body: str, language: Language) -> str:
    """A whole page around a body that begins with its one ``h1``.

    Examples
    --------
    >>> from evalkit.language import Language, Text
    >>> from evalkit.webpage import page
    >>> page(Text("Ordlista", "Dictionary"), "<h1>Ordlista</h1>", Language.SV).splitlines()[1]
    '<html lang="sv">'
    """
    name = html.escape(title.in_language(language))
    return (
        f'<!DOCTYPE html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta name="generator" content="{GENERATOR}">\n<meta name="color-scheme" content="light dark">\n'
        f"<title>{name}</title>\n<style>\n{_style()}</style>\n</head>\n<body>\n"
        f'<a class="skip" href="#main">{_SKIP.in_language(language)}</a>\n'
        f'<div class="page"><main id="main" tabindex="-1">\n{body}\n</main></div>\n</body>\n</html>\n'
    )


def contents(headings: Iterable[Heading], label: str) -> str:
    """The list of contents."""
    return f'<nav aria-label="{html.escape(label)}">{_listing(headings)}</nav>'


def _listing(headings: Iterable[Heading]) -> str:
    items = (
        f'<li><a href="#{heading.anchor}">{heading.markup}</a>{_listing(heading.parts) if heading.parts else ""}</li>'
        for heading in headings
    )
    return f"<ul>{''.join(items)}</ul>"


def facts(pairs: Iterable[tuple[str, str]]) -> str:
    """Terms and what they are; pairs without a content are left out."""
    return '<dl class="facts">' + "".join(f"<dt>{term}</dt><dd>{told}</dd>" for term, told in pairs if told) + "</dl>"


def table(caption: str, heads: Sequence[str], rows: Iterable[Row], *, numbers: frozenset[int] = frozenset()) -> str:
    """A table whose rows become cards on a narrow screen.

    ``numbers`` are the places, from 0, of columns that are set to the right. The roles are written out, since
    a browser forgets that a table is one when its rows are set as blocks.
    """
    head = "".join(
        f'<th role="columnheader" scope="col"{_number(place, numbers)}>{text}</th>' for place, text in enumerate(heads)
    )
    body = "\n".join(_row(row, heads, numbers) for row in rows)
    return (
        f'<table class="cards" role="table"><caption>{caption}</caption>\n'
        f'<thead role="rowgroup"><tr role="row">{head}</tr></thead>\n<tbody role="rowgroup">\n{body}\n</tbody></table>'
    )


def _row(row: Row, heads: Sequence[str], numbers: frozenset[int]) -> str:
    cells = "".join(
        f'<td role="cell" data-label="{html.escape(_bare(heads[place]))}"{_number(place, numbers)}>{cell}</td>'
        for place, cell in enumerate(row.cells, start=1)
    )
    anchor = f' id="{row.anchor}"' if row.anchor else ""
    return f'<tr role="row"{anchor}><th role="rowheader" scope="row">{row.head}</th>{cells}</tr>'


def _number(place: int, numbers: frozenset[int]) -> str:
    return ' class="number"' if place in numbers else ""


def _bare(markup: str) -> str:
    return html.unescape(markup.partition(" <")[0])
