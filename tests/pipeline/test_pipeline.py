"""From a folder to a report: which analysis, which error at which stage, what is left behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml

from evalkit import artifacts, figures, pipeline, plan_data, resources
from evalkit.artifacts import digests
from evalkit.errors import EvalkitError, PlanError, ReportError
from evalkit.render import Engine, Rendered

REAL = resources.analyses() / "manniskoexploatering"


@pytest.fixture
def quick(monkeypatch):
    """Everything as it is, but pages of one line in the place of rendered ones."""

    def render(project, document, out, *, engine, environment, progress):
        progress("cell 1 av 2: a.qmd:3")
        progress("cell 2 av 2: b.qmd:9")
        assert (project / environment["EVALKIT_RUN"] / "estimates.json").is_file()
        assert (project / document).is_file()
        for name in ("effektutvardering.html", "effektutvardering.pdf"):
            progress(f"gör {name.rpartition('.')[2].upper()}")
            (out / name).write_text("<p>Antalet ökade.</p>", "utf-8")
        html, pdf = out / "effektutvardering.html", out / "effektutvardering.pdf"
        return Rendered(html, pdf, Engine.EMBEDDED, (("pandoc", "3.9"),))

    monkeypatch.setattr("evalkit.render.render", render)


def copy_analysis(folder: Path) -> Path:
    """The real analysis, to be changed."""
    for path in REAL.rglob("*"):
        if path.is_file() and path.suffix in {".csv", ".yaml"} and "kalla" not in path.parts:
            target = folder / path.relative_to(REAL)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes())
    return folder


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_an_analysis_is_found_by_folder_by_plan_and_by_slug(tmp_path, monkeypatch):
    own = copy_analysis(tmp_path / "minanalys")
    monkeypatch.chdir(tmp_path)

    assert pipeline.analysis_folder(None) == resources.analyses() / "demonstration"
    assert pipeline.analysis_folder("manniskoexploatering") == REAL
    assert pipeline.analysis_folder("minanalys").resolve() == own
    assert pipeline.analysis_folder(own / "plan.yaml") == own
    assert pipeline.analysis_folder(str(own) + "/") == own


def test_an_own_folder_goes_before_the_one_that_comes_with_the_library(tmp_path, monkeypatch):
    copy_analysis(tmp_path / "demonstration")
    monkeypatch.chdir(tmp_path)

    assert pipeline.analysis_folder("demonstration").resolve() == tmp_path / "demonstration"


@pytest.mark.parametrize("given", ["finns-inte", "min/mapp/demonstration", "", "811218-9876"])
def test_a_misspelt_path_never_becomes_the_demonstration(tmp_path, monkeypatch, given):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(EvalkitError) as caught:
        pipeline.report(given, out=tmp_path / "ut", engine="embedded")

    assert caught.value.problems[0].code in {"analysis_missing", "plan_missing"}
    assert "811218" not in str(caught.value)
    assert names(tmp_path) == []


def test_a_folder_without_a_plan_says_that_the_plan_is_missing(tmp_path):
    (tmp_path / "tom").mkdir()
    with pytest.raises(PlanError) as caught:
        pipeline.report(tmp_path / "tom", out=tmp_path / "ut", engine="embedded")

    assert caught.value.problems[0].code == "plan_missing"
    assert names(tmp_path) == ["tom"]


def test_a_missing_or_unknown_engine_is_told_before_any_work(tmp_path, monkeypatch):
    monkeypatch.setattr("evalkit.render.quarto.command", lambda: None)
    monkeypatch.setattr(pipeline, "evaluate_analysis", lambda *_args, **_options: pytest.fail("work was done"))
    for engine, code in (("quarto", "quarto_missing"), ("latex", "engine_unknown")):
        with pytest.raises(ReportError) as caught:
            pipeline.report("manniskoexploatering", out=tmp_path / "ut", engine=engine)
        assert caught.value.problems[0].code == code
    assert names(tmp_path) == []


@pytest.mark.usefixtures("quick")
def test_a_run_names_its_files_and_tells_each_stage_once(tmp_path):
    told = []
    made = pipeline.report(REAL, out=tmp_path / "ut", engine="embedded", progress=told.append)

    assert [path.name for path in (made.html, made.pdf, made.manifest)] == [
        "effektutvardering.html",
        "effektutvardering.pdf",
        "manifest.json",
    ]
    assert names(tmp_path / "ut") == ["artifacts", "effektutvardering.html", "effektutvardering.pdf", "manifest.json"]
    assert [message.sv for message in told] == [
        "Läser och kontrollerar uppgifterna",
        "Bygger panelen och beräknar",
        "Döljer små antal",
        "Ritar figurer och skriver tabeller",
        "Fyller rapporten med resultaten",
        "Gör HTML-filen",
        "Gör PDF-filen",
    ]
    assert all(message.en != message.sv for message in told)
    manifest = json.loads(made.manifest.read_text("utf-8"))
    assert manifest["files"] == digests(tmp_path / "ut")


def broken(*_args, **_options):
    raise ZeroDivisionError


STAGES = [
    ("load", plan_data, "load"),
    ("panel", pipeline, "panel"),
    ("estimate", pipeline, "evaluate_panel"),
    ("release", pipeline, "release"),
    ("draw", figures, "all_figures"),
    ("write", artifacts, "write"),
    ("copy", pipeline, "copy_project"),
    ("words", pipeline, "_check_words"),
    ("manifest", artifacts, "write_manifest"),
]


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize(("module", "name"), [stage[1:] for stage in STAGES], ids=[stage[0] for stage in STAGES])
def test_an_error_at_any_stage_leaves_the_earlier_report_whole(monkeypatch, earlier, module, name):
    monkeypatch.setattr(module, name, broken)
    with pytest.raises(ZeroDivisionError):
        pipeline.report(REAL, out=earlier.folder, engine="embedded")
    assert digests(earlier.folder) == earlier.files
    assert names(earlier.folder.parent) == ["ut"]


class Earlier:
    def __init__(self, folder: Path) -> None:
        self.folder, self.files = folder, digests(folder)


@pytest.fixture
def earlier(tmp_path):
    """A report that evalkit has made before."""
    out = tmp_path / "fore" / "ut"
    with pipeline.staging.staged(out) as partial:
        (partial / "effektutvardering.html").write_text("<p>gammal</p>", "utf-8")
        manifest = {"made_by": artifacts.made_by(), "files": digests(partial)}
        (partial / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    return Earlier(out)


def test_a_word_that_claims_too_much_stops_the_report(tmp_path):
    rendered = tmp_path / "sida.html"
    rendered.write_text('<h1>OK</h1><img alt="Siffrorna bevisar allt"><style>.bevisar {}</style>', "utf-8")

    with pytest.raises(ReportError) as caught:
        pipeline._check_words(rendered)
    assert caught.value.problems[0].code == "forbidden_words"


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_a_run_killed_while_rendering_leaves_the_earlier_report_whole(earlier, tmp_path, quick):
    scratch = tmp_path / "tmp"
    scratch.mkdir()
    arguments = ["report", str(REAL), "--out", str(earlier.folder), "--engine", "embedded"]
    run = subprocess.Popen(
        [sys.executable, "-m", "evalkit.cli", *arguments],
        env={**os.environ, "TMPDIR": str(scratch)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        _wait_for(lambda: any(scratch.glob("evalkit-kernel-*")), run)
    finally:
        os.killpg(run.pid, signal.SIGKILL)
        run.wait()

    assert digests(earlier.folder) == earlier.files
    assert (earlier.folder.parent / ".ut.partial").is_dir()

    pipeline.report(REAL, out=earlier.folder, engine="embedded")
    assert names(earlier.folder.parent) == ["ut"]
    assert "ökade" in (earlier.folder / "effektutvardering.html").read_text("utf-8")


def _wait_for(is_there, run) -> None:
    for _ in range(600):
        if is_there():
            return
        assert run.poll() is None, "the run ended before it could be killed"
        time.sleep(0.05)
    pytest.fail("the run never came to rendering")


def test_the_project_is_copied_without_permissions_or_leftovers(tmp_path, monkeypatch):
    reports = tmp_path / "reports"
    (reports / "_out").mkdir(parents=True)
    (reports / "rapport_files").mkdir()
    for name in ("effektutvardering.qmd", "_out/gammal.html", "rapport_files/x.js"):
        (reports / name).write_text("x")
        (reports / name).chmod(0o444)
    pipeline._copy(reports, tmp_path / "kopia")

    assert names(tmp_path / "kopia") == ["effektutvardering.qmd"]
    assert (tmp_path / "kopia" / "effektutvardering.qmd").stat().st_mode & 0o200


def test_the_texts_of_a_plan_are_never_read_as_markup(tmp_path):
    folder = copy_analysis(tmp_path / "analys")
    text = (folder / "plan.yaml").read_text("utf-8")
    content = yaml.safe_load(text) | {"diary_number": "KS_2025_1"}
    content["subtitle"]["sv"] = "<script>alert(1)</script> *a* [b](http://c.se)"
    (folder / "plan.yaml").write_text(yaml.safe_dump(content), "utf-8")
    evaluation = pipeline.evaluate_analysis(folder)
    pipeline.write_artifacts(evaluation, tmp_path / "run")
    project = pipeline.copy_project(
        tmp_path / "projekt", tmp_path / "run", evaluation.plan, evaluation.released, data_digest="0" * 64
    )
    metadata = yaml.safe_load((project / "_metadata.yml").read_text("utf-8"))

    assert metadata["subtitle"] == r"\<script>alert(1)\</script> \*a\* \[b](http://c.se)"
    assert metadata["diary-number"] == r"KS\_2025\_1"
    assert metadata["synthetic"] is False
    assert "synthetic-text" not in metadata


def test_a_check_tells_of_plan_and_data_together(tmp_path):
    folder = copy_analysis(tmp_path / "analys")
    plan, units = folder / "plan.yaml", folder / "data" / "units.csv"
    plan.write_text(plan.read_text("utf-8").replace("design: D3", "design: D7"), "utf-8")
    units.write_text(units.read_text("utf-8").replace("unit_name", "namn"), "utf-8")

    with pytest.raises(EvalkitError) as caught:
        pipeline.check(folder)
    files = {problem.place.file for problem in caught.value.problems}
    assert files == {"plan.yaml", "units.csv"}


def test_a_check_holds_the_plan_against_the_data(tmp_path):
    folder = copy_analysis(tmp_path / "analys")
    plan = folder / "plan.yaml"
    plan.write_text(plan.read_text("utf-8").replace("Rn03", "Rn99"), "utf-8")

    with pytest.raises(EvalkitError) as caught:
        pipeline.check(folder)
    assert {problem.code for problem in caught.value.problems} == {"panel_unknown_unit"}


def test_a_check_returns_what_it_read():
    checked = pipeline.check(REAL)
    assert {file.table for file in checked.files} == {"coverage", "exposure", "outcomes", "sources", "units"}
    assert checked.plan.slug == "manniskoexploatering"
    assert pipeline.check(REAL / "data").plan is None
    assert pipeline.check("demonstration").files == ()
