"""What a check came to, as a value."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from evalkit.errors import Problem
from evalkit.language import Text
from evalkit.sources import RawTable


@dataclass(frozen=True, slots=True)
class Read:
    """One file, or one sheet of a workbook, that was read as a table; ``assumptions`` is what reading it took."""

    name: str
    table: str
    sheet: str | None
    rows: int
    digest: str
    assumptions: tuple[Text, ...] = ()

    @classmethod
    def of(cls, raw: RawTable) -> Read:
        """What is told of a table that was read."""
        return cls(raw.file, raw.table, raw.sheet, raw.frame.height, raw.digest, raw.assumptions)


@dataclass(frozen=True, slots=True)
class KindTally:
    """How often one kind of fault is in a file: in which columns, and in how many rows."""

    code: str
    what: Text
    problems: int
    rows: int
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FileTally:
    """The faults of one file, counted."""

    name: str
    problems: int
    rows: int
    kinds: tuple[KindTally, ...]


@dataclass(frozen=True, slots=True)
class Feedback:
    """Everything a check has to say. ``title`` heads the problems.

    Examples
    --------
    >>> from evalkit.errors import Place, Problem
    >>> from evalkit.feedback import Feedback
    >>> from evalkit.language import Text, same
    >>> fault = Problem("empty_cell", same("Tom cell."), Place("units.csv", column="unit_id", rows=(3, 7)), same(""), same(""))
    >>> [(tally.name, tally.problems, tally.rows) for tally in Feedback((), (fault,)).tallies]
    [('units.csv', 1, 2)]
    """

    read: tuple[Read, ...]
    problems: tuple[Problem, ...]
    title: Text = Text("Uppgifterna följer inte datakontraktet", "The data break their contract")
    has_plan: bool = False

    @property
    def is_clean(self) -> bool:
        """Whether nothing stops the data."""
        return not self.problems

    @property
    def files(self) -> tuple[str, ...]:
        """The files that were read or have a problem, in the order of their names."""
        return tuple(sorted({*(item.name for item in self.read), *(item.place.file for item in self.problems)}))

    @property
    def tallies(self) -> tuple[FileTally, ...]:
        """The files that have problems, with how many and of what kind."""
        found = (self.of_file(name) for name in self.files)
        return tuple(_tally(problems[0].place.file, problems) for problems in found if problems)

    def of_file(self, name: str) -> tuple[Problem, ...]:
        """The problems of one file."""
        return tuple(problem for problem in self.problems if problem.place.file == name)


def _tally(name: str, problems: tuple[Problem, ...]) -> FileTally:
    codes = dict.fromkeys(problem.code for problem in problems)
    kinds = tuple(_kind([problem for problem in problems if problem.code == code]) for code in codes)
    return FileTally(name, len(problems), _distinct_rows(problems), kinds)


def _kind(problems: list[Problem]) -> KindTally:
    columns = dict.fromkeys(problem.place.column for problem in problems if problem.place.column is not None)
    return KindTally(problems[0].code, problems[0].what, len(problems), _distinct_rows(problems), tuple(columns))


def _distinct_rows(problems: Iterable[Problem]) -> int:
    return len({(problem.place.sheet, row) for problem in problems for row in problem.place.rows})
