"""Tables, chapters and figures say what was released: no more, no less, and in the language asked for."""

from __future__ import annotations

import inspect
import re
from dataclasses import replace

import polars as pl
import pytest

from evalkit import chapters, figures, style, tables
from evalkit.language import Language
from evalkit.tables import Align, Column, Table, to_html, to_markdown
from evalkit.vocabulary import CellStatus

PRINTED = sorted(
    name
    for name, member in inspect.getmembers(chapters.Run, inspect.isfunction)
    if not name.startswith("_") and name != "figure"
)
ROWS = ((r"a|b*c_`d`<e>[f]$g^h~i@j#k\l", "1"), ("två\nrader", "2"))
TABLE = Table("tbl-x", "Antal", (Column("Kommun", weight=30), Column("Antal", Align.RIGHT)), ROWS, notes=("Not.",))


def test_cells_are_text_in_markdown():
    _, rule, first, second, *_, caption, blank, opened, note, closed = to_markdown(TABLE).splitlines()

    assert rule == "|:----------------------------------------|---:|"
    assert len(re.findall(r"(?<!\\)\|", first)) == 3
    assert not re.search(r"(?<!\\)[*_`<\[$^~@#]", first)
    assert second == "| två rader | 2 |"
    assert caption == ": Antal {#tbl-x}"
    assert (blank, opened, note, closed) == ("", "::: {.tabellnot}", "Not.", ":::")


def test_cells_are_text_in_html():
    shown = to_html(TABLE)

    assert "&lt;e&gt;" in shown
    assert shown.count('scope="row"') == 2
    assert shown.count('scope="col"') == 2
    assert "<caption>Antal</caption>" in shown


def test_a_row_of_another_width_is_a_fault():
    with pytest.raises(ValueError, match="tbl-x"):
        Table("tbl-x", "Antal", (Column("Kommun"),), (("a", "b"),))


def test_a_series_shows_each_released_cell_or_why_there_is_none(each):
    run = each.run.artifacts
    for item in run.plan.series:
        shown = tables.series(run.released, run.plan, item, each.run.book)
        rows = run.released.series.filter(series=item.key)
        cells = [cell for row in shown.rows for cell in row[1:]]
        for row in rows.iter_rows(named=True):
            told = (
                style.number(row["count"])
                if row["status"] == CellStatus.VALUE
                else style.STATUS_WORDS[row["status"]].sv
            )
            assert any(cell.startswith(told) for cell in cells), (item.key, row)
        assert len(shown.rows) == rows["period"].n_unique()


def test_what_was_hidden_is_listed_and_no_more(demonstration):
    run = demonstration.run.artifacts
    shown = tables.suppression(run.released, run.plan, demonstration.run.book)
    hidden = run.released.series.filter(status="suppressed").group_by("series").len()

    assert sorted(int(row[-1]) for row in shown.rows) == sorted(hidden["len"])
    assert [row[1] for row in shown.rows] == ["färre än 5", "färre än 10"]


def test_every_comparison_is_either_answered_or_refused(each):
    run = each.run.artifacts
    answered = tables.answers(run.released, run.plan, each.run.book).rows
    refused = tables.refusals(run.released, run.plan).rows

    assert sorted(row[0].partition(".")[0] for row in (*answered, *refused)) == sorted(
        item.id for item in run.plan.estimands
    )
    assert all(row[1] for row in refused)


@pytest.mark.parametrize("name", PRINTED)
@pytest.mark.parametrize("language", list(Language))
def test_every_part_of_a_report_can_be_told_in_both_languages(each, name, language):
    told = getattr(replace(each.run, language=language), name)()

    assert isinstance(told, str)
    asked = {"truth": bool(each.run.artifacts.true_values), "self_test": each.run.artifacts.self_test is not None}
    assert bool(told) == asked.get(name, True)
    assert not re.search(r"\bNone\b(?! of| recorded)|\bnan\b|Text\(|<function", told)
    for table in re.findall(r"(?:^\|.*\n)+", told + "\n", re.MULTILINE):
        widths = {len(re.findall(r"(?<!\\)\|", line)) for line in table.splitlines()}
        assert len(widths) == 1


def test_a_figure_that_is_not_there_leaves_nothing(each):
    assert each.run.figure("fig-finns-inte") == ""


def _hiding(released, where):
    series = released.series.with_columns(
        status=pl.when(where).then(pl.lit(CellStatus.SUPPRESSED.value)).otherwise("status"),
        **{name: pl.when(~where).then(name) for name in ("count", "rate", "conf_low", "conf_high")},
    )
    return replace(released, series=series)


def test_a_figure_draws_no_line_through_what_is_hidden(demonstration):
    """Without numbers there is no figure; with some, the others are said to be without."""
    run, book = demonstration.run.artifacts, demonstration.run.book
    victims, permits = (next(item for item in run.plan.series if item.metric == name) for name in ("C1g", "T1"))
    all_hidden = _hiding(run.released, pl.col("series") == victims.key)
    assert f"fig-{victims.key}" in {figure.id for figure in figures.all_figures(run.released, run.plan, book)}
    assert f"fig-{victims.key}" not in {figure.id for figure in figures.all_figures(all_hidden, run.plan, book)}

    a_year = (pl.col("series") == permits.key) & (pl.col("period").dt.year() == 2022)
    alt = figures.series(_hiding(run.released, a_year), run.plan, permits, book).alt
    assert "perioder utan uppgift" in alt
