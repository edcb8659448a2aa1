"""A plan meets a dataset: every estimand of the plan comes out, with a number or with a reason."""

from __future__ import annotations

from dataclasses import replace

from evalkit import __version__, breaks, caveats, checks
from evalkit.dataset import Dataset
from evalkit.designs import REGISTRY
from evalkit.designs.staggered import dated
from evalkit.estimands import Estimand
from evalkit.estimates import Estimate, Estimates, Provenance
from evalkit.metrics import Metric, MetricBook
from evalkit.panels import Panel, panel
from evalkit.plan import Plan
from evalkit.statements import Statement
from evalkit.vocabulary import MetricFamily


def evaluate(plan: Plan, dataset: Dataset, *, book: MetricBook | None = None) -> Estimates:
    """Estimate every estimand of the plan, in its order.

    Returns
    -------
    Estimates
        One item per estimand. One that the data cannot carry has ``status`` ``not_estimable`` and a
        ``reason``; nothing is left out.

    Raises
    ------
    PanelError
        When the plan names metrics, exposures or units that do not exist; the message names the estimand.

    Examples
    --------
    >>> import evalkit as ek
    >>> folder = ek.resources.analyses() / "manniskoexploatering"
    >>> estimates = ek.evaluate(ek.Plan.load(folder), ek.load(folder))
    >>> estimates.get("E1").status.value
    'estimated'
    """
    book = book or MetricBook.load()
    return evaluate_panel(plan, panel(dataset, plan, book=book), data_digest=dataset.digest, book=book)


def evaluate_panel(plan: Plan, grid: Panel, *, data_digest: str, book: MetricBook) -> Estimates:
    """Estimate every estimand of the plan on a panel that is already built."""
    return Estimates(
        tuple(_one(dated(item, grid), grid, plan.document.conf_level, book) for item in plan.estimands),
        Provenance(plan_digest=plan.digest, data_digest=data_digest, version=__version__, seed=plan.document.data.seed),
        synthetic=grid.synthetic,
    )


def _one(item: Estimand, grid: Panel, conf_level: float, book: MetricBook) -> Estimate:
    design = REGISTRY[item.design]
    found = design.estimate(item, grid, conf_level).named(
        estimand_id=item.id,
        metric=item.series.metric,
        contrast=item.contrast.sv,
        design=item.design,
        role=item.role,
    )
    metric = book.metric(item.series.metric)
    of_metric = _of_metric(metric) if metric else ()
    if found.is_estimated and design.steps is not None:
        found = replace(found, steps=design.steps(item, grid, conf_level))
    found = replace(found, assumptions=(*found.assumptions, *of_metric, *breaks.between_windows(item, grid, book)))
    return found.examined(checks.examine(checks.Situation(item, grid, design, found, book, conf_level)))


def _of_metric(metric: Metric) -> tuple[Statement, ...]:
    """What must be said of a metric whatever it is compared with."""
    found = []
    if metric.detection_driven:
        found.append(caveats.more_found_or_more_looked_for())
    if metric.family in {MetricFamily.VICTIM, MetricFamily.SUPPORT}:
        found.append(caveats.persons_in_cases())
    return tuple(found)
