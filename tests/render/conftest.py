"""A small report project: its own chapters, with the template, styles and filters of `reports/`."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from evalkit.render import Engine, Rendered, render

FIXTURES = Path(__file__).parent / "fixtures"
REPORTS = Path(__file__).parents[2] / "reports"
SHARED = (
    "_quarto.yml",
    "_brand.yml",
    "_metadata.yml",
    "template.html",
    "style.css",
    "evalkit.lua",
    "typst-template.typ",
    "typst-show.typ",
)


def make_project(folder: Path) -> Path:
    shutil.copytree(FIXTURES / "rapport", folder)
    for name in SHARED:
        shutil.copy(REPORTS / name, folder)
    return folder


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return make_project(tmp_path / "project")


@pytest.fixture
def write_report(project: Path) -> Callable[..., Path]:
    """Replace the report's body; the front matter takes four lines, so the body starts on line 5."""

    def write(body: str, *, front: str = 'title: "Rapport"\nsubtitle: "Prov"') -> Path:
        (project / "rapport.qmd").write_text(f"---\n{front}\n---\n{body}", "utf-8")
        return project

    return write


@pytest.fixture(scope="session")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Rendered:
    folder = tmp_path_factory.mktemp("rendered")
    return render(make_project(folder / "project"), "rapport.qmd", folder / "out", engine=Engine.EMBEDDED)
