"""Quarto as a program: what it is asked, with which environment, and how its failures are told."""

from __future__ import annotations

import json
import os
import re
import shutil
import stat
import sys
from pathlib import Path

import pytest

from evalkit.errors import ReportError
from evalkit.language import Language
from evalkit.render import Engine, Format, render
from evalkit.render.causes import likely_causes

FAKE = """#!{python}
import json, os, sys
from pathlib import Path
if sys.argv[1:] == ["--version"]:
    print("9.9.9"); sys.exit(0)
asked = Path({asked!r})
seen = json.loads(asked.read_text()) if asked.exists() else []
names = ("QUARTO_PYTHON", "EVALKIT_RUN", "SOURCE_DATE_EPOCH")
seen.append({{"argv": sys.argv[1:], "cwd": os.getcwd(), "env": {{n: os.environ.get(n) for n in names}}}})
asked.write_text(json.dumps(seen))
fails = os.environ.get("FAKE_FAILS")
if fails and sys.argv[4] == fails:
    print(os.environ["FAKE_LOG"], file=sys.stderr); sys.exit(1)
folder = Path(sys.argv[sys.argv.index("--output-dir") + 1]); folder.mkdir(parents=True, exist_ok=True)
suffix = {{"html": ".html", "typst": ".pdf"}}[sys.argv[4]]
(folder / Path(sys.argv[2]).with_suffix(suffix).name).write_text("made by " + sys.argv[4])
"""


@pytest.fixture
def asked(tmp_path, monkeypatch) -> Path:
    """Put a stand-in for Quarto first on the PATH; the file it leaves tells what it was asked."""
    folder = tmp_path / "bin"
    folder.mkdir()
    asked = tmp_path / "asked.json"
    program = folder / "quarto"
    program.write_text(FAKE.format(python=sys.executable, asked=str(asked)), "utf-8")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return asked


@pytest.fixture
def no_quarto(tmp_path, monkeypatch):
    (tmp_path / "empty").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    monkeypatch.setattr("evalkit.render.quarto.find_spec", lambda _name: None)


def test_quarto_is_asked_for_each_format_with_our_interpreter(asked, project, tmp_path):
    made = render(
        project, "rapport.qmd", tmp_path / "out", environment={"EVALKIT_RUN": "sju"}, engine=Engine.AUTO
    )  # fmt: skip
    calls = json.loads(asked.read_text())
    assert [call["argv"][:5] for call in calls] == [
        ["render", "rapport.qmd", "--to", "html", "--output-dir"],
        ["render", "rapport.qmd", "--to", "typst", "--output-dir"],
    ]
    assert {call["cwd"] for call in calls} == {str(project.resolve())}
    assert all(call["env"]["QUARTO_PYTHON"] == sys.executable for call in calls)
    assert all(call["env"]["EVALKIT_RUN"] == "sju" for call in calls)
    assert made.engine is Engine.QUARTO
    assert made.versions == (("quarto", "9.9.9"),)
    assert made.html.read_text() == "made by html"
    assert made.pdf.read_text() == "made by typst"


def test_nothing_is_written_unless_every_format_succeeds(asked, project, tmp_path, monkeypatch):
    monkeypatch.setenv("FAKE_FAILS", "typst")
    monkeypatch.setenv("FAKE_LOG", "error: PDF/UA-1 error: missing alt text")
    with pytest.raises(ReportError) as caught:
        render(project, "rapport.qmd", tmp_path / "out", engine=Engine.QUARTO)
    assert caught.value.problems[0].code == "alt_text_missing"
    assert not (tmp_path / "out").exists()


def test_an_older_report_stays_when_the_new_one_fails(asked, project, tmp_path, monkeypatch):
    out = tmp_path / "out"
    render(project, "rapport.qmd", out, engine=Engine.QUARTO)
    monkeypatch.setenv("FAKE_FAILS", "html")
    monkeypatch.setenv("FAKE_LOG", "ERROR: YAMLError: duplicated mapping key")
    with pytest.raises(ReportError) as caught:
        render(project, "rapport.qmd", out, engine=Engine.QUARTO)
    assert [problem.code for problem in caught.value.problems] == ["settings_invalid", "quarto_said"]
    assert (out / "rapport.html").read_text() == "made by html"


def test_a_missing_quarto_says_how_to_get_it(no_quarto, project, tmp_path):
    with pytest.raises(ReportError) as caught:
        render(project, "rapport.qmd", tmp_path / "out", engine=Engine.QUARTO)
    message = caught.value.render(Language.EN)
    assert caught.value.problems[0].code == "quarto_missing"
    assert 'pip install "evalkit[quarto]"' in message
    assert "quarto.org" in message


def test_auto_falls_back_to_the_embedded_engine(no_quarto, write_report, tmp_path):
    project = write_report("\n# Rubrik\n\nText.\n")
    made = render(project, "rapport.qmd", tmp_path / "out", formats=(Format.HTML,), engine=Engine.AUTO)
    assert made.engine is Engine.EMBEDDED


def test_a_report_that_does_not_exist_is_told(tmp_path):
    with pytest.raises(ReportError) as caught:
        render(tmp_path, "nej.qmd", tmp_path / "out")
    assert caught.value.problems[0].code == "document_missing"


LOG = """
Executing 'rapport.quarto_ipynb'
An error occurred while executing the following cell:
------------------
namn = "x"
int("Anna Andersson")
------------------


---------------------------------------------------------------------------
{name}                                Traceback (most recent call last)
Cell In[1], line 4
----> 4 int("Anna Andersson")

{name}: {message}

WARN: Error encountered when rendering files
"""


def test_a_failing_cell_in_a_log_is_located_and_its_data_left_out(write_report):
    project = write_report('\nText\n\n```{python}\n#| label: x\nnamn = "x"\nint("Anna Andersson")\n```\n')
    log = LOG.format(name="ValueError", message="invalid literal: 'Anna Andersson'")
    (problem,) = likely_causes(log, project, "rapport.qmd")
    assert problem.place.file == "rapport.qmd:8"
    assert str(problem.what) == "cellen stoppade med ValueError"


def test_our_own_errors_in_a_log_keep_their_words(write_report):
    project = write_report('\n```{python}\nnamn = "x"\nint("Anna Andersson")\n```\n')
    log = LOG.format(name="PlanError", message="Analysplanen är inte giltig (1 fel)\nrad två")
    (problem,) = likely_causes(log, project, "rapport.qmd")
    assert str(problem.what) == "cellen stoppade med PlanError: Analysplanen är inte giltig (1 fel)\nrad två"


def test_a_failing_inline_expression_in_a_log_keeps_its_data_out(tmp_path):
    log = "Executing\n\nValueError: invalid literal: 'Anna'\nWARN: Error encountered when rendering files\n"
    (problem,) = likely_causes(log, tmp_path, "rapport.qmd")
    assert str(problem.what) == "cellen stoppade med ValueError"


@pytest.mark.parametrize(
    ("log", "code"),
    [
        ("ModuleNotFoundError: No module named 'nbformat'", "jupyter_missing"),
        ("error: unexpected end of file", "pdf_failed"),
        ("something else", "quarto_failed"),
    ],
)
def test_the_likely_cause_comes_first(tmp_path, log, code):
    assert likely_causes(log, tmp_path, "rapport.qmd")[0].code == code


def normalised(html: str) -> list[str]:
    """The body without what Quarto adds and nobody sees: scaffolding classes, counters, void-tag slashes."""
    body = html[html.index("<body>") : html.index("</body>")]
    body = re.sub(r"base64,[A-Za-z0-9+/=]+", "base64,…", body)
    body = re.sub(r' (?:data-execution_count="\d+"|class="(?:header|odd|even|(?:cell )?caption-top|cell)")', "", body)
    return re.sub(r"\s*/>", ">", body).split()


# Quarto is no package that the tests could install. Where it is missing there is nothing to compare with, and
# the comparison is not a test at all rather than one that is skipped.
if shutil.which("quarto") is not None:

    def test_both_engines_make_the_same_page(rendered, project, tmp_path):
        genuine = render(project, "rapport.qmd", tmp_path / "out", engine=Engine.QUARTO)
        assert normalised(genuine.html.read_text("utf-8")) == normalised(rendered.html.read_text("utf-8"))
        assert b"/StructTreeRoot" in genuine.pdf.read_bytes()
