"""Whether counts vary more than chance, by how much, and which interval is reported because of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, overload

import numpy as np
from numpy.typing import NDArray

from evalkit import caveats, refusals
from evalkit.comparisons.grouped import whole
from evalkit.estimates import Estimate, Tested, frame_of, refusal
from evalkit.inference.cells import CellRows
from evalkit.inference.grouped_arguments import GroupedArguments
from evalkit.inference.groups import Groups
from evalkit.inference.method import Method
from evalkit.row_frames import listed, named
from evalkit.statements import Statement
from evalkit.vocabulary import EstimateStatus, Scale

if TYPE_CHECKING:
    import polars as pl

    from evalkit.comparisons.grouped import Labels
    from evalkit.comparisons.result import Numbers
    from evalkit.inference.overdispersion import AlphaFound, PhiFound, Signals


@dataclass(frozen=True, slots=True, repr=False)
class Variation:
    """How counts vary beside chance.

    Attributes
    ----------
    phi
        Pearson's φ (variance over mean; 1 is chance) with its limits, degrees of freedom, and in ``tests`` the
        chi-square test that it is above 1.
    alpha
        The negative binomial's alpha (variance ``mean + alpha mean²``; 0 is chance) with profile limits, and in
        ``tests`` the likelihood ratio test and Dean's score test.
    reported
        The method of the interval that the rule reports: ``exact`` or ``quasi_poisson``.
    why
        The rule's reason, in words.
    """

    phi: Estimate
    alpha: Estimate
    reported: Method
    why: Statement

    @property
    def estimates(self) -> tuple[Estimate, Estimate]:
        """φ and alpha, named so."""
        return replace(self.phi, metric="phi"), replace(self.alpha, metric="alpha")

    def to_frame(self) -> pl.DataFrame:
        """One row for φ and one for alpha under ``metric``, with the columns of estimates and ``reported``."""
        import polars as pl

        return frame_of(self.estimates).with_columns(pl.lit(self.reported.value).alias("reported"))

    def __repr__(self) -> str:
        phi, alpha = self.estimates
        return f"Variation: reported by {self.reported.value}: {self.why.text.en}\n  {phi!r}\n  {alpha!r}"

    def _repr_html_(self) -> str:
        from evalkit.views import estimates_view

        return estimates_view(self.estimates)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Variations:
    """How the counts of each group vary beside chance.

    Attributes
    ----------
    items
        One for each row of ``groups``.
    groups
        The columns that name the groups.
    """

    items: tuple[Variation, ...]
    groups: pl.DataFrame

    def __len__(self) -> int:
        return len(self.items)

    def __getitem__(self, row: int) -> Variation:
        """One group.

        Raises
        ------
        IndexError
            When there is no such row.
        """
        return self.items[row]

    def __iter__(self) -> Iterator[Variation]:
        return iter(self.items)

    @property
    def estimates(self) -> tuple[Estimate, ...]:
        """φ and alpha of every group, one group after the other."""
        return tuple(one for item in self.items for one in item.estimates)

    def to_frame(self) -> pl.DataFrame:
        """Two rows per group, φ and alpha: its names, the columns of estimates and ``reported``."""
        import polars as pl

        told = frame_of(self.estimates).with_columns(
            pl.Series("reported", [item.reported.value for item in self.items for _ in item.estimates], pl.String)
        )
        return named(self.groups.select(pl.all().repeat_by(2).explode()), told)

    def __repr__(self) -> str:
        return listed(f"Variations: {len(self)} groups", self._told())

    def _told(self) -> pl.DataFrame:
        names = (*self.groups.columns, "metric", "estimate", "conf_low", "conf_high", "status", "reported")
        frame = self.to_frame()
        return frame.select(name for name in names if name in frame.columns)

    def _repr_html_(self) -> str:
        from evalkit.views import frame_view

        return frame_view("Spridning", self._told())


@overload
def dispersion(
    count: Numbers, exposure: Numbers, *, cells: Labels | None = ..., by: None = ..., conf_level: float = ...
) -> Variation: ...
@overload
def dispersion(
    count: Numbers, exposure: Numbers, *, cells: Labels | None = ..., by: Labels, conf_level: float = ...
) -> Variations: ...
def dispersion(
    count: Numbers,
    exposure: Numbers,
    *,
    cells: Labels | None = None,
    by: Labels | None = None,
    conf_level: float = 0.95,
) -> Variation | Variations:
    """How much counts by period vary around the rate of their cell, compared with chance.

    The rule: the exact Poisson interval when φ cannot be estimated or is at most 1, otherwise quasi-Poisson. The
    negative binomial is told beside and never reported in its place: it weighs periods otherwise, so that its estimate
    is not the one of the totals in the table, and with the few periods there are it cannot be told from quasi-Poisson.
    An analyst who wants it asks for ``adjusted_rate_ratio(errors="nb2")``.

    Parameters
    ----------
    count, exposure
        Events (whole numbers from 0) and what they are divided by, one row per period.
    cells
        What a row belongs to (side and window): each cell has a rate of its own. Left out, all rows are one cell.
    by
        Which comparison a row belongs to (unit, metric), for a whole panel in one call: a column, several, or a frame.
    conf_level
        Of the limits of φ and alpha.

    Raises
    ------
    EstimationError
        When an argument has no meaning; every such argument is told at once.

    Source: McCullagh and Nelder 1989, section 4.5.2; Ver Hoef and Boveng 2007, Ecology 88:2766-2772, on quasi-Poisson
    against the negative binomial; :mod:`evalkit.inference.overdispersion` for limits and tests.

    Examples
    --------
    >>> import polars as pl
    >>> import evalkit as ek
    >>> found = ek.dispersion(pl.Series([14, 26, 8, 6, 14, 25]), 1.0, cells=pl.Series("side", list("aaabbb")))
    >>> round(found.phi.estimate, 2), found.phi.df, found.reported.value
    (5.66, 4, 'quasi_poisson')
    """
    given = GroupedArguments("dispersion()")
    counts, exposures = given.counts("count", count), given.amounts("exposure", exposure)
    given.nothing_without_exposure("count", counts, exposures)
    given.some_rows("count")
    groups, parts = given.groups("cells", cells), given.groups("by", by)
    level = given.conf_level(conf_level)
    given.done()
    rows = (1,) if given.rows is None else (given.rows,)
    by_part = Groups(np.broadcast_to(parts.at, rows), parts.count)
    periods = CellRows.of(
        whole(np.broadcast_to(counts, rows).astype(float)),
        np.broadcast_to(exposures, rows),
        Groups(np.broadcast_to(groups.at, rows), groups.count),
        by_part,
    )
    found = _found(periods, by_part.total(np.broadcast_to(given.missing, rows)) > 0, level)
    return found[0] if parts.labels is None else Variations(found, parts.labels)


def _found(rows: CellRows, missing: NDArray[np.bool_], conf_level: float) -> tuple[Variation, ...]:
    """The variation of every part, whose arguments are sound."""
    from evalkit.inference import overdispersion

    phi = overdispersion.phi(rows, conf_level)
    measured = phi.is_measured & ~missing
    useful = measured[rows.group[rows.cell]] & (rows.events > 0)[rows.cell] & (rows.exposures > 0)
    alpha = overdispersion.alpha(rows.at(useful), conf_level)
    place = np.cumsum(measured) - 1
    unknown = [refusals.value_missing() if gone else refusals.no_variation_to_measure() for gone in missing]
    return tuple(
        _variation(phi, at, alpha, int(place[at]), conf_level) if measured[at] else _unknown(why, conf_level)
        for at, why in enumerate(unknown)
    )


def _variation(phi: PhiFound, at: int, alpha: AlphaFound, place: int, conf_level: float) -> Variation:
    from evalkit.inference.dispersion import Dispersion
    from evalkit.inference.rule import choose

    estimate, df = float(phi.estimate[at]), int(phi.df[at])
    reported = choose(Dispersion(estimate, df))
    why = caveats.reported_poisson() if reported is Method.EXACT else caveats.reported_quasi_poisson()
    told = Estimate(
        scale=Scale.DISPERSION,
        status=EstimateStatus.ESTIMATED,
        estimate=estimate,
        conf_low=float(phi.low[at]),
        conf_high=float(phi.high[at]),
        conf_level=conf_level,
        p_value=float(phi.p_value[at]),
        null=1.0,
        df=df,
        method=Method.CHI_SQUARE.value,
        tests=(_tested("Pearson chi-square", phi.test, at, float(df)),),
    )
    return Variation(told, _alpha(alpha, place, conf_level), reported, why)


def _alpha(found: AlphaFound, at: int, conf_level: float) -> Estimate:
    if np.isnan([found.estimate[at], found.low[at], found.high[at]]).any():
        return refusal(Scale.DISPERSION, refusals.not_converged(), conf_level=conf_level)
    return Estimate(
        scale=Scale.DISPERSION,
        status=EstimateStatus.ESTIMATED,
        estimate=float(found.estimate[at]),
        conf_low=float(found.low[at]),
        conf_high=float(found.high[at]),
        conf_level=conf_level,
        p_value=float(found.likelihood_ratio.p_value[at]),
        null=0.0,
        method=Method.NB2.value,
        tests=(
            _tested("likelihood ratio, Poisson against NB2", found.likelihood_ratio, at),
            _tested("Dean's score, Poisson against NB2", found.score, at),
        ),
    )


def _tested(name: str, test: Signals, at: int, df: float | None = None) -> Tested:
    return Tested(name, float(test.statistic[at]), float(test.p_value[at]), df)


def _unknown(reason: Statement, conf_level: float) -> Variation:
    none = refusal(Scale.DISPERSION, reason, conf_level=conf_level)
    return Variation(none, none, Method.EXACT, reason)
