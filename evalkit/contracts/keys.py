"""The keys that a contract file may have: the standard's, and our own custom properties.

The standard's own models drop what they do not know, so a misspelt ``requird`` would be a column that
may be empty. Which keys there are is asked of those models; only the custom properties are listed here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING

from evalkit.contracts.document import Document
from evalkit.errors import Problem, known_names
from evalkit.language import Text

if TYPE_CHECKING:
    from pydantic import BaseModel

_OPTIONS = (
    "exclusiveMaximum", "exclusiveMinimum", "format", "maxItems", "maxLength", "maxProperties", "maximum", "minItems",
    "minLength", "minProperties", "minimum", "multipleOf", "pattern", "required", "timezone", "uniqueItems",
)  # fmt: skip
_CUSTOM = {
    "": ("purpose_en",),
    "description": ("purpose_en",),
    "schema": ("label_en", "description_en", "granularity_en", "level", "due_with", "required_table"),
    "properties": (
        "label_en", "description_en", "code_list", "form", "optional_column", "default",
        "accepted", "accepted_en", "enhet", "unit",
    ),
    "enum": ("label_en",),
    "quality": (
        "description_en", "breach", "breach_en", "next_step", "next_step_en",
        "form", "column", "columns", "within", "cases", "values", "absolute", "relative",
    ),
}  # fmt: skip


def unknown_keys(document: Document) -> Iterator[Problem]:
    """A problem for every key and custom property that nothing reads."""
    yield from _walk(document, document.content, (), "")


def _walk(document: Document, found: object, steps: tuple[str | int, ...], kind: str) -> Iterator[Problem]:
    if isinstance(found, list):
        for place, item in enumerate(found):
            yield from _walk(document, item, (*steps, place), kind)
        return
    known = _known(kind)
    if not isinstance(found, Mapping) or known is None:
        return
    for key, value in found.items():
        if key not in known:
            yield _unknown(document, str(key), known, (*steps, str(key)))
        elif key == "customProperties":
            yield from _custom(document, value, (*steps, key), kind)
        elif key != "value":
            yield from _walk(document, value, (*steps, str(key)), str(key))


def _custom(document: Document, found: object, steps: tuple[str | int, ...], kind: str) -> Iterator[Problem]:
    yield from _walk(document, found, steps, "customProperties")
    for place, item in enumerate(found if isinstance(found, list) else ()):
        # what another tool's vendor has put there is that tool's business
        if isinstance(item, Mapping) and "vendor" not in item:
            name = str(item.get("property"))
            if name not in _CUSTOM.get(kind, ()):
                yield _unknown(document, name, _CUSTOM.get(kind, ()), (*steps, place))


def _unknown(document: Document, key: str, known: tuple[str, ...], steps: tuple[str | int, ...]) -> Problem:
    what = Text(f"Nyckeln ”{key}” är okänd.", f"The key '{key}' is unknown.")
    return document.fault("unknown_key", what, known_names(key, known), steps=steps, key=key)


def _known(kind: str) -> tuple[str, ...] | None:
    return _OPTIONS if kind == "logicalTypeOptions" else _keys_of_models().get(kind)


@cache
def _keys_of_models() -> Mapping[str, tuple[str, ...]]:
    from open_data_contract_standard import model

    models: dict[str, type[BaseModel]] = {
        "": model.OpenDataContractStandard,
        "description": model.Description,
        "servers": model.Server,
        "schema": model.SchemaObject,
        "properties": model.SchemaProperty,
        "enum": model.EnumValue,
        "relationships": model.Relationship,
        "quality": model.DataQuality,
        "customProperties": model.CustomProperty,
    }
    return {
        kind: tuple(field.alias or name for name, field in entry.model_fields.items()) for kind, entry in models.items()
    }
