"""Why a unit cannot be compared with a weighted mean of others, and why the comparison cannot be tested."""

from __future__ import annotations

from evalkit.language import Text
from evalkit.statements import Statement


def outside_donors() -> Statement:
    """No weights between 0 and 1 reach the treated unit's level."""
    return Statement(
        "outside_donors",
        Text(
            "Området låg före starten högre eller lägre än alla områden det jämförs med. "
            "Då finns inget vägt medelvärde av dem som liknar det.",
            "Before the start the area was higher or lower than every area it is compared with, "
            "so no weighted mean of them is like it.",
        ),
    )


def fits_perfectly() -> Statement:
    """As many donors as periods before, or more: the fit says nothing about the error to expect."""
    return Statement(
        "fits_perfectly",
        Text(
            "De andra områdena kan vägas ihop så att de följer området helt före starten. Då syns inte hur stora fel "
            "som är att vänta, och en skillnad efteråt går inte att värdera.",
            "The other areas can be weighed together so as to follow the area completely before the start. It cannot "
            "then be seen how large an error to expect, and a difference afterwards cannot be judged.",
        ),
    )


def too_few_periods_before(least: int) -> Statement:
    """Placebo tests after a short time before mostly compare how well chance was fitted."""
    return Statement(
        "too_few_periods_before",
        Text(
            f"Det finns för få perioder före starten: minst {least} behövs för att se om områdena följs åt.",
            f"There are too few periods before the start: at least {least} are needed to see whether the areas "
            "move together.",
        ),
    )


def too_few_donors(least: int) -> Statement:
    """Too few donors for weights under the cap, with one of them left out as a placebo."""
    return Statement(
        "too_few_donors",
        Text(
            f"Det finns för få områden att jämföra med: minst {least} behövs med den valda största vikten.",
            f"There are too few areas to compare with: at least {least} are needed with the chosen largest weight.",
        ),
    )


def no_constant_effect() -> Statement:
    """The inverted test rejects every effect that is equal in all periods."""
    return Statement(
        "no_constant_effect",
        Text(
            "Skillnaden efter starten växlar så mycket att ingen enda siffra kan sammanfatta den. "
            "Se skillnaden period för period.",
            "The difference after the start changes so much that no single figure can sum it up. "
            "See the difference period by period.",
        ),
    )


def too_few_treated() -> Statement:
    """A jackknife over units with one treated unit, or with all weight on one donor."""
    return Statement(
        "too_few_treated",
        Text(
            "Osäkerheten går inte att räkna ut genom att utelämna ett område i taget när bara ett har fått insatsen, "
            "eller när ett enda område bär hela jämförelsen.",
            "The uncertainty cannot be found by leaving out one area at a time when only one had the measure, "
            "or when a single area carries the whole comparison.",
        ),
    )


def several_treated() -> Statement:
    """Placebos take the place of one unit; with several treated the jackknife is at hand."""
    return Statement(
        "several_treated",
        Text(
            "Flera områden har fått insatsen, och jämförelsen med ett område i taget utan insatsen gäller bara ett. "
            "Utelämna i stället ett område i taget.",
            "Several areas had the measure, and the comparison with one area at a time without it is for one only. "
            "Leave out one area at a time instead.",
        ),
    )


def too_few_to_stand_out(least: int) -> Statement:
    """No outcome could be as unusual as the level asks for: the attainable p is above it."""
    return Statement(
        "too_few_to_stand_out",
        Text(
            f"Det behövs minst {least} områden, de undersökta medräknade, för att ett utfall ska kunna vara så "
            "ovanligt som den valda säkerheten kräver. Med färre skiljer sig det undersökta området mest av en slump "
            "oftare än så, hur stor skillnaden än är.",
            f"At least {least} areas, those examined among them, are needed for a result to be as unusual as the level "
            "chosen demands. With fewer, the area examined stands out most by chance more often than that, however "
            "large the difference.",
        ),
    )


def too_few_to_trust(least: int) -> Statement:
    """A test whose size was measured to be above its level with so few areas."""
    return Statement(
        "too_few_to_trust",
        Text(
            f"Det behövs minst {least} områden, de undersökta medräknade. Med färre hittar prövningen något som inte "
            "finns oftare än den säger, särskilt när de undersökta är små.",
            f"At least {least} areas are needed, those examined among them. With fewer, the test finds what is not "
            "there more often than it says, above all when those examined are small.",
        ),
    )


def too_few_placebos(number: int, needed: int) -> Statement:
    """A placebo test that could not find anything, and is not made."""
    attainable = f"{1 / (number + 1):.4g}"
    return Statement(
        "too_few_placebos",
        Text(
            f"Om skillnaden kan bero på slumpen går inte att pröva: med {number} områden att jämföra med är det minsta "
            f"p-värde som går att få {attainable.replace('.', ',')}. Det behövs minst {needed} områden.",
            f"Whether the difference may be chance cannot be tested: with {number} areas to compare with, the smallest "
            f"p-value that can be had is {attainable}. At least {needed} areas are needed.",
        ),
    )


def too_few_events_for_placebos(least: int) -> Statement:
    """With so few events the error of one unit cannot be told from that of others."""
    return Statement(
        "too_few_events_for_placebos",
        Text(
            f"Om skillnaden kan bero på slumpen går inte att pröva: området hade färre än {least} händelser före "
            "starten.",
            f"Whether the difference may be chance cannot be tested: the area had fewer than {least} events before "
            "the start.",
        ),
    )


def larger_than_donors() -> Statement:
    """Little chance in its counts, so that what drifts is most of its error: hardly any donor is like that."""
    return Statement(
        "larger_than_donors",
        Text(
            "Om skillnaden kan bero på slumpen går inte att pröva: området hade fler händelser före starten än nästan "
            "alla det jämförs med, och så stora områden varierar på ett annat sätt. "
            "Jämför med områden av samma storlek.",
            "Whether the difference may be chance cannot be tested: the area had more events before the start than "
            "nearly all that it is compared with, and areas so large vary in another way. "
            "Compare with areas of its size.",
        ),
    )


def fitted_error() -> Statement:
    """A placebo test by the published ratio: the error before is that of the fit itself."""
    return Statement(
        "fitted_error",
        Text(
            "Prövningen mäter skillnaden mot hur väl vikterna passade före starten. Är området mycket större än de "
            "andra hittar den för ofta något som inte finns.",
            "The test measures the difference against how well the weights fitted before the start. Where the area is "
            "much larger than the others, it too often finds what is not there.",
        ),
    )
