"""Hours and costs, which come by period and not by day."""

from __future__ import annotations

from types import MappingProxyType

import polars as pl

from evalkit.counting.events import events
from evalkit.holdings import Holdings
from evalkit.vocabulary import Frequency

_MEASURED_IN = MappingProxyType({"R1": "amount_sek", "R2": "hours", "R3": "hours"})


def hours_and_costs(holdings: Holdings, frequency: Frequency) -> pl.DataFrame:
    """One event per row whose own period is no longer than ``frequency``."""
    rows = holdings.resources.filter(_fits(frequency))
    amount = pl.lit(None, pl.Float64)
    for metric, column in _MEASURED_IN.items():
        amount = pl.when(pl.col("metric") == metric).then(pl.col(column).cast(pl.Float64)).otherwise(amount)
    return events(
        rows.filter(amount.is_not_null()),
        metric=pl.col("metric"),
        category=pl.col("category"),
        date_basis="handelse",
        day=pl.col("period"),
        count=amount,
    )


def longer_than(holdings: Holdings, frequency: Frequency) -> int:
    """How many rows are about a longer period than ``frequency`` and cannot be cut up."""
    return holdings.resources.filter(~_fits(frequency)).height


def _fits(frequency: Frequency) -> pl.Expr:
    return pl.col("frequency").is_in([step.value for step in Frequency if step.months <= frequency.months])


def price_years(holdings: Holdings) -> int:
    """How many price years the costs are in; more than one cannot be added up."""
    return holdings.resources.filter(pl.col("amount_sek").is_not_null())["price_year"].n_unique()
