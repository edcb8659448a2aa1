"""Writing the marked copies of a folder's files, all or none."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from evalkit import __version__, staging
from evalkit.artifacts import MANIFEST, digests
from evalkit.contracts import load_contracts
from evalkit.errors import Problem
from evalkit.feedback.model import Feedback
from evalkit.feedback.workbook import marked_workbook
from evalkit.language import Language
from evalkit.sources import RawTable

_PREFIX = "att_ratta_"
_MOST_ROWS = 200_000


@dataclass(frozen=True, slots=True)
class Marked:
    """The marked copies that were written, and the files with problems that have none."""

    written: tuple[Path, ...]
    unmarked: tuple[str, ...]


def write_marked(feedback: Feedback, raws: Sequence[RawTable], folder: Path, out: Path, language: Language) -> Marked:
    """Write a marked copy of every file that has a problem.

    Parameters
    ----------
    raws
        What was read from ``folder``; its files are never changed.
    out
        The folder to make. It may hold earlier copies that have not been edited since.

    Raises
    ------
    ReportError
        When ``out`` holds anything else, or cannot be written.
    """
    faulty = tuple(name for name in feedback.files if feedback.of_file(name))
    made = {name: content for name in faulty if (content := _copy(name, feedback, raws, folder, language)) is not None}
    unmarked = tuple(name for name in faulty if name not in made)
    if not made:
        return Marked((), unmarked)
    names = _copy_names(list(made))
    with staging.staged(out) as partial:
        for name, content in made.items():
            (partial / names[name]).write_bytes(content)
        manifest = {"made_by": f"evalkit {__version__}", "files": digests(partial)}
        (partial / MANIFEST).write_text(json.dumps(manifest, ensure_ascii=False, indent=1) + "\n", "utf-8")
    return Marked(tuple(out / names[name] for name in made), unmarked)


def _copy(name: str, feedback: Feedback, raws: Sequence[RawTable], folder: Path, language: Language) -> bytes | None:
    """The marked copy of one file; ``None`` when it could not be read, or is too long for a workbook."""
    mine = tuple(raw for raw in raws if raw.file == name)
    problems: Sequence[Problem] = feedback.of_file(name)
    if sum(raw.frame.height for raw in mine) > _MOST_ROWS:
        return None
    file = folder / name if (folder / name).is_file() else folder / "data" / name
    content = file.read_bytes() if file.suffix.lower() == ".xlsx" and mine and file.is_file() else None
    if content is None and (not mine or name.lower().endswith(".xlsx")):
        return None
    columns = [column for contract in load_contracts().values() for column in contract.names]
    return marked_workbook(content, mine, problems, columns, language)


def _copy_names(names: Sequence[str]) -> dict[str, str]:
    """``outcomes.csv`` becomes ``att_ratta_outcomes.xlsx``; files that differ in their ending keep it."""
    stems = [Path(name).stem.lower() for name in names]
    return {name: f"{_PREFIX}{_flat(name, alone=stems.count(Path(name).stem.lower()) == 1)}.xlsx" for name in names}


def _flat(name: str, *, alone: bool) -> str:
    return Path(name).stem if alone else Path(name).name
