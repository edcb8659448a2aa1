"""What a holder has: events from its own systems, checked, before anything is counted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from evalkit.dataset import SourceFile, digest_of, inspected, is_synthetic, source_files
from evalkit.errors import ContractError, Place, Problem
from evalkit.language import Text
from evalkit.sources import TABLES

if TYPE_CHECKING:
    from evalkit.contracts import Codes

_SHARED = ("units", "sources", "model_periods", "coverage", "exposure")
_EVENTS = tuple(table for table in TABLES if table not in {*_SHARED, "outcomes"})


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Holdings:
    """Checked events of one or several holders. They stay with the holder: only counts of them leave.

    The columns and types of each frame are those of its contract, sorted by key; a table without a
    file is an empty frame.

    Attributes
    ----------
    units, sources, model_periods, coverage, exposure
        As in :class:`evalkit.dataset.Dataset`.
    visits, visit_participants, findings
        Inspection visits, who took part, and what was found.
    decisions, decision_status, permit_measures
        Decisions with their four dates and their course, and measures against permits and contracts.
    victim_cases, support_steps
        Cases of possible victims and the support they received, by month.
    information_requests, resources, ordinary_supervision
        Requests between authorities, hours and costs, and supervision outside the joint visits.
    files, digest, synthetic, warnings
        As in :class:`evalkit.dataset.Dataset`.
    """

    units: pl.DataFrame
    sources: pl.DataFrame
    model_periods: pl.DataFrame
    coverage: pl.DataFrame
    exposure: pl.DataFrame
    visits: pl.DataFrame
    visit_participants: pl.DataFrame
    findings: pl.DataFrame
    decisions: pl.DataFrame
    decision_status: pl.DataFrame
    permit_measures: pl.DataFrame
    victim_cases: pl.DataFrame
    support_steps: pl.DataFrame
    information_requests: pl.DataFrame
    resources: pl.DataFrame
    ordinary_supervision: pl.DataFrame
    files: tuple[SourceFile, ...]
    digest: str
    synthetic: bool
    warnings: tuple[Problem, ...] = ()

    @property
    def tables(self) -> Mapping[str, pl.DataFrame]:
        """From table name to frame, in the order of the contracts."""
        return {name: getattr(self, name) for name in (*_SHARED, *_EVENTS)}

    def __repr__(self) -> str:
        lines = [
            f"Holdings: {self.units.height} units, {len(self.files)} files",
            *(f"  {name:<20}  {getattr(self, name).height}" for name in _EVENTS if getattr(self, name).height),
            f"  synthetic             {'YES: some source is made up' if self.synthetic else 'no'}",
            f"  digest                {self.digest[:12]}",
            *([f"  warnings              {len(self.warnings)}"] if self.warnings else []),
        ]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        from evalkit.views import holdings_view

        return holdings_view(self)


def load_holdings(path: Path | str, *, book: Codes | None = None) -> Holdings:
    """Read and check a holder's folder of event tables.

    Parameters
    ----------
    path
        A folder with ``units``, ``sources`` and at least one event table (``visits``, ``decisions`` …) as
        ``.csv``, ``.xlsx`` or ``.parquet``. Aggregate tables in the folder are checked too, but not returned.
    book
        The code book; by default the one that comes with evalkit.

    Raises
    ------
    ContractError
        With every problem of every file at once, or when the folder has no event table.
    SourceError
        When nothing at all could be read.

    Examples
    --------
    >>> import evalkit as ek
    >>> from evalkit.errors import SourceError
    >>> try:
    ...     ek.load_holdings("no-such-folder")
    ... except SourceError as error:
    ...     error.problems[0].code
    'path_missing'
    """
    inspection = inspected(path, book)
    files = source_files(inspection)
    if not any(file.table in _EVENTS for file in files):
        raise ContractError(_no_events(Path(path).name or "."))
    frames = {**inspection.frames, **{file.found.table: file.read() for file in inspection.large}}
    return Holdings(
        **{name: frames[name] for name in (*_SHARED, *_EVENTS)},
        files=files,
        digest=digest_of(files),
        synthetic=is_synthetic(frames["sources"]),
        warnings=inspection.warnings,
    )


def _no_events(folder: str) -> Problem:
    listed = ", ".join(_EVENTS)
    return Problem(
        code="no_event_tables",
        what=Text("Mappen har ingen tabell med händelser.", "The folder has no table of events."),
        place=Place(folder),
        accepted=Text(f"minst en av {listed}", f"at least one of {listed}"),
        next_step=Text(
            "Lägg till en tabell med händelser, eller läs mappen med load om den har antal.",
            "Add a table of events, or read the folder with load if it has counts.",
        ),
    )
