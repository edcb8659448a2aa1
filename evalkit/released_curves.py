"""Curves of waits as they may leave: steps of several persons, counts that tell of no single one.

A curve falls on the days on which somebody's wait ended, by an amount that tells how many; with few persons it is a
list of them. What leaves is made of coarser numbers, and everything else is computed from those by the same code as
before, so that a reader can compute everything shown from what is shown:

* a step is shown on the day on which at least the threshold's number of events of the kind asked for have come
  together since the step before; the curve ends with the last full step, and fewer events after it are not told;
* the events of a step are what lies between two rounded sums, so that rounding does not add up over steps;
* those who left otherwise (censored, or by a competing end) are told only in all so far, to the nearest multiple of
  the threshold, which leaves at least as wide a span as a hidden count;
* a group whose events do not fill one step is withheld, and the last day of follow-up, which is that of one person, is
  not shown.

Left to the person who publishes: groups that are parts of each other, and other releases of the same persons.

Source: the step of several events follows Kaplan–Meier output checking in trusted research environments (OpenSAFELY,
kaplan-meier-function; Hundepool et al. 2012, Statistical Disclosure Control, on thresholds).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from evalkit import refusals
from evalkit.comparisons.curves import Curve, Curves, IncidenceCurve, Incidences
from evalkit.errors import DisclosureError, Place, Problem, known_names
from evalkit.language import Text
from evalkit.policy import DEFAULT_POLICY, Policy, Rule
from evalkit.statements import Statement
from evalkit.vocabulary import Sensitivity

if TYPE_CHECKING:
    import polars as pl

    from evalkit.inference.risk_sets import RiskSets


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class ReleasedCurves:
    """Curves that may leave. Only :func:`release_curves` makes them.

    Attributes
    ----------
    curves
        Of the coarser numbers; ``None`` when no group could be shown. What its methods give may be told too.
    withheld
        The labels of the groups that are not shown, without a name for a single curve.
    reason
        Why they are not; ``None`` when all are shown.
    rule
        The threshold and the rounding.
    """

    curves: Curve | Curves | IncidenceCurve | Incidences | None
    withheld: tuple[object, ...]
    reason: Statement | None
    rule: Rule

    def to_frame(self) -> pl.DataFrame:
        """As ``to_frame()`` of the curves, from the coarser numbers; empty when nothing may be shown."""
        import polars as pl

        return pl.DataFrame() if self.curves is None else self.curves.to_frame()

    def __repr__(self) -> str:
        shown = (
            self.curves.groups.len() if isinstance(self.curves, Curves | Incidences) else int(self.curves is not None)
        )
        return f"ReleasedCurves: {shown} shown, {len(self.withheld)} withheld (fewer than {self.rule.threshold} events)"

    def _repr_html_(self) -> str:
        from evalkit.views import frame_view, reason_view

        shown = frame_view("Kurvor som får lämnas ut", self.to_frame())
        return shown if self.reason is None else shown + reason_view(self.reason)


def release_curves(
    curves: Curve | Curves | IncidenceCurve | Incidences,
    *,
    sensitivity: str = "person",
    policy: Policy = DEFAULT_POLICY,
) -> ReleasedCurves:
    """Apply disclosure control to curves of waits.

    Parameters
    ----------
    curves
        From :func:`evalkit.survival` or :func:`evalkit.cumulative_incidence`.
    sensitivity
        Of whom the waits are: ``person`` (default), ``business`` or ``open``, as in the code book.
    policy
        The threshold and the rounding of each.

    Raises
    ------
    DisclosureError
        When there is no such sensitivity.

    Examples
    --------
    >>> import polars as pl
    >>> import evalkit as ek
    >>> curve = ek.survival(pl.Series(range(1, 41)), pl.Series([True] * 40))
    >>> ek.release_curves(curve).to_frame().select("day", "at_risk", "events", "estimate").rows()
    [(10.0, 40, 10, 0.75), (20.0, 30, 10, 0.5), (30.0, 20, 10, 0.25), (40.0, 10, 10, 0.0)]
    """
    rule = policy.rule(_known(sensitivity))
    many = _as_many(curves)
    if not rule.protects:
        return ReleasedCurves(curves=curves, withheld=(), reason=None, rule=rule)
    sets = many.waiting.sets if isinstance(many, Curves) else many.incidence.sets
    kept = [group for group in range(sets.units.size) if _events(sets, group).sum() >= max(rule.threshold, 1)]
    withheld = tuple(many.groups[group] for group in range(sets.units.size) if group not in kept)
    return ReleasedCurves(
        curves=_as_given(curves, _remade(many, sets, kept, rule)) if kept else None,
        withheld=withheld if isinstance(curves, Curves | Incidences) else (None,) * len(withheld),
        reason=refusals.small_count(rule.threshold) if withheld else None,
        rule=rule,
    )


def _known(sensitivity: object) -> Sensitivity:
    words = [word.value for word in Sensitivity]
    if isinstance(sensitivity, str) and sensitivity in words:
        return Sensitivity(sensitivity)
    raise DisclosureError(
        Problem(
            code="unknown_sensitivity",
            what=Text("Det finns ingen sådan känslighet.", "There is no such sensitivity."),
            place=Place(file="evalkit.release_curves()", key="argument sensitivity"),
            accepted=known_names(sensitivity if isinstance(sensitivity, str) else "", words),
            next_step=Text("Välj person när det gäller människor.", "Choose person when it is about people."),
        )
    )


def _as_many(curves: Curve | Curves | IncidenceCurve | Incidences) -> Curves | Incidences:
    import polars as pl

    one = pl.Series("group", [0])
    if isinstance(curves, Curve):
        return Curves(waiting=curves.waiting, groups=one, conf_level=curves.conf_level, method=curves.method)
    if isinstance(curves, IncidenceCurve):
        return Incidences(incidence=curves.incidence, groups=one, conf_level=curves.conf_level)
    return curves


def _as_given(
    curves: Curve | Curves | IncidenceCurve | Incidences, made: Curves | Incidences
) -> Curve | Curves | IncidenceCurve | Incidences:
    if isinstance(curves, Curve) and isinstance(made, Curves):
        return replace(curves, waiting=made.waiting)
    if isinstance(curves, IncidenceCurve) and isinstance(made, Incidences):
        return replace(curves, incidence=made.incidence)
    return made


def _events(sets: RiskSets, group: int) -> NDArray[np.int64]:
    """The events of the kind asked for on each row of a group."""
    return np.asarray(sets.events[sets.first[group] : sets.last[group] + 1, 0])


@dataclass(frozen=True, slots=True, eq=False)
class _Steps:
    """The coarser numbers of one group: shapes ``(steps,)`` but for ``events``, ``(steps, causes)``."""

    day: NDArray[np.float64]
    at_risk: NDArray[np.int64]
    events: NDArray[np.int64]
    units: int


def _remade(many: Curves | Incidences, sets: RiskSets, kept: list[int], rule: Rule) -> Curves | Incidences:
    from evalkit.inference import competing, durations

    coarse = _together([_steps(sets, group, rule) for group in kept])
    groups = many.groups.gather(kept)
    if isinstance(many, Curves):
        return replace(many, waiting=durations.kaplan_meier(coarse), groups=groups)
    return replace(many, incidence=competing.aalen_johansen(coarse, 1), groups=groups)


def _steps(sets: RiskSets, group: int, rule: Rule) -> _Steps:
    rows = slice(sets.first[group], sets.last[group] + 1)
    events, at_risk = sets.events[rows], sets.at_risk[rows]
    ends = _ends(events[:, 0], max(rule.threshold, 1))
    so_far = np.cumsum(events[:, 0])[ends].tolist()
    asked = np.diff(np.array([rule.rounded(count) for count in so_far], dtype=np.int64), prepend=0)
    competing = np.cumsum(events[:, 1:].sum(axis=1))
    units = int(sets.units[group])
    # Those who left otherwise: censored until a row, and by competing ends until and with it.
    censored = units - at_risk - np.append(0, np.cumsum(events.sum(axis=1))[:-1])
    shown = rule.rounded(units)
    ended = np.diff(_nearest(competing[ends], rule), prepend=0)
    left = shown - _nearest(_middle(censored[ends]), rule) - _before(np.cumsum(asked + ended))
    least = asked + ended
    causes = [asked] if events.shape[1] == 1 else [asked, ended]
    return _Steps(sets.day[rows][ends], np.maximum(left, least), np.column_stack(causes), shown)


def _ends(events: NDArray[np.int64], threshold: int) -> NDArray[np.int64]:
    """The rows on which a step is full."""
    ends, gathered = [], 0
    for row in np.flatnonzero(events).tolist():
        gathered += int(events[row])
        if gathered >= threshold:
            ends.append(row)
            gathered = 0
    return np.array(ends, dtype=np.int64)


def _middle(censored: NDArray[np.int64]) -> NDArray[np.float64]:
    """Half of those censored in a step are taken to have waited through it."""
    return (_before(censored) + censored) / 2


def _nearest(counts: NDArray[np.float64] | NDArray[np.int64], rule: Rule) -> NDArray[np.int64]:
    step = max(rule.threshold, rule.base)
    return np.asarray(step * np.floor(counts / step + 0.5), dtype=np.int64)


def _before(counts: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.append(0, counts[:-1])


def _together(groups: list[_Steps]) -> RiskSets:
    from evalkit.inference.risk_sets import RiskSets

    sizes = np.array([steps.day.size for steps in groups])
    at_risk = np.concatenate([steps.at_risk for steps in groups])
    events = np.concatenate([steps.events for steps in groups])
    return RiskSets(
        group=np.repeat(np.arange(len(groups)), sizes),
        day=np.concatenate([steps.day for steps in groups]),
        at_risk=at_risk,
        events=events,
        left=at_risk - events.sum(axis=1),
        first=np.cumsum(sizes) - sizes,
        units=np.array([steps.units for steps in groups], dtype=np.int64),
    )
