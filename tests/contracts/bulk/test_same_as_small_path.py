"""The bulk path finds what the small path finds: the same codes, columns and rows, whatever the size of a batch."""

from __future__ import annotations

import tempfile
from collections import defaultdict
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from evalkit.contracts import load_contracts
from evalkit.contracts.bulk import across
from evalkit.contracts.bulk.around import Around
from evalkit.contracts.bulk.checking import check_table
from evalkit.contracts.bulk.table import ParquetTable
from evalkit.contracts.checking import inspect
from evalkit.metrics import MetricBook
from evalkit.sources import read_folder
from evalkit.sources.zeros import lost_zeros

BOOK = MetricBook.load()
CONTRACTS = load_contracts()

# Text that is right, wrong in many ways, or in need of trimming; no identity number is anybody's (from the tax agency's
# published test numbers).
POOLS: dict[str, list[str | None]] = {
    "unit_id": ["0127", "0180", "0180", "127", "9999", " 0127 ", None],
    "unit_name": ["Botkyrka", "Stockholm", "A\u030angermanland", "811218-9876", "anna@example.se", None],
    "unit_kind": ["kommun", "kommun", "stadsdel", "ö", "ägaren bad oss komma igen"],
    "part_of": ["0127", "0180", "127", None, None, "08-123 456 78"],
    "source_id": ["reg", "reg", "reg", "annan", None],
    "period": ["2024-01", "2024-01", "2024", "2024-01-01", "2024-01-15", "2031", "mars", None],
    "frequency": ["month", "year", None, "week"],
    "metric": ["P1", "P1", "T1", "B1", "X9", None],
    "category": [None, None, "varning", "erinran", "okänd"],
    "model": [None, "otto", "otto", "ordinary", "Otto"],
    "date_basis": ["handelse", "beslut", "okand", None],
    "value": ["3", "1 234", "1.234", "-1", "2,5", "..", "8112189876", "99999999999999999999", None],
    "n_cases": ["1", "5", None, "x", "+46 70 123 45 67", "1,234,567," * 7 + "123"],
    "status": [None, "value", "suppressed", "borta", "beslutad", "laga_kraft", "betald"],
    "qualifier": [None, "exact", "ungefär"],
    "covered_from": ["2023", "2023-01-01", "2024-06-01", "2023-13-01", None],
    "covered_to": ["2024", "2023-06-30", "2022", None],
    "valid_from": ["2023", "2023-01-01", "2024-06-01", None],
    "valid_to": ["2024", "2022-06-30", None, None],
    "phase": ["full", "ramp", "slut"],
    "exposure": ["N1", "N2", "N99"],
    "visit_id": ["1", "2", "3", "4", "0", "1 000 000 000", "070 123 45 67", None],
    "follow_up_of": [None, "1", "2", "7"],
    "visit_date": ["2024-01-05", "2024-02-05", "2025-01-01", "ons 3 jan efter lunch hos dem", None],
    "visit_kind": ["forsta", "uppfoljning"],
    "start_class": ["helg", "söndag", "ring 08-123 456 78 efter klockan fem", "anna@example.se 811218-9876"],
    "initiated_by": ["polisen", "okand"],
    "decision_id": ["1", "1", "2", "9"],
    "step": ["1", "1", "2", "2", "3", "2,0", "x"],
    "status_date": ["2024-01-05", "2024-02-05", "2023-01-01"],
    "contract_version": [None, None, "1.0.0", "9.0.0"],
    "okänd": ["hemligt", "811218-9876", "556036-0793", "ägaren bad oss komma igen", "0701234567", None],
}
NATIVE: dict[str, list[object]] = {
    "value": [3, 5, -1, 8112189876, None],
    "n_cases": [1, 9, None],
    "covered_from": [date(2023, 1, 1), date(2024, 6, 1), date(1850, 1, 1), None],
    "covered_to": [date(2023, 12, 31), date(2025, 1, 1), None],
    "valid_from": [date(2023, 1, 1), date(2024, 6, 1), None],
    "valid_to": [date(2023, 12, 31), date(2022, 1, 1), None],
    "period": [date(2024, 1, 1), date(2024, 1, 15), date(2024, 2, 1), None],
    "unit_id": [127, 180, 9999],
    "visit_id": [1, 2, 3, 4, 5, 6, 0, 10**9, 8112189876, 5560360793],
    "follow_up_of": [None, 1, 2, 3, 99],
    "visit_date": [date(2024, 1, 5), date(2024, 2, 5), date(2025, 1, 1)],
    "decision_id": [1, 1, 1, 2],
    "step": [1, 2, 3],
    "status_date": [date(2024, 1, 5), date(2024, 2, 5), date(2024, 1, 1)],
}
FLOATS = [3.0, 2.5, 8112189876.0, float("nan"), float("inf"), 1e20, None]

SOUND = {
    "units": {
        "unit_id": ["0127", "0180"],
        "unit_name": ["A", "B"],
        "unit_kind": ["kommun"] * 2,
        "source_id": ["reg"] * 2,
    },
    "sources": {"source_id": ["reg"], "source_kind": ["register"], "publisher": ["X"], "title": ["Syntetisk"]},
    "coverage": {
        "unit_id": ["0127", "0180"],
        "metric": ["P1", "P1"],
        "covered_from": ["2023", "2023"],
        "covered_to": ["2024", "2024"],
        "source_id": ["reg", "reg"],
    },
    "model_periods": {
        "unit_id": ["0127"],
        "model": ["otto"],
        "phase": ["full"],
        "valid_from": ["2023-01-01"],
        "valid_to": ["2024-06-30"],
        "source_id": ["reg"],
    },
}


@st.composite
def frames(draw: st.DrawFn, table: str) -> pl.DataFrame:
    """A table of that contract with random faults; some columns as text, some as numbers and dates."""
    height = draw(st.integers(0, 7))
    columns = []
    for name in (*CONTRACTS[table].names, "okänd"):
        kind = draw(st.sampled_from(["text", "text", "native", "float", "absent" if name == "okänd" else "text"]))
        if kind == "absent" or (name == "okänd" and draw(st.booleans())) or draw(st.integers(0, 19)) == 0:
            continue
        pool: list[object] = list(POOLS.get(name, ["a"]))
        if kind == "native" and name in NATIVE:
            pool = NATIVE[name]
        elif kind == "float" and name in ("value", "n_cases"):
            pool = list(FLOATS)
        cells = draw(st.lists(st.sampled_from(pool), min_size=height, max_size=height))
        dtype = pl.String if any(isinstance(cell, str) for cell in pool) or not any(pool) else None
        columns.append(pl.Series(name, cells, dtype=dtype, strict=True))
    if not columns or not {column.name for column in columns} & set(CONTRACTS[table].names):
        columns.append(pl.Series("unit_id", ["0127"] * height, dtype=pl.String))
    frame = pl.DataFrame(columns)
    return pl.concat([frame, frame.clear(1)]) if draw(st.booleans()) else frame


def small_path(folder: Path, table: str) -> tuple[dict[tuple[str, str | None], list[int]], dict[str, pl.DataFrame]]:
    raws = read_folder(folder)
    sound = inspect([raw for raw in raws if raw.table != table], CONTRACTS, BOOK)
    found: dict[tuple[str, str | None], list[int]] = defaultdict(list)
    for problem in inspect(raws, CONTRACTS, BOOK).problems:
        if problem.place.file == f"{table}.parquet":
            found[problem.code, problem.place.column] += problem.place.rows
    return {key: sorted(rows) for key, rows in found.items()}, dict(sound.frames)


@pytest.mark.parametrize("table", ["outcomes", "coverage", "units", "visits", "decision_status"])
@settings(max_examples=5, phases=[Phase.explicit, Phase.generate])  # the frames are small already
@given(data=st.data())
def test_the_same_problems_as_the_small_path(table: str, data: st.DataObject) -> None:
    frame = data.draw(frames(table))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for other, columns in SOUND.items():
            if other != table:
                pl.DataFrame(columns).write_parquet(folder / f"{other}.parquet")
        frame.write_parquet(folder / f"{table}.parquet")
        expected, others = small_path(folder, table)
        others.pop(table)
        with pytest.MonkeyPatch.context() as patch:
            at_a_time = data.draw(st.sampled_from([2, 1000]))
            patch.setattr(across, "KEYS_AT_A_TIME", at_a_time)
            patch.setattr(across, "ROWS_AT_A_TIME", at_a_time)
            batch_rows = data.draw(st.sampled_from([1, 2, 3, 1000]))
            around = Around(others, lost_zeros=lost_zeros(read_folder(folder)) if table != "units" else frozenset())
            found = check_table(
                ParquetTable.open(folder / f"{table}.parquet", batch_rows), CONTRACTS[table], BOOK, around
            )
    told = {(problem.code, problem.place.column): sorted(problem.place.rows) for problem in found.problems}
    assert told == expected
