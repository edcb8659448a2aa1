"""When errors worked out from units that join hold, and on how many degrees of freedom.

Errors of group-time averages and of extended two-way effects are sums over the units of each group. A group of few
gives errors that are too small however many other units there are, so that tests at 5 % reject the truth in 10 to 20 %
(``benchmarks/calibration_staggered.py``); the smallest group decides, not the number of all. Units of unlike size are
worth fewer than their number: a group of ten in which one has half of the events is worth three or four.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from evalkit.inference.cluster_jackknife import LEAST_EFFECTIVE
from evalkit.inference.group_time import Whole
from evalkit.inference.intervals import Floats

LEAST_CLUSTERS = 30
LEAST_PER_GROUP = 10
_ROUNDING = 1e-9
_LEAST_DF = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Clusters:
    """How many clusters there are, in all and by group, how many equal ones they are worth, and degrees of freedom.

    Groups are those that join together, and those that never do; clusters with units of several groups are a kind of
    their own.

    Attributes
    ----------
    number, smallest
        How many in all, and in the smallest group.
    df
        The clusters that join less their groups, or the clusters that never join less one, whichever is fewer: as if
        they were of like size.
    kind
        Shape ``(clusters,)``, in the order of their labels.
    worth
        Shape ``(kinds,)``: how many clusters of equal size those of a kind are worth, ``(Σ size)² / Σ size²``.

    Source: Kish 1965, Survey Sampling, section 11.7; Carter, Schnepel and Steigerwald 2017, Review of Economics and
    Statistics 99:698-709 (effective numbers); Satterthwaite 1946, Biometrics Bulletin 2:110-114, and Welch 1947,
    Biometrika 34:28-35 (degrees of freedom of a sum of variances).

    Examples
    --------
    >>> import numpy as np
    >>> from evalkit.inference.joining_rule import Clusters
    >>> joined = np.repeat([1, 2, 4], [12, 12, 15])
    >>> found = Clusters.of(joined, 4)
    >>> found.number, found.smallest, found.df, found.worth.tolist(), found.enough
    (39, 12, 14, [12.0, 12.0, 15.0], True)
    >>> sizes = np.where(np.arange(39) == 0, 100.0, 1.0)
    >>> Clusters.of(joined, 4, sizes=sizes).enough
    False
    """

    number: int
    smallest: int
    df: int
    kind: Whole
    worth: Floats

    @classmethod
    def of(
        cls, joined: Whole, periods: int, cluster: NDArray[np.int64] | None = None, *, sizes: Floats | None = None
    ) -> Self:
        """Count.

        Parameters
        ----------
        joined
            Shape ``(units,)``: the place of the first period in which a unit had joined; ``periods`` for never.
        cluster
            Shape ``(units,)``; units when ``None``.
        sizes
            Shape ``(units,)``: the events of each, which the level of its group follows; alike when ``None``.
        """
        own = np.arange(joined.size) if cluster is None else cluster
        date = np.minimum(joined, periods)
        joining = [np.unique(own[date == one]).size for one in np.unique(date) if one < periods]
        never = int(np.unique(own[date == periods]).size)
        df = sum(joining) - len(joining)
        heads = [*joining, never] if never else joining
        kind, worth = _kinds(own, date, np.ones(joined.size) if sizes is None else sizes)
        return cls(kind.size, min(heads, default=0), min(df, never - 1) if never else df, kind, worth)

    @property
    def least_worth(self) -> float:
        """How many clusters of equal size the kind is worth that is worth the fewest."""
        return float(self.worth.min(initial=np.inf))

    @property
    def many(self) -> bool:
        """Whether there are 30 clusters in all and 10 in every group."""
        return self.number >= LEAST_CLUSTERS and self.smallest >= LEAST_PER_GROUP

    @property
    def enough(self) -> bool:
        """Whether errors hold: there are many, and every kind is worth more than three of equal size."""
        return self.many and self.least_worth > LEAST_EFFECTIVE + _ROUNDING

    @property
    def covariance_df(self) -> float:
        """Degrees of freedom of a covariance as a whole: what all are worth, less one for each kind."""
        return float((self.worth - 1).sum())

    def degrees(self, parts: Floats) -> Floats:
        """Degrees of freedom of Student's t for each row, at least one; shape ``(rows,)``.

        A row's variance is a sum over kinds, each with as many degrees as its clusters are worth, less one.

        Parameters
        ----------
        parts
            Shape ``(clusters, rows)``: what each cluster has in the error of a row, the sum of squares its variance.
        """
        by_kind = np.stack([(parts[self.kind == kind] ** 2).sum(axis=0) for kind in range(self.worth.size)])
        with np.errstate(divide="ignore", invalid="ignore"):
            degrees = by_kind.sum(axis=0) ** 2 / (by_kind**2 / (self.worth - 1)[:, None]).sum(axis=0)
        return np.asarray(np.maximum(np.nan_to_num(degrees, nan=_LEAST_DF, posinf=self.number - 1.0), _LEAST_DF))


def _kinds(own: NDArray[np.int64], date: Whole, sizes: Floats) -> tuple[Whole, Floats]:
    """The kind of each cluster, and what the clusters of each kind are worth."""
    places = np.unique(own, return_inverse=True)[1].reshape(-1)
    first, last = np.full(places.max(initial=-1) + 1, np.iinfo(np.int64).max), np.full(places.max(initial=-1) + 1, -1)
    np.minimum.at(first, places, date)
    np.maximum.at(last, places, date)
    kind = np.unique(np.where(first == last, first, -1), return_inverse=True)[1].reshape(-1).astype(np.int64)
    total = np.bincount(places, weights=sizes, minlength=first.size)
    squares = np.bincount(kind, weights=total**2)
    with np.errstate(invalid="ignore"):
        worth = np.where(squares > 0, np.bincount(kind, weights=total) ** 2 / squares, 0.0)
    return kind, np.asarray(worth)
