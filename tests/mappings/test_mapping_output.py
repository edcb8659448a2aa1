"""What is written: whole or not at all, the same bytes, nothing that a spreadsheet runs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

import evalkit as ek
from evalkit.mappings import Mapped, MappingError, write_tables

DATA = Path(__file__).parent / "data"
KOMMUN = {"unit_id": "0127", "source_id": "prov_2024"}


@pytest.fixture(scope="module")
def mapped() -> Mapped:
    return ek.map_source(DATA / "alkt", "alkt", settings=KOMMUN)


def test_the_files_are_named_after_table_and_mapping(mapped: Mapped, tmp_path: Path) -> None:
    written = write_tables(mapped, tmp_path / "ut" / "data")
    assert [path.name for path in written] == ["permit_measures_alkt.csv", "ordinary_supervision_alkt.csv"]
    assert sorted(path.name for path in (tmp_path / "ut" / "data").iterdir()) == sorted(path.name for path in written)
    assert written[0].read_text("utf-8").splitlines()[:2] == [
        "measure_id,unit_id,model,metric,category,ground,is_sanction,decided_by,beslut_date,appeal_status,final_outcome,source_id",
        "1,0127,,T1,varning,brist_vid_tillsyn,ja,tillstandsenheten,2024-02-14,okand,ej_avgjord,prov_2024",
    ]


@pytest.mark.parametrize(
    ("name", "given"),
    [("alkt", KOMMUN), ("food_inspections", {"source_id": "x"}), ("bra_handled", {"source_id": "x"})],
)
def test_what_is_written_is_read_by_the_contracts_own_check(name: str, given: dict[str, str], tmp_path: Path) -> None:
    from evalkit.contracts import inspect, load_contracts
    from evalkit.metrics import MetricBook
    from evalkit.sources import read_folder

    mapped = ek.map_source(DATA / name, name, settings=given)
    write_tables(mapped, tmp_path)
    contracts = load_contracts()
    inspection = inspect(read_folder(tmp_path), {name: contracts[name] for name in mapped.frames}, MetricBook.load())
    assert not inspection.problems
    for table, frame in mapped.frames.items():
        assert inspection.frames[table].equals(frame)


def test_writing_again_is_no_fault_but_another_content_is(mapped: Mapped, tmp_path: Path) -> None:
    first = [path.read_bytes() for path in write_tables(mapped, tmp_path)]
    assert [path.read_bytes() for path in write_tables(mapped, tmp_path)] == first
    (tmp_path / "ordinary_supervision_alkt.csv").write_text("mitt eget", "utf-8")
    (tmp_path / "permit_measures_alkt.csv").unlink()
    with pytest.raises(MappingError) as caught:
        write_tables(mapped, tmp_path)
    assert [problem.code for problem in caught.value.problems] == ["out_exists"]
    assert [path.name for path in tmp_path.iterdir()] == ["ordinary_supervision_alkt.csv"]
    assert (tmp_path / "ordinary_supervision_alkt.csv").read_text("utf-8") == "mitt eget"


def test_a_fault_while_writing_leaves_nothing(mapped: Mapped, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put_in_place = Path.replace

    def full(self: Path, target: Path) -> Path:
        if target.name.startswith("ordinary"):
            raise OSError("no room")
        return put_in_place(self, target)

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(MappingError) as caught:
        write_tables(mapped, tmp_path)
    assert caught.value.problems[0].code == "out_unwritable"
    assert list(tmp_path.iterdir()) == []


def test_text_that_a_spreadsheet_would_run_is_made_harmless(mapped: Mapped, tmp_path: Path) -> None:
    frame = mapped.frames["permit_measures"].with_columns(pl.lit("=1+1").alias("source_id"))
    risky = replace(mapped, frames={"permit_measures": frame}, filled={"permit_measures": tuple(frame.columns)})
    (path,) = write_tables(risky, tmp_path)
    assert ",'=1+1" in path.read_text("utf-8")
    assert ",=1+1" not in path.read_text("utf-8")
