"""What it takes to stand out among so many areas, before any data are seen."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import special

from evalkit.inference import rank_power
from evalkit.language import Language
from evalkit.outlooks import POWER, Layout, Row, outlooks
from evalkit.vocabulary import DesignId


@pytest.mark.parametrize("others", [19, 39, 60])
def test_the_level_gives_the_power_of_ranks(others: int) -> None:
    """Ranks drawn 40,000 times at the shift that a known spread finds with 80 per cent at the level told."""
    rng, level = np.random.default_rng(others), rank_power.level(0.05, POWER, others)
    shift = special.ndtri(POWER) - special.ndtri(level / 2)
    own = np.abs(shift + rng.normal(size=40_000))
    beyond = (np.abs(rng.normal(size=(40_000, others))) >= own[:, None]).sum(axis=1)
    found = ((1 + beyond) / (others + 1) <= 0.05 + 1e-9).mean()
    assert found == pytest.approx(POWER, abs=4 * np.sqrt(POWER * (1 - POWER) / 40_000))


def test_few_areas_ask_for_larger_changes_and_too_few_can_show_none() -> None:
    def increase(others: int) -> float | None:
        layout = Layout(design=DesignId.D4, months_after=12, months_before=12, areas=(1, others))
        row = Row(monthly=20.0, monthly_comparison=400.0, dispersion=2.0)
        (found,) = outlooks(layout, [row], 0.05)
        if found.increase.ratio is None:
            assert all(one.reason is not None for one in (found.increase, found.decrease, *found.months))
            assert "20 områden" in found.increase.reason.text.in_language(Language.SV)
        return found.increase.ratio

    assert increase(18) is None
    assert increase(19) > increase(60) > increase(2000) > 1
