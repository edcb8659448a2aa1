"""Several metrics tested on one set of permutations, for a step-down that uses how they hang together."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from evalkit.comparisons.permutation import ask
from evalkit.estimates import Estimate, frame_of
from evalkit.inference.adjustment import Adjustment

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl

    from evalkit.comparisons.permutation import Flags, Values
    from evalkit.comparisons.result import Column
    from evalkit.inference.permutation import Permuted

_NO_SPREAD = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class PermutationDraws:
    """What each metric would have shown under other assignments, the same ones for all metrics.

    Attributes
    ----------
    estimates
        As from :func:`permutation_test`, one per metric.
    statistics
        Shape ``(metrics,)``: abs(difference) over its spread among the assignments, so that metrics in different
        units can be compared; nan where the metric was refused.
    draws
        Shape ``(assignments, metrics)``: the same in every assignment but the observed one, nan where refused.

    Examples
    --------
    >>> import numpy as np
    >>> import evalkit as ek
    >>> values = np.array([[9.0, 2], [8, 5], [7, 1], [1, 3], [2, 4], [3, 0]])
    >>> found = ek.permutation_draws(values, np.arange(6) < 3)
    >>> ek.romano_wolf(found.statistics, found.draws).tolist(), found.adjusted()[0].p_adjusted
    ([0.1, 1.0], 0.1)
    """

    estimates: tuple[Estimate, ...]
    statistics: NDArray[np.float64]
    draws: NDArray[np.float64]

    def adjusted(self) -> tuple[Estimate, ...]:
        """The estimates with ``p_adjusted`` by Romano and Wolf's step-down over all that could be made.

        A refused metric has no draws to be compared with, so it is not in the family; :func:`adjust` counts it there.
        """
        from evalkit.inference.multiplicity import romano_wolf

        values = romano_wolf(self.statistics, self.draws).tolist() if len(self.draws) else []
        return tuple(
            replace(item, p_adjusted=value, multiplicity=Adjustment.ROMANO_WOLF.value) if item.is_estimated else item
            for item, value in zip(self.estimates, values or [None] * len(self.estimates), strict=True)
        )

    def to_frame(self) -> pl.DataFrame:
        """One row per metric with the columns of estimates."""
        return frame_of(self.estimates)

    def _repr_html_(self) -> str:
        from evalkit.views import estimates_view

        return estimates_view(self.estimates)

    def __repr__(self) -> str:
        return f"PermutationDraws: {len(self.estimates)} metrics, {len(self.draws)} assignments beside the observed"


def permutation_draws(
    values: Values,
    treated: Flags | None = None,
    *,
    blocks: Column | Sequence[object] | None = None,
    shifts: bool = False,
    draws: int = 9999,
    seed: int = 1,
    conf_level: float = 0.95,
) -> PermutationDraws:
    """The permutation test of many metrics with the draws behind it.

    Every metric meets the same assignments, so the draws keep how metrics hang together, and
    :func:`romano_wolf` needs to assume nothing about it.

    Parameters
    ----------
    values, treated, blocks, shifts, draws, seed, conf_level
        As in :func:`permutation_test`; a frame or matrix (units × metrics) in one call.

    Returns
    -------
    PermutationDraws
        With ``adjusted()``. When all assignments were gone through, the observed one is left out of ``draws``, since
        :func:`romano_wolf` counts it: adjusted p-values are then exact too.

    Raises
    ------
    EstimationError
        As :func:`permutation_test`.

    Notes
    -----
    Westfall and Young 1993, algorithm 2.8 with the size of the difference over its permutation spread; Romano and Wolf
    2005, Econometrica 73:1237. Holds the risk of any false finding when the metrics without a difference have a joint
    distribution that assignment does not change.

    Examples
    --------
    >>> import polars as pl
    >>> import evalkit as ek
    >>> rates = pl.DataFrame({"fines": [9.0, 1, 2, 4], "visits": [5.0, 3, 1, 4]})
    >>> found = ek.permutation_draws(rates, pl.Series([True, False, False, False]))
    >>> [(item.metric, item.p_value, item.p_adjusted) for item in found.adjusted()]
    [('fines', 0.25, 0.25), ('visits', 0.5, 0.5)]
    """
    asked = ask("permutation_draws()", values, treated, blocks, draws, seed, conf_level, shifts=shifts)
    test = asked.tested()
    statistics = np.full(len(asked.names), np.nan)
    drawn = np.full((0 if test is None else len(test.draws), len(asked.names)), np.nan)
    if test is not None:
        largest = np.abs(asked.numbers[:, asked.there]).max(axis=0)
        statistics[asked.there], drawn[:, asked.there] = _scaled(test, largest)
    return PermutationDraws(estimates=asked.estimates(test), statistics=statistics, draws=drawn)


def _scaled(test: Permuted, largest: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Both over the root mean square of all assignments, the observed among them, which assignment cannot change."""
    squares = (test.draws**2).sum(axis=0) + test.difference**2
    spread = np.sqrt(squares / (len(test.draws) + 1))
    varies = spread > _NO_SPREAD * largest
    over = np.where(varies, spread, 1.0)
    return np.where(varies, test.reached / over, 0.0), np.where(varies, test.draws / over, 0.0)
