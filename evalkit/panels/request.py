"""What was asked for: series, units, frequency and time, settled and checked before the grid is laid out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import polars as pl

from evalkit import periods
from evalkit.dataset import Dataset
from evalkit.errors import PanelError, Place, Problem
from evalkit.estimands import Series
from evalkit.metrics import Measure, Metric, MetricBook
from evalkit.panels import problems
from evalkit.panels.grid import spans, starts
from evalkit.panels.joining import other_dates
from evalkit.panels.selection import counted_twice, select
from evalkit.plan import PLAN_FILE, Plan
from evalkit.vocabulary import DateBasis, ExposureKind, Frequency, MetricFamily

_FOUND_BY_LOOKING = (MetricFamily.FINDING, MetricFamily.VICTIM, MetricFamily.SUPPORT)


@dataclass(frozen=True, slots=True)
class Request:
    """A panel that the dataset can make."""

    series: tuple[Series, ...]
    units: tuple[str, ...]
    step: Frequency
    span: tuple[date, date]


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a thing was asked for, so that a message can name the line of the plan."""

    plan: Plan | None

    def of_series(self, item: Series, part: str) -> Place:
        """The estimands that ask for a series."""
        if self.plan is None:
            return Place(file="panel()", key=part)
        ids = [entry.id for entry in self.plan.estimands if entry.series == item]
        keys = [f"estimands.{id_}.{part}" for id_ in ids]
        keys += [
            f"estimands.{entry.id}.negative_control.{part}"
            for entry in self.plan.estimands
            if entry.negative_control == item
        ]
        return self._in_plan(", ".join(keys))

    def of_unit(self, unit: str) -> Place:
        """The groups that hold a unit."""
        if self.plan is None:
            return Place(file="panel()", key="units")
        ids = [group.id for group in self.plan.groups if unit in group.units]
        return self._in_plan(", ".join(f"groups.{id_}.units" for id_ in ids))

    def _in_plan(self, key: str) -> Place:
        return Place(file=f"{self.plan.slug}/{PLAN_FILE}" if self.plan else PLAN_FILE, key=key)


def settle(
    dataset: Dataset,
    plan: Plan | None,
    book: MetricBook,
    *,
    series: Iterable[Series] | None,
    units: Iterable[str] | None,
    frequency: Frequency | str | None,
    first: date | None,
    last: date | None,
) -> Request:
    """Fill in what was left out from the plan or the data, and check the whole.

    Raises
    ------
    PanelError
        With everything that cannot be met.
    """
    of_series, of_units = (Origin(plan if given is None else None) for given in (series, units))
    if plan is not None:
        series = plan.series_looked_at if series is None else series
        units = plan.units if units is None else units
        frequency = frequency or plan.document.frequency
        first, last = first or plan.window.first, last or plan.window.last
    step = _frequency(frequency, dataset)
    wanted = _default_series(dataset, book) if series is None else tuple(dict.fromkeys(series))
    unit_ids = tuple(dataset.units["unit_id"]) if units is None else tuple(dict.fromkeys(units))
    found = [*_unknown_units(unit_ids, dataset, of_units), *_of_series(wanted, dataset, book, of_series)]
    if plan is not None:
        found += [*_of_plan(plan, dataset, book)]
    if found:
        raise PanelError(found)
    return Request(wanted, unit_ids, step, _span(dataset, step, first, last))


def _frequency(given: Frequency | str | None, dataset: Dataset) -> Frequency:
    if given is None:
        present = {Frequency(value) for value in dataset.outcomes["frequency"].unique()}
        return min(present, key=lambda frequency: frequency.months, default=Frequency.YEAR)
    known = [step.value for step in Frequency]
    if given not in known:
        raise PanelError(problems.unknown("frequency", str(given), known, Place(file="panel()", key="frequency")))
    return Frequency(given)


def _span(dataset: Dataset, step: Frequency, first: date | None, last: date | None) -> tuple[date, date]:
    """The days asked for, which must be whole periods; or the whole periods within the span of the data."""
    in_data = (first, last) if first and last else _span_of_data(dataset)
    span = (first or in_data[0], last or in_data[1])
    if span[0] is None or span[1] is None:
        raise PanelError(problems.no_span())
    cut_first = first is not None and first != periods.first_day(first, step)
    cut_last = last is not None and last != periods.last_day(periods.first_day(last, step), step)
    if cut_first or cut_last or not starts((span[0], span[1]), step):
        raise PanelError(problems.cuts_period(step, Place(file="panel()", key="first, last")))
    return span[0], span[1]


def _span_of_data(dataset: Dataset) -> tuple[date | None, date | None]:
    ends = [
        (period, periods.last_day(period, Frequency(frequency)))
        for period, frequency in dataset.outcomes.select("period", "frequency").unique().iter_rows()
    ]
    ends += list(dataset.coverage.select("covered_from", "covered_to").iter_rows())
    if not ends:
        return None, None
    return min(start for start, _ in ends), max(end for _, end in ends)


def _default_series(dataset: Dataset, book: MetricBook) -> tuple[Series, ...]:
    """Every count in the data, by the date that most of its rows have; by category where these overlap."""
    rows = dataset.outcomes.group_by("metric", "date_basis").len().sort(["metric", "len"], descending=[False, True])
    chosen = rows.unique("metric", keep="first", maintain_order=True).select("metric", "date_basis")
    return tuple(
        Series(metric=metric.code, exposure=metric.default_exposure, date_basis=DateBasis(basis), category=category)
        for code, basis in chosen.iter_rows()
        if (metric := book.metric(code)) is not None and metric.measure is Measure.COUNT
        for category in _default_categories(dataset, metric)
    )


def _default_categories(dataset: Dataset, metric: Metric) -> list[str | None]:
    if not metric.categories_overlap:
        return [None]
    present = dataset.outcomes.filter(pl.col("metric") == metric.code)["category"].unique().sort()
    return present.to_list() if present.drop_nulls().len() else [None]


def _of_series(wanted: tuple[Series, ...], dataset: Dataset, book: MetricBook, origin: Origin) -> list[Problem]:
    found = []
    for item in wanted:
        found += _unknown_parts(item, book, origin)
        metric = book.metric(item.metric)
        if metric is not None:
            found += _counted_twice(item, metric, dataset, origin)
        found += _exposed_twice(item, dataset)
    return list(dict.fromkeys(found))


def _unknown_parts(item: Series, book: MetricBook, origin: Origin) -> list[Problem]:
    found = []
    if book.exposure(item.exposure) is None:
        place = origin.of_series(item, "exposure")
        found.append(problems.unknown("exposure", item.exposure, book.exposure_codes, place))
    metric = book.metric(item.metric)
    if metric is None:
        place = origin.of_series(item, "metric")
        return [*found, problems.unknown("metric", item.metric, book.metric_codes, place)]
    if item.category is not None and item.category not in metric.category_codes:
        place = origin.of_series(item, "category")
        found.append(problems.unknown("category", item.category, metric.category_codes, place))
    if item.date_basis not in metric.date_bases:
        place = origin.of_series(item, "date_basis")
        found.append(problems.unknown("date_basis", item.date_basis, metric.date_bases, place))
    # A share is reported as how many have it, which are events out of the exposure that they are a part of.
    is_share = metric.measure is Measure.SHARE and item.exposure in metric.counted_once_per
    if metric.measure is not Measure.COUNT and not is_share:
        found.append(problems.not_a_count(metric, origin.of_series(item, "metric")))
    return found


def _counted_twice(item: Series, metric: Metric, dataset: Dataset, origin: Origin) -> list[Problem]:
    own = select(dataset.outcomes, item, metric).own
    lengths, parts = counted_twice(own)
    in_parts = item.category is None and own["category"].null_count() < own.height
    found = []
    if lengths:
        found.append(problems.two_frequencies(Place(file="outcomes", column="period", key=item.key)))
    if parts or (in_parts and metric.categories_overlap):
        found.append(problems.parts_and_totals(metric, origin.of_series(item, "category")))
    return found


def _exposed_twice(item: Series, dataset: Dataset) -> list[Problem]:
    rows = spans(dataset.exposure.filter(pl.col("exposure") == item.exposure)).with_row_index("row")
    same = rows.with_columns(category=pl.lit(None, dtype=pl.String), model=pl.lit(None, dtype=pl.String))
    lengths, _ = counted_twice(same)
    return [problems.two_frequencies(Place(file="exposure", column="period", key=item.exposure))] if lengths else []


def _unknown_units(units: tuple[str, ...], dataset: Dataset, origin: Origin) -> list[Problem]:
    known = dataset.units["unit_id"].to_list()
    return [problems.unknown("unit", unit, known, origin.of_unit(unit)) for unit in units if unit not in known]


def _of_plan(plan: Plan, dataset: Dataset, book: MetricBook) -> list[Problem]:
    """What else a plan says that the code book or the data contradict."""
    return [
        *_not_per_visit(plan, book),
        *_unknown_models(plan, dataset),
        *other_dates(plan, dataset),
        *_unknown_wanted(plan, dataset, book),
    ]


def _not_per_visit(plan: Plan, book: MetricBook) -> list[Problem]:
    found = []
    for item in plan.series:
        metric, exposure = book.metric(item.metric), book.exposure(item.exposure)
        if metric is None or exposure is None or metric.family not in _FOUND_BY_LOOKING:
            continue
        if metric.detection_driven and exposure.kind is not ExposureKind.FLOW:
            found.append(problems.not_per_visit(metric, book, Origin(plan).of_series(item, "exposure")))
    return found


def _unknown_models(plan: Plan, dataset: Dataset) -> list[Problem]:
    """A group that stands for a model which its units never worked by, as far as the data tell."""
    models = dataset.model_periods.group_by("unit_id").agg(pl.col("model").unique().sort())
    known = {unit: tuple(names) for unit, names in models.iter_rows()}
    return [
        problems.unknown("model", group.model, known[unit], Place(f"{plan.slug}/{PLAN_FILE}", key=f"groups.{group.id}"))
        for group in plan.groups
        for unit in group.units
        if group.model is not None and unit in known and group.model not in known[unit]
    ]


def _unknown_wanted(plan: Plan, dataset: Dataset, book: MetricBook) -> list[Problem]:
    place = Place(file=f"{plan.slug}/{PLAN_FILE}", key="wanted")
    units = {*dataset.units["unit_id"], *plan.units}
    found = [
        problems.unknown("metric", entry.metric, book.metric_codes, place)
        for entry in plan.document.wanted
        if book.metric(entry.metric) is None
    ]
    found += [
        problems.unknown("unit", unit, units, place)
        for entry in plan.document.wanted
        for unit in entry.units
        if unit not in units
    ]
    return list(dict.fromkeys(found))
