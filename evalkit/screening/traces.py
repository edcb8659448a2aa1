"""The kinds of trace that stop a file, and the rows of a column that have them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import TYPE_CHECKING

from evalkit.screening.contact import has_email, has_phone
from evalkit.screening.identity import is_suspect, number_kinds
from evalkit.screening.plates import has_plate, plates_in_column
from evalkit.screening.prose import is_prose
from evalkit.screening.zeros import rows_without_zero

if TYPE_CHECKING:
    import polars as pl

_NUMBER_DIGITS = 10
_PLATE_LIKE = "[A-Z]{3}.?[0-9]{2}"
_FEWEST_PHONE_DIGITS = 8
_FEWEST_PROSE_CHARACTERS = 8


class Trace(StrEnum):
    """What a cell may hold that no cell may. The value is the code of the problem."""

    PERSON = "personal_identity"
    ORGANISATION = "organisation_number"
    EMAIL = "email_address"
    PHONE = "phone_number"
    PLATE = "registration_plate"
    PROSE = "free_text"


IDENTITIES = frozenset({Trace.PERSON, Trace.ORGANISATION})
SHORTEST_TRACE = 6  # a@b.se
# What is looked for in any text, whatever it is for.
NEEDLES = (Trace.PERSON, Trace.ORGANISATION, Trace.EMAIL, Trace.PHONE, Trace.PLATE)


def traces(text: str) -> frozenset[Trace]:
    """What one text holds, prose left aside: it depends on what the text is for.

    Examples
    --------
    >>> from evalkit.screening import traces
    >>> sorted(traces("811218-9876, 556036-0793 eller anna@example.se"))
    [<Trace.EMAIL: 'email_address'>, <Trace.ORGANISATION: 'organisation_number'>, <Trace.PERSON: 'personal_identity'>]
    """
    kinds = number_kinds(text)
    found = {Trace.PERSON: "person" in kinds, Trace.ORGANISATION: "organisation" in kinds}
    found |= {Trace.EMAIL: has_email(text), Trace.PHONE: has_phone(text), Trace.PLATE: has_plate(text)}
    return frozenset(trace for trace, hit in found.items() if hit)


def may_not_be_shown(name: str) -> bool:
    """Whether the name of a file, a sheet or a column would itself tell what it must not."""
    return bool(traces(name) or traces(name.replace("_", " ")))  # names have underscores where text has blanks


def any_suspect(texts: Iterable[str]) -> bool:
    """Whether any of the texts holds the number of a person or a company."""
    return any(is_suspect(text) for text in texts)


def suspect_rows(cells: pl.Series, *, decimal: bool = False) -> list[int]:
    """Places (from 0) of the cells that may hold the number of a person or a company.

    Examples
    --------
    >>> import polars as pl
    >>> from evalkit import screening
    >>> screening.suspect_rows(pl.Series(["108", None, "19811218 9876"]))
    [2]
    """
    digits = cells.str.count_matches(r"\p{N}").fill_null(0) >= _NUMBER_DIGITS
    return _rows(cells, digits, lambda text: is_suspect(text, decimal=decimal))


def trace_rows(cells: pl.Series, trace: Trace, *, decimal: bool = False) -> list[int]:
    """Places (from 0) of the cells with one kind of trace.

    Parameters
    ----------
    decimal
        The cells are decimal numbers, whose decimals may look like anything.

    Examples
    --------
    >>> import polars as pl
    >>> from evalkit.screening import Trace, trace_rows
    >>> trace_rows(pl.Series(["P1", None, "076-123 45 67"]), Trace.PHONE)
    [2]
    """
    if trace in IDENTITIES:
        kind = "person" if trace is Trace.PERSON else "organisation"
        likely = cells.str.count_matches(r"\p{N}").fill_null(0) >= _NUMBER_DIGITS
        rows = _rows(cells, likely, lambda text: kind in number_kinds(text, decimal=decimal))
        return sorted({*rows, *rows_without_zero(cells)}) if trace is Trace.PERSON else rows
    if trace is Trace.EMAIL:
        return _rows(cells, cells.str.contains(r"@|[(\[]at[)\]]").fill_null(value=False), has_email)
    if trace is Trace.PHONE:
        likely = cells.str.count_matches("[0-9]").fill_null(0) >= _FEWEST_PHONE_DIGITS
        starts = cells.str.contains(r"0[1-9]|46").fill_null(value=False)
        return _rows(cells, likely & starts, has_phone)
    if trace is Trace.PLATE:
        plates = plates_in_column(cells.filter(cells.str.contains(_PLATE_LIKE)).unique().drop_nulls())
        return _rows(cells, cells.is_in(sorted(plates)).fill_null(value=False), plates.__contains__) if plates else []
    return _rows(cells, (cells.str.len_chars() > _FEWEST_PROSE_CHARACTERS).fill_null(value=False), is_prose)


def judged_alone(cells: pl.Series) -> pl.Series:
    """Whether nothing but a text itself decides what is said of it, by cell.

    Plates and numbers that lost their zero are told by how many of them a column holds; both have digits. Only a
    text without one may be left out because it has been looked at before.

    Examples
    --------
    >>> import polars as pl
    >>> from evalkit.screening import judged_alone
    >>> judged_alone(pl.Series(["butik", "ABC123"])).to_list()
    [True, False]
    """
    return ~cells.str.contains(r"\p{N}")


def _rows(cells: pl.Series, likely: pl.Series, is_hit: Callable[[str], bool]) -> list[int]:
    """Rows that hit, each distinct likely text looked at once."""
    import polars as pl

    candidates = pl.DataFrame({"row": pl.int_range(len(cells), eager=True), "cell": cells}).filter(likely)
    if not candidates.height:
        return []
    hits = [text for text in candidates["cell"].unique() if is_hit(text)]
    return candidates.filter(pl.col("cell").is_in(hits))["row"].to_list()
