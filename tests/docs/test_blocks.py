"""What the pages say to type is typed: Python runs, doctests give their answers, commands are parsed or run."""

from __future__ import annotations

import doctest
import re
import shlex
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from evalkit import cli

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
_FENCE = re.compile(r"^(?P<indent> *)```(?P<kind>[^\n`]*)\n(?P<text>.*?)^(?P=indent)```", re.MULTILINE | re.DOTALL)
_COMMENT = re.compile(r"\s+#.*$")


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block of a page; ``line`` is that of its first line of text."""

    page: Path
    line: int
    kind: str
    text: str


def blocks_of(page: Path) -> list[Block]:
    text = page.read_text("utf-8")
    return [
        Block(page, text.count("\n", 0, found.start("text")) + 1, found["kind"].strip(), found["text"])
        for found in _FENCE.finditer(text)
    ]


BLOCKS = {page: blocks_of(page) for page in PAGES}
COMMANDS = [
    (f"{page.relative_to(ROOT)}:{block.line}", _COMMENT.sub("", line))
    for page, blocks in BLOCKS.items()
    for block in blocks
    if block.kind in {"console", "powershell", "sh", "bash", ""}
    for line in block.text.splitlines()
    if line.startswith("evalkit ")
]


def run_python(block: Block, names: dict[str, Any]) -> None:
    """Run one block in the names of its page; its prompts and answers are a doctest."""
    if ">>>" not in block.text:
        exec(compile("\n" * (block.line - 1) + block.text, block.page, "exec"), names)  # noqa: S102 - our own pages
        return
    examples = doctest.DocTestParser().get_doctest(block.text, names, block.page.name, str(block.page), block.line - 1)
    runner, told = doctest.DocTestRunner(verbose=False), []
    failed, tried = runner.run(examples, out=told.append, clear_globs=False)
    names.update(examples.globs)
    assert tried > 0
    assert failed == 0, "".join(told)


EXPORTS = ROOT / "tests" / "mappings" / "data"
WITH_PYTHON = [page for page in PAGES if any(block.kind == "python" for block in BLOCKS[page])]
SLOW = ("report", "selftest")
"""Commands that take longer than a page's test may; they have tests of their own, and here their words are parsed."""
READERS_OWN = ("FOLDER", "beslut.xlsx", "handelser", "analyses/my-analysis")
"""What only the reader has; of such a command, too, the words are parsed."""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder, but for the made-up export that the page on mappings speaks of."""
    shutil.copytree(EXPORTS / "alkt", tmp_path / "uttag")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("page", WITH_PYTHON, ids=lambda page: page.stem)
def test_python_blocks_run(page: Path, folder: Path) -> None:
    names: dict[str, Any] = {"__name__": "page"}
    for block in BLOCKS[page]:
        if block.kind == "python":
            run_python(block, names)


def words_of(command: str) -> list[str]:
    words = shlex.split(command)[1:]
    return words[: words.index(">")] if ">" in words else words


@pytest.mark.parametrize(("place", "command"), COMMANDS, ids=[f"{place} {command}" for place, command in COMMANDS])
def test_commands_are_known(place: str, command: str) -> None:
    """Every command, option and number of arguments exists."""
    group, name, words = get_command(cli.app), "evalkit", words_of(command)
    while hasattr(group, "commands"):
        name, words = words[0], words[1:]
        group = group.commands[name]
    group.make_context(name, words)


RUN = [
    pytest.param(command, id=f"{place} {command}")
    for place, command in COMMANDS
    if words_of(command)[0] not in SLOW and not set(words_of(command)) & set(READERS_OWN)
]


@pytest.mark.parametrize("command", RUN)
def test_cheap_commands_run(command: str, folder: Path) -> None:
    done = CliRunner().invoke(cli.app, words_of(command))
    assert (done.exit_code, done.stderr) == (cli.OK, "")
    assert done.stdout.strip()


def test_there_is_something_to_run() -> None:
    """A fence that is not found would make the tests above pass for nothing."""
    assert len(WITH_PYTHON) >= 12
    assert len(RUN) >= 8
