"""A personal identity number stops the file wherever it is, and no message ever shows a cell."""

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings

from evalkit.errors import EvalkitError
from evalkit.language import Language

# Numbers that the Swedish Tax Agency has set aside for tests, and one made for this test (Luhn-valid).
NUMBER = "189001019802"
SHORT = "9001019802"
PARTS = ("9001019802", "900101-9802", "9802")


def assert_unseen(error: EvalkitError, *secrets: str) -> None:
    for language in Language:
        for secret in secrets:
            assert secret not in error.render(language)
            assert secret not in repr(error)


def test_in_a_cell(folder):
    folder.row("sources")["title"] = "Uttag för 900101-9802"

    error = folder.fail()
    assert error.render() == (
        "Uppgifterna följer inte datakontraktet (1 fel)\n"
        "Celler kan innehålla person- eller samordningsnummer.\n"
        "  Var:        sources.csv, kolumn title, rad 2\n"
        "  Godtas:     koder, heltal och datum; aldrig person-, samordnings- eller organisationsnummer\n"
        "  Gör så här: Ta bort uppgifterna ur filen och radera tidigare kopior. "
        "Räkna samman hos den som har uppgifterna."
    )
    assert_unseen(error, *PARTS)


@pytest.mark.parametrize(
    "column", ["unit_id", "period", "metric", "category", "model", "value", "n_cases", "source_id"]
)
@pytest.mark.parametrize("number", [NUMBER, "900101+9802"])
def test_in_any_column_and_not_also_as_another_fault(folder, column, number):
    folder.row("outcomes")[column] = number

    assert ("personal_identity", "outcomes.csv", column, (2,)) in folder.codes()
    assert [entry for entry in folder.codes() if entry[2] == column and entry[0] != "personal_identity"] == []
    assert_unseen(folder.fail(), number, *PARTS)


def test_in_an_unknown_column(folder):
    folder.row("outcomes")["anteckning"] = NUMBER

    assert folder.codes() == [
        ("unknown_column", "outcomes.csv", "anteckning", ()),
        ("personal_identity", "outcomes.csv", "anteckning", (2,)),
    ]
    assert_unseen(folder.fail(), NUMBER, *PARTS)


def test_in_a_header_hides_the_other_headers(folder):
    folder.row("outcomes")["anteckning"] = "x"
    folder.row("outcomes")[f"nr {SHORT}"] = "x"

    error = folder.fail()
    assert_unseen(error, "anteckning", *PARTS)
    assert ("personal_identity", "outcomes.csv", None, (1,)) in folder.codes()
    assert ("unknown_column", "outcomes.csv", "#11", ()) in folder.codes()
    assert ("unknown_column", "outcomes.csv", "#12", ()) in folder.codes()


def test_a_header_that_looks_like_data_is_not_shown(folder):
    folder.row("outcomes")["ärende 123456"] = "x"

    assert_unseen(folder.fail(), "123456")


def test_in_a_file_name(folder):
    folder.files[f"outcomes_{SHORT}.csv"] = b"a;b\n1;2\n"

    error = folder.fail()
    assert_unseen(error, *PARTS)
    assert error.render().startswith(
        "Uppgifterna följer inte datakontraktet (2 fel)\n"
        "Ett filnamn kan innehålla ett person- eller organisationsnummer.\n"
        "  Var:        #5.csv\n"
        "  Godtas:     namn utan person-, samordnings- eller organisationsnummer\n"
        "  Gör så här: Byt namn innan filen används.\n"
    )


def test_in_a_file_that_is_broken_in_other_ways(folder):
    folder.files["exposure.csv"] = f"unit_id;period\n0127;2024;{SHORT}\n".encode()
    folder.files["coverage_x.csv"] = f'unit_id;metric\n"0127;{SHORT}\n'.encode()
    del folder.tables["exposure"]

    codes = {(code, file) for code, file, *_ in folder.codes()}
    assert {
        ("ragged_rows", "exposure.csv"),
        ("personal_identity", "exposure.csv"),
        ("broken_quotes", "coverage_x.csv"),
        ("personal_identity", "coverage_x.csv"),
    } <= codes
    assert_unseen(folder.fail(), *PARTS)


def test_long_decimals_of_an_exposure_are_no_identity_number(folder):
    folder.row("exposure")["value"] = f"12.{SHORT}"
    assert folder.load().exposure.height == 2

    folder.row("exposure")["value"] = f"{SHORT}.5"
    assert folder.codes() == [("personal_identity", "exposure.csv", "value", (2,))]


MARKER = "Qzx"


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_message_shows_a_cell(new_folder, data):
    folder = new_folder()
    for rows in folder.tables.values():
        for row in rows:
            for column in row:
                if data.draw(st.integers(0, 5)) == 0:
                    noise = data.draw(st.text(st.characters(codec="utf-8", exclude_characters="\0\r"), max_size=8))
                    row[column] = noise + MARKER + noise
    try:
        folder.load()
    except EvalkitError as error:
        assert_unseen(error, MARKER)
