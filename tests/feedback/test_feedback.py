"""What a check tells: the same facts as text, JSON, page and marked workbook, and never a cell's value."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import openpyxl
import pytest

import evalkit as ek
from evalkit import cli
from evalkit.errors import Place, Problem, Severity
from evalkit.feedback import Feedback, to_html, to_json, to_text
from evalkit.feedback.web import row_spans
from evalkit.language import Language, Text, same

PERSON, MARKER = "811218-9876", "hemligt"
FILL = "FFFBE3CF"


def marked_cells(sheet) -> dict[str, str]:
    return {
        cell.coordinate: cell.comment.text if cell.comment else ""
        for row in sheet.iter_rows()
        for cell in row
        if cell.fill.fgColor.rgb == FILL
    }


def digests(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


def test_the_summary_counts_by_file_and_kind(data):
    data.spoil().write()
    done = data.check()
    summary = done.stderr.partition("\n\nSammanfattning\n")[2].splitlines()

    assert done.exit_code == cli.BAD_INPUT
    assert "  outcomes.csv → outcomes: 12 rader (Fältgränsen är semikolon.)" in summary
    assert "      1 × Cellen innehåller text där ett tal ska stå, kolumn value, 1 rad" in summary
    assert summary[summary.index("  coverage.csv → coverage: 1 rad (Fältgränsen är semikolon.)") + 1] == "    inga fel"
    assert "kolumn metric, rad 3" in done.stderr
    for secret in (PERSON, PERSON.replace("-", ""), MARKER):
        assert secret not in done.output


def test_json_has_every_problem_with_its_place_and_no_value(data):
    data.spoil().write()
    done = data.check("--format", "json")
    told = json.loads(done.stdout)

    assert done.exit_code == cli.BAD_INPUT
    assert done.stderr == ""
    assert (told["format"], told["format_version"], told["ok"]) == ("evalkit-check", 1, False)
    assert told["counts"]["errors"] == len(told["problems"])
    places = {(p["code"], p["file"], p["column"], tuple(p["rows"])) for p in told["problems"]}
    assert ("not_a_number", "outcomes.csv", "value", (2,)) in places
    assert ("duplicate_key", "outcomes.csv", "unit_id", (5, 6)) in places
    assert ("personal_identity", "units.csv", "unit_name", (2,)) in places
    assert ("unknown_column", "sources.csv", "telefon", ()) in places
    assert {p["severity"] for p in told["problems"]} == {"error"}
    assert all(p[part]["sv"] and p[part]["en"] for p in told["problems"] for part in ("what", "accepted", "next"))
    assert MARKER not in done.stdout
    assert PERSON not in done.stdout
    assert set(told["problems"][0]) == {
        "code", "severity", "file", "sheet", "column", "key", "rows", "row_count", "what", "accepted", "next",
    }  # fmt: skip


def test_json_of_sound_data_says_so(data):
    data.write()
    told = json.loads(data.check("--format", "json").stdout)

    assert told["ok"]
    assert [item["table"] for item in told["files"]] == ["coverage", "exposure", "outcomes", "sources", "units"]
    assert told["files"][0]["assumptions"][0]["sv"] == "Fältgränsen är semikolon."


@pytest.mark.parametrize("lang", ["sv", "en"])
def test_the_page_has_one_h1_and_no_value(data, lang):
    data.spoil().write()
    page = data.out / "kontroll.html"
    done = data.check("--html", page, "--lang", lang)
    html = page.read_text("utf-8")

    assert (done.exit_code, done.stdout.strip()) == (cli.BAD_INPUT, str(page))
    assert html.count("<h1>") == 1
    assert f'<html lang="{lang}">' in html
    assert html.count("<th ") == html.count('scope="')
    assert "http" not in html
    assert MARKER not in html
    assert PERSON not in html
    assert data.check("--html", page, "--lang", lang).exit_code == cli.BAD_INPUT
    assert page.read_text("utf-8") == html


def test_a_page_does_not_replace_what_somebody_else_wrote(data):
    data.write()
    data.out.mkdir()
    (data.out / "kontroll.html").write_text("<p>min egen</p>", "utf-8")
    done = data.check("--html", data.out / "kontroll.html")

    assert done.exit_code == cli.BAD_INPUT
    assert (data.out / "kontroll.html").read_text("utf-8") == "<p>min egen</p>"
    assert [path.name for path in data.out.iterdir()] == ["kontroll.html"]


def test_a_csv_becomes_a_workbook_with_the_faults_marked(data):
    data.spoil().write()
    before = digests(data.folder)
    done = data.check("--workbook", data.out)
    book = openpyxl.load_workbook(data.out / "att_ratta_outcomes.xlsx")
    marks = marked_cells(book["outcomes"])

    assert done.exit_code == cli.BAD_INPUT
    assert digests(data.folder) == before
    assert sorted(path.name for path in data.out.iterdir()) == [
        "att_ratta_outcomes.xlsx", "att_ratta_sources.xlsx", "att_ratta_units.xlsx", "manifest.json",
    ]  # fmt: skip
    assert set(marks) == {"E2", "C3", "E4", "A5", "A6"}
    assert marks["E2"].splitlines()[0] == "Cellen innehåller text där ett tal ska stå."
    assert "Godtas: ett heltal" in marks["E2"]
    assert "Gör så här: " in marks["E2"]
    assert book["outcomes"]["E2"].value == MARKER
    assert all(cell.data_type in "sn" and cell.number_format == "@" for cell in book["outcomes"][3] if cell.value)
    assert (book["outcomes"]["C3"].data_type, book["outcomes"]["C3"].quotePrefix) == ("s", True)


def test_the_list_leads_to_every_marked_cell(data):
    data.spoil().write()
    data.check("--workbook", data.out)
    book = openpyxl.load_workbook(data.out / "att_ratta_outcomes.xlsx")
    sheet = book.worksheets[0]

    assert sheet.title == "Att rätta"
    links = {row[2].value: row[2].hyperlink for row in sheet.iter_rows(min_row=5)}
    assert set(links) == set(marked_cells(book["outcomes"]))
    assert all(link.location == f"'outcomes'!{cell}" and not link.target for cell, link in links.items())


def test_a_personal_number_is_marked_and_not_repeated(data):
    data.spoil().write()
    data.check("--workbook", data.out)
    book = openpyxl.load_workbook(data.out / "att_ratta_units.xlsx")
    marks = marked_cells(book["units"])
    listed = " ".join(str(cell.value) for row in book["Att rätta"].iter_rows() for cell in row)

    assert list(marks) == ["B2"]
    assert PERSON not in marks["B2"] + listed


def test_an_unknown_column_is_marked_in_its_heading(data):
    data.spoil().write()
    data.check("--workbook", data.out)

    assert list(marked_cells(openpyxl.load_workbook(data.out / "att_ratta_sources.xlsx")["sources"])) == ["E1"]


@pytest.fixture
def own_workbook(data):
    """The tables as one workbook of the user's own, with a fault, a formula, a link and a look of its own."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in data.tables.items():
        sheet = book.create_sheet(name)
        sheet.append(list(rows[0]))
        for row in rows:
            sheet.append(list(row.values()))
    book["outcomes"]["E2"] = MARKER
    book["outcomes"]["A1"].font = openpyxl.styles.Font(italic=True)
    book["outcomes"]["A1"].comment = openpyxl.comments.Comment("min anteckning", "jag")
    notes = book.create_sheet("anteckningar")
    notes["A1"], notes["A2"], notes["A3"] = "=1+1", "läs mer", "-"
    notes["A2"].hyperlink = "https://example.org/"
    data.folder.mkdir()
    book.save(data.folder / "underlag.xlsx")
    return data


def test_the_users_own_workbook_keeps_its_look_and_gets_the_marks(own_workbook):
    data = own_workbook
    before = digests(data.folder)
    assert data.check("--workbook", data.out).exit_code == cli.BAD_INPUT
    book = openpyxl.load_workbook(data.out / "att_ratta_underlag.xlsx")

    assert digests(data.folder) == before
    assert book.sheetnames == ["Att rätta", *data.tables, "anteckningar"]
    assert list(marked_cells(book["outcomes"])) == ["E2"]
    assert book["outcomes"]["A1"].font.italic
    assert book["outcomes"]["A1"].comment.text.startswith("min anteckning")
    cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row]
    assert not [cell.coordinate for cell in cells if cell.data_type == "f"]
    assert not [cell.coordinate for cell in cells if cell.hyperlink and cell.hyperlink.target]
    assert book["anteckningar"]["A3"].quotePrefix


def test_what_is_mended_in_the_marked_copy_passes(own_workbook, tmp_path):
    data = own_workbook
    data.check("--workbook", data.out)
    copy = tmp_path / "rattat"
    copy.mkdir()
    book = openpyxl.load_workbook(data.out / "att_ratta_underlag.xlsx")
    book["outcomes"]["E2"] = 4
    book.save(copy / "underlag.xlsx")

    assert ek.load(copy).outcomes["value"].sum() == 4 + 11 * 3


def test_an_earlier_mark_goes_when_its_fault_has_gone(own_workbook, tmp_path):
    data = own_workbook
    data.check("--workbook", data.out)
    book = openpyxl.load_workbook(data.out / "att_ratta_underlag.xlsx")
    book["outcomes"]["E2"], book["outcomes"]["E3"] = 4, "fel"
    shutil.rmtree(data.folder)
    data.folder.mkdir()
    book.save(data.folder / "underlag.xlsx")
    data.check("--workbook", tmp_path / "igen")

    again = openpyxl.load_workbook(tmp_path / "igen" / "att_ratta_underlag.xlsx")
    assert list(marked_cells(again["outcomes"])) == ["E3"]
    assert again["outcomes"]["E2"].comment is None
    assert again.sheetnames.count("Att rätta") == 1


def test_the_same_faults_give_the_same_bytes_and_edited_copies_are_left_alone(data):
    data.spoil().write()
    data.check("--workbook", data.out)
    first = digests(data.out)
    data.check("--workbook", data.out)
    assert digests(data.out) == first

    (data.out / "att_ratta_units.xlsx").write_bytes(b"min rattning")
    done = data.check("--workbook", data.out)
    assert done.exit_code == cli.BAD_INPUT
    assert "att_ratta_units.xlsx" in done.stderr
    assert (data.out / "att_ratta_units.xlsx").read_bytes() == b"min rattning"


def test_a_file_that_cannot_be_read_is_told_and_not_marked(data):
    data.write()
    (data.folder / "coverage.csv").write_bytes(b"")
    done = data.check("--workbook", data.out)

    assert "coverage.csv: kan inte visas som arbetsbok." in done.stdout
    assert not data.out.exists()


def test_sound_data_leave_no_workbook(data):
    data.write()
    done = data.check("--workbook", data.out)

    assert done.exit_code == cli.OK
    assert "Inget att markera" in done.stdout
    assert not data.out.exists()


def test_a_remark_is_told_and_stops_nothing():
    remark = Problem(
        "odd", Text("Ovanligt.", "Odd."), Place("a.csv", rows=(2,)), same("x"), same("y"), severity=Severity.WARNING
    )
    feedback = Feedback((), (remark,))

    assert feedback.is_clean
    assert "Anmärkningar, som inte stoppar något\nOvanligt." in to_text(feedback, Language.SV)
    assert json.loads(to_json(feedback))["counts"] == {"files": 1, "errors": 0, "warnings": 1}
    assert '<h2 id="remarks">' in to_html(feedback, Language.SV)


def test_a_remark_of_the_contracts_reaches_the_one_who_checks(data):
    del data.tables["exposure"]
    data.write()
    done = data.check("--format", "json")
    told = json.loads(done.stdout)

    assert done.exit_code == cli.OK
    assert {problem["severity"] for problem in told["problems"]} <= {"warning"}
    assert told["counts"]["warnings"] == len(told["problems"])


def test_runs_of_rows_are_drawn_together():
    assert row_spans((4, 2, 3, 9, 9), Language.SV) == "2–4, 9"
    assert row_spans(tuple(range(2, 2002, 2)), Language.EN).endswith("… (1,000 rows)")
