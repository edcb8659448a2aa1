"""The contract files themselves: by the standard's own schema, and by what the schema cannot see."""

import json

import jsonschema
import pytest
import yaml
from open_data_contract_standard.model import OpenDataContractStandard

from evalkit import resources, vocabulary
from evalkit.contracts import Contract, Kind, load_contracts
from evalkit.contracts.model import load_contracts as load_from
from evalkit.contracts.rules import CODED, declared_rules
from evalkit.contracts.wording import _WORDS
from evalkit.errors import CodebookError
from evalkit.sources import TABLES

STANDARD = json.loads(OpenDataContractStandard.json_schema())


@pytest.mark.parametrize("table", TABLES)
def test_the_file_follows_the_standard(table):
    document = yaml.safe_load((resources.data_contracts() / f"{table}.odcs.yaml").read_text(encoding="utf-8"))
    validator = jsonschema.validators.validator_for(STANDARD)(STANDARD)

    assert [error.message for error in validator.iter_errors(document)] == []
    assert document["apiVersion"] == "v3.2.0"


def test_every_contract_file_belongs_to_a_table():
    found = {path.name.removesuffix(".odcs.yaml") for path in resources.data_contracts().glob("*.odcs.yaml")}
    assert found == set(TABLES)


@pytest.mark.parametrize(
    ("table", "column", "words"),
    [
        ("units", "unit_kind", vocabulary.UnitKind),
        ("sources", "source_kind", vocabulary.SourceKind),
        ("outcomes", "status", vocabulary.CellStatus),
        ("outcomes", "qualifier", vocabulary.Qualifier),
        ("outcomes", "date_basis", vocabulary.DateBasis),
        ("outcomes", "frequency", vocabulary.Frequency),
        ("exposure", "status", vocabulary.CellStatus),
        ("exposure", "frequency", vocabulary.Frequency),
    ],
)
def test_closed_lists_are_those_of_the_vocabulary(table, column, words):
    assert [choice.value for choice in Contract.load(table).field(column).choices] == [word.value for word in words]


def test_every_rule_is_written_in_its_contract():
    contracts = load_contracts()
    written = {(table, rule) for table, contract in contracts.items() for rule in contract.rules}
    declared = {(rule.table, rule.code) for contract in contracts.values() for rule in declared_rules(contract)}

    assert CODED | declared == written
    assert not CODED & declared


def test_every_rule_has_words():
    for contract in load_contracts().values():
        for rule in contract.quality:
            assert rule.id in _WORDS or (rule.breach and rule.next_step), (contract.table, rule.id)


def test_numbers_have_a_unit_and_a_smallest_value():
    for contract in load_contracts().values():
        for field in contract.fields:
            if field.kind in (Kind.INTEGER, Kind.NUMBER):
                assert field.unit is not None
                assert field.minimum is not None
                assert field.minimum >= 0


def spoiled(tmp_path, table, change):
    for name in TABLES:
        text = (resources.data_contracts() / f"{name}.odcs.yaml").read_text(encoding="utf-8")
        document = yaml.safe_load(text)
        if name == table:
            change(document["schema"][0])
        (tmp_path / f"{name}.odcs.yaml").write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
    with pytest.raises(CodebookError) as caught:
        load_from(tmp_path)
    return [(problem.place.file, problem.place.key, problem.what.en) for problem in caught.value.problems]


def _dangling(schema):
    schema["properties"][0]["relationships"][0]["to"] = "units.nowhere"


def _no_key(schema):
    for entry in schema["properties"]:
        entry.pop("primaryKey", None)


def _doubled_code(schema):
    next(entry for entry in schema["properties"] if entry["name"] == "phase")["enum"].append(
        {"value": "full", "label": "x", "customProperties": [{"property": "label_en", "value": "x"}]}
    )


def _bad_example(schema):
    next(entry for entry in schema["properties"] if entry["name"] == "valid_from")["examples"] = ["i går"]


def _only_swedish(schema):
    schema["properties"][1]["customProperties"] = []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_dangling, "The reference leads nowhere."),
        (_no_key, "The table has no key."),
        (_doubled_code, "The list of codes has a code twice."),
        (_bad_example, "Examples are missing or not accepted."),
        (_only_swedish, "A name or description lacks one language."),
    ],
)
def test_a_faulty_contract_is_found(tmp_path, change, said):
    found = spoiled(tmp_path, "model_periods", change)

    assert said in [what for _, _, what in found]
    assert {file for file, _, _ in found} == {"data_contracts/model_periods.odcs.yaml"}


def test_every_faulty_file_is_told(tmp_path):
    (tmp_path / "units.odcs.yaml").write_text("a: [", encoding="utf-8")
    with pytest.raises(CodebookError) as caught:
        load_from(tmp_path)
    assert len(caught.value.problems) == len(TABLES)
