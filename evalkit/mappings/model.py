"""A source mapping as frozen values: how the tables of a source system become tables of the contracts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from evalkit.language import Text

# What may stand under "otherwise" instead of a code.
ACTIONS = frozenset({"error", "drop", "empty"})


class Standing(StrEnum):
    """How far a mapping has come.

    A ``template`` has lines that every municipality fills in for itself; a ``proposal`` was made from
    an unknown file. Both are used once no line is left to confirm.
    """

    READY = "ready"
    TEMPLATE = "template"
    PROPOSAL = "proposal"


class Precision(StrEnum):
    """How much of a date is kept."""

    DAY = "day"
    MONTH = "month"
    YEAR = "year"


class Conversion(StrEnum):
    """From the source's unit of measure to the contract's."""

    KKR_TO_SEK = "kkr_to_sek"
    MINUTES_TO_HOURS = "minutes_to_hours"

    @property
    def factor(self) -> float:
        """What a number is multiplied by."""
        return {Conversion.KKR_TO_SEK: 1000.0, Conversion.MINUTES_TO_HOURS: 1 / 60}[self]


class Unmatched(StrEnum):
    """What to do with a row that finds no partner in a join."""

    KEEP = "keep"
    LEAVE_OUT = "leave_out"
    ERROR = "error"


class Condition(StrEnum):
    """When a row is left out, by the cells of one column (or several, taken together)."""

    IN = "in"
    NOT_IN = "not_in"
    FILLED = "filled"
    EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class Ref:
    """A column of one of the mapping's source tables."""

    table: str
    column: str

    def __str__(self) -> str:
        return f"{self.table}.{self.column}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """Something that only the user knows, such as the municipality's code."""

    name: str
    required: bool
    many: bool
    description: Text
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceColumn:
    """A column that is read. ``pad`` is the width that leading zeros are restored to."""

    name: str
    aliases: tuple[str, ...]
    optional: bool
    pad: int | None
    confirm: bool
    line: int


@dataclass(frozen=True, slots=True)
class DroppedColumn:
    """A column that is known to exist and never read, with the reason."""

    name: str
    reason: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceTable:
    """A table of the source system, found by the name of its file or sheet.

    Attributes
    ----------
    files
        Patterns for file and sheet names, without regard to case; ``*`` stands for anything.
    columns
        The only columns that are read.
    drops
        Columns that are named only to say why they are not read.
    """

    name: str
    files: tuple[str, ...]
    encodings: tuple[str, ...]
    optional: bool
    columns: tuple[SourceColumn, ...]
    drops: tuple[DroppedColumn, ...]
    confirm: bool
    line: int

    def column(self, name: str) -> SourceColumn | None:
        """The column with this name."""
        return next((column for column in self.columns if column.name == name), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeTable:
    """A translation of codes that stands by itself, since the municipality fills it in."""

    name: str
    description: Text
    codes: Mapping[str, str]
    confirm: bool
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Join:
    """A lookup from the rows so far into another source table, where the key may stand only once.

    ``where`` narrows the other table first: the same code means different things in different lists.
    """

    table: str
    on: tuple[tuple[Ref, str], ...]
    where: tuple[tuple[str, str], ...]
    unmatched: Unmatched
    reason: Text | None
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Rows that are left out, and why. ``values`` are codes; those of a setting are known first when used."""

    columns: tuple[Ref, ...]
    test: Condition
    values: tuple[str, ...]
    setting: str | None
    reason: Text
    confirm: bool
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """What the source's own code list must say of a code, for the mapping to be right about it."""

    code: Ref
    text: Ref
    texts: Mapping[str, str]
    line: int


@dataclass(frozen=True, slots=True)
class Constant:
    """The same value in every row."""

    value: str


@dataclass(frozen=True, slots=True)
class FromSetting:
    """The value that the user gives; empty when an optional setting is not given."""

    setting: str


@dataclass(frozen=True, slots=True)
class Serial:
    """Serial numbers in place of the source's own id, so that no case number passes through."""

    ref: Ref


@dataclass(frozen=True, slots=True)
class Copied:
    """A cell as it stands, for the contract to check."""

    ref: Ref


@dataclass(frozen=True, slots=True)
class Coded:
    """A translated code; several columns are taken together with ``|`` between them.

    ``otherwise`` is ``error``, ``drop`` (the row is left out and counted), ``empty`` or a code.
    """

    refs: tuple[Ref, ...]
    codes: Mapping[str, str]
    otherwise: str


@dataclass(frozen=True, slots=True)
class Dated:
    """A date, or the month or year of it."""

    ref: Ref
    precision: Precision


@dataclass(frozen=True, slots=True)
class Numbered:
    """A number. ``marks`` says what the source means by signs such as ``-`` and ``..``."""

    ref: Ref
    conversion: Conversion | None
    marks: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class StatusOf:
    """The cell status that the marks of a number column give."""

    column: str


Way = Constant | FromSetting | Serial | Copied | Coded | Dated | Numbered | StatusOf


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetColumn:
    """A column of a contract and how it is filled."""

    to: str
    way: Way
    confirm: bool
    line: int

    @property
    def refs(self) -> tuple[Ref, ...]:
        """The source columns that it reads."""
        way = self.way
        if isinstance(way, Coded):
            return way.refs
        return (way.ref,) if isinstance(way, Serial | Copied | Dated | Numbered) else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetTable:
    """Rows of one contract's table, made from the rows of one source table and what is joined to them."""

    target: str
    base: str
    joins: tuple[Join, ...]
    filters: tuple[Filter, ...]
    expectations: tuple[Expectation, ...]
    columns: tuple[TargetColumn, ...]
    line: int

    @property
    def reachable(self) -> tuple[str, ...]:
        """The source tables whose columns may be read."""
        return (self.base, *(join.table for join in self.joins))


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceMapping:
    """A whole mapping file.

    Examples
    --------
    >>> from evalkit.mappings import load_mapping
    >>> mapping = load_mapping("alkt")
    >>> [table.target for table in mapping.tables]
    ['permit_measures', 'ordinary_supervision']
    """

    name: str
    file: str
    version: str
    standing: Standing
    title: Text
    description: Text
    origin: tuple[str, ...]
    limits: tuple[Text, ...]
    settings: tuple[Setting, ...]
    sources: tuple[SourceTable, ...]
    code_tables: tuple[CodeTable, ...]
    tables: tuple[TargetTable, ...]

    def source(self, name: str) -> SourceTable | None:
        """The source table with this name."""
        return next((table for table in self.sources if table.name == name), None)

    def unconfirmed(self) -> Iterator[tuple[str, int]]:
        """Every line that a person still has to confirm: what it is about, and its number."""
        for source in self.sources:
            if source.confirm:
                yield source.name, source.line
            yield from ((f"{source.name}.{column.name}", column.line) for column in source.columns if column.confirm)
        yield from ((table.name, table.line) for table in self.code_tables if table.confirm)
        for table in self.tables:
            yield from ((f"{table.target}: {item.reason.sv}", item.line) for item in table.filters if item.confirm)
            yield from ((f"{table.target}.{column.to}", column.line) for column in table.columns if column.confirm)
