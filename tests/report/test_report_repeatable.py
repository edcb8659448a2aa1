"""Same input, same bytes: in another folder, in another process, with another hash seed."""

from __future__ import annotations

import json
import os
import subprocess
import sys

from evalkit.artifacts import digests

ARTIFACTS = """
import sys
from pathlib import Path
from evalkit import pipeline
pipeline.write_artifacts(pipeline.evaluate_analysis(pipeline.analysis_folder(None)), Path(sys.argv[1]))
"""


def environment(seed: str) -> dict[str, str]:
    return {**os.environ, "PYTHONHASHSEED": seed, "TZ": "Pacific/Auckland"}


def test_a_report_has_the_same_bytes_every_time(report, tmp_path):
    first, out = report("manniskoexploatering"), tmp_path / "en annan" / "plats"
    command = [sys.executable, "-m", "evalkit.cli", "report", "manniskoexploatering", "--engine", "embedded"]
    subprocess.run([*command, "--out", str(out)], env=environment("1"), cwd=tmp_path, capture_output=True, check=True)

    assert digests(out) == digests(first.folder)
    assert {"effektutvardering.html", "effektutvardering.pdf", "artifacts/series.parquet"} <= set(digests(out))
    manifests = [json.loads((folder / "manifest.json").read_text("utf-8")) for folder in (out, first.folder)]
    clock = {"started", "finished"}
    assert {key for key in manifests[0] if manifests[0][key] != manifests[1][key]} <= clock


def test_the_demonstration_draws_the_same_world_every_time(demonstration, tmp_path):
    subprocess.run([sys.executable, "-c", ARTIFACTS, str(tmp_path / "a")], env=environment("2"), check=True)

    assert digests(tmp_path / "a") == digests(demonstration.folder / "artifacts")


def test_the_manifest_lists_every_file_as_it_is(each):
    manifest = json.loads((each.folder / "manifest.json").read_text("utf-8"))

    assert manifest["files"] == digests(each.folder)
    assert manifest["engine"]["name"] == "embedded"
    assert manifest["seed"] == (20230401 if each.slug == "demonstration" else None)
    assert manifest["plan_digest"] == each.run.artifacts.plan.digest
