"""From bytes to text: UTF-8, or Windows-1252 as a stated assumption, or nothing."""

from __future__ import annotations

import codecs

from evalkit.errors import ProblemLog
from evalkit.language import Text
from evalkit.sources import problems
from evalkit.sources.tables import Payload

_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_NUL_SHARE_OF_UTF16 = 0.25
_MARK = "\ufeff"
# Letters and signs of Swedish administrative text. Not in it: what å, ä, ö of other old encodings
# (MacRoman, DOS 850: their ö is ”, their Ö is …) or halves of broken UTF-8 look like when read as Windows-1252.
_PLAUSIBLE = frozenset("åäöÅÄÖéÉèÈüÜáÁàÀæÆøØëïôçñ\u00a0–—’§°½×±²³")

_WINDOWS_1252 = Text(
    "Teckenkodningen är Windows-1252, eftersom filen inte är UTF-8.",
    "The encoding is Windows-1252, since the file is not UTF-8.",
)


def decode(payload: Payload, log: ProblemLog) -> tuple[str | None, tuple[Text, ...]]:
    """The text with line feeds as its only line ends, and what was taken for granted; ``None`` when it is no text."""
    content = payload.content
    if not content.removeprefix(codecs.BOM_UTF8).strip():
        log.add(problems.zero_bytes(payload.name))
        return None, ()
    if content.startswith(_UTF16_MARKS) or b"\0" in content:
        utf16 = content.startswith(_UTF16_MARKS) or _looks_utf16(content)
        log.add(problems.wrong_encoding(payload.name, utf16=True) if utf16 else problems.binary(payload.name))
        return None, ()
    if (text := _utf8(content)) is not None:
        return _lines(text), ()
    if (text := _windows(content)) is not None:
        return _lines(text), (_WINDOWS_1252,)
    log.add(problems.wrong_encoding(payload.name, utf16=False))
    return None, ()


def _utf8(content: bytes) -> str | None:
    # Programs that each put a byte order mark in front leave several of them.
    try:
        return content.decode("utf-8").lstrip(_MARK)
    except UnicodeDecodeError:
        return None


def _windows(content: bytes) -> str | None:
    try:
        text = content.decode("cp1252")
    except UnicodeDecodeError:
        return None
    return text if _is_plausible(text) else None


def _looks_utf16(content: bytes) -> bool:
    """Text in UTF-16 without a mark has a NUL as every other byte, nearly."""
    sample = content[:4096]
    uneven = abs(sample[0::2].count(0) - sample[1::2].count(0))
    return uneven > _NUL_SHARE_OF_UTF16 * len(sample)


def _is_plausible(text: str) -> bool:
    return all(sign in _PLAUSIBLE or "\x1f" < sign < "\x7f" or sign in "\r\n\t" for sign in set(text))


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")
