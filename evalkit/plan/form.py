"""Faults of form, as pydantic finds them, put into the reader's words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from evalkit.errors import Place, Problem, known_names
from evalkit.language import Text, same
from evalkit.plan.document import (
    ControlEntry,
    DataSource,
    EstimandEntry,
    ExpectedEntry,
    GroupEntry,
    Mapped,
    MarginEntry,
    Mark,
    Part,
    PlanDocument,
    WindowEntry,
    Words,
)

_PERIOD = Text("2024, 2024-Q1 eller 2024-03", "2024, 2024-Q1 or 2024-03")
_TEXT = Text(
    "text; en kod som börjar med noll skrivs inom citattecken, ”0127”",
    "text; a code that begins with a zero is written in quotes, '0127'",
)
_CODE = Text(
    "bokstäver a–z, siffror, bindestreck och understreck; modeller bara små bokstäver och understreck",
    "letters a–z, digits, hyphens and underscores; models only small letters and underscores",
)
_NUMBER = Text("ett tal", "a number")
_DATE = Text("ett datum som 2026-11-23", "a date such as 2026-11-23")

# By the type of pydantic's error: what is wrong, and what would have been accepted.
_KNOWN: dict[str, tuple[Text, Text]] = {
    "missing": (Text("Nyckeln saknas.", "The key is missing."), Text("nyckeln med ett värde", "the key with a value")),
    "string_pattern_mismatch": (Text("Koden har fel form.", "The code has the wrong form."), _CODE),
    "string_type": (Text("Här ska det stå text.", "Text is needed here."), _TEXT),
    "string_too_short": (Text("Texten är tom.", "The text is empty."), Text("text", "text")),
    "tuple_type": (Text("Här ska det stå en lista.", "A list is needed here."), Text("en lista", "a list")),
    "too_short": (Text("Listan är tom.", "The list is empty."), Text("minst en post", "at least one entry")),
    "greater_than": (Text("Talet är för litet.", "The number is too small."), Text("större än {gt}", "above {gt}")),
    "less_than": (Text("Talet är för stort.", "The number is too large."), Text("mindre än {lt}", "below {lt}")),
    "greater_than_equal": (
        Text("Talet är för litet.", "The number is too small."),
        Text("{ge} eller större", "{ge} or more"),
    ),
    "model_type": (Text("Här ska det stå nycklar.", "Keys are needed here."), same("{fields}")),
}
_BY_START: tuple[tuple[str, tuple[Text, Text]], ...] = (
    ("int_", (Text("Här ska det stå ett heltal.", "A whole number is needed here."), _NUMBER)),
    ("float_", (Text("Här ska det stå ett tal.", "A number is needed here."), _NUMBER)),
    ("bool_", (Text("Här ska det stå true eller false.", "true or false is needed here."), same("true, false"))),
    ("finite_", (Text("Här ska det stå ett ändligt tal.", "A finite number is needed here."), _NUMBER)),
    ("date_", (Text("Här ska det stå ett datum.", "A date is needed here."), _DATE)),
)
_OTHER = (
    Text("Värdet har fel form.", "The value has the wrong form."),
    Text("samma form som i en befintlig analys", "the same form as in an existing analysis"),
)
_UNKNOWN_KEY = Text("Nyckeln är okänd.", "The key is unknown.")
_NO_STRATA = (
    Text(
        "En plan delar inte upp i strata: den som jämför inom kategorier behöver veta hur mycket som kontrollerats "
        "i varje kategori, och det finns inte i underlaget.",
        "A plan does not stratify: to compare within categories one needs the exposure of each category, which the "
        "data do not hold.",
    ),
    Text(
        "en fråga per kategori (category); eller ek.stratified_rate_ratio med exponering per kategori",
        "one question per category (category); or ek.stratified_rate_ratio with exposures by category",
    ),
)
_UNKNOWN_WORD = Text("Ordet finns inte i ordlistan.", "The word is not in the vocabulary.")

_PARTS: dict[str, type[Part]] = {
    "data": DataSource,
    "groups": GroupEntry,
    "windows": WindowEntry,
    "window": WindowEntry,
    "estimands": EstimandEntry,
    "wanted": Mapped,
    "marks": Mark,
    "margin": MarginEntry,
    "expected": ExpectedEntry,
    "negative_control": ControlEntry,
}


def form_problems(error: ValidationError, content: Mapping[str, Any], name: str) -> list[Problem]:
    """One problem per fault; entries of lists are named by their ``id`` where they have one."""
    found = error.errors(include_url=False, include_input=False)
    places = [item["loc"] for item in found]
    return [_problem(item, content, name) for item in found if not _is_echo(item, places)]


def _is_echo(item: Any, places: Sequence[tuple[str | int, ...]]) -> bool:
    """Pydantic counts only sound entries, so a list whose entries are faulty is called empty too."""
    here = item["loc"]
    return item["type"] == "too_short" and any(place[: len(here)] == here != place for place in places)


def _problem(item: Any, content: Mapping[str, Any], name: str) -> Problem:
    location: tuple[str | int, ...] = item["loc"]
    what, accepted = _words(item["type"], item.get("ctx", {}), location)
    key = ".".join(_named(location, content))
    return Problem(
        code=f"plan_{item['type']}",
        what=what,
        place=Place(file=name, key=key or None),
        accepted=accepted,
        next_step=Text(f"Rätta ”{key}” i planen.", f"Correct '{key}' in the plan."),
    )


def _words(kind: str, context: Mapping[str, Any], location: Sequence[str | int]) -> tuple[Text, Text]:
    if kind == "extra_forbidden" and location[-1] == "strata":
        return _NO_STRATA
    if kind == "extra_forbidden":
        return _UNKNOWN_KEY, known_names(str(location[-1]), _model_at(location[:-1]).model_fields)
    if kind in {"enum", "literal_error"}:
        return _UNKNOWN_WORD, same(str(context["expected"]).replace(" or ", ", ").replace("'", ""))
    what, accepted = _KNOWN.get(kind) or next((words for start, words in _BY_START if kind.startswith(start)), _OTHER)
    if location and location[-1] in {"first", "last", "at"}:
        return what, _PERIOD
    fields = ", ".join(_model_at(location).model_fields)
    return what, Text(*(side.format(fields=fields, **context) for side in (accepted.sv, accepted.en)))


def _model_at(location: Iterable[str | int]) -> type[Part]:
    model: type[Part] = PlanDocument
    for part in location:
        if isinstance(part, str):
            model = _PARTS.get(part, Words)
    return model


def _named(location: Sequence[str | int], content: Any) -> Iterable[str]:
    """The path to a fault; an entry is named by its ``id``, or numbered from 1 when it has none."""
    here = content
    for part in location:
        try:
            here = here[part]
        except (KeyError, IndexError, TypeError):
            here = None
        own = here.get("id") if isinstance(part, int) and isinstance(here, dict) else None
        yield own if isinstance(own, str) else str(part + 1 if isinstance(part, int) else part)
