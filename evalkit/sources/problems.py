"""What can be wrong with a file as a file, in the reader's words."""

from __future__ import annotations

from collections.abc import Sequence

from evalkit.errors import Place, Problem
from evalkit.language import Text, same
from evalkit.screening import Trace
from evalkit.screening.words import TRACE_NAMES, allowed
from evalkit.sources.limits import MEBIBYTE, MOST_CELLS, MOST_COLUMNS, MOST_ROWS, MOST_TEXT_BYTES, MOST_UNPACKED_BYTES
from evalkit.sources.tables import TABLES

_FORMATS = Text("filer av typen .csv, .xlsx eller .parquet", "files of type .csv, .xlsx or .parquet")
_TABLE_NAMES = same(", ".join(TABLES))
_SAVE_AS_CSV = Text(
    "Öppna filen i kalkylprogrammet och spara den som ”CSV UTF-8” eller .xlsx.",
    "Open the file in the spreadsheet program and save it as 'CSV UTF-8' or .xlsx.",
)
_ROWS_AND_COLUMNS = Text(
    "en rad per observation och en kolumn per uppgift, i text som skiljer raderna åt",
    "one line per observation and one column per item, in text that separates the lines",
)
_EXPORT_AGAIN = Text("Hämta ut filen på nytt ur källsystemet.", "Export the file again from the source system.")


def missing_path(name: str) -> Problem:
    """The folder is not there."""
    return Problem(
        code="path_missing",
        what=Text("Mappen finns inte.", "The folder does not exist."),
        place=Place(file=name),
        accepted=Text("en mapp eller ett zip-arkiv med datafiler", "a folder or a zip archive with data files"),
        next_step=Text("Kontrollera sökvägen.", "Check the path."),
    )


def not_a_folder(name: str) -> Problem:
    """A file was given instead of its folder."""
    return Problem(
        code="not_a_folder",
        what=Text("Sökvägen är en fil, inte en mapp.", "The path is a file, not a folder."),
        place=Place(file=name),
        accepted=Text("mappen som datafilerna ligger i", "the folder that the data files are in"),
        next_step=Text("Ange mappen i stället för filen.", "Give the folder instead of the file."),
    )


def no_data_files(name: str) -> Problem:
    """The folder has nothing to read."""
    return Problem(
        code="no_data_files",
        what=Text("Mappen har inga datafiler.", "The folder has no data files."),
        place=Place(file=name),
        accepted=_FORMATS,
        next_step=Text(
            "Lägg filerna units, sources, outcomes och coverage i mappen.",
            "Put the files units, sources, outcomes and coverage in the folder.",
        ),
    )


def unreadable(name: str) -> Problem:
    """The operating system does not let the file or folder be read."""
    return Problem(
        code="unreadable",
        what=Text("Filen eller mappen går inte att öppna.", "The file or folder cannot be opened."),
        place=Place(file=name),
        accepted=Text("något som du har rätt att läsa", "something that you may read"),
        next_step=Text(
            "Stäng filen i andra program och kontrollera behörigheten.",
            "Close the file in other programs and check the permission.",
        ),
    )


def unsupported_format(name: str) -> Problem:
    """A data file of a kind that is not read."""
    return Problem(
        code="unsupported_format",
        what=Text("Filens format läses inte.", "The format of the file is not read."),
        place=Place(file=name),
        accepted=_FORMATS,
        next_step=_SAVE_AS_CSV,
    )


def unknown_table(name: str) -> Problem:
    """A data file whose name is no table."""
    return Problem(
        code="unknown_table",
        what=Text("Filens namn svarar inte mot någon tabell.", "The name of the file matches no table."),
        place=Place(file=name),
        accepted=_TABLE_NAMES,
        next_step=Text(
            "Byt namn på filen, till exempel till outcomes.csv eller outcomes_botkyrka.csv, eller flytta den.",
            "Rename the file, for example to outcomes.csv or outcomes_botkyrka.csv, or move it.",
        ),
    )


def identity_in_name(name: str, *, sheet: bool = False) -> Problem:
    """A name hit the screen; ``name`` is a stand-in that shows nothing of it."""
    what = (
        Text(
            "Ett bladnamn kan innehålla ett person- eller organisationsnummer.",
            "A sheet name may hold a personal or company identity number.",
        )
        if sheet
        else Text(
            "Ett filnamn kan innehålla ett person- eller organisationsnummer.",
            "A file name may hold a personal or company identity number.",
        )
    )
    return Problem(
        code="personal_identity",
        what=what,
        place=Place(file=name),
        accepted=Text(
            "namn utan person-, samordnings- eller organisationsnummer",
            "names without personal, coordination or company identity numbers",
        ),
        next_step=Text("Byt namn innan filen används.", "Rename it before the file is used."),
    )


def unprintable_name(name: str) -> Problem:
    """A name with control characters or halves of letters; ``name`` is a stand-in."""
    return Problem(
        code="unprintable_name",
        what=Text(
            "Ett filnamn innehåller tecken som inte går att visa.",
            "A file name holds characters that cannot be shown.",
        ),
        place=Place(file=name),
        accepted=Text("namn av bokstäver, siffror och vanliga tecken", "names of letters, digits and common signs"),
        next_step=Text("Byt namn innan filen används.", "Rename it before the file is used."),
    )


def zero_bytes(name: str) -> Problem:
    """Not even a header."""
    return Problem(
        code="empty_file",
        what=Text("Filen är helt tom.", "The file is completely empty."),
        place=Place(file=name),
        accepted=Text("en rubrikrad och noll eller flera datarader", "a header row and zero or more rows of data"),
        next_step=_EXPORT_AGAIN,
    )


def wrong_encoding(name: str, *, utf16: bool) -> Problem:
    """Bytes that are no text, or text in an encoding that would have to be guessed."""
    what = (
        Text("Filen är sparad i UTF-16.", "The file is saved as UTF-16.")
        if utf16
        else Text("Filens teckenkodning går inte att avgöra.", "The encoding of the file cannot be determined.")
    )
    return Problem(
        code="wrong_encoding",
        what=what,
        place=Place(file=name),
        accepted=Text("UTF-8 (eller Windows-1252)", "UTF-8 (or Windows-1252)"),
        next_step=_SAVE_AS_CSV,
    )


def binary(name: str) -> Problem:
    """A file named .csv that is something else."""
    return Problem(
        code="binary_file",
        what=Text("Filen heter .csv men är ingen textfil.", "The file is named .csv but is no text file."),
        place=Place(file=name),
        accepted=Text("text med ett värde per fält", "text with one value per field"),
        next_step=_SAVE_AS_CSV,
    )


def unclear_separator(name: str, *, tab: bool, row: int = 1) -> Problem:
    """The header has both separators, or a third one."""
    what = (
        Text("Fälten är skilda åt med tabbtecken.", "The fields are separated by tabs.")
        if tab
        else Text(
            "Rubrikraden har både komma och semikolon, så att fältgränserna inte går att avgöra.",
            "The header row has both commas and semicolons, so that the fields cannot be told apart.",
        )
    )
    return Problem(
        code="unclear_separator",
        what=what,
        place=Place(file=name, rows=(row,)),
        accepted=Text("komma eller semikolon, ett av dem i hela filen", "comma or semicolon, one of them throughout"),
        next_step=Text("Spara filen med ett av tecknen som fältgräns.", "Save the file with one of them as separator."),
    )


def broken_quotes(name: str, row: int) -> Problem:
    """A quotation mark that is not closed, or that stands inside a field."""
    return Problem(
        code="broken_quotes",
        what=Text(
            "Ett citattecken avslutas inte eller står mitt i ett fält.",
            "A quotation mark is not closed or stands inside a field.",
        ),
        place=Place(file=name, rows=(row,)),
        accepted=Text('fält som är helt utan eller helt inom "', 'fields wholly without or wholly within "'),
        next_step=Text("Rätta raden eller någon av raderna före.", "Mend the row or one of those before it."),
    )


def ragged(name: str, rows: Sequence[int], *, width: int, too_long: bool) -> Problem:
    """Rows that do not have as many fields as the header."""
    what = (
        Text("Rader har fler fält än rubrikraden.", "Rows have more fields than the header row.")
        if too_long
        else Text("Rader har färre fält än rubrikraden.", "Rows have fewer fields than the header row.")
    )
    return Problem(
        code="ragged_rows",
        what=what,
        place=Place(file=name, rows=tuple(rows)),
        accepted=Text(f"{width} fält på varje rad", f"{width} fields in every row"),
        next_step=Text(
            "Kontrollera fältgränser och citattecken på raderna.", "Check separators and quotation marks in the rows."
        ),
    )


def corrupt(name: str, kind: str) -> Problem:
    """A workbook or a Parquet file that its reader does not understand."""
    return Problem(
        code="corrupt_file",
        what=Text(f"Filen är skadad eller ingen {kind}-fil.", f"The file is damaged or no {kind} file."),
        place=Place(file=name),
        accepted=Text(f"en hel {kind}-fil utan lösenord", f"a whole {kind} file without a password"),
        next_step=_EXPORT_AGAIN,
    )


def no_table_sheet(name: str) -> Problem:
    """A workbook in which no visible sheet is a table."""
    return Problem(
        code="no_table_sheet",
        what=Text(
            "Inget synligt blad i arbetsboken har namn efter en tabell.",
            "No visible sheet of the workbook is named after a table.",
        ),
        place=Place(file=name),
        accepted=_TABLE_NAMES,
        next_step=Text("Byt namn på bladet med uppgifterna.", "Rename the sheet that has the data."),
    )


def no_header(name: str, sheet: str | None) -> Problem:
    """The first row is empty."""
    return Problem(
        code="no_header",
        what=Text("Den första raden är tom.", "The first row is empty."),
        place=Place(file=name, sheet=sheet, rows=(1,)),
        accepted=Text("rubriker på rad 1", "headings in row 1"),
        next_step=Text("Ta bort raderna ovanför rubrikerna.", "Remove the rows above the headings."),
    )


def formula_errors(name: str, sheet: str, rows: Sequence[int]) -> Problem:
    """Cells whose formula failed; a reader would take them for empty."""
    return Problem(
        code="formula_error",
        what=Text("Celler innehåller en formel som har misslyckats.", "Cells hold a formula that failed."),
        place=Place(file=name, sheet=sheet, rows=tuple(rows)),
        accepted=Text("värden, eller tomma celler", "values, or empty cells"),
        next_step=Text("Rätta formlerna eller klistra in värden.", "Mend the formulas or paste values."),
    )


def uncalculated(name: str, sheet: str, rows: Sequence[int]) -> Problem:
    """Formulas that some program wrote but none has calculated; a reader would take them for empty."""
    return Problem(
        code="formula_without_value",
        what=Text(
            "Celler innehåller en formel vars värde inte är sparat i filen.",
            "Cells hold a formula whose value is not saved in the file.",
        ),
        place=Place(file=name, sheet=sheet, rows=tuple(rows)),
        accepted=Text("värden, eller formler med sparade värden", "values, or formulas with saved values"),
        next_step=Text(
            "Öppna filen i kalkylprogrammet, låt det räkna och spara, eller klistra in värden.",
            "Open the file in the spreadsheet program, let it calculate and save, or paste values.",
        ),
    )


def percent_cells(name: str, sheet: str, column: str, rows: Sequence[int]) -> Problem:
    """Numbers shown as percentages: what is seen is a hundred times what is stored."""
    return Problem(
        code="percent_cells",
        what=Text(
            "Cellerna visas som procent: bladet visar ett hundra gånger större tal än det som är sparat.",
            "The cells are shown as percentages: the sheet shows a hundred times the number that is saved.",
        ),
        place=Place(file=name, sheet=sheet, column=f"{column} (Excel)", rows=tuple(rows)),
        accepted=Text("tal utan procentformat", "numbers without percent format"),
        next_step=Text(
            "Ge cellerna talformat och kontrollera att talet är det som menas.",
            "Format the cells as numbers and check that the number is the one that is meant.",
        ),
    )


def unclear_heading(name: str, sheet: str | None, rows: Sequence[int]) -> Problem:
    """Several rows near the top hold columns of the table, and the first row is none of them."""
    return Problem(
        code="unclear_header",
        what=Text(
            "Flera rader kan vara rubrikraden, och ingen av dem står överst.",
            "Several rows may be the headings, and none of them is at the top.",
        ),
        place=Place(file=name, sheet=sheet, rows=tuple(rows)),
        accepted=Text("en enda rad med kolumnnamnen", "a single row with the column names"),
        next_step=Text(
            "Ta bort raderna ovanför rubrikerna, och rubriker som upprepas.",
            "Remove the rows above the headings, and headings that are repeated.",
        ),
    )


def trace_in_titles(name: str, sheet: str | None, rows: Sequence[int], trace: Trace) -> Problem:
    """Something in the rows above the headings, which are not read but follow the file."""
    return Problem(
        code=trace.value,
        what=Text(
            f"Raderna ovanför rubrikerna kan innehålla {TRACE_NAMES[trace].sv}.",
            f"The rows above the headings may hold {TRACE_NAMES[trace].en}.",
        ),
        place=Place(file=name, sheet=sheet, rows=tuple(rows)),
        accepted=allowed(trace),
        next_step=Text("Ta bort raderna ovanför rubrikerna.", "Remove the rows above the headings."),
    )


def trace_in_unread_sheet(name: str, sheet: str, rows: Sequence[int], trace: Trace) -> Problem:
    """Something in a sheet that is no table, or that is hidden."""
    return Problem(
        code=trace.value,
        what=Text(
            f"Ett blad som inte läses som tabell kan innehålla {TRACE_NAMES[trace].sv}.",
            f"A sheet that is not read as a table may hold {TRACE_NAMES[trace].en}.",
        ),
        place=Place(file=name, sheet=sheet, rows=tuple(rows)),
        accepted=allowed(trace),
        next_step=Text(
            "Ta bort uppgiften eller hela bladet, även om bladet är dolt.",
            "Remove it or the whole sheet, also when the sheet is hidden.",
        ),
    )


def trace_beside_cells(name: str, beside: Text, trace: Trace) -> Problem:
    """Something in a comment, a defined name or a property of the workbook."""
    return Problem(
        code=trace.value,
        what=Text(
            f"Arbetsboken kan innehålla {TRACE_NAMES[trace].sv} i {beside.sv}.",
            f"The workbook may hold {TRACE_NAMES[trace].en} in {beside.en}.",
        ),
        place=Place(file=name),
        accepted=allowed(trace),
        next_step=Text(
            "Ta bort uppgiften (Arkiv > Information > Kontrollera dokument) och spara på nytt.",
            "Remove it (File > Info > Inspect Document) and save again.",
        ),
    )


def too_large(name: str) -> Problem:
    """Reading would take more memory than the limits allow, or the file is made to look smaller than it is."""
    text, unpacked, cells = MOST_TEXT_BYTES // MEBIBYTE, MOST_UNPACKED_BYTES // MEBIBYTE, MOST_CELLS // 1_000_000
    return Problem(
        code="too_large",
        what=Text(
            "Filen är för stor, eller blir för stor när den packas upp.",
            "The file is too large, or becomes too large when it is unpacked.",
        ),
        place=Place(file=name),
        accepted=Text(
            f"textfiler till {text} MiB; arbetsböcker och arkiv till {unpacked} MiB uppackade; "
            f"högst {cells} miljoner celler ({_grouped(MOST_ROWS)} rader och {_grouped(MOST_COLUMNS)} kolumner)",
            f"text files up to {text} MiB; workbooks and archives up to {unpacked} MiB unpacked; "
            f"at most {cells} million cells ({MOST_ROWS:,} rows and {MOST_COLUMNS:,} columns)",
        ),
        next_step=Text("Dela filen, eller spara den som Parquet.", "Divide the file, or save it as Parquet."),
    )


def _grouped(number: int) -> str:
    return f"{number:,}".replace(",", "\u00a0")


def too_wide(name: str) -> Problem:
    """A line without an end, or more columns than any table has."""
    return Problem(
        code="too_wide",
        what=Text(
            "Filen har en orimligt lång rad eller orimligt många kolumner.",
            "The file has an unreasonably long line or unreasonably many columns.",
        ),
        place=Place(file=name),
        accepted=_ROWS_AND_COLUMNS,
        next_step=_EXPORT_AGAIN,
    )
