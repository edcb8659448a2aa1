"""A contract corrupted is refused when it is loaded, with file, line and the nearest word that would do."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from evalkit import resources
from evalkit.contracts import load_contracts
from evalkit.errors import CodebookError


@pytest.fixture
def broken(tmp_path: Path):
    """Loads the shipped contracts with one thing replaced in one file, and gives the only problem and its line."""

    def load(table: str, old: str, new: str, *, after: str = ""):
        folder = tmp_path / "data_contracts"
        shutil.copytree(resources.data_contracts(), folder, ignore=shutil.ignore_patterns("codebooks", "sources"))
        path = folder / f"{table}.odcs.yaml"
        text = path.read_text(encoding="utf-8")
        start = text.index(after)
        assert old in text[start:]
        path.write_text(text[:start] + text[start:].replace(old, new, 1), encoding="utf-8")
        with pytest.raises(CodebookError) as caught:
            load_contracts(folder)
        lines = path.read_text(encoding="utf-8").splitlines()
        (problem,) = caught.value.problems
        return problem, lines[problem.place.rows[0] - 1].strip()

    return load


@pytest.mark.parametrize(
    ("table", "old", "new", "after", "code", "line", "nearest"),
    [
        ("visits", "required: true", "requird: true", "", "unknown_key", "requird: true", "required"),
        ("visits", "businessName", "bussinessName", "", "unknown_key", "bussinessName", "businessName"),
        ("visits", "minimum: 1", "minimun: 1", "", "unknown_key", "minimun: 1", "minimum"),
        (
            "visits", "property: optional_column", "property: optional_colum", "",
            "unknown_key", "- {property: optional_colum", "optional_column",
        ),
        ("visits", "{value: butik", "{valu: butik", "", "unknown_key", "- {valu: butik", "value"),
        (
            "visits", 'value: "authorities"', 'value: "authoritis"', "",
            "unknown_word", "- {property: code_list", "authorities",
        ),
        ("visits", "classification: open", "classification: opn", "", "unknown_word", "classification: opn", "open"),
        ("visits", "logicalType: date", "logicalType: dat", "", "unknown_word", "logicalType: dat", "date"),
        ("visits", "value: holder", "value: holdr", "", "unknown_word", "- {property: level", "holder"),
        ("visits", "severity: error", "severity: eror", "", "unknown_word", "severity: eror", "error"),
        ("visits", "value: implies", "value: implis", "", "unknown_word", "- {property: form", "implies"),
        (
            "visits", "to: units.unit_id", "to: unit.unit_id", "",
            "contract_fault", "relationships:", "units.unit_id",
        ),
        (
            "visits", "value: visit_kind", "value: visit_kin", "follow_up_kind",
            "contract_fault", "customProperties:", "visit_kind",
        ),
        (
            "visits", "visit_kind: [uppfoljning]", "visit_kind: [uppföljning]", "follow_up_kind",
            "contract_fault", "- property: cases", "uppfoljning",
        ),
        (
            "visits", "id: follow_up_too_early", "id: follow_up_to_early", "",
            "contract_fault", "- id: follow_up_to_early", "follow_up_too_early",
        ),
        (
            "coverage", "value: outcomes}", "value: outcome}", "due_with",
            "contract_fault", "- {property: due_with", "outcomes",
        ),
    ],
)  # fmt: skip
def test_a_misspelt_word_is_told_with_its_line_and_the_nearest(  # noqa: PLR0917
    broken, table, old, new, after, code, line, nearest
):
    problem, shown = broken(table, old, new, after=after)

    assert problem.code == code
    assert problem.place.file == f"data_contracts/{table}.odcs.yaml"
    assert shown.startswith(line)
    assert f"menade du ”{nearest}”?" in problem.accepted.sv


def test_the_whole_message(broken) -> None:
    problem, _ = broken("visits", "classification: open", "classification: opn")
    row = problem.place.rows[0]

    assert problem.render() == (
        "Ordet ”opn” är okänt här.\n"
        f"  Var:        data_contracts/visits.odcs.yaml, visits.unit_id.classification, rad {row}\n"
        "  Godtas:     menade du ”open”? Andra: business, person\n"
        "  Gör så här: Rätta kontraktet."
    )


@pytest.mark.parametrize(
    ("old", "new", "code", "line"),
    [
        ("    logicalType: object", "    logicalType: [object", "yaml_syntax", None),
        ("status: active", "status: active\nstatus: active", "doubled_key", "status: active"),
        (
            "        primaryKeyPosition: 1",
            "        primaryKeyPosition: ett",
            "contract_syntax",
            "primaryKeyPosition: ett",
        ),
        ("pattern: '^[a-z]", "pattern: '^([a-z]", "contract_value", "pattern:"),
        ("version: 1.0.0", "version: 1.0.x", "contract_value", "version: 1.0.x"),
        ("  - name: visits", "  - name: visit", "contract_without_table", "schema:"),
    ],
)
def test_what_is_no_contract_at_all_is_told_with_its_line(broken, old, new, code, line) -> None:
    problem, shown = broken("visits", old, new)

    assert problem.code == code
    assert line is None or shown.startswith(line)


def test_a_property_of_another_tool_is_let_be(tmp_path: Path) -> None:
    folder = tmp_path / "data_contracts"
    shutil.copytree(resources.data_contracts(), folder, ignore=shutil.ignore_patterns("codebooks", "sources"))
    path = folder / "visits.odcs.yaml"
    text = path.read_text(encoding="utf-8")
    foreign = "      - {property: owner, value: x, vendor: catalogue}\n      - {property: level,"
    path.write_text(text.replace("      - {property: level,", foreign, 1), encoding="utf-8")

    assert load_contracts(folder)["visits"].names == load_contracts()["visits"].names
