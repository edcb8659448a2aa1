from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from evalkit import resources
from evalkit.errors import CodebookError
from evalkit.language import Language
from evalkit.metrics import MetricBook

SHIPPED = resources.data_contracts() / "codebooks"

Break = Callable[..., CodebookError]


@pytest.fixture(scope="session")
def book() -> MetricBook:
    return MetricBook.load()


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    folder = tmp_path / "codebooks"
    shutil.copytree(SHIPPED, folder)
    return folder


@pytest.fixture
def broken(copied: Path) -> Break:
    """Loads the shipped code book with one thing replaced in one file, and gives the refusal."""

    def load(file: str, old: str, new: str, *, after: str = "") -> CodebookError:
        path = copied / file
        text = path.read_text(encoding="utf-8")
        start = text.index(after)
        assert old in text[start:], "the replaced text must be there, or the test would prove nothing"
        path.write_text(text[:start] + text[start:].replace(old, new, 1), encoding="utf-8")
        with pytest.raises(CodebookError) as caught:
            MetricBook.load(copied)
        return caught.value

    return load


@pytest.fixture
def english() -> Callable[[CodebookError], str]:
    return lambda error: error.render(Language.EN)
