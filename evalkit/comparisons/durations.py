"""How long things take, when some are still waiting: curves, medians, means up to a horizon and their comparison."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias, overload

import numpy as np

from evalkit.comparisons.curves import Curve, Curves, IncidenceCurve, Incidences, labelled
from evalkit.comparisons.result import TestedRows, answer
from evalkit.estimate_series import EstimateSeries
from evalkit.estimates import Estimate
from evalkit.inference.column_arguments import ColumnArguments
from evalkit.inference.duration_arguments import DurationArguments
from evalkit.inference.method import Method
from evalkit.language import Text
from evalkit.vocabulary import Scale

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl
    from numpy.typing import NDArray

    from evalkit.inference.intervals import Floats
    from evalkit.inference.log_rank import LogRank
    from evalkit.inference.mean_durations import Means

    Column: TypeAlias = "pl.Series | NDArray[np.generic] | Sequence[object]"

CURVE_METHODS = (Method.LOG_LOG, Method.LOG, Method.GREENWOOD, Method.EXACT)
TWO_SIDE_METHODS = (Method.MOVER, Method.GREENWOOD)
_ENDS_OF_SPANS = frozenset({"event", "lost", "censored"})


@overload
def survival(days: Column, event: Column, *, by: None = ..., method: str = ..., conf_level: float = ...) -> Curve: ...
@overload
def survival(days: Column, event: Column, *, by: Column, method: str = ..., conf_level: float = ...) -> Curves: ...
def survival(
    days: Column,
    event: Column,
    *,
    by: Column | None = None,
    method: str = "log_log",
    conf_level: float = 0.95,
) -> Curve | Curves:
    """The share still waiting, day by day (Kaplan–Meier).

    Parameters
    ----------
    days
        A column with one row per unit: days from the start to the end, or to the day on which the unit was last seen
        to wait. From 0; another unit of time will do. :func:`evalkit.spans` makes it from dates.
    event
        A column: true (1) where the end was reached, false (0) where it is still to come (censored).
    by
        A column that tells the group of each row. All groups are done in one go.
    method
        Limits of the curve: ``log_log`` (Kalbfleisch–Prentice), ``log``, ``greenwood`` (plain) or ``exact`` (Fay,
        Brittain and Proschan 2013). Where none or all have ended the first three have no width and give the exact
        limits.
    conf_level
        At least 0.5 and below 1.

    Returns
    -------
    Curve or Curves
        One curve, or with ``by`` one for each group.

    Raises
    ------
    EstimationError
        When a row has no value, a negative number of days or the like; everything is told at once.

    Examples
    --------
    >>> import polars as pl
    >>> import evalkit as ek
    >>> curve = ek.survival(pl.Series([3, 5, 8, 8, 13, 21]), pl.Series([1, 1, 1, 0, 1, 0]))
    >>> found = curve.at(7)
    >>> round(found.estimate, 3), round(found.conf_low, 3), round(found.conf_high, 3)
    (0.667, 0.195, 0.904)
    """
    from evalkit.inference import durations
    from evalkit.inference.risk_sets import gather

    given = DurationArguments("survival()")
    spans = given.days("days", days)
    ended = given.events("event", event)
    labels = None if by is None else given.labels("by", by)
    wanted = given.method(method, CURVE_METHODS)
    level = given.conf_level(conf_level)
    given.done()
    groups, codes = _coded(labels, spans.size)
    waiting = durations.kaplan_meier(gather(spans, ended.astype(np.int64), codes))
    if groups is None:
        return Curve(waiting=waiting, conf_level=level, method=wanted)
    return Curves(waiting=waiting, groups=groups, conf_level=level, method=wanted)


@overload
def cumulative_incidence(
    days: Column, outcome: Column, *, of: str, censored: str = ..., by: None = ..., conf_level: float = ...
) -> IncidenceCurve: ...
@overload
def cumulative_incidence(
    days: Column, outcome: Column, *, of: str, censored: str = ..., by: Column, conf_level: float = ...
) -> Incidences: ...
def cumulative_incidence(
    days: Column,
    outcome: Column,
    *,
    of: str,
    censored: str = "censored",
    by: Column | None = None,
    conf_level: float = 0.95,
) -> IncidenceCurve | Incidences:
    """The share that has ended in one way, when other ends (such as lost contact) compete with it.

    Parameters
    ----------
    days
        As in :func:`survival`.
    outcome
        A column of words: how each wait ended. :func:`evalkit.spans` gives ``event``, ``lost`` and ``censored``.
    of
        The outcome whose share is wanted. Every other word than ``censored`` is a competing end. A word that is in
        no row is a fault, except ``event`` and ``lost`` where every row has one of the words of :func:`evalkit.spans`:
        an end that nobody has reached yet.
    censored
        The word for those who still wait. A word in ``outcome`` that differs from it in capitals or blanks only is a
        fault: it would count as an end.
    by, conf_level
        As in :func:`survival`.

    Returns
    -------
    IncidenceCurve or Incidences
        Aalen and Johansen's estimate; with ``by`` its ``tests`` hold Gray's test of the groups.

    Raises
    ------
    EstimationError
        When an argument has no meaning; everything is told at once.

    Examples
    --------
    >>> import polars as pl
    >>> import evalkit as ek
    >>> outcome = pl.Series(["event", "lost", "event", "censored"])
    >>> ek.cumulative_incidence(pl.Series([10, 20, 30, 40]), outcome, of="event").at(35).estimate
    0.5
    """
    from evalkit.inference import competing
    from evalkit.inference.risk_sets import gather

    given = DurationArguments("cumulative_incidence()")
    spans = given.days("days", days)
    ends, of, censored = given.words("outcome", outcome), given.word("of", of), given.word("censored", censored)
    labels = None if by is None else given.labels("by", by)
    level = given.conf_level(conf_level)
    if of and of == censored:
        _note_same_word(given)
    elif not given.log.problems:
        _note_unused_words(given, ends, of, censored)
    given.done()
    cause = np.where(ends == of, 1, np.where(ends == censored, 0, 2)).astype(np.int64)
    groups, codes = _coded(labels, spans.size)
    found = competing.aalen_johansen(gather(spans, cause, codes, causes=2), 1)
    if groups is None:
        return IncidenceCurve(incidence=found, conf_level=level)
    return Incidences(incidence=found, groups=groups, conf_level=level)


def rmst_difference(
    days: Column,
    event: Column,
    group: Column,
    reference: object,
    *,
    horizon: float,
    strata: Column | None = None,
    by: Column | None = None,
    method: str = "mover",
    conf_level: float = 0.95,
) -> Estimate | EstimateSeries:
    """How many days longer one side waits than the other on average, up to a horizon.

    Parameters
    ----------
    days, event
        As in :func:`survival`.
    group
        A column with exactly two different values.
    reference
        The value of ``group`` that the other is compared to.
    horizon
        Days; the comparison is refused when it lies beyond the follow-up of either side.
    strata
        A column within whose values the log-rank test compares. The difference is not stratified.
    by
        A column: one comparison for each of its values, in one go. The answer is then a series, whose columns
        ``test_statistic`` and ``test_p_value`` hold the test.
    method
        ``mover`` (joins the two sides' ``logit`` intervals) or ``greenwood`` (normal, with a p-value against 0).
    conf_level
        At least 0.5 and below 1.

    Returns
    -------
    Estimate or EstimateSeries
        On the scale ``duration_difference``; ``tests`` holds the log-rank test.

    Raises
    ------
    EstimationError
        When an argument has no meaning; everything is told at once.

    Examples
    --------
    >>> import polars as pl
    >>> import evalkit as ek
    >>> days, event = pl.Series([2, 4, 6, 9, 3, 8, 11, 14]), pl.Series([1, 1, 1, 1, 1, 1, 1, 0])
    >>> found = ek.rmst_difference(days, event, pl.Series(list("aaaabbbb")), "b", horizon=14)
    >>> found.estimate, found.tests[0].name
    (-3.75, 'log_rank')
    """
    asked = _ask("rmst_difference()", days, event, group, reference, horizon, strata, by, method, conf_level)
    return _compare(asked, Scale.DURATION_DIFFERENCE)


def rmst_ratio(
    days: Column,
    event: Column,
    group: Column,
    reference: object,
    *,
    horizon: float,
    strata: Column | None = None,
    by: Column | None = None,
    method: str = "mover",
    conf_level: float = 0.95,
) -> Estimate | EstimateSeries:
    """How many times as long one side waits as the other on average, up to a horizon.

    Everything is as in :func:`rmst_difference`, on the scale ``duration_ratio``.

    Examples
    --------
    >>> import polars as pl
    >>> import evalkit as ek
    >>> days, event = pl.Series([2, 4, 6, 8, 4, 8, 12, 16]), pl.Series([1, 1, 1, 1, 1, 1, 1, 1])
    >>> ek.rmst_ratio(days, event, pl.Series(list("aaaabbbb")), "b", horizon=20).estimate
    0.5
    """
    asked = _ask("rmst_ratio()", days, event, group, reference, horizon, strata, by, method, conf_level)
    return _compare(asked, Scale.DURATION_RATIO)


@dataclass(frozen=True, slots=True, eq=False)
class _Asked:
    """A comparison of two sides, checked: the pair that each unit belongs to and whether it is on the first side."""

    days: Floats
    event: NDArray[np.bool_]
    on_side: NDArray[np.bool_]
    pair: NDArray[np.int64]
    stratum: NDArray[np.int64]
    pairs: pl.Series | None
    horizon: float
    method: Method
    conf_level: float


def _ask(  # noqa: PLR0917 - passed on as they came, by two functions
    function: str,
    days: object,
    event: object,
    group: object,
    reference: object,
    horizon: object,
    strata: object,
    by: object,
    method: object,
    conf_level: object,
) -> _Asked:
    given = DurationArguments(function)
    spans, ended = given.days("days", days), given.events("event", event)
    sides = given.labels("group", group)
    labels = None if by is None else given.labels("by", by)
    layers = None if strata is None else given.labels("strata", strata)
    until = given.day("horizon", horizon)
    wanted = given.method(method, TWO_SIDE_METHODS)
    level = given.conf_level(conf_level)
    on_side = np.asarray([value != reference for value in sides.unique().to_list()])
    if on_side.size != 2 or on_side.sum() != 1:  # noqa: PLR2004
        _note_sides(given)
    given.done()
    pairs, pair = _coded(labels, spans.size)
    _, layer = _coded(layers, spans.size)
    return _Asked(spans, ended, (sides != reference).to_numpy(), pair, layer, pairs, until, wanted, level)


def _compare(asked: _Asked, scale: Scale) -> Estimate | EstimateSeries:
    from evalkit.inference import mean_durations

    group, reference = _sides(asked)
    function = mean_durations.difference if scale is Scale.DURATION_DIFFERENCE else mean_durations.ratio
    found = function(group, reference, asked.conf_level, asked.method)
    given = ColumnArguments("rmst", rows=group.mean.size, missing=np.zeros(group.mean.size, dtype=bool))
    null = (0.0 if scale is Scale.DURATION_DIFFERENCE else 1.0) if asked.method is Method.GREENWOOD else None
    test = _log_rank(asked)
    series = answer(
        given,
        scale,
        found,
        method=asked.method,
        conf_level=asked.conf_level,
        null=null,
        test=TestedRows("log_rank", test.statistic, test.p_value, df=1.0),
        events=group.events + reference.events,
        n_units=group.units + reference.units,
    )
    if not isinstance(series, EstimateSeries):
        raise TypeError("rows were given, so a series comes back")
    return series[0] if asked.pairs is None else labelled(asked.pairs, series)


def _sides(asked: _Asked) -> tuple[Means, Means]:
    """The means of both sides of every pair; a side with nobody has no units."""
    from evalkit.inference import durations, mean_durations
    from evalkit.inference.risk_sets import gather

    side = asked.pair * 2 + asked.on_side
    units = np.bincount(side, minlength=2 * (int(asked.pair.max()) + 1))
    # A side without units gets one stand-in, so that the arithmetic goes through; its pair is refused.
    empty = np.flatnonzero(units == 0)
    days, event = np.append(asked.days, np.zeros(empty.size)), np.append(asked.event, np.zeros(empty.size, dtype=bool))
    sets = gather(days, event.astype(np.int64), np.append(side, empty))
    known = replace(mean_durations.means(durations.kaplan_meier(sets), asked.horizon), units=units.astype(np.int64))
    return known.of(slice(1, None, 2)), known.of(slice(0, None, 2))


def _log_rank(asked: _Asked) -> LogRank:
    from evalkit.inference.log_rank import log_rank

    layers = int(asked.stratum.max()) + 1
    both, codes = np.unique(asked.pair * layers + asked.stratum, return_inverse=True)
    return log_rank(asked.days, asked.event, asked.on_side, codes, both // layers)


def _coded(labels: pl.Series | None, units: int) -> tuple[pl.Series | None, NDArray[np.int64]]:
    """The different labels, sorted, and the place of each row's label among them."""
    if labels is None:
        return None, np.zeros(units, dtype=np.int64)
    different = labels.unique().sort()
    return different, (labels.rank("dense") - 1).cast(int).to_numpy()


def _note_sides(given: DurationArguments) -> None:
    given.note(
        "not_two_groups",
        "group",
        what=Text(
            "group har inte precis två olika värden, eller så är reference inget av dem.",
            "group does not have exactly two different values, or reference is none of them.",
        ),
        accepted=Text("två grupper, varav reference är den ena", "two groups, of which reference is one"),
        next_step=Text("Välj ut de två grupper som ska jämföras.", "Select the two groups to be compared."),
    )


def _note_unused_words(given: DurationArguments, ends: pl.Series, of: str, censored: str) -> None:
    """Faults in words that no row has; the words that the rows do have are data, and are not told."""
    words = set(ends.unique().to_list())
    if of not in words and not (of in _ENDS_OF_SPANS and words <= _ENDS_OF_SPANS):
        given.note(
            "of_in_no_row",
            "of",
            what=Text("Ordet i of står inte på någon rad i outcome.", "The word in of is in no row of outcome."),
            accepted=Text("ett ord som står i outcome, skrivet likadant", "a word of outcome, written in the same way"),
            next_step=Text(
                "Rätta stavningen; stora och små bokstäver räknas som olika.",
                "Correct the spelling; capitals and small letters differ.",
            ),
        )
    if any(word != censored and word.strip().casefold() == censored.strip().casefold() for word in words):
        given.note(
            "censored_written_otherwise",
            "censored",
            what=Text(
                "Ordet i censored står i outcome skrivet på ett annat sätt, och räknas då som ett slut.",
                "The word in censored is in outcome with other capitals or blanks, and would count as an end.",
            ),
            accepted=Text("ett och samma ord för alla som väntar", "one word for all who wait"),
            next_step=Text("Skriv ordet likadant på alla rader.", "Write the word in the same way in every row."),
        )


def _note_same_word(given: DurationArguments) -> None:
    given.note(
        "of_is_censored",
        "of",
        what=Text("of är ordet för dem som ännu väntar.", "of is the word for those who still wait."),
        accepted=Text("ett av sluten", "one of the ends"),
        next_step=Text("Välj ett annat ord i of, eller i censored.", "Choose another word in of, or in censored."),
    )
