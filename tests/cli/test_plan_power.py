"""``evalkit plan power``: from the plan alone."""

from __future__ import annotations

import json
import re
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
    told = " ".join(done.stdout.split())
    assert "Inga uppgifter har lästs." in told
    assert "Ojämnhet 1 (exakt): minsta ökning som kan upptäckas är 29 procent fler" in told
    assert "För att se en ökning på 50 procent behövs ungefär 36 månader till utöver planens tid." in told
    assert [path.name for path in bare.iterdir()] == ["plan.yaml"]


def test_the_other_language(bare: Path) -> None:
    told = " ".join(invoke("plan", "power", bare, "--lang", "en").stdout.split())
    assert "No data have been read." in told
    assert "To see an increase of 50 per cent about 36 months more than the time of the plan are needed." in told


def test_json_holds_the_same_numbers(bare: Path) -> None:
    told = json.loads(invoke("plan", "power", bare, "--json").stdout)
    first = told["estimands"][0]
    assert (first["id"], first["design"], first["months_after"]) == ("E1", "D1", 12)
    assert [round(row["smallest_increase"]["ratio"], 2) for row in first["expected"]] == [1.29, 1.42, 1.63]
    assert [row["smallest_increase"]["method"] for row in first["expected"]] == ["exact"] * 3
    wait = {"ratio": 1.5, "months": 48, "method": "wald", "reason": None}
    assert first["expected"][2]["months_after_start"][0] == wait
    assert (first["planned_as"], told["estimands"][2]["planned_as"]) == ("count", "share")
    assert [len(table["rows"]) for table in told["tables"]] == [15] * len(told["tables"])
    named = [one for table in told["tables"] for one in table["estimands"]]
    assert sorted(named) == sorted(item["id"] for item in told["estimands"] if not item["expected"])
    assert len(told["notes"]["sv"]) == len(told["notes"]["en"]) >= 3
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


@pytest.mark.parametrize("language", ["sv", "en"])
@pytest.mark.parametrize("name", ["demonstration", "manniskoexploatering", "samordnad-tillsyn-otto"])
def test_a_screen_of_80_columns_holds_it(name: str, language: str) -> None:
    told = invoke("plan", "power", name, "--lang", language).stdout
    assert max(len(line) for line in told.splitlines()) <= 80
    assert told.count("nan") == told.count("None") == 0


def test_an_unknown_analysis_is_told_with_those_that_there_are() -> None:
    done = invoke("plan", "power", "nosuch", "--lang", "sv")
    assert (done.exit_code, done.stdout) == (cli.BAD_INPUT, "")
    assert "Analysen finns inte." in done.stderr
    assert "rapport" not in done.stderr
    assert all(name in done.stderr for name in ("demonstration", "manniskoexploatering", "samordnad-tillsyn-otto"))


def test_every_command_is_told_in_one_whole_sentence() -> None:
    """At 80 columns the list of commands cuts a longer one off."""
    for group in ((), ("plan",)):
        told = CliRunner().invoke(cli.app, [*group, "--help"], env={"COLUMNS": "80"}).stdout
        listed = [line for line in told.split("Commands:")[1].splitlines() if line.strip()]
        assert all(re.fullmatch(r"  [a-z]+ +[A-ZÅÄÖ][^.]+\.", line) for line in listed), listed
