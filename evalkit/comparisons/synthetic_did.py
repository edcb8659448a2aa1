"""Treated units that start together against weighted donors and weighted periods before."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from evalkit import caveats, refusals
from evalkit.comparisons import donor_panels
from evalkit.comparisons.donor_panels import Read
from evalkit.comparisons.synthetic import event_statements, placebo_statements, unfit, weight_frame
from evalkit.comparisons.synthetic_result import SyntheticDid
from evalkit.estimates import Estimate, refusal
from evalkit.inference.grouped_arguments import GroupedArguments
from evalkit.inference.method import Method
from evalkit.statements import Statement
from evalkit.vocabulary import EstimateStatus, Scale

if TYPE_CHECKING:
    import polars as pl

    from evalkit.inference import synthetic_did as kernel

_METHODS = (Method.PLACEBO, Method.JACKKNIFE)


@dataclass(frozen=True, slots=True, eq=False)
class _Placebos:
    """The error to expect of the treated unit; the estimate of every donor, and the error to expect of it."""

    expected: float
    effects: NDArray[np.float64]
    errors: NDArray[np.float64]

    @property
    def scaled(self) -> NDArray[np.float64]:
        """Sizes in terms of errors; infinite without an error, so that such a placebo counts as extreme."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(self.errors > 0, np.abs(self.effects) / self.errors, np.inf)


def synthetic_did(
    frame: pl.DataFrame,
    *,
    unit: str,
    period: str,
    treated: object,
    start: object,
    outcome: str | None = None,
    count: str | None = None,
    exposure: str | None = None,
    donors: Sequence[object] | None = None,
    method: str = "placebo",
    cap: float = 0.5,
    conf_level: float = 0.95,
) -> SyntheticDid:
    """Synthetic difference in differences: the change in the treated minus that in donors weighted to move alike.

    Parameters
    ----------
    frame, unit, period, outcome, count, exposure, donors, start
        As for :func:`evalkit.synthetic_control`.
    treated
        The treated unit, or several in a list; all start at ``start``.
    method
        ``placebo`` (one treated unit: each donor takes its place, p and interval from their rank) or ``jackknife`` (two
        treated or more: normal limits from leaving out each unit).
    cap
        The largest weight of one donor; 0.5 is a convention of this library, 1 is none, as in the paper.
    conf_level
        The level of the interval.

    Returns
    -------
    SyntheticDid
        ``effect`` is on the scale ``mean_difference``, ``rate_difference`` for a count with its exposure. Refused when
        a value is missing, with fewer than 8 periods before, when donors are too few for the cap, for the jackknife
        with one treated unit and for placebos with several. Placebos give no p and infinite limits, and say so, with
        fewer than 20 donors (at 95 per cent), fewer than 20 events in the treated unit before, or a treated unit that
        is one of the largest, as there.

    Raises
    ------
    EstimationError
        When arguments do not fit the frame; all that is wrong is told at once.

    Notes
    -----
    Arkhangelsky et al. 2021, American Economic Review 111:4088. Their placebo interval is normal and takes all units
    to vary alike; here the placebos' rank is inverted, so that it agrees with p, and each estimate is first divided by
    the unit's own error in periods before that its weights were not fitted to. ``std_error`` is theirs.

    Examples
    --------
    >>> import numpy as np
    >>> import polars as pl
    >>> import evalkit as ek
    >>> rng = np.random.default_rng(1)
    >>> rows = [(u, t, 5 + u % 5 + np.sin(t) + rng.normal(0, 0.3) + 4 * (u == 7 and t >= 10))
    ...         for u in range(22) for t in range(14)]
    >>> frame = pl.DataFrame(rows, schema=["area", "month", "found"], orient="row")
    >>> made = ek.synthetic_did(frame, unit="area", period="month", outcome="found", treated=[7], start=10)
    >>> round(made.effect.estimate, 1), round(made.effect.p_value, 3)
    (4.0, 0.045)
    """
    given = GroupedArguments("synthetic_did()")
    how = given.method(method, _METHODS)
    most, level = donor_panels.share(given, "cap", cap), given.conf_level(conf_level)
    read = donor_panels.read(
        given,
        frame,
        unit=unit,
        period=period,
        outcome=outcome,
        count=count,
        exposure=exposure,
        treated=treated,
        start=start,
        donors=donors,
    )
    scale = Scale.MEAN_DIFFERENCE if count is None else Scale.RATE_DIFFERENCE
    reason = unfit(read, most) or _wrong_method(read, how)
    return _nothing(reason, scale, level) if reason else _made(read, how, most, scale, level)


def _wrong_method(read: Read, how: Method) -> Statement | None:
    if how is Method.JACKKNIFE and len(read.treated) == 1:
        return refusals.too_few_treated()
    return refusals.several_treated() if how is Method.PLACEBO and len(read.treated) > 1 else None


def _made(read: Read, how: Method, cap: float, scale: Scale, level: float) -> SyntheticDid:
    import polars as pl

    from evalkit.inference import synthetic_did as kernel

    ordered = np.roll(read.outcomes, -len(read.treated), axis=0)
    found = kernel.estimate(ordered, donors=len(read.donors), before=read.before, cap=cap)
    placebos = pl.DataFrame()
    if how is Method.PLACEBO:
        expected = kernel.expected_error(ordered, donors=len(read.donors), before=read.before, cap=cap)
        effects, errors = kernel.placebos(ordered[: len(read.donors)], before=read.before, cap=cap)
        placebos = pl.DataFrame({"unit": list(read.donors), "effect": effects, "expected_error": errors})
        effect = _by_placebo(read, found, _Placebos(expected, effects, errors), (scale, level, how))
    else:
        effect = _by_jackknife(
            read, found, kernel.jackknife_error(ordered, found, donors=len(read.donors)), scale, level
        )
    return SyntheticDid(
        effect=effect,
        weights=weight_frame(read.donors, found.unit_weights),
        time_weights=pl.DataFrame({"period": list(read.periods[: read.before]), "weight": found.time_weights}),
        placebos=placebos,
    )


def _by_placebo(
    read: Read, found: kernel.SyntheticDid, placebos: _Placebos, how: tuple[Scale, float, Method]
) -> Estimate:
    from evalkit.inference.placebo import critical, place

    (scale, level, _), expected = how, placebos.expected
    if expected <= 0:
        return refusal(scale, refusals.fits_perfectly(), conf_level=level)
    error = float(placebos.effects.std())
    number = len(placebos.effects)
    untested = event_statements(read) or placebo_statements(number, 1 - level)
    if untested:
        return _estimate(read, found, (error, math.inf, None), how, untested)
    p_value = place(abs(found.effect) / expected, placebos.scaled) / (number + 1)
    told = (caveats.placebo_donors(number, 1 / (number + 1)),)
    return _estimate(read, found, (error, critical(placebos.scaled, 1 - level) * expected, p_value), how, told)


def _by_jackknife(read: Read, found: kernel.SyntheticDid, error: float, scale: Scale, level: float) -> Estimate:
    from scipy.stats import norm

    if not error > 0:
        return refusal(scale, refusals.too_few_treated(), conf_level=level)
    reach = float(norm.isf((1 - level) / 2)) * error
    p_value = 2 * float(norm.sf(abs(found.effect) / error))
    return _estimate(read, found, (error, reach, p_value), (scale, level, Method.JACKKNIFE), ())


def _estimate(
    read: Read,
    found: kernel.SyntheticDid,
    numbers: tuple[float, float, float | None],
    how: tuple[Scale, float, Method],
    told: tuple[Statement, ...],
) -> Estimate:
    error, reach, p_value = numbers
    scale, level, method = how
    largest = caveats.largest_weight(round(float(found.unit_weights.max()), 3))
    return Estimate(
        scale=scale,
        status=EstimateStatus.ESTIMATED,
        estimate=found.effect,
        std_error=error,
        conf_low=found.effect - reach,
        conf_high=found.effect + reach,
        conf_level=level,
        p_value=p_value,
        null=0.0,
        n_units=len(read.units),
        n_periods=len(read.periods),
        method=method.value,
        assumptions=(caveats.donors_unaffected(), *told, largest),
    )


def _nothing(reason: Statement, scale: Scale, level: float) -> SyntheticDid:
    import polars as pl

    nothing = refusal(scale, reason, conf_level=level)
    return SyntheticDid(effect=nothing, weights=pl.DataFrame(), time_weights=pl.DataFrame(), placebos=pl.DataFrame())
