"""Counts that a holder's events give: the tables of the shared contracts, to be written as a folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from evalkit.errors import Problem
from evalkit.vocabulary import Frequency

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Aggregates:
    """The counts, with everything beside them that :func:`evalkit.load` asks for.

    No row is about one visit, case or decision. Small counts are **not** hidden: the folder stays with those who
    may see them, and the report hides them when it is made.

    Attributes
    ----------
    units, sources, model_periods, coverage
        As the holder gave them; ``sources`` has a row more when a count rests on several, and the coverage of
        remedied deficiencies (P8) ends twelve months earlier, because they are followed for so long.
    outcomes, exposure
        The counts by ``frequency``, in the form of their contracts, sorted by key.
    frequency
        The length of the periods.
    remarks
        What was left out, and why.
    synthetic
        Whether some source is made up.
    """

    units: pl.DataFrame
    sources: pl.DataFrame
    model_periods: pl.DataFrame
    coverage: pl.DataFrame
    outcomes: pl.DataFrame
    exposure: pl.DataFrame
    frequency: Frequency
    remarks: tuple[Problem, ...] = ()
    synthetic: bool = False

    @property
    def tables(self) -> Mapping[str, pl.DataFrame]:
        """From table name to frame."""
        names = ("units", "sources", "model_periods", "coverage", "outcomes", "exposure")
        return {name: getattr(self, name) for name in names}

    def write(self, folder: Path | str) -> Path:
        """Write the tables as CSV files that ``evalkit check`` accepts; returns the folder.

        The folder appears whole or not at all; one that holds anything else is not touched.

        Raises
        ------
        ReportError
            When the folder holds something that evalkit did not make, or cannot be written.
        """
        from evalkit.counting.writing import write

        return write(self, Path(folder))

    def __repr__(self) -> str:
        lines = [
            f"Aggregates: {self.units.height} units by {self.frequency.value}",
            *(f"  {name:<14}  {frame.height}" for name, frame in self.tables.items()),
            f"  synthetic       {'YES: some source is made up' if self.synthetic else 'no'}",
            *([f"  left out        {len(self.remarks)} remarks"] if self.remarks else []),
        ]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        from evalkit.views import aggregates_view

        return aggregates_view(self)
