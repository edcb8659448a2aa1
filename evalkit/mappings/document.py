"""A YAML file as nodes that know their line; what is no YAML, or says a thing twice, is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from evalkit.errors import ProblemLog
from evalkit.mappings import faults

if TYPE_CHECKING:
    import yaml

_TRUTH = {"true": True, "false": False}


@dataclass(frozen=True, slots=True)
class Node:
    """One value of the file. Numbers and dates stay text, so that ``0520`` keeps its zero."""

    value: str | bool | Mapping[str, Node] | tuple[Node, ...] | None
    line: int


def parse(text: str, *, file: str, log: ProblemLog) -> Node | None:
    """The root of the file, or ``None`` when it cannot be read at all."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        root: yaml.Node | None = yaml.compose(text, Loader=loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        log.add(faults.not_yaml(file, None if mark is None else mark.line + 1))
        return None
    if not isinstance(root, yaml.MappingNode):
        log.add(faults.not_yaml(file, 1))
        return None
    return _Tree(file, log, set()).node(root, 1)


@dataclass(frozen=True, slots=True)
class _Tree:
    file: str
    log: ProblemLog
    seen: set[int]

    def node(self, node: yaml.Node, line: int) -> Node:
        import yaml

        if isinstance(node, yaml.ScalarNode):
            return Node(_scalar(node), line)
        if id(node) in self.seen:  # reached through an anchor, which may lead in a circle
            self.log.add(faults.reused(self.file, line))
            return Node(None, line)
        self.seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            return Node(self._children(node), line)
        return Node(tuple(self.node(item, item.start_mark.line + 1) for item in node.value), line)

    def _children(self, node: yaml.MappingNode) -> dict[str, Node]:
        found: dict[str, Node] = {}
        for key_node, value in node.value:
            key, line = str(key_node.value), key_node.start_mark.line + 1
            if key in found:
                self.log.add(faults.twice(self.file, key, line=line, first=found[key].line))
            else:
                found[key] = self.node(value, line)
        return found


def _scalar(node: yaml.ScalarNode) -> str | bool | None:
    value = str(node.value)
    if not node.style and node.tag.endswith(":null"):
        return None
    if not node.style and node.tag.endswith(":bool"):
        return _TRUTH.get(value.lower(), value)
    return value
