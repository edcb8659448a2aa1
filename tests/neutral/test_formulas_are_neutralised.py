"""Nothing that evalkit writes is a formula when a spreadsheet program opens it."""

from __future__ import annotations

import csv
import io
import re

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalkit.neutral import is_formula_like, neutral, neutral_frame, write_csv

SIGNS = "=+-@\t\r＝＋－＠"
NUMBER = re.compile(r"[-+]?[0-9]([0-9 \u00a0\u2009\u202f]*[0-9])?([.,][0-9]+)?([eE][-+]?[0-9]+)?")
texts = st.text(alphabet=st.sampled_from("=+-@\t\r\n＝＋－＠;,\"' 1aå\u200b\ufeff"), max_size=12) | st.text(max_size=20)


def starts_a_formula(text: str, signs: str = SIGNS) -> bool:
    return text.lstrip(' \n\u200b\ufeff"').startswith(tuple(signs)) and not NUMBER.fullmatch(text)


@given(texts)
def test_no_text_begins_with_a_formula_sign(text):
    assert not starts_a_formula(neutral(text))


@given(texts)
def test_nor_does_a_part_of_it_where_a_program_divides_at_another_sign(text):
    made = neutral(text)
    if not NUMBER.fullmatch(made):
        for separator in ";,\t\r\n":
            assert not any(starts_a_formula(part, "=+-@＝＋－＠") for part in made.split(separator)[1:])


@given(texts)
def test_doing_it_twice_is_doing_it_once(text):
    assert neutral(neutral(text)) == neutral(text)
    assert not is_formula_like(neutral(text))


@pytest.mark.parametrize("number", ["-3", "+4", "-1 234,5", "1e-5", "-1.5", "0"])
def test_a_number_stays_a_number(number):
    assert neutral(number) == number


@pytest.mark.parametrize("text", ["besök", "Hägersten-Älvsjö", "2024-03-12", "a=b", "0127", "", "å, ä och ö"])
def test_plain_text_is_left_alone(text):
    assert neutral(text) == text


@settings(max_examples=25)
@given(st.lists(st.tuples(texts, st.integers(-9, 9)), min_size=1, max_size=5))
def test_a_csv_file_has_no_formula_in_it(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("csv") / "ut.csv"
    write_csv(pl.DataFrame(rows, schema={"=namn": pl.String, "antal": pl.Int64}, orient="row"), path)
    head, *body = csv.reader(io.StringIO(path.read_bytes().decode(), newline=""))

    assert head[0] == "'=namn"
    assert not any(starts_a_formula(cells[0]) for cells in body)
    assert [int(cells[1]) for cells in body] == [number for _, number in rows]


def test_a_frame_keeps_its_types_and_empty_cells():
    frame = pl.DataFrame({"a": ["=1", None], "b": [-1.5, None]})

    assert neutral_frame(frame).to_dict(as_series=False) == {"a": ["'=1", None], "b": [-1.5, None]}
    assert neutral_frame(frame).schema == frame.schema


def test_every_csv_writer_of_the_library_goes_this_way():
    import evalkit

    root = __import__("pathlib").Path(evalkit.__file__).parent
    writers = {
        path.relative_to(root).as_posix() for path in root.rglob("*.py") if ".write_csv(" in path.read_text("utf-8")
    }
    direct = {name for name in writers if re.search(r"(?<!neutral)\.write_csv\(", (root / name).read_text("utf-8"))}
    assert direct == {"neutral.py"}
