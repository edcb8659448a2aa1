"""Registration plates are found, and the codes that look like them are left alone."""

import polars as pl
import pytest

import evalkit as ek
from evalkit.contracts import load_contracts
from evalkit.contracts.headers import cell_traces
from evalkit.contracts.rules import known_codes
from evalkit.metrics import MetricBook
from evalkit.screening import Trace, has_plate, trace_rows, traces

# Made up: the series with these letters are examples, not vehicles that somebody has looked up.
PLATES = [
    "ABC12D",
    "ABC 12D",
    "bilen ABC123 stod på gården",
    "Skåpbil ABC\u00a0123",
    "regnr ABC 123",
    "reg.nr: ABC123",
    "Registreringsnummer ABC 123",
    "ABC123 (bil)",
    "fordonet med skylt ABC123",
]
NOT_PLATES = [
    "LPO101",
    "SKV 704",
    "Tabell KOD101",
    "SFS 2010:900",
    "ISO 639",
    "RiR 2019:11",
    "abc123",
    "IVQ 123",
    "ABCD123",
    "ABC1234",
    "XABC12D",
    "ABC12O",
    "C1a",
    "SE0180",
    "Bilaga SKV 704",
    "2024-Q1",
    "https://example.se/ABC12D",
]


@pytest.mark.parametrize("text", PLATES)
def test_plates(text):
    assert has_plate(text)
    assert Trace.PLATE in traces(text)
    assert trace_rows(pl.Series(["P1", text, None]), Trace.PLATE) == [1]


@pytest.mark.parametrize("text", NOT_PLATES)
def test_what_is_no_plate(text):
    assert not has_plate(text)
    assert trace_rows(pl.Series(["P1", text, None]), Trace.PLATE) == []


def test_a_column_of_plates_is_found_and_a_list_of_codes_is_not():
    plates = pl.Series(["ABC123", "DEF 456", None, "GHJ789", "P1"])
    codes = pl.Series(["LPO101", "LPO102", "LPO103", None])
    assert trace_rows(plates, Trace.PLATE) == [0, 1, 3]
    assert trace_rows(codes, Trace.PLATE) == []


def test_columns_of_codes_may_hold_codes_that_look_like_plates():
    cells = pl.Series(["ABC12D", "DEF456", "GHJ789"])
    contracts = load_contracts()
    assert not list(cell_traces(cells, contracts["units"].field("unit_id")))
    assert [trace for trace, _ in cell_traces(cells, contracts["sources"].field("title"))] == [Trace.PLATE]


def test_no_code_of_the_contracts_is_a_plate():
    book = MetricBook.load()
    fields = [field for contract in load_contracts().values() for field in contract.fields]
    codes = [choice.value for field in fields for choice in field.choices]
    codes += [code for field in fields if field.code_list for code in known_codes(field.code_list, book)]
    assert len(codes) > 100
    assert not [code for code in codes if has_plate(code)]


def test_a_plate_in_a_title_stops_the_file_and_is_not_shown(tmp_path):
    (tmp_path / "sources.csv").write_text(
        "source_id;source_kind;publisher;title\nreg;register;Botkyrka;Skåpbil ABC123 vid besök\n", encoding="utf-8"
    )
    with pytest.raises(ek.errors.EvalkitError) as caught:
        ek.load(tmp_path)
    assert ("registration_plate", (2,)) in [(p.code, p.place.rows) for p in caught.value.problems]
    assert "ABC123" not in str(caught.value)
