"""Two one-sided tests (TOST) of a ratio of two Poisson rates against the limits of a margin.

Source: Schuirmann 1987, Journal of Pharmacokinetics and Biopharmaceutics 15:657-680; the conditional test of two
rates Przyborowski and Wilenski 1940, Biometrika 31:313-323.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from evalkit.inference import ratios
from evalkit.inference.intervals import Counts, Floats
from evalkit.inference.method import Method

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
    return _tail(sides.events, sides.events_ref, _log_odds(sides, ratio), method=method)


def below(sides: TwoRates, ratio: Floats | float, *, method: Method) -> Floats:
    """The one-sided p-value for a true ratio below ``ratio``."""
    return _tail(sides.events_ref, sides.events, -_log_odds(sides, ratio), method=method)


def _log_odds(sides: TwoRates, ratio: Floats | float) -> Floats:
    """Of an event falling on the first side, if the ratio is true."""
    return np.asarray(np.log(ratio) + np.log(sides.exposure) - np.log(sides.exposure_ref))


def _tail(first: Counts, second: Counts, log_odds: Floats, *, method: Method) -> Floats:
    if method is Method.SCORE:
        return ratios.score_tail(first, second, log_odds)
    return (ratios.upper_tail if method is Method.EXACT else ratios.midp_tail)(first, second, log_odds)


def limits(sides: TwoRates, conf_level: float, *, method: Method) -> tuple[Floats, Floats]:
    """The interval of the ratio whose ends are where the one-sided tests have p-value half of what the level leaves.

    0 and infinity where the data set no limit.
    """
    columns = (sides.events, sides.exposure, sides.events_ref, sides.exposure_ref)
    found = ratios.TESTED[method](*columns, conf_level, null=None)
    return np.where(found.is_estimated, found.low, 0.0), np.where(found.is_estimated, found.high, np.inf)


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
