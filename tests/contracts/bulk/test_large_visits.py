"""Visits with known faults: what is counted, listed, kept, and left unasked."""

from __future__ import annotations

import sys
from pathlib import Path

import polars as pl
import pytest

from evalkit.contracts import Contract
from evalkit.contracts.bulk import check_parquet
from evalkit.errors import SourceError
from evalkit.language import Language
from evalkit.metrics import MetricBook

sys.path.insert(0, str(Path(__file__).parents[3] / "benchmarks"))
import visits  # the benchmark's synthetic visits

BOOK = MetricBook.load()
ROWS = 14_000


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("visits") / "visits.parquet"
    visits.write(path, ROWS)
    return path


def check(path: Path, **options: object):
    return check_parquet(path, Contract.load("visits"), BOOK, references=visits.references(), **options)


@pytest.mark.parametrize("batch_rows", [999, 4096, 500_000])
def test_every_rule_is_counted_whatever_the_batch(file: Path, batch_rows: int) -> None:
    found = check(file, batch_rows=batch_rows)
    assert {f"{rule.code}:{rule.column}": rule.count for rule in found.broken} == visits.expected(ROWS)
    assert found.rows == ROWS


def test_only_the_first_rows_are_kept_and_the_message_says_how_many_there_are(file: Path) -> None:
    found = check(file, kept_rows=9, batch_rows=1000)
    [problem] = [
        problem for problem in found.problems if problem.place.column == "visit_date" and "tom" in problem.what.sv
    ]
    everything = check(file, kept_rows=ROWS)
    [whole] = [rule for rule in everything.broken if rule.code == "empty_cell"]
    assert problem.place.rows == whole.rows[:9]
    assert problem.place.describe(Language.SV).endswith(" … (10 rader)")


def test_the_listing_has_every_row_of_every_rule(file: Path, tmp_path: Path) -> None:
    found = check(file, kept_rows=1, listing=tmp_path / "fel.parquet")
    listed = pl.read_parquet(tmp_path / "fel.parquet")
    counts = listed.group_by("rule", "column").len().rows()
    assert {(code, column): count for code, column, count in counts} == {
        (rule.code, rule.column): rule.count for rule in found.broken
    }
    assert [path.name for path in tmp_path.iterdir()] == ["fel.parquet"]


def test_rules_that_cannot_be_asked_are_named(file: Path) -> None:
    around = {name: frame for name, frame in visits.references().items() if name != "units"}
    found = check_parquet(file, Contract.load("visits"), BOOK, references=around)
    assert ("unknown_reference", "unit_id") in found.not_asked
    # Doubled visit numbers: which visit is followed up is not certain.
    assert ("follow_up_too_early", "follow_up_of") in found.not_asked
    assert "visit_id" in found.unsound


def test_a_follow_up_before_its_visit_is_found_across_batches(tmp_path: Path) -> None:
    path = tmp_path / "visits.parquet"
    visits.write(path, 49)
    frame = pl.read_parquet(path).sort("visit_id")
    early = (pl.col("visit_id") == 3).alias("early")
    frame.with_columns(
        follow_up_of=pl.when(early).then(40).otherwise(None).cast(pl.Int64),
        visit_kind=pl.when(early).then(pl.lit("uppfoljning")).otherwise(pl.lit("forsta")),
    ).write_parquet(path)
    found = check(path, batch_rows=10)
    assert [(rule.code, rule.column, rule.rows) for rule in found.broken] == [
        ("follow_up_too_early", "follow_up_of", (4,))
    ]


def test_an_identity_number_is_told_without_being_shown(tmp_path: Path) -> None:
    path = tmp_path / "visits.parquet"
    visits.write(path, 40)
    pl.read_parquet(path).with_columns(source_id=pl.lit("811218-9876")).write_parquet(path)
    [problem] = check(path, batch_rows=7).problems
    assert problem.code == "personal_identity"
    assert problem.place.column == "source_id"
    assert len(problem.place.rows) == 40
    assert "9876" not in problem.render() + repr(problem)


def test_a_damaged_file_is_a_message(tmp_path: Path) -> None:
    path = tmp_path / "visits.parquet"
    path.write_bytes(b"PAR1 not really")
    with pytest.raises(SourceError) as caught:
        check(path)
    assert caught.value.problems[0].code == "corrupt_file" or caught.value.problems[0].place.file == "visits.parquet"
