"""Labels and the references to them, checked on the finished Markdown, where places are still known."""

from __future__ import annotations

import re
from collections.abc import Sequence

from evalkit.errors import Place, Problem, known_names
from evalkit.language import Text
from evalkit.render.embedded.lines import Line
from evalkit.render.embedded.markup import read_markup

_LABEL = re.compile(r"\{[^{}\n]*?#(?P<label>(?:fig|tbl|sec)-[\w-]+)(?P<rest>[^{}\n]*)")
_REFERENCE = re.compile(r"(?<![\w.@/\\-])@(?P<label>(?:fig|tbl|sec)-[\w-]*\w)")


def broken_references(lines: Sequence[Line]) -> list[Problem]:
    """Labels that occur twice, and references to what has no number."""
    markup = read_markup(lines)
    labels: dict[str, str] = {}
    problems = []
    for match, place in markup.hits(_LABEL):
        if match["label"] in labels:
            problems.append(_double(match["label"], place, labels[match["label"]]))
        if ".unnumbered" not in match[0]:
            labels.setdefault(match["label"], place)
    for match, place in markup.hits(_REFERENCE):
        if match["label"] not in labels:
            problems.append(_unknown(match["label"], place, labels))
    return problems


def _double(label: str, place: str, first: str) -> Problem:
    return Problem(
        "label_twice",
        Text(f"etiketten ”{label}” finns redan, på {first}", f"the label '{label}' is already used, at {first}"),
        Place(place),
        Text("en etikett per figur, tabell och avsnitt", "one label for each figure, table and section"),
        Text("byt namn på den ena", "rename one of them"),
    )


def _unknown(label: str, place: str, labels: dict[str, str]) -> Problem:
    return Problem(
        "reference_unknown",
        Text(f"hänvisningen @{label} leder ingenstans", f"the reference @{label} leads nowhere"),
        Place(place),
        known_names(label, labels),
        Text("rätta hänvisningen eller ge målet en etikett", "correct the reference or label its target"),
    )
