"""Screening of text for what may be a Swedish personal or company identity number.

Ten or twelve digits with a right check digit (Luhn, modulus 10, as in the Swedish Tax Agency's
SKV 704) may be a *personnummer*, a *samordningsnummer* (day + 60) or an *organisationsnummer*,
and the number of a sole trader is a personnummer. Whether the date in it exists is not asked: the
contracts let no such text in.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

_SPACE = r"[ \u00a0\u2007\u2009\u202f\t]"
_DASH = r"[-+\u2010-\u2015\u2212]"
_BETWEEN = rf"(?:{_DASH}|{_SPACE})"
_JOINT = rf"{_SPACE}*{_DASH}?{_SPACE}*"
# The date is written whole or with both its joints: "2016–2017 2018" are three years, not twelve digits.
_DATE = rf"[0-9]{{2}}(?:[0-9]{{4}}|{_BETWEEN}[0-9]{{2}}{_BETWEEN}[0-9]{{2}}){_JOINT}[0-9]{{4}}"
# A look-ahead, so that every starting place is tried and an earlier near miss cannot hide a number.
# Four digits that begin a date of their own are its year, as in "2023-01-01–2023-12-31".
_END = rf"(?![0-9])(?!{_DASH}[0-9]{{2}}{_DASH}[0-9]{{2}}(?![0-9]))"
_SHORT = re.compile(rf"(?<![0-9])(?=({_DATE}){_END})")
_LONG = re.compile(rf"(?<![0-9])(?=([0-9]{{2}}{_DATE}){_END})")
# What stands between the parts of a code, a path or a line may join those of a number too, when its date is one.
_LOOSE = rf"(?:{_DASH}|{_SPACE}|[_./:~'|\r\n\v])"
_LOOSELY = re.compile(
    rf"(?<![0-9])(?=((?:[0-9]{{2}})?[0-9]{{2}}{_LOOSE}?(?:0[1-9]|1[0-2]){_LOOSE}?"
    rf"(?:[06][1-9]|[1278][0-9]|[39][01]){_LOOSE}{{0,3}}[0-9]{{4}})(?![0-9]|[-/.][0-9]))"
)
_GROUPED = re.compile(rf"[0-9]{{1,3}}(?:{_SPACE}[0-9]{{3}})+")
_DECIMAL = re.compile(r"([-+\u2212]?[0-9]+)[.,][0-9]+")
_SCIENTIFIC = re.compile(r"\+?([0-9])[.,]([0-9]{9,11})[eE]\+?0*(9|1[0-1])")
_NUMBER_DIGITS = 10
_FIRST_OF_ORGANISATIONS = "2"
_DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)


def is_suspect(text: str, *, decimal: bool = False) -> bool:
    """Whether the text holds a Luhn-valid run of ten digits, or of twelve whose last ten are.

    Parameters
    ----------
    decimal
        The text is a cell of a column of decimal numbers: when the whole cell is such a number only
        its whole part is looked at, since long decimals look like anything.

    Examples
    --------
    >>> from evalkit import screening
    >>> screening.is_suspect("ring 811218-9876 först")
    True
    >>> screening.is_suspect("ring 811218-9877 först")
    False
    """
    return next(_found(text, decimal=decimal), None) is not None


def number_kinds(text: str, *, decimal: bool = False) -> frozenset[str]:
    """Whose numbers the text may hold: ``person``, ``organisation`` or both.

    In the number of an organisation the third digit is at least 2 (SKV 709), so that it is never
    taken for a month. The number of a sole trader is that of the person.

    Examples
    --------
    >>> from evalkit.screening.identity import number_kinds
    >>> sorted(number_kinds("811218-9876")), sorted(number_kinds("556036-0793"))
    (['person'], ['organisation'])
    """
    return frozenset(_kind(digits) for digits in _found(text, decimal=decimal))


def _kind(digits: str) -> str:
    return "organisation" if digits[-_NUMBER_DIGITS:][2] >= _FIRST_OF_ORGANISATIONS else "person"


def _found(text: str, *, decimal: bool) -> Iterator[str]:
    """The digits of every number with a right check digit."""
    plain = _plain(text)
    if decimal and (match := _DECIMAL.fullmatch(plain)):
        plain = match[1]
    if _GROUPED.fullmatch(plain):
        plain = re.sub(_SPACE, "", plain)
    if match := _SCIENTIFIC.fullmatch(plain):
        plain = (match[1] + match[2])[: int(match[3]) + 1]
    forms = (_SHORT, _LONG) if _DECIMAL.fullmatch(plain) else (_SHORT, _LONG, _LOOSELY)
    for form in forms:
        for match in form.finditer(plain):
            if _has_check_digit(match[1]):
                yield "".join(sign for sign in match[1] if "0" <= sign <= "9")


def _plain(text: str) -> str:
    """Every kind of digit as 0–9, invisible characters dropped."""
    folded = unicodedata.normalize("NFKC", text)
    return "".join(_as_ascii_digit(sign) for sign in folded if unicodedata.category(sign) != "Cf")


def _as_ascii_digit(sign: str) -> str:
    value = unicodedata.decimal(sign, None)
    return sign if value is None else str(value)


def _has_check_digit(text: str) -> bool:
    digits = [int(sign) for sign in text if "0" <= sign <= "9"][-_NUMBER_DIGITS:]
    odd, even = digits[0::2], digits[1::2]
    return (sum(_DOUBLED[digit] for digit in odd) + sum(even)) % 10 == 0
