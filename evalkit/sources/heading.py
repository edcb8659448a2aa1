"""Finding the row of headings, and reading them as they were meant.

Office files often have a title, a date of export and an empty row above the headings. Those rows are
passed over only when exactly one row near the top holds columns of the table; with two such rows
somebody has to say which one it is.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from evalkit.language import Text

_INVISIBLE = dict.fromkeys(map(ord, "\ufeff\u200b\u200c\u200d\u2060\u00ad"))
_FEWEST_KNOWN = 2


@dataclass(frozen=True, slots=True)
class Expected:
    """The columns that a table may have; ``days`` are those whose cells may be days."""

    names: tuple[str, ...]
    days: frozenset[str] = frozenset()


Expectations = Mapping[str, Expected]
NOTHING_EXPECTED = Expected(())


@dataclass(frozen=True, slots=True)
class Headings:
    """The names of the columns, and what was taken for granted about them."""

    names: tuple[str, ...]
    told: tuple[Text, ...]


def find_heading(rows: Iterable[Sequence[str | None]], expected: Expected) -> tuple[int, ...]:
    """Places (from 0) of the rows that may be the headings: the first row, or those below it that fit better.

    Returns
    -------
    tuple of int
        One place when it is certain; several when somebody has to choose. The first row when no row
        holds any column of the table.

    Examples
    --------
    >>> from evalkit.sources.heading import Expected, find_heading
    >>> units = Expected(("unit_id", "unit_name"))
    >>> find_heading([["Uttag 2025", None], [None, None], ["unit_id", "unit_name"]], units)
    (2,)
    """
    listed = list(rows)
    fewest = min(_FEWEST_KNOWN, len(expected.names))
    if not fewest or not listed:
        return (0,)
    known = [_known(row, expected) for row in listed]
    if known[0] >= fewest or (known[0] and max(known) == known[0]):
        return (0,)
    return tuple(place for place, count in enumerate(known) if count >= fewest) or (0,)


def settle_headings(cells: Sequence[str | None], expected: Expected) -> Headings:
    """The headings without stray blanks, and spelled as the table's columns where only case differs."""
    trimmed = [clean(cell) for cell in cells]
    taken = set(trimmed)
    columns = {name.casefold(): name for name in expected.names}
    settled = [_settled(name, columns, taken) for name in trimmed]
    changed = sum(old != new for old, new in zip(trimmed, settled, strict=True))
    return Headings(tuple(settled), (_other_case(changed),) if changed else ())


def passed_over(place: int) -> tuple[Text, ...]:
    """What to tell when the headings are not in the first row."""
    if not place:
        return ()
    return (
        Text(
            f"Rubrikerna står på rad {place + 1}; raderna ovanför har hoppats över.",
            f"The headings are in row {place + 1}; the rows above were passed over.",
        ),
    )


def clean(cell: str | None) -> str:
    """A heading without blanks around it, invisible characters or composed letters in two parts."""
    return unicodedata.normalize("NFC", (cell or "").translate(_INVISIBLE)).strip()


def _known(row: Sequence[str | None], expected: Expected) -> int:
    columns = {name.casefold() for name in expected.names}
    return len({clean(cell).casefold() for cell in row} & columns)


def _settled(name: str, columns: Mapping[str, str], taken: set[str]) -> str:
    found = columns.get(name.casefold(), name)
    # Both spellings in one header are two columns, which the check of the header tells about.
    return name if found != name and found in taken else found


def _other_case(count: int) -> Text:
    return Text(
        f"{count} {'rubrik' if count == 1 else 'rubriker'} har lästs utan hänsyn till stora och små bokstäver.",
        f"{count} {'heading was' if count == 1 else 'headings were'} read regardless of upper and lower case.",
    )
