"""How every command runs: its language, its exit code, and what becomes of an error.

Exit codes: 0 done, 2 something in the input or the call is wrong, 3 a fault in evalkit itself,
130 interrupted. Results go to standard output, everything else to standard error.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

import typer

from evalkit.language import Language, Text, language_of

OK, BAD_INPUT, INTERNAL, INTERRUPTED = 0, 2, 3, 130


def chosen_language() -> Language:
    """The language of messages when ``--lang`` does not say: that of the environment."""
    return language_of(os.environ)


LanguageOption = Annotated[
    Language,
    typer.Option(
        "--lang",
        help="Språk i meddelanden (language of messages).",
        default_factory=chosen_language,
        show_default="datorns språk, annars svenska",
    ),
]


@dataclass(frozen=True, slots=True)
class Ending:
    """What a command leaves: its exit code, and the text for each stream."""

    code: int
    out: str = ""
    err: str = ""


def run(work: Callable[[], str | Ending], language: Language) -> None:
    """Do the work of a command and end; whatever goes wrong becomes a message, never a traceback."""
    import logging

    from evalkit.errors import EvalkitError

    # Where there is no home folder matplotlib tells of its own arrangements.
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    try:
        told = work()
    except EvalkitError as error:
        _stop(error.render(language), BAD_INPUT)
    except KeyboardInterrupt:
        _stop(
            Text("Avbrutet. Inget har skrivits.", "Interrupted. Nothing was written.").in_language(language),
            INTERRUPTED,
        )
    except Exception as error:  # noqa: BLE001 - the last line of defence: a traceback may quote data
        _stop(_internal(error).in_language(language), INTERNAL)
    else:
        _end(told if isinstance(told, Ending) else Ending(OK, told))


def _end(ending: Ending) -> None:
    if ending.out:
        typer.echo(ending.out)
    if ending.err:
        sys.stderr.write(f"{ending.err}\n")
    if ending.code != OK:
        raise typer.Exit(ending.code)


def _stop(message: str, code: int) -> None:
    sys.stderr.write(f"{message}\n")
    raise typer.Exit(code)


def _internal(error: Exception) -> Text:
    """What to tell of a fault of our own. Its details are written where only the user can read them."""
    kind, where = type(error).__name__, _write_details(error)
    if where is None:
        return Text(
            f"Fel i evalkit ({kind}). Inget har skrivits.", f"A fault in evalkit ({kind}). Nothing was written."
        )
    return Text(
        f"Fel i evalkit ({kind}). Inget har skrivits.\n"
        f"  Detaljer:    {where}\n"
        "  Gör så här:  läs filen innan du skickar den vidare, för den kan innehålla uppgifter ur dina data.",
        f"A fault in evalkit ({kind}). Nothing was written.\n"
        f"  Details: {where}\n"
        "  Next:    read the file before you pass it on, as it may hold some of your data.",
    )


def _write_details(error: Exception) -> str | None:
    import tempfile
    import traceback

    try:
        with tempfile.NamedTemporaryFile("w", encoding="utf-8", prefix="evalkit-", suffix=".txt", delete=False) as file:
            file.write("".join(traceback.format_exception(error)))
    except OSError:
        return None
    return file.name
