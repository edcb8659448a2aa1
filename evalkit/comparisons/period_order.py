"""The order in time of the labels that name periods: one place, for every frame with a row per unit and period."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from evalkit import periods
from evalkit.inference.column_arguments import ColumnArguments
from evalkit.inference.faults import Fault
from evalkit.language import Text

if TYPE_CHECKING:
    import polars as pl

_NO_ORDER = Fault(
    "periods_without_order",
    Text("{name} är text vars ordning i tiden inte framgår.", "{name} is text whose order in time cannot be told."),
    Text(
        "datum, hela tal, eller text som 2024, 2024-Q1, 2024-03 och 2024-03-31, alla skrivna på samma sätt",
        "dates, whole numbers, or text such as 2024, 2024-Q1, 2024-03 and 2024-03-31, all written alike",
    ),
    Text("Skriv perioderna på ett av sätten.", "Write the periods in one of these ways."),
)
_DIGITS = re.compile(r"[0-9]+")
_YEAR_FIRST = re.compile(r"(?:19|20|21)[0-9]{2}(?![0-9])")
_DATE_PARTS = 3
_LONGEST_NUMBER = 4


def sort_keys(labels: Iterable[str]) -> dict[str, tuple[int, ...]] | None:
    """A key for each label that sorts in the order of time; ``None`` when the order cannot be told.

    Months, quarters and years in words or figures are read as periods. Other labels are read when they differ in
    their numbers only and have one number, or begin with the year. Two labels for one time are no order.

    Examples
    --------
    >>> found = sort_keys(["2024-10", "2024-2", "2023-12"])
    >>> sorted(found, key=found.get)
    ['2023-12', '2024-2', '2024-10']
    >>> sort_keys(["1/2024", "12/2023"]) is None
    True
    """
    names = set(labels)
    read = {name: periods.try_parse(name) for name in names}
    lengths = {one[1] for one in read.values() if one is not None}
    found: dict[str, tuple[int, ...]]
    if names and len(lengths) == 1 and None not in read.values():
        found = {name: (one[0].toordinal(),) for name, one in read.items() if one is not None}
    else:
        found = {name: tuple(int(part) for part in _DIGITS.findall(name)) for name in names}
        if len({_DIGITS.sub("0", name) for name in names}) > 1 or not all(_tells(name) for name in names):
            return None
        # 20251 would come before 202410.
        digits = {len(part) for name in names for part in _DIGITS.findall(name)[:1]}
        if len(digits) > 1 and max(digits) > _LONGEST_NUMBER:
            return None
    return found if len(set(found.values())) == len(names) else None


def _tells(name: str) -> bool:
    numbers = len(_DIGITS.findall(name))
    return numbers == 1 or (1 < numbers <= _DATE_PARTS and _YEAR_FIRST.match(name) is not None)


def ranks(given: ColumnArguments, name: str, *columns: pl.Series) -> tuple[list[object], list[pl.Series]]:
    """The different labels of all columns in the order of time, and the columns with each label's place among them.

    Text whose order cannot be told is noted as a fault of the argument ``name``, and there are no labels then; null
    stays null.

    Examples
    --------
    >>> import polars as pl
    >>> from evalkit.inference.column_arguments import ColumnArguments
    >>> labels, (places,) = ranks(ColumnArguments("f()"), "period", pl.Series(["2024-10", "2024-2"]))
    >>> labels, places.to_list()
    (['2024-2', '2024-10'], [1, 0])
    """
    import polars as pl

    texts = (pl.String, pl.Categorical)
    told = [column.cast(pl.String) if column.dtype in texts else column for column in columns]
    labels: list[object] = pl.concat([column.drop_nulls() for column in told]).unique().sort().to_list()
    if any(column.dtype == pl.String for column in told):
        keys = sort_keys(str(label) for label in labels)
        if keys is None:
            given.fault(_NO_ORDER, name)
            return [], told
        labels = sorted(labels, key=lambda label: keys[str(label)])
    places = {label: at for at, label in enumerate(labels)}
    return labels, [
        pl.Series(column.name, [None if one is None else places[one] for one in column.to_list()], dtype=pl.Int64)
        for column in told
    ]
