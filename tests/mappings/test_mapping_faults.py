"""A corrupted mapping is refused at load with file, line and the nearest valid word."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from evalkit.language import Language
from evalkit.mappings import MappingError, load_mapping, mapping_file, mapping_names, read_mapping

Spoil = Callable[[str, str, str], Path]

# mapping, old text, new text, code of the problem, word that the message offers
CORRUPTIONS = {
    "unknown key at the top": ("alkt", "\nsources:", "\nsorces:", "unknown_key", "sources"),
    "unknown key of a column": ("alkt", "{name: Kod}", "{name: Kod, alias: [K]}", "unknown_key", "aliases"),
    "unknown key of a filter": ("alkt", "        not_in: [L]", "        notin: [L]", "unknown_key", "not_in"),
    "unknown key under codes": ("alkt", "otherwise: drop", "otherwize: drop", "unknown_key", "otherwise"),
    "unknown target table": (
        "alkt", "target: permit_measures", "target: permit_measure", "unknown_target", "permit_measures"
    ),
    "unknown target column": ("alkt", "to: beslut_date", "to: beslutdate", "unknown_target_column", "beslut_date"),
    "unknown source table": ("alkt", "from: handelse\n", "from: handelser\n", "unknown_source_table", "handelse"),
    "unknown source column": (
        "alkt", "serial: handelse.HandelseID", "serial: handelse.HandelsID", "unknown_source_column", "HandelseID"
    ),
    "unknown setting": ("alkt", "setting: source_id}\n\n", "setting: sourceid}\n\n", "unknown_setting", "source_id"),
    "unknown code of a closed list": ("alkt", '"0700": konkurs', '"0700": konkus', "unknown_code", "konkurs"),
    "unknown category": ("alkt", '"0520": varning', '"0520": warning', "unknown_category", "varning"),
    "unknown metric": ("alkt", "value: T1", "value: T11", "unknown_code", "T1"),
    "unknown authority": (
        "alkt", "value: tillstandsenheten", "value: tillstandsenhet", "unknown_code", "tillstandsenheten"
    ),
    "unknown fallback": ("alkt", "otherwise: annan", "otherwise: anan", "unknown_code", "annan"),
    "unknown code table": ("byggr", "codes: atgard\n", "codes: atgarder\n", "unknown_code_table", "atgard"),
    "unknown code table of a filter": (
        "byggr", "{code_table: atgard}", "{code_table: atgrd}", "unknown_code_table", "atgard"
    ),
    "unknown precision": ("alkt", "date: day", "date: dag", "unknown_word", "day"),
    "unknown encoding": ("alkt", "windows-1252", "windows-1253", "unknown_word", "windows-1252"),
    "unknown status": ("alkt", "status: ready", "status: redy", "unknown_word", "ready"),
    "unknown meaning of a mark": ("bra_handled", '"..": missing', '"..": mising', "unknown_word", "missing"),
    "a number out of place": ("alkt", "pad: 4", "pad: fyra", "wrong_type", "20"),
    "text for a truth": ("alkt", "optional: true", "optional: ja", "wrong_type", "true"),
    "a reference without a table": (
        "alkt", "from: handelse.HandelseDatumTid", "from: HandelseDatumTid", "wrong_type", "."
    ),
    "two ways to fill": ("alkt", "{to: area, value: alkohol}", "{to: area, value: alkohol, setting: unit_id}",
                         "unclear_way", "value"),
    "no way to fill": ("alkt", "{to: area, value: alkohol}", "{to: area}", "unclear_way", "value"),
    "a column twice": ("alkt", "{to: area, value: alkohol}",
                       "{to: area, value: alkohol}\n      - {to: area, value: alkohol}", "doubled_name", "name"),
    "a required column lost": ("alkt", "      - {to: area, value: alkohol}\n", "", "target_column_missing", "area"),
    "a key lost": ("alkt", "version: 1.0.0\n", "", "missing_key", "version"),
    "one language lost": ("alkt", ', en: "AlkT, permits to serve alcohol"', "", "wrong_type", "en"),
    "a key twice": ("alkt", "version: 1.0.0\n", "version: 1.0.0\nversion: 1.0.0\n", "duplicate_key", "once"),
    "an anchor": ("alkt", "{name: Kod}", "&x {name: Kod}\n      - *x", "yaml_reference", "written out"),
    "an empty code table": (
        "alkt", '        codes: {"L|02"', '        codes: {}\n        x: {"L|02"', "no_codes", "code"
    ),
    "no YAML": ("alkt", "settings:", "settings: [", "yaml_syntax", "YAML"),
}  # fmt: skip


@pytest.mark.parametrize("case", CORRUPTIONS)
def test_a_corruption_is_told_with_its_line_and_the_nearest_word(case: str, spoiled: Spoil) -> None:
    name, old, new, code, offered = CORRUPTIONS[case]
    path = spoiled(name, old, new)
    with pytest.raises(MappingError) as caught:
        load_mapping(path)
    told = [problem for problem in caught.value.problems if problem.code == code]
    assert told, [problem.code for problem in caught.value.problems]
    assert any(offered in problem.accepted.en for problem in told)
    assert all(problem.place.file == "egen.yaml" and problem.place.rows for problem in told)
    line = mapping_file(name).read_text("utf-8").split(old)[0].count("\n") + 1
    assert any(abs(problem.place.rows[0] - line) <= 20 for problem in told)


def test_the_line_of_a_wrong_code_is_the_line_that_it_stands_on(spoiled: Spoil) -> None:
    path = spoiled("food_inspections", "value: livsmedel", "value: livsmedl")
    with pytest.raises(MappingError) as caught:
        load_mapping(path)
    (problem,) = caught.value.problems
    line = path.read_text("utf-8").splitlines()[problem.place.rows[0] - 1]
    assert "livsmedl" in line
    assert problem.render(Language.SV) == (
        "Koden ”livsmedl” finns inte.\n"
        f"  Var:        egen.yaml, tables ordinary_supervision.area, rad {problem.place.rows[0]}\n"
        "  Godtas:     menade du ”livsmedel”? Andra: alkohol, brand, bygg, miljo, tobak\n"
        "  Gör så här: Rätta raden i mappningen."
    )


def test_all_faults_of_a_file_are_told_at_once_in_the_order_of_the_file(spoiled: Spoil) -> None:
    path = spoiled("alkt", "value: T1", "value: T11")
    text = path.read_text("utf-8").replace("date: day", "date: dag").replace("{name: Kod}", "{name: Kod, x: y}")
    with pytest.raises(MappingError) as caught:
        read_mapping(text, file="egen.yaml")
    lines = [min(problem.place.rows) for problem in caught.value.problems]
    assert len(lines) == 4
    assert lines == sorted(lines)


def test_an_unknown_mapping_names_the_nearest_one() -> None:
    with pytest.raises(MappingError) as caught:
        load_mapping("alktt")
    (problem,) = caught.value.problems
    assert problem.code == "unknown_mapping"
    assert problem.accepted.sv.startswith("menade du ”alkt”?")


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"- a\n- b\n", b"", b"mapping: [", b"{}"])
def test_whatever_the_file_is_the_answer_is_words(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "egen.yml"
    path.write_bytes(content)
    with pytest.raises(MappingError):
        load_mapping(path)


def test_a_mapping_file_that_is_not_there_is_told_of(tmp_path: Path) -> None:
    with pytest.raises(MappingError) as caught:
        load_mapping(tmp_path / "saknas.yaml")
    assert caught.value.problems[0].code == "mapping_unreadable"


def test_every_ready_mapping_loads_and_only_templates_have_something_to_confirm() -> None:
    assert mapping_names() == ("alkt", "bra_handled", "byggr", "edp_vision", "food_inspections")
    for name in mapping_names():
        mapping = load_mapping(name)
        assert bool(list(mapping.unconfirmed())) == (mapping.standing.value == "template"), name


def test_the_example_of_the_page_is_a_mapping() -> None:
    page = Path(__file__).parents[2] / "docs" / "mappings.md"
    example = page.read_text("utf-8").split("```yaml\n")[1].split("```")[0]
    assert read_mapping(example, file="egen.yaml").tables[0].target == "decisions"
