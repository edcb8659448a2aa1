"""Every refusal and every caveat that evalkit can give, read in both languages."""

from __future__ import annotations

import inspect
from types import ModuleType

import pytest

from evalkit import caveats, refusals
from evalkit.language import Language, Text
from evalkit.statements import Statement

WHO = Text("Botkyrka", "Botkyrka")
WHEN = Text("2020–2022", "2020–2022")
GIVEN = {
    "who": WHO,
    "when": WHEN,
    "what": Text("en tid före", "a time before"),
    "reported": 1,
    "wanted": 12,
    "threshold": 10,
    "periods": 3,
    "years": 100,
    "least": 12,
    "least_per_group": 10,
    "left_out": 2,
    "of": 14,
    "most": 4000,
    "compared": True,
    "share": 0.4,
    "number": 252,
    "needed": 20,
    "attainable": 0.25,
    "seed": 1,
    "worth": 2.3,
    "changes": Text("ny lag (1 juli 2025)", "a new act (1 July 2025)"),
}


def statements(module: ModuleType) -> dict[str, Statement]:
    functions = {
        name: function
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__.startswith(module.__name__) and not name.startswith("_")
    }
    return {
        name: function(**{key: GIVEN[key] for key in inspect.signature(function).parameters})
        for name, function in functions.items()
    }


ALL = {**statements(refusals), **statements(caveats)}


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("language", list(Language))
def test_a_statement_is_a_sentence(faults_of, name: str, language: Language) -> None:
    assert faults_of(ALL[name].text.in_language(language), language) == []


@pytest.mark.parametrize("name", ALL)
def test_a_statement_is_in_two_languages_and_has_a_code(name: str) -> None:
    found = ALL[name]
    assert found.text.sv != found.text.en
    assert found.code.isidentifier()
    assert str(found) == found.text.sv


@pytest.mark.parametrize(
    "name", [name for name in ALL if "who" in inspect.signature(getattr(refusals, name, len)).parameters]
)
def test_a_reason_names_who_and_when(name: str) -> None:
    for text in (ALL[name].text.sv, ALL[name].text.en):
        assert "Botkyrka" in text
        assert "2020–2022" in text


def test_codes_are_not_shared() -> None:
    codes = [statement.code for statement in ALL.values()]
    assert len(codes) == len(set(codes))


def test_no_reason_blames_the_reader_and_none_is_a_bare_number() -> None:
    for statement in ALL.values():
        assert not statement.text.sv.lower().startswith(("du ", "ni "))
        assert any(letter.isalpha() for letter in statement.text.sv)
