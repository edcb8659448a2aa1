"""The few Markdown shapes that chapters are made of."""

from __future__ import annotations

import re
from collections.abc import Iterable

# All white space but the one that holds the digits of a number together.
_SPACES = re.compile(r"[^\S\u00a0]+")
_SPECIAL = ("\\", "*", "_", "`", "<", "[", "$", "^", "~", "@", "#", "|")


def plain(text: str) -> str:
    r"""Text from a plan or a code book, made safe: it is never read as markup.

    >>> from evalkit.markdown import plain
    >>> plain("a_b <script>")
    'a\\_b \\<script>'
    """
    for mark in _SPECIAL:
        text = text.replace(mark, "\\" + mark)
    return _SPACES.sub(" ", text).strip(" ")


def bullets(items: Iterable[str]) -> str:
    """A bullet list."""
    return "\n".join(f"- {item}" for item in items)


def box(kind: str, title: str, body: str) -> str:
    """A box of our own: a fenced div that both engines and all formats carry."""
    return f'::: {{.ruta .{kind} role="note" aria-label="{title}"}}\n**{title}**\n\n{body}\n:::'


def paragraphs(*parts: str) -> str:
    """Blocks with a blank line between; empty ones are left out."""
    return "\n\n".join(part for part in parts if part)
