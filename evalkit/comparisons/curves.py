"""Curves of how many still wait, or have ended, by day: for one group, or for each of many."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from evalkit.comparisons.result import answer
from evalkit.estimate_series import EstimateSeries
from evalkit.estimates import Estimate, Tested
from evalkit.inference.column_arguments import ColumnArguments
from evalkit.inference.duration_arguments import DurationArguments
from evalkit.inference.method import Method
from evalkit.vocabulary import Scale

if TYPE_CHECKING:
    import polars as pl
    from numpy.typing import NDArray

    from evalkit.inference.competing import Incidence
    from evalkit.inference.durations import Waiting
    from evalkit.inference.intervals import Intervals

_TAKEN = {"estimate", "conf_low", "conf_high", "p_value", "std_error", "events", "exposure", "reason", "status"}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Curves:
    """The curve of each group, all made in one call.

    Attributes
    ----------
    groups
        The groups' labels, sorted. What the other methods return has one row per group in this order.
    conf_level, method
        The level and the method of the curve's limits.

    Examples
    --------
    >>> import polars as pl
    >>> import evalkit as ek
    >>> unit = pl.Series("unit", ["a", "a", "a", "b", "b", "b"])
    >>> curves = ek.survival(pl.Series([2, 5, 9, 4, 4, 8]), pl.Series([1, 1, 1, 1, 1, 0]), by=unit)
    >>> curves.median().to_frame().select("unit", "estimate").rows()
    [('a', 5.0), ('b', 4.0)]
    >>> curves[1].median().estimate, [round(curve.at(4).estimate, 2) for curve in curves]
    (4.0, [0.67, 0.33])
    """

    waiting: Waiting
    groups: pl.Series
    conf_level: float
    method: Method

    def __len__(self) -> int:
        return self.groups.len()

    def __getitem__(self, row: int) -> Curve:
        """The curve of one group, in the order of ``groups``; a negative number counts from the end.

        Raises
        ------
        IndexError
            When there is no such group.
        """
        from evalkit.inference import durations

        own = self.waiting.sets.only(_place(row, len(self)))
        return Curve(waiting=durations.kaplan_meier(own), conf_level=self.conf_level, method=self.method)

    def __iter__(self) -> Iterator[Curve]:
        return (self[row] for row in range(len(self)))

    def to_frame(self) -> pl.DataFrame:
        """One row per group and day on which a wait ended: ``day``, ``at_risk``, ``events``, the share and its limits.

        The share is that which waits longer than the day. The counts are of single units and for the analyst alone:
        :func:`evalkit.release_curves` makes what may be published.
        """
        from evalkit.inference import durations

        low, high = durations.limits(self.waiting, self.conf_level, self.method)
        sets = self.waiting.sets
        columns: dict[str, NDArray[Any]] = {"day": sets.day, "at_risk": sets.at_risk, "events": sets.any_event}
        columns |= {"estimate": self.waiting.share, "conf_low": low, "conf_high": high}
        return _labelled_rows(self.groups, sets.group, columns)

    def _repr_html_(self) -> str:
        from evalkit.views import frame_view

        return frame_view("Kvarvarande per dag", self.to_frame())

    def at(self, day: float) -> EstimateSeries:
        """The share that waits longer than ``day``."""
        return _series(self.groups, _at(self.waiting, day, self.conf_level, self.method))

    def median(self) -> EstimateSeries:
        """The day by which half are done."""
        return self.quantile(0.5)

    def quantile(self, done: float) -> EstimateSeries:
        """The day by which the share ``done`` is done."""
        return _series(self.groups, _quantile(self.waiting, done, self.conf_level, self.method))

    def rmst(self, horizon: float, *, method: str = "logit") -> EstimateSeries:
        """The mean wait up to ``horizon`` days; see :meth:`Curve.rmst`."""
        return _series(self.groups, _rmst(self.waiting, horizon, self.conf_level, method))

    def __repr__(self) -> str:
        return f"Curves: {len(self)} groups, {int(self.waiting.sets.units.sum())} units"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Curve:
    """How large a share still waits, day by day, for one group.

    Attributes
    ----------
    conf_level, method
        The level and the method of the curve's limits.

    Examples
    --------
    >>> import polars as pl
    >>> import evalkit as ek
    >>> curve = ek.survival(pl.Series([3, 5, 8, 8, 13, 21]), pl.Series([1, 1, 1, 0, 1, 0]))
    >>> round(curve.at(7).estimate, 4), curve.median().estimate
    (0.6667, 10.5)
    >>> round(curve.rmst(14).estimate, 2)
    9.42
    """

    waiting: Waiting
    conf_level: float
    method: Method

    def to_frame(self) -> pl.DataFrame:
        """As :meth:`Curves.to_frame`, without a column for the group."""
        return self._as_one_of_many().to_frame().drop("group")

    def _repr_html_(self) -> str:
        from evalkit.views import frame_view

        return frame_view("Kvarvarande per dag", self.to_frame())

    def at(self, day: float) -> Estimate:
        """The share that waits longer than ``day``, on the scale ``proportion``; refused beyond the follow-up."""
        return _single(_at(self.waiting, day, self.conf_level, self.method))

    def median(self) -> Estimate:
        """The day by which half are done, on the scale ``duration``; infinity as a limit means that there is none."""
        return self.quantile(0.5)

    def quantile(self, done: float) -> Estimate:
        """The day by which the share ``done`` is done (Brookmeyer and Crowley 1982); refused when it is not reached."""
        return _single(_quantile(self.waiting, done, self.conf_level, self.method))

    def rmst(self, horizon: float, *, method: str = "logit") -> Estimate:
        """The mean of the wait or the horizon, whichever is less, on the scale ``duration``.

        Parameters
        ----------
        horizon
            Days, above 0 and within the follow-up unless nobody waits any longer.
        method
            ``logit`` (kept inside the horizon, with Student's t) or ``greenwood`` (the usual normal interval).
        """
        return _single(_rmst(self.waiting, horizon, self.conf_level, method))

    def _as_one_of_many(self) -> Curves:
        import polars as pl

        one = pl.Series("group", [0])
        return Curves(waiting=self.waiting, groups=one, conf_level=self.conf_level, method=self.method)

    def __repr__(self) -> str:
        sets = self.waiting.sets
        return f"Curve: {int(sets.units.sum())} units, {int(sets.any_event.sum())} events"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Incidences:
    """The share of each group that has ended in the way asked for, by day.

    Examples
    --------
    >>> import polars as pl
    >>> import evalkit as ek
    >>> days, side = pl.Series([1, 2, 3, 4, 5, 6, 7, 8]), pl.Series("side", list("aaaabbbb"))
    >>> outcome = pl.Series(["event", "event", "lost", "event", "lost", "censored", "event", "lost"])
    >>> shares = ek.cumulative_incidence(days, outcome, of="event", by=side)
    >>> shares.tests[0].name, round(shares.tests[0].p_value, 3)
    ('gray', 0.052)
    >>> round(shares[0].at(4).estimate, 2)
    0.75
    """

    incidence: Incidence
    groups: pl.Series
    conf_level: float

    def __len__(self) -> int:
        return self.groups.len()

    def __getitem__(self, row: int) -> IncidenceCurve:
        """The curve of one group, in the order of ``groups``; a negative number counts from the end.

        Raises
        ------
        IndexError
            When there is no such group.
        """
        from evalkit.inference import competing

        own = self.incidence.sets.only(_place(row, len(self)))
        return IncidenceCurve(incidence=competing.aalen_johansen(own, 1), conf_level=self.conf_level)

    def __iter__(self) -> Iterator[IncidenceCurve]:
        return (self[row] for row in range(len(self)))

    def __repr__(self) -> str:
        return f"Incidences: {len(self)} groups, {int(self.incidence.sets.units.sum())} units"

    @property
    def tests(self) -> tuple[Tested, ...]:
        """Gray's test of whether the shares of all groups are alike; empty where they could not have differed.

        Source: Gray 1988, Annals of Statistics 16:1141-1154.
        """
        from evalkit.inference.gray import gray

        found = gray(self.incidence.sets)
        return (Tested("gray", found.statistic, found.p_value, df=float(found.df)),) if found.df else ()

    def to_frame(self) -> pl.DataFrame:
        """One row per group and day on which a wait ended, as :meth:`Curves.to_frame`; the share has ended so."""
        from evalkit.inference import competing

        low, high = competing.limits(self.incidence, self.conf_level)
        sets = self.incidence.sets
        columns: dict[str, NDArray[Any]] = {"day": sets.day, "at_risk": sets.at_risk, "events": sets.any_event}
        columns |= {"estimate": self.incidence.share, "conf_low": low, "conf_high": high}
        return _labelled_rows(self.groups, sets.group, columns)

    def _repr_html_(self) -> str:
        from evalkit.views import frame_view

        return frame_view("Avslutade per dag", self.to_frame())

    def at(self, day: float) -> EstimateSeries:
        """The share that has ended so by ``day``, one row per group."""
        return _series(self.groups, _incidence_at(self.incidence, day, self.conf_level))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class IncidenceCurve:
    """The share that has ended in the way asked for, by day, for one group."""

    incidence: Incidence
    conf_level: float

    def __repr__(self) -> str:
        sets = self.incidence.sets
        return f"IncidenceCurve: {int(sets.units.sum())} units, {int(sets.events[:, 0].sum())} events"

    def to_frame(self) -> pl.DataFrame:
        """As :meth:`Incidences.to_frame`, without a column for the group."""
        import polars as pl

        one = pl.Series("group", [0])
        return Incidences(incidence=self.incidence, groups=one, conf_level=self.conf_level).to_frame().drop("group")

    def _repr_html_(self) -> str:
        from evalkit.views import frame_view

        return frame_view("Avslutade per dag", self.to_frame())

    def at(self, day: float) -> Estimate:
        """The share that has ended so by ``day``, on the scale ``proportion``; refused beyond the follow-up."""
        return _single(_incidence_at(self.incidence, day, self.conf_level))


def _place(row: int, rows: int) -> int:
    if not -rows <= row < rows:
        raise IndexError(f"there are {rows} groups")
    return row % rows


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """Intervals of shape ``(groups,)`` and what is told with them."""

    scale: Scale
    intervals: Intervals
    method: Method
    conf_level: float
    events: NDArray[np.int64]
    units: NDArray[np.int64]
    null: float | None = None


def _single(found: Found) -> Estimate:
    given = ColumnArguments("survival()", rows=1, missing=np.zeros(1, dtype=bool))
    return _answer(given, found)[0]


def _series(groups: pl.Series, found: Found) -> EstimateSeries:
    given = ColumnArguments("survival()", rows=groups.len(), missing=np.zeros(groups.len(), dtype=bool))
    return labelled(groups, _answer(given, found))


def labelled(groups: pl.Series, series: EstimateSeries) -> EstimateSeries:
    """The same series with the groups' labels."""
    import polars as pl

    return replace(series, groups=pl.DataFrame([groups.alias(column_name(groups))]))


def column_name(groups: pl.Series) -> str:
    """What the column of labels is called: as the column given, unless that name is taken or empty."""
    return "group" if groups.name in _TAKEN or not groups.name else groups.name


def _answer(given: ColumnArguments, found: Found) -> EstimateSeries:
    series = answer(
        given,
        found.scale,
        found.intervals,
        method=found.method,
        conf_level=found.conf_level,
        null=found.null,
        events=found.events,
        n_units=found.units,
    )
    if isinstance(series, Estimate):
        raise TypeError("rows were given, so a series comes back")
    return series


def _labelled_rows(groups: pl.Series, group: NDArray[np.int64], columns: Mapping[str, NDArray[Any]]) -> pl.DataFrame:
    import polars as pl

    return pl.DataFrame(columns).insert_column(0, groups.gather(group).alias(column_name(groups)))


def _events_by(waiting: Waiting, day: float) -> NDArray[np.int64]:
    sets = waiting.sets
    return sets.total(np.where(sets.day <= day, sets.any_event, 0).astype(np.float64)).astype(np.int64)


def _at(waiting: Waiting, day: float, level: float, method: Method) -> Found:
    from evalkit.inference import durations

    given = DurationArguments("survival().at()")
    wanted = given.day_from_zero("day", day)
    given.done()
    events = _events_by(waiting, wanted)
    found = partial(Found, events=events, units=waiting.sets.units)
    return found(Scale.PROPORTION, durations.at(waiting, wanted, level, method), method, level)


def _quantile(waiting: Waiting, done: float, level: float, method: Method) -> Found:
    from evalkit.inference import durations

    given = DurationArguments("survival().quantile()")
    wanted = given.share("done", done)
    given.done()
    found = partial(Found, events=_events_by(waiting, np.inf), units=waiting.sets.units)
    return found(Scale.DURATION, durations.quantile(waiting, wanted, level, method), method, level)


def _rmst(waiting: Waiting, horizon: float, level: float, method: str) -> Found:
    from evalkit.inference import mean_durations

    given = DurationArguments("survival().rmst()")
    wanted = given.day("horizon", horizon)
    how = given.method(method, mean_durations.ONE_SIDE)
    given.done()
    found = partial(Found, events=_events_by(waiting, wanted), units=waiting.sets.units)
    return found(Scale.DURATION, mean_durations.mean(waiting, wanted, level, how), how, level)


def _incidence_at(incidence: Incidence, day: float, level: float) -> Found:
    from evalkit.inference import competing

    given = DurationArguments("cumulative_incidence().at()")
    wanted = given.day_from_zero("day", day)
    given.done()
    sets = incidence.sets
    events = sets.total(np.where(sets.day <= wanted, sets.events[:, 0], 0).astype(np.float64)).astype(np.int64)
    found = partial(Found, events=events, units=sets.units)
    return found(Scale.PROPORTION, competing.at(incidence, wanted, level), Method.AALEN_JOHANSEN, level)
