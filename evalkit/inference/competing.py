"""The share that has ended in one way, when other ways of ending stand in its way (Aalen and Johansen).

A person whom the support lost contact with will not reach the next step. Counted as still waiting, that person would
make the share that reaches it too large in the end; here such an end is one of its own.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from evalkit import refusals
from evalkit.inference import durations
from evalkit.inference.durations import Waiting
from evalkit.inference.intervals import Counts, Floats, Intervals
from evalkit.inference.levels import normal_quantile
from evalkit.inference.risk_sets import RiskSets


@dataclass(frozen=True, slots=True, eq=False)
class Incidence:
    """The cumulative incidence of one cause after each row of ``sets``, and its variance."""

    sets: RiskSets
    share: Floats
    variance: Floats
    waiting: Waiting


def aalen_johansen(sets: RiskSets, cause: int) -> Incidence:
    """The cumulative incidence of the cause numbered ``cause``, from 1.

    The variance is Greenwood's, so that with a single cause this is one less Kaplan and Meier's curve, with the same
    standard error.

    Source: Aalen and Johansen 1978, Scandinavian Journal of Statistics 5:141-150; variance by the delta method,
    Marubini and Valsecchi 1995, section 10.2.

    Examples
    --------
    >>> import numpy as np
    >>> from evalkit.inference.competing import aalen_johansen
    >>> from evalkit.inference.risk_sets import gather
    >>> sets = gather(np.array([1.0, 2, 3, 4]), np.array([1, 2, 1, 0]), np.zeros(4, dtype=int), causes=2)
    >>> aalen_johansen(sets, 1).share.tolist()
    [0.25, 0.25, 0.5, 0.5]
    """
    whole = durations.kaplan_meier(sets)
    at_risk, ended = sets.at_risk.astype(np.float64), sets.any_event
    of_cause = sets.events[:, cause - 1]
    before = np.append(1.0, whole.share[:-1])
    before[sets.first] = 1.0
    share = sets.running(before * of_cause / at_risk)
    return Incidence(
        sets=sets,
        share=share,
        variance=_variance(sets, share, before, of_cause, ended),
        waiting=whole,
    )


def at(found: Incidence, day: float, conf_level: float) -> Intervals:
    """The share of each group that has ended so by ``day``, shape ``(groups,)``."""
    sets = found.sets
    place = sets.place(day)
    before, row = place < 0, np.maximum(place, 0)
    share = np.where(before, 0.0, found.share[row])
    variance = np.where(before, 0.0, found.variance[row])
    waiting = np.where(before, sets.units, sets.left[row])
    seen = np.where(before | (sets.day[row] < day), waiting, sets.at_risk[row] - sets.any_event[row])
    low, high = _limits(share, variance, sets.units, seen, conf_level)
    beyond = durations.unfollowed(found.waiting, day)
    answer = Intervals(estimate=share, low=low, high=high, std_error=np.sqrt(variance))
    thin = durations.thin(found.waiting, day)
    return answer.refuse(beyond, refusals.beyond_follow_up()).refuse(thin, refusals.too_few_waiting())


def limits(found: Incidence, conf_level: float) -> tuple[Floats, Floats]:
    """Lower and upper limits of the share after each row."""
    sets = found.sets
    seen = sets.at_risk - sets.any_event
    return _limits(found.share, found.variance, sets.units[sets.group], seen, conf_level)


def _variance(sets: RiskSets, share: Floats, before: Floats, of_cause: Counts, ended: Counts) -> Floats:
    at_risk = sets.at_risk.astype(np.float64)
    # On the day on which nobody is left, everything that the sum multiplies this term with is zero.
    all_causes = np.where(at_risk > ended, ended / (at_risk * np.maximum(at_risk - ended, 1.0)), 0.0)
    own = before**2 * of_cause * (at_risk - of_cause) / at_risk**3
    shared = before * of_cause / at_risk**2
    total = (
        share**2 * sets.running(all_causes)
        - 2 * share * sets.running(share * all_causes)
        + sets.running(share**2 * all_causes)
        + sets.running(own)
        - 2 * share * sets.running(shared)
        + 2 * sets.running(share * shared)
    )
    return np.maximum(total, 0.0)


def _limits(share: Floats, variance: Floats, units: Counts, seen: Counts, conf_level: float) -> tuple[Floats, Floats]:
    """Symmetric for log(-log(1 - share)); exact where none or all have ended so, which has no variance.

    With none the upper limit is that of none among those seen until the day; with all the lower limit is that of
    all among the units.
    """
    outer = (1 - conf_level) / 2
    # Rounding can leave a share of none or all, and no variance, a little off.
    inside = (share > 0) & (share < 1) & (variance > 1e-24)  # noqa: PLR2004
    rest = np.where(inside, 1 - share, 0.5)
    z = normal_quantile(conf_level)
    stretch = np.exp(np.minimum(z * np.sqrt(variance) / (rest * -np.log(rest)), 700.0))
    none_high = 1 - outer ** (1 / np.maximum(seen, 1))
    high = np.where(inside, 1 - rest**stretch, np.where(share > 0.5, 1.0, np.where(seen > 0, none_high, 1.0)))  # noqa: PLR2004
    low = np.where(inside, 1 - rest ** (1 / stretch), np.where(share > 0.5, outer ** (1 / units), 0.0))  # noqa: PLR2004
    return np.minimum(low, share), np.maximum(high, share)
