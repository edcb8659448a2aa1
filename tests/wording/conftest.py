"""What every sentence must be, in either language."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from evalkit.language import Language
from evalkit.wording import forbidden_words

_NOT_A_WORD = re.compile(r"\b(?:nan|NaN|inf|None|null|True|False)\b|[{}\[\]<>]|Text\(")
_ENGLISH_NONE = re.compile(r"\bNone (?:recorded|were)\b")
_POINT_AS_DECIMAL = re.compile(r"[0-9]\.[0-9]")
_COMMA_AS_DECIMAL = re.compile(r"[0-9],[0-9](?![0-9]{2})")
_CAUSE = re.compile(
    r"\b(?:orsakade|tack vare|ledde till|effekten av (?!någon av dem)|berodde på|caused|because of|led to|"
    r"the effect of (?!either))",
    re.IGNORECASE,
)


def faults(text: str, language: Language) -> list[str]:
    """What is wrong with a sentence, or with several."""
    found = []
    if _NOT_A_WORD.search(_ENGLISH_NONE.sub("", text)):
        found.append("something that is no word")
    if forbidden_words(text):
        found.append("forbidden words")
    if _CAUSE.search(text):
        found.append("a cause")
    if "  " in text or text != text.strip():
        found.append("stray blanks")
    if " ." in text or ".." in text or " ," in text:
        found.append("stray stops")
    if not text.endswith("."):
        found.append("no full stop")
    if not text[:1].isupper():
        found.append("no capital")
    found += _balance(text)
    wrong = _POINT_AS_DECIMAL if language is Language.SV else _COMMA_AS_DECIMAL
    if wrong.search(text):
        found.append("the other language's decimal mark")
    return found


def _balance(text: str) -> list[str]:
    depth = 0
    for letter in text:
        depth += {"(": 1, ")": -1}.get(letter, 0)
        if depth not in {0, 1}:
            return ["parentheses that do not match"]
    return ["parentheses that do not match"] if depth else []


@pytest.fixture(scope="session")
def faults_of() -> Callable[[str, Language], list[str]]:
    return faults
