"""From a plan file to plain keys and values; what is no YAML is told by row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from evalkit.errors import Place, PlanError, Problem
from evalkit.language import Text

PLAN_FILE = "plan.yaml"


def read(file: Path) -> Mapping[str, Any]:
    """The content of a plan file.

    Raises
    ------
    PlanError
        When there is no such file, or it is no YAML, or a key stands twice: YAML itself keeps the last
        of two and would lose a comparison without a word.
    """
    text = _text(file)
    try:
        twice = list(_repeated(yaml.compose(text, Loader=yaml.SafeLoader)))
        content = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise PlanError(_not_yaml(file, getattr(error, "problem_mark", None))) from None
    except ValueError:
        raise PlanError(_impossible_date(file)) from None
    if twice:
        raise PlanError([_twice(file, key, row) for key, row in twice])
    if not isinstance(content, dict) or not all(isinstance(key, str) for key in content):
        raise PlanError(_no_mapping(file))
    return content


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8-sig")
    except FileNotFoundError:
        raise PlanError(_missing_file(file)) from None
    except UnicodeDecodeError:
        raise PlanError(_not_yaml(file, None)) from None
    except OSError:
        raise PlanError(_unreadable(file)) from None


def _repeated(root: yaml.Node | None) -> Iterator[tuple[str, int]]:
    """Each key that its mapping has already, with the row of the second one."""
    waiting, seen = [root], set[int]()
    while waiting:
        node = waiting.pop()
        if node is None or id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            waiting += node.value
        if isinstance(node, yaml.MappingNode):
            waiting += [value for _, value in node.value]
            yield from _twice_in(node)


def _twice_in(node: yaml.MappingNode) -> Iterator[tuple[str, int]]:
    names = set[str]()
    for key, _ in node.value:
        if isinstance(key, yaml.ScalarNode):
            if key.value in names:
                yield key.value, key.start_mark.line + 1
            names.add(key.value)


def _missing_file(file: Path) -> Problem:
    return Problem(
        code="plan_missing",
        what=Text("Det finns ingen plan i analysmappen.", "The analysis folder has no plan."),
        place=Place(file=str(Path(file.parent.name) / file.name)),
        accepted=Text(f"en mapp med filen {PLAN_FILE}", f"a folder with the file {PLAN_FILE}"),
        next_step=Text(
            "Ange en mapp under analyses/ eller skriv en plan där.",
            "Name a folder under analyses/ or write a plan there.",
        ),
    )


def _unreadable(file: Path) -> Problem:
    return Problem(
        code="plan_unreadable",
        what=Text("Planen går inte att öppna.", "The plan cannot be opened."),
        place=Place(file=file.name),
        accepted=Text("en fil som du får läsa", "a file that you may read"),
        next_step=Text("Kontrollera filens rättigheter.", "Check the permissions of the file."),
    )


def _not_yaml(file: Path, mark: yaml.Mark | None) -> Problem:
    return Problem(
        code="plan_not_yaml",
        what=Text("Planen går inte att läsa som YAML i UTF-8.", "The plan cannot be read as YAML in UTF-8."),
        place=Place(file=file.name, rows=() if mark is None else (mark.line + 1,)),
        accepted=Text("en YAML-fil i UTF-8", "a YAML file in UTF-8"),
        next_step=Text("Rätta raden och spara filen i UTF-8.", "Mend the row and save the file as UTF-8."),
    )


def _impossible_date(file: Path) -> Problem:
    return Problem(
        code="plan_impossible_date",
        what=Text("Ett datum i planen finns inte i kalendern.", "A date in the plan is not in the calendar."),
        place=Place(file=file.name),
        accepted=Text("datum som 2026-11-23", "dates such as 2026-11-23"),
        next_step=Text("Rätta datumet, oftast ”written”.", "Correct the date, mostly 'written'."),
    )


def _twice(file: Path, key: str, row: int) -> Problem:
    return Problem(
        code="plan_key_twice",
        what=Text(f"Nyckeln ”{key}” står två gånger.", f"The key '{key}' stands twice."),
        place=Place(file=file.name, rows=(row,)),
        accepted=Text("varje nyckel en gång", "each key once"),
        next_step=Text("Slå ihop dem eller ta bort den ena.", "Join them or remove one."),
    )


def _no_mapping(file: Path) -> Problem:
    return Problem(
        code="plan_empty",
        what=Text("Planen är tom eller består inte av nycklar.", "The plan is empty or does not consist of keys."),
        place=Place(file=file.name),
        accepted=Text("nycklar som plan_version, title, groups", "keys such as plan_version, title, groups"),
        next_step=Text("Utgå från planen i en befintlig analys.", "Start from the plan of an existing analysis."),
    )
