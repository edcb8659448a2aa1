"""What is to be estimated, said before any number is seen.

An estimand holds no data and no numbers. It can be printed, digested and argued about before a
file is opened (Hernán & Robins' "target trial" habit of mind, doi:10.1093/aje/kwv254).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date

from evalkit.language import Text
from evalkit.vocabulary import DateBasis, DesignId, Role


@dataclass(frozen=True, slots=True)
class Group:
    """One side of a comparison: one unit, or several pooled into one.

    ``model`` is the way of working that the group stands for, when it stands for one.
    """

    id: str
    name: Text
    units: tuple[str, ...]
    model: str | None = None


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of time in the words of the plan; both ends are included."""

    id: str
    name: Text
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Series:
    """What is counted and what it is divided by. Two estimands on one series share a figure."""

    metric: str
    exposure: str
    date_basis: DateBasis
    category: str | None = None
    model: str | None = None

    @property
    def key(self) -> str:
        """A stable name for files, anchors and joins; two series never share one.

        >>> from evalkit.vocabulary import DateBasis
        >>> Series("T1", "N3", DateBasis.BESLUT, category="aterkallelse").key
        'T1-aterkallelse-beslut-N3'
        """
        model = f"model_{self.model}" if self.model else None
        parts = (self.metric, self.category, model, self.date_basis.value, self.exposure)
        return "-".join(part for part in parts if part)


@dataclass(frozen=True, slots=True, kw_only=True)
class Margin:
    """Within which limits a difference was said beforehand to be of no importance.

    Attributes
    ----------
    low, high
        On the scale of the estimate: 1/1.2 and 1.2 for a ratio, -2 and 2 for a difference in days.

    Raises
    ------
    ValueError
        When the limits are in the wrong order, or no numbers.

    Examples
    --------
    >>> from evalkit.estimands import Margin
    >>> round(Margin.of_ratio(0.2).low, 4), Margin.of_ratio(0.2, reciprocal=False).low
    (0.8333, 0.8)
    """

    low: float
    high: float

    def __post_init__(self) -> None:
        if not -math.inf < self.low < self.high < math.inf:
            raise ValueError("the lower limit of a margin lies below the upper, and both are finite")

    @classmethod
    def of_ratio(cls, within: float, *, reciprocal: bool = True) -> Margin:
        """Within a share of 1, 0.2 for 20 per cent.

        ``reciprocal`` limits are 1/1.2 and 1.2: as far apart on the log scale, so that swapping the two sides
        changes no verdict. The others, 0.8 and 1.2, are not.
        """
        return cls(low=1 / (1 + within) if reciprocal else 1 - within, high=1 + within)

    @classmethod
    def of_difference(cls, within: float) -> Margin:
        """Within so many units on either side of no difference."""
        return cls(low=-within, high=within)


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What a plan expects to count before any data are seen, and where that figure comes from.

    Attributes
    ----------
    monthly, monthly_comparison
        Events a month of the group and of the other side, without any effect.
    dispersion
        φ when it is known from before.
    autocorrelation
        How two periods of a series next to each other correlate beside trend and season, when known from before.
    """

    monthly: float
    source: Text
    monthly_comparison: float | None = None
    dispersion: float | None = None
    autocorrelation: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimand:
    """One question to the data: series × contrast × windows × design.

    Attributes
    ----------
    group, comparison
        The contrast. ``comparison`` is ``None`` where the design has no second side.
    before, after
        The windows. A design that looks at one window uses ``after``.
    margin
        On the ratio scale: which differences were said beforehand to be of no importance.
    expected
        What the plan expects to count.
    family
        The claim that it belongs to; those with ``None`` are one family together.
    negative_control
        A series that the model should not move, counted in the same places; a change in it points to bias.
    neighbours
        Areas beside the group that the activity may have spilled over to or been moved to.
    steps
        Days from which another known change of level holds, such as a new law; only a time series can take them in.
    joined
        For areas that join at different times: each unit of the group and its first period with the way of working.
    without
        Times inside the windows that are left out on both sides, such as the pandemic.
    """

    id: str
    question: Text
    series: Series
    design: DesignId
    role: Role
    group: Group
    comparison: Group | None
    before: Window | None
    after: Window
    margin: Margin | None = None
    expected: Expected | None = None
    family: str | None = None
    negative_control: Series | None = None
    neighbours: Group | None = None
    without: tuple[Window, ...] = ()
    steps: tuple[date, ...] = ()
    joined: tuple[tuple[str, date], ...] = ()

    @property
    def contrast(self) -> Text:
        """The contrast in words. Two models are named by what they are, never as an effect."""
        if self.comparison is None:
            return self.group.name
        return Text(
            f"{self.group.name.sv} jämfört med {self.comparison.name.sv}",
            f"{self.group.name.en} compared with {self.comparison.name.en}",
        )
