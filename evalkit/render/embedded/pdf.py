"""Typst source to a tagged PDF that is both PDF/UA-1 and PDF/A-2a."""

from __future__ import annotations

from importlib.metadata import version as installed_version
from pathlib import Path
from typing import Final

from evalkit.errors import Place, Problem, ReportError
from evalkit.language import Text, same
from evalkit.render.epoch import EPOCH

_UA: Final = "ua-1"
_ARCHIVE: Final = "a-2a"
_LONGEST = 300


def version() -> str:
    """The version of the ``typst`` wheel."""
    return installed_version("typst")


def compile_pdf(source: Path, *, root: Path, document: str) -> bytes:
    """Compile ``source``; only the fonts inside Typst are used, so that every machine gives the same pages.

    Raises
    ------
    ReportError
        Typst refused, for instance because a figure has no alternative text.
    """
    import typst

    try:
        pdf = typst.compile(
            source,
            root=root,
            format="pdf",
            pdf_standards=[_ARCHIVE, _UA],
            ignore_system_fonts=True,
            font_paths=[],
            timestamp=int(EPOCH),
        )
    except typst.TypstError as error:
        raise ReportError(_refused(error.message, document)) from None
    if not isinstance(pdf, bytes):
        raise ReportError(_refused("", document))
    return pdf


def _refused(message: str, document: str) -> Problem:
    said = message[:_LONGEST]
    return Problem(
        "typst_failed",
        Text(f"Typst kunde inte göra PDF-filen: {said}", f"Typst could not make the PDF: {said}"),
        Place(document),
        same("PDF/UA-1, PDF/A-2a"),
        Text("rätta det som nämns; figurer och formler behöver alternativtext", "mend what is named"),
    )
