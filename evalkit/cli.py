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
from typing import Annotated

import typer

from evalkit import __version__
from evalkit.commands import aggregate, check, dictionary, template
from evalkit.commands import map as mapping
from evalkit.commands import plan as planning
from evalkit.commands import selftest as trying
from evalkit.commands.running import BAD_INPUT, INTERNAL, INTERRUPTED, OK, LanguageOption, run
from evalkit.language import Language, Text

__all__ = ["BAD_INPUT", "INTERNAL", "INTERRUPTED", "OK", "app", "main"]

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
    *,
    lang: LanguageOption,
) -> None:
    """Gör en rapport, HTML och PDF (make a report)."""

    def work() -> str:
        from evalkit import pipeline

        with _Steps(lang) as steps:
            made = pipeline.report(analysis, out=out, engine=engine.value, progress=steps.begin)
        return "\n".join(str(path) for path in (made.html, made.pdf, made.manifest) if path is not None)

    run(work, lang)


app.command("check")(check.check)
app.command("template")(template.template)
app.command("dictionary")(dictionary.dictionary)
app.command("map")(mapping.map_files)
app.command("aggregate")(aggregate.aggregate)
app.command("selftest")(trying.selftest)
app.add_typer(planning.plan)


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
