"""What is to be estimated, said before any number is seen.

An estimand holds no data and no numbers. It can be printed, digested and argued about before a
file is opened (Hernán & Robins' "target trial" habit of mind, doi:10.1093/aje/kwv254).
"""

from __future__ import annotations

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
class Estimand:
    """One question to the data: series × contrast × windows × design.

    Attributes
    ----------
    group, comparison
        The contrast. ``comparison`` is ``None`` where the design has no second side.
    before, after
        The windows. A design that looks at one window uses ``after``.
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

    @property
    def contrast(self) -> Text:
        """The contrast in words. Two models are named by what they are, never as an effect."""
        if self.comparison is None:
            return self.group.name
        return Text(
            f"{self.group.name.sv} jämfört med {self.comparison.name.sv}",
            f"{self.group.name.en} compared with {self.comparison.name.en}",
        )
