"""Why numbers that are there do not carry an estimate."""

from __future__ import annotations

from evalkit.language import Text
from evalkit.statements import Statement


def no_events() -> Statement:
    """No event on any side: a ratio of zero to zero says nothing."""
    return Statement(
        "no_events",
        Text(
            "Inga händelser har registrerats på någon sida av jämförelsen, och då finns inget att jämföra. "
            "Noll registrerade betyder inte noll utsatta eller noll brister.",
            "No events were recorded on either side of the comparison, so there is nothing to compare. "
            "None recorded does not mean none affected.",
        ),
    )


def too_few_margins() -> Statement:
    """A 2×2 comparison with an empty row or column carries no information on the ratio."""
    return Statement(
        "empty_margin",
        Text(
            "Ett av områdena, eller en av perioderna, saknar helt registrerade händelser. "
            "Då går utvecklingen inte att jämföra.",
            "One of the areas, or one of the periods, has no recorded events at all. "
            "Then the developments cannot be compared.",
        ),
    )


def zero_and_overdispersed() -> Statement:
    """A zero total beside counts that vary more than chance: no honest interval is at hand."""
    return Statement(
        "zero_and_overdispersed",
        Text(
            "Minst en sida har noll händelser samtidigt som antalen i övrigt varierar mer än slumpen förklarar. "
            "Då finns ingen pålitlig osäkerhet att ange.",
            "At least one side has no events while the counts otherwise vary more than chance explains. "
            "No trustworthy uncertainty can then be stated.",
        ),
    )


def no_shared_stratum() -> Statement:
    """No stratum has something on both sides, so nothing is compared with its like."""
    return Statement(
        "no_shared_stratum",
        Text(
            "Ingen grupp finns på båda sidor av jämförelsen. Då går lika inte att jämföra med lika.",
            "No group is found on both sides of the comparison, so like cannot be compared with like.",
        ),
    )


def stratum_without_exposure() -> Statement:
    """A stratum has weight in the standard and nothing to work its rate out from."""
    return Statement(
        "stratum_without_exposure",
        Text(
            "Minst en grupp som ska vägas in saknar något att dela antalet med. Dess nivå är okänd, inte noll.",
            "At least one group that is to be weighed in has nothing to divide the count by. "
            "Its level is unknown, not zero.",
        ),
    )


def nothing_weighed_in() -> Statement:
    """Every weight is zero."""
    return Statement(
        "nothing_weighed_in",
        Text("Alla vikter är noll, så det finns inget att räkna ut.", "Every weight is zero: nothing is asked for."),
    )


def separated() -> Statement:
    """A side, after adjustment, has no events at all: the ratio runs off to zero or infinity."""
    return Statement(
        "separated",
        Text(
            "Den ena sidan saknar händelser när hänsyn tas till övriga uppgifter. "
            "Då finns ingen ändlig skillnad att ange.",
            "One side has no events once the other columns are taken into account. "
            "Then there is no finite difference to state.",
        ),
    )


def not_told_apart() -> Statement:
    """The comparison is a combination of the covariates (rank deficiency)."""
    return Statement(
        "not_told_apart",
        Text(
            "Jämförelsen går inte att skilja från de andra uppgifterna: de följs helt åt i underlaget.",
            "The comparison cannot be told apart from the other columns: they go together throughout the data.",
        ),
    )


def too_few_rows() -> Statement:
    """As many terms as rows, so that the variation around them cannot be seen."""
    return Statement(
        "too_few_rows",
        Text(
            "Underlaget har för få rader för det som ska tas hänsyn till. Då går osäkerheten inte att ange.",
            "There are too few rows for all that is to be taken into account, so no uncertainty can be stated.",
        ),
    )


def too_few_clusters(least: int) -> Statement:
    """Robust errors from a handful of clusters are far too small."""
    return Statement(
        "too_few_clusters",
        Text(
            f"Underlaget har för få fristående grupper: minst {least} behövs, och minst två på varje sida. "
            "Med färre blir den uträknade osäkerheten alldeles för liten.",
            f"There are too few independent groups: at least {least} are needed, and at least two on each side. "
            "With fewer the uncertainty worked out is far too small.",
        ),
    )


def more_than_chance() -> Statement:
    """Poisson errors were asked for and the counts vary clearly more than Poisson (φ above 1.5)."""
    return Statement(
        "more_than_chance",
        Text(
            "Antalen varierar tydligt mer än slumpen förklarar. En osäkerhet som bara räknar med slumpen "
            "vore för liten.",
            "The counts vary clearly more than chance explains. An uncertainty that counts on chance alone "
            "would be too small.",
        ),
    )


def not_converged() -> Statement:
    """The iteration found no answer."""
    return Statement(
        "not_converged",
        Text(
            "Beräkningen hittar ingen lösning för de här uppgifterna.",
            "The calculation finds no solution for these data.",
        ),
    )


def no_variation_to_measure() -> Statement:
    """No cell with events has two periods, so nothing is known of how counts vary."""
    return Statement(
        "no_variation_to_measure",
        Text(
            "Det finns inga upprepade perioder med händelser, så hur mycket antalen varierar går inte att säga.",
            "There are no repeated periods with events, so how much the counts vary cannot be said.",
        ),
    )


def value_missing() -> Statement:
    """A row of a column lacks a count, an exposure or another number that the estimate needs."""
    return Statement(
        "value_missing",
        Text(
            "Minst ett av talen som behövs saknas. Saknade uppgifter är inte noll.",
            "At least one of the numbers needed is missing. Missing data are not zero.",
        ),
    )


def beyond_follow_up() -> Statement:
    """A day is asked for that comes after the last one on which anybody was seen, while some waited or were lost."""
    return Statement(
        "beyond_follow_up",
        Text(
            "Uppgifterna räcker inte så långt i tid: några väntade fortfarande när de sist sågs. "
            "Vad som hände senare går inte att veta.",
            "The data do not reach so far in time: some were still waiting when they were last seen. "
            "What happened later cannot be known.",
        ),
    )


def all_censored() -> Statement:
    """Nobody has been seen to reach the end of the wait."""
    return Statement(
        "all_censored",
        Text(
            "Alla väntade fortfarande när uppgifterna togs ut. Då går det inte att säga hur lång tiden brukar bli.",
            "All were still waiting when the data were extracted. How long the time tends to be cannot then be told.",
        ),
    )


def share_not_reached() -> Statement:
    """Too few have reached the end for the median, or another quantile, to be known."""
    return Statement(
        "share_not_reached",
        Text(
            "För få har nått slutet när uppgifterna togs ut. Tiden tills så stor andel är klar är ännu inte känd.",
            "Too few had reached the end when the data were extracted. "
            "The time until so large a share is done is not yet known.",
        ),
    )


def too_few_waiting() -> Statement:
    """So few are followed to the horizon that each stands for several others."""
    return Statement(
        "too_few_waiting",
        Text(
            "Nästan ingen har kunnat följas så länge, och de få som återstår skulle få stå för många andra. "
            "Välj en kortare tid.",
            "Hardly anyone has been followed for so long, and the few who remain would stand for many others. "
            "Choose a shorter time.",
        ),
    )


def one_unit() -> Statement:
    """A single unit says nothing about how much such times vary."""
    return Statement(
        "one_unit",
        Text(
            "Det finns bara en enda tid att räkna på. Då går det inte att säga hur osäkert medelvärdet är.",
            "There is only a single time to reckon with. How uncertain the mean is cannot then be told.",
        ),
    )


def no_variation(*, compared: bool = False) -> Statement:
    """Every end came on the same day, so that the data show no variation; ``compared`` when that is so of a side."""
    sv, en = (" på minst en sida", " on at least one side") if compared else ("", "")
    return Statement(
        "no_variation",
        Text(
            f"Alla tider är lika långa{sv}. Då visar uppgifterna inte hur mycket tiderna varierar.",
            f"All times are equally long{en}. The data do not then show how much the times vary.",
        ),
    )


def none_ended_in_time(*, compared: bool = False) -> Statement:
    """Nobody has reached the end by the horizon; ``compared`` when that is so of a side."""
    sv, en = (" på minst en sida", " on at least one side") if compared else ("", "")
    return Statement(
        "none_ended_in_time",
        Text(
            f"Ingen{sv} har nått slutet inom den tid som valts. Välj en längre tid.",
            f"Nobody{en} has reached the end within the time chosen. Choose a longer time.",
        ),
    )


def one_side_missing() -> Statement:
    """One of the two sides has no units."""
    return Statement(
        "one_side_missing",
        Text(
            "Den ena sidan av jämförelsen har inga tider alls, och då finns inget att jämföra.",
            "One side of the comparison has no times at all, so there is nothing to compare.",
        ),
    )


def nothing_to_share() -> Statement:
    """A share of nothing: none was looked at, on at least one side."""
    return Statement(
        "nothing_to_share",
        Text(
            "På minst en sida fanns inget att räkna andelen av. En andel av noll går inte att ange.",
            "On at least one side there was nothing to take a share of. A share of none cannot be stated.",
        ),
    )


def too_many_for_boschloo(most: int) -> Statement:
    """The exact unconditional test goes through every possible table, and there are too many."""
    told = f"{most:,}".replace(",", "\u00a0")
    return Statement(
        "too_many_for_boschloo",
        Text(
            f"Boschloos test går igenom alla tänkbara utfall och görs bara upp till {told} prövade fall sammanlagt. "
            "För så många ger Fishers test nästan samma svar.",
            f"Boschloo's test goes through every possible outcome and is made only up to {most:,} cases in all. "
            "With so many Fisher's test gives nearly the same answer.",
        ),
    )


def no_other_assignment() -> Statement:
    """A permutation test without anything that could have been otherwise."""
    return Statement(
        "no_other_assignment",
        Text(
            "Det finns ingen annan fördelning av insatsen att jämföra med: alla eller inga har fått den, "
            "eller så kan ingen byta plats.",
            "There is no other way the measure could have been assigned: all or none had it, "
            "or none can change places.",
        ),
    )


def too_few_to_resample() -> Statement:
    """A bootstrap of a single unit, or of units whose statistic cannot be computed in every draw."""
    return Statement(
        "too_few_to_resample",
        Text(
            "Det finns för få enheter för att visa hur mycket talet kan variera.",
            "There are too few units to show how much the number may vary.",
        ),
    )


def all_alike() -> Statement:
    """A bootstrap of units that are all the same."""
    return Statement(
        "all_alike",
        Text(
            "Alla enheter har samma värde, så det finns ingen variation att mäta.",
            "All units have the same value, so there is no variation to measure.",
        ),
    )


def same_in_all_samples() -> Statement:
    """A statistic that is no number in some sample, or the same in all."""
    return Statement(
        "same_in_all_samples",
        Text(
            "Måttet blir detsamma i alla urval, eller går inte att räkna ut i något av dem.",
            "The statistic is the same in all samples, or cannot be computed in some of them.",
        ),
    )


def nobody_joins() -> Statement:
    """Staggered joining: no unit joins within the time covered, after at least one period before."""
    return Statement(
        "nobody_joins",
        Text(
            "Inget område ansluter under den tid som uppgifterna gäller med någon period före att jämföra med.",
            "No area joins during the time covered with any period before to compare with.",
        ),
    )


def no_never_joined() -> Statement:
    """Staggered joining compared with those who never join, of whom there are none."""
    return Statement(
        "no_never_joined",
        Text(
            "Alla områden ansluter förr eller senare, så det finns inget som aldrig anslöt att jämföra med.",
            "Every area joins sooner or later, so there is none that never joined to compare with.",
        ),
    )


def all_join_at_once() -> Statement:
    """Staggered joining without anyone who has not joined yet."""
    return Statement(
        "all_join_at_once",
        Text(
            "När de första områdena ansluter finns inget område kvar som inte har anslutit. "
            "Då går en verkan inte att skilja från annat som hände samtidigt.",
            "When the first areas join, no area is left that has not joined. "
            "Then an effect cannot be told from whatever else happened at the time.",
        ),
    )


def no_events_in_period() -> Statement:
    """A ratio of ratios with a zero among its four counts."""
    return Statement(
        "no_events_in_period",
        Text(
            "Någon av de jämförda grupperna har inga händelser i någon av perioderna, så förändringen i procent går "
            "inte att räkna ut. Längre perioder, eller skillnaden i stället för kvoten, kan hjälpa.",
            "One of the groups compared has no events in one of the periods, so the change in per cent cannot be "
            "worked out. Longer periods, or the difference in place of the ratio, may help.",
        ),
    )
