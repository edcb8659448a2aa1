"""The last step before the disk: nothing is shown, drawn or written unless it went through here.

Default rules (domain brief §4.3), by the sensitivity that the code book gives a metric:

==========  ==========================  =========================================
sensitivity suppress counts below       round shown counts to the nearest
==========  ==========================  =========================================
open        –                           –
business    5                           –
person      10                          5
==========  ==========================  =========================================

What the two lower rows mean, beside the counts themselves:

* Zero counts are suppressed like other small counts: that nobody was found is also information on
  persons. A refusal that would tell of a zero gets the same wording as a small count.
* A hidden count must not be worked out from what is shown: periods, windows of several estimands,
  groups that share units, a metric and its categories, one metric over two exposures. What else has to
  be hidden is found by :mod:`evalkit.protection`; an estimate whose totals give too much away is
  withheld. Which hidden counts are small, and which protect them, is not told.
* Rates, ratios and their intervals are computed again from the counts that are shown. The spread
  between periods (φ) goes in with two digits, rounded up; see :func:`evalkit.retelling.retold`.
* Where fewer than ten periods stand behind φ and any of them is hidden or small, even that would tell
  them apart, and the estimate is withheld (ACRO's rule of ten degrees of freedom).

* P-values are adjusted for each other afterwards, family by family, from the numbers that are shown
  (:mod:`evalkit.claim_families`).

Left to the person who publishes: an earlier release of the same data with other cells hidden, counts that
others have published, and metrics that are parts of each other by definition.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

import polars as pl

from evalkit import cases, claim_families, columns, margins, protection, retelling
from evalkit.designs import REGISTRY
from evalkit.errors import DisclosureError, Place, Problem
from evalkit.estimands import Estimand, Group, Series, Window
from evalkit.estimates import Estimate, Estimates
from evalkit.language import Text
from evalkit.margins import Family, Sum
from evalkit.metrics import MetricBook
from evalkit.panels import Panel
from evalkit.plan import Plan
from evalkit.policy import DEFAULT_POLICY, Policy, Rule
from evalkit.protection import Number
from evalkit.vocabulary import CellStatus, Frequency, Qualifier, Role

_FEWEST_PERIODS = 10
_IN_ONE_CASE = "largest_case"
_TELL_OF_ZEROS = frozenset({"no_events", "stretch_without_events", "empty_margin", "zero_and_overdispersed"})
_ROLES = (Role.DESCRIPTIVE, Role.SECONDARY, Role.PRIMARY)


@dataclass(frozen=True, slots=True)
class SuppressedCells:
    """The log of a release: how many cells of a series were hidden, and by which rule.

    How many of them are small is not in it: two hidden years that add up to eight would both be known
    to be four by whoever is told that both are below five.
    """

    series: str
    hidden: int
    threshold: int


@dataclass(frozen=True, slots=True, repr=False)
class Released:
    """What may leave. Only :func:`release` makes one; tables and figures accept nothing else.

    Attributes
    ----------
    series
        Columns of ``columns.RELEASED_SERIES``: group × display period × series, rates recomputed.
    coverage
        Who reported what from when to when; holds no counts. Without rows when none was given.
    """

    estimates: Estimates
    series: pl.DataFrame
    coverage: pl.DataFrame
    log: tuple[SuppressedCells, ...]
    policy: Policy
    synthetic: bool
    frequency: Frequency = field(kw_only=True)

    def __repr__(self) -> str:
        hidden = sum(entry.hidden for entry in self.log)
        mark = " — SYNTHETIC" if self.synthetic else ""
        return f"Released: {len(self.estimates)} estimates, {self.series.height} cells, {hidden} suppressed{mark}"

    def _repr_html_(self) -> str:
        from evalkit.views import estimates_view

        return estimates_view(self.estimates.items, synthetic=self.synthetic)


_COVERAGE = {"unit_id": pl.String, "metric": pl.String, "covered_from": pl.Date, "covered_to": pl.Date}


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

    Parameters
    ----------
    estimates
        From :func:`evalkit.evaluate` with the same plan and data as the panel.
    panel
        The plan's own panel.
    dataset_coverage
        ``Dataset.coverage``, for the figure of who reported what.
    policy
        Which counts are hidden and how the rest are rounded.

    Raises
    ------
    DisclosureError
        When a metric is not in the code book (its sensitivity is then unknown), when estimates, panel
        and plan do not belong together, or when a metric is cut in two ways at once.

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
    _check_that_they_belong(estimates, panel, plan)
    shown = _Shown({}, {}, {})
    for members in margins.families(plan):
        rule = rules[members[0].metric]
        if rule.protects:
            margins.check_cuts(members)
        metric = book.metric(members[0].metric)
        family = margins.family(members, plan, panel, per_visit=metric.counted_once_per if metric else ())
        shown.add(_release_family(family, plan, panel, estimates, rule))
    told = replace(estimates, items=tuple(shown.estimates[item.id] for item in plan.estimands))
    return Released(
        estimates=claim_families.adjusted(told, plan),
        series=_frame(row for item in plan.series for row in shown.rows[item]),
        coverage=pl.DataFrame(schema=_COVERAGE) if dataset_coverage is None else dataset_coverage,
        log=tuple(shown.log[item] for item in plan.series),
        policy=policy,
        synthetic=estimates.synthetic or panel.synthetic,
        frequency=plan.document.display_frequency,
    )


@dataclass(frozen=True, slots=True)
class _Shown:
    """What has been made ready to leave, by series and by estimand."""

    rows: dict[Series, list[dict[str, object]]]
    log: dict[Series, SuppressedCells]
    estimates: dict[str, Estimate]

    def add(self, other: _Shown) -> None:
        self.rows.update(other.rows)
        self.log.update(other.log)
        self.estimates.update(other.estimates)


def _rules(plan: Plan, policy: Policy, book: MetricBook) -> dict[str, Rule]:
    found = {code: book.metric(code) for code in dict.fromkeys(series.metric for series in plan.series)}
    unknown = [_unknown_sensitivity(code) for code, metric in found.items() if metric is None]
    if unknown:
        raise DisclosureError(unknown)
    return {code: policy.rule(metric.sensitivity) for code, metric in found.items() if metric is not None}


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


def _check_that_they_belong(estimates: Estimates, panel: Panel, plan: Plan) -> None:
    same_ids = [item.estimand_id for item in estimates] == [item.id for item in plan.estimands]
    whole_panel = set(plan.series) <= set(panel.series) and set(plan.units) <= set(panel.frame["unit_id"])
    if estimates.provenance.plan_digest != plan.digest or not same_ids or not whole_panel:
        raise DisclosureError(_strangers())


def _strangers() -> Problem:
    return Problem(
        code="disclosure_strangers",
        what=Text(
            "Skattningarna, panelen och planen hör inte ihop, så det går inte att avgöra vad som måste döljas.",
            "The estimates, the panel and the plan do not belong together, so what must be hidden cannot be told.",
        ),
        place=Place(file="release", key="estimates, panel, plan"),
        accepted=Text(
            "evaluate(plan, dataset) och panel(dataset, plan)", "evaluate(plan, dataset), panel(dataset, plan)"
        ),
        next_step=Text("Gör om båda från samma plan och uppgifter.", "Make both again from the same plan and data."),
    )


def _release_family(family: Family, plan: Plan, panel: Panel, estimates: Estimates, rule: Rule) -> _Shown:
    """Everything that one metric by one date basis gives: its series and its estimates."""
    items = [item for item in plan.estimands if item.series in family.series]
    found = {item.id: estimates.get(item.id) for item in items}
    candidates = {
        item.id: tuple(margins.window_sums(item)) for item in items if _may_show(item, found[item.id], family, rule)
    }
    gate = _Gate(plan, panel, rule, _hidden(family, plan, candidates, rule))
    while telling := [item.id for item in items if item.id in candidates and gate.spread_tells(item, found[item.id])]:
        candidates = {id_: totals for id_, totals in candidates.items() if id_ not in telling}
        gate = _Gate(plan, panel, rule, _hidden(family, plan, candidates, rule))
    return _Shown(
        rows={series: list(gate.rows(series)) for series in family.series},
        log={series: gate.logged(series) for series in family.series},
        estimates=cases.told(
            {item.id: gate.estimate(item, found[item.id], candidates.get(item.id)) for item in items}, items, rule
        ),
    )


def _may_show(item: Estimand, found: Estimate, family: Family, rule: Rule) -> bool:
    """Whether there is an estimate, or was one before a large case took it, and none of its totals is small."""
    if not found.is_estimated and not _in_one_case(found):
        return False
    totals = {
        (group.id, window.id): family.total(wanted) for wanted, (group, window) in margins.window_sums(item).items()
    }
    if not found.is_estimated:
        return all((total or 0) >= rule.threshold for total in totals.values())
    if {(cell.unit, cell.window): cell.events for cell in found.cells} != totals:
        raise DisclosureError(_strangers())
    return all(cell.events >= rule.threshold for cell in found.cells)


def _in_one_case(found: Estimate) -> bool:
    """Whether the number was taken because one case holds too many of the persons."""
    return found.reason is not None and found.reason.code == _IN_ONE_CASE


def _hidden(family: Family, plan: Plan, candidates: Mapping[str, tuple[Sum, ...]], rule: Rule) -> frozenset[Sum]:
    """The display cells and window totals that must not be shown."""
    if rule.threshold == 0:
        return frozenset()
    prices = _prices(family, plan, candidates)
    sums = sorted(prices, key=lambda wanted: (prices[wanted], wanted.group, wanted.first))
    totals = [family.total(wanted) or 0 for wanted in sums]
    numbers = [
        Number(family.parts[wanted], *rule.known(total), price=prices[wanted])
        for wanted, total in zip(sums, totals, strict=True)
    ]
    small = {place for place, total in enumerate(totals) if total < rule.threshold}
    found = protection.protect(family.counts, numbers, hidden=small, threshold=rule.threshold, most=family.most)
    return frozenset(sums[place] for place in found)


def _prices(family: Family, plan: Plan, candidates: Mapping[str, tuple[Sum, ...]]) -> dict[Sum, tuple[int, ...]]:
    """What it costs to hide a number: a cell of a series least, the total of a primary estimate most."""
    found: dict[Sum, tuple[int, ...]] = {}
    for series in family.series:
        for group in margins.groups_of(plan, (series,)):
            for start in margins.display_starts(plan):
                wanted = margins.display_sum(series, group.id, start, plan)
                if wanted in family.parts:
                    found[wanted] = (0, family.total(wanted) or 0)
    for place, item in enumerate(plan.estimands):
        for wanted in candidates.get(item.id, ()):
            found[wanted] = max(found.get(wanted, (0,)), (1, _ROLES.index(item.role), -place))
    return found


@dataclass(frozen=True, slots=True)
class _Gate:
    """What is decided for a family, and how its rows and estimates leave under it."""

    plan: Plan
    panel: Panel
    rule: Rule
    hidden: frozenset[Sum]

    def estimate(self, item: Estimand, found: Estimate, totals: tuple[Sum, ...] | None) -> Estimate:
        """The estimate told again, or withheld; ``totals`` is what it would publish, if it may."""
        if not self.rule.protects:
            return found
        return retelling.less_told(self._number(item, found, totals))

    def _number(self, item: Estimand, found: Estimate, totals: tuple[Sum, ...] | None) -> Estimate:
        if found.is_estimated:
            again = None
            if totals is not None and self.hidden.isdisjoint(totals):
                if not REGISTRY[item.design].from_totals:
                    return retelling.coarsened(found, self.rule)
                again = retelling.retold(found, self.rule, of_trials=item.series.key in self.panel.shares)
            return again or retelling.withheld(found, self.rule)
        if _in_one_case(found):
            # Told only where the totals could be: that they are not zero is information on persons as well.
            shown = totals is not None and self.hidden.isdisjoint(totals)
            return retelling.on_cases(found) if shown else retelling.withheld(found, self.rule)
        tells_of_zeros = found.reason is not None and found.reason.code in _TELL_OF_ZEROS
        return retelling.withheld(found, self.rule) if tells_of_zeros and self.rule.threshold else found

    def spread_tells(self, item: Estimand, found: Estimate) -> bool:
        """Whether φ rests on so few counts that are not shown that they could be told from it."""
        if self.rule.threshold == 0 or found.dispersion is None:
            return False
        behind = margins.window_sums(item)
        pooled = [self._pooled(item.series, group, window) for group, window in behind.values()]
        hidden_cells = sum(cell in self.hidden for wanted in behind for cell in self._cells_in(item.series, wanted))
        by_display = self.plan.document.display_frequency is self.panel.frequency
        not_shown = hidden_cells if by_display else sum(len(counts) for counts in pooled)
        something_to_hide = hidden_cells > 0 or any((counts < self.rule.threshold).any() for counts in pooled)
        return something_to_hide and not_shown < _FEWEST_PERIODS

    def _pooled(self, series: Series, group: Group, window: Window) -> pl.Series:
        rows = self.panel.cells(series, group.units, window.first, window.last)
        return rows.group_by("period").agg(pl.col("count").sum())["count"]

    def _cells_in(self, series: Series, wanted: Sum) -> list[Sum]:
        cells = (
            margins.display_sum(series, wanted.group, start, self.plan) for start in margins.display_starts(self.plan)
        )
        return [cell for cell in cells if cell.first <= wanted.last and cell.last >= wanted.first]

    def _cells(self, series: Series) -> Iterator[tuple[Sum, Group]]:
        for group in margins.groups_of(self.plan, (series,)):
            for start in margins.display_starts(self.plan):
                yield margins.display_sum(series, group.id, start, self.plan), group

    def logged(self, series: Series) -> SuppressedCells:
        """How much of a series is hidden."""
        hidden = sum(cell in self.hidden for cell, _ in self._cells(series))
        return SuppressedCells(series=series.key, hidden=hidden, threshold=self.rule.threshold)

    def rows(self, series: Series) -> Iterator[dict[str, object]]:
        """The series by group and display period: whole periods only, every unit with a value."""
        of_trials = series.key in self.panel.shares
        for cell, group in self._cells(series):
            rows = self.panel.cells(series, group.units, cell.first, cell.last)
            status = CellStatus.SUPPRESSED if cell in self.hidden else _status(rows)
            count = self.rule.rounded(int(rows["count"].sum())) if status is CellStatus.VALUE else None
            yield {
                "series": series.key,
                "metric": series.metric,
                "group": cell.group,
                "period": cell.first,
                "frequency": self.plan.document.display_frequency.value,
                "status": status.value,
                "marks": _marks(rows),
                "count": count,
                **retelling.rate(count, _exposure(rows), self.plan.document.conf_level, of_trials=of_trials),
            }


def _status(rows: pl.DataFrame) -> CellStatus:
    statuses = set(rows["status"]) or {CellStatus.MISSING.value}
    worst = (status for status in CellStatus if status is not CellStatus.VALUE and status in statuses)
    return next(worst, CellStatus.VALUE)


def _marks(rows: pl.DataFrame) -> list[str]:
    """What qualifies the count and what qualifies the exposure, told apart: ``count_derived``, ``exposure_…``."""
    return [
        f"{part}_{word}"
        for part, column in (("count", "qualifier"), ("exposure", "exposure_qualifier"))
        for word in Qualifier
        if word is not Qualifier.EXACT and word.value in set(rows[column])
    ]


def _exposure(rows: pl.DataFrame) -> float | None:
    known = rows.height > 0 and (rows["exposure_status"] == CellStatus.VALUE).all()
    return float(rows["exposure"].sum()) if known else None


def _frame(rows: Iterable[Mapping[str, object]]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=columns.RELEASED_SERIES, orient="row")
