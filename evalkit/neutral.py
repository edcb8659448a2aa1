"""Text that a spreadsheet program would take for a formula, made harmless.

A cell that begins with ``=``, ``+``, ``-``, ``@``, a tab or a carriage return, or with the full-width form of
one of the signs, is computed when a CSV file is opened (OWASP, "CSV Injection"; CWE-1236). A Swedish
spreadsheet program divides at ``;`` also where the file divides at ``,``, so a sign after a separator
inside a cell counts as well. What is written gets an apostrophe before the sign, which is how a spreadsheet program
itself marks text. Numbers stay numbers.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

_SIGNS = "=+\\-@＝＋－＠﹢﹣﹦﹫"
_BLANK = r"[\s\"\u00ad\u180e\u200b-\u200f\u2060\ufeff\x00-\x1f]"
_NUMBER = r"[-+]?[0-9](?:[0-9 \u00a0\u2009\u202f]*[0-9])?(?:[.,][0-9]+)?(?:[eE][-+]?[0-9]{1,3})?"
_IS_NUMBER = re.compile(_NUMBER)
_START = re.compile(rf"(^|[;,\t\r\n])(?={_BLANK}*[{_SIGNS}])")
_CONTROL_FIRST = ("\t", "\r", "\n")
_MARK = "'"


def neutral(text: str) -> str:
    """The text of a cell, with an apostrophe where a formula could begin.

    Examples
    --------
    >>> from evalkit.neutral import neutral
    >>> neutral("=1+1"), neutral("-12,5"), neutral("besök; =A1")
    ("'=1+1", '-12,5', "besök;' =A1")
    """
    if _IS_NUMBER.fullmatch(text):
        return text
    marked = _START.sub(rf"\1{_MARK}", text)
    return _MARK + marked if marked.startswith(_CONTROL_FIRST) else marked


def is_formula_like(text: str) -> bool:
    """Whether a spreadsheet program could take the text for a formula.

    Examples
    --------
    >>> from evalkit.neutral import is_formula_like
    >>> is_formula_like("@SUM(A1)"), is_formula_like("-3")
    (True, False)
    """
    return neutral(text) != text


def neutral_frame(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with every text cell and column name made harmless; other columns as they are.

    Examples
    --------
    >>> import polars as pl
    >>> from evalkit.neutral import neutral_frame
    >>> neutral_frame(pl.DataFrame({"namn": ["=1"], "antal": [-1]})).row(0)
    ("'=1", -1)
    """
    import polars as pl

    texts = [name for name, dtype in frame.schema.items() if isinstance(dtype, pl.String | pl.Categorical | pl.Enum)]
    changed = [pl.Series(name, [_optional(cell) for cell in frame[name]], dtype=pl.String) for name in texts]
    return frame.with_columns(changed).rename({name: neutral(name) for name in frame.columns})


def _optional(cell: str | None) -> str | None:
    return None if cell is None else neutral(cell)


def csv_bytes(frame: pl.DataFrame) -> bytes:
    """A frame as CSV in UTF-8 with every text cell made harmless."""
    return neutral_frame(frame).write_csv().encode()


def write_csv(frame: pl.DataFrame, path: Path) -> None:
    """Write a frame as CSV in UTF-8 with every text cell made harmless."""
    path.write_bytes(csv_bytes(frame))
