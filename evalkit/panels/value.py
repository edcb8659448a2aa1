"""The finished grid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from evalkit.errors import PanelError, Place
from evalkit.estimands import Series
from evalkit.panels.grid import last_day
from evalkit.panels.problems import unknown
from evalkit.vocabulary import Frequency


@dataclass(frozen=True, slots=True, repr=False)
class Panel:
    """A complete grid of counts and exposures.

    Attributes
    ----------
    frame
        The columns of ``columns.PANEL``, one row per series × unit × period, sorted. ``count`` and
        ``exposure`` are null unless their status is ``value``; ``cases``, the number of cases that the
        count lies in, and ``largest_case``, what its largest case holds, are null also where they were not
        reported. The exposure of a stock (inhabitants,
        permits) is in stock-years: the stock times the length of the period in years. Where the
        metric could occur in only a part of a period, the exposure is that of the part.
    frequency
        The length of a period.
    series
        The series in the order asked for.
    unit_names
        Pairs of unit code and name.
    shares
        The keys of the series whose counts are a part of their exposure (visits with a finding, of all
        visits), so that a rate is a share and never above 1.
    model_starts
        Unit, model and the first day on which the unit worked by it, as far as the data tell.
    """

    frame: pl.DataFrame
    frequency: Frequency
    series: tuple[Series, ...]
    unit_names: tuple[tuple[str, str], ...]
    synthetic: bool
    shares: frozenset[str] = frozenset()
    model_starts: tuple[tuple[str, str, date], ...] = ()

    def cells(self, series: Series, units: Sequence[str], first: date, last: date) -> pl.DataFrame:
        """The rows of one series, some units and the periods that lie wholly from ``first`` to ``last``."""
        return self.frame.filter(
            (pl.col("series") == series.key)
            & pl.col("unit_id").is_in(list(units))
            & (pl.col("period") >= first)
            & (last_day("period", self.frequency) <= last)
        )

    def at(self, key: str) -> Series:
        """The series with this key.

        Raises
        ------
        PanelError
            When the panel has no such series; the message lists those it has.
        """
        for series in self.series:
            if series.key == key:
                return series
        raise PanelError(unknown("series", key, (series.key for series in self.series), Place(file="panel")))

    def unit_name(self, unit_id: str) -> str:
        """The name of a unit, or its code when it has no name."""
        return dict(self.unit_names).get(unit_id, unit_id)

    def __repr__(self) -> str:
        counts = dict(self.frame.group_by("status").len().sort("status").iter_rows())
        cells = ", ".join(f"{status} {count}" for status, count in counts.items())
        units, starts = self.frame["unit_id"].n_unique(), self.frame["period"].n_unique()
        mark = " — SYNTHETIC" if self.synthetic else ""
        return f"Panel: {len(self.series)} series × {units} units × {starts} {self.frequency}s ({cells}){mark}"

    def _repr_html_(self) -> str:
        from evalkit.views import panel_view

        return panel_view(self)
