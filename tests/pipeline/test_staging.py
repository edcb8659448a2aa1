"""Outputs appear whole or not at all, and nothing that is not ours is ever touched."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from evalkit.artifacts import digests
from evalkit.errors import ReportError
from evalkit.language import Language
from evalkit.staging import staged


def make(out: Path, text: str = "ny") -> None:
    """A whole report, as a run writes it."""
    with staged(out) as partial:
        (partial / "rapport.html").write_text(text, "utf-8")
        (partial / "artifacts").mkdir()
        (partial / "artifacts" / "plan.json").write_text("{}", "utf-8")
        manifest = {"made_by": "evalkit 0.1.0", "files": digests(partial)}
        (partial / "manifest.json").write_text(json.dumps(manifest), "utf-8")


def fail_half_way(out: Path, error: type[BaseException]) -> None:
    with staged(out) as partial:
        (partial / "rapport.html").write_text("halv")
        raise error


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def refused(out: Path) -> str:
    with pytest.raises(ReportError) as caught, staged(out):
        pytest.fail("the block must not begin")
    (problem,) = caught.value.problems
    for language in Language:
        assert len(problem.render(language).splitlines()) == 4
    return problem.code


def test_a_folder_that_does_not_exist_is_made_with_those_above_it(tmp_path):
    make(tmp_path / "a" / "b" / "ut")

    assert names(tmp_path / "a" / "b" / "ut") == ["artifacts", "manifest.json", "rapport.html"]
    assert names(tmp_path / "a" / "b") == ["ut"]


def test_nothing_is_seen_before_it_is_whole(tmp_path):
    with staged(tmp_path / "ut") as partial:
        (partial / "rapport.html").write_text("halv")
        assert not (tmp_path / "ut").exists()
        assert partial.parent == tmp_path
    assert (tmp_path / "ut" / "rapport.html").read_text() == "halv"


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt, SystemExit, OSError])
def test_an_error_leaves_nothing_not_even_the_folders_above(tmp_path, error):
    with pytest.raises(error):
        fail_half_way(tmp_path / "a" / "b" / "ut", error)
    assert names(tmp_path) == []


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_an_error_leaves_an_earlier_report_as_it_was(tmp_path, error):
    make(tmp_path / "ut", "gammal")
    before = digests(tmp_path / "ut")
    with pytest.raises(error):
        fail_half_way(tmp_path / "ut", error)

    assert digests(tmp_path / "ut") == before
    assert names(tmp_path) == ["ut"]


def test_an_earlier_report_is_replaced_whole(tmp_path):
    make(tmp_path / "ut", "gammal")
    with staged(tmp_path / "ut") as partial:
        (partial / "ny.html").write_text("ny")

    assert names(tmp_path / "ut") == ["ny.html"]
    assert names(tmp_path) == ["ut"]


def test_an_empty_folder_is_filled(tmp_path):
    (tmp_path / "ut").mkdir()
    make(tmp_path / "ut")

    assert "rapport.html" in names(tmp_path / "ut")


def test_what_file_managers_leave_is_no_hindrance(tmp_path):
    make(tmp_path / "ut")
    (tmp_path / "ut" / ".DS_Store").write_bytes(b"x")
    (tmp_path / "ut" / "artifacts" / "Thumbs.db").write_bytes(b"x")
    make(tmp_path / "ut", "igen")

    assert (tmp_path / "ut" / "rapport.html").read_text("utf-8") == "igen"


def foreign_file(out: Path) -> None:
    make(out)
    (out / "anteckningar.txt").write_text("viktigt")


def foreign_folder(out: Path) -> None:
    make(out)
    (out / "bilder").mkdir()
    (out / "bilder" / "foto.jpg").write_text("viktigt")


def edited(out: Path) -> None:
    make(out)
    (out / "rapport.html").write_text("med mina ändringar")


def no_manifest(out: Path) -> None:
    out.mkdir()
    (out / "bok.docx").write_text("viktigt")


def manifest_of_another_program(out: Path) -> None:
    out.mkdir()
    (out / "manifest.json").write_text('{"name": "webbapp", "icons": []}')
    (out / "index.html").write_text("viktigt")


def manifest_that_is_no_json(out: Path) -> None:
    out.mkdir()
    (out / "manifest.json").write_text("viktigt")


def link_to_elsewhere(out: Path) -> None:
    make(out)
    (out / "arkiv").symlink_to(out.parent)


@pytest.mark.parametrize(
    "prepare",
    [
        foreign_file,
        foreign_folder,
        edited,
        no_manifest,
        manifest_of_another_program,
        manifest_that_is_no_json,
        link_to_elsewhere,
    ],
)
def test_a_folder_with_anything_that_is_not_ours_is_left_alone(tmp_path, prepare):
    prepare(tmp_path / "ut")
    before = digests(tmp_path)

    assert refused(tmp_path / "ut") == "out_occupied"
    assert digests(tmp_path) == before


def test_a_file_that_comes_while_the_report_is_made_is_left_alone(tmp_path):
    with pytest.raises(ReportError), staged(tmp_path / "ut"):
        no_manifest(tmp_path / "ut")

    assert names(tmp_path / "ut") == ["bok.docx"]
    assert names(tmp_path) == ["ut"]


def test_a_file_in_the_place_of_the_folder_is_left_alone(tmp_path):
    (tmp_path / "ut").write_text("viktigt")

    assert refused(tmp_path / "ut") == "out_is_file"
    assert (tmp_path / "ut").read_text() == "viktigt"


def test_a_folder_below_a_file_is_refused(tmp_path):
    (tmp_path / "fil").write_text("viktigt")

    assert refused(tmp_path / "fil" / "ut") == "out_unwritable"


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs a folder that nobody can write in")
def test_a_folder_that_nobody_can_write_in_is_refused():
    assert refused(Path("/proc/self/ut")) == "out_unwritable"


def test_the_folder_one_stands_in_is_refused(tmp_path, monkeypatch):
    make(tmp_path / "ut")
    for place, given in ((tmp_path / "ut", "."), (tmp_path / "ut" / "artifacts", "..")):
        monkeypatch.chdir(place)
        assert refused(Path(given)) == "out_is_here"
    assert refused(Path("/")) == "out_is_file"


def test_a_linked_folder_is_followed(tmp_path):
    (tmp_path / "riktig").mkdir()
    (tmp_path / "lank").symlink_to("riktig")
    make(tmp_path / "lank" / "ut")
    make(tmp_path / "lank" / "ut", "igen")

    assert (tmp_path / "riktig" / "ut" / "rapport.html").read_text("utf-8") == "igen"
    assert (tmp_path / "lank").is_symlink()


def test_a_link_as_output_folder_is_followed_and_kept(tmp_path):
    (tmp_path / "stor_disk").mkdir()
    (tmp_path / "ut").symlink_to("stor_disk")
    make(tmp_path / "ut")

    assert (tmp_path / "ut").is_symlink()
    assert "rapport.html" in names(tmp_path / "stor_disk")


def test_letters_and_spaces_in_names(tmp_path):
    make(tmp_path / "år 2025" / "färdig rapport")

    assert names(tmp_path / "år 2025") == ["färdig rapport"]


def test_two_runs_to_one_place_do_not_meet(tmp_path):
    with staged(tmp_path / "ut") as partial:
        (partial / "rapport.html").write_text("första")
        other = subprocess.run(
            [sys.executable, "-c", SECOND, str(tmp_path / "ut")], stdout=subprocess.PIPE, text=True, check=True
        )
        assert other.stdout.strip() == "out_busy"
        assert partial.exists()

    assert (tmp_path / "ut" / "rapport.html").read_text() == "första"
    assert names(tmp_path) == ["ut"]


SECOND = """
import sys
from pathlib import Path
from evalkit.errors import ReportError
from evalkit.staging import staged
try:
    with staged(Path(sys.argv[1])):
        print("in")
except ReportError as error:
    print(error.problems[0].code)
"""


KILLED = """
import os, signal, sys
from pathlib import Path
from evalkit import staging
def stop(*_):
    os.kill(os.getpid(), signal.SIGKILL)
if sys.argv[2] == "between":
    rename = Path.rename
    def once(self, target):
        rename(self, target)
        stop()
    Path.rename = once
with staging.staged(Path(sys.argv[1])) as partial:
    (partial / "rapport.html").write_text("halv")
    if sys.argv[2] == "writing":
        stop()
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
@pytest.mark.parametrize("moment", ["writing", "between"])
def test_a_killed_run_leaves_the_earlier_report_to_the_next(tmp_path, moment):
    make(tmp_path / "ut", "gammal")
    before = digests(tmp_path / "ut")
    killed = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path / "ut"), moment], check=False)
    assert killed.returncode == -9
    assert any(name.startswith(".ut.") for name in names(tmp_path))

    with pytest.raises(RuntimeError):
        fail_half_way(tmp_path / "ut", RuntimeError)
    assert digests(tmp_path / "ut") == before
    assert names(tmp_path) == ["ut"]

    make(tmp_path / "ut", "ny")
    assert (tmp_path / "ut" / "rapport.html").read_text("utf-8") == "ny"


def test_a_report_that_cannot_be_moved_stays(tmp_path, monkeypatch):
    """Windows does not rename a folder in which a file is open."""
    make(tmp_path / "ut", "gammal")

    def open_elsewhere(self, _target):
        raise PermissionError(13, "in use", str(self))

    with pytest.raises(ReportError) as caught, staged(tmp_path / "ut"):
        monkeypatch.setattr(Path, "rename", open_elsewhere)
    assert caught.value.problems[0].code == "out_in_use"
    assert (tmp_path / "ut" / "rapport.html").read_text("utf-8") == "gammal"
    assert names(tmp_path) == ["ut"]
