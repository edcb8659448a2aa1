"""``evalkit plan power``: from the plan alone."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from evalkit import cli, resources

PLAN = resources.analyses() / "samordnad-tillsyn-otto" / "plan.yaml"


def invoke(*arguments: object):
    return CliRunner().invoke(cli.app, [str(argument) for argument in arguments])


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """An analysis folder with a plan and no data whatever."""
    folder = tmp_path / "Tom mapp åäö"
    folder.mkdir()
    shutil.copy(PLAN, folder / "plan.yaml")
    return folder


def test_no_data_file_is_needed(bare: Path) -> None:
    done = invoke("plan", "power", bare)
    assert (done.exit_code, done.stderr) == (cli.OK, "")
    assert "Inga uppgifter har lästs." in done.stdout
    assert "minsta ökning som kan upptäckas är 27 procent fler" in done.stdout
    assert "För att se en ökning på 50 procent behövs ungefär 3 månader till utöver planens tid." in done.stdout
    assert [path.name for path in bare.iterdir()] == ["plan.yaml"]


def test_the_other_language(bare: Path) -> None:
    done = invoke("plan", "power", bare, "--lang", "en")
    assert "No data have been read." in done.stdout
    assert "To see an increase of 50 per cent about 3 months more than the time of the plan are needed." in done.stdout


def test_json_holds_the_same_numbers(bare: Path) -> None:
    told = json.loads(invoke("plan", "power", bare, "--json").stdout)
    first = told["estimands"][0]
    assert (first["id"], first["design"], first["months_after"]) == ("E1", "D1", 12)
    assert [round(row["smallest_increase"]["ratio"], 2) for row in first["expected"]] == [1.27, 1.38, 1.54]
    assert first["expected"][2]["months_after_start"][0] == {"ratio": 1.5, "months": 15, "reason": None}
    assert [len(table["rows"]) for table in told["tables"]] == [15] * len(told["tables"])
    reasons = {row["smallest_decrease"]["reason"] for table in told["tables"] for row in table["rows"]}
    assert reasons == {None, "nothing_detectable"}


def test_a_slug_is_enough_and_the_demonstration_is_the_default() -> None:
    assert "Planen samordnad-tillsyn-otto" in invoke("plan", "power", "samordnad-tillsyn-otto").stdout
    assert "Planen demonstration" in invoke("plan", "power").stdout


def test_a_faulty_plan_is_told_and_ends_with_2(bare: Path) -> None:
    (bare / "plan.yaml").write_text("plan_version: 1\n", "utf-8")
    done = invoke("plan", "power", bare)
    assert done.exit_code == cli.BAD_INPUT
    assert done.stdout == ""
    assert "estimands" in done.stderr


def test_the_command_has_a_place_for_others() -> None:
    told = invoke("plan", "--help").stdout
    assert "power" in told
    assert invoke("--help").stdout.count("plan") >= 1
