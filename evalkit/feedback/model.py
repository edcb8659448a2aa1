"""What a check came to, as a value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from evalkit.dataset import SourceFile
from evalkit.errors import ContractError, Place, Problem, Severity
from evalkit.language import Text

UNFILLED = Text(
    "Det finns inga uppgifter att kontrollera: ingen tabell har någon rad.",
    "There is nothing to check: no table has any row.",
)
_GENERAL = {
    "missing_column": Text("Kolumner saknas.", "Columns are missing."),
    "unknown_reference": Text(
        "Koden finns inte i tabellen som kolumnen hänvisar till.",
        "The code is not in the table that the column refers to.",
    ),
}


@dataclass(frozen=True, slots=True)
class KindTally:
    """How often one kind of fault is in a file: in which columns, and in how many rows.

    Of a large file only the first rows of a fault are known. Several faults may be in the same rows, and ``rows``
    is then how many there are at least (``at_least``).
    """

    code: str
    what: Text
    problems: int
    rows: int
    columns: tuple[str, ...]
    at_least: bool = False


@dataclass(frozen=True, slots=True)
class FileTally:
    """The faults of one file, counted; ``rows`` and ``at_least`` as in :class:`KindTally`."""

    name: str
    problems: int
    rows: int
    kinds: tuple[KindTally, ...]
    at_least: bool = False


@dataclass(frozen=True, slots=True)
class Feedback:
    """Everything a check has to say.

    Attributes
    ----------
    read
        The files, or sheets of workbooks, that were read as tables.
    problems
        What stops the data, and what is only remarked on (``severity``).
    title
        What heads the problems.

    Examples
    --------
    >>> from evalkit.errors import Place, Problem
    >>> from evalkit.feedback import Feedback
    >>> from evalkit.language import Text, same
    >>> where = Place("units.csv", column="unit_id", rows=(3, 7))
    >>> fault = Problem("empty_cell", same("Tom cell."), where, same(""), same(""))
    >>> [(tally.name, tally.problems, tally.rows) for tally in Feedback((), (fault,)).tallies]
    [('units.csv', 1, 2)]
    """

    read: tuple[SourceFile, ...]
    problems: tuple[Problem, ...]
    title: Text = ContractError.title
    has_plan: bool = False

    @property
    def is_clean(self) -> bool:
        """Whether nothing stops the data."""
        return not self.errors

    @property
    def is_unfilled(self) -> bool:
        """Whether there are tables and none of them has a row."""
        return bool(self.read) and not any(item.rows for item in self.read)

    @property
    def errors(self) -> tuple[Problem, ...]:
        """What stops the data."""
        return tuple(problem for problem in self.problems if problem.severity is Severity.ERROR)

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """What is remarked on and stops nothing."""
        return tuple(problem for problem in self.problems if problem.severity is Severity.WARNING)

    @property
    def files(self) -> tuple[str, ...]:
        """The files that were read or have a problem, in the order of their names."""
        return tuple(sorted({*(item.name for item in self.read), *(item.place.file for item in self.problems)}))

    @property
    def tallies(self) -> tuple[FileTally, ...]:
        """The files with something that stops the data: how much, and of what kind."""
        return _tallies(self.files, self.errors)

    @property
    def remarks(self) -> tuple[FileTally, ...]:
        """As ``tallies``, of what is only remarked on."""
        return _tallies(self.files, self.warnings)

    def of_file(self, name: str) -> tuple[Problem, ...]:
        """The problems of one file, those that stop it first."""
        return tuple(problem for problem in (*self.errors, *self.warnings) if problem.place.file == name)


def unfilled(read: Sequence[SourceFile]) -> tuple[Problem, ...]:
    """That nothing is filled in, as a remark: an empty template follows the contracts but is hardly meant.

    Examples
    --------
    >>> from evalkit.dataset import SourceFile
    >>> from evalkit.feedback.model import unfilled
    >>> [problem.code for problem in unfilled((SourceFile("mall.xlsx", "units", "units", 0, ""),))]
    ['nothing_filled_in']
    """
    if not Feedback(tuple(read), ()).is_unfilled:
        return ()
    step = Text(
        "Fyll i tabellernas egna blad eller filer och kontrollera igen. Mallens blad Exempel läses inte.",
        "Fill in the sheets or files of the tables and check again. The template's sheet Example is not read.",
    )
    accepted = Text("minst en rad i units och i sources", "at least one row in units and in sources")
    return (Problem("nothing_filled_in", UNFILLED, Place(read[0].name), accepted, step, Severity.WARNING),)


def _tallies(files: tuple[str, ...], problems: tuple[Problem, ...]) -> tuple[FileTally, ...]:
    by_file: dict[str, tuple[Problem, ...]] = {}
    for problem in problems:
        by_file[problem.place.file] = (*by_file.get(problem.place.file, ()), problem)
    return tuple(_tally(name, by_file[name]) for name in files if name in by_file)


def _tally(name: str, problems: tuple[Problem, ...]) -> FileTally:
    codes = dict.fromkeys(problem.code for problem in problems)
    kinds = tuple(_kind([problem for problem in problems if problem.code == code]) for code in codes)
    return FileTally(name, len(problems), _distinct_rows(problems), kinds, _is_floor(problems))


def _kind(problems: list[Problem]) -> KindTally:
    columns = dict.fromkeys(problem.place.column for problem in problems if problem.place.column is not None)
    rows, is_floor = _distinct_rows(problems), _is_floor(problems)
    return KindTally(problems[0].code, _said_of_all(problems), len(problems), rows, tuple(columns), is_floor)


def _said_of_all(problems: Sequence[Problem]) -> Text:
    """What is wrong, without the column or table that only one of several faults is about."""
    different = len({problem.what for problem in problems}) > 1
    return _GENERAL.get(problems[0].code, problems[0].what) if different else problems[0].what


def _distinct_rows(problems: Sequence[Problem]) -> int:
    listed = len({(problem.place.sheet, row) for problem in problems for row in problem.place.rows})
    return max(listed, *(problem.place.row_count or 0 for problem in problems))


def _is_floor(problems: Sequence[Problem]) -> bool:
    """Whether rows of several faults may coincide, and not all of them are listed."""
    lists_all = all((problem.place.row_count or 0) <= len(problem.place.rows) for problem in problems)
    return not lists_all and len(problems) > 1
