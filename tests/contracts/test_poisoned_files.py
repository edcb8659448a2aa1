"""A file with what must not be in it: stopped, and nothing of the value comes out anywhere."""

import tempfile

import pytest
from typer.testing import CliRunner

from evalkit import cli
from evalkit.language import Language

# A number that the Swedish Tax Agency has set aside for tests, an address and a telephone number for fiction.
POISONS = {
    "personal_identity": ("900101-9802", ("9802", "900101")),
    "organisation_number": ("556036-0793", ("0793", "556036")),
    "email_address": ("qzxanna@example.se", ("qzx",)),
    "phone_number": ("070-174 06 05", ("174 06", "06 05")),
    "free_text": ("qzxägaren ringde och var upprörd", ("qzx", "upprörd")),
}


@pytest.fixture
def aside(tmp_path_factory, monkeypatch):
    """Where the details of a fault of ours would be written."""
    path = tmp_path_factory.mktemp("aside")
    monkeypatch.setattr(tempfile, "tempdir", str(path))
    return path


@pytest.mark.parametrize("column", ["unit_id", "period", "metric", "category", "model", "value", "status"])
@pytest.mark.parametrize("code", POISONS)
def test_the_message_names_column_row_and_kind(folder, code, column):
    value, secrets = POISONS[code]
    folder.row("outcomes")[column] = value

    found = folder.codes()
    assert (code, "outcomes.csv", column, (2,)) in found
    assert [entry for entry in found if entry[2] == column and entry[0] != code] == []
    error = folder.fail()
    chain = (error.__cause__, error.__context__)
    told = "".join([*(error.render(language) for language in Language), repr(error), repr(chain)])
    assert not [secret for secret in secrets if secret in told]


@pytest.mark.parametrize("code", ["personal_identity", "email_address", "phone_number"])
def test_in_titles_of_sources(folder, code):
    folder.row("sources")["title"] = POISONS[code][0]
    assert (code, "sources.csv", "title", (2,)) in folder.codes()


def test_titles_of_many_words_and_long_addresses_are_no_free_text(folder):
    folder.row("sources").update(
        title="Uttag ur verksamhetssystemet för hela året", url="https://example.se/" + "a" * 80
    )
    assert folder.load().sources.height == 2


def test_whole_numbers_and_periods_that_look_like_telephone_numbers(folder):
    folder.row("outcomes")["value"] = "0701740605"
    folder.row("exposure")["value"] = "0701740605"
    assert folder.load().outcomes["value"].max() == 701740605


def test_a_label_instead_of_a_code_is_no_free_text(folder):
    folder.row("outcomes")["status"] = "Undertryckt av sekretesskäl"
    assert [entry[0] for entry in folder.codes()] == ["not_in_list"]


@pytest.mark.parametrize("code", [code for code in POISONS if code != "free_text"])
@pytest.mark.parametrize("language", list(Language))
def test_the_command_line_leaves_nothing_of_it(folder, code, language, aside, caplog):
    value, secrets = POISONS[code]
    folder.row("outcomes")["metric"] = value
    folder.row("units")["unit_name"] = f"{value}\x1b"
    folder.files[f"outcomes_{value}.csv"] = f"unit_id;{value}\n{value}\n".encode()
    done = CliRunner().invoke(cli.app, ["check", str(folder.write()), "--lang", language.value])
    assert done.exit_code == cli.BAD_INPUT
    assert list(aside.iterdir()) == []
    body = done.stdout + done.stderr + caplog.text
    assert not [secret for secret in secrets if secret in body]


@pytest.mark.parametrize("sign", ["-", "\u2010", "\u2011", "\u2012", "\u2013", "\u2212"])
def test_every_hyphen_before_a_digit_is_a_minus(folder, sign):
    folder.row("exposure")["value"] = f"{sign}1,5"
    assert folder.codes() == [("below_minimum", "exposure.csv", "value", (2,))]


@pytest.mark.parametrize("mark", ["-", "\u2011", "–", "—", "−", ".", "..", "…", "x", "X", "\u00a0..\u00a0", " \u2013 "])
@pytest.mark.parametrize("table", ["outcomes", "exposure"])
def test_marks_are_never_numbers(folder, table, mark):
    folder.row(table)["value"] = mark
    assert folder.codes() == [("status_mark", f"{table}.csv", "value", (2,))]


@pytest.mark.parametrize("text", ["2–3", "–", "1-2", "- 5", "5-", "–x"])
def test_a_dash_elsewhere_is_no_minus(folder, text):
    folder.row("outcomes")["value"] = text
    assert [entry[0] for entry in folder.codes()] in (["not_a_number"], ["status_mark"])
