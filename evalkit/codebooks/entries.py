"""The entries of the code books: metrics, exposures, law changes and authorities."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from evalkit.language import Text
from evalkit.vocabulary import (
    AuthorityLevel,
    CellStatus,
    DateBasis,
    ExposureKind,
    GoodDirection,
    MetricFamily,
    Sensitivity,
)

ALL = "all"
_VISITS = ("N9", "N10")


class Measure(StrEnum):
    """What sort of number a metric is.

    A ``SHARE`` is a count of cases among cases, a ``DURATION`` is days summed over cases, an
    ``AMOUNT`` is kronor or hours. Only counts and shares have a Poisson or binomial reading.
    """

    COUNT = "count"
    SHARE = "share"
    DURATION = "duration"
    AMOUNT = "amount"


class Precision(StrEnum):
    """How exactly the date of a change is known; a month or a year is given by its first day."""

    DAY = "day"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class Noun:
    """What is counted, in the singular and the plural.

    Examples
    --------
    >>> from evalkit.metrics import Noun
    >>> Noun("besök", "besök", "visit", "visits").for_count(1).en
    'visit'
    """

    sv_one: str
    sv_many: str
    en_one: str
    en_many: str

    @property
    def one(self) -> Text:
        """The singular."""
        return Text(self.sv_one, self.en_one)

    @property
    def many(self) -> Text:
        """The plural."""
        return Text(self.sv_many, self.en_many)

    def for_count(self, count: float) -> Text:
        """The form that goes with a number: the singular with exactly 1, the plural otherwise."""
        return self.one if count == 1 else self.many


@dataclass(frozen=True, slots=True)
class Category:
    """A part of a metric, such as *varning* among decisions on serving permits.

    ``noun`` is what is counted in this part alone, where the language has a good word for it.
    """

    code: str
    text: Text
    noun: Noun | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """One metric of the code book.

    Attributes
    ----------
    code
        ``P1``, ``B2``, ``C1a``, …; the first letter is the family.
    short
        One to four words for a chart label.
    unit
        Unit of measure: visits, decisions, persons, days, kronor.
    legal_basis
        The Swedish rule behind the event, in Swedish; ``None`` when no rule defines it.
    reported_by
        Who holds the figures and must be asked.
    date_bases
        The dates that the events may be counted by; the main one first.
    valid_from, valid_to
        First and last day on which the event could occur; ``None`` when there is no such limit.
    detection_driven
        Whether the count rises with the effort put into looking.
    numerator, denominator
        What a share or a mean is made of, in words; both ``None`` for a plain count or amount.
    default_exposure
        The ``N`` code that a rate is made with when a plan names no other.
    scale_per
        The rate is told per this many units of the default exposure.
    categories_overlap
        Whether one event can be in several categories, so that they must not be summed.
    counts_only
        Whether it may be told only as a count, never as a row about one visit or object.
    follows
        The step before in the support chain; its count is this metric's denominator in the funnel.
    verified, verify_note
        Whether every outside fact in the entry has been confirmed, and if not what to confirm.
    """

    code: str
    name: Text
    short: Text
    noun: Noun
    definition: Text
    unit: Text
    measure: Measure
    family: MetricFamily
    legal_basis: str | None
    decided_by: Text
    reported_by: Text
    date_bases: tuple[DateBasis, ...]
    valid_from: date | None
    valid_to: date | None
    good_direction: GoodDirection
    detection_driven: bool
    numerator: Text | None
    denominator: Text | None
    default_exposure: str
    scale_per: int
    categories: tuple[Category, ...]
    categories_overlap: bool
    counts_only: bool
    follows: str | None
    sensitivity: Sensitivity
    traps: tuple[Text, ...]
    sources: tuple[str, ...]
    verified: bool
    verify_note: Text | None

    @property
    def date_basis(self) -> DateBasis:
        """The main date that the events are counted by."""
        return self.date_bases[0]

    @property
    def counted_once_per(self) -> tuple[str, ...]:
        """The exposures that it is counted at most once for each of, so that its rate per one of them is a share.

        A visit has a finding or has it not, and a share is so many of what it is divided by.

        Examples
        --------
        >>> from evalkit.metrics import MetricBook
        >>> book = MetricBook.load()
        >>> book.metric("F1").counted_once_per, book.metric("P8").counted_once_per, book.metric("C1g").counted_once_per
        (('N9', 'N10'), ('N13',), ())
        """
        if self.family is MetricFamily.FINDING:
            return _VISITS
        return (self.default_exposure,) if self.measure is Measure.SHARE else ()

    @property
    def category_codes(self) -> tuple[str, ...]:
        """The category codes, in the code book's order."""
        return tuple(category.code for category in self.categories)

    def category_text(self, code: str) -> Text | None:
        """The name of a category, or ``None`` when the metric has no such category.

        Examples
        --------
        >>> from evalkit.metrics import MetricBook
        >>> str(MetricBook.load().metric("T1").category_text("varning"))
        'varning'
        """
        return next((category.text for category in self.categories if category.code == code), None)

    def noun_of(self, code: str | None) -> Noun:
        """What is counted: the metric's own noun, or that of one of its categories.

        Examples
        --------
        >>> from evalkit.metrics import MetricBook
        >>> MetricBook.load().metric("T1").noun_of("aterkallelse").sv_many
        'återkallade serveringstillstånd'
        """
        category = next((category for category in self.categories if category.code == code), None)
        if category is None:
            return self.noun
        if category.noun is not None:
            return category.noun
        sv, en, own = category.text.sv, category.text.en, self.noun
        return Noun(f"{own.sv_one} ({sv})", f"{own.sv_many} ({sv})", f"{own.en_one} ({en})", f"{own.en_many} ({en})")

    def status_on(self, first: date, last: date) -> CellStatus:
        """Whether the event could occur at all from ``first`` to ``last``, both days included.

        Returns
        -------
        CellStatus
            ``NOT_APPLICABLE`` when the period lies wholly outside the dates of validity,
            otherwise ``VALUE``: a number can exist (it may still be missing or suppressed).

        Raises
        ------
        ValueError
            When ``last`` comes before ``first``.

        Examples
        --------
        >>> from datetime import date
        >>> from evalkit.metrics import MetricBook
        >>> hotel_permits = MetricBook.load().metric("T3")
        >>> hotel_permits.status_on(date(2025, 1, 1), date(2025, 1, 31)).value
        'not_applicable'
        """
        return _status_on(self.valid_from, self.valid_to, first, last)


@dataclass(frozen=True, slots=True)
class Authority:
    """A department, authority or organisation that takes part in inspections or decides; never a person."""

    code: str
    name: Text
    level: AuthorityLevel


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """What a count is divided by.

    Attributes
    ----------
    kind
        A stock (inhabitants, permits) is multiplied by time in years; a flow (visits) is summed.
    scale_per, scale_text
        A rate is told per this many; the text is what follows the number.
    person_time_unit
        The unit of the exposure as it enters an estimate: person-years, permit-years, visits.
    held_by
        Who holds the figures.
    """

    code: str
    name: Text
    short: Text
    noun: Noun
    unit: Text
    kind: ExposureKind
    scale_per: int
    scale_text: Text
    person_time_unit: Text
    held_by: Text
    valid_from: date | None
    valid_to: date | None
    traps: tuple[Text, ...]
    verified: bool
    verify_note: Text | None

    def status_on(self, first: date, last: date) -> CellStatus:
        """Whether the exposure existed at any time from ``first`` to ``last``; see :meth:`Metric.status_on`."""
        return _status_on(self.valid_from, self.valid_to, first, last)


@dataclass(frozen=True, slots=True, kw_only=True)
class LawChange:
    """A date on which a count may jump for reasons that are no doing of the inspections.

    Attributes
    ----------
    start
        First day of the new rule; the first of the month or year when ``precision`` says so.
    end
        Last day, for what was temporary; ``None`` for a change that stays.
    short
        A few words for a chart label.
    hits
        Codes of the metrics and exposures concerned, or ``("all",)``.
    law
        The rule, in Swedish; ``None`` when the change is no rule (a centre opens, a project ends).
    units
        The units that it concerns; empty for all.
    """

    id: str
    start: date
    end: date | None
    precision: Precision
    change: Text
    short: Text
    hits: tuple[str, ...]
    law: str | None
    verified: bool
    verify_note: Text | None
    units: tuple[str, ...] = ()

    def concerns(self, code: str) -> bool:
        """Whether the change concerns the metric or exposure with this code."""
        return ALL in self.hits or code in self.hits


def _status_on(valid_from: date | None, valid_to: date | None, first: date, last: date) -> CellStatus:
    if last < first:
        raise ValueError("the last day of a period cannot come before its first day")
    ended = valid_to is not None and first > valid_to
    not_begun = valid_from is not None and last < valid_from
    return CellStatus.NOT_APPLICABLE if ended or not_begun else CellStatus.VALUE
