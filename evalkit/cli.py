"""The command line. Everything heavy is imported by the command that needs it."""

from __future__ import annotations

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

    from evalkit.errors import EvalkitError

OK, FINDINGS, BAD_INPUT, INTERNAL = 0, 1, 2, 3

app = typer.Typer(
    name="evalkit",
    help="Effektutvärdering av samordnad tillsyn: kontrollerade uppgifter, ärliga jämförelser, läsbara rapporter.",
    no_args_is_help=True,
    add_completion=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


class EngineChoice(StrEnum):
    """What renders the report."""

    AUTO = "auto"
    QUARTO = "quarto"
    EMBEDDED = "embedded"


LanguageOption = Annotated[Language, typer.Option("--lang", help="Språk i meddelanden (language of messages).")]


@app.callback()
def _top(
    version: Annotated[bool, typer.Option("--version", help="Visa version och avsluta.")] = False,  # noqa: FBT002
) -> None:
    if version:
        typer.echo(f"evalkit {__version__}")
        raise typer.Exit(OK)


@app.command()
def report(
    analysis: Annotated[
        str | None, typer.Argument(help="Analysens mapp eller namn. Utan argument: demonstrationen (syntetiska data).")
    ] = None,
    out: Annotated[Path, typer.Option(help="Mappen som rapporten skrivs i.")] = Path("out"),
    engine: Annotated[EngineChoice, typer.Option(help="Vem som sätter rapporten.")] = EngineChoice.AUTO,
    lang: LanguageOption = Language.SV,
) -> None:
    """Gör en effektutvärdering: HTML och PDF (make an effect evaluation)."""

    def work() -> int:
        from evalkit import pipeline

        with _Steps(lang) as steps:
            made = pipeline.report(analysis, out=out, engine=engine.value, progress=steps.begin)
        for path in (made.html, made.pdf, made.manifest):
            if path is not None:
                typer.echo(str(path))
        return OK

    raise typer.Exit(_guarded(work, lang))


@app.command()
def check(
    folder: Annotated[Path, typer.Argument(help="Mapp med datafiler (eller en analys).")],
    lang: LanguageOption = Language.SV,
) -> None:
    """Kontrollera datafiler mot datakontrakten (validate data files)."""

    def work() -> int:
        from evalkit.dataset import load

        dataset = load(folder)
        typer.echo(_checked(dataset.files, lang))
        return OK

    raise typer.Exit(_guarded(work, lang))


def _checked(files: tuple[object, ...], language: Language) -> str:
    from evalkit.dataset import SourceFile
    from evalkit.style import number

    lines = []
    for file in files:
        if not isinstance(file, SourceFile):
            continue
        rows = Text(f"{number(file.rows)} rader", f"{number(file.rows, Language.EN)} rows").in_language(language)
        assumed = "; ".join(str(item.in_language(language)) for item in file.assumptions)
        lines.append(f"  {file.name} → {file.table}: {rows}" + (f" ({assumed})" if assumed else ""))
    head = Text("Uppgifterna följer datakontrakten.", "The data follow their contracts.").in_language(language)
    return "\n".join([head, *lines])


class _Steps:
    """One line per step on standard error, with its time when it is done."""

    def __init__(self, language: Language) -> None:
        self._language = language
        self._started: float | None = None

    def begin(self, message: Text) -> None:
        self._finish()
        self._started = time.perf_counter()
        sys.stderr.write(f"  {message.in_language(self._language)} …")
        sys.stderr.flush()

    def _finish(self) -> None:
        if self._started is not None:
            from evalkit.style import number

            sys.stderr.write(f" {number(time.perf_counter() - self._started, self._language, decimals=1)} s\n")
        self._started = None

    def __enter__(self) -> _Steps:
        return self

    def __exit__(self, error: object, *_rest: object) -> None:
        if error is None:
            self._finish()
        elif self._started is not None:
            sys.stderr.write("\n")


def _guarded(work: Callable[[], int], language: Language) -> int:
    """Run a command; a user's mistake becomes a message and exit code 2, never a traceback."""
    from evalkit.errors import EvalkitError

    try:
        return work()
    except EvalkitError as error:
        _tell(error, language)
        return BAD_INPUT


def _tell(error: EvalkitError, language: Language) -> None:
    sys.stderr.write(error.render(language) + "\n")


def main() -> None:
    """Run the command line."""
    app()


if __name__ == "__main__":
    main()
