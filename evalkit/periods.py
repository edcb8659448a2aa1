"""Months, quarters and years: read, counted and written.

A period is known by its first day together with its :class:`~evalkit.vocabulary.Frequency`.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date, timedelta

from evalkit.language import Text, same
from evalkit.vocabulary import Frequency

_YEAR = r"(?P<year>(?:19|20|21)[0-9]{2})"
_FORMS = {
    Frequency.MONTH: (re.compile(rf"{_YEAR}(?:-|M)(?P<part>0[1-9]|1[0-2])"),),
    Frequency.QUARTER: (
        re.compile(rf"{_YEAR}-?[QK](?P<part>[1-4])"),
        re.compile(rf"{_YEAR}[ -]?(?:q|kv\.?|kvartal|quarter) ?(?P<part>[1-4])", re.IGNORECASE),
        re.compile(rf"(?:[qk]|kv\.?|kvartal|quarter) ?(?P<part>[1-4])[ -]{_YEAR}", re.IGNORECASE),
    ),
    Frequency.YEAR: (
        re.compile(rf"{_YEAR}(?P<part>)"),
        re.compile(rf"(?P<part>)(?:helår(?:et)?|år(?:et)?|full year|year) {_YEAR}", re.IGNORECASE),
        re.compile(rf"{_YEAR}(?P<part>) (?:helår|full year)", re.IGNORECASE),
    ),
}
_NAMED_MONTH = (
    re.compile(rf"(?P<name>[a-z]{{3,9}})\.?[ -]{_YEAR}", re.IGNORECASE),
    re.compile(rf"{_YEAR}[ -](?P<name>[a-z]{{3,9}})\.?", re.IGNORECASE),
)
# A hyphen that is not broken over lines, a hyphen proper and a minus sign; a dash may mean "to".
_HYPHENS = str.maketrans(dict.fromkeys("\u2010\u2011\u2212", "-"))
_BLANKS = re.compile(r"[ \u00a0\u2007\u2009\u202f]+")
_DAY = re.compile(r"((?:19|20|21)[0-9]{2}-[0-9]{2}-[0-9]{2})(?:[ T]00:00(?::00(?:\.0+)?)?)?")

# fmt: off
_NAMES_SV = (
    "januari", "februari", "mars", "april", "maj", "juni",
    "juli", "augusti", "september", "oktober", "november", "december",
)
_NAMES_EN = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)
# fmt: on
_SHORT_SV = ("jan", "feb", "mar", "apr", "maj", "jun", "jul", "aug", "sep", "okt", "nov", "dec")
_SHORT_EN = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH_NAMES = {
    name.casefold(): place
    for names in (_NAMES_SV, _NAMES_EN, _SHORT_SV, _SHORT_EN)
    for place, name in enumerate(names, start=1)
} | {"sept": 9}


def parse(text: str) -> tuple[date, Frequency]:
    """The first day and the length of a period written as a year, a quarter or a month.

    ``2024``, ``2024-Q1`` or ``2024K1``, and ``2024-03`` or Statistics Sweden's ``2024M03`` are
    understood; and words: ``mars 2024``, ``2024 Mar``, ``kvartal 1 2024``, ``2024 kv 1``, ``helår 2024``,
    in Swedish and English. A full date is no period: its length is not known. A year of two digits is
    not read.

    Raises
    ------
    ValueError
        When the text is none of these. The message does not repeat the text.

    Examples
    --------
    >>> from evalkit import periods
    >>> periods.parse("2024-Q3")
    (datetime.date(2024, 7, 1), <Frequency.QUARTER: 'quarter'>)
    """
    found = try_parse(text)
    if found is None:
        raise ValueError("not a year, quarter or month")
    return found


def try_parse(text: str) -> tuple[date, Frequency] | None:
    """As :func:`parse`, but ``None`` when the text is no period."""
    plain = _plain(text)
    for frequency, forms in _FORMS.items():
        match = next(filter(None, (form.fullmatch(plain) for form in forms)), None)
        if match:
            part = int(match["part"] or 1)
            return date(int(match["year"]), (part - 1) * frequency.months + 1, 1), frequency
    return _named_month(plain)


def _named_month(text: str) -> tuple[date, Frequency] | None:
    for form in _NAMED_MONTH:
        match = form.fullmatch(text)
        if match and (month := _MONTH_NAMES.get(match["name"].casefold())):
            return date(int(match["year"]), month, 1), Frequency.MONTH
    return None


def _plain(text: str) -> str:
    """Every hyphen as ``-`` and every run of blanks as one, letters composed."""
    return _BLANKS.sub(" ", unicodedata.normalize("NFC", text).translate(_HYPHENS))


def try_day(text: str) -> date | None:
    """The day of ``2024-03-31`` (a time of midnight, as spreadsheets write, is allowed), else ``None``."""
    match = _DAY.fullmatch(_plain(text))
    if match is None:
        return None
    try:
        return date.fromisoformat(match[1])
    except ValueError:
        return None


def first_day(day: date, frequency: Frequency) -> date:
    """The first day of the period that ``day`` lies in.

    >>> from evalkit import periods
    >>> periods.first_day(date(2024, 5, 17), Frequency.QUARTER).isoformat()
    '2024-04-01'
    """
    return date(day.year, day.month - (day.month - 1) % frequency.months, 1)


def last_day(first: date, frequency: Frequency) -> date:
    """The last day of the period that begins on ``first``.

    >>> from evalkit import periods
    >>> periods.last_day(date(2024, 2, 1), Frequency.MONTH).isoformat()
    '2024-02-29'
    """
    return add(first, frequency, 1) - timedelta(days=1)


def add(first: date, frequency: Frequency, count: int) -> date:
    """The first day of the period ``count`` periods later (earlier when negative).

    >>> from evalkit import periods
    >>> periods.add(date(2024, 1, 1), Frequency.QUARTER, -1).isoformat()
    '2023-10-01'
    """
    months = first.year * 12 + first.month - 1 + count * frequency.months
    return date(months // 12, months % 12 + 1, 1)


def between(first: date, last: date, frequency: Frequency) -> list[date]:
    """First days of every period that has at least one day from ``first`` to ``last``, both included.

    >>> from evalkit import periods
    >>> [day.isoformat() for day in periods.between(date(2023, 11, 5), date(2024, 1, 1), Frequency.MONTH)]
    ['2023-11-01', '2023-12-01', '2024-01-01']
    """
    days: list[date] = []
    day = first_day(first, frequency)
    while day <= last:
        days.append(day)
        day = add(day, frequency, 1)
    return days


def is_whole(first: date, last: date, frequency: Frequency) -> bool:
    """Whether the days from ``first`` to ``last``, both included, are one or more whole periods.

    >>> from evalkit import periods
    >>> periods.is_whole(date(2023, 1, 1), date(2024, 12, 31), Frequency.YEAR)
    True
    >>> periods.is_whole(date(2023, 4, 1), date(2026, 6, 30), Frequency.YEAR)
    False
    """
    starts = first == first_day(first, frequency)
    ends = last == last_day(first_day(last, frequency), frequency)
    return starts and ends and first <= last


def year_fraction(frequency: Frequency) -> float:
    """The length of a period in years, every month counted as a twelfth.

    >>> from evalkit import periods
    >>> periods.year_fraction(Frequency.QUARTER)
    0.25
    """
    return frequency.months / 12


def code(first: date, frequency: Frequency) -> str:
    """The period as data files write it; :func:`parse` reads it back.

    >>> from evalkit import periods
    >>> [periods.code(date(2024, 4, 1), step) for step in Frequency]
    ['2024-04', '2024-Q2', '2024']
    """
    if frequency is Frequency.MONTH:
        return f"{first.year}-{first.month:02d}"
    if frequency is Frequency.QUARTER:
        return f"{first.year}-Q{_quarter(first)}"
    return str(first.year)


def prose(first: date, frequency: Frequency) -> Text:
    """The period as running text writes it.

    >>> from evalkit import periods
    >>> [str(periods.prose(date(2024, 4, 1), step)) for step in Frequency]
    ['april 2024', 'kvartal 2 2024', '2024']
    """
    if frequency is Frequency.MONTH:
        month = first.month - 1
        return Text(f"{_NAMES_SV[month]} {first.year}", f"{_NAMES_EN[month]} {first.year}")
    if frequency is Frequency.QUARTER:
        return Text(f"kvartal {_quarter(first)} {first.year}", f"quarter {_quarter(first)} {first.year}")
    return same(str(first.year))


def _quarter(first: date) -> int:
    return (first.month - 1) // 3 + 1
