"""What is rendered, with what, and what came out."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class Format(StrEnum):
    """A file that a report is rendered to."""

    HTML = "html"
    PDF = "pdf"

    @property
    def writer(self) -> str:
        """What Quarto and pandoc call the format: the PDF is made through Typst."""
        return {Format.HTML: "html", Format.PDF: "typst"}[self]


class Engine(StrEnum):
    """Who renders: Quarto itself, or the parts that evalkit carries with it.

    ``AUTO`` takes Quarto when it is there and the embedded engine otherwise.
    """

    AUTO = "auto"
    QUARTO = "quarto"
    EMBEDDED = "embedded"


@dataclass(frozen=True, slots=True)
class Rendered:
    """The files of one rendering, and the programs that made them.

    ``versions`` is for the run's manifest, never for the body of the report.
    """

    html: Path | None
    pdf: Path | None
    engine: Engine
    versions: tuple[tuple[str, str], ...]
