"""Aggregates as a folder of CSV files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from evalkit import neutral, periods, staging
from evalkit.vocabulary import Frequency

if TYPE_CHECKING:
    from evalkit.counting.aggregates import Aggregates


def write(aggregates: Aggregates, folder: Path) -> Path:
    """Write every table; the folder appears whole or not at all. One that holds the same already is left as it is."""
    contents = {f"{name}.csv": neutral.csv_bytes(_written(frame)) for name, frame in aggregates.tables.items()}
    if not _is_there(folder, contents):
        with staging.staged(folder) as partial:
            for name, content in contents.items():
                (partial / name).write_bytes(content)
    return folder


def _is_there(folder: Path, contents: dict[str, bytes]) -> bool:
    if not folder.is_dir() or {path.name for path in folder.iterdir()} != set(contents):
        return False
    return all((folder / name).read_bytes() == content for name, content in contents.items())


def _written(frame: pl.DataFrame) -> pl.DataFrame:
    """Periods as files write them, and every date as text."""
    if "frequency" in frame.columns:
        told = [periods.code(first, Frequency(step)) for first, step in frame.select("period", "frequency").iter_rows()]
        frame = frame.with_columns(pl.Series("period", told, dtype=pl.String))
    return frame
