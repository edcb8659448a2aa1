"""The Markdown of a document as one text to search, where every hit knows its file and line."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from evalkit.render.embedded.lines import Fence, Line, opening_fence

_CODE_SPAN = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)", re.DOTALL)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)


def _blank(match: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", match[0])


@dataclass(frozen=True, slots=True)
class Markup:
    """``text`` without code, at the same offsets as ``raw``, which still has its code spans.

    ``fences`` are the opening lines of the code blocks that were blanked out.
    """

    text: str
    raw: str
    fences: tuple[tuple[Fence, str], ...]
    _starts: tuple[int, ...]
    _places: tuple[str, ...]

    def place(self, offset: int) -> str:
        """``file:line`` of an offset."""
        return self._places[bisect_right(self._starts, offset) - 1]

    def hits(self, pattern: re.Pattern[str], *, raw: bool = False) -> Iterator[tuple[re.Match[str], str]]:
        """Every match outside code, with its place."""
        for match in pattern.finditer(self.raw if raw else self.text):
            yield match, self.place(match.start())


def read_markup(lines: Sequence[Line]) -> Markup:
    """Blank out code blocks, code spans and comments, keeping every offset."""
    prose: list[str] = []
    fences: list[tuple[Fence, str]] = []
    fence: Fence | None = None
    for line in lines:
        opened = opening_fence(line.text) if fence is None else None
        prose.append(line.text if fence is None and opened is None else "")
        if opened is not None:
            fences.append((opened, line.place))
            fence = opened
        elif fence is not None and fence.closed_by(line.text):
            fence = None
    raw = _COMMENT.sub(_blank, "\n".join(prose))
    starts = tuple(accumulate((len(text) + 1 for text in prose[:-1]), initial=0)) if prose else (0,)
    places = tuple(line.place for line in lines) or ("",)
    return Markup(_CODE_SPAN.sub(_blank, raw), raw, tuple(fences), starts, places)
