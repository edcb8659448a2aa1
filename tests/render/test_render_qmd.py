from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalkit.errors import ProblemLog
from evalkit.render.embedded.assemble import inline_markdown
from evalkit.render.embedded.lines import Line
from evalkit.render.embedded.markup import read_markup
from evalkit.render.embedded.qmd import Cell, Prose, read_document


def read(folder: Path, **files: str) -> tuple[object, ProblemLog]:
    for name, text in files.items():
        (folder / f"{name}.qmd").write_text(text, "utf-8")
    log = ProblemLog()
    return read_document(folder, "a.qmd", log), log


def test_front_matter_prose_and_cells_in_reading_order(tmp_path):
    document, log = read(
        tmp_path, a="---\ntitle: T\n---\nEtt\n\n```{python}\n#| label: x\n#| echo: true\ny = 1\n```\nTvå"
    )
    assert log.problems == []
    assert document.front == {"title": "T"}
    first, cell, last = document.pieces
    assert isinstance(cell, Cell)
    assert (cell.code, cell.options, cell.place) == ("y = 1", {"label": "x", "echo": True}, "a.qmd:6")
    assert [line.text for line in first.lines] == ["Ett", ""]
    assert last == Prose((Line("Två", "a.qmd:11"),))


def test_includes_are_expanded_with_their_own_places(tmp_path):
    document, log = read(tmp_path, a="Ett\n{{< include b.qmd >}}\nTre", b="Två\n{{< include c.qmd >}}", c="Djup")
    assert log.problems == []
    assert [(line.text, line.place) for line in document.prose] == [
        ("Ett", "a.qmd:1"),
        ("Två", "b.qmd:1"),
        ("Djup", "c.qmd:1"),
        ("Tre", "a.qmd:3"),
    ]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{{< include a.qmd >}}", "include_circular"),
        ("{{< include nej.qmd >}}", "include_missing"),
        ("{{< include ../nej.qmd >}}", "include_outside"),
    ],
)
def test_a_bad_include_is_told_with_its_line(tmp_path, text, code):
    _, log = read(tmp_path, a=f"Ett\n{text}")
    assert [(problem.code, problem.place.file) for problem in log.problems] == [(code, "a.qmd:2")]


def test_an_include_inside_code_is_text(tmp_path):
    document, log = read(tmp_path, a="```\n{{< include nej.qmd >}}\n```")
    assert log.problems == []
    assert len(document.prose) == 3


def test_a_longer_fence_holds_a_shorter_one(tmp_path):
    document, _ = read(tmp_path, a="````\n```{python}\n1/0\n```\n````")
    assert [type(piece) for piece in document.pieces] == [Prose]


@pytest.mark.parametrize(
    ("option", "code"),
    [
        ("fig-width: 5", "cell_option_unknown"),
        ("layout-ncol: 2", "cell_option_unknown"),
        ("error: true", "cell_option_value"),
        ("output: tabell", "cell_option_value"),
        ("echo: fenced", "cell_option_value"),
    ],
)
def test_an_unknown_cell_option_is_told_on_its_own_line(tmp_path, option, code):
    _, log = read(tmp_path, a=f"```{{python}}\n#| label: x\n#| {option}\n```")
    assert [(problem.code, problem.place.file) for problem in log.problems] == [(code, "a.qmd:3")]


def test_broken_yaml_is_told_with_its_line(tmp_path):
    _, log = read(tmp_path, a="---\ntitle: T\nsubtitle: [\n---\nText")
    assert [problem.code for problem in log.problems] == ["yaml_invalid"]
    assert log.problems[0].place.file in {"a.qmd:3", "a.qmd:4"}


@pytest.mark.parametrize(
    ("data", "markdown"),
    [
        ({"text/plain": "'A*B'"}, r"A\*B"),
        ({"text/plain": "1234.5"}, "1234.5"),
        ({"text/plain": "<x>", "text/markdown": "**ny**"}, "**ny**"),
    ],
)
def test_inline_results_are_written_as_quarto_writes_them(data, markdown):
    assert inline_markdown(data) == markdown


@given(st.lists(st.text("ab `~\\{}@#<>-:", max_size=12), min_size=1, max_size=8))
def test_blanking_code_keeps_every_offset_and_place(texts):
    lines = [Line(text, f"a:{number}") for number, text in enumerate(texts, 1)]
    markup = read_markup(lines)
    assert len(markup.text) == len(markup.raw)
    assert markup.text.count("\n") == len(lines) - 1
    for offset in range(len(markup.text)):
        assert markup.place(offset) == f"a:{markup.text[:offset].count(chr(10)) + 1}"
