"""Made-up tables that keep their contracts and agree with each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from evalkit.contracts.codes import Codes
from evalkit.contracts.generating.drawing import Row, World, draw, written
from evalkit.contracts.generating.mending import mended
from evalkit.contracts.generating.series import SERIES
from evalkit.contracts.generating.shapes import SHAPES
from evalkit.contracts.model import Contract
from evalkit.contracts.quality import Quality, RuleForm


def sample(contracts: Mapping[str, Contract], codes: Codes, *, rows: int, seed: int) -> dict[str, list[dict[str, str]]]:
    """Rows as they would stand in files, such that :func:`evalkit.contracts.check` finds nothing.

    Parameters
    ----------
    contracts
        From table name to contract; what a table refers to must be among them.
    codes
        The code book.
    rows
        How many rows are tried for each table. A row that would break a key or a rule is left out; a table
        whose rows are made together (counts with their categories, the course of a decision) may have more.
    seed
        The same seed gives the same rows.

    Returns
    -------
    dict of str to list of dict
        From table name to rows, each with every column of the contract. Every source says that it is made up.

    Examples
    --------
    >>> from evalkit.contracts import load_contracts
    >>> from evalkit.contracts.generating import sample
    >>> from evalkit.metrics import MetricBook
    >>> made = sample(load_contracts(), MetricBook.load(), rows=3, seed=1)
    >>> [row["source_kind"] for row in made["sources"]]
    ['synthetic', 'synthetic', 'synthetic']
    """
    world = World(contracts, codes, np.random.default_rng(seed))
    for table in _order(contracts):
        world.made[table] = []
        if table in SERIES:
            world.made[table] += SERIES[table](world, rows)
        else:
            _fill_table(world, contracts[table], rows)
    return {table: [written(row, contract) for row in world.rows(table)] for table, contract in contracts.items()}


_AFTER = {"outcomes": ("coverage", "model_periods"), "exposure": ("outcomes",), "visits": ("model_periods",)}


def _order(contracts: Mapping[str, Contract]) -> Iterator[str]:
    """The tables, each after those that it refers to; ``units`` and ``sources`` first of all."""
    done: set[str] = set()
    waiting = list(contracts)
    while waiting:
        ready = [table for table in waiting if _needs(contracts[table]) & set(contracts) - {table} <= done]
        for table in ready or waiting[:1]:  # tables that refer to each other in a ring get what there is
            yield table
            done.add(table)
            waiting.remove(table)


def _needs(contract: Contract) -> set[str]:
    referred = {field.reference.table for field in contract.fields if field.reference}
    return referred | set(_AFTER.get(contract.table, ("model_periods",) if "model" in contract.names else ()))


def _fill_table(world: World, contract: Contract, rows: int) -> None:
    made = world.made[contract.table]
    keys: set[tuple[object, ...]] = set()
    for place in range(rows):
        row = _row(world, contract, place)
        key = tuple(row[name] for name in contract.key) if row else ()
        if row and key not in keys and not any(_overlaps(rule, row, made) for rule in contract.quality):
            keys.add(key)
            made.append(row)


def _row(world: World, contract: Contract, place: int) -> Row | None:
    alone = len(contract.key) == 1
    row: Row = {
        field.name: draw(world, field, place, key=alone and field.name in contract.key) for field in contract.fields
    }
    shape = SHAPES.get(contract.table)
    if any(row[field.name] is None for field in contract.fields if field.required):
        return None
    if shape and not shape(world, row, place):
        return None
    return mended(world, contract, row, place)


def _overlaps(rule: Quality, row: Row, made: list[Row]) -> bool:
    """Whether the row's time touches that of a row that agrees with it; an empty end is no end."""
    if rule.form is not RuleForm.NO_OVERLAP:
        return False
    first, last = rule.columns
    same = (there for there in made if all(there[name] == row[name] for name in rule.within))
    return any(_starts_by(there, row, first, last) and _starts_by(row, there, first, last) for there in same)


def _starts_by(one: Row, other: Row, first: str, last: str) -> bool:
    end = other[last]
    return end is None or str(one[first]) <= str(end)
