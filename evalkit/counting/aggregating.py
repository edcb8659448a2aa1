"""From holdings to aggregates: find the events, keep what is covered, add up."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from evalkit.contracts import Codes
from evalkit.counting import remarks
from evalkit.counting.aggregates import Aggregates
from evalkit.counting.cells import SEVERAL, added_up, with_wholes
from evalkit.counting.coverage import covered_periods, shortened
from evalkit.counting.denominators import exposures
from evalkit.counting.events import period
from evalkit.counting.resources import hours_and_costs, longer_than, price_years
from evalkit.counting.rules import RULES
from evalkit.errors import ContractError, Problem
from evalkit.holdings import Holdings
from evalkit.vocabulary import Frequency

_REMEDIED = "P8"
_MONTHS_TO_REMEDY = 12


def aggregate(holdings: Holdings, *, frequency: str = "month", book: Codes | None = None) -> Aggregates:
    """Count a holder's events into the shared tables, by the definitions of the code book.

    Only periods that the coverage holds whole are counted; within them no event means none. What lies outside is
    told in ``remarks``. A finding counts once per visit and metric; an order repeated with a penalty counts once;
    a permit withdrawn for another reason than deficiencies does not count; a person exploited for several purposes
    stands under each of them.

    Parameters
    ----------
    holdings
        From :func:`evalkit.load_holdings`.
    frequency
        ``month``, ``quarter`` or ``year``.
    book
        The code book; by default the one that comes with evalkit.

    Raises
    ------
    ContractError
        When costs are in several price years, an exposure that was given contradicts the visits, or some events
        of a unit and metric name a model and others do not; every fault at once.

    Examples
    --------
    >>> import evalkit as ek
    >>> counted = ek.aggregate(ek.load_holdings("handelser"))  # doctest: +SKIP
    >>> counted.write("antal")  # doctest: +SKIP
    """
    from evalkit.metrics import MetricBook

    codes = book or MetricBook.load()
    step = Frequency(frequency)
    covered = covered_periods(holdings.coverage, codes, step)
    events = pl.concat(list(_found(holdings, codes, step))).with_columns(period(step))
    exposure, clashes = exposures(holdings, codes, covered, step)
    faults = [*clashes, *_faults(holdings, events)]
    if faults:
        raise ContractError(faults)
    inside = events.join(covered, on=["unit_id", "metric", "period"], how="semi", maintain_order="left")
    known = shortened(holdings.coverage, _REMEDIED, _MONTHS_TO_REMEDY)
    cells = _not_yet(added_up(with_wholes(inside, codes), codes), covered_periods(known, codes, step))
    return Aggregates(
        units=holdings.units,
        sources=_sources(holdings.sources, cells, exposure),
        model_periods=holdings.model_periods,
        coverage=known,
        outcomes=_as_contract(cells, step),
        exposure=exposure,
        frequency=step,
        remarks=tuple(_remarks(holdings, events, covered, step)),
        synthetic=holdings.synthetic,
    )


def _found(holdings: Holdings, codes: Codes, step: Frequency) -> Iterator[pl.DataFrame]:
    """Every event, with the table that a person looks for it in."""
    for rule in RULES:
        yield rule.find(holdings, codes).with_columns(table=pl.lit(rule.table))
    yield hours_and_costs(holdings, step).with_columns(table=pl.lit("resources"))


def _not_yet(cells: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """Deficiencies found less than twelve months before the coverage ends may still be remedied in time."""
    ripe = known.with_columns(ripe=pl.lit(value=True))
    soon = cells.join(ripe, on=known.columns, how="left", maintain_order="left")
    late = pl.col("ripe").is_null()
    return soon.with_columns(
        value=pl.when(~late).then(pl.col("value")),
        n_cases=pl.when(~late).then(pl.col("n_cases")),
        largest_case=pl.when(~late).then(pl.col("largest_case")),
        status=pl.when(late).then(pl.lit("not_yet_reported")).otherwise(pl.col("status")),
    ).drop("ripe")


def _as_contract(cells: pl.DataFrame, step: Frequency) -> pl.DataFrame:
    return cells.select(
        "unit_id",
        "period",
        pl.lit(step.value).alias("frequency"),
        "metric",
        "category",
        "model",
        "date_basis",
        "value",
        "n_cases",
        "largest_case",
        "status",
        pl.lit("exact").alias("qualifier"),
        "source_id",
    )


def _faults(holdings: Holdings, events: pl.DataFrame) -> Iterator[Problem]:
    if price_years(holdings) > 1:
        yield remarks.several_price_years()
    named = pl.col("model").is_not_null()
    mixed = events.group_by("unit_id", "metric").agg(mixed=named.any() & ~named.all()).filter(pl.col("mixed"))
    for metric in mixed["metric"].unique().sort():
        yield remarks.model_sometimes(metric)


def _remarks(holdings: Holdings, events: pl.DataFrame, covered: pl.DataFrame, step: Frequency) -> Iterator[Problem]:
    outside = events.join(covered, on=["unit_id", "metric", "period"], how="anti", maintain_order="left")
    for (table, metric), rows in outside.group_by(["table", "metric"], maintain_order=True):
        yield remarks.not_covered(str(table), str(metric), rows.height, step)
    if long := longer_than(holdings, step):
        yield remarks.longer_period(long, step)


def _sources(given: pl.DataFrame, *counted: pl.DataFrame) -> pl.DataFrame:
    """The sources, with one more for counts that rest on several."""
    if not any((frame["source_id"] == SEVERAL).any() for frame in counted):
        return given
    publishers = "; ".join(sorted(set(given["publisher"])))
    added = dict.fromkeys(given.columns) | {
        "source_id": SEVERAL,
        "source_kind": "register",
        "publisher": publishers,
        "title": "Antal som vilar på flera av källorna",
    }
    return pl.concat([given, pl.DataFrame([added], schema=given.schema)])
