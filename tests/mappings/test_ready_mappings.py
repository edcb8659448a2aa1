"""Each ready mapping on a made-up export in the real shape of its system."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter

import evalkit as ek
from evalkit.mappings import Mapped, load_mapping, mapping_names

DATA = Path(__file__).parent / "data"
KOMMUN = {"unit_id": "0127", "source_id": "prov_2024"}
BYGGR = {
    "atgard": {
        "PROVBESLUT|PROVFORE|PROVBIF": "B1",
        "PROVBESLUT|PROVVITE|PROVBIF": "B2",
        "PROVBESLUT|PROVNYTT|PROVBIF": "B4",
        "PROVBESLUT|PROVAVG|PROVBIF": "B7",
    },
    "kategori": {
        "PROVBESLUT|PROVFORE|PROVBIF": "plan_och_bygglagen",
        "PROVBESLUT|PROVVITE|PROVBIF": "plan_och_bygglagen",
        "PROVBESLUT|PROVNYTT|PROVBIF": "nyttjandeforbud",
    },
}
VISION = {
    "atgard": {"PROVFÖRE": "B1", "PROVFÖRB": "B4"},
    "kategori": {"PROVFÖRE": "livsmedelslagen", "PROVFÖRB": "forbud"},
    "tillsyn": {"PROVBESÖK": "rutin", "PROVUPPF": "uppfoljning"},
    "omrade": {"PROVLIV": "livsmedel", "PROVMIL": "miljo"},
}


def left_out(mapped: Mapped, target: str) -> dict[str, int]:
    """The reasons with rows, of every table with this target."""
    return {
        item.reason.en: item.rows
        for count in mapped.counts
        if count.target == target
        for item in count.left_out
        if item.rows
    }


@pytest.fixture(scope="module")
def alkt() -> Mapped:
    return ek.map_source(DATA / "alkt", "alkt", settings=KOMMUN)


def test_alkt_decisions_become_measures_and_only_deficiencies_are_sanctions(alkt: Mapped) -> None:
    rows = alkt.frames["permit_measures"].select("beslut_date", "metric", "category", "ground", "is_sanction")
    assert rows.rows() == [
        (date(2024, 2, 14), "T1", "varning", "brist_vid_tillsyn", "ja"),
        (date(2024, 3, 5), "T1", "varning", "brist_vid_tillsyn", "ja"),
        (date(2024, 4, 2), "T1", "aterkallelse", "brist_vid_tillsyn", "ja"),
        (date(2024, 5, 21), "T1", "erinran", "brist_vid_tillsyn", "ja"),
        (date(2024, 6, 11), "T1", "aterkallelse", "konkurs", "nej"),
        (date(2024, 6, 12), "T1", "aterkallelse", "annan", "nej"),
    ]


def test_alkt_rows_that_are_no_measures_are_counted_by_reason(alkt: Mapped) -> None:
    found = left_out(alkt, "permit_measures")
    assert sum(found.values()) == 6
    assert found["0720, a warning is lifted: correct the row of the warning instead"] == 1
    assert found["the decision has no case"] == 1
    (count,) = (count for count in alkt.counts if count.target == "permit_measures")
    assert count.read == count.written + sum(item.rows for item in count.left_out)


def test_alkt_supervision_is_told_by_code_and_type_together(alkt: Mapped) -> None:
    """02 is a follow-up in the list L and something else in the list F."""
    rows = alkt.frames["ordinary_supervision"].select("visit_date", "area", "inspection_kind").rows()
    assert rows == [
        (date(2024, 1, 15), "alkohol", "rutin"),
        (date(2024, 2, 20), "alkohol", "uppfoljning"),
        (date(2024, 3, 10), "alkohol", "handelsestyrd"),
    ]
    assert left_out(alkt, "ordinary_supervision")["the event is no supervision (code type L)"] == 2


def test_alkt_without_events_gives_the_decisions_alone(export) -> None:
    folder = export("alkt")
    (folder / "Ärende_Händelser.csv").unlink()
    (folder / "Klartext.csv").unlink()
    mapped = ek.map_source(folder, "alkt", settings=KOMMUN)
    assert set(mapped.frames) == {"permit_measures"}
    assert any("klartext" in told.en for told in mapped.assumptions)


def test_alkt_reads_a_workbook_with_a_sheet_per_table(tmp_path: Path, alkt: Mapped) -> None:
    with xlsxwriter.Workbook(str(tmp_path / "uttag.xlsx")) as book:
        for file in sorted((DATA / "alkt").glob("*.csv")):
            sheet = book.add_worksheet(file.stem)
            for place, line in enumerate(csv.reader(file.read_text("cp1252").splitlines(), delimiter=";")):
                sheet.write_row(place, 0, line)
    mapped = ek.map_source(tmp_path / "uttag.xlsx", "alkt", settings=KOMMUN)
    for table, frame in alkt.frames.items():
        assert mapped.frames[table].equals(frame)


def test_byggr_leaves_voided_events_and_cases_out(export, filled) -> None:
    mapped = ek.map_source(export("byggr"), filled("byggr", BYGGR), settings=KOMMUN)
    rows = mapped.frames["decisions"].select("decision_id", "chain_id", "metric", "category", "beslut_date").rows()
    assert rows == [
        (1, 1, "B1", "plan_och_bygglagen", date(2024, 2, 5)),
        (2, 1, "B2", "plan_och_bygglagen", date(2024, 4, 9)),
        (3, 2, "B4", "nyttjandeforbud", date(2024, 3, 1)),
        (4, 2, "B7", None, date(2024, 3, 15)),
    ]
    assert left_out(mapped, "decisions") == {
        "the event has no case in the export": 1,
        "the event is voided": 1,
        "the case is voided": 1,
        "the event is no such decision": 1,
    }


def test_edp_vision_makes_decisions_and_visits_of_one_table_of_events(export, filled) -> None:
    mapped = ek.map_source(export("edp_vision"), filled("edp_vision", VISION), settings=KOMMUN)
    decisions = mapped.frames["decisions"].select("metric", "category", "handelse_date", "beslut_date").rows()
    assert decisions == [
        ("B1", "livsmedelslagen", date(2024, 2, 8), date(2024, 2, 9)),
        ("B4", "forbud", date(2024, 3, 1), date(2024, 3, 1)),
    ]
    visits = mapped.frames["ordinary_supervision"].select("visit_date", "area", "inspection_kind").rows()
    assert visits == [(date(2024, 2, 1), "livsmedel", "rutin"), (date(2024, 3, 4), "miljo", "uppfoljning")]
    assert left_out(mapped, "ordinary_supervision")["the event is no longer in force"] == 1


def test_food_inspections_are_dated_by_the_swedish_day() -> None:
    """The second was made at 22:30 UTC on 30 June, which is past midnight in Sweden."""
    mapped = ek.map_source(DATA / "food_inspections", "food_inspections", settings={"source_id": "livs"})
    rows = mapped.frames["ordinary_supervision"].select(
        "unit_id", "visit_date", "area", "inspection_kind", "announced", "result"
    )
    assert rows.rows() == [
        ("0127", date(2024, 3, 19), "livsmedel", "rutin", "ja", "utan_avvikelse"),
        ("0127", date(2024, 7, 1), "livsmedel", "uppfoljning", "nej", "mindre_avvikelse"),
        ("0127", date(2024, 7, 1), "livsmedel", "handelsestyrd", "ej_registrerad", "avvikelse"),
        ("0127", date(2024, 12, 31), "livsmedel", "rutin", "nej", "utan_avvikelse"),
    ]
    assert left_out(mapped, "ordinary_supervision") == {"a facility without an inspection": 1}


def test_food_inspections_put_back_the_zero_that_a_spreadsheet_took(export) -> None:
    file = export("food_inspections") / "livsmedelskontroller.csv"
    file.write_text(file.read_text("utf-8").replace(",0127,", ",127,"), "utf-8")
    mapped = ek.map_source(file, "food_inspections", settings={"source_id": "livs"})
    assert mapped.frames["ordinary_supervision"]["unit_id"].unique().to_list() == ["0127"]
    assert any("Leading zeros" in told.en for told in mapped.assumptions)


@pytest.fixture(scope="module")
def bra() -> Mapped:
    return ek.map_source(DATA / "bra_handled", "bra_handled", settings={"source_id": "bra", "regions": "Rn03"})


def test_bra_totals_and_purposes_are_counted_by_the_day_of_the_decision(bra: Mapped) -> None:
    outcomes = bra.frames["outcomes"]
    assert outcomes["unit_id"].unique().to_list() == ["Rn03"]
    assert outcomes["date_basis"].unique().to_list() == ["beslut"]
    of_2024 = outcomes.filter(pl.col("period") == date(2024, 1, 1)).select("metric", "category", "value", "status")
    assert sorted(of_2024.rows(), key=str) == sorted(
        [
            ("O1", None, 20, "value"),
            ("O1", "tiggeri", 0, "value"),
            ("O1", "tvangsarbete", 20, "value"),
            ("O2", None, 40, "value"),
            ("O2", "annat", 4, "value"),
            ("O2", "krigstjanst", 0, "value"),
            ("O2", "organ", None, "missing"),
            ("O2", "sexuella_andamal", 24, "value"),
            ("O2", "tiggeri", 0, "value"),
            ("O2", "tvangsarbete", 12, "value"),
        ],
        key=str,
    )


def test_bra_without_chosen_regions_gives_them_all() -> None:
    mapped = ek.map_source(DATA / "bra_handled", "bra_handled", settings={"source_id": "bra"})
    assert set(mapped.frames["outcomes"]["unit_id"]) == {"La", "Rn01", "Rn03"}


def test_bra_agrees_with_the_analysis_that_reads_the_same_table() -> None:
    """The published figures of the analysis, mapped, are the figures that its own script made."""
    analysis = ek.resources.analyses() / "manniskoexploatering"
    published = pl.read_csv(analysis / "kalla" / "bra_handlagda_brott.csv", infer_schema=False)
    made = pl.read_csv(analysis / "data" / "outcomes.csv", infer_schema=False).filter(pl.col("unit_id") == "Rn03")
    assert {"region_code", "year", "value"} <= set(published.columns)
    mapped = ek.map_source(
        analysis / "kalla" / "bra_handlagda_brott.csv", "bra_handled", settings={"source_id": "x", "regions": "Rn03"}
    )
    totals = mapped.frames["outcomes"].filter(pl.col("category").is_null() & (pl.col("metric") == "O1"))
    assert [str(value) for value in totals.sort("period")["value"]] == made.sort("period")["value"].to_list()


@pytest.mark.parametrize("name", ["alkt", "food_inspections"])
def test_what_points_at_somebody_is_not_in_the_result(name: str) -> None:
    mapped = ek.map_source(DATA / name, name, settings=KOMMUN if name == "alkt" else {"source_id": "livs"})
    written = "\n".join(frame.write_csv() for frame in mapped.frames.values())
    for secret in ("Påhittad", "Påhittat", "PROV-2024", "169999990", "000000-0000", "I-0127-1", "501"):
        assert secret not in written
        assert secret not in repr(mapped)


def test_every_ready_mapping_says_what_it_cannot_know_and_where_its_columns_are_known_from() -> None:
    for name in mapping_names():
        mapping = load_mapping(name)
        assert mapping.limits, name
        assert mapping.origin, name
        assert mapping.name == name
