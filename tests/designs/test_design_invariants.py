"""What must hold of every design whatever the numbers."""

from __future__ import annotations

import math

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import evalkit as ek
from evalkit.designs import REGISTRY
from evalkit.estimates import Estimate
from evalkit.plan import Plan
from evalkit.vocabulary import DesignId, EstimateStatus, Scale

BOOK = ek.MetricBook.load()
YEARS = (2022, 2023, 2024, 2025)
COUNTS = st.lists(st.integers(1, 60), min_size=4, max_size=4)
PEOPLE = st.lists(st.integers(1_000, 50_000), min_size=4, max_size=4)
ROUNDS = settings(max_examples=8, deadline=None)


def world(from_tables, sides: dict[str, tuple[list[int], list[float]]]):
    outcomes = [
        f"{unit} | {year} | P1 | {count}"
        for unit, (counts, _) in sides.items()
        for year, count in zip(YEARS, counts, strict=True)
    ]
    exposure = [
        f"{unit} | {year} | N1 | {size}"
        for unit, (_, sizes) in sides.items()
        for year, size in zip(YEARS, sizes, strict=True)
    ]
    coverage = [f"{unit} | P1 | 2022-01-01 | 2025-12-31" for unit in sides]
    return from_tables(
        "\n".join(["unit_id | period | metric | value", *outcomes]),
        "\n".join(["unit_id | period | exposure | value", *exposure]),
        "\n".join(["unit_id | metric | covered_from | covered_to", *coverage]),
    )


def estimate(plan: Plan, data) -> Estimate:
    return ek.evaluate(plan, data, book=BOOK).get("E1")


def same(one: Estimate, other: Estimate, factor: float = 1.0) -> bool:
    pairs = zip(
        (one.estimate, one.conf_low, one.conf_high), (other.estimate, other.conf_low, other.conf_high), strict=True
    )
    return all(math.isclose(first * factor, second, rel_tol=1e-6) for first, second in pairs)


@pytest.fixture
def plans(plan_of) -> dict[DesignId, Plan]:
    return {
        DesignId.D1: plan_of(design="D1", comparison=None, before=None),
        DesignId.D2: plan_of(design="D2", comparison=None),
        DesignId.D3: plan_of(),
    }


@pytest.mark.parametrize("design", list(DesignId))
def test_the_registry_says_what_a_design_is(design: DesignId) -> None:
    entry = REGISTRY[design]
    for text in (entry.name, entry.identifies, entry.must_be_true):
        assert text.sv
        assert text.en
        assert text.sv != text.en
    assert 1 <= entry.maryland <= 5


def test_each_design_has_its_scale(from_tables, plans) -> None:
    data = world(from_tables, {"0127": ([5, 6, 7, 9], [1000] * 4), "0180": ([50, 60, 70, 80], [9000] * 4)})
    found = {design: estimate(plan, data) for design, plan in plans.items()}
    assert {design: item.scale for design, item in found.items()} == {
        DesignId.D1: Scale.RATE,
        DesignId.D2: Scale.RATE_RATIO,
        DesignId.D3: Scale.RATIO_OF_RATE_RATIOS,
    }
    assert all(REGISTRY[design].scale is item.scale for design, item in found.items())
    assert all(item.design is design for design, item in found.items())


@settings(max_examples=4, deadline=None)
@given(own=COUNTS, other=COUNTS, sizes=PEOPLE, factor=st.sampled_from([0.001, 10.0, 3.7]))
def test_the_unit_of_the_exposure_changes_no_ratio(from_tables, own, other, sizes, factor: float) -> None:
    """Per inhabitant or per thousand: a rate is multiplied, a ratio stays."""
    plain = world(from_tables, {"0127": (own, sizes), "0180": (other, sizes)})
    scaled = [size * factor for size in sizes]
    turned = world(from_tables, {"0127": (own, scaled), "0180": (other, scaled)})
    for design, plan in all_plans().items():
        one, two = estimate(plan, plain), estimate(plan, turned)
        assert one.method == two.method
        assert same(one, two, factor=1 / factor if design is DesignId.D1 else 1.0)


@ROUNDS
@given(own=COUNTS, other=COUNTS, sizes=PEOPLE)
def test_exchanging_the_sides_inverts_the_ratio(from_tables, own, other, sizes) -> None:
    data = world(from_tables, {"0127": (own, sizes), "0180": (other, sizes)})
    one, two = estimate(all_plans()[DesignId.D3], data), estimate(all_plans(turned=True)[DesignId.D3], data)
    assert math.isclose(one.estimate * two.estimate, 1, rel_tol=1e-9)
    assert math.isclose(one.conf_low * two.conf_high, 1, rel_tol=1e-6)
    assert math.isclose(one.p_value, two.p_value, rel_tol=1e-6, abs_tol=1e-12)


@ROUNDS
@given(own=COUNTS, other=COUNTS, sizes=PEOPLE)
def test_the_difference_is_the_quotient_of_the_two_changes(from_tables, own, other, sizes) -> None:
    data = world(from_tables, {"0127": (own, sizes), "0180": (other, sizes)})
    plans, turned = all_plans(), all_plans(turned=True)
    both = estimate(plans[DesignId.D3], data).estimate
    here, there = estimate(plans[DesignId.D2], data).estimate, estimate(turned[DesignId.D2], data).estimate
    assert math.isclose(both, here / there, rel_tol=1e-9)


@ROUNDS
@given(own=COUNTS, other=COUNTS, sizes=PEOPLE)
def test_the_interval_the_p_value_and_the_estimate_agree(from_tables, own, other, sizes) -> None:
    data = world(from_tables, {"0127": (own, sizes), "0180": (other, sizes)})
    for design, plan in all_plans().items():
        found = estimate(plan, data)
        assert found.conf_low <= found.estimate <= found.conf_high
        if design is not DesignId.D1:
            assume(abs(found.p_value - 0.05) > 1e-9)
            assert (found.p_value < 0.05) == (not found.conf_low <= 1 <= found.conf_high)


def all_plans(*, turned: bool = False) -> dict[DesignId, Plan]:
    """The three designs, with the sides as they are or exchanged."""
    from pathlib import Path

    words = {"sv": "x", "en": "x"}
    ends = {"fore": ("2022", "2023"), "efter": ("2024", "2025"), "hela": ("2022", "2025")}
    window = {key: {"id": key, "name": words, "first": ends[key][0], "last": ends[key][1]} for key in ends}
    group, comparison = ("b", "a") if turned else ("a", "b")
    content = {
        **dict.fromkeys(("title", "subtitle", "question", "commissioner"), words),
        "plan_version": 1,
        "slug": "x",
        "written": "2026-01-01",
        "data": {"kind": "files"},
        "frequency": "year",
        "window": window["hela"],
        "groups": [{"id": "a", "name": words, "units": ["0127"]}, {"id": "b", "name": words, "units": ["0180"]}],
        "windows": [window["fore"], window["efter"]],
        "cannot_say": [words],
    }
    entry = {
        "id": "E1",
        "question": words,
        "metric": "P1",
        "exposure": "N1",
        "date_basis": "handelse",
        "role": "primary",
        "group": group,
        "after": "efter",
    }
    parts = {
        DesignId.D1: {},
        DesignId.D2: {"before": "fore"},
        DesignId.D3: {"before": "fore", "comparison": comparison},
    }
    return {
        design: Plan.from_mapping({**content, "estimands": [{**entry, **more, "design": design.value}]}, folder=Path())
        for design, more in parts.items()
    }


@pytest.mark.parametrize("design", [DesignId.D2, DesignId.D3])
def test_a_design_without_what_it_needs_refuses(from_tables, plans, design: DesignId) -> None:
    """A plan cannot ask for it, but whoever makes an estimand by hand can."""
    from dataclasses import replace

    data = world(from_tables, {"0127": ([5, 6, 7, 9], [1000] * 4), "0180": ([50, 60, 70, 80], [9000] * 4)})
    bare = replace(plans[design].estimands[0], before=None, comparison=None)
    found = REGISTRY[design].estimate(bare, ek.panel(data, plans[design]), 0.95)
    assert (found.status, found.reason.code) == (EstimateStatus.NOT_ESTIMABLE, "design_needs")


@pytest.mark.parametrize(
    ("fore", "efter", "differ"),
    [
        (("2022-01", "2023-12"), ("2024-01", "2025-12"), False),
        (("2022-01", "2022-12"), ("2024-01", "2025-12"), False),
        (("2020-01", "2022-12"), ("2023-04", "2026-06"), True),
        (("2023-01", "2023-06"), ("2023-07", "2023-12"), True),
        (("2022-04", "2022-06"), ("2023-04", "2023-06"), False),
    ],
)
def test_windows_with_unlike_seasons_say_so(from_tables, plan_of, fore, efter, *, differ: bool) -> None:
    plan = plan_of(design="D2", comparison=None, frequency="month", fore=fore, efter=efter)
    months = ek.evaluate(plan, from_tables(units=("0127", "0180")), book=BOOK).get("E1")
    assert ("seasons_differ" in {item.code for item in months.assumptions}) is differ


@pytest.mark.parametrize(
    ("table", "qualifier", "code"),
    [
        ("outcomes", "derived", "derived_figures"),
        ("exposure", "derived", "derived_figures"),
        ("outcomes", "approximate", "approximate_figures"),
        ("outcomes", "carried_forward", "count_carried_forward"),
        ("exposure", "carried_forward", "exposure_carried_forward"),
        ("outcomes", "exact", None),
    ],
)
def test_how_a_figure_came_about_is_said_of_the_right_figure(from_tables, plans, table, qualifier, code) -> None:
    from dataclasses import replace

    import polars as pl

    data = world(from_tables, {"0127": ([5, 6, 7, 9], [1000] * 4), "0180": ([50, 60, 70, 80], [9000] * 4)})
    marked = replace(data, **{table: getattr(data, table).with_columns(qualifier=pl.lit(qualifier))})
    found = {item.code for item in estimate(plans[DesignId.D1], marked).assumptions}
    told = {"derived_figures", "approximate_figures", "count_carried_forward", "exposure_carried_forward"} & found
    assert told == ({code} if code else set())
