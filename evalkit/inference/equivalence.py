"""Two one-sided tests (TOST) of a ratio of two Poisson rates against the limits of a margin.

Source: Schuirmann 1987, Journal of Pharmacokinetics and Biopharmaceutics 15:657-680; the conditional test of two
rates Przyborowski and Wilenski 1940, Biometrika 31:313-323.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from evalkit.inference.intervals import Counts, Floats
from evalkit.inference.method import Method
from evalkit.inference.roots import crossings

_CLOSE = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TwoRates:
    """Counts and exposures of two sides, arrays of one shape."""

    events: Counts
    exposure: Floats
    events_ref: Counts
    exposure_ref: Floats

    @property
    def ratio(self) -> Floats:
        """The observed ratio: infinity with none in the reference, nan with none at all."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(self.events / self.exposure * self.exposure_ref / self.events_ref)


def above(sides: TwoRates, ratio: Floats | float, *, method: Method) -> Floats:
    """The one-sided p-value for a true ratio above ``ratio``.

    Examples
    --------
    >>> import numpy as np
    >>> from evalkit.inference.equivalence import TwoRates, above
    >>> from evalkit.inference.method import Method
    >>> gu = TwoRates(events=np.asarray(60), exposure=51477.5, events_ref=np.asarray(30), exposure_ref=54308.7)
    >>> round(float(above(gu, 1.0, method=Method.EXACT)), 6)
    0.000428
    """
    return _tail(sides.events, sides.events_ref, _share(sides, ratio), method=method)


def below(sides: TwoRates, ratio: Floats | float, *, method: Method) -> Floats:
    """The one-sided p-value for a true ratio below ``ratio``."""
    return _tail(sides.events_ref, sides.events, _share(sides, ratio, other=True), method=method)


def _share(sides: TwoRates, ratio: Floats | float, *, other: bool = False) -> Floats:
    """The part of all events that falls on the first side (or the other) if the ratio is true."""
    log_odds = np.log(ratio) + np.log(sides.exposure) - np.log(sides.exposure_ref)
    return np.asarray(special.expit(-log_odds if other else log_odds))


def _tail(first: Counts | Floats, second: Counts | Floats, share: Floats, *, method: Method) -> Floats:
    if method is Method.SCORE:
        deviation = first - (first + second) * share
        with np.errstate(divide="ignore", invalid="ignore"):
            z = deviation / np.sqrt((first + second) * share * (1 - share))
        return np.asarray(np.where(first + second > 0, special.ndtr(-z), 1.0))
    at_least = np.where(first > 0, special.betainc(np.maximum(first, 1), second + 1, share), 1.0)
    if method is Method.EXACT:
        return np.asarray(at_least)
    more = np.where(second > 0, special.betainc(first + 1, np.maximum(second, 1), share), 0.0)
    return np.asarray((at_least + more) / 2)


def limits(sides: TwoRates, conf_level: float, *, method: Method) -> tuple[Floats, Floats]:
    """The interval of the ratio whose ends are where the one-sided tests have p-value half of what the level leaves.

    0 and infinity where the data set no limit.
    """
    outer = (1 - conf_level) / 2
    first, second = (np.asarray(part, dtype=np.float64) for part in np.broadcast_arrays(sides.events, sides.events_ref))
    low = _least_odds(first, second, outer, method)
    inverse_high = _least_odds(second, first, outer, method)
    per_odds = sides.exposure_ref / sides.exposure
    with np.errstate(divide="ignore"):
        return np.asarray(per_odds * low), np.asarray(per_odds / inverse_high)


def _least_odds(first: Floats, second: Floats, outer: float, method: Method) -> Floats:
    """The smallest odds that a first count so large still agrees with; 0 when it is 0."""
    some = first > 0
    n = np.where(some, first, 1.0)
    if method is Method.SCORE:
        z2 = float(special.ndtri(outer)) ** 2
        total = n + second
        root = np.sqrt(z2 * (n * second / total + z2 / 4))
        # Wilson's limits as quotients of squares, so that the digits of a small count are not subtracted away.
        product = (n + z2 / 2 + root) * (second + z2 / 2 + root) / (1 + z2 / total)
        return np.asarray(np.where(some, n**2 / product, 0.0))
    # The part and the rest each from its own tail, so that neither loses digits near 1.
    exact = special.betaincinv(n, second + 1, outer) / special.betainccinv(second + 1, n, outer)
    if method is Method.EXACT:
        return np.asarray(np.where(some, exact, 0.0))
    shape = n.shape

    def gap(log_odds: Floats, count: Floats, rest: Floats) -> Floats:
        tail = _tail(count, rest, special.expit(log_odds), method=Method.MIDP)
        return np.asarray(np.log(np.maximum(tail, 1e-300) / outer))

    start, end = np.log(exact).ravel(), np.log((n + 0.5) / (second + 0.5)).ravel() + 1.0
    found = crossings(gap, start, np.maximum(end, start + 1.0), n.ravel(), second.ravel())
    return np.asarray(np.where(some, np.exp(found).reshape(shape), 0.0))


def from_errors(
    estimate: Floats,
    high: Floats,
    error: Floats,
    df: Floats,
    *,
    conf_level: float,
    margin: tuple[float, float],
    is_ratio: bool,
) -> tuple[Floats, Floats]:
    """The one-sided p-values against both limits of the margin, of estimates whose interval is built from its error.

    Parameters
    ----------
    estimate, high, error, df
        Shape ``(n,)``: the estimate and its upper limit on the natural scale, the standard error (of the logarithm for
        a ratio) and the degrees of freedom of Student's t, nan for normal limits. nan where there is none.
    conf_level, margin, is_ratio
        The level of the interval, both limits of the margin, and whether it is made on the log scale.

    Returns
    -------
    tuple of ndarray
        Against the lower and against the upper limit; nan where the interval is not made so.

    Source: Schuirmann 1987, Journal of Pharmacokinetics and Biopharmaceutics 15:657-680.

    Examples
    --------
    >>> import numpy as np
    >>> from evalkit.inference.equivalence import from_errors
    >>> one = np.ones(1)
    >>> above, below = from_errors(
    ...     0 * one, 1.959964 * one, one, np.nan * one, conf_level=0.95, margin=(-2.0, 2.0), is_ratio=False
    ... )
    >>> above.round(4).tolist(), below.round(4).tolist()
    ([0.0228], [0.0228])
    """
    there, (low_end, high_end) = error > 0, margin
    if is_ratio:
        there = there & (estimate > 0) & np.isfinite(high) & (low_end > 0)
        estimate, high = (np.log(np.where(there, one, 1.0)) for one in (estimate, high))
        low_end, high_end = (float(np.log(end)) if low_end > 0 else 0.0 for end in margin)
    error, normal = np.where(there, error, 1.0), np.isnan(df)
    freedom, outer = np.where(normal, 1.0, df), (1 - conf_level) / 2
    quantile = -np.where(normal, special.ndtri(outer), special.stdtrit(freedom, outer))
    there = there & np.isclose(high - estimate, quantile * error, rtol=_CLOSE, atol=0.0)
    steps = ((low_end - estimate) / error, (estimate - high_end) / error)
    above, below = (np.where(normal, special.ndtr(step), special.stdtr(freedom, step)) for step in steps)
    return np.where(there, above, np.nan), np.where(there, below, np.nan)
