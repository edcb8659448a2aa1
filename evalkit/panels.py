"""From reported rows to a complete grid: unit × period × series, with count, exposure and status.

The grid is where "missing is not zero" is decided. A cell without a row is 0 only when the unit
has declared that it reported the metric throughout the cell (coverage); otherwise it is missing.
Counts, exposures and their statuses stay side by side, so that a rate can always be recomputed
after suppression and is never carried alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import polars as pl

from evalkit import columns, periods
from evalkit.dataset import Dataset
from evalkit.errors import PanelError, Place, Problem, known_names
from evalkit.estimands import Series
from evalkit.language import Text
from evalkit.metrics import Measure, Metric, MetricBook
from evalkit.vocabulary import CellStatus, DateBasis, ExposureKind, Frequency, Qualifier

if TYPE_CHECKING:
    from evalkit.plan import Plan

# The status of a cell built from several rows is the first of these that any row has.
_STATUS_ORDER = (
    CellStatus.NOT_APPLICABLE,
    CellStatus.SUPPRESSED,
    CellStatus.NOT_YET_REPORTED,
    CellStatus.MISSING,
)
# The qualifier of a cell built from several rows is the weakest that any row has.
_QUALIFIER_ORDER = (Qualifier.CARRIED_FORWARD, Qualifier.APPROXIMATE, Qualifier.DERIVED, Qualifier.EXACT)

_CELL = ["series", "unit_id", "period"]


@dataclass(frozen=True, slots=True, repr=False)
class Panel:
    """A complete grid of counts and exposures.

    Attributes
    ----------
    frame
        The columns of ``columns.PANEL``, one row per series × unit × period, sorted. ``count`` and
        ``exposure`` are null unless their status is ``value``. The exposure of a stock (inhabitants,
        permits) is in stock-years: the stock times the length of the period in years.
    frequency
        The length of a period.
    series
        The series in the order asked for.
    """

    frame: pl.DataFrame
    frequency: Frequency
    series: tuple[Series, ...]
    unit_names: tuple[tuple[str, str], ...]
    synthetic: bool

    def cells(self, series: Series, units: Sequence[str], first: date, last: date) -> pl.DataFrame:
        """The rows of one series, some units and the periods that lie wholly from ``first`` to ``last``."""
        return self.frame.filter(
            (pl.col("series") == series.key)
            & pl.col("unit_id").is_in(list(units))
            & (pl.col("period") >= first)
            & (_last_day("period", self.frequency) <= last)
        )

    def at(self, key: str) -> Series:
        """The series with this key.

        Raises
        ------
        PanelError
            When the panel has no such series; the message lists those it has.
        """
        for series in self.series:
            if series.key == key:
                return series
        raise PanelError(_unknown("series", key, (series.key for series in self.series)))

    def unit_name(self, unit_id: str) -> str:
        """The name of a unit, or its code when it has no name."""
        return dict(self.unit_names).get(unit_id, unit_id)

    def __repr__(self) -> str:
        counts = dict(self.frame.group_by("status").len().sort("status").iter_rows())
        cells = ", ".join(f"{status} {count}" for status, count in counts.items())
        units = self.frame["unit_id"].n_unique()
        mark = " — SYNTHETIC" if self.synthetic else ""
        return f"Panel: {len(self.series)} series × {units} units × {self._n_periods} {self.frequency}s ({cells}){mark}"

    @property
    def _n_periods(self) -> int:
        return self.frame["period"].n_unique()

    def _repr_html_(self) -> str:
        from evalkit.views import panel_view

        return panel_view(self)


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
        What to count. Without a plan the default is every metric in the data, by its main date,
        against its default exposure.
    units, frequency, first, last
        The grid. Defaults: all units, the finest frequency in the data, the span of the data.

    Raises
    ------
    PanelError
        Unknown units, metrics or exposures; a category or date basis that the metric does not have;
        one period reported at two frequencies. All at once.

    Examples
    --------
    >>> import evalkit as ek
    >>> dataset = ek.load(ek.resources.analyses() / "manniskoexploatering")
    >>> ek.panel(dataset).frame.filter(unit_id="Rn03")["count"].to_list()
    [43, 30, 18, 114, 110, 114]
    """
    book = book or MetricBook.load()
    if plan is not None:
        series = series if series is not None else plan.series
        units = units if units is not None else plan.units
        frequency = frequency or plan.document.frequency
        first, last = first or plan.window.first, last or plan.window.last
    wanted = tuple(series) if series is not None else _default_series(dataset, book)
    unit_ids = tuple(units) if units is not None else tuple(dataset.units["unit_id"])
    step = Frequency(frequency) if frequency else _finest(dataset)
    span = (first or _span(dataset)[0], last or _span(dataset)[1])
    problems = [
        *_unknown_parts(wanted, book),
        *_unknown_units(unit_ids, dataset),
        *_mixed_frequencies(wanted, dataset),
        *_parts_and_totals(wanted, dataset, book),
    ]
    if problems:
        raise PanelError(problems)
    grid = _grid(unit_ids, step, span)
    frame = pl.concat([_one_series(grid, item, dataset, book, step) for item in wanted]) if wanted else _empty()
    names = dataset.units.select("unit_id", "unit_name").sort("unit_id").rows()
    return Panel(
        frame=frame.select(list(columns.PANEL)).cast(columns.PANEL).sort(_CELL),  # type: ignore[arg-type]
        frequency=step,
        series=wanted,
        unit_names=tuple((str(code), str(name)) for code, name in names),
        synthetic=dataset.synthetic,
    )


def _default_series(dataset: Dataset, book: MetricBook) -> tuple[Series, ...]:
    present = dataset.outcomes.group_by("metric", "date_basis").len().sort(["metric", "len"], descending=[False, True])
    chosen = present.unique("metric", keep="first", maintain_order=True)
    found = ((book.metric(code), basis) for code, basis in chosen.select("metric", "date_basis").iter_rows())
    return tuple(
        Series(metric=metric.code, exposure=metric.default_exposure, date_basis=DateBasis(basis))
        for metric, basis in found
        if metric is not None and metric.measure is Measure.COUNT
    )


def _finest(dataset: Dataset) -> Frequency:
    present = {Frequency(value) for value in dataset.outcomes["frequency"].unique()}
    return min(present, key=lambda frequency: frequency.months, default=Frequency.YEAR)


def _span(dataset: Dataset) -> tuple[date, date]:
    ends = [
        (period, periods.last_day(period, Frequency(frequency)))
        for period, frequency in dataset.outcomes.select("period", "frequency").unique().iter_rows()
    ]
    ends += list(dataset.coverage.select("covered_from", "covered_to").iter_rows())
    if not ends:
        raise PanelError(
            Problem(
                code="panel_no_span",
                what=Text(
                    "Datamängden har varken utfall eller täckning.", "The dataset has no outcomes and no coverage."
                ),
                place=Place(file="outcomes"),
                accepted=Text("minst en rad, eller first och last", "at least one row, or first and last"),
                next_step=Text("Ange first och last.", "Give first and last."),
            )
        )
    return min(start for start, _ in ends), max(end for _, end in ends)


def _unknown(word: str, wanted: str, known: Iterable[str]) -> Problem:
    return Problem(
        code=f"panel_unknown_{word}",
        what=Text(f"”{wanted}” är okänt ({word}).", f"'{wanted}' is unknown ({word})."),
        place=Place(file="panel", key=word),
        accepted=known_names(wanted, known),
        next_step=Text("Använd en av koderna.", "Use one of the codes."),
    )


def _unknown_parts(wanted: tuple[Series, ...], book: MetricBook) -> list[Problem]:
    problems = []
    for item in wanted:
        metric = book.metric(item.metric)
        if book.exposure(item.exposure) is None:
            problems.append(_unknown("exposure", item.exposure, book.exposure_codes))
        if metric is None:
            problems.append(_unknown("metric", item.metric, book.metric_codes))
            continue
        if item.category is not None and item.category not in {entry.code for entry in metric.categories}:
            problems.append(_unknown("category", item.category, (entry.code for entry in metric.categories)))
        if item.date_basis not in metric.date_bases:
            problems.append(_unknown("date_basis", item.date_basis, metric.date_bases))
        if metric.measure is not Measure.COUNT:
            problems.append(_not_a_count(metric))
    return list(dict.fromkeys(problems))


def _not_a_count(metric: Metric) -> Problem:
    return Problem(
        code="panel_not_a_count",
        what=Text(
            f"Måttet {metric.code} är inget antal och kan inte räknas som händelser.",
            f"Metric {metric.code} is not a count and cannot be treated as events.",
        ),
        place=Place(file="panel", key="metric"),
        accepted=Text("mått med measure: count i kodboken", "metrics with measure: count in the code book"),
        next_step=Text("Välj ett mått som är ett antal.", "Choose a metric that is a count."),
    )


def _unknown_units(units: tuple[str, ...], dataset: Dataset) -> list[Problem]:
    known = dataset.units["unit_id"].to_list()
    return [_unknown("unit", unit, known) for unit in units if unit not in known]


def _mixed_frequencies(wanted: tuple[Series, ...], dataset: Dataset) -> list[Problem]:
    """A year and its months together would be counted twice."""
    problems = []
    for item in wanted:
        rows = _rows_of(dataset.outcomes, item).with_columns(last=_row_last_day())
        pairs = (
            rows.join(rows, on=["unit_id"], how="inner", suffix="_other").filter(
                (pl.col("frequency") != pl.col("frequency_other"))
                & (pl.col("period") <= pl.col("last_other"))
                & (pl.col("period_other") <= pl.col("last"))
            )
            if rows["frequency"].n_unique() > 1
            else rows.clear()
        )
        if pairs.height:
            problems.append(
                Problem(
                    code="panel_two_frequencies",
                    what=Text(
                        "Samma tid är rapporterad med två periodlängder och skulle räknas två gånger.",
                        "The same time is reported at two frequencies and would be counted twice.",
                    ),
                    place=Place(file="outcomes", column="period", key=item.key),
                    accepted=Text("en periodlängd per enhet, mått och tid", "one frequency per unit, metric and time"),
                    next_step=Text("Behåll den finaste indelningen.", "Keep the finest one."),
                )
            )
    return problems


def _parts_and_totals(wanted: tuple[Series, ...], dataset: Dataset, book: MetricBook) -> list[Problem]:
    """Categories beside a total, or categories that overlap, must not be summed."""
    problems = []
    for item in wanted:
        metric = book.metric(item.metric)
        if metric is None or item.category is not None:
            continue
        named = (
            _rows_of(dataset.outcomes, item)
            .group_by("unit_id")
            .agg(parts=pl.col("category").is_not_null().any(), total=pl.col("category").is_null().any())
        )
        if named.filter(pl.col("parts") & (pl.col("total") | metric.categories_overlap)).height:
            problems.append(
                Problem(
                    code="panel_parts_and_totals",
                    what=Text(
                        f"Kategorierna i {metric.code} kan inte summeras: de överlappar eller står bredvid en total.",
                        f"The categories of {metric.code} cannot be summed: they overlap or stand beside a total.",
                    ),
                    place=Place(file="outcomes", column="category", key=item.key),
                    accepted=Text("en vald kategori", "one chosen category"),
                    next_step=Text("Ange category i planen.", "Give category in the plan."),
                )
            )
    return problems


def _last_day(column: str, frequency: Frequency) -> pl.Expr:
    return pl.col(column).dt.offset_by(f"{frequency.months}mo").dt.offset_by("-1d")


def _row_last_day() -> pl.Expr:
    whole = pl.lit(None, dtype=pl.Date)
    for frequency in Frequency:
        whole = pl.when(pl.col("frequency") == frequency.value).then(_last_day("period", frequency)).otherwise(whole)
    return whole


def _grid(units: tuple[str, ...], step: Frequency, span: tuple[date, date]) -> pl.DataFrame:
    starts = [start for start in periods.between(*span, step) if start >= span[0]]
    whole = [start for start in starts if periods.last_day(start, step) <= span[1]]
    return (
        pl.DataFrame({"unit_id": list(units)}, schema={"unit_id": pl.String})
        .join(pl.DataFrame({"period": whole}, schema={"period": pl.Date}), how="cross")
        .with_columns(last=_last_day("period", step))
    )


def _empty() -> pl.DataFrame:
    return pl.DataFrame(schema=columns.PANEL)


def _one_series(grid: pl.DataFrame, item: Series, dataset: Dataset, book: MetricBook, step: Frequency) -> pl.DataFrame:
    counts = _counts(grid, item, dataset, book, step)
    exposures = _exposures(grid, item, dataset, book, step)
    return counts.join(exposures, on=["unit_id", "period"], how="left").with_columns(
        series=pl.lit(item.key),
        metric=pl.lit(item.metric),
        category=pl.lit(item.category, dtype=pl.String),
    )


def _rows_of(outcomes: pl.DataFrame, item: Series) -> pl.DataFrame:
    rows = outcomes.filter((pl.col("metric") == item.metric) & (pl.col("date_basis") == item.date_basis.value))
    if item.category is not None:
        rows = rows.filter(pl.col("category") == item.category)
    if item.model is not None:
        rows = rows.filter(pl.col("model") == item.model)
    return rows


def _counts(grid: pl.DataFrame, item: Series, dataset: Dataset, book: MetricBook, step: Frequency) -> pl.DataFrame:
    rows = _rows_of(dataset.outcomes, item).with_columns(row_last=_row_last_day())
    inside = _aggregate(grid, rows.filter(pl.col("frequency").is_in(_no_coarser(step))), pl.col("value").sum())
    coarse = _touched(grid, rows.filter(~pl.col("frequency").is_in(_no_coarser(step))))
    metric = book.metric(item.metric)
    valid = (metric.valid_from if metric else None, metric.valid_to if metric else None)
    covered = _covered(grid, dataset.coverage.filter(pl.col("metric") == item.metric), valid)
    status = (
        pl.when(pl.col("possible") == 0)
        .then(pl.lit(CellStatus.NOT_APPLICABLE.value))
        .when(pl.col("row_status").is_not_null() & (pl.col("row_status") != CellStatus.VALUE.value))
        .then(pl.col("row_status"))
        .when(pl.col("coarse") | (pl.col("covered") < pl.col("possible")))
        .then(pl.lit(CellStatus.MISSING.value))
        .otherwise(pl.lit(CellStatus.VALUE.value))
    )
    has_value = pl.col("status") == CellStatus.VALUE.value
    return (
        grid.join(inside, on=["unit_id", "period"], how="left")
        .join(coarse, on=["unit_id", "period"], how="left")
        .join(covered, on=["unit_id", "period"], how="left")
        .with_columns(pl.col("coarse").fill_null(value=False), pl.col("covered").fill_null(0))
        .with_columns(status=status)
        .select(
            "unit_id",
            "period",
            count=pl.when(has_value).then(pl.col("amount").fill_null(0)),
            status=pl.col("status"),
            qualifier=pl.when(has_value).then(pl.col("row_qualifier").fill_null(Qualifier.EXACT.value)),
        )
    )


def _no_coarser(step: Frequency) -> list[str]:
    return [frequency.value for frequency in Frequency if frequency.months <= step.months]


def _ranked(column: str, order: Sequence[str], otherwise: str | None) -> pl.Expr:
    """The first word of ``order`` that any row of the group has."""
    found = pl.lit(otherwise, dtype=pl.String)
    for word in reversed(order):
        found = pl.when((pl.col(column) == word).any()).then(pl.lit(word)).otherwise(found)
    return found


def _aggregate(grid: pl.DataFrame, rows: pl.DataFrame, amount: pl.Expr) -> pl.DataFrame:
    """Sum the rows that lie within each cell, keeping the worst status and the weakest qualifier."""
    cells = grid.join(rows.rename({"period": "row_first"}), on="unit_id", how="inner").filter(
        (pl.col("row_first") >= pl.col("period")) & (pl.col("row_last") <= pl.col("last"))
    )
    return cells.group_by("unit_id", "period").agg(
        amount=amount,
        n_rows=pl.len(),
        row_status=_ranked("status", _STATUS_ORDER, CellStatus.VALUE.value),
        row_qualifier=_ranked("qualifier", _QUALIFIER_ORDER, Qualifier.EXACT.value),
    )


def _touched(grid: pl.DataFrame, coarse_rows: pl.DataFrame) -> pl.DataFrame:
    """Cells that only a longer period reports on: a yearly figure cannot be split into months."""
    return (
        grid.join(coarse_rows.rename({"period": "row_first"}), on="unit_id", how="inner")
        .filter((pl.col("row_first") <= pl.col("last")) & (pl.col("row_last") >= pl.col("period")))
        .select("unit_id", "period")
        .unique()
        .with_columns(coarse=pl.lit(value=True))
    )


def _overlap_days(first: pl.Expr, last: pl.Expr) -> pl.Expr:
    return ((last - first).dt.total_days() + 1).clip(lower_bound=0)


def _covered(grid: pl.DataFrame, coverage: pl.DataFrame, valid: tuple[date | None, date | None]) -> pl.DataFrame:
    """Days of each cell on which the metric could occur, and on how many of them it was reported."""
    first = pl.max_horizontal("period", pl.lit(valid[0], dtype=pl.Date))
    last = pl.min_horizontal("last", pl.lit(valid[1], dtype=pl.Date))
    cells = grid.with_columns(can_first=first, can_last=last).with_columns(
        possible=_overlap_days(pl.col("can_first"), pl.col("can_last"))
    )
    reported = (
        cells.join(coverage, on="unit_id", how="inner")
        .with_columns(
            days=_overlap_days(
                pl.max_horizontal("can_first", "covered_from"), pl.min_horizontal("can_last", "covered_to")
            )
        )
        .group_by("unit_id", "period")
        .agg(covered=pl.col("days").sum())
    )
    return cells.select("unit_id", "period", "possible").join(reported, on=["unit_id", "period"], how="left")


def _exposures(grid: pl.DataFrame, item: Series, dataset: Dataset, book: MetricBook, step: Frequency) -> pl.DataFrame:
    rows = dataset.exposure.filter(pl.col("exposure") == item.exposure).with_columns(row_last=_row_last_day())
    exposure = book.exposure(item.exposure)
    stock = exposure is not None and exposure.kind is ExposureKind.STOCK
    parts = rows.filter(pl.col("frequency").is_in(_no_coarser(step)))
    amount = (pl.col("value") * _months()).sum() / 12 if stock else pl.col("value").sum()
    inside = _aggregate(grid, parts, amount)
    months = _aggregate(grid, parts, _months().sum()).select("unit_id", "period", months="amount")
    found = (
        grid.join(inside, on=["unit_id", "period"], how="left")
        .join(months, on=["unit_id", "period"], how="left")
        .join(_enclosing(grid, rows if stock else rows.clear(), step), on=["unit_id", "period"], how="left")
    )
    whole = pl.col("months") == step.months
    own = pl.when(whole).then(pl.col("amount"))
    status = (
        pl.when(whole)
        .then(pl.col("row_status"))
        .when(pl.col("wide_status").is_not_null())
        .then(pl.col("wide_status"))
        .otherwise(pl.lit(CellStatus.MISSING.value))
    )
    has_value = pl.col("exposure_status") == CellStatus.VALUE.value
    return found.with_columns(
        exposure_status=status,
        exposure=pl.coalesce(own, pl.col("wide_amount")),
        exposure_qualifier=pl.when(whole).then(pl.col("row_qualifier")).otherwise(pl.col("wide_qualifier")),
    ).select(
        "unit_id",
        "period",
        "exposure_status",
        pl.when(has_value).then(pl.col("exposure")).alias("exposure"),
        pl.when(has_value).then(pl.col("exposure_qualifier")).alias("exposure_qualifier"),
    )


def _months() -> pl.Expr:
    return pl.col("frequency").replace_strict(
        {frequency.value: frequency.months for frequency in Frequency}, return_dtype=pl.Int64
    )


def _enclosing(grid: pl.DataFrame, rows: pl.DataFrame, step: Frequency) -> pl.DataFrame:
    """The stock of the longer period that a cell lies in, times the cell's length in years."""
    longer = rows.filter(~pl.col("frequency").is_in(_no_coarser(step)))
    return (
        grid.join(longer.rename({"period": "row_first"}), on="unit_id", how="inner")
        .filter((pl.col("row_first") <= pl.col("period")) & (pl.col("row_last") >= pl.col("last")))
        .sort("unit_id", "period", "row_last")
        .unique(["unit_id", "period"], keep="first", maintain_order=True)
        .select(
            "unit_id",
            "period",
            wide_amount=pl.col("value") * (step.months / 12),
            wide_status="status",
            wide_qualifier="qualifier",
        )
    )
