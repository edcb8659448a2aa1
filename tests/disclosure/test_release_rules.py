"""What each rule hides, rounds and says, and that a release fails closed."""

from __future__ import annotations

import math
from dataclasses import replace

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import evalkit as ek
from evalkit import evaluation, figures, policy, protection, views
from evalkit.disclosure import DEFAULT_POLICY, Policy, Rule, release
from evalkit.errors import DisclosureError
from evalkit.evaluation import evaluate_panel
from evalkit.inference.summed import CellSeries, compare
from evalkit.language import Language
from evalkit.panels import panel
from evalkit.protection import Number, protect
from evalkit.vocabulary import Frequency, Sensitivity

WINDOWS = {"fore": ("2022", "2022"), "efter": ("2023", "2023"), "bada": ("2022", "2023")}
GROUPS = {"a": ("0127",), "b": ("0180",)}
D1 = {"id": "E1", "design": "D1", "group": "a", "after": "efter"}
D2 = D1 | {"design": "D2", "before": "fore"}
D3 = D2 | {"design": "D3", "comparison": "b"}


def one(kit, counts, item, *, metric="C1g", exposure="N10", frequency=Frequency.YEAR):
    """The world with one estimand, its plan and its release."""
    ends = ("2022", "2023") if frequency is Frequency.YEAR else ("2022-01", "2023-12")
    world = kit.World({(metric, None): counts}, frequency, *ends)
    plan = world.plan([item | {"metric": metric, "exposure": exposure}], windows=WINDOWS, groups=GROUPS)
    return plan, world.release(plan)


@given(st.integers(0, 500), st.integers(1, 20))
def test_what_is_known_of_a_rounded_count_is_every_count_that_rounds_to_it(count, base):
    rule = Rule(threshold=0, base=base)
    low, high = rule.known(count)

    assert low <= count <= high
    assert high - low <= base - 1
    assert {rule.rounded(other) for other in range(low, high + 1)} == {rule.rounded(count)}
    assert rule.rounded(high + 1) != rule.rounded(count)


def test_a_count_that_is_shown_is_known_to_reach_the_threshold():
    assert Rule(threshold=10, base=5).known(11) == (10, 12)


@pytest.mark.parametrize(("threshold", "base"), [(-1, 1), (0, 0)])
def test_a_rule_without_meaning_is_refused(threshold, base):
    with pytest.raises(ValueError, match="threshold"):
        Rule(threshold=threshold, base=base)


def test_every_sensitivity_has_a_rule():
    assert {sensitivity: DEFAULT_POLICY.rule(sensitivity) for sensitivity in Sensitivity} == {
        Sensitivity.OPEN: Rule(0, 1),
        Sensitivity.BUSINESS: Rule(5, 1),
        Sensitivity.PERSON: Rule(10, 5),
    }


@pytest.mark.parametrize(
    ("counts", "item", "told_before"),
    [
        ({"0127": (0, 0), "0180": (20, 20)}, D2, "no_events"),
        ({"0127": (0, 0), "0180": (20, 20)}, D3, "empty_margin"),
        ({"0127": (0, 20), "0180": (20, 20)}, D3, None),
        ({"0127": (12, 0), "0180": (20, 20)}, D1, None),
        ({"0127": (12, 9), "0180": (20, 20)}, D1, None),
    ],
)
def test_a_refusal_tells_of_a_small_count_and_never_of_a_zero(kit, counts, item, told_before):
    plan, released = one(kit, counts, item)
    world = kit.World({("C1g", None): counts}, Frequency.YEAR, "2022", "2023")
    before = evaluation.evaluate_panel(plan, panel(world.dataset(), plan), data_digest="", book=kit.book).get("E1")
    found = released.estimates.get("E1")

    assert (before.reason.code if before.reason else None) == told_before
    assert found.reason.code == "small_count"
    assert "10" in found.reason.text.sv
    assert (found.events, found.cells, found.dispersion, found.df, found.p_value) == (None, (), None, None, None)
    assert {statement.code for statement in found.assumptions}.isdisjoint({"overdispersed", "dispersion_unknown"})


def test_an_open_metric_is_told_as_it_is(kit):
    _, released = one(kit, {"0127": (0, 0), "0180": (2, 3)}, D2, metric="P1", exposure="N1")

    assert released.estimates.get("E1").reason.code == "no_events"
    assert released.series["count"].to_list() == [0, 0]
    assert released.log[0].hidden == 0


def test_persons_are_rounded_and_zeros_hidden(kit):
    _, released = one(kit, {"0127": (0, 13), "0180": (10, 18)}, D1 | {"after": "bada"})

    assert released.series["count"].to_list() == [None, 15]
    assert released.series["status"].to_list() == ["suppressed", "value"]
    shown = released.series.filter(pl.col("count").is_not_null()).row(0, named=True)
    assert shown["rate"] == 15 / shown["exposure"]


@pytest.mark.parametrize("item", [D1, D2, D3])
def test_counts_that_are_shown_alike_cannot_be_told_apart(kit, item):
    """The exact interval of two counts is a function of them; here it is one of the rounded counts."""
    made = [one(kit, {"0127": own, "0180": other}, item) for own, other in (((10, 20), (30, 44)), ((12, 18), (32, 46)))]
    first, second = (released for _, released in made)

    assert first.estimates.get("E1").is_estimated
    assert first.estimates.items == second.estimates.items
    assert first.series.equals(second.series)
    drawn = [figures.all_figures(released, plan, kit.book) for plan, released in made]
    assert drawn[0] == drawn[1]
    assert drawn[0]


def test_the_spread_is_told_with_two_digits_and_the_interval_follows(kit):
    months = {"0127": (3, 9, 2, 8, 1, 9, 3, 12, 2, 7, 1, 8) * 2, "0180": (5, 6) * 12}
    plan, released = one(kit, months, D2, metric="B2", exposure="N1", frequency=Frequency.MONTH)
    world = kit.World({("B2", None): months}, Frequency.MONTH, "2022-01", "2023-12")
    before = evaluate_panel(plan, panel(world.dataset(), plan), data_digest="", book=kit.book).get("E1")
    after = released.estimates.get("E1")

    assert after.method == "quasi_poisson"
    assert before.dispersion < after.dispersion <= 1.1 * before.dispersion
    assert after.dispersion == round(after.dispersion, 1)
    assert after.estimate == pytest.approx(before.estimate, rel=1e-12)
    widened = math.sqrt(after.dispersion / before.dispersion)
    assert after.std_error == pytest.approx(before.std_error * widened, rel=1e-9)
    assert math.log(after.conf_high / after.estimate) == pytest.approx(
        math.log(before.conf_high / before.estimate) * widened, rel=1e-9
    )
    assert after.p_value > before.p_value


def test_a_reader_can_compute_the_interval_from_what_is_shown(kit):
    _, released = one(kit, {"0127": (21, 33), "0180": (40, 58)}, D3)
    found = released.estimates.get("E1")
    cells = [
        CellSeries(pl.Series([cell.events]).to_numpy(), pl.Series([cell.exposure]).to_numpy()) for cell in found.cells
    ]
    again = compare(cells).interval

    assert [cell.events for cell in found.cells] == [35, 20, 60, 40]
    assert (found.estimate, found.conf_low, found.conf_high, found.p_value) == (
        again.estimate,
        again.low,
        again.high,
        again.p_value,
    )


@pytest.mark.parametrize(
    ("phi", "shown"), [(1.968, 2.0), (1.2, 1.2), (0.985, 0.99), (9.96, 10.0), (12.1, 13.0), (0, 0)]
)
def test_phi_is_rounded_up_to_two_digits(phi, shown):
    assert policy.two_digits_up(phi) == shown


def test_two_hidden_years_are_not_told_to_be_small_both(kit):
    """Four and four make eight; who is told that both are below five knows each of them."""
    world = kit.World({("B2", None): {"0127": (4, 4, 20, 20, 20, 20)}})
    plan = world.plan(
        [D1 | {"metric": "B2", "exposure": "N1", "after": "w"}],
        windows={"w": ("2025", "2025")},
        groups={"a": ("0127",)},
    )
    entry = world.release(plan).log[0]

    assert list(type(entry).__slots__) == ["series", "hidden", "threshold"]
    assert (entry.hidden, entry.threshold) == (2, 5)


def test_a_stricter_policy_is_followed_and_kept(kit):
    world = kit.World({("P1", None): {"0127": (3, 40)}}, Frequency.YEAR, "2022", "2023")
    plan = world.plan([D1 | {"metric": "P1", "exposure": "N1"}], windows=WINDOWS, groups={"a": ("0127",)})
    policy = Policy(open=Rule(threshold=5, base=10))
    released = world.release(plan, policy)

    assert released.series["count"].to_list() == [None, 40]
    assert released.policy == policy


def test_a_metric_without_known_sensitivity_stops_the_release(kit):
    world = kit.World({("B2", None): {"0127": (9, 9)}}, Frequency.YEAR, "2022", "2023")
    plan = world.plan([D1 | {"metric": "B2", "exposure": "N1"}], windows=WINDOWS, groups={"a": ("0127",)})
    grid = panel(world.dataset(), plan)
    estimates = evaluate_panel(plan, grid, data_digest="", book=kit.book)

    class Forgetful:
        @staticmethod
        def metric(_code):
            return None

    with pytest.raises(DisclosureError) as caught:
        release(estimates, grid, plan, book=Forgetful())
    assert [problem.code for problem in caught.value.problems] == ["disclosure_unknown_metric"]


def _parts(kit):
    world = kit.World({("B2", None): {"0127": (9, 9), "0180": (9, 9)}}, Frequency.YEAR, "2022", "2023")
    plan = world.plan([D1 | {"metric": "B2", "exposure": "N1"}], windows=WINDOWS, groups=GROUPS)
    grid = panel(world.dataset(), plan)
    return world, plan, grid, evaluate_panel(plan, grid, data_digest="", book=kit.book)


def test_estimates_of_another_plan_stop_the_release(kit):
    _, plan, grid, estimates = _parts(kit)
    stranger = replace(estimates, provenance=replace(estimates.provenance, plan_digest="0" * 64))

    with pytest.raises(DisclosureError, match="hör inte ihop"):
        release(stranger, grid, plan)


def test_estimates_that_left_one_out_stop_the_release(kit):
    _, plan, grid, estimates = _parts(kit)

    with pytest.raises(DisclosureError, match="hör inte ihop"):
        release(replace(estimates, items=()), grid, plan)


def test_a_panel_without_a_unit_of_the_plan_stops_the_release(kit):
    world, plan, _, estimates = _parts(kit)

    with pytest.raises(DisclosureError, match="hör inte ihop"):
        release(estimates, panel(world.dataset(), plan, units=("0180",)), plan)


def test_a_panel_of_other_counts_stops_the_release(kit):
    _, plan, _, estimates = _parts(kit)
    other = kit.World({("B2", None): {"0127": (9, 8), "0180": (9, 9)}}, Frequency.YEAR, "2022", "2023")

    with pytest.raises(DisclosureError, match="hör inte ihop"):
        release(estimates, panel(other.dataset(), plan), plan)


def test_a_metric_cut_in_two_ways_stops_the_release(kit):
    world = kit.World({("T1", "varning"): {"0127": (9, 9)}}, Frequency.YEAR, "2022", "2023")
    base = D1 | {"metric": "T1", "exposure": "N3"}
    plan = world.plan(
        [base | {"category": "varning"}, base | {"id": "E2", "model": "otto"}], windows=WINDOWS, groups={"a": ("0127",)}
    )
    grid = panel(world.dataset(), plan)
    estimates = evaluate_panel(plan, grid, data_digest="", book=kit.book)

    with pytest.raises(DisclosureError) as caught:
        release(estimates, grid, plan)
    assert [problem.code for problem in caught.value.problems] == ["disclosure_cuts_cross"]


def test_a_solver_that_fails_makes_more_hidden_not_less(monkeypatch):
    class Failed:
        status, success, fun = 4, False, None

    monkeypatch.setattr("scipy.optimize.linprog", lambda *_args, **_options: Failed)
    numbers = [Number(frozenset({place}), count, count, (0, count)) for place, count in enumerate((3, 8, 9))]
    total = Number(frozenset({0, 1, 2}), 20, 20, (1,))

    assert protect((3, 8, 9), [*numbers, total], hidden={0}, threshold=5) >= {0, 3}


def test_nothing_more_is_hidden_where_nothing_is_small():
    numbers = [Number(frozenset({place}), 9, 9, (0, 9)) for place in range(3)]

    assert protect((9, 9, 9), [*numbers, Number(frozenset({0, 1, 2}), 27, 27, (1,))], hidden=(), threshold=5) == set()


def test_what_is_dear_is_kept_when_something_cheaper_helps():
    """Two totals give 2022 away: the dearer stays, the cheaper goes with one more year."""
    years = [Number(frozenset({place}), count, count, (0, count)) for place, count in enumerate((8, 9, 3, 24))]
    secondary, primary = Number(frozenset({0, 1}), 17, 17, (1, 0)), Number(frozenset({0, 1, 2}), 20, 20, (1, 1))

    assert protect((8, 9, 3, 24), [*years, secondary, primary], hidden={2}, threshold=5) == {0, 2, 4}


def test_figures_can_be_drawn_without_coverage(kit):
    folder = ek.resources.analyses() / "samordnad-tillsyn-otto"
    plan, dataset = ek.Plan.load(folder), ek.load(folder)
    released = release(ek.evaluate(plan, dataset), ek.panel(dataset, plan), plan)

    assert figures.coverage(released, plan, kit.book, Language.SV) is None
    assert repr(released).startswith("Released: ")


def test_the_notebook_view_marks_synthetic_values(kit):
    _, released = one(kit, {"0127": (21, 33), "0180": (40, 58)}, D1)

    assert "SYNTETISKA" not in released._repr_html_()
    assert "SYNTETISKA" in replace(released, synthetic=True)._repr_html_()
    assert "SYNTETISKA" in views.estimates_view(released.estimates.items, synthetic=True)


def test_protection_needs_no_more_than_its_doctest_says():
    assert protection.protect((), [], hidden=(), threshold=5) == frozenset()
