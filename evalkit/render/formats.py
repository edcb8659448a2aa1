"""What is rendered, with what, and what came out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
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
class Job:
    """One rendering as the engines see it: files go to ``aside``, and are published when all are there."""

    project: Path
    document: str
    aside: Path
    formats: tuple[Format, ...]
    environment: Mapping[str, str] = field(hash=False)
    progress: Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Made:
    """What an engine made, still aside, and the programs it used."""

    files: Mapping[Format, Path] = field(hash=False)
    versions: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Rendered:
    """The files of one rendering, and the programs that made them.

    ``versions`` is for the run's manifest, never for the body of the report.
    """

    html: Path | None
    pdf: Path | None
    engine: Engine
    versions: tuple[tuple[str, str], ...]
