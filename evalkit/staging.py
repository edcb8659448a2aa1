"""Outputs appear whole or not at all.

A folder is written aside, next to where it will be, and renamed when it is complete. What a killed run
leaves behind (``.NAME.partial``, ``.NAME.replaced``, ``.NAME.lock``) the next run to the same place clears
away, and an earlier report that it had put aside comes back.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from evalkit.artifacts import MANIFEST, digests
from evalkit.errors import Place, Problem, ReportError
from evalkit.language import Text

# What file managers leave in every folder that somebody looks at.
_LITTER = frozenset({".DS_Store", "Thumbs.db", "desktop.ini"})


@contextmanager
def staged(out: Path) -> Iterator[Path]:
    """Yield an empty folder that becomes ``out`` when the block ends without an error.

    Raises
    ------
    ReportError
        When ``out`` holds something that evalkit did not make, holds the folder one stands in, is being
        written by another run, or cannot be written. Checked first, before any work is done.
    """
    try:
        out = out.resolve()
        _check(out)
        missing = [folder for folder in (out.parent, *out.parent.parents) if not folder.exists()]
        out.parent.mkdir(parents=True, exist_ok=True)
    except (OSError, RuntimeError) as error:  # a loop of links is a RuntimeError
        raise ReportError(_unwritable(out)) from error
    try:
        with _alone(out):
            yield from _filled(out)
    finally:
        if not out.exists():
            _remove_empty(missing)


def _filled(out: Path) -> Iterator[Path]:
    partial = _beside(out, "partial")
    try:
        _settle(out)
        partial.mkdir()
    except OSError as error:
        raise ReportError(_unwritable(out)) from error
    try:
        yield partial
        _check(out)
        _swap(partial, out)
    finally:
        _settle(out)


def _beside(out: Path, word: str) -> Path:
    return out.with_name(f".{out.name}.{word}")


def _settle(out: Path) -> None:
    """Clear away what a run has left, and put back a report that it had moved but not replaced."""
    shutil.rmtree(_beside(out, "partial"), ignore_errors=True)
    replaced = _beside(out, "replaced")
    if replaced.exists() and not out.exists():
        replaced.rename(out)
    shutil.rmtree(replaced, ignore_errors=True)


def _swap(partial: Path, out: Path) -> None:
    try:
        if out.exists():
            out.rename(_beside(out, "replaced"))
        partial.rename(out)
    except OSError as error:
        raise ReportError(_in_use(out)) from error


def _remove_empty(folders: list[Path]) -> None:
    with suppress(OSError):
        for folder in folders:
            folder.rmdir()


@contextmanager
def _alone(out: Path) -> Iterator[None]:
    """Hold the place for one run; the system lets go of it when the process ends, however it ends."""
    path = _beside(out, "lock")
    try:
        handle = path.open("ab")
    except OSError as error:
        raise ReportError(_unwritable(out)) from error
    with handle:
        if not _take(handle, path):
            raise ReportError(_busy(out))
        try:
            yield
        finally:
            if sys.platform != "win32":  # removed while held, so that nobody holds a file that is gone
                path.unlink(missing_ok=True)
    if sys.platform == "win32":
        with suppress(OSError):
            path.unlink()


def _take(handle: IO[bytes], path: Path) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(handle.fileno(), msvcrt.LK_NBLCK, 1)
            return True
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return os.path.samestat(os.fstat(handle.fileno()), path.stat())
    except OSError:
        return False


def _check(out: Path) -> None:
    if not out.name or out.is_file():
        raise ReportError(_is_file(out))
    if not out.exists():
        return
    if Path.cwd().resolve().is_relative_to(out):
        raise ReportError(_standing_in(out))
    foreign = _foreign(out)
    if foreign:
        raise ReportError(_occupied(out, foreign[0]))


def _foreign(out: Path) -> list[str]:
    """What is in the folder that no run wrote there, or that is no longer as it was written."""
    known = _own_files(out)
    changed = [name for name, digest in digests(out).items() if known.get(name) != digest]
    links = [path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_symlink()]
    return sorted(name for name in {*changed, *links} if Path(name).name not in _LITTER)


def _own_files(out: Path) -> dict[str, str]:
    """The files that an earlier run wrote here, with their digests."""
    try:
        manifest = json.loads((out / MANIFEST).read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except ValueError:
        raise ReportError(_occupied(out, MANIFEST)) from None
    if not isinstance(manifest, dict) or not str(manifest.get("made_by", "")).startswith("evalkit "):
        raise ReportError(_occupied(out, MANIFEST))
    files = manifest.get("files")
    return dict(files) if isinstance(files, dict) else {}


def _occupied(out: Path, name: str) -> Problem:
    return Problem(
        code="out_occupied",
        what=Text(
            "Utdatamappen innehåller något som evalkit inte har skapat, eller som har ändrats sedan dess.",
            "The output folder holds something that evalkit did not make, or that has been changed since.",
        ),
        place=Place(file=f"{out.name}/{name}"),
        accepted=Text(
            "en mapp som inte finns, är tom eller bara innehåller en tidigare rapport",
            "a folder that does not exist, is empty or holds nothing but an earlier report",
        ),
        next_step=Text("Flytta undan det, eller ange en annan mapp.", "Move it away, or name another folder."),
    )


def _is_file(out: Path) -> Problem:
    return Problem(
        code="out_is_file",
        what=Text("Utdatamappen är en fil eller saknar namn.", "The output folder is a file or has no name."),
        place=Place(file=out.name or str(out)),
        accepted=Text("namnet på en mapp", "the name of a folder"),
        next_step=Text("Ange en mapp med --out.", "Name a folder with --out."),
    )


def _standing_in(out: Path) -> Problem:
    return Problem(
        code="out_is_here",
        what=Text(
            "Utdatamappen är den mapp du står i, och den kan inte bytas ut.",
            "The output folder is the one you stand in, which cannot be replaced.",
        ),
        place=Place(file=out.name),
        accepted=Text("en annan mapp, till exempel --out ut", "another folder, such as --out out"),
        next_step=Text("Ange en annan mapp med --out.", "Name another folder with --out."),
    )


def _busy(out: Path) -> Problem:
    return Problem(
        code="out_busy",
        what=Text("En annan körning skriver till samma mapp just nu.", "Another run is writing to the same folder."),
        place=Place(file=out.name),
        accepted=Text("en körning åt gången till samma mapp", "one run at a time to the same folder"),
        next_step=Text("Vänta tills den är klar, eller ange en annan mapp.", "Wait for it, or name another folder."),
    )


def _in_use(out: Path) -> Problem:
    return Problem(
        code="out_in_use",
        what=Text(
            "Den tidigare rapporten kunde inte bytas ut. Den ligger kvar oförändrad.",
            "The earlier report could not be replaced. It is still there, unchanged.",
        ),
        place=Place(file=out.name),
        accepted=Text("en mapp där ingen fil är öppen i ett annat program", "a folder with no file open elsewhere"),
        next_step=Text("Stäng rapporten i andra program och kör igen.", "Close the report elsewhere and run again."),
    )


def _unwritable(out: Path) -> Problem:
    return Problem(
        code="out_unwritable",
        what=Text("Det går inte att skriva i utdatamappen.", "The output folder cannot be written."),
        place=Place(file=out.name),
        accepted=Text("en mapp som du får skriva i", "a folder that you may write in"),
        next_step=Text("Ange en annan mapp med --out.", "Name another folder with --out."),
    )


def place(path: Path, content: bytes) -> Path:
    """Write one file aside and rename it, so that it is there whole or not at all; returns ``path``.

    A file that evalkit wrote there, or that already has this content, may be replaced; any other is left alone.

    Raises
    ------
    ReportError
        When something else is there, or the place cannot be written.
    """
    partial = _beside(path, "partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_dir() or (path.exists() and not _may_replace(path, content)):
            raise ReportError(_file_occupied(path))
        partial.write_bytes(content)
        partial.replace(path)
    except OSError as error:
        raise ReportError(_unwritable(path)) from error
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
    return path


_OWN_PAGE = b'<meta name="generator" content="evalkit">'
_HEAD_OF_PAGE = 1024


def _may_replace(path: Path, content: bytes) -> bool:
    there = path.read_bytes()
    return there == content or _OWN_PAGE in there[:_HEAD_OF_PAGE]


def _file_occupied(path: Path) -> Problem:
    return Problem(
        code="file_occupied",
        what=Text(
            "Det finns redan något på platsen, och det skrivs inte över.",
            "There is something in that place already, and it is not written over.",
        ),
        place=Place(file=path.name),
        accepted=Text(
            "ett filnamn som inte finns, eller en oförändrad fil från evalkit",
            "a file name that does not exist, or an unchanged file from evalkit",
        ),
        next_step=Text("Flytta undan filen, eller ange ett annat namn.", "Move the file, or give another name."),
    )
