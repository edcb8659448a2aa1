"""What a check of an estimate came to: fine, to bear in mind, or in the way of saying more."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from evalkit.statements import Statement
from evalkit.vocabulary import CheckId, FindingStatus, Withheld


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One check of one estimate.

    Attributes
    ----------
    check
        Which diagnostic.
    status
        ``block`` withholds what ``withholds`` names.
    reason
        What was seen and what it means, for a reader without statistics.
    statistic, threshold
        The number that was judged and the limit it was held against; ``None`` where the check counts nothing.
    withholds
        The estimate, or the right to call it an effect. Given exactly when ``status`` is ``block``.
    from_counts
        Whether the statistic and the reason rest on reported counts, so that disclosure control concerns them.

    Raises
    ------
    ValueError
        When status and ``withholds`` contradict each other, or a number is nan. That is a fault in a check.

    Examples
    --------
    >>> from evalkit.findings import Finding
    >>> from evalkit.language import Text
    >>> from evalkit.statements import Statement
    >>> from evalkit.vocabulary import CheckId, FindingStatus
    >>> seen = Statement("varies_as_chance", Text("Antalen varierar som slumpen.", "The counts vary as chance."))
    >>> Finding(check=CheckId.DISPERSION, status=FindingStatus.OK, reason=seen, statistic=1.1, threshold=1.5)
    dispersion: ok: Antalen varierar som slumpen.
    """

    check: CheckId
    status: FindingStatus
    reason: Statement
    statistic: float | None = None
    threshold: float | None = None
    withholds: Withheld | None = None
    from_counts: bool = True

    def __post_init__(self) -> None:
        if (self.status is FindingStatus.BLOCK) != (self.withholds is not None):
            raise ValueError("a finding that blocks says what it withholds, and no other does")
        if any(number is not None and math.isnan(number) for number in (self.statistic, self.threshold)):
            raise ValueError("the numbers of a finding are numbers")

    def without_numbers(self, reason: Statement) -> Finding:
        """The same outcome with the details taken away, and why."""
        return replace(self, statistic=None, threshold=None, reason=reason)

    def __repr__(self) -> str:
        return f"{self.check.value}: {self.status.value}: {self.reason}"
