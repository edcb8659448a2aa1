"""Persons in cases against the same formula written in R."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

import evalkit as ek

HERE = Path(__file__).parent


def rows() -> list[dict[str, str]]:
    with (HERE / "cases.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def sizes(text: str) -> np.ndarray:
    return np.array([int(size) for size in text.split()], dtype=np.int64)


@pytest.mark.parametrize("row", rows())
def test_a_rate_by_cases_agrees_with_r(row: dict[str, str]) -> None:
    level, null, most = float(row["conf_level"]), float(row["null"]), float(row["at_most"])
    found = ek.rate_by_cases(sizes(row["sizes"]), float(row["exposure"]), conf_level=level, null=null, at_most=most)
    assert found.conf_low == pytest.approx(float(row["rate_low"]), rel=1e-9)
    assert found.conf_high == pytest.approx(float(row["rate_high"]), rel=1e-9)
    assert found.p_value == pytest.approx(float(row["rate_p"]), rel=1e-8)


@pytest.mark.parametrize("row", rows())
def test_a_ratio_by_cases_agrees_with_r(row: dict[str, str]) -> None:
    found = ek.rate_ratio_by_cases(
        sizes(row["sizes"]),
        float(row["exposure"]),
        sizes(row["sizes_ref"]),
        float(row["exposure_ref"]),
        conf_level=float(row["conf_level"]),
        null=float(row["null"]),
        at_most=float(row["at_most"]),
    )
    assert found.conf_low == pytest.approx(float(row["ratio_low"]), rel=1e-9)
    assert found.conf_high == pytest.approx(float(row["ratio_high"]), rel=1e-9)
    assert found.p_value == pytest.approx(float(row["ratio_p"]), rel=1e-8)
