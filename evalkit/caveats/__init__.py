"""What a reader must know beside a number. Every estimate carries those that apply to it."""

from __future__ import annotations

from evalkit.caveats.donors import (
    chosen_by_chance,
    compared_with_all,
    compared_with_drawn,
    others_left_out,
    others_unaffected,
)
from evalkit.caveats.joining import all_joined_at_last, classical_errors, join_dates_by_chance
from evalkit.caveats.resampling import (
    all_assignments,
    blocks_drawn,
    clusters_drawn,
    drawn_assignments,
    moved_in_time,
    resampled,
)
from evalkit.language import Text, decimal_comma
from evalkit.statements import Statement

__all__ = [
    "all_assignments",
    "all_joined_at_last",
    "approximate_figures",
    "blocks_drawn",
    "chosen_by_chance",
    "classical_errors",
    "clusters_drawn",
    "compared_with_all",
    "compared_with_drawn",
    "count_carried_forward",
    "derived_figures",
    "descriptive_only",
    "detail_protected",
    "dispersion_unknown",
    "donors_unaffected",
    "drawn_assignments",
    "exposure_carried_forward",
    "few_periods_before",
    "join_dates_by_chance",
    "largest_weight",
    "more_found_or_more_looked_for",
    "moved_in_time",
    "no_case_larger_than",
    "no_upper_limit",
    "not_an_effect",
    "nothing_else_changed",
    "one_area_per_side",
    "one_case_dominates",
    "others_left_out",
    "others_unaffected",
    "parallel_development",
    "periods_left_out",
    "persons_in_cases",
    "placebo_donors",
    "reported_poisson",
    "reported_quasi_poisson",
    "resampled",
    "rows_without_events_left_out",
    "rules_changed",
    "rules_may_have_changed",
    "seasons_differ",
    "strata_left_out",
    "test_beside_interval",
    "trend_would_continue",
    "varies_more_than_chance",
]


def descriptive_only() -> Statement:
    """D1: a level says nothing of causes."""
    return Statement(
        "descriptive_only",
        Text(
            "Beskrivning av nivån. Den säger inget om vad nivån beror på.",
            "A description of the level. It says nothing about what the level is due to.",
        ),
    )


def nothing_else_changed() -> Statement:
    """D2: a change over time has every other event of that time as a rival explanation."""
    return Statement(
        "nothing_else_changed",
        Text(
            "En förändring över tid kan bero på allt annat som hände samtidigt: lagändringar, "
            "nationella satsningar, nya sätt att registrera.",
            "A change over time may be due to anything else that happened: new laws, national efforts, "
            "new ways of recording.",
        ),
    )


def parallel_development() -> Statement:
    """D3: without the start, both sides would have developed alike; this cannot be proved."""
    return Statement(
        "parallel_development",
        Text(
            "Jämförelsen förutsätter att områdena annars hade utvecklats lika. Det går inte att bevisa.",
            "The comparison takes for granted that the areas would otherwise have developed alike. "
            "That cannot be proved.",
        ),
    )


def one_area_per_side() -> Statement:
    """With one area per side, the interval covers chance in the counts and nothing more."""
    return Statement(
        "one_area_per_side",
        Text(
            "Osäkerheten gäller slumpen i antalen. Skillnader mellan just de här områdena "
            "ingår inte, eftersom minst en sida bara består av ett område.",
            "The uncertainty covers chance in the counts. Differences between these very areas are not in it, "
            "because at least one side is a single area.",
        ),
    )


def not_an_effect() -> Statement:
    """Two models compared with each other: the difference between them, never the effect of one."""
    return Statement(
        "not_an_effect",
        Text(
            "Båda områdena har en egen modell. Skillnaden är den ena modellen minus den andra, "
            "inte effekten av någon av dem.",
            "Both areas have a model of their own. The difference is one model minus the other, "
            "not the effect of either.",
        ),
    )


def seasons_differ() -> Statement:
    """D2: windows with unlike shares of winter and summer compare seasons too."""
    return Statement(
        "seasons_differ",
        Text(
            "Tiden före och tiden efter innehåller inte lika stor del av varje månad, så årstiden kan spela in.",
            "The time before and the time after do not hold equal shares of each month, so the season may play a part.",
        ),
    )


def _points(number: int) -> Text:
    return Text("en mätpunkt", "one point") if number == 1 else Text(f"{number} mätpunkter", f"{number} points")


def few_periods_before(periods: int, least: int) -> Statement:
    """D2, D3: too short a time before to see whether something was under way already (domain brief §5.2)."""
    return Statement(
        "few_periods_before",
        Text(
            f"Tiden före har {_points(periods).sv}; det behövs minst {least} för att kunna se om en förändring redan "
            "var på väg. Det går alltså inte att utesluta.",
            f"The time before has {_points(periods).en}; at least {least} are needed to see whether a change was under "
            "way already. So that cannot be ruled out.",
        ),
    )


def rules_changed(changes: Text) -> Statement:
    """D2, D3: law changes and other breaks inside the time compared, from the calendar of the code book."""
    return Statement(
        "rules_changed",
        Text(
            f"Under den jämförda tiden hände bland annat det här, som kan flytta siffrorna: {changes.sv}.",
            f"During the time compared these things happened, among others, that may move the figures: {changes.en}.",
        ),
    )


def rules_may_have_changed(changes: Text) -> Statement:
    """D2, D3: breaks whose dates are not confirmed, or known to the year only."""
    return Statement(
        "rules_may_have_changed",
        Text(
            f"Det här kan också ha hänt under tiden, men datumen är inte bekräftade: {changes.sv}.",
            f"These may also have happened in that time, but their dates are not confirmed: {changes.en}.",
        ),
    )


def varies_more_than_chance() -> Statement:
    """φ above 1: the interval was widened accordingly."""
    return Statement(
        "overdispersed",
        Text(
            "Antalen varierar mer mellan perioderna än slumpen förklarar, så osäkerheten har vidgats.",
            "The counts vary more between periods than chance explains, so the uncertainty was widened.",
        ),
    )


def dispersion_unknown() -> Statement:
    """A single period per cell, or hardly any events: whether the counts vary more than chance cannot be seen."""
    return Statement(
        "dispersion_unknown",
        Text(
            "Underlaget räcker inte för att se om antalen varierar mer än slumpen förklarar, "
            "så osäkerheten kan vara större än den angivna.",
            "The data do not suffice to see whether the counts vary more than chance explains, "
            "so the uncertainty may be larger than stated.",
        ),
    )


def exposure_carried_forward() -> Statement:
    """The denominator of the last periods is an older figure."""
    return Statement(
        "exposure_carried_forward",
        Text(
            "För minst en period är det som antalet delas med framskrivet från en äldre uppgift.",
            "For at least one period the figure that the count is divided by is carried forward from an older one.",
        ),
    )


def count_carried_forward() -> Statement:
    """A count repeated from an earlier period: it says nothing of its own period."""
    return Statement(
        "count_carried_forward",
        Text(
            "Minst ett antal är framskrivet från en äldre uppgift och säger inget om sin egen period.",
            "At least one count is carried forward from an older figure and says nothing of its own period.",
        ),
    )


def derived_figures() -> Statement:
    """Counts or exposures computed from other figures."""
    return Statement(
        "derived_figures",
        Text(
            "Minst en uppgift är uträknad ur andra uppgifter.",
            "At least one figure is computed from other figures.",
        ),
    )


def approximate_figures() -> Statement:
    """Counts or exposures that their holder calls approximate."""
    return Statement(
        "approximate_figures",
        Text("Minst en uppgift är ungefärlig.", "At least one figure is approximate."),
    )


def persons_in_cases() -> Statement:
    """Persons come in cases, and one case can dominate a year."""
    return Statement(
        "persons_in_cases",
        Text(
            "Antalet är personer. Ett enda ärende kan omfatta många av dem, så antalet ärenden kan vara mycket mindre.",
            "The count is persons. A single case may concern many of them, so the number of cases may be far smaller.",
        ),
    )


def one_case_dominates(share: float) -> Statement:
    """One case holds so many of the persons that cases should be counted instead."""
    percent = round(100 * share)
    return Statement(
        "one_case_dominates",
        Text(
            f"Ett enda ärende rymmer {percent} procent av personerna. Antalet ärenden säger därför mer än antalet "
            "personer och bör stå först.",
            f"A single case holds {percent} per cent of the persons. The number of cases therefore says more than the "
            "number of persons and should stand first.",
        ),
    )


def no_case_larger_than(most: float) -> Statement:
    """An interval for persons in cases holds as far as no case can be larger than was said."""
    return Statement(
        "no_case_larger",
        Text(
            f"Osäkerheten förutsätter att inget ärende kan omfatta fler än {int(most)} personer.",
            f"The uncertainty supposes that no case can concern more than {int(most)} persons.",
        ),
    )


def no_upper_limit() -> Statement:
    """Without knowing how many persons a case can hold, a number of persons has no upper limit."""
    return Statement(
        "no_upper_limit",
        Text(
            "Hur många personer ett ärende som mest kan omfatta har inte angetts. Därför finns ingen övre gräns: "
            "ett enda stort ärende som ännu inte har setts kan göra antalet personer långt högre.",
            "How many persons a case can concern at most has not been told. There is therefore no upper limit: "
            "a single large case that has not been seen yet could make the number of persons far higher.",
        ),
    )


def more_found_or_more_looked_for() -> Statement:
    """Detection-driven: more visits find more."""
    return Statement(
        "detection_driven",
        Text(
            "Antalet styrs av hur mycket som kontrolleras. Fler funna kan betyda fler besök, inte fler fel.",
            "The count follows how much is inspected. More found may mean more visits, not more wrongdoing.",
        ),
    )


def strata_left_out(left_out: int, of: int) -> Statement:
    """Strata without events, or without one of the sides, tell nothing about the ratio."""
    return Statement(
        "strata_left_out",
        Text(
            f"Av {of} grupper bidrar {left_out} inte till jämförelsen: de saknar händelser eller en av sidorna.",
            f"Of {of} groups, {left_out} add nothing to the comparison: they lack events or one of the sides.",
        ),
    )


def rows_without_events_left_out(left_out: int, of: int) -> Statement:
    """Rows whose covariates occur only without events: their fitted number is zero whatever the ratio."""
    return Statement(
        "rows_without_events_left_out",
        Text(
            f"Av {of} rader bidrar {left_out} inte: underlaget har inga händelser alls för sådana rader.",
            f"Of {of} rows, {left_out} add nothing: the data hold no events at all for rows like them.",
        ),
    )


def trend_would_continue() -> Statement:
    """D2: what would have been is the development before, drawn out."""
    return Statement(
        "trend_would_continue",
        Text(
            "Jämförelsen förutsätter att utvecklingen före starten annars hade fortsatt. Det går inte att bevisa, "
            "och blir osäkrare ju längre tid som går.",
            "The comparison takes for granted that the development before the start would otherwise have continued. "
            "That cannot be proved, and grows less certain with time.",
        ),
    )


def periods_left_out(left_out: int, of: int) -> Statement:
    """Periods of the series that the analyst left out, such as a trial time or the pandemic."""
    return Statement(
        "periods_left_out",
        Text(
            f"Av seriens {of} perioder är {left_out} inte med i beräkningen.",
            f"Of the {of} periods of the series, {left_out} are not part of the calculation.",
        ),
    )


def reported_poisson() -> Statement:
    """The rule of evalkit.inference.rule: chance alone."""
    return Statement(
        "reported_poisson",
        Text(
            "Antalen varierar inte mer än slumpen. Därför redovisas det exakta intervallet.",
            "The counts vary no more than chance. The exact interval is therefore reported.",
        ),
    )


def reported_quasi_poisson() -> Statement:
    """The rule of evalkit.inference.rule: more than chance."""
    return Statement(
        "reported_quasi_poisson",
        Text(
            "Antalen varierar mer än slumpen. Därför redovisas ett bredare intervall, som bygger på summorna "
            "i tabellen och inte på en antagen fördelning.",
            "The counts vary more than chance. A wider interval is therefore reported, which rests on the totals "
            "of the table and not on an assumed distribution.",
        ),
    )


def test_beside_interval() -> Statement:
    """An exact test told with an interval of another method: near the limit one may reject what the other holds."""
    return Statement(
        "test_beside_interval",
        Text(
            "Intervallet och testet är räknade på olika sätt. I sällsynta fall, nära gränsen, kan de säga olika.",
            "The interval and the test are computed in different ways. In rare cases near the limit they may disagree.",
        ),
    )


def detail_protected() -> Statement:
    """What a check saw is not told, to protect those behind small counts."""
    return Statement(
        "detail_protected",
        Text(
            "Visas inte, till skydd för dem som uppgifterna gäller.",
            "Not shown, to protect those concerned.",
        ),
    )


def placebo_donors(number: int, attainable: float) -> Statement:
    """A placebo test in space: how many donors took the treated unit's place, and the smallest p-value they allow."""
    return Statement(
        "placebo_donors",
        Text(
            f"Osäkerheten kommer av samma beräkning för vart och ett av {number} områden utan insatsen. "
            f"Det minsta p-värde som går att få är {decimal_comma(attainable)}.",
            f"The uncertainty comes from the same calculation for each of {number} areas without the measure. "
            f"The smallest p-value that can be had is {attainable:.4g}.",
        ),
    )


def donors_unaffected() -> Statement:
    """What synthetic control takes for granted about the donors."""
    return Statement(
        "donors_unaffected",
        Text(
            "Områdena som jämförelsen vägs ihop av antas inte ha påverkats av insatsen, "
            "och antas ha fortsatt att följa området om den inte hade införts.",
            "The areas that the comparison is weighed together from are taken not to have been affected by the "
            "measure, and to have gone on following the area had it not been introduced.",
        ),
    )


def largest_weight(share: float) -> Statement:
    """How much one donor carries."""
    return Statement(
        "largest_weight",
        Text(
            f"Ett enda område står för {decimal_comma(100 * share)} procent av jämförelsen.",
            f"A single area makes up {100 * share:.4g} per cent of the comparison.",
        ),
    )
