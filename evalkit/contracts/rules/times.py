"""Whether a thing could happen then: the metric's validity, the model's time, the coverage."""

from __future__ import annotations

import polars as pl

from evalkit.contracts.rules.rule import Find, Rule, Surroundings, is_value, last_day, with_metric
from evalkit.contracts.tablecheck import ROW

ORDINARY = "ordinary"

_OUTCOME_CELL = ("unit_id", "period", "frequency", "metric", "category", "date_basis")


def _possible_days(rows: pl.DataFrame, around: Surroundings) -> pl.DataFrame:
    """Value rows with the first and last day of their period on which the metric could occur."""
    return with_metric(rows.filter(is_value()), around).with_columns(
        possible_from=pl.max_horizontal("period", "metric_from"),
        possible_to=pl.min_horizontal(last_day(), "metric_to"),
    )


def _value_not_valid(rows: pl.DataFrame, around: Surroundings) -> pl.DataFrame:
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


def _outside_model_period(first: str, last: pl.Expr) -> Find:
    """Rows with a model of which no day lies in the model's time in the unit.

    Nearly all rows lie in the first time that they are held against; only the others are looked up row by row.
    """
    before_end = (pl.col(first) <= pl.col("valid_to")).fill_null(value=True)
    inside = ((pl.col("valid_from") <= pl.col("last")) & before_end).fill_null(value=False)

    def find(rows: pl.DataFrame, around: Surroundings) -> pl.DataFrame:
        named = rows.filter(pl.col("model").is_not_null() & (pl.col("model") != ORDINARY)).with_columns(last=last)
        held = named.join(around.tables["model_periods"], on=["unit_id", "model"], how="left")
        doubtful = held.filter(~inside).select(ROW).unique()
        spared = held.filter(inside).join(doubtful, on=ROW, how="semi")
        outside = doubtful.join(spared, on=ROW, how="anti")
        return named.join(outside, on=ROW, how="semi")

    return find


def _part_and_total(rows: pl.DataFrame, _: Surroundings) -> pl.DataFrame:
    total, part = pl.col("model").is_null(), pl.col("model").is_not_null()
    return rows.filter(total.any().over(_OUTCOME_CELL) & part.any().over(_OUTCOME_CELL))


def _event_not_valid(first: str, last: pl.Expr) -> Find:
    """Events of which no day lies in the metric's validity."""

    def find(rows: pl.DataFrame, around: Surroundings) -> pl.DataFrame:
        late = pl.col(first) > pl.col("metric_to")
        early = last < pl.col("metric_from")
        return with_metric(rows, around).filter((late | early).fill_null(value=False))

    return find


def _finding_not_valid(rows: pl.DataFrame, around: Surroundings) -> pl.DataFrame:
    visits = around.tables["visits"].select("visit_id", "visit_date")
    return _event_not_valid("visit_date", pl.col("visit_date"))(
        rows.join(visits, on="visit_id", how="inner", maintain_order="left"), around
    )


def _not_valid(table: str, first: str, last: pl.Expr, *more: str) -> Rule:
    return Rule("metric_not_valid", table, "metric", ("metric", first, *more), _event_not_valid(first, last))


_PERIOD = ("unit_id", "period", "frequency", "metric", "status")
_COVERAGE = ("unit_id", "metric", "covered_from", "covered_to")
_MODEL_PERIODS = ("unit_id", "model", "valid_from", "valid_to")
_IN_MODEL = (("model_periods", _MODEL_PERIODS),)

TIME_RULES: tuple[Rule, ...] = (
    Rule("metric_not_valid", "outcomes", "period", _PERIOD, _value_not_valid),
    _not_valid("decisions", "beslut_date", pl.col("beslut_date")),
    _not_valid("permit_measures", "beslut_date", pl.col("beslut_date")),
    _not_valid("victim_cases", "identified_month", pl.col("identified_month").dt.month_end()),
    _not_valid("support_steps", "month", pl.col("month").dt.month_end()),
    _not_valid("resources", "period", last_day(), "frequency"),
    Rule(
        "metric_not_valid",
        "findings",
        "metric",
        ("metric", "visit_id"),
        _finding_not_valid,
        (("visits", ("visit_id", "visit_date")),),
    ),
    Rule("part_and_total", "outcomes", "model", (*_OUTCOME_CELL, "model"), _part_and_total, groups=_OUTCOME_CELL),
    Rule(
        "outside_model_period",
        "outcomes",
        "period",
        ("unit_id", "period", "frequency", "model"),
        _outside_model_period("period", last_day()),
        _IN_MODEL,
    ),
    Rule(
        "outside_model_period",
        "visits",
        "visit_date",
        ("unit_id", "visit_date", "model"),
        _outside_model_period("visit_date", pl.col("visit_date")),
        _IN_MODEL,
    ),
    Rule("outside_coverage", "outcomes", "period", _PERIOD, _outside_coverage, (("coverage", _COVERAGE),)),
)
