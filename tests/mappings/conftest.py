"""Made-up exports and the ready mappings, and copies of both to spoil."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from evalkit.mappings import mapping_file

DATA = Path(__file__).parent / "data"


@pytest.fixture
def export(tmp_path: Path) -> Callable[[str], Path]:
    """A copy of one system's made-up export."""

    def copy(system: str) -> Path:
        return Path(shutil.copytree(DATA / system, tmp_path / "Uttag åäö" / system))

    return copy


@pytest.fixture
def filled(tmp_path: Path) -> Callable[[str, Mapping[str, Mapping[str, str]]], Path]:
    """A municipality's own copy of a mapping, with its code tables filled in and confirmed."""

    def fill(name: str, tables: Mapping[str, Mapping[str, str]]) -> Path:
        text = mapping_file(name).read_text("utf-8")
        for table, codes in tables.items():
            head, rest = text.split(f"  - name: {table}\n    confirm: true\n", 1)
            listed = "".join(f'      "{code}": {word}\n' for code, word in codes.items())
            body = rest.replace("    codes: {}\n", f"    codes:\n{listed}", 1)
            text = f"{head}  - name: {table}\n{body}"
        path = tmp_path / f"{name}.yaml"
        path.write_text(text, "utf-8")
        return path

    return fill


@pytest.fixture
def spoiled(tmp_path: Path) -> Callable[[str, str, str], Path]:
    """A copy of a ready mapping with one thing changed."""

    def spoil(name: str, old: str, new: str) -> Path:
        text = mapping_file(name).read_text("utf-8")
        assert old in text
        path = tmp_path / "egen.yaml"
        path.write_text(text.replace(old, new, 1), "utf-8")
        return path

    return spoil
