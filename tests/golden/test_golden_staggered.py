"""Staggered joining against R, and against the numbers printed by the R package did. Tolerances: README.md."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from evalkit.inference import bacon, extended_twfe
from evalkit.inference.group_time import GroupTime, JoiningPanel, effects, plan_cells
from evalkit.inference.group_time_averages import Average, average
from evalkit.inference.multiplier_bootstrap import all_zero, bootstrap_error, std_error

HERE = Path(__file__).parent
FOUND = pl.read_csv(HERE / "staggered.csv")
CASES = {
    "never": {"never_only": True},
    "not_yet": {"never_only": False},
    "universal": {"never_only": False, "universal": True},
    "anticipation": {"never_only": False, "anticipation": 1},
    "ratio": {"never_only": False},
    "difference": {"never_only": True},
}


def wide(name: str, *columns: str) -> tuple[np.ndarray, ...]:
    data = pl.read_csv(HERE / f"staggered_{name}.csv").sort("unit", "period")
    periods = data["period"].n_unique()
    joined = data["joined"].to_numpy().reshape(-1, periods)[:, 0]
    place = np.where(joined == 0, periods, joined - int(data["period"].min()))
    return place, *(data[column].to_numpy().reshape(-1, periods).astype(float) for column in columns)


@cache
def found(case: str) -> GroupTime:
    if case in {"ratio", "difference"}:
        joined, counts, people = wide("castle", "count", "exposure")
        panel = JoiningPanel(counts, people / 1e5, joined, np.ones(len(joined)), ratio=case == "ratio")
    else:
        joined, values = wide("mpdta", "value")
        panel = JoiningPanel.of_values(values, joined)
    return effects(panel, plan_cells(joined, panel.periods, **CASES[case]))


def ours(case: str) -> dict[str, tuple[float, float]]:
    """By the names of the R script, whose periods count from 1."""
    cells = found(case)
    plan = cells.plan
    names = [f"cell_{group + 1}_{period + 1}" for group, period in zip(plan.group, plan.period, strict=True)]
    told = dict(zip(names, zip(cells.estimate, cells.std_error, strict=True), strict=True))
    for kind in Average:
        row = average(cells, kind)
        told[f"{kind}_overall"] = row.overall, float(np.sqrt(row.overall_influence @ row.overall_influence))
        if kind is not Average.SIMPLE:
            label = row.label + (kind is not Average.SINCE)
            rows = zip(row.estimate, std_error(row.influence), strict=True)
            told |= dict(zip((f"{kind}_{one}" for one in label), rows, strict=True))
    return told


@pytest.mark.parametrize("case", CASES)
def test_every_cell_and_average_is_that_of_r(case: str) -> None:
    told = ours(case)
    expected = FOUND.filter(pl.col("case") == case)
    assert set(told) == set(expected["name"])
    for name, estimate, error in expected.select("name", "estimate", "se").iter_rows():
        assert told[name] == (pytest.approx(estimate, rel=1e-9, abs=1e-12), pytest.approx(error, rel=1e-6, abs=1e-9))


def test_the_numbers_printed_by_did() -> None:
    cells = found("never")
    assert cells.estimate.round(4).tolist() == [
        *(-0.0105, -0.0704, -0.1373, -0.1008),
        *(0.0065, -0.0028, -0.0046, -0.0412),
        *(0.0305, -0.0027, -0.0311, -0.0261),
    ]
    before = cells.plan.before
    test = all_zero(cells.estimate[before], cells.influence[:, before])
    assert (round(test.p_value, 5), test.df) == (0.16812, 5)
    group, since = (average(cells, kind) for kind in (Average.GROUP, Average.SINCE))
    assert group.estimate.round(4).tolist() == [-0.0797, -0.0229, -0.0261]
    assert since.estimate.round(4).tolist() == [0.0305, -0.0006, -0.0245, -0.0199, -0.0510, -0.1373, -0.1008]
    printed = ((group, -0.0310, 0.0125, 2e-4), (since, -0.0772, 0.0216, 2e-3))
    for row, estimate, error, room in printed:
        assert row.overall == pytest.approx(estimate, abs=5e-5)
        assert np.sqrt(row.overall_influence @ row.overall_influence) == pytest.approx(error, abs=room)


def test_the_bootstrap_has_the_errors_printed_by_did() -> None:
    printed = [0.0235, 0.0328, 0.0378, 0.0331, 0.0236, 0.0205, 0.0192, 0.0200, 0.0162, 0.0174, 0.0194, 0.0178]
    drawn = bootstrap_error(found("never").influence, 4000, np.random.default_rng(3))
    assert drawn == pytest.approx(printed, abs=0.0035)


def test_the_decomposition_is_that_of_the_formulas_and_sums_to_the_estimate() -> None:
    joined, counts, people = wide("castle", "count", "exposure")
    told = bacon.decompose(np.log(counts / people), joined)
    expected = pl.read_csv(HERE / "staggered_bacon.csv")
    by_pair = {(part.comparison.value, part.joined + 1, part.other + 1): part for part in told.parts}
    assert len(by_pair) == expected.height
    for kind, own, other, estimate, weight in expected.iter_rows():
        part = by_pair[kind, own, 12 if other == 99 else other]
        assert part.weight == pytest.approx(weight, rel=1e-9)
        assert part.estimate == pytest.approx(estimate, rel=1e-8, abs=1e-11)
    assert sum(part.weight for part in told.parts) == pytest.approx(1, abs=1e-12)
    assert sum(part.weight * part.estimate for part in told.parts) == pytest.approx(told.estimate, abs=1e-10)


def test_extended_effects_for_counts_are_those_of_glm() -> None:
    joined, counts, people = wide("castle", "count", "exposure")
    kept = np.isin(joined, np.flatnonzero(np.bincount(joined) > 1))
    panel = JoiningPanel(counts[kept], people[kept], joined[kept], np.ones(kept.sum()), ratio=True)
    told = extended_twfe.counts(panel, few=True, classical=True)
    expected = {name: numbers for name, *numbers in pl.read_csv(HERE / "staggered_extended.csv").iter_rows()}
    assert [told.average, told.std_error] == pytest.approx(expected.pop("average"), rel=1e-6)
    errors = np.sqrt(np.diag(told.covariance))
    names = [f"{group + 1}_{period + 1}" for group, period in zip(told.terms.group, told.terms.period, strict=True)]
    assert set(names) == set(expected)
    for name, estimate, error in zip(names, told.estimate, errors, strict=True):
        assert [estimate, error] == pytest.approx(expected[name], rel=1e-6)
