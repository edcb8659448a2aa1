"""What a reader must know of areas that join at different times."""

from __future__ import annotations

from evalkit.language import Text
from evalkit.statements import Statement


def all_joined_at_last() -> Statement:
    """Areas that join without others that never do: what they have in common is seen by nobody."""
    return Statement(
        "all_joined_at_last",
        Text(
            "Alla områden anslöt till slut och jämförs bara med varandra. Växte det snabbare hos alla som anslöt än i "
            "andra områden syns det inte, varken före eller efter.",
            "All areas joined in the end and are compared only with each other. If growth was faster in all that "
            "joined than in other areas, it cannot be seen, before or after.",
        ),
    )


def classical_errors() -> Statement:
    """Errors as other programs print them, asked for to compare with those programs."""
    return Statement(
        "classical_errors",
        Text(
            "Osäkerheten är räknad på det vanliga sättet, som blir för litet när områdena är olika stora. "
            "Använd den bara för att jämföra med andra program.",
            "The uncertainty is worked out in the usual way, which makes it too small when areas are of unlike size. "
            "Use it only to compare with other programs.",
        ),
    )


def join_dates_by_chance() -> Statement:
    """Few units that join: the test takes for granted that the dates could as well have gone to other units."""
    return Statement(
        "join_dates_by_chance",
        Text(
            "Osäkerheten bygger på att det lika gärna kunde ha varit andra områden som anslöt vid de tidpunkterna. "
            "Valdes områdena efter hur det redan gick för dem gäller den inte.",
            "The uncertainty takes for granted that other areas might as well have joined at those times. "
            "It does not hold if areas were chosen by how they were already doing.",
        ),
    )
