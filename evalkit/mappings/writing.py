"""Mapped tables as CSV files: all of them or none, the same bytes for the same input."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from pathlib import Path

import polars as pl

from evalkit.errors import Place, Problem
from evalkit.language import Text
from evalkit.mappings.faults import MappingError
from evalkit.mappings.mapped import Mapped
from evalkit.neutral import neutral


def write_tables(mapped: Mapped, out: Path | str) -> tuple[Path, ...]:
    """Write one file per table, ``TABLE_MAPPING.csv`` (UTF-8, comma, LF, decimal point).

    A file that is there already is left alone when it is the same to the byte, and otherwise refused.
    Text that a spreadsheet would take for a formula gets an apostrophe before it.

    Raises
    ------
    MappingError
        When a file is in the way or the folder cannot be written; then nothing has been written.
    """
    folder = Path(out)
    contents = {f"{table}_{mapped.mapping}.csv": _csv(mapped, table) for table in mapped.frames}
    return write_whole(folder, contents)


def write_whole(folder: Path, contents: Mapping[str, bytes]) -> tuple[Path, ...]:
    """Write every file aside, then put them in place; on any fault none is left."""
    occupied = [name for name, content in contents.items() if _differs(folder / name, content)]
    if occupied:
        raise MappingError([_in_the_way(name) for name in occupied])
    aside = {folder / name: folder / f".{name}.partial" for name in contents}
    placed: list[Path] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path, partial in aside.items():
            partial.write_bytes(contents[path.name])
        for path, partial in aside.items():
            fresh = not path.exists()
            partial.replace(path)
            placed += [path] if fresh else []
    except OSError:
        for path in placed:
            path.unlink(missing_ok=True)
        raise MappingError(_unwritable(folder)) from None
    finally:
        for partial in aside.values():
            partial.unlink(missing_ok=True)
    return tuple(aside)


def _differs(path: Path, content: bytes) -> bool:
    try:
        return path.exists() and (not path.is_file() or path.read_bytes() != content)
    except OSError:
        return True


def _csv(mapped: Mapped, table: str) -> bytes:
    frame = mapped.frames[table].select(mapped.filled[table])
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(frame.columns)
    for row in zip(*(_texts(column) for column in frame.iter_columns()), strict=True):
        writer.writerow(row)
    return buffer.getvalue().encode("utf-8")


def _texts(column: pl.Series) -> list[str]:
    if column.dtype == pl.String:
        return [neutral(text or "") for text in column]
    if column.dtype == pl.Float64:
        return ["" if value is None else repr(value) for value in column]
    return ["" if value is None else str(value) for value in column]


def _in_the_way(name: str) -> Problem:
    return Problem(
        "out_exists",
        Text(
            "Filen finns redan och har ett annat innehåll. Den har inte ändrats.",
            "The file exists already with other content. It has not been changed.",
        ),
        Place(name),
        Text("en mapp utan den filen", "a folder without that file"),
        Text(
            "Flytta undan filen, eller ange en annan mapp med --out.",
            "Move the file away, or name another folder with --out.",
        ),
    )


def _unwritable(folder: Path) -> Problem:
    return Problem(
        "out_unwritable",
        Text("Det går inte att skriva i utdatamappen.", "The output folder cannot be written."),
        Place(folder.name or "."),
        Text("en mapp som du får skriva i", "a folder that you may write in"),
        Text("Ange en annan mapp med --out.", "Name another folder with --out."),
    )
