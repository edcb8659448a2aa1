"""A run as a report meets it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from evalkit import artifacts, tables
from evalkit.chapters import appendix, limits, results, summary
from evalkit.language import Language
from evalkit.metrics import MetricBook

RUN_FOLDER = "_run"
RUN_VARIABLE = "EVALKIT_RUN"


@dataclass(frozen=True, slots=True, repr=False)
class Run:
    """Artifacts and code book, with one method for each thing that a chapter prints.

    Every method returns Markdown. Nothing is computed here: numbers and statuses are those of the
    artifacts.
    """

    artifacts: artifacts.Artifacts
    book: MetricBook
    language: Language = Language.SV

    def answer(self) -> str:
        """The answer in short, boxed."""
        return summary.answer(self.artifacts, self.book, self.language)

    def question(self) -> str:
        """The question, who asked it, and the background."""
        return summary.question(self.artifacts, self.language)

    def background(self) -> str:
        """The background paragraphs of the plan."""
        return summary.background(self.artifacts, self.language)

    def designs(self) -> str:
        """The designs that the plan uses."""
        return tables.to_markdown(tables.designs_used(self.artifacts.plan, self.language))

    def multiplicity(self) -> str:
        """How the plan takes account of how many questions it asks, and which are tested together."""
        return limits.multiplicity(self.artifacts, self.language)

    def definitions(self) -> str:
        """What is counted."""
        return tables.to_markdown(tables.definitions(self.artifacts.plan, self.book, self.language))

    def data_notes(self) -> str:
        """What to know of the data, as a list."""
        return limits.data_notes(self.artifacts, self.language)

    def figure(self, figure_id: str) -> str:
        """One figure by name, or nothing when the run has no such figure."""
        return results.figure(self.artifacts, figure_id)

    def suppressed(self) -> str:
        """How many counts were hidden, and why."""
        return limits.suppressed(self.artifacts, self.book, self.language)

    def results(self) -> str:
        """Series by series: figure, table, and each question with its answer."""
        return results.by_series(self.artifacts, self.book, self.language)

    def answers(self) -> str:
        """The table of every comparison that has a number."""
        return results.answers(self.artifacts, self.book, self.language)

    def refusals(self) -> str:
        """The table of every question without a number."""
        return results.refusals(self.artifacts, self.language)

    def checks(self) -> str:
        """The table of what every comparison was checked for."""
        return results.checks(self.artifacts, self.language)

    def wanted(self) -> str:
        """What is missing, and who holds it."""
        return limits.wanted(self.artifacts, self.book, self.language)

    def can_say(self) -> str:
        """The box of what can be said."""
        return limits.can_say(self.artifacts, self.book, self.language)

    def cannot_say(self) -> str:
        """The box of what cannot be said."""
        return limits.cannot_say(self.artifacts, self.language)

    def next_steps(self) -> str:
        """What a surer answer takes."""
        return limits.next_steps(self.artifacts, self.language)

    def plan(self) -> str:
        """The plan's comparisons."""
        return tables.to_markdown(tables.planned(self.artifacts.plan, self.book, self.language))

    def sources(self) -> str:
        """The sources."""
        return tables.to_markdown(tables.sources(self.artifacts.sources, self.language))

    def truth(self) -> str:
        """For synthetic runs: the true values beside the estimates, with its heading."""
        return appendix.truth(self.artifacts, self.language)

    def self_test(self) -> str:
        """Where the plan asks for it: what the designs made of known effects, with its heading."""
        return appendix.self_test(self.artifacts, self.language)

    def dictionary(self) -> str:
        """The metrics and columns that the analysis uses, in words."""
        return appendix.words(self.artifacts, self.book, self.language)

    def colophon(self) -> str:
        """How the report was made: digests and versions, no clock."""
        return appendix.colophon(self.artifacts, self.language)

    def __repr__(self) -> str:
        return f"Run of {self.artifacts.plan.slug}: {self.artifacts.released!r}"


def open_run(folder: str | Path | None = None, *, language: Language | str = Language.SV) -> Run:
    """Open a run's artifacts.

    Parameters
    ----------
    folder
        Where the artifacts are. Without it: the environment variable ``EVALKIT_RUN``, else the folder
        ``_run`` beside the document. When that does not exist the demonstration is evaluated into
        it first, so that the report project renders by itself, marked as synthetic.

    Raises
    ------
    ReportError
        When the folder does not hold a whole run.
    """
    chosen = Path(folder or os.environ.get(RUN_VARIABLE) or RUN_FOLDER)
    if not chosen.exists() and folder is None and RUN_VARIABLE not in os.environ:
        from evalkit.pipeline import demonstrate

        demonstrate(chosen)
    return Run(artifacts.read(chosen), MetricBook.load(), Language(language))
