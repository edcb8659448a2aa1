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
    share = special.expit(log_odds)
    at_least = np.where(first > 0, special.betainc(np.maximum(first, 1), second + 1, share), 1.0)
    if method is Method.EXACT:
        return np.asarray(at_least)
    more = np.where(second > 0, special.betainc(first + 1, np.maximum(second, 1), share), 0.0)
    return np.asarray((at_least + more) / 2)


def limits(sides: TwoRates, conf_level: float, *, method: Method) -> tuple[Floats, Floats]:
    """The interval of the ratio whose ends are where the one-sided tests have p-value half of what the level leaves.

    0 and infinity where the data set no limit.
    """
    columns = (sides.events, sides.exposure, sides.events_ref, sides.exposure_ref)
    found = ratios.TESTED[method](*columns, conf_level, null=None)
    return np.where(found.is_estimated, found.low, 0.0), np.where(found.is_estimated, found.high, np.inf)
