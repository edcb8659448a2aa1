"""How many there were after joining, over how many those who had not joined pointed to.

The rates of groups that had not joined are a level for each group times a factor for each period. Fitted to the cells
before joining, by Poisson likelihood, they give what would have been expected in the cells after. Every period before
is the base, so single counts may be zero, and no group that has joined is the comparison of another.

Source: Wooldridge 2023, The Econometrics Journal 26:C31-C66, section 3, for counts; Borusyak, Jaravel and Spiess 2024,
Review of Economic Studies 91:3253-3285, for imputing from untreated cells; the fit by scaling rows and columns in turn:
Deming and Stephan 1940, Annals of Mathematical Statistics 11:427-444.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evalkit.inference import join_dates
from evalkit.inference.exchanged_spread import Quiet, spread
from evalkit.inference.group_time import JoiningPanel, Whole, members
from evalkit.inference.intervals import Floats
from evalkit.inference.join_dates import Assignments
from evalkit.inference.level_factors import NEAR, fitted, quiet


@dataclass(frozen=True, slots=True, eq=False)
class Looked:
    """Which cells of the groups are the base, and which are looked at; the same whoever joined when.

    Attributes
    ----------
    dates
        The distinct places of joining, ascending; the number of periods for never.
    base, seen
        Shape ``(dates, periods)``.
    """

    dates: Whole
    base: NDArray[np.bool_]
    seen: NDArray[np.bool_]

    @classmethod
    def of(cls, joined: Whole, periods: int, *, gap: int = 0, earlier: int = 0) -> Looked:
        """Cells after joining against those before.

        Parameters
        ----------
        joined
            Shape ``(units,)``: the place of the first period in which a unit had joined; ``periods`` for never.
        gap
            So many periods before joining are neither.
        earlier
            Above 0: look at so many periods before that gap instead, as if joining had come earlier, and use nothing
            after them.

        Examples
        --------
        >>> import numpy as np
        >>> from evalkit.inference.not_yet_joined import Looked
        >>> Looked.of(np.array([1, 2, 4]), 4).seen.astype(int).tolist()
        [[0, 1, 1, 1], [0, 0, 1, 1], [0, 0, 0, 0]]
        """
        dates: Whole = np.unique(np.minimum(joined, periods))
        since = np.arange(periods) - dates[:, None]
        joins = (dates < periods)[:, None]
        base = ~joins | (since < -gap - earlier)
        seen = joins & (since >= 0 if earlier == 0 else (since < -gap) & (since >= -gap - earlier))
        # What is expected takes a level of the group, and someone who has not joined in the period.
        for _ in range(dates.size):
            known = np.asarray(base.any(axis=1))[:, None] & np.asarray(base.any(axis=0))
            base, seen = base & known, seen & known
        return cls(dates, np.asarray(base), np.asarray(seen))


@dataclass(frozen=True, slots=True, eq=False)
class Against:
    """Counts of groups by period, and how many were expected; shape ``(dates, periods)``, nan where not looked at."""

    counted: Floats
    expected: Floats

    @property
    def log_ratio(self) -> float:
        """The logarithm of all that were counted over all that were expected; nan when either is zero."""
        counted, expected = np.nansum(self.counted), np.nansum(self.expected)
        return float(np.log(counted / expected)) if counted > 0 and expected > 0 else float("nan")


def expected(panel: JoiningPanel, looked: Looked) -> Against:
    """What was counted after joining and what was expected.

    Examples
    --------
    >>> import numpy as np
    >>> from evalkit.inference.group_time import JoiningPanel
    >>> from evalkit.inference.not_yet_joined import Looked, expected
    >>> counts = np.array([[10.0, 30, 30], [20, 40, 80], [10, 20, 20]])
    >>> joined = np.array([1, 2, 3])
    >>> panel = JoiningPanel(counts, np.ones((3, 3)), joined, np.ones(3), ratio=True)
    >>> found = expected(panel, Looked.of(joined, 3))
    >>> found.expected.round(6).tolist()
    [[nan, 20.0, 20.0], [nan, nan, 40.0], [nan, nan, nan]]
    """
    member = members(panel.joined, looked.dates)[None]
    top, bottom = member @ panel.top, member @ panel.bottom
    level, factor = fitted(top, bottom, looked.base)
    means = bottom[0] * level[0][:, None] * factor[0]
    return Against(np.where(looked.seen, top[0], np.nan), np.where(looked.seen, means, np.nan))


@dataclass(frozen=True, slots=True)
class Exchanged:
    """A logarithm of a ratio with limits and two-sided p-value; a limit is infinite where nothing can be rejected."""

    estimate: float
    low: float
    high: float
    p_value: float


def exchanged(panel: JoiningPanel, looked: Looked, given: Assignments, *, conf_level: float) -> Exchanged:
    """The ratio, with the dates of joining given to other units.

    Parameters
    ----------
    given
        Of :func:`evalkit.inference.join_dates.assignments`; the first is what was.

    Notes
    -----
    The statistic of an assignment is counted less expected over its own spread, so that small units that join are not
    unusual by chance alone; unlike the logarithm it bears zeros and leans less where counts are small. How spread
    grows with size is estimated, and p is the larger with least and most growth. Limits are the factors, the same for
    all units and periods, that are not rejected; exposures in cells that were looked at are multiplied by the factor
    tried. Statistics that cannot be worked out under some assignment count as extreme there.
    """
    shift = _Shifted(panel, looked, given)
    estimate = expected(panel, looked).log_ratio
    low, high = join_dates.log_limits(shift.at, estimate, 1 - conf_level)
    return Exchanged(estimate, low, high, join_dates.p_value(shift.at(0.0)))


def measured(panel: JoiningPanel, looked: Looked, given: Assignments) -> Floats:
    """The statistics of :func:`exchanged` without an effect, for :func:`evalkit.inference.join_dates.p_value`."""
    return _Shifted(panel, looked, given).at(0.0)


@dataclass(slots=True, eq=False)
class _Shifted:
    """Statistics of every assignment when joining has multiplied by a factor; each fit starts from the last."""

    panel: JoiningPanel
    looked: Looked
    given: Assignments
    start: Floats | None = None

    def at(self, effect: float) -> Floats:
        """Shape ``(2, assignments)``: counted less expected, over its spread as that grows least and most with size."""
        looked, top = self.looked, self.panel.top
        member = members(self.given.joined, looked.dates)
        own = members(self.panel.joined, looked.dates).T
        bottom = self.panel.bottom * np.exp(effect * (own @ looked.seen))
        counts, exposed = member @ top, member @ bottom
        level, factor = fitted(counts, exposed, looked.base, start=self.start, close=NEAR)
        self.start = factor
        means = exposed * level[:, :, None] * factor[:, None, :]
        counted, awaited = (np.where(looked.seen, each, 0.0).sum(axis=(1, 2)) for each in (counts, means))
        still = Quiet(*quiet(top, bottom, (own @ (looked.base | looked.seen)) > 0))
        with np.errstate(divide="ignore", invalid="ignore"):
            found = (counted - awaited) / spread(still, member, looked.base, looked.seen)
        return np.where(np.isfinite(found), found, np.nan)
