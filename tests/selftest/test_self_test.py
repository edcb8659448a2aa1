"""The self-test learns from the time before, puts in effects it knows, and counts how often a design is right."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import numpy as np
import polars as pl
import pytest
from typer.testing import CliRunner

import evalkit as ek
from evalkit import columns, tables
from evalkit.cli import app
from evalkit.errors import EstimationError
from evalkit.inference.shocks import correlation_of_shocks, shocks
from evalkit.inference.trend import autocorrelation
from evalkit.language import Language, Text
from evalkit.panels import Panel
from evalkit.selftest import SelfTest, Trial
from evalkit.selftest.history import History, learn
from evalkit.selftest.trials import Worlds, trial
from evalkit.selftest.worlds import world
from evalkit.statements import Statement
from evalkit.vocabulary import DateBasis, DesignId, Frequency, Role
from evalkit.wording.selftest import self_test_read, self_test_text

SERIES = ek.Series("B2", "N1", DateBasis.BESLUT)
MONTHS = [date(2018 + month // 12, month % 12 + 1, 1) for month in range(96)]
BEFORE = ek.Window("fore", Text("före", "before"), MONTHS[0], date(2021, 12, 31))
AFTER = ek.Window("efter", Text("efter", "after"), date(2022, 1, 1), date(2025, 12, 31))
RATES = {"a": 0.02, "b": 0.01, "c": 0.03}


def panel(means: dict[str, np.ndarray], *, seed: int = 1) -> Panel:
    rng = np.random.default_rng(seed)
    frames = [
        pl.DataFrame(
            {
                "series": SERIES.key,
                "metric": "B2",
                "category": None,
                "unit_id": unit,
                "period": MONTHS,
                "count": rng.poisson(mean),
                "cases": None,
                "largest_case": None,
                "status": "value",
                "qualifier": "exact",
                "exposure": 1000.0,
                "exposure_status": "value",
                "exposure_qualifier": "exact",
            },
            schema=columns.PANEL,
            strict=False,
        )
        for unit, mean in means.items()
    ]
    return Panel(pl.concat(frames), Frequency.MONTH, (SERIES,), tuple((unit, unit) for unit in means), synthetic=True)


def steady(*, seed: int = 1, growth: float = 0.0) -> Panel:
    time = np.arange(len(MONTHS)) - 47
    return panel({unit: 1000 * rate * np.exp(growth * time) for unit, rate in RATES.items()}, seed=seed)


ASKED = ek.Estimand(
    id="E1",
    question=Text("?", "?"),
    series=SERIES,
    design=DesignId.D3,
    role=Role.PRIMARY,
    group=ek.Group("a", Text("A", "A"), ("a",)),
    comparison=ek.Group("b", Text("B", "B"), ("b", "c")),
    before=BEFORE,
    after=AFTER,
)


def learned(grid: Panel, asked: ek.Estimand = ASKED) -> History:
    found = learn(asked, grid, BEFORE)
    assert isinstance(found, History)
    return found


def test_levels_of_both_sides_and_shares_of_units_are_learned() -> None:
    found = learned(steady(seed=3))
    assert np.exp(found.log_rates) == pytest.approx([0.02, 0.02], rel=0.15)
    assert found.shares["b"] == pytest.approx(0.5, rel=0.15)
    assert found.shares["c"] == pytest.approx(1.5, rel=0.15)
    assert found.trend == 0
    assert found.autocorrelation == 0


def test_a_sure_trend_is_carried_on_and_an_unsure_one_is_not() -> None:
    found = learned(steady(seed=4, growth=0.02))
    assert found.trend == pytest.approx(0.02, abs=0.004)
    ahead = found.log_rate(0, date(2022, 12, 1), Frequency.MONTH) - found.season[12]
    assert ahead - found.log_rates[0] == pytest.approx(12 * found.trend)


def test_the_season_is_learned_from_four_years_and_not_from_one() -> None:
    summer = np.array([0.5 if month.month == 7 else 1.0 for month in MONTHS])
    grid = panel(dict.fromkeys(RATES, 60 * summer), seed=5)
    season = learned(grid).season
    assert season[7] - season[6] == pytest.approx(np.log(0.5), abs=0.15)
    short = replace(BEFORE, first=date(2021, 1, 1))
    found = learn(replace(ASKED, before=short), grid, short)
    assert isinstance(found, History)
    assert not found.season.any()


def test_what_came_after_is_not_looked_at() -> None:
    grid = steady()
    late = pl.col("period") >= AFTER.first
    other = replace(grid, frame=grid.frame.with_columns(count=pl.when(late).then(9999).otherwise(pl.col("count"))))
    one, two = (world(ASKED, each, learned(each), BEFORE) for each in (grid, other))
    assert one.means.tolist() == two.means.tolist()
    drawn = [each.drawn(2.0, np.random.default_rng(1)).frame["count"].to_list() for each in (one, two)]
    assert drawn[0] == drawn[1]


def test_the_effect_falls_on_the_group_after_the_start_and_nowhere_else() -> None:
    made = world(ASKED, steady(), learned(steady()), BEFORE)
    plain, doubled = (
        np.mean([made.drawn(factor, np.random.default_rng(seed)).frame["count"] for seed in range(300)], axis=0)
        for factor in (1.0, 2.0)
    )
    treated = made.treated
    assert doubled[treated].sum() / plain[treated].sum() == pytest.approx(2, rel=0.02)
    assert doubled[~treated].sum() / plain[~treated].sum() == pytest.approx(1, rel=0.02)


@pytest.mark.parametrize(("dispersion", "autocorrelation"), [(1.0, 0.0), (2.0, 0.0), (4.0, 0.5)])
def test_shaken_counts_vary_and_hang_together_as_asked(dispersion: float, autocorrelation: float) -> None:
    rng = np.random.default_rng(7)
    means = np.full(60_000, 20.0)
    counts = rng.poisson(means * shocks(means, dispersion, autocorrelation, rng))
    assert counts.mean() == pytest.approx(20, rel=0.03)
    assert counts.var() / counts.mean() == pytest.approx(dispersion, rel=0.08)
    assert np.corrcoef(counts[:-1], counts[1:])[0, 1] == pytest.approx(autocorrelation, abs=0.04)


def test_the_correlation_of_lasting_shocks_is_found_again() -> None:
    """A thousand periods tell a correlation to within about 0.1."""
    means = np.full(1_000, 20.0)
    rng = np.random.default_rng(3)
    for asked in (0.2, 0.5):
        counts = rng.poisson(means * shocks(means, 3.0, asked, rng))
        assert correlation_of_shocks([(counts - 20) / np.sqrt(20)], 3.0) == pytest.approx(asked, abs=0.1)


def test_neighbours_alike_by_chance_make_no_lasting_shift_of_level() -> None:
    """A likeness that is gone after one period (a moving average) is more than φ leaves room for at the first lag."""
    noise = np.random.default_rng(5).standard_normal(2_001)
    passing = (noise[1:] + noise[:-1]) / np.sqrt(2)
    room = 0.27 / 1.27
    assert autocorrelation([passing]) > 2 * room
    assert correlation_of_shocks([passing], 1.27) < 0.95 * room


def test_a_likeness_by_chance_in_the_demonstration_makes_no_lasting_shift() -> None:
    """E6 correlates more at the first lag than φ leaves room for; read alone, intervals held it in 75 per cent."""
    plan = ek.Plan.load(ek.resources.analyses() / "demonstration")
    grid = ek.panel(ek.simulate(seed=plan.document.data.seed).load(), plan)
    item = next(one for one in plan.estimands if one.id == "E6")
    found = learn(item, grid, item.before)
    assert isinstance(found, History)
    room = (found.dispersion - 1) / found.dispersion
    assert 0 < found.autocorrelation < 0.6 * room
    tried = trial(item, Worlds(world(item, grid, found, item.before), 60, np.random.default_rng(3)), 1.0, 0.95)
    assert tried.coverage > 0.85


def test_a_gap_and_a_time_without_events_are_told_and_not_tried() -> None:
    grid = steady()
    gap = (pl.col("unit_id") == "b") & (pl.col("period") == MONTHS[5])
    holed = replace(
        grid, frame=grid.frame.with_columns(status=pl.when(gap).then(pl.lit("missing")).otherwise("status"))
    )
    told = learn(ASKED, holed, BEFORE)
    assert isinstance(told, Statement)
    assert told.code == "partly_missing"
    empty = replace(
        grid, frame=grid.frame.with_columns(count=pl.when(pl.col("unit_id") == "a").then(0).otherwise("count"))
    )
    none = learn(ASKED, empty, BEFORE)
    assert isinstance(none, Statement)
    assert none.code == "no_events"


@pytest.fixture(scope="module")
def found() -> ek.SelfTest:
    plan = ek.Plan.load(ek.resources.analyses() / "demonstration")
    return ek.self_test(plan, ek.simulate(seed=1).load(), draws=40, factors=(1.0, 3.0), seed=2)


def test_every_comparison_is_tried_or_told(found: ek.SelfTest) -> None:
    plan = ek.Plan.load(ek.resources.analyses() / "demonstration")
    tried = {one.estimand_id for one in found.trials}
    assert tried | {id_ for id_, _ in found.not_tried} == {item.id for item in plan.estimands}
    assert {reason.code for id_, reason in found.not_tried if id_ in {"E8", "E9"}} == {"nothing_to_recover"}
    assert found.to_frame().height == len(found.trials) == 2 * len(tried)


def test_a_large_effect_is_recovered_and_none_is_not_seen_too_often(found: ek.SelfTest) -> None:
    """40 draws: a share of 5 % goes beyond 20 % once in ten thousand."""
    by_trial = {(one.estimand_id, one.factor): one for one in found.trials}
    assert by_trial["E3", 3.0].median == pytest.approx(3, rel=0.15)
    assert by_trial["E3", 3.0].excludes_one > 0.9
    assert by_trial["E3", 1.0].excludes_one <= 0.2
    assert by_trial["E3", 1.0].coverage == 1 - by_trial["E3", 1.0].excludes_one


def test_the_same_seed_gives_the_same_numbers(found: ek.SelfTest) -> None:
    plan = ek.Plan.load(ek.resources.analyses() / "demonstration")
    again = ek.self_test(plan, ek.simulate(seed=1).load(), draws=40, factors=(1.0, 3.0), seed=2)
    assert again.to_frame().equals(found.to_frame())


def test_faults_of_both_arguments_are_told_at_once() -> None:
    plan = ek.Plan.load(ek.resources.analyses() / "demonstration")
    with pytest.raises(EstimationError) as caught:
        ek.self_test(plan, ek.simulate(seed=1).load(), draws=5, factors=(0.0, float("nan")))
    assert [problem.code for problem in caught.value.problems] == ["self_test_draws", "self_test_factors"]


@pytest.mark.parametrize("language", list(Language))
def test_the_text_names_every_comparison_and_says_it_is_synthetic(found: ek.SelfTest, language: Language) -> None:
    text = self_test_text(found, language)
    assert text.startswith(("SYNTETISKA DATA", "SYNTHETIC DATA"))
    assert all(id_ in text for id_ in ("E1 (D3)", "E15 (D2-ITS)", "E8:"))
    assert "nan" not in text
    assert "None" not in text


def test_the_command_gives_json() -> None:
    shown = CliRunner().invoke(app, ["selftest", "demonstration", "--draws", "20", "--json"])
    assert shown.exit_code == 0, shown.output
    told = json.loads(shown.stdout)
    assert told["synthetic"] is True
    assert {"estimand_id", "coverage", "excludes_one"} <= set(told["trials"][0])


def test_a_report_shows_it_where_the_plan_asks_and_only_for_numbers_that_it_shows(found: ek.SelfTest) -> None:
    shown = found.of({"E1", "E4"})
    assert {one.estimand_id for one in shown.trials} == {"E1"}
    assert [id_ for id_, _ in shown.not_tried] == ["E4"]
    table = tables.self_tested(shown, Language.SV)
    assert [row[:2] for row in table.rows] == [("E1 (D3)", "Ingen förändring"), ("E1 (D3)", "3,0 gånger så många")]
    assert all(len(row) == len(table.columns) for row in table.rows)
    assert "40 påhittade serier" in self_test_read(shown, Language.SV)


def test_a_comparison_that_never_gave_a_number_has_dashes() -> None:
    none = Trial(
        estimand_id="E1",
        design=DesignId.D3,
        factor=1.0,
        draws=20,
        estimated=0,
        median=None,
        coverage=None,
        excludes_one=None,
    )
    told = SelfTest(trials=(none,), not_tried=(), conf_level=0.95, seed=1, synthetic=True)
    assert tables.self_tested(told, Language.EN).rows[0][2:] == ("–", "–", "–", "0 per cent")
