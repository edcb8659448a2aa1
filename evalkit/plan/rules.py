"""What a plan must fulfil beyond its form: references, windows, and what each design needs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import date

from evalkit import periods, screening
from evalkit.errors import Place, Problem, known_names
from evalkit.estimands import Window
from evalkit.language import Text, same
from evalkit.plan.document import MarginEntry, PlanDocument, WindowEntry
from evalkit.plan.joining import joining_dates
from evalkit.plan.true_values import true_values
from evalkit.vocabulary import DesignId, Frequency, Role

Rule = Callable[[PlanDocument, str], list[Problem]]

_FREQUENCIES = {
    Frequency.MONTH: Text("månader", "months"),
    Frequency.QUARTER: Text("kvartal", "quarters"),
    Frequency.YEAR: Text("år", "years"),
}


def broken_rules(document: PlanDocument, name: str) -> list[Problem]:
    """Everything in a well-formed plan that makes no sense, in the order of the rules.

    ``name`` is the name of the file. The rules about windows are asked only when every period can be read.
    """
    unreadable = _unreadable_periods(document, name)
    rules = _RULES if unreadable else (*_RULES, *_WINDOW_RULES)
    return [*unreadable, *(problem for rule in rules for problem in rule(document, name))]


def _unique_ids(document: PlanDocument, name: str) -> list[Problem]:
    lists = (("groups", document.groups), ("windows", document.windows), ("estimands", document.estimands))
    return [
        Problem(
            code="plan_duplicate_id",
            what=Text(f"Beteckningen ”{id_}” används flera gånger.", f"The id '{id_}' is used more than once."),
            place=Place(file=name, key=key),
            accepted=Text("varje beteckning en gång", "each id once"),
            next_step=Text("Byt namn på en av dem.", "Rename one of them."),
        )
        for key, entries in lists
        for id_ in _repeated(entry.id for entry in entries)
    ]


def _unique_units(document: PlanDocument, name: str) -> list[Problem]:
    return [
        Problem(
            code="plan_duplicate_unit",
            what=Text(f"Enheten ”{unit}” står flera gånger i gruppen.", f"Unit '{unit}' is in the group twice."),
            place=Place(file=name, key=f"groups.{entry.id}.units"),
            accepted=Text("varje enhet en gång", "each unit once"),
            next_step=Text("Ta bort den ena.", "Remove one of them."),
        )
        for entry in document.groups
        for unit in _repeated(entry.units)
    ]


def _repeated(names: Iterable[str]) -> list[str]:
    return [name for name, count in Counter(names).items() if count > 1]


def _unreadable_periods(document: PlanDocument, name: str) -> list[Problem]:
    ends = [
        (f"{key}.{end}", value)
        for key, entry in _all_windows(document)
        for end, value in (("first", entry.first), ("last", entry.last))
    ]
    ends += [(f"marks.{number}.at", mark.at) for number, mark in enumerate(document.marks, start=1)]
    return [
        Problem(
            code="plan_period",
            what=Text("Perioden går inte att tyda.", "The period cannot be read."),
            place=Place(file=name, key=key),
            accepted=Text("2024, 2024-Q1 eller 2024-03", "2024, 2024-Q1 or 2024-03"),
            next_step=Text("Skriv perioden på ett av dessa sätt.", "Write the period in one of these ways."),
        )
        for key, value in ends
        if periods.try_parse(value) is None
    ]


def _all_windows(document: PlanDocument) -> list[tuple[str, WindowEntry]]:
    return [("window", document.window), *((f"windows.{entry.id}", entry) for entry in document.windows)]


def _backwards(document: PlanDocument, name: str) -> list[Problem]:
    return [
        Problem(
            code="plan_window_backwards",
            what=Text("Tidsfönstret slutar före det börjar.", "The window ends before it begins."),
            place=Place(file=name, key=key),
            accepted=Text("first före last", "first before last"),
            next_step=Text("Byt plats på dem.", "Swap them."),
        )
        for key, entry in _all_windows(document)
        if _is_backwards(entry.window)
    ]


def _is_backwards(window: Window) -> bool:
    return window.first > window.last


def _whole_periods(document: PlanDocument, name: str) -> list[Problem]:
    """A window that cuts a period would lose that period's figures without a word."""
    step = document.frequency
    return [
        Problem(
            code="plan_window_cuts_period",
            what=Text(
                f"Tidsfönstret består inte av hela {_FREQUENCIES[step].sv}, som är planens periodlängd.",
                f"The window does not consist of whole {_FREQUENCIES[step].en}, the frequency of the plan.",
            ),
            place=Place(file=name, key=key),
            accepted=_enclosing(entry.window, step),
            next_step=Text("Ändra fönstret, eller frequency.", "Change the window, or frequency."),
        )
        for key, entry in _all_windows(document)
        if not _is_backwards(entry.window) and not periods.is_whole(entry.window.first, entry.window.last, step)
    ]


def _enclosing(window: Window, step: Frequency) -> Text:
    first, last = (_code(day, step) for day in (window.first, window.last))
    whole = _FREQUENCIES[step]
    return Text(f"hela {whole.sv}, till exempel {first} till {last}", f"whole {whole.en}, such as {first} to {last}")


def _code(day: date, step: Frequency) -> str:
    return periods.code(periods.first_day(day, step), step)


def _display(document: PlanDocument, name: str) -> list[Problem]:
    if document.display_frequency.months >= document.frequency.months:
        return []
    return [
        Problem(
            code="plan_display_finer",
            what=Text(
                "Figurerna kan inte visa kortare perioder än planen räknar med.",
                "The figures cannot show shorter periods than the plan counts by.",
            ),
            place=Place(file=name, key="display_frequency"),
            accepted=same(", ".join(step.value for step in Frequency if step.months >= document.frequency.months)),
            next_step=Text("Ändra display_frequency.", "Change display_frequency."),
        )
    ]


def _marks_inside(document: PlanDocument, name: str) -> list[Problem]:
    whole = document.window.window
    return [
        Problem(
            code="plan_mark_outside",
            what=Text("Markeringen ligger utanför planens hela tid.", "The mark lies outside the plan's whole time."),
            place=Place(file=name, key=f"marks.{number}.at"),
            accepted=_span(whole),
            next_step=Text("Ändra markeringen eller ”window”.", "Change the mark or 'window'."),
        )
        for number, mark in enumerate(document.marks, start=1)
        if not whole.first <= periods.parse(mark.at)[0] <= whole.last
    ]


_NEEDS: dict[DesignId, tuple[str, ...]] = {
    DesignId.D1: (),
    DesignId.D2: ("before",),
    DesignId.D2_ITS: ("before",),
    DesignId.D2C: ("before", "comparison"),
    DesignId.D3: ("before", "comparison"),
    DesignId.D4: ("before", "comparison"),
    DesignId.D5: ("before",),
}
_MAY = {DesignId.D5: ("comparison",)}
_PARTS = ("before", "comparison")


def _references(document: PlanDocument, name: str) -> list[Problem]:
    groups = [entry.id for entry in document.groups]
    windows = [entry.id for entry in document.windows]
    known = {
        "group": groups,
        "comparison": groups,
        "neighbours": groups,
        "before": windows,
        "after": windows,
    }
    return [
        Problem(
            code="plan_reference",
            what=Text(f"”{wanted}” är inte definierat i planen.", f"'{wanted}' is not defined in the plan."),
            place=Place(file=name, key=f"estimands.{entry.id}.{part}"),
            accepted=known_names(wanted, ids),
            next_step=Text("Rätta beteckningen eller definiera den.", "Correct the id or define it."),
        )
        for entry in document.estimands
        for part, ids in known.items()
        if (wanted := getattr(entry, part)) is not None and wanted not in ids
    ]


def _design_parts(document: PlanDocument, name: str) -> list[Problem]:
    return [
        _design_part(entry.design, part, Place(file=name, key=f"estimands.{entry.id}"))
        for entry in document.estimands
        for part in _PARTS
        if part not in _MAY.get(entry.design, ())
        and (part in _NEEDS[entry.design]) != (getattr(entry, part) is not None)
    ]


def _design_part(design: DesignId, part: str, place: Place) -> Problem:
    needed = part in _NEEDS[design]
    word = Text("kräver", "needs") if needed else Text("använder inte", "does not use")
    step = (
        Text("Lägg till det.", "Add it.")
        if needed
        else Text("Ta bort det eller välj ett annat upplägg.", "Remove it or choose another design.")
    )
    return Problem(
        code="plan_design_parts",
        what=Text(f"Upplägget {design} {word.sv} ”{part}”.", f"Design {design} {word.en} '{part}'."),
        place=place,
        accepted=same(", ".join((*_NEEDS[design], "group", "after"))),
        next_step=step,
    )


def _distinct_sides(document: PlanDocument, name: str) -> list[Problem]:
    units = {entry.id: set(entry.units) for entry in document.groups}
    return [
        Problem(
            code="plan_sides_overlap",
            what=Text("De två sidorna har enheter gemensamt.", "The two sides share units."),
            place=Place(file=name, key=f"estimands.{entry.id}"),
            accepted=Text("grupper utan gemensamma enheter", "groups without units in common"),
            next_step=Text(
                "Ta bort den gemensamma enheten ur en av grupperna.", "Take the shared unit out of one of the groups."
            ),
        )
        for entry in document.estimands
        if entry.comparison and units.get(entry.group, set()) & units.get(entry.comparison, set())
    ]


def _windows_apart(document: PlanDocument, name: str) -> list[Problem]:
    windows = {entry.id: entry.window for entry in document.windows}
    return [
        Problem(
            code="plan_windows_overlap",
            what=Text("Tiden före slutar inte innan tiden efter börjar.", "Before does not end before after begins."),
            place=Place(file=name, key=f"estimands.{entry.id}"),
            accepted=Text("before.last före after.first", "before.last earlier than after.first"),
            next_step=Text("Rätta fönstren.", "Mend the windows."),
        )
        for entry in document.estimands
        if entry.before in windows
        and entry.after in windows
        and windows[entry.before].last >= windows[entry.after].first
    ]


def _inside_window(document: PlanDocument, name: str) -> list[Problem]:
    whole = document.window.window
    return [
        Problem(
            code="plan_outside_window",
            what=Text("Fönstret går utanför planens hela tid.", "The window goes outside the plan's whole time."),
            place=Place(file=name, key=f"windows.{entry.id}"),
            accepted=_span(whole),
            next_step=Text("Ändra fönstret eller ”window”.", "Change the window or 'window'."),
        )
        for entry in document.windows
        if not (whole.first <= entry.window.first and entry.window.last <= whole.last)
    ]


def _span(window: Window) -> Text:
    return Text(f"{window.first} till {window.last}", f"{window.first} to {window.last}")


def _no_identity_numbers(document: PlanDocument, name: str) -> list[Problem]:
    """The plan's texts are printed as they stand, so they are screened as the data are."""
    return [
        Problem(
            code="personal_identity",
            what=Text(
                "Texten kan innehålla ett person- eller organisationsnummer.",
                "The text may hold a personal or company identity number.",
            ),
            place=Place(file=name, key=key),
            accepted=Text("text utan sådana nummer", "text without such numbers"),
            next_step=Text("Ta bort numret ur planen.", "Remove the number from the plan."),
        )
        for key, text in _texts(document.model_dump(mode="json"), "")
        if screening.is_suspect(text)
    ]


def _texts(value: object, key: str) -> Iterator[tuple[str, str]]:
    """Every text of the plan with the key it stands under; entries of a list by their number from 1."""
    if isinstance(value, str):
        yield key, value
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from _texts(inner, f"{key}.{name}".lstrip("."))
    elif isinstance(value, list):
        for number, inner in enumerate(value, start=1):
            yield from _texts(inner, f"{key}.{number}")


def _notes_of_metrics(document: PlanDocument, name: str) -> list[Problem]:
    """A note of a metric that the plan does not count would stand nowhere."""
    used = {entry.metric for entry in document.estimands}
    return [
        Problem(
            code="plan_note_unused",
            what=Text(
                f"Anmärkningen gäller ”{note.metric}”, som ingen av planens jämförelser räknar.",
                f"The note is about '{note.metric}', which no comparison of the plan counts.",
            ),
            place=Place(file=name, key=f"metric_notes.{number}.metric"),
            accepted=known_names(note.metric, used),
            next_step=Text("Rätta måttet eller ta bort anmärkningen.", "Correct the metric or remove the note."),
        )
        for number, note in enumerate(document.metric_notes, start=1)
        if note.metric not in used
    ]


def _seed_when_simulated(document: PlanDocument, name: str) -> list[Problem]:
    if document.data.kind == "files" or document.data.seed is not None:
        return []
    return [
        Problem(
            code="plan_seed",
            what=Text("Simulerade data kräver ett frö.", "Simulated data need a seed."),
            place=Place(file=name, key="data.seed"),
            accepted=Text("ett heltal från 0", "a whole number from 0"),
            next_step=Text("Lägg till data.seed.", "Add data.seed."),
        )
    ]


def _margins(document: PlanDocument, name: str) -> list[Problem]:
    """A margin is about a ratio, so it needs a comparison and limits on either side of 1."""
    return [
        Problem(
            code="plan_margin",
            what=_margin_fault(entry.margin, entry.design),
            place=Place(file=name, key=f"estimands.{entry.id}.margin"),
            accepted=Text(
                "within: 0.2, eller low och high på var sin sida om 1; bara där något jämförs",
                "within: 0.2, or low and high on either side of 1; only where something is compared",
            ),
            next_step=Text("Rätta marginalen eller ta bort den.", "Correct the margin or remove it."),
        )
        for entry in document.estimands
        if entry.margin is not None and (entry.design.is_level or not _encloses_one(entry.margin))
    ]


def _margin_fault(margin: MarginEntry, design: DesignId) -> Text:
    if design.is_level:
        return Text("Upplägget D1 jämför ingenting.", "Design D1 compares nothing.")
    if margin.within is not None and (margin.low, margin.high) != (None, None):
        return Text("Marginalen är angiven på två sätt.", "The margin is given in two ways.")
    return Text("Marginalens gränser omsluter inte 1.", "The limits of the margin do not enclose 1.")


def _encloses_one(margin: MarginEntry) -> bool:
    ends = (margin.low, margin.high)
    if margin.within is not None:
        return ends == (None, None) and (margin.reciprocal or margin.within < 1)
    return margin.low is not None and margin.high is not None and margin.low < 1 < margin.high


def _expectations(document: PlanDocument, name: str) -> list[Problem]:
    """What is expected of the other side stands there exactly when there is one."""
    return [
        Problem(
            code="plan_expected",
            what=Text(
                "monthly_comparison ska finnas när upplägget har en andra sida, och bara då.",
                "monthly_comparison is there when the design has a second side, and only then.",
            ),
            place=Place(file=name, key=f"estimands.{entry.id}.expected"),
            accepted=same("monthly, monthly_comparison, dispersion, autocorrelation, source"),
            next_step=Text("Lägg till eller ta bort monthly_comparison.", "Add or remove monthly_comparison."),
        )
        for entry in document.estimands
        if entry.expected is not None
        and (entry.expected.monthly_comparison is not None) != ("comparison" in _NEEDS[entry.design])
    ]


def _one_primary_per_family(document: PlanDocument, name: str) -> list[Problem]:
    """A claim with two main questions could be called right by whichever of them came out best."""
    primary: dict[str | None, list[str]] = {}
    for entry in document.estimands:
        if entry.role is Role.PRIMARY:
            primary.setdefault(entry.family, []).append(entry.id)
    return [
        Problem(
            code="plan_two_primary",
            what=Text(
                f"{', '.join(ids)} är huvudfrågor i samma familj. Ett påstående har högst en huvudfråga.",
                f"{', '.join(ids)} are primary in one family. A claim has at most one primary question.",
            ),
            place=Place(file=name, key=f"estimands.{ids[1]}.family"),
            accepted=Text(
                "en primary per family; de som saknar family är en familj tillsammans",
                "one primary per family; those without a family are one together",
            ),
            next_step=Text(
                "Ge dem var sin family om de gäller olika påståenden, eller gör en av dem till secondary.",
                "Give each a family of its own if their claims differ, or make one of them secondary.",
            ),
        )
        for ids in primary.values()
        if len(ids) > 1
    ]


_RULES: tuple[Rule, ...] = (
    _no_identity_numbers,
    _unique_ids,
    _unique_units,
    _references,
    _design_parts,
    _distinct_sides,
    _margins,
    _expectations,
    _one_primary_per_family,
    _display,
    _notes_of_metrics,
    _seed_when_simulated,
    joining_dates,
    true_values,
)
_WINDOW_RULES: tuple[Rule, ...] = (_backwards, _whole_periods, _inside_window, _windows_apart, _marks_inside)
