"""D5: the checks that look at each area with its own date."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from evalkit import columns, refusals
from evalkit.checks import Situation, examine
from evalkit.checks.law_breaks import law_breaks
from evalkit.checks.registry import OF_DESIGN
from evalkit.designs import REGISTRY
from evalkit.estimands import Estimand, Group, Series
from evalkit.inference import not_yet_joined
from evalkit.language import Language, Text
from evalkit.panels import Panel
from evalkit.vocabulary import CheckId, DateBasis, DesignId, FindingStatus, Frequency, Role, Withheld
from tests.checks.conftest import month, rows, window
from tests.checks.test_every_check import change
from tests.wording.conftest import faults

MONTHS, START, STEP = 48, 24, 3
JOIN = tuple(f"a{number:02}" for number in range(8))
WAIT = tuple(f"b{number:02}" for number in range(10))
PLACES = {unit: START + STEP * (at % 4) for at, unit in enumerate(JOIN)}
NEAR = tuple(f"n{number:02}" for number in range(4))


def named(name: str, units: tuple[str, ...]) -> Group:
    return Group(name, Text(name, name), units)


def situation(book, *, factor=1.0, drift=0.0, early=0, start=0, near=1.0, areas=None, mean=20.0, seed=3) -> Situation:
    """Areas that multiply by ``factor`` on joining (``early`` months before), after a growth of ``drift`` a month."""
    rng = np.random.default_rng(seed)
    series = Series("P1", "N1", DateBasis.HANDELSE)
    found = []
    for unit in (*JOIN, *WAIT, *NEAR):
        months = np.arange(MONTHS)
        place = PLACES.get(unit, START if unit in NEAR else MONTHS)
        lift = near if unit in NEAR else (areas or {}).get(unit, factor)
        means = mean * np.where(months >= place - (early if unit in JOIN else 0), lift, 1.0)
        means = means * np.exp(drift * months * (unit in JOIN))
        nothing = [None] * MONTHS
        found += rows(
            series, unit, rng.poisson(means).tolist(), exposure=[1.0] * MONTHS, cases=nothing, largest_of=nothing
        )
    item = Estimand(
        id="E1",
        question=Text("Fråga?", "Question?"),
        series=series,
        design=DesignId.D5,
        role=Role.PRIMARY,
        group=named("a", JOIN),
        comparison=named("b", WAIT),
        before=window("före", start, START),
        after=window("efter", START, MONTHS),
        joined=tuple((unit, month(place)) for unit, place in PLACES.items()),
        neighbours=named("n", NEAR),
    )
    panel = Panel(pl.DataFrame(found, schema=columns.PANEL), Frequency.MONTH, (series,), (), synthetic=True)
    design = REGISTRY[DesignId.D5]
    return Situation(item, panel, design, design.estimate(item, panel, 0.95), book, 0.95)


def finding(given: Situation, check: CheckId):
    return OF_DESIGN[DesignId.D5][check](given)


@pytest.fixture(scope="module")
def plain(metric_book):
    given = situation(metric_book, factor=1.6)
    return given, {found.check: found for found in examine(given)}


def test_every_check_of_the_design_is_made_in_sentences(plain) -> None:
    given, seen = plain
    left = {CheckId.LARGEST_CASE, CheckId.NEGATIVE_CONTROL, CheckId.COVID, CheckId.LAW_BREAKS}
    assert set(seen) >= set(given.design.checks) - left
    for found in seen.values():
        for language in Language:
            text = found.reason.text.in_language(language)
            assert faults(text, language) == [], text
            assert len(text) < 260, text


def test_an_effect_on_even_ground_keeps_its_label(plain) -> None:
    given, seen = plain
    assert given.design.may_claim_effect
    assert given.estimate.examined(tuple(seen.values())).may_be_called_effect
    assert seen[CheckId.PRE_TREND].status is FindingStatus.WARN
    assert seen[CheckId.PRE_TREND].reason.code == "before_joining_possible"
    quiet = (CheckId.PLACEBO_DATES, CheckId.ANTICIPATION, CheckId.LEAVE_ONE_OUT, CheckId.SPILLOVER, CheckId.CLUSTERS)
    assert {seen[check].status for check in quiet} == {FindingStatus.OK}


def test_those_who_joined_had_grown_faster_before(metric_book) -> None:
    given = situation(metric_book, drift=0.04)
    found = finding(given, CheckId.PRE_TREND)
    assert found.withholds is Withheld.EFFECT_LABEL
    assert found.reason.code == "before_joining_differs"
    assert found.statistic > 0
    assert finding(given, CheckId.PLACEBO_DATES).status is FindingStatus.WARN


@pytest.mark.parametrize(
    ("given", "code"),
    [({"start": START - 11}, "before_joining_too_short"), ({"mean": 0.0}, None)],
)
def test_what_cannot_be_judged_before_takes_the_label(metric_book, given, code) -> None:
    made = situation(metric_book, **given)
    found = finding(made, CheckId.PRE_TREND)
    if code is None:
        assert not made.estimate.is_estimated
        assert found is None
        return
    assert found.withholds is Withheld.EFFECT_LABEL
    assert found.reason.code == code


def test_twelve_periods_before_are_enough(metric_book) -> None:
    found = finding(situation(metric_book, start=START - 12), CheckId.PRE_TREND)
    assert found.reason.code == "before_joining_possible"


def test_a_rise_ahead_of_joining_is_found(metric_book) -> None:
    found = finding(situation(metric_book, factor=2.0, early=6), CheckId.ANTICIPATION)
    assert found.status is FindingStatus.WARN
    assert found.statistic > found.threshold


def test_each_area_that_joined_is_left_out_with_its_date(metric_book, plain) -> None:
    """Against an answer that the figures do not give, every area seems to decide."""
    given, seen = plain
    assert seen[CheckId.LEAVE_ONE_OUT].statistic == 0
    undecided = replace(given, estimate=replace(given.estimate, p_value=0.9))
    found = OF_DESIGN[DesignId.D5][CheckId.LEAVE_ONE_OUT](undecided)
    assert (found.status, found.statistic) == (FindingStatus.WARN, len(JOIN))
    assert all(unit in found.reason.text.sv for unit in JOIN)


def test_neighbours_that_rose_are_told(metric_book) -> None:
    found = finding(situation(metric_book, near=1.6), CheckId.SPILLOVER)
    assert found.status is FindingStatus.WARN
    assert found.reason.code == "neighbours_moved"


def with_one_that_joins(given: Situation, waiting: int) -> Situation:
    item = given.estimand
    one = replace(
        item,
        group=named("a", JOIN[:1]),
        joined=item.joined[:1],
        comparison=named("b", (*WAIT, *JOIN[1:], *NEAR)[:waiting]),
        neighbours=None,
    )
    return replace(given, estimand=one, estimate=given.design.estimate(one, given.panel, 0.95))


def test_one_area_that_joins_is_few_and_the_least_p_is_told(metric_book) -> None:
    given = with_one_that_joins(situation(metric_book, factor=2.0), 19)
    found = finding(given, CheckId.CLUSTERS)
    assert given.estimate.is_estimated
    assert (found.status, found.statistic) == (FindingStatus.WARN, 20)
    assert "0,050" in found.reason.text.sv
    assert "cluster" not in str(given.estimate.method)


def test_one_area_that_could_never_stand_out_has_neither_number_nor_label(metric_book) -> None:
    given = with_one_that_joins(situation(metric_book), 18)
    found = finding(given, CheckId.CLUSTERS)
    assert (found.status, found.withholds) == (FindingStatus.BLOCK, Withheld.ESTIMATE)
    assert (found.reason.code, given.estimate.reason.code) == ("too_few_ways_to_join",) * 2
    stubborn = situation(metric_book, factor=2.0).estimate.examined((found,))
    assert not stubborn.is_estimated
    assert not stubborn.may_be_called_effect


def test_fewer_areas_than_the_design_bears_withhold_the_number(metric_book) -> None:
    given = situation(metric_book)
    few = replace(given.estimand, comparison=None, group=named("a", JOIN), neighbours=None)
    found = finding(replace(given, estimand=few), CheckId.CLUSTERS)
    assert (found.status, found.reason.code, found.statistic) == (FindingStatus.BLOCK, "too_few_areas", len(JOIN))


def test_without_a_comparison_what_all_that_joined_share_is_said_not_to_be_seen(metric_book) -> None:
    """A growth common to all is the same in each, and leaves ratio and development before as they were."""
    units = (*JOIN, *WAIT[:4])
    dates = tuple((unit, month(START + STEP * (at % 4))) for at, unit in enumerate(units))
    given = situation(metric_book)
    item = replace(given.estimand, comparison=None, group=named("a", units), joined=dates, neighbours=None)
    grown = given.panel.frame.with_columns(
        count=(pl.col("count") * (pl.col("period").dt.year() - 2010)).cast(pl.Int64),
        exposure=pl.col("exposure") * (pl.col("period").dt.year() - 2010),
    )
    here, there = (
        given.design.estimate(item, panel, 0.95) for panel in (given.panel, replace(given.panel, frame=grown))
    )
    assert "all_joined_at_last" in [said.code for said in here.assumptions]
    assert "all_joined_at_last" not in [said.code for said in given.estimate.assumptions]
    assert there.is_estimated
    assert finding(replace(given, estimand=item, estimate=here), CheckId.CLUSTERS).statistic == len(units)


def test_one_area_that_decides_is_named(metric_book) -> None:
    given = situation(metric_book, areas={JOIN[0]: 3.0})
    assert given.estimate.p_value <= 0.05
    found = finding(given, CheckId.LEAVE_ONE_OUT)
    assert (found.status, found.statistic) == (FindingStatus.WARN, 1)
    assert JOIN[0] in found.reason.text.sv
    assert not any(unit in found.reason.text.sv for unit in JOIN[1:])


def test_what_the_comparison_refuses_before_joining_is_told_in_its_own_words(metric_book) -> None:
    given = situation(metric_book)
    early = pl.col("period") < month(START)
    none = given.panel.frame.with_columns(
        count=pl.when(early & pl.col("unit_id").is_in(JOIN)).then(0).otherwise("count")
    )
    found = finding(replace(given, panel=replace(given.panel, frame=none)), CheckId.PRE_TREND)
    assert found.withholds is Withheld.EFFECT_LABEL
    assert found.reason.code == "before_joining_cannot_be_judged"
    assert refusals.none_counted_or_expected().text.sv in found.reason.text.sv


@pytest.mark.parametrize(
    ("units", "code", "withheld"),
    [((), "breaks_meet_all_areas", None), (JOIN, "breaks_cannot_be_cut", Withheld.EFFECT_LABEL)],
)
def test_a_break_that_cannot_be_cut_away_takes_the_label_unless_all_areas_are_under_it(
    metric_book, units, code, withheld
) -> None:
    """It comes between the time before and that after."""
    given = situation(metric_book, factor=1.6)
    book = replace(metric_book, law_changes=(change(month(START), units=units),))
    found = law_breaks(replace(given, book=book))
    assert (found.reason.code, found.withholds) == (code, withheld)
    assert given.estimate.examined((found,)).may_be_called_effect is (withheld is None)


def test_an_estimand_of_eighteen_areas_and_four_years_is_quick(metric_book) -> None:
    """By how many fits are made: time itself hangs on who else is at the machine."""
    given = situation(metric_book, factor=1.6)
    made = []
    real = not_yet_joined.fitted

    def counted(top, *args, **kwargs):
        made.append(len(top))
        return real(top, *args, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(not_yet_joined, "fitted", counted)
        for check in OF_DESIGN[DesignId.D5].values():
            check(given)
    assert sum(made) < 150_000


def test_months_that_go_together_within_areas_are_told(metric_book) -> None:
    given = situation(metric_book)
    rng = np.random.default_rng(5)
    frame = given.panel.frame.sort("unit_id", "period")
    shocks = np.concatenate(
        [np.repeat(rng.gamma(4, 1 / 4, MONTHS // 6), 6) for _ in range(frame["unit_id"].n_unique())]
    )
    counts = rng.poisson(20 * shocks)
    panel = replace(given.panel, frame=frame.with_columns(pl.Series("count", counts, dtype=pl.Int64)))
    found = finding(replace(given, panel=panel), CheckId.AUTOCORRELATION)
    assert found.reason.code == "periods_alike_within_areas"
    assert finding(given, CheckId.AUTOCORRELATION).status is FindingStatus.OK
