"""The tables of the contracts, as parts of the dictionary's page."""

from __future__ import annotations

import html
from collections.abc import Iterable

from evalkit.contracts import Contract, Field
from evalkit.dictionary import labels
from evalkit.dictionary.codes import accepted_in, form_of, presence_of
from evalkit.errors import Severity
from evalkit.language import Text
from evalkit.vocabulary import Sensitivity
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
    form = form_of(field)
    if field.unit is not None:
        form = Text(f"{form.sv}, {field.unit.sv}", f"{form.en}, {field.unit.en}")
    return Row(
        f"{code(field.name)}<br>{words.of(field.label)}",
        (
            words.of(field.description),
            words.of(form),
            _accepted(field, words),
            words.of(presence_of(field)) + _sensitivity(field, words),
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


def _sensitivity(field: Field, words: Words) -> str:
    if field.sensitivity is Sensitivity.OPEN:
        return ""
    return f'<br><span class="quiet">{words.of(labels.SENSITIVITY[field.sensitivity])}</span>'


def _rules(contract: Contract, words: Words) -> str:
    told = ((rule, words.of(rule.description)) for rule in contract.quality)
    warns = f' <span class="mark">{words.label(labels.WARNS)}</span>'
    items = "".join(f"<li>{text}{warns if rule.severity is Severity.WARNING else ''}</li>" for rule, text in told)
    return f"<ul>{items}</ul>" if items else ""


def code(text: str) -> str:
    """A name or a code, set as one."""
    return f"<code>{html.escape(text)}</code>"
