"""Who may import whom. The order is the design's: a module knows those before it and none after it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import evalkit

PACKAGE = Path(evalkit.__file__).parent

# fmt: off
ORDER = (
    "language", "errors", "statements", "vocabulary", "findings", "columns", "periods", "resources", "style",
    "refusals", "caveats", "neutral", "codebooks", "metrics", "screening", "sources", "contracts", "mappings",
    "onefile", "dataset", "holdings", "estimands", "plan", "panels", "estimates", "row_frames", "estimate_series",
    "equivalences", "precisions", "inference", "comparisons", "designs", "breaks", "checks", "evaluation", "selftest",
    "outlooks", "area_outlooks", "planning",
    "claim_families", "margins", "protection", "policy", "cases", "retelling", "disclosure", "released_curves",
    "markdown", "wording", "tables", "webpage", "dictionary", "figures", "view_words", "views", "artifacts", "staging",
    "counting",
    "templates", "feedback", "simulated_world", "simulation", "plan_data", "render", "pipeline", "chapters",
    "commands", "cli",
)
# fmt: on
# A value shows itself in a notebook through views, which stand above it; the import waits until then.
SHOWS_ITSELF = {
    "dataset",
    "holdings",
    "plan",
    "panels",
    "estimates",
    "estimate_series",
    "equivalences",
    "precisions",
    "comparisons",
    "disclosure",
    "released_curves",
    "selftest",
}
ONLY_IN = {
    "pandera": ("contracts/",),
    "open_data_contract_standard": ("contracts/",),
    "statsmodels": ("inference/",),
    "matplotlib": ("figures/",),
    "babel": ("style.py",),
    "typer": ("cli.py", "commands/"),
    "nbclient": ("render/",),
    "nbformat": ("render/",),
    "pypandoc": ("render/",),
    "typst": ("render/",),
    "fastexcel": ("sources/",),
    "openpyxl": ("feedback/",),
    "xlsxwriter": ("templates/",),
}


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def files() -> list[Path]:
    return sorted(path for path in PACKAGE.rglob("*.py") if "_resources" not in path.parts)


def name(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def part(path: Path) -> str:
    """The module of the order that a file belongs to."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def for_types_only(path: Path) -> set[int]:
    blocks = (
        node
        for node in ast.walk(tree(path))
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
    )
    return {id(inner) for block in blocks for inner in ast.walk(block)}


@cache
def imports(path: Path) -> tuple[str, ...]:
    """The full names that a file imports when it runs, at its top or later."""
    skipped = for_types_only(path)
    return tuple(full for node in ast.walk(tree(path)) if id(node) not in skipped for full in imported_by(node))


def imported_by(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module == "evalkit":
        yield from (f"evalkit.{alias.name}" for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module:
        yield node.module


def test_every_module_has_a_place_in_the_order() -> None:
    assert {part(path) for path in files()} - {"__init__"} == set(ORDER)


def test_a_module_imports_only_what_comes_before_it() -> None:
    wrong = []
    for path in files():
        here = part(path)
        known = (*ORDER[: ORDER.index(here) + 1], "__version__") if here in ORDER else ()
        known = (*known, "views") if here in SHOWS_ITSELF else known
        ours = (full for full in imports(path) if full.startswith("evalkit."))
        wrong += [f"{name(path)} imports {full}" for full in ours if full.split(".")[1] not in known]
    assert wrong == []


@pytest.mark.parametrize("library", ONLY_IN)
def test_a_library_is_met_in_one_place(library: str) -> None:
    users = [name(path) for path in files() if any(full.split(".")[0] == library for full in imports(path))]
    assert users, f"{library} is not used at all: drop it"
    assert all(user.startswith(ONLY_IN[library]) for user in users), users


def test_nothing_imports_the_command_line() -> None:
    assert not [name(path) for path in files() if any(full.startswith("evalkit.cli") for full in imports(path))]


def test_no_module_is_a_drawer_for_odds_and_ends() -> None:
    assert not {"utils", "helpers", "common", "misc"} & {path.stem for path in files()}
