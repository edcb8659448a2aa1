"""Workbooks as offices make them: hidden sheets, formulas, percentages, serial numbers, things beside the cells."""

from datetime import date

import pytest

from evalkit.sources import read_folder
from tests.sources.conftest import EXPECTED, book_bytes, codes, one, rezipped, sheet_bytes, told
from tests.sources.test_limits import with_apostrophes

SHEET = "xl/worksheets/sheet1.xml"


def test_hidden_sheets_are_left_aside_aloud(put):
    def fill(book):
        book.add_worksheet("units").write_row(0, 0, ["unit_id", "unit_name"])
        book.add_worksheet("outcomes").hide()
        book.add_worksheet("coverage").very_hidden()
        book.add_worksheet("Läs mig")

    (table,) = read_folder(put("underlag.xlsx", book_bytes(fill)), EXPECTED)
    assert told(table)[:2] == [
        "1 annat blad i arbetsboken har inte lästs.",
        "2 dolda blad i arbetsboken har inte lästs.",
    ]


def test_a_merged_title_is_a_title(put):
    def fill(book):
        sheet = book.add_worksheet("units")
        sheet.merge_range(0, 0, 1, 3, "Enheter i uttaget")
        sheet.write_row(2, 0, ["unit_id", "unit_name"])
        sheet.write_row(3, 0, ["0127", "Botkyrka"])

    assert one(put("units.xlsx", book_bytes(fill))).rows.to_list() == [4]


def formula(cell: bytes):
    return lambda xml: xml.replace(b"</row></sheetData>", cell + b"</row></sheetData>")


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        (b'<c r="C2"><f>1+1</f><v>2</v></c>', []),
        (b'<c r="C2" t="str"><f>""</f><v></v></c>', []),
        (b'<c r="C2"><f>1+1</f></c>', ["formula_without_value"]),
        (b'<c r="C2"><f>1+1</f><v></v></c>', ["formula_without_value"]),
        (b'<c r="C2"><f t="shared" si="0"/><v/></c>', ["formula_without_value"]),
        (b'<c r="C2" t="e"><f>1/0</f><v>#DIV/0!</v></c>', ["formula_error"]),
    ],
)
def test_formulas(put, cell, found):
    content = rezipped(sheet_bytes([["unit_id", "unit_name"], ["0127", "B"]]), {SHEET: formula(cell)})
    folder = put("units.xlsx", content)

    if found:
        assert codes(folder) == [(found[0], "units.xlsx", (2,))]
    else:
        assert one(folder).cells("unit_name").to_list() == ["B"]


def test_failed_formulas_are_found_however_the_attributes_are_written(put):
    cell = formula(b'<c r="C2" t="e"><f>1/0</f><v>#DIV/0!</v></c>')
    content = rezipped(
        sheet_bytes([["unit_id", "unit_name"], ["0127", "B"]]), {SHEET: lambda x: with_apostrophes(cell(x))}
    )

    assert codes(put("units.xlsx", content)) == [("formula_error", "units.xlsx", (2,))]


@pytest.mark.parametrize(("form", "start"), [("mmm-yy", 0), ("[$-41D]mmmm yyyy;@", 0), ("yyyy-mm", 1)])
def test_a_cell_that_shows_a_month_without_its_day_is_that_month(put, form, start):
    """Excel makes 1 December of ``2024-12``, and a coverage that ends there would lack a month."""

    def fill(book):
        sheet = book.add_worksheet("coverage")
        month, day = (book.add_format({"num_format": code}) for code in (form, "yyyy-mm-dd"))
        sheet.write_row(2, start, ["unit_id", "metric", "covered_from", "covered_to"])
        for row, last in enumerate((date(2024, 12, 1), date(2024, 12, 17)), start=3):
            sheet.write_row(row, start, ["0127", "P1"])
            sheet.write_datetime(row, start + 2, date(2024, 2, 1), day)
            sheet.write_datetime(row, start + 3, last, month)

    table = one(put("coverage.xlsx", book_bytes(fill)))
    assert [cell[:10] for cell in table.cells("covered_from")] == ["2024-02-01"] * 2
    assert [cell[:10] for cell in table.cells("covered_to")] == ["2024-12", "2024-12-17"]
    assert "1 cell som visar månad utan dag har lästs som hela månaden." in told(table)


def test_hidden_rows_and_columns_are_read_aloud(put):
    def fill(book):
        sheet = book.add_worksheet("units")
        sheet.write_row(0, 0, ["unit_id", "unit_name"])
        sheet.write_row(1, 0, ["0127", "Botkyrka"])
        sheet.write_row(2, 0, ["0180", "Stockholm"])
        sheet.set_row(2, options={"hidden": True})
        sheet.set_row(9, options={"hidden": True})
        sheet.set_column(1, 30, options={"hidden": True})

    table = one(put("units.xlsx", book_bytes(fill)))
    assert table.cells("unit_id").to_list() == ["0127", "0180"]
    assert told(table) == [
        "1 dold rad i bladet har lästs som de andra.",
        "1 dold kolumn i bladet har lästs som de andra.",
    ]


@pytest.mark.parametrize("form", ["0%", "0.00%", "0.0 %;[Red]-0.0 %"])
def test_percentages_are_asked_about(put, form):
    def fill(book):
        sheet = book.add_worksheet("outcomes")
        sheet.write_row(0, 0, ["unit_id", "value"])
        sheet.write_row(1, 0, ["0127"])
        sheet.write_number(1, 1, 0.12, book.add_format({"num_format": form}))

    assert codes(put("outcomes.xlsx", book_bytes(fill))) == [("percent_cells", "outcomes.xlsx", (2,))]


def test_a_percent_sign_that_is_only_a_letter_is_no_percentage(put):
    def fill(book):
        sheet = book.add_worksheet("outcomes")
        sheet.write_row(0, 0, ["unit_id", "value"])
        sheet.write_number(1, 1, 12, book.add_format({"num_format": '0" %"'}))

    assert one(put("outcomes.xlsx", book_bytes(fill))).cells("value").to_list() == ["12"]


@pytest.mark.parametrize(("options", "serial"), [({}, 45352), ({"date_1904": True}, 43890)])
def test_serial_numbers_in_columns_of_days_are_days(put, tmp_path, options, serial):
    import xlsxwriter

    with xlsxwriter.Workbook(tmp_path / "coverage.xlsx", options) as book:
        sheet = book.add_worksheet("coverage")
        sheet.write_row(0, 0, ["unit_id", "metric", "covered_from", "covered_to"])
        sheet.write_row(1, 0, ["0127", "45352", serial, "2024"])

    table = one(tmp_path)
    assert [table.cells(name)[0] for name in ("metric", "covered_from", "covered_to")] == [
        "45352",
        "2024-03-01",
        "2024",
    ]
    year = 1904 if options else 1900
    assert f"Serienummer har lästs som datum i 1 cell (arbetsbokens datumsystem är {year})." in told(table)


def test_numbers_stored_as_text_are_text(put):
    table = one(put("outcomes.xlsx", sheet_bytes([["unit_id", "value"], ["0127", "1 234"]], "outcomes")))
    assert table.cells("value").to_list() == ["1 234"]
    assert "Blanksteg skiljer tusental i tal." in told(table)


@pytest.mark.parametrize(
    ("add", "code"),
    [
        (lambda book, sheet: sheet.write_comment("A2", "gäller 900101-9802"), "personal_identity"),
        (lambda book, sheet: sheet.write_comment("A2", "fråga anna@example.se"), "email_address"),
        (lambda book, sheet: sheet.write_comment("A2", "ring 070-123 45 67"), "phone_number"),
        (lambda book, sheet: book.define_name("nr", '="556036-0793"'), "organisation_number"),
        (lambda book, sheet: book.set_properties({"comments": "900101-9802"}), "personal_identity"),
        (lambda book, sheet: book.set_custom_property("Dnr", "900101-9802"), "personal_identity"),
        (lambda book, sheet: sheet.insert_textbox("C3", "900101-9802"), "personal_identity"),
        (lambda book, sheet: sheet.set_header('&L&"Arial,Bold"&12Ansvarig 900101-9802'), "personal_identity"),
        (lambda book, sheet: sheet.set_footer("&Cregistrator@example.se &P"), "email_address"),
        (lambda book, sheet: book.add_worksheet("Om").set_footer("&R070-123 45 67"), "phone_number"),
    ],
)
def test_what_stands_beside_the_cells_is_screened(put, add, code):
    def fill(book):
        sheet = book.add_worksheet("units")
        sheet.write_row(0, 0, ["unit_id", "unit_name"])
        add(book, sheet)

    assert codes(put("units.xlsx", book_bytes(fill))) == [(code, "units.xlsx", ())]


@pytest.mark.parametrize(
    ("part", "xml"),
    [
        ("xl/pivotCache/pivotCacheDefinition1.xml", b'<sharedItems><s v="900101-9802"/></sharedItems>'),
        ("xl/pivotCache/pivotCacheRecords1.xml", b"<r><n v='9001019802'/></r>"),
        ("xl/externalLinks/externalLink1.xml", b'<cell r="A1" t="str"><v>900101-9802</v></cell>'),
        ("xl/charts/chart1.xml", b"<c:strCache><c:pt idx='0'><c:v>900101-9802</c:v></c:pt></c:strCache>"),
    ],
)
def test_copies_of_cells_are_screened(put, part, xml):
    content = rezipped(sheet_bytes([["unit_id", "unit_name"]]), {part: lambda _: xml})

    assert codes(put("units.xlsx", content)) == [("personal_identity", "units.xlsx", ())]


def test_a_comment_that_says_nothing_of_the_kind(put):
    def fill(book):
        sheet = book.add_worksheet("units")
        sheet.write_row(0, 0, ["unit_id", "unit_name"])
        sheet.write_comment("A1", "SCB:s kod, till exempel 0127", {"author": "registrator"})
        sheet.set_header("&CUttag 2024-01-01&R&P (&N)")
        book.set_properties({"author": "registrator@example.se", "title": "Uttag 2024-01-01"})

    assert one(put("units.xlsx", book_bytes(fill))).columns == ("unit_id", "unit_name")
