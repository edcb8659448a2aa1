"""Codes: references to other tables and code books, and what a metric's entry in the code book allows."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from evalkit.contracts.codes import Codes
from evalkit.contracts.model import CodeList, Contract, Field, Reference
from evalkit.contracts.rules.rule import Find, Rule, Surroundings, with_metric

_UNITS = Reference("units", "unit_id")


def _lost_zero(rows: pl.DataFrame, _: Surroundings) -> pl.DataFrame:
    digits = pl.col("unit_id").str.contains("^[0-9]+$")
    return rows.filter((pl.col("unit_kind") == "kommun") & digits & (pl.col("unit_id").str.len_chars() != 4))  # noqa: PLR2004


def _zero_lost_from(column: str) -> Find:
    """Codes that are unknown as they stand but known with a zero before them."""

    def find(rows: pl.DataFrame, around: Surroundings) -> pl.DataFrame:
        units = around.tables["units"]["unit_id"].implode()
        code = pl.col(column)
        padded = pl.any_horizontal(code.str.zfill(length).is_in(units) for length in (2, 4))
        return rows.filter(code.str.contains("^[0-9]{1,3}$") & ~code.is_in(units) & padded)

    return find


def _unknown_reference(column: str, target: Reference) -> Find:
    def find(rows: pl.DataFrame, around: Surroundings) -> pl.DataFrame:
        return rows.filter(~pl.col(column).is_in(around.tables[target.table][target.column].implode()))

    return find


def _unknown_code(column: str, code_list: CodeList) -> Find:
    def find(rows: pl.DataFrame, around: Surroundings) -> pl.DataFrame:
        return rows.filter(~pl.col(column).is_in(list(known_codes(code_list, around.codes))))

    return find


def known_codes(code_list: CodeList, codes: Codes) -> tuple[str, ...]:
    """The codes of a code book's list, or of one chapter of the metric book.

    A chapter is what a table of events may name, so metrics that are told only as counts are not in it.

    Examples
    --------
    >>> from evalkit.contracts.model import CodeList
    >>> from evalkit.contracts.rules import known_codes
    >>> from evalkit.metrics import MetricBook
    >>> known_codes(CodeList.METRICS_RESOURCE, MetricBook.load())
    ('R1', 'R2', 'R3')
    """
    if code_list is CodeList.EXPOSURES:
        return tuple(codes.exposure_codes)
    if code_list is CodeList.AUTHORITIES:
        return tuple(codes.authority_codes)
    found = [(code, codes.metric(code)) for code in codes.metric_codes]
    family = code_list.family
    if family is None:
        return tuple(codes.metric_codes)
    return tuple(code for code, metric in found if metric and metric.family is family and not metric.counts_only)


def contract_rules(contract: Contract) -> tuple[Rule, ...]:
    """The rules of a contract's columns: references to tables and to code books."""
    return tuple(rule for field in contract.fields for rule in _field_rules(contract.table, field))


def _field_rules(table: str, field: Field) -> Iterator[Rule]:
    if field.reference:
        target = field.reference
        needs = ((target.table, (target.column,)),)
        if target == _UNITS:
            yield Rule("leading_zero", table, field.name, (field.name,), _zero_lost_from(field.name), needs)
        find = _unknown_reference(field.name, target)
        lookup = (field.name, target)
        yield Rule("unknown_reference", table, field.name, (field.name,), find, needs, lookup=lookup)
    elif field.code_list:
        find = _unknown_code(field.name, field.code_list)
        yield Rule("unknown_code", table, field.name, (field.name,), find)


def _unknown_category(rows: pl.DataFrame, around: Surroundings) -> pl.DataFrame:
    known = pl.col("category").is_in(pl.col("allowed_categories"))
    return with_metric(rows.filter(pl.col("category").is_not_null()), around).filter(~known)


def _date_basis_not_allowed(rows: pl.DataFrame, around: Surroundings) -> pl.DataFrame:
    return with_metric(rows, around).filter(~pl.col("date_basis").is_in(pl.col("allowed_bases")))


CODE_RULES: tuple[Rule, ...] = (Rule("leading_zero", "units", "unit_id", ("unit_id", "unit_kind"), _lost_zero),)

CATEGORY_RULES: tuple[Rule, ...] = (
    *(
        Rule("unknown_category", table, "category", ("metric", "category"), _unknown_category)
        for table in ("outcomes", "findings", "decisions", "permit_measures", "support_steps", "resources")
    ),
    Rule("date_basis_not_allowed", "outcomes", "date_basis", ("metric", "date_basis"), _date_basis_not_allowed),
)
