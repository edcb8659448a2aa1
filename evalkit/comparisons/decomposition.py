"""More found because more was visited, or because each visit found more."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, NamedTuple, TypedDict, overload

import numpy as np
from numpy.typing import NDArray

from evalkit import refusals
from evalkit.comparisons.decomposition_result import (
    Decomposition,
    Decompositions,
    GroupedDecompositions,
    share_of_visits,
)
from evalkit.comparisons.rate_ratios import rate_ratio
from evalkit.comparisons.result import numbers_frame
from evalkit.estimate_series import EstimateSeries
from evalkit.estimates import Estimate, refusal
from evalkit.inference import proportions, ratios, variance_recovery
from evalkit.inference.faults import COUNT, EXPOSURE
from evalkit.inference.grouped_arguments import GroupedArguments
from evalkit.inference.interval import Interval
from evalkit.inference.intervals import Intervals
from evalkit.inference.method import Method
from evalkit.inference.summed import CellSeries, compare
from evalkit.inference.totals import LARGEST_COUNT
from evalkit.language import Text
from evalkit.statements import Statement
from evalkit.vocabulary import EstimateStatus, Scale

if TYPE_CHECKING:
    import polars as pl

    from evalkit.comparisons.grouped import Labels
    from evalkit.comparisons.result import Numbers
    from evalkit.inference.groups import Groups

FINDINGS = ("poisson", "binomial")
ROWS = ("periods", "comparisons")


@overload
def decompose(
    visits_after: Numbers,
    visits_before: Numbers,
    findings_after: Numbers,
    findings_before: Numbers,
    *,
    exposure_after: Numbers = ...,
    exposure_before: Numbers = ...,
    findings: str = ...,
    rows: Literal["periods"] = ...,
    by: None = ...,
    by_before: None = ...,
    conf_level: float = ...,
) -> Decomposition: ...
@overload
def decompose(
    visits_after: Numbers,
    visits_before: Numbers,
    findings_after: Numbers,
    findings_before: Numbers,
    *,
    exposure_after: Numbers = ...,
    exposure_before: Numbers = ...,
    findings: str = ...,
    rows: Literal["periods"] = ...,
    by: Labels,
    by_before: Labels | None = ...,
    conf_level: float = ...,
) -> GroupedDecompositions: ...
@overload
def decompose(
    visits_after: Numbers,
    visits_before: Numbers,
    findings_after: Numbers,
    findings_before: Numbers,
    *,
    exposure_after: Numbers = ...,
    exposure_before: Numbers = ...,
    findings: str = ...,
    rows: Literal["comparisons"],
    conf_level: float = ...,
) -> Decompositions: ...
def decompose(
    visits_after: Numbers,
    visits_before: Numbers,
    findings_after: Numbers,
    findings_before: Numbers,
    *,
    exposure_after: Numbers = 1.0,
    exposure_before: Numbers = 1.0,
    findings: str = "poisson",
    rows: str = "periods",
    by: Labels | None = None,
    by_before: Labels | None = None,
    conf_level: float = 0.95,
) -> Decomposition | Decompositions | GroupedDecompositions:
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
    rows
        What a row of the columns is: ``periods`` of one comparison, or ``comparisons``, each with its totals, for a
        whole panel in one call.
    by, by_before
        What each row of periods belongs to (unit, metric): a column, several, or a frame, for the window after and the
        one before; ``by_before`` is left out where both have the same rows. A group without rows in one of the
        windows is a fault, and each group is worked out by itself, as if it were alone.
    conf_level
        At least 0.5 and below 1.

    Returns
    -------
    Decomposition, Decompositions or GroupedDecompositions
        With ``rows="comparisons"`` a series of them, with ``by`` one for each group.

        Three estimates on the scale ``rate_ratio``. Visits are decided,
        not drawn: the interval of the hit rate takes them as given, and the interval of the visits says only what
        chance in a count of that size would be. The intervals therefore do not add up; the estimates do. With no
        findings in one window the ratio is 0 or infinite with a one-sided interval; with none in either it is refused.

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
    >>> units = ek.decompose([9, 8, 3, 2], [4, 5, 3, 3], [4, 5, 1, 0], [1, 2, 1, 1], by=["A", "A", "B", "B"])
    >>> [round(one.visits.estimate, 2) for one in units]
    [1.89, 0.83]
    """
    given = GroupedArguments("decompose()")
    kind = given.word("rows", rows, ROWS)
    if (by is None and by_before is not None) or (by is not None and kind == "comparisons"):
        _note_by(given)
    if kind == "comparisons":
        sides = (visits_after, visits_before, findings_after, findings_before, exposure_after, exposure_before)
        return _many(given, sides, findings, conf_level)
    after = _side(given, "after", visits_after, findings_after, exposure_after)
    before = _side(given, "before", visits_before, findings_before, exposure_before)
    shares = given.word("findings", findings, FINDINGS) == "binomial"
    level = given.conf_level(conf_level)
    for name, side in (("findings_after", after), ("findings_before", before)):
        if shares and (side.findings > side.visits).any():
            _note_more_than_visits(given, name)
    groups = None if by is None else _groups(given, (by, by if by_before is None else by_before), (after, before))
    given.done()
    if groups is None:
        return _of_sides(after, before, level, shares=shares)
    labels, places = groups
    each = (_of_sides(after.at(own), before.at(own_before), level, shares=shares) for own, own_before in places)
    return GroupedDecompositions(labels, tuple(each))


def _of_sides(after: _Side, before: _Side, level: float, *, shares: bool) -> Decomposition:
    if after.missing.any() or before.missing.any():
        missing = refusal(Scale.RATE_RATIO, refusals.value_missing(), conf_level=level)
        return Decomposition(missing, missing, missing, None)
    found = _change((after.findings, after.exposure), (before.findings, before.exposure), level)
    visited = _change((after.visits, after.exposure), (before.visits, before.exposure), level)
    hit_rate = _hit_rate(after, before, level, shares=shares)
    return Decomposition(found, visited, hit_rate, share_of_visits(visited, hit_rate))


_Places = list[tuple[NDArray[np.intp], NDArray[np.intp]]]


def _groups(
    given: GroupedArguments, by: tuple[Labels, Labels], sides: tuple[_Side, _Side]
) -> tuple[pl.DataFrame, _Places] | None:
    """What names the groups, and the rows of each in both windows; ``None`` where there is a fault."""
    read = []
    for name, labels, side in zip(("by", "by_before"), by, sides, strict=True):
        own = GroupedArguments(given.function, given.log)
        groups = own.groups(name, labels)
        if not given.log.problems and groups.at.shape != side.findings.shape:
            _note_by(given)
        read.append(groups)
    after, before = read
    if given.log.problems or after.labels is None or before.labels is None:
        return None
    known = {row: place for place, row in enumerate(before.labels.rows())}
    order = [known.get(row) for row in after.labels.rows()]
    if None in order or len(known) != after.count:
        _note_by(given)
        return None
    rows, rows_before = (_rows_of(groups) for groups in read)
    return after.labels, [(rows[at], rows_before[place]) for at, place in enumerate(order) if place is not None]


def _rows_of(groups: Groups) -> list[NDArray[np.intp]]:
    ends = np.cumsum(np.bincount(groups.at, minlength=groups.count))[:-1]
    return np.split(np.argsort(groups.at, kind="stable"), ends)


@dataclass(frozen=True, slots=True, eq=False)
class _Side:
    """One window: visits, findings and its length, shape ``()`` or ``(periods,)``."""

    visits: NDArray[np.int64]
    findings: NDArray[np.int64]
    exposure: NDArray[np.float64]
    missing: NDArray[np.bool_]

    def at(self, rows: NDArray[np.intp]) -> _Side:
        return _Side(self.visits[rows], self.findings[rows], self.exposure[rows], self.missing[rows])


def _side(given: GroupedArguments, name: str, visits: object, findings: object, exposure: object) -> _Side:
    # The windows may have different numbers of periods, so each has its own measure of length.
    own = GroupedArguments(given.function, given.log)
    visited, found = own.counts(f"visits_{name}", visits), own.counts(f"findings_{name}", findings)
    length = own.positives(f"exposure_{name}", exposure, EXPOSURE)
    own.some_rows(f"visits_{name}")
    if visited.ndim != found.ndim or (length.ndim and not found.ndim):
        _note_kinds(given, name)
    elif not given.log.problems:
        for argument, numbers in (("visits", visited), ("findings", found)):
            if numbers.sum() > LARGEST_COUNT:
                given.fault(COUNT.too_large, f"{argument}_{name}")
    if given.log.problems:
        one = np.asarray(1, dtype=np.int64)
        return _Side(one, one, np.asarray(1.0), np.zeros((), dtype=bool))
    missing = np.broadcast_to(own.missing, found.shape)
    return _Side(visited, found, np.broadcast_to(length, found.shape), missing)


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


def _many(given: GroupedArguments, sides: tuple[Numbers, ...], findings: object, conf_level: object) -> Decompositions:
    """Every row a comparison of totals: two calls for ratios, and one for the hit rates."""
    columns = ("visits_after", "visits_before", "findings_after", "findings_before")
    counts = [given.counts(name, value) for name, value in zip(columns, sides[:4], strict=True)]
    lengths = [given.exposures("exposure_after", sides[4]), given.exposures("exposure_before", sides[5])]
    shares = given.word("findings", findings, FINDINGS) == "binomial"
    level = given.conf_level(conf_level)
    if not given.log.problems and shares:
        for name, visited, found in (("findings_after", 0, 2), ("findings_before", 1, 3)):
            if ((counts[found] > counts[visited]) & ~given.missing).any():
                _note_more_than_visits(given, name)
    given.done()
    rows = (1 if given.rows is None else given.rows,)
    gone, empty = (np.broadcast_to(where, rows) for where in (given.missing, given.empty))
    lacking = _Lacking(gone, empty)
    # A harmless number stands where a row lacks one.
    v1, v0, f1, f0 = (np.where(gone, 1, one) for one in counts)
    t1, t0 = (np.broadcast_to(one, gone.shape) for one in lengths)
    unvisited = (v1 == 0) | (v0 == 0)
    seen = (np.where(unvisited, 1, v1), np.where(unvisited, 1, v0))
    ratio = _share_ratios if shares else ratios.score
    hits = ratio(np.where(unvisited, 1, f1), seen[0], np.where(unvisited, 1, f0), seen[1], level)
    side = Text("minst en sida", "at least one side")
    hits = hits.refuse(unvisited & ~gone, refusals.exposure_zero(side, Text("hela tiden", "all the time")))
    method, null = (Method.MOVER, None) if shares else (Method.SCORE, 1.0)
    evidence: _Evidence = {"events": f1 + f0, "exposure": (v1 + v0).astype(float)}
    return Decompositions(
        findings=_ratios((f1, t1), (f0, t0), level, lacking),
        visits=_ratios((v1, t1), (v0, t0), level, lacking),
        hit_rate=_series(hits, lacking, method, level, null, evidence),
    )


class _Lacking(NamedTuple):
    missing: NDArray[np.bool_]
    empty: NDArray[np.bool_]


class _Evidence(TypedDict):
    events: NDArray[np.int64]
    exposure: NDArray[np.float64]


def _ratios(after: _Part, before: _Part, conf_level: float, lacking: _Lacking) -> EstimateSeries:
    found = ratios.score(*after, *before, conf_level)
    evidence: _Evidence = {"events": after[0] + before[0], "exposure": np.asarray(after[1] + before[1], dtype=float)}
    return _series(found, lacking, Method.SCORE, conf_level, 1.0, evidence)


def _series(  # noqa: PLR0917 - what three calls give it
    found: Intervals,
    lacking: _Lacking,
    method: Method,
    conf_level: float,
    null: float | None,
    evidence: _Evidence,
) -> EstimateSeries:
    whole = found.refuse(lacking.missing, refusals.value_missing())
    whole = whole.refuse(lacking.empty, refusals.nothing_to_divide_by())
    return EstimateSeries(
        scale=Scale.RATE_RATIO,
        numbers=numbers_frame(
            whole, {"events": evidence["events"], "exposure": evidence["exposure"]}, lacking.missing.size
        ),
        method=method,
        conf_level=conf_level,
        null=null,
        reasons=whole.reasons,
    )


def _share_ratios(
    after: NDArray[np.int64],
    visits: NDArray[np.int64],
    before: NDArray[np.int64],
    visits_before: NDArray[np.int64],
    conf_level: float,
) -> Intervals:
    """Ratios of shares by MOVER of their Wilson limits."""
    empty = (after == 0) & (before == 0)
    counts = (np.where(empty, 1, after), np.where(empty, 1, before))
    first, second = counts[0] / visits, counts[1] / visits_before
    limits = [
        proportions.wilson_limits(count, of, conf_level)
        for count, of in zip(counts, (visits, visits_before), strict=True)
    ]
    low, high = variance_recovery.ratio_limits(first, limits[0], second, limits[1])
    estimate = np.divide(first, second, out=np.full(first.shape, np.inf), where=second > 0)
    return Intervals(estimate=estimate, low=low, high=high).refuse(empty, refusals.no_events())


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
    (first, visits), (second, visits_before) = (
        (np.atleast_1d(side.findings.sum()), np.atleast_1d(side.visits.sum())) for side in (after, before)
    )
    found = _share_ratios(first, visits, second, visits_before, conf_level).at(0)
    if isinstance(found, Statement):
        return refusal(Scale.RATE_RATIO, found, conf_level=conf_level)
    events, seen = int((first + second).item()), float((visits + visits_before).item())
    return _estimate(found, Method.MOVER, conf_level, events, seen)


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


def _note_by(given: GroupedArguments) -> None:
    given.note(
        "groups_do_not_fit",
        "by",
        what=Text(
            "Grupperna passar inte till raderna i båda fönstren.", "The groups do not fit the rows of both windows."
        ),
        accepted=Text(
            "en beteckning per period, och samma grupper före och efter",
            "a label for each period, and the same groups before and after",
        ),
        next_step=Text(
            "Ange by för perioderna efter och by_before för dem före.",
            "Give by for the periods after and by_before for those before.",
        ),
    )


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
