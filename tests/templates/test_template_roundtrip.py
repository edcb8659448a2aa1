"""What a template gives back: sound rows pass, and each kind of fault is told where it is."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

import evalkit as ek
from evalkit.contracts import Kind, load_contracts
from evalkit.dictionary import codes_of
from evalkit.errors import EvalkitError, ReportError
from evalkit.metrics import MetricBook
from evalkit.neutral import is_formula_like
from evalkit.screening import is_suspect
from evalkit.sources import TABLES, table_named
from evalkit.templates import Reporter, tables_of
from evalkit.templates.examples import _all

SHARED = ("units", "sources", "model_periods", "coverage", "exposure")
HOLDER_TABLES = tables_of(Reporter.UPPGIFTSHALLARE, load_contracts())[len(SHARED) :]


def load(book, folder: Path) -> ek.Dataset:
    book.save(folder / "mall_ifylld.xlsx")
    return ek.load(folder)


def problems(book, folder: Path) -> list[tuple[str, str | None, str | None, tuple[int, ...]]]:
    with pytest.raises(EvalkitError) as caught:
        load(book, folder)
    return [(p.code, p.place.sheet, p.place.column, p.place.rows) for p in caught.value.problems]


def cell(book, table: str, column: str, row: int = 2):
    return book[table].cell(row, load_contracts()[table].names.index(column) + 1)


@pytest.mark.parametrize("reporter", Reporter)
def test_what_is_filled_in_and_otherwise_unchanged_passes(reporter, filled, tmp_path):
    dataset = load(filled(reporter), tmp_path)

    assert dataset.units["unit_id"].to_list() == ["EX01"]
    assert dataset.synthetic


@pytest.mark.parametrize("reporter", Reporter)
def test_tables_that_are_left_empty_do_no_harm(reporter, filled, tmp_path):
    optional = ("model_periods", "exposure", *HOLDER_TABLES[1:])
    book = filled(reporter, without=optional)
    for table in tables_of(reporter, load_contracts()):
        if "model" in load_contracts()[table].names and table != "model_periods":
            cell(book, table, "model").value = None

    assert load(book, tmp_path).units.height == 1


def test_both_workbooks_in_one_folder_pass_when_the_shared_sheets_are_filled_in_once(filled, tmp_path):
    filled(Reporter.AGGREGAT).save(tmp_path / "mall_aggregat.xlsx")
    filled(Reporter.UPPGIFTSHALLARE, without=SHARED).save(tmp_path / "mall_uppgiftshallare.xlsx")

    assert ek.load(tmp_path).units.height == 1


@pytest.mark.parametrize(
    "fault",
    [
        ("outcomes", "value", "många", "not_a_number"),
        ("outcomes", "value", -1, "below_minimum"),
        ("outcomes", "value", 1.5, "not_whole"),
        ("outcomes", "metric", "P99", "unknown_code"),
        ("outcomes", "date_basis", "dag", "not_in_list"),
        ("outcomes", "period", "i våras", "not_a_period"),
        ("outcomes", "unit_id", None, "empty_cell"),
        ("outcomes", "source_id", "annan", "unknown_reference"),
        ("model_periods", "valid_from", "i mars", "not_a_date"),
        ("units", "unit_name", "811218-9876", "personal_identity"),
        ("units", "unit_kind", "by", "not_in_list"),
    ],
)
def test_a_fault_is_told_at_its_sheet_row_and_column(fault, filled, tmp_path):
    (table, column, value, code), book = fault, filled(Reporter.AGGREGAT)
    cell(book, table, column).value = value

    assert (code, table, column, (2,)) in problems(book, tmp_path)


def test_a_changed_heading_is_told(filled, tmp_path):
    book = filled(Reporter.AGGREGAT)
    cell(book, "outcomes", "value", row=1).value = "antal"

    assert ("unknown_column", "outcomes", "antal", ()) in problems(book, tmp_path)


def test_a_leading_zero_survives_typing(filled, tmp_path):
    book = filled(Reporter.AGGREGAT)
    for table in tables_of(Reporter.AGGREGAT, load_contracts()):
        if "unit_id" in load_contracts()[table].names:
            cell(book, table, "unit_id").value = "0127"

    assert load(book, tmp_path).units["unit_id"].to_list() == ["0127"]


@pytest.mark.parametrize("reporter", Reporter)
def test_columns_of_codes_are_text_columns(reporter, written):
    book = openpyxl.load_workbook(written[reporter])
    for table in tables_of(reporter, load_contracts()):
        widths = book[table].column_dimensions.values()
        forms = {place: found.number_format for found in widths for place in range(found.min, found.max + 1)}
        for place, field in enumerate(load_contracts()[table].fields, start=1):
            is_text = field.kind not in (Kind.INTEGER, Kind.NUMBER, Kind.DATE)
            assert (forms[place] == "@") is is_text, (table, field.name)


@pytest.mark.parametrize("reporter", Reporter)
def test_every_column_says_what_it_is_and_lists_have_their_codes(reporter, written):
    book, metric_book = openpyxl.load_workbook(written[reporter]), MetricBook.load()
    for table in tables_of(reporter, load_contracts()):
        sheet = book[table]
        rules = {str(rule.sqref).split(":")[0]: rule for rule in sheet.data_validations.dataValidation}
        assert sheet.freeze_panes == "A2"
        for place, field in enumerate(load_contracts()[table].fields, start=1):
            head = sheet.cell(1, place)
            rule = rules[sheet.cell(2, place).coordinate]
            assert head.value == field.name
            assert field.description.sv in head.comment.text
            assert field.label.sv[:20] in rule.promptTitle
            codes = codes_of(field, metric_book)
            if codes:
                (target,) = book.defined_names[rule.formula1.lstrip("=")].destinations
                cells = book[target[0]][target[1]]
                assert [cell.value for (cell,) in cells] == [entry.code for entry in codes]
                assert rule.errorStyle in (None, "stop")


@pytest.mark.parametrize("reporter", Reporter)
def test_the_sheets_beside_the_tables_are_no_tables_and_hold_nothing_dangerous(reporter, written):
    book = openpyxl.load_workbook(written[reporter])
    tables = tables_of(reporter, load_contracts())

    assert [name for name in book.sheetnames if table_named(name)] == list(tables)
    assert book.sheetnames[0] == "Läs mig"
    assert [sheet.title for sheet in book.worksheets if sheet.sheet_state != "visible"] == ["Listor"]
    for sheet in book.worksheets:
        if sheet.title in tables:  # the headings, and the version that the sheet follows
            versions = [cell.value for cell in sheet[2] if cell.value is not None]
            assert sheet.max_row == 2
            assert versions == [load_contracts()[sheet.title].version]
        for found in (cell for row in sheet.iter_rows() for cell in row):
            assert found.data_type != "f"
            assert not isinstance(found.value, str) or not is_formula_like(found.value)
            assert found.hyperlink is None
            assert not is_suspect(str(found.value))


def test_every_table_has_an_example_row_that_is_shown(written):
    for reporter in Reporter:
        shown = [row[0].value for row in openpyxl.load_workbook(written[reporter])["Exempel"].iter_rows()]
        assert [name for name in shown if name in TABLES] == list(tables_of(reporter, load_contracts()))
    assert set(_all()) >= set(load_contracts())


def test_the_same_contracts_give_the_same_bytes_and_a_filled_template_is_not_written_over(written, tmp_path):
    for reporter in Reporter:
        again = ek.write_template(reporter, tmp_path)
        assert again.read_bytes() == written[reporter].read_bytes()
        assert ek.write_template(reporter, tmp_path) == again
    again.write_bytes(b"ifylld")
    with pytest.raises(ReportError) as caught:
        ek.write_template(reporter, tmp_path)
    assert caught.value.problems[0].code == "file_occupied"
    assert again.read_bytes() == b"ifylld"


def test_there_is_an_english_one(tmp_path):
    book = openpyxl.load_workbook(ek.write_template("aggregat", tmp_path, language="en"))

    assert book.sheetnames[0] == "Read me"
    assert "Numbers" not in book["outcomes"]["A1"].comment.text
    assert "Unit code" in book["outcomes"]["A1"].comment.text


def test_the_template_says_its_version_and_so_does_what_comes_out_of_it(filled, tmp_path):
    book = filled(Reporter.AGGREGAT)
    heads = [cell.value for cell in book["outcomes"][1]]
    assert heads[-1] == "contract_version"
    told = [text.sv for file in load(book, tmp_path).files for text in file.assumptions]
    assert not any("antas" in text for text in told)


@pytest.mark.parametrize(("version", "code"), [("9.0.0", "contract_too_new"), ("0.0.1", "contract_version_unknown")])
def test_the_version_of_the_template_holds_when_its_row_is_passed_over(version, code, filled, tmp_path):
    book = filled(Reporter.AGGREGAT)
    sheet = book["outcomes"]
    for column in range(1, sheet.max_column):
        sheet.cell(3, column).value, sheet.cell(2, column).value = sheet.cell(2, column).value, None
    sheet.cell(2, sheet.max_column).value = version

    assert (code, "outcomes", "contract_version", ()) in problems(book, tmp_path)
