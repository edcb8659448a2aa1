"""The tables of the contracts, as parts of the dictionary's page."""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping

import yaml

from evalkit import resources
from evalkit.contracts import Contract, Field
from evalkit.dictionary.codes import accepted_in, form_of, presence_of
from evalkit.language import Text, same
from evalkit.webpage import Heading, Row, Words, facts, table

_HEADS = (
    Text("Kolumn", "Column"),
    Text("Betyder", "Means"),
    Text("Form", "Form"),
    Text("Godtas", "Accepted"),
    Text("Ifylls", "Filled in"),
    Text("Exempel", "Example"),
)


def headings(contracts: Iterable[Contract], words: Words) -> tuple[Heading, ...]:
    """One entry of the list of contents per table."""
    return tuple(
        Heading(anchor(contract), f"{code(contract.table)} {words.label(contract.label)}") for contract in contracts
    )


def anchor(contract: Contract) -> str:
    """Where on the page a table is."""
    return f"table-{contract.table}"


def section(contract: Contract, words: Words) -> str:
    """Everything about one table."""
    head = f'<h3 id="{anchor(contract)}">{code(contract.table)} {words.of(contract.label)}</h3>'
    about = facts(
        (
            (words.label(Text("En rad per", "One row per")), code(" + ".join(contract.key))),
            (words.label(Text("Kontraktets version", "Version of the contract")), html.escape(contract.version)),
            (words.label(Text("Regler", "Rules")), _rules(contract, words)),
        )
    )
    caption = f"{words.label(Text('Kolumner i', 'Columns of'))} {code(contract.table)}"
    rows = [_row(contract, field, words) for field in contract.fields]
    columns = table(caption, [words.label(text) for text in _HEADS], rows)
    return f"{head}\n<p>{words.of(contract.description)}</p>\n{about}\n{columns}"


def _row(contract: Contract, field: Field, words: Words) -> Row:
    form = words.of(form_of(field))
    if field.unit is not None:
        form += f", {words.of(field.unit)}"
    return Row(
        f"{code(field.name)}<br>{words.of(field.label)}",
        (
            words.of(field.description),
            form,
            _accepted(field, words),
            words.of(presence_of(field)),
            ", ".join(code(example) for example in field.examples[:2]),
        ),
        anchor=f"{contract.table}-{field.name}",
    )


def _accepted(field: Field, words: Words) -> str:
    if field.choices:
        items = "".join(f"<li>{code(choice.value)} {words.of(choice.label)}</li>" for choice in field.choices)
        return f"<ul>{items}</ul>"
    told = words.of(accepted_in(field))
    if field.reference is not None:
        return f'{told} <a href="#table-{field.reference.table}">{code(field.reference.table)}</a>'
    return told


def _rules(contract: Contract, words: Words) -> str:
    texts = rule_texts(contract.table)
    items = "".join(f"<li>{words.of(texts.get(rule, same(rule)))}</li>" for rule in contract.rules)
    return f"<ul>{items}</ul>" if items else ""


def rule_texts(name: str) -> Mapping[str, Text]:
    """The rules of a table's contract in words, by their id."""
    document = yaml.safe_load((resources.data_contracts() / f"{name}.odcs.yaml").read_text("utf-8"))
    found = {}
    for rule in document["schema"][0].get("quality") or ():
        custom = {entry["property"]: entry["value"] for entry in rule.get("customProperties") or ()}
        swedish = str(rule.get("description") or "")
        found[str(rule.get("id"))] = Text(swedish, str(custom.get("description_en") or swedish))
    return found


def code(text: str) -> str:
    """A name or a code, set as one."""
    return f"<code>{html.escape(text)}</code>"
