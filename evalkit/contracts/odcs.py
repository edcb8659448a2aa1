"""Reading contracts in the Open Data Contract Standard (v3.2), and checking what its schema cannot.

The standard's models accept almost anything and its JSON schema does not follow references, so
this module asks of our own files: that a key exists, that references and code lists resolve, that
closed lists have no doubles, that everything is described in both languages, and that each example
would itself be accepted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from evalkit.contracts.model import Choice, CodeList, Contract, Field, Kind, Reference
from evalkit.errors import CodebookError, Place, Problem, ProblemLog
from evalkit.language import Text, same

if TYPE_CHECKING:
    from open_data_contract_standard.model import (
        CustomProperty,
        DataQuality,
        EnumValue,
        OpenDataContractStandard,
        SchemaObject,
        SchemaProperty,
    )

_SUFFIX = ".odcs.yaml"
_KIND_OF_TYPE = {"string": Kind.TEXT, "integer": Kind.INTEGER, "number": Kind.NUMBER, "date": Kind.DATE}


def read_contracts(folder: Path, tables: Sequence[str]) -> Mapping[str, Contract]:
    """Read ``<table>.odcs.yaml`` for every table and check them together.

    Raises
    ------
    CodebookError
        With every fault of every file.
    """
    log = ProblemLog()
    contracts = {table: found for table in tables if (found := _read(folder / f"{table}{_SUFFIX}", table, log))}
    for contract in contracts.values():
        log.extend(_faults(contract, contracts))
    log.raise_if_any(CodebookError)
    return contracts


def _read(path: Path, table: str, log: ProblemLog) -> Contract | None:
    from open_data_contract_standard.model import OpenDataContractStandard
    from pydantic import ValidationError

    try:
        document = OpenDataContractStandard.from_string(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        log.add(_fault("contract_unreadable", path.name, None, _UNREADABLE))
        return None
    except (yaml.YAMLError, ValidationError, TypeError):
        log.add(_fault("contract_syntax", path.name, None, _SYNTAX))
        return None
    schema = next((entry for entry in document.schema_ or () if entry.name == table), None)
    if schema is None:
        log.add(_fault("contract_without_table", path.name, "schema", _NO_TABLE))
        return None
    try:
        return _contract(document, schema)
    except (ValueError, re.error):
        log.add(_fault("contract_value", path.name, "schema.properties", _VALUE))
        return None


def _contract(document: OpenDataContractStandard, schema: SchemaObject) -> Contract:
    custom = _custom(schema.customProperties)
    return Contract(
        table=str(schema.name),
        version=str(document.version or ""),
        label=Text(schema.businessName or "", _text(custom, "label_en")),
        description=Text(schema.description or "", _text(custom, "description_en")),
        required=custom.get("required_table") is True,
        fields=tuple(_field(entry) for entry in schema.properties or ()),
        rules=tuple(_rule_id(entry) for entry in schema.quality or ()),
    )


def _rule_id(entry: DataQuality) -> str:
    return str(entry.id or entry.name or "")


def _field(entry: SchemaProperty) -> Field:
    custom, options = _custom(entry.customProperties), entry.logicalTypeOptions or {}
    form, code_list = custom.get("form"), custom.get("code_list")
    default = custom.get("default")
    minimum = options.get("minimum")
    return Field(
        name=str(entry.name),
        kind=Kind(str(form)) if form else _KIND_OF_TYPE.get(entry.logicalType or "", Kind.TEXT),
        label=Text(entry.businessName or "", _text(custom, "label_en")),
        description=Text(entry.description or "", _text(custom, "description_en")),
        accepted=Text(_text(custom, "accepted"), _text(custom, "accepted_en")),
        required=entry.required is True,
        optional_column=custom.get("optional_column") is True,
        default=None if default is None else str(default),
        choices=tuple(_choice(value) for value in entry.enum or ()),
        pattern=_pattern(options),
        max_length=options.get("maxLength"),
        minimum=None if minimum is None else float(minimum),
        unit=Text(_text(custom, "enhet"), _text(custom, "unit")) if "enhet" in custom else None,
        examples=tuple(str(example) for example in entry.examples or ()),
        key_position=entry.primaryKeyPosition if entry.primaryKey else None,
        reference=_reference(entry),
        code_list=CodeList(str(code_list)) if code_list else None,
    )


def _pattern(options: Mapping[str, object]) -> str | None:
    pattern = options.get("pattern")
    return None if pattern is None else re.compile(str(pattern)).pattern


def _reference(entry: SchemaProperty) -> Reference | None:
    for relationship in entry.relationships or ():
        table, _, column = str(relationship.to).partition(".")
        return Reference(table, column)
    return None


def _choice(value: EnumValue) -> Choice:
    return Choice(str(value.value), Text(value.label or "", _text(_custom(value.customProperties), "label_en")))


def _custom(properties: Iterable[CustomProperty] | None) -> dict[str, object]:
    return {str(entry.property): entry.value for entry in properties or ()}


def _text(custom: Mapping[str, object], name: str) -> str:
    return str(custom.get(name) or "")


_UNREADABLE = Text("Kontraktet finns inte eller går inte att läsa.", "The contract is missing or cannot be read.")
_SYNTAX = Text("Kontraktet är inte giltig ODCS i YAML.", "The contract is not valid ODCS in YAML.")
_NO_TABLE = Text(
    "Kontraktet beskriver inte den tabell som filen heter efter.",
    "The contract does not describe the table that the file is named after.",
)
_VALUE = Text(
    "Kontraktet har en okänd form eller kodlista, eller ett mönster som inte går att tolka.",
    "The contract has an unknown form or code list, or a pattern that cannot be read.",
)


def _fault(code: str, file: str, key: str | None, what: Text) -> Problem:
    return Problem(
        code=code,
        what=what,
        place=Place(file=f"data_contracts/{file}", key=key),
        accepted=Text(
            "ett kontrakt enligt ODCS v3.2 och evalkits regler", "a contract by ODCS v3.2 and evalkit's rules"
        ),
        next_step=Text("Rätta kontraktet.", "Mend the contract."),
    )


def _faults(contract: Contract, contracts: Mapping[str, Contract]) -> Iterator[Problem]:
    file = f"{contract.table}{_SUFFIX}"
    for key, what in (*_table_faults(contract), *_field_faults(contract, contracts)):
        yield _fault("contract_fault", file, key, what)


def _table_faults(contract: Contract) -> Iterator[tuple[str, Text]]:
    positions = sorted(field.key_position for field in contract.fields if field.key_position is not None)
    if not positions:
        yield contract.table, Text("Tabellen saknar nyckel.", "The table has no key.")
    elif positions != list(range(1, len(positions) + 1)):
        yield contract.table, Text("Nyckelns ordning är inte 1, 2, 3 …", "The order of the key is not 1, 2, 3 …")
    if len(set(contract.names)) != len(contract.names):
        yield contract.table, Text("Ett kolumnnamn förekommer två gånger.", "A column name occurs twice.")
    if not _in_both(contract.label, contract.description):
        yield contract.table, _NOT_IN_BOTH


_NOT_IN_BOTH = Text("Namn eller beskrivning saknas på ett av språken.", "A name or description lacks one language.")


def _in_both(*texts: Text) -> bool:
    return all(text.sv and text.en for text in texts)


def _field_faults(contract: Contract, contracts: Mapping[str, Contract]) -> Iterator[tuple[str, Text]]:
    for field in contract.fields:
        key = f"{contract.table}.{field.name}"
        codes = [choice.value for choice in field.choices]
        if not _in_both(field.label, field.description, *(choice.label for choice in field.choices)):
            yield key, _NOT_IN_BOTH
        if len(set(codes)) != len(codes):
            yield key, Text("Kodlistan har samma kod två gånger.", "The list of codes has a code twice.")
        if field.default is not None and field.default not in codes:
            yield key, Text("Standardvärdet finns inte i kodlistan.", "The default is not in the list of codes.")
        if not (_in_both(field.accepted) or codes or field.reference or field.code_list):
            yield key, Text("Det står inte vad kolumnen godtar.", "It does not say what the column accepts.")
        if field.reference and not _resolves(field.reference, contracts):
            yield key, Text("Hänvisningen leder ingenstans.", "The reference leads nowhere.")
        if not field.examples or not all(_fits(example, field) for example in field.examples):
            yield key, Text("Exempel saknas eller godtas inte av kolumnen.", "Examples are missing or not accepted.")


def _resolves(reference: Reference, contracts: Mapping[str, Contract]) -> bool:
    """Whether the reference leads to a column that alone is the key of its table."""
    target = contracts.get(reference.table)
    return target is not None and target.key == (reference.column,)


def _fits(example: str, field: Field) -> bool:
    import polars as pl

    from evalkit.contracts.cells import parse_cells

    if field.kind in (Kind.PERIOD, Kind.FREQUENCY):
        return True
    parsed = parse_cells(pl.Series([example]), field)
    in_list = not field.choices or example in {choice.value for choice in field.choices}
    in_form = field.pattern is None or re.search(field.pattern, example) is not None
    return not parsed.failures and in_list and in_form


def describe_choices(field: Field) -> Text:
    """The codes of a closed list with their labels."""
    if not field.choices:
        return same("")
    return Text(
        ", ".join(f"{choice.value} ({choice.label.sv})" for choice in field.choices),
        ", ".join(f"{choice.value} ({choice.label.en})" for choice in field.choices),
    )
