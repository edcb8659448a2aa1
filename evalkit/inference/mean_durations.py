"""The mean wait up to a horizon (restricted mean), its differences and its ratios.

It is the area under the curve of those still waiting: the mean of the smaller of the wait and the horizon. Unlike
the median it uses every wait, and unlike the plain mean it exists although some still wait.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from evalkit import refusals
from evalkit.inference import durations
from evalkit.inference.durations import Waiting
from evalkit.inference.intervals import Counts, Floats, Intervals
from evalkit.inference.levels import normal_quantile
from evalkit.inference.method import Method
from evalkit.inference.variance_recovery import difference_limits

ONE_SIDE = (Method.LOGIT, Method.GREENWOOD)
TWO_SIDES = (Method.MOVER, Method.GREENWOOD)
_LEAST_UNITS = 2


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Means:
    """The restricted mean of each group, shape ``(groups,)``.

    Attributes
    ----------
    mean, error
        The area under the curve, and its standard error by Greenwood's sum.
    known
        Units not censored before the horizon: those whose part up to it is known.
    events, units
        Units whose event came by the horizon, and all units; none of them where a side is missing.
    beyond, thin
        Where the horizon lies beyond the follow-up, and where too few are followed to it.
    """

    horizon: float
    mean: Floats
    error: Floats
    known: Counts
    events: Counts
    units: Counts
    beyond: NDArray[np.bool_]
    thin: NDArray[np.bool_]

    def of(self, groups: slice) -> Means:
        """Some of the groups."""
        return Means(
            horizon=self.horizon,
            mean=self.mean[groups],
            error=self.error[groups],
            known=self.known[groups],
            events=self.events[groups],
            units=self.units[groups],
            beyond=self.beyond[groups],
            thin=self.thin[groups],
        )


def means(found: Waiting, horizon: float) -> Means:
    """Restricted means and their standard errors.

    Source: Irwin 1949; Klein and Moeschberger 2003, Survival Analysis, section 4.5.

    Examples
    --------
    >>> import numpy as np
    >>> from evalkit.inference import durations, mean_durations
    >>> from evalkit.inference.risk_sets import gather
    >>> sets = gather(np.array([2.0, 4.0, 9.0]), np.array([1, 1, 1]), np.zeros(3, dtype=int))
    >>> mean_durations.means(durations.kaplan_meier(sets), 10.0).mean.tolist()
    [5.0]
    """
    sets = found.sets
    ended, day = sets.any_event, np.minimum(sets.day, horizon)
    until = np.append(day[1:], horizon)
    until[sets.last] = horizon
    to_come = sets.running(found.share * (until - day), backwards=True)
    rest = sets.at_risk - ended
    terms = np.where(rest > 0, to_come**2 * ended / (sets.at_risk * np.maximum(rest, 1.0)), 0.0)
    lost = np.where(sets.day < horizon, rest - sets.left, 0)
    return Means(
        horizon=horizon,
        # Pieces of the horizon may add up to a hair more than it.
        mean=np.minimum(day[sets.first] + to_come[sets.first], horizon),
        error=np.sqrt(sets.total(terms)),
        known=sets.units - sets.total(lost.astype(np.float64)).astype(np.int64),
        events=sets.total(np.where(sets.day <= horizon, ended, 0).astype(np.float64)).astype(np.int64),
        units=sets.units,
        beyond=durations.unfollowed(found, horizon),
        thin=durations.thin(found, horizon),
    )


def mean(found: Waiting, horizon: float, conf_level: float, method: Method) -> Intervals:
    """Restricted means with their intervals, shape ``(groups,)``.

    ``greenwood`` is the usual normal interval. ``logit`` is symmetric for the logarithm of mean over
    horizon less mean, takes Student's t with one degree of freedom less than there are known units, and the sample
    variance in place of the population's: without censoring it is the t interval of a mean, kept inside the
    horizon.
    """
    known = means(found, horizon)
    low, high, fixed = _limits(known, conf_level, method)
    answer = Intervals(estimate=known.mean, low=low, high=high, std_error=known.error)
    return _without_variation(_refused(answer, known), fixed, known)


def difference(group: Means, reference: Means, conf_level: float, method: Method) -> Intervals:
    """The mean of one side less that of the other, element by element.

    ``greenwood`` is the normal interval with its p-value against 0. ``mover`` joins the ``logit`` limits of the two
    sides and has no p-value. Each side's degrees of freedom are Welch's, but no more than its own: the skewed limit of
    a small side is not made surer by a large one beside it.

    Source: Royston and Parmar 2013, BMC Medical Research Methodology 13:152; Zou and Donner 2008, Statistics in
    Medicine 27:1693-1702 (mover); Welch 1947, Biometrika 34:28-35 (degrees of freedom of two sides).
    """
    gap = group.mean - reference.mean
    error = np.hypot(group.error, reference.error)
    if method is Method.GREENWOOD:
        half = normal_quantile(conf_level) * error
        fixed = (group.error == 0) | (reference.error == 0)
        p_value = 2 * special.ndtr(-np.abs(gap) / np.where(fixed, 1.0, error))
        answer = Intervals(estimate=gap, low=gap - half, high=gap + half, p_value=p_value, std_error=error)
    else:
        freedom = _freedom(group, reference, 1.0, 1.0)
        low, high, fixed = _logit_limits(group, conf_level, np.minimum(freedom, _own_freedom(group)))
        low_ref, high_ref, fixed_ref = _logit_limits(
            reference, conf_level, np.minimum(freedom, _own_freedom(reference))
        )
        fixed = fixed | fixed_ref
        least, most = difference_limits(group.mean, (low, high), reference.mean, (low_ref, high_ref))
        answer = Intervals(
            estimate=gap,
            low=least,
            high=most,
            std_error=error,
        )
    return _without_variation(_refused(answer, group, reference), fixed, group, reference)


def ratio(group: Means, reference: Means, conf_level: float, method: Method) -> Intervals:
    """The mean of one side over that of the other; the methods are those of :func:`difference` on the log scale.

    The standard error is that of the logarithm.
    """
    fixed = (group.error == 0) | (reference.error == 0) | (group.mean == 0) | (reference.mean == 0)
    mean_, mean_ref = np.where(fixed, 1.0, group.mean), np.where(fixed, 1.0, reference.mean)
    gap = np.log(mean_ / mean_ref)
    error = np.hypot(group.error / mean_, reference.error / mean_ref)
    if method is Method.GREENWOOD:
        down = up = normal_quantile(conf_level) * error
        p_value = 2 * special.ndtr(-np.abs(gap) / np.where(fixed, 1.0, error))
    else:
        freedom = _freedom(group, reference, mean_, mean_ref)
        low, high, none = _logit_limits(group, conf_level, np.minimum(freedom, _own_freedom(group)))
        low_ref, high_ref, none_ref = _logit_limits(reference, conf_level, np.minimum(freedom, _own_freedom(reference)))
        fixed = fixed | none | none_ref
        sides = [np.where(fixed, 1.0, limit) for limit in (low, high, low_ref, high_ref)]
        log_low, log_high, log_low_ref, log_high_ref = (np.log(np.maximum(limit, 1e-300)) for limit in sides)
        down = np.hypot(np.log(mean_) - log_low, log_high_ref - np.log(mean_ref))
        up = np.hypot(log_high - np.log(mean_), np.log(mean_ref) - log_low_ref)
        p_value = None
    answer = Intervals(
        estimate=np.exp(gap),
        low=np.exp(gap - down),
        high=np.exp(np.minimum(gap + up, 700.0)),
        p_value=p_value,
        std_error=error,
    )
    return _without_variation(_refused(answer, group, reference), fixed, group, reference)


def _refused(answer: Intervals, *sides: Means) -> Intervals:
    """The answer with each reason for refusal, the gravest first whichever side it is on."""
    for reason, where in (
        (refusals.one_side_missing(), [side.units == 0 for side in sides]),
        (refusals.one_unit(), [side.units < _LEAST_UNITS for side in sides]),
        (refusals.beyond_follow_up(), [side.beyond for side in sides]),
        (refusals.too_few_waiting(), [side.thin for side in sides]),
    ):
        answer = answer.refuse(np.logical_or.reduce(where), reason)
    return answer


def _without_variation(answer: Intervals, fixed: NDArray[np.bool_], *sides: Means) -> Intervals:
    """The answer refused where nothing varies, told apart by why."""
    none_ended = np.logical_or.reduce([side.events == 0 for side in sides])
    late, alike = (reason(compared=len(sides) > 1) for reason in (refusals.none_ended_in_time, refusals.no_variation))
    return answer.refuse(fixed & none_ended, late).refuse(fixed, alike)


def _limits(known: Means, conf_level: float, method: Method) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """Limits, and where there are none because nothing varies."""
    if method is Method.LOGIT:
        return _logit_limits(known, conf_level, _own_freedom(known))
    half = normal_quantile(conf_level) * known.error
    return np.maximum(known.mean - half, 0.0), np.minimum(known.mean + half, known.horizon), _fixed(known)


def _fixed(known: Means) -> NDArray[np.bool_]:
    return np.asarray(
        (known.error == 0) | (known.known < _LEAST_UNITS) | (known.mean <= 0) | (known.mean >= known.horizon)
    )


def _logit_limits(known: Means, conf_level: float, freedom: Floats) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    horizon, fixed = known.horizon, _fixed(known)
    part = np.where(fixed, 0.5, known.mean / horizon)
    error = np.sqrt(_sample_variance(known)) / horizon / (part * (1 - part))
    reach = np.minimum(special.stdtrit(freedom, (1 + conf_level) / 2) * error, 700.0)
    centre = special.logit(part)
    low, high = horizon * special.expit(centre - reach), horizon * special.expit(centre + reach)
    return np.where(fixed, known.mean, low), np.where(fixed, known.mean, high), fixed


def _own_freedom(known: Means) -> Floats:
    return np.asarray(np.maximum(known.known - 1.0, 1.0))


def _sample_variance(known: Means) -> Floats:
    """Greenwood's variance with the factor that a sample's has over a population's."""
    units = np.maximum(known.known, _LEAST_UNITS).astype(np.float64)
    return np.asarray(known.error**2 * units / (units - 1))


def _freedom(group: Means, reference: Means, scale: Floats | float, scale_ref: Floats | float) -> Floats:
    """Welch's degrees of freedom of two sides, each variance in units of its ``scale`` squared."""
    parts = [_sample_variance(side) / by**2 for side, by in ((group, scale), (reference, scale_ref))]
    each = [_own_freedom(side) for side in (group, reference)]
    below = sum(part**2 / own for part, own in zip(parts, each, strict=True))
    # Where neither side varies there is a refusal afterwards.
    return np.asarray(np.divide((parts[0] + parts[1]) ** 2, below, out=np.ones_like(parts[0]), where=below > 0))
