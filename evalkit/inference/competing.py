"""The share that has ended in one way, when other ways of ending stand in its way (Aalen and Johansen).

A person whom the support lost contact with will not reach the next step. Counted as still waiting, that person would
make the share that reaches it too large in the end; here such an end is one of its own.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evalkit import refusals
from evalkit.inference import beta_products, durations
from evalkit.inference.beta_products import Product
from evalkit.inference.durations import Waiting
from evalkit.inference.intervals import Counts, Floats, Intervals
from evalkit.inference.levels import normal_quantile
from evalkit.inference.risk_sets import RiskSets

_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Incidence:
    """The cumulative incidence of one cause, numbered from 1, after each row of ``sets``, and its variance."""

    sets: RiskSets
    cause: int
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
    before = _before(sets, whole.share)
    share = sets.running(before * of_cause / at_risk)
    return Incidence(
        sets=sets,
        cause=cause,
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
    waited = np.where(before, 1.0, found.waiting.share[row])
    least = np.where(before, sets.units, _least_trials(found)[row])
    low, high = _limits(share, variance, _trials(seen, waited, least), conf_level)
    ended = ~before & (row == sets.last) & (seen == 0)
    low, high = _with_unseen(found, (share, low, high), np.flatnonzero(ended), conf_level)
    beyond = (sets.follow_up < day) & (durations.state_on(found.waiting, day).share > 0)
    answer = Intervals(estimate=share, low=low, high=high, std_error=np.sqrt(variance))
    thin = durations.thin(found.waiting, day)
    return answer.refuse(beyond, refusals.beyond_follow_up()).refuse(thin, refusals.too_few_waiting())


def limits(found: Incidence, conf_level: float) -> tuple[Floats, Floats]:
    """Lower and upper limits of the share after each row."""
    sets = found.sets
    seen = sets.at_risk - sets.any_event
    trials = _trials(seen, found.waiting.share, _least_trials(found))
    low, high = _limits(found.share, found.variance, trials, conf_level)
    ended, last = np.flatnonzero(seen[sets.last] == 0), sets.last
    found_last = (found.share[last], low[last], high[last])
    low[last], high[last] = _with_unseen(found, found_last, ended, conf_level)
    return low, high


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


def _least_trials(found: Incidence) -> Floats:
    """How many units those at risk amount to, the least of all rows of the group so far.

    Whoever ended otherwise is known not to have ended so, and is a trial as good as one who still waits: of ``S`` that
    still wait, ``Y`` followed units stand for ``Y / S`` from the start. Those lost are no trials.
    """
    sets = found.sets
    return sets.running_least(sets.at_risk / _before(sets, found.waiting.share))


def _before(sets: RiskSets, share: Floats) -> Floats:
    """The share still waiting when each row's day comes."""
    before = np.append(1.0, share[:-1])
    before[sets.first] = 1.0
    return before


def _trials(seen: Counts, waited: Floats, least: Floats) -> Floats:
    return np.where(seen > 0, np.minimum(least, seen / np.where(seen > 0, waited, 1.0)), 0.0)


def _limits(share: Floats, variance: Floats, trials: Floats, conf_level: float) -> tuple[Floats, Floats]:
    """Symmetric for log(-log(1 - share)); exact where none has ended so, which has no variance.

    With none the upper limit is that of none among ``trials`` (:func:`_least_trials`). All have ended so only where
    nobody is left, which :func:`_with_unseen` sees to.
    """
    outer = (1 - conf_level) / 2
    # Rounding can leave a share of none or all, and no variance, a little off.
    inside = (share > 0) & (share < 1) & (variance > 1e-24)  # noqa: PLR2004
    rest = np.where(inside, 1 - share, 0.5)
    z = normal_quantile(conf_level)
    stretch = np.exp(np.minimum(z * np.sqrt(variance) / (rest * -np.log(rest)), 700.0))
    none_high = np.where(trials > 0, 1 - outer ** (1 / np.maximum(trials, 1)), 0.0)
    high = np.where(inside, 1 - rest**stretch, np.where(share > 0.5, 1.0, none_high))  # noqa: PLR2004
    low = np.where(inside, 1 - rest ** (1 / stretch), np.where(share > 0.5, 1.0, 0.0))  # noqa: PLR2004
    return np.minimum(low, share), np.maximum(high, share)


def _with_unseen(
    found: Incidence, limits: tuple[Floats, Floats, Floats], ended: NDArray[np.intp], conf_level: float
) -> tuple[Floats, Floats]:
    """Limits of the groups where nobody is left, widened for how little their last units can tell.

    The last units ended all in one way, which leaves no variance, but they may stand for many who were lost. Since the
    last end of the other way each unit is a trial without exception: what the limits of Fay, Brittain and Proschan
    (see :mod:`~evalkit.inference.beta_products`) leave of the share that waited then may have ended otherwise. It is
    put together with the earlier limits as Zou and Donner 2008, Statistics in Medicine 27:1693-1702, do (MOVER).

    Parameters
    ----------
    found
        The curves.
    limits
        Share, lower and upper limit, shape ``(groups,)``.
    ended
        The groups where nobody is left.
    conf_level
        The level.
    """
    sets, (share, low, high) = found.sets, limits
    row = sets.last[ended]
    of_cause = sets.events[:, found.cause - 1]
    for of_last, of_other in ((of_cause, sets.any_event - of_cause), (sets.any_event - of_cause, of_cause)):
        alone = ended[of_last[row] == sets.any_event[row]]
        unseen = _unseen(found, alone, of_other, conf_level)
        if of_last is of_cause:
            low[alone] = share[alone] - np.hypot(share[alone] - low[alone], unseen)
        else:
            high[alone] = share[alone] + np.hypot(high[alone] - share[alone], unseen)
    return np.maximum(low, 0.0), np.minimum(high, 1.0)


def _unseen(found: Incidence, groups: NDArray[np.intp], of_other: Counts, conf_level: float) -> Floats:
    """The upper limit of the share that ended in the other way unseen since the last time that anyone was seen to."""
    sets, product = found.sets, found.waiting.product
    places = np.maximum.reduceat(np.where(of_other > 0, np.arange(of_other.size), -1), sets.first)[groups]
    never, start, end = places < 0, np.maximum(places, 0), sets.last[groups]
    waited = np.where(never, 1.0, found.waiting.share[start])
    since = Product(
        product.log_mean[end] - np.where(never, 0.0, product.log_mean[start]),
        product.log_spread[end] - np.where(never, 0.0, product.log_spread[start]),
    )
    _, high = beta_products.limits(since, np.zeros(groups.size, dtype=np.int64), conf_level)
    # Without anyone lost the variance is the binomial's, which is that of the whole group.
    stood_for = waited * sets.units[groups] / sets.at_risk[np.where(never, sets.first[groups], start + 1)]
    return np.where(never | (stood_for > 1 + _ROUNDING), waited * high, 0.0)
