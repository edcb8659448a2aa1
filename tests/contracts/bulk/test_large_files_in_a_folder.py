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
from evalkit.commands.running import BAD_INPUT
from evalkit.contracts import load_contracts
from evalkit.contracts.bulk import folder as folder_check
from evalkit.contracts.bulk import large_tables
from evalkit.dataset import inspected
from evalkit.errors import ContractError
from evalkit.sources import limits, scan_folder

sys.path.insert(0, str(Path(__file__).parents[3] / "benchmarks"))
import visits  # the benchmark's synthetic visits

EVENTS = large_tables(load_contracts())
# The peak of the process that checks three million visits: 700 on a quiet machine, more where threads wait for each
# other. Read as text they take 2,500.
MEBIBYTES = 1_500


def written(tables: dict[str, list[dict[str, str]]], folder: Path) -> Path:
    """Every table with rows as Parquet, the way a program writes text."""
    for name, rows in tables.items():
        if rows:
            pl.DataFrame(rows, infer_schema_length=None).write_parquet(folder / f"{name}.parquet")
    return folder


Tables = dict[str, list[dict[str, str]]]


def cells(tables: Tables) -> None:
    tables["visits"][0].update(screening="kanske", adress="x")
    tables["visits"][1].update(start_class="anna@example.se", unit_id="9999")
    tables["visits"][2].update(visit_date="2031-01-05")
    tables["decisions"][0].update(final_outcome="hon bad oss att vänta")
    tables["decision_status"][0].update(decision_id="987654", step="7")
    tables["findings"][0].update(visit_id="987654")


def doubles(tables: Tables) -> None:
    """Keys are checked after references: what is unknown is told although the key is doubled."""
    tables["visits"].append(dict(tables["visits"][0]))
    tables["decisions"].append(dict(tables["decisions"][0]))
    tables["units"].append(dict(tables["units"][0]))
    tables["findings"][0].update(visit_id="987654")
    tables["visits"][1].update(unit_id="9999")


def missing_keys(tables: Tables) -> None:
    """What cannot be told apart from an unknown reference is not asked."""
    tables["units"][0].update(unit_id="")
    tables["visits"][0].update(visit_id="x")
    tables["findings"][0].update(visit_id="987654")
    tables["victim_cases"][0].update(n_persons="många")


def times(tables: Tables) -> None:
    """Also a course of which one step is at fault: nothing is said of the order of the others."""
    steps = tables["decision_status"]
    chained = [row for row in steps if row["step"] == "1" and (row["decision_id"], "2") in map(_step, steps)]
    chained[0].update(status="borta")
    for row in tables["model_periods"]:
        row.update(valid_from="2040-01-01", valid_to="")
    tables["units"][0].update(unit_kind="ö")


def _step(row: dict[str, str]) -> tuple[str, str]:
    return row["decision_id"], row["step"]


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


@pytest.mark.parametrize("fault", [cells, doubles, missing_keys, times])
def test_the_same_is_told_above_the_limit_as_below(
    fault: Callable[[Tables], None], made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tables = made.sound()
    fault(tables)
    folder = written(tables, tmp_path)
    below = told(folder)
    assert below

    monkeypatch.setattr(limits, "MOST_ROWS_AS_TEXT", 0)
    assert {file.table for file in scan_folder(folder, may_be_large=EVENTS).large} == EVENTS
    assert told(folder) == below


def test_the_same_holdings_are_loaded(made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tables = made.sound()
    tables["visits"] = [
        {name.title() if name == "visit_date" else name: cell for name, cell in row.items()} for row in tables["visits"]
    ]
    here = tables["visits"][-1]["unit_id"]
    for table in ("units", "model_periods"):
        tables[table] += [row | {"unit_id": "0127"} for row in tables[table] if row["unit_id"] == here]
    tables["visits"][-1]["unit_id"] = "127"
    folder = written(tables, tmp_path)
    below = ek.load_holdings(folder)

    monkeypatch.setattr(limits, "MOST_ROWS_AS_TEXT", 0)
    above = ek.load_holdings(folder)
    for name, frame in below.tables.items():
        assert_frame_equal(above.tables[name], frame)
    assert above.files == below.files
    assert above.digest == below.digest == ek.load(folder).digest
    [told_of_visits] = [file.assumptions for file in above.files if file.table == "visits"]
    assert len(told_of_visits) == 3  # the heading, the zeros, the version


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
    folder = million(tmp_path, 160_000)
    monkeypatch.setattr(limits, "MOST_ROWS_AS_TEXT", 100_000)
    monkeypatch.setattr(folder_check, "KEPT_ROWS", 50)
    result = CliRunner().invoke(app, ["check", str(folder), "--format", "json"])

    found = json.loads(result.stdout)
    assert result.exit_code == BAD_INPUT
    counted = {f"{one['code']}:{one['column']}": one["row_count"] for one in found["problems"]}
    expected = visits.expected(160_000)
    expected.pop("leading_zero:unit_id")  # put back, and told as an assumption
    assert counted == expected
    [summary] = found["summary"]
    kinds = {kind["code"]: (kind["rows"], kind["rows_at_least"]) for kind in summary["kinds"]}
    assert kinds["duplicate_key"] == (expected["duplicate_key:visit_id"], False)
    assert summary["rows_at_least"] is True
    assert [one["rows"] for one in found["files"] if one["table"] == "visits"] == [160_000]
    assert max(len(one["rows"]) for one in found["problems"]) == 50


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
