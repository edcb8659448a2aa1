"""Free text where a code, a number or a date is due."""

from __future__ import annotations

import re

_WORD = re.compile(r"[^\W\d_]{2,}")
# Labels of code lists have up to three words and under fifty characters.
_FEWEST_WORDS = 4
_LONGEST_CODE = 60


def is_prose(text: str) -> bool:
    """Whether the text reads like a sentence: four words or more, or longer than any code.

    Examples
    --------
    >>> from evalkit.screening import is_prose
    >>> is_prose("ägaren bad oss komma igen"), is_prose("Undertryckt av sekretesskäl")
    (True, False)
    """
    return len(text) > _LONGEST_CODE or (" " in text and len(_WORD.findall(text)) >= _FEWEST_WORDS)
