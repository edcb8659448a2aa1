"""The words of what is wrong with a file as a whole: its columns, or that it is missing. No cell is seen here."""

from __future__ import annotations

from evalkit.contracts.accepted import accepted_of
from evalkit.contracts.model import Contract, Field
from evalkit.errors import Place, Problem
from evalkit.language import Text, same
from evalkit.sources import RawTable


def header_missing(raw: RawTable, contract: Contract) -> Problem:
    """No heading is a known column; most likely the first row is data."""
    return Problem(
        code="header_missing",
        what=Text(
            "Ingen av rubrikerna på rad 1 är en kolumn i tabellen.",
            "None of the headings in row 1 is a column of the table.",
        ),
        place=Place(file=raw.file, sheet=raw.sheet, rows=(1,)),
        accepted=same(", ".join(contract.names)),
        next_step=Text("Lägg en rad med kolumnnamnen överst.", "Put a row with the column names at the top."),
    )


def unnamed_column(raw: RawTable, place: int) -> Problem:
    """Cells under an empty heading."""
    return Problem(
        code="unnamed_column",
        what=Text("En kolumn har innehåll men ingen rubrik.", "A column has content but no heading."),
        place=Place(file=raw.file, sheet=raw.sheet, column=f"#{place}"),
        accepted=Text("en rubrik över varje kolumn", "a heading above every column"),
        next_step=Text("Ge kolumnen ett namn eller ta bort den.", "Name the column or remove it."),
    )


def doubled_column(raw: RawTable, column: str) -> Problem:
    """Two columns with one name."""
    return Problem(
        code="doubled_column",
        what=Text("Samma rubrik förekommer två gånger.", "The same heading occurs twice."),
        place=Place(file=raw.file, sheet=raw.sheet, column=column),
        accepted=Text("varje kolumn en gång", "every column once"),
        next_step=Text("Ta bort den ena kolumnen.", "Remove one of the columns."),
    )


def unknown_column(raw: RawTable, column: str, accepted: Text) -> Problem:
    """A column that the contract does not have."""
    return Problem(
        code="unknown_column",
        what=Text("Kolumnen finns inte i datakontraktet.", "The column is not in the data contract."),
        place=Place(file=raw.file, sheet=raw.sheet, column=column),
        accepted=accepted,
        next_step=Text("Byt namn på kolumnen eller ta bort den.", "Rename the column or remove it."),
    )


def column_named_by_label(raw: RawTable, column: str, field: Field) -> Problem:
    """A heading that is the column's name in words instead of its code name."""
    return Problem(
        code="unknown_column",
        what=Text("Kolumnen finns inte i datakontraktet.", "The column is not in the data contract."),
        place=Place(file=raw.file, sheet=raw.sheet, column=column),
        accepted=Text(f"menade du ”{field.name}”?", f"did you mean '{field.name}'?"),
        next_step=Text(
            f"Skriv {field.name} som rubrik; {field.label.sv} är namnet i ordlistan.",
            f"Write {field.name} as the heading; {field.label.en} is its name in the dictionary.",
        ),
    )


def missing_column(raw: RawTable, field: Field) -> Problem:
    """A column that every file of the table must have."""
    return Problem(
        code="missing_column",
        what=Text(
            f"Kolumnen {field.name} ({field.label.sv}) saknas.",
            f"The column {field.name} ({field.label.en}) is missing.",
        ),
        place=Place(file=raw.file, sheet=raw.sheet, column=field.name),
        accepted=accepted_of(field),
        next_step=Text("Lägg till kolumnen.", "Add the column."),
    )


def missing_table(contract: Contract) -> Problem:
    """No file was meant for a table that must be there."""
    return Problem(
        code="missing_table",
        what=Text(
            f"Tabellen {contract.table} ({contract.label.sv}) saknas.",
            f"The table {contract.table} ({contract.label.en}) is missing.",
        ),
        place=Place(file=f"{contract.table}.csv"),
        accepted=Text(
            f"{contract.table}.csv, {contract.table}.xlsx eller {contract.table}.parquet",
            f"{contract.table}.csv, {contract.table}.xlsx or {contract.table}.parquet",
        ),
        next_step=Text("Lägg filen i mappen.", "Put the file in the folder."),
    )
