"""The self-test finds D4 and D5 right where they are and wrong where they are wrong.

The table is ``benchmarks/calibration_selftest.py``, with more worlds and more draws. With the one shock a side and
period that sums have, D4 and D5 held the truth in 73 to 88 per cent of such worlds.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
import pytest

import evalkit as ek
from evalkit import columns
from evalkit.designs import staggered
from evalkit.inference.shocks import shocks
from evalkit.language import Text
from evalkit.panels import Panel
from evalkit.selftest.history import History, learn, looked_at
from evalkit.selftest.result import Trial
from evalkit.selftest.trials import Worlds, trial
from evalkit.selftest.worlds import world
from evalkit.vocabulary import DateBasis, DesignId, Frequency, Role

BEFORE, PERIODS = 24, 36
MONTHS = [date(2020 + month // 12, month % 12 + 1, 1) for month in range(PERIODS)]
SERIES = ek.Series("B2", "N1", DateBasis.BESLUT)
AREAS = tuple(f"a{number:02}" for number in range(24))


def asked(design: DesignId) -> ek.Estimand:
    few = 1 if design is DesignId.D4 else 6
    joined = tuple((unit, MONTHS[BEFORE + 2 * (place % 3)]) for place, unit in enumerate(AREAS[:few]))
    return ek.Estimand(
        id="E1",
        question=Text("?", "?"),
        series=SERIES,
        design=design,
        role=Role.PRIMARY,
        group=ek.Group("med", Text("med", "with"), AREAS[:few]),
        comparison=ek.Group("utan", Text("utan", "without"), AREAS[few:]),
        before=ek.Window("fore", Text("före", "before"), MONTHS[0], date(2021, 12, 31)),
        after=ek.Window("efter", Text("efter", "after"), MONTHS[BEFORE], date(2022, 12, 31)),
        joined=joined if design is DesignId.D5 else (),
    )


def panel(rng: np.random.Generator, *, treated: int = 0, times: float = 1.0) -> Panel:
    """Areas of unlike size with shocks of their own, of variance 0.1 (the treated ``times`` that) and lasting 0.5."""
    sizes = np.exp(rng.normal(2.3, 0.6, len(AREAS)))

    def factor(variance: float) -> np.ndarray:
        return shocks(np.full(PERIODS, 100.0), 1 + 100 * variance, 0.5 * 100 * variance / (1 + 100 * variance), rng)

    own = np.array([factor(0.1 * (times if at < treated else 1)) for at in range(len(AREAS))])
    counts = rng.poisson(sizes[:, None] * own * factor(0.03))
    frame = pl.DataFrame(
        {
            "series": SERIES.key,
            "metric": "B2",
            "category": None,
            "unit_id": np.repeat(AREAS, PERIODS),
            "period": MONTHS * len(AREAS),
            "count": counts.ravel(),
            "cases": None,
            "largest_case": None,
            "status": "value",
            "qualifier": "exact",
            "exposure": np.repeat(100 * sizes, PERIODS),
            "exposure_status": "value",
            "exposure_qualifier": "exact",
        },
        schema=columns.PANEL,
        strict=False,
    )
    return Panel(frame, Frequency.MONTH, (SERIES,), tuple((unit, unit) for unit in AREAS), synthetic=True)


def tried(item: ek.Estimand, grid: Panel, draws: int, factor: float, seed: int) -> Trial:
    assert item.before is not None
    item = looked_at(item, grid, item.before)
    history = learn(item, grid, item.before)
    assert isinstance(history, History)
    drawn = Worlds(world(item, grid, history, item.before), draws, np.random.default_rng(seed))
    return trial(item, drawn, factor, 0.95)


@pytest.mark.parametrize(("design", "worlds"), [(DesignId.D4, 8), (DesignId.D5, 4)])
@pytest.mark.parametrize("factor", [1.0, 2.0])
def test_where_areas_are_exchangeable_the_designs_are_found_right(
    design: DesignId, worlds: int, factor: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three standard errors of a share of 5 % in the draws of all worlds."""
    monkeypatch.setattr(staggered, "DRAWS", 99)
    rng = np.random.default_rng(int(10 * factor))
    draws = 20
    found = [tried(asked(design), panel(rng), draws, factor, seed) for seed in range(worlds)]
    error = 3 * (0.05 * 0.95 / (worlds * draws)) ** 0.5
    assert np.mean([one.coverage for one in found]) >= 0.95 - error
    if factor == 1:
        assert np.mean([one.excludes_one for one in found]) <= 0.05 + error


def test_where_the_treated_area_varies_far_more_than_the_others_it_is_told() -> None:
    rng = np.random.default_rng(5)
    found = [tried(asked(DesignId.D4), panel(rng, treated=1, times=20.0), 20, 1.0, seed) for seed in range(4)]
    assert np.mean([one.excludes_one for one in found]) > 0.2


def test_areas_to_compare_with_that_lack_a_figure_are_left_out_as_the_design_does() -> None:
    item, grid = asked(DesignId.D4), panel(np.random.default_rng(1))
    gap = (pl.col("unit_id") == AREAS[4]) & (pl.col("period") == MONTHS[3])
    holed = Panel(
        grid.frame.with_columns(
            status=pl.when(gap).then(pl.lit("missing")).otherwise("status"),
            count=pl.when(gap).then(None).otherwise("count"),
        ),
        grid.frequency,
        grid.series,
        grid.unit_names,
        synthetic=True,
    )
    assert item.before is not None
    used = looked_at(item, holed, item.before).comparison
    assert used is not None
    assert AREAS[4] not in used.units
    assert tried(item, holed, 5, 1.0, 1).estimated == 5
