"""``evalkit map`` as its users meet it."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from evalkit import cli

DATA = Path(__file__).parents[1] / "mappings" / "data"
ALKT = ("map", DATA / "alkt", "--using", "alkt", "--set", "unit_id=0127", "--set", "source_id=alkt_2024")


def invoke(*arguments: object):
    return CliRunner().invoke(cli.app, [str(argument) for argument in arguments])


def test_a_mapped_export_is_written_and_accounted_for(tmp_path: Path) -> None:
    done = invoke(*ALKT, "--out", tmp_path / "data", "--lang", "sv")
    assert done.exit_code == cli.OK, done.output
    assert sorted(path.name for path in (tmp_path / "data").iterdir()) == [
        "ordinary_supervision_alkt.csv",
        "permit_measures_alkt.csv",
    ]
    for told in (
        "Ärende_Beslut.csv → arende_beslut: 12 rader, 4 kolumner",
        "arende_beslut → permit_measures: 6 rader",
        "utelämnade: 1 rad (0500, tillsyn utan åtgärd)",
        "utelämnad: ServeringsNamn (namn på en verksamhet)",
        "Teckenkodningen är Windows-1252.",
    ):
        assert told in done.output


def test_without_out_nothing_is_written_and_that_is_said() -> None:
    done = invoke(*ALKT, "--lang", "en")
    assert done.exit_code == cli.OK
    assert done.output.endswith("Nothing was written: name --out.\n")


def test_the_ready_mappings_are_listed_and_shown() -> None:
    listed = invoke("map", "--list", "--lang", "sv")
    assert listed.exit_code == cli.OK
    for name in ("alkt", "bra_handled", "byggr", "edp_vision", "food_inspections"):
        assert f"\n{name}  " in f"\n{listed.output}"
    shown = invoke("map", "--show", "byggr")
    assert shown.exit_code == cli.OK
    assert "confirm: true" in shown.output


def test_a_proposal_is_printed_or_written(tmp_path: Path) -> None:
    file = DATA / "food_inspections" / "livsmedelskontroller.csv"
    printed = invoke("map", file, "--suggest", "--lang", "sv")
    assert printed.exit_code == cli.OK
    assert "target: ordinary_supervision" in printed.output
    assert "Påhittat" not in printed.output
    written = invoke("map", file, "--suggest", "--out", tmp_path / "min.yaml", "--lang", "sv")
    assert written.exit_code == cli.OK
    assert (tmp_path / "min.yaml").read_text("utf-8") == printed.output


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("map",), "Ange filen eller mappen med uttaget."),
        (("map", DATA / "alkt"), "Ange en mappning med --using."),
        (("map", DATA / "alkt", "--using", "alkt", "--set", "unit_id"), "saknar ”=”"),
        (("map", DATA / "alkt", "--using", "alkt"), "Inställningen unit_id saknas."),
        (("map", DATA / "alkt", "--using", "altk"), "menade du ”alkt”?"),
        (("map", DATA / "byggr", "--using", "byggr"), "Raden ”atgard” är inte bekräftad."),
        (("map", DATA / "saknas", "--suggest"), "Filen eller mappen finns inte."),
        (("map", "--show", "saknas"), "Det finns ingen mappning ”saknas”."),
    ],
)
def test_a_wrong_call_is_told_in_words(arguments: tuple[object, ...], told: str) -> None:
    done = invoke(*arguments, "--lang", "sv")
    assert done.exit_code == cli.BAD_INPUT
    assert told in done.stderr
    assert not done.stdout
