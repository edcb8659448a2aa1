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
from evalkit.inference.grouped_arguments import GroupedArguments
from evalkit.inference.method import Method
from evalkit.row_frames import named
from evalkit.statements import Statement
from evalkit.vocabulary import EstimateStatus, Scale

if TYPE_CHECKING:
    import polars as pl

    from evalkit.comparisons.grouped import Labels
    from evalkit.comparisons.result import Numbers
    from evalkit.inference.overdispersion import AlphaFound, PhiFound, Signal


@dataclass(frozen=True, slots=True)
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

    def _repr_html_(self) -> str:
        from evalkit.views import estimates_view

        return estimates_view(self.estimates)


@dataclass(frozen=True, slots=True, eq=False)
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

    def _repr_html_(self) -> str:
        from evalkit.views import frame_view

        names = (*self.groups.columns, "metric", "estimate", "conf_low", "conf_high", "status", "reported")
        frame = self.to_frame()
        return frame_view("Spridning", frame.select(name for name in names if name in frame.columns))


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
    groups, parts = given.groups("cells", cells), given.groups("by", by)
    level = given.conf_level(conf_level)
    given.done()
    rows = (1,) if given.rows is None else (given.rows,)
    missing = np.broadcast_to(given.missing, rows)
    at = np.broadcast_to(groups.at, rows)
    places = np.broadcast_to(parts.at, rows)
    events, exposed = whole(np.broadcast_to(counts, rows).astype(float)), np.broadcast_to(exposures, rows)
    if parts.labels is None:
        return _one(events, exposed, at, missing, level)
    members = [np.flatnonzero(places == place) for place in range(parts.count)]
    found = tuple(_one(events[own], exposed[own], at[own], missing[own], level) for own in members)
    return Variations(found, parts.labels)


def _one(
    events: NDArray[np.int64],
    exposed: NDArray[np.float64],
    at: NDArray[np.intp],
    missing: NDArray[np.bool_],
    conf_level: float,
) -> Variation:
    """One comparison, whose arguments are sound."""
    from evalkit.inference import overdispersion
    from evalkit.inference.loglinear import Model

    if missing.any():
        return _unknown(refusals.value_missing(), conf_level)
    cells = np.unique(at, return_inverse=True)[1].reshape(-1)
    useful = (np.bincount(cells, weights=events) > 0)[cells] & (exposed > 0)
    if not useful.any():
        return _unknown(refusals.no_variation_to_measure(), conf_level)
    phi = overdispersion.phi(events, exposed, cells, conf_level)
    if isinstance(phi, Statement):
        return _unknown(phi, conf_level)
    model = Model(events[useful], _indicators(cells[useful]), np.log(exposed[useful]))
    return _variation(phi, overdispersion.alpha(model, conf_level), conf_level)


def _indicators(cells: NDArray[np.intp]) -> NDArray[np.float64]:
    return np.asarray(cells[:, None] == np.unique(cells), dtype=float)


def _variation(phi: PhiFound, alpha: AlphaFound | Statement, conf_level: float) -> Variation:
    from evalkit.inference.dispersion import Dispersion
    from evalkit.inference.rule import choose

    reported = choose(Dispersion(phi.interval.estimate, phi.df))
    why = caveats.reported_poisson() if reported is Method.EXACT else caveats.reported_quasi_poisson()
    told = Estimate(
        scale=Scale.DISPERSION,
        status=EstimateStatus.ESTIMATED,
        estimate=phi.interval.estimate,
        conf_low=phi.interval.low,
        conf_high=phi.interval.high,
        conf_level=conf_level,
        p_value=phi.interval.p_value,
        null=1.0,
        df=phi.df,
        method=Method.CHI_SQUARE.value,
        tests=(_tested("Pearson chi-square", phi.test),),
    )
    return Variation(told, _alpha(alpha, conf_level), reported, why)


def _alpha(found: AlphaFound | Statement, conf_level: float) -> Estimate:
    if isinstance(found, Statement):
        return refusal(Scale.DISPERSION, found, conf_level=conf_level)
    return Estimate(
        scale=Scale.DISPERSION,
        status=EstimateStatus.ESTIMATED,
        estimate=found.interval.estimate,
        conf_low=found.interval.low,
        conf_high=found.interval.high,
        conf_level=conf_level,
        p_value=found.likelihood_ratio.p_value,
        null=0.0,
        method=Method.NB2.value,
        tests=(
            _tested("likelihood ratio, Poisson against NB2", found.likelihood_ratio),
            _tested("Dean's score, Poisson against NB2", found.score),
        ),
    )


def _tested(name: str, test: Signal) -> Tested:
    return Tested(name, test.statistic, test.p_value, test.df)


def _unknown(reason: Statement, conf_level: float) -> Variation:
    none = refusal(Scale.DISPERSION, reason, conf_level=conf_level)
    return Variation(none, none, Method.EXACT, reason)
