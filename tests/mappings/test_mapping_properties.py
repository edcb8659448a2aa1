"""What holds for any rows: order does not matter, nothing is lost uncounted, nobody is shown."""

from __future__ import annotations

import csv
import io
import random
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import evalkit as ek
from evalkit.mappings import MappingError, write_tables
from evalkit.mappings.dates import read_day
from evalkit.mappings.reading import read_mapping
from evalkit.mappings.suggestion import suggest

KOMMUN = {"unit_id": "0127", "source_id": "prov_2024"}
CODES = ("0520", "0530 ", "0540", "0550", "0700", "0710", "0720", "0500", "0510", "0100", "0640")
MEASURES = {"0520", "0530", "0540", "0550", "0700", "0710"}

days = st.dates(date(1990, 1, 1), date(2040, 12, 31))
rows = st.lists(st.tuples(st.sampled_from(CODES), days), min_size=1, max_size=25)


def export(folder: str, found: list[tuple[str, date]], order: list[int] | None = None) -> Path:
    lines = [f"{1000 + place};{code};{day} 00:00:00;{place}" for place, (code, day) in enumerate(found)]
    chosen = lines if order is None else [lines[place] for place in order]
    text = "BeslutsID;BeslutsTyp;BeslutsDatumTid;ArendeID\n" + "\n".join(chosen) + "\n"
    path = Path(folder, "Ärende_Beslut.csv")
    path.write_text(text, "utf-8")
    return path


@given(found=rows)
@settings(max_examples=25)
def test_every_row_is_written_or_counted(found: list[tuple[str, date]]) -> None:
    with TemporaryDirectory() as folder:
        mapped = ek.map_source(export(folder, found), "alkt", settings=KOMMUN)
    (count,) = mapped.counts
    assert count.read == len(found)
    assert count.read == count.written + sum(item.rows for item in count.left_out)
    assert count.written == sum(code.strip() in MEASURES for code, _ in found)
    assert mapped.frames["permit_measures"]["beslut_date"].to_list() == [
        day for code, day in found if code.strip() in MEASURES
    ]


@given(found=rows, seed=st.integers(0, 1000))
@settings(max_examples=15)
def test_the_order_of_the_rows_changes_no_byte(found: list[tuple[str, date]], seed: int) -> None:
    order = list(range(len(found)))
    random.Random(seed).shuffle(order)  # noqa: S311 - an order, not a secret
    with TemporaryDirectory() as one, TemporaryDirectory() as other:
        first = write_tables(ek.map_source(export(one, found), "alkt", settings=KOMMUN), Path(one, "ut"))
        second = write_tables(ek.map_source(export(other, found, order), "alkt", settings=KOMMUN), Path(other, "ut"))
        assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]


@given(day=days, hour=st.integers(0, 23), offset=st.integers(-12, 12))
def test_a_moment_is_dated_by_the_swedish_calendar(day: date, hour: int, offset: int) -> None:
    moment = datetime(day.year, day.month, day.day, hour, tzinfo=timezone(timedelta(hours=offset)))
    found = read_day(moment.isoformat())
    as_utc = moment.astimezone(UTC)
    assert found in {(as_utc + timedelta(hours=1)).date(), (as_utc + timedelta(hours=2)).date()}
    assert read_day(day.isoformat()) == read_day(f"{day} {hour:02}:00:00.000") == read_day(f"{day:%Y%m%d}") == day


@given(text=st.text(max_size=30))
def test_any_text_is_a_day_or_nothing(text: str) -> None:
    assert read_day(text) is None or len(text) >= 8


@given(text=st.text(alphabet=st.characters(codec="utf-8"), max_size=200))
@settings(max_examples=40)
def test_any_text_is_no_mapping_and_that_is_told_in_words(text: str) -> None:
    with pytest.raises(MappingError):
        read_mapping(text, file="egen.yaml")


marked = st.text(alphabet="abcdefghij ", min_size=3, max_size=12).map(lambda text: f"qx{text}zq")


@given(cells=st.lists(st.tuples(marked, marked, marked), min_size=1, max_size=6))
@settings(max_examples=25)
def test_a_proposal_shows_no_cell_and_is_a_mapping_that_waits_to_be_confirmed(
    cells: list[tuple[str, str, str]],
) -> None:
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=";")
    writer.writerow(["Beslutstyp", "Handläggare", "Ärende-ID"])
    writer.writerows(cells)
    with TemporaryDirectory() as folder:
        path = Path(folder, "uttag.csv")
        path.write_text(buffer.getvalue(), "utf-8")
        text = suggest(path, target="decisions").to_yaml()
        again = suggest(path, target="decisions").to_yaml()
    assert "qx" not in text
    assert text == again
    mapping = read_mapping(text, file="uttag.yaml")
    assert any(mapping.unconfirmed())
