"""What a plan can be expected to show, in sentences and small tables, before any data are read."""

from __future__ import annotations

import textwrap

from evalkit import style
from evalkit.estimands import Expected
from evalkit.language import Language, Text, in_language
from evalkit.outlooks import ASSUMED_AUTOCORRELATION, FEW, RATIOS, Layout, Outlook
from evalkit.planning import PlannedEstimand, PlannedPower, Reading
from evalkit.precisions import Precision
from evalkit.vocabulary import DesignId, Frequency
from evalkit.wording.planned_areas import area_sentence, how_simulated
from evalkit.wording.planned_table import METHODS, table
from evalkit.wording.sizes import change

WIDTH = 80
_INDENT = " " * 4
_WHOLE = 100
_DESIGNS = {
    DesignId.D1: Text("ett område mot en given nivå", "one area against a given level"),
    DesignId.D2: Text("ett område före och efter", "one area before and after"),
    DesignId.D2_ITS: Text("ett område före och efter, som tidsserie", "one area before and after, as a time series"),
    DesignId.D2C: Text("två områden före och efter, som tidsserier", "two areas before and after, as time series"),
    DesignId.D3: Text("två områden före och efter", "two areas before and after"),
    DesignId.D4: Text("ett område mot många andra, före och efter", "one area against many others, before and after"),
    DesignId.D5: Text("områden som ansluter vid olika tid", "areas that join at different times"),
}
_FREQUENCIES = {
    Frequency.MONTH: Text("uppgifter per månad", "monthly data"),
    Frequency.QUARTER: Text("uppgifter per kvartal", "quarterly data"),
    Frequency.YEAR: Text("uppgifter per år", "yearly data"),
}
_SERIES = frozenset({DesignId.D2_ITS, DesignId.D2C})
_READINGS = {
    Reading.SHARE: Text(
        "Måttet är en andel, men planen säger inte vad den är en andel av. Den planeras därför som ett antal. Det är "
        "försiktigt: en andel varierar mindre än ett antal.",
        "The metric is a share, but the plan does not say what it is a share of. It is planned as a count instead. "
        "That is cautious: a share varies less than a count.",
    ),
    Reading.NOT_COUNTED: Text(
        "Planeras inte. Måttet är en summa av dagar, timmar eller kronor, och hur mycket den varierar framgår inte av "
        "hur många händelser som väntas. En plan jämför bara antal och andelar.",
        "Not planned. The metric is a sum of days, hours or kronor, and how much it varies does not follow from "
        "how many events are expected. A plan compares counts and shares only.",
    ),
    Reading.BY_AREA: Text(
        "Planeras inte. Det kräver att planen har datum då områdena ansluter och ett väntat antal i månaden för dem "
        "tillsammans, under ”joined” och ”expected”. När tiden före har uppgifter prövar evalkit selftest upplägget på "
        "kända förändringar.",
        "Not planned. For that the plan needs dates on which areas join and an expected number a month for them "
        "together, under 'joined' and 'expected'. Once the time before has data, evalkit selftest tries the design on "
        "known changes.",
    ),
}


def planned_text(found: PlannedPower, language: Language = Language.SV) -> str:
    """The whole answer as text of 80 columns: each estimand, then the tables for those without expected counts."""
    layouts = list(found.tables)
    parts = [_heading(found, language)]
    for item in found.items:
        number = layouts.index(item.layout) + 1 if item.needs_table else None
        parts.append(_item(item, number, language))
    for number, (layout, outlooks) in enumerate(found.tables.items(), start=1):
        ids = ", ".join(item.estimand.id for item in found.in_table(layout))
        title = in_language(language, f"Tabell {number}.", f"Table {number}.")
        lead = in_language(language, f"Gäller {ids}.", f"For {ids}.")
        told = wrapped(f"{title} {layout_sentence(layout, language)} {lead} {what_is_needed(layout, language)}")
        parts.append(f"{told}\n\n{table(outlooks, language)}")
    return "\n\n".join((*parts, *(wrapped(note) for note in notes(found, language))))


def wrapped(text: str, indent: str = "", first: str | None = None) -> str:
    """A paragraph of at most :data:`WIDTH` signs a line; ``first`` stands before its first line."""
    return textwrap.fill(
        text,
        WIDTH,
        initial_indent=indent if first is None else first,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def notes(found: PlannedPower, language: Language = Language.SV) -> tuple[str, ...]:
    """What has to be known to read the answer: its words, how it was worked out, and where it is too hopeful."""
    series = any(item.layout.design in _SERIES for item in found.items)
    many = any(item.layout.areas is not None for item in found.items)
    told = (_WORDS, _METHODS, _LIMITS, *((_TIME_SERIES,) if series else ()), *((_AMONG_MANY,) if many else ()))
    return tuple(note.in_language(language) for note in told)


_WORDS = Text(
    "”Ojämnhet” är hur många gånger mer än slumpen som antalen varierar. ”Månader” är hela tiden efter starten som "
    "behövs. Ett streck betyder att ingen förändring av det slaget kan upptäckas, eller att ingen väntan räcker.",
    "'Unevenness' is how many times more than chance the counts vary. 'Months' is the whole time after the start that "
    "is needed. A dash means that no change of that kind can be found, or that no wait is enough.",
)
_METHODS = Text(
    f"”Exakt” står där färre än {FEW} händelser väntas under någon av tiderna. Då räknas både varje möjligt utfall och "
    "ett närmevärde, och det försiktigaste svaret visas. För två områden före och efter räknas utfallen av ett av de "
    "fyra antalen, vid jämnt fördelade värden på de andra tre. ”Ungefär” är bara närmevärdet, som för tidsserier.",
    f"'Exact' stands where fewer than {FEW} events are expected in one of the times. Then every possible outcome and "
    "an approximation are both worked out, and the more cautious answer is shown. For two areas before and after the "
    "outcomes of one of the four counts are worked out, at evenly spread values of the other three. 'Approximate' is "
    "the approximation alone, as for time series.",
)
_LIMITS = Text(
    "Det är inräknat att ojämnheten ska räknas ut ur uppgifterna. Med få perioder, som ett par år, krävs därför mycket "
    "större förändringar än med uppgifter per månad. Talen är för hoppfulla om perioderna påverkar varandra eller om "
    "områdena skiljer sig åt mer än antalen visar.",
    "It is counted in that the unevenness has to be worked out from the data. With few periods, such as a couple of "
    "years, much larger changes are therefore needed than with monthly data. The figures are too hopeful if the "
    "periods affect each other, or if the areas differ by more than the counts show.",
)
_TIME_SERIES = Text(
    "För tidsserier är det inräknat att trenden före ska dras ut, att årstiden hålls lika, att nivå och lutning ändras "
    "samtidigt och att det ska räknas ut hur perioderna hänger ihop. "
    "Sägs inget annat antas två perioder intill varandra samvariera med "
    f"{style.number(ASSUMED_AUTOCORRELATION, Language.SV, decimals=1)}. Är det mer krävs större förändringar, är det "
    "mindre räcker mindre.",
    "For time series it is counted in that the trend before is to be drawn out, that the season is held alike, that "
    "level and slope change at once, and that how the periods hang together is to be estimated. "
    "Unless told otherwise two periods next to each other are taken to correlate "
    f"{style.number(ASSUMED_AUTOCORRELATION, Language.EN, decimals=1)}. "
    "If they correlate more, larger changes are needed; if less, smaller are enough.",
)


_AMONG_MANY = Text(
    "För ett område mot många andra är det inräknat att området ska stå ut bland så många områden som planen anger, "
    "alla ungefär lika ojämna. I försök upptäcktes ökningen i 72 till 79 fall av 100, minskningen i 80 till 86. Om "
    "perioder som följer på varandra liknar varandra ökar ojämnheten: ett samband på 0,5 gör den tre gånger så stor. "
    "Om stora områden varierar lika många procent som små, och området är stort, krävs mer än så.",
    "For one area against many others it is counted in that the area has to stand out among as many areas as the plan "
    "lists, all about as uneven. In trials the increase was found 72 to 79 times in 100, the decrease 80 to 86. If "
    "periods that follow each other are alike, the unevenness grows: a correlation of 0.5 makes it three times as "
    "large. If large areas vary by the same percentage as small ones, and the area is large, it takes more than that.",
)


def _heading(found: PlannedPower, language: Language) -> str:
    level = style.number(found.conf_level * _WHOLE, language)
    return wrapped(
        in_language(
            language,
            f"Planen {found.slug} ({found.digest[:12]}): vad den kan väntas visa. Inga uppgifter har lästs. Minsta "
            f"förändring som upptäcks i 8 fall av 10, med {level} procents säkerhet mot falskt larm.",
            f"Plan {found.slug} ({found.digest[:12]}): what it can be expected to show. No data have been read. The "
            f"smallest change found 8 times in 10, with {level} per cent certainty against a false alarm.",
        )
    )


def _item(item: PlannedEstimand, number: int | None, language: Language) -> str:
    estimand = item.estimand
    head = wrapped(estimand.question.in_language(language), _INDENT, f"{estimand.id}  ".ljust(len(_INDENT)))
    lines = [head, wrapped(layout_sentence(item.layout, language), _INDENT)]
    if estimand.expected is not None:
        lines.append(wrapped(_expected(estimand.expected, language), _INDENT))
    if item.by_area:
        told = [area_sentence(one, language) for one in item.by_area]
        lines += [wrapped(one, _INDENT) for one in (*told, how_simulated(item.by_area, language))]
    elif item.reading in _READINGS:
        lines.append(wrapped(_READINGS[item.reading].in_language(language), _INDENT))
    if number is not None:
        see = Text(f"Inget väntat antal i planen: se tabell {number}.", f"No number is expected: see table {number}.")
        lines.append(wrapped(see.in_language(language), _INDENT))
    for outlook in item.outlooks:
        lines.append(wrapped(smallest_change(outlook, language), _INDENT))
        lines += [
            wrapped(wait(found, ratio, item.layout, language), _INDENT + "  ")
            for ratio, found in zip(RATIOS, outlook.months, strict=True)
        ]
    return "\n".join(lines)


def layout_sentence(layout: Layout, language: Language = Language.SV) -> str:
    """The design and its windows."""
    design = _DESIGNS[layout.design].in_language(language)
    after = layout.months_after
    data = _FREQUENCIES[layout.frequency].in_language(language)
    if layout.months_before is None:
        told = in_language(language, f"{design}, {after} månader, {data}.", f"{design}, {after} months, {data}.")
        return style.capital(told)
    before = layout.months_before
    return style.capital(
        in_language(
            language,
            f"{design}, {before} månader före och {after} efter, {data}.",
            f"{design}, {before} months before and {after} after, {data}.",
        )
    )


def what_is_needed(layout: Layout, language: Language = Language.SV) -> str:
    """What the plan would have to say for its own figures to be told."""
    other = in_language(language, " på varje sida", " on each side") if layout.design.has_other_side else ""
    return in_language(
        language,
        f"Planen säger inte hur många händelser som väntas. Skriv antalet i månaden{other} under ”expected”, med "
        f"källa. Tills dess gäller tabellen, med händelser per år{other}.",
        f"The plan does not say how many events are expected. Write the number a month{other} under 'expected', with "
        f"its source. Until then the table holds, with events a year{other}.",
    )


def _expected(expected: Expected, language: Language) -> str:
    own = _plain(expected.monthly, language)
    source = expected.source.in_language(language)
    if expected.monthly_comparison is None:
        return in_language(language, f"Väntat: {own} i månaden. {source}", f"Expected: {own} a month. {source}")
    other = _plain(expected.monthly_comparison, language)
    return in_language(
        language,
        f"Väntat: {own} i månaden, och {other} på den andra sidan. {source}",
        f"Expected: {own} a month, and {other} on the other side. {source}",
    )


def _plain(number: float, language: Language) -> str:
    """A whole number without decimals, another with two digits."""
    return style.number(number, language) if number == round(number) else style.significant(number, language)


def smallest_change(outlook: Outlook, language: Language = Language.SV) -> str:
    """The smallest increase and decrease that can be found, for one unevenness."""
    phi = _plain(outlook.dispersion, language)
    how = METHODS[outlook.is_enumerated].in_language(language)
    head = in_language(language, f"Ojämnhet {phi} ({how}): ", f"Unevenness {phi} ({how}): ")
    up = _change(outlook.increase, language)
    down = _change(outlook.decrease, language)
    return head + in_language(
        language,
        f"minsta ökning som kan upptäckas är {up}, minsta minskning {down}.",
        f"the smallest increase that can be found is {up}, the smallest decrease {down}.",
    )


def _change(found: Precision, language: Language) -> str:
    if found.ratio is None:
        return in_language(language, "ingen alls", "none at all")
    return change(found.ratio, language)


def wait(found: Precision, ratio: float, layout: Layout, language: Language = Language.SV) -> str:
    """How much longer than planned it takes to see a change; domain brief 5.5."""
    percent = style.number((ratio - 1) * _WHOLE, language)
    seen = in_language(
        language, f"För att se en ökning på {percent} procent", f"To see an increase of {percent} per cent"
    )
    if found.months is None:
        reason = found.reason.text.in_language(language) if found.reason else ""
        never = in_language(language, "räcker ingen rimlig väntan.", "no reasonable wait is enough.")
        return f"{seen} {never} {reason}".rstrip()
    more = found.months - layout.months_after
    if more <= 0:
        return in_language(language, f"{seen} räcker planens tid.", f"{seen} the time of the plan is enough.")
    months = in_language(
        language, "1 månad" if more == 1 else f"{more} månader", "1 month" if more == 1 else f"{more} months"
    )
    return in_language(
        language,
        f"{seen} behövs ungefär {months} till utöver planens tid.",
        f"{seen} about {months} more than the time of the plan are needed."
        if more != 1
        else f"{seen} about {months} more than the time of the plan is needed.",
    )
