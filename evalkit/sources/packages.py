"""Zip containers, read from memory with bounded effort: archives of data files, and workbooks.

What a container says of itself is not believed. Sizes are checked before anything is unpacked, and
the unpacking stops as soon as a member turns out to be longer than it says. Nothing is ever written
to disk.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from evalkit.sources.limits import (
    FREE_UNPACKED_BYTES,
    MEBIBYTE,
    MOST_MEMBERS,
    MOST_TIMES_LARGER,
    MOST_UNPACKED_BYTES,
)

_LOCAL_HEADER = struct.Struct("<4s22xHH")
_LOCAL_SIGNATURE = b"PK\x03\x04"
_ENCRYPTED = 0x1
_UTF8 = 0x800
_DIRECTORY_ENTRY = b"PK\x01\x02"


class DamagedPackageError(Exception):
    """The container contradicts itself or cannot be unpacked. Holds nothing of its content."""


class OversizedPackageError(Exception):
    """The container would take more room than the limits allow."""


@dataclass(frozen=True, slots=True)
class Package:
    """An opened container: its bytes and its list of members."""

    content: bytes
    members: tuple[zipfile.ZipInfo, ...]

    @property
    def names(self) -> frozenset[str]:
        """The names of the members as the container has them."""
        return frozenset(member.filename for member in self.members)

    def member(self, name: str) -> zipfile.ZipInfo:
        """The member of this name.

        Raises
        ------
        DamagedPackageError
            When there is none.
        """
        for member in self.members:
            if member.filename == name:
                return member
        raise DamagedPackageError

    def read(self, member: zipfile.ZipInfo) -> bytes:
        """The whole member; see :meth:`chunks`."""
        return b"".join(self.chunks(member))

    def chunks(self, member: zipfile.ZipInfo) -> Iterator[bytes]:
        """The unpacked bytes, about a mebibyte at a time.

        Raises
        ------
        DamagedPackageError
            When the member is encrypted, packed in an unknown way, cut off, not as long as it says,
            or has another check sum than it says.
        """
        length, check = 0, 0
        for chunk in _unpacked(self._packed(member), member):
            length += len(chunk)
            if length > member.file_size:
                raise DamagedPackageError
            check = zlib.crc32(chunk, check)
            yield chunk
        if length != member.file_size or check != member.CRC:
            raise DamagedPackageError

    def _packed(self, member: zipfile.ZipInfo) -> memoryview:
        start = member.header_offset + _LOCAL_HEADER.size
        if member.header_offset < 0 or start > len(self.content):
            raise DamagedPackageError
        signature, name, extra = _LOCAL_HEADER.unpack_from(self.content, member.header_offset)
        start += name + extra
        packed = memoryview(self.content)[start : start + member.compress_size]
        if signature != _LOCAL_SIGNATURE or len(packed) != member.compress_size or is_encrypted(member):
            raise DamagedPackageError
        return packed


def open_package(content: bytes) -> Package:
    """Read the list of members and hold it against the limits; nothing is unpacked.

    Raises
    ------
    DamagedPackageError
        When the bytes are no zip container.
    OversizedPackageError
        When the members are too many, together too large, or shrank more than data do.

    Examples
    --------
    >>> import io, zipfile
    >>> from evalkit.sources.packages import open_package
    >>> buffer = io.BytesIO()
    >>> with zipfile.ZipFile(buffer, "w") as archive:
    ...     archive.writestr("units.csv", "unit_id")
    >>> package = open_package(buffer.getvalue())
    >>> package.read(package.member("units.csv"))
    b'unit_id'
    """
    # The list itself may be the bomb; entries within entries (a workbook, stored) are counted too, hence four times.
    if content.count(_DIRECTORY_ENTRY) > 4 * MOST_MEMBERS:
        raise OversizedPackageError
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = tuple(member for member in archive.infolist() if not member.is_dir())
    except (zipfile.BadZipFile, NotImplementedError, struct.error, ValueError, OverflowError, OSError):
        members = None
    if members is None:
        raise DamagedPackageError
    if len(members) > MOST_MEMBERS or sum(member.file_size for member in members) > MOST_UNPACKED_BYTES:
        raise OversizedPackageError
    if any(_shrank_too_much(member) for member in members):
        raise OversizedPackageError
    return Package(content, members)


def is_encrypted(member: zipfile.ZipInfo) -> bool:
    """Whether the member needs a password."""
    return bool(member.flag_bits & _ENCRYPTED)


def readable_name(member: zipfile.ZipInfo) -> str:
    """The member's name, also where an archive program left out that it is UTF-8.

    Old Swedish archives name å, ä and ö in code page 437 or 850, which agree on these letters.
    """
    if member.flag_bits & _UTF8:
        return member.filename
    try:
        return member.filename.encode("cp437").decode("utf-8")
    except UnicodeError:
        return member.filename


def _shrank_too_much(member: zipfile.ZipInfo) -> bool:
    large = member.file_size > FREE_UNPACKED_BYTES
    return large and member.file_size > MOST_TIMES_LARGER * max(member.compress_size, 1)


def _unpacked(packed: memoryview, member: zipfile.ZipInfo) -> Iterator[bytes]:
    if member.compress_type == zipfile.ZIP_STORED:
        yield from (bytes(packed[start : start + MEBIBYTE]) for start in range(0, len(packed), MEBIBYTE))
    elif member.compress_type == zipfile.ZIP_DEFLATED:
        yield from _inflated(packed)
    else:
        raise DamagedPackageError


def _inflated(packed: memoryview) -> Iterator[bytes]:
    stream = zlib.decompressobj(-zlib.MAX_WBITS)
    for start in range(0, len(packed), MEBIBYTE):
        rest: bytes | memoryview = packed[start : start + MEBIBYTE]
        while rest and not stream.eof:
            chunk = _step(stream, rest)
            rest = stream.unconsumed_tail
            if chunk:
                yield chunk
    while not stream.eof and (chunk := _step(stream, b"")):
        yield chunk
    if not stream.eof:
        raise DamagedPackageError


def _step(stream: zlib._Decompress, packed: bytes | memoryview) -> bytes:
    try:
        return stream.decompress(packed, MEBIBYTE)
    except zlib.error:
        raise DamagedPackageError from None
