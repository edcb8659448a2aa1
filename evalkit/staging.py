"""Outputs appear whole or not at all.

A folder is written aside, next to where it will be, and renamed when it is complete. A run that is
killed leaves at most a hidden ``.NAME.partial-…`` folder, which the next run to the same place removes.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from evalkit.artifacts import MANIFEST
from evalkit.errors import Place, Problem, ReportError
from evalkit.language import Text


@contextmanager
def staged(out: Path) -> Iterator[Path]:
    """Yield an empty folder that becomes ``out`` when the block ends without an error.

    Raises
    ------
    ReportError
        When ``out`` holds something that evalkit did not make, or cannot be written. Checked first,
        before any work is done.
    """
    out = Path(os.path.abspath(out))  # noqa: PTH100 - resolve() would follow a link and rename its target
    _check(out)
    partial = out.with_name(f".{out.name}.partial-{os.getpid()}")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        _remove_leftovers(out)
        partial.mkdir()
    except OSError as error:
        raise ReportError(_unwritable(out)) from error
    try:
        yield partial
        _swap(partial, out)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _check(out: Path) -> None:
    if not out.exists() and not out.is_symlink():
        return
    if out.is_dir() and not out.is_symlink() and (not any(out.iterdir()) or (out / MANIFEST).is_file()):
        return
    raise ReportError(
        Problem(
            code="out_occupied",
            what=Text(
                "Utdatamappen innehåller något som evalkit inte har skapat.",
                "The output folder holds something that evalkit did not make.",
            ),
            place=Place(file=out.name),
            accepted=Text(
                "en mapp som inte finns, är tom eller innehåller en tidigare rapport",
                "a folder that does not exist, is empty or holds an earlier report",
            ),
            next_step=Text("Ange en annan mapp med --out.", "Name another folder with --out."),
        )
    )


def _unwritable(out: Path) -> Problem:
    return Problem(
        code="out_unwritable",
        what=Text("Det går inte att skriva i utdatamappen.", "The output folder cannot be written."),
        place=Place(file=out.name),
        accepted=Text("en mapp som du får skriva i", "a folder that you may write in"),
        next_step=Text("Ange en annan mapp med --out.", "Name another folder with --out."),
    )


def _remove_leftovers(out: Path) -> None:
    for leftover in out.parent.glob(f".{out.name}.partial-*"):
        if not _is_alive(leftover.name.rpartition("-")[2]):
            shutil.rmtree(leftover, ignore_errors=True)
    for replaced in out.parent.glob(f".{out.name}.replaced-*"):
        if not _is_alive(replaced.name.rpartition("-")[2]):
            _restore_or_remove(replaced, out)


def _restore_or_remove(replaced: Path, out: Path) -> None:
    """A run killed between the two renames left the earlier report aside: put it back."""
    if out.exists():
        shutil.rmtree(replaced, ignore_errors=True)
    else:
        replaced.rename(out)


def _is_alive(process: str) -> bool:
    if not process.isdigit() or os.name == "nt":
        return False
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _swap(partial: Path, out: Path) -> None:
    replaced = out.with_name(f".{out.name}.replaced-{os.getpid()}")
    if out.exists():
        out.rename(replaced)
    try:
        partial.rename(out)
    except OSError:
        with suppress(OSError):
            replaced.rename(out)
        raise
    shutil.rmtree(replaced, ignore_errors=True)
