"""The way through the house: files, contracts, panel, estimates, release, artifacts, report.

Every function here is a list of verbs; what the verbs do is in the modules they come from.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from evalkit import artifacts, figures, resources, staging, wording
from evalkit.dataset import Dataset, load
from evalkit.disclosure import Released, release
from evalkit.errors import Place, Problem, ReportError
from evalkit.estimates import Estimates
from evalkit.evaluation import evaluate_panel
from evalkit.language import Language, Text
from evalkit.metrics import MetricBook
from evalkit.panels import Panel, panel
from evalkit.plan import PLAN_FILE, Plan
from evalkit.simulation import simulate

DEMONSTRATION = "demonstration"
DOCUMENT = "effektutvardering.qmd"
_NOT_COPIED = ("_run", "_out", ".quarto", "*_files")

Progress = Callable[[Text], None]


def silent(_message: Text) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Everything from plan to released values, in memory."""

    plan: Plan
    dataset: Dataset
    panel: Panel
    estimates: Estimates
    released: Released
    true_values: dict[str, float]
    book: MetricBook


@dataclass(frozen=True, slots=True)
class ReportFiles:
    """The files that a report run made."""

    folder: Path
    html: Path | None
    pdf: Path | None
    manifest: Path


def analysis_folder(analysis: str | Path | None) -> Path:
    """The folder of an analysis, named by path or by the slug of one that comes with the library.

    Raises
    ------
    ReportError
        When there is no such folder.
    """
    if analysis is None:
        return resources.analyses() / DEMONSTRATION
    given = Path(analysis)
    for folder in (given, resources.analyses() / given.name):
        if (folder / PLAN_FILE).is_file():
            return folder
    known = ", ".join(sorted(folder.parent.name for folder in resources.analyses().glob(f"*/{PLAN_FILE}")))
    raise ReportError(
        Problem(
            code="analysis_missing",
            what=Text("Analysen finns inte.", "There is no such analysis."),
            place=Place(file=given.name or str(given)),
            accepted=Text(f"en mapp med {PLAN_FILE}, eller {known}", f"a folder with {PLAN_FILE}, or {known}"),
            next_step=Text("Kontrollera stavningen.", "Check the spelling."),
        )
    )


def evaluate_analysis(folder: Path, *, progress: Progress = silent) -> Evaluation:
    """Read, check, estimate and release one analysis.

    Raises
    ------
    EvalkitError
        Any stage's error, with all the problems of that stage.
    """
    book = MetricBook.load()
    plan = Plan.load(folder)
    progress(Text("Läser och kontrollerar uppgifterna", "Reading and checking the data"))
    dataset, true_values = _data(plan, folder, book)
    progress(Text("Bygger panelen och beräknar", "Building the panel and estimating"))
    grid = panel(dataset, plan, book=book)
    estimates = evaluate_panel(plan, grid, data_digest=dataset.digest, book=book)
    progress(Text("Döljer små antal", "Suppressing small counts"))
    released = release(estimates, grid, plan, dataset_coverage=dataset.coverage, book=book)
    return Evaluation(plan, dataset, grid, estimates, released, true_values, book)


def _data(plan: Plan, folder: Path, book: MetricBook) -> tuple[Dataset, dict[str, float]]:
    if plan.document.data.kind == "files":
        return load(folder / plan.document.data.folder, book=book), {}
    made = simulate(seed=plan.document.data.seed or 0)
    values = {item.id: made.true_value(item) for item in plan.estimands}
    return made.load(), {key: value for key, value in values.items() if value is not None}


def write_artifacts(evaluation: Evaluation, folder: Path) -> None:
    """Write everything that a report may show into an empty folder."""
    artifacts.write(
        folder,
        plan=evaluation.plan,
        dataset=evaluation.dataset,
        released=evaluation.released,
        figures=figures.all_figures(evaluation.released, evaluation.plan, evaluation.book),
        true_values=evaluation.true_values,
        codebook_digest=evaluation.book.digest,
    )


def demonstrate(folder: Path) -> None:
    """Evaluate the demonstration and write its artifacts."""
    with staging.staged(folder) as partial:
        write_artifacts(evaluate_analysis(analysis_folder(None)), partial)


def report(
    analysis: str | Path | None = None,
    *,
    out: str | Path,
    engine: str = "auto",
    progress: Progress = silent,
) -> ReportFiles:
    """Make the report of an analysis: HTML, PDF, artifacts and manifest, all or nothing.

    Parameters
    ----------
    analysis
        A folder with a plan, or the slug of an analysis that comes with the library; the
        demonstration when left out.
    out
        The folder to make. It may hold an earlier report, which is replaced.
    engine
        ``auto``, ``quarto`` or ``embedded``.

    Raises
    ------
    EvalkitError
        Any stage's error; nothing has been written then.
    """
    from evalkit.render import Engine

    started = datetime.now(UTC)
    chosen = Engine(engine)
    folder = analysis_folder(analysis)
    target = Path(out)
    with staging.staged(target) as partial:
        evaluation = evaluate_analysis(folder, progress=progress)
        progress(Text("Ritar figurer och skriver tabeller", "Drawing figures and writing tables"))
        write_artifacts(evaluation, partial / "artifacts")
        progress(Text("Sätter rapporten", "Setting the report"))
        names, versions = _render(evaluation, partial, chosen, progress)
        artifacts.write_manifest(partial, engine=names[2], engine_versions=versions, started=started)
    return ReportFiles(
        folder=target,
        html=target / names[0] if names[0] else None,
        pdf=target / names[1] if names[1] else None,
        manifest=target / artifacts.MANIFEST,
    )


def _render(
    evaluation: Evaluation, partial: Path, engine: object, progress: Progress
) -> tuple[tuple[str | None, str | None, str], tuple[tuple[str, str], ...]]:
    from evalkit.render import Engine, render

    # Quarto takes no project inside a hidden folder for one, so the copy is made elsewhere.
    with tempfile.TemporaryDirectory(prefix="evalkit-project-") as temporary:
        project = Path(temporary) / "reports"
        shutil.copytree(resources.reports(), project, ignore=shutil.ignore_patterns(*_NOT_COPIED))
        shutil.copytree(partial / "artifacts", project / "_run")
        _write_metadata(evaluation, project)
        rendered = render(
            project,
            DOCUMENT,
            partial,
            engine=engine if isinstance(engine, Engine) else Engine.AUTO,
            environment={"EVALKIT_RUN": "_run"},
            progress=lambda message: progress(Text(message, message)),
        )
    _check_words(rendered.html)
    names = (
        rendered.html.name if rendered.html else None,
        rendered.pdf.name if rendered.pdf else None,
        rendered.engine.value,
    )
    return names, rendered.versions


def _write_metadata(evaluation: Evaluation, project: Path) -> None:
    import yaml

    document = evaluation.plan.document
    content: dict[str, object] = {
        "title": document.title.sv,
        "subtitle": document.subtitle.sv,
        "lang": Language.SV.value,
        "synthetic": evaluation.released.synthetic,
        "report-version": f"plan {evaluation.plan.digest[:12]}, uppgifter {evaluation.dataset.digest[:12]}",
        "digest": evaluation.plan.digest[:12],
        "footer-text": "Rapporten är skapad med evalkit.",
    }
    if document.diary_number:
        content["diary-number"] = document.diary_number
    if evaluation.released.synthetic:
        content["synthetic-text"] = (
            "Siffrorna i den här rapporten är påhittade. De visar hur en färdig utvärdering ser ut och säger "
            "ingenting om verkliga verksamheter."
        )
    (project / "_metadata.yml").write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=True), "utf-8")


def _check_words(html: Path | None) -> None:
    """Refuse a page with a word that claims more than a comparison of areas can carry."""
    if html is None:
        return
    found = wording.forbidden_words(visible_text(html.read_text("utf-8")))
    if found:
        listing = ", ".join(sorted(set(found)))
        raise ReportError(
            Problem(
                code="forbidden_words",
                what=Text(
                    f"Rapporten innehåller ord som lovar mer än siffrorna bär: {listing}.",
                    f"The report holds words that claim more than the figures carry: {listing}.",
                ),
                place=Place(file=html.name),
                accepted=Text("ord utan anspråk på orsak", "words that claim no cause"),
                next_step=Text("Skriv om planens texter.", "Rewrite the texts of the plan."),
            )
        )


def visible_text(html: str) -> str:
    """The text of a page without its markup, style and embedded pictures."""
    from html.parser import HTMLParser

    class _Text(HTMLParser):
        def __init__(self) -> None:
            super().__init__()
            self.parts: list[str] = []
            self.hidden = 0

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            self.hidden += tag in {"style", "script"}
            self.parts += [value for name, value in attrs if name in {"alt", "aria-label", "title"} and value]

        def handle_endtag(self, tag: str) -> None:
            self.hidden -= tag in {"style", "script"}

        def handle_data(self, data: str) -> None:
            if not self.hidden:
                self.parts.append(data)

    reader = _Text()
    reader.feed(html)
    return " ".join(reader.parts)
