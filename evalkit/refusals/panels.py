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


def side_worth_too_little(worth: float, least: float) -> Statement:
    """Robust errors of a regression with few, or very unlike, clusters or rows on a side (Kish 1965)."""
    told = {language: style.number(worth, language, decimals=1) for language in Language}
    return Statement(
        "side_worth_too_little",
        Text(
            "På ena sidan finns för få rader eller grupper som är oberoende av varandra, eller så väger de för olika: "
            f"tillsammans väger de som {told[Language.SV]} lika tunga, och fler än {least:g} behövs. "
            "Med färre blir den uträknade osäkerheten för liten.",
            "On one side there are too few rows or groups independent of each other, or they weigh too unlike: "
            f"together they weigh as {told[Language.EN]} of equal weight, and more than {least:g} are needed. "
            "With fewer the uncertainty worked out is too small.",
        ),
    )


def rests_on_one_cluster() -> Statement:
    """Without one of the clusters (or rows) the coefficient follows from the other columns."""
    return Statement(
        "rests_on_one_cluster",
        Text(
            "Utan en enda av grupperna eller raderna går jämförelsen inte att skilja från de andra uppgifterna. "
            "Då syns inte hur mycket den varierar.",
            "Without a single one of the groups or rows the comparison cannot be told apart from the other columns. "
            "How much it varies cannot then be seen.",
        ),
    )


def all_as_expected() -> Statement:
    """No row strays from what the regression fits, so that there is no variation to make robust errors of."""
    return Statement(
        "all_as_expected",
        Text(
            "Alla rader är precis som beräkningen väntar sig, så hur mycket antalen varierar syns inte i underlaget. "
            "Räkna i stället osäkerheten på slumpen i antalen.",
            "Every row is just as the calculation expects, so how much the counts vary cannot be seen in the data. "
            "Take the uncertainty from chance in the counts instead.",
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
