"""How often tests of staggered joining reject the truth; the table is ``benchmarks/calibration_staggered.py``.

The standard error of a share of 5 % in 300 draws is 1.3 points, so 9 % is three of them above.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from evalkit.inference import join_dates, not_yet_joined
from evalkit.inference.group_time import JoiningPanel, effects, plan_cells
from evalkit.inference.group_time_averages import Average, average, plan_average
from evalkit.inference.group_time_jackknife import LeftOut
from evalkit.inference.joining_rule import Clusters

PERIODS, DRAWS, MOST = 8, 300, 0.09


def draw(sizes: tuple[int, ...], factor: float, rng: np.random.Generator) -> JoiningPanel:
    """Counts that vary more than chance, correlated from one period to the next, in areas unlike each other."""
    joined = rng.permutation(np.repeat([3, 4, 5, PERIODS], sizes))
    exposure = np.repeat(np.exp(rng.normal(0, 0.5, joined.size))[:, None], PERIODS, axis=1) * 30
    noise = np.cumsum(rng.normal(0, 0.15, (joined.size, PERIODS)), axis=1)
    after = np.arange(PERIODS) >= joined[:, None]
    counts = rng.poisson(exposure * np.exp(noise) * np.where(after, factor, 1.0)).astype(float)
    return JoiningPanel(counts, exposure, joined, np.ones(joined.size), ratio=True)


def rejected(panel: JoiningPanel, effect: float, rng: np.random.Generator) -> tuple[bool, bool]:
    """Whether the true effect is rejected when dates are exchanged, and by errors with normal limits."""
    without = JoiningPanel(
        panel.top, panel.bottom * np.exp(effect * panel.treated), panel.joined, panel.weights, ratio=True
    )
    plan = plan_cells(panel.joined, PERIODS, never_only=False)
    row = plan_average(plan, Average.GROUP).overall_coefficients[None, :]
    ways = join_dates.assignments(panel.joined, most_exact=99, draws=99, generator=rng)
    p_value = join_dates.p_values(without, plan, row, ways)[0]
    found = average(effects(panel, plan), Average.GROUP)
    error = math.sqrt(found.overall_influence @ found.overall_influence)
    return bool(p_value <= 0.05), abs(found.overall - effect) > 1.96 * error


@pytest.mark.parametrize("sizes", [(2, 2, 1, 3), (4, 3, 3, 4)])
@pytest.mark.parametrize("factor", [1.0, 1.5])
def test_exchanged_dates_hold_their_level_with_few_areas_where_errors_do_not(
    sizes: tuple[int, ...], factor: float
) -> None:
    rng = np.random.default_rng(sum(sizes) + int(10 * factor))
    shares = np.mean([rejected(draw(sizes, factor, rng), math.log(factor), rng) for _ in range(DRAWS)], axis=0)
    assert shares[0] <= MOST
    assert shares[1] > MOST
    assert not Clusters.of(draw(sizes, factor, rng).joined, PERIODS).enough


def test_errors_hold_where_the_rule_allows_them() -> None:
    rng = np.random.default_rng(5)
    shares = []
    for _ in range(DRAWS):
        panel = draw((10, 10, 10, 10), 1.0, rng)
        clusters = Clusters.of(panel.joined, PERIODS)
        assert clusters.enough
        assert clusters.df == 9
        found = average(effects(panel, plan_cells(panel.joined, PERIODS, never_only=False)), Average.GROUP)
        # The 97.5 % quantile of Student's t with 9 degrees of freedom.
        shares.append(abs(found.overall) > 2.2622 * math.sqrt(found.overall_influence @ found.overall_influence))
    assert np.mean(shares) <= MOST


def test_leaving_out_one_area_holds_with_areas_of_unlike_size_where_heads_do_not() -> None:
    """Log-normal sizes, standard deviation 1: classical errors reject the truth about twice as often as they should."""
    rng = np.random.default_rng(8)
    sizes, heads, ours, given = (15, 15), [], [], []
    for _ in range(2 * DRAWS):
        joined = rng.permutation(np.repeat([4, PERIODS], sizes))
        exposure = np.repeat(np.exp(rng.normal(0, 1.0, joined.size))[:, None], PERIODS, axis=1) * 30
        noise = np.cumsum(rng.normal(0, 0.15, (joined.size, PERIODS)), axis=1)
        counts = rng.poisson(exposure * np.exp(noise)).astype(float)
        panel = JoiningPanel(counts, exposure, joined, np.ones(joined.size), ratio=True)
        clusters = Clusters.of(joined, PERIODS, sizes=counts.sum(axis=1))
        plan = plan_cells(joined, PERIODS, never_only=False)
        whole = effects(panel, plan)
        found = average(whole, Average.GROUP)
        heads.append(rejects(found.overall, found.overall_influence, clusters.df))
        given.append(clusters.enough)
        if clusters.enough:
            row = plan_average(plan, Average.GROUP).overall_coefficients[None, :]
            parts = LeftOut.of(panel, whole).parts(row)
            ours.append(rejects(found.overall, parts[:, 0], float(clusters.degrees(parts)[0])))
    assert np.mean(heads) > 0.07
    assert np.mean(ours) <= 0.07
    assert 0.8 < np.mean(given) < 1


def rejects(estimate: float, parts: np.ndarray, df: float) -> bool:
    return abs(estimate) > float(stats.t.ppf(0.975, df)) * float(np.linalg.norm(parts))


@pytest.mark.parametrize("place", ["smallest", "largest"])
def test_exchanged_dates_hold_their_level_when_areas_that_join_are_small_or_large(place: str) -> None:
    """200 draws: 9.6 % is three standard errors above 5."""
    rng = np.random.default_rng(11)
    joined = np.full(20, PERIODS)
    joined[slice(0, 3) if place == "smallest" else slice(17, 20)] = (3, 4, 5)
    looked, plan = not_yet_joined.Looked.of(joined, PERIODS), plan_cells(joined, PERIODS, never_only=False)
    row = plan_average(plan, Average.GROUP).overall_coefficients[None, :]
    hits = np.zeros(2)
    for _ in range(200):
        exposure = np.repeat(20 * np.sort(np.exp(rng.normal(0, 1.2, 20)))[:, None], PERIODS, axis=1)
        drift = np.cumsum(rng.normal(0, 0.1, (20, PERIODS)), axis=1)
        counts = rng.poisson(exposure * np.exp(drift)).astype(float)
        panel = JoiningPanel(counts, exposure, joined, np.ones(20), ratio=True)
        drawn = join_dates.assignments(joined, most_exact=99, draws=99, generator=rng)
        summed = join_dates.p_value(not_yet_joined._Shifted(panel, looked, drawn).at(0.0))
        cells = join_dates.p_values(panel, plan, row, drawn)[0]
        hits += np.array([summed, 1.0 if math.isnan(cells) else cells]) <= 0.05
    assert (hits / 200 <= 0.096).all()
