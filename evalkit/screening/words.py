"""The names of what is looked for, and what may stand instead."""

from __future__ import annotations

from evalkit.language import Text
from evalkit.screening.traces import IDENTITIES, Trace

_NO_IDENTITY = Text(
    "koder, heltal och datum; aldrig person-, samordnings- eller organisationsnummer",
    "codes, integers and dates; never personal, coordination or company identity numbers",
)
_NO_CONTACT = Text(
    "koder, heltal och datum; aldrig e-postadresser eller telefonnummer",
    "codes, integers and dates; never e-mail addresses or telephone numbers",
)
_NO_PLATES = Text(
    "koder, heltal och datum; aldrig registreringsnummer på fordon",
    "codes, integers and dates; never registration numbers of vehicles",
)
_NO_PROSE = Text("koder, heltal och datum; aldrig fri text", "codes, integers and dates; never free text")
TRACE_NAMES = {
    Trace.PERSON: Text("person- eller samordningsnummer", "personal or coordination numbers"),
    Trace.ORGANISATION: Text("organisationsnummer", "company registration numbers"),
    Trace.EMAIL: Text("e-postadresser", "e-mail addresses"),
    Trace.PHONE: Text("telefonnummer", "telephone numbers"),
    Trace.PLATE: Text("registreringsnummer på fordon", "registration numbers of vehicles"),
    Trace.PROSE: Text("fri text", "free text"),
}


def allowed(trace: Trace) -> Text:
    """What may stand where the trace was found."""
    if trace is Trace.PROSE:
        return _NO_PROSE
    if trace is Trace.PLATE:
        return _NO_PLATES
    return _NO_IDENTITY if trace in IDENTITIES else _NO_CONTACT
