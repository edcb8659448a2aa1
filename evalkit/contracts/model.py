"""A data contract as frozen values: what one table must look like."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from evalkit import resources
from evalkit.contracts.quality import Quality
from evalkit.errors import Severity
from evalkit.language import Text
from evalkit.sources import TABLES
from evalkit.vocabulary import MetricFamily, Sensitivity

if TYPE_CHECKING:
    import polars as pl

    from evalkit.contracts.migrations import Migration


class Kind(StrEnum):
    """How the text of a cell is read."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    DATE = "date"
    PERIOD = "period"
    PERIOD_FROM = "period_from"
    PERIOD_TO = "period_to"
    FREQUENCY = "frequency"
    MONTH = "month"


class CodeList(StrEnum):
    """A list of codes that is kept in a code book and not in the contract."""

    METRICS = "metrics"
    EXPOSURES = "exposures"
    AUTHORITIES = "authorities"
    METRICS_FINDING = "metrics.finding"
    METRICS_SANCTION = "metrics.sanction"
    METRICS_PERMIT = "metrics.permit"
    METRICS_VICTIM = "metrics.victim"
    METRICS_SUPPORT = "metrics.support"
    METRICS_RESOURCE = "metrics.resource"

    @property
    def family(self) -> MetricFamily | None:
        """The chapter of the metric book that the list is; ``None`` for a whole book."""
        _, _, family = self.value.partition(".")
        return MetricFamily(family) if family else None


class Level(StrEnum):
    """Whom a table is for: those who report counts, those who hold the events, or both."""

    SHARED = "shared"
    AGGREGATE = "aggregate"
    HOLDER = "holder"


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a closed list."""

    value: str
    label: Text


@dataclass(frozen=True, slots=True)
class Reference:
    """A column of another table whose values are the only ones accepted."""

    table: str
    column: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One column of a table.

    Attributes
    ----------
    required
        No cell may be empty.
    optional_column
        The whole column may be left out of the file; it is then empty, or ``default``.
    accepted
        What a cell may hold, in words.
    key_position
        Place in the table's key, from 1; ``None`` outside the key.
    sensitivity
        The strictest disclosure rule that anything in the column falls under.
    """

    name: str
    kind: Kind
    label: Text
    description: Text
    accepted: Text
    required: bool
    optional_column: bool
    default: str | None
    choices: tuple[Choice, ...]
    pattern: str | None
    max_length: int | None
    minimum: float | None
    maximum: float | None
    unit: Text | None
    examples: tuple[str, ...]
    key_position: int | None
    reference: Reference | None
    code_list: CodeList | None
    sensitivity: Sensitivity

    @property
    def dtype(self) -> type[pl.DataType]:
        """The polars type of the checked column."""
        import polars as pl

        if self.kind in (Kind.TEXT, Kind.FREQUENCY):
            return pl.String
        if self.kind is Kind.INTEGER:
            return pl.Int64
        if self.kind is Kind.NUMBER:
            return pl.Float64
        return pl.Date


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """The contract of one table.

    Attributes
    ----------
    required
        The table must be there: always, or when the table ``due_with`` is due (:func:`tables_due`).
    fields
        The columns of the checked table.
    quality
        The rules that the contract states beside those of its columns.
    statement
        The column in which a file may say which version it follows; it is not a column of the
        checked table.
    migrations
        How files of older versions are read.

    Examples
    --------
    >>> from evalkit.contracts import Contract
    >>> contract = Contract.load("coverage")
    >>> contract.key
    ('unit_id', 'metric', 'covered_from')
    """

    table: str
    version: str
    label: Text
    description: Text
    level: Level
    required: bool
    due_with: str | None
    fields: tuple[Field, ...]
    quality: tuple[Quality, ...]
    statement: Field | None
    migrations: tuple[Migration, ...] = ()

    @classmethod
    def load(cls, table: str) -> Contract:
        """The contract of one of the tables in :data:`evalkit.sources.TABLES`.

        Raises
        ------
        CodebookError
            When a contract file is missing or faulty, with every fault of all of them.
        KeyError
            When there is no such table.
        """
        return load_contracts()[table]

    @property
    def rules(self) -> tuple[str, ...]:
        """The codes of the rules that the contract states."""
        return tuple(rule.id for rule in self.quality)

    def rule(self, code: str) -> Quality | None:
        """The rule with this code, when the contract states it."""
        return next((rule for rule in self.quality if rule.id == code), None)

    def severity(self, code: str) -> Severity:
        """How grave a breach is: what the contract says of the rule, otherwise an error."""
        stated = self.rule(code)
        return stated.severity if stated else Severity.ERROR

    @property
    def names(self) -> tuple[str, ...]:
        """The columns in order."""
        return tuple(field.name for field in self.fields)

    @property
    def key(self) -> tuple[str, ...]:
        """The columns that together name a row."""
        keyed = [(field.key_position, field.name) for field in self.fields if field.key_position is not None]
        return tuple(name for _, name in sorted(keyed))

    @property
    def schema(self) -> dict[str, type[pl.DataType]]:
        """Names and polars types of the checked frame."""
        return {field.name: field.dtype for field in self.fields}

    def field(self, name: str) -> Field:
        """The field with this name."""
        return next(field for field in self.fields if field.name == name)

    def empty(self) -> pl.DataFrame:
        """The checked frame of a table without rows."""
        import polars as pl

        return pl.DataFrame(schema=self.schema)


def tables_due(contracts: Mapping[str, Contract], present: Collection[str]) -> frozenset[str]:
    """The tables that a folder must have, given those it has.

    Tables for both sorts of reporter are always due; those of counts are due when the folder has
    any table of counts, or no table of events.

    Examples
    --------
    >>> from evalkit.contracts import load_contracts, tables_due
    >>> sorted(tables_due(load_contracts(), {"visits"}))
    ['sources', 'units']
    >>> sorted(tables_due(load_contracts(), {"outcomes", "visits"}))
    ['coverage', 'outcomes', 'sources', 'units']
    """
    levels = {contract.level for table, contract in contracts.items() if table in present}
    counts = Level.AGGREGATE in levels or Level.HOLDER not in levels
    first = {
        table
        for table, contract in contracts.items()
        if contract.required and contract.due_with is None and (counts or contract.level is Level.SHARED)
    }
    return frozenset(first | {table for table, contract in contracts.items() if contract.due_with in first})


def load_contracts(folder: Path | None = None) -> Mapping[str, Contract]:
    """Every table's contract, read from ``*.odcs.yaml`` and checked against each other.

    Raises
    ------
    CodebookError
        With every fault of every file at once.
    """
    return _load(folder or resources.data_contracts())


@lru_cache(maxsize=8)
def _load(folder: Path) -> Mapping[str, Contract]:
    from evalkit.contracts.odcs import read_contracts

    return read_contracts(folder, TABLES)
