"""Everything that a person may hand over as a column, made a polars column: the one place that knows the kinds."""

from __future__ import annotations

import math
import sys
from typing import TYPE_CHECKING

import numpy as np

from evalkit.inference.arguments import single

if TYPE_CHECKING:
    import polars as pl


def is_column(value: object) -> bool:
    """Whether ``value`` holds one element per row rather than being a single one.

    A polars or pandas column, a vector with ``__array__``, a list, a tuple or a range.

    Examples
    --------
    >>> import numpy as np
    >>> from evalkit.inference.given_columns import is_column
    >>> [is_column(one) for one in ([3, 5], np.zeros(2), np.float64(3), "35", np.zeros((2, 2)))]
    [True, True, False, False, False]
    """
    if isinstance(value, list | tuple | range):
        return True
    polars = sys.modules.get("polars")
    if polars is not None and isinstance(value, polars.Series):
        return True
    return hasattr(value, "__array__") and getattr(value, "ndim", None) == 1


def as_numbers(name: str, value: object) -> pl.Series:
    """The column as polars has it: numeric, with nan for what is no number; of another type when that is what it is.

    ``None`` in a list and what pandas takes for missing are missing here too.

    Examples
    --------
    >>> from evalkit.inference.given_columns import as_numbers
    >>> as_numbers("count", [3, None, "5"]).to_list()
    [3.0, None, nan]
    """
    import polars as pl

    if isinstance(value, pl.Series):
        return value
    elements = _elements(value)
    if isinstance(elements, np.ndarray):
        return pl.Series(name, elements)
    return pl.Series(name, [None if one is None else _number(one) for one in elements], dtype=pl.Float64)


def nan_as_missing(name: str, value: object) -> pl.Series:
    """As :func:`as_numbers`, with nan that was given taken for missing.

    Examples
    --------
    >>> from evalkit.inference.given_columns import nan_as_missing
    >>> nan_as_missing("exposure", [3.0, float("nan"), "5"]).to_list()
    [3.0, None, nan]
    """
    import polars as pl

    elements = value if isinstance(value, pl.Series) else _elements(value)
    if isinstance(elements, list):
        return as_numbers(name, [None if _is_nan(one) else one for one in elements])
    column = as_numbers(name, elements)
    return column.fill_nan(None) if column.dtype.is_float() else column


def as_labels(name: str, value: object) -> pl.Series | None:
    """The column as polars has it, of any values; ``None`` when they are not of one kind."""
    import polars as pl

    if isinstance(value, pl.Series):
        return value
    own = getattr(value, "name", None)
    called = own if isinstance(own, str) else name
    try:
        column = pl.Series(called, _elements(value))
    except (TypeError, ValueError, OverflowError, pl.exceptions.PolarsError):
        return None
    return None if column.dtype == pl.Object or column.dtype.is_nested() else column


def as_frame(value: object) -> pl.DataFrame | None:
    """A polars or pandas table as polars has it; ``None`` when it is neither, or a column is not of one kind.

    Examples
    --------
    >>> import pandas as pd
    >>> from evalkit.inference.given_columns import as_frame
    >>> as_frame(pd.DataFrame({"unit": ["0127", None]})).rows()
    [('0127',), (None,)]
    """
    import polars as pl

    if isinstance(value, pl.DataFrame):
        return value
    pandas = sys.modules.get("pandas")
    if pandas is None or not isinstance(value, pandas.DataFrame) or not value.columns.is_unique:
        return None
    read = [as_labels(str(name), value[name]) for name in value.columns]
    made = [one.alias(str(name)) for one, name in zip(read, value.columns, strict=True) if one is not None]
    return pl.DataFrame(made) if len(made) == len(read) else None


def _elements(value: object) -> np.ndarray | list[object]:
    """An array of one plain type, or a list in which what is missing is ``None``."""
    if isinstance(value, list | tuple | range):
        return list(value)
    if isinstance(value, np.ma.MaskedArray):
        # What is masked is missing; ``np.asarray`` would take what lies under the mask.
        return list(value.tolist())
    pandas = sys.modules.get("pandas")
    if pandas is not None and isinstance(value, pandas.Series | pandas.Index):
        missing = value.isna()
        return [None if gone else one for one, gone in zip(value.tolist(), missing, strict=True)]
    array = np.asarray(value)
    return array.tolist() if array.dtype == object else array


def _number(one: object) -> float:
    number = single(one)
    if number is None:
        return math.nan
    try:
        return float(number)
    except OverflowError:
        return math.inf if number > 0 else -math.inf


def _is_nan(one: object) -> bool:
    number = single(one)
    return number is not None and math.isnan(number)
