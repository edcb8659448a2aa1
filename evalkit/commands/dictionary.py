"""``evalkit dictionary``: what every table, column and code means."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from evalkit.commands.running import chosen_language, run
from evalkit.language import Language


class LanguagesChoice(StrEnum):
    """The languages that the page is written in."""

    SV = "sv"
    EN = "en"
    BOTH = "both"


def dictionary(
    out: Annotated[Path, typer.Option(help="Filen som skrivs.")] = Path("dataordlista.html"),
    lang: Annotated[
        LanguagesChoice, typer.Option("--lang", help="Sidans språk (sv, en, or both side by side).")
    ] = LanguagesChoice.BOTH,
) -> None:
    """Skriv dataordlistan som en webbsida (data dictionary)."""

    def work() -> str:
        from evalkit import staging
        from evalkit.contracts import load_contracts
        from evalkit.dictionary import to_html
        from evalkit.metrics import MetricBook

        languages = tuple(Language) if lang is LanguagesChoice.BOTH else (Language(lang.value),)
        return str(staging.place(out, to_html(load_contracts(), MetricBook.load(), languages).encode()))

    run(work, chosen_language() if lang is LanguagesChoice.BOTH else Language(lang.value))
