"""An estimate together with what is needed to put it into words."""

from __future__ import annotations

from dataclasses import dataclass

from evalkit import style
from evalkit.estimands import Estimand, Window
from evalkit.estimates import Estimate
from evalkit.language import Language, Text, in_language
from evalkit.metrics import Exposure, Metric, MetricBook
from evalkit.vocabulary import ExposureKind

_DAYS_PER_YEAR = 365.25


@dataclass(frozen=True, slots=True)
class Reading:
    """An estimate, its estimand, and the code book's entries for both."""

    estimate: Estimate
    estimand: Estimand
    metric: Metric
    exposure: Exposure

    @classmethod
    def of(cls, estimate: Estimate, estimand: Estimand, book: MetricBook) -> Reading:
        """Look up the metric and the exposure of an estimand.

        Raises
        ------
        ValueError
            When the code book lacks them; the panel has refused such a plan already.
        """
        metric, exposure = book.metric(estimand.series.metric), book.exposure(estimand.series.exposure)
        if metric is None or exposure is None:
            raise ValueError(f"{estimand.series.key} is not in the code book")
        return cls(estimate, estimand, metric, exposure)

    @property
    def noun(self) -> Text:
        """What is counted, in the plural; of one category where the estimand has chosen one."""
        return self.metric.noun_of(self.estimand.series.category).many

    def counted(self, events: int, language: Language) -> str:
        """A count with its noun in the right form."""
        form = self.metric.noun_of(self.estimand.series.category).for_count(events)
        return f"{style.number(events, language)} {form.in_language(language)}"

    @property
    def numbers(self) -> tuple[float, float, float]:
        """Estimate, lower and upper limit.

        Raises
        ------
        ValueError
            When the estimate is a refusal.
        """
        found = self.estimate
        if found.estimate is None or found.conf_low is None or found.conf_high is None:
            raise ValueError("a refusal has no numbers")
        return found.estimate, found.conf_low, found.conf_high

    @property
    def is_comparison(self) -> bool:
        """Whether the estimate compares two times or two areas."""
        return not self.estimand.design.is_level

    @property
    def includes_null(self) -> bool:
        """Whether the interval of a comparison holds "as many"."""
        _, low, high = self.numbers
        return low <= 1 <= high

    @property
    def falls_among_others(self) -> bool:
        """Whether a difference that stands by itself no longer does when all questions of its claim are counted."""
        if not self.is_comparison or self.includes_null or self.estimate.p_adjusted is None:
            return False
        return self.estimate.p_adjusted >= 1 - self.estimate.conf_level

    @property
    def shows_difference(self) -> bool:
        """Whether a comparison is told from chance, by itself and among the questions asked with it."""
        return self.is_comparison and not self.includes_null and not self.falls_among_others

    def here(self, language: Language) -> str:
        """The name of the group."""
        return self.estimand.group.name.in_language(language)

    def there(self, language: Language) -> str:
        """The name of the other side.

        Raises
        ------
        ValueError
            When the design has no other side.
        """
        if self.estimand.comparison is None:
            raise ValueError("the design has no other side")
        return self.estimand.comparison.name.in_language(language)

    @property
    def windows(self) -> tuple[Window, Window]:
        """Before and after.

        Raises
        ------
        ValueError
            When the design has no time before.
        """
        if self.estimand.before is None:
            raise ValueError("the design has no time before")
        return self.estimand.before, self.estimand.after

    def per(self, language: Language) -> str:
        """What the numbers of a comparison are counted by; a flow (visits) is not a matter of time."""
        one = self.exposure.noun.one.in_language(language)
        if self.exposure.kind is ExposureKind.FLOW:
            return in_language(language, f"Räknat per {one}", f"Per {one}")
        return in_language(language, f"Räknat per {one} och lika lång tid", f"Per {one} and equal time")


def years(window: Window) -> float:
    """The length of a window in years."""
    return ((window.last - window.first).days + 1) / _DAYS_PER_YEAR
