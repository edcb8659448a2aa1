"""The true values of made-up data stand beside the estimates; real data have none."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from evalkit import resources
from evalkit.errors import AnalysisError
from evalkit.metrics import MetricBook
from evalkit.plan import Plan
from evalkit.plan_data import dataset_of

STEGVIS = resources.analyses() / "stegvis"


def test_synthetic_files_have_the_values_that_the_plan_tells() -> None:
    dataset, values = dataset_of(Plan.load(STEGVIS), STEGVIS, MetricBook.load())
    assert dataset.synthetic
    assert values == {"E1": 2.0, "E2": 0.75}


def test_true_values_of_real_data_are_refused(tmp_path: Path) -> None:
    folder = shutil.copytree(STEGVIS, tmp_path / "stegvis")
    sources = folder / "data" / "sources.csv"
    sources.write_text(sources.read_text("utf-8").replace("synthetic", "published"), "utf-8")
    with pytest.raises(AnalysisError) as caught:
        dataset_of(Plan.load(folder), folder, MetricBook.load())
    assert str(caught.value.problems[0].what.sv) == ("Planen anger sanna värden, men uppgifterna är inte syntetiska.")


def test_simulated_data_bring_theirs() -> None:
    folder = resources.analyses() / "demonstration"
    _, values = dataset_of(Plan.load(folder), folder, MetricBook.load())
    assert values["E2"] == 1.5
