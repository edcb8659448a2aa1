"""A text that stands once in the file and in a great many cells is refused before it is compared or trimmed."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from evalkit.contracts import Contract
from evalkit.contracts.bulk import check_parquet
from evalkit.contracts.bulk.column import Column
from evalkit.contracts.bulk.room import text_bytes
from evalkit.errors import SourceError
from evalkit.metrics import MetricBook
from evalkit.sources.limits import MOST_TEXT_BYTES

LONG = "x" * 64 * 1024
ROWS = MOST_TEXT_BYTES // len(LONG) + 1


@pytest.mark.parametrize("kind", [pl.String, pl.Categorical, pl.Binary, pl.List(pl.String)])
def test_every_kind_of_text_is_counted_in_full(kind: pl.DataType) -> None:
    cells = pl.Series(["abc", "abc", None])
    column = cells.reshape((3, 1)).arr.to_list() if kind == pl.List(pl.String) else cells.cast(kind)
    assert text_bytes(column) == text_bytes(pl.DataFrame({"a": column}).to_struct()) == 6


@pytest.mark.parametrize("heading", ["note", "contract_version", " "])
def test_it_is_refused_before_any_column_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, heading: str) -> None:
    path = tmp_path / "units.parquet"
    pl.DataFrame({"unit_id": ["0127"] * ROWS, heading: pl.Series([LONG]).gather([0] * ROWS)}).write_parquet(path)
    assert path.stat().st_size < len(LONG) * 2
    read = Column.read

    def refuse(stored: pl.Series) -> Column:
        assert text_bytes(stored) <= MOST_TEXT_BYTES
        return read(stored)

    monkeypatch.setattr(Column, "read", refuse)
    with pytest.raises(SourceError) as caught:
        check_parquet(path, Contract.load("units"), MetricBook.load())
    assert [problem.code for problem in caught.value.problems] == ["too_large"]
    assert LONG not in str(caught.value)


def test_as_much_text_as_is_allowed_is_checked(tmp_path: Path) -> None:
    path = tmp_path / "units.parquet"
    pl.DataFrame({"unit_id": ["0127"] * 200, "note": pl.Series([LONG]).gather([0] * 200)}).write_parquet(path)
    assert check_parquet(path, Contract.load("units"), MetricBook.load()).rows == 200
