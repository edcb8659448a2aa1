"""The ratio of two rate ratios: how much more one side changed than the other.

This is a difference in differences on counts with exposures. Given the four margins of the 2×2
table of events, the first cell follows Fisher's noncentral hypergeometric distribution, whose odds
ratio is the ratio of rate ratios times a known quotient of exposures. The condition removes the
level of each side and the development they share.

The estimate is the observed ratio of rate ratios (0 or infinity when a cell is empty), which is the
number a reader can recompute from the table, and not the conditional maximum likelihood estimate.
The sums are exact for every count up to ``totals.LARGEST_COUNT``; no approximation takes over.

Many tables are many columns of ``counts`` and ``exposures``, whose four rows are: after and before, then
the reference after and before. Limits depend on the counts alone and are solved once per distinct table.
"""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from evalkit import refusals
from evalkit.inference import hypergeometric
from evalkit.inference.central import log_excess, twice_the_smaller
from evalkit.inference.distinct import solved_once
from evalkit.inference.hypergeometric import Margins
from evalkit.inference.intervals import Counts, Floats, Intervals
from evalkit.inference.levels import normal_quantile
from evalkit.inference.method import Method
from evalkit.inference.roots import crossings_near


def exact(counts: ArrayLike, exposures: ArrayLike, conf_level: float = 0.95, *, null: float | None = 1.0) -> Intervals:
    """The exact conditional interval (Cornfield's limits, those of R's ``fisher.test``).

    The p-value is twice the smaller tail, so it is below α exactly when ``null`` lies outside the
    interval. An empty cell makes the interval one-sided; an empty margin makes a refusal.

    Parameters
    ----------
    counts, exposures
        Shape ``(4, *S)`` in the order of the module, or ``(4,)`` for one table.
    conf_level, null
        The level, and the ratio that the p-value is against.

    Source: Cornfield 1956, Proceedings of the Third Berkeley Symposium 4:135-148; Fisher 1935.

    Examples
    --------
    >>> from evalkit.inference import two_by_two
    >>> interval = two_by_two.exact([3, 1, 1, 3], [1.0, 1.0, 1.0, 1.0]).only()
    >>> interval.estimate, round(interval.low, 4), round(interval.high, 2)
    (9.0, 0.2117, 626.24)
    """
    return _conditional(counts, exposures, conf_level, null, share=1.0)


def midp(counts: ArrayLike, exposures: ArrayLike, conf_level: float = 0.95, *, null: float | None = 1.0) -> Intervals:
    """The same conditional distribution with the observed table counted by half in each tail.

    Source: Berry and Armitage 1995, The Statistician 44:417-423.

    Examples
    --------
    >>> from evalkit.inference import two_by_two
    >>> two_by_two.midp([0, 5, 4, 4], [1.0, 1.0, 1.0, 1.0]).only().low
    0.0
    """
    return _conditional(counts, exposures, conf_level, null, share=0.5)


def score(counts: ArrayLike, exposures: ArrayLike, conf_level: float = 0.95, *, null: float | None = 1.0) -> Intervals:
    """The inverted score test: Pearson's chi-square against the table fitted to the margins and the ratio.

    The limits are those of Cornfield without a continuity correction. A limit is sought as the fitted first cell,
    from which the ratio follows.

    Source: Cornfield 1956, Proceedings of the Third Berkeley Symposium 4:135-148; Agresti and Min 2002, Biostatistics
    3:379-386, for its coverage.

    Examples
    --------
    >>> from evalkit.inference import two_by_two
    >>> interval = two_by_two.score([3, 1, 1, 3], [1.0, 1.0, 1.0, 1.0]).only()
    >>> round(interval.low, 4), round(interval.high, 2)
    (0.48, 168.74)
    """
    return _of_tables(counts, exposures, null, lambda tables: _score_limits(tables, conf_level), _score_p_value)


METHODS: MappingProxyType[Method, Callable[..., Intervals]] = MappingProxyType(
    {Method.SCORE: score, Method.MIDP: midp, Method.EXACT: exact}
)


def without_events(counts: Counts) -> NDArray[np.bool_]:
    """Where the whole table is empty."""
    return np.asarray(counts.sum(axis=0) == 0)


def without_margin(counts: Counts) -> NDArray[np.bool_]:
    """Where a side or a period has no event, so that the table says nothing about the ratio."""
    after, before, ref_after, ref_before = counts
    margins = (after + before, ref_after + ref_before, after + ref_after, before + ref_before)
    return np.asarray(np.minimum.reduce(margins) == 0)


def _conditional(
    counts: ArrayLike, exposures: ArrayLike, conf_level: float, null: float | None, *, share: float
) -> Intervals:
    outer = (1 - conf_level) / 2
    return _of_tables(
        counts,
        exposures,
        null,
        lambda tables: _limits(tables, outer, share),
        lambda tables, log_odds: _p_value(tables, log_odds, share),
    )


def _of_tables(
    counts: ArrayLike,
    exposures: ArrayLike,
    null: float | None,
    limits: Callable[[Counts], tuple[Floats, Floats]],
    p_value: Callable[[Counts, Floats], Floats],
) -> Intervals:
    cells, exposed = np.broadcast_arrays(np.asarray(counts, dtype=np.int64), np.asarray(exposures, dtype=np.float64))
    empty, hopeless = without_events(cells), without_margin(cells)
    # A harmless table stands where there will be a refusal.
    tables = np.where(hopeless, 1, cells)
    low, high = solved_once(lambda *rows: limits(np.stack(rows)), *tables)
    per_odds = (exposed[1] / exposed[0]) * (exposed[2] / exposed[3])
    tested = None if null is None else p_value(tables, np.log(null) - np.log(per_odds))
    found = Intervals(estimate=per_odds * _odds(tables), low=per_odds * low, high=per_odds * high, p_value=tested)
    return found.refuse(empty, refusals.no_events()).refuse(hopeless & ~empty, refusals.too_few_margins())


def _odds(tables: Counts) -> Floats:
    above, below = tables[0] * tables[3].astype(float), tables[1] * tables[2].astype(float)
    return np.asarray(np.divide(above, below, out=np.full(above.shape, np.inf), where=below > 0))


def _margins(tables: Counts) -> Margins:
    return Margins(marked=tables[0] + tables[1], others=tables[2] + tables[3], drawn=tables[0] + tables[2])


def _limits(tables: Counts, outer: float, share: float) -> tuple[Floats, Floats]:
    """Limits of the odds ratio, for tables of shape ``(4, n)``."""
    # With half an event added to each cell the log odds ratio and its error are finite for every table.
    logs, error = np.log(tables + 0.5), np.sqrt((1 / (tables + 0.5)).sum(axis=0))
    start = logs[0] - logs[1] - logs[2] + logs[3]
    reach = float(-special.ndtri(outer)) * error
    closed = np.concatenate([(tables[0] > 0) & (tables[3] > 0), (tables[1] > 0) & (tables[2] > 0)])
    limits = np.repeat([0.0, np.inf], start.size)
    if closed.any():
        # Both sides are sought together: a search costs by its steps more than by how many take part.
        upper = np.repeat([1.0, 0.0], start.size)[closed]
        near, step = np.concatenate([start - reach, start + reach])[closed], np.tile(error / 2, 2)[closed]
        cells = np.tile(tables, 2)[:, closed]
        limits[closed] = np.exp(crossings_near(_excess(outer, share), near, step, upper, *cells))
    return limits[: start.size], limits[start.size :]


def _excess(outer: float, share: float) -> Callable[..., Floats]:
    """How far the upper (or lower) tail is above its target, as a function of the log odds ratio and the four cells."""

    def gap(log_odds: Floats, upper: Floats, *cells: Counts) -> Floats:
        below, above = _tails(log_odds, np.stack(cells), share)
        return log_excess(np.where(upper > 0, above, below), np.full(log_odds.shape, outer))

    return gap


def _tails(log_odds: Floats, tables: Counts, share: float) -> tuple[Floats, Floats]:
    return hypergeometric.tails(tables[0], _margins(tables), log_odds, share=share)


def _p_value(tables: Counts, log_odds: Floats, share: float) -> Floats:
    flat = tables.reshape(4, -1)
    lower, upper = _tails(np.ravel(log_odds), flat, share)
    return twice_the_smaller(lower, upper).reshape(tables.shape[1:])


def _score_limits(tables: Counts, conf_level: float) -> tuple[Floats, Floats]:
    """Limits of the odds ratio. The upper limit is the lower one's inverse in the table with its columns swapped."""
    after, before, ref_after, ref_before = tables
    z = normal_quantile(conf_level)
    swapped = np.stack([before, after, ref_before, ref_after])
    with np.errstate(divide="ignore"):
        return _score_low(tables, z), 1 / _score_low(swapped, z)


def _score_low(tables: Counts, z: float) -> Floats:
    """The lower limit, 0 where the first cell (or its opposite) is empty.

    Sought is by how much the fitted first cell lies below the observed one, as a share of how far it could: the
    logarithm of that share's odds runs over all numbers, so no cell is ever exactly empty.
    """
    low = np.zeros(tables.shape[1])
    some = (tables[0] > 0) & (tables[3] > 0)
    if some.any():
        cells = tables[:, some].astype(float)
        room = np.minimum(cells[0], cells[3])
        error = np.sqrt((1 / (cells + 0.5)).sum(axis=0))
        near = special.logit(np.clip(z / error / room, 1e-12, 1 - 1e-6))
        moved = room * special.expit(
            crossings_near(_score_gap, near, np.ones(near.shape), np.full(near.shape, z), *cells)
        )
        low[some] = np.exp(_fitted_log_odds(moved, cells))
    return low


def _score_gap(logit: Floats, z: Floats, *cells: Floats) -> Floats:
    table = np.stack(cells)
    moved = np.minimum(table[0], table[3]) * special.expit(logit)
    return np.asarray(2 * (np.log(moved) - np.log(z)) + np.log(_precision(moved, table)))


def _moved(moved: Floats, cells: Floats) -> Floats:
    return np.asarray(cells + moved * np.array([-1.0, 1.0, 1.0, -1.0]).reshape(4, *[1] * (cells.ndim - 1)))


def _precision(moved: Floats, cells: Floats) -> Floats:
    """The sum of one over the fitted cells: one over the variance of the first, given the margins."""
    with np.errstate(divide="ignore"):
        return np.asarray((1 / _moved(moved, cells)).sum(axis=0))


def _fitted_log_odds(moved: Floats, cells: Floats) -> Floats:
    logs = np.log(_moved(moved, cells))
    return np.asarray(logs[0] - logs[1] - logs[2] + logs[3])


def _score_p_value(tables: Counts, log_odds: Floats) -> Floats:
    after, before, ref_after, ref_before = cells = tables.astype(float)
    # Both sides of the equation are divided by the larger of 1 and the odds ratio, which may be huge.
    times, per = np.exp(np.minimum(log_odds, 0.0)), np.exp(-np.maximum(log_odds, 0.0))
    linear = (after + ref_before) * per + times * (before + ref_after)
    constant = after * ref_before * per - times * before * ref_after
    moved = 2 * constant / (linear + np.sqrt(np.maximum(linear**2 - 4 * (per - times) * constant, 0.0)))
    score = np.abs(moved) * np.sqrt(_precision(moved, cells))
    return np.asarray(2 * special.ndtr(-np.where(moved == 0, 0.0, score)))
