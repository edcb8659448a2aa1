"""Areas of unlike size that join: what they are worth, and errors that take it up."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from scipy import stats

import evalkit as ek
from evalkit.inference import event_study, extended_twfe, fixed_effects
from evalkit.inference.absorbing import Effects
from evalkit.inference.group_time import JoiningPanel, effects, plan_cells
from evalkit.inference.group_time_averages import Average, average, plan_average
from evalkit.inference.group_time_jackknife import LeftOut
from evalkit.inference.joining_rule import Clusters
from evalkit.statements import Statement

NAMES = {"unit": "area", "period": "year", "count": "found", "exposure": "visits", "joined": "joined"}
DATES = np.repeat([2, 3, 6], 10)


def panel(sizes: np.ndarray, seed: int = 1) -> JoiningPanel:
    rng = np.random.default_rng(seed)
    exposure = np.repeat(sizes[:, None], 6, axis=1) * 40
    counts = rng.poisson(exposure * np.exp(rng.normal(0, 0.3, exposure.shape))).astype(float)
    return JoiningPanel(counts, exposure, DATES, np.ones(30), ratio=True)


def frame(given: JoiningPanel) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "area": np.repeat(np.arange(30), 6),
            "year": np.tile(np.arange(6), 30),
            "found": given.top.ravel().astype(int),
            "visits": given.bottom.ravel(),
            "joined": pl.Series(np.repeat(given.joined, 6)).replace(6, None),
        }
    )


def uneven(largest: float) -> np.ndarray:
    """Ten alike in each group, but the first of the first group."""
    return np.where(np.arange(30) == 0, largest, 1.0)


def test_parts_are_the_changes_when_a_unit_is_left_out() -> None:
    given = panel(uneven(4.0))
    plan = plan_cells(given.joined, 6, never_only=False)
    row = plan_average(plan, Average.GROUP).overall_coefficients[None, :]
    parts = LeftOut.of(given, effects(given, plan)).parts(row)[:, 0]

    def overall(units: np.ndarray) -> float:
        some = JoiningPanel(*(one[units] for one in (given.top, given.bottom, given.joined, given.weights)), ratio=True)
        return average(effects(some, plan_cells(some.joined, 6, never_only=False)), Average.GROUP).overall

    every = np.arange(30)
    changes = [overall(every[every != one]) - overall(every) for one in every]
    assert parts == pytest.approx(np.sqrt(29 / 30) * np.array(changes), rel=1e-9)


def test_one_step_of_the_extended_model_is_near_the_whole_way() -> None:
    """Within a tenth of the error: the step is Newton's, and counts of 40 bend little."""
    given = panel(uneven(4.0))
    found = extended_twfe.counts(given)
    assert not isinstance(found, Statement)
    terms = extended_twfe.cohort_terms(given.joined, 6)
    matrix = terms.matrix.reshape(30, 6, -1)
    for unit in (0, 15, 29):
        kept = np.arange(30) != unit
        effect = Effects.of(np.repeat(np.arange(29), 6), np.tile(np.arange(6), 29))
        offset = np.log(given.bottom[kept].ravel())
        fit = fixed_effects.poisson(given.top[kept].ravel(), matrix[kept].reshape(29 * 6, -1), effect, offset=offset)
        change = np.sqrt(29 / 30) * (fit.coefficients - found.estimate)
        assert found.parts[unit] == pytest.approx(change, abs=0.1 * np.sqrt(np.diag(found.covariance)).min())


def test_a_group_that_one_area_rules_is_worth_few_and_has_no_errors() -> None:
    worth = Clusters.of(DATES, 6, sizes=uneven(6.0)).worth
    assert worth.tolist() == pytest.approx([15**2 / 45, 10, 10])
    ruled = panel(uneven(20.0))
    refused = ek.extended_twfe(frame(ruled), **NAMES)
    assert refused.overall.reason.code == "too_few_effective_clusters"
    assert ek.group_time_effects(frame(ruled), **NAMES, draws=99).overall.method == "permutation"
    nested = frame(ruled).with_columns(own=pl.col("area"))
    assert ek.group_time_effects(nested, **NAMES, cluster="own").overall.reason.code == "too_few_effective_clusters"


def test_degrees_are_welchs_and_fall_with_unlike_sizes() -> None:
    parts = np.concatenate([np.full((10, 1), 2.0), np.full((20, 1), 1.0)])
    joined = np.repeat([1, 3], [10, 20])
    found = Clusters.of(joined, 3).degrees(parts)
    assert found[0] == pytest.approx((40 + 20) ** 2 / (40**2 / 9 + 20**2 / 19))
    uneven_sizes = np.where(np.arange(30) == 0, 5.0, 1.0)
    assert Clusters.of(joined, 3, sizes=uneven_sizes).degrees(parts)[0] < found[0]


def test_clusters_that_span_groups_are_a_kind_of_their_own() -> None:
    found = Clusters.of(np.tile([1, 2, 4], 30), 4, np.repeat(np.arange(30), 3))
    assert (found.number, found.kind.max(), found.worth.tolist()) == (30, 0, [30.0])
    assert found.degrees(np.ones((30, 1)))[0] == pytest.approx(29)


@pytest.mark.parametrize(("function", "word"), [(ek.group_time_effects, "influence"), (ek.extended_twfe, "robust")])
def test_classical_errors_are_given_when_asked_for_and_labelled(function, word: str) -> None:
    given = panel(uneven(5.0))
    ours, theirs = function(frame(given), **NAMES), function(frame(given), **NAMES, errors=word)
    assert (ours.overall.method, theirs.overall.method) == ("jackknife", word)
    assert theirs.overall.estimate == pytest.approx(ours.overall.estimate)
    assert theirs.overall.std_error < ours.overall.std_error
    assert "classical_errors" in [said.code for said in theirs.overall.assumptions]
    assert "classical_errors" not in [said.code for said in ours.overall.assumptions]


def test_an_answer_that_rests_on_one_area_has_no_error() -> None:
    given = panel(np.ones(30))
    lone = given.top.copy()
    lone[1:10, 4] = 0
    found = ek.group_time_effects(
        frame(JoiningPanel(lone, given.bottom, given.joined, given.weights, ratio=True)), **NAMES
    )
    codes = {one.reason.code for one in found.cells if not one.is_estimated}
    assert codes == {"rests_on_one_area"}
    assert found.overall.reason.code == "rests_on_one_area"


def test_honest_bounds_take_the_errors_and_the_fewest_degrees() -> None:
    found = ek.group_time_effects(frame(panel(uneven(4.0))), **NAMES, base="universal")
    first = found.by_time_since.numbers.filter(pl.Series(found.by_time_since.groups["since"] == 0))
    at = found.event.since.tolist().index(0)
    assert np.sqrt(found.event.covariance[at, at]) == pytest.approx(first["std_error"].item())
    # The limits told are those of Student's t on no fewer degrees than the study has.
    reach = np.log(first["conf_high"].item() / first["estimate"].item()) / first["std_error"].item()
    assert reach <= stats.t.ppf(0.975, found.event.df) + 1e-9


def test_weights_by_an_estimated_covariance_widen_smooth_limits_only() -> None:
    given = [-4, -3, -2, 0, 1], [0.01, -0.02, 0.01, 0.3, 0.4], np.eye(5) * 0.001
    known, estimated = (ek.EventCoefficients(*given, ratio=True, covariance_df=one) for one in (None, 20.0))

    def width(event: ek.EventCoefficients, restriction: str) -> float:
        row = ek.honest_bounds(event, restriction=restriction, m=[]).bounds.row(0)
        return float(np.log(row[2] / row[1]))

    # Two weights are free: the line takes one of the three before.
    assert width(estimated, "smooth") / width(known, "smooth") == pytest.approx(np.sqrt(20 / 18 * 19 / 17), rel=1e-4)
    assert width(estimated, "relative") == pytest.approx(width(known, "relative"))
    few = ek.EventCoefficients(*given, ratio=True, covariance_df=3.0)
    assert ek.honest_bounds(few, restriction="smooth").reason.code == "periods_go_together"


def test_an_event_study_refuses_a_side_that_one_area_rules() -> None:
    sizes = np.where(np.arange(30) == 0, 20.0, 1.0)
    counts = np.random.default_rng(1).poisson(sizes[:, None] * np.full(6, 30.0))
    since = event_study.bins(6, 3, 1)
    found = event_study.clustered(counts, np.ones((30, 6)), np.arange(30) < 10, since, conf_level=0.95)
    assert isinstance(found, Statement)
    assert found.code == "too_few_effective_clusters"
