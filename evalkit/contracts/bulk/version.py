"""Whether a large file follows the version of its contract that is installed."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from evalkit.contracts.bulk.column import Column
from evalkit.contracts.bulk.table import ParquetTable
from evalkit.contracts.model import Contract
from evalkit.contracts.versions import follow
from evalkit.errors import Place, Problem
from evalkit.language import Text, same
from evalkit.sources import RawTable
from evalkit.sources.tables import VERSION_COLUMN


@dataclass(frozen=True, slots=True)
class Statement:
    """What a file says of its version: whether it says anything, and why it cannot be read by the contract."""

    is_made: bool
    refusals: tuple[Problem, ...] = ()


def statement_of(table: ParquetTable, contract: Contract) -> Statement:
    """What the file states. It can be read when it states the version now, or none.

    A large file is not migrated while it is checked, so one of an older version is refused.
    """
    if table.columns.count(VERSION_COLUMN) != 1:
        return Statement(is_made=False)
    stated = _stated(table)
    if stated.is_empty():
        return Statement(is_made=False)
    problems: list[Problem] = []
    read = follow([_statement(table, contract, stated)], {contract.table: contract}, problems)[0]
    if not problems and stated.to_list() != [contract.version] and read.intact:
        problems.append(_older(table, contract))
    return Statement(is_made=True, refusals=tuple(problems))


def _stated(table: ParquetTable) -> pl.Series:
    """The different versions that the file says."""
    name = table.stored_name(VERSION_COLUMN)
    found = [Column.read(batch.stored[name]).text().drop_nulls().unique() for batch in table.batches([name])]
    return pl.concat(found).unique().sort() if found else pl.Series(dtype=pl.String)


def _statement(table: ParquetTable, contract: Contract, stated: pl.Series) -> RawTable:
    frame = pl.DataFrame({"c0": stated})
    rows = pl.int_range(2, 2 + len(stated), eager=True, dtype=pl.Int64)
    return RawTable(contract.table, table.name, None, (VERSION_COLUMN,), frame, rows, digest="")


def _older(table: ParquetTable, contract: Contract) -> Problem:
    return Problem(
        "contract_version_older",
        Text(
            "Filen följer en äldre version av kontraktet och är för stor för att räknas om under kontrollen.",
            "The file follows an older version of the contract and is too large to be converted during the check.",
        ),
        Place(table.name, column=VERSION_COLUMN),
        same(contract.version),
        Text("Gör om uttaget efter den nya versionen.", "Make the extract anew by the version now."),
    )
