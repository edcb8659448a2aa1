"""The one seam to pandera: the rules of a single table, built from its contract.

pandera can be switched off or made shallow by environment variables, and its own messages quote
cell values. So it is always given an eager frame with the depth pinned, every failure is collected,
and only the column, the rule and the row of a failure leave this module.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import pandera.polars as pa
import polars as pl
from pandera.config import CONFIG, ValidationDepth, config_context, set_config

from evalkit.contracts.model import Field
from evalkit.contracts.tablecheck import ROW, CheckedTable

_EMPTY_CELL = "not_nullable"
_CODES = {_EMPTY_CELL: "empty_cell"}


def check_cells(table: CheckedTable) -> None:
    """Required cells, closed lists, patterns, lengths, smallest and largest values."""
    contract = table.contract
    schema = pa.DataFrameSchema({field.name: _column(field) for field in contract.fields})
    failures = _failures(schema, table.frame.select(contract.names))
    for column, check, rows in failures.group_by("column", "check", maintain_order=True).agg("index").iter_rows():
        table.flag(_CODES.get(check, check), column, rows)


def check_key(table: CheckedTable) -> None:
    """No two rows with the same key; an empty cell of an optional key column counts as a value."""
    key = list(table.contract.key)
    doubled = table.clean(key).filter(pl.struct(key).is_duplicated())
    table.flag("duplicate_key", key[0], doubled[ROW].to_list())


def _column(field: Field) -> pa.Column:
    return pa.Column(field.dtype, nullable=not field.required, checks=list(_checks(field)))


def _checks(field: Field) -> Iterator[pa.Check]:
    if field.choices:
        yield pa.Check.isin([choice.value for choice in field.choices], error="not_in_list")
    if field.pattern:
        yield pa.Check.str_matches(field.pattern, error="wrong_form")
    if field.max_length:
        yield pa.Check.str_length(max_value=field.max_length, error="wrong_form")
    if field.minimum is not None:
        yield pa.Check.ge(field.minimum, error="below_minimum")
    if field.maximum is not None:
        yield pa.Check.le(field.maximum, error="above_maximum")


def _failures(schema: pa.DataFrameSchema, frame: pl.DataFrame) -> pl.DataFrame:
    """Column, check and row (from 0) of every failure; never the value."""
    with _pinned():
        try:
            schema.validate(frame, lazy=True)
        except pa.errors.SchemaErrors as errors:
            found: pl.DataFrame = errors.failure_cases.select("column", "check", pl.col("index").cast(pl.Int64))
        else:
            found = pl.DataFrame(schema={"column": pl.String, "check": pl.String, "index": pl.Int64})
    return found


@contextmanager
def _pinned() -> Iterator[None]:
    """Full depth on the polars backend, whatever the environment says; its settings are put back."""
    narwhals = CONFIG.use_narwhals_backend
    if narwhals:
        _use_narwhals(chosen=False)
    try:
        with config_context(
            validation_enabled=True, validation_depth=ValidationDepth.SCHEMA_AND_DATA, use_narwhals_backend=False
        ):
            yield
    finally:
        if narwhals:
            _use_narwhals(chosen=True)


def _use_narwhals(*, chosen: bool) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # that the backends were swapped is what is wanted
        set_config(use_narwhals_backend=chosen)
