"""The zero that a spreadsheet takes from the beginning of a municipality's code.

``0127`` typed into a cell becomes the number 127. The zero is put back only where that is certain:
the code with a zero is a unit of these very data, and the code without is none. Everywhere else the
bare code stays, and the check of the contract asks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from evalkit.language import Text
from evalkit.sources.tables import RawTable

_UNITS, UNIT = "units", "unit_id"
_BARE = "^[1-9][0-9]{2}$"  # of the four digits of a municipality's code one is gone


def restore_zeros(tables: Sequence[RawTable]) -> tuple[RawTable, ...]:
    """The tables with the lost zeros put back in ``unit_id``, each such table telling how many.

    Parameters
    ----------
    tables
        Every table that was read together; ``units`` among them says which codes there are.

    Returns
    -------
    tuple of RawTable
        In the same order. The table ``units`` itself is never changed: it is what the others are held against.
    """
    bare = sorted(lost_zeros(tables))
    return tuple(_restored(raw, bare) if bare and raw.table != _UNITS and _has_units(raw) else raw for raw in tables)


def lost_zeros(tables: Sequence[RawTable]) -> frozenset[str]:
    """The codes that certainly lack a zero wherever they stand: with it they are units of these data, without none.

    Examples
    --------
    >>> import polars as pl
    >>> from evalkit.sources import RawTable
    >>> from evalkit.sources.zeros import lost_zeros
    >>> cells = pl.DataFrame({"c0": ["0127", "0180"]})
    >>> sorted(lost_zeros([RawTable("units", "units.csv", None, ("unit_id",), cells, pl.Series([2, 3]), "")]))
    ['127', '180']
    """
    told = [raw.cells(UNIT).drop_nulls() for raw in tables if raw.table == _UNITS and _has_units(raw)]
    units = {code for cells in told for code in cells}
    bare = pl.Series(sorted(code[1:] for code in units if code.startswith("0")), dtype=pl.String)
    return frozenset(bare.filter(bare.str.contains(_BARE) & ~bare.is_in(sorted(units))))


def _has_units(raw: RawTable) -> bool:
    return raw.intact and raw.columns.count(UNIT) == 1


def _restored(raw: RawTable, bare: list[str]) -> RawTable:
    cells = raw.cells(UNIT)
    lost = cells.is_in(bare)
    count = int(lost.fill_null(value=False).sum())
    if not count:
        return raw
    mended = pl.select(pl.when(lost).then("0" + cells).otherwise(cells)).to_series()
    place = raw.columns.index(UNIT)
    frame = raw.frame.with_columns(mended.alias(raw.frame.columns[place]))
    return replace(raw, frame=frame, assumptions=(*raw.assumptions, restored(count)))


def restored(count: int) -> Text:
    """What is told of zeros that were put back."""
    rows_sv, rows_en = ("rad", "row") if count == 1 else ("rader", "rows")
    return Text(
        f"Enhetskoden har fått tillbaka sin inledande nolla på {count} {rows_sv}.",
        f"The unit code was given back its leading zero in {count} {rows_en}.",
    )
