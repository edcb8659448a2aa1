"""Which version a file follows: none stated, older through written steps, newer and unknown refused."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from evalkit import resources
from evalkit.contracts import load_contracts
from evalkit.contracts.versions import follow
from evalkit.errors import CodebookError

SHIPPED = resources.data_contracts()
FIRST = """\
steps:
  - do: rename_column
    column: antal
    to: count
  - do: add_column
    column: status
    default: varde
  - do: translate_codes
    column: status
    codes: {varde: value, saknas: missing}
  - do: drop_column
    column: anteckning
"""
SECOND = """\
steps:
  - do: rename_column
    column: count
    to: value
"""


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    folder = tmp_path / "data_contracts"
    shutil.copytree(SHIPPED, folder, ignore=shutil.ignore_patterns("codebooks", "sources"))
    return folder


@pytest.fixture
def chained(copied: Path) -> Path:
    """Outcomes with two versions before the one that is there."""
    (copied / "migrations" / "outcomes-0.8.0-0.9.0.yaml").write_text(FIRST, encoding="utf-8")
    (copied / "migrations" / "outcomes-0.9.0-1.0.0.yaml").write_text(SECOND, encoding="utf-8")
    return copied


def old_row(made, version: str | None = "0.8.0", **cells: str) -> dict[str, str]:
    row = dict(made.known(made.sound(), "outcomes", 1))
    row["antal"] = row.pop("value")
    del row["status"]
    stated = {} if version is None else {"contract_version": version}
    return {**row, "anteckning": "-", **stated, **cells}


def followed(made, row: dict[str, str], folder: Path):
    problems = []
    (raw,) = follow([made.as_raw("outcomes", [row])], load_contracts(folder), problems)
    return raw, problems


def test_a_chain_of_migrations_is_applied_in_order_and_told(made, chained: Path) -> None:
    raw, problems = followed(made, old_row(made), chained)

    assert problems == []
    assert raw.cells("value").to_list() == ["6"]
    assert raw.cells("status").to_list() == ["value"]
    assert {"antal", "count", "anteckning", "contract_version"}.isdisjoint(raw.columns)
    assert [str(told) for told in raw.assumptions] == [
        "Filen följer version 0.8.0 av kontraktet och läses som version 0.9.0.",
        "Kolumnen antal läses som count.",
        "Kolumnen status läggs till med värdet varde.",
        "Koder i kolumnen status översätts: varde → value, saknas → missing.",
        "Kolumnen anteckning läses inte.",
        "Filen följer version 0.9.0 av kontraktet och läses som version 1.0.0.",
        "Kolumnen count läses som value.",
        "Filen följer version 1.0.0 av kontraktet och läses som version 1.1.0.",
        "Filen följer version 1.1.0 av kontraktet och läses som version 1.2.0.",
    ]


def test_what_came_through_a_chain_keeps_the_contract_and_its_row_numbers(made, chained: Path) -> None:
    tables = made.sound()
    tables["outcomes"] = [old_row(made), old_row(made, antal="-3", unit_id="X3")]
    found = made.inspected(tables, contracts=load_contracts(chained))

    assert [(problem.code, problem.place.column, problem.place.rows) for problem in found.problems] == [
        ("below_minimum", "value", (3,))
    ]


def test_a_chain_may_be_entered_in_the_middle(made, chained: Path) -> None:
    row = old_row(made, "0.9.0")
    row["count"] = row.pop("antal")
    del row["anteckning"]
    raw, problems = followed(made, row, chained)

    assert problems == []
    assert raw.cells("value").to_list() == ["6"]


def test_a_column_that_is_dropped_is_screened_first(made, chained: Path) -> None:
    _, problems = followed(made, old_row(made, anteckning="811218-9876"), chained)

    assert [problem.code for problem in problems] == ["personal_identity"]
    assert "9876" not in problems[0].render()


@pytest.mark.parametrize("table", ["units", "sources", "model_periods", "coverage", "outcomes", "exposure"])
def test_the_version_before_is_read(made, table: str) -> None:
    tables = made.sound()
    before = [{name: cell for name, cell in row.items() if name != "part_of"} for row in tables[table]]
    tables[table] = [{**row, "contract_version": "1.0.0"} for row in before]
    found = made.inspected(tables)

    assert found.problems == ()
    raw = next(raw for raw in found.tables if raw.table == table)
    assert str(raw.assumptions[0]) == "Filen följer version 1.0.0 av kontraktet och läses som version 1.1.0."


def test_the_version_now_is_read_without_a_word_and_none_is_told(made) -> None:
    tables = made.sound()
    tables["units"] = [{**row, "contract_version": "1.1.0"} for row in tables["units"]]
    told = {raw.table: [str(text) for text in raw.assumptions] for raw in made.inspected(tables).tables}

    assert told["units"] == []
    assert told["visits"] == ["Version 1.0.0 av kontraktet antas."]


@pytest.mark.parametrize(
    ("versions", "code", "said"),
    [
        (("1.2.0", "1.2.0"), "contract_too_new", "nyare version"),
        (("0.1.0", "0.1.0"), "contract_version_unknown", "okänd version"),
        (("1.1", "1.1"), "contract_version_unknown", "okänd version"),
        (("811218-9876", "811218-9876"), "contract_version_unknown", "okänd version"),
        (("1.0.0", "1.1.0"), "contract_version_mixed", "flera versioner"),
    ],
)
def test_another_version_stops_the_file_and_names_the_known_ones(made, versions, code, said) -> None:
    tables = made.sound()
    rows = [made.known(tables, "visits", place) for place in (0, 1)]
    tables["exposure"] = [
        {**row, "contract_version": version} for row, version in zip(tables["exposure"][-2:], versions, strict=True)
    ]
    found = made.inspected(tables)

    assert rows
    problem = next(problem for problem in found.problems if problem.code == code)
    assert said in problem.what.sv
    assert problem.accepted.sv == "1.0.0, 1.1.0"
    assert "9876" not in "".join(problem.render() for problem in found.problems)
    assert {problem.place.file for problem in found.problems} == {"exposure.csv"}


def faults(folder: Path) -> list[tuple[str, str, str, tuple[int, ...], str]]:
    with pytest.raises(CodebookError) as caught:
        load_contracts(folder)
    return [
        (problem.code, problem.place.file, problem.what.en, problem.place.rows, problem.accepted.en)
        for problem in caught.value.problems
    ]


@pytest.mark.parametrize(
    ("old", "new", "code", "row", "nearest"),
    [
        ("do: rename_column", "do: rename_colum", "unknown_value", 2, "rename_column"),
        ("    column: count", "    colum: count", "unknown_key", 3, "column"),
        ("    to: value", "    to: valu", "unknown_column", 4, "value"),
    ],
)
def test_a_faulty_migration_is_told_with_its_line_and_the_nearest_word(  # noqa: PLR0917
    chained, old, new, code, row, nearest
) -> None:
    path = chained / "migrations" / "outcomes-0.9.0-1.0.0.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    found = next(fault for fault in faults(chained) if fault[0] == code)

    assert found[1] == "data_contracts/migrations/outcomes-0.9.0-1.0.0.yaml"
    assert found[3] == (row,)
    assert f"did you mean '{nearest}'?" in found[4]


def test_a_code_that_the_column_does_not_have_is_told_with_the_nearest(chained: Path) -> None:
    path = chained / "migrations" / "outcomes-0.8.0-0.9.0.yaml"
    path.write_text(FIRST.replace("saknas: missing", "saknas: mising"), encoding="utf-8")
    ((code, _, what, rows, accepted),) = faults(chained)

    assert (code, what, rows) == ("unknown_code", "The code 'mising' is not in the column.", (10,))
    assert "did you mean 'missing'?" in accepted


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("outcome-0.9.0-1.0.0.yaml", "The file's name does not say what it is about."),
        ("outcomes-1.0.yaml", "The file's name does not say what it is about."),
        ("outcomes-0.5.0-0.6.0.yaml", "The migration leads to a version that is not."),
        ("outcomes-1.1.0-1.0.0.yaml", "The migration does not lead forward, or is not alone from its version."),
    ],
)
def test_a_migration_that_leads_nowhere_is_told(copied: Path, name: str, said: str) -> None:
    (copied / "migrations" / name).write_text("steps: []\n", encoding="utf-8")

    assert [what for _, file, what, *_ in faults(copied) if file.endswith(name)] == [said]
