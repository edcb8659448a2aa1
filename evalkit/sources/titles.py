"""Screening of the rows above the headings: they are not read, but they follow the file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from evalkit import screening
from evalkit.errors import Problem
from evalkit.sources import problems


def title_problems(above: Sequence[Iterable[str]], shown: str, sheet: str | None) -> Iterator[Problem]:
    """One problem per kind of trace, with its rows.

    Parameters
    ----------
    above
        The texts of each row from the top of the file down to the headings.
    shown, sheet
        The names of the file and its sheet as messages may show them.

    Examples
    --------
    >>> from evalkit.sources.titles import title_problems
    >>> above = [["Uttag 2025"], ["Frågor: registrator@example.se"]]
    >>> [(problem.code, problem.place.rows) for problem in title_problems(above, "units.csv", None)]
    [('email_address', (2,))]
    """
    found = [frozenset().union(*(screening.traces(text) for text in texts)) for texts in above]
    for trace in screening.NEEDLES:
        rows = [row for row, traces in enumerate(found, start=1) if trace in traces]
        if rows:
            yield problems.trace_in_titles(shown, sheet, rows, trace)
