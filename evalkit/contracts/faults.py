"""What is wrong with a contract as a whole, or with several together: what no schema of the standard sees.

Keys are whole, references and columns exist, closed lists have no doubles, everything is described in both
languages, and each example would itself be accepted.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from evalkit.contracts.document import Document
from evalkit.contracts.model import Contract, Field, Kind, Reference
from evalkit.contracts.quality import Quality, RuleForm
from evalkit.errors import Problem, known_names
from evalkit.language import Text

_NOT_IN_BOTH = Text("Namn eller beskrivning saknas på ett av språken.", "A name or description lacks one language.")
_BOTH = Text("text på svenska och engelska", "text in Swedish and English")
_PAIR = 2


def faults_of(
    contract: Contract, contracts: Mapping[str, Contract], document: Document, tables: Collection[str]
) -> Iterator[Problem]:
    """Every fault of one contract, held against the others; ``tables`` has also those that could not be read."""
    look = _Look(contract, contracts, document, frozenset(tables))
    yield from look.at_table()
    for field in contract.fields:
        yield from look.at_field(field)
    for rule in contract.quality:
        yield from look.at_rule(rule)


@dataclass(frozen=True, slots=True)
class _Look:
    contract: Contract
    contracts: Mapping[str, Contract]
    document: Document
    tables: frozenset[str]

    def _fault(self, what: Text, accepted: Text, *steps: str) -> Problem:
        key = ".".join((self.contract.table, *(step for step in steps if step not in ("properties", "quality"))))
        place = ("schema", self.contract.table, *steps)
        return self.document.fault("contract_fault", what, accepted, steps=place, key=key)

    def at_table(self) -> Iterator[Problem]:
        contract = self.contract
        positions = sorted(field.key_position for field in contract.fields if field.key_position is not None)
        ordered = Text("primaryKeyPosition 1, 2, 3 …", "primaryKeyPosition 1, 2, 3 …")
        if not positions:
            yield self._fault(Text("Tabellen saknar nyckel.", "The table has no key."), ordered, "properties")
        elif positions != list(range(1, len(positions) + 1)):
            what = Text("Nyckelns ordning är inte 1, 2, 3 …", "The order of the key is not 1, 2, 3 …")
            yield self._fault(what, ordered, "properties")
        if len(set(contract.names)) != len(contract.names):
            what = Text("Ett kolumnnamn förekommer två gånger.", "A column name occurs twice.")
            yield self._fault(what, Text("varje namn en gång", "each name once"), "properties")
        if not _in_both(contract.label, contract.description):
            yield self._fault(_NOT_IN_BOTH, _BOTH)
        if contract.due_with is not None and contract.due_with not in self.tables:
            what = Text("Tabellen i due_with finns inte.", "The table of due_with does not exist.")
            yield self._fault(what, known_names(contract.due_with, self.tables), "customProperties", "due_with")

    def at_field(self, field: Field) -> Iterator[Problem]:
        codes, here = [choice.value for choice in field.choices], ("properties", field.name)
        if not _in_both(field.label, field.description, *(choice.label for choice in field.choices)):
            yield self._fault(_NOT_IN_BOTH, _BOTH, *here)
        if len(set(codes)) != len(codes):
            what = Text("Kodlistan har samma kod två gånger.", "The list of codes has a code twice.")
            yield self._fault(what, Text("varje kod en gång", "each code once"), *here, "enum")
        if field.default is not None and field.default not in codes:
            what = Text("Standardvärdet finns inte i kodlistan.", "The default is not in the list of codes.")
            yield self._fault(what, known_names(field.default, codes), *here, "customProperties", "default")
        if not (_in_both(field.accepted) or codes or field.reference or field.code_list):
            what = Text("Det står inte vad kolumnen godtar.", "It does not say what the column accepts.")
            yield self._fault(what, Text("accepted och accepted_en", "accepted and accepted_en"), *here)
        if field.reference and not self._resolves(field.reference):
            what = Text("Hänvisningen leder ingenstans.", "The reference leads nowhere.")
            wanted = f"{field.reference.table}.{field.reference.column}"
            keys = [f"{table}.{contract.key[0]}" for table, contract in self.contracts.items() if contract.key]
            yield self._fault(what, known_names(wanted, keys), *here, "relationships")
        if not field.examples or not all(_fits(example, field) for example in field.examples):
            what = Text("Exempel saknas eller godtas inte av kolumnen.", "Examples are missing or not accepted.")
            yield self._fault(
                what, Text("minst ett godtaget exempel", "at least one accepted example"), *here, "examples"
            )

    def _resolves(self, reference: Reference) -> bool:
        """Whether the reference leads to the first column of a table's key."""
        target = self.contracts.get(reference.table)
        if target is None:
            return reference.table in self.tables
        return target.key[:1] == (reference.column,)

    def at_rule(self, rule: Quality) -> Iterator[Problem]:
        here = ("quality", rule.id)
        if not _in_both(rule.description, *(text for text in (rule.breach, rule.next_step) if text)):
            yield self._fault(_NOT_IN_BOTH, _BOTH, *here)
        for column in rule.named_columns:
            if column not in self.contract.names:
                what = Text(f"Regelns kolumn ”{column}” finns inte.", f"The rule's column '{column}' does not exist.")
                yield self._fault(what, known_names(column, self.contract.names), *here, "customProperties")
        if rule.form is not None and not _is_whole(rule):
            what = Text("Regeln säger inte allt som dess form behöver.", "The rule lacks what its form needs.")
            yield self._fault(what, _NEEDS[rule.form], *here, "customProperties", "form")
        if rule.form in (None, RuleForm.TOLERANCE):
            yield from self._rule_in_code(rule)
        yield from self._rule_codes(rule)

    def _rule_in_code(self, rule: Quality) -> Iterator[Problem]:
        """A rule that nothing runs would be a promise that nobody keeps."""
        from evalkit.contracts.rules import CODED

        known = [code for table, code in CODED if table == self.contract.table]
        if rule.id not in known:
            what = Text(
                "Regeln har ingen form och finns inte i koden.", "The rule has no form and does not exist in code."
            )
            yield self._fault(what, known_names(rule.id, known), "quality", rule.id)

    def _rule_codes(self, rule: Quality) -> Iterator[Problem]:
        for condition in (part for case in rule.cases for part in (*case.when, *case.then)):
            field = next((field for field in self.contract.fields if field.name == condition.column), None)
            known = [choice.value for choice in field.choices] if field else []
            for value in condition.values or ():
                if known and value not in known:
                    what = Text(f"Koden ”{value}” finns inte i kolumnen.", f"The code '{value}' is not in the column.")
                    steps = ("quality", rule.id, "customProperties", "cases")
                    yield self._fault(what, known_names(value, known), *steps)


_NEEDS = {
    RuleForm.ORDERED: Text("columns med minst två kolumner", "columns with at least two columns"),
    RuleForm.AT_MOST: Text("columns med två kolumner", "columns with two columns"),
    RuleForm.TOGETHER: Text("columns med minst två kolumner", "columns with at least two columns"),
    RuleForm.IMPLIES: Text("column, och cases med if och then", "column, and cases with if and then"),
    RuleForm.NEVER: Text("column och values", "column and values"),
    RuleForm.NO_OVERLAP: Text("within, och columns med två kolumner", "within, and columns with two columns"),
    RuleForm.TOLERANCE: Text("absolute och relative, noll eller mer", "absolute and relative, zero or more"),
}


def _is_whole(rule: Quality) -> bool:
    if rule.form in (RuleForm.ORDERED, RuleForm.TOGETHER):
        return len(rule.columns) >= _PAIR
    if rule.form in (RuleForm.AT_MOST, RuleForm.NO_OVERLAP):
        return len(rule.columns) == _PAIR and (rule.form is RuleForm.AT_MOST or bool(rule.within))
    if rule.form is RuleForm.IMPLIES:
        return bool(rule.column and rule.cases) and all(case.when and case.then for case in rule.cases)
    if rule.form is RuleForm.NEVER:
        return bool(rule.column and rule.values)
    return rule.absolute >= 0 and rule.relative >= 0


def _in_both(*texts: Text) -> bool:
    return all(text.sv and text.en for text in texts)


def _fits(example: str, field: Field) -> bool:
    import polars as pl

    from evalkit.contracts.cells import parse_cells

    if field.kind in (Kind.PERIOD, Kind.FREQUENCY):
        return True
    parsed = parse_cells(pl.Series([example]), field)
    in_list = not field.choices or example in {choice.value for choice in field.choices}
    in_form = field.pattern is None or re.search(field.pattern, example) is not None
    return not parsed.failures and in_list and in_form
