"""What a decomposition answers: one, one for each row, or one for each group."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from evalkit.estimates import Estimate, frame_of
from evalkit.row_frames import listed, named

if TYPE_CHECKING:
    from collections.abc import Iterator

    import polars as pl

    from evalkit.estimate_series import EstimateSeries

PARTS = ("findings", "visits", "hit_rate")


@dataclass(frozen=True, slots=True, repr=False)
class Decomposition:
    """The change in findings as the change in visits times the change in findings per visit.

    Attributes
    ----------
    findings, visits, hit_rate
        Ratios after over before. Where all three are numbers above 0, ``log findings = log visits + log hit_rate``
        exactly.
    share_of_visits
        How much of the change in findings (on the log scale) the change in visits makes up: between 0 and 1, and
        only where visits and hit rate changed in the same direction; otherwise ``None``, as a share would mislead.
    """

    findings: Estimate
    visits: Estimate
    hit_rate: Estimate
    share_of_visits: float | None

    @property
    def estimates(self) -> tuple[Estimate, Estimate, Estimate]:
        """Findings, visits and hit rate, named so."""
        parts = (self.findings, self.visits, self.hit_rate)
        found, visited, hits = (replace(part, metric=name) for part, name in zip(parts, PARTS, strict=True))
        return found, visited, hits

    def to_frame(self) -> pl.DataFrame:
        """One row per part under ``metric``, with the columns of estimates and ``share_of_visits``."""
        import polars as pl

        return frame_of(self.estimates).with_columns(pl.lit(self.share_of_visits, pl.Float64).alias("share_of_visits"))

    def __repr__(self) -> str:
        share = (
            "" if self.share_of_visits is None else f": visits make up {self.share_of_visits * 100:.0f} % of the change"
        )
        return "\n  ".join([f"Decomposition{share}", *map(repr, self.estimates)])

    def _repr_html_(self) -> str:
        from evalkit.views import estimates_view

        return estimates_view(self.estimates)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Decompositions:
    """The decompositions of many comparisons, row by row.

    Attributes
    ----------
    findings, visits, hit_rate
        Series of the estimates of :class:`Decomposition`.
    """

    findings: EstimateSeries
    visits: EstimateSeries
    hit_rate: EstimateSeries

    def __len__(self) -> int:
        return len(self.findings)

    def __getitem__(self, row: int) -> Decomposition:
        """One comparison.

        Raises
        ------
        IndexError
            When there is no such row.
        """
        visits, hit_rate = self.visits[row], self.hit_rate[row]
        return Decomposition(self.findings[row], visits, hit_rate, share_of_visits(visits, hit_rate))

    def __iter__(self) -> Iterator[Decomposition]:
        return (self[row] for row in range(len(self)))

    @property
    def estimates(self) -> tuple[EstimateSeries, EstimateSeries, EstimateSeries]:
        """Findings, visits and hit rate."""
        return self.findings, self.visits, self.hit_rate

    def to_frame(self) -> pl.DataFrame:
        """Three rows per comparison, told apart by ``metric`` after the comparison's place, ``row`` from 0."""
        import polars as pl

        frames = [
            series.to_frame().with_row_index("row").select("row", pl.lit(name).alias("metric"), pl.exclude("row"))
            for series, name in zip(self.estimates, PARTS, strict=True)
        ]
        return pl.concat(frames).sort("row", maintain_order=True)

    def __repr__(self) -> str:
        return listed(f"Decompositions: {len(self)} comparisons", self._told())

    def _told(self) -> pl.DataFrame:
        names = ("row", "metric", "estimate", "conf_low", "conf_high", "method", "status")
        frame = self.to_frame()
        return frame.select(name for name in names if name in frame.columns)

    def _repr_html_(self) -> str:
        from evalkit.views import frame_view

        return frame_view("Fynd, besök och träffar", self._told())


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class GroupedDecompositions:
    """The decomposition of each group's periods.

    Attributes
    ----------
    groups
        One row per group with the columns that name it.
    items
        Its decomposition, in the same order.
    """

    groups: pl.DataFrame
    items: tuple[Decomposition, ...]

    def __len__(self) -> int:
        return len(self.items)

    def __getitem__(self, row: int) -> Decomposition:
        """One group.

        Raises
        ------
        IndexError
            When there is no such group.
        """
        return self.items[row]

    def __iter__(self) -> Iterator[Decomposition]:
        return iter(self.items)

    def to_frame(self) -> pl.DataFrame:
        """Three rows per group, told apart by ``metric``, with the columns that name the group before them."""
        import polars as pl

        places = [place for place in range(len(self)) for _ in PARTS]
        return named(self.groups[places], pl.concat([one.to_frame() for one in self.items]))

    def __repr__(self) -> str:
        return listed(f"GroupedDecompositions: {len(self)} groups", self._told())

    def _told(self) -> pl.DataFrame:
        frame = self.to_frame()
        told = ("metric", "estimate", "conf_low", "conf_high", "method", "status")
        names = (*(name for name in frame.columns if name.removesuffix("_group") in self.groups.columns), *told)
        return frame.select(list(dict.fromkeys(names)))

    def _repr_html_(self) -> str:
        from evalkit.views import frame_view

        return frame_view("Fynd, besök och träffar", self._told())


def share_of_visits(visits: Estimate, hit_rate: Estimate) -> float | None:
    """What the visits make up of the change, where both changed in one direction."""
    ratios = (visits.estimate, hit_rate.estimate)
    if any(ratio is None or not 0 < ratio < math.inf for ratio in ratios):
        return None
    by_visits, by_hits = (math.log(ratio) for ratio in ratios if ratio is not None)
    return by_visits / (by_visits + by_hits) if by_visits * by_hits > 0 else None
