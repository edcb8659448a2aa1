"""Parquet files with so many rows that they are checked in parts from where they are, not read as text."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from evalkit.sources import limits


@dataclass(frozen=True, slots=True)
class LargeFile:
    """One such file: what a folder is known to hold before anything of it is read.

    Attributes
    ----------
    name
        The name that messages may show.
    """

    path: Path
    name: str
    table: str
    rows: int

    def digest(self) -> str:
        """SHA-256 of the file's bytes.

        Raises
        ------
        OSError
            When it cannot be read.
        """
        with self.path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()


def large_file(path: Path, name: str, table: str) -> LargeFile | None:
    """The file as a large one; ``None`` when it is small, too wide or damaged, all of which the reading tells about.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import polars as pl
    >>> from evalkit.sources.large import large_file
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder, "visits.parquet")
    ...     pl.DataFrame({"visit_id": [1, 2]}).write_parquet(file)
    ...     print(large_file(file, file.name, "visits"))
    None
    """
    try:
        lazy = pl.scan_parquet(path, glob=False)
        width = len(lazy.collect_schema())
        rows = int(lazy.select(pl.len()).collect().item()) if width else 0
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError):
        return None
    is_large = rows > limits.MOST_ROWS_AS_TEXT and width <= limits.MOST_COLUMNS
    return LargeFile(path, name, table, rows) if is_large else None
