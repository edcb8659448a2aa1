"""Text that a reader meets, in Swedish and in English, kept together so that neither can drift.

Swedish comes first everywhere: ``str(text)`` is the Swedish wording.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

_LOCALE_VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")


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


def language_of(environment: Mapping[str, str]) -> Language:
    """The language that an environment asks messages to be in: English where its locale is English, else Swedish.

    The first of ``LC_ALL``, ``LC_MESSAGES`` and ``LANG`` that is not empty decides (POSIX.1-2017, base
    definitions, 8.2). Swedish is the answer to ``C``, to every other language and to no answer.

    Examples
    --------
    >>> from evalkit.language import language_of
    >>> language_of({"LANG": "en_GB.UTF-8"}).value, language_of({"LANG": "C"}).value
    ('en', 'sv')
    """
    chosen = next((value for name in _LOCALE_VARIABLES if (value := environment.get(name))), "")
    word = chosen.partition(".")[0].partition("@")[0].replace("-", "_").partition("_")[0]
    return Language.EN if word.lower() == Language.EN.value else Language.SV


def decimal_comma(number: float) -> str:
    """Four figures as Swedish writes them.

    >>> decimal_comma(0.05)
    '0,05'
    """
    return f"{number:.4g}".replace(".", ",")
