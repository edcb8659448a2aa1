"""The dataset: the same whatever the format and the order of rows; what it says of itself."""

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from evalkit.contracts import load_contracts
from evalkit.dataset import load
from evalkit.errors import ContractError

TABLES = ("units", "model_periods", "outcomes", "exposure", "coverage", "sources")


def assert_same(one, other):
    for table in TABLES:
        assert_frame_equal(getattr(one, table), getattr(other, table))


def as_typed_frame(table, rows):
    frame = pl.DataFrame(rows).select(pl.all().replace("", None))
    numbers = [name for name in ("value", "n_cases") if name in frame.columns]
    return frame.with_columns(pl.col(name).str.replace(",", ".").cast(pl.Float64) for name in numbers)


@pytest.fixture
def by_csv(folder):
    return folder.load()


def test_parquet_gives_the_same(folder, by_csv, tmp_path_factory):
    target = tmp_path_factory.mktemp("parquet")
    for table, rows in folder.tables.items():
        as_typed_frame(table, rows).write_parquet(target / f"{table}.parquet")

    assert_same(by_csv, load(target, book=folder.book))


def test_parquet_with_dates_gives_the_same(folder, by_csv, tmp_path_factory):
    target = tmp_path_factory.mktemp("parquet")
    for table, rows in folder.tables.items():
        frame = as_typed_frame(table, rows)
        days = [name for name in ("valid_from", "valid_to") if name in frame.columns]
        frame.with_columns(pl.col(days).str.to_date()).write_parquet(target / f"{table}.parquet")

    assert_same(by_csv, load(target, book=folder.book))


def test_one_workbook_gives_the_same(folder, by_csv, tmp_path_factory):
    import xlsxwriter

    target = tmp_path_factory.mktemp("xlsx")
    with xlsxwriter.Workbook(target / "underlag.xlsx") as workbook:
        for table, rows in folder.tables.items():
            sheet = workbook.add_worksheet(table)
            sheet.write_row(0, 0, list(rows[0]))
            frame = as_typed_frame(table, rows)
            for place, row in enumerate(frame.iter_rows(), start=1):
                for column, cell in enumerate(row):
                    sheet.write(place, column, cell)

    assert_same(by_csv, load(target, book=folder.book))


def test_comma_separated_gives_the_same(folder, by_csv, tmp_path_factory):
    target = tmp_path_factory.mktemp("comma")
    for table, rows in folder.tables.items():
        pl.DataFrame(rows).write_csv(target / f"{table}.csv")

    assert_same(by_csv, load(target, book=folder.book))


def test_the_order_of_rows_and_the_number_of_files_do_not_matter(folder, by_csv, tmp_path_factory):
    target = tmp_path_factory.mktemp("shuffled")
    for table, rows in folder.tables.items():
        mixed = rows[::-2] + rows[-2::-2]
        pl.DataFrame(mixed[:1]).write_csv(target / f"{table}_b.csv")
        pl.DataFrame(mixed[1:], schema=list(rows[0])).write_csv(target / f"{table}_a.csv")

    assert_same(by_csv, load(target, book=folder.book))


def test_one_row(folder):
    folder.tables["outcomes"] = folder.tables["outcomes"][:1]

    assert folder.load().outcomes["value"].to_list() == [9]


def test_frames_have_the_types_of_their_contracts(by_csv):
    contracts = load_contracts()
    for table in TABLES:
        assert dict(getattr(by_csv, table).schema) == contracts[table].schema


def test_the_digest_follows_the_bytes_and_the_names(folder, by_csv):
    assert folder.load().digest == by_csv.digest
    folder.row("outcomes")["value"] = "10"
    assert folder.load().digest != by_csv.digest


def test_files_tell_what_was_read(folder, by_csv):
    outcomes = next(file for file in by_csv.files if file.table == "outcomes")

    assert (outcomes.name, outcomes.sheet, outcomes.rows, len(outcomes.digest)) == ("outcomes.csv", None, 3, 64)
    exposure = next(file for file in by_csv.files if file.table == "exposure")
    assert [str(told) for told in exposure.assumptions] == [
        "Fältgränsen är semikolon.",
        "Decimaltecknet är komma.",
        "Version 1.1.0 av kontraktet antas.",
    ]


def test_synthetic_is_said(folder, by_csv):
    assert not by_csv.synthetic
    folder.row("sources")["source_kind"] = "synthetic"
    data = folder.load()
    assert data.synthetic
    assert "YES" in repr(data)


def test_repr_is_readable(by_csv):
    assert repr(by_csv) == (
        "Dataset: 2 units, 2024-01 to 2024-12, 6 files\n"
        "  metrics    P1, T1\n"
        "  rows       outcomes 3, exposure 2, coverage 6, model_periods 2, sources 2\n"
        "  synthetic  no\n"
        f"  digest     {by_csv.digest[:12]}"
    )


def test_an_analysis_folder_has_its_data_in_data(folder, tmp_path_factory):
    analysis = tmp_path_factory.mktemp("analysis")
    (analysis / "plan.yaml").write_text("x: 1\n", encoding="utf-8")
    folder.path = analysis / "data"
    folder.path.mkdir()
    folder.write()

    assert load(analysis, book=folder.book).outcomes.height == 3


def test_inputs_are_not_changed(folder):
    before = {file.name: file.read_bytes() for file in folder.write().iterdir()}
    load(folder.path, book=folder.book)
    assert {file.name: file.read_bytes() for file in folder.path.iterdir()} == before


def test_a_whole_number_stored_as_a_float_and_half_a_count(folder, tmp_path_factory):
    folder.tables["outcomes"][0]["value"] = "9.5"
    target = folder.write()
    rows = folder.tables["outcomes"]
    (target / "outcomes.csv").unlink()
    as_typed_frame("outcomes", rows).write_parquet(target / "outcomes.parquet")

    with pytest.raises(ContractError) as caught:
        load(target, book=folder.book)
    assert [(p.code, p.place.rows) for p in caught.value.problems] == [("not_whole", (2,))]
