"""Every way that rows can break their contract, and where the breach is said to be."""

import dataclasses
from datetime import date

import pytest

from evalkit.errors import ContractError, SourceError
from evalkit.language import Language


def test_a_sound_folder_is_loaded(folder):
    data = folder.load()

    assert data.outcomes.select("unit_id", "period", "frequency", "value", "status", "qualifier").rows() == [
        ("0127", date(2024, 1, 1), "month", 9, "value", "exact"),
        ("0127", date(2024, 2, 1), "month", 7, "value", "exact"),
        ("0180", date(2024, 1, 1), "year", None, "suppressed", "exact"),
    ]
    assert data.exposure["value"].to_list() == [95746.0, 995600.5]
    assert data.coverage["covered_to"].to_list() == [date(2025, 12, 31)] * 6


def test_unknown_column_stops_the_file(folder):
    folder.row("outcomes")["metrik"] = "hemligt"

    assert folder.fail().render() == (
        "Uppgifterna följer inte datakontraktet (1 fel)\n"
        "Kolumnen finns inte i datakontraktet.\n"
        "  Var:        outcomes.csv, kolumn metrik\n"
        "  Godtas:     menade du ”metric”? Andra: category, date_basis, frequency, largest_case, model, n_cases, "
        "period och 5 till\n"
        "  Gör så här: Byt namn på kolumnen eller ta bort den."
    )


def test_text_where_a_number_is_due(folder):
    folder.row("outcomes")["value"] = "åtta"

    assert folder.fail().render() == (
        "Uppgifterna följer inte datakontraktet (1 fel)\n"
        "Cellen innehåller text där ett tal ska stå.\n"
        "  Var:        outcomes.csv, kolumn value, rad 2\n"
        "  Godtas:     ett heltal från 0 till en miljard, till exempel 12 eller 1 234\n"
        "  Gör så här: Skriv ett tal, eller lämna cellen tom och ange orsaken i kolumnen status."
    )


def test_duplicate_key_names_every_row_of_it(folder):
    folder.add("outcomes", value="3")
    folder.add("outcomes", value="4")

    assert folder.fail().render() == (
        "Uppgifterna följer inte datakontraktet (1 fel)\n"
        "Flera rader har samma nyckel.\n"
        "  Var:        outcomes.csv, kolumn unit_id, rader 2, 5, 6\n"
        "  Godtas:     en rad per unit_id + period + frequency + metric + category + model + date_basis\n"
        "  Gör så här: Ta bort dubbletterna, eller rätta det som ska skilja dem åt."
    )


def test_duplicate_key_across_files(folder):
    first = folder.row("outcomes")
    header = ";".join(first)
    folder.files["outcomes_extra.csv"] = f"{header}\n{';'.join(first.values())}\n".encode()

    assert folder.codes() == [
        ("duplicate_key", "outcomes.csv", "unit_id", (2,)),
        ("duplicate_key", "outcomes_extra.csv", "unit_id", (2,)),
    ]


@pytest.mark.parametrize("sign", ["-", "\u2212"])
def test_negative_count(folder, sign):
    folder.row("outcomes")["value"] = f"{sign}5"

    assert folder.fail().render() == (
        "Uppgifterna följer inte datakontraktet (1 fel)\n"
        "Talet är negativt.\n"
        "  Var:        outcomes.csv, kolumn value, rad 2\n"
        "  Godtas:     ett heltal från 0 till en miljard, till exempel 12 eller 1 234\n"
        "  Gör så här: Rätta det ursprungliga antalet; en rättelse skrivs inte som ett minustal."
    )


def test_period_outside_the_models_dates(folder):
    folder.add("outcomes", period="2023-02")
    folder.add("outcomes", period="2023-03")  # the model begins on the 24th: the period touches it

    assert folder.fail().render() == (
        "Uppgifterna följer inte datakontraktet (1 fel)\n"
        "Perioden ligger utanför modellens tid i enheten.\n"
        "  Var:        outcomes.csv, kolumn period, rad 5\n"
        "  Godtas:     perioder inom valid_from till valid_to för enheten och modellen i tabellen model_periods\n"
        "  Gör så här: Rätta perioden eller modellen, eller lägg till modellens tid i model_periods."
    )


def test_a_closed_model_period_ends_and_another_units_does_not_count(folder):
    folder.add("outcomes", unit_id="0180", model="samordnad_tillsyn", period="2024-12", source_id="reg_s")
    folder.add("outcomes", unit_id="0180", model="samordnad_tillsyn", period="2025-01", source_id="reg_s")
    folder.add("outcomes", unit_id="0180", model="otto", period="2024-05", source_id="reg_s")
    folder.add("outcomes", unit_id="0180", model="ordinary", period="2025-05", source_id="reg_s")

    assert folder.codes() == [("outside_model_period", "outcomes.csv", "period", (6, 7))]


def test_named_model_without_any_model_periods(folder):
    del folder.tables["model_periods"]

    assert folder.codes() == [("outside_model_period", "outcomes.csv", "period", (2, 3))]


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("-", "status_mark"),
        ("..", "status_mark"),
        (".", "status_mark"),
        ("X", "status_mark"),
        ("1.234", "ambiguous_number"),
        ("1,234", "ambiguous_number"),
        ("1.234.567", "ambiguous_number"),
        ("12,5", "not_whole"),
        ("1000000001", "above_maximum"),
        ("9223372036854775808", "number_too_large"),
        ("99999999999999999999999", "number_too_large"),
        ("12 34", "not_a_number"),
        ("0x1F", "not_a_number"),
        ("1e3", "not_a_number"),
        ("١٢", "not_a_number"),
    ],
)
def test_numbers_that_are_not_counts(folder, cell, code):
    folder.row("outcomes")["value"] = cell

    assert folder.codes() == [(code, "outcomes.csv", "value", (2,))]


@pytest.mark.parametrize(
    ("cell", "count"),
    [
        ("1 234", 1234),
        ("1\u00a0234\u00a0567", 1234567),
        ("1\u202f234", 1234),
        ("12.0", 12),
        ("0", 0),
        ("0012", 12),
        ("1000000000", 1_000_000_000),
    ],
)
def test_numbers_that_are_counts(folder, cell, count):
    folder.row("outcomes")["value"] = cell

    assert folder.load().outcomes["value"][0] == count


@pytest.mark.parametrize(
    ("cells", "read"),
    [
        (("1,5", "2.25"), [1.5, 2.25]),
        (("1,234", "0,5"), [1.234, 0.5]),  # the second shows that the comma is a decimal mark
        (("1 234,567", "7"), [1234.567, 7.0]),
        (("0.125", "7"), [0.125, 7.0]),
    ],
)
def test_exposure_with_decimals(folder, cells, read):
    for place, cell in enumerate(cells):
        folder.row("exposure", place)["value"] = cell

    assert folder.load().exposure["value"].to_list() == read


def test_exposure_that_is_a_thousand_or_about_one_is_asked_about(folder):
    folder.row("exposure", 0)["value"] = "1,234"
    folder.row("exposure", 1)["value"] = "7"

    problem = folder.fail().problems[0]
    assert problem.code == "ambiguous_number"
    assert problem.place.rows == (2,)


def test_a_column_with_both_decimal_marks_does_not_tell_which_a_thousand_has(folder):
    folder.row("exposure", 0)["value"] = "1,234"
    folder.tables["exposure"] += [
        {**folder.row("exposure", 0), "period": p, "value": v} for p, v in (("2023", "2,5"), ("2022", "2.5"))
    ]

    assert [code for code, *_ in folder.codes()] == ["ambiguous_number"]


@pytest.mark.parametrize(
    ("table", "cells", "expected"),
    [
        ("outcomes", {"value": ""}, ("value_missing", "value")),
        ("outcomes", {"status": "missing"}, ("value_unexpected", "value")),
        ("outcomes", {"status": "hemlig"}, ("not_in_list", "status")),
        ("outcomes", {"n_cases": "10"}, ("cases_exceed_value", "n_cases")),
        ("outcomes", {"value": "", "status": "missing", "n_cases": "1"}, ("cases_exceed_value", "n_cases")),
        ("outcomes", {"largest_case": "10"}, ("largest_case_exceeds_value", "largest_case")),
        ("outcomes", {"metric": "Q9"}, ("unknown_code", "metric")),
        ("outcomes", {"category": "varning"}, ("unknown_category", "category")),
        ("outcomes", {"date_basis": "beslut"}, ("date_basis_not_allowed", "date_basis")),
        ("outcomes", {"date_basis": "idag"}, ("not_in_list", "date_basis")),
        ("outcomes", {"unit_id": "0999"}, ("unknown_reference", "unit_id")),
        ("outcomes", {"source_id": "nix"}, ("unknown_reference", "source_id")),
        ("outcomes", {"source_id": ""}, ("empty_cell", "source_id")),
        ("outcomes", {"model": "OTTO!"}, ("wrong_form", "model")),
        ("outcomes", {"period": "våren"}, ("not_a_period", "period")),
        ("outcomes", {"period": "2024-13"}, ("not_a_period", "period")),
        ("outcomes", {"period": ""}, ("empty_cell", "period")),
        ("outcomes", {"period": "2024-01-01"}, ("frequency_missing", "frequency")),
        ("outcomes", {"period": "2024-01-15", "frequency": "month"}, ("not_first_day", "period")),
        ("outcomes", {"period": "2024-02-01", "frequency": "quarter"}, ("not_first_day", "period")),
        ("outcomes", {"period": "2024-01", "frequency": "year"}, ("frequency_conflict", "frequency")),
        ("outcomes", {"period": "2024-01-01", "frequency": "vecka"}, ("not_in_list", "frequency")),
        ("outcomes", {"period": "2026-01"}, ("outside_coverage", "period")),
        ("exposure", {"exposure": "Q9"}, ("unknown_code", "exposure")),
        ("exposure", {"value": "-1,5"}, ("below_minimum", "value")),
        ("exposure", {"value": ""}, ("value_missing", "value")),
        ("units", {"unit_kind": "by"}, ("not_in_list", "unit_kind")),
        ("units", {"unit_name": "Botkyrka@"}, ("wrong_form", "unit_name")),
        ("sources", {"title": "ring 070 <b>"}, ("wrong_form", "title")),
        ("sources", {"url": "ftp://x"}, ("wrong_form", "url")),
        ("sources", {"published": "i går"}, ("not_a_date", "published")),
        ("coverage", {"covered_to": "sedan"}, ("not_a_date_or_period", "covered_to")),
        ("coverage", {"covered_to": "2021-12-31"}, ("ends_before_start", "covered_to")),
        ("model_periods", {"phase": "slut"}, ("not_in_list", "phase")),
        ("model_periods", {"valid_to": "2023-03-23"}, ("ends_before_start", "valid_to")),
        ("model_periods", {"valid_from": "2023-02-30"}, ("not_a_date", "valid_from")),
    ],
)
def test_one_bad_cell_is_one_problem(folder, table, cells, expected):
    folder.row(table).update(cells)

    found = folder.codes()
    assert (expected[0], f"{table}.csv", expected[1], (2,)) in found
    assert len([entry for entry in found if entry[1] == f"{table}.csv"]) == 1


def test_a_lost_zero_is_put_back_where_the_units_say_which_code_it_was(folder):
    folder.row("outcomes")["unit_id"] = "127"

    dataset = folder.load()
    assert dataset.outcomes["unit_id"].unique().sort().to_list() == ["0127", "0180"]
    (outcomes,) = (file for file in dataset.files if file.table == "outcomes")
    assert "Enhetskoden har fått tillbaka sin inledande nolla på 1 rad." in [told.sv for told in outcomes.assumptions]


def test_a_lost_zero_is_asked_about_where_both_codes_are_units(folder):
    folder.tables["units"].append({**folder.row("units"), "unit_id": "127", "unit_kind": "stadsdel"})
    folder.row("outcomes")["unit_id"] = "127"

    assert not [told for told in folder.codes() if told[0] == "leading_zero" and told[1] == "units.csv"]
    # It is read as the other unit, which has no such model: not mended, and not silent.
    assert [entry[0] for entry in folder.codes()] == ["outside_model_period"]


def test_lost_zero_in_units(folder):
    folder.row("units")["unit_id"] = "127"

    assert ("leading_zero", "units.csv", "unit_id", (2,)) in folder.codes()


def test_overlapping_times(folder):
    folder.add("coverage", covered_from="2024-06", covered_to="2026")
    folder.add("model_periods", phase="ramp", valid_from="2025-01-01")

    found = folder.codes()
    assert ("overlap", "coverage.csv", "covered_from", (8,)) in found
    assert ("overlap", "model_periods.csv", "valid_from", (4,)) in found


def test_adjacent_coverage_is_one_coverage(folder):
    folder.row("coverage").update(covered_from="2022", covered_to="2023-06")
    folder.add("coverage", covered_from="2023-07", covered_to="2025")
    folder.add("outcomes", period="2023", model="")

    assert folder.load().outcomes.height == 4


def test_a_year_that_is_only_partly_covered_is_no_value_for_the_year(folder):
    folder.row("coverage").update(covered_from="2023-07")
    folder.add("outcomes", period="2023", model="")

    assert folder.codes() == [("outside_coverage", "outcomes.csv", "period", (5,))]


def test_part_and_total_together(folder):
    folder.add("outcomes", model="")

    assert folder.codes() == [("part_and_total", "outcomes.csv", "model", (2, 5))]


def test_value_for_a_time_when_the_metric_could_not_occur(folder):
    common = {"metric": "T3", "model": "", "date_basis": "beslut"}
    folder.add("outcomes", period="2024-12", value="1", **common)
    folder.add("outcomes", period="2025-01", value="0", **common)
    folder.add("outcomes", period="2025-02", value="", status="not_applicable", **common)

    problem = folder.fail().problems[0]
    assert (problem.code, problem.place.rows) == ("metric_not_valid", (6,))
    assert "not_applicable" in problem.next_step.sv
    assert len(folder.fail().problems) == 1


def test_every_problem_of_every_file_at_once_in_file_order(folder):
    folder.row("outcomes", 0).update(value="-", metric="Q9")
    folder.row("outcomes", 1).update(value="-")
    folder.row("outcomes", 2).update(date_basis="idag", unit_id="0999")
    folder.row("units", 1)["unit_kind"] = ""
    folder.files["exposure_extra.csv"] = b""
    folder.files["bilaga.csv"] = b"a;b\n1;2\n"

    error = folder.fail()
    assert type(error) is ContractError
    assert folder.codes() == [
        ("unknown_table", "bilaga.csv", None, ()),
        ("empty_file", "exposure_extra.csv", None, ()),
        ("unknown_code", "outcomes.csv", "metric", (2,)),
        ("status_mark", "outcomes.csv", "value", (2, 3)),
        ("not_in_list", "outcomes.csv", "date_basis", (4,)),
        ("unknown_reference", "outcomes.csv", "unit_id", (4,)),
        ("empty_cell", "units.csv", "unit_kind", (3,)),
    ]


def test_missing_tables_are_told_together(folder):
    del folder.tables["outcomes"], folder.tables["coverage"], folder.tables["exposure"]

    assert folder.fail().render() == (
        "Uppgifterna följer inte datakontraktet (2 fel)\n"
        "Tabellen coverage (Täckning) saknas.\n"
        "  Var:        coverage.csv\n"
        "  Godtas:     coverage.csv, coverage.xlsx eller coverage.parquet\n"
        "  Gör så här: Lägg filen i mappen.\n"
        "Tabellen outcomes (Utfall) saknas.\n"
        "  Var:        outcomes.csv\n"
        "  Godtas:     outcomes.csv, outcomes.xlsx eller outcomes.parquet\n"
        "  Gör så här: Lägg filen i mappen."
    )


def test_missing_column_is_told_once_and_not_as_empty_cells(folder):
    for row in folder.tables["outcomes"]:
        del row["metric"]

    assert folder.codes() == [("missing_column", "outcomes.csv", "metric", ())]


def test_a_file_without_a_header_does_not_show_its_first_row(folder):
    folder.files["outcomes.csv"] = b"0127;2024-01;P1;hemligt\n"
    del folder.tables["outcomes"]

    error = folder.fail()
    assert [problem.code for problem in error.problems] == ["header_missing"]
    assert "hemligt" not in error.render()


def test_doubled_and_nameless_columns(folder):
    folder.files["exposure.csv"] = b"unit_id;period;exposure;value;value;source_id;\n0127;2024;N1;1;2;reg_b;x\n"
    del folder.tables["exposure"]

    assert folder.codes() == [
        ("unnamed_column", "exposure.csv", "#7", ()),
        ("doubled_column", "exposure.csv", "value", ()),
    ]


def test_only_a_header_means_no_rows(folder):
    header = ";".join(folder.row("outcomes"))
    folder.files["outcomes.csv"] = f"{header}\n".encode()
    del folder.tables["outcomes"]

    data = folder.load()
    assert data.outcomes.height == 0
    assert data.outcomes.schema["value"] == data.outcomes["value"].dtype


def test_optional_tables_are_empty_frames_with_types(folder):
    del folder.tables["exposure"], folder.tables["model_periods"]
    for row in folder.tables["outcomes"]:
        row["model"] = ""

    data = folder.load()
    assert data.exposure.height == data.model_periods.height == 0
    assert str(data.exposure.schema["period"]) == "Date"


def test_unknown_codes_are_met_with_the_accepted_ones_in_english_too(folder):
    folder.row("outcomes")["metric"] = "Zz"

    text = folder.fail().render(Language.EN)
    assert "P1, T1, T3" in text
    assert "Zz" not in text
    assert "Where:" in text


def test_the_real_code_book_fits_the_protocol(folder):
    from evalkit.metrics import MetricBook

    folder.book = MetricBook.load()
    assert folder.load().outcomes.height == 3


@pytest.mark.parametrize(
    "variable",
    [("PANDERA_VALIDATION_ENABLED", "False"), ("PANDERA_VALIDATION_DEPTH", "SCHEMA_ONLY")],
)
def test_the_environment_cannot_switch_the_check_off(folder, monkeypatch, variable):
    from pandera import config

    monkeypatch.setenv(*variable)
    settings = config._config_from_env_vars()
    for name in ("validation_enabled", "validation_depth"):
        monkeypatch.setattr(config.CONFIG, name, getattr(settings, name))
    config.reset_config_context()
    try:
        folder.row("outcomes")["value"] = "-5"
        folder.add("units")
        assert [code for code, *_ in folder.codes()] == ["below_minimum", "duplicate_key"]
    finally:
        monkeypatch.undo()
        config.reset_config_context()


def test_nothing_readable_is_a_source_error(tmp_path):
    from evalkit.dataset import load

    (tmp_path / "outcomes.csv").write_bytes(b"")
    with pytest.raises(SourceError) as caught:
        load(tmp_path)
    assert [problem.code for problem in caught.value.problems] == ["empty_file"]


def test_problems_do_not_depend_on_the_order_of_columns(folder):
    folder.row("outcomes").update(value="x", metric="Q9")
    first = folder.codes()
    folder.tables["outcomes"] = [dict(reversed(row.items())) for row in folder.tables["outcomes"]]

    assert folder.codes() == first


def test_metric_book_entry_may_have_open_validity(folder):
    metrics = tuple(dataclasses.replace(metric, valid_from=date(2024, 1, 10)) for metric in folder.book.metrics)
    folder.book = dataclasses.replace(folder.book, metrics=metrics)

    assert folder.load().outcomes.height == 3


def test_a_missing_column_of_counts_is_not_a_thousand_missing_counts(folder):
    for row in folder.tables["outcomes"]:
        row["antal"] = row.pop("value")

    assert folder.codes() == [
        ("unknown_column", "outcomes.csv", "antal", ()),
        ("missing_column", "outcomes.csv", "value", ()),
    ]
