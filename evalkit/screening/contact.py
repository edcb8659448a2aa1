"""E-mail addresses and Swedish telephone numbers.

A number is a telephone number by how it is written: an area code of the Swedish numbering plan, or
+46 or 0046, with digits in the usual groups and eight to ten digits in all (nine or ten after any
code but 08). Dates, ranges of years and lists of codes are written otherwise.
"""

from __future__ import annotations

import re

_EMAIL = re.compile(r"[\w.%+'-]+@[\w-]+(?:\.[\w-]+)*\.[^\W\d_]{2,}|[\w.%+-]+\s?(?:\(at\)|\[at\])\s?[\w-]+\.\w{2,}")

_GAP = r"[ \u00a0\u2009\u202f]"
_DASH = r"[-\u2010-\u2013\u2212/]"
# The two- and three-digit codes, and mobile and other non-geographic ones; all others have four digits.
_AREA = (
    r"(?:8|1[013689]|2[0136]|3[1356]|4[0246]|54|6[03]|7[02369]|77|90"
    r"|(?:1[2457]|2[24578]|3[0247-9]|4[135789]|5[0-35-9]|6[124-9]|9[1-8])[0-9])"
)
_JOINT = rf"{_GAP}?{_DASH}{_GAP}?|{_GAP}"
_GROUPS = rf"[0-9]{{2,4}}(?:{_GAP}?[0-9]{{2,3}}){{1,3}}"
_GROUPED_LOCAL = rf"[0-9]{{2,3}}(?:{_GAP}[0-9]{{2,3}}){{1,3}}|[0-9]{{5,8}}"
# What stands before must not make it the tail of an address, a longer number or a code.
_BEFORE = r"(?<![\w/=.&%#-])(?<![0-9] )"
_AFTER = r"(?![\w-])(?! ?[0-9])"
_NATIONAL = re.compile(rf"{_BEFORE}\(?(0{_AREA})\)?(?:{_JOINT})({_GROUPED_LOCAL}){_AFTER}")
_MOBILE = re.compile(rf"{_BEFORE}07[02369]{_GAP}?[0-9](?:{_GAP}?[0-9]){{6}}{_AFTER}")
_ABROAD = re.compile(
    rf"(?<![\w/=.&+])(?:\+{_GAP}?46|0046){_GAP}?{_DASH}?(?:{_GAP}?\(0\))?{_GAP}?{_AREA}(?:{_JOINT})?(?:{_GROUPS}){_AFTER}"
)
_FEWEST, _FEWEST_STOCKHOLM, _MOST = 9, 8, 10
_FEWEST_DIGITS = 7


def has_email(text: str) -> bool:
    """Whether the text holds an e-mail address.

    Examples
    --------
    >>> from evalkit.screening import has_email
    >>> has_email("fråga registrator@example.se"), has_email("https://example.se/@sida")
    (True, False)
    """
    return ("@" in text or "at" in text) and _EMAIL.search(text) is not None


def has_phone(text: str) -> bool:
    """Whether the text holds a Swedish telephone number.

    Examples
    --------
    >>> from evalkit.screening import has_phone
    >>> has_phone("ring 08-123 456 78"), has_phone("2016-2017"), has_phone("0127-0180")
    (True, False, False)
    """
    if sum(map(str.isdigit, text)) < _FEWEST_DIGITS:
        return False
    national = any(_is_long_enough(match[1], match[2]) for match in _NATIONAL.finditer(text))
    return national or _MOBILE.search(text) is not None or _ABROAD.search(text) is not None


def _is_long_enough(area: str, local: str) -> bool:
    digits = len(area) + sum(map(str.isdigit, local))
    fewest = _FEWEST_STOCKHOLM if area == "08" else _FEWEST
    return fewest <= digits <= _MOST
