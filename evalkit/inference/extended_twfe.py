"""Two-way fixed effects with a term for each group in each period after joining, for counts.

The model is log-linear: unit effects, period effects, and for every group that joined together a factor in each period
since. So no unit that has joined is the comparison of another. Unlike a group-time effect, each factor is measured
against all periods before, not one, which is why it stands small counts better, and leans on parallel development
throughout them.

Source: Wooldridge 2023, The Econometrics Journal 26:C31-C66, sections 3 and 5; for linear models Wooldridge 2021.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evalkit import refusals
from evalkit.inference import cluster_jackknife, cluster_robust, fixed_effects
from evalkit.inference.absorbing import Effects
from evalkit.inference.cluster_jackknife import LEAST_EFFECTIVE
from evalkit.inference.fixed_effects import Fit
from evalkit.inference.group_time import JoiningPanel, Whole
from evalkit.inference.intervals import Floats
from evalkit.inference.joining_rule import LEAST_CLUSTERS, LEAST_PER_GROUP, Clusters
from evalkit.statements import Statement


@dataclass(frozen=True, slots=True, eq=False)
class CohortTerms:
    """A term for each group and period.

    Attributes
    ----------
    group, period
        Shape ``(terms,)``: places.
    matrix
        Shape ``(units * periods, terms)``, units' periods after each other.
    """

    group: Whole
    period: Whole
    matrix: Floats

    @property
    def since(self) -> Whole:
        """Periods since joining, shape ``(terms,)``; negative before."""
        return self.period - self.group


@dataclass(frozen=True, slots=True, eq=False)
class Extended:
    """Log factors of groups in periods, with their covariance.

    Attributes
    ----------
    terms
        What each is of.
    estimate, covariance
        Shapes ``(terms,)``, ``(terms, terms)``; nan for a term the data cannot tell.
    parts
        Shape ``(clusters, terms)``: what each cluster has in the errors; their products make the covariance.
    average, std_error
        The mean of the terms after joining, weighted by the units behind each, and its standard error.
    weight
        The weight of the units behind each term, shape ``(terms,)``.
    clusters
        How many there are, and what they are worth.
    classical
        Whether the errors are those of the sandwich.
    """

    terms: CohortTerms
    estimate: Floats
    covariance: Floats
    parts: Floats
    average: float
    std_error: float
    weight: Floats
    clusters: Clusters
    classical: bool

    def degrees(self, rows: Floats) -> Floats:
        """Degrees of freedom of Student's t for weighted means of the terms, ``rows`` of shape ``(rows, terms)``."""
        if self.classical:
            return np.full(len(rows), float(self.clusters.df))
        return self.clusters.degrees(np.where(np.isnan(self.parts), 0.0, self.parts) @ rows.T)


def cohort_terms(joined: Whole, periods: int, *, leads: bool = False) -> CohortTerms:
    """Terms for groups in periods after joining; with ``leads`` also before, except the last period before.

    Units that have joined before the second period have no time before to be compared with; leave them out.
    """
    flat_joined, flat_period = np.repeat(joined, periods), np.tile(np.arange(periods), joined.size)
    pairs = [
        (date, period)
        for date in np.unique(joined[(joined > 0) & (joined < periods)]).tolist()
        for period in range(periods)
        if period >= date or (leads and period != date - 1)
    ]
    group, period = (np.array([pair[at] for pair in pairs], dtype=np.int64) for at in (0, 1))
    matrix = (flat_joined[:, None] == group) & (flat_period[:, None] == period)
    return CohortTerms(group, period, matrix.astype(float))


def linear(values: Floats, joined: Whole, *, leads: bool = False) -> Floats:
    """The same model for means: the coefficients, shape ``(terms,)``.

    With leads and never-joined units only as comparison, they are the group-time effects with a universal base.
    """
    units, periods = values.shape
    terms = cohort_terms(joined, periods, leads=leads)
    return fixed_effects.linear(values.ravel(), terms.matrix, _effects(units, periods)).coefficients


def counts(
    panel: JoiningPanel,
    *,
    cluster: NDArray[np.int64] | None = None,
    leads: bool = False,
    few: bool = False,
    classical: bool = False,
) -> Extended | Statement:
    """Poisson pseudo maximum likelihood with errors that allow any dependence within clusters.

    Parameters
    ----------
    panel
        Counts and exposures above 0; no unit that had joined in the first period.
    cluster
        Shape ``(units,)``; units when left out.
    leads
        Also a term for each period before joining, except the last.
    few
        Give errors also where they are known to be too small, to compare with other programs.
    classical
        Errors of the sandwich by cluster, which other programs print, instead of leaving out one cluster at a time.

    Returns
    -------
    Extended or Statement
        A refusal with fewer than 30 clusters, fewer than 10 in a group, or a group worth no more than three of equal
        size (:mod:`evalkit.inference.joining_rule`): the robust error of a term that only one cluster tells is zero,
        whatever the truth. Also when a factor cannot be told, with all clusters or without one of them.

    Notes
    -----
    The covariance is CV3, by leaving out one cluster at a time: MacKinnon, Nielsen and Webb 2023, Journal of Applied
    Econometrics 38:671-694. The classical one is the sandwich times G/(G - 1) for G clusters: Cameron and Miller 2015,
    Journal of Human Resources 50:317-372.

    Examples
    --------
    >>> import numpy as np
    >>> from evalkit.inference import extended_twfe
    >>> from evalkit.inference.group_time import JoiningPanel
    >>> joined = np.repeat([1, 2, 3], 10)
    >>> means = np.outer(np.arange(10, 40), [1.0, 1.1, 1.2]) * np.where(np.arange(3) >= joined[:, None], 1.5, 1)
    >>> panel = JoiningPanel(means, np.ones((30, 3)), joined, np.ones(30), ratio=True)
    >>> round(float(np.exp(extended_twfe.counts(panel).average)), 9)
    1.5
    """
    sizes = panel.top.sum(axis=1)
    refused = None if few else unfit(Clusters.of(panel.joined, panel.periods, cluster, sizes=sizes))
    if refused is not None:
        return refused
    terms = cohort_terms(panel.joined, panel.periods, leads=leads)
    fit = fixed_effects.poisson(
        panel.top.ravel(),
        terms.matrix,
        _effects(panel.units, panel.periods),
        offset=np.log(panel.bottom.ravel()),
    )
    if isinstance(fit, Statement):
        return fit
    after = terms.period >= terms.group
    if not after.any() or np.isnan(fit.coefficients[after]).any():
        return refusals.not_told_apart()
    own = np.arange(panel.units) if cluster is None else cluster
    some = fit.used.reshape(panel.units, panel.periods).any(axis=1)
    clusters = Clusters.of(panel.joined[some], panel.periods, own[some], sizes=sizes[some])
    parts = np.full((clusters.number, terms.group.size), np.nan)
    parts[:, fit.kept] = _parts(fit, np.repeat(own, panel.periods)[fit.used], classical=classical)
    behind = terms.matrix.reshape(panel.units, -1, terms.group.size).sum(axis=1).T @ panel.weights
    weight = after * behind / (after * behind).sum()
    used = weight > 0
    average, error = float(weight[used] @ fit.coefficients[used]), float(np.linalg.norm(parts[:, used] @ weight[used]))
    if np.isnan(error):
        return refusals.rests_on_one_area()
    return Extended(
        terms, fit.coefficients, parts.T @ parts, parts, average, error, behind, clusters, classical=classical
    )


def unfit(clusters: Clusters) -> Statement | None:
    """Why errors would be far too small; ``None`` when they would not."""
    if not clusters.many:
        return refusals.too_few_in_a_group(LEAST_CLUSTERS, LEAST_PER_GROUP)
    if not clusters.enough:
        return refusals.too_few_effective_clusters(clusters.least_worth, LEAST_EFFECTIVE)
    return None


def _parts(fit: Fit, cluster: NDArray[np.int64], *, classical: bool) -> Floats:
    """Shape ``(clusters, kept)``; the sum of their products is the covariance."""
    members = cluster_robust.places(cluster)
    groups = int(members.max()) + 1
    if classical:
        return np.asarray(math.sqrt(groups / (groups - 1)) * cluster_robust.by_cluster(fit.scores, members) @ fit.bread)
    return np.asarray(math.sqrt((groups - 1) / groups) * cluster_jackknife.changes(fit, members))


def _effects(units: int, periods: int) -> Effects:
    return Effects.of(np.repeat(np.arange(units), periods), np.tile(np.arange(periods), units))
