"""Lines of text that remember where they came from, with includes put in place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from evalkit.errors import Place, Problem, ProblemLog
from evalkit.language import Text

_FENCE = re.compile(r"^ {0,3}(?P<mark>`{3,}|~{3,})\s*(?P<info>[^`]*)$")
_INCLUDE = re.compile(r"^\s*\{\{<\s*include\s+(?P<file>\S+)\s*>\}\}\s*$")


@dataclass(frozen=True, slots=True)
class Line:
    """One line and its place, ``file:number``. What a cell printed has the place of the cell."""

    text: str
    place: str


@dataclass(frozen=True, slots=True)
class Fence:
    """An opening code fence: its mark and what stands after it (``{python}``)."""

    mark: str
    info: str

    def closed_by(self, text: str) -> bool:
        """Whether ``text`` is the line that ends this fence."""
        match = _FENCE.match(text)
        return match is not None and match["mark"].startswith(self.mark) and not match["info"].strip()


def opening_fence(text: str) -> Fence | None:
    """The fence that ``text`` opens, if it is one."""
    match = _FENCE.match(text)
    return Fence(match["mark"], match["info"].strip()) if match else None


def read_lines(project: Path, file: str, log: ProblemLog) -> list[Line]:
    """The lines of ``file`` with every include expanded; problems are noted in ``log``."""
    return list(_expand(project, (project / file).resolve(), (), log))


def _expand(project: Path, path: Path, above: tuple[Path, ...], log: ProblemLog) -> Iterator[Line]:
    name = path.relative_to(project.resolve()).as_posix()
    fence: Fence | None = None
    for number, text in enumerate(path.read_text("utf-8-sig").replace("\r\n", "\n").split("\n"), 1):
        line = Line(text, f"{name}:{number}")
        include = _INCLUDE.match(text) if fence is None else None
        if include:
            yield from _included(project, path.parent / include["file"], (*above, path), line, log)
            continue
        fence = _next_fence(fence, text)
        yield line


def _next_fence(fence: Fence | None, text: str) -> Fence | None:
    if fence is None:
        return opening_fence(text)
    return None if fence.closed_by(text) else fence


def _included(project: Path, target: Path, above: tuple[Path, ...], line: Line, log: ProblemLog) -> Iterator[Line]:
    path = target.resolve()
    if path in above:
        log.add(_include_problem("include_circular", "filen inkluderar sig själv", "the file includes itself", line))
    elif not path.is_relative_to(project.resolve()):
        log.add(_include_problem("include_outside", "filen ligger utanför projektet", "the file is outside it", line))
    elif not path.is_file():
        log.add(_include_problem("include_missing", "filen finns inte", "the file does not exist", line))
    else:
        yield from _expand(project, path, above, log)


def _include_problem(code: str, swedish: str, english: str, line: Line) -> Problem:
    return Problem(
        code,
        Text(f"include kan inte utföras: {swedish}", f"the include cannot be done: {english}"),
        Place(line.place),
        Text("en .qmd-fil i projektets mapp", "a .qmd file in the project's folder"),
        Text("rätta filnamnet efter include", "correct the file name after include"),
    )
