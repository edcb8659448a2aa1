"""Rendering with Quarto itself, as a separate program that runs our own interpreter."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

from evalkit.errors import Place, Problem, ReportError
from evalkit.language import Text, same
from evalkit.render.causes import likely_causes
from evalkit.render.epoch import EPOCH
from evalkit.render.formats import Format, Job, Made

_COLOURS = re.compile(r"\x1b\[[0-9;]*m")


def command() -> str | None:
    """Where Quarto is: on the PATH, or inside the ``quarto_cli`` package; ``None`` when it is not installed."""
    found = shutil.which("quarto")
    if found is not None:
        return found
    package = find_spec("quarto_cli")
    if package is None or package.origin is None:
        return None
    return shutil.which("quarto", path=str(Path(package.origin).parent / "bin"))


def missing() -> Problem:
    """What to tell a person who asked for Quarto where there is none."""
    return Problem(
        "quarto_missing",
        Text("Quarto är inte installerat", "Quarto is not installed"),
        Place("quarto"),
        Text(
            "kommandot quarto på sökvägen eller Python-paketet quarto-cli",
            "the quarto command on the PATH or the Python package quarto-cli",
        ),
        Text(
            'kör pip install "evalkit[quarto]", eller hämta installationsprogrammet från quarto.org; '
            "den inbyggda renderaren behöver inget Quarto",
            'run pip install "evalkit[quarto]", or take the installer from quarto.org; '
            "the embedded engine needs no Quarto",
        ),
    )


def render(job: Job) -> Made:
    """Render each format of ``job``.

    Raises
    ------
    ReportError
        Quarto is missing, or failed; the likely cause comes first.
    """
    program = command()
    if program is None:
        raise ReportError(missing())
    variables = {
        **os.environ,
        "SOURCE_DATE_EPOCH": EPOCH,
        **job.environment,
        "QUARTO_PYTHON": sys.executable,
        "NO_COLOR": "1",
    }
    files = {}
    for format_ in job.formats:
        job.progress(f"Quarto gör {format_.value.upper()}")
        files[format_] = _render_one(program, job, format_, variables)
    version = _run([program, "--version"], job.project, variables).stdout.strip()
    return Made(files, (("quarto", version),))


def _render_one(program: str, job: Job, format_: Format, variables: Mapping[str, str]) -> Path:
    folder = job.aside / format_.value
    arguments = [program, "render", job.document, "--to", format_.writer, "--output-dir", str(folder)]
    done = _run(arguments, job.project, variables)
    if done.returncode != 0:
        log = _COLOURS.sub("", f"{done.stdout}\n{done.stderr}")
        raise ReportError(likely_causes(log, job.project, job.document))
    made = folder / Path(job.document).with_suffix(f".{format_.value}")
    if not made.is_file():
        raise ReportError(_nothing_made(job.document, format_))
    return made


def _run(arguments: list[str], folder: Path, variables: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - the program is Quarto, found on the user's own PATH
        arguments, cwd=folder, env=dict(variables), capture_output=True, text=True, encoding="utf-8", check=False
    )


def _nothing_made(document: str, format_: Format) -> Problem:
    return Problem(
        "quarto_made_nothing",
        Text(f"Quarto skapade ingen {format_.value}-fil", f"Quarto made no {format_.value} file"),
        Place(document),
        same(format_.writer),
        Text("kontrollera format i _quarto.yml", "check format in _quarto.yml"),
    )
