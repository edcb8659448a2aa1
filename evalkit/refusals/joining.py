"""Why a panel of areas that join at different times does not carry an estimate."""

from __future__ import annotations

from evalkit.language import Text
from evalkit.statements import Statement


def too_few_in_a_group(least: int, least_per_group: int) -> Statement:
    """Robust errors of groups that joined together rest on how much the areas within each group differ."""
    return Statement(
        "too_few_in_a_group",
        Text(
            f"Minst {least} områden behövs, och minst {least_per_group} bland dem som anslöt samtidigt och bland dem "
            "som aldrig anslöt. Med färre blir den uträknade osäkerheten alldeles för liten. "
            "Jämför i stället med hur det hade sett ut om andra områden hade anslutit.",
            f"At least {least} areas are needed, and at least {least_per_group} among those that joined together and "
            "among those that never joined. With fewer the uncertainty worked out is far too small. "
            "Compare instead with how it would have looked had other areas joined.",
        ),
    )


def rests_on_one_area() -> Statement:
    """A number that cannot be worked out without one of the areas, so that leaving each out gives no error."""
    return Statement(
        "rests_on_one_area",
        Text(
            "Svaret vilar på ett enda område: utan det går talet inte att räkna ut, och hur osäkert det är syns inte. "
            "Lägg samman perioder, så att fler områden har händelser i var och en.",
            "The answer rests on a single area: without it the number cannot be worked out, and how uncertain it is "
            "cannot be seen. Add periods up, so that more areas have events in each.",
        ),
    )


def nothing_to_take_apart() -> Statement:
    """A two-way fixed effects estimate without any comparison: all have joined, or nobody has, throughout."""
    return Statement(
        "nothing_to_take_apart",
        Text(
            "Inget område ansluter medan ett annat ännu inte har gjort det, så det finns ingen jämförelse att göra.",
            "No area joins while another has not yet done so, so there is no comparison to make.",
        ),
    )


def no_covariance() -> Statement:
    """Honest bounds of effects whose limits come from exchanged dates."""
    return Statement(
        "no_covariance",
        Text(
            "Osäkerheten kommer ur att byta datum mellan områden och säger inte hur siffrorna från olika perioder "
            "hänger ihop. Då går det inte att räkna ut hur olika utvecklingen måste ha varit.",
            "The uncertainty comes from exchanging dates between areas and does not say how the figures of different "
            "periods go together. So how different the development must have been cannot be worked out.",
        ),
    )


def nothing_before_to_judge_by() -> Statement:
    """Honest bounds without a second period before joining."""
    return Statement(
        "nothing_before_to_judge_by",
        Text(
            "Minst två perioder före anslutningen behövs för att se hur lika utvecklingen var.",
            "At least two periods before joining are needed to see how alike the development was.",
        ),
    )


def periods_go_together() -> Statement:
    """Honest bounds with as many coefficients as clusters, so that the covariance has no inverse."""
    return Statement(
        "periods_go_together",
        Text(
            "Det finns fler perioder än områden bakom siffrorna. Lägg samman perioder, så att de blir färre.",
            "There are more periods than areas behind the figures. Add periods up, so that there are fewer.",
        ),
    )


def none_counted_or_expected() -> Statement:
    """A ratio of counted to expected with a zero in it."""
    return Statement(
        "none_counted_or_expected",
        Text(
            "Inga händelser registrerades efter anslutningen, eller inga var att vänta, så en kvot går inte att ange.",
            "No events were recorded after joining, or none were to be expected, so no ratio can be given.",
        ),
    )


def too_few_areas(least: int) -> Statement:
    """Design D5 with a handful of areas."""
    return Statement(
        "too_few_areas",
        Text(
            f"Minst {least} områden behövs när de ansluter vid olika tid. Med färre avgör enskilda områden svaret.",
            f"At least {least} areas are needed when they join at different times. With fewer single areas decide.",
        ),
    )


def area_without_exposure(who: Text, when: Text) -> Statement:
    """Design D5 with a period in which an area has nothing to divide by."""
    return Statement(
        "area_without_exposure",
        Text(
            f"{who.sv} saknar i någon period ({when.sv}) det som antalen delas med. Längre perioder kan hjälpa.",
            f"{who.en} has nothing to divide the counts by in some period ({when.en}). Longer periods may help.",
        ),
    )


def too_few_ways_to_join(least: int) -> Statement:
    """Exchanged dates when there are too few ways, or too few drawn, for any result to be unusual enough."""
    return Statement(
        "too_few_ways_to_join",
        Text(
            f"Minst {least} fördelningar av anslutningsdatumen behöver jämföras för att ett utfall ska kunna vara så "
            "ovanligt som den valda säkerheten kräver. Här är de färre. Ta med fler områden, eller dra fler "
            "fördelningar.",
            f"At least {least} ways to give out the dates of joining must be compared for a result to be as unusual as "
            "the level chosen demands. Here there are fewer. Include more areas, or draw more ways.",
        ),
    )
