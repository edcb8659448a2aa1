"""How many questions were asked of one claim, in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from evalkit import style
from evalkit.claim_families import ClaimFamily, claim_families
from evalkit.language import Language, Text, in_language
from evalkit.plan import Plan
from evalkit.vocabulary import Multiplicity
from evalkit.wording.reading import Reading

_WHOLE = 100

SHORT = Text("håller inte när alla frågor vägs in", "does not stand among all the questions")
"""For a table: a difference by itself that is none among the questions asked with it."""

FALLS = Text(
    "Skillnaden håller inte när hänsyn tas till hur många frågor som ställts.",
    "The difference does not stand when account is taken of how many questions were asked.",
)
"""The same as a sentence."""


def falling(readings: Iterable[Reading], language: Language) -> str:
    """Which of several differences do not stand among the questions, in a sentence; empty when all do."""
    names = [reading.estimand.id for reading in readings if reading.falls_among_others]
    if not names:
        return ""
    return in_language(
        language,
        f"Skillnaden för {_listed(names, language)} håller ändå inte när hänsyn tas till hur många frågor som ställts.",
        f"The difference for {_listed(names, language)} still does not stand when account is taken of how many "
        "questions were asked.",
    )


def multiplicity_rule(plan: Plan, language: Language = Language.SV) -> str:
    """How the plan takes account of how many questions it asks, in a sentence or two; empty when it tests nothing.

    Examples
    --------
    >>> import evalkit as ek
    >>> from evalkit.wording import multiplicity_rule
    >>> multiplicity_rule(ek.Plan.load(ek.resources.analyses() / "manniskoexploatering")).split(".")[0]
    'Ju fler frågor som ställs, desto större är risken att någon av dem visar en skillnad av en ren slump'
    """
    if not claim_families(plan):
        return ""
    risk = 1 - plan.document.conf_level
    percent = style.number(risk * _WHOLE, language, decimals=0 if round(risk * _WHOLE, 9).is_integer() else 1)
    words = {"percent": percent, "one_in": style.number(round(1 / risk), language)}
    rule = _RULES[plan.multiplicity].in_language(language).format(**words)
    return f"{_WHY.in_language(language)} {rule}"


def family_lines(plan: Plan, language: Language = Language.SV) -> tuple[str, ...]:
    """One line per claim: its name, its questions and how many tests they make; none when each is tested by itself."""
    if plan.multiplicity is Multiplicity.NONE:
        return ()
    return tuple(_line(family, language) for family in claim_families(plan))


def _line(family: ClaimFamily, language: Language) -> str:
    questions, size = _listed(family.members, language), len(family.members)
    count = style.count_word(size, language)
    tests = in_language(language, "en prövning", "one test")
    if size > 1:
        tests = in_language(language, f"{count} prövningar", f"{count} tests")
    if family.name is None:
        return in_language(
            language,
            f"Frågor utan angivet påstående: {questions} ({tests}).",
            f"Questions without a named claim: {questions} ({tests}).",
        )
    # A code has no blanks; a reader would write them.
    name = family.name.replace("-", " ").replace("_", " ")
    return in_language(
        language,
        f"Påståendet ”{name}”: {questions} ({tests}).",
        f"The claim '{name}': {questions} ({tests}).",
    )


def _listed(members: Sequence[str], language: Language) -> str:
    if len(members) == 1:
        return members[0]
    return f"{', '.join(members[:-1])} {in_language(language, 'och', 'and')} {members[-1]}"


_WHY = Text(
    "Ju fler frågor som ställs, desto större är risken att någon av dem visar en skillnad av en ren slump.",
    "The more questions are asked, the greater the risk that one of them shows a difference by mere chance.",
)
_TOGETHER = Text(
    "Frågor om samma påstående prövas därför tillsammans ({method}), så att {aim}; en fråga som inte gick att "
    "besvara räknas ändå med i antalet.",
    "Questions about one claim are therefore tested together ({method}), so that {aim}; a question that could not be "
    "answered still counts in their number.",
)
_ANY = Text(
    "risken att någon av dem gör det är högst {percent} procent",
    "the risk that any of them does so is at most {percent} per cent",
)
_SHARE = Text(
    "högst {percent} procent av de skillnader som visas kan väntas vara slump",
    "at most {percent} per cent of the differences shown can be expected to be chance",
)


def _together(method: Text, aim: Text) -> Text:
    return Text(
        _TOGETHER.sv.format(method=method.sv, aim=aim.sv),
        _TOGETHER.en.format(method=method.en, aim=aim.en),
    )


_RULES = {
    Multiplicity.HOLM: _together(Text("Holms metod", "Holm's method"), _ANY),
    Multiplicity.HOCHBERG: _together(Text("Hochbergs metod", "Hochberg's method"), _ANY),
    Multiplicity.BENJAMINI_HOCHBERG: _together(
        Text("Benjaminis och Hochbergs metod", "Benjamini and Hochberg's method"), _SHARE
    ),
    Multiplicity.GATEKEEPING: _together(
        Text(
            "huvudfrågan först, och delfrågorna med Holms metod bara om huvudfrågan visar en skillnad",
            "the main question first, and the others by Holm's method only if it shows a difference",
        ),
        _ANY,
    ),
    Multiplicity.NONE: Text(
        "Planen tar ingen hänsyn till det: varje fråga prövas för sig, och även utan någon verklig skillnad väntas "
        "ungefär en av {one_in} visa en.",
        "The plan takes no account of that: each question is tested by itself, and without any real difference about "
        "one in {one_in} can be expected to show one.",
    ),
}
