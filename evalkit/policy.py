"""Which counts may be shown: a threshold and a rounding for each sensitivity of the code book."""

from __future__ import annotations

import math
from dataclasses import dataclass

from evalkit.vocabulary import Sensitivity


@dataclass(frozen=True, slots=True)
class Rule:
    """Suppress counts below ``threshold``; round shown counts to the nearest ``base``."""

    threshold: int
    base: int

    def __post_init__(self) -> None:
        if self.threshold < 0 or self.base < 1:
            raise ValueError("a disclosure rule needs threshold ≥ 0 and base ≥ 1")

    @property
    def protects(self) -> bool:
        """Whether anything is ever hidden or rounded."""
        return self.threshold > 0 or self.base > 1

    def rounded(self, count: int) -> int:
        """The count as it may be shown."""
        return self.base * ((2 * count + self.base) // (2 * self.base))

    def known(self, count: int) -> tuple[int, int]:
        """What a reader knows of a count that is shown: the least and the greatest it can be."""
        shown = self.rounded(count)
        return max(shown - self.base // 2, self.threshold), shown + (self.base - 1) // 2


@dataclass(frozen=True, slots=True)
class Policy:
    """A rule for every sensitivity. There is no policy without all three: it fails closed."""

    open: Rule = Rule(threshold=0, base=1)
    business: Rule = Rule(threshold=5, base=1)
    person: Rule = Rule(threshold=10, base=5)

    def rule(self, sensitivity: Sensitivity) -> Rule:
        """The rule for one sensitivity."""
        rules = {
            Sensitivity.OPEN: self.open,
            Sensitivity.BUSINESS: self.business,
            Sensitivity.PERSON: self.person,
        }
        return rules[sensitivity]


DEFAULT_POLICY = Policy()


def two_digits_up(phi: float) -> float:
    """The spread between periods as it may be shown: two digits, rounded up."""
    if phi <= 0:
        return 0.0
    step = 10.0 ** (math.floor(math.log10(phi)) - 1)
    return round(math.ceil(phi / step - 1e-9) * step, 12)
