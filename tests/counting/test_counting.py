# ruff: noqa: E501 - tables are read as tables
"""Events counted by hand, and every generated holding counted into a folder that follows the contracts."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

import evalkit as ek
from evalkit.cli import app
from evalkit.contracts import load_contracts
from evalkit.contracts.generating import sample
from evalkit.errors import ContractError, ReportError
from evalkit.metrics import MetricBook

METRICS = (
    "P1", "P2", "P3", "P4", "P5", "P6", "P8", "P9", "F1", "F2", "B1", "B2", "B4", "T1", "T2", "C1a", "C1g", "C1k", "C3", "C6",
    "R1", "R2",
)  # fmt: skip
WORLD = {
    "sources": "source_id,source_kind,publisher,title\nregistret,synthetic,Exempelkommunen,Påhittat\n",
    "units": "unit_id,unit_name,unit_kind,source_id\nEX01,Exempelkommunen,kommun,registret\n",
    "model_periods": "unit_id,model,phase,valid_from,source_id\nEX01,otto,full,2023-01-01,registret\n",
    "coverage": "unit_id,metric,covered_from,covered_to,source_id\n"
    + "".join(f"EX01,{metric},2023-01-01,2024-12-31,registret\n" for metric in METRICS),
    "exposure": "unit_id,period,exposure,value,source_id\nEX01,2024,N1,25000,registret\n",
    "visits": """visit_id,unit_id,model,visit_date,start_class,object_type,visit_kind,initiated_by,social_services,ngo_present,screening,source_id
1,EX01,otto,2023-03-01,kontorstid,restaurang,forsta,polisen,pa_plats,nej,ja,registret
2,EX01,otto,2023-03-31,kvall_natt,restaurang,forsta,polisen,ej,nej,nej,registret
3,EX01,otto,2023-04-01,helg,restaurang,forsta,polisen,ej,nej,ej_registrerad,registret
4,EX01,otto,2023-05-02,ej_registrerad,restaurang,forsta,polisen,ej,nej,ja,registret
5,EX01,otto,2024-06-02,kontorstid,restaurang,forsta,polisen,ej,nej,ja,registret
6,EX01,otto,2025-01-02,kontorstid,restaurang,forsta,polisen,ej,nej,ja,registret
""",
    "visit_participants": """visit_id,authority,role
1,miljoforvaltningen,ansvarig
1,tillstandsenheten,deltagande
1,polisen,deltagande
1,migrationsverket,deltagande
1,lansstyrelsen,deltagande
2,miljoforvaltningen,ansvarig
2,polisen,deltagande
2,ideell_organisation,deltagande
3,miljoforvaltningen,ansvarig
3,raddningstjansten,deltagande
4,miljoforvaltningen,ansvarig
4,raddningstjansten,deltagande
5,miljoforvaltningen,ansvarig
5,raddningstjansten,deltagande
6,miljoforvaltningen,ansvarig
6,raddningstjansten,deltagande
""",
    "findings": """finding_id,visit_id,metric,category,remedied,remedied_date,source_id
1,1,F1,misstankt,ja,2023-05-01,registret
2,1,F1,konstaterad,ja,2024-03-01,registret
3,1,F2,misstankt,nej,,registret
4,2,F1,misstankt,ja,2024-04-01,registret
5,3,F2,konstaterad,ej_foljt_upp,,registret
6,5,F1,konstaterad,ja,2024-07-01,registret
""",
    "decisions": """decision_id,unit_id,model,chain_id,metric,category,decided_by,beslut_date,delgivning_date,lagakraft_date,appeal_status,final_outcome,source_id
1,EX01,otto,1,B1,miljobalken,miljoforvaltningen,2023-03-02,2023-03-05,,ej_overklagad,ej_avgjord,registret
2,EX01,otto,1,B1,miljobalken,miljoforvaltningen,2023-04-02,2023-04-05,,ej_overklagad,ej_avgjord,registret
3,EX01,otto,1,B2,miljobalken,miljoforvaltningen,2023-05-02,,,ej_overklagad,ej_avgjord,registret
4,EX01,otto,2,B1,,miljoforvaltningen,2023-05-02,,,ej_overklagad,ej_avgjord,registret
5,EX01,otto,3,B4,forbud,miljoforvaltningen,2023-03-02,2023-03-03,2023-06-03,ej_overklagad,star_fast,registret
6,EX01,otto,3,B4,forbud,miljoforvaltningen,2023-03-02,2023-03-03,,ej_overklagad,ej_avgjord,registret
""",
    "permit_measures": """measure_id,unit_id,model,metric,category,ground,is_sanction,decided_by,beslut_date,appeal_status,final_outcome,source_id
1,EX01,otto,T1,varning,brist_vid_tillsyn,ja,tillstandsenheten,2023-03-02,ej_overklagad,ej_avgjord,registret
2,EX01,otto,T2,aterkallelse,upphort,nej,tillstandsenheten,2023-03-02,ej_overklagad,ej_avgjord,registret
""",
    "victim_cases": """case_id,metric,unit_id,model,identified_month,n_persons,n_children,found_by,source_id
1,C1a,EX01,otto,2023-03,3,1,samordnat_besok,registret
1,C1g,EX01,otto,2023-03,2,0,samordnat_besok,registret
2,C1a,EX01,otto,2023-03,1,0,samordnat_besok,registret
""",
    "support_steps": """case_id,metric,category,month,n_persons,source_id
1,C3,med_samtycke,2023-04,2,registret
1,C3,konsultation,2023-04,1,registret
1,C6,,2023-05,1,registret
""",
    "information_requests": """request_id,unit_id,model,requester,responder,within_unit,requested_date,answered_date,outcome,source_id
1,EX01,otto,miljoforvaltningen,socialtjansten,ja,2023-03-01,2023-03-11,besvarad,registret
2,EX01,otto,miljoforvaltningen,polisen,nej,2023-03-01,2023-03-21,nekad_sekretess,registret
3,EX01,otto,miljoforvaltningen,polisen,nej,2023-03-01,,vantar,registret
""",
    "resources": """unit_id,period,model,metric,category,authority,hours,amount_sek,price_year,source_id
EX01,2023-03,otto,R2,besok,miljoforvaltningen,2.5,,,registret
EX01,2023-03,otto,R2,planering,polisen,3.25,,,registret
EX01,2023,otto,R1,fond,,,1000,2023,registret
""",
    "ordinary_supervision": """inspection_id,unit_id,visit_date,area,inspection_kind,announced,result,source_id
1,EX01,2023-03-12,livsmedel,rutin,nej,utan_avvikelse,registret
2,EX01,2023-03-13,bygg,rutin,nej,utan_avvikelse,registret
""",
}
Cells = dict[tuple[str, str | None, str, str], tuple[int | None, int | None]]


def folder_of(place: Path, world: dict[str, str]) -> Path:
    place.mkdir()
    for name, text in world.items():
        (place / f"{name}.csv").write_text(text, encoding="utf-8")
    return place


@pytest.fixture(scope="module")
def counted(tmp_path_factory: pytest.TempPathFactory) -> ek.Aggregates:
    folder = folder_of(tmp_path_factory.mktemp("world") / "handelser", WORLD)
    return ek.aggregate(ek.load_holdings(folder))


def cells(aggregates: ek.Aggregates, *metrics: str) -> Cells:
    rows = aggregates.outcomes.filter(pl.col("metric").is_in(metrics))
    return {
        (row["metric"], row["category"], row["date_basis"], f"{row['period']:%Y-%m}"): (row["value"], row["n_cases"])
        for row in rows.iter_rows(named=True)
    }


def test_visits_and_what_they_are_shares_of(counted: ek.Aggregates) -> None:
    assert cells(counted, "P1") == {
        ("P1", None, "handelse", month): (number, None)
        for month, number in (("2023-03", 2), ("2023-04", 1), ("2023-05", 1), ("2024-06", 1))
    }
    visits = counted.exposure.filter(pl.col("exposure") == "N9")
    assert visits.height == 24
    assert visits["value"].sum() == 5
    screened = counted.exposure.filter(pl.col("exposure") == "N10")
    assert screened.filter(pl.col("value") > 0)["period"].dt.strftime("%Y-%m").to_list() == [
        "2023-03",
        "2023-05",
        "2024-06",
    ]


def test_participants_are_counted_by_who_they_belong_to(counted: ek.Aggregates) -> None:
    march = {key[:2]: value for key, (value, _) in cells(counted, "P2", "P3").items() if key[3] == "2023-03"}
    assert march == {("P2", None): 3, ("P3", None): 2, ("P3", "nagon"): 2, ("P3", "polisen"): 2, ("P3", "annan"): 1}


def test_a_class_that_was_not_registered_is_neither_yes_nor_no(counted: ek.Aggregates) -> None:
    assert cells(counted, "P5") == {
        ("P5", None, "handelse", "2023-03"): (1, None),
        ("P5", None, "handelse", "2023-04"): (1, None),
        ("P5", None, "handelse", "2023-05"): (None, None),
    }
    april = [key for key in cells(counted, "C1k") if key[3] == "2023-04"]
    assert not april
    assert cells(counted, "C1k")["C1k", "nej", "handelse", "2023-03"] == (1, None)


def test_a_finding_counts_once_per_visit_and_established_wins(counted: ek.Aggregates) -> None:
    found = {key[1:4:2]: value for key, (value, _) in cells(counted, "F1").items() if key[3] == "2023-03"}
    assert found == {("konstaterad", "2023-03"): 1, ("misstankt", "2023-03"): 1, (None, "2023-03"): 2}


def test_what_was_remedied_within_twelve_months_of_the_visit(counted: ek.Aggregates) -> None:
    # 1 in time, 2 on the day, 4 a day late; the finding of June 2024 has not had its twelve months yet.
    assert cells(counted, "P8") == {
        ("P8", None, "handelse", "2023-03"): (2, None),
        ("P8", None, "handelse", "2024-06"): (None, None),
    }
    late = counted.outcomes.filter(pl.col("metric") == "P8", pl.col("value").is_null())
    assert late["status"].to_list() == ["not_yet_reported"]
    # A month of 2024 in which nothing was found is not a month without remedies: it is not covered yet.
    ends = dict(counted.coverage.select("metric", "covered_to").iter_rows())
    assert (f"{ends['P8']}", f"{ends['F1']}") == ("2023-12-31", "2024-12-31")
    followed = counted.exposure.filter(pl.col("exposure") == "N13", pl.col("value") > 0)
    assert followed["value"].to_list() == [4.0, 1.0]


def test_an_order_repeated_in_its_chain_counts_once(counted: ek.Aggregates) -> None:
    by_decision = {key: value for key, (value, _) in cells(counted, "B1", "B2").items() if key[2] == "beslut"}
    # One order has no category, so the categories would not add up to the whole.
    assert by_decision == {
        ("B1", None, "beslut", "2023-03"): 1,
        ("B1", None, "beslut", "2023-05"): 1,
        ("B2", "miljobalken", "beslut", "2023-05"): 1,
        ("B2", None, "beslut", "2023-05"): 1,
    }


def test_each_date_basis_has_its_own_series(counted: ek.Aggregates) -> None:
    whole = {key[2:]: value for key, (value, _) in cells(counted, "B4").items() if key[1] is None}
    assert whole == {("beslut", "2023-03"): 2, ("delgivning", "2023-03"): 2, ("lagakraft", "2023-06"): 1}


def test_a_permit_that_lapsed_is_no_sanction(counted: ek.Aggregates) -> None:
    assert ("T1", "varning", "beslut", "2023-03") in cells(counted, "T1")
    assert not cells(counted, "T2")


def test_persons_come_with_their_cases(counted: ek.Aggregates) -> None:
    assert cells(counted, "C1a", "C1g") == {
        ("C1a", "vuxen", "handelse", "2023-03"): (3, 2),
        ("C1a", "barn", "handelse", "2023-03"): (1, 1),
        ("C1a", None, "handelse", "2023-03"): (4, 2),
        ("C1g", "vuxen", "handelse", "2023-03"): (2, 1),
        ("C1g", None, "handelse", "2023-03"): (2, 1),
    }


def test_persons_tell_how_many_are_in_the_largest_case_and_findings_do_not(counted: ek.Aggregates) -> None:
    """Case 1 holds two adults and a child, case 2 one adult."""
    told = counted.outcomes.filter(pl.col("largest_case").is_not_null())
    largest = {(row["metric"], row["category"]): row["largest_case"] for row in told.iter_rows(named=True)}
    assert {metric for metric, _ in largest} <= {"C1a", "C1g", "C1k", "C3", "C6"}
    assert largest["C1a", None] == 3
    assert (told["largest_case"] <= told["value"]).all()
    assert (told["largest_case"] * told["n_cases"] >= told["value"]).all()


def test_support_by_its_steps(counted: ek.Aggregates) -> None:
    found = cells(counted, "C3", "C6")
    assert found["C3", "med_samtycke", "handelse", "2023-04"] == (2, 1)
    assert found["C6", None, "handelse", "2023-05"] == (1, 1)


def test_days_of_requests_that_have_ended(counted: ek.Aggregates) -> None:
    assert {key[1]: value for key, (value, _) in cells(counted, "P6").items()} == {
        "svar_inom_enheten": 10,
        "nekad_sekretess": 20,
        None: 30,
    }
    assert counted.exposure.filter(pl.col("exposure") == "N11")["value"].sum() == 2


def test_hours_are_rounded_when_added_up_and_a_year_is_no_month(counted: ek.Aggregates) -> None:
    assert cells(counted, "R2")["R2", None, "handelse", "2023-03"] == (6, None)
    assert not cells(counted, "R1")
    assert [problem.code for problem in counted.remarks] == ["event_not_covered"] * 4 + ["resource_period_too_long"]


def test_what_lies_outside_the_coverage_is_told_and_not_counted(counted: ek.Aggregates) -> None:
    told = [str(problem.what) for problem in counted.remarks if problem.place.file == "visits"]
    assert told[0] == "1 händelse räknas inte: täckningen för måttet P1 omfattar inte hela perioden (månad)."
    assert not any(key[3] == "2025-01" for key in cells(counted, *METRICS))


@pytest.mark.parametrize("frequency", ["quarter", "year"])
def test_longer_periods_are_sums_of_the_months(counted: ek.Aggregates, tmp_path: Path, frequency: str) -> None:
    longer = ek.aggregate(ek.load_holdings(folder_of(tmp_path / "handelser", WORLD)), frequency=frequency)
    step = {"quarter": "3mo", "year": "1y"}[frequency]
    key = ["period", "metric", "category", "date_basis"]
    kept = pl.col("metric").is_in(["P5", "P8", "R1"]).not_()
    summed = counted.outcomes.filter(kept).with_columns(pl.col("period").dt.truncate(step))
    assert (
        summed.group_by(key)
        .agg(pl.col("value").sum())
        .sort(key)
        .equals(longer.outcomes.filter(kept).select(*key, "value").sort(key))
    )
    assert cells(longer, "R1") == (
        {}
        if frequency == "quarter"
        else {("R1", "fond", "handelse", "2023-01"): (1000, None), ("R1", None, "handelse", "2023-01"): (1000, None)}
    )


def test_the_folder_follows_the_contracts_and_is_the_same_each_time(counted: ek.Aggregates, tmp_path: Path) -> None:
    first = counted.write(tmp_path / "antal")
    dataset = ek.load(first)
    assert dataset.synthetic
    assert dataset.outcomes.height == counted.outcomes.height
    before = {path.name: path.read_bytes() for path in first.iterdir()}
    counted.write(first)
    assert before == {path.name: path.read_bytes() for path in counted.write(tmp_path / "igen").iterdir()}
    assert not any(
        "_id" in name and name not in {"unit_id", "source_id"}
        for frame in counted.tables.values()
        for name in frame.columns
    )
    (first / "egen.txt").write_text("x")
    with pytest.raises(ReportError):
        counted.write(first)


@pytest.mark.parametrize(
    ("table", "row", "code"),
    [
        ("resources", "EX01,2023-04,otto,R1,fond,,,1000,2024,registret\n", "several_price_years"),
        ("exposure", "EX01,2023-03,N9,7,registret\n", "exposure_contradicts_events"),
        ("ordinary_supervision", "", None),
    ],
)
def test_what_cannot_be_added_up_stops(tmp_path: Path, table: str, row: str, code: str | None) -> None:
    holdings = ek.load_holdings(folder_of(tmp_path / "handelser", WORLD | {table: WORLD[table] + row}))
    if code is None:
        assert ek.aggregate(holdings).outcomes.height
        return
    with pytest.raises(ContractError) as caught:
        ek.aggregate(holdings)
    assert [problem.code for problem in caught.value.problems] == [code]


def test_a_model_is_named_in_all_rows_or_in_none(tmp_path: Path) -> None:
    visits = WORLD["visits"].replace("2,EX01,otto,", "2,EX01,,")
    holdings = ek.load_holdings(folder_of(tmp_path / "handelser", WORLD | {"visits": visits}))
    with pytest.raises(ContractError) as caught:
        ek.aggregate(holdings)
    assert {problem.code for problem in caught.value.problems} == {"model_sometimes"}


@pytest.mark.parametrize("seed", range(4))
def test_whatever_the_generator_makes_is_counted_into_a_folder_that_loads(tmp_path: Path, seed: int) -> None:
    made = sample(load_contracts(), MetricBook.load(), rows=25, seed=seed)
    texts = {table: as_csv(rows) for table, rows in made.items() if rows and table not in {"outcomes", "exposure"}}
    holdings = ek.load_holdings(folder_of(tmp_path / "handelser", texts))
    counted = ek.aggregate(summable(holdings))
    assert ek.load(counted.write(tmp_path / "antal")).outcomes.height == counted.outcomes.height


def summable(holdings: ek.Holdings) -> ek.Holdings:
    """The same with one price year, and without models, which the generator draws row by row."""
    bare = {
        name: frame.with_columns(model=pl.lit(None, pl.String))
        for name, frame in holdings.tables.items()
        if "model" in frame.columns and name != "model_periods"
    }
    return replace(holdings, **bare | {"resources": bare["resources"].with_columns(price_year=pl.lit(2024))})


def as_csv(rows: list[dict[str, str]]) -> str:
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, rows[0])
    writer.writeheader()
    writer.writerows(rows)
    return buffer.getvalue()


def test_the_command_counts_and_says_what_it_did(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "handelser", WORLD)
    done = CliRunner().invoke(app, ["aggregate", str(folder), "--out", str(tmp_path / "antal"), "--lang", "sv"])
    assert done.exit_code == 0, done.output
    assert "Små tal är inte dolda" in done.output
    assert (tmp_path / "antal" / "outcomes.csv").is_file()
