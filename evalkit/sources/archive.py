"""A zip archive of data files, read from memory. An archive with anything odd in it is refused whole."""

from __future__ import annotations

import re
import stat
import unicodedata
import zipfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import PurePosixPath

from evalkit.errors import Problem, ProblemLog
from evalkit.sources import archive_problems, problems
from evalkit.sources.packages import (
    DamagedPackageError,
    OversizedPackageError,
    Package,
    is_encrypted,
    open_package,
    readable_name,
)
from evalkit.sources.tables import Payload

_DRIVE = re.compile(r"[A-Za-z]:")
_LITTER_FOLDERS = frozenset({"__MACOSX", ".git", "@eaDir"})
_DEEPEST = 2  # a file, or a folder and a file
ARCHIVE = ".zip"


def archive_members(payload: Payload, is_data: Callable[[str], bool], log: ProblemLog) -> Iterator[tuple[str, bytes]]:
    """Path and bytes of every data file, one at a time.

    Parameters
    ----------
    is_data
        Whether a file of this name is one to read; others (notes, litter) are passed over.
    log
        Told why the archive is refused, in which case nothing is yielded.
    """
    package = _open(payload, log)
    if package is None:
        return
    files = [(path, member) for member in package.members if (path := _path(member)) and not _is_litter(path)]
    faults = list(dict.fromkeys(_faults(files, payload.name, is_data)))
    wanted = [(path, member) for path, member in files if is_data(path.name)]
    if not faults and not wanted:
        faults.append(archive_problems.nothing_inside(payload.name))
    log.extend(faults)
    if faults:
        return
    for path, member in sorted(wanted, key=lambda item: item[0]):
        try:
            content = package.read(member)
        except DamagedPackageError:
            log.add(problems.corrupt(payload.name, "ZIP"))
            return
        yield str(path), content


def _open(payload: Payload, log: ProblemLog) -> Package | None:
    if not payload.content:
        log.add(problems.zero_bytes(payload.name))
        return None
    try:
        return open_package(payload.content)
    except OversizedPackageError:
        log.add(problems.too_large(payload.name))
    except DamagedPackageError:
        log.add(problems.corrupt(payload.name, "ZIP"))
    return None


def _path(member: zipfile.ZipInfo) -> PurePosixPath:
    # The name as the archive has it, since zipfile cuts at a NUL and turns backslashes only on Windows.
    name = unicodedata.normalize("NFC", readable_name(member)).replace("\\", "/")
    return PurePosixPath(name)


def _is_litter(path: PurePosixPath) -> bool:
    """What file managers put into archives unasked."""
    return bool(_LITTER_FOLDERS & set(path.parts)) or path.name.startswith("._")


def _faults(
    files: Iterable[tuple[PurePosixPath, zipfile.ZipInfo]], name: str, is_data: Callable[[str], bool]
) -> Iterator[Problem]:
    seen: set[str] = set()
    for path, member in files:
        if path.is_absolute() or ".." in path.parts or _DRIVE.match(str(path)) or "\0" in member.orig_filename:
            yield archive_problems.outside(name)
        if stat.S_ISLNK(member.external_attr >> 16):
            yield archive_problems.link(name)
        if is_encrypted(member):
            yield archive_problems.encrypted(name)
        if path.suffix.lower() in {ARCHIVE, ".7z", ".rar", ".gz", ".tar", ".tgz"}:
            yield archive_problems.nested(name)
        if len(path.parts) > _DEEPEST and is_data(path.name):
            yield archive_problems.deep(name)
        folded = str(path).casefold()
        if folded in seen:
            yield archive_problems.doubled(name)
        seen.add(folded)
