"""One table as it stood in one file: text cells, with the row numbers that a person sees."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

import polars as pl

from evalkit.language import Text

TABLES = (
    "units",
    "sources",
    "model_periods",
    "coverage",
    "outcomes",
    "exposure",
    "visits",
    "visit_participants",
    "findings",
    "decisions",
    "decision_status",
    "permit_measures",
    "victim_cases",
    "support_steps",
    "information_requests",
    "resources",
    "ordinary_supervision",
)

VERSION_COLUMN = "contract_version"  # which version of its contract a file follows
_VERSION = r"^[0-9]{1,4}\.[0-9]{1,4}\.[0-9]{1,4}$"

_BLANK = "[ \u00a0\u2009\u202f]"
_DECIMAL_CELL = rf"^[-\u2010-\u2013\u2212]?[0-9](?:[0-9]|{_BLANK})*MARK[0-9]+$"
_GROUPED_CELL = rf"^[-\u2010-\u2013\u2212]?[0-9]{{1,3}}(?:{_BLANK}[0-9]{{3}})+(?:[.,][0-9]+)?$"
_HABITS = (
    (_DECIMAL_CELL.replace("MARK", ","), Text("Decimaltecknet är komma.", "The decimal mark is a comma.")),
    (_DECIMAL_CELL.replace("MARK", r"\."), Text("Decimaltecknet är punkt.", "The decimal mark is a point.")),
    (_GROUPED_CELL, Text("Blanksteg skiljer tusental i tal.", "Blanks separate thousands in numbers.")),
)

_LONGEST_FIRST = sorted(TABLES, key=len, reverse=True)  # visit_participants is not a file of visits
_TABLE_OF_STEM = re.compile(rf"({'|'.join(_LONGEST_FIRST)})(?:[_.-].*)?", re.IGNORECASE)


def table_named(stem: str) -> str | None:
    """The table that a file stem or a sheet name stands for, or ``None``.

    Examples
    --------
    >>> from evalkit.sources import table_named
    >>> table_named("outcomes_botkyrka"), table_named("outcomes2024")
    ('outcomes', None)
    """
    match = _TABLE_OF_STEM.fullmatch(stem.strip())
    return match[1].lower() if match else None


@dataclass(frozen=True, slots=True, repr=False)
class RawTable:
    """What a file held for one table, before anything is believed.

    Attributes
    ----------
    columns
        The header, trimmed. Names may be empty or occur twice; that is for the contract to say.
    frame
        One text column per column of the file, named ``c0``, ``c1``, …; null where a cell is empty.
        It is wider than ``columns`` when some row has more cells than the header.
    rows
        For each row of ``frame`` its number in the file, the header being row 1.
    digest
        SHA-256 of the file's bytes.
    assumptions
        What was taken for granted when reading: encoding, separator, row of the headings, decimal mark,
        sheets that were not read, zeros that were put back.
    decimal_points
        Places of the columns that were numbers already in the file, so that a point in them is
        certainly a decimal mark.
    intact
        False when the shape of the table is broken. Such a table is screened but not checked.
    """

    table: str
    file: str
    sheet: str | None
    columns: tuple[str, ...]
    frame: pl.DataFrame
    rows: pl.Series
    digest: str
    assumptions: tuple[Text, ...] = ()
    decimal_points: frozenset[int] = frozenset()
    intact: bool = True

    def cells(self, column: str) -> pl.Series:
        """The text cells of the first column with this header."""
        return self.frame.to_series(self.columns.index(column)).alias(column)

    def __repr__(self) -> str:
        place = f"{self.file}, {self.sheet}" if self.sheet else self.file
        return f"RawTable {self.table} from {place}: {self.frame.height} rows × {len(self.columns)} columns"


@dataclass(frozen=True, slots=True)
class Payload:
    """The bytes of one file, and the name that messages may show (the file's own, unless it hit the screen)."""

    name: str
    content: bytes

    @property
    def digest(self) -> str:
        """SHA-256 of the bytes."""
        return hashlib.sha256(self.content).hexdigest()


def text_table(
    payload: Payload,
    *,
    table: str,
    grid: pl.DataFrame,
    header: tuple[str | None, ...],
    first_row: int = 2,
    sheet: str | None = None,
    assumptions: tuple[Text, ...] = (),
    decimal_points: frozenset[int] = frozenset(),
    intact: bool = True,
) -> RawTable:
    """Trim the cells, drop empty rows and the empty columns to the right, and number the rows.

    A row with nothing but the version of the contract is empty: templates have one on every sheet. What it says
    holds for the other rows.
    """
    names = tuple((name or "").strip() for name in header)
    trimmed = grid.rename({old: f"c{place}" for place, old in enumerate(grid.columns)}).select(
        pl.all().str.strip_chars().replace("", None)
    )
    width = _used_width(trimmed, names)
    cells, bare = _version_spread(trimmed.select(trimmed.columns[:width]), names)
    numbers = pl.int_range(first_row, first_row + cells.height, eager=True, dtype=pl.Int64).alias("row")
    filled = cells.select(~pl.all_horizontal(pl.all().is_null())).to_series() & ~bare if width else numbers.is_null()
    return RawTable(
        table=table,
        file=payload.name,
        sheet=sheet,
        columns=names[:width],
        frame=cells.filter(filled),
        rows=numbers.filter(filled),
        digest=payload.digest,
        assumptions=assumptions,
        decimal_points=decimal_points,
        intact=intact,
    )


def _version_spread(cells: pl.DataFrame, names: tuple[str, ...]) -> tuple[pl.DataFrame, pl.Series]:
    """The cells with the version of bare rows in every row that states none, and which rows are bare."""
    nowhere = pl.Series([False]).new_from_index(0, cells.height)
    if names.count(VERSION_COLUMN) != 1 or names.index(VERSION_COLUMN) >= cells.width or not cells.height:
        return cells, nowhere
    column = cells.columns[names.index(VERSION_COLUMN)]
    others = pl.all_horizontal(pl.all().exclude(column).is_null())
    bare = cells.select((others & pl.col(column).str.contains(_VERSION)).fill_null(value=False)).to_series()
    stated = cells.filter(bare)[column].unique()
    if len(stated) != 1:
        return cells, nowhere
    elsewhere = cells.select(others).to_series() & ~bare
    spread = pl.when(elsewhere).then(pl.col(column)).otherwise(pl.col(column).fill_null(stated.item()))
    return cells.with_columns(spread.alias(column)), bare


def _used_width(cells: pl.DataFrame, names: tuple[str, ...]) -> int:
    """Spreadsheets often leave columns without a name or a cell to the right of the data."""
    width = cells.width
    while width and not "".join(names[width - 1 : width]) and cells.to_series(width - 1).is_null().all():
        width -= 1
    return width


def number_habits(grid: pl.DataFrame) -> tuple[Text, ...]:
    """How numbers written as text are taken to be written: the decimal marks, and blanks in thousands."""
    if not grid.width:
        return ()
    texts = [name for name, kind in grid.schema.items() if kind == pl.String]
    return tuple(
        told
        for form, told in _HABITS
        if any(grid.get_column(name).str.strip_chars().str.contains(form).any() for name in texts)
    )
