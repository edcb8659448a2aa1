"""What is remembered from one batch to the next changes no answer, and the next batch is made ahead."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from evalkit.contracts import Contract
from evalkit.contracts.bulk import check_parquet, repetition, screen
from evalkit.contracts.bulk.ahead import ahead
from evalkit.metrics import MetricBook

BOOK = MetricBook.load()


@pytest.mark.parametrize("length", [0, 1, 2, 3, 7])
def test_every_item_is_made_once_and_in_order(length: int) -> None:
    assert list(ahead(range(length))) == list(range(length))


def test_what_making_an_item_raises_is_raised_where_it_is_asked_for() -> None:
    def items() -> Iterator[int]:
        yield 1
        raise OSError("gone")

    made = ahead(items())
    assert next(made) == 1
    with pytest.raises(OSError, match="gone"):
        next(made)


@pytest.mark.parametrize("remembered", [0, 20_000])
def test_a_trace_and_a_broken_rule_are_found_in_every_batch_that_has_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, remembered: int
) -> None:
    for place in (repetition, screen):
        monkeypatch.setattr(place, "_MOST_REMEMBERED", remembered)
    height = 400
    number = pl.int_range(height, eager=True)
    frame = pl.DataFrame({"unit_id": ["0127"] * height, "unit_name": "Botkyrka", "source_id": "register"}).with_columns(
        unit_kind=pl.when(number % 100 == 7).then(pl.lit("borg")).otherwise(pl.lit("kommun")),
        note=pl.when(number % 100 == 9).then(pl.lit("811218-9876")).when(number == 350).then(pl.lit("a@example.se")),
    )
    path = tmp_path / "units.parquet"
    frame.write_parquet(path)
    found = check_parquet(path, Contract.load("units"), BOOK, batch_rows=100)
    kinds = {rule.column: rule.rows for rule in found.broken if rule.code == "not_in_list"}
    told = {problem.code: problem.place.rows for problem in found.problems}
    assert kinds == {"unit_kind": (9, 109, 209, 309)}
    assert told["personal_identity"] == (11, 111, 211, 311)
    assert told["email_address"] == (352,)


PLATES = ["ABC123", "DEF456", "GHJ789"]
NO_ZERO = "505121236"  # with a zero before it the number of a person
OTHERS = [f"9{place:08d}" for place in range(1, 5)]


@pytest.mark.parametrize(
    ("first", "second", "code", "rows"),
    [
        # One plate alone may be a code; beside two more in the next batch all three are plates.
        (PLATES[:1], PLATES, "registration_plate", (6, 7, 8)),
        # One of six numbers of nine digits is chance: it must not be told because the others were seen before.
        (OTHERS, [*OTHERS, OTHERS[0][:-1] + "9", NO_ZERO], "personal_identity", None),
    ],
)
def test_what_is_judged_by_its_neighbours_has_them_in_every_batch(
    tmp_path: Path, first: list[str], second: list[str], code: str, rows: tuple[int, ...] | None
) -> None:
    size = max(len(first), len(second), 4)
    cells = [*first, *["-"] * (size - len(first)), *second, *["-"] * (size - len(second))]
    frame = pl.DataFrame({"unit_id": ["0127"] * len(cells), "unit_name": "Botkyrka", "unit_kind": "kommun"})
    path = tmp_path / "units.parquet"
    frame.with_columns(source_id=pl.lit("register"), note=pl.Series(cells)).write_parquet(path)
    found = check_parquet(path, Contract.load("units"), BOOK, batch_rows=size)
    told = {problem.code: problem.place.rows for problem in found.problems}
    assert told.get(code) == rows
