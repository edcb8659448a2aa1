"""No file and no function so long that its parts have stopped being seen."""

from __future__ import annotations

import ast
import statistics
from pathlib import Path

import evalkit

PACKAGE = Path(evalkit.__file__).parent
MOST_LINES, MOST_IN_FUNCTION, USUAL_FUNCTION = 450, 50, 8


def files() -> list[Path]:
    return sorted(path for path in PACKAGE.rglob("*.py") if "_resources" not in path.parts)


def functions(path: Path) -> dict[str, int]:
    """Lines of each function, its docstring not counted."""
    return {
        node.name: node.end_lineno - node.lineno + 1 - _docstring(node)
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }


def _docstring(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    first = node.body[0]
    if not isinstance(first, ast.Expr) or not isinstance(first.value, ast.Constant):
        return 0
    return first.end_lineno - first.lineno + 1


def test_no_file_is_long() -> None:
    lines = {path.relative_to(PACKAGE).as_posix(): len(path.read_text("utf-8").splitlines()) for path in files()}
    assert {name: count for name, count in lines.items() if count > MOST_LINES} == {}


def test_no_function_is_long() -> None:
    lines = {
        f"{path.relative_to(PACKAGE)}:{name}": count for path in files() for name, count in functions(path).items()
    }
    assert {name: count for name, count in lines.items() if count > MOST_IN_FUNCTION} == {}


def test_most_functions_are_a_few_lines() -> None:
    assert statistics.median(lines for path in files() for lines in functions(path).values()) <= USUAL_FUNCTION


def test_nothing_prints_and_nothing_swallows_every_error() -> None:
    for path in files():
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id != "print", path
            # The outermost step of the command line turns a fault of ours into words and an exit code.
            if isinstance(node, ast.ExceptHandler) and path.name != "running.py":
                caught = node.type.id if isinstance(node.type, ast.Name) else ("" if node.type else "everything")
                assert caught not in {"Exception", "BaseException", "everything"}, f"{path}:{node.lineno}"
