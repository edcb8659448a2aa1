"""How far an effect of joining leans on parallel development."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from evalkit import refusals
from evalkit.comparisons.event_coefficients import EventCoefficients
from evalkit.comparisons.joining_effects import ExtendedEffects, GroupTimeEffects
from evalkit.comparisons.permutation import whole
from evalkit.errors import EstimationError, Place, Problem
from evalkit.inference.grouped_arguments import GroupedArguments
from evalkit.language import Text
from evalkit.statements import Statement
from evalkit.vocabulary import EstimateStatus

if TYPE_CHECKING:
    import polars as pl

    from evalkit.inference.honest import EventStudy

    Bounds = Callable[[float], tuple[float, float]]

_RELATIVE, _SMOOTH = "relative", "smooth"
_DEFAULT = (0.5, 1.0, 1.5, 2.0)
_MOST = 64.0
_PRECISION = 0.002


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class HonestBounds:
    """Limits of an effect when development before joining need not have been parallel.

    Attributes
    ----------
    estimate
        The effect under parallel development, on the scale of the study: a ratio or a difference.
    bounds
        One row per amount allowed, the first 0: ``m``, ``conf_low``, ``conf_high``.
    breakdown
        The smallest amount at which the limits hold no effect. 0 when they do so even under parallel development, and
        infinite when they do not up to the most that is tried (64 times the largest move, or a change of slope of 64
        standard errors). ``None`` when refused.
    restriction, over, conf_level
        As asked for.
    status, reason
        As of an estimate.
    """

    estimate: float | None
    bounds: pl.DataFrame
    breakdown: float | None
    restriction: str
    over: str
    conf_level: float
    status: EstimateStatus
    reason: Statement | None = None

    def to_frame(self) -> pl.DataFrame:
        """The limits by amount."""
        return self.bounds

    def __repr__(self) -> str:
        if self.reason is not None:
            return f"HonestBounds: not estimable: {self.reason.text.en}"
        return (
            f"HonestBounds: {self.estimate:.4g} ({self.over}), the limits hold no effect from "
            f"m = {self.breakdown:.3g} ({self.restriction})\n{self.bounds}"
        )

    def _repr_html_(self) -> str:
        from evalkit.views import frame_view

        return frame_view("Om utvecklingen inte var likadan", self.bounds)


def honest_bounds(
    event: EventCoefficients | GroupTimeEffects | ExtendedEffects,
    *,
    restriction: str = _RELATIVE,
    m: Sequence[float] | None = None,
    over: str = "average",
    seed: int = 1,
    conf_level: float = 0.95,
) -> HonestBounds:
    """What is left of an effect when areas would have developed differently anyway, by so much.

    That groups did not differ much before joining does not show that they would not have later. This asks instead how
    different they must have been for the effect to disappear, in terms of how different they were before.

    Parameters
    ----------
    event
        What :func:`group_time_effects` with ``base="universal"`` or :func:`extended_twfe` with ``leads=True`` gave,
        or coefficients with a covariance from elsewhere.
    restriction
        ``relative``: from one period to the next after joining, the difference in development moved by at most ``m``
        times its largest move between two periods before. ``smooth``: its slope changed by at most ``m`` a period, on
        the scale of the coefficients (for ratios, of logarithms); 0 is a straight line, which is taken away.
    m
        Amounts from 0, beside 0. When left out 0.5, 1, 1.5 and 2, for ``smooth`` times the standard error of the
        first coefficient after.
    over
        The effect asked for: ``average`` of the coefficients after joining, or the ``first``.
    seed
        Of the draws behind one critical value of ``relative``.
    conf_level
        At least 0.5 and below 1.

    Returns
    -------
    HonestBounds
        Refused when dates were exchanged (which gives no covariance), when there is no coefficient before joining to
        judge by, when a level was zero, or when there are too few areas (of like size) for the periods.

    Raises
    ------
    EstimationError
        When an argument has no meaning, or the coefficients are not against the last period before joining.

    Notes
    -----
    For ``relative`` the hybrid conditional and least favourable test (C-LF) is inverted, with the inequalities of
    periods after joining only; its 40,000 draws move limits by some 2 per cent of a standard error. For ``smooth`` the
    interval is the shortest of fixed length. With ``df`` errors are widened by the quantile of Student's t over that
    of the normal; with ``covariance_df`` those of ``smooth`` also for weights chosen by an estimated covariance.

    Source: Rambachan and Roth 2023, Review of Economic Studies 90:2555-2591; Rao 1967, Proceedings of the Fifth
    Berkeley Symposium 1:355-372, for weights by an estimated covariance.

    Examples
    --------
    >>> import numpy as np
    >>> import evalkit as ek
    >>> found = ek.EventCoefficients([-3, -2, 0, 1], [0.01, -0.02, 0.3, 0.4], np.eye(4) * 0.001, ratio=True)
    >>> bounds = ek.honest_bounds(found)
    >>> round(bounds.estimate, 2), round(bounds.breakdown, 1)
    (1.42, 2.2)
    """
    given = GroupedArguments("honest_bounds()")
    word = given.word("restriction", restriction, (_RELATIVE, _SMOOTH))
    target = given.word("over", over, ("average", "first"))
    level = given.conf_level(conf_level)
    drawn_by = whole(given, "seed", seed, 0, 2**63)
    amounts = _amounts(given, m)
    given.done()
    study = _study(event)
    if isinstance(study, Statement):
        return _refused(study, word, target, level)
    weights = np.full(study.after, 1 / study.after) if target == "average" else np.eye(study.after)[0]
    widened = _widened(study.df, level) * (1.0 if word == _RELATIVE else _chosen(study))
    if not math.isfinite(widened):
        return _refused(refusals.periods_go_together(), word, target, level)
    kernel = study.study(weights, widened=widened)
    limits, holds, unit = _bounds(kernel, word, level, np.random.default_rng(drawn_by))
    if amounts is None:
        amounts = [one * (1.0 if word == _RELATIVE else unit) for one in _DEFAULT]
    return HonestBounds(
        estimate=_scaled(study, kernel.estimate),
        bounds=_frame(study, [(amount, limits(amount)) for amount in dict.fromkeys([0.0, *amounts])]),
        breakdown=_breakdown(holds, unit),
        restriction=word,
        over=target,
        conf_level=level,
        status=EstimateStatus.ESTIMATED,
    )


def _amounts(given: GroupedArguments, m: Sequence[float] | None) -> list[float] | None:
    if m is None:
        return None
    return [float(one) for one in np.atleast_1d(given.amounts("m", list(m)))]


def _study(event: object) -> EventCoefficients | Statement:
    if isinstance(event, GroupTimeEffects | ExtendedEffects):
        if not event.overall.is_estimated and event.overall.reason is not None:
            return event.overall.reason
        if isinstance(event, GroupTimeEffects) and event.overall.std_error is None:
            return refusals.no_covariance()
        event = event.event
    if not isinstance(event, EventCoefficients):
        raise EstimationError([_no_leads()])
    if not event.before:
        return refusals.nothing_before_to_judge_by()
    if np.linalg.matrix_rank(event.covariance, hermitian=True) < event.since.size:
        return refusals.periods_go_together()
    return event


def _no_leads() -> Problem:
    return Problem(
        code="no_event_study",
        what=Text(
            "Det finns inga koefficienter mot den sista perioden före anslutningen.",
            "There are no coefficients against the last period before joining.",
        ),
        place=Place(file="honest_bounds()", key="event"),
        accepted=Text(
            'svaret från group_time_effects(base="universal") utan anticipation, från extended_twfe(leads=True), '
            "eller EventCoefficients",
            'what group_time_effects(base="universal") without anticipation or extended_twfe(leads=True) gave, '
            "or EventCoefficients",
        ),
        next_step=Text("Räkna om med det valet.", "Estimate again with that choice."),
    )


def _widened(df: int | None, level: float) -> float:
    from scipy import stats

    at = (1 + level) / 2
    return 1.0 if df is None else float(stats.t.ppf(at, df) / stats.norm.ppf(at))


def _chosen(study: EventCoefficients) -> float:
    """How much wider for weights that are chosen by an estimated covariance; infinite when it carries none.

    The shortest interval leans on all coefficients before but one. Taken as regressors of the effect's error, as in
    the growth curve model, their number comes off the degrees of freedom, and the weights have errors of their own.
    """
    known, weights = study.covariance_df, study.before - 1
    if known is None:
        return 1.0
    if known <= weights + 1:
        return math.inf
    return math.sqrt(known / (known - weights) * (known - 1) / (known - weights - 1))


def _bounds(
    study: EventStudy, word: str, level: float, generator: np.random.Generator
) -> tuple[Bounds, Callable[[float], bool], float]:
    """Limits by amount, whether they hold no effect, and a natural unit of the amount."""
    from evalkit.inference import honest

    if word == _RELATIVE:
        drawn = honest.errors(study, generator)
        return (
            lambda amount: honest.relative(study, amount, conf_level=level, drawn=drawn),
            lambda amount: honest.stands(study, amount, 0.0, conf_level=level, drawn=drawn),
            1.0,
        )

    def limits(amount: float) -> tuple[float, float]:
        return honest.smooth(study, amount, conf_level=level)

    def holds(amount: float) -> bool:
        low, high = limits(amount)
        return low <= 0 <= high

    first = study.before.size
    return limits, holds, float(np.sqrt(study.covariance[first, first]))


def _breakdown(holds: Callable[[float], bool], unit: float) -> float:
    """The smallest amount at which no effect is left, by doubling and halving."""
    if holds(0.0):
        return 0.0
    low, high = 0.0, 0.5 * unit
    while not holds(high):
        low, high = high, 2 * high
        if high > _MOST * unit:
            return math.inf
    while high - low > _PRECISION * high:
        middle = (low + high) / 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high


def _scaled(study: EventCoefficients, value: float) -> float:
    return float(np.exp(min(value, 700.0))) if study.ratio else value


def _frame(study: EventCoefficients, rows: list[tuple[float, tuple[float, float]]]) -> pl.DataFrame:
    import polars as pl

    return pl.DataFrame(
        {
            "m": [amount for amount, _ in rows],
            "conf_low": [_scaled(study, low) for _, (low, _) in rows],
            "conf_high": [_scaled(study, high) for _, (_, high) in rows],
        }
    )


def _refused(reason: Statement, word: str, target: str, level: float) -> HonestBounds:
    import polars as pl

    columns = dict.fromkeys(("m", "conf_low", "conf_high"), pl.Float64)
    return HonestBounds(
        estimate=None,
        bounds=pl.DataFrame(schema=columns),
        breakdown=None,
        restriction=word,
        over=target,
        conf_level=level,
        status=EstimateStatus.NOT_ESTIMABLE,
        reason=reason,
    )
