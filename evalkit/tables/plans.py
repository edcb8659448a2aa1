"""Tables of the plan: its comparisons and the designs they use."""

from __future__ import annotations

from evalkit import style
from evalkit.designs import REGISTRY
from evalkit.estimands import Estimand
from evalkit.language import Language, Text, in_language
from evalkit.metrics import MetricBook
from evalkit.plan import Plan
from evalkit.tables.counts import entries, series_name
from evalkit.tables.model import Column, Table

ROLE_WORDS = {
    "primary": Text("huvudfråga", "primary"),
    "secondary": Text("delfråga", "secondary"),
    "descriptive": Text("beskrivning", "descriptive"),
}


def planned(plan: Plan, book: MetricBook, language: Language = Language.SV) -> Table:
    """Every estimand of the plan: what, against what, when, how."""
    rows = tuple(
        (
            item.id,
            _measured(item, book, language),
            style.capital(item.contrast.in_language(language)),
            _windows(item, language),
            REGISTRY[item.design].name.in_language(language),
            ROLE_WORDS[item.role.value].in_language(language),
        )
        for item in plan.estimands
    )
    return Table(
        id="tbl-plan",
        caption=in_language(language, "Planens jämförelser", "The comparisons of the plan"),
        columns=(
            Column("Nr", weight=1),
            Column(in_language(language, "Mått / delat med", "Metric / divided by"), weight=3),
            Column(in_language(language, "Jämförelse", "Contrast"), weight=4),
            Column(in_language(language, "Tid", "Time"), weight=4),
            Column(in_language(language, "Upplägg", "Design"), weight=3),
            Column(in_language(language, "Roll", "Role"), weight=3),
        ),
        rows=rows,
    )


def _measured(item: Estimand, book: MetricBook, language: Language) -> str:
    metric, exposure = entries(item.series, book)
    name, per = series_name(item.series, metric, language), exposure.name.in_language(language)
    return f"{name} / {per[0].lower()}{per[1:]}"


def _windows(item: Estimand, language: Language) -> str:
    after = item.after.name.in_language(language)
    if item.before is None:
        return after
    before = item.before.name.in_language(language)
    return in_language(language, f"{before} mot {after}", f"{before} against {after}")


def designs_used(plan: Plan, language: Language = Language.SV) -> Table:
    """The designs of the plan: what they identify, what must be true, how far they reach."""
    used = sorted({item.design for item in plan.estimands})
    rows = tuple(
        (
            REGISTRY[id_].name.in_language(language),
            style.capital(REGISTRY[id_].identifies.in_language(language)),
            REGISTRY[id_].must_be_true.in_language(language),
            in_language(language, f"{REGISTRY[id_].maryland} av 5", f"{REGISTRY[id_].maryland} of 5"),
        )
        for id_ in used
    )
    return Table(
        id="tbl-upplagg",
        caption=in_language(language, "Så är jämförelserna gjorda", "How the comparisons are made"),
        columns=(
            Column(in_language(language, "Upplägg", "Design"), weight=3),
            Column(in_language(language, "Det mäter", "It measures"), weight=4),
            Column(in_language(language, "Det förutsätter", "It takes for granted"), weight=4),
            Column(in_language(language, "Högsta nivå på Marylandskalan", "Ceiling on the Maryland scale"), weight=2),
        ),
        rows=rows,
    )
