"""Whether a metric that should not move moved."""

from __future__ import annotations

from evalkit import caveats
from evalkit.checks.answers import Answer, answer, told
from evalkit.checks.situation import Situation
from evalkit.estimands import Series
from evalkit.findings import Finding
from evalkit.language import Text
from evalkit.statements import Statement
from evalkit.vocabulary import CheckId, FindingStatus, Sensitivity, Withheld


def negative_control(situation: Situation) -> Finding | None:
    """The same estimate of a series that the way of working should leave alone (Lipsitch et al. 2010, Epidemiology 21).

    A control that is better protected than the metric itself is told without numbers.
    """
    control = situation.estimand.negative_control
    if control is None:
        return None
    found = situation.again(series=control)
    seen = answer(found)
    name = _name(situation, control)
    if seen is None:
        made = _finding(FindingStatus.WARN, _cannot(name))
    elif seen is Answer.UNDECIDED:
        made = _finding(FindingStatus.OK, _still(name, told(found)), found.estimate)
    else:
        made = _finding(FindingStatus.BLOCK, _moved(name, told(found)), found.estimate)
    return made.without_numbers(caveats.detail_protected()) if _more_sensitive(situation, control) else made


def _finding(status: FindingStatus, reason: Statement, ratio: float | None = None) -> Finding:
    return Finding(
        check=CheckId.NEGATIVE_CONTROL,
        status=status,
        reason=reason,
        statistic=ratio,
        threshold=1,
        withholds=Withheld.EFFECT_LABEL if status is FindingStatus.BLOCK else None,
    )


def _name(situation: Situation, control: Series) -> Text:
    metric = situation.book.metric(control.metric)
    return Text(control.metric, control.metric) if metric is None else metric.short


def _more_sensitive(situation: Situation, control: Series) -> bool:
    """Whether the release would protect the control but not, or less, the metric that carries the finding."""
    order = (Sensitivity.OPEN, Sensitivity.BUSINESS, Sensitivity.PERSON)
    own, other = (situation.book.metric(code) for code in (situation.estimand.series.metric, control.metric))
    return own is None or other is None or order.index(other.sensitivity) > order.index(own.sensitivity)


def _still(name: Text, number: Text) -> Statement:
    return Statement(
        "control_still",
        Text(
            f"Måttet ”{name.sv}”, som inte borde påverkas, kan inte skiljas från oförändrat: {number.sv}.",
            f"The metric '{name.en}', which should not move, cannot be told from unchanged: {number.en}.",
        ),
    )


def _moved(name: Text, number: Text) -> Statement:
    return Statement(
        "control_moved",
        Text(
            f"Måttet ”{name.sv}”, som inte borde påverkas, förändrades också: {number.sv}. Något annat ligger bakom.",
            f"The metric '{name.en}', which should not move, changed as well: {number.en}. Something else is at work.",
        ),
    )


def _cannot(name: Text) -> Statement:
    return Statement(
        "control_unknown",
        Text(
            f"Uppgifter om ”{name.sv}”, som inte borde påverkas, räcker inte för en kontroll.",
            f"The data on '{name.en}', which should not move, do not suffice for a check.",
        ),
    )
