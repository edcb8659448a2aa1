"""Rules that hold rows of one large table against each other, asked of a part of the rows at a time.

The rows are parted by a hash of what they are compared by, so that rows which meet in a rule are in the same part, and
each part fits in memory. A part is one more pass over the few columns that the rule reads.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

from evalkit.contracts.bulk.ahead import ahead
from evalkit.contracts.bulk.faults import CellFaults, Lines
from evalkit.contracts.bulk.reading import Reader
from evalkit.contracts.bulk.steps import own_columns
from evalkit.contracts.codes import Codes
from evalkit.contracts.model import Kind
from evalkit.contracts.rules import Rule, Surroundings
from evalkit.contracts.schema import check_key
from evalkit.contracts.tablecheck import LINE, RAW, ROW, CheckedTable

Hashes = npt.NDArray[np.uint64]

# Eight bytes a row and as much again to sort them: half a gigabyte.
KEYS_AT_A_TIME = 32_000_000
# Whole rows of the columns that a rule reads, and what the rule makes of them: about a gigabyte.
ROWS_AT_A_TIME = 12_000_000


def duplicate_keys(reader: Reader, faults: CellFaults) -> Iterator[Lines]:
    """Numbers of the rows whose key some other row has too, part by part.

    Only hashes are kept of a pass. Equal ones make their rows suspects, which a second pass fetches and the rule
    itself compares, so that rows with equal hashes and different keys are not reported.
    """
    parts = _parts(reader.table.rows, KEYS_AT_A_TIME)
    key = reader.contract.key
    for part in range(parts):
        found = [_in_part(hashes, part, parts) for _, hashes in _hashed_keys(reader, key, faults)]
        doubled = _doubled(np.concatenate(found)) if found else np.empty(0, dtype=np.uint64)
        del found
        if len(doubled):
            yield _confirmed(reader, key, faults, doubled)


def _hashed_keys(reader: Reader, key: tuple[str, ...], faults: CellFaults) -> Iterator[tuple[pl.DataFrame, Hashes]]:
    hash_of = _hash_method(reader, key)
    return ahead((rows, hash_of(rows.select(key))) for rows in reader.sound_rows(key, faults))


def _hash_method(reader: Reader, key: tuple[str, ...]) -> Callable[[pl.DataFrame], Hashes]:
    """A single whole number that is always there is its own hash."""
    fields = [reader.contract.field(name) for name in key]
    if len(fields) == 1 and fields[0].kind is Kind.INTEGER and fields[0].required:
        return lambda rows: rows.to_series().to_numpy().view(np.uint64)
    return _hash


def _hash(rows: pl.DataFrame) -> Hashes:
    return rows.hash_rows(seed=0).to_numpy()


def _in_part(hashes: Hashes, part: int, parts: int) -> Hashes:
    return hashes if parts == 1 else hashes[hashes % np.uint64(parts) == part]


def _doubled(hashes: Hashes) -> Hashes:
    """The hashes that occur more than once."""
    ordered = pl.Series(hashes).sort().to_numpy()  # several threads; NumPy has one
    return np.unique(ordered[1:][ordered[1:] == ordered[:-1]])


def _confirmed(reader: Reader, key: tuple[str, ...], faults: CellFaults, doubled: Hashes) -> Lines:
    wanted = pl.Series(doubled).implode()
    suspects = [rows.filter(pl.Series(hashes).is_in(wanted)) for rows, hashes in _hashed_keys(reader, key, faults)]
    lines = pl.concat(suspects).rename({ROW: LINE})
    frame = lines.with_columns(pl.int_range(pl.len(), dtype=pl.Int64).alias(ROW), pl.lit(0, pl.Int64).alias(RAW))
    table = CheckedTable(reader.contract, (), frame, reliable=True)
    check_key(table)
    return _lines(frame[LINE].gather([row for finding in table.findings for row in finding.rows]))


def broken_across(
    rule: Rule, reader: Reader, faults: CellFaults, tables: Mapping[str, pl.DataFrame], codes: Codes
) -> Iterator[Lines]:
    """Numbers of the rows that break a rule which compares rows, part by part."""
    own = own_columns(rule)
    by = _compared_by(rule)
    parts = _parts(reader.table.rows, ROWS_AT_A_TIME) if by else 1
    for part in range(parts):
        rows = _gathered(_askable(rule, reader.sound_rows(rule.reads, faults)), by, part, parts)
        if rows is None or rows.is_empty():
            continue
        rows = _judged_apart(rule, rows, reader, faults)
        around = dict(tables)
        if own:
            target = (rule.lookup[1].column,) if rule.lookup else ()
            there = _gathered(reader.all_rows(own, faults), target, part, parts)
            around[rule.table] = rows.clear() if there is None else there
        yield _lines(rule.find(rows, Surroundings(around, codes))[ROW])


def _judged_apart(rule: Rule, rows: pl.DataFrame, reader: Reader, faults: CellFaults) -> pl.DataFrame:
    """Without the rows that are judged together with a faulty one."""
    if rule.together is None:
        return rows
    tainted = [found.unique() for found in reader.faulty_rows(rule.together, rule.reads, faults)]
    if not tainted:
        return rows
    return rows.join(pl.concat(tainted).unique(), on=rule.together, how="anti", nulls_equal=True, maintain_order="left")


def _compared_by(rule: Rule) -> tuple[str, ...]:
    if rule.groups is not None:
        return rule.groups
    return (rule.lookup[0],) if rule.lookup else ()


def _askable(rule: Rule, frames: Iterator[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    if rule.groups is not None or not rule.lookup:
        return frames
    column = rule.lookup[0]
    return (rows.filter(pl.col(column).is_not_null()) for rows in frames)


def _gathered(frames: Iterable[pl.DataFrame], by: Sequence[str], part: int, parts: int) -> pl.DataFrame | None:
    """One part of all rows. A column looked up and the one it is looked up in hash alike: their names do not matter."""
    own = (rows if parts == 1 else rows.filter(_hash(rows.select(by)) % np.uint64(parts) == part) for rows in frames)
    kept = list(ahead(own))
    return pl.concat(kept) if kept else None


def _lines(rows: pl.Series) -> Lines:
    return rows.unique().sort().to_numpy().astype(np.int64)


def _parts(rows: int, at_a_time: int) -> int:
    return max(1, -(-rows // at_a_time))
