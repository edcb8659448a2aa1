"""The placebo test in space: how unusual the treated unit is among units that nothing happened to."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evalkit.inference.synthetic_control import Fits

Numbers = NDArray[np.float64]

# Statistics this close count as equal, and ties as extreme.
_TIES = 1e-9


@dataclass(frozen=True, slots=True)
class PlaceboTest:
    """The place of the treated unit among its placebos.

    Attributes
    ----------
    rank
        1 when no placebo is as extreme.
    placebos
        How many there are.
    p_value, attainable
        ``rank / (placebos + 1)``, and the smallest it could have been.
    low, high
        The effects, equal in every period, that the test does not reject; infinite when it can reject none.
        Both ``nan`` when it rejects all of them: the gap changes too much to be one effect.
    """

    rank: int
    placebos: int
    p_value: float
    attainable: float
    low: float
    high: float


def by_gap(found: Fits, *, conf_level: float, most_mspe: float | None = None) -> PlaceboTest:
    """Rank of the mean gap after, each unit's in terms of its own gaps in periods it was not fitted to.

    Parameters
    ----------
    found, conf_level, most_mspe
        As for :func:`by_ratio`.

    Notes
    -----
    The statistic is that of Abadie, Diamond and Hainmueller 2010 with the mean gap in place of the mean squared gap, as
    a few periods with rare events weigh heavily when squared, and with cross-fitted gaps below the line, which
    no overfit makes small. The limits are those of one effect, as in :func:`by_ratio`: the gap moves with it, and
    nothing else does, so they lie evenly around the mean gap.

    Examples
    --------
    >>> import numpy as np
    >>> gaps = np.array([[1.0, -1, 5, 5], [1, -1, 2, 0], [1, -1, 1, 1], [1, -1, 0, 1]])
    >>> test = by_gap(Fits(np.zeros((4, 4)), gaps, 2, np.zeros(4, dtype=bool), gaps[:, :2]), conf_level=0.75)
    >>> test.p_value, test.low, test.high
    (0.25, 4.0, 6.0)
    """
    kept = _kept(found, most_mspe)
    sizes = found.scaled_effect[kept]
    rank = place(float(sizes[0]), sizes[1:])
    reach = critical(sizes[1:], 1 - conf_level) * math.sqrt(float(found.mspe_expected[0]))
    middle = float(found.effect[0])
    return PlaceboTest(rank, len(sizes) - 1, rank / len(sizes), 1 / len(sizes), middle - reach, middle + reach)


def by_ratio(found: Fits, *, conf_level: float, most_mspe: float | None = None) -> PlaceboTest:
    """Rank of the ratio of mean squared gaps after to before, and the interval from inverting it.

    Parameters
    ----------
    found
        All units' fits, the treated first.
    conf_level
        The interval holds each constant effect whose p is above ``1 - conf_level``.
    most_mspe
        Leave out placebos whose mean squared gap before is more than so many times the treated unit's.
        The test is then no longer one of a place among equals, and has not been calibrated.

    Notes
    -----
    Abadie, Diamond and Hainmueller 2010, JASA 105:493 (ratio; 20, 5 and 2 times); Firpo and Possebom 2018, Journal of
    Causal Inference 6:20160026 (inversion). An effect taken from the treated unit's outcomes after the start moves no
    placebo, as the treated unit is nobody's donor, and no weight, as these come from before: the limits are the roots
    of a quadratic.

    Weights fitted to the outcomes make the gap before smaller than what is to be expected after, more so in a large
    unit than in a small one: where sizes differ, the ratio rejects up to 21 per cent for the largest at a nominal 5.

    Examples
    --------
    >>> import numpy as np
    >>> gaps = np.array([[1.0, -1, 5, 5], [1, -1, 2, 0], [1, -1, 1, 1], [1, -1, 0, 1]])
    >>> found = Fits(np.zeros((4, 4)), gaps, before=2, perfect=np.zeros(4, dtype=bool))
    >>> test = by_ratio(found, conf_level=0.75)
    >>> test.p_value, round(test.low, 3), round(test.high, 3)
    (0.25, 3.586, 6.414)
    """
    kept = _kept(found, most_mspe)
    ratios = found.ratio[kept]
    rank = place(float(ratios[0]), ratios[1:])
    low, high = _limits(found, ratios[1:], 1 - conf_level)
    return PlaceboTest(rank, len(ratios) - 1, rank / len(ratios), 1 / len(ratios), low, high)


def _kept(found: Fits, most_mspe: float | None) -> NDArray[np.intp]:
    if most_mspe is None:
        return np.arange(len(found.gaps))
    before = found.mspe_before
    kept = before <= most_mspe * before[0]
    kept[0] = True
    return np.flatnonzero(kept)


def place(statistic: float, placebos: Numbers) -> int:
    """1, and one more for each placebo as large; a tie counts as large.

    Examples
    --------
    >>> import numpy as np
    >>> place(2.0, np.array([1.0, 2.0, 3.0]))
    3
    """
    return 1 + int((placebos >= statistic * (1 - _TIES)).sum())


def critical(placebos: Numbers, alpha: float) -> float:
    """The largest statistic that is not rejected at ``alpha``; infinite when too few placebos could reject any.

    A statistic is rejected when at most ``alpha (K + 1) - 1`` of the K placebos are as large.

    Examples
    --------
    >>> import numpy as np
    >>> critical(np.arange(19.0), 0.05), critical(np.arange(18.0), 0.05)
    (18.0, inf)
    """
    allowed = math.floor(alpha * (len(placebos) + 1) + _TIES)
    if allowed < 1:
        return math.inf
    return float(np.sort(placebos)[::-1][allowed - 1])


def _limits(found: Fits, placebos: Numbers, alpha: float) -> tuple[float, float]:
    most = critical(placebos, alpha)
    after = found.gaps[0, found.before :]
    middle = float(after.mean())
    if math.isinf(most):
        return -math.inf, math.inf
    left = most * float(found.mspe_before[0]) - float(after.var())
    if left < 0:
        return math.nan, math.nan
    return middle - math.sqrt(left), middle + math.sqrt(left)
