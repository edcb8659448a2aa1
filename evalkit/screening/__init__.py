"""Screening of text for what must never be in a file: numbers of persons, companies and vehicles, contacts, prose.

The contracts let in codes, whole numbers and dates. Whatever looks like something else stops the file;
a wrongly stopped file is cheaper than a leaked number. Nothing here returns or stores what it found.
"""

from evalkit.screening.contact import has_email, has_phone
from evalkit.screening.identity import is_suspect
from evalkit.screening.plates import has_plate
from evalkit.screening.prose import is_prose
from evalkit.screening.traces import (
    IDENTITIES,
    NEEDLES,
    SHORTEST_TRACE,
    Trace,
    any_suspect,
    judged_alone,
    may_not_be_shown,
    suspect_rows,
    trace_rows,
    traces,
)

__all__ = [
    "IDENTITIES",
    "NEEDLES",
    "SHORTEST_TRACE",
    "Trace",
    "any_suspect",
    "has_email",
    "has_phone",
    "has_plate",
    "is_prose",
    "is_suspect",
    "judged_alone",
    "may_not_be_shown",
    "suspect_rows",
    "trace_rows",
    "traces",
]
