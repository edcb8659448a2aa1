"""``evalkit check``: whether data and plan are as they must be."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evalkit.commands.running import BAD_INPUT, OK, Ending, LanguageOption, run
from evalkit.language import Language, Text

if TYPE_CHECKING:
    from evalkit.feedback import Feedback
    from evalkit.sources import RawTable


class FormatChoice(StrEnum):
    """How the result is told on standard output."""

    TEXT = "text"
    JSON = "json"


def check(
    folder: Annotated[
        Path, typer.Argument(metavar="MAPP|FIL", help="Mapp med datafiler, en datafil, ett zip-arkiv eller en analys.")
    ],
    format_: Annotated[
        FormatChoice, typer.Option("--format", help="Läsbar text, eller JSON för andra program.")
    ] = FormatChoice.TEXT,
    html: Annotated[Path | None, typer.Option("--html", help="Skriv också resultatet som en webbsida.")] = None,
    workbook: Annotated[
        Path | None,
        typer.Option("--workbook", help="Mapp för kopior av filerna, som arbetsböcker med felen markerade."),
    ] = None,
    *,
    lang: LanguageOption,
) -> None:
    """Kontrollera datafiler eller en analys (validate data)."""

    def work() -> Ending:
        from evalkit.feedback import to_json, to_text

        feedback, raws, where = _inspected(folder)
        written = _written(_Found(feedback, raws, where), html, workbook, lang)
        code = OK if feedback.is_clean else BAD_INPUT
        if format_ is FormatChoice.JSON:
            return Ending(code, to_json(feedback), written)
        told = to_text(feedback, lang)
        if feedback.is_clean:
            return Ending(code, "\n".join(part for part in (told, written) if part))
        return Ending(code, written, told)

    run(work, lang)


def _inspected(folder: Path) -> tuple[Feedback, tuple[RawTable, ...], Path]:
    """What a check came to. Where it fails the files are read once more, to tell what they were taken for."""
    from evalkit import pipeline
    from evalkit.contracts import load_contracts
    from evalkit.contracts.bulk import large_tables
    from evalkit.dataset import files_of
    from evalkit.errors import EvalkitError
    from evalkit.feedback import Feedback
    from evalkit.feedback.model import unfilled
    from evalkit.onefile import scan

    where, may_be_large = pipeline.data_folder(folder), large_tables(load_contracts())
    try:
        checked = pipeline.check(folder)
    except EvalkitError as error:
        found = scan(where, may_be_large=may_be_large)
        told = (*error.problems, *error.remarks)
        return Feedback(files_of(found), told, error.title), found.tables, where
    raws = scan(where, may_be_large=may_be_large).tables if checked.warnings else ()
    told = (*checked.warnings, *unfilled(checked.files))
    return Feedback(checked.files, told, has_plan=checked.plan is not None), raws, where


@dataclass(frozen=True, slots=True)
class _Found:
    """What a check came to, what it read, and where."""

    feedback: Feedback
    raws: tuple[RawTable, ...]
    where: Path


def _written(found: _Found, html: Path | None, workbook: Path | None, lang: Language) -> str:
    """Write what was asked for; returns a line for each file, and for each that could not be marked."""
    from evalkit import staging
    from evalkit.feedback import to_html

    lines: list[str] = []
    if html is not None:
        staging.place(html, to_html(found.feedback, lang).encode())
        lines.append(str(html))
    if workbook is not None:
        lines += _marked(found, workbook, lang)
    return "\n".join(lines)


def _marked(found: _Found, workbook: Path, lang: Language) -> list[str]:
    from evalkit.feedback.marking import write_marked

    if not found.feedback.problems:
        nothing = Text("Inget att markera; ingen arbetsbok har skrivits.", "Nothing to mark; no workbook was written.")
        return [nothing.in_language(lang)]
    marked = write_marked(found.feedback, found.raws, found.where, workbook, lang)
    without = [
        Text(f"{name}: kan inte visas som arbetsbok.", f"{name}: cannot be shown as a workbook.").in_language(lang)
        for name in marked.unmarked
    ]
    return [*map(str, marked.written), *without]
