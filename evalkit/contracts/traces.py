"""The words for what must not be in a file: which column, how many rows, what kind, never the value."""

from __future__ import annotations

from collections.abc import Sequence

from evalkit.errors import Place, Problem
from evalkit.language import Text
from evalkit.screening import Trace
from evalkit.sources import RawTable

_NO_IDENTITY = Text(
    "koder, heltal och datum; aldrig person-, samordnings- eller organisationsnummer",
    "codes, integers and dates; never personal, coordination or company identity numbers",
)
_NO_CONTACT = Text(
    "koder, heltal och datum; aldrig e-postadresser eller telefonnummer",
    "codes, integers and dates; never e-mail addresses or telephone numbers",
)
_NO_PROSE = Text("koder, heltal och datum; aldrig fri text", "codes, integers and dates; never free text")
_COUNT_AT_HOLDER = Text(
    "Ta bort uppgifterna ur filen och radera tidigare kopior. Räkna samman hos den som har uppgifterna.",
    "Remove them from the file and delete earlier copies. Count at the holder of the data.",
)
_REMOVE = Text(
    "Ta bort uppgifterna ur filen och radera tidigare kopior.", "Remove them from the file and delete earlier copies."
)

_CELLS = {
    Trace.PERSON: (
        Text(
            "Celler kan innehålla person- eller samordningsnummer.", "Cells may hold personal or coordination numbers."
        ),
        _NO_IDENTITY,
        _COUNT_AT_HOLDER,
    ),
    Trace.ORGANISATION: (
        Text("Celler kan innehålla organisationsnummer.", "Cells may hold company registration numbers."),
        _NO_IDENTITY,
        _COUNT_AT_HOLDER,
    ),
    Trace.EMAIL: (
        Text("Celler kan innehålla e-postadresser.", "Cells may hold e-mail addresses."),
        _NO_CONTACT,
        _REMOVE,
    ),
    Trace.PHONE: (
        Text("Celler kan innehålla telefonnummer.", "Cells may hold telephone numbers."),
        _NO_CONTACT,
        _REMOVE,
    ),
    Trace.PROSE: (
        Text("Celler innehåller fri text där en kod ska stå.", "Cells hold free text where a code is due."),
        _NO_PROSE,
        Text(
            "Ersätt texten med en kod ur kolumnens kodlista, eller ta bort kolumnen.",
            "Replace the text with a code of the column's list, or remove the column.",
        ),
    ),
}

_HEADINGS = {
    Trace.PERSON: Text(
        "En rubrik kan innehålla ett person- eller organisationsnummer.",
        "A heading may hold a personal or company identity number.",
    ),
    Trace.EMAIL: Text("En rubrik kan innehålla en e-postadress.", "A heading may hold an e-mail address."),
    Trace.PHONE: Text("En rubrik kan innehålla ett telefonnummer.", "A heading may hold a telephone number."),
}


def trace_in_header(raw: RawTable, trace: Trace) -> Problem:
    """A heading hit the screen. Which one is not said."""
    is_number = trace in (Trace.PERSON, Trace.ORGANISATION)
    return Problem(
        code=trace.value,
        what=_HEADINGS[Trace.PERSON if is_number else trace],
        place=Place(file=raw.file, sheet=raw.sheet, rows=(1,)),
        accepted=_NO_IDENTITY if is_number else _NO_CONTACT,
        next_step=Text(
            "Ta bort uppgiften ur rubriken. Kontrollera att filen har en rubrikrad.",
            "Remove it from the heading. Check that the file has a header row.",
        ),
    )


def trace_in_cells(raw: RawTable, column: str, rows: Sequence[int], trace: Trace) -> Problem:
    """Cells hit the screen; ``rows`` are places in the frame of ``raw``."""
    what, accepted, next_step = _CELLS[trace]
    return Problem(
        code=trace.value,
        what=what,
        place=Place(file=raw.file, sheet=raw.sheet, column=column, rows=tuple(raw.rows.gather(list(rows)))),
        accepted=accepted,
        next_step=next_step,
    )
