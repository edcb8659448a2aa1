"""The embedded engine: the same ``.qmd`` as Quarto takes, with Jupyter, pandoc and Typst from wheels."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import yaml

from evalkit.errors import ProblemLog, ReportError
from evalkit.render.embedded import pandoc, pdf
from evalkit.render.embedded.assemble import assemble
from evalkit.render.embedded.execute import run
from evalkit.render.embedded.lines import Line
from evalkit.render.embedded.qmd import read_document
from evalkit.render.embedded.references import broken_references
from evalkit.render.embedded.settings import Settings, read_settings
from evalkit.render.embedded.unsupported import unsupported
from evalkit.render.formats import Format

_SCRATCH = "_embedded"


def render(
    project: Path,
    document: str,
    aside: Path,
    *,
    formats: tuple[Format, ...],
    environment: Mapping[str, str],
    progress: Callable[[str], None],
) -> tuple[dict[Format, Path], tuple[tuple[str, str], ...]]:
    """Render each format into ``aside`` and return the files with the versions of what made them.

    Everything that is wrong with the sources is told before a cell is run.

    Raises
    ------
    ReportError
        An unsupported construct, a broken reference, a failing cell.
    """
    scratch = project / _SCRATCH
    try:
        lines, settings = _markdown(project, document, environment, progress)
        markdown = "\n".join(line.text for line in lines)
        files = {}
        for format_ in formats:
            progress(f"gör {format_.value.upper()}")
            files[format_] = _write(markdown, settings, project, document, aside, format_)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    versions = {"pandoc": pandoc.version(), "typst": pdf.version()}
    return files, tuple(versions.items())


def _markdown(
    project: Path, document: str, environment: Mapping[str, str], progress: Callable[[str], None]
) -> tuple[list[Line], Settings]:
    log = ProblemLog()
    source = read_document(project, document, log)
    settings = read_settings(project, document, source.front, log)
    log.extend(unsupported(source.prose, project))
    log.raise_if_any(ReportError)
    ran = run(source, defaults=settings.execute, folder=project, environment=environment, progress=progress)
    figures = f"{_SCRATCH}/figures"
    lines = assemble(ran, defaults=settings.execute, project=project, figures=figures, log=log)
    log.extend(broken_references(lines))
    log.raise_if_any(ReportError)
    return lines, settings


def _write(markdown: str, settings: Settings, project: Path, document: str, aside: Path, format_: Format) -> Path:
    target = aside / Path(document).with_suffix(f".{format_.value}").name
    if format_ is Format.HTML:
        html = pandoc.convert(
            markdown, to="html5", arguments=_html_arguments(settings, project), folder=project, document=document
        )
        target.write_text(html, "utf-8", newline="\n")
    else:
        target.write_bytes(_pdf(markdown, settings, project, document))
    return target


def _pdf(markdown: str, settings: Settings, project: Path, document: str) -> bytes:
    # Pandoc looks for partials beside the template.
    beside = _scratch(project)
    template = Path(shutil.copy(pandoc.HERE / "document.typ", beside))
    for partial in settings.partials:
        shutil.copy(project / partial, beside)
    arguments = [*_shared_arguments(settings, project), "--template", str(template), "--toc"]
    typst = pandoc.convert(markdown, to="typst", arguments=arguments, folder=project, document=document)
    source = beside / "report.typ"
    source.write_text(typst, "utf-8", newline="\n")
    return pdf.compile_pdf(source, root=project, document=document)


def _html_arguments(settings: Settings, project: Path) -> Sequence[str]:
    return [
        *_shared_arguments(settings, project),
        *("--template", str(project / settings.template), "--css", settings.css, "--embed-resources", "--mathml"),
        *("--toc", f"--toc-depth={settings.toc_depth}", "--section-divs", "--shift-heading-level-by=1"),
    ]


def _shared_arguments(settings: Settings, project: Path) -> Sequence[str]:
    metadata = _scratch(project) / "metadata.yml"
    values = {**settings.metadata, "number-depth": settings.number_depth}
    metadata.write_text(yaml.safe_dump(values, allow_unicode=True), "utf-8")
    filters = [str(pandoc.HERE / "embedded.lua"), *(str(project / name) for name in settings.filters)]
    return ["--metadata-file", str(metadata), *(f"--lua-filter={name}" for name in filters)]


def _scratch(project: Path) -> Path:
    folder = project / _SCRATCH
    folder.mkdir(exist_ok=True)
    return folder
