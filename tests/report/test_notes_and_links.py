"""What the plan says must stand first or beside a number, and where the sources lead."""

from __future__ import annotations

import pytest

import evalkit as ek
from evalkit.errors import PlanError
from evalkit.tables import Column, Link, Table, to_html, to_markdown

TABLE = Table("tbl-x", "Källor", (Column("Källa"),), ((Link("SCB [a]", "https://www.scb.se/a b)"),),))


def test_a_link_is_a_link_in_markdown_and_html() -> None:
    assert "| [SCB \\[a]](<https://www.scb.se/a%20b%29>) |" in to_markdown(TABLE)
    assert '<a href="https://www.scb.se/a b)">SCB [a]</a>' in to_html(TABLE)


@pytest.mark.parametrize("address", ["javascript:alert(1)", "file:///etc/passwd", ""])
def test_only_web_addresses_become_links(address: str) -> None:
    table = Table("tbl-x", "Källor", (Column("Källa"),), ((Link("SCB", address),),))
    assert "](" not in to_markdown(table)
    assert "href" not in to_html(table)


def test_the_note_of_a_metric_stands_beside_its_number(tmp_path) -> None:
    made = ek.report("samordnad-tillsyn-otto", out=tmp_path / "ut", engine="embedded")
    text = " ".join(made.html.read_text("utf-8").split())
    note = "Enheten är oklar: ett besök kan vara en adress, en verksamhet eller ett tillfälle."
    # In the answer, at the question, in the box of what can be said, and under the table.
    assert text.count(note) == 4
    assert 'href="https://www.botkyrka.se/' in text


def test_what_must_be_read_first_opens_the_answer(tmp_path) -> None:
    made = ek.report("manniskoexploatering", out=tmp_path / "ut", engine="embedded")
    text = " ".join(made.html.read_text("utf-8").split())
    first = text.index("Siffrorna säger inget om OTTO eller Samordnad tillsyn.")
    assert first < text.index("Räknat per invånare och lika lång tid ökade antalet")


def test_a_note_of_a_metric_that_nothing_counts_is_told(plan_content) -> None:
    plan_content["metric_notes"] = [{"metric": "B2", "sv": "x", "en": "x"}]
    with pytest.raises(PlanError) as caught:
        ek.Plan.from_mapping(plan_content, folder=None)
    (problem,) = caught.value.problems
    assert problem.code == "plan_note_unused"
    assert problem.place.key == "metric_notes.1.metric"
