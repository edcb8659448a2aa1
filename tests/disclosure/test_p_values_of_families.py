"""P-values are adjusted after the release, within each claim, by the code that ``ek.adjust`` is."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

import evalkit as ek
from evalkit import artifacts, figures
from evalkit.disclosure import release
from evalkit.evaluation import evaluate_panel
from evalkit.panels import panel
from evalkit.plan import Plan

WINDOWS = {"fore": ("2020", "2022"), "efter": ("2023", "2025")}
D2 = {"design": "D2", "before": "fore", "after": "efter", "metric": "B2", "exposure": "N1"}
COUNTS = {
    "0127": (10, 11, 10, 17, 18, 17),
    "0180": (20, 21, 20, 30, 31, 30),
    "9901": (2, 0, 1, 9, 9, 9),
}
ASKED = (
    {"id": "E1", "group": "a", "role": "primary", "family": "x"},
    {"id": "E2", "group": "b", "family": "x"},
    {"id": "E3", "group": "c", "family": "x"},
    {"id": "E4", "group": "a", "comparison": "b", "design": "D3"},
    {"id": "E5", "group": "b", "role": "descriptive"},
)


def released(kit, method: str | None, asked=ASKED):
    world = kit.World({("B2", None): COUNTS})
    plan = world.plan([D2 | item for item in asked], windows=WINDOWS)
    if method:
        content = plan.document.model_dump(mode="json") | {"multiplicity": method}
        plan = Plan.from_mapping(content, folder=plan.folder)
    data = world.dataset()
    grid = panel(data, plan)
    found = evaluate_panel(plan, grid, data_digest="0" * 64, book=ek.MetricBook.load())
    return plan, data, release(found, grid, plan)


@pytest.mark.parametrize(
    ("said", "word"),
    [
        (None, "holm"),
        ("holm", "holm"),
        ("hochberg", "hochberg"),
        ("benjamini_hochberg", "bh"),
        ("gatekeeping", "serial_gatekeeping"),
    ],
)
def test_each_family_is_adjusted_as_by_hand(kit, said, word) -> None:
    """E3 is withheld for its small counts and counts as a test all the same."""
    *_, shown = released(kit, said)
    first, second, third, alone, described = shown.estimates
    assert third.reason.code == "small_count"
    assert (third.p_adjusted, third.multiplicity) == (None, None)
    p_values = np.array([first.p_value, second.p_value, np.nan])
    tiers = {"tiers": np.array([0, 1, 1])} if "gatekeeping" in word else {}
    by_hand = ek.adjust(p_values, method=word, **tiers)
    assert [first.p_adjusted, second.p_adjusted] == by_hand[:2].tolist()
    assert first.multiplicity == second.multiplicity == word
    assert first.p_adjusted > first.p_value or word == "serial_gatekeeping"
    assert alone.p_adjusted == pytest.approx(alone.p_value, rel=1e-15)
    assert (described.p_adjusted, described.multiplicity) == (None, None)


def test_none_adjusts_nothing(kit) -> None:
    *_, shown = released(kit, "none")
    assert {item.p_adjusted for item in shown.estimates} == {None}


def test_the_size_of_a_family_is_that_of_the_plan(kit) -> None:
    """One question more that cannot be answered makes the others no surer."""
    *_, two = released(kit, "holm", ASKED[:2])
    *_, three = released(kit, "holm", ASKED[:3])
    smaller = min(two.estimates.get(name).p_value for name in ("E1", "E2"))
    assert min(item.p_adjusted for item in two.estimates) == pytest.approx(2 * smaller)
    assert min(item.p_adjusted for item in three.estimates if item.p_adjusted) == pytest.approx(3 * smaller)


def test_adjusted_p_values_come_back_from_the_disk(kit, tmp_path) -> None:
    plan, data, shown = released(kit, "holm")
    book = ek.MetricBook.load()
    drawn = figures.all_figures(shown, plan, book)
    artifacts.write(
        tmp_path / "a", plan=plan, dataset=data, released=shown, figures=drawn, true_values={}, codebook_digest="0"
    )
    read = artifacts.read(tmp_path / "a")
    assert read.released.estimates.items == shown.estimates.items
    assert read.plan.digest == plan.digest
    frame = pl.read_csv(tmp_path / "a" / "estimates.csv")
    assert frame["p_adjusted"].drop_nulls().len() == 3
    assert frame["multiplicity"].drop_nulls().unique().to_list() == ["holm"]
