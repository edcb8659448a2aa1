"""Whether two sides wait equally long: the log-rank test, plain or within strata, for many pairs at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from evalkit.inference.intervals import Floats
from evalkit.inference.risk_sets import gather


@dataclass(frozen=True, slots=True, eq=False)
class LogRank:
    """The test of each pair, shape ``(pairs,)``: chi-square with one degree of freedom.

    Where nothing could have differed (no event while both sides had anyone waiting) the statistic is nan.
    """

    observed: Floats
    expected: Floats
    statistic: Floats
    p_value: Floats


def log_rank(
    days: Floats,
    event: NDArray[np.bool_],
    on_side: NDArray[np.bool_],
    stratum: NDArray[np.int64],
    pair: NDArray[np.int64],
) -> LogRank:
    """Compare the units ``on_side`` with the others, within strata, summed over the strata of each pair.

    Parameters
    ----------
    days, event, on_side
        Shape ``(units,)``.
    stratum
        Shape ``(units,)``: numbers from 0, each of which occurs. Units are compared only within one.
    pair
        Shape ``(strata,)``: which pair, from 0, each stratum belongs to.

    Source: Mantel 1966, Cancer Chemotherapy Reports 50:163-170, with the hypergeometric variance.

    Examples
    --------
    >>> import numpy as np
    >>> from evalkit.inference.log_rank import log_rank
    >>> days, one = np.array([1.0, 2, 3, 4, 5, 6]), np.array([True, True, True, False, False, False])
    >>> found = log_rank(days, np.ones(6, dtype=bool), one, np.zeros(6, dtype=int), np.zeros(1, dtype=int))
    >>> round(float(found.statistic[0]), 4)
    5.0517
    """
    # Events of the side are one cause and those of the others another; who waits is counted the same way.
    sets = gather(days, np.where(event, np.where(on_side, 1, 2), 0), stratum, causes=2)
    ones = np.where(on_side, 1, 2)
    ends = gather(days, ones, stratum, causes=2).events[:, 0].astype(np.float64)
    side_at_risk = sets.running(ends, backwards=True)
    at_risk, ended = sets.at_risk.astype(np.float64), sets.any_event
    part = side_at_risk / at_risk
    spread = np.where(at_risk > 1, part * (1 - part) * ended * (at_risk - ended) / np.maximum(at_risk - 1, 1.0), 0.0)
    pairs = int(pair.max()) + 1
    observed, expected, variance = (
        np.asarray(np.bincount(pair, weights=sets.total(values), minlength=pairs), dtype=np.float64)
        for values in (sets.events[:, 0].astype(np.float64), part * ended, spread)
    )
    something = variance > 0
    statistic = np.where(something, (observed - expected) ** 2 / np.where(something, variance, 1.0), np.nan)
    return LogRank(observed, expected, statistic, np.asarray(special.chdtrc(1.0, statistic)))
