"""The step that the count designs share: gather every cell, compare, dress the outcome."""

from __future__ import annotations

from collections.abc import Iterable

from evalkit import caveats, refusals
from evalkit.designs.evidence import Evidence, Lack, gather, refuse
from evalkit.estimands import Estimand, Group, Window
from evalkit.estimates import Estimate, refusal
from evalkit.inference.method import Method
from evalkit.inference.summed import Outcome, compare
from evalkit.panels import Panel
from evalkit.statements import Statement
from evalkit.vocabulary import EstimateStatus, Scale


def estimate_counts(
    estimand: Estimand,
    panel: Panel,
    conf_level: float,
    *,
    scale: Scale,
    cells: tuple[tuple[Group, Window], ...],
    design_caveats: tuple[Statement, ...],
) -> Estimate:
    """Estimate from one, two or four cells of counts, or refuse with the gravest reason met.

    The cells stand in the order that :func:`evalkit.inference.summed.compare` documents.
    """
    gathered = [gather(estimand, panel, group, window) for group, window in cells]
    lacks = [item for item in gathered if isinstance(item, Lack)]
    if lacks:
        return refusal(scale, refuse(lacks), assumptions=design_caveats, conf_level=conf_level)
    evidence = [item for item in gathered if isinstance(item, Evidence)]
    lengths = {item.cell.window: len(item.series.counts) for item in evidence}
    of_trials = estimand.series.key in panel.shares
    outcome = compare([item.series for item in evidence], conf_level=conf_level, of_trials=of_trials)
    found = _distinct(statement for item in evidence for statement in item.caveats)
    if outcome.interval is None:
        reason = outcome.reason or refusals.no_events()
        return refusal(scale, reason, assumptions=(*design_caveats, *found), conf_level=conf_level)
    return Estimate(
        scale=scale,
        status=EstimateStatus.ESTIMATED,
        estimate=outcome.interval.estimate,
        std_error=outcome.interval.std_error,
        conf_low=outcome.interval.low,
        conf_high=outcome.interval.high,
        conf_level=conf_level,
        p_value=outcome.interval.p_value,
        null=None if scale is Scale.RATE else 1.0,
        dispersion=outcome.dispersion,
        df=outcome.df,
        n_units=len({unit for group, _ in cells for unit in group.units}),
        n_periods=sum(lengths.values()),
        events=sum(item.cell.events for item in evidence),
        exposure=sum(item.cell.exposure for item in evidence),
        cells=tuple(item.cell for item in evidence),
        method=outcome.method.value if outcome.method else None,
        assumptions=(*design_caveats, *found, *_spread(outcome)),
    )


def _spread(outcome: Outcome) -> tuple[Statement, ...]:
    if outcome.dispersion is None:
        return (caveats.dispersion_unknown(),)
    if outcome.method in {Method.QUASI_POISSON, Method.QUASI_BINOMIAL}:
        return (caveats.varies_more_than_chance(),)
    return ()


def _distinct(statements: Iterable[Statement]) -> tuple[Statement, ...]:
    return tuple(dict.fromkeys(statements))
