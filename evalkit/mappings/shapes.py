"""What the cells of a column look like, as counts and truths; no cell leaves this module."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

import polars as pl

from evalkit import periods, screening
from evalkit.contracts import Field, Kind
from evalkit.language import Text
from evalkit.mappings.dates import read_day

_NEARLY_ALL = 0.95
_MOST_CODES = 40
_LONGEST_CODE = 40
_INTEGER = re.compile(r"-?[0-9]{1,3}(?:[ \u00a0\u2009\u202f][0-9]{3})*|-?[0-9]{1,18}")
_NUMBER = re.compile(r"-?[0-9][0-9 \u00a0\u2009\u202f]*(?:[.,][0-9]+)?")


@dataclass(frozen=True, slots=True)
class Shape:
    """The look of one column.

    ``distinct`` is the number of different cells. ``codes`` says whether they are few and short, as
    codes are. ``unsafe`` is why the cells may not be passed on, when they may not.
    """

    filled: int
    distinct: int
    dates: bool
    periods: bool
    integers: bool
    numbers: bool
    codes: bool
    unsafe: Text | None
    _is_within: Callable[[frozenset[str]], bool] = field(repr=False, compare=False)

    def is_within(self, accepted: frozenset[str]) -> bool:
        """Whether every filled cell is one of the values, and there is some."""
        return self._is_within(accepted)


def shape_of(cells: pl.Series) -> Shape:
    """Look at a column of text."""
    known = cells.drop_nulls()
    texts = known.unique().to_list()
    return Shape(
        filled=len(known),
        distinct=len(texts),
        dates=_nearly_all(texts, lambda text: read_day(text) is not None),
        periods=_nearly_all(texts, lambda text: periods.try_parse(text) is not None),
        integers=_nearly_all(texts, lambda text: _INTEGER.fullmatch(text) is not None),
        numbers=_nearly_all(texts, lambda text: _NUMBER.fullmatch(text) is not None),
        codes=0 < len(texts) <= _MOST_CODES and max(map(len, texts)) <= _LONGEST_CODE,
        unsafe=_unsafe(cells, texts),
        _is_within=_asker(frozenset(texts)) if len(texts) <= _MOST_CODES else _nothing,
    )


def _asker(known: frozenset[str]) -> Callable[[frozenset[str]], bool]:
    """A question about the cells that can be asked without the cells being handed out."""
    return lambda accepted: bool(known) and known <= accepted


def _nothing(_: frozenset[str]) -> bool:
    return False


def _nearly_all(texts: list[str], holds: Callable[[str], bool]) -> bool:
    return bool(texts) and sum(map(holds, texts)) >= _NEARLY_ALL * len(texts)


def _unsafe(cells: pl.Series, texts: list[str]) -> Text | None:
    if screening.suspect_rows(cells):
        return Text(
            "cellerna ser ut som person- eller organisationsnummer", "the cells look like personal or company numbers"
        )
    if any(map(screening.has_email, texts)) or any(map(screening.has_phone, texts)):
        return Text("cellerna ser ut som kontaktuppgifter", "the cells look like contact details")
    if screening.trace_rows(cells, screening.Trace.PLATE):
        return Text("cellerna ser ut som fordons registreringsnummer", "the cells look like vehicle registrations")
    if sum(map(screening.is_prose, texts)) > len(texts) // 4:
        return Text("cellerna ser ut som fritext", "the cells look like free text")
    return None


def fits_kind(shape: Shape, target: Field) -> bool:
    """Whether cells of this look can become cells of the field."""
    if target.kind is Kind.DATE:
        return shape.dates
    if target.kind in (Kind.PERIOD, Kind.PERIOD_FROM, Kind.PERIOD_TO):
        return shape.periods or shape.dates
    if is_serial(target):
        return shape.filled > 0  # whatever id it is, it becomes a serial number
    if target.kind is Kind.INTEGER:
        return shape.integers
    if target.kind is Kind.NUMBER:
        return shape.numbers
    return shape.codes


def is_serial(target: Field) -> bool:
    """Whether the field holds serial numbers that the holder makes."""
    return target.kind is Kind.INTEGER and target.name.endswith("_id")
