"""More found because more was visited, or because each visit found more."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from evalkit import refusals
from evalkit.comparisons.rate_ratios import rate_ratio
from evalkit.estimates import Estimate, refusal
from evalkit.inference import variance_recovery
from evalkit.inference.faults import COUNT
from evalkit.inference.grouped_arguments import GroupedArguments
from evalkit.inference.interval import Interval
from evalkit.inference.method import Method
from evalkit.inference.summed import CellSeries, compare
from evalkit.inference.totals import LARGEST_COUNT
from evalkit.language import Text
from evalkit.vocabulary import EstimateStatus, Scale

if TYPE_CHECKING:
    from evalkit.comparisons.result import Numbers

FINDINGS = ("poisson", "binomial")


@dataclass(frozen=True, slots=True)
class Decomposition:
    """The change in findings as the change in visits times the change in findings per visit.

    Attributes
    ----------
    findings, visits, hit_rate
        Ratios after over before. Where all three are numbers above 0, ``log findings = log visits + log hit_rate``
        exactly.
    share_of_visits
        How much of the change in findings (on the log scale) the change in visits makes up: between 0 and 1, and
        only where visits and hit rate changed in the same direction; otherwise ``None``, as a share would mislead.
    """

    findings: Estimate
    visits: Estimate
    hit_rate: Estimate
    share_of_visits: float | None


def decompose(
    visits_after: Numbers,
    visits_before: Numbers,
    findings_after: Numbers,
    findings_before: Numbers,
    *,
    exposure_after: Numbers = 1.0,
    exposure_before: Numbers = 1.0,
    findings: str = "poisson",
    conf_level: float = 0.95,
) -> Decomposition:
    """Δ log findings = Δ log visits + Δ log hit rate, each with its interval.

    Parameters
    ----------
    visits_after, visits_before
        Number of visits: totals, or columns with one row per period of the window.
    findings_after, findings_before
        Number of findings, of the same kind. With columns the intervals widen by how much the periods vary
        (quasi-Poisson when φ is above 1); a period with findings and no visits is a refusal of the hit rate.
    exposure_after, exposure_before
        How long each window is (months, years, or inhabitants times years), per row for columns; findings and visits
        are divided by it. Leave out for windows of equal length.
    findings
        ``poisson`` (a visit can have several findings) or ``binomial`` (at most one, so that the hit rate is a share).
    conf_level
        Between 0 and 1.

    Returns
    -------
    Decomposition
        Three estimates on the scale ``rate_ratio``. Visits are decided, not drawn: the interval of the hit rate takes
        them as given, and the interval of the visits says only what chance in a count of that size would be. The
        intervals therefore do not add up; the estimates do. With no findings in one window the ratio is 0 or infinite
        with a one-sided interval; with none in either it is refused.

    Raises
    ------
    EstimationError
        When an argument has no meaning; every such argument is told at once.

    Source: the identity; intervals by score (:func:`evalkit.rate_ratio`), quasi-Poisson
    (:func:`evalkit.inference.summed.compare`), or for shares MOVER of Wilson limits (Donner and Zou 2012, Statistical
    Methods in Medical Research 21:347-359; Wilson 1927, JASA 22:209-212).

    Examples
    --------
    >>> import evalkit as ek
    >>> found = ek.decompose(visits_after=120, visits_before=60, findings_after=45, findings_before=15)
    >>> [round(part.estimate, 2) for part in (found.findings, found.visits, found.hit_rate)]
    [3.0, 2.0, 1.5]
    >>> round(found.share_of_visits, 2)
    0.63
    """
    given = GroupedArguments("decompose()")
    after = _side(given, "after", visits_after, findings_after, exposure_after)
    before = _side(given, "before", visits_before, findings_before, exposure_before)
    shares = given.word("findings", findings, FINDINGS) == "binomial"
    level = given.conf_level(conf_level)
    for name, side in (("findings_after", after), ("findings_before", before)):
        if shares and (side.findings > side.visits).any():
            _note_more_than_visits(given, name)
    given.done()
    if after.missing or before.missing:
        missing = refusal(Scale.RATE_RATIO, refusals.value_missing(), conf_level=level)
        return Decomposition(missing, missing, missing, None)
    found = _change((after.findings, after.exposure), (before.findings, before.exposure), level)
    visited = _change((after.visits, after.exposure), (before.visits, before.exposure), level)
    hit_rate = _hit_rate(after, before, level, shares=shares)
    return Decomposition(found, visited, hit_rate, _share_of_visits(visited, hit_rate))


@dataclass(frozen=True, slots=True, eq=False)
class _Side:
    """One window: visits, findings and its length, shape ``()`` or ``(periods,)``."""

    visits: NDArray[np.int64]
    findings: NDArray[np.int64]
    exposure: NDArray[np.float64]
    missing: bool


def _side(given: GroupedArguments, name: str, visits: object, findings: object, exposure: object) -> _Side:
    # The windows may have different numbers of periods, so each has its own measure of length.
    own = GroupedArguments(given.function, given.log)
    visited, found = own.counts(f"visits_{name}", visits), own.counts(f"findings_{name}", findings)
    length = own.exposures(f"exposure_{name}", exposure)
    if visited.ndim != found.ndim or (length.ndim and not found.ndim):
        _note_kinds(given, name)
    elif not given.log.problems:
        for argument, numbers in (("visits", visited), ("findings", found)):
            if numbers.sum() > LARGEST_COUNT:
                given.fault(COUNT.too_large, f"{argument}_{name}")
    if given.log.problems:
        one = np.asarray(1, dtype=np.int64)
        return _Side(one, one, np.asarray(1.0), missing=False)
    return _Side(visited, found, np.broadcast_to(length, found.shape), bool(own.missing.any()))


_Part = tuple[NDArray[np.int64], "NDArray[np.float64] | NDArray[np.int64]"]


def _change(after: _Part, before: _Part, conf_level: float) -> Estimate:
    """The ratio of two rates: of totals by their score, of periods by the rule for series."""
    if after[0].ndim == 0 and before[0].ndim == 0:
        count, exposure, count_ref, exposure_ref = (numbers.item() for numbers in (*after, *before))
        return rate_ratio(count, exposure, count_ref, exposure_ref, conf_level=conf_level)
    cells = [
        CellSeries(np.atleast_1d(counts), np.atleast_1d(exposed).astype(float)) for counts, exposed in (after, before)
    ]
    outcome = compare(cells, conf_level=conf_level)
    if outcome.interval is None or outcome.method is None:
        return refusal(Scale.RATE_RATIO, outcome.reason or refusals.no_events(), conf_level=conf_level)
    events = int(after[0].sum() + before[0].sum())
    told = _estimate(outcome.interval, outcome.method, conf_level, events, float(after[1].sum() + before[1].sum()))
    return replace(told, null=1.0, dispersion=outcome.dispersion, df=outcome.df)


def _hit_rate(after: _Side, before: _Side, conf_level: float, *, shares: bool) -> Estimate:
    if min(after.visits.sum(), before.visits.sum()) == 0:
        reason = refusals.exposure_zero(Text("minst en sida", "at least one side"), Text("hela tiden", "all the time"))
        return refusal(Scale.RATE_RATIO, reason, conf_level=conf_level)
    totals = after.visits.ndim == 0 and before.visits.ndim == 0
    if not shares:
        return _change((after.findings, after.visits), (before.findings, before.visits), conf_level)
    if not totals:
        # Beside a spread that the periods show, a share's own variance has no say.
        varying = _change((after.findings, after.visits), (before.findings, before.visits), conf_level)
        if not varying.is_estimated or varying.method == Method.QUASI_POISSON:
            return varying
    return _ratio_of_shares(after, before, conf_level)


def _ratio_of_shares(after: _Side, before: _Side, conf_level: float) -> Estimate:
    counts = [np.atleast_1d(side.findings.sum()) for side in (after, before)]
    of = [np.atleast_1d(side.visits.sum()) for side in (after, before)]
    if not any(count.any() for count in counts):
        return refusal(Scale.RATE_RATIO, refusals.no_events(), conf_level=conf_level)
    first, second = (count / visited for count, visited in zip(counts, of, strict=True))
    limits = [_wilson(count, visited, conf_level) for count, visited in zip(counts, of, strict=True)]
    low, high = variance_recovery.ratio_limits(first, limits[0], second, limits[1])
    estimate = first.item() / second.item() if second.item() else math.inf
    events, visits = int(counts[0].item() + counts[1].item()), float(of[0].item() + of[1].item())
    return _estimate(Interval(estimate, low.item(), high.item()), Method.MOVER, conf_level, events, visits)


def _wilson(count: NDArray[np.int64], of: NDArray[np.int64], conf_level: float) -> variance_recovery.Pair:
    z = NormalDist().inv_cdf((1 + conf_level) / 2)
    middle, half = count + z * z / 2, z * np.sqrt(count * (1 - count / of) + z * z / 4)
    low = np.where(count > 0, (middle - half) / (of + z * z), 0.0)
    return low, np.where(count < of, (middle + half) / (of + z * z), 1.0)


def _estimate(found: Interval, method: Method, conf_level: float, events: int, exposure: float) -> Estimate:
    return Estimate(
        scale=Scale.RATE_RATIO,
        status=EstimateStatus.ESTIMATED,
        estimate=found.estimate,
        std_error=found.std_error,
        conf_low=found.low,
        conf_high=found.high,
        conf_level=conf_level,
        p_value=found.p_value,
        events=events,
        exposure=exposure,
        method=method.value,
    )


def _share_of_visits(visits: Estimate, hit_rate: Estimate) -> float | None:
    ratios = (visits.estimate, hit_rate.estimate)
    if any(ratio is None or not 0 < ratio < math.inf for ratio in ratios):
        return None
    by_visits, by_hits = (math.log(ratio) for ratio in ratios if ratio is not None)
    return by_visits / (by_visits + by_hits) if by_visits * by_hits > 0 else None


def _note_kinds(given: GroupedArguments, name: str) -> None:
    given.note(
        "totals_and_columns",
        f"findings_{name}",
        what=Text(
            "Besök och fynd är inte av samma slag: det ena är en summa, det andra en kolumn.",
            "Visits and findings are not of one kind: one is a total, the other a column.",
        ),
        accepted=Text(
            "två summor, eller två kolumner med samma perioder", "two totals, or two columns of like periods"
        ),
        next_step=Text("Ange båda som summor eller båda per period.", "Give both as totals or both by period."),
    )


def _note_more_than_visits(given: GroupedArguments, name: str) -> None:
    given.note(
        "more_findings_than_visits",
        name,
        what=Text("Det finns fler fynd än besök.", "There are more findings than visits."),
        accepted=Text("högst ett fynd per besök, eller findings=”poisson”", "one finding a visit, or 'poisson'"),
        next_step=Text("Räkna besök med fynd, eller välj poisson.", "Count visits with a finding, or choose poisson."),
    )
