"""A contract file as it is written: its content, and the line of everything in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from evalkit.codebooks.yaml_rows import compose
from evalkit.errors import Place, Problem, ProblemLog
from evalkit.language import Text

if TYPE_CHECKING:
    from yaml.nodes import Node

_Steps = tuple[str | int, ...]
_NAMES = ("name", "id", "property", "value")
MEND = Text("Rätta kontraktet.", "Mend the contract.")


@dataclass(frozen=True, slots=True, repr=False)
class Document:
    """One YAML file.

    Attributes
    ----------
    file
        As it is shown in messages, such as ``data_contracts/units.odcs.yaml``.
    content
        What the file says, as plain lists and mappings.
    lines
        The line, from 1, of every key and list item, by its path.
    """

    file: str
    content: Mapping[str, object]
    lines: Mapping[_Steps, int]

    def line(self, *steps: str | int) -> int:
        """The line of the part that a path leads to, or of the last part of it that exists.

        An item of a list is found by its place or by its ``name``, ``id``, ``property`` or ``value``.
        """
        found: object = self.content
        path: _Steps = ()
        for step in steps:
            place = _place_in(found, step) if isinstance(found, list) else step
            found = _child(found, place)
            if (*path, place) not in self.lines:
                break
            path = (*path, place)
        return self.lines.get(path, 1)

    def fault(
        self, code: str, what: Text, accepted: Text, *, steps: tuple[str | int, ...] = (), key: str | None = None
    ) -> Problem:
        """A problem at the part that a path leads to."""
        place = Place(self.file, key=key, rows=(self.line(*steps),))
        return Problem(code, what, place, accepted, MEND)


def _place_in(items: list[object], step: str | int) -> str | int:
    matches = (
        place
        for place, item in enumerate(items)
        if isinstance(item, Mapping) and any(str(item.get(name)) == step for name in _NAMES)
    )
    return step if isinstance(step, int) else next(matches, step)


def _child(parent: object, step: str | int) -> object:
    if isinstance(parent, list) and isinstance(step, int):
        return parent[step] if step < len(parent) else None
    return parent.get(step) if isinstance(parent, Mapping) else None


def read_document(path: Path, *, shown: str, log: ProblemLog) -> Document | None:
    """The file's content and lines; nothing when a fault was noted.

    Raises
    ------
    OSError, UnicodeDecodeError
        When the file cannot be read.
    """
    import yaml

    text = path.read_text(encoding="utf-8-sig")
    before = len(log.problems)
    node = compose(text, file=shown, log=log)
    if len(log.problems) > before:
        return None
    content = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506  a safe loader
    if node is None or not isinstance(content, Mapping):
        what = Text("Filen är tom eller har inga nycklar.", "The file is empty or has no keys.")
        log.add(Problem("contract_syntax", what, Place(shown, rows=(1,)), _YAML, MEND))
        return None
    lines: dict[_Steps, int] = {}
    for steps, line in _lines(node, ()):
        if steps in lines:
            log.add(_doubled(shown, str(steps[-1]), line, lines[steps]))
        lines.setdefault(steps, line)
    return Document(shown, content, lines)


_YAML = Text("YAML enligt ODCS v3.2", "YAML by ODCS v3.2")


def _lines(node: Node, path: _Steps) -> Iterator[tuple[_Steps, int]]:
    from yaml.nodes import MappingNode, SequenceNode

    if isinstance(node, MappingNode):
        for key, value in node.value:
            here = (*path, str(key.value))
            yield here, key.start_mark.line + 1
            yield from _lines(value, here)
    elif isinstance(node, SequenceNode):
        for place, item in enumerate(node.value):
            yield (*path, place), item.start_mark.line + 1
            yield from _lines(item, (*path, place))


def _doubled(file: str, key: str, line: int, first: int) -> Problem:
    what = Text(
        f"Nyckeln ”{key}” står två gånger, först på rad {first}.",
        f"The key '{key}' stands twice, first on row {first}.",
    )
    accepted = Text("varje nyckel högst en gång", "each key at most once")
    return Problem("doubled_key", what, Place(file, rows=(line,)), accepted, MEND)
