"""Numbers of persons that a spreadsheet took the first digit from: those born 2000–2009 begin with a zero."""

from __future__ import annotations

from functools import reduce
from operator import add
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

_FORM = r"^([0-9])(?:0[1-9]|1[0-2])(?:[06][1-9]|[1278][0-9]|[39][01])[0-9]{4}(?:[.,]0+)?$"
_NINE = r"^[0-9]{9}(?:[.,]0+)?$"
# One in 140 other numbers of nine digits has a date and a right check digit; among numbers in order one in ten.
_LEAST_SHARE = 0.2


def rows_without_zero(cells: pl.Series) -> list[int]:
    """Places (from 0) of the cells that with a zero before them are the number of a person.

    A column of other numbers has such cells by chance, so they count only where they are a fifth of its cells
    of nine digits.

    Examples
    --------
    >>> import polars as pl
    >>> from evalkit.screening.zeros import rows_without_zero
    >>> rows_without_zero(pl.Series(["505121236", "7", None])), rows_without_zero(pl.Series(["505121235"]))
    ([0], [])
    """
    import polars as pl

    digits = cells.str.slice(0, 9).set(~cells.str.contains(_FORM).fill_null(value=False), None).cast(pl.Int64)
    if digits.null_count() == len(digits):
        return []
    right = _has_check_digit(digits).fill_null(value=False)
    nine = int(cells.str.contains(_NINE).sum())
    return right.arg_true().to_list() if right.sum() >= _LEAST_SHARE * nine else []


def _has_check_digit(numbers: pl.Series) -> pl.Series:
    """Luhn's sum over nine digits, of which the second, fourth … count double."""
    digits = [numbers // 10 ** (8 - place) % 10 for place in range(9)]
    return reduce(add, (_doubled(digit) if place % 2 else digit for place, digit in enumerate(digits))) % 10 == 0


def _doubled(digit: pl.Series) -> pl.Series:
    return digit * 2 - digit // 5 * 9
