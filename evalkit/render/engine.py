"""The one entrance to rendering: choose an engine, render aside, publish whole or not at all."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from evalkit.errors import Place, Problem, ReportError
from evalkit.language import Text
from evalkit.render import quarto
from evalkit.render.formats import Engine, Format, Job, Made, Rendered
from evalkit.render.publish import publish

__all__ = ["Engine", "Format", "Rendered", "render"]

_NOTHING: Mapping[str, str] = MappingProxyType({})


def ignore(_message: str) -> None:
    """Tell nobody."""


def render(
    project: Path,
    document: str,
    out: Path,
    *,
    formats: tuple[Format, ...] = (Format.HTML, Format.PDF),
    engine: Engine = Engine.AUTO,
    environment: Mapping[str, str] = _NOTHING,
    progress: Callable[[str], None] = ignore,
) -> Rendered:
    """Render one document of a Quarto project.

    Parameters
    ----------
    project
        A working copy of the project: ``_quarto.yml``, ``_metadata.yml``, the ``.qmd`` files, the shared
        template, stylesheet, filter and Typst partials, and the artifacts in ``_run/``. Scratch files are
        made in it.
    document
        The ``.qmd`` file to render, relative to ``project``.
    out
        The folder that receives ``<stem>.html`` and ``<stem>.pdf``; made when missing. Nothing is written
        unless every format succeeded.
    formats
        What to make.
    engine
        ``AUTO`` uses Quarto when it is installed and the embedded engine otherwise.
    environment
        Environment variables for the process that runs the cells, beside those of this process.
    progress
        Is told, in a few words, what is being done.

    Returns
    -------
    Rendered
        The paths that were written and the versions of the programs used.

    Raises
    ------
    ReportError
        A construct that the embedded engine does not support, a failing cell, a missing program or file.
        The message names file and line and never holds what a cell computed.

    Examples
    --------
    >>> from pathlib import Path
    >>> from evalkit.render import Engine, render
    >>> render(Path("no-such-folder"), "rapport.qmd", Path("out"), engine=Engine.EMBEDDED)
    Traceback (most recent call last):
    evalkit.errors.ReportError: Rapporten kan inte skapas (1 fel)
    ...
    """
    source = project / document
    if not source.is_file():
        raise ReportError(_missing_document(document))
    chosen = choose(engine)
    with tempfile.TemporaryDirectory(prefix="evalkit-render-") as aside:
        job = Job(project.resolve(), document, Path(aside), formats, environment, progress)
        made = _run(chosen, job)
        published = publish(made.files, out)
    return Rendered(published.get(Format.HTML), published.get(Format.PDF), chosen, made.versions)


def choose(engine: Engine) -> Engine:
    """The engine to use: ``AUTO`` resolved, ``QUARTO`` refused when it is missing."""
    if engine is Engine.EMBEDDED:
        return engine
    if quarto.command() is not None:
        return Engine.QUARTO
    if engine is Engine.QUARTO:
        raise ReportError(quarto.missing())
    return Engine.EMBEDDED


def _run(engine: Engine, job: Job) -> Made:
    if engine is Engine.QUARTO:
        return quarto.render(job)
    from evalkit.render import embedded

    return embedded.render(job)


def _missing_document(document: str) -> Problem:
    return Problem(
        "document_missing",
        Text(f"rapporten ”{document}” finns inte i projektet", f"the report '{document}' is not in the project"),
        Place(document),
        Text("en .qmd-fil i projektets mapp", "a .qmd file in the project's folder"),
        Text("kontrollera namnet på rapporten", "check the name of the report"),
    )
