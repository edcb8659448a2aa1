"""Text that a reader meets, in Swedish and in English, kept together so that neither can drift.

Swedish comes first everywhere: ``str(text)`` is the Swedish wording.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Language(StrEnum):
    """A language that reports and messages are written in."""

    SV = "sv"
    EN = "en"


@dataclass(frozen=True, slots=True)
class Text:
    """The same statement in Swedish (``sv``) and English (``en``).

    Examples
    --------
    >>> from evalkit.language import Language, Text
    >>> besök = Text("besök", "visits")
    >>> str(besök)
    'besök'
    >>> besök.in_language(Language.EN)
    'visits'
    """

    sv: str
    en: str

    def in_language(self, language: Language) -> str:
        """The wording in one language."""
        return self.sv if language is Language.SV else self.en

    def __str__(self) -> str:
        return self.sv


def same(word: str) -> Text:
    """A word that is the same in both languages, such as a code or a file name."""
    return Text(word, word)


def in_language(language: Language, sv: str, en: str) -> str:
    """One of two wordings, where making a :class:`Text` of them would only be in the way."""
    return sv if language is Language.SV else en
