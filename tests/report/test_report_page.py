"""The rendered pages: structure, accessibility, what they say and what they must not say."""

from __future__ import annotations

import itertools
import re
import subprocess

import pytest

from evalkit import pipeline, wording

SYNTHETIC = re.compile(r"syntetisk|påhittad", re.IGNORECASE)
# What a browser fetches by itself; a link waits for a reader to follow it.
FETCHING = ("src", "srcset", "data", "poster", "action", "formaction", "background", "manifest", "ping", "xlink:href")


def pdf_pages(program, report) -> list[str]:
    done = subprocess.run([program("pdftotext"), "-layout", str(report.pdf), "-"], stdout=subprocess.PIPE, check=True)
    return done.stdout.decode().split("\f")[:-1]


def test_the_page_says_its_language_and_title(each):
    (html,) = each.page.all("html")
    assert html.attributes["lang"] == "sv"
    (title,) = html.all("title")
    assert title.text


def test_headings_begin_with_one_and_skip_no_level(each):
    levels = [int(heading.tag[1]) for heading in each.page.all("h1", "h2", "h3", "h4", "h5", "h6")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))


def test_headings_have_words(each):
    assert all(heading.text for heading in each.page.all("h1", "h2", "h3", "h4"))


def test_every_picture_has_an_alternative_text(each):
    pictures = list(each.page.all("img"))
    assert all(picture.attributes.get("alt", "").strip() for picture in pictures)
    assert len(pictures) == len(each.run.artifacts.figures)


def test_every_table_has_a_caption_and_scoped_heads(each):
    tables = list(each.page.all("table"))
    assert tables
    for table in tables:
        (caption,) = table.all("caption")
        assert caption.text
        heads = list(table.all("th"))
        assert heads
        assert all(head.attributes.get("scope") in {"col", "row"} for head in heads), caption.text
        assert all(head.text for head in heads), caption.text
        widths = {len(list(row.all("th", "td"))) for row in table.all("tr")}
        assert len(widths) == 1, caption.text


def test_every_id_is_used_once_and_every_inner_link_leads_somewhere(each):
    ids = [element.attributes["id"] for element in each.page.all() if "id" in element.attributes]
    assert len(ids) == len(set(ids))
    inner = {link.attributes["href"][1:] for link in each.page.all("a") if link.attributes.get("href", "")[:1] == "#"}
    assert inner <= {*ids, ""}


def test_the_page_fetches_nothing(each):
    for element in each.page.all():
        fetched = [element.attributes.get(name, "") for name in FETCHING]
        fetched += [element.attributes.get("href", "")] if element.tag in {"link", "use", "image", "base"} else []
        assert not [value for value in fetched if re.match(r"\s*(?:https?:)?//", value)], element.tag
        assert not re.search(r"url\(\s*[\"']?(?!data:|#)", element.attributes.get("style", ""))
    assert not list(each.page.all("script", "iframe", "object", "embed"))
    for style in each.page.all("style"):
        assert not re.search(r"@import|url\(\s*[\"']?(?!data:|#)", style.text)


def test_no_word_claims_too_much(each, program):
    assert wording.forbidden_words(pipeline.visible_text(each.html.read_text("utf-8"))) == ()
    assert wording.forbidden_words(" ".join(pdf_pages(program, each))) == ()


def test_every_comparison_of_the_plan_is_in_the_report(each, program):
    (html,) = each.page.all("html")
    printed = " ".join(pdf_pages(program, each))
    for item in each.run.artifacts.plan.estimands:
        assert re.search(rf"\b{item.id}\b", html.text), item.id
        assert re.search(rf"\b{item.id}\b", printed), item.id


def test_the_digest_of_the_plan_is_in_the_report(each):
    (html,) = each.page.all("html")
    assert each.run.artifacts.plan.digest in html.text


def test_every_page_of_the_demonstration_is_marked(demonstration, program):
    pages = pdf_pages(program, demonstration)
    assert len(pages) > 5
    assert [number for number, page in enumerate(pages, 1) if not SYNTHETIC.search(page)] == []
    assert SYNTHETIC.search(pipeline.visible_text(demonstration.html.read_text("utf-8")))


def test_every_figure_of_the_demonstration_is_marked(demonstration):
    for entry in demonstration.run.artifacts.figures:
        assert demonstration.run.figure(entry.id).startswith("![Syntetiska data. "), entry.id


def test_real_analyses_carry_no_synthetic_mark(real, program):
    assert not SYNTHETIC.search(pipeline.visible_text(real.html.read_text("utf-8")))
    assert not SYNTHETIC.search(" ".join(pdf_pages(program, real)))
    assert not (real.folder / "artifacts" / "truth.json").exists()


def test_the_pdf_claims_the_standards_for_accessibility_and_archives(each):
    from evalkit.artifacts import pdf_standards

    assert set(pdf_standards(each.pdf)) == {"PDF/UA-1", "PDF/A-2a"}


@pytest.mark.parametrize("sign", ["Traceback", "NaN", " nan ", " inf ", "None", "Text(", "datetime.date", "?@", "??"])
def test_nothing_of_the_machinery_shows(each, sign):
    assert sign not in pipeline.visible_text(each.html.read_text("utf-8"))


def test_suppressed_counts_are_said_to_be_hidden(demonstration):
    hidden = demonstration.run.artifacts.released.series.filter(status="suppressed")
    assert hidden.height
    (html,) = demonstration.page.all("html")
    assert "dolt antal" in html.text
