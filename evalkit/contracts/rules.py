"""Rules that need several columns, several tables or the code books.

Each rule is a small function from the rows that are free of other faults to the rows that break it.
They run in the order :data:`CODE_RULES`, :func:`contract_rules`, :data:`RULES`; a cell that one rule
has reported is not read by the next.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import polars as pl

from evalkit.contracts.codes import Codes, metric_frame
from evalkit.contracts.model import CodeList, Contract, Field, Reference
from evalkit.contracts.tablecheck import ROW
from evalkit.vocabulary import CellStatus, Frequency

ORDINARY = "ordinary"

_OUTCOME_CELL = ("unit_id", "period", "frequency", "metric", "category", "date_basis")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the rows of a table are held against: the other tables and the code book."""

    tables: Mapping[str, pl.DataFrame]
    codes: Codes


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule.

    Attributes
    ----------
    code, column
        How a breach is reported.
    reads
        The columns that must be free of other faults for the rule to be asked of a row.
    find
        From those rows to the rows that break the rule.
    needs
        Columns of other tables that must be wholly free of faults for the rule to be asked at all.
    groups
        Columns that rows agree on when the rule holds them against each other. Without them the rule
        looks at one row at a time, so that a table may be checked in parts.
    lookup
        The column whose cells the rule looks up in another table, and where; a row without such a cell
        is not asked about.
    """

    code: str
    table: str
    column: str
    reads: tuple[str, ...]
    find: Callable[[pl.DataFrame, Surroundings], pl.DataFrame]
    needs: tuple[tuple[str, tuple[str, ...]], ...] = ()
    groups: tuple[str, ...] = ()
    lookup: tuple[str, Reference] | None = None


def last_day(first: str = "period") -> pl.Expr:
    """The last day of the period that begins on ``first``, by the row's frequency."""
    found = pl.lit(None, dtype=pl.Date)
    for frequency in Frequency:
        end = pl.col(first).dt.offset_by(f"{frequency.months}mo").dt.offset_by("-1d")
        found = pl.when(pl.col("frequency") == frequency.value).then(end).otherwise(found)
    return found


def _is_value() -> pl.Expr:
    return pl.col("status") == CellStatus.VALUE.value


def _value_missing(rows: pl.DataFrame, _: Surroundings) -> pl.DataFrame:
    return rows.filter(_is_value() & pl.col("value").is_null())


def _value_unexpected(rows: pl.DataFrame, _: Surroundings) -> pl.DataFrame:
    return rows.filter(~_is_value() & pl.col("value").is_not_null())


def _cases_exceed_value(rows: pl.DataFrame, _: Surroundings) -> pl.DataFrame:
    return rows.filter(pl.col("n_cases").is_not_null() & ~(pl.col("n_cases") <= pl.col("value")).fill_null(value=False))


def _ends_before_start(first: str, last: str) -> Callable[[pl.DataFrame, Surroundings], pl.DataFrame]:
    def find(rows: pl.DataFrame, _: Surroundings) -> pl.DataFrame:
        return rows.filter(pl.col(last) < pl.col(first))

    return find


def _overlap(group: tuple[str, ...], first: str, last: str) -> Callable[[pl.DataFrame, Surroundings], pl.DataFrame]:
    """Rows that begin before an earlier row of their group has ended; an empty end is no end."""

    def find(rows: pl.DataFrame, _: Surroundings) -> pl.DataFrame:
        end = pl.coalesce(pl.col(last), pl.date(9999, 12, 31))
        earlier = end.cum_max().shift(1).over(group)
        return rows.sort(*group, first, ROW).filter((pl.col(first) <= earlier).fill_null(value=False))

    return find


def _lost_zero(rows: pl.DataFrame, _: Surroundings) -> pl.DataFrame:
    digits = pl.col("unit_id").str.contains("^[0-9]+$")
    return rows.filter((pl.col("unit_kind") == "kommun") & digits & (pl.col("unit_id").str.len_chars() != 4))  # noqa: PLR2004


def _zero_lost_from(rows: pl.DataFrame, around: Surroundings) -> pl.DataFrame:
    """Codes that are unknown as they stand but known with a zero before them."""
    units = around.tables["units"]["unit_id"].implode()
    code = pl.col("unit_id")
    padded = pl.any_horizontal(code.str.zfill(length).is_in(units) for length in (2, 4))
    return rows.filter(code.str.contains("^[0-9]{1,3}$") & ~code.is_in(units) & padded)


def _with_metric(rows: pl.DataFrame, around: Surroundings) -> pl.DataFrame:
    return rows.join(metric_frame(around.codes), on="metric", how="inner", maintain_order="left")


def _unknown_category(rows: pl.DataFrame, around: Surroundings) -> pl.DataFrame:
    known = pl.col("category").is_in(pl.col("allowed_categories"))
    return _with_metric(rows.filter(pl.col("category").is_not_null()), around).filter(~known)


def _date_basis_not_allowed(rows: pl.DataFrame, around: Surroundings) -> pl.DataFrame:
    return _with_metric(rows, around).filter(~pl.col("date_basis").is_in(pl.col("allowed_bases")))


def _possible_days(rows: pl.DataFrame, around: Surroundings) -> pl.DataFrame:
    """Value rows with the first and last day of their period on which the metric could occur."""
    return _with_metric(rows.filter(_is_value()), around).with_columns(
        possible_from=pl.max_horizontal("period", "metric_from"),
        possible_to=pl.min_horizontal(last_day(), "metric_to"),
    )


def _metric_not_valid(rows: pl.DataFrame, around: Surroundings) -> pl.DataFrame:
    return _possible_days(rows, around).filter(pl.col("possible_from") > pl.col("possible_to"))


def _outside_coverage(rows: pl.DataFrame, around: Surroundings) -> pl.DataFrame:
    """Values whose period is not wholly covered. Coverage does not overlap, so days can be summed."""
    wanted = _possible_days(rows, around).filter(pl.col("possible_from") <= pl.col("possible_to"))
    days = pl.min_horizontal("possible_to", "covered_to") - pl.max_horizontal("possible_from", "covered_from")
    covered = (
        wanted.join(around.tables["coverage"], on=["unit_id", "metric"], how="inner")
        .group_by(ROW)
        .agg(covered=(days.dt.total_days() + 1).clip(lower_bound=0).sum())
    )
    whole = (pl.col("possible_to") - pl.col("possible_from")).dt.total_days() + 1
    return wanted.join(covered, on=ROW, how="left").filter(pl.col("covered").fill_null(0) < whole)


def _outside_model_period(rows: pl.DataFrame, around: Surroundings) -> pl.DataFrame:
    named = rows.filter(pl.col("model").is_not_null() & (pl.col("model") != ORDINARY)).with_columns(last=last_day())
    inside = named.join(around.tables["model_periods"], on=["unit_id", "model"], how="inner").filter(
        (pl.col("valid_from") <= pl.col("last")) & (pl.col("period") <= pl.col("valid_to")).fill_null(value=True)
    )
    return named.join(inside.select(ROW), on=ROW, how="anti")


def _part_and_total(rows: pl.DataFrame, _: Surroundings) -> pl.DataFrame:
    total, part = pl.col("model").is_null(), pl.col("model").is_not_null()
    return rows.filter(total.any().over(_OUTCOME_CELL) & part.any().over(_OUTCOME_CELL))


_PERIOD = ("unit_id", "period", "frequency", "metric", "status")
_COVERAGE = ("unit_id", "metric", "covered_from", "covered_to")
_MODEL_PERIODS = ("unit_id", "model", "valid_from", "valid_to")
_WITH_UNITS = (("units", ("unit_id",)),)

CODE_RULES: tuple[Rule, ...] = (
    Rule("leading_zero", "units", "unit_id", ("unit_id", "unit_kind"), _lost_zero),
    *(
        Rule("leading_zero", table, "unit_id", ("unit_id",), _zero_lost_from, _WITH_UNITS)
        for table in ("model_periods", "coverage", "outcomes", "exposure")
    ),
)

RULES: tuple[Rule, ...] = (
    *(
        Rule(code, table, "value", ("status", "value"), find)
        for table in ("outcomes", "exposure")
        for code, find in (("value_missing", _value_missing), ("value_unexpected", _value_unexpected))
    ),
    Rule("cases_exceed_value", "outcomes", "n_cases", ("value", "n_cases", "status"), _cases_exceed_value),
    Rule(
        "ends_before_start",
        "coverage",
        "covered_to",
        ("covered_from", "covered_to"),
        _ends_before_start("covered_from", "covered_to"),
    ),
    Rule(
        "ends_before_start",
        "model_periods",
        "valid_to",
        ("valid_from", "valid_to"),
        _ends_before_start("valid_from", "valid_to"),
    ),
    Rule(
        "overlap",
        "coverage",
        "covered_from",
        _COVERAGE,
        _overlap(("unit_id", "metric"), "covered_from", "covered_to"),
        groups=("unit_id", "metric"),
    ),
    Rule(
        "overlap",
        "model_periods",
        "valid_from",
        _MODEL_PERIODS,
        _overlap(("unit_id", "model"), "valid_from", "valid_to"),
        groups=("unit_id", "model"),
    ),
    Rule("unknown_category", "outcomes", "category", ("metric", "category"), _unknown_category),
    Rule("date_basis_not_allowed", "outcomes", "date_basis", ("metric", "date_basis"), _date_basis_not_allowed),
    Rule("metric_not_valid", "outcomes", "period", _PERIOD, _metric_not_valid),
    Rule("part_and_total", "outcomes", "model", (*_OUTCOME_CELL, "model"), _part_and_total, groups=_OUTCOME_CELL),
    Rule(
        "outside_model_period",
        "outcomes",
        "period",
        ("unit_id", "period", "frequency", "model"),
        _outside_model_period,
        (("model_periods", _MODEL_PERIODS),),
    ),
    Rule("outside_coverage", "outcomes", "period", _PERIOD, _outside_coverage, (("coverage", _COVERAGE),)),
)


def contract_rules(contract: Contract) -> tuple[Rule, ...]:
    """The rules that a contract itself states: references to tables and to code books."""
    return tuple(rule for field in contract.fields for rule in _field_rules(contract.table, field))


def _field_rules(table: str, field: Field) -> tuple[Rule, ...]:
    if field.reference:
        target = field.reference
        find = _unknown_reference(field.name, target)
        needs = ((target.table, (target.column,)),)
        lookup = (field.name, target)
        return (Rule("unknown_reference", table, field.name, (field.name,), find, needs, lookup=lookup),)
    if field.code_list:
        return (Rule("unknown_code", table, field.name, (field.name,), _unknown_code(field.name, field.code_list)),)
    return ()


def _unknown_reference(column: str, target: Reference) -> Callable[[pl.DataFrame, Surroundings], pl.DataFrame]:
    def find(rows: pl.DataFrame, around: Surroundings) -> pl.DataFrame:
        return rows.filter(~pl.col(column).is_in(around.tables[target.table][target.column].implode()))

    return find


def _unknown_code(column: str, code_list: CodeList) -> Callable[[pl.DataFrame, Surroundings], pl.DataFrame]:
    def find(rows: pl.DataFrame, around: Surroundings) -> pl.DataFrame:
        return rows.filter(~pl.col(column).is_in(list(known_codes(code_list, around.codes))))

    return find


def known_codes(code_list: CodeList, codes: Codes) -> tuple[str, ...]:
    """The codes of a code book's list."""
    return tuple(codes.metric_codes if code_list is CodeList.METRICS else codes.exposure_codes)
