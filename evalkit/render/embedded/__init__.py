"""The embedded engine: the same ``.qmd`` as Quarto takes, with Jupyter, pandoc and Typst from wheels."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

import yaml

from evalkit.errors import ProblemLog, ReportError
from evalkit.render.embedded import pandoc, pdf
from evalkit.render.embedded.assemble import assemble
from evalkit.render.embedded.execute import inline_without_cells, run
from evalkit.render.embedded.lines import Line
from evalkit.render.embedded.qmd import read_document
from evalkit.render.embedded.references import broken_references
from evalkit.render.embedded.settings import Settings, read_settings
from evalkit.render.embedded.unsupported import unsupported
from evalkit.render.formats import Format, Job, Made

_SCRATCH = "_embedded"


def render(job: Job) -> Made:
    """Render each format of ``job``.

    Everything that is wrong with the sources is told before a cell is run.

    Raises
    ------
    ReportError
        An unsupported construct, a broken reference, a failing cell.
    """
    try:
        lines, settings = _markdown(job)
        markdown = "\n".join(line.text for line in lines)
        files = {format_: _write(markdown, settings, job, format_) for format_ in job.formats}
    finally:
        shutil.rmtree(job.project / _SCRATCH, ignore_errors=True)
    return Made(files, (("pandoc", pandoc.version()), ("typst", pdf.version())))


def _markdown(job: Job) -> tuple[list[Line], Settings]:
    log = ProblemLog()
    source = read_document(job.project, job.document, log)
    settings = read_settings(job.project, job.document, source.front, log)
    log.extend(unsupported(source.prose, job.project))
    log.extend(inline_without_cells(source))
    log.raise_if_any(ReportError)
    ran = run(source, defaults=settings.execute, job=job)
    figures = f"{_SCRATCH}/figures"
    lines = assemble(ran, defaults=settings.execute, project=job.project, figures=figures, log=log)
    log.extend(broken_references(lines))
    log.raise_if_any(ReportError)
    return lines, settings


def _write(markdown: str, settings: Settings, job: Job, format_: Format) -> Path:
    job.progress(f"gör {format_.value.upper()}")
    target = job.aside / Path(job.document).with_suffix(f".{format_.value}").name
    if format_ is Format.HTML:
        arguments = _html_arguments(settings, job.project)
        html = pandoc.convert(markdown, to="html5", arguments=arguments, folder=job.project, document=job.document)
        target.write_text(html, "utf-8", newline="\n")
    else:
        target.write_bytes(_pdf(markdown, settings, job))
    return target


def _pdf(markdown: str, settings: Settings, job: Job) -> bytes:
    # Pandoc looks for partials beside the template.
    beside = _scratch(job.project)
    template = Path(shutil.copy(pandoc.HERE / "document.typ", beside))
    for partial in settings.partials:
        shutil.copy(job.project / partial, beside)
    arguments = [*_shared_arguments(settings, job.project), "--template", str(template), "--toc"]
    typst = pandoc.convert(markdown, to="typst", arguments=arguments, folder=job.project, document=job.document)
    source = beside / "report.typ"
    source.write_text(typst, "utf-8", newline="\n")
    return pdf.compile_pdf(source, root=job.project, document=job.document)


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
