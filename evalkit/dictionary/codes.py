"""The codes that a column takes, with their names, wherever they are kept; and what a column accepts, in words."""

from __future__ import annotations

from dataclasses import dataclass

from evalkit.contracts import CodeList, Field, Kind
from evalkit.contracts.accepted import accepted_of
from evalkit.contracts.rules import known_codes
from evalkit.language import Text
from evalkit.metrics import MetricBook


@dataclass(frozen=True, slots=True)
class CodeName:
    """A code and its name."""

    code: str
    name: Text


def codes_of(field: Field, book: MetricBook) -> tuple[CodeName, ...]:
    """The closed list of a column: from its contract or from the code book; empty where there is none.

    Examples
    --------
    >>> from evalkit.contracts import Contract
    >>> from evalkit.dictionary import codes_of
    >>> from evalkit.metrics import MetricBook
    >>> [str(entry.name) for entry in codes_of(Contract.load("outcomes").field("frequency"), MetricBook.load())]
    ['Månad', 'Kvartal', 'År']
    """
    if field.choices:
        return tuple(CodeName(choice.value, choice.label) for choice in field.choices)
    return () if field.code_list is None else listed_in(field.code_list, book)


def listed_in(code_list: CodeList, book: MetricBook) -> tuple[CodeName, ...]:
    """The codes of a list that is kept in the code book."""
    if code_list is CodeList.AUTHORITIES:
        return tuple(CodeName(authority.code, authority.name) for authority in book.authorities)
    if code_list is CodeList.EXPOSURES:
        return tuple(CodeName(exposure.code, exposure.name) for exposure in book.exposures)
    listed = known_codes(code_list, book)
    return tuple(CodeName(metric.code, metric.name) for metric in book.metrics if metric.code in listed)


_FORMS = {
    Kind.TEXT: Text("text", "text"),
    Kind.INTEGER: Text("heltal", "whole number"),
    Kind.NUMBER: Text("tal", "number"),
    Kind.DATE: Text("datum", "date"),
    Kind.PERIOD: Text("period", "period"),
    Kind.PERIOD_FROM: Text("datum eller period", "date or period"),
    Kind.PERIOD_TO: Text("datum eller period", "date or period"),
    Kind.FREQUENCY: Text("kod", "code"),
    Kind.MONTH: Text("månad", "month"),
}


def form_of(field: Field) -> Text:
    """What sort of cell it is: text, code, whole number, number, date or period."""
    if field.choices or field.code_list or field.reference:
        return Text("kod", "code") if field.kind is Kind.TEXT else _FORMS[field.kind]
    return _FORMS[field.kind]


def accepted_in(field: Field) -> Text:
    """What a cell of the column may hold, in words.

    Examples
    --------
    >>> from evalkit.contracts import Contract
    >>> from evalkit.dictionary import accepted_in
    >>> str(accepted_in(Contract.load("coverage").field("unit_id")))
    'en kod som finns i tabellen units, kolumnen unit_id'
    """
    if field.choices:
        return Text("en av koderna i listan", "one of the codes of the list")
    return accepted_of(field)


def presence_of(field: Field) -> Text:
    """Whether the column and its cells must be there."""
    if field.default is not None:
        return Text(f"valfri; tom cell betyder {field.default}", f"optional; an empty cell means {field.default}")
    if field.required and not field.optional_column:
        return Text("obligatorisk", "required")
    if field.optional_column:
        return Text("kolumnen får utelämnas", "the column may be left out")
    return Text("cellen får vara tom", "the cell may be empty")
