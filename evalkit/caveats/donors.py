"""What a reader must know beside areas that are compared with areas where nothing started."""

from __future__ import annotations

from evalkit.language import Text
from evalkit.statements import Statement


def others_unaffected() -> Statement:
    """D4: donors were not reached by the measure, and would have moved as the treated."""
    return Statement(
        "others_unaffected",
        Text(
            "Jämförelsen förutsätter att de andra områdena inte påverkades av insatsen och inte började med något "
            "liknande, och att utvecklingen annars hade varit densamma, räknat i procent.",
            "The comparison takes for granted that the other areas were not affected by the measure and did not start "
            "anything like it, and that all would otherwise have changed by the same percentage.",
        ),
    )


def compared_with_all(number: int, attainable: float) -> Statement:
    """D4: the same comparison was made with every other choice of areas; how surprising a result can be at most."""
    once = round(1 / attainable)
    return Statement(
        "compared_with_all",
        Text(
            f"Osäkerheten bygger på samma jämförelse för alla {number} sätt att välja lika många områden. "
            f"Av en slump skiljer sig det undersökta valet mest en gång på {once}; mer ovanligt än så kan inget utfall "
            "visas vara.",
            f"The uncertainty rests on the same comparison for all {number} ways to choose as many areas. "
            f"By chance the choice examined stands out most once in {once}; no result can be shown to be more unusual.",
        ),
    )


def compared_with_drawn(number: int, attainable: float, seed: int) -> Statement:
    """D4: as :func:`compared_with_all`, for choices drawn by lot."""
    once = round(1 / attainable)
    return Statement(
        "compared_with_drawn",
        Text(
            f"Osäkerheten bygger på samma jämförelse för {number} lottade sätt att välja lika många områden "
            f"(frö {seed}). Mer ovanligt än en gång på {once} kan inget utfall visas vara.",
            f"The uncertainty rests on the same comparison for {number} ways to choose as many areas, drawn by lot "
            f"(seed {seed}). No result can be shown to be more unusual than once in {once}.",
        ),
    )


def chosen_by_chance() -> Statement:
    """D4: the areas compared are taken to be as likely to have been the treated ones."""
    return Statement(
        "chosen_by_chance",
        Text(
            "Osäkerheten bygger också på att insatsen lika gärna kunde ha börjat i något av de andra områdena. "
            "Valdes området efter hur det redan gick där gäller den inte.",
            "The uncertainty also takes for granted that the measure might as well have started in any of the other "
            "areas. It does not hold if the area was chosen by how it was already doing there.",
        ),
    )


def others_left_out(left_out: int, of: int) -> Statement:
    """Areas to compare with that lack a figure in some period, or have no events at all."""
    return Statement(
        "others_left_out",
        Text(
            f"Av {of} områden att jämföra med är {left_out} inte med: de saknar uppgift för någon period, eller har "
            "inga händelser alls.",
            f"Of {of} areas to compare with, {left_out} are not used: they lack a figure for some period, or have no "
            "events at all.",
        ),
    )
