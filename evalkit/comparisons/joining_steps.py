"""What joining changed, by time since joining, with what the same comparison gives before."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from evalkit.comparisons.joining_frames import Names, read
from evalkit.comparisons.joining_ratio import MOST_EXACT
from evalkit.estimates import Step
from evalkit.inference.grouped_arguments import GroupedArguments

if TYPE_CHECKING:
    from collections.abc import Iterator

    import polars as pl

    from evalkit.inference.group_time import JoiningPanel
    from evalkit.inference.join_dates import Assignments
    from evalkit.inference.not_yet_joined import Looked

MOST_STEPS = 8
"""After joining; so many periods are put together as it takes."""
_WIDTHS = (1, 2, 3, 4, 6, 12, 24, 36, 60, 120)


def joining_steps(frame: pl.DataFrame, names: Names, *, draws: int, seed: int, conf_level: float) -> tuple[Step, ...]:
    """Counted and expected by time since joining, at most :data:`MOST_STEPS` after.

    Steps before tell what the comparison gives as if areas had joined half of the time before earlier, with nothing
    after the true date used. Limits come from exchanged dates, each step by itself.

    Parameters
    ----------
    frame
        One row per unit and period, balanced; the columns are those of :func:`evalkit.joining_ratio`.
    names
        Of the columns.
    draws, seed
        Of exchanged dates.

    Examples
    --------
    >>> import polars as pl
    >>> from evalkit.comparisons.joining_frames import Names
    >>> from evalkit.comparisons.joining_steps import joining_steps
    >>> areas = pl.DataFrame({
    ...     "area": [f"area {one}" for one in range(6) for _ in range(4)],
    ...     "year": [2021, 2022, 2023, 2024] * 6,
    ...     "joined": [2023] * 8 + [2024] * 4 + [None] * 12,
    ...     "found": [10] * 2 + [15] * 2 + [8] * 2 + [12] * 2 + [9] * 3 + [14] + [11] * 12,
    ...     "visits": [100.0] * 24,
    ... })
    >>> names = Names("area", "year", "found", "visits", "joined", None, None)
    >>> found = joining_steps(areas, names, draws=99, seed=1, conf_level=0.95)
    >>> [(one.since, one.counted, round(one.expected, 6)) for one in found]
    [(-1, 27, 27.0), (0, 41, 27.0), (1, 27, 18.0)]
    """
    from evalkit.inference import join_dates
    from evalkit.inference.not_yet_joined import Looked

    data = read(GroupedArguments("joining_steps()"), frame, names, ratio=True).later_than(0)
    panel = data.panel
    joined, periods = panel.joined, panel.periods
    if data.missing or not (joined < periods).any():
        return ()
    given = join_dates.assignments(joined, most_exact=MOST_EXACT, draws=draws, generator=np.random.default_rng(seed))
    after = Looked.of(joined, periods)
    ahead = Looked.of(joined, periods, earlier=max(int(joined.min()) // 2, 1))
    length = 1 + max(int(_since(after)[after.seen].max(initial=0)), 0)
    width = next((one for one in _WIDTHS if length <= one * MOST_STEPS), length)
    return (*_told(panel, ahead, given, width, conf_level), *_told(panel, after, given, width, conf_level))


def _since(looked: Looked) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    return np.arange(looked.seen.shape[1]) - looked.dates[:, None]


def _told(panel: JoiningPanel, looked: Looked, given: Assignments, width: int, conf_level: float) -> Iterator[Step]:
    from evalkit.inference import not_yet_joined

    since = _since(looked)
    for place in np.unique(since[looked.seen] // width):
        part = replace(looked, seen=looked.seen & (since // width == place))
        against = not_yet_joined.expected(panel, part)
        low, high = None, None
        if not math.isnan(against.log_ratio):
            found = not_yet_joined.exchanged(panel, part, given, conf_level=conf_level)
            low, high = math.exp(found.low), math.exp(found.high)
        times = since[part.seen]
        yield Step(
            since=int(times.min()),
            last=int(times.max()),
            counted=round(float(np.nansum(against.counted))),
            expected=float(np.nansum(against.expected)),
            conf_low=low,
            conf_high=high,
        )
