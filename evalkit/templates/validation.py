"""What a spreadsheet program lets into the cells of a column, and what it says when it does not."""

from __future__ import annotations

from datetime import date
from typing import Any

from evalkit.contracts import Field, Kind
from evalkit.dictionary import accepted_in
from evalkit.language import Language, Text
from evalkit.templates import words

_TITLE_LETTERS, _MESSAGE_LETTERS = 32, 255  # what Excel's file format takes (ECMA-376 part 1, 18.3.1.32)
_FIRST_DAY, _LAST_DAY = date(1990, 1, 1), date(2100, 12, 31)
_MOST = 9_223_372_036_854_775_807


def rule(field: Field, language: Language, *, list_name: str | None, column_of_reference: str | None) -> dict[str, Any]:
    """The options of xlsxwriter's ``data_validation`` for one column.

    Parameters
    ----------
    list_name
        The defined name of the column's closed list.
    column_of_reference
        The range of the column that this one refers to, when that is in the same workbook.
    """
    return {
        "input_title": _short(field.label.in_language(language), _TITLE_LETTERS),
        "input_message": _short(_prompt(field, language), _MESSAGE_LETTERS),
        "error_title": words.ERROR_TITLE.in_language(language),
        **_limits(field, language, list_name, column_of_reference),
    }


def _limits(field: Field, language: Language, list_name: str | None, reference: str | None) -> dict[str, Any]:
    if list_name is not None:
        return _refuse({"validate": "list", "source": f"={list_name}"}, words.LIST_ERROR, language)
    if field.reference is not None and reference is not None:
        told = Text(
            *(text.format(table=field.reference.table) for text in (words.REFERENCE_ERROR.sv, words.REFERENCE_ERROR.en))
        )
        return {**_refuse({"validate": "list", "source": reference}, told, language), "error_type": "warning"}
    if field.kind is Kind.DATE:
        between = {"validate": "date", "criteria": "between", "minimum": _FIRST_DAY, "maximum": _LAST_DAY}
        return _refuse(between, words.DATE_ERROR, language)
    if field.kind in (Kind.INTEGER, Kind.NUMBER):
        return _number(field, language)
    return {"validate": "any"}


def _number(field: Field, language: Language) -> dict[str, Any]:
    whole = field.kind is Kind.INTEGER
    limits: dict[str, Any] = {"validate": "integer" if whole else "decimal"}
    if field.minimum is None:
        limits |= {"criteria": "between", "minimum": -_MOST, "maximum": _MOST}
        return _refuse(limits, words.ANY_WHOLE_ERROR, language)
    error = words.WHOLE_ERROR if whole else words.NUMBER_ERROR
    told = Text(*(text.format(low=f"{field.minimum:.0f}") for text in (error.sv, error.en)))
    if field.maximum is None:
        return _refuse({**limits, "criteria": ">=", "value": _cell(field.minimum)}, told, language)
    between = {"criteria": "between", "minimum": _cell(field.minimum), "maximum": _cell(field.maximum)}
    return _refuse({**limits, **between}, told, language)


def _cell(value: float) -> float:
    """A whole number without a decimal point in the file."""
    return int(value) if value.is_integer() else value


def _refuse(limits: dict[str, Any], told: Text, language: Language) -> dict[str, Any]:
    return {**limits, "error_message": _short(told.in_language(language), _MESSAGE_LETTERS)}


def _prompt(field: Field, language: Language) -> str:
    return f"{field.description.in_language(language)} {_sentence(accepted_in(field).in_language(language))}"


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + "." if text else ""


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
