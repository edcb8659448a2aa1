"""What the summary says of several faults of a kind, of headings in words, and of a template that is not filled in."""

import json

import pytest

from evalkit.dataset import SourceFile
from evalkit.errors import ContractError, Place, Problem
from evalkit.feedback import Feedback, to_html, to_json, to_text
from evalkit.feedback.model import unfilled
from evalkit.language import Language, same
from evalkit.onefile import inspected_alone

EMPTY = (SourceFile("mall.xlsx", "units", "units", 0, ""), SourceFile("mall.xlsx", "outcomes", "outcomes", 0, ""))


def fault(code, what, column):
    return Problem(code, same(what), Place("outcomes.csv", column=column, rows=(2,)), same(""), same(""))


@pytest.mark.parametrize(
    ("code", "general"),
    [
        ("unknown_reference", "Koden finns inte i tabellen som kolumnen hänvisar till"),
        ("missing_column", "Kolumner saknas"),
    ],
)
def test_faults_that_differ_are_not_told_in_the_words_of_the_first(code, general):
    faults = (fault(code, "Om units.", "unit_id"), fault(code, "Om sources.", "source_id"))

    assert f"2 × {general}, kolumn unit_id, source_id" in to_text(Feedback((), faults), Language.SV)
    assert "1 × Om units, kolumn unit_id" in to_text(Feedback((), faults[:1]), Language.SV)


def test_an_unfilled_template_is_not_called_sound():
    feedback = Feedback(EMPTY, unfilled(EMPTY))

    assert to_text(feedback, Language.SV).startswith("Det finns inga uppgifter att kontrollera: ingen tabell har någon")
    assert "Uppgifterna följer" not in to_text(feedback, Language.SV) + to_html(feedback, Language.SV)
    assert "There is nothing to check" in to_html(feedback, Language.EN)
    assert [p["code"] for p in json.loads(to_json(feedback))["problems"]] == ["nothing_filled_in"]
    assert feedback.is_clean


def test_one_row_is_something():
    assert not unfilled((*EMPTY, SourceFile("sources.csv", "sources", None, 1, "")))
    assert not unfilled(())


@pytest.mark.parametrize(("heading", "meant"), [("Enhetskod", "unit_id"), ("MÅTT", "metric"), ("Source", "source_id")])
def test_a_heading_in_words_is_told_what_it_is_called(heading, meant, tmp_path):
    columns = ["unit_id", "period", "metric", "date_basis", "value", "source_id"]
    columns[columns.index(meant)] = heading
    file = tmp_path / "outcomes.csv"
    file.write_text(";".join(columns) + "\n0127;2024;P1;handelse;1;reg\n", encoding="utf-8")
    with pytest.raises(ContractError) as caught:
        inspected_alone(file)

    told = {p.place.column: p for p in caught.value.problems if p.code == "unknown_column"}
    assert told[heading].accepted.sv == f"menade du ”{meant}”?"
    assert told[heading].next_step.sv.startswith(f"Skriv {meant} som rubrik")
