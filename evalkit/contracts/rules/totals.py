"""Parts and wholes, which may differ by statistical noise, and what counts are divided by.

Statistics Sweden adds small random deviations (the cell key method) from reference year 2025, so parts need
not sum to their whole. How much is accepted stands in the contract: ``absolute`` for each part, or
``relative`` of the whole, whichever is more.
"""

from __future__ import annotations

import polars as pl

from evalkit.contracts.model import Contract
from evalkit.contracts.quality import Quality
from evalkit.contracts.rules.rule import Find, Rule, Surroundings, is_value, last_day, with_metric
from evalkit.contracts.tablecheck import ROW
from evalkit.vocabulary import Qualifier

_SUMMABLE = ("count", "amount")
_ROUGH = (Qualifier.APPROXIMATE.value, Qualifier.CARRIED_FORWARD.value)
_CELL = ("unit_id", "period", "frequency", "metric", "model", "date_basis")
_CELLS_OF = {
    "outcomes": ("period", "frequency", "metric", "category", "model", "date_basis"),
    "exposure": ("period", "frequency", "exposure"),
}


def _tolerance(quality: Quality) -> pl.Expr:
    """What the sum of ``parts`` cells may differ from the whole in ``value``."""
    return pl.max_horizontal(quality.absolute * pl.col("parts"), quality.relative * pl.col("value"))


def _sums(rows: pl.DataFrame, *cell: str) -> pl.DataFrame:
    rough = pl.col("qualifier").is_in(_ROUGH).any()
    return rows.group_by(*cell).agg(summed=pl.col("value").sum(), parts=pl.len(), rough=rough)


def _exact() -> pl.Expr:
    return ~pl.col("rough") & ~pl.col("qualifier").is_in(_ROUGH)


def _parts_differ_from_total(quality: Quality) -> Find:
    """Categories that sum to more than their total; or to less, when every category is there."""

    def find(rows: pl.DataFrame, around: Surroundings) -> pl.DataFrame:
        counted = with_metric(rows.filter(is_value()), around).filter(
            pl.col("measure").is_in(_SUMMABLE) & ~pl.col("categories_overlap")
        )
        parts = _sums(counted.filter(pl.col("category").is_not_null()), *_CELL)
        totals = counted.filter(pl.col("category").is_null())
        joined = totals.join(parts, on=_CELL, how="inner", nulls_equal=True).filter(_exact())
        off = pl.col("summed") - pl.col("value")
        whole = pl.col("parts") == pl.col("allowed_categories").list.len()
        return joined.filter((off > _tolerance(quality)) | (whole & (-off > _tolerance(quality))))

    return find


def _parts_exceed_whole(table: str, quality: Quality) -> Find:
    """Units that together have more than the unit that they are directly a part of."""
    cell = _CELLS_OF[table]

    def find(rows: pl.DataFrame, around: Surroundings) -> pl.DataFrame:
        counted = rows.filter(is_value())
        if "metric" in cell:
            counted = with_metric(counted, around).filter(pl.col("measure").is_in(_SUMMABLE))
        whole_of = around.tables["units"].select("unit_id", "part_of").drop_nulls()
        parts = _sums(counted.join(whole_of, on="unit_id", how="inner"), "part_of", *cell)
        joined = counted.join(
            parts, left_on=["unit_id", *cell], right_on=["part_of", *cell], how="inner", nulls_equal=True
        )
        return joined.filter(_exact() & (pl.col("summed") - pl.col("value") > _tolerance(quality)))

    return find


def _exposure_missing(rows: pl.DataFrame, around: Surroundings) -> pl.DataFrame:
    """Values of a unit for which there is no value of the metric's usual exposure in any of the same days."""
    wanted = with_metric(rows.filter(is_value()), around).with_columns(last=last_day())
    given = (
        around.tables["exposure"]
        .filter(is_value())
        .select(
            "unit_id",
            pl.col("exposure").alias("default_exposure"),
            pl.col("period").alias("given_from"),
            last_day().alias("given_to"),
        )
    )
    met = wanted.join(given, on=["unit_id", "default_exposure"], how="inner").filter(
        (pl.col("given_from") <= pl.col("last")) & (pl.col("period") <= pl.col("given_to"))
    )
    return wanted.join(met.select(ROW).unique(), on=ROW, how="anti")


TOLERANT_RULES = frozenset(
    {("outcomes", "parts_differ_from_total"), ("outcomes", "parts_exceed_whole"), ("exposure", "parts_exceed_whole")}
)
"""Table and code of the rules whose tolerance a contract states."""


def tolerant_rules(contract: Contract) -> tuple[Rule, ...]:
    """The rules on totals that a contract states, with its tolerance."""
    stated = (quality for quality in contract.quality if (contract.table, quality.id) in TOLERANT_RULES)
    return tuple(_tolerant(contract.table, quality) for quality in stated)


def _tolerant(table: str, quality: Quality) -> Rule:
    reads = ("value", "status", "qualifier")
    if quality.id == "parts_differ_from_total":
        return Rule(quality.id, table, "value", (*_CELL, "category", *reads), _parts_differ_from_total(quality))
    needs = (("units", ("unit_id", "part_of")),)
    return Rule(
        quality.id, table, "value", ("unit_id", *_CELLS_OF[table], *reads), _parts_exceed_whole(table, quality), needs
    )


EXPOSURE_RULES: tuple[Rule, ...] = (
    Rule(
        "exposure_missing",
        "outcomes",
        "period",
        ("unit_id", "period", "frequency", "metric", "status"),
        _exposure_missing,
        (("exposure", ("unit_id", "period", "frequency", "exposure", "status", "value")),),
    ),
)
