"""How a failing cell is told: where it is and what kind of error it was, never what it computed.

The text of an unknown error may quote a cell of data (``could not convert 'Anna'``), so only evalkit's
own errors, which never do that, are passed on word for word.
"""

from __future__ import annotations

from collections.abc import Iterator

from evalkit.errors import EvalkitError, Place, Problem
from evalkit.language import Text

_MEND = Text("rätta det som felet nämner", "mend what the error names")
_MEND_UNSEEN = Text(
    "rätta cellen eller det den läser; felets egen text visas inte här, för den kan innehålla uppgifter",
    "mend the cell or what it reads; the error's own text is not shown here, as it may hold data",
)


def _own_errors(base: type[EvalkitError] = EvalkitError) -> Iterator[str]:
    yield base.__name__
    for child in base.__subclasses__():
        yield from _own_errors(child)


def cell_failed(place: str, name: str, message: str) -> Problem:
    """The problem of a cell that raised ``name`` with ``message``.

    Examples
    --------
    >>> from evalkit.render.faults import cell_failed
    >>> print(cell_failed("kapitel.qmd:8", "ValueError", "could not convert 'Anna'").what)
    cellen stoppade med ValueError
    """
    bare = name.rsplit(".", 1)[-1].removeprefix("UncaughtCellError:")
    own = f": {message.strip()}" if bare in set(_own_errors()) and message.strip() else ""
    return Problem(
        "cell_failed",
        Text(f"cellen stoppade med {bare}{own}", f"the cell stopped with {bare}{own}"),
        Place(place),
        Text("celler som körs utan fel", "cells that run without an error"),
        _MEND if own else _MEND_UNSEEN,
    )
