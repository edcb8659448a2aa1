"""Reads a code-book file into entries that know the line they stand on.

The file is composed to YAML nodes and converted here rather than by ``yaml.safe_load``: that
keeps line numbers, finds duplicate keys (YAML silently keeps the last), leaves dates as text so
that an impossible date can be told as such, and reads ``no`` as a word and not as *false*.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from evalkit.errors import Place, Problem, ProblemLog, known_names
from evalkit.language import Text, same

if TYPE_CHECKING:
    from yaml.nodes import MappingNode, Node

_INTEGER = re.compile(r"[-+]?[0-9]+")
_TRUTH = {"true": True, "false": False}
_FIX_FILE = Text("Rätta filen och läs in den igen.", "Correct the file and load it again.")


@dataclass(frozen=True, slots=True)
class RawEntry:
    """One entry before it is checked: its values, its first line, and the line of each key."""

    values: Mapping[str, object]
    line: int
    lines: Mapping[str, int]


def read_entries(text: str, *, file: str, root: str, log: ProblemLog) -> tuple[RawEntry, ...]:
    """The entries of the list under the key ``root``; what is wrong goes to ``log``."""
    before = len(log.problems)
    node = compose(text, file=file, log=log)
    if node is None:
        if len(log.problems) == before:
            log.add(_wrong_root(file, line=1, root=root))
        return ()
    return _Converter(file=file, log=log).entries(node, root=root)


def compose(text: str, *, file: str, log: ProblemLog) -> Node | None:
    """The YAML nodes of a file, which know their lines; nothing when it is empty or a fault was noted."""
    import yaml

    # the C parser is about ten times as fast, but PyYAML can be built without it
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        node: Node | None = yaml.compose(text, Loader=loader)
    except yaml.YAMLError as error:
        log.add(_syntax_problem(error, file=file))
        return None
    if node is not None and (line := _line_of_reuse(node)) is not None:
        log.add(_reference_problem(file, line=line))
        return None
    return node


def _line_of_reuse(root: Node) -> int | None:
    """Where a mapping or list is used twice through ``*name``; it could contain itself without end."""
    from yaml.nodes import ScalarNode

    seen: set[int] = set()
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ScalarNode):
            continue
        if id(node) in seen:
            return node.start_mark.line + 1
        seen.add(id(node))
        for item in node.value:
            waiting.extend(item if isinstance(item, tuple) else (item,))
    return None


def _reference_problem(file: str, *, line: int) -> Problem:
    return Problem(
        code="yaml_reference",
        what=Text(
            "Filen återanvänder en del av sig själv med ”&” och ”*”.",
            "The file reuses a part of itself with '&' and '*'.",
        ),
        place=Place(file, rows=(line,)),
        accepted=Text("varje post utskriven för sig", "every entry written out"),
        next_step=_FIX_FILE,
    )


def _syntax_problem(error: Exception, *, file: str) -> Problem:
    mark = getattr(error, "problem_mark", None)
    return Problem(
        code="yaml_syntax",
        what=Text("Filen är inte giltig YAML.", "The file is not valid YAML."),
        place=Place(file, rows=() if mark is None else (mark.line + 1,)),
        accepted=Text(
            "YAML med två blanksteg per nivå; text med kolon eller nummertecken inom citattecken",
            "YAML with two spaces per level; text with a colon or a number sign in quotes",
        ),
        next_step=Text(
            "Titta på den raden och raden före: oftast är det indraget eller ett citattecken.",
            "Look at that row and the one before: it is mostly the indent or a quote.",
        ),
    )


def _wrong_root(file: str, *, line: int, root: str) -> Problem:
    return Problem(
        code="wrong_root",
        what=Text("Filen har inte den form som en kodbok ska ha.", "The file does not have the shape of a code book."),
        place=Place(file, rows=(line,)),
        accepted=Text(f"nyckeln ”{root}:” och under den en lista", f"the key '{root}:' and a list under it"),
        next_step=_FIX_FILE,
    )


@dataclass(frozen=True, slots=True)
class _Converter:
    file: str
    log: ProblemLog

    def entries(self, node: Node, *, root: str) -> tuple[RawEntry, ...]:
        from yaml.nodes import MappingNode, SequenceNode

        if not isinstance(node, MappingNode):
            self.log.add(_wrong_root(self.file, line=1, root=root))
            return ()
        found: tuple[RawEntry, ...] = ()
        keys = self._unique(node)
        for key, (line, value) in keys.items():
            if key == root and isinstance(value, SequenceNode):
                found = tuple(entry for item in value.value if (entry := self._entry(item)) is not None)
            elif key != root:
                self._unknown_root(key, root=root, line=line)
        if root not in keys or not isinstance(keys[root][1], SequenceNode):
            self.log.add(_wrong_root(self.file, line=1, root=root))
        return found

    def _entry(self, node: Node) -> RawEntry | None:
        from yaml.nodes import MappingNode

        line = node.start_mark.line + 1
        if not isinstance(node, MappingNode):
            self._note(
                "wrong_type",
                Text("En post i listan har inga nycklar.", "An entry of the list has no keys."),
                line,
                Text("en post med ”nyckel: värde” på varje rad", "an entry with 'key: value' on each row"),
            )
            return None
        keys = self._unique(node)
        values = {key: self._plain(value) for key, (_, value) in keys.items()}
        return RawEntry(values, line, {key: at for key, (at, _) in keys.items()})

    def _plain(self, node: Node) -> object:
        from yaml.nodes import MappingNode, ScalarNode, SequenceNode

        if isinstance(node, MappingNode):
            return {key: self._plain(value) for key, (_, value) in self._unique(node).items()}
        if isinstance(node, SequenceNode):
            return [self._plain(item) for item in node.value]
        return _scalar(node) if isinstance(node, ScalarNode) else None

    def _unique(self, node: MappingNode) -> dict[str, tuple[int, Node]]:
        found: dict[str, tuple[int, Node]] = {}
        for key_node, value in node.value:
            key, line = str(key_node.value), key_node.start_mark.line + 1
            if key in found:
                self._duplicate(key, line=line, first=found[key][0])
            else:
                found[key] = (line, value)
        return found

    def _duplicate(self, key: str, *, line: int, first: int) -> None:
        self._note(
            "duplicate_key",
            Text(
                f"Nyckeln ”{key}” står två gånger i samma post, först på rad {first}.",
                f"The key '{key}' stands twice in the same entry, first on row {first}.",
            ),
            line,
            Text("varje nyckel högst en gång", "each key at most once"),
        )

    def _unknown_root(self, key: str, *, root: str, line: int) -> None:
        self._note(
            "unknown_key",
            Text(f"Filen har den okända nyckeln ”{key}”.", f"The file has the unknown key '{key}'."),
            line,
            known_names(key, [root]),
        )

    def _note(self, code: str, what: Text, line: int, accepted: Text) -> None:
        self.log.add(Problem(code, what, Place(self.file, rows=(line,)), accepted, _FIX_FILE))


def _scalar(node: Node) -> object:
    value = str(node.value)
    if node.tag.endswith(":null"):
        return None
    if node.tag.endswith(":bool"):
        return _TRUTH.get(value.lower(), value)
    if node.tag.endswith(":int") and _INTEGER.fullmatch(value):
        return int(value)
    return value


def missing_file(file: str) -> Problem:
    """The problem of a code-book file that is not in the folder, or that may not be read."""
    return Problem(
        code="missing_file",
        what=Text(
            "En fil i kodboken saknas eller kan inte öppnas.", "A file of the code book is missing or cannot be opened."
        ),
        place=Place(file),
        accepted=same("metrics.yaml, exposures.yaml, law_changes.yaml, authorities.yaml"),
        next_step=Text(
            "Lägg tillbaka filen, eller ange mappen som kodboken ligger i.",
            "Put the file back, or name the folder that holds the code book.",
        ),
    )


def not_utf8(file: str) -> Problem:
    """The problem of a code-book file in another encoding than UTF-8."""
    return Problem(
        code="not_utf8",
        what=Text("Filen är inte sparad som UTF-8.", "The file is not saved as UTF-8."),
        place=Place(file),
        accepted=same("UTF-8"),
        next_step=Text(
            "Öppna filen i en textredigerare och spara den som UTF-8.",
            "Open the file in a text editor and save it as UTF-8.",
        ),
    )
