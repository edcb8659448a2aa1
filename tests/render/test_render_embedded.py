from __future__ import annotations

import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import pytest

from evalkit.errors import ReportError
from evalkit.render import Engine, Format, render

REPORTS = Path(__file__).parents[2] / "reports"


class Page(HTMLParser):
    """The elements of a page in order, with their attributes and text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.headings: list[tuple[str, str]] = []
        self._heading = ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, {key: value or "" for key, value in attrs}))
        if re.fullmatch(r"h[1-6]", tag):
            self._heading = tag
            self.headings.append((tag, ""))

    def handle_endtag(self, tag):
        if tag == self._heading:
            self._heading = ""

    def handle_data(self, data):
        if self._heading:
            tag, text = self.headings[-1]
            self.headings[-1] = (tag, text + data)

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.fixture(scope="module")
def html(rendered) -> str:
    return rendered.html.read_text("utf-8")


@pytest.fixture(scope="module")
def page(html) -> Page:
    return Page(html)


@pytest.fixture(scope="module")
def pdf_text(rendered) -> str:
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext (poppler) is not installed, so the text of the PDF cannot be read")
    command = ["pdftotext", "-layout", str(rendered.pdf), "-"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_versions_and_engine_are_told(rendered):
    assert rendered.engine is Engine.EMBEDDED
    assert [name for name, _ in rendered.versions] == ["pandoc", "typst"]
    assert all(re.match(r"\d+\.\d+", version) for _, version in rendered.versions)


def test_one_h1_and_numbered_headings(page):
    assert page.headings == [
        ("h1", "Effektutvärdering av gemensamma tillsynsmodeller"),
        ("h2", "Innehåll"),
        ("h2", "1 Sammanfattning"),
        ("h3", "1.1 Metod"),
        ("h2", "2 Resultat"),
        ("h3", "2.1 En rubrik från en cell"),
        ("h2", "Bilaga"),
    ]


def test_the_contents_lead_to_every_heading(html, page):
    contents = html[html.index('<nav class="innehall"') : html.index("</nav>")]
    ids = {attributes["id"] for _, attributes in page.elements if "id" in attributes}
    targets = re.findall(r'href="#([^"]+)"', contents)
    assert len(targets) == 5
    assert set(targets) <= ids


def test_references_and_captions_are_numbered(html):
    assert 'class="quarto-xref">Figur\u00a01</a>' in html
    assert 'class="quarto-xref">Tabell\u00a02</a>' in html
    assert 'class="quarto-xref">Avsnitt\u00a01.1</a>' in html
    assert '<span class="etikett">Tabell\u00a01:</span> Besök per område</span></caption>' in html
    assert '<span class="etikett">Figur\u00a02:</span> En figur ur en cell' in html


def test_no_identifier_occurs_twice(page):
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert sorted(ids) == sorted(set(ids))


def test_inline_results_and_conditions(html):
    assert "gjordes 1234 besök" in html
    assert "heter A*B" in html
    assert "<strong>ny</strong>" in html
    assert "Visas bara på webben." in html
    assert "Visas bara i PDF." not in html


def test_figures_have_their_alternative_text(page):
    assert [image["alt"] for image in page.all("img")] == [
        "Linjediagram. Besöken ökar från 10 till 40 per månad.",
        "Stapeldiagram. A har 3 och B har 7.",
    ]


def test_tables_are_named_regions_with_scoped_headers(page):
    regions = [attributes for attributes in page.all("div") if attributes.get("class") == "tabell"]
    assert [region["aria-label"] for region in regions] == [
        "Tabell\u00a01: Besök per område",
        "Tabell\u00a02: En liten tabell",
    ]
    assert all(region["role"] == "region" and region["tabindex"] == "0" for region in regions)
    assert [cell["scope"] for cell in page.all("th")] == ["col"] * 4 + ["row"] * 3 + ["col"] * 2 + ["row"] * 2
    assert sum("right" in cell.get("style", "") for cell in page.all("td")) == 5


def test_boxes_keep_their_kind_and_name(page):
    boxes = [attributes for attributes in page.all("div") if "ruta" in attributes.get("class", "").split()]
    assert [box["class"] for box in boxes] == [
        "ruta kan-saga",
        "ruta kan-inte-saga",
        "ruta svar",
        "ruta varning",
        "ruta varning",
        "ruta",
    ]
    assert all(box["role"] == "note" and box["aria-label"] for box in boxes)


def test_the_page_asks_for_nothing_and_runs_nothing(html, page):
    assert page.all("script") == []
    assert page.all("link") == []
    loaded = [attributes["src"] for _, attributes in page.elements if "src" in attributes]
    assert all(source.startswith("data:image/svg+xml") for source in loaded)
    assert not re.search(r"url\(|@import", html)


def test_synthetic_data_are_marked_on_the_page(html):
    assert '<aside class="remsa" aria-label="Påhittade uppgifter">' in html
    assert html.index('<aside class="syntetisk"') > html.index("</header>")
    assert html.index('<aside class="syntetisk"') < html.index("<nav")


def test_synthetic_data_are_marked_on_every_page_of_the_pdf(pdf_text):
    pages = pdf_text.rstrip("\f").split("\f")
    assert len(pages) >= 3
    assert all("Påhittade uppgifter" in text for text in pages)
    assert [re.search(r"(\d+) \((\d+)\)", text)[0] for text in pages] == [
        f"{number} ({len(pages)})" for number in range(1, len(pages) + 1)
    ]


def test_the_pdf_has_the_same_numbers(pdf_text):
    for words in ("Innehåll", "1 Sammanfattning", "1.1 Metod", "2.1 En rubrik från en cell", "Tabell 1:", "Figur 2:"):
        assert words in pdf_text
    assert "Visas bara i PDF." in pdf_text
    assert "Visas bara på webben." not in pdf_text


def test_the_pdf_is_tagged_in_swedish_and_conforms(rendered):
    pdf = rendered.pdf.read_bytes()
    assert b"/MarkInfo" in pdf
    assert b"/StructTreeRoot" in pdf
    assert re.search(rb"/Lang ?\(sv\)", pdf)
    metadata = pdf.decode("latin-1")
    assert re.search(r"pdfuaid:part>1<", metadata)
    assert re.search(r"pdfaid:part>2<.*pdfaid:conformance>A<", metadata, re.DOTALL)


def test_no_path_of_this_machine_is_in_the_output(rendered):
    here = str(Path(__file__).parents[2])
    for file in (rendered.html, rendered.pdf):
        content = file.read_bytes().decode("latin-1")
        assert here not in content
        assert "/tmp" not in content  # noqa: S108 - looked for, not written to


def test_the_same_project_gives_the_same_bytes(rendered, project, tmp_path):
    again = render(project, "rapport.qmd", tmp_path / "out", engine=Engine.EMBEDDED)
    assert again.html.read_bytes() == rendered.html.read_bytes()
    assert again.pdf.read_bytes() == rendered.pdf.read_bytes()
    assert sorted(file.name for file in (tmp_path / "out").iterdir()) == ["rapport.html", "rapport.pdf"]
    assert not (project / "_embedded").exists()


def test_an_english_report_without_facts_or_mark(write_report, tmp_path):
    project = write_report(
        '\n# One {#sec-one}\n\nSee @tbl-x and @sec-one.\n\n| A | B |\n|:--|--:|\n| 1 | 2 |\n\n: Steps {#tbl-x}\n',
        front='title: "Report"\nlang: en\nsynthetic: false',
    )  # fmt: skip
    (project / "_metadata.yml").write_text("lang: sv\n", "utf-8")
    made = render(project, "rapport.qmd", tmp_path / "out", formats=(Format.HTML,), engine=Engine.EMBEDDED)
    html = made.html.read_text("utf-8")
    assert made.pdf is None
    assert '<html lang="en">' in html
    assert "Table\u00a01" in html
    assert "Section\u00a01" in html
    assert "Contents" in html
    assert "<aside" not in html
    assert "<dl" not in html


def test_the_environment_reaches_the_cells_and_own_start_up_files_do_not(write_report, tmp_path):
    project = write_report('\n```{python}\n#| output: asis\nimport os\nprint(os.environ["EVALKIT_RUN"])\n```\n')
    told: list[str] = []
    made = render(
        project,
        "rapport.qmd",
        tmp_path / "out",
        formats=(Format.HTML,),
        engine=Engine.EMBEDDED,
        environment={"EVALKIT_RUN": "körning sju"},
        progress=told.append,
    )
    assert "körning sju" in made.html.read_text("utf-8")
    assert told == ["cell 1 av 1: rapport.qmd:6", "gör HTML"]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("int('Anna Andersson')", "ValueError"),
        (
            "from evalkit.errors import *\nfrom evalkit.language import same\n"
            "raise ReportError(Problem('c', same('trasig tabell'), Place('a.csv'), same('b'), same('c')))",
            "trasig tabell",
        ),
    ],
)
def test_a_failing_cell_is_told_with_its_place_and_without_data(write_report, tmp_path, code, expected):
    project = write_report(f"\nText\n\n```{{python}}\n#| label: x\n{code}\n```\n")
    with pytest.raises(ReportError) as caught:
        render(project, "rapport.qmd", tmp_path / "out", engine=Engine.EMBEDDED)
    assert caught.value.problems[0].place.file == "rapport.qmd:8"
    assert expected in str(caught.value)
    assert "Anna" not in str(caught.value)
    assert not (tmp_path / "out").exists()


def test_a_failing_inline_expression_is_told_with_its_line(write_report, tmp_path):
    project = write_report("\nText\n\n```{python}\nx = 0\n```\n\nTalet `{python} 1 / x` är okänt.\n")
    with pytest.raises(ReportError) as caught:
        render(project, "rapport.qmd", tmp_path / "out", engine=Engine.EMBEDDED)
    assert caught.value.problems[0].place.file == "rapport.qmd:12"
    assert "ZeroDivisionError" in str(caught.value)


def test_a_figure_drawn_without_alternative_text_is_refused(write_report, tmp_path):
    project = write_report("\n```{python}\nimport matplotlib.pyplot as plt\nplt.plot([1, 2]);\n```\n")
    with pytest.raises(ReportError) as caught:
        render(project, "rapport.qmd", tmp_path / "out", engine=Engine.EMBEDDED)
    assert [(problem.code, problem.place.file) for problem in caught.value.problems] == [
        ("figure_alt", "rapport.qmd:6")
    ]


def interrupt(_message: str) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("code", "progress", "error"),
    [("1 / 0", lambda _message: None, ReportError), ("1", interrupt, KeyboardInterrupt)],
    ids=["failing cell", "interrupt"],
)
def test_no_kernel_is_left_behind(write_report, tmp_path, code, progress, error):
    import psutil

    project = write_report(f"\n```{{python}}\n{code}\n```\n")
    with pytest.raises(error):
        render(project, "rapport.qmd", tmp_path / "out", engine=Engine.EMBEDDED, progress=progress)
    children = psutil.Process().children(recursive=True)
    assert [child.pid for child in children if "ipykernel_launcher" in " ".join(child.cmdline())] == []
