"""The dictionary as one page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from evalkit import __version__
from evalkit.contracts import Contract
from evalkit.dictionary import booksection, tablesection
from evalkit.language import Language, Text
from evalkit.metrics import MetricBook
from evalkit.webpage import Heading, Words, contents, page

_TITLE = Text("Dataordlista", "Data dictionary")
_INTRO = Text(
    "Det här är alla tabeller, kolumner och koder som evalkit tar emot. Allt utanför listan stoppar en fil.",
    "These are all the tables, columns and codes that evalkit takes. Anything outside the list stops a file.",
)
_NEVER = Text(
    "Ingen tabell har plats för personnummer, namn, adresser, diarienummer eller fri text.",
    "No table has room for personal numbers, names, addresses, case numbers or free text.",
)
_TABLES = Text("Tabeller", "Tables")
_METRICS = Text("Mått", "Metrics")
_METRICS_INTRO = Text(
    "Det som räknas. Det som är märkt ”ej bekräftat” bygger på uppgifter som återstår att kontrollera.",
    "What is counted. What is marked “unverified” rests on facts that remain to be checked.",
)
_EXPOSURES = Text("Nämnare", "Exposures")
_EXPOSURES_INTRO = Text("Det som antal delas med.", "What counts are divided by.")
_AUTHORITIES = Text("Förvaltningar och myndigheter", "Departments and authorities")
_BREAKS = Text("Brytdatum", "Breaks")
_BREAKS_INTRO = Text(
    "Dagar då ett antal kan hoppa av skäl som inte beror på tillsynen: regler, organisation eller mätning.",
    "Days on which a count may jump for other reasons than the inspections: rules, organisation or measurement.",
)


def to_html(contracts: Mapping[str, Contract], book: MetricBook, languages: tuple[Language, ...]) -> str:
    """The page of all contracts and code books.

    Parameters
    ----------
    languages
        The languages of the page, its own first.

    Examples
    --------
    >>> from evalkit.contracts import load_contracts
    >>> from evalkit.dictionary import to_html
    >>> from evalkit.language import Language
    >>> from evalkit.metrics import MetricBook
    >>> page = to_html(load_contracts(), MetricBook.load(), (Language.SV,))
    >>> "<h1>Dataordlista</h1>" in page and 'id="code-T3"' in page
    True
    """
    words = Words(languages)
    return page(_TITLE, "\n".join(_parts(contracts, book, words)), words.main)


def _parts(contracts: Mapping[str, Contract], book: MetricBook, words: Words) -> Iterator[str]:
    yield f"<h1>{words.of(_TITLE)}</h1>"
    yield f'<p class="lead">{words.of(_INTRO)}</p>\n<p>{words.of(_NEVER)}</p>'
    yield f'<p class="quiet">evalkit {__version__}</p>'
    yield contents(_headings(contracts, book, words), Text("Innehåll", "Contents").in_language(words.main))
    yield _head("tables", _TABLES, words)
    yield from (tablesection.section(contract, words) for contract in contracts.values())
    yield _head("metrics", _METRICS, words) + f"\n<p>{words.of(_METRICS_INTRO)}</p>"
    yield booksection.metrics(book, words)
    yield _head("exposures", _EXPOSURES, words) + f"\n<p>{words.of(_EXPOSURES_INTRO)}</p>"
    yield booksection.exposures(book, words)
    yield _head("authorities", _AUTHORITIES, words)
    yield booksection.authorities(book, words)
    yield _head("breaks", _BREAKS, words) + f"\n<p>{words.of(_BREAKS_INTRO)}</p>"
    yield booksection.law_calendar(book, words)


def _head(anchor: str, text: Text, words: Words) -> str:
    return f'<h2 id="{anchor}">{words.of(text)}</h2>'


def _headings(contracts: Mapping[str, Contract], book: MetricBook, words: Words) -> tuple[Heading, ...]:
    return (
        Heading("tables", words.label(_TABLES), tablesection.headings(contracts.values(), words)),
        Heading("metrics", words.label(_METRICS), booksection.family_headings(book, words)),
        Heading("exposures", words.label(_EXPOSURES)),
        Heading("authorities", words.label(_AUTHORITIES)),
        Heading("breaks", words.label(_BREAKS)),
    )
