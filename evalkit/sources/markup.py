"""XML as every writer may write it, made alike, so that plain patterns find what they look for."""

from __future__ import annotations

import re

# Fast to look for; text between tags may look alike, and is then only made alike in vain.
_UNUSUAL = re.compile(rb"='|\s=|=\s")
_ATTRIBUTE = re.compile(rb"\s*=\s*(?:'([^'<]*)'|\"([^\"<]*)\")")


def plain_attributes(markup: bytes) -> bytes:
    """The mark-up with every attribute as ``name="value"``.

    XML 1.0, productions 3, 10, 25 and 41, also lets in apostrophes, and blanks around the equals sign.

    Examples
    --------
    >>> from evalkit.sources.markup import plain_attributes
    >>> plain_attributes(b"<c r = 'A1' t='e'>")
    b'<c r="A1" t="e">'
    """
    return _ATTRIBUTE.sub(_plain, markup) if _UNUSUAL.search(markup) else markup


def _plain(match: re.Match[bytes]) -> bytes:
    within = match[2] if match[1] is None else match[1].replace(b'"', b"&quot;")
    return b'="' + within + b'"'
