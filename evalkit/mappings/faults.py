"""What can be wrong with a mapping file, in the words of the one who writes it."""

from __future__ import annotations

import re
from collections.abc import Iterable

from evalkit.errors import EvalkitError, Place, Problem, known_names
from evalkit.language import Text, same

_FIX = Text("Rätta raden i mappningen.", "Correct the row in the mapping.")
_PLAIN = re.compile(r"[\wåäöÅÄÖ ./|+-]{1,60}")


class MappingError(EvalkitError):
    """A source mapping is faulty, or cannot be used on the file."""

    title = Text("Mappningen kan inte användas", "The mapping cannot be used")


def quoted(word: str) -> Text:
    """A word of the mapping file with a blank before it, or nothing when it is no plain word."""
    return Text(f" ”{word}”", f" '{word}'") if _PLAIN.fullmatch(word) else same("")


def at(file: str, line: int | None, key: str | None = None) -> Place:
    """A place in a mapping file."""
    return Place(file, key=key, rows=() if line is None else (line,))


def not_yaml(file: str, line: int | None) -> Problem:
    """The file is no YAML, or not a list of keys."""
    return Problem(
        "yaml_syntax",
        Text("Filen är inte en giltig mappning i YAML.", "The file is not a valid mapping in YAML."),
        at(file, line),
        Text(
            "YAML med två blanksteg per nivå; text med kolon inom citattecken",
            "YAML with two spaces per level; text with a colon in quotes",
        ),
        Text(
            "Titta på den raden och raden före: oftast är det indraget eller ett citattecken.",
            "Look at that row and the one before: it is mostly the indent or a quote.",
        ),
    )


def unreadable(file: str) -> Problem:
    """The mapping file cannot be opened, or is not UTF-8."""
    return Problem(
        "mapping_unreadable",
        Text(
            "Mappningen går inte att öppna eller är inte sparad som UTF-8.",
            "The mapping cannot be opened or is not saved as UTF-8.",
        ),
        Place(file),
        Text("en YAML-fil i UTF-8", "a YAML file in UTF-8"),
        Text("Kontrollera sökvägen och spara filen som UTF-8.", "Check the path and save the file as UTF-8."),
    )


def unknown_mapping(name: str, known: Iterable[str]) -> Problem:
    """No ready mapping has this name."""
    word = quoted(name)
    return Problem(
        "unknown_mapping",
        Text(f"Det finns ingen mappning{word.sv}.", f"There is no mapping{word.en}."),
        Place(name if word.sv else "--using"),
        known_names(name, known),
        Text(
            "Välj en i ”evalkit map --list”, eller ange en egen fil som slutar på .yaml.",
            "Choose one from 'evalkit map --list', or name a file of your own that ends in .yaml.",
        ),
    )


def reused(file: str, line: int) -> Problem:
    """An anchor is used."""
    return Problem(
        "yaml_reference",
        Text(
            "Filen återanvänder en del av sig själv med ”&” och ”*”.",
            "The file reuses a part of itself with '&' and '*'.",
        ),
        at(file, line),
        Text("varje post utskriven för sig", "every entry written out"),
        _FIX,
    )


def twice(file: str, key: str, *, line: int, first: int) -> Problem:
    """A key stands twice; YAML would keep the last without a word."""
    word = quoted(key)
    return Problem(
        "duplicate_key",
        Text(f"Nyckeln{word.sv} står redan på rad {first}.", f"The key{word.en} stands already on row {first}."),
        at(file, line),
        Text("varje nyckel högst en gång", "each key at most once"),
        _FIX,
    )


def unknown_key(file: str, key: str, known: Iterable[str], *, line: int, where: str) -> Problem:
    """A key that the mapping language does not have."""
    word = quoted(key)
    return Problem(
        "unknown_key",
        Text(f"Nyckeln{word.sv} är okänd.", f"The key{word.en} is unknown."),
        at(file, line, where),
        known_names(key, known),
        _FIX,
    )


def missing_key(file: str, key: str, *, line: int, where: str) -> Problem:
    """A key that has to be there."""
    return Problem(
        "missing_key",
        Text(f"Nyckeln ”{key}” saknas.", f"The key '{key}' is missing."),
        at(file, line, where),
        Text(f"en rad ”{key}: …”", f"a row '{key}: …'"),
        Text("Lägg till raden.", "Add the row."),
    )


def wrong_form(file: str, key: str, accepted: Text, *, line: int, where: str) -> Problem:
    """A value of another form than the key takes."""
    return Problem(
        "wrong_type",
        Text(f"Värdet för ”{key}” har fel form.", f"The value of '{key}' has the wrong form."),
        at(file, line, where),
        accepted,
        _FIX,
    )


def unknown_word(file: str, word: str, known: Iterable[str], *, line: int, where: str, code: str) -> Problem:
    """A word that is none of those that exist; ``code`` says of which list."""
    shown, (sv, en) = quoted(word), _LISTS[code]
    return Problem(
        code,
        Text(f"{sv}{shown.sv} finns inte.", f"{en}{shown.en} does not exist."),
        at(file, line, where),
        known_names(word, known),
        _FIX,
    )


_LISTS = {
    "unknown_word": ("Ordet", "The word"),
    "unknown_target": ("Måltabellen", "The target table"),
    "unknown_target_column": ("Målkolumnen", "The target column"),
    "unknown_source_table": ("Källtabellen", "The source table"),
    "unknown_source_column": ("Källkolumnen", "The source column"),
    "unknown_setting": ("Inställningen", "The setting"),
    "unknown_code_table": ("Kodtabellen", "The code table"),
    "unknown_code": ("Koden", "The code"),
    "unknown_category": ("Kategorin", "The category"),
}


def value_not_accepted(file: str, accepted: Text, *, line: int, where: str) -> Problem:
    """A value of the mapping that the contract does not let in."""
    return Problem(
        "value_not_accepted",
        Text(
            "Målkolumnens kontrakt godtar inte värdet.",
            "The contract of the target column does not accept the value.",
        ),
        at(file, line, where),
        accepted,
        _FIX,
    )


def two_ways(file: str, found: Iterable[str], *, line: int, where: str) -> Problem:
    """A target column that says in two ways, or none, where its values come from."""
    named = ", ".join(found)
    return Problem(
        "unclear_way",
        Text(
            f"Målkolumnen ska fyllas på ett sätt, inte {'på flera' if named else 'inget'}.",
            f"The target column is to be filled in one way, not {'several' if named else 'none'}.",
        ),
        at(file, line, where),
        same("value, setting, serial, from, status_of"),
        _FIX,
    )


def doubled(file: str, word: str, *, line: int, where: str) -> Problem:
    """The same name given twice in a list."""
    shown = quoted(word)
    return Problem(
        "doubled_name",
        Text(f"Namnet{shown.sv} används två gånger.", f"The name{shown.en} is used twice."),
        at(file, line, where),
        Text("varje namn en gång", "each name once"),
        _FIX,
    )


def target_column_missing(file: str, columns: Iterable[str], *, line: int, where: str) -> Problem:
    """Columns that the contract demands and the mapping does not fill."""
    named = ", ".join(columns)
    return Problem(
        "target_column_missing",
        Text("Mappningen fyller inte alla kolumner som krävs.", "The mapping does not fill every required column."),
        at(file, line, where),
        same(named),
        Text("Lägg till en rad för varje kolumn under ”columns”.", "Add a row for each column under 'columns'."),
    )


def no_codes(file: str, *, line: int, where: str) -> Problem:
    """A code table that translates nothing and is said to be confirmed."""
    return Problem(
        "no_codes",
        Text("Kodtabellen är tom.", "The code table is empty."),
        at(file, line, where),
        Text(
            "en rad per kod: källans kod, kolon, kontraktets kod",
            "a row per code: the source's code, a colon, the contract's code",
        ),
        Text("Fyll i kodtabellen.", "Fill in the code table."),
    )


def unconfirmed(file: str, name: str, line: int) -> Problem:
    """A line that a person has to confirm before the mapping is used."""
    word = quoted(name)
    return Problem(
        "unconfirmed",
        Text(f"Raden{word.sv} är inte bekräftad.", f"The row{word.en} is not confirmed."),
        at(file, line),
        Text(
            "en rad som någon har kontrollerat mot källsystemet, utan ”confirm: true”",
            "a row that somebody has checked against the source system, without 'confirm: true'",
        ),
        Text(
            "Spara en egen kopia med ”evalkit map --show NAMN”, fyll i eller rätta raden och ta bort ”confirm: true”.",
            "Save your own copy with 'evalkit map --show NAME', fill in or correct the row, remove 'confirm: true'.",
        ),
    )
