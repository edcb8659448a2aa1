"""Why a mapping cannot be used on a file, without the value of any cell."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from evalkit.errors import Place, Problem, known_names
from evalkit.language import Text, same
from evalkit.mappings.faults import quoted
from evalkit.mappings.model import Join, Ref, SourceColumn, SourceMapping, SourceTable
from evalkit.sources import RawTable

_EXPORT = Text("Hämta ut tabellen på nytt ur källsystemet.", "Export the table again from the source system.")
_CORRECT = Text(
    "Rätta cellerna i en kopia av filen, eller lägg till en rad i en egen kopia av mappningen.",
    "Correct the cells in a copy of the file, or add a row to a copy of the mapping.",
)


def path_missing(name: str) -> Problem:
    """There is no such file or folder."""
    return Problem(
        "path_missing",
        Text("Filen eller mappen finns inte.", "The file or folder does not exist."),
        Place(name or "?"),
        Text(
            "en fil, mapp eller zip med filer av typen .csv, .xlsx eller .parquet",
            "a file, folder or zip of .csv, .xlsx or .parquet",
        ),
        Text("Kontrollera sökvägen.", "Check the path."),
    )


def source_missing(name: str, source: SourceTable, mapping: SourceMapping) -> Problem:
    """A table that the mapping needs is in none of the files."""
    return Problem(
        "source_table_missing",
        Text(
            f"Mappningen {mapping.name} hittar inte tabellen {source.name}.",
            f"The mapping {mapping.name} does not find the table {source.name}.",
        ),
        Place(name or "?"),
        Text(
            f"en fil eller ett blad med namnet {' eller '.join(source.files)}",
            f"a file or sheet named {' or '.join(source.files)}",
        ),
        Text("Lägg till filen, eller byt namn på den.", "Add the file, or rename it."),
    )


def column_missing(raw: RawTable, column: SourceColumn, headers: Sequence[str]) -> Problem:
    """A column that the mapping needs is not in the file."""
    names = " eller ".join((column.name, *column.aliases)), " or ".join((column.name, *column.aliases))
    close = known_names(column.name, headers) if _is_close(column.name, headers) else same("")
    return Problem(
        "source_column_missing",
        Text(f"Kolumnen {column.name} saknas i filen.", f"The column {column.name} is missing from the file."),
        Place(raw.file, sheet=raw.sheet, rows=(1,)),
        Text(f"rubriken {names[0]}", f"the heading {names[1]}"),
        Text(
            f"Ta med kolumnen i uttaget, eller ange dess namn under ”aliases” i en egen kopia.{_hint(close.sv)}",
            f"Include the column in the export, or name it under 'aliases' in a copy.{_hint(close.en)}",
        ),
    )


def _hint(text: str) -> str:
    return f" ({text.split('?', 1)[0]}?)" if text else ""


def _is_close(name: str, headers: Iterable[str]) -> bool:
    import difflib

    return bool(difflib.get_close_matches(name, list(headers), n=1, cutoff=0.6))


def column_twice(raw: RawTable, column: SourceColumn) -> Problem:
    """Two headings of the file are names of the same column."""
    return Problem(
        "source_column_twice",
        Text(
            f"Kolumnen {column.name} finns flera gånger i filen.",
            f"The file has the column {column.name} more than once.",
        ),
        Place(raw.file, sheet=raw.sheet, rows=(1,)),
        Text("kolumnen en gång", "the column once"),
        Text("Ta bort den ena kolumnen.", "Remove one of the columns."),
    )


def key_not_unique(place: Place, join: Join) -> Problem:
    """A lookup would make rows out of nothing."""
    return Problem(
        "join_key_not_unique",
        Text(
            f"Tabellen {join.table} har samma nyckel på flera rader, så kopplingen skulle dubblera rader.",
            f"The table {join.table} has the same key in several rows, so that the lookup would double rows.",
        ),
        place,
        Text("varje nyckel på en rad", "each key in one row"),
        _EXPORT,
    )


def no_partner(place: Place, join: Join) -> Problem:
    """A row has no row in the table that it points at."""
    return Problem(
        "join_unmatched",
        Text(
            f"Rader pekar på något som inte finns i tabellen {join.table}.",
            f"Rows point at something that is not in the table {join.table}.",
        ),
        place,
        Text("tabeller som är uttagna samtidigt", "tables that were exported at the same time"),
        _EXPORT,
    )


def code_unknown(place: Place, codes: Iterable[str]) -> Problem:
    """Cells hold a code that the mapping does not translate."""
    return Problem(
        "code_not_in_mapping",
        Text(
            "Celler har en kod som mappningen inte översätter.",
            "Cells hold a code that the mapping does not translate.",
        ),
        place,
        known_names("", codes),
        _CORRECT,
    )


def code_means_other(place: Place, code: str, text: str) -> Problem:
    """The source's own code list says something else of a code than the mapping takes for granted."""
    word = quoted(code)
    return Problem(
        "code_means_other",
        Text(
            f"Koden{word.sv} betyder något annat i källans egen kodlista än i mappningen.",
            f"The code{word.en} means something else in the source's own code list than in the mapping.",
        ),
        place,
        Text(f"klartexten ”{text}”", f"the plain text '{text}'"),
        Text(
            "Kontrollera koden i källsystemet och ändra i en egen kopia av mappningen.",
            "Check the code in the source system and change a copy of the mapping.",
        ),
    )


def not_a_date(place: Place) -> Problem:
    """Cells are no date."""
    return Problem(
        "not_a_date",
        Text("Celler är inte läsbara som datum.", "Cells cannot be read as dates."),
        place,
        same("2024-03-31, 2024-03-31 14:05, 2024-03-31T14:05:00+02:00, 20240331"),
        _CORRECT,
    )


def not_a_number(place: Place) -> Problem:
    """Cells are no number, or could be two."""
    return Problem(
        "not_a_number",
        Text("Celler är inte entydiga tal.", "Cells are not unambiguous numbers."),
        place,
        Text(
            "ett tal som 1 234 eller 1234,5; inte 1.234, som kan läsas på två sätt",
            "a number such as 1 234 or 1234.5; not 1.234, which can be read in two ways",
        ),
        _CORRECT,
    )


def no_id(place: Place) -> Problem:
    """Rows without the id that their serial number is made from."""
    return Problem(
        "id_missing",
        Text("Rader saknar källans id.", "Rows lack the id of the source."),
        place,
        Text("ett id på varje rad", "an id in every row"),
        _EXPORT,
    )


def setting_missing(mapping: SourceMapping, name: str, description: Text) -> Problem:
    """A setting that the mapping needs was not given."""
    return Problem(
        "setting_missing",
        Text(f"Inställningen {name} saknas.", f"The setting {name} is missing."),
        Place(mapping.file, key=name),
        description,
        Text(f"Lägg till --set {name}=VÄRDE.", f"Add --set {name}=VALUE."),
    )


def setting_unknown(mapping: SourceMapping, name: str) -> Problem:
    """A setting that the mapping does not have."""
    word = quoted(name)
    return Problem(
        "unknown_setting",
        Text(f"Inställningen{word.sv} finns inte i mappningen.", f"The mapping has no setting{word.en}."),
        Place(mapping.file),
        known_names(name, [setting.name for setting in mapping.settings]),
        Text("Rätta namnet efter --set.", "Correct the name after --set."),
    )


def setting_not_accepted(mapping: SourceMapping, name: str, accepted: Text) -> Problem:
    """The value of a setting breaks the contract of its column."""
    return Problem(
        "setting_not_accepted",
        Text(
            f"Inställningen {name} har ett värde som kontraktet inte godtar.",
            f"The contract does not accept the value of {name}.",
        ),
        Place(mapping.file, key=name),
        accepted,
        Text("Rätta värdet efter --set.", "Correct the value after --set."),
    )


def no_target(mapping: SourceMapping, name: str) -> Problem:
    """No table could be made, since none of the source tables is there."""
    return Problem(
        "nothing_to_map",
        Text("Ingen av källans tabeller finns i filerna.", "None of the source's tables is in the files."),
        Place(name or "?"),
        Text(
            " eller ".join(pattern for source in mapping.sources for pattern in source.files[:1]),
            " or ".join(pattern for source in mapping.sources for pattern in source.files[:1]),
        ),
        Text("Ange mappen som uttaget ligger i.", "Name the folder that the export is in."),
    )


def column_of(ref: Ref, target: str) -> str:
    """How a message names a cell: where it comes from and where it was going."""
    return f"{ref} → {target}"
