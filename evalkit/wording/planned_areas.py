"""What areas that join at different times can show, in sentences."""

from __future__ import annotations

from evalkit import style
from evalkit.area_outlooks import SEED, AreaOutlook
from evalkit.inference.joining_power import EXCHANGES
from evalkit.language import Language, in_language
from evalkit.wording.sizes import change


def area_sentence(found: AreaOutlook, language: Language = Language.SV) -> str:
    """The smallest increase and decrease that drawn panels showed, for one unevenness."""
    phi = style.number(found.dispersion, language, decimals=0 if found.dispersion == round(found.dispersion) else 1)
    up, down = (_change(ratio, language) for ratio in (found.increase, found.decrease))
    return in_language(
        language,
        f"Ojämnhet {phi} (simulerat): minsta ökning som kan upptäckas är {up}, minsta minskning {down}.",
        f"Unevenness {phi} (simulated): the smallest increase that can be found is {up}, the smallest decrease {down}.",
    )


def how_simulated(found: tuple[AreaOutlook, ...], language: Language = Language.SV) -> str:
    """How it was worked out, and on what it leans."""
    draws, lasting = found[0].draws, style.number(max(one.lasting for one in found), language, decimals=1)
    return in_language(
        language,
        f"Simulerat: {draws} påhittade paneler med planens områden, perioder och anslutningsdatum prövas som analysen "
        f"gör, med datumen givna till andra områden (högst {EXCHANGES} sätt, frö {SEED}). Alla områden antas lika "
        f"stora, också de som väntar, och där antalen är ojämna hänger perioder i samma område ihop ({lasting}). Är "
        "områdena olika stora krävs mer. Fler paneler ger jämnare tal: --draws.",
        f"Simulated: {draws} invented panels with the areas, periods and dates of the plan are tested as the analysis "
        f"does, with the dates given to other areas (at most {EXCHANGES} ways, seed {SEED}). All areas are taken to be "
        f"of one size, those that wait too, and where counts are uneven periods of one area go together ({lasting}). "
        "With areas of unlike size more is needed. More panels give steadier figures: --draws.",
    )


def _change(ratio: float | None, language: Language) -> str:
    return in_language(language, "ingen alls", "none at all") if ratio is None else change(ratio, language)
