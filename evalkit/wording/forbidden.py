"""Words that claim more than a comparison of areas can carry."""

from __future__ import annotations

import re

FORBIDDEN = (
    "bevisar",
    "visar att modellen fungerar",
    "ledde till",
    "tack vare",
    "ingen effekt",
    "signifikant",
    "signifikanta",
    "significant",
    "significantly",
    "proves",
    "shows that the model works",
    "led to",
    "no effect",
    "thanks to",
)
_FORBIDDEN = re.compile(r"\b(?:" + "|".join(re.escape(word) for word in FORBIDDEN) + r")\b", re.IGNORECASE)


def forbidden_words(text: str) -> tuple[str, ...]:
    r"""The forbidden words in a text, in order of appearance, white space folded.

    Examples
    --------
    >>> from evalkit.wording import forbidden_words
    >>> forbidden_words("Siffrorna bevisar\n inget; ingen  effekt.")
    ('bevisar', 'ingen effekt')
    """
    return tuple(match.group().lower() for match in _FORBIDDEN.finditer(" ".join(text.split())))
