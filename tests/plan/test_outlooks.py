"""What a plan is said to be able to show holds for the exact test as well as for the approximation."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import evalkit as ek
from evalkit.inference.segmented import MOST_DRIFT
from evalkit.outlooks import FEW, POWER, RATIOS, Layout, Outlook, Row, outlooks
from evalkit.plan.document import MOST_AUTOCORRELATION
from evalkit.planning import Reading, planned_power
from evalkit.vocabulary import DesignId, Frequency

ALPHA = 0.05
SOURCE = {"sv": "Påhittat.", "en": "Made up."}
ALONE = Layout(design=DesignId.D1, months_after=12, months_before=None)
BEFORE_AFTER = Layout(design=DesignId.D2, months_after=24, months_before=36)


def rows(*monthly: float, dispersion: float = 1.0) -> list[Row]:
    return [Row(monthly=each, monthly_comparison=None, dispersion=dispersion) for each in monthly]


def level_of(layout: Layout, dispersion: float, months: int) -> float:
    """That of the periods there are when so many months have gone by, as the plan has or more."""
    return replace(layout, months_after=max(months, layout.months_after)).level(ALPHA, dispersion)


def power_of(layout: Layout, outlook: Outlook, ratio: float, months: int) -> float:
    level = level_of(layout, outlook.dispersion, months)
    own = outlook.monthly / outlook.dispersion
    before = None if layout.months_before is None else own * layout.months_before
    return ek.power(ratio, events=own * months, events_before=before, alpha=level, method="exact").power


@pytest.mark.parametrize("dispersion", [1.0, 3.0])
@pytest.mark.parametrize("layout", [ALONE, BEFORE_AFTER], ids=["alone", "before and after"])
def test_few_events_have_the_power_by_enumeration_and_by_approximation(layout: Layout, dispersion: float) -> None:
    for outlook in outlooks(layout, rows(1.5, 4.0, 6.0, dispersion=dispersion), ALPHA):
        assert outlook.is_enumerated
        level = layout.level(ALPHA, dispersion)
        counts = {"events": outlook.monthly * layout.months_after, "dispersion": dispersion, "alpha": level}
        if layout.months_before:
            counts["events_before"] = outlook.monthly * layout.months_before
        for found in (outlook.increase, outlook.decrease):
            if found.ratio is None:
                assert found.reason.code == "nothing_detectable"
                continue
            assert power_of(layout, outlook, found.ratio, layout.months_after) >= POWER - 1e-9
            assert ek.power(found.ratio, **counts).power >= POWER - 1e-9
            least = ek.smallest_detectable(**counts, direction="increase" if found.ratio > 1 else "decrease").ratio
            assert abs(np.log(found.ratio)) >= abs(np.log(least)) - 1e-9
            if found.method == "exact":
                nearer = found.ratio**0.99
                assert power_of(layout, outlook, nearer, layout.months_after) < POWER


def test_the_approximation_alone_would_have_promised_too_much() -> None:
    """The reason for the enumeration: at 10 events it says 1.90, and the exact test then has 63 per cent."""
    claimed = ek.smallest_detectable(events=10).ratio
    assert ek.power(claimed, events=10, method="exact").power < 0.65
    (outlook,) = outlooks(ALONE, rows(10 / 12), ALPHA)
    assert outlook.increase.ratio > 1.1 * claimed


@pytest.mark.parametrize("layout", [ALONE, BEFORE_AFTER], ids=["alone", "before and after"])
def test_the_months_are_the_first_with_the_power_and_keep_it(layout: Layout) -> None:
    for outlook in outlooks(layout, rows(1.5, 4.0), ALPHA):
        for ratio, found in zip(RATIOS, outlook.months, strict=True):
            if found.months is None:
                assert found.reason.code == "before_too_short"
                continue
            least = power_of(layout, outlook, ratio, found.months)
            assert least >= POWER
            if found.method == "exact":
                assert power_of(layout, outlook, ratio, found.months - 1) < least + 0.1


def test_many_events_and_other_designs_are_approximate() -> None:
    (many,) = outlooks(ALONE, rows(FEW / 12 + 1), ALPHA)
    series = Layout(design=DesignId.D2_ITS, months_after=24, months_before=36)
    (as_series,) = outlooks(series, rows(1.0), ALPHA)
    both = Row(monthly=FEW / 24, monthly_comparison=FEW / 12, dispersion=1.0)
    (sides,) = outlooks(Layout(design=DesignId.D3, months_after=24, months_before=36), [both], ALPHA)
    assert [one.is_enumerated for one in (many, as_series, sides)] == [False] * 3
    assert {one.increase.method for one in (many, as_series, sides)} == {"wald"}
    assert many.increase.ratio == ek.smallest_detectable(events=FEW + 12, alpha=ALONE.level(ALPHA, 1.0)).ratio


def test_a_series_pays_for_drawing_its_trend_out() -> None:
    """The uncertainty of a fitted line at the middle of the time after, against that of a mean, by least squares."""
    series = Layout(design=DesignId.D2_ITS, months_after=24, months_before=36)
    line = np.column_stack([np.ones(36), np.arange(36)])
    middle = np.array([1.0, 36 + 23 / 2])
    variance = middle @ np.linalg.inv(line.T @ line) @ middle
    assert series.share_before == pytest.approx((1 / 36) / variance, rel=1e-12)
    assert BEFORE_AFTER.share_before == 1.0
    (plain,) = outlooks(replace(series, design=DesignId.D2), rows(40.0), ALPHA)
    (drawn_out,) = outlooks(series, rows(40.0), ALPHA)
    counts = {"events": 40 * 24, "events_before": 40 * 36 * series.share_before}
    by_the_trend = ek.smallest_detectable(**counts).ratio
    assert by_the_trend == pytest.approx(1.271, abs=1e-3)
    # Season, slope, and an autocorrelation to be estimated come on top of the trend.
    assert drawn_out.increase.ratio > by_the_trend
    assert drawn_out.increase.ratio == ek.smallest_detectable(**counts, alpha=series.level(ALPHA, 1.0)).ratio
    assert plain.increase.ratio < 1.13
    assert all(found.months >= 12 for found in drawn_out.months)
    assert outlooks(replace(series, frequency=Frequency.YEAR, months_before=12), rows(40.0), ALPHA)[0].increase.reason
    (rare,) = outlooks(series, rows(2.0), ALPHA)
    assert [found.reason.code for found in rare.months] == ["before_too_short"] * 2


@pytest.mark.parametrize(("frequency", "df"), [("month", 58), ("quarter", 18), ("year", 3)])
def test_fewer_periods_ask_for_larger_changes(plan_of, frequency: str, df: int) -> None:
    windows = {
        "month": (("2021-01", "2023-12"), ("2024-01", "2025-12")),
        "quarter": (("2021-Q1", "2023-Q4"), ("2024-Q1", "2025-Q4")),
        "year": (("2021", "2023"), ("2024", "2025")),
    }
    expected = {"monthly": 4.5, "source": SOURCE}
    before, after = windows[frequency]
    plan = plan_of(frequency=frequency, fore=before, efter=after, design="D2", comparison=None, expected=expected)
    (item,) = planned_power(plan).items
    assert (item.layout.df, item.layout.months_before, item.layout.months_after) == (df, 36, 24)
    known = ek.smallest_detectable(events=4.5 * 24, events_before=4.5 * 36, method="exact").ratio
    found = item.outlooks[0].increase.ratio
    assert known < found
    assert {"month": 1.38, "quarter": 1.41, "year": 1.58}[frequency] < found < known * 1.25


@pytest.mark.parametrize(
    ("metric", "exposure", "reading"),
    [
        ("P1", "N1", Reading.COUNT),
        ("F1", "N9", Reading.SHARE),
        ("P6", "N1", Reading.NOT_COUNTED),
        ("NOSUCH", "N1", Reading.COUNT),
    ],
)
def test_how_a_metric_is_planned_for(plan_of, metric: str, exposure: str, reading: Reading) -> None:
    expected = {"monthly": 3, "source": SOURCE}
    plan = plan_of(design="D2", comparison=None, metric=metric, exposure=exposure, expected=expected)
    found = planned_power(plan)
    (item,) = found.items
    assert item.reading is reading
    assert bool(item.outlooks) == (reading is not Reading.NOT_COUNTED)
    assert found.tables == {}


def test_a_series_is_planned_with_the_autocorrelation_that_the_plan_tells(plan_of) -> None:
    told = {"monthly": 30.0, "source": SOURCE}
    windows = {"frequency": "month", "fore": ("2021-01", "2023-12"), "efter": ("2024-01", "2025-12")}
    found = {}
    for rho in (None, 0.0, 0.3, 0.5):
        expected = told if rho is None else {**told, "autocorrelation": rho}
        (item,) = planned_power(plan_of(**windows, design="D2-ITS", comparison=None, expected=expected)).items
        found[rho] = item.outlooks[0].increase.ratio
    assert found[0.0] < found[0.3] < found[0.5]
    assert found[None] == found[0.3]
    assert MOST_AUTOCORRELATION == MOST_DRIFT
