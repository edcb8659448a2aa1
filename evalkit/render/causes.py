"""From Quarto's log to the likely cause, in words and without data.

A log can hold tracebacks that quote data, so nothing of it is passed on except what a rule here has
recognised, and Quarto's own ``ERROR:`` lines, which speak of structure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from evalkit.errors import Place, Problem
from evalkit.language import Text, same
from evalkit.render.faults import cell_failed

_CELL = re.compile(
    r"An error occurred while executing the following cell:\s*\n-{5,}\n(?P<source>.*?)\n-{5,}\n", re.DOTALL
)
_RAISED = re.compile(r"^(?P<name>[A-Za-z_][\w.]*(?::[A-Za-z_]\w*)?): ?(?P<message>.*)$")
_ERROR_LINE = re.compile(r"^ERROR:\s*(?P<text>.+)$", re.MULTILINE)
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class _Rule:
    code: str
    sign: re.Pattern[str]
    what: Text
    next_step: Text


_RULES = (
    _Rule(
        "jupyter_missing",
        re.compile(r"No module named '?(?:nbformat|nbclient|ipykernel|jupyter|yaml)|Jupyter is not available"),
        Text("Quarto hittar inte Jupyter i vår Python", "Quarto does not find Jupyter in our Python"),
        Text("installera om evalkit: pip install evalkit", "install evalkit again: pip install evalkit"),
    ),
    _Rule(
        "alt_text_missing",
        re.compile(r"missing alt text", re.IGNORECASE),
        Text("en figur eller formel saknar alternativtext", "a figure or formula has no alternative text"),
        Text("skriv fig-alt på figuren eller alt på formeln", "write fig-alt on the figure or alt on the formula"),
    ),
    _Rule(
        "pdf_failed",
        re.compile(r"^error: ", re.MULTILINE),
        Text("Typst kunde inte göra PDF-filen", "Typst could not make the PDF file"),
        Text("prova den inbyggda renderaren, som säger var", "try the embedded engine, which says where"),
    ),
    _Rule(
        "settings_invalid",
        re.compile(r"YAMLError|Validation of YAML|YAML parse|duplicated mapping key", re.IGNORECASE),
        Text("en inställning i projektet är felaktig", "a setting of the project is faulty"),
        Text(
            "kontrollera _quarto.yml, _metadata.yml och _brand.yml", "check _quarto.yml, _metadata.yml and _brand.yml"
        ),
    ),
)


def likely_causes(log: str, project: Path, document: str) -> list[Problem]:
    """The problems to report for a failed run, the likely cause first."""
    cell = _CELL.search(log)
    if cell is not None:
        return [_cell_problem(cell, log, project, document)]
    found = [_as_problem(rule, document) for rule in _RULES if rule.sign.search(log)]
    found += [_said(line, document) for line in _error_lines(log)]
    return found or _inline_problems(log, document) or [_silent(document)]


def _inline_problems(log: str, document: str) -> list[Problem]:
    """An inline expression that fails leaves only its error in the log, and no code to find it by."""
    raised = _raised(log)
    return [] if raised is None else [cell_failed(document, *raised)]


def _cell_problem(cell: re.Match[str], log: str, project: Path, document: str) -> Problem:
    name, message = _raised(log[cell.end() :]) or ("Exception", "")
    return cell_failed(_locate(cell["source"], project) or document, name, message)


def _raised(rest: str) -> tuple[str, str] | None:
    """The last ``Name: message`` of a traceback; evalkit's messages go on over indented lines."""
    lines = rest.split("\nWARN:", maxsplit=1)[0].strip().splitlines()
    for number in range(len(lines) - 1, -1, -1):
        match = _RAISED.match(lines[number])
        if match and re.search(r"(?:Error|Exception|Interrupt|Exit|Warning)$", match["name"]):
            return match["name"], "\n".join([match["message"], *lines[number + 1 :]])
    return None


def _locate(source: str, project: Path) -> str | None:
    """``file:line`` of the cell whose code this is."""
    code = [line.strip() for line in source.splitlines() if line.strip() and not line.strip().startswith("#|")]
    for file in sorted(project.rglob("*.qmd")):
        lines = [line.strip() for line in file.read_text("utf-8").splitlines()]
        for number in _cell_starts(lines):
            body = [line for line in lines[number:] if line and not line.startswith("#|")]
            if code and body[: len(code)] == code:
                return f"{file.relative_to(project).as_posix()}:{number}"
    return None


def _cell_starts(lines: list[str]) -> Iterator[int]:
    return (number for number, line in enumerate(lines, 1) if line.startswith("```{python}"))


def _error_lines(log: str) -> list[str]:
    return list(dict.fromkeys(match["text"].strip()[:_LONGEST] for match in _ERROR_LINE.finditer(log)))


def _as_problem(rule: _Rule, document: str) -> Problem:
    return Problem(rule.code, rule.what, Place(document), _accepted(), rule.next_step)


def _said(line: str, document: str) -> Problem:
    return Problem(
        "quarto_said", Text(f"Quarto säger: {line}", f"Quarto says: {line}"), Place(document), _accepted(), _by_hand()
    )


def _silent(document: str) -> Problem:
    return Problem(
        "quarto_failed",
        Text("Quarto avslutades med fel", "Quarto ended with an error"),
        Place(document),
        _accepted(),
        _by_hand(),
    )


def _accepted() -> Text:
    return Text("ett projekt som quarto render klarar", "a project that quarto render can render")


def _by_hand() -> Text:
    step = same("quarto render")
    return Text(
        f"kör {step} i projektets mapp och läs hela loggen", f"run {step} in the project and read the whole log"
    )
