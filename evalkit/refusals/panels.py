"""Why a panel of units and periods does not carry an estimate of what a measure changed."""

from __future__ import annotations

from evalkit import style
from evalkit.language import Language, Text
from evalkit.statements import Statement


def too_few_treated_clusters(least: int) -> Statement:
    """Robust errors rest on how much treated (or untreated) units differ among themselves."""
    return Statement(
        "too_few_treated_clusters",
        Text(
            f"Minst {least} områden på varje sida behövs, med och utan insatsen. "
            "Med färre blir den uträknade osäkerheten för liten.",
            f"At least {least} areas are needed on each side, with the measure and without. "
            "With fewer the uncertainty worked out is too small.",
        ),
    )


def too_few_effective_clusters(worth: float, least: float) -> Statement:
    """The clusters of a side are too unlike in size: they are worth too few clusters of equal weight (Kish 1965)."""
    told = {language: style.number(worth, language, decimals=1) for language in Language}
    return Statement(
        "too_few_effective_clusters",
        Text(
            "Områdena på ena sidan är för få eller väger för olika: tillsammans väger de som "
            f"{told[Language.SV]} lika stora, och fler än {least:g} behövs. Ett enda område kan då avgöra svaret.",
            "The areas on one side are too few or weigh too unlike: together they weigh as "
            f"{told[Language.EN]} equal ones, and more than {least:g} are needed. "
            "A single area may then decide the answer.",
        ),
    )


def one_treated_cluster() -> Statement:
    """The wild cluster bootstrap with one treated (or one untreated) cluster (MacKinnon and Webb 2017)."""
    return Statement(
        "one_treated_cluster",
        Text(
            "Bara ett enda område finns på ena sidan, med eller utan insatsen. Hur mycket det skulle ha varierat "
            "av sig självt syns inte i underlaget. Jämför i stället med hur ovanlig dess utveckling är "
            "bland de andra områdena.",
            "There is only one area on one side, with the measure or without. How much it would have varied by "
            "itself cannot be seen in the data. Compare instead how unusual its development is among the others.",
        ),
    )
