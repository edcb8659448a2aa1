"""``evalkit template``: workbooks to fill in."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from evalkit.commands.running import LanguageOption, run


class RoleChoice(StrEnum):
    """Who is going to fill the workbook in."""

    AGGREGAT = "aggregat"
    UPPGIFTSHALLARE = "uppgiftshallare"
    ALLA = "alla"


def template(
    role: Annotated[
        RoleChoice, typer.Option(help="Den som lämnar sammanräknade antal, den som har ärendena, eller båda.")
    ] = RoleChoice.ALLA,
    out: Annotated[Path, typer.Option(help="Mappen som mallarna skrivs i.")] = Path(),
    *,
    lang: LanguageOption,
) -> None:
    """Skriv Excelmallar att fylla i (write Excel templates)."""

    def work() -> str:
        from evalkit.templates import Reporter, write_template

        chosen = tuple(Reporter) if role is RoleChoice.ALLA else (Reporter(role.value),)
        return "\n".join(str(write_template(one, out, language=lang)) for one in chosen)

    run(work, lang)
