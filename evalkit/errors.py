"""What can go wrong, said so that the reader knows what to do.

Every error that a user can cause is an :class:`EvalkitError`. It carries one or more
:class:`Problem` values, because all problems of a stage are collected and told together.
A problem has four parts (what is wrong, where, what is accepted, what to do next) in Swedish
and in English. **It never holds the value of a data cell**: a cell may hold a personal identity
number, and messages end up in logs and e-mails.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import ClassVar

from evalkit.language import Language, Text

_SHOWN_ROWS = 8
_SHOWN_NAMES = 8

_LABELS = {
    Language.SV: ("Var", "Godtas", "Gör så här"),
    Language.EN: ("Where", "Accepted", "Next"),
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a problem is: a file, and as much more as is known.

    ``rows`` are the row numbers that a person sees in the file, the header being row 1. When they are
    only the first of many, ``row_count`` is how many there are in all.
    """

    file: str
    sheet: str | None = None
    column: str | None = None
    key: str | None = None
    rows: tuple[int, ...] = ()
    row_count: int | None = None

    def describe(self, language: Language) -> str:
        """One line for a person, with at most eight row numbers."""
        swedish = language is Language.SV
        parts = [self.file]
        if self.sheet is not None:
            parts.append(f"{'blad' if swedish else 'sheet'} {self.sheet}")
        if self.column is not None:
            parts.append(f"{'kolumn' if swedish else 'column'} {self.column}")
        if self.key is not None:
            parts.append(self.key)
        if self.rows:
            parts.append(_describe_rows(self.rows, self.row_count or len(self.rows), swedish=swedish))
        return ", ".join(parts)


def _describe_rows(rows: Sequence[int], count: int, *, swedish: bool) -> str:
    word = ("rad" if count == 1 else "rader") if swedish else ("row" if count == 1 else "rows")
    shown = ", ".join(str(row) for row in rows[:_SHOWN_ROWS])
    if count <= min(len(rows), _SHOWN_ROWS):
        return f"{word} {shown}"
    total = f"{count:,}".replace(",", "\u00a0" if swedish else ",")
    return f"{word} {shown} … ({total} {'rader' if swedish else 'rows'})"


class Severity(StrEnum):
    """Whether a problem stops the work or is only told."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, in the reader's words.

    ``code`` is stable and meant for programs and tests; the texts are meant for people. A problem
    whose ``severity`` is a warning is told and does not stop anything.
    """

    code: str
    what: Text
    place: Place
    accepted: Text
    next_step: Text
    severity: Severity = Severity.ERROR

    def render(self, language: Language = Language.SV) -> str:
        """The four lines of the message."""
        where, accepted, step = _LABELS[language]
        width = max(len(where), len(accepted), len(step)) + 1
        lines = [
            self.what.in_language(language),
            f"  {where + ':':<{width}} {self.place.describe(language)}",
            f"  {accepted + ':':<{width}} {self.accepted.in_language(language)}",
            f"  {step + ':':<{width}} {self.next_step.in_language(language)}",
        ]
        return "\n".join(lines)


class EvalkitError(Exception):
    """The base of every error that evalkit raises on purpose.

    ``problems`` holds everything that stops the work; ``render`` words it in either language, and
    ``str(error)`` has both, Swedish first. ``remarks`` is what was met beside it and stops nothing.
    """

    title: ClassVar[Text] = Text("evalkit kan inte fortsätta", "evalkit cannot go on")

    def __init__(self, problems: Problem | Iterable[Problem], remarks: Iterable[Problem] = ()) -> None:
        found = (problems,) if isinstance(problems, Problem) else tuple(problems)
        if not found:
            raise ValueError("an EvalkitError needs at least one problem")
        self.problems = found
        self.remarks = tuple(remarks)
        super().__init__("\n\n".join(self.render(language) for language in Language))

    def render(self, language: Language = Language.SV) -> str:
        """The whole message: a heading with the number of problems, then each problem."""
        count = len(self.problems)
        noun = Text("fel", "problems" if count != 1 else "problem")
        heading = f"{self.title.in_language(language)} ({count} {noun.in_language(language)})"
        return "\n".join([heading, *(problem.render(language) for problem in self.problems)])


class SourceError(EvalkitError):
    """A file cannot be read, or reading it would need a guess that could change a number."""

    title = Text("Filen kan inte läsas", "The file cannot be read")


class ContractError(EvalkitError):
    """Data break their contract."""

    title = Text("Uppgifterna följer inte datakontraktet", "The data break their contract")


class CodebookError(EvalkitError):
    """A code book or a contract file is itself wrong."""

    title = Text("Kodboken eller kontraktet är felaktigt", "The code book or contract is faulty")


class PanelError(EvalkitError):
    """A panel was asked for that the dataset cannot make."""

    title = Text("Panelen kan inte byggas", "The panel cannot be built")


class PlanError(EvalkitError):
    """The analysis plan is not valid."""

    title = Text("Analysplanen är inte giltig", "The analysis plan is not valid")


class EstimationError(EvalkitError):
    """An estimate was asked for with arguments that have no meaning."""

    title = Text("Skattningen kan inte göras", "The estimate cannot be made")


class DisclosureError(EvalkitError):
    """Something was about to leave without disclosure control."""

    title = Text("Uppgifterna får inte lämnas ut", "The data may not be released")


class ReportError(EvalkitError):
    """The report cannot be rendered or written."""

    title = Text("Rapporten kan inte skapas", "The report cannot be made")


class AnalysisError(ReportError):
    """There is no analysis of that name, whatever was to be done with it."""

    title = Text("Analysen kan inte öppnas", "The analysis cannot be opened")


@dataclass(slots=True)
class ProblemLog:
    """Collects problems so that a stage can tell them all at once."""

    problems: list[Problem] = field(default_factory=list)

    def add(self, problem: Problem) -> None:
        """Note one problem and go on."""
        self.problems.append(problem)

    def extend(self, problems: Iterable[Problem]) -> None:
        """Note several problems and go on."""
        self.problems.extend(problems)

    def raise_if_any(self, error: type[EvalkitError]) -> None:
        """Raise ``error`` with everything noted, or do nothing."""
        if self.problems:
            raise error(self.problems)


def known_names(wanted: str, known: Iterable[str]) -> Text:
    """What would have been accepted: the closest name first, then at most eight in all.

    Examples
    --------
    >>> from evalkit.errors import known_names
    >>> str(known_names("metrik", ["metric", "unit_id"]))
    'menade du ”metric”? Andra: unit_id'
    """
    names = sorted(set(known))
    close = difflib.get_close_matches(wanted, names, n=1, cutoff=0.6)
    others = [name for name in names if name not in close]
    shown = others[: _SHOWN_NAMES - len(close)]
    more = len(others) - len(shown)
    listing = ", ".join(shown)
    tail_sv, tail_en = (f" och {more} till", f" and {more} more") if more else ("", "")
    if close and shown:
        return Text(
            f"menade du ”{close[0]}”? Andra: {listing}{tail_sv}",
            f"did you mean '{close[0]}'? Others: {listing}{tail_en}",
        )
    if close:
        return Text(f"menade du ”{close[0]}”?", f"did you mean '{close[0]}'?")
    return Text(f"{listing}{tail_sv}" if listing else "inget", f"{listing}{tail_en}" if listing else "nothing")
