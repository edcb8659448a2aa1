"""Files as files: what is read, what is assumed, what is refused and in which words."""

import io
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter

from evalkit.errors import SourceError
from evalkit.sources import read_folder, scan_folder, table_named

UNITS = "unit_id;unit_name\n0127;Botkyrka\n0180;Södertörn\n"


def put(folder: Path, name: str, content: bytes | str) -> None:
    (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)


def one(folder: Path):
    (table,) = read_folder(folder)
    return table


def fail(folder: Path) -> SourceError:
    with pytest.raises(SourceError) as caught:
        read_folder(folder)
    return caught.value


def workbook(path: Path, sheets: dict[str, list[list[object]]], *, hidden: tuple[str, ...] = ()) -> None:
    with xlsxwriter.Workbook(path) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            if name in hidden:
                sheet.hide()
            for place, row in enumerate(rows):
                sheet.write_row(place, 0, row)


def test_a_csv_becomes_text_with_row_numbers(tmp_path):
    put(tmp_path, "units.csv", "unit_id;unit_name\n0127; Botkyrka \n;\n\n0180;\n")

    table = one(tmp_path)
    assert (table.table, table.file, table.sheet, table.columns) == (
        "units",
        "units.csv",
        None,
        ("unit_id", "unit_name"),
    )
    assert table.cells("unit_name").to_list() == ["Botkyrka", None]
    assert table.rows.to_list() == [2, 5]
    assert table.assumptions[0].sv == "Fältgränsen är semikolon."


@pytest.mark.parametrize(
    ("content", "assumed"),
    [
        (UNITS.encode(), 0),
        (b"\xef\xbb\xbf" + UNITS.encode(), 0),
        (UNITS.replace("\n", "\r\n").encode(), 0),
        (UNITS.replace("\n", "\r").encode(), 0),
        (UNITS.encode("cp1252"), 1),
    ],
)
def test_encodings_that_are_understood(tmp_path, content, assumed):
    put(tmp_path, "units.csv", content)

    table = one(tmp_path)
    assert table.columns[0] == "unit_id"
    assert table.cells("unit_name").to_list() == ["Botkyrka", "Södertörn"]
    assert len([told for told in table.assumptions if "Windows-1252" in told.sv]) == assumed


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf16_is_refused(tmp_path, encoding):
    put(tmp_path, "units.csv", UNITS.encode(encoding))

    assert fail(tmp_path).render() == (
        "Filen kan inte läsas (1 fel)\n"
        "Filen är sparad i UTF-16.\n"
        "  Var:        units.csv\n"
        "  Godtas:     UTF-8 (eller Windows-1252)\n"
        "  Gör så här: Öppna filen i kalkylprogrammet och spara den som ”CSV UTF-8” eller .xlsx."
    )


@pytest.mark.parametrize("encoding", ["mac_roman", "cp850"])
def test_other_old_encodings_are_not_taken_for_windows_1252(tmp_path, encoding):
    put(tmp_path, "units.csv", "unit_id;unit_name\n0180;Höganäs Åre\n".encode(encoding))

    assert [problem.code for problem in fail(tmp_path).problems] == ["wrong_encoding"]


def test_broken_utf8_is_not_taken_for_windows_1252(tmp_path):
    put(tmp_path, "units.csv", UNITS.encode() + b"\xff\n")

    assert [problem.code for problem in fail(tmp_path).problems] == ["wrong_encoding"]


def test_binary_named_csv(tmp_path):
    put(tmp_path, "units.csv", b"PK\x03\x04\x00\x00\x08\x00rubbish\x00\x01\x02")

    assert fail(tmp_path).render() == (
        "Filen kan inte läsas (1 fel)\n"
        "Filen heter .csv men är ingen textfil.\n"
        "  Var:        units.csv\n"
        "  Godtas:     text med ett värde per fält\n"
        "  Gör så här: Öppna filen i kalkylprogrammet och spara den som ”CSV UTF-8” eller .xlsx."
    )


@pytest.mark.parametrize("content", [b"", b"\n \n", b"\xef\xbb\xbf"])
def test_an_empty_file(tmp_path, content):
    put(tmp_path, "units.csv", content)

    assert fail(tmp_path).render() == (
        "Filen kan inte läsas (1 fel)\n"
        "Filen är helt tom.\n"
        "  Var:        units.csv\n"
        "  Godtas:     en rubrikrad och noll eller flera datarader\n"
        "  Gör så här: Hämta ut filen på nytt ur källsystemet."
    )


@pytest.mark.parametrize("suffix", [".xlsx", ".parquet"])
@pytest.mark.parametrize(("content", "code"), [(b"", "empty_file"), (b"nothing of the kind", "corrupt_file")])
def test_damaged_workbooks_and_parquet_files(tmp_path, suffix, content, code):
    put(tmp_path, f"units{suffix}", content)

    assert [(problem.code, problem.place.file) for problem in fail(tmp_path).problems] == [(code, f"units{suffix}")]


def test_a_truncated_workbook(tmp_path):
    workbook(tmp_path / "units.xlsx", {"units": [["unit_id"], ["0127"]]})
    whole = (tmp_path / "units.xlsx").read_bytes()
    put(tmp_path, "units.xlsx", whole[: len(whole) // 2])

    assert fail(tmp_path).render() == (
        "Filen kan inte läsas (1 fel)\n"
        "Filen är skadad eller ingen XLSX-fil.\n"
        "  Var:        units.xlsx\n"
        "  Godtas:     en hel XLSX-fil utan lösenord\n"
        "  Gör så här: Hämta ut filen på nytt ur källsystemet."
    )


def test_missing_folder(tmp_path):
    assert fail(tmp_path / "finns inte").render() == (
        "Filen kan inte läsas (1 fel)\n"
        "Mappen finns inte.\n"
        "  Var:        finns inte\n"
        "  Godtas:     en mapp eller ett zip-arkiv med datafiler\n"
        "  Gör så här: Kontrollera sökvägen."
    )


def test_a_file_instead_of_a_folder(tmp_path):
    put(tmp_path, "units.csv", UNITS)

    assert [problem.code for problem in fail(tmp_path / "units.csv").problems] == ["not_a_folder"]


def test_an_empty_folder_and_files_that_are_passed_over(tmp_path):
    put(tmp_path, "README.md", "x")
    put(tmp_path, "plan.yaml", "x: 1")
    put(tmp_path, ".hidden.csv", "x")
    put(tmp_path, "~$units.xlsx", "x")
    (tmp_path / "old" / "older").mkdir(parents=True)
    put(tmp_path / "old" / "older", "units.csv", UNITS)

    assert [problem.code for problem in fail(tmp_path).problems] == ["no_data_files"]


def test_a_file_that_may_not_be_read(tmp_path, monkeypatch):
    put(tmp_path, "units.csv", UNITS)

    def refuse(self):
        raise PermissionError

    monkeypatch.setattr(Path, "read_bytes", refuse)
    assert fail(tmp_path).render() == (
        "Filen kan inte läsas (1 fel)\n"
        "Filen eller mappen går inte att öppna.\n"
        "  Var:        units.csv\n"
        "  Godtas:     något som du har rätt att läsa\n"
        "  Gör så här: Stäng filen i andra program och kontrollera behörigheten."
    )


def test_formats_and_names_that_are_not_known(tmp_path):
    for name in ("outcomes.txt", "outcomes.xls", "bilaga.csv", "outcomes2024.parquet"):
        put(tmp_path, name, "x")

    assert [(problem.code, problem.place.file) for problem in fail(tmp_path).problems] == [
        ("unknown_table", "bilaga.csv"),
        ("unsupported_format", "outcomes.txt"),
        ("unsupported_format", "outcomes.xls"),
        ("unknown_table", "outcomes2024.parquet"),
    ]


def test_names_of_tables():
    names = (
        "outcomes",
        "Outcomes",
        "outcomes_botkyrka",
        "outcomes-2024",
        "outcomes.v2",
        "model_periods",
        "model",
        "x_units",
    )
    assert [table_named(name) for name in names] == [*["outcomes"] * 5, "model_periods", None, None]


@pytest.mark.parametrize(
    ("content", "rows", "said"),
    [
        ("unit_id;unit_name\na;b;c\nd;e\nf;g;h\n", (2, 4), "fler"),
        ("unit_id;unit_name\na;b\nc\n", (3,), "färre"),
    ],
)
def test_ragged_rows(tmp_path, content, rows, said):
    put(tmp_path, "units.csv", content)

    assert fail(tmp_path).render() == (
        "Filen kan inte läsas (1 fel)\n"
        f"Rader har {said} fält än rubrikraden.\n"
        f"  Var:        units.csv, {'rad' if len(rows) == 1 else 'rader'} {', '.join(map(str, rows))}\n"
        "  Godtas:     2 fält på varje rad\n"
        "  Gör så här: Kontrollera fältgränser och citattecken på raderna."
    )


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("unit_id;unit_name,unit_kind\n", "unclear_separator"),
        ("unit_id\tunit_name\n", "unclear_separator"),
        ('unit_id;unit_name\n"0127;Botkyrka\n0180;x\n', "broken_quotes"),
        ('unit_id;unit_name\n0127;"Bot"kyrka\n', "broken_quotes"),
        (";;\n0127;Botkyrka;\n", "no_header"),
        (";;\n", "no_header"),
        ("\nunit_id;unit_name\n0127;Botkyrka\n", "no_header"),
    ],
)
def test_shapes_that_would_have_to_be_guessed(tmp_path, content, code):
    put(tmp_path, "units.csv", content)

    assert [problem.code for problem in fail(tmp_path).problems] == [code]


def test_quoted_fields_may_hold_separators_and_line_breaks(tmp_path):
    put(tmp_path, "units.csv", 'unit_id;"unit_name"\n0127;"a;b"\n0180;"c\nd"\n0181;e\n')

    table = one(tmp_path)
    assert table.cells("unit_name").to_list() == ["a;b", "c\nd", "e"]
    assert table.rows.to_list() == [2, 3, 4]


def test_empty_columns_to_the_right_are_left_out(tmp_path):
    put(tmp_path, "units.csv", "unit_id;unit_name;;\n0127;Botkyrka;;\n")

    assert one(tmp_path).columns == ("unit_id", "unit_name")


def test_every_file_is_told(tmp_path):
    put(tmp_path, "units.csv", b"")
    put(tmp_path, "sources.csv", UNITS.encode("utf-16"))
    put(tmp_path, "coverage.parquet", b"x")

    scan = scan_folder(tmp_path)
    assert [problem.place.file for problem in scan.problems] == ["coverage.parquet", "sources.csv", "units.csv"]
    assert scan.attempted == {"units", "sources", "coverage"}


def test_sheets_named_after_tables_are_read(tmp_path):
    workbook(
        tmp_path / "underlag.xlsx",
        {"Läs mig": [["text"]], "units": [["unit_id", "n"], ["0127", 12.0]], "sources_b": [["source_id"], ["x"]]},
    )

    units, sources = read_folder(tmp_path)
    assert (units.table, units.sheet, sources.table, sources.sheet) == ("units", "units", "sources", "sources_b")
    assert units.cells("unit_id").to_list() == ["0127"]
    assert units.cells("n").to_list() == ["12"]
    assert units.assumptions[0].sv == "1 annat blad i arbetsboken har inte lästs."


def test_one_sheet_of_any_name_in_a_file_named_after_a_table(tmp_path):
    workbook(tmp_path / "units_2024.xlsx", {"Blad1": [["unit_id"], ["0127"]]})

    assert (one(tmp_path).table, one(tmp_path).sheet) == ("units", "Blad1")


@pytest.mark.parametrize("hidden", [(), ("units",)])
def test_no_visible_sheet_is_a_table(tmp_path, hidden):
    workbook(tmp_path / "underlag.xlsx", {"Blad1": [["a"]], "Blad2" if not hidden else "units": [["b"]]}, hidden=hidden)

    assert [problem.code for problem in fail(tmp_path).problems] == ["no_table_sheet"]


def test_row_numbers_of_a_sheet_with_gaps(tmp_path):
    workbook(tmp_path / "units.xlsx", {"units": [["unit_id"], ["a"], [], [""], ["b"]]})

    assert one(tmp_path).rows.to_list() == [2, 5]


def test_header_on_another_row_than_the_first(tmp_path):
    workbook(tmp_path / "units.xlsx", {"units": [[], ["unit_id"], ["a"]]})

    assert [(problem.code, problem.place.rows) for problem in fail(tmp_path).problems] == [("no_header", (1,))]


def test_a_failed_formula_is_not_an_empty_cell(tmp_path):
    with xlsxwriter.Workbook(tmp_path / "units.xlsx") as book:
        book.add_worksheet("annat & mer")
        sheet = book.add_worksheet("units")
        sheet.write_row(0, 0, ["unit_id", "n"])
        sheet.write_formula(1, 1, "=1/0", None, "#DIV/0!")
        sheet.write_formula(2, 1, "=1+1", None, 2)

    assert [(problem.code, problem.place.sheet, problem.place.rows) for problem in fail(tmp_path).problems] == [
        ("formula_error", "units", (2,))
    ]


def test_identity_numbers_in_names_of_sheets_and_in_sheets_that_are_not_read(tmp_path):
    workbook(
        tmp_path / "underlag.xlsx",
        {"units": [["unit_id"], ["0127"]], "nr 900101-9802": [["x"]], "gömt": [["a"], [9001019802]]},
        hidden=("gömt",),
    )

    error = fail(tmp_path)
    assert [(p.code, p.place.sheet, p.place.rows) for p in error.problems] == [
        ("personal_identity", None, ()),
        ("personal_identity", "gömt", (2,)),
    ]
    assert "9802" not in error.render()
    assert error.render().startswith(
        "Filen kan inte läsas (2 fel)\nEtt bladnamn kan innehålla ett person- eller organisationsnummer.\n"
    )


def test_identity_number_in_the_name_of_the_folder(tmp_path):
    assert "9802" not in fail(tmp_path / "900101-9802").render()


def test_parquet_types_become_the_text_a_person_would_write(tmp_path):
    from datetime import date, datetime, timedelta

    frame = pl.DataFrame(
        {
            "whole": [12.0, None],
            "half": [12.5, 0.1],
            "integer": [1, 2**63 - 1],
            "day": [date(2024, 3, 1), None],
            "time": [datetime(2024, 3, 1), None],
            "nan": [float("nan"), float("inf")],
            "list": [[1], None],
            "kind": pl.Series(["a", "b"], dtype=pl.Categorical),
            "short": pl.Series([1.1, 2.0], dtype=pl.Float32),
            "length": [timedelta(days=1), None],
        }
    )
    frame.write_parquet(tmp_path / "units.parquet")

    table = one(tmp_path)
    assert [table.cells(name).to_list() for name in ("whole", "half", "integer", "day", "list", "kind", "short")] == [
        ["12", None],
        ["12.5", "0.1"],
        ["1", "9223372036854775807"],
        ["2024-03-01", None],
        ["[1]", None],
        ["a", "b"],
        ["1.1", "2"],
    ]
    assert table.cells("length")[0] is not None
    assert table.cells("time")[0].startswith("2024-03-01 00:00:00")
    assert table.cells("nan").to_list() == ["NaN", "inf"]
    assert table.rows.to_list() == [2, 3]
    assert table.decimal_points == {0, 1, 2, 5, 8}


def test_a_column_of_numbers_in_a_sheet_has_certain_decimal_points(tmp_path):
    workbook(tmp_path / "units.xlsx", {"units": [["a", "b", "c"], ["x", 1.234, 1.5], ["y", 2.5, "1.234"]]})

    assert one(tmp_path).decimal_points == {1}


def test_the_digest_is_that_of_the_bytes(tmp_path):
    import hashlib

    put(tmp_path, "units.csv", UNITS)
    assert one(tmp_path).digest == hashlib.sha256(UNITS.encode()).hexdigest()


def test_a_parquet_file_without_columns(tmp_path):
    buffer = io.BytesIO()
    pl.DataFrame().write_parquet(buffer)
    put(tmp_path, "units.parquet", buffer.getvalue())

    assert [problem.code for problem in fail(tmp_path).problems] == ["no_header"]


def test_an_empty_sheet(tmp_path):
    workbook(tmp_path / "underlag.xlsx", {"units": []})

    assert [(problem.code, problem.place.sheet) for problem in fail(tmp_path).problems] == [("no_header", "units")]


def test_a_parquet_file_whose_damage_makes_the_reader_panic(tmp_path, monkeypatch):
    put(tmp_path, "units.parquet", b"PAR1")

    def panic(*_):
        raise pl.exceptions.PanicException

    monkeypatch.setattr(pl, "read_parquet", panic)
    assert [problem.code for problem in fail(tmp_path).problems] == ["corrupt_file"]
