"""On paper no column is narrower than its longest word, which would run into the next column."""

import re

import pypandoc

from evalkit import resources

LETTERS = 92  # of a table's width on A4; measured on a rendered page
LONG = "Det utsatta beloppet är ett hot, inte pengar som kommit in. " * 8


def shares(*cells: str) -> list[float]:
    lines = (cells, ["---"] * len(cells), cells)
    table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    lua = str(resources.reports() / "evalkit.lua")
    typst = pypandoc.convert_text(table, "typst", format="markdown", extra_args=[f"--lua-filter={lua}", "-Mlang=sv"])
    found = re.search(r"columns: \(([^)]*)\)", typst)
    assert found, typst
    return [float(share) / 100 for share in re.findall(r"([0-9.]+)%", found[1])]


def test_a_long_word_has_room_beside_two_long_texts():
    word = "Arbetskraftsexploatering"
    found = shares(f"C1i {word}", LONG, LONG)

    assert found[0] * LETTERS >= len(word) + 1.9
    assert 0.98 <= sum(found) <= 1.01
    assert found[1] > found[0]


def test_words_that_cannot_all_have_room_share_it():
    found = shares("a" * 60, "b" * 60, LONG)

    assert 0.98 <= sum(found) <= 1.01
    assert min(found) > 0.1
