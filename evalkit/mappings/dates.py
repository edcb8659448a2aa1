"""Dates as source systems write them: with a time, with an offset, or without a sign between the parts."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

import polars as pl

from evalkit.mappings.model import Precision

_TIME = r"[ T](?P<hour>[0-9]{2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?:[.,][0-9]{1,9})?)?"
_FORM = re.compile(
    rf"(?P<day>[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}|[0-9]{{8}})(?:{_TIME}(?P<zone>Z|[+-][0-9]{{2}}:?[0-9]{{2}})?)?"
)
_FIRST_YEAR, _LAST_YEAR = 1900, 2199


def read_day(text: str) -> date | None:
    """The Swedish calendar day of a date or a point in time, or ``None``.

    A time with an offset (ISO 8601) is moved to Swedish time first, since an inspection at 23:30 UTC is
    made on the next day. A time without one is taken to be Swedish already.

    Examples
    --------
    >>> from evalkit.mappings.dates import read_day
    >>> read_day("2024-06-30T22:30:00Z"), read_day("2024-02-30"), read_day("20240331")
    (datetime.date(2024, 7, 1), None, datetime.date(2024, 3, 31))
    """
    match = _FORM.fullmatch(text)
    if match is None:
        return None
    try:
        day = date.fromisoformat(match["day"])
        moment = datetime(day.year, day.month, day.day, *_clock(match))
    except ValueError:
        return None
    if match["zone"]:
        day = _swedish(moment - _offset(match["zone"]))
    return day if _FIRST_YEAR <= day.year <= _LAST_YEAR else None


def _clock(match: re.Match[str]) -> tuple[int, int, int]:
    return int(match["hour"] or 0), int(match["minute"] or 0), int(match["second"] or 0)


def _offset(zone: str) -> timedelta:
    if zone == "Z":
        return timedelta()
    sign = -1 if zone[0] == "-" else 1
    return sign * timedelta(hours=int(zone[1:3]), minutes=int(zone[-2:]))


def _swedish(moment: datetime) -> date:
    """The day in Sweden; polars carries the time zones itself, where Windows has none."""
    local = pl.Series([moment]).dt.replace_time_zone("UTC").dt.convert_time_zone("Europe/Stockholm")
    found = local.dt.date().item()
    if not isinstance(found, date):
        raise TypeError("no date came of a moment")
    return found


def days(cells: pl.Series) -> pl.Series:
    """A column of text as days, null where the cell is empty or no date."""
    known = {text: read_day(text) for text in cells.drop_nulls().unique()}
    if not known:
        return pl.Series(cells.name, [None] * len(cells), dtype=pl.Date)
    return cells.replace_strict(list(known), list(known.values()), return_dtype=pl.Date)


_FORMS = {Precision.DAY: "%Y-%m-%d", Precision.MONTH: "%Y-%m", Precision.YEAR: "%Y"}


def written(found: pl.Series, precision: Precision) -> pl.Series:
    """Days as the contracts read them: a day, a month or a year."""
    return found.dt.strftime(_FORMS[precision])
