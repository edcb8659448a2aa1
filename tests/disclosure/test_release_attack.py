"""No hidden count can be bounded to fewer values than the threshold, whatever is put together."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evalkit.vocabulary import Frequency

WINDOWS = {
    "w20_22": ("2020", "2022"),
    "w20_21": ("2020", "2021"),
    "w23_25": ("2023", "2025"),
    "w24_25": ("2024", "2025"),
    "w25": ("2025", "2025"),
    "w_all": ("2020", "2025"),
}
QUARTERS = WINDOWS | {"q22_24": ("2022-Q2", "2024-Q3"), "q23": ("2023-Q2", "2025-Q4")}


def level(id_, metric, after, group="a", exposure=None, **more):
    exposure = exposure or {"B2": "N1", "T1": "N3", "C1g": "N10", "P1": "N1"}[metric]
    return {"id": id_, "metric": metric, "exposure": exposure, "design": "D1", "group": group, "after": after} | more


def change(id_, metric, before, after, group="a", **more):
    return level(id_, metric, after, group, **more) | {"design": "D2", "before": before}


def compared(change_, other):
    return change_ | {"design": "D3", "comparison": other}


def shown(released, group="a", series=None):
    rows = released.series.filter(group=group)
    return (rows if series is None else rows.filter(series=series))["count"].to_list()


def test_one_small_year_takes_another_with_it_when_the_sum_is_shown(kit):
    world = kit.World({("B2", None): {"0127": (3, 8, 9, 20, 21, 22)}}, last="2025")
    plan = world.plan([level("E1", "B2", "w20_22")], windows=WINDOWS, groups={"a": ("0127",)})
    released = world.release(plan)

    # Annual figures: φ over three years would tell the hidden ones apart, so the estimate goes instead.
    assert released.estimates.get("E1").reason.code == "small_count"
    kit.assert_nothing_leaks(world, plan, released)


def test_monthly_figures_keep_the_estimate_and_hide_two_years(kit):
    years = [[0, 1, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0], [1] * 12, [1, 2] * 6, [2] * 12, [2] * 12, [2] * 12]
    world = kit.World(
        {("B2", None): {"0127": [count for year in years for count in year]}}, Frequency.MONTH, "2020-01", "2025-12"
    )
    plan = world.plan([level("E1", "B2", "w20_22")], windows=WINDOWS, groups={"a": ("0127",)})
    released = world.release(plan)

    assert released.estimates.get("E1").events == 33
    assert shown(released) == [None, None, 18, 24, 24, 24]
    assert released.log[0].hidden == 2
    kit.assert_nothing_leaks(world, plan, released)


def test_windows_that_overlap_do_not_give_the_year_between_them(kit):
    """20 for 2020–2022 and 17 for 2020–2021 would be 3 for 2022."""
    years = [[1, 0, 1, 1] * 2 + [1, 1, 0, 0], [1, 1, 0, 1] * 3, [0] * 9 + [1, 1, 1], [2] * 12, [2] * 12, [2] * 12]
    world = kit.World(
        {("B2", None): {"0127": [count for year in years for count in year]}}, Frequency.MONTH, "2020-01", "2025-12"
    )
    estimands = [level("E1", "B2", "w20_22") | {"role": "primary"}, level("E2", "B2", "w20_21")]
    plan = world.plan(estimands, windows=WINDOWS, groups={"a": ("0127",)})
    released = world.release(plan)

    assert released.estimates.get("E1").events == 20
    assert not released.estimates.get("E2").is_estimated
    kit.assert_nothing_leaks(world, plan, released)


def test_part_of_a_year_left_between_a_window_and_the_years_is_protected(kit):
    """The window from April 2023 less 2024 and 2025 would be April to December 2023."""
    years = [[2] * 12, [2] * 12, [2] * 12, [3] * 3 + [0] * 7 + [1, 1], [1] * 12, [1] * 12]
    world = kit.World(
        {("B2", None): {"0127": [count for year in years for count in year]}}, Frequency.MONTH, "2020-01", "2025-12"
    )
    plan = world.plan([level("E1", "B2", "q23")], windows=QUARTERS, groups={"a": ("0127",)})
    released = world.release(plan)

    assert released.estimates.get("E1").events == 26
    assert None in shown(released)[3:]
    kit.assert_nothing_leaks(world, plan, released)


def test_groups_that_are_unions_of_others(kit):
    counts = {"0127": (6, 7, 8, 2, 9, 9), "0180": (30, 31, 32, 33, 34, 35)}
    world = kit.World({("B2", None): counts})
    groups = {"a": ("0127",), "b": ("0180",), "ab": ("0127", "0180")}
    plan = world.plan(
        [level(f"E{n}", "B2", "w25", group) for n, group in enumerate(groups, 1)], windows=WINDOWS, groups=groups
    )
    released = world.release(plan)

    assert shown(released)[3] is None
    assert None in (shown(released, "b")[3], shown(released, "ab")[3]), "a = ab − b"
    kit.assert_nothing_leaks(world, plan, released)


def test_a_metric_and_one_of_its_categories(kit):
    """Nine decisions of which seven warnings would be two of another kind."""
    counts = {
        ("T1", "varning"): {"0127": (7, 9, 9, 9, 9, 9)},
        ("T1", "aterkallelse"): {"0127": (2, 8, 8, 8, 8, 8)},
    }
    world = kit.World(counts)
    plan = world.plan(
        [level("E1", "T1", "w25"), level("E2", "T1", "w25", category="varning")],
        windows=WINDOWS,
        groups={"a": ("0127",)},
    )
    released = world.release(plan)

    total, part = (shown(released, series=item.key) for item in plan.series)
    assert (total[0] is None) != (part[0] is None)
    assert total[1:] == [17] * 5
    kit.assert_nothing_leaks(world, plan, released)


def test_one_metric_over_two_exposures_is_hidden_in_both(kit):
    years = [[1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0], [1] * 12, [1, 2] * 6, [2] * 12, [2] * 12, [2] * 12]
    world = kit.World(
        {("B2", None): {"0127": [count for year in years for count in year]}}, Frequency.MONTH, "2020-01", "2025-12"
    )
    plan = world.plan(
        [level("E1", "B2", "w20_22"), level("E2", "B2", "w23_25", exposure="N10")],
        windows=WINDOWS,
        groups={"a": ("0127",)},
    )
    released = world.release(plan)

    first, second = (shown(released, series=item.key) for item in plan.series)
    assert first == second
    assert first[:2] == [None, None]
    kit.assert_nothing_leaks(world, plan, released)


metrics = st.sampled_from([("B2", None), ("T1", "varning"), ("C1g", None)])
small_years = st.lists(st.integers(0, 14), min_size=6, max_size=6)
small_quarters = st.lists(st.integers(0, 6), min_size=24, max_size=24)


@st.composite
def plans(draw, windows):
    """Up to five estimands of all designs, over windows and groups that overlap as they like."""
    groups = {"a": ("0127",), "b": ("0180",), "c": ("9901",), "ab": ("0127", "0180"), "abc": ("0127", "0180", "9901")}
    estimands = []
    for number in range(draw(st.integers(1, 5))):
        metric, category = draw(metrics)
        more = {"category": category} if draw(st.booleans()) else {}
        kind, group = draw(st.sampled_from(["D1", "D2", "D3"])), draw(st.sampled_from(sorted(groups)))
        apart = [other for other in groups if not set(groups[other]) & set(groups[group])]
        after = draw(st.sampled_from([id_ for id_, ends in windows.items() if ends[0] >= "2023"]))
        before = draw(st.sampled_from(["w20_22", "w20_21"]))
        if kind == "D3" and apart:
            made = compared(change(f"E{number}", metric, before, after, group, **more), draw(st.sampled_from(apart)))
        elif kind == "D2":
            made = change(f"E{number}", metric, before, after, group, **more)
        else:
            made = level(f"E{number}", metric, draw(st.sampled_from(sorted(windows))), group, **more)
        estimands.append(made)
    return estimands, groups


QUICK = settings(max_examples=12, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


def attack(kit, frequency, drawn, series):
    estimands, groups = drawn
    keys = (("B2", None), ("T1", "varning"), ("T1", "erinran"), ("C1g", None))
    units = ("0127", "0180", "9901")
    counts = {
        key: {unit: series[3 * row + column] for column, unit in enumerate(units)} for row, key in enumerate(keys)
    }
    ends = ("2020", "2025") if frequency is Frequency.YEAR else ("2020-Q1", "2025-Q4")
    world = kit.World(counts, frequency, *ends)
    plan = world.plan(estimands, windows=QUARTERS if frequency is Frequency.QUARTER else WINDOWS, groups=groups)
    kit.assert_nothing_leaks(world, plan, world.release(plan))


@QUICK
@given(drawn=plans(WINDOWS), series=st.lists(small_years, min_size=12, max_size=12))
def test_any_plan_on_small_annual_counts(kit, drawn, series):
    attack(kit, Frequency.YEAR, drawn, series)


@QUICK
@given(drawn=plans(QUARTERS), series=st.lists(small_quarters, min_size=12, max_size=12))
def test_any_plan_on_small_quarterly_counts(kit, drawn, series):
    attack(kit, Frequency.QUARTER, drawn, series)
