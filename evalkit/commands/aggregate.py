"""``evalkit aggregate``: from events to the counts that leave the holder."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evalkit.commands.running import LanguageOption, run
from evalkit.language import Language, in_language

if TYPE_CHECKING:
    from evalkit.counting import Aggregates


class FrequencyChoice(StrEnum):
    """The periods that are counted by."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


def aggregate(
    path: Annotated[Path, typer.Argument(metavar="MAPP", help="Mappen eller zip-arkivet med händelser.")],
    out: Annotated[Path, typer.Option(help="Mappen som antalen skrivs i.")] = Path("antal"),
    frequency: Annotated[
        FrequencyChoice, typer.Option(help="Perioderna som räknas: månad, kvartal eller år.")
    ] = FrequencyChoice.MONTH,
    *,
    lang: LanguageOption,
) -> None:
    """Räkna händelser till antal per enhet och period (count)."""

    def work() -> str:
        from evalkit.counting import aggregate as count
        from evalkit.holdings import load_holdings

        counted = count(load_holdings(path), frequency=frequency.value)
        counted.write(out)
        return _told(counted, out, lang)

    run(work, lang)


def _told(counted: Aggregates, out: Path, language: Language) -> str:
    sv = f"{counted.outcomes.height} antal och {counted.exposure.height} jämförelsetal i {out}."
    en = f"{counted.outcomes.height} counts and {counted.exposure.height} exposures in {out}."
    kept = in_language(
        language,
        "Små tal är inte dolda. Mappen stannar hos den som får se dem; rapporten döljer dem.",
        "Small counts are not hidden. The folder stays with those who may see them; the report hides them.",
    )
    remarks = [problem.render(language) for problem in counted.remarks]
    return "\n".join([in_language(language, sv, en), kept, *remarks])
