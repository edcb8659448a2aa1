"""The last step before the disk: nothing is shown, drawn or written unless it went through here.

Default rules (domain brief §4.3), by the sensitivity that the code book gives a metric:

==========  ==========================  =========================================
sensitivity suppress counts below       round shown counts to the nearest
==========  ==========================  =========================================
open        –                           –
business    5                           –
person      10                          5
==========  ==========================  =========================================

Zero counts are suppressed like other small counts: that nobody was found is also information on
persons. A suppressed count must not be found again by subtraction, so in every published sum
(the cells of one group over the window of an estimand) further cells are suppressed until at least
two are hidden and their sum reaches the threshold. Rates are recomputed from what is left to show.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

import polars as pl

from evalkit import columns, periods, refusals
from evalkit.errors import DisclosureError, Place, Problem
from evalkit.estimands import Group, Series
from evalkit.estimates import Cell, Estimate, Estimates
from evalkit.inference.rates import exact
from evalkit.language import Text
from evalkit.metrics import MetricBook
from evalkit.panels import Panel
from evalkit.plan import Plan
from evalkit.vocabulary import CellStatus, Frequency, Qualifier, Scale, Sensitivity


@dataclass(frozen=True, slots=True)
class Rule:
    """Suppress counts below ``threshold``; round shown counts to the nearest ``base``."""

    threshold: int
    base: int

    def __post_init__(self) -> None:
        if self.threshold < 0 or self.base < 1:
            raise ValueError("a disclosure rule needs threshold ≥ 0 and base ≥ 1")

    def rounded(self, count: int) -> int:
        """The count as it may be shown."""
        return self.base * ((2 * count + self.base) // (2 * self.base))


@dataclass(frozen=True, slots=True)
class Policy:
    """A rule for every sensitivity. There is no policy without all three: it fails closed."""

    open: Rule = Rule(threshold=0, base=1)
    business: Rule = Rule(threshold=5, base=1)
    person: Rule = Rule(threshold=10, base=5)

    def rule(self, sensitivity: Sensitivity) -> Rule:
        """The rule for one sensitivity."""
        rules = {
            Sensitivity.OPEN: self.open,
            Sensitivity.BUSINESS: self.business,
            Sensitivity.PERSON: self.person,
        }
        return rules[sensitivity]


DEFAULT_POLICY = Policy()


@dataclass(frozen=True, slots=True)
class SuppressedCells:
    """The log of a release: how many cells of a series were hidden, and which rule did it."""

    series: str
    primary: int
    secondary: int
    threshold: int


@dataclass(frozen=True, slots=True, repr=False)
class Released:
    """What may leave. Only :func:`release` makes one; tables and figures accept nothing else.

    Attributes
    ----------
    series
        Columns of ``columns.RELEASED_SERIES``: group × display period × series, rates recomputed.
    coverage
        Who reported what from when to when; holds no counts.
    """

    estimates: Estimates
    series: pl.DataFrame
    coverage: pl.DataFrame
    log: tuple[SuppressedCells, ...]
    policy: Policy
    synthetic: bool
    frequency: Frequency = field(kw_only=True)

    def __repr__(self) -> str:
        hidden = sum(entry.primary + entry.secondary for entry in self.log)
        mark = " — SYNTHETIC" if self.synthetic else ""
        return f"Released: {len(self.estimates)} estimates, {self.series.height} cells, {hidden} suppressed{mark}"

    def _repr_html_(self) -> str:
        return self.estimates._repr_html_()


@dataclass(slots=True)
class _Shown:
    """One cell on its way out."""

    group: str
    period: date
    count: int | None
    exposure: float | None
    status: CellStatus
    marks: tuple[str, ...]


def release(
    estimates: Estimates,
    panel: Panel,
    plan: Plan,
    *,
    dataset_coverage: pl.DataFrame | None = None,
    policy: Policy = DEFAULT_POLICY,
    book: MetricBook | None = None,
) -> Released:
    """Apply disclosure control to estimates and to the series behind them.

    Raises
    ------
    DisclosureError
        When a metric is not in the code book (its sensitivity is then unknown), or when two groups
        of one estimand's metric share units under a suppressing rule, so that a hidden count could be
        found by subtracting one group from the other.

    Examples
    --------
    >>> import evalkit as ek
    >>> folder = ek.resources.analyses() / "manniskoexploatering"
    >>> plan, dataset = ek.Plan.load(folder), ek.load(folder)
    >>> ek.release(ek.evaluate(plan, dataset), ek.panel(dataset, plan), plan)
    Released: 4 estimates, 12 cells, 0 suppressed
    """
    book = book or MetricBook.load()
    rules = _rules(plan, policy, book)
    frames, log = [], []
    for series in plan.series:
        shown = list(_shown(series, panel, plan))
        log.append(_suppress(shown, series, plan, rules[series.metric]))
        frames.append(_frame(shown, series, plan, rules[series.metric]))
    coverage = dataset_coverage if dataset_coverage is not None else pl.DataFrame()
    return Released(
        estimates=replace(estimates, items=tuple(_released(item, rules.get(item.metric or "")) for item in estimates)),
        series=pl.concat(frames) if frames else pl.DataFrame(schema=columns.RELEASED_SERIES),
        coverage=coverage,
        log=tuple(log),
        policy=policy,
        synthetic=estimates.synthetic or panel.synthetic,
        frequency=plan.document.display_frequency,
    )


def _rules(plan: Plan, policy: Policy, book: MetricBook) -> dict[str, Rule]:
    rules, problems = {}, []
    for series in plan.series:
        metric = book.metric(series.metric)
        if metric is None:
            problems.append(_unknown_sensitivity(series.metric))
            continue
        rules[series.metric] = policy.rule(metric.sensitivity)
        if rules[series.metric].threshold > 0:
            problems += _overlaps(plan, series)
    if problems:
        raise DisclosureError(problems)
    return rules


def _unknown_sensitivity(metric: str) -> Problem:
    return Problem(
        code="disclosure_unknown_metric",
        what=Text(
            f"Måttet ”{metric}” saknas i kodboken, så dess skyddsregel är okänd.",
            f"Metric '{metric}' is not in the code book, so its disclosure rule is unknown.",
        ),
        place=Place(file="plan.yaml", key="estimands"),
        accepted=Text("mått i kodboken", "metrics in the code book"),
        next_step=Text("Lägg till måttet i kodboken.", "Add the metric to the code book."),
    )


def _overlaps(plan: Plan, series: Series) -> list[Problem]:
    groups = _groups_of(plan, series)
    return [
        Problem(
            code="disclosure_groups_overlap",
            what=Text(
                f"Grupperna ”{one.id}” och ”{other.id}” delar enheter men inte alla; "
                "dolda antal skulle kunna räknas fram.",
                f"Groups '{one.id}' and '{other.id}' share some but not all units; hidden counts could be worked out.",
            ),
            place=Place(file="plan.yaml", key=f"groups.{one.id}"),
            accepted=Text("grupper utan gemensamma enheter", "groups without units in common"),
            next_step=Text("Gör grupperna åtskilda.", "Make the groups disjoint."),
        )
        for number, one in enumerate(groups)
        for other in groups[number + 1 :]
        if set(one.units) & set(other.units)
    ]


def _groups_of(plan: Plan, series: Series) -> tuple[Group, ...]:
    """The groups that some estimand looks at this series for, in the plan's order."""
    used = {
        group.id
        for item in plan.estimands
        if item.series == series
        for group in (item.group, item.comparison)
        if group is not None
    }
    return tuple(group for group in plan.groups if group.id in used)


def _shown(series: Series, panel: Panel, plan: Plan) -> Iterable[_Shown]:
    """The series by group and display period: whole periods only, every unit and part with a value."""
    step = plan.document.display_frequency
    starts = [
        start
        for start in periods.between(plan.window.first, plan.window.last, step)
        if start >= plan.window.first and periods.last_day(start, step) <= plan.window.last
    ]
    for group in _groups_of(plan, series):
        for start in starts:
            rows = panel.cells(series, group.units, start, periods.last_day(start, step))
            yield _pooled(group.id, start, rows)


def _pooled(group: str, start: date, rows: pl.DataFrame) -> _Shown:
    statuses = set(rows["status"]) or {CellStatus.MISSING.value}
    worst = next((status for status in CellStatus if status is not CellStatus.VALUE and status in statuses), None)
    has_exposure = rows.height > 0 and (rows["exposure_status"] == CellStatus.VALUE).all()
    qualifiers = set(rows["qualifier"]) | set(rows["exposure_qualifier"])
    return _Shown(
        group=group,
        period=start,
        count=None if worst else int(rows["count"].sum()),
        exposure=float(rows["exposure"].sum()) if has_exposure else None,
        status=worst or CellStatus.VALUE,
        marks=tuple(word.value for word in Qualifier if word is not Qualifier.EXACT and word.value in qualifiers),
    )


def _suppress(shown: list[_Shown], series: Series, plan: Plan, rule: Rule) -> SuppressedCells:
    small = [cell for cell in shown if cell.count is not None and cell.count < rule.threshold]
    hidden = {id(cell) for cell in small}
    for cells in _published_sums(shown, series, plan):
        _hide_until_safe(cells, hidden, rule.threshold)
    for cell in shown:
        if id(cell) in hidden:
            cell.count, cell.status = None, CellStatus.SUPPRESSED
    return SuppressedCells(
        series=series.key, primary=len(small), secondary=len(hidden) - len(small), threshold=rule.threshold
    )


def _published_sums(shown: list[_Shown], series: Series, plan: Plan) -> list[list[_Shown]]:
    """For each estimand's group and window, the cells that its published total is the sum of."""
    return [
        _cells_touching(shown, group.id, window.first, window.last, plan)
        for item in plan.estimands
        if item.series == series
        for group in (item.group, item.comparison)
        for window in (item.before, item.after)
        if group is not None and window is not None
    ]


def _cells_touching(shown: list[_Shown], group: str, first: date, last: date, plan: Plan) -> list[_Shown]:
    step = plan.document.display_frequency
    return [
        cell
        for cell in shown
        if cell.group == group and cell.period <= last and periods.last_day(cell.period, step) >= first
    ]


def _hide_until_safe(cells: list[_Shown], hidden: set[int], threshold: int) -> None:
    """Hide further cells, the smallest first, until the hidden ones cannot be told apart from their sum."""
    inside = [cell for cell in cells if cell.count is not None and id(cell) in hidden]
    if not inside:
        return
    others = sorted(
        (cell for cell in cells if cell.count is not None and id(cell) not in hidden),
        key=lambda cell: (cell.count or 0, cell.period),
    )
    total = sum(cell.count or 0 for cell in inside)
    number = len(inside)
    for cell in others:
        if number >= 2 and total >= threshold:  # noqa: PLR2004 - one hidden cell is found by subtraction
            return
        hidden.add(id(cell))
        number += 1
        total += cell.count or 0


def _frame(shown: list[_Shown], series: Series, plan: Plan, rule: Rule) -> pl.DataFrame:
    rows = [_row(cell, series, plan, rule) for cell in shown]
    return pl.DataFrame(rows, schema=columns.RELEASED_SERIES, orient="row")


def _row(cell: _Shown, series: Series, plan: Plan, rule: Rule) -> Mapping[str, object]:
    count = rule.rounded(cell.count) if cell.count is not None else None
    row: dict[str, object] = {
        "series": series.key,
        "metric": series.metric,
        "group": cell.group,
        "period": cell.period,
        "frequency": plan.document.display_frequency.value,
        "count": count,
        "exposure": cell.exposure,
        "rate": None,
        "conf_low": None,
        "conf_high": None,
        "status": cell.status.value,
        "marks": list(cell.marks),
    }
    if count is not None and cell.exposure:
        interval = exact(count, cell.exposure, conf_level=plan.document.conf_level)
        row |= {"rate": interval.estimate, "conf_low": interval.low, "conf_high": interval.high}
    return row


def _released(item: Estimate, rule: Rule | None) -> Estimate:
    if not item.is_estimated:
        return item
    if rule is None:
        raise DisclosureError(_unknown_sensitivity(item.metric or ""))
    if any(cell.events < rule.threshold for cell in item.cells):
        return item.refused(refusals.small_count(rule.threshold))
    return _rounded(item, rule) if rule.base > 1 else item


def _rounded(item: Estimate, rule: Rule) -> Estimate:
    """Show rounded counts; a rate times its exposure is a count, so it is rescaled to the rounded one."""
    cells = tuple(
        Cell(unit=cell.unit, window=cell.window, events=rule.rounded(cell.events), exposure=cell.exposure)
        for cell in item.cells
    )
    factor = 1.0
    if item.scale is Scale.RATE and item.events:
        factor = sum(cell.events for cell in cells) / item.events
    return replace(
        item,
        cells=cells,
        events=sum(cell.events for cell in cells),
        estimate=_times(item.estimate, factor),
        conf_low=_times(item.conf_low, factor),
        conf_high=_times(item.conf_high, factor),
        std_error=None,
        dispersion=None,
        df=None,
        p_value=None,
    )


def _times(value: float | None, factor: float) -> float | None:
    return None if value is None else value * factor
