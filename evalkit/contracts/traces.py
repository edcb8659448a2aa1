"""The words for what must not be in a file: which column, how many rows, what kind, never the value."""

from __future__ import annotations

from collections.abc import Sequence

from evalkit.errors import Place, Problem
from evalkit.language import Text
from evalkit.screening import IDENTITIES, Trace
from evalkit.screening.words import TRACE_NAMES, allowed
from evalkit.sources import RawTable

_COUNT_AT_HOLDER = Text(
    "Ta bort uppgifterna ur filen och radera tidigare kopior. Räkna samman hos den som har uppgifterna.",
    "Remove them from the file and delete earlier copies. Count at the holder of the data.",
)
_REMOVE = Text(
    "Ta bort uppgifterna ur filen och radera tidigare kopior.", "Remove them from the file and delete earlier copies."
)

_CODE_INSTEAD = Text(
    "Ersätt texten med en kod ur kolumnens kodlista, eller ta bort kolumnen.",
    "Replace the text with a code of the column's list, or remove the column.",
)
_PROSE = Text("Celler innehåller fri text där en kod ska stå.", "Cells hold free text where a code is due.")
_STEPS = {
    Trace.PERSON: _COUNT_AT_HOLDER,
    Trace.ORGANISATION: _COUNT_AT_HOLDER,
    Trace.EMAIL: _REMOVE,
    Trace.PHONE: _REMOVE,
    Trace.PLATE: _REMOVE,
    Trace.PROSE: _CODE_INSTEAD,
}

_HEADINGS = {
    Trace.PERSON: Text(
        "En rubrik kan innehålla ett person- eller organisationsnummer.",
        "A heading may hold a personal or company identity number.",
    ),
    Trace.EMAIL: Text("En rubrik kan innehålla en e-postadress.", "A heading may hold an e-mail address."),
    Trace.PHONE: Text("En rubrik kan innehålla ett telefonnummer.", "A heading may hold a telephone number."),
    Trace.PLATE: Text(
        "En rubrik kan innehålla ett registreringsnummer på ett fordon.",
        "A heading may hold the registration number of a vehicle.",
    ),
}


def trace_in_header(raw: RawTable, trace: Trace) -> Problem:
    """A heading hit the screen. Which one is not said."""
    return Problem(
        code=trace.value,
        what=_HEADINGS[Trace.PERSON if trace in IDENTITIES else trace],
        place=Place(file=raw.file, sheet=raw.sheet, rows=(1,)),
        accepted=allowed(trace),
        next_step=Text(
            "Ta bort uppgiften ur rubriken. Kontrollera att filen har en rubrikrad.",
            "Remove it from the heading. Check that the file has a header row.",
        ),
    )


def trace_in_cells(raw: RawTable, column: str, rows: Sequence[int], trace: Trace) -> Problem:
    """Cells hit the screen; ``rows`` are places in the frame of ``raw``."""
    name = TRACE_NAMES[trace]
    found = Text(f"Celler kan innehålla {name.sv}.", f"Cells may hold {name.en}.")
    return Problem(
        code=trace.value,
        what=_PROSE if trace is Trace.PROSE else found,
        place=Place(file=raw.file, sheet=raw.sheet, column=column, rows=tuple(raw.rows.gather(list(rows)))),
        accepted=allowed(trace),
        next_step=_STEPS[trace],
    )
