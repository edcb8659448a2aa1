"""The public functions: what they return, and what they say when an argument has no meaning."""

from __future__ import annotations

import math
import subprocess
import sys
from collections.abc import Callable
from fractions import Fraction

import numpy as np
import polars as pl
import pytest

import evalkit
import evalkit.comparisons as ek
from evalkit.errors import EstimationError
from evalkit.language import Language
from evalkit.vocabulary import EstimateStatus, Scale

PAIR = {"count": 4, "exposure": 10.0, "count_ref": 9, "exposure_ref": 10.0}
TABLE = {
    "count_after": 4,
    "exposure_after": 10.0,
    "count_before": 9,
    "exposure_before": 10.0,
    "count_ref_after": 12,
    "exposure_ref_after": 10.0,
    "count_ref_before": 11,
    "exposure_ref_before": 10.0,
}


def codes(error: EstimationError) -> list[str]:
    return [problem.code for problem in error.problems]


def keys(error: EstimationError) -> list[str | None]:
    return [problem.place.key for problem in error.problems]


def test_a_rate_carries_its_evidence() -> None:
    found = ek.rate(10, 100.0, method="score", conf_level=0.9, null=0.2)
    assert (found.scale, found.status) == (Scale.RATE, EstimateStatus.ESTIMATED)
    assert (found.events, found.exposure, found.method) == (10, 100.0, "score")
    assert (found.conf_level, found.null, found.estimate) == (0.9, 0.2, 0.1)
    assert math.isclose(found.p_value, 0.02534731867746825)


def test_a_rate_without_a_null_has_no_p_value() -> None:
    assert ek.rate(10, 100.0).p_value is None
    assert ek.rate(10, 100.0).null is None
    assert ek.rate(10, 100.0, method="bayes").p_value is None


def test_a_ratio_carries_its_evidence() -> None:
    found = ek.rate_ratio(**PAIR)
    assert (found.scale, found.status, found.method) == (Scale.RATE_RATIO, EstimateStatus.ESTIMATED, "score")
    assert (found.events, found.exposure, found.null) == (13, 20.0, 1.0)
    assert math.isclose(found.estimate, 4 / 9)


def test_a_ratio_of_ratios_carries_its_evidence() -> None:
    found = ek.ratio_of_rate_ratios(**TABLE)
    assert found.scale is Scale.RATIO_OF_RATE_RATIOS
    assert (found.events, found.exposure, found.null, found.method) == (36, 40.0, 1.0, "score")
    assert math.isclose(found.estimate, (4 / 9) / (12 / 11))


@pytest.mark.parametrize("count", [4, 4.0, np.int64(4), np.uint8(4), np.float64(4.0), np.float32(4.0), Fraction(4)])
def test_whole_numbers_of_any_type_are_counts(count: float) -> None:
    found = ek.rate_ratio(**(PAIR | {"count": count}))
    assert found == ek.rate_ratio(**PAIR)
    assert type(found.events) is int


@pytest.mark.parametrize(
    ("count", "code"),
    [
        (-1, "count_negative"),
        (12.5, "count_not_whole"),
        (math.nan, "count_not_a_number"),
        (math.inf, "count_too_large"),
        (-math.inf, "count_negative"),
        (True, "count_not_a_number"),
        (np.True_, "count_not_a_number"),
        ("12", "count_not_a_number"),
        (None, "count_not_a_number"),
        ({12}, "count_not_a_number"),
        (1 + 2j, "count_not_a_number"),
        (1_000_000_001, "count_too_large"),
        pytest.param(10**400, "count_too_large", id="huge"),
    ],
)
def test_what_is_not_a_count(count: object, code: str) -> None:
    with pytest.raises(EstimationError) as caught:
        ek.rate(count, 1.0)
    assert codes(caught.value) == [code]
    assert keys(caught.value) == ["argument count"]


@pytest.mark.parametrize("exposure", [0, 0.0, -1.0, math.inf])
def test_what_nothing_can_be_divided_by(exposure: float) -> None:
    with pytest.raises(EstimationError) as caught:
        ek.rate_ratio(**(PAIR | {"exposure_ref": exposure}))
    assert codes(caught.value) == ["exposure_not_positive"]
    assert keys(caught.value) == ["argument exposure_ref"]


@pytest.mark.parametrize("exposure", [True, "10", None, math.nan])
def test_an_exposure_that_is_no_number(exposure: object) -> None:
    with pytest.raises(EstimationError) as caught:
        ek.rate(1, exposure)
    assert codes(caught.value) == ["exposure_not_a_number"]


def test_what_a_call_gives_or_raises_is_a_public_name() -> None:
    assert isinstance(evalkit.rate(pl.Series([1, 2]), 1.0), evalkit.EstimateSeries)
    with pytest.raises(evalkit.EstimationError):
        evalkit.rate(-1, 1.0)


@pytest.mark.parametrize("level", [0, 1, 95, -0.1, 1e-12, 0.49])
def test_a_level_outside(level: float) -> None:
    with pytest.raises(EstimationError) as caught:
        ek.rate(1, 1.0, conf_level=level)
    assert codes(caught.value) == ["conf_level_outside"]


@pytest.mark.parametrize("level", [True, "0.95", None, math.nan])
def test_a_level_that_is_no_number(level: object) -> None:
    with pytest.raises(EstimationError) as caught:
        ek.rate(1, 1.0, conf_level=level)
    assert codes(caught.value) == ["conf_level_not_a_number"]


@pytest.mark.parametrize("null", [0, -1.0, math.inf])
def test_a_null_that_no_rate_can_have(null: float) -> None:
    for call in (lambda: ek.rate(1, 1.0, null=null), lambda: ek.rate_ratio(**PAIR, null=null)):
        with pytest.raises(EstimationError) as caught:
            call()
        assert codes(caught.value) == ["null_not_positive"]


def test_a_null_has_no_meaning_under_bayes() -> None:
    with pytest.raises(EstimationError) as caught:
        ek.rate(1, 1.0, method="bayes", null=2.0)
    assert codes(caught.value) == ["null_without_test"]


@pytest.mark.parametrize(
    ("call", "accepted"),
    [
        (lambda: ek.rate(1, 1.0, method="exakt"), "menade du ”exact”? Andra: bayes, midp, score"),
        (lambda: ek.rate_ratio(**PAIR, method="scor"), "menade du ”score”? Andra: bayes, e_test, exact, midp"),
        (lambda: ek.rate_ratio(**PAIR, method="fisher"), "bayes, e_test, exact, midp, score"),
        (lambda: ek.ratio_of_rate_ratios(**TABLE, method="e_test"), "exact, midp, score"),
        (lambda: ek.rate(1, 1.0, method=None), "bayes, exact, midp, score"),
    ],
)
def test_an_unknown_method_names_the_closest(call, accepted: str) -> None:
    with pytest.raises(EstimationError) as caught:
        call()
    assert codes(caught.value) == ["unknown_method"]
    assert str(caught.value.problems[0].accepted) == accepted


def test_every_fault_is_told_at_once_in_both_languages() -> None:
    with pytest.raises(EstimationError) as caught:
        ek.ratio_of_rate_ratios(
            **(TABLE | {"count_after": -77, "exposure_before": 0, "count_ref_before": 77.5}),
            method="exat",
            conf_level=95,
            null=0,
        )
    assert keys(caught.value) == [
        "argument count_after",
        "argument exposure_before",
        "argument count_ref_before",
        "argument method",
        "argument conf_level",
        "argument null",
    ]
    for language in Language:
        message = caught.value.render(language)
        assert "77" not in message
        assert message.count("evalkit.ratio_of_rate_ratios()") >= 6


def test_the_message_in_full() -> None:
    with pytest.raises(EstimationError) as caught:
        ek.rate(-5, 10.0)
    swedish = (
        "Skattningen kan inte göras (1 fel)\n"
        "count är mindre än 0.\n"
        "  Var:        evalkit.rate(), argument count\n"
        "  Godtas:     ett helt tal från 0 till 1 000 000 000\n"
        "  Gör så här: Ange antalet händelser. En andel eller ett medelvärde är inte ett antal."
    )
    english = (
        "The estimate cannot be made (1 problem)\n"
        "count is less than 0.\n"
        "  Where:    evalkit.rate(), argument count\n"
        "  Accepted: a whole number from 0 to 1,000,000,000\n"
        "  Next:     Give the number of events. A share or a mean is not a count."
    )
    assert caught.value.render(Language.SV) == swedish
    assert caught.value.render(Language.EN) == english
    assert str(caught.value) == f"{swedish}\n\n{english}"


@pytest.mark.parametrize(
    ("call", "accepted", "step"),
    [
        (
            lambda: evalkit.bootstrap(pl.Series([1.0, 2, 3, 4]), draws=10),
            "a whole number from 100 to 1,000,000",
            "Give such a number, or leave the argument out.",
        ),
        (
            lambda: evalkit.bootstrap(pl.Series([1.0, 2, 3, 4]), seed=float("nan")),
            "a whole number from 0",
            "Give such a number, or leave the argument out.",
        ),
        (
            lambda: evalkit.proportion(3, 5.5),
            "a whole number from 0 to 1,000,000,000",
            "Give how many were looked at. If it is time or inhabitants, use ek.rate().",
        ),
        (
            lambda: evalkit.proportion(pl.Series([3.0, 2.5]), 5),
            "a whole number from 0 to 1,000,000,000",
            "Give how many had the property, of those looked at.",
        ),
        (
            lambda: evalkit.survival(pl.Series([3, 5]), pl.Series([1, 0])).at(-1),
            "a number of days from 0",
            "Give a number of days after the start.",
        ),
    ],
)
def test_the_message_says_what_this_very_argument_accepts(call: Callable[[], object], accepted: str, step: str) -> None:
    with pytest.raises(EstimationError) as caught:
        call()
    problem = caught.value.problems[0]
    assert (problem.accepted.en, problem.next_step.en) == (accepted, step)


def test_no_events_is_a_refusal_and_not_an_error() -> None:
    found = ek.rate_ratio(0, 10.0, 0, 10.0, conf_level=0.9)
    assert found.status is EstimateStatus.NOT_ESTIMABLE
    assert found.reason.code == "no_events"
    assert found.conf_level == 0.9
    assert found.estimate is None


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"count_after": 0, "count_before": 0}, "empty_margin"),
        ({"count_after": 0, "count_ref_after": 0}, "empty_margin"),
        ({name: 0 for name in TABLE if name.startswith("count")}, "no_events"),
    ],
)
def test_empty_margins_are_refusals(changed: dict[str, int], code: str) -> None:
    assert ek.ratio_of_rate_ratios(**(TABLE | changed)).reason.code == code


@pytest.mark.parametrize("method", ["exact", "midp", "score"])
def test_zero_on_one_side_is_one_sided(method: str) -> None:
    none = ek.rate_ratio(0, 50.0, 7, 80.0, method=method)
    assert (none.estimate, none.conf_low) == (0.0, 0.0)
    assert 0 < none.conf_high < math.inf
    only = ek.rate_ratio(7, 80.0, 0, 50.0, method=method)
    assert (only.estimate, only.conf_high) == (math.inf, math.inf)
    assert math.isclose(only.conf_low, 1 / none.conf_high)


def test_naming_the_functions_does_not_load_scipy() -> None:
    program = "import sys; import evalkit.comparisons; sys.exit('scipy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
