"""A proposed mapping written as YAML: each line with its reason, what is uncertain marked ``confirm: true``."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from evalkit.contracts import Field, Kind
from evalkit.contracts.accepted import accepted_of
from evalkit.language import Language, Text, in_language

if TYPE_CHECKING:
    from evalkit.mappings.suggestion import Proposal, Suggestion

_SURE = {
    "high": Text("säkert", "certain"),
    "medium": Text("troligt", "likely"),
    "low": Text("osäkert", "uncertain"),
}
_GIVEN = {
    "unit_id": Text("kommunens kod, till exempel 0127", "the municipality's code, such as 0127"),
    "source_id": Text("källans id i tabellen sources", "the id of the source in the table sources"),
}
_SOURCE = "uttag"


def write_proposal(found: Suggestion, language: Language) -> str:
    """The YAML of a suggestion, ending in a line feed."""
    parts = (_head(found, language), _settings(found), _source(found, language), _table(found, language))
    return "".join(f"{line}\n" for part in parts for line in part)


def _head(found: Suggestion, language: Language) -> Iterator[str]:
    name = _slug(Path(found.file).stem)
    yield in_language(
        language,
        "# Förslag. Kontrollera varje rad mot källsystemet, fyll i koderna och ta bort ”confirm: true”.",
        "# A proposal. Check each row against the source system, fill in the codes and remove 'confirm: true'.",
    )
    yield f"mapping: {name}"
    yield "version: 0.1.0"
    yield "status: proposal"
    yield f"name: {_both(Text(f'Förslag för {found.file}', f'Proposal for {found.file}'))}"
    yield f"description: {_both(Text(f'Filen blir {found.target}.', f'The file becomes {found.target}.'))}"


def _slug(stem: str) -> str:
    plain = unicodedata.normalize("NFKD", stem.lower()).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "_", plain).strip("_") or "uttag"


def _settings(found: Suggestion) -> Iterator[str]:
    if not found.missing:
        return
    yield "settings:"
    for field in found.missing:
        described = _GIVEN.get(field.name) or accepted_of(field)
        yield f"  - {{name: {field.name}, required: true, description: {_both(described)}}}"


def _source(found: Suggestion, language: Language) -> Iterator[str]:
    yield "sources:"
    yield f"  - name: {_SOURCE}"
    yield f"    files: [{_quoted(found.sheet or Path(found.file).stem)}]"
    yield "    encodings: [utf-8, windows-1252, utf-16]"
    yield "    columns:"
    yield from (f"      - {{name: {_quoted(item.heading)}}}" for item in found.proposals if item.field is not None)
    dropped = [item for item in found.proposals if item.field is None]
    if dropped:
        yield "    drop:"
    for item in dropped:
        yield f"      - {{name: {_quoted(item.heading)}, reason: {_both(item.reason)}}}"
    if found.hidden:
        yield in_language(
            language,
            f"    # Inte visade, eftersom rubriken ser ut som uppgifter eller står flera gånger: {found.hidden}.",
            f"    # Not shown, as the heading looks like data or stands more than once: {found.hidden}.",
        )


def _table(found: Suggestion, language: Language) -> Iterator[str]:
    yield "tables:"
    yield f"  - target: {found.target}"
    yield f"    from: {_SOURCE}"
    yield "    columns:"
    for item in found.proposals:
        if item.field is not None:
            yield f"      # {_SURE[item.confidence.value].in_language(language)}: {item.reason.in_language(language)}"
            yield from _column(item, item.field)
    for field in found.missing:
        mark = "" if field.name in _GIVEN else ", confirm: true"
        yield in_language(
            language, "      # ingen kolumn i filen liknar den", "      # no column of the file is like it"
        )
        yield f"      - {{to: {field.name}, setting: {field.name}{mark}}}"


def _column(item: Proposal, field: Field) -> Iterator[str]:
    from evalkit.mappings.shapes import is_serial
    from evalkit.mappings.suggestion import needs_codes

    ref = _quoted(f"{_SOURCE}.{item.heading}")
    mark = "" if item.confidence.value == "high" else ", confirm: true"
    if is_serial(field):
        yield f"      - {{to: {field.name}, serial: {ref}{mark}}}"
    elif needs_codes(field) and not item.listed:
        yield f"      - {{to: {field.name}, from: {ref}, codes: {{}}, confirm: true}}"
        if field.choices:
            yield f"      #   {', '.join(choice.value for choice in field.choices)}"
    elif field.kind is Kind.DATE:
        yield f"      - {{to: {field.name}, from: {ref}, date: day{mark}}}"
    elif field.kind in (Kind.INTEGER, Kind.NUMBER):
        yield f"      - {{to: {field.name}, from: {ref}, number: true{_conversion(item.heading, field, mark)}}}"
    else:
        yield f"      - {{to: {field.name}, from: {ref}{mark}}}"


def _conversion(heading: str, field: Field, mark: str) -> str:
    """The unit that the heading names, which somebody always has to confirm."""
    lowered = heading.lower()
    if field.name.endswith("_sek") and re.search(r"\b[kt]kr\b", lowered):
        return ", convert: kkr_to_sek, confirm: true"
    if field.name == "hours" and "minut" in lowered:
        return ", convert: minutes_to_hours, confirm: true"
    return mark


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _both(text: Text) -> str:
    return f"{{sv: {_quoted(text.sv)}, en: {_quoted(text.en)}}}"
