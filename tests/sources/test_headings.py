"""Where the headings are, how they are spelled, and what is told about it."""

import pytest

from tests.sources.conftest import codes, one, sheet_bytes, told

HEAD, BODY = "unit_id;unit_name", "0127;Botkyrka"
SKIPPED = "Rubrikerna står på rad {}; raderna ovanför har hoppats över."


@pytest.mark.parametrize(
    ("above", "row"),
    [
        ("", 1),
        ("Uttag 2025\n", 2),
        ("Uttag 2025;\n;\nEnheter, och deras namn\n", 4),
        ("\n\n", 3),
        ('"Uttag 2025;\nalla enheter"\n', 2),
        ("Beskrivning av unit_id\n", 2),
    ],
)
def test_titles_above_the_headings_are_passed_over_and_told(put, above, row):
    table = one(put("units.csv", f"{above}{HEAD}\n{BODY}\n"))

    assert table.columns == ("unit_id", "unit_name")
    assert table.rows.to_list() == [row + 1]
    assert [text for text in told(table) if "Rubrikerna" in text] == ([SKIPPED.format(row)] if row > 1 else [])


def test_titles_above_the_headings_of_a_sheet(put):
    rows = [["Enheter"], [None], ["Uttag", "2025"], ["unit_id", "unit_name"], ["0127", "Botkyrka"]]
    table = one(put("units.xlsx", sheet_bytes(rows)))

    assert (table.columns, table.rows.to_list()) == (("unit_id", "unit_name"), [5])
    assert SKIPPED.format(4) in told(table)


@pytest.mark.parametrize("name", ["units.csv", "units.xlsx"])
def test_two_rows_that_may_be_the_headings_are_asked_about(put, name):
    rows = [["Enheter"], ["unit_id", "unit_name"], ["unit_id", "unit_name"], ["0127", "Botkyrka"]]
    content = sheet_bytes(rows) if name.endswith("xlsx") else "\n".join(";".join(row) for row in rows)

    assert codes(put(name, content)) == [("unclear_header", name, (2, 3))]


@pytest.mark.parametrize("name", ["units.csv", "units.xlsx"])
@pytest.mark.parametrize(
    ("title", "code"),
    [
        ("Uttag för 900101-9802", "personal_identity"),
        ("Uttag för 556036-0793", "organisation_number"),
        ("Frågor till registrator@example.se", "email_address"),
        ("Frågor: 070-123 45 67", "phone_number"),
    ],
)
def test_what_may_not_stand_above_the_headings_stops_the_file(put, name, title, code):
    rows = [["Enheter"], [title], ["unit_id", "unit_name"], ["0127", "Botkyrka"]]
    content = sheet_bytes(rows) if name.endswith("xlsx") else "\n".join(";".join(row) for row in rows)

    assert codes(put(name, content)) == [(code, name, (2,))]


def test_the_first_row_is_the_headings_when_no_row_is_known(put):
    table = one(put("units.csv", "kod;namn\n0127;Botkyrka\n"))
    assert (table.columns, table.rows.to_list()) == (("kod", "namn"), [2])


def test_headings_below_the_top_are_not_looked_for(put):
    table = one(put("units.csv", "x;y\n" * 31 + f"{HEAD}\n{BODY}\n"))
    assert table.columns == ("x", "y")


def test_case_is_told_and_blanks_and_marks_are_dropped(put):
    table = one(put("units.csv", "\ufeff\ufeffUNIT_ID; \u200bunit_name\u00a0;Unit_Kind\n0127;Botkyrka;kommun\n"))

    assert table.columns == ("unit_id", "unit_name", "unit_kind")
    assert "2 rubriker har lästs utan hänsyn till stora och små bokstäver." in told(table)


def test_both_spellings_of_a_heading_stay_two_columns(put):
    assert one(put("units.csv", "unit_id;Unit_ID\n1;2\n")).columns == ("unit_id", "Unit_ID")


def test_a_tab_below_a_title_is_still_asked_about(put):
    assert codes(put("units.csv", "Enheter\nunit_id\tunit_name\n0127\tBotkyrka\n")) == [
        ("unclear_separator", "units.csv", (2,))
    ]


def test_how_numbers_are_written_is_told(put):
    table = one(put("outcomes.csv", "unit_id;value\n0127;1 234,5\n0180;−3.5\n"))
    assert told(table)[1:] == [
        "Decimaltecknet är komma.",
        "Decimaltecknet är punkt.",
        "Blanksteg skiljer tusental i tal.",
    ]


def test_outcomes_without_a_row_say_that_they_mean_zero(put):
    assert (
        told(one(put("outcomes.csv", "unit_id;value\n")))[-1] == "Filen har inga rader: varje täckt period läses som 0."
    )


def test_other_tables_without_a_row_say_so(put):
    assert told(one(put("units.csv", HEAD)))[-1] == "Filen har inga rader."


def test_a_file_split_fast_and_one_read_record_by_record_give_the_same(put):
    body = "".join(f"{place:04d};namn {place}\n\n" for place in range(1, 60))
    fast = one(put("units.csv", f"{HEAD}\n{body}"))
    slow = one(put("units.csv", f'"unit_id";unit_name\n{body}'))

    assert fast.frame.equals(slow.frame)
    assert fast.rows.to_list() == slow.rows.to_list()
