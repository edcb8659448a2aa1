"""What an analyst sees when a value is the last line of a notebook cell."""

from __future__ import annotations

import math
from dataclasses import replace

import polars as pl
import pytest

import evalkit as ek
from evalkit import view_words, views
from evalkit.estimates import Estimate, refusal
from evalkit.language import Text
from evalkit.statements import Statement
from evalkit.vocabulary import EstimateStatus, Scale

MARK = "SYNTETISKA DATA"


@pytest.fixture(scope="module")
def analysis():
    folder = ek.resources.analyses() / "manniskoexploatering"
    return ek.Plan.load(folder), ek.load(folder)


def test_a_dataset_shows_its_tables_and_its_coverage(analysis):
    shown = views.dataset_view(analysis[1])

    assert '<td style="text-align:left">outcomes</td>' in shown
    assert "Region Stockholm (Rn03)" in shown
    assert MARK not in shown
    assert views.dataset_view(replace(analysis[1], synthetic=True)).count(MARK) == 1


def test_a_panel_shows_a_line_and_a_sum_per_unit(analysis):
    plan, dataset = analysis
    shown = ek.panel(dataset, plan)._repr_html_()

    assert '<td style="text-align:left">429</td>' in shown
    assert "■■■■■■" in shown
    assert "▇" in shown or "█" in shown
    assert MARK in views.panel_view(replace(ek.panel(dataset, plan), synthetic=True))


def test_a_panel_with_gaps_has_no_sum(analysis):
    plan, dataset = analysis
    gaps = replace(dataset, coverage=dataset.coverage.clear(), outcomes=dataset.outcomes.clear())
    shown = ek.panel(gaps, plan)._repr_html_()

    assert "······" in shown
    assert '<td style="text-align:left">–</td>' in shown


def test_a_plan_shows_every_comparison(analysis):
    shown = analysis[0]._repr_html_()

    assert all(f">{item.id}<" in shown for item in analysis[0].estimands)
    assert analysis[0].digest[:12] in shown


def test_an_estimate_shows_its_number_or_its_reason():
    unlimited = Estimate(
        scale=Scale.RATE_RATIO,
        status=EstimateStatus.ESTIMATED,
        estimand_id="E<1>",
        estimate=math.inf,
        conf_low=1.25,
        conf_high=math.inf,
        method="exact",
    )
    why = refusal(Scale.RATE, Statement("x", Text("För få händelser.", "Too few.")))
    shown = views.estimates_view((unlimited, why))

    assert "E&lt;1&gt;" in shown
    assert "1,25 till obegränsat" in shown
    assert "För få händelser." in shown
    assert "None" not in shown
    assert MARK not in shown


def test_every_table_of_a_view_has_a_caption_and_scoped_heads(analysis):
    for shown in (views.dataset_view(analysis[1]), analysis[0]._repr_html_()):
        assert shown.count("<table") == shown.count("<caption")
        assert shown.count("<th ") == shown.count("scope=")


def test_a_view_of_results_is_in_swedish_and_shows_labels_p_values_and_tests() -> None:
    count, whole, ref = pl.Series([7, None, 3]), pl.Series([12, 9, 8]), pl.Series([1, 2, 2])
    series = ek.proportion_test(count, whole, ref, 10).labelled(pl.Series("enhet", ["0127", "0180", "0114"]))
    rates = ek.rate_ratio(count, 1.0, ref, 1.0)
    views_of = [
        series._repr_html_(),
        series[0]._repr_html_(),
        ek.adjust(rates, method="holm")._repr_html_(),
        ek.equivalence(rates, 0.2)._repr_html_(),
        ek.equivalence(rates, 0.2)[1]._repr_html_(),
        ek.power(1.5, events=count, events_ref=9)._repr_html_(),
        ek.dispersion(pl.Series([3, 4, 9]), 1.0)._repr_html_(),
        ek.dispersion(pl.Series([3, 4, 9]), 1.0, by=["a", "a", "b"])._repr_html_(),
        ek.decompose(120, 60, 45, 15)._repr_html_(),
    ]
    for shown in views_of:
        for word in ("adhoc", "not_estimable", "estimated", "undetermined", "two-sided", "_ratio<", "conf_low", "None"):
            assert word not in shown, word
    assert "skillnad i andel" in views_of[0]
    assert "boschloo: p = 0,022" in views_of[0]
    assert "0127" in views_of[0]
    assert "Justerat p-värde" in views_of[2]
    assert "går inte att avgöra" in views_of[3]
    assert "går inte att beräkna" in views_of[3]


def test_every_scale_has_a_word() -> None:
    assert set(view_words.SCALES) == set(Scale)
