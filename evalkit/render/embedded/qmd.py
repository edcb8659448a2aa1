"""A .qmd document as values: front matter, prose, and cells with their options."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from evalkit.errors import Place, Problem, ProblemLog, known_names
from evalkit.language import Text
from evalkit.render.embedded.lines import Fence, Line, opening_fence, read_lines

_OPTION = re.compile(r"^#\|\s?(?P<yaml>.*)$")
_OPTION_KEY = re.compile(r"^(?P<key>[A-Za-z][\w.-]*)\s*:")
_SWITCHES = frozenset({"include", "echo", "eval", "warning", "error"})
_TEXTS = frozenset({"label", "fig-cap", "fig-alt", "tbl-cap"})
OPTIONS = _SWITCHES | _TEXTS | {"output"}


@dataclass(frozen=True, slots=True)
class Prose:
    """Markdown between cells."""

    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Cell:
    """A ``{python}`` cell: its code, its own options (not the defaults) and where it starts."""

    code: str
    options: Mapping[str, Any] = field(hash=False)
    place: str


@dataclass(frozen=True, slots=True)
class Document:
    """A document in reading order."""

    front: Mapping[str, Any] = field(hash=False)
    pieces: tuple[Prose | Cell, ...]

    @property
    def prose(self) -> tuple[Line, ...]:
        """Every line outside cells."""
        return tuple(line for piece in self.pieces if isinstance(piece, Prose) for line in piece.lines)


def read_document(project: Path, file: str, log: ProblemLog) -> Document:
    """Read ``file`` with its includes; what is wrong is noted in ``log``."""
    lines = read_lines(project, file, log)
    front, body = _split_front(lines, log)
    return Document(front, tuple(_pieces(body, log)))


def _split_front(lines: Sequence[Line], log: ProblemLog) -> tuple[dict[str, Any], Sequence[Line]]:
    if not lines or lines[0].text.strip() != "---":
        return {}, lines
    for number, line in enumerate(lines[1:], 1):
        if line.text.strip() in {"---", "..."}:
            return _mapping(lines[1:number], log), lines[number + 1 :]
    log.add(_invalid_yaml(lines[0].place))
    return {}, ()


def _mapping(lines: Sequence[Line], log: ProblemLog) -> dict[str, Any]:
    """The YAML mapping that the lines hold; the line of a mistake is the line of the file."""
    try:
        loaded = yaml.safe_load("\n".join(line.text for line in lines))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        log.add(_invalid_yaml(lines[min(mark.line, len(lines) - 1) if mark else 0].place))
        return {}
    if loaded is None:
        return {}
    if not isinstance(loaded, dict):
        log.add(_invalid_yaml(lines[0].place))
        return {}
    return loaded


def _pieces(lines: Sequence[Line], log: ProblemLog) -> list[Prose | Cell]:
    pieces: list[Prose | Cell] = []
    prose: list[Line] = []
    at = 0
    while at < len(lines):
        fence = opening_fence(lines[at].text)
        end = at if fence is None else _end_of(fence, lines, at)
        if fence is not None and fence.info == "{python}":
            if prose:
                pieces.append(Prose(tuple(prose)))
            pieces.append(_cell(lines[at], lines[at + 1 : end], log))
            prose = []
        else:
            prose.extend(lines[at : end + 1])
        at = end + 1
    return [*pieces, Prose(tuple(prose))] if prose else pieces


def _end_of(fence: Fence, lines: Sequence[Line], start: int) -> int:
    inside = range(start + 1, len(lines))
    return next((at for at in inside if fence.closed_by(lines[at].text)), len(lines) - 1)


def _cell(opening: Line, body: Sequence[Line], log: ProblemLog) -> Cell:
    count = next((n for n, line in enumerate(body) if not _OPTION.match(line.text)), len(body))
    option_lines = [Line(_OPTION.sub(r"\g<yaml>", line.text), line.place) for line in body[:count]]
    options = _mapping(option_lines, log)
    for key, value in options.items():
        problem = _option_problem(str(key), value, _place_of(str(key), option_lines))
        if problem is not None:
            log.add(problem)
    return Cell("\n".join(line.text for line in body[count:]), options, opening.place)


def _place_of(key: str, lines: Sequence[Line]) -> str:
    for line in lines:
        match = _OPTION_KEY.match(line.text)
        if match and match["key"] == key:
            return line.place
    return lines[0].place


def _option_problem(key: str, value: object, place: str) -> Problem | None:
    if key not in OPTIONS:
        return Problem(
            "cell_option_unknown",
            Text(f"cellinställningen ”{key}” stöds inte", f"the cell option '{key}' is not supported"),
            Place(place),
            known_names(key, OPTIONS),
            Text("ta bort inställningen, eller rendera med Quarto", "remove the option, or render with Quarto"),
        )
    if option_accepts(key, value):
        return None
    return Problem(
        "cell_option_value",
        Text(f"cellinställningen ”{key}” har ett värde som inte stöds", f"the value of '{key}' is not supported"),
        Place(place),
        option_values(key),
        Text("skriv ett av de värden som godtas", "write one of the accepted values"),
    )


def option_accepts(key: str, value: object) -> bool:
    """Whether a known cell option may have ``value``."""
    if key == "error":
        return value is False
    if key == "output":
        return isinstance(value, bool) or value == "asis"
    return isinstance(value, bool) if key in _SWITCHES else isinstance(value, str) and bool(value.strip())


def option_values(key: str) -> Text:
    """What a cell option may be, in words."""
    if key == "error":
        return Text("false: ett fel ska stoppa rapporten", "false: an error must stop the report")
    if key == "output":
        return Text("true, false eller asis", "true, false or asis")
    return Text("true eller false", "true or false") if key in _SWITCHES else Text("en text", "a text")


def _invalid_yaml(place: str) -> Problem:
    return Problem(
        "yaml_invalid",
        Text("inställningarna går inte att läsa som YAML", "the settings cannot be read as YAML"),
        Place(place),
        Text("nyckel: värde, en per rad", "key: value, one per line"),
        Text("kontrollera indrag, kolon och citattecken", "check indentation, colons and quotation marks"),
    )
