"""A folder with Parquet files above the limit is checked as it is below it, and memory stays bounded."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal
from typer.testing import CliRunner

import evalkit as ek
from evalkit.cli import app
from evalkit.contracts import load_contracts
from evalkit.contracts.bulk import large_tables
from evalkit.dataset import inspected
from evalkit.errors import ContractError
from evalkit.sources import limits, scan_folder

sys.path.insert(0, str(Path(__file__).parents[3] / "benchmarks"))
import visits  # the benchmark's synthetic visits

EVENTS = large_tables(load_contracts())
MEBIBYTES = 1_000  # the peak of the process that checks three million visits; as text they take four times that


def written(tables: dict[str, list[dict[str, str]]], folder: Path, *, kept: str = "") -> Path:
    """Every table with rows as Parquet, the way a program writes text."""
    for name, rows in tables.items():
        if rows and name != kept:
            pl.DataFrame(rows, infer_schema_length=None).write_parquet(folder / f"{name}.parquet")
    return folder


def first(tables: dict[str, list[dict[str, str]]], table: str, **cells: str) -> None:
    tables[table][0].update(cells)


def doubled(tables: dict[str, list[dict[str, str]]], table: str, **_: str) -> None:
    tables[table].append(dict(tables[table][0]))


FAULTS: dict[str, Callable[[dict[str, list[dict[str, str]]]], None]] = {
    "nothing": lambda _: None,
    "a cell": lambda tables: first(tables, "visits", screening="kanske"),
    "a trace": lambda tables: first(tables, "visits", start_class="anna@example.se"),
    "prose in a decision": lambda tables: first(tables, "decisions", final_outcome="hon bad oss att vänta"),
    "a doubled visit": lambda tables: doubled(tables, "visits"),
    "a doubled unit": lambda tables: doubled(tables, "units"),
    "a bad unit": lambda tables: first(tables, "units", unit_kind="ö"),
    "a unit without code": lambda tables: first(tables, "units", unit_id=""),
    "an unknown visit": lambda tables: first(tables, "findings", visit_id="987654"),
    "a visit without number": lambda tables: first(tables, "visits", visit_id="x"),
    "a late visit": lambda tables: first(tables, "visits", visit_date="2031-01-05"),
    "an unknown decision": lambda tables: first(tables, "decision_status", decision_id="987654", step="7"),
    "an unknown unit": lambda tables: first(tables, "visits", unit_id="9999"),
    "a model period of nobody": lambda tables: first(tables, "model_periods", valid_from="2040-01-01"),
    "a column too many": lambda tables: first(tables, "visits", adress="x"),
    "a heading in capitals": lambda tables: [row.update(Visit_Date=row.pop("visit_date")) for row in tables["visits"]],
    "a lost zero": lambda tables: [row.update(unit_id=row["unit_id"].lstrip("0")) for row in tables["visits"]],
}


def told(folder: Path) -> list[tuple[object, ...]]:
    try:
        problems = inspected(folder).warnings
    except ContractError as error:
        problems = error.problems
    return sorted(
        (
            problem.code,
            problem.place.file,
            problem.place.column or "",
            problem.place.rows,
            problem.place.row_count or len(problem.place.rows),
            problem.what.sv,
            problem.severity.value,
        )
        for problem in problems
    )


@pytest.mark.parametrize("fault", FAULTS)
def test_the_same_is_told_above_the_limit_as_below(
    fault: str, made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tables = made.sound()
    FAULTS[fault](tables)
    folder = written(tables, tmp_path)
    below = told(folder)

    monkeypatch.setattr(limits, "MOST_ROWS_AS_TEXT", 0)
    assert {file.table for file in scan_folder(folder, may_be_large=EVENTS).large} == EVENTS
    assert told(folder) == below


def test_the_same_holdings_are_loaded(made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = written(made.sound(), tmp_path)
    below, counts = ek.load_holdings(folder), ek.load(folder)

    monkeypatch.setattr(limits, "MOST_ROWS_AS_TEXT", 0)
    above = ek.load_holdings(folder)
    for name, frame in below.tables.items():
        assert_frame_equal(above.tables[name], frame)
    assert above.files == below.files
    assert above.digest == below.digest == ek.load(folder).digest == counts.digest


def test_several_files_of_a_table_are_read_as_one(made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = written(made.sound(), tmp_path)
    (folder / "visits.parquet").rename(folder / "visits_b.parquet")
    pl.read_parquet(folder / "visits_b.parquet").write_csv(folder / "visits_a.csv")

    monkeypatch.setattr(limits, "MOST_ROWS_AS_TEXT", 0)
    scan = scan_folder(folder, may_be_large=EVENTS)
    assert {file.table for file in scan.large} == EVENTS - {"visits"}
    assert [raw.file for raw in scan.tables if raw.table == "visits"] == ["visits_a.csv", "visits_b.parquet"]
    assert "duplicate_key" in {line[0] for line in told(folder)}


def test_the_result_for_programs_has_all_rows_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = million(tmp_path, 280_000)
    monkeypatch.setattr(limits, "MOST_ROWS_AS_TEXT", 200_000)
    result = CliRunner().invoke(app, ["check", str(folder), "--format", "json"])

    found = json.loads(result.stdout)
    assert result.exit_code == 1
    counted = {f"{one['code']}:{one['column']}": one["row_count"] for one in found["problems"]}
    expected = visits.expected(280_000)
    expected.pop("leading_zero:unit_id")  # put back, and told as an assumption
    assert counted == expected
    [summary] = found["summary"]
    kinds = {kind["code"]: (kind["rows"], kind["rows_at_least"]) for kind in summary["kinds"]}
    assert kinds["duplicate_key"] == (expected["duplicate_key:visit_id"], False)
    assert summary["rows_at_least"] is True
    assert [one["rows"] for one in found["files"] if one["table"] == "visits"] == [280_000]
    assert max(len(one["rows"]) for one in found["problems"]) <= 1_000


def million(folder: Path, rows: int) -> Path:
    """Many synthetic visits, with the tables that they refer to."""
    around = visits.references()
    lone = {"source_id": visits.SOURCES[0]}
    units = around["units"].with_columns(unit_name=pl.lit("Syntetisk"), unit_kind=pl.lit("kommun"))
    units.with_columns(**{name: pl.lit(value) for name, value in lone.items()}).write_csv(folder / "units.csv")
    around["sources"].with_columns(
        source_kind=pl.lit("synthetic"), publisher=pl.lit("Syntetisk"), title=pl.lit("Syntetisk")
    ).write_csv(folder / "sources.csv")
    around["model_periods"].with_columns(
        phase=pl.lit("full"), valid_from=pl.lit(date(2015, 1, 1)), source_id=pl.lit(visits.SOURCES[0])
    ).write_csv(folder / "model_periods.csv")
    visits.write(folder / "visits.parquet", rows)
    return folder


def test_three_million_visits_are_checked_in_bounded_memory(tmp_path: Path) -> None:
    folder = million(tmp_path, 3_000_000)
    code = (
        "import resource, sys\n"
        "from evalkit.dataset import inspected\n"
        "from evalkit.errors import ContractError\n"
        "try:\n    inspected(sys.argv[1])\n"
        "except ContractError as error:\n"
        "    print(sum(problem.place.row_count or 0 for problem in error.problems))\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)\n"
    )
    ran = subprocess.run([sys.executable, "-c", code, str(folder)], capture_output=True, text=True, check=True)
    broken, peak = map(int, ran.stdout.split())
    expected = visits.expected(3_000_000)
    assert broken == sum(expected.values()) - expected["leading_zero:unit_id"]
    assert peak < MEBIBYTES, f"{peak} MiB"
