from __future__ import annotations

import pytest

from evalkit.errors import ReportError
from evalkit.language import Language
from evalkit.render import Engine, render

FIGURE = "_run/figures/besok.svg"

UNSUPPORTED = {
    "tabset": "::: {.panel-tabset}\n## A\n:::",
    "layout": "::: {layout-ncol=2}\nText\n:::",
    "columns": ":::: {.columns}\n::: {.column}\nText\n:::\n::::",
    "subfigures": "::: {#fig-par}\nText\n\nBildtext\n:::",
    "shortcode": "Sida {{< pagebreak >}}",
    "video": "{{< video x.mp4 >}}",
    "r": "```{r}\n1\n```",
    "ojs": "```{ojs}\n1\n```",
    "python_with_attributes": "```{python .x}\n1\n```",
    "raw_block": "```{=html}\n<b>x</b>\n```",
    "raw_inline": "Text `<b>`{=html}",
    "html": "<div>Text</div>",
    "html_inline": "Rad<br>rad",
    "inline_r": "Talet `{r} 1`",
    "formula": "Andelen är $x + y$ av alla.",
    "display_formula": "$$\nx\n$$",
    "citation": "Se @wilson1927.",
    "equation_reference": "Se @eq-kvot.",
    "reference_without_name": "Se [-@fig-besok].",
    "theorem": "::: {#thm-x}\nText\n:::",
    "callout_looks": "::: {.callout-note collapse=\"true\"}\nText\n:::",
    "other_condition": '::: {.content-visible when-format="pdf"}\nText\n:::',
    "profile_condition": '::: {.content-visible when-profile="x"}\nText\n:::',
    "figure_without_alt": f"![Bildtext]({FIGURE}){{#fig-x}}",
    "figure_with_empty_alt": f'![Bildtext]({FIGURE}){{#fig-x fig-alt=""}}',
    "figure_without_label": f'![Bildtext]({FIGURE}){{fig-alt="Alt"}}',
    "figure_from_the_network": '![B](https://example.org/a.png){#fig-x fig-alt="Alt"}',
    "figure_missing": '![B](_run/figures/nej.svg){#fig-x fig-alt="Alt"}',
    "table_without_label": "| A | B |\n|---|---|\n| 1 | 2 |\n\n: Rubrik",
}  # fmt: skip


@pytest.mark.parametrize("body", UNSUPPORTED.values(), ids=UNSUPPORTED.keys())
def test_what_is_not_supported_stops_with_file_and_line(write_report, tmp_path, body):
    project = write_report(f"\nEtt stycke.\n\n{body}\n")
    with pytest.raises(ReportError) as caught:
        render(project, "rapport.qmd", tmp_path / "out", engine=Engine.EMBEDDED)
    first = 8
    last = first + body.count("\n")
    for problem in caught.value.problems:
        file, line = problem.place.file.split(":")
        assert file == "rapport.qmd"
        assert first <= int(line) <= last
    assert "stöder inte" in str(caught.value)
    assert "does not support" in caught.value.render(Language.EN)
    assert not (tmp_path / "out").exists()


def test_what_a_cell_prints_is_held_to_the_same_rules(write_report, tmp_path):
    project = write_report('\n```{python}\n#| output: asis\nprint("<table></table>")\n```\n')
    with pytest.raises(ReportError) as caught:
        render(project, "rapport.qmd", tmp_path / "out", engine=Engine.EMBEDDED)
    assert {problem.place.file for problem in caught.value.problems} == {"rapport.qmd:6"}


@pytest.mark.parametrize(
    "body",
    [
        "Priset är 5 $ och 7 $.",
        "Skriv till namn@example.org eller se <https://example.org>.",
        "Koden `<b>` och `@wilson` är text.",
        "Talet är <5 och >3.",
        "<!-- en kommentar om @wilson -->",
        'Andelen är [$x$]{alt="x"}.',
    ],
)
def test_ordinary_text_is_not_mistaken_for_a_construct(write_report, tmp_path, body):
    project = write_report(f"\n# Rubrik\n\n{body}\n")
    assert render(project, "rapport.qmd", tmp_path / "out", engine=Engine.EMBEDDED).pdf.is_file()


@pytest.mark.parametrize(
    ("file", "line", "key"),
    [
        ("_quarto.yml", "bibliography: a.bib", "bibliography"),
        ("_quarto.yml", "crossref: {chapters: true}", "crossref"),
        ("_metadata.yml", "toc: false", "toc"),
        ("_metadata.yml", "date: 2026-01-01", "date"),
    ],
)
def test_a_setting_that_would_be_ignored_is_refused(project, tmp_path, file, line, key):
    (project / file).write_text((project / file).read_text("utf-8") + line + "\n", "utf-8")
    with pytest.raises(ReportError) as caught:
        render(project, "rapport.qmd", tmp_path / "out", engine=Engine.EMBEDDED)
    assert [(problem.place.file, problem.place.key) for problem in caught.value.problems] == [(file, key)]


@pytest.mark.parametrize(("old", "new"), [("theme: none", "theme: cosmo"), ("type: default", "type: book")])
def test_a_setting_with_another_value_is_refused(project, tmp_path, old, new):
    file = project / "_quarto.yml"
    file.write_text(file.read_text("utf-8").replace(old, new), "utf-8")
    with pytest.raises(ReportError) as caught:
        render(project, "rapport.qmd", tmp_path / "out", engine=Engine.EMBEDDED)
    assert [problem.code for problem in caught.value.problems] == ["setting_value"]


@pytest.mark.parametrize(
    ("front", "code"),
    [
        ("subtitle: B\nlang: sv", "title_missing"),
        ("title: A\nlang: de", "language_missing"),
        ("title: A\nformat: html", "setting_unknown"),
    ],
)  # fmt: skip
def test_front_matter_is_checked(write_report, tmp_path, front, code):
    project = write_report("\nText.\n", front=front)
    with pytest.raises(ReportError) as caught:
        render(project, "rapport.qmd", tmp_path / "out", engine=Engine.EMBEDDED)
    assert [problem.code for problem in caught.value.problems] == [code]


def test_all_problems_are_told_at_once(write_report, tmp_path):
    project = write_report("\n<b>x</b>\n\nSe @wilson.\n\n```{r}\n1\n```\n")
    with pytest.raises(ReportError) as caught:
        render(project, "rapport.qmd", tmp_path / "out", engine=Engine.EMBEDDED)
    assert {problem.code for problem in caught.value.problems} == {"raw_html", "citation", "block_language"}


@pytest.mark.parametrize(
    ("body", "code", "place"),
    [
        ("\n# A {#sec-a}\n\nSe @sec-b.\n", "reference_unknown", "rapport.qmd:8"),
        ("\n# A {#sec-a}\n\n# B {#sec-a}\n", "label_twice", "rapport.qmd:8"),
        ("\n# A {#sec-a .unnumbered}\n\nSe @sec-a.\n", "reference_unknown", "rapport.qmd:8"),
    ],
)
def test_a_reference_that_leads_nowhere_is_told(write_report, tmp_path, body, code, place):
    project = write_report(body)
    with pytest.raises(ReportError) as caught:
        render(project, "rapport.qmd", tmp_path / "out", engine=Engine.EMBEDDED)
    assert [(problem.code, problem.place.file) for problem in caught.value.problems] == [(code, place)]
