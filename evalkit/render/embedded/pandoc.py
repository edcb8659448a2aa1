"""Pandoc, from its wheel, with the shared template and filters."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

from evalkit.errors import Place, Problem, ReportError
from evalkit.language import Text, same
from evalkit.render.epoch import EPOCH

HERE = Path(__file__).parent
_READER = "markdown+autolink_bare_uris-implicit_header_references"
_LONGEST = 300


def version() -> str:
    """The version of pandoc."""
    import pypandoc

    return str(pypandoc.get_pandoc_version())


def convert(markdown: str, *, to: str, arguments: Sequence[str], folder: Path, document: str) -> str:
    """Convert ``markdown``; a warning is a failure, since it means that something was lost.

    Raises
    ------
    ReportError
        Pandoc warned or failed.
    """
    import pypandoc

    command = [
        pypandoc.get_pandoc_path(),
        *("--from", _READER, "--to", to, "--standalone", "--fail-if-warnings", "--wrap=none"),
        *arguments,
    ]
    done = subprocess.run(  # noqa: S603 - our own wheel's pandoc
        command,
        input=markdown.encode("utf-8"),
        cwd=folder,
        env={**os.environ, "SOURCE_DATE_EPOCH": EPOCH},
        capture_output=True,
        check=False,
    )
    if done.returncode != 0:
        raise ReportError(_failed(done.stderr.decode("utf-8", "replace"), document))
    return done.stdout.decode("utf-8")


def _failed(log: str, document: str) -> Problem:
    line = next((line.strip() for line in log.splitlines() if line.strip()), "")[:_LONGEST]
    return Problem(
        "pandoc_failed",
        Text(f"pandoc kunde inte omvandla rapporten: {line}", f"pandoc could not convert the report: {line}"),
        Place(document),
        same("Markdown"),
        Text("rätta stället som nämns", "mend the place that is named"),
    )
