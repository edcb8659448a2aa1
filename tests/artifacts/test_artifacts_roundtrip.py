"""What a run writes comes back exactly, and a folder that is not a whole run is refused."""

from __future__ import annotations

import hashlib
import json
import math
import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from evalkit import artifacts, pipeline
from evalkit.errors import EvalkitError, ReportError
from evalkit.estimates import Cell, Estimate, Tested
from evalkit.language import Text
from evalkit.selftest import SelfTest, Trial
from evalkit.statements import Statement
from evalkit.vocabulary import DesignId, EstimateStatus, Role, Scale

WHY = Statement("small_count", Text("För få.", "Too few."))
UNLIMITED = Estimate(
    scale=Scale.RATE_RATIO,
    status=EstimateStatus.ESTIMATED,
    estimand_id="E2",
    metric="O1",
    contrast="Å jämfört med B",
    design=DesignId.D2,
    role=Role.SECONDARY,
    estimate=math.inf,
    conf_low=0.1 + 0.2,
    conf_high=math.inf,
    conf_level=0.95,
    p_value=5e-324,
    null=1.0,
    events=12,
    exposure=1e22,
    cells=(Cell("a", "efter", 12, 1 / 3), Cell("a", "fore", 0, 2 / 3)),
    method="exact",
    assumptions=(WHY,),
    tests=(Tested("homogeneity of rate ratios", 0.1 + 0.7, 0.3, 2.0), Tested("without df", math.inf, 0.0)),
    p_adjusted=0.1 + 0.2,
    multiplicity="holm",
)


SELF_TEST = SelfTest(
    trials=(
        Trial(
            estimand_id="E1",
            design=DesignId.D3,
            factor=1.5,
            draws=40,
            estimated=0,
            median=None,
            coverage=None,
            excludes_one=None,
        ),
    ),
    not_tried=(("E2", WHY),),
    conf_level=0.95,
    seed=1,
    synthetic=True,
)


@pytest.fixture(scope="module")
def evaluation():
    return pipeline.evaluate_analysis(pipeline.analysis_folder("manniskoexploatering"))


@pytest.fixture(scope="module")
def with_every_kind(evaluation):
    """An estimate without limit and a refusal beside the real ones."""
    first, _, third, fourth = evaluation.released.estimates.items
    items = (first, UNLIMITED, third.refused(WHY), fourth)
    released = replace(evaluation.released, estimates=replace(evaluation.released.estimates, items=items))
    return replace(evaluation, released=released, true_values={"E1": 1.25}, self_test=SELF_TEST)


@pytest.fixture(scope="module")
def written(with_every_kind, tmp_path_factory):
    folder = tmp_path_factory.mktemp("written") / "artifacts"
    pipeline.write_artifacts(with_every_kind, folder)
    return folder


@pytest.fixture
def run(written, tmp_path):
    return Path(shutil.copytree(written, tmp_path / "artifacts"))


def test_everything_comes_back(with_every_kind, run):
    back, released = artifacts.read(run), with_every_kind.released

    assert back.released.estimates == released.estimates
    assert back.released.series.equals(released.series)
    assert back.released.series.schema == released.series.schema
    assert back.released.coverage.equals(released.coverage)
    assert (back.released.log, back.released.policy) == (released.log, released.policy)
    assert (back.released.synthetic, back.released.frequency) == (released.synthetic, released.frequency)
    assert back.plan.digest == with_every_kind.plan.digest
    assert back.sources.equals(with_every_kind.dataset.sources)
    assert back.true_values == {"E1": 1.25}
    assert back.self_test == SELF_TEST
    assert [file.digest for file in back.inputs] == [file.digest for file in with_every_kind.dataset.files]
    assert [file.sheet for file in back.inputs] == [None] * 5
    assert (back.data_digest, back.codebook_digest) == (with_every_kind.dataset.digest, with_every_kind.book.digest)


def test_unlimited_numbers_are_written_as_words_in_json(run):
    text = (run / "estimates.json").read_text("utf-8")

    assert json.loads(text, parse_constant=pytest.fail)[1]["conf_high"] == "Infinity"
    assert "NaN" not in text


def test_the_tables_for_people_hold_the_same(with_every_kind, run):
    table = pl.read_csv(run / "estimates.csv")
    assert table["estimand_id"].to_list() == ["E1", "E2", "E3", "E4"]
    assert table["conf_high"].to_list()[1] == math.inf
    assert table["reason_sv"].to_list()[2] == "För få."

    series = pl.read_csv(run / "series.csv", try_parse_dates=True)
    assert series["count"].to_list() == with_every_kind.released.series["count"].to_list()
    assert series["rate"].to_list() == with_every_kind.released.series["rate"].to_list()


def test_figures_come_back_with_their_texts(with_every_kind, run):
    entries = artifacts.read(run).figures
    assert [entry.id for entry in entries] == ["fig-O1-beslut-N1", "fig-jamforelser"]
    assert all((run / entry.file).read_bytes().startswith(b"<?xml") and entry.alt for entry in entries)


def test_the_same_run_has_the_same_bytes(with_every_kind, run, tmp_path):
    pipeline.write_artifacts(with_every_kind, tmp_path / "again")

    assert artifacts.digests(run) == artifacts.digests(tmp_path / "again")
    assert len(artifacts.digests(run)) == 16


BROKEN = [
    (name, content)
    for name in ("release.json", "inputs.json", "plan.json", "estimates.json", "figures.json")
    for content in (b"", b"{", b"[1]", b'{"a": "8112189876"}', b"\xff\xfe")
]


@pytest.mark.parametrize(("name", "content"), BROKEN)
def test_a_broken_file_is_told_without_its_content(run, name, content):
    (run / name).write_bytes(content)

    with pytest.raises(EvalkitError) as caught:
        artifacts.read(run)
    assert "8112189876" not in str(caught.value)


@pytest.mark.parametrize("name", ["series.parquet", "coverage.parquet", "sources.parquet"])
def test_a_broken_table_is_told(run, name):
    (run / name).write_bytes(b"PAR1 not at all PAR1")

    with pytest.raises(ReportError) as caught:
        artifacts.read(run)
    assert caught.value.problems[0].code == "artifacts_broken"


@pytest.mark.parametrize("name", artifacts._NEEDED)
def test_a_missing_file_is_named(run, name):
    (run / name).unlink()

    with pytest.raises(ReportError) as caught:
        artifacts.read(run)
    assert caught.value.problems[0].code == "artifacts_missing"
    assert caught.value.problems[0].place.file == f"artifacts/{name}"


def test_a_run_of_another_format_is_refused(run):
    record = json.loads((run / "release.json").read_text("utf-8"))
    (run / "release.json").write_text(json.dumps(record | {"format": 99}), "utf-8")

    with pytest.raises(ReportError) as caught:
        artifacts.read(run)
    assert caught.value.problems[0].code == "artifacts_format"


def test_the_manifest_is_complete(with_every_kind, run):
    folder = run.parent
    (folder / "rapport.html").write_text("<p>", "utf-8")
    (folder / "rapport.pdf").write_bytes(
        b"%PDF <pdfaid:part>2</pdfaid:part><pdfaid:conformance>A</pdfaid:conformance><pdfuaid:part>1</pdfuaid:part>"
    )
    started = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    artifacts.write_manifest(
        folder, plan=with_every_kind.plan, engine="embedded", engine_versions=(("pandoc", "3.9"),), started=started
    )
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))

    assert manifest["made_by"].startswith("evalkit ")
    assert manifest["analysis"] == "manniskoexploatering"
    assert manifest["started"] == "2026-01-02T03:04:05+00:00"
    assert manifest["plan_digest"] == with_every_kind.plan.digest
    assert manifest["data_digest"] == with_every_kind.dataset.digest
    assert manifest["codebook_digest"] == with_every_kind.book.digest
    assert manifest["seed"] is None
    assert [entry["name"] for entry in manifest["inputs"]] == [file.name for file in with_every_kind.dataset.files]
    assert manifest["engine"] == {"name": "embedded", "versions": {"pandoc": "3.9"}}
    assert manifest["pdf_standards"] == ["PDF/A-2a", "PDF/UA-1"]
    assert {"python", "polars", "scipy", "typst"} <= set(manifest["versions"])
    written = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert set(manifest["files"]) == written - {"manifest.json"}
    assert manifest["files"]["rapport.html"] == hashlib.sha256(b"<p>").hexdigest()
