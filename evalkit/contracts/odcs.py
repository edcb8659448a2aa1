"""Reading contracts in the Open Data Contract Standard (v3.2).

Every fault is told with file and line and the nearest word that would have been accepted; what can only
be seen in a whole contract, or in several, is in :mod:`evalkit.contracts.faults`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from evalkit.contracts.document import MEND, Document, read_document
from evalkit.contracts.faults import faults_of
from evalkit.contracts.keys import unknown_keys
from evalkit.contracts.migrations import read_migrations
from evalkit.contracts.model import Choice, CodeList, Contract, Field, Kind, Level, Reference
from evalkit.contracts.quality import Case, Condition, Quality, RuleForm
from evalkit.errors import CodebookError, Place, Problem, ProblemLog, Severity, known_names
from evalkit.language import Text, same
from evalkit.sources.tables import VERSION_COLUMN
from evalkit.vocabulary import Sensitivity

if TYPE_CHECKING:
    from open_data_contract_standard.model import (
        CustomProperty,
        DataQuality,
        EnumValue,
        OpenDataContractStandard,
        SchemaObject,
        SchemaProperty,
    )

_Word = TypeVar("_Word", bound=StrEnum)

_SUFFIX = ".odcs.yaml"
_KIND_OF_TYPE = {"string": Kind.TEXT, "integer": Kind.INTEGER, "number": Kind.NUMBER, "date": Kind.DATE}
_FILLED = "filled"


def read_contracts(folder: Path, tables: Sequence[str]) -> Mapping[str, Contract]:
    """Read ``<table>.odcs.yaml`` for every table, with its migrations, and check them together.

    Raises
    ------
    CodebookError
        With every fault of every file.
    """
    log = ProblemLog()
    documents: dict[str, Document] = {}
    contracts: dict[str, Contract] = {}
    for table in tables:
        document = _document(folder / f"{table}{_SUFFIX}", log)
        found = _read(document, table, log) if document else None
        if document and found:
            documents[table], contracts[table] = document, found
    for table, contract in contracts.items():
        log.extend(faults_of(contract, contracts, documents[table], tables))
    log.raise_if_any(CodebookError)
    migrations = read_migrations(folder, contracts, log)
    log.raise_if_any(CodebookError)
    return {table: replace(contract, migrations=migrations[table]) for table, contract in contracts.items()}


def _document(path: Path, log: ProblemLog) -> Document | None:
    shown = f"data_contracts/{path.name}"
    try:
        return read_document(path, shown=shown, log=log)
    except (OSError, UnicodeDecodeError):
        what = Text("Kontraktet finns inte eller går inte att läsa.", "The contract is missing or cannot be read.")
        log.add(Problem("contract_unreadable", what, Place(shown), _ACCEPTED, MEND))
        return None


def _read(document: Document, table: str, log: ProblemLog) -> Contract | None:
    from open_data_contract_standard.model import OpenDataContractStandard
    from pydantic import ValidationError

    before = len(log.problems)
    log.extend(unknown_keys(document))
    try:
        standard = OpenDataContractStandard.model_validate(document.content)
    except ValidationError as error:
        if len(log.problems) == before:
            log.extend(_misfits(document, error))
        return None
    schema = next((entry for entry in standard.schema_ or () if entry.name == table), None)
    if schema is None:
        what = Text(
            "Kontraktet beskriver inte den tabell som filen heter efter.",
            "The contract does not describe the table that the file is named after.",
        )
        log.add(document.fault("contract_without_table", what, Text(table, table), steps=("schema",), key="schema"))
        return None
    contract = _Reader(document, table, log).contract(standard, schema)
    # a placeholder stands where a fault was noted; what follows from it would only confuse
    return contract if len(log.problems) == before else None


_ACCEPTED = Text("ett kontrakt enligt ODCS v3.2 och evalkits regler", "a contract by ODCS v3.2 and evalkit's rules")


def _misfits(document: Document, error: object) -> Iterable[Problem]:
    """What the standard's own models refuse, by place only: their messages quote the value."""
    from pydantic import ValidationError

    what = Text("Det som står här har fel form enligt ODCS.", "What stands here has the wrong form by ODCS.")
    for place in dict.fromkeys(entry["loc"] for entry in error.errors()) if isinstance(error, ValidationError) else ():
        key = ".".join(str(step) for step in place)
        yield document.fault("contract_syntax", what, _ACCEPTED, steps=place, key=key)


@dataclass(frozen=True, slots=True)
class _Reader:
    """From the standard's objects to our values; what is wrong goes to ``log``."""

    document: Document
    table: str
    log: ProblemLog

    def contract(self, standard: OpenDataContractStandard, schema: SchemaObject) -> Contract:
        custom = _custom(schema.customProperties)
        steps = ("schema", self.table, "customProperties")
        fields = tuple(self._field(entry) for entry in schema.properties or ())
        return Contract(
            table=self.table,
            version=self._version(str(standard.version or "")),
            label=Text(schema.businessName or "", _text(custom, "label_en")),
            description=Text(schema.description or "", _text(custom, "description_en")),
            level=self._word(Level, custom.get("level"), (*steps, "level")),
            required=custom.get("required_table") is True,
            due_with=_text(custom, "due_with") or None,
            fields=tuple(field for field in fields if field.name != VERSION_COLUMN),
            quality=tuple(self._quality(entry) for entry in schema.quality or ()),
            statement=next((field for field in fields if field.name == VERSION_COLUMN), None),
        )

    def _version(self, version: str) -> str:
        if not re.fullmatch(r"[0-9]+\.[0-9]+\.[0-9]+", version):
            what = Text("Versionen har fel form.", "The version has the wrong form.")
            accepted = Text("tre heltal som 1.0.0", "three whole numbers such as 1.0.0")
            self.log.add(self.document.fault("contract_value", what, accepted, steps=("version",), key="version"))
        return version

    def _field(self, entry: SchemaProperty) -> Field:
        custom, options = _custom(entry.customProperties), entry.logicalTypeOptions or {}
        steps = ("schema", self.table, "properties", str(entry.name))
        own = (*steps, "customProperties")
        default, code_list = custom.get("default"), custom.get("code_list")
        return Field(
            name=str(entry.name),
            kind=self._kind(entry, custom, steps),
            label=Text(entry.businessName or "", _text(custom, "label_en")),
            description=Text(entry.description or "", _text(custom, "description_en")),
            accepted=Text(_text(custom, "accepted"), _text(custom, "accepted_en")),
            required=entry.required is True,
            optional_column=custom.get("optional_column") is True,
            default=None if default is None else str(default),
            choices=tuple(_choice(value) for value in entry.enum or ()),
            pattern=self._pattern(options, (*steps, "logicalTypeOptions", "pattern")),
            max_length=options.get("maxLength"),
            minimum=_number(options.get("minimum")),
            maximum=_number(options.get("maximum")),
            unit=Text(_text(custom, "enhet"), _text(custom, "unit")) if "enhet" in custom else None,
            examples=tuple(str(example) for example in entry.examples or ()),
            key_position=entry.primaryKeyPosition if entry.primaryKey else None,
            reference=_reference(entry),
            code_list=self._word(CodeList, code_list, (*own, "code_list")) if code_list else None,
            sensitivity=self._word(Sensitivity, entry.classification, (*steps, "classification")),
        )

    def _kind(self, entry: SchemaProperty, custom: Mapping[str, object], steps: tuple[str, ...]) -> Kind:
        form, kind = custom.get("form"), entry.logicalType or ""
        if form:
            return self._word(Kind, form, (*steps, "customProperties", "form"))
        if kind not in _KIND_OF_TYPE:
            self._unknown_word(kind, tuple(_KIND_OF_TYPE), (*steps, "logicalType"))
        return _KIND_OF_TYPE.get(kind, Kind.TEXT)

    def _pattern(self, options: Mapping[str, object], steps: tuple[str, ...]) -> str | None:
        pattern = options.get("pattern")
        try:
            return None if pattern is None else re.compile(str(pattern)).pattern
        except re.error:
            what = Text("Mönstret går inte att tolka.", "The pattern cannot be read.")
            accepted = Text("ett reguljärt uttryck", "a regular expression")
            self.log.add(self.document.fault("contract_value", what, accepted, steps=steps, key=".".join(steps[1:])))
            return None

    def _quality(self, entry: DataQuality) -> Quality:
        custom = _custom(entry.customProperties)
        name = str(entry.id or entry.name or "")
        steps = ("schema", self.table, "quality", name)
        form = custom.get("form")
        return Quality(
            id=name,
            description=Text(entry.description or "", _text(custom, "description_en")),
            severity=self._word(Severity, entry.severity, (*steps, "severity")),
            breach=_both(custom, "breach"),
            next_step=_both(custom, "next_step"),
            form=self._word(RuleForm, form, (*steps, "customProperties", "form")) if form else None,
            column=_text(custom, "column") or None,
            columns=_words(custom.get("columns")),
            within=_words(custom.get("within")),
            cases=tuple(_case(case) for case in _items(custom.get("cases"))),
            values=_words(custom.get("values")),
            absolute=_number(custom.get("absolute")) or 0.0,
            relative=_number(custom.get("relative")) or 0.0,
        )

    def _word(self, words: type[_Word], value: object, steps: tuple[str, ...]) -> _Word:
        known = [word.value for word in words]
        if value in known:
            return words(str(value))
        self._unknown_word(value, tuple(known), steps)
        return next(iter(words))

    def _unknown_word(self, value: object, known: tuple[str, ...], steps: tuple[str, ...]) -> None:
        key = ".".join(step for step in steps[1:] if step not in ("properties", "quality", "customProperties"))
        if value is None:
            what = Text(f"”{steps[-1]}” saknas.", f"'{steps[-1]}' is missing.")
        else:
            what = Text(f"Ordet ”{value}” är okänt här.", f"The word '{value}' is unknown here.")
        accepted = known_names(str(value or ""), known)
        self.log.add(self.document.fault("unknown_word", what, accepted, steps=steps, key=key))


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


def _both(custom: Mapping[str, object], name: str) -> Text | None:
    return Text(_text(custom, name), _text(custom, f"{name}_en")) if name in custom else None


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None


def _items(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _words(value: object) -> tuple[str, ...]:
    return tuple(str(word) for word in _items(value))


def _case(case: object) -> Case:
    found = case if isinstance(case, Mapping) else {}
    return Case(_conditions(found.get("if")), _conditions(found.get("then")))


def _conditions(found: object) -> tuple[Condition, ...]:
    parts = found.items() if isinstance(found, Mapping) else ()
    return tuple(Condition(str(column), None if values == _FILLED else _words(values)) for column, values in parts)


def describe_choices(field: Field) -> Text:
    """The codes of a closed list with their labels."""
    if not field.choices:
        return same("")
    return Text(
        ", ".join(f"{choice.value} ({choice.label.sv})" for choice in field.choices),
        ", ".join(f"{choice.value} ({choice.label.en})" for choice in field.choices),
    )
