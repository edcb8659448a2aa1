"""Swedish registration plates of vehicles.

Three letters and three characters, the last a digit or, since 2019, a letter: ABC 123, ABC 12D. I, Q, V and letters
with marks are not used, nor O at the end. Many codes look the same (LPO101, SKV 704), so a plate counts as one where
it ends in a letter, where a word for a vehicle or its number is near, or where a column holds several of them.

References
----------
The Swedish Transport Agency, on the form of registration numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_LETTERS = "[A-HJ-PR-UW-Z]{3}"
_LAST_LETTER = "[A-HJ-NPR-UW-Z]"
_GAP = "[ \u00a0\u2009\u202f-]?"
_BEFORE, _AFTER = r"(?<![\w/.-])", r"(?![\w/-])"
_NEW = re.compile(rf"{_BEFORE}{_LETTERS}{_GAP}[0-9]{{2}}{_LAST_LETTER}{_AFTER}")
_VEHICLE = (
    r"\b(?:reg(?:istrerings)?\.?\s?(?:nr|nummer|skylt)\b\.?|(?:skåp|last|person|firma|taxi)?bil(?:en|ar|arna)?\b"
    r"|fordon(?:et|en)?\b|moped(?:en)?\b|släp(?:et|vagn|vagnen)?\b|car\b|vehicle\b|van\b|plate\b)"
)
_PLATE = rf"{_LETTERS}{_GAP}[0-9]{{3}}"
_NAMED = re.compile(
    rf"(?i:{_VEHICLE})[\s:,(]{{0,3}}(?:\w+[\s:,(]{{1,2}}){{0,2}}{_PLATE}{_AFTER}"
    rf"|{_BEFORE}{_PLATE}[\s,()]{{1,2}}(?:\w+\s){{0,2}}(?i:{_VEHICLE})"
)
_WHOLE = re.compile(rf"({_LETTERS}){_GAP}[0-9]{{2}}(?:[0-9]|{_LAST_LETTER})")
_FEWEST_IN_A_COLUMN = 3


def has_plate(text: str) -> bool:
    """Whether the text holds what can hardly be anything but a registration plate.

    Examples
    --------
    >>> from evalkit.screening import has_plate
    >>> has_plate("skåpbil ABC 123 på gården"), has_plate("ABC12D"), has_plate("LPO101"), has_plate("SKV 704")
    (True, True, False, False)
    """
    return _NEW.search(text) is not None or _NAMED.search(text) is not None


def plates_in_column(cells: Iterable[str]) -> frozenset[str]:
    """The cells of a column that are plates: alone those with a sure sign, else when there are several of them.

    Codes of one list begin alike (LPO101, LPO102); plates do not.

    Examples
    --------
    >>> from evalkit.screening.plates import plates_in_column
    >>> sorted(plates_in_column(["ABC123", "DEF456", "GHJ 789"]))
    ['ABC123', 'DEF456', 'GHJ 789']
    >>> sorted(plates_in_column(["LPO101", "LPO102", "LPO103"]))
    []
    """
    texts = frozenset(cells)
    whole = {text: match[1] for text in texts if (match := _WHOLE.fullmatch(text.strip()))}
    several = len(whole) >= _FEWEST_IN_A_COLUMN and len(set(whole.values())) == len(whole)
    return frozenset(text for text in texts if (several and text in whole) or has_plate(text))
