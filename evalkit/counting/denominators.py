"""Exposures that the events themselves give, beside those that the holder gave."""

from __future__ import annotations

import polars as pl

from evalkit.contracts import Codes
from evalkit.counting import remarks
from evalkit.counting.cells import SEVERAL
from evalkit.counting.events import period
from evalkit.counting.rules import DENOMINATORS, Denominator
from evalkit.errors import Problem
from evalkit.holdings import Holdings
from evalkit.vocabulary import Frequency

_KEY = ("unit_id", "period", "frequency", "exposure")


def exposures(
    holdings: Holdings, codes: Codes, covered: pl.DataFrame, step: Frequency
) -> tuple[pl.DataFrame, list[Problem]]:
    """The exposure table: what was given, and what the visits and registers give by period.

    Returns
    -------
    tuple
        The table in the form of its contract, and one problem per exposure that was given with other values than
        the events give.
    """
    counted = pl.concat([_counted(one, holdings, codes, covered, step) for one in DENOMINATORS])
    given = holdings.exposure.filter(pl.col("frequency") == step.value)
    both = counted.join(given, on=_KEY, how="inner", suffix="_given")
    differ = both.filter(pl.col("value_given").is_not_null() & (pl.col("value") != pl.col("value_given")))
    clashes = [remarks.other_exposure(code) for code in differ["exposure"].unique().sort()]
    new = counted.join(holdings.exposure, on=_KEY, how="anti").select(holdings.exposure.columns)
    whole = pl.concat([holdings.exposure, new.cast(holdings.exposure.schema)])
    return whole.sort(_KEY), clashes


def _counted(
    one: Denominator, holdings: Holdings, codes: Codes, covered: pl.DataFrame, step: Frequency
) -> pl.DataFrame:
    """Every covered period, also those without an event: there the exposure is 0."""
    found = (
        one.find(holdings, codes)
        .with_columns(period(step))
        .group_by("unit_id", "period")
        .agg(
            value=pl.col("count").sum(),
            sources=pl.col("source_id").n_unique(),
            source_id=pl.col("source_id").first(),
        )
    )
    # A period without events rests on the source that says it is covered.
    told = holdings.coverage.filter(pl.col("metric") == one.metric)
    reported = told.group_by("unit_id").agg(covered_by=pl.col("source_id").sort().first())
    grid = covered.filter(pl.col("metric") == one.metric).join(reported, on="unit_id", how="left")
    joined = grid.join(found, on=["unit_id", "period"], how="left", maintain_order="left")
    several = pl.col("sources").fill_null(1) > 1
    own = pl.coalesce("source_id", "covered_by")
    return joined.select(
        "unit_id",
        "period",
        frequency=pl.lit(step.value),
        exposure=pl.lit(one.exposure),
        value=pl.col("value").fill_null(0.0),
        status=pl.lit("value"),
        qualifier=pl.lit("exact"),
        source_id=pl.when(several).then(pl.lit(SEVERAL)).otherwise(own),
    )
