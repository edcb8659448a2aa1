"""Whether errors by leaving out one area hold a known effect, in a world that no rule was chosen on.

The tables are those of ``benchmarks/calibration_joining_errors.py``. The standard error of a share of 5 % is 0.7 points
with 1,000 panels, 1.3 with 300.
"""

from __future__ import annotations

import math

import numpy as np
from scipy import stats

from evalkit.inference import extended_twfe
from evalkit.inference.group_time import JoiningPanel, effects, plan_cells
from evalkit.inference.group_time_averages import Average, average, plan_average
from evalkit.inference.group_time_jackknife import LeftOut
from evalkit.inference.joining_rule import Clusters
from evalkit.statements import Statement

PERIODS, PANELS, EXTENDED_PANELS = 7, 1000, 300
TRUTH = math.log(1.5)


def draw(rng: np.random.Generator) -> JoiningPanel:
    """Areas of log-normal sizes, standard deviation 1.2, whose counts hang together 0.7 from period to period."""
    joined = rng.permutation(np.repeat([3, PERIODS], [13, 22]))
    exposure = np.repeat(np.exp(rng.normal(0, 1.2, joined.size))[:, None], PERIODS, axis=1) * 35
    noise = rng.normal(0, 0.25, (joined.size, PERIODS))
    for period in range(1, PERIODS):
        noise[:, period] = 0.7 * noise[:, period - 1] + math.sqrt(1 - 0.7**2) * noise[:, period]
    after = np.arange(PERIODS) >= joined[:, None]
    counts = rng.poisson(exposure * np.exp(noise + TRUTH * after)).astype(float)
    return JoiningPanel(counts, exposure, joined, np.ones(joined.size), ratio=True)


def given(rng: np.random.Generator) -> tuple[JoiningPanel, Clusters]:
    """The next panel that is given errors."""
    while True:
        panel = draw(rng)
        clusters = Clusters.of(panel.joined, PERIODS, sizes=panel.top.sum(axis=1))
        if clusters.enough:
            return panel, clusters


def missed(estimate: float, error: float, df: float) -> bool:
    return abs(estimate - TRUTH) > float(stats.t.ppf(0.975, df)) * error


def test_a_known_effect_lies_within_the_limits_of_group_time_effects() -> None:
    rng = np.random.default_rng(17)
    heads: list[bool] = []
    ours: list[bool] = []
    for _ in range(PANELS):
        panel, clusters = given(rng)
        plan = plan_cells(panel.joined, PERIODS, never_only=False)
        whole = effects(panel, plan)
        found = average(whole, Average.GROUP)
        parts = LeftOut.of(panel, whole).parts(plan_average(plan, Average.GROUP).overall_coefficients[None, :])
        heads.append(missed(found.overall, float(np.linalg.norm(found.overall_influence)), clusters.df))
        ours.append(missed(found.overall, float(np.linalg.norm(parts)), float(clusters.degrees(parts)[0])))
    assert np.mean(heads) > 0.07
    assert np.mean(ours) <= 0.07


def test_a_known_effect_lies_within_the_limits_of_the_extended_model() -> None:
    rng = np.random.default_rng(18)
    heads: list[bool] = []
    ours: list[bool] = []
    for _ in range(EXTENDED_PANELS):
        panel, _ = given(rng)
        for classical, told in ((True, heads), (False, ours)):
            found = extended_twfe.counts(panel, classical=classical)
            assert not isinstance(found, Statement)
            after = (found.terms.since >= 0) * found.weight
            df = found.clusters.df if classical else float(found.degrees((after / after.sum())[None, :])[0])
            told.append(missed(found.average, found.std_error, df))
    assert np.mean(heads) > 0.07
    assert np.mean(ours) <= 0.07
