"""How many comparisons a plan has, and how many of them could be calculated."""

from __future__ import annotations

from evalkit import style
from evalkit.language import Language, Text

_BOTH = 2


def reckoned(done: int, total: int) -> Text:
    """Two clauses in each language, with the noun and the pronoun of the number.

    >>> from evalkit.wording import reckoned
    >>> reckoned(1, 1).sv
    'Planen innehåller en jämförelse. Den gick att beräkna.'
    >>> reckoned(2, 3).en
    'The plan holds three comparisons; two could be calculated.'
    """
    sv, en = style.count_word(total), style.count_word(total, Language.EN)
    if total == 1:
        could = ("gick", "could") if done else ("gick inte", "could not")
        return Text(
            f"Planen innehåller {sv} jämförelse. Den {could[0]} att beräkna.",
            f"The plan holds {en} comparison; it {could[1]} be calculated.",
        )
    return Text(
        f"Planen innehåller {sv} jämförelser. {_of_them(done, total)}",
        f"The plan holds {en} comparisons; {_of_these(done, total)} could be calculated.",
    )


def _of_them(done: int, total: int) -> str:
    if done == total:
        return "Båda gick att beräkna." if total == _BOTH else "Alla gick att beräkna."
    if done == 0:
        return "Ingen av dem gick att beräkna."
    return f"{style.capital(style.count_word(done))} av dem gick att beräkna."


def _of_these(done: int, total: int) -> str:
    if done == total:
        return "both" if total == _BOTH else "all"
    return "none" if done == 0 else style.count_word(done, Language.EN)
