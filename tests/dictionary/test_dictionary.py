"""The dictionary holds everything of the contracts and code books, and is a sound page."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from typer.testing import CliRunner

from evalkit import cli, resources
from evalkit.contracts import CodeList, load_contracts
from evalkit.dictionary import codes_of, markdown_tables, to_html
from evalkit.dictionary.codes import listed_in
from evalkit.language import Language
from evalkit.metrics import MetricBook
from evalkit.pipeline import visible_text
from evalkit.tables import to_markdown

LANGUAGES = {"sv": (Language.SV,), "en": (Language.EN,), "both": tuple(Language)}
COMMITTED = resources.data_contracts().parent / "docs" / "dictionary.html"


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    return {name: to_html(load_contracts(), MetricBook.load(), chosen) for name, chosen in LANGUAGES.items()}


class Outline(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.levels: list[int] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.fetched: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        if re.fullmatch(r"h[1-6]", tag):
            self.levels.append(int(tag[1]))
        if "id" in found:
            self.ids.append(found["id"])
        if tag == "a":
            self.links.append(found["href"])
        self.fetched += [value for name, value in attrs if name in ("src", "srcset") or (name == "href" and tag != "a")]


@pytest.mark.parametrize("name", LANGUAGES)
def test_headings_links_and_ids_are_sound_and_nothing_is_fetched(pages, name):
    outline = Outline(pages[name])

    assert outline.levels.count(1) == 1
    assert all(later - earlier <= 1 for earlier, later in zip(outline.levels, outline.levels[1:], strict=False))
    assert len(outline.ids) == len(set(outline.ids))
    assert all(link.startswith("#") for link in outline.links)
    assert {link[1:] for link in outline.links} <= set(outline.ids)
    assert outline.fetched == []
    assert "url(" not in pages[name]
    assert "@import" not in pages[name]
    assert f'<html lang="{"sv" if name == "both" else name}">' in pages[name]
    assert pages[name].count("<th ") == pages[name].count('scope="')
    assert len(pages[name].encode()) < 1_000_000


@pytest.mark.parametrize("name", LANGUAGES)
def test_everything_is_there(pages, name):
    text, outline, book = " ".join(visible_text(pages[name]).split()), Outline(pages[name]), MetricBook.load()
    for language in LANGUAGES[name]:
        for contract in load_contracts().values():
            assert {f"{contract.table}-{field}" for field in contract.names} <= set(outline.ids)
            texts = [text for field in contract.fields for text in (field.label, field.description)]
            for told in (contract.description, *texts, *(rule.description for rule in contract.quality)):
                assert " ".join(told.in_language(language).split()) in text
        for metric in book.metrics:
            for told in (metric.name, metric.definition, metric.decided_by, *metric.traps):
                assert " ".join(told.in_language(language).split()) in text
            assert metric.legal_basis is None or " ".join(metric.legal_basis.split()) in text
        for entry in (*book.exposures, *book.authorities):
            assert entry.name.in_language(language) in text
        for law in book.law_changes:
            assert " ".join(law.change.in_language(language).split()) in text


def test_what_is_not_verified_is_marked(pages):
    book = MetricBook.load()
    for metric in book.metrics:
        part = pages["sv"].partition(f'id="code-{metric.code}"')[2].partition("<h4")[0].partition("<h3")[0]
        assert ("ej bekräftat" in part) is not metric.verified, metric.code


def test_english_on_a_swedish_page_says_that_it_is_english(pages):
    assert 'lang="en"' in pages["both"]
    assert 'lang="en"' not in pages["sv"]
    assert '<span class="en" lang="en">Data dictionary</span>' in pages["both"]


@pytest.mark.skipif(not COMMITTED.is_file(), reason="the docs do not come with an installed library")
def test_the_page_in_the_docs_is_current(pages):
    """When this fails: evalkit dictionary --out docs/dictionary.html --lang both."""
    assert COMMITTED.read_text("utf-8") == pages["both"]


@pytest.mark.parametrize("code_list", CodeList)
def test_every_code_list_has_codes_with_names_in_both_languages(code_list):
    entries = listed_in(code_list, MetricBook.load())

    assert entries
    assert all(entry.name.sv and entry.name.en for entry in entries)


def test_a_column_that_is_no_list_has_no_codes():
    contract = load_contracts()["outcomes"]

    assert codes_of(contract.field("value"), MetricBook.load()) == ()
    assert [entry.code for entry in codes_of(contract.field("frequency"), MetricBook.load())] == [
        "month",
        "quarter",
        "year",
    ]


@pytest.mark.parametrize("language", Language)
def test_the_appendix_tells_the_metrics_and_columns_used(language):
    metrics, columns = markdown_tables(
        load_contracts(), MetricBook.load(), ["T3", "P1", "T3", "Q9"], ["outcomes", "coverage"], language
    )

    assert [row[0].split()[0] for row in metrics.rows] == ["T3", "P1"]
    assert "2024-12-31" in metrics.rows[0][1]
    assert len(columns.rows) == len(load_contracts()["outcomes"].names) + len(load_contracts()["coverage"].names)
    assert f"{{#{metrics.id}}}" in to_markdown(metrics)


def test_the_command_writes_the_page_and_may_renew_it_but_nothing_else(tmp_path):
    page = tmp_path / "ny mapp" / "ordlista.html"
    for lang in ("sv", "both"):
        done = CliRunner().invoke(cli.app, ["dictionary", "--out", str(page), "--lang", lang])
        assert (done.exit_code, done.stdout.strip()) == (cli.OK, str(page))
    page.write_text("min egen", "utf-8")
    done = CliRunner().invoke(cli.app, ["dictionary", "--out", str(page)])
    assert done.exit_code == cli.BAD_INPUT
    assert page.read_text("utf-8") == "min egen"
    assert [path.name for path in page.parent.iterdir()] == ["ordlista.html"]
