"""What a plan can be expected to show, in sentences and small tables, before any data are read."""

from __future__ import annotations

from evalkit import style
from evalkit.estimands import Expected
from evalkit.language import Language, Text, in_language
from evalkit.planning import RATIOS, Layout, Outlook, PlannedEstimand, PlannedPower
from evalkit.precisions import Precision
from evalkit.vocabulary import DesignId
from evalkit.wording.sizes import change

_MONTHS_A_YEAR = 12
_WHOLE = 100
_DESIGNS = {
    DesignId.D1: Text("ett område mot en given nivå", "one area against a given level"),
    DesignId.D2: Text("ett område före och efter", "one area before and after"),
    DesignId.D2_ITS: Text("ett område före och efter, som tidsserie", "one area before and after, as a time series"),
    DesignId.D2C: Text("två områden före och efter, som tidsserier", "two areas before and after, as time series"),
    DesignId.D3: Text("två områden före och efter", "two areas before and after"),
}


def planned_text(found: PlannedPower, language: Language = Language.SV) -> str:
    """The whole answer as plain text: each estimand, then the tables for those without expected counts."""
    parts = [_heading(found, language), *(_item(item, language) for item in found.items)]
    parts += [_table(layout, outlooks, language) for layout, outlooks in found.tables.items()]
    return "\n\n".join((*parts, _LIMITS.in_language(language)))


_LIMITS = Text(
    "Talen är för hoppfulla om perioderna påverkar varandra eller om områdena skiljer sig åt mer än antalen visar. "
    "”Ojämnhet” är hur många gånger mer än slumpen som antalen varierar.",
    "The figures are too hopeful if the periods affect each other, or if the areas differ by more than the counts "
    "show. 'Unevenness' is how many times more than chance the counts vary.",
)


def _heading(found: PlannedPower, language: Language) -> str:
    level = style.number(found.conf_level * _WHOLE, language)
    return in_language(
        language,
        f"Planen {found.slug} ({found.digest[:12]}): vad den kan väntas visa. Inga uppgifter har lästs.\n"
        f"Minsta förändring som upptäcks i 8 fall av 10, med {level} procents säkerhet mot falskt larm.",
        f"Plan {found.slug} ({found.digest[:12]}): what it can be expected to show. No data have been read.\n"
        f"The smallest change found 8 times in 10, with {level} per cent certainty against a false alarm.",
    )


def _item(item: PlannedEstimand, language: Language) -> str:
    estimand = item.estimand
    head = f"{estimand.id}  {estimand.question.in_language(language)}"
    lines = [head, f"  {_layout(item.layout, language)}"]
    if not item.outlooks or estimand.expected is None:
        return "\n".join([*lines, f"  {what_is_needed(item.layout, language)}"])
    lines.append(f"  {_expected(estimand.expected, language)}")
    for outlook in item.outlooks:
        lines.append(f"  {smallest_change(outlook, language)}")
        lines += [
            f"    {wait(found, ratio, item.layout, language)}"
            for ratio, found in zip(RATIOS, outlook.months, strict=True)
        ]
    return "\n".join(lines)


def _layout(layout: Layout, language: Language) -> str:
    design = _DESIGNS[layout.design].in_language(language)
    after = layout.months_after
    if layout.months_before is None:
        return style.capital(in_language(language, f"{design}, {after} månader.", f"{design}, {after} months."))
    before = layout.months_before
    return style.capital(
        in_language(
            language,
            f"{design}, {before} månader före och {after} efter.",
            f"{design}, {before} months before and {after} after.",
        )
    )


def what_is_needed(layout: Layout, language: Language = Language.SV) -> str:
    """What the plan would have to say for its own figures to be told."""
    other = in_language(language, " på varje sida", " on each side") if layout.design.has_other_side else ""
    return in_language(
        language,
        f"Planen säger inte hur många händelser som väntas. Skriv antalet i månaden{other} under ”expected”, med "
        "källa. Tills dess gäller tabellen nedan.",
        f"The plan does not say how many events are expected. Write the number a month{other} under 'expected', with "
        "its source. Until then see the table below.",
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
    head = in_language(language, f"Ojämnhet {phi}: ", f"Unevenness {phi}: ")
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


def _table(layout: Layout, outlooks: tuple[Outlook, ...], language: Language) -> str:
    """Events a year down, unevenness across: the smallest increase, and the months after the start for each ratio."""
    phis = list(dict.fromkeys(outlook.dispersion for outlook in outlooks))
    side = in_language(language, " på varje sida", " on each side") if layout.design.has_other_side else ""
    title = in_language(
        language,
        f"Tabell: {_layout(layout, language)} Minsta kvot (ökning/minskning), och månader efter starten för att se "
        f"{_ratios(language)} gånger så många. Streck: ingen väntan räcker.",
        f"Table: {_layout(layout, language)} Smallest ratio (increase/decrease), and months after the start to see "
        f"{_ratios(language)} times as many. Dash: no wait is enough.",
    )
    heads = [in_language(language, f"per år{side}", f"a year{side}")]
    word = in_language(language, "ojämnhet", "unevenness")
    heads += [f"{word} {_plain(phi, language)}" for phi in phis]
    rows = [heads]
    for start in range(0, len(outlooks), len(phis)):
        group = outlooks[start : start + len(phis)]
        yearly = style.number(group[0].monthly * _MONTHS_A_YEAR, language)
        rows.append([yearly, *(_cell(one, language) for one in group)])
    widths = [max(len(row[place]) for row in rows) for place in range(len(heads))]
    lines = ["  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    return "\n".join((title, *(f"  {line}" for line in lines)))


def _ratios(language: Language) -> str:
    shown = [style.significant(ratio, language) for ratio in RATIOS]
    return f" {in_language(language, 'och', 'and')} ".join(shown)


def _cell(outlook: Outlook, language: Language) -> str:
    up, down = (_ratio(found, language) for found in (outlook.increase, outlook.decrease))
    months = ", ".join(style.MISSING_MARK if one.months is None else str(one.months) for one in outlook.months)
    return f"{up}/{down} ({months})"


def _ratio(found: Precision, language: Language) -> str:
    return style.MISSING_MARK if found.ratio is None else style.number(found.ratio, language, decimals=2)
