"""Power of the exact test of a ratio of ratios, against every outcome added up and against drawn tables."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

import evalkit as ek
from evalkit.inference import two_by_two
from evalkit.inference.exact_power import four_cells
from evalkit.outlooks import POWER, Layout, Row, outlooks
from evalkit.vocabulary import DesignId

ALPHA = 0.05


@pytest.mark.parametrize("ratio", [0.1, 8.0])
def test_small_cells_agree_with_every_outcome_added_up(ratio: float) -> None:
    means = (4.0 * ratio, 4.0, 3.0, 5.0)
    counts = [np.arange(int(stats.poisson.isf(1e-7, mean)) + 2) for mean in means]
    own, before, other, other_before = np.meshgrid(*counts, indexing="ij")
    weight = np.ones(own.shape)
    for cell, mean in zip((own, before, other, other_before), means, strict=True):
        weight = weight * stats.poisson.pmf(cell, mean)
    given = (own + before + other + other_before, own + before, own + other)
    tail = stats.hypergeom.sf(own - 1, *given) if ratio > 1 else stats.hypergeom.cdf(own, *given)
    summed = float(weight[tail <= ALPHA / 2].sum())
    assert four_cells(4.0, means[1:], ratio, ALPHA / 2) == pytest.approx(summed, abs=0.01)


def test_it_is_how_often_the_intervals_of_drawn_tables_leave_out_1() -> None:
    rng, ratio = np.random.default_rng(20261126), 2.4
    counts = rng.poisson(np.array([20 * ratio, 20.0, 60.0, 60.0])[:, None], (4, 3000))
    found = two_by_two.exact(counts, np.ones((4, 1)), 1 - ALPHA, null=None)
    told = float((found.low > 1).mean())
    assert four_cells(20.0, (20.0, 60.0, 60.0), ratio, ALPHA / 2) == pytest.approx(told, abs=0.03)


def test_more_change_and_more_events_have_more_power_and_names_of_sides_do_not_matter() -> None:
    cells = (15.0, 40.0, 40.0)
    powers = [four_cells(15.0, cells, ratio, ALPHA / 2) for ratio in (1.2, 1.6, 2.5, 4.0)]
    assert powers == sorted(powers)
    assert four_cells(30.0, (30.0, 80.0, 80.0), 1.6, ALPHA / 2) > powers[1]
    assert four_cells(15.0, cells, 0.3, ALPHA / 2) < four_cells(15.0, cells, 0.1, ALPHA / 2)


@pytest.mark.parametrize("dispersion", [1.0, 2.0])
def test_a_plan_for_two_sides_is_enumerated_where_events_are_few(dispersion: float) -> None:
    layout = Layout(design=DesignId.D3, months_after=24, months_before=24)
    row = Row(monthly=0.8, monthly_comparison=4.0, dispersion=dispersion)
    (outlook,) = outlooks(layout, [row], ALPHA)
    assert outlook.is_enumerated
    level, events = layout.level(ALPHA, dispersion), 0.8 * 24
    ratio = outlook.increase.ratio
    cells = tuple(events * times / dispersion for times in (1, 5, 5))
    assert four_cells(events / dispersion, cells, ratio, level / 2) >= POWER - 0.002
    approximate = ek.smallest_detectable(
        events=events,
        events_before=events,
        events_ref=5 * events,
        events_ref_before=5 * events,
        dispersion=dispersion,
        alpha=level,
    ).ratio
    assert ratio >= approximate
    many = Row(monthly=40.0, monthly_comparison=40.0, dispersion=dispersion)
    assert not outlooks(layout, [many], ALPHA)[0].is_enumerated
