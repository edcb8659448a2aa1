"""The share still waiting day by day (Kaplan and Meier), and the day by which a share is done.

Everything is done for all groups at once. Days are any unit of time from 0; see
:mod:`~evalkit.inference.risk_sets` for what happens on day 0.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from evalkit import refusals
from evalkit.inference import beta_products
from evalkit.inference.beta_products import Product
from evalkit.inference.intervals import Counts, Floats, Intervals
from evalkit.inference.levels import normal_quantile
from evalkit.inference.method import Method
from evalkit.inference.risk_sets import RiskSets

METHODS = (Method.LOG_LOG, Method.LOG, Method.GREENWOOD, Method.EXACT)
# A share that equals its target but for rounding is taken as equal.
_ROUNDING = 1e-9
_LEAST_WAITING = 5
_MOST_STOOD_FOR = 2.0


@dataclass(frozen=True, slots=True, eq=False)
class Waiting:
    """The share still waiting after each row of ``sets``, and what its limits are made from.

    Attributes
    ----------
    share
        Shape ``(rows,)``: Kaplan and Meier's estimate.
    variance
        Greenwood's sum: the variance of the logarithm of the share; infinite where nobody is left.
    product
        For the exact limits.
    """

    sets: RiskSets
    share: Floats
    variance: Floats
    product: Product


@dataclass(frozen=True, slots=True, eq=False)
class State:
    """What is known at some days: of each row of a curve, or of each group on one day; ``waiting`` are seen to wait."""

    share: Floats
    variance: Floats
    product: Product
    waiting: Counts


def kaplan_meier(sets: RiskSets) -> Waiting:
    """The product-limit estimate with Greenwood's sum.

    Source: Kaplan and Meier 1958, Journal of the American Statistical Association 53:457-481; Greenwood 1926.

    Examples
    --------
    >>> import numpy as np
    >>> from evalkit.inference.durations import kaplan_meier
    >>> from evalkit.inference.risk_sets import gather
    >>> sets = gather(np.array([2.0, 4.0, 4.0, 9.0]), np.array([1, 1, 0, 1]), np.zeros(4, dtype=int))
    >>> kaplan_meier(sets).share.tolist()
    [0.75, 0.5, 0.0]
    """
    at_risk, ended = sets.at_risk, sets.any_event
    rest = at_risk - ended
    terms = np.where(rest > 0, ended / (at_risk * np.maximum(rest, 1.0)), np.inf)
    return Waiting(
        sets=sets,
        share=sets.running_product(rest / at_risk),
        variance=sets.running(terms),
        product=beta_products.product(sets),
    )


def limits(found: Waiting, conf_level: float, method: Method) -> tuple[Floats, Floats]:
    """Lower and upper limits of the share after each row."""
    waiting = found.sets.at_risk - found.sets.any_event
    return _limits(State(found.share, found.variance, found.product, waiting), conf_level, method)


def at(found: Waiting, day: float, conf_level: float, method: Method) -> Intervals:
    """The share of each group that waits longer than ``day``, shape ``(groups,)``."""
    state = state_on(found, day)
    low, high = _limits(state, conf_level, method)
    share = state.share
    beyond = (found.sets.follow_up < day) & (share > 0)
    return Intervals(estimate=share, low=np.minimum(low, share), high=np.maximum(high, share)).refuse(
        beyond, refusals.beyond_follow_up()
    )


def state_on(found: Waiting, day: float) -> State:
    """What is known of each group when ``day`` has passed."""
    sets = found.sets
    place = sets.place(day)
    before = place < 0
    row = np.maximum(place, 0)
    waiting = np.where(sets.day[row] == day, sets.at_risk[row] - sets.any_event[row], sets.left[row])
    return State(
        share=np.where(before, 1.0, found.share[row]),
        variance=np.where(before, 0.0, found.variance[row]),
        product=Product(
            np.where(before, 0.0, found.product.log_mean[row]), np.where(before, 0.0, found.product.log_spread[row])
        ),
        waiting=np.where(before, sets.units, waiting),
    )


def thin(found: Waiting, day: float) -> NDArray[np.bool_]:
    """Where fewer than five are followed to ``day``, or to the curve's end, and each stands for more than two units.

    Without censoring each stands for itself, however few they are. The two numbers are a rule of thumb, not derived;
    ``benchmarks/coverage_durations.py`` shows how often intervals hold the truth under it.
    """
    waiting, stood_for = _last_waiting(found, day)
    return np.asarray((waiting < _LEAST_WAITING) & (stood_for > _MOST_STOOD_FOR))


def unfollowed(found: Waiting, day: float) -> NDArray[np.bool_]:
    """Where nobody is followed to ``day`` but some were lost: how long those would have waited nobody shows.

    The curve may have come to 0 all the same, when its last units, who stood for the lost ones too, were not lost.
    """
    state = state_on(found, day)
    _, stood_for = _last_waiting(found, day)
    beyond = (found.sets.follow_up < day) & (state.share > 0)
    return np.asarray(beyond | ((state.waiting == 0) & (stood_for > 1 + _ROUNDING)))


def _last_waiting(found: Waiting, day: float) -> tuple[Counts, Floats]:
    """How many wait on ``day``, or did when the curve came to its end, and how many units each stands for."""
    sets, state = found.sets, state_on(found, day)
    row = np.maximum(sets.place(day), 0)
    before = np.where(row > sets.first, found.share[np.maximum(row - 1, 0)], 1.0)
    # Where the curve has come to its end, those count who were waiting when it did.
    share = np.where(state.waiting > 0, state.share, before)
    waiting = np.where(state.waiting > 0, state.waiting, sets.at_risk[row])
    return waiting, share * sets.units / waiting


def quantile(found: Waiting, done: float, conf_level: float, method: Method) -> Intervals:
    """The first day by which the share ``done`` of each group has ended, shape ``(groups,)``.

    The limits are the days on which the limits of the curve cross. A curve that lies level at exactly the share
    gives the middle of the level stretch. Infinity as the upper limit: the data set none.

    Source: Brookmeyer and Crowley 1982, Biometrics 38:29-41.
    """
    sets, target = found.sets, 1 - done
    # At its ends the curve has the exact limits here: by mid-p the first and the last of five would be a 95 % interval
    # of the median, which they hold with 93.75 %.
    waiting = sets.at_risk - sets.any_event
    state = State(found.share, found.variance, found.product, waiting)
    low, high = _limits(state, conf_level, method, ends=conf_level)
    start_low, _ = _limits(state_on(found, -1.0), conf_level, method, ends=conf_level)
    estimate = _middle(found, target)
    first_low = np.where(start_low <= target + _ROUNDING, 0.0, _first_day(sets, low <= target + _ROUNDING))
    first_high = _first_day(sets, high <= target + _ROUNDING)
    reached = np.isfinite(estimate)
    known = np.where(reached, estimate, 0.0)
    # The curve's lower limit crosses no later than the curve; the last day of a level stretch may come between.
    answer = Intervals(
        estimate=known,
        low=np.where(reached, np.minimum(first_low, known), 0.0),
        high=np.where(reached, np.maximum(first_high, known), 0.0),
    )
    none = sets.total(sets.any_event.astype(np.float64)) == 0
    return answer.refuse(none, refusals.all_censored()).refuse(~reached, refusals.share_not_reached())


def _middle(found: Waiting, target: float) -> Floats:
    """Where each curve comes down to ``target``; infinity where it does not."""
    first = _first_day(found.sets, found.share <= target + _ROUNDING)
    after = _first_day(found.sets, found.share < target - _ROUNDING)
    level = np.isfinite(after) & (after > first)
    exactly = found.sets.total((np.abs(found.share - target) <= _ROUNDING).astype(np.float64)) > 0
    return np.where(level & exactly, (first + np.where(level, after, 0.0)) / 2, first)


def _first_day(sets: RiskSets, holds: NDArray[np.bool_]) -> Floats:
    return np.asarray(np.minimum.reduceat(np.where(holds, sets.day, np.inf), sets.first))


def _limits(state: State, conf_level: float, method: Method, *, ends: float | None = None) -> tuple[Floats, Floats]:
    """Limits of the share; ``ends`` is the level of the exact ones where none or all have ended."""
    if method is Method.EXACT:
        return beta_products.limits(state.product, state.waiting, conf_level)
    inside = (state.share > 0) & (state.share < 1)
    share = np.where(inside, state.share, 0.5)
    error = np.sqrt(np.where(inside, state.variance, 0.0))
    z = normal_quantile(conf_level)
    low, high = _APPROXIMATE[method](share, error, z)
    # With none or all ended these methods have no width. The one limit there is takes the place of theirs, by mid-p:
    # half of the observed point's probability leaves it the whole of 1 - conf_level.
    at_ends = ~inside
    product = Product(state.product.log_mean[at_ends], state.product.log_spread[at_ends])
    level = 2 * conf_level - 1 if ends is None else ends
    low[at_ends], high[at_ends] = beta_products.limits(product, state.waiting[at_ends], level)
    return low, high


def _log_log(share: Floats, error: Floats, z: float) -> tuple[Floats, Floats]:
    """Kalbfleisch and Prentice 1980: symmetric for the logarithm of the cumulative hazard."""
    stretch = np.exp(np.minimum(z * error / -np.log(share), 700.0))
    return share**stretch, share ** (1 / stretch)


def _greenwood(share: Floats, error: Floats, z: float) -> tuple[Floats, Floats]:
    half = z * share * error
    return np.maximum(share - half, 0.0), np.minimum(share + half, 1.0)


def _log(share: Floats, error: Floats, z: float) -> tuple[Floats, Floats]:
    """Symmetric for the logarithm of the share: what R's survfit gives unless told otherwise."""
    stretch = np.exp(np.minimum(z * error, 700.0))
    return share / stretch, np.minimum(share * stretch, 1.0)


_APPROXIMATE: MappingProxyType[Method, Callable[[Floats, Floats, float], tuple[Floats, Floats]]] = MappingProxyType(
    {Method.LOG_LOG: _log_log, Method.LOG: _log, Method.GREENWOOD: _greenwood}
)
