"""Lay out the grid and fill it, series by series."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import polars as pl

from evalkit import columns
from evalkit.dataset import Dataset
from evalkit.estimands import Series
from evalkit.metrics import MetricBook
from evalkit.panels.counts import counts
from evalkit.panels.exposures import exposures
from evalkit.panels.grid import CELL, grid, spans, within
from evalkit.panels.joining import model_starts
from evalkit.panels.request import settle
from evalkit.panels.value import Panel
from evalkit.plan import Plan
from evalkit.vocabulary import Frequency


def panel(
    dataset: Dataset,
    plan: Plan | None = None,
    *,
    series: Iterable[Series] | None = None,
    units: Iterable[str] | None = None,
    frequency: Frequency | str | None = None,
    first: date | None = None,
    last: date | None = None,
    book: MetricBook | None = None,
) -> Panel:
    """Build the grid that a plan asks for, or the one that the arguments describe.

    Parameters
    ----------
    dataset
        Checked data.
    plan
        Gives series, units, frequency and window; any argument beside it overrides the plan.
    series
        What to count. Without a plan the default is every metric in the data, by the date that most
        of its rows have, against its default exposure; a metric whose categories overlap, by category.
    units, frequency, first, last
        The grid. Defaults: all units, the finest frequency in the data, the whole periods within the
        span of the data. ``first`` and ``last`` are the first and the last day of a period.

    Raises
    ------
    PanelError
        Unknown units, metrics or exposures; a category or date basis that the metric does not have;
        one time reported at two frequencies; rows that may count an event twice; a window that cuts a
        period; in a plan, a finding or victim metric that is not divided by visits. With a plan the
        message names the plan and the estimand.

    Examples
    --------
    >>> import evalkit as ek
    >>> dataset = ek.load(ek.resources.analyses() / "manniskoexploatering")
    >>> ek.panel(dataset).frame.filter(unit_id="Rn03")["count"].to_list()
    [43, 30, 18, 114, 110, 114]
    """
    book = book or MetricBook.load()
    asked = settle(dataset, plan, book, series=series, units=units, frequency=frequency, first=first, last=last)
    cells = grid(asked.units, asked.step, asked.span)
    filled = [_one_series(cells, item, dataset, book, asked.step) for item in asked.series]
    frame = pl.concat(filled) if filled else pl.DataFrame(schema=columns.PANEL)
    names = dataset.units.select("unit_id", "unit_name").sort("unit_id").rows()
    return Panel(
        frame=frame.select(list(columns.PANEL)).cast(columns.PANEL).sort("series", *CELL),  # type: ignore[arg-type]
        frequency=asked.step,
        series=asked.series,
        unit_names=tuple((str(code), str(name)) for code, name in names),
        synthetic=dataset.synthetic,
        shares=frozenset(item.key for item in asked.series if _is_share(item, book)),
        model_starts=model_starts(dataset),
    )


def _is_share(item: Series, book: MetricBook) -> bool:
    metric = book.metric(item.metric)
    return metric is not None and item.exposure in metric.counted_once_per


def _one_series(cells: pl.DataFrame, item: Series, dataset: Dataset, book: MetricBook, step: Frequency) -> pl.DataFrame:
    metric, exposure = book.metric(item.metric), book.exposure(item.exposure)
    if metric is None or exposure is None:
        raise ValueError(f"{item.key} was not checked against the code book")
    possible = within(cells, (metric.valid_from, metric.valid_to))
    counted = counts(possible, item, metric, outcomes=dataset.outcomes, coverage=dataset.coverage, step=step)
    exposed = exposures(possible, exposure, spans(dataset.exposure.filter(pl.col("exposure") == item.exposure)), step)
    return counted.join(exposed, on=CELL, how="left").with_columns(
        series=pl.lit(item.key),
        metric=pl.lit(item.metric),
        category=pl.lit(item.category, dtype=pl.String),
    )
