"""The summary of coverage says what the tables of the page on adjustment say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs" / "statistics"
# A line of the summary, and the tables and columns of the page that it sums up.
SUMMED_UP = {
    "`stratified_rate_ratio`, `_difference` score": [
        ("Stratified ratio", "`score`"),
        ("Stratified difference", "`score`"),
    ],
    "`standardised_rate` score": [("Standardised rate", "`score`")],
    "`standardised_ratio` score": [("Observed over expected", "`score`")],
    "`standardised_rate_ratio` midp": [("Ratio of standardised rates", "`midp`")],
    "`adjusted_rate_ratio` quasi": [("Adjusted ratio", "`quasi`")],
    "`dispersion` φ": [("Dispersion φ", "φ")],
    "`decompose`, totals": [("Decomposition", "findings"), ("Decomposition", "findings per visit")],
}


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def column(title: str, name: str) -> list[str]:
    """The cells of a column of the table under a title in bold."""
    page = (DOCS / "adjustment.md").read_text(encoding="utf-8")
    after = page[page.index(f"**{title}**") :].splitlines()
    start = next(at for at, line in enumerate(after) if line.startswith("|"))
    rows = [cells(line) for line in after[start:] if line.startswith("|") or not line.strip()]
    place = rows[0].index(name)
    return [row[place] for row in rows[2 : next((at for at, row in enumerate(rows) if row == [""]), len(rows))]]


def summary() -> dict[str, list[str]]:
    page = (DOCS / "README.md").read_text(encoding="utf-8")
    page = page[page.index("| default | mean of a line") :]
    page = page[: page.index("\n\n")]
    return {cells(line)[0]: cells(line)[1:] for line in page.splitlines() if line.startswith("| `")}


@pytest.mark.parametrize("default", SUMMED_UP)
def test_the_summary_says_what_the_page_says(default: str) -> None:
    told = summary()[default]
    found = [cell for title, name in SUMMED_UP[default] for cell in column(title, name)]
    means = [float(cell.split()[0]) for cell in found]
    assert told[0] == f"{min(means):.1f}–{max(means):.1f}"
    least = min(float(re.search(r"\((.*)\)", cell)[1]) for cell in found)
    # A least of a few draws means nothing, and then none is told.
    assert told[1] in ("–", f"{least:.1f}")


@pytest.mark.parametrize("default", SUMMED_UP)
def test_the_summary_says_how_often_there_is_no_answer(default: str) -> None:
    title = SUMMED_UP[default][0][0]
    refused = {"Adjusted ratio": "refused `quasi`", "Decomposition": "refused 1"}.get(title, "refused")
    shares = [int(cell) for cell in column(title, refused)]
    told = summary()[default][2]
    assert told == (f"{min(shares)}–{max(shares)} %" if max(shares) else "0")
