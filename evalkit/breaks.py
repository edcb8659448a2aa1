"""What else may have moved the figures between two windows: law changes, and a time before too short to tell."""

from __future__ import annotations

from evalkit import caveats, periods
from evalkit.estimands import Estimand
from evalkit.language import Language, Text
from evalkit.metrics import LawChange, MetricBook, Precision
from evalkit.panels import Panel
from evalkit.statements import Statement
from evalkit.vocabulary import Frequency

FEWEST_BEFORE = 12
"""Points a side that a trend needs before it can be told from a change (domain brief §5.2)."""


def between_windows(item: Estimand, panel: Panel, book: MetricBook) -> tuple[Statement, ...]:
    """What to know of a comparison of two times; nothing for a level.

    Parameters
    ----------
    item
        The estimand.
    panel
        Gives the length of a period.
    book
        Gives the calendar of law changes and other breaks.
    """
    if item.before is None:
        return ()
    found = []
    points = len(periods.between(item.before.first, item.before.last, panel.frequency))
    if points < FEWEST_BEFORE:
        found.append(caveats.few_periods_before(points, FEWEST_BEFORE))
    changes = changes_within(item, book)
    sure = tuple(change for change in changes if change.verified and change.precision is not Precision.YEAR)
    unsure = tuple(change for change in changes if change not in sure)
    if sure:
        found.append(caveats.rules_changed(_listed(sure)))
    if unsure:
        found.append(caveats.rules_may_have_changed(_listed(unsure)))
    return tuple(found)


def changes_within(item: Estimand, book: MetricBook) -> tuple[LawChange, ...]:
    """The breaks that concern the metric or its exposure and lie inside the time compared.

    A lasting change counts when it starts after the first day looked at, a temporary one when any of it
    lies inside. A change that touches everything is in the list of every metric, and one that concerns
    certain units only in those of comparisons with any of them.

    Examples
    --------
    >>> import evalkit as ek
    >>> from evalkit.breaks import changes_within
    >>> plan = ek.Plan.load(ek.resources.analyses() / "manniskoexploatering")
    >>> [change.id for change in changes_within(plan.estimands[0], ek.MetricBook.load())][:2]
    ['covid', 'kommunernas_brottsforebyggande_ansvar']
    """
    if item.before is None:
        return ()
    first, last = min(item.before.first, item.after.first), max(item.before.last, item.after.last)
    units = {*item.group.units, *(item.comparison.units if item.comparison else ())}
    concerned = {*book.law_changes_for(item.series.metric), *book.law_changes_for(item.series.exposure)}
    return tuple(
        change
        for change in book.law_changes
        if change in concerned
        and (not change.units or units.intersection(change.units))
        and change.start <= last
        and (change.start > first if change.end is None else change.end >= first)
    )


def _listed(changes: tuple[LawChange, ...]) -> Text:
    return Text(
        "; ".join(_named(change, Language.SV) for change in changes),
        "; ".join(_named(change, Language.EN) for change in changes),
    )


def _named(change: LawChange, language: Language) -> str:
    when = _day(change, language)
    if change.end is not None:
        when += f"–{periods.prose(change.end.replace(day=1), Frequency.MONTH).in_language(language)}"
    return f"{change.short.in_language(language)} ({when})"


def _day(change: LawChange, language: Language) -> str:
    month = periods.prose(change.start.replace(day=1), Frequency.MONTH).in_language(language)
    if change.precision is Precision.YEAR:
        return str(change.start.year)
    return f"{change.start.day} {month}" if change.precision is Precision.DAY else month
