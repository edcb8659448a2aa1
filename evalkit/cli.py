"""The command line. Everything heavy is imported by the command that needs it.

Exit codes: 0 done, 2 something in the input or the call is wrong, 3 a fault in evalkit itself,
130 interrupted. Results go to standard output, everything else to standard error.
"""

from __future__ import annotations

import os
import sys
import time
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evalkit import __version__
from evalkit.language import Language, Text

if TYPE_CHECKING:
    from collections.abc import Callable

    from evalkit.pipeline import Checked

OK, BAD_INPUT, INTERNAL, INTERRUPTED = 0, 2, 3, 130

app = typer.Typer(
    name="evalkit",
    help="Effektutvärdering av samordnad tillsyn: kontrollerade uppgifter, ärliga jämförelser, läsbara rapporter.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


class EngineChoice(StrEnum):
    """What renders the report."""

    AUTO = "auto"
    QUARTO = "quarto"
    EMBEDDED = "embedded"


LanguageOption = Annotated[Language, typer.Option("--lang", help="Språk i meddelanden (language of messages).")]


def _show_version(wanted: bool) -> None:  # noqa: FBT001 - typer calls it
    if wanted:
        typer.echo(f"evalkit {__version__}")
        raise typer.Exit(OK)


VersionOption = Annotated[
    bool, typer.Option("--version", help="Visa version och avsluta.", callback=_show_version, is_eager=True)
]


@app.callback()
def _top(version: VersionOption = False) -> None:  # noqa: FBT002 - a flag on the command line
    """Take the options that stand before a command."""


@app.command()
def report(
    analysis: Annotated[
        str | None, typer.Argument(help="Analysens mapp eller namn. Utan argument: demonstrationen (syntetiska data).")
    ] = None,
    out: Annotated[Path, typer.Option(help="Mappen som rapporten skrivs i.")] = Path("out"),
    engine: Annotated[EngineChoice, typer.Option(help="Vem som sätter rapporten.")] = EngineChoice.AUTO,
    lang: LanguageOption = Language.SV,
) -> None:
    """Gör en rapport, HTML och PDF (make a report)."""

    def work() -> str:
        from evalkit import pipeline

        with _Steps(lang) as steps:
            made = pipeline.report(analysis, out=out, engine=engine.value, progress=steps.begin)
        return "\n".join(str(path) for path in (made.html, made.pdf, made.manifest) if path is not None)

    _run(work, lang)


@app.command()
def check(
    folder: Annotated[Path, typer.Argument(help="Mapp med datafiler, eller en analys.")],
    lang: LanguageOption = Language.SV,
) -> None:
    """Kontrollera datafiler eller en analys (validate data)."""

    def work() -> str:
        from evalkit import pipeline

        return _told(pipeline.check(folder), lang)

    _run(work, lang)


def _told(checked: Checked, language: Language) -> str:
    lines = []
    if checked.plan is not None:
        lines.append(Text("Analysplanen är giltig.", "The analysis plan is valid.").in_language(language))
    if not checked.files:
        lines.append(Text("Uppgifterna simuleras.", "The data are simulated.").in_language(language))
        return "\n".join(lines)
    lines.append(Text("Uppgifterna följer datakontrakten.", "The data follow their contracts.").in_language(language))
    return "\n".join([*lines, *_files(checked, language)])


def _files(checked: Checked, language: Language) -> list[str]:
    from evalkit.style import number

    lines = []
    for file in checked.files:
        row = Text("rad" if file.rows == 1 else "rader", "row" if file.rows == 1 else "rows").in_language(language)
        assumed = "; ".join(item.in_language(language) for item in file.assumptions)
        name = file.name if file.sheet is None else f"{file.name} ({file.sheet})"
        told = f"  {name} → {file.table}: {number(file.rows, language)} {row}"
        lines.append(f"{told} ({assumed})" if assumed else told)
    return lines


class _Steps:
    """One line per stage on standard error, with its time when it is done.

    At a terminal the line stands there while the work goes on; in a log it comes when it is whole, so
    that nothing else can end up inside it.
    """

    def __init__(self, language: Language) -> None:
        self._language = language
        self._is_live = sys.stderr.isatty()
        self._message = ""
        self._started = 0.0

    def begin(self, message: Text) -> None:
        self._finish()
        self._message = f"  {message.in_language(self._language)} …"
        self._started = time.perf_counter()
        if self._is_live:
            sys.stderr.write(self._message)
            sys.stderr.flush()

    def _finish(self) -> None:
        if not self._message:
            return
        from evalkit.style import number

        took = number(time.perf_counter() - self._started, self._language, decimals=1)
        sys.stderr.write(f"{'' if self._is_live else self._message} {took} s\n")
        self._message = ""

    def __enter__(self) -> _Steps:
        return self

    def __exit__(self, error: object, *_rest: object) -> None:
        if error is None:
            self._finish()
        elif self._message:
            sys.stderr.write("\n" if self._is_live else f"{self._message}\n")


def _run(work: Callable[[], str], language: Language) -> None:
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
        typer.echo(told)


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


def main() -> None:
    """Run the command line."""
    for stream in (sys.stdout, sys.stderr):
        # A console that lacks a letter shows a question mark; it is no reason to stop.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    try:
        app()
    except SystemExit as end:
        if end.code == INTERRUPTED:
            _leave_at_once()
        raise


def _leave_at_once() -> None:
    """End without finalizers: everything is cleared away, and ZeroMQ can wait for ever on an interrupted socket."""
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(INTERRUPTED)


if __name__ == "__main__":
    main()
