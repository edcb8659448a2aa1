"""A self-test as text: what each comparison would have made of effects that are known."""

from __future__ import annotations

from evalkit import style
from evalkit.language import Language, in_language
from evalkit.selftest import SelfTest, Trial
from evalkit.wording.sizes import change

_WHOLE = 100
_MOST_FALSE = 0.07


def self_test_text(found: SelfTest, language: Language = Language.SV) -> str:
    """The whole answer as plain text: one paragraph per comparison, then those that could not be tried."""
    ids = dict.fromkeys(one.estimand_id for one in found.trials)
    parts = [_heading(found, language)]
    parts += [_comparison([one for one in found.trials if one.estimand_id == id_], language) for id_ in ids]
    parts += [f"{id_}: {reason.text.in_language(language)}" for id_, reason in found.not_tried]
    return "\n\n".join(parts)


def _heading(found: SelfTest, language: Language) -> str:
    level, most = (style.number(share * _WHOLE, language) for share in (found.conf_level, _MOST_FALSE))
    mark = in_language(language, "SYNTETISKA DATA. ", "SYNTHETIC DATA. ") if found.synthetic else ""
    return mark + in_language(
        language,
        "Självtest: kända effekter i serier som liknar tiden före. Ett intervall ska täcka det rätta talet i "
        f"{level} procent av försöken, och larma falskt i högst {most} procent. "
        f"Frö {found.seed}.",
        "Self-test: known effects in series like the time before. An interval is to hold the true number in "
        f"{level} per cent of trials, with false alarms in at most {most} per cent. "
        f"Seed {found.seed}.",
    )


def _comparison(trials: list[Trial], language: Language) -> str:
    head = f"{trials[0].estimand_id} ({trials[0].design.value})"
    return "\n".join([head, *(f"  {_told(one, language)}" for one in trials)])


def _told(one: Trial, language: Language) -> str:
    put_in = effect(one, language)
    if one.coverage is None or one.excludes_one is None or one.median is None:
        return in_language(
            language,
            f"{put_in}: inget tal i något av {one.draws} försök.",
            f"{put_in}: no number in any of {one.draws} trials.",
        )
    held, seen = (percent(share, language) for share in (one.coverage, one.excludes_one))
    refused = one.draws - one.estimated
    without = in_language(language, f" Vägrade i {refused} av {one.draws}.", f" Refused in {refused} of {one.draws}.")
    told = (
        _alarms(one, seen, language) if one.factor == 1 else in_language(language, f"sågs i {seen}", f"seen in {seen}")
    )
    median = style.number(one.median, language, decimals=2)
    return in_language(
        language,
        f"{put_in}: intervallet täckte det i {held}, {told}; mitten av skattningarna {median}.",
        f"{put_in}: the interval held it in {held}, {told}; middle of the estimates {median}.",
    ) + (without if refused else "")


def self_test_read(found: SelfTest, language: Language) -> str:
    """How a self-test in a report is read, in one paragraph."""
    level, most = (style.number(share * _WHOLE, language) for share in (found.conf_level, _MOST_FALSE))
    draws = style.number(found.trials[0].draws, language)
    return in_language(
        language,
        f"Före svaren prövades uppläggen. För varje jämförelse drogs {draws} påhittade serier som liknar tiden före "
        "starten, med en känd förändring inlagd. Ett upplägg som fungerar täcker den i "
        f"{level} procent av försöken. Där ingen förändring lagts in ska det se en i högst {most} procent. "
        "Där en har lagts in visar samma andel hur ofta den skulle ha upptäckts. "
        "Testet säger inget om huruvida områdena annars hade utvecklats lika.",
        f"The designs were tried before the answers. For each comparison {draws} invented series like the time "
        "before the start were drawn, with a known change put in. A design that works holds it in "
        f"{level} per cent of trials. Where no change was put in it should see one in at most {most} per cent. "
        "Where one was, the same share tells how often it would have been discovered. "
        "The test says nothing of whether the areas would otherwise have developed alike.",
    )


def effect(one: Trial, language: Language) -> str:
    """What was put in, in words."""
    if one.factor == 1:
        return in_language(language, "Ingen förändring", "No change")
    return style.capital(change(one.factor, language))


def _alarms(one: Trial, seen: str, language: Language) -> str:
    told = in_language(language, f"falskt larm i {seen}", f"false alarm in {seen}")
    too_many = one.excludes_one is not None and one.excludes_one > _MOST_FALSE
    return told + (in_language(language, " (för ofta)", " (too often)") if too_many else "")


def percent(share: float, language: Language) -> str:
    """A share in whole per cent."""
    return in_language(
        language,
        f"{style.number(share * _WHOLE, language)} procent",
        f"{style.number(share * _WHOLE, language)} per cent",
    )
