"""When errors worked out from units that join hold, and on how many degrees of freedom.

Errors of group-time averages and of extended two-way effects are sums over the units of each group. A group of few
gives errors that are too small however many other units there are, so that tests at 5 % reject the truth in 10 to 20 %
(``benchmarks/calibration_staggered.py``); the smallest group decides, not the number of all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from evalkit.inference.group_time import Whole

LEAST_CLUSTERS = 30
LEAST_PER_GROUP = 10


@dataclass(frozen=True, slots=True)
class Clusters:
    """How many clusters there are in all, in the smallest group, and degrees of freedom of Student's t.

    Groups are those that join together, and those that never do. The degrees are the clusters that join less their
    groups, or the clusters that never join less one, whichever is fewer.

    Examples
    --------
    >>> import numpy as np
    >>> from evalkit.inference.joining_rule import Clusters
    >>> found = Clusters.of(np.repeat([1, 2, 4], [12, 12, 15]), 4)
    >>> found.number, found.smallest, found.df, found.enough
    (39, 12, 14, True)
    """

    number: int
    smallest: int
    df: int

    @classmethod
    def of(cls, joined: Whole, periods: int, cluster: NDArray[np.int64] | None = None) -> Self:
        """Count.

        Parameters
        ----------
        joined
            Shape ``(units,)``: the place of the first period in which a unit had joined; ``periods`` for never.
        cluster
            Shape ``(units,)``; units when ``None``.
        """
        own = np.arange(joined.size) if cluster is None else cluster
        date = np.minimum(joined, periods)
        joining = [np.unique(own[date == one]).size for one in np.unique(date) if one < periods]
        never = int(np.unique(own[date == periods]).size)
        df = sum(joining) - len(joining)
        sizes = [*joining, never] if never else joining
        return cls(int(np.unique(own).size), min(sizes, default=0), min(df, never - 1) if never else df)

    @property
    def enough(self) -> bool:
        """Whether errors hold: 30 clusters in all and 10 in every group."""
        return self.number >= LEAST_CLUSTERS and self.smallest >= LEAST_PER_GROUP
