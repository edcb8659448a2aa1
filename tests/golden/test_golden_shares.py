"""Shares over periods against R: dispersion by a quasi-binomial glm, limits and p-values by their definitions.

Tolerances: 1e-9 relative for limits and p-values, which both sides find by root searches (the R script's stop at
1e-15 on the log scale, through constrained estimates that are root searches themselves); 1e-6 for the p-value of a
ratio of ratios, three searches deep; 1e-7 for φ, which glm iterates to, or 1e-12 absolute where it is nearly 0.
"""

from __future__ import annotations

import csv
import math
from pathlib import Path

import numpy as np
import pytest

from evalkit.inference.method import Method
from evalkit.inference.summed import CellSeries, Outcome, compare

HERE = Path(__file__).parent


def rows(name: str) -> list[dict[str, str]]:
    with (HERE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


SERIES = rows("shares_series.csv")
GOLDEN = rows("shares.csv")


def compared(row: dict[str, str], level: float) -> Outcome:
    own = [item for item in SERIES if item["case"] == row["case"]]
    cells = [
        CellSeries(
            np.array([int(item["count"]) for item in own if item["cell"] == name]),
            np.array([float(item["trials"]) for item in own if item["cell"] == name]),
        )
        for name in dict.fromkeys(item["cell"] for item in own)
    ]
    return compare(cells, conf_level=level, null=float(row["null"]), of_trials=True)


@pytest.mark.parametrize("row", GOLDEN, ids=lambda row: row["case"])
def test_shares_agree_with_r(row: dict[str, str]) -> None:
    for level, name in ((0.95, "95"), (0.80, "80")):
        found = compared(row, level)
        assert found.interval is not None
        assert math.isclose(found.interval.estimate, float(row["estimate"]), rel_tol=1e-12)
        assert math.isclose(found.interval.low, float(row[f"low{name}"]), rel_tol=1e-9)
        assert math.isclose(found.interval.high, float(row[f"high{name}"]), rel_tol=1e-9)
        assert math.isclose(found.dispersion, float(row["dispersion"]), rel_tol=1e-7, abs_tol=1e-12)
        assert found.df == int(row["df"])
        digits = 1e-6 if row["case"].startswith("table") else 1e-9
        assert math.isclose(found.interval.p_value, float(row["p_value"]), rel_tol=digits)
        assert (found.method is Method.QUASI_BINOMIAL) == (float(row["dispersion"]) > 1)


def test_the_cases_meet_every_branch() -> None:
    kinds = {(row["case"].split("_")[0], float(row["dispersion"]) > 1) for row in GOLDEN}
    assert kinds == {(kind, wide) for kind in ("single", "pair", "table") for wide in (False, True)}


def test_where_the_logarithm_of_a_share_would_go_above_all_the_share_does_not() -> None:
    """The Wald limits of the same glm, in the file for the reader, end above every visit."""
    (row,) = (row for row in GOLDEN if row["case"] == "single_uneven")
    assert float(row["wald_high"]) > 1 > float(row["high95"])
