"""Swedish and English words for columns, kept as data, and how a heading is compared with them."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from evalkit import resources

_SPLIT = re.compile(r"[^0-9A-Za-zÅÄÖåäöÉé]+|(?<=[a-zåäö])(?=[A-ZÅÄÖ])")
_PREFIX = re.compile(r"^(?:str|dat|int|rec|bol|num|txt|fld)(?=[A-ZÅÄÖ])")
_CLOSE = 0.84
_SHORTEST_PART = 4


@dataclass(frozen=True, slots=True)
class Words:
    """What columns are called: by target column, by what must be dropped, and by table."""

    columns: Mapping[str, tuple[str, ...]]
    personal: tuple[str, ...]
    free_text: tuple[str, ...]


@lru_cache(maxsize=1)
def words() -> Words:
    """The word lists that come with evalkit."""
    import yaml

    content = yaml.safe_load((resources.data_contracts() / "synonyms.yaml").read_text("utf-8"))
    return Words(
        columns={name: tuple(folded(word) for word in listed) for name, listed in content["columns"].items()},
        personal=tuple(folded(word) for word in content["personal"]),
        free_text=tuple(folded(word) for word in content["free_text"]),
    )


@lru_cache(maxsize=4096)
def folded(heading: str) -> str:
    """A heading as lower-case words: ``datHaendelseDatum`` and ``Händelse-datum`` are the same.

    Examples
    --------
    >>> from evalkit.mappings.synonyms import folded
    >>> folded("datHaendelseDatum"), folded("Händelse-datum ")
    ('händelse datum', 'händelse datum')
    """
    plain = unicodedata.normalize("NFC", _PREFIX.sub("", heading.strip()))
    text = " ".join(part.lower() for part in _SPLIT.split(plain) if part)
    for written, letter in (("aa", "å"), ("ae", "ä"), ("oe", "ö")):
        text = text.replace(written, letter)
    return text


@lru_cache(maxsize=65536)
def match(heading: str, column: str) -> float:
    """How well a heading fits a target column: 1 for a known word, less for one that is like it."""
    wanted = folded(heading)
    known = (*words().columns.get(column, ()), folded(column))
    if wanted in known:
        return 1.0
    joined = wanted.replace(" ", "")
    return max((_likeness(joined, word.replace(" ", "")) for word in known), default=0.0)


def _likeness(one: str, other: str) -> float:
    """The share of letters in common and in order, or 0 when the words are not close. Cheap bounds come first."""
    found = difflib.SequenceMatcher(None, one, other)
    if min(found.real_quick_ratio(), found.quick_ratio()) < _CLOSE:
        return 0.0
    ratio = found.ratio()
    return ratio if ratio >= _CLOSE else 0.0


def is_personal(heading: str) -> bool:
    """Whether a heading names something that points at a person, a business, a property or a case."""
    return _has_word(folded(heading), words().personal)


def is_free_text(heading: str) -> bool:
    """Whether a heading names something that is written freely."""
    return _has_word(folded(heading), words().free_text)


def _has_word(text: str, listed: tuple[str, ...]) -> bool:
    parts = text.split()
    joined = text.replace(" ", "")
    return any(
        word in parts
        or joined == word.replace(" ", "")
        or (len(word) > _SHORTEST_PART and word.replace(" ", "") in joined)
        for word in listed
    )
