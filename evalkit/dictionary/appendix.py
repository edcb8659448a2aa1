"""The part of the dictionary that a report's appendix shows: the metrics and tables that its analysis uses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from evalkit import style
from evalkit.contracts import Contract
from evalkit.dictionary import labels
from evalkit.dictionary.codes import accepted_in
from evalkit.language import Language, Text
from evalkit.metrics import Metric, MetricBook
from evalkit.tables import Column, Table


def markdown_tables(
    contracts: Mapping[str, Contract],
    book: MetricBook,
    used_metrics: Iterable[str],
    used_tables: Iterable[str],
    language: Language = Language.SV,
) -> tuple[Table, ...]:
    """The metrics used, then the columns of the tables used, as tables for :func:`evalkit.tables.to_markdown`.

    Parameters
    ----------
    used_metrics
        Codes; those that the book lacks are passed over.
    used_tables
        Names of tables that have a contract.

    Examples
    --------
    >>> from evalkit.contracts import load_contracts
    >>> from evalkit.dictionary import markdown_tables
    >>> from evalkit.metrics import MetricBook
    >>> [table.id for table in markdown_tables(load_contracts(), MetricBook.load(), ["P1"], ["coverage"])]
    ['tbl-ordlista-matt', 'tbl-ordlista-kolumner']
    """
    found = [metric for code in dict.fromkeys(used_metrics) if (metric := book.metric(code)) is not None]
    chosen = [contracts[name] for name in dict.fromkeys(used_tables) if name in contracts]
    return (_metrics(found, language), _columns(chosen, language))


def _metrics(metrics: Iterable[Metric], language: Language) -> Table:
    heads = (
        (Text("Mått", "Metric"), 3),
        (Text("Hur det räknas", "How it is counted"), 4),
        (Text("Att se upp med", "Traps"), 6),
    )
    return Table(
        id="tbl-ordlista-matt",
        caption=Text("Måtten i kodboken", "The metrics in the code book").in_language(language),
        columns=tuple(Column(head.in_language(language), weight=weight) for head, weight in heads),
        rows=tuple(_metric(metric, language) for metric in metrics),
    )


def _metric(metric: Metric, language: Language) -> tuple[str, ...]:
    mark = "" if metric.verified else f" ({labels.UNVERIFIED.in_language(language)})"
    return (
        f"{metric.code} {metric.name.in_language(language)}{mark}",
        _counting(metric).in_language(language),
        " ".join(trap.in_language(language) for trap in metric.traps) or style.MISSING_MARK,
    )


def _counting(metric: Metric) -> Text:
    """Who decides, which date counts, and from when to when."""
    first, last = (None if day is None else day.isoformat() for day in (metric.valid_from, metric.valid_to))
    valid = labels.span(first, last)
    dates = [labels.DATE_BASIS[basis] for basis in metric.date_bases]
    return Text(
        f"Beslutas av: {metric.decided_by.sv}. Räknas efter: {', '.join(text.sv for text in dates)}. "
        f"Gäller {valid.sv}.",
        f"Decided by: {metric.decided_by.en}. Counted by: {', '.join(text.en for text in dates)}. Valid {valid.en}.",
    )


def _columns(contracts: Iterable[Contract], language: Language) -> Table:
    heads = ((Text("Kolumn", "Column"), 3), (Text("Betyder", "Means"), 5), (Text("Godtas", "Accepted"), 5))
    return Table(
        id="tbl-ordlista-kolumner",
        caption=Text("Kolumnerna i de tabeller som använts", "The columns of the tables used").in_language(language),
        columns=tuple(Column(head.in_language(language), weight=weight) for head, weight in heads),
        rows=tuple(
            (
                f"{contract.table}.{field.name}",
                field.description.in_language(language),
                ", ".join(choice.value for choice in field.choices) or accepted_in(field).in_language(language),
            )
            for contract in contracts
            for field in contract.fields
        ),
    )
