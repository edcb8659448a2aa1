"""Put finished files in place: every one of them, or none."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

from evalkit.render.formats import Format


def publish(files: Mapping[Format, Path], out: Path) -> dict[Format, Path]:
    """Copy ``files`` into ``out`` under their own names.

    Everything is copied aside first, on the same disk, and then renamed, so that an interrupted copy
    never leaves half a report under its final name.
    """
    out.mkdir(parents=True, exist_ok=True)
    partial = {format_: out / f".partial-{file.name}" for format_, file in files.items()}
    try:
        for format_, file in files.items():
            shutil.copyfile(file, partial[format_])
        return {format_: partial[format_].replace(out / file.name) for format_, file in files.items()}
    finally:
        for file in partial.values():
            file.unlink(missing_ok=True)
