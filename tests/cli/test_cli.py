"""The command line as its users meet it: exit codes, messages, what is written and where."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from evalkit import cli, pipeline, resources
from evalkit.language import Text

REAL = resources.analyses() / "manniskoexploatering"
PERSON = "811218-9876"


def invoke(*arguments: object):
    return CliRunner().invoke(cli.app, [str(argument) for argument in arguments])


def run(*arguments: str, **options) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "evalkit.cli", *arguments]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False, **options)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A sound analysis of one's own, in a folder with a space and Swedish letters."""
    target = tmp_path / "Mina ärenden åäö"
    shutil.copytree(REAL, target, ignore=shutil.ignore_patterns("kalla", "*.py", "__pycache__"))
    return target


def names(path: Path) -> list[str]:
    return sorted(found.relative_to(path).as_posix() for found in path.rglob("*"))


def spoil(file: Path, old: str, new: str) -> None:
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), "utf-8")


def duplicate_row(file: Path) -> None:
    lines = file.read_text("utf-8").splitlines()
    file.write_text("\n".join([*lines, lines[1]]) + "\n", "utf-8")


SPOILED = {
    "missing file": (lambda data: (data / "outcomes.csv").unlink(), "outcomes"),
    "unknown column": (lambda data: spoil(data / "units.csv", "unit_kind", "sort"), "sort"),
    "text for a number": (lambda data: spoil(data / "outcomes.csv", ",43,", ",många,"), "value"),
    "duplicate key": (lambda data: duplicate_row(data / "outcomes.csv"), "outcomes.csv"),
    "negative count": (lambda data: spoil(data / "outcomes.csv", ",43,", ",-43,"), "value"),
    "identity number in a cell": (lambda data: spoil(data / "units.csv", "Region Stockholm", PERSON), "unit_name"),
    "identity number in a heading": (lambda data: spoil(data / "units.csv", "unit_kind", PERSON), "units.csv"),
    "identity number in a file name": (lambda data: (data / f"outcomes_{PERSON}.csv").write_text("x"), "#"),
    "empty file": (lambda data: (data / "coverage.csv").write_bytes(b""), "coverage.csv"),
    "wrong encoding": (
        lambda data: (data / "units.csv").write_bytes((data / "units.csv").read_text("utf-8").encode("utf-16")),
        "units.csv",
    ),
}


@pytest.mark.parametrize(("spoiling", "named"), SPOILED.values(), ids=SPOILED)
def test_bad_input_is_told_in_four_parts_and_nothing_is_written(folder, monkeypatch, spoiling, named):
    spoiling(folder / "data")
    monkeypatch.chdir(folder.parent)
    before = names(folder.parent)
    done = invoke("check", folder)

    assert done.exit_code == cli.BAD_INPUT
    assert done.stdout == ""
    told, summary = done.stderr.split("\n\n")
    head, *lines = told.splitlines()
    assert summary.startswith("Sammanfattning\n")
    assert head.endswith(f"({len(lines) // 4} fel)")
    assert [line.split(":")[0].strip() for line in lines[1:4]] == ["Var", "Godtas", "Gör så här"]
    assert len(lines) % 4 == 0
    assert named in done.stderr
    assert PERSON not in done.output
    assert PERSON.replace("-", "") not in done.output
    assert names(folder.parent) == before


def test_a_period_outside_the_dates_of_the_model_is_bad_input(tmp_path):
    source = resources.analyses() / "samordnad-tillsyn-otto" / "data"
    shutil.copytree(source, tmp_path / "data")
    rows = (source / "outcomes.csv").read_text("utf-8").splitlines()
    before_start = rows[1].replace(",2024,", ",2010,")
    assert before_start != rows[1]
    (tmp_path / "data" / "outcomes.csv").write_text("\n".join([rows[0], before_start]) + "\n", "utf-8")
    done = invoke("check", tmp_path / "data")

    assert done.exit_code == cli.BAD_INPUT
    assert "model" in done.stderr
    assert "outcomes.csv" in done.stderr


def test_a_missing_path_is_bad_input(tmp_path):
    done = invoke("check", tmp_path / "finns inte")

    assert done.exit_code == cli.BAD_INPUT
    assert "Mappen finns inte." in done.stderr
    assert invoke("check", tmp_path / "finns inte", "--lang", "en").stderr.splitlines()[2].startswith("  Where:")


def test_a_sound_folder_is_told_file_by_file(folder):
    done = invoke("check", folder / "data")

    assert done.exit_code == cli.OK
    assert done.stdout.splitlines()[0] == "Uppgifterna följer datakontrakten."
    assert any(line.startswith("  outcomes.csv → outcomes: 12 rader") for line in done.stdout.splitlines())
    assert done.stderr == ""


def test_an_analysis_is_checked_with_its_plan(folder):
    swedish, english = invoke("check", folder), invoke("check", folder, "--lang", "en")

    assert swedish.stdout.startswith("Analysplanen är giltig.\nUppgifterna följer")
    assert english.stdout.startswith("The analysis plan is valid.\nThe data follow")
    assert invoke("check", "demonstration").stdout == "Analysplanen är giltig.\nUppgifterna simuleras.\n"
    spoil(folder / "plan.yaml", "design: D3", "design: D9")
    assert invoke("check", folder).exit_code == cli.BAD_INPUT


def test_a_report_of_an_unknown_analysis_is_bad_input(tmp_path):
    done = invoke("report", "finns-inte", "--out", tmp_path / "ut")

    assert done.exit_code == cli.BAD_INPUT
    assert "demonstration, manniskoexploatering" in done.stderr
    assert names(tmp_path) == []


def test_quarto_that_is_not_there_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr("evalkit.render.quarto.command", lambda: None)
    done = invoke("report", "--engine", "quarto", "--out", tmp_path / "ut")

    assert done.exit_code == cli.BAD_INPUT
    assert "Quarto är inte installerat" in done.stderr


def test_a_folder_that_is_occupied_is_told(tmp_path):
    (tmp_path / "bok.docx").write_text("viktigt")
    done = invoke("report", "--out", tmp_path)

    assert done.exit_code == cli.BAD_INPUT
    assert "bok.docx" in done.stderr
    assert names(tmp_path) == ["bok.docx"]


@pytest.fixture
def made(tmp_path, monkeypatch):
    """A report that needs no work, told in two stages."""

    def report(_analysis, *, out, engine, progress):
        progress(Text("Läser", "Reading"))
        progress(Text("Ritar", "Drawing"))
        return pipeline.ReportFiles(out, out / "r.html", out / "r.pdf", out / "manifest.json")

    monkeypatch.setattr(pipeline, "report", report)
    return tmp_path / "ut"


def test_the_files_made_are_the_lines_of_standard_output(made):
    done = invoke("report", "--out", made)

    assert done.exit_code == cli.OK
    assert done.stdout.splitlines() == [str(made / name) for name in ("r.html", "r.pdf", "manifest.json")]


def test_each_stage_is_one_line_with_its_time(made):
    for language, words, mark in (("sv", ("Läser", "Ritar"), ","), ("en", ("Reading", "Drawing"), ".")):
        lines = invoke("report", "--out", made, "--lang", language).stderr.splitlines()
        assert lines == [f"  {word} … 0{mark}0 s" for word in words]


def test_at_a_terminal_the_stage_stands_there_while_it_goes_on(monkeypatch, capsys):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    with cli._Steps(cli.Language.SV) as steps:
        steps.begin(Text("Läser", "Reading"))
        assert capsys.readouterr().err == "  Läser …"
    assert capsys.readouterr().err == " 0,0 s\n"


@pytest.mark.parametrize("is_live", [True, False])
def test_a_message_never_ends_up_inside_a_stage(monkeypatch, capsys, is_live):
    monkeypatch.setattr("sys.stderr.isatty", lambda: is_live)
    with pytest.raises(ZeroDivisionError), cli._Steps(cli.Language.SV) as steps:
        steps.begin(Text("Läser", "Reading")) or 1 / 0
    assert capsys.readouterr().err == "  Läser …\n"


def failing(error):
    def report(*_args, **_options):
        raise error

    return report


def test_a_fault_of_our_own_is_short_and_its_details_are_in_a_file(tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    monkeypatch.setattr(pipeline, "report", failing(ValueError(f"could not convert {PERSON!r}")))
    done = invoke("report")

    assert done.exit_code == cli.INTERNAL
    assert done.stdout == ""
    first, where, step = done.stderr.splitlines()
    assert first == "Fel i evalkit (ValueError). Inget har skrivits."
    assert step.startswith("  Gör så här:")
    assert PERSON not in done.output
    details = Path(where.partition(":")[2].strip())
    assert "Traceback" in details.read_text("utf-8")
    assert os.name == "nt" or details.stat().st_mode & 0o077 == 0


def test_a_fault_whose_details_cannot_be_written_is_still_short(monkeypatch):
    monkeypatch.setattr(pipeline, "report", failing(ValueError(PERSON)))
    monkeypatch.setattr("tempfile.NamedTemporaryFile", failing(OSError()))
    done = invoke("report", "--lang", "en")

    assert (done.exit_code, done.stderr) == (cli.INTERNAL, "A fault in evalkit (ValueError). Nothing was written.\n")


def test_an_interrupt_ends_with_130(monkeypatch):
    monkeypatch.setattr(pipeline, "report", failing(KeyboardInterrupt()))
    done = invoke("report")

    assert (done.exit_code, done.stderr) == (cli.INTERRUPTED, "Avbrutet. Inget har skrivits.\n")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT to send")
def test_a_run_that_is_interrupted_while_rendering_leaves_nothing(tmp_path):
    (tmp_path / "tmp").mkdir()
    # A process that is started in the background is born deaf to interrupts.
    code = (
        "import signal, sys\nsignal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "from evalkit.cli import main\nsys.argv[0] = 'evalkit'\nmain()"
    )
    started = subprocess.Popen(
        [sys.executable, "-c", code, "report", str(REAL), "--engine", "embedded", "--out", str(tmp_path / "a" / "ut")],
        env={**os.environ, "TMPDIR": str(tmp_path / "tmp")},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    while started.poll() is None and not any(tmp_path.glob("tmp/evalkit-kernel-*")):
        time.sleep(0.05)
    started.send_signal(signal.SIGINT)
    out, err = started.communicate(timeout=60)

    assert started.returncode == cli.INTERRUPTED
    assert out == b""
    assert err.decode().splitlines()[-1] == "Avbrutet. Inget har skrivits."
    assert "Traceback" not in err.decode()
    assert names(tmp_path) == ["tmp"]


def test_help_is_fast_and_needs_nothing_heavy():
    heavy = ("rich", "polars", "numpy", "matplotlib", "yaml", "babel", "pandera")
    code = (
        "import sys\nfrom evalkit import cli\nsys.argv = ['evalkit', '--help']\n"
        f"try:\n cli.main()\nfinally:\n print('LOADED', [name for name in {heavy} if name in sys.modules])"
    )
    times = []
    for _ in range(3):
        started = time.perf_counter()
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        times.append(time.perf_counter() - started)
    assert done.stdout.splitlines()[-1] == "LOADED []"
    assert "report" in done.stdout
    assert min(times) < 0.5


def test_version_and_usage():
    assert run("--version").stdout == "evalkit 0.1.0\n"
    assert run("check").returncode == cli.BAD_INPUT
    assert run("rapport").returncode == cli.BAD_INPUT
    assert run("report", "--lang", "fi").returncode == cli.BAD_INPUT


@pytest.mark.skipif(os.name == "nt", reason="the environment of a POSIX shell")
def test_a_bare_environment_is_enough(folder):
    """No home, the C locale, an output that knows only ASCII, a folder that nobody can write in."""
    bare = {"PATH": os.environ["PATH"], "LANG": "C", "LC_ALL": "C", "PYTHONIOENCODING": "ascii:strict"}
    done = run("check", str(folder), env=bare, cwd="/")

    assert done.returncode == cli.OK
    assert "giltig." in done.stdout
    wrong = run("check", "finns-inte-å", env=bare, cwd="/")
    assert wrong.returncode == cli.BAD_INPUT
    assert "finns-inte-?" in wrong.stderr
