"""A coded sentence: the shape of every refusal and every caveat."""

from __future__ import annotations

from dataclasses import dataclass

from evalkit.language import Text


@dataclass(frozen=True, slots=True)
class Statement:
    """A stable ``code`` for programs and tests, and the sentence for people.

    ``str(statement)`` is the Swedish sentence.
    """

    code: str
    text: Text

    def __str__(self) -> str:
        return str(self.text)
