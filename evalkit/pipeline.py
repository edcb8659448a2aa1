"""The way through the house: files, contracts, panel, estimates, release, artifacts, report.

Every function here is a list of verbs; what the verbs do is in the modules they come from.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from evalkit import artifacts, figures, resources, screening, staging, wording
from evalkit.dataset import Dataset, SourceFile, inspected, load, source_files
from evalkit.disclosure import Released, release
from evalkit.errors import AnalysisError, EvalkitError, Place, Problem, ReportError, known_names
from evalkit.estimates import Estimates
from evalkit.evaluation import evaluate_panel
from evalkit.language import Language, Text
from evalkit.metrics import MetricBook
from evalkit.onefile import inspected_alone
from evalkit.panels import Panel, panel
from evalkit.plan import PLAN_FILE, Plan
from evalkit.plan_data import dataset_of
from evalkit.selftest import SelfTest, self_test
from evalkit.sources import is_data_file

if TYPE_CHECKING:
    from evalkit.render import Engine, Rendered

DEMONSTRATION = "demonstration"
DOCUMENT = "effektutvardering.qmd"
RUN_FOLDER = "_run"
RUN_VARIABLE = "EVALKIT_RUN"
_NOT_COPIED = frozenset({"_run", "_out", ".quarto"})

_FORMAT = re.compile(r"\b(HTML|PDF)$")

Progress = Callable[[Text], None]
_Made = TypeVar("_Made")


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
    self_test: SelfTest | None
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
    AnalysisError
        When there is no such folder.
    """
    if analysis is None:
        return resources.analyses() / DEMONSTRATION
    given = Path(analysis)
    if given.name == PLAN_FILE and given.is_file():
        return given.parent
    own = resources.analyses() / given.name
    is_slug = len(given.parts) == 1 and (own / PLAN_FILE).is_file()
    if is_slug and not (given / PLAN_FILE).is_file():
        return own
    if given.is_dir():
        return given
    raise AnalysisError(_no_such_analysis(given))


def _no_such_analysis(given: Path) -> Problem:
    known = ", ".join(sorted(folder.parent.name for folder in resources.analyses().glob(f"*/{PLAN_FILE}")))
    return Problem(
        code="analysis_missing",
        what=Text("Analysen finns inte.", "There is no such analysis."),
        place=Place(file="?" if screening.is_suspect(str(given)) else str(given)),
        accepted=Text(f"en mapp med {PLAN_FILE}, eller {known}", f"a folder with {PLAN_FILE}, or {known}"),
        next_step=Text("Kontrollera stavningen.", "Check the spelling."),
    )


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check went through: the files read, and the plan where there is one."""

    files: tuple[SourceFile, ...]
    plan: Plan | None
    warnings: tuple[Problem, ...] = ()


def check(folder: str | Path) -> Checked:
    """Check data files (a folder, a zip archive or one file), or an analysis: its plan, its data, and both together.

    Raises
    ------
    EvalkitError
        With everything that is wrong with plan and data.
    """
    where = _checked_folder(folder)
    if not (where / PLAN_FILE).is_file():
        inspection = inspected_alone(where) if is_data_file(where) else inspected(where)
        return Checked(source_files(inspection), None, inspection.warnings)
    plan, plan_error = _attempt(lambda: Plan.load(where))
    dataset, data_error = _attempt(lambda: _data_to_check(where, plan))
    errors = [error for error in (plan_error, data_error) if error is not None]
    if len(errors) > 1:
        raise EvalkitError(
            [problem for error in errors for problem in error.problems],
            [remark for error in errors for remark in error.remarks],
        )
    if errors:
        raise errors[0]
    if plan is not None and dataset is not None:
        panel(dataset, plan)
    return Checked(dataset.files if dataset else (), plan, dataset.warnings if dataset else ())


def _checked_folder(folder: str | Path) -> Path:
    given = Path(folder)
    slug = resources.analyses() / given.name
    return slug if not given.exists() and len(given.parts) == 1 and slug.is_dir() else given


def data_folder(folder: str | Path) -> Path:
    """Where the files are that :func:`check` reads: the folder itself, or the one that its plan names."""
    where = _checked_folder(folder)
    plan = _attempt(lambda: Plan.load(where))[0] if (where / PLAN_FILE).is_file() else None
    if plan is not None and plan.document.data.kind == "files":
        where = where / plan.document.data.folder
    return where


def _data_to_check(where: Path, plan: Plan | None) -> Dataset | None:
    if plan is None:
        return load(where)
    return load(where / plan.document.data.folder) if plan.document.data.kind == "files" else None


def _attempt(make: Callable[[], _Made]) -> tuple[_Made | None, EvalkitError | None]:
    try:
        return make(), None
    except EvalkitError as error:
        return None, error


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
    dataset, true_values = dataset_of(plan, folder, book)
    progress(Text("Bygger panelen och beräknar", "Building the panel and estimating"))
    grid = panel(dataset, plan, book=book)
    estimates = evaluate_panel(plan, grid, data_digest=dataset.digest, book=book)
    progress(Text("Döljer små antal", "Suppressing small counts"))
    released = release(estimates, grid, plan, dataset_coverage=dataset.coverage, book=book)
    tested = _self_tested(plan, dataset, released, book, progress)
    return Evaluation(plan, dataset, grid, estimates, released, true_values, tested, book)


def _self_tested(
    plan: Plan, dataset: Dataset, released: Released, book: MetricBook, progress: Progress
) -> SelfTest | None:
    """The self-test that the plan asks for, of the comparisons whose numbers are shown."""
    draws = plan.document.self_test_draws
    if draws is None:
        return None
    progress(Text("Prövar uppläggen på kända effekter", "Trying the designs on known effects"))
    found = self_test(plan, dataset, draws=draws, book=book)
    return found.of({item.id for item in plan.estimands if released.estimates.get(item.id).is_estimated})


def write_artifacts(evaluation: Evaluation, folder: Path) -> None:
    """Write everything that a report may show into an empty folder."""
    artifacts.write(
        folder,
        plan=evaluation.plan,
        dataset=evaluation.dataset,
        released=evaluation.released,
        figures=figures.all_figures(evaluation.released, evaluation.plan, evaluation.book),
        true_values=evaluation.true_values,
        self_test=evaluation.self_test,
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
    from evalkit.render.engine import choose

    started = datetime.now(UTC)
    chosen = choose(_engine(engine))
    folder = analysis_folder(analysis)
    target = Path(out)
    with staging.staged(target) as partial:
        evaluation = evaluate_analysis(folder, progress=progress)
        progress(Text("Ritar figurer och skriver tabeller", "Drawing figures and writing tables"))
        write_artifacts(evaluation, partial / "artifacts")
        made = _render(evaluation, partial, chosen, progress)
        artifacts.write_manifest(
            partial, plan=evaluation.plan, engine=made.engine, engine_versions=made.versions, started=started
        )
    return ReportFiles(
        folder=target,
        html=target / made.html.name if made.html else None,
        pdf=target / made.pdf.name if made.pdf else None,
        manifest=target / artifacts.MANIFEST,
    )


def _engine(name: str) -> Engine:
    from evalkit.render.formats import Engine

    try:
        return Engine(name)
    except ValueError:
        raise ReportError(
            Problem(
                code="engine_unknown",
                what=Text(f"”{name}” är ingen renderare.", f"'{name}' is no engine."),
                place=Place(file="report", key="engine"),
                accepted=known_names(name, Engine),
                next_step=Text("Ange en av dem.", "Name one of them."),
            )
        ) from None


def _render(evaluation: Evaluation, partial: Path, engine: Engine, progress: Progress) -> Rendered:
    from evalkit.render import render

    # Quarto takes no project inside a hidden folder for one, so the copy is made elsewhere.
    with tempfile.TemporaryDirectory(prefix="evalkit-project-") as temporary:
        project = copy_project(
            Path(temporary) / "reports",
            partial / "artifacts",
            evaluation.plan,
            evaluation.released,
            data_digest=evaluation.dataset.digest,
        )
        rendered = render(
            project,
            DOCUMENT,
            partial,
            engine=engine,
            environment={RUN_VARIABLE: RUN_FOLDER},
            progress=_Stages(progress).tell,
        )
    _check_words(rendered.html)
    return rendered


def copy_project(folder: Path, run: Path, plan: Plan, released: Released, *, data_digest: str) -> Path:
    """Make a working copy of the report project, ready to render one run; returns ``folder``.

    Parameters
    ----------
    folder
        A folder to make.
    run
        The run's artifacts.
    """
    _copy(resources.reports(), folder)
    _copy(run, folder / RUN_FOLDER)
    _write_metadata(folder, plan, released, data_digest)
    return folder


def _copy(folder: Path, to: Path) -> None:
    """Copy files without their permissions, which are read-only where the library is installed for all."""
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        left_out = any(part in _NOT_COPIED or part.endswith("_files") for part in inside.parts)
        if path.is_file() and not left_out:
            (to / inside).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, to / inside)


@dataclass(slots=True)
class _Stages:
    """Turns what a renderer tells of every cell into one message per stage."""

    progress: Progress
    latest: Text | None = None

    def tell(self, message: str) -> None:
        made = _FORMAT.search(message)
        stage = (
            Text(f"Gör {made.group()}-filen", f"Making the {made.group()} file")
            if made
            else Text("Fyller rapporten med resultaten", "Filling the report with the results")
        )
        if stage != self.latest:
            self.progress(stage)
        self.latest = stage


def _write_metadata(project: Path, plan: Plan, released: Released, data_digest: str) -> None:
    import yaml

    from evalkit.markdown import plain

    document = plan.document  # its texts are never read as markup, and metadata are
    content: dict[str, object] = {
        "title": plain(document.title.sv),
        "subtitle": plain(document.subtitle.sv),
        "lang": Language.SV.value,
        "synthetic": released.synthetic,
        "report-version": f"plan {plan.digest[:12]}, uppgifter {data_digest[:12]}",
        "digest": plan.digest[:12],
        "footer-text": "Rapporten är skapad med evalkit.",
    }
    if document.diary_number:
        content["diary-number"] = plain(document.diary_number)
    if released.synthetic:
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
    """The text of a page as a reader meets it, alternative texts and labels included.

    Examples
    --------
    >>> from evalkit.pipeline import visible_text
    >>> visible_text('<style>p {}</style><p>Antal <b>besök</b></p><img alt="Linjediagram">')
    'Antal  besök Linjediagram'
    """
    reader = _VisibleText()
    reader.feed(html)
    return " ".join(reader.parts)


class _VisibleText(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self.hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.hidden += tag in _UNSEEN
        self.parts += [value for name, value in attrs if name in _READ_OUT and value]

    def handle_endtag(self, tag: str) -> None:
        self.hidden -= tag in _UNSEEN

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.parts.append(data)


_UNSEEN = frozenset({"style", "script"})
_READ_OUT = frozenset({"alt", "aria-label", "title"})
