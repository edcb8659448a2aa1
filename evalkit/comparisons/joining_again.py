"""The comparison of areas that join, made once more in part: what checks need, without what they do not look at."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from evalkit.comparisons.joining_frames import Names, read
from evalkit.comparisons.joining_ratio import MOST_EXACT, estimated
from evalkit.estimates import Estimate
from evalkit.inference.grouped_arguments import GroupedArguments

if TYPE_CHECKING:
    import polars as pl

    from evalkit.inference.group_time import JoiningPanel
    from evalkit.inference.join_dates import Assignments
    from evalkit.inference.not_yet_joined import Looked


@dataclass(frozen=True, slots=True)
class Told:
    """The ratio of counted over expected, and its p-value; limits take forty times as long."""

    ratio: float
    p_value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Again:
    """One comparison of areas that join, to be asked for in part.

    Attributes
    ----------
    frame, names
        As of :func:`evalkit.joining_ratio`; whole and balanced.
    gap, earlier
        ``earlier`` above 0 looks at so many periods before joining instead, with nothing after the true date used.
    draws, seed
        Of exchanged dates, when there are more ways than can be gone through.

    Examples
    --------
    >>> import polars as pl
    >>> from evalkit.comparisons.joining_again import Again
    >>> from evalkit.comparisons.joining_frames import Names
    >>> areas = pl.DataFrame({
    ...     "area": [f"area {one}" for one in range(6) for _ in range(3)],
    ...     "year": [2022, 2023, 2024] * 6,
    ...     "joined": [2023] * 6 + [2024] * 3 + [None] * 9,
    ...     "found": [10, 15, 16, 8, 12, 12, 9, 9, 14, 11, 0, 11, 12, 13, 12, 10, 10, 10],
    ...     "visits": [100.0] * 18,
    ... })
    >>> asked = Again(frame=areas, names=Names("area", "year", "found", "visits", "joined", None, None))
    >>> told = asked.told()
    >>> round(told.ratio, 2), round(told.p_value, 3)
    (1.6, 0.15)
    """

    frame: pl.DataFrame
    names: Names
    gap: int = 0
    earlier: int = 0
    draws: int = 999
    seed: int = 1
    conf_level: float = 0.95

    def told(self) -> Told | None:
        """Ratio and p alone; ``None`` where there is nothing to look at, or p could not be small enough."""
        from evalkit.inference import join_dates, not_yet_joined

        panel, looked, given = self._parts()
        ratio = not_yet_joined.expected(panel, looked).log_ratio if looked.seen.any() else math.nan
        if math.isnan(ratio) or given.least(self.conf_level) is not None:
            return None
        return Told(math.exp(ratio), join_dates.p_value(not_yet_joined.measured(panel, looked, given)))

    def estimate(self) -> Estimate:
        """With limits, or the reason why there is none."""
        panel, looked, given = self._parts()
        return estimated(panel, looked, given, seed=self.seed, conf_level=self.conf_level)

    def _parts(self) -> tuple[JoiningPanel, Looked, Assignments]:
        from evalkit.inference import join_dates
        from evalkit.inference.not_yet_joined import Looked

        panel = read(GroupedArguments("Again()"), self.frame, self.names, ratio=True).later_than(self.gap).panel
        generator = np.random.default_rng(self.seed)
        given = join_dates.assignments(panel.joined, most_exact=MOST_EXACT, draws=self.draws, generator=generator)
        return panel, Looked.of(panel.joined, panel.periods, gap=self.gap, earlier=self.earlier), given
