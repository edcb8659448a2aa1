"""What is counted on one side of a comparison in one window: events over exposure."""

from __future__ import annotations

from dataclasses import dataclass

LARGEST_COUNT = 1_000_000_000
"""No count of inspections or victims is larger. A bigger number is an amount, or an identity number in the
wrong column; up to here every interval is exact and takes at most a few seconds."""


@dataclass(frozen=True, slots=True)
class Total:
    """``events`` is a whole number from 0, ``exposure`` a positive number in any unit.

    Examples
    --------
    >>> from evalkit.inference.totals import Total
    >>> Total(events=43, exposure=2391990.0).rate
    1.7976663782039224e-05
    """

    events: int
    exposure: float

    @property
    def rate(self) -> float:
        """Events per unit of exposure."""
        return self.events / self.exposure
