"""One part of a mapping file under reading: typed values by key, every fault noted and none stopping it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from evalkit.errors import ProblemLog
from evalkit.language import Text
from evalkit.mappings import faults
from evalkit.mappings.document import Node
from evalkit.mappings.model import Ref

_Word = TypeVar("_Word", bound=StrEnum)
_ONE_TEXT = Text("en text", "a text")
_BOTH = Text("”sv” och ”en” med var sin text", "'sv' and 'en' with a text each")
_LIST = Text("en lista med texter", "a list of texts")
_REF = Text("tabell.kolumn", "table.column")


@dataclass(frozen=True, slots=True)
class Part:
    """The keys of one mapping in the file; ``where`` names it in messages."""

    node: Node
    file: str
    where: str
    log: ProblemLog

    @property
    def line(self) -> int:
        """The first line."""
        return self.node.line

    @property
    def _children(self) -> Mapping[str, Node]:
        return self.node.value if isinstance(self.node.value, Mapping) else {}

    def keys(self, *known: str) -> None:
        """Note every key that is not known."""
        for key, child in self._children.items():
            if key not in known:
                self.log.add(faults.unknown_key(self.file, key, known, line=child.line, where=self.where))

    def has(self, key: str) -> bool:
        """Whether the key is there with a value."""
        child = self._children.get(key)
        return child is not None and child.value is not None

    def line_of(self, key: str) -> int:
        """The line of a key, or of the part when the key is not there."""
        return self._children[key].line if key in self._children else self.line

    def text(self, key: str) -> str:
        """A text that has to be there."""
        return self._text(key, required=True) or ""

    def optional_text(self, key: str) -> str | None:
        """A text, or nothing."""
        return self._text(key, required=False)

    def _text(self, key: str, *, required: bool) -> str | None:
        if not self.has(key):
            if required:
                self.log.add(faults.missing_key(self.file, key, line=self.line, where=self.where))
            return None
        value = self._children[key].value
        if isinstance(value, str) and value.strip():
            return value
        self._fault(key, _ONE_TEXT)
        return None

    def _fault(self, key: str, accepted: Text) -> None:
        self.log.add(faults.wrong_form(self.file, key, accepted, line=self.line_of(key), where=self.where))

    def truth(self, key: str) -> bool:
        """``true`` or ``false``; false when it is not there."""
        value = self._children[key].value if self.has(key) else False
        if not isinstance(value, bool):
            self._fault(key, Text("true eller false", "true or false"))
            return False
        return value

    def width(self, key: str) -> int | None:
        """A small whole number, or nothing."""
        value = self.optional_text(key)
        if value is None:
            return None
        if value.isdecimal() and 1 <= int(value) <= 20:  # noqa: PLR2004 - no code is wider
            return int(value)
        self._fault(key, Text("ett heltal från 1 till 20", "a whole number from 1 to 20"))
        return None

    def word(self, key: str, words: type[_Word], default: _Word) -> _Word:
        """One of a closed list of words."""
        value = self.optional_text(key)
        if value is None:
            return default
        if value in set(words):
            return words(value)
        self.unknown(value, [item.value for item in words], key, "unknown_word")
        return default

    def unknown(self, word: str, known: Iterator[str] | list[str] | tuple[str, ...], key: str, code: str) -> None:
        """Note a word that is none of those that exist."""
        found = faults.unknown_word(
            self.file, word, tuple(known), line=self.line_of(key), where=self.where, code=code
        )  # fmt: skip
        self.log.add(found)

    def both(self, key: str) -> Text:
        """A text in both languages."""
        if not self.has(key):
            self.log.add(faults.missing_key(self.file, key, line=self.line, where=self.where))
            return Text("", "")
        part = self.part(key)
        part.keys("sv", "en")
        sv, en = part.optional_text("sv"), part.optional_text("en")
        if sv is None or en is None:
            self._fault(key, _BOTH)
        return Text(sv or "", en or "")

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts, or one text; empty when it is not there."""
        if not self.has(key):
            return ()
        value = self._children[key].value
        if isinstance(value, str):
            return (value,)
        items = value if isinstance(value, tuple) else ()
        found = tuple(text for item in items if (text := _written(item)) is not None)
        if not isinstance(value, tuple) or len(found) != len(value):
            self._fault(key, _LIST)
        return found

    def codes(self, key: str) -> dict[str, str]:
        """From code to code."""
        value = self._children[key].value if self.has(key) else {}
        found = dict(value) if isinstance(value, Mapping) else {}
        texts = {word: text for word, item in found.items() if (text := _written(item)) is not None}
        if not isinstance(value, Mapping) or len(texts) != len(found):
            self._fault(key, Text("en rad per kod: ”källans kod: kontraktets kod”", "a row per code: 'from: to'"))
        return texts

    def code_line(self, key: str, code: str) -> int:
        """The line of one code of a code table."""
        value = self._children[key].value if self.has(key) else None
        return value[code].line if isinstance(value, Mapping) and code in value else self.line_of(key)

    def part(self, key: str) -> Part:
        """The keys under a key."""
        child = self._children.get(key, Node({}, self.line))
        if not isinstance(child.value, Mapping):
            self._fault(key, Text("nycklar under nyckeln", "keys under the key"))
            child = Node({}, child.line)
        return Part(child, self.file, f"{self.where}.{key}".lstrip("."), self.log)

    def parts(self, key: str, *, required: bool = False) -> list[Part]:
        """The entries of a list."""
        if not self.has(key):
            if required:
                self.log.add(faults.missing_key(self.file, key, line=self.line, where=self.where))
            return []
        value = self._children[key].value
        items = value if isinstance(value, tuple) else ()
        if not isinstance(value, tuple) or not all(isinstance(item.value, Mapping) for item in items):
            self._fault(key, Text("en lista med poster", "a list of entries"))
        named = ((place, item) for place, item in enumerate(items, start=1) if isinstance(item.value, Mapping))
        return [Part(item, self.file, f"{self.where}.{key} {place}".lstrip("."), self.log) for place, item in named]

    def refs(self, key: str) -> tuple[Ref, ...]:
        """One or several columns of source tables, written ``table.column``."""
        return tuple(ref for text in self.texts(key) if (ref := self._ref(key, text)) is not None)

    def ref(self, key: str) -> Ref:
        """One column of a source table."""
        found = self.refs(key)
        if len(found) == 1:
            return found[0]
        if not found and not self.has(key):
            self.log.add(faults.missing_key(self.file, key, line=self.line, where=self.where))
        elif found:
            self._fault(key, _REF)
        return Ref("", "")

    def _ref(self, key: str, text: str) -> Ref | None:
        table, dot, column = text.partition(".")
        if dot and table and column:
            return Ref(table, column)
        self._fault(key, _REF)
        return None


def _written(node: Node) -> str | None:
    """A scalar as text; an unquoted ``true`` among codes is a code."""
    if isinstance(node.value, bool):
        return str(node.value).lower()
    return node.value if isinstance(node.value, str) else None
