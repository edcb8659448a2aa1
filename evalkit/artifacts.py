"""What a run leaves on the disk, and how a report reads it back.

::

    manifest.json            digests of inputs, plan, code book and outputs; seed, versions, engine; the clock
    estimates.json / .csv    every estimand, also the refused ones
    findings.csv             what the checks of each estimand came to
    steps.csv                where areas join at different times: counted and expected by time since joining
    series.parquet / .csv    released counts and rates by group and period
    coverage.parquet         who reported what when
    sources.parquet          where the figures come from
    inputs.json              the files that were read, with digests
    release.json             the disclosure log and policy
    plan.json                the plan as evaluated
    selftest.json / .csv     where the plan asks for it: what the designs made of known effects
    truth.json               synthetic runs only: the true values
    figures/*.svg, figures.json

Everything but the manifest has the same bytes for the same input, plan and version. An unlimited
interval has the limit ``"Infinity"`` in JSON, which has no number for it, and ``inf`` in CSV.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import platform
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
from pydantic import ConfigDict, TypeAdapter, ValidationError

from evalkit import __version__, neutral
from evalkit.dataset import Dataset
from evalkit.disclosure import Released, SuppressedCells
from evalkit.errors import Place, Problem, ReportError
from evalkit.estimates import Estimate, Estimates, Provenance
from evalkit.figures import Figure
from evalkit.language import Text
from evalkit.plan import Plan
from evalkit.policy import Policy
from evalkit.selftest import SelfTest
from evalkit.vocabulary import Frequency

MANIFEST = "manifest.json"
_FORMAT = 1
_PACKAGES = ("polars", "pandera", "numpy", "scipy", "statsmodels", "matplotlib", "babel", "pypandoc_binary", "typst")
_ESTIMATES = TypeAdapter(tuple[Estimate, ...], config=ConfigDict(ser_json_inf_nan="strings"))
_LOG = TypeAdapter(tuple[SuppressedCells, ...])
_POLICY = TypeAdapter(Policy)
_SELF_TEST = TypeAdapter(SelfTest)
_SELF_TEST_FILE = "selftest.json"
_PROVENANCE = TypeAdapter(Provenance)


@dataclass(frozen=True, slots=True)
class FigureEntry:
    """A figure on the disk: its file, caption and alt text."""

    id: str
    file: str
    caption: str
    alt: str


@dataclass(frozen=True, slots=True)
class InputFile:
    """An input as the report names it: never more than its name, size in rows and digest."""

    name: str
    sheet: str | None
    table: str
    rows: int
    digest: str


@dataclass(frozen=True, slots=True)
class Artifacts:
    """A run read back: everything a report may show."""

    folder: Path
    plan: Plan
    released: Released
    sources: pl.DataFrame
    figures: tuple[FigureEntry, ...]
    inputs: tuple[InputFile, ...]
    true_values: dict[str, float]
    self_test: SelfTest | None
    data_digest: str
    codebook_digest: str


def write(
    folder: Path,
    *,
    plan: Plan,
    dataset: Dataset,
    released: Released,
    figures: tuple[Figure, ...],
    true_values: dict[str, float],
    self_test: SelfTest | None = None,
    codebook_digest: str,
) -> None:
    """Write every artifact but the manifest into an empty folder."""
    (folder / "figures").mkdir(parents=True)
    _json(folder / "plan.json", plan.document.model_dump(mode="json"))
    (folder / "estimates.json").write_bytes(
        _ESTIMATES.dump_json(released.estimates.items, indent=1, ensure_ascii=False) + b"\n"
    )
    _csv(folder / "estimates.csv", released.estimates.to_frame())
    _csv(folder / "findings.csv", released.estimates.findings_frame())
    steps = released.estimates.steps_frame()
    if steps.height:
        _csv(folder / "steps.csv", steps)
    released.series.write_parquet(folder / "series.parquet")
    _csv(folder / "series.csv", released.series)
    released.coverage.write_parquet(folder / "coverage.parquet")
    dataset.sources.write_parquet(folder / "sources.parquet")
    _json(folder / "release.json", _release_record(released))
    _json(folder / "inputs.json", _inputs_record(dataset, codebook_digest))
    if true_values:
        _json(folder / "truth.json", true_values)
    if self_test is not None:
        (folder / _SELF_TEST_FILE).write_bytes(_SELF_TEST.dump_json(self_test, indent=1, ensure_ascii=False) + b"\n")
        _csv(folder / "selftest.csv", self_test.to_frame())
    entries = []
    for figure in figures:
        name = f"figures/{figure.id}.svg"
        (folder / name).write_bytes(figure.svg)
        entries.append({"id": figure.id, "file": name, "caption": figure.caption, "alt": figure.alt})
    _json(folder / "figures.json", entries)


def _json(path: Path, content: Any) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n", "utf-8")


def _csv(path: Path, frame: pl.DataFrame) -> None:
    """A CSV with lists joined by a space, for people with spreadsheets."""
    lists = [name for name, dtype in frame.schema.items() if isinstance(dtype, pl.List)]
    neutral.write_csv(frame.with_columns(pl.col(lists).list.join(" ")), path)


def _release_record(released: Released) -> dict[str, Any]:
    return {
        "format": _FORMAT,
        "log": _LOG.dump_python(released.log, mode="json"),
        "policy": _POLICY.dump_python(released.policy, mode="json"),
        "synthetic": released.synthetic,
        "frequency": released.frequency.value,
        "provenance": _PROVENANCE.dump_python(released.estimates.provenance, mode="json"),
    }


def _inputs_record(dataset: Dataset, codebook_digest: str) -> dict[str, Any]:
    return {
        "data_digest": dataset.digest,
        "codebook_digest": codebook_digest,
        "files": [
            {"name": file.name, "sheet": file.sheet, "table": file.table, "rows": file.rows, "digest": file.digest}
            for file in dataset.files
        ],
    }


def read(folder: Path) -> Artifacts:
    """Read a run's artifacts back.

    Raises
    ------
    ReportError
        When the folder does not hold a whole run.
    """
    missing = [name for name in _NEEDED if not (folder / name).is_file()]
    if missing:
        raise ReportError(_faulty("artifacts_missing", f"{folder.name}/{missing[0]}"))
    try:
        return _read(folder)
    except (ValueError, KeyError, TypeError, ValidationError, pl.exceptions.PolarsError):
        # What such an error says may quote what is in the file.
        raise ReportError(_faulty("artifacts_broken", folder.name)) from None


_NEEDED = (
    "release.json",
    "inputs.json",
    "plan.json",
    "estimates.json",
    "series.parquet",
    "coverage.parquet",
    "sources.parquet",
    "figures.json",
)


def _faulty(code: str, place: str) -> Problem:
    return Problem(
        code=code,
        what=Text("Mappen innehåller inte en hel körning.", "The folder does not hold a whole run."),
        place=Place(file=place),
        accepted=Text(
            "en mapp som samma version av evalkit har skrivit", "a folder that the same version of evalkit has written"
        ),
        next_step=Text("Kör evalkit report på analysen igen.", "Run evalkit report on the analysis again."),
    )


def _read(folder: Path) -> Artifacts:
    release = json.loads((folder / "release.json").read_text("utf-8"))
    inputs = json.loads((folder / "inputs.json").read_text("utf-8"))
    if release["format"] != _FORMAT:
        raise ReportError(_faulty("artifacts_format", f"{folder.name}/release.json"))
    truth_file, self_test_file = folder / "truth.json", folder / _SELF_TEST_FILE
    estimates = Estimates(
        _ESTIMATES.validate_json((folder / "estimates.json").read_bytes()),
        _PROVENANCE.validate_python(release["provenance"]),
        synthetic=release["synthetic"],
    )
    return Artifacts(
        folder=folder,
        plan=Plan.from_mapping(json.loads((folder / "plan.json").read_text("utf-8")), folder=folder, name="plan.json"),
        released=Released(
            estimates=estimates,
            series=pl.read_parquet(folder / "series.parquet"),
            coverage=pl.read_parquet(folder / "coverage.parquet"),
            log=_LOG.validate_python(release["log"]),
            policy=_POLICY.validate_python(release["policy"]),
            synthetic=release["synthetic"],
            frequency=Frequency(release["frequency"]),
        ),
        sources=pl.read_parquet(folder / "sources.parquet"),
        figures=tuple(FigureEntry(**entry) for entry in json.loads((folder / "figures.json").read_text("utf-8"))),
        inputs=tuple(InputFile(**entry) for entry in inputs["files"]),
        true_values=json.loads(truth_file.read_text("utf-8")) if truth_file.exists() else {},
        self_test=_SELF_TEST.validate_json(self_test_file.read_bytes()) if self_test_file.exists() else None,
        data_digest=inputs["data_digest"],
        codebook_digest=inputs["codebook_digest"],
    )


def write_manifest(
    folder: Path, *, plan: Plan, engine: str, engine_versions: tuple[tuple[str, str], ...], started: datetime
) -> None:
    """Write ``manifest.json``: the one file that holds the clock and the machine's versions.

    Parameters
    ----------
    folder
        A finished run: its documents, and its artifacts in ``artifacts/``.
    started
        With a time zone.
    """
    inputs = json.loads((folder / "artifacts" / "inputs.json").read_text("utf-8"))
    provenance = json.loads((folder / "artifacts" / "release.json").read_text("utf-8"))["provenance"]
    _json(
        folder / MANIFEST,
        {
            "format": _FORMAT,
            "made_by": made_by(),
            "analysis": plan.slug,
            "started": started.astimezone(UTC).isoformat(timespec="seconds"),
            "finished": datetime.now(UTC).isoformat(timespec="seconds"),
            "plan_digest": provenance["plan_digest"],
            "data_digest": provenance["data_digest"],
            "codebook_digest": inputs["codebook_digest"],
            "seed": provenance["seed"],
            "inputs": inputs["files"],
            "engine": {"name": engine, "versions": dict(engine_versions)},
            "pdf_standards": sorted({name for path in folder.glob("*.pdf") for name in pdf_standards(path)}),
            "platform": f"{platform.system()} {platform.machine()}",
            "versions": {"python": platform.python_version(), **{name: _version(name) for name in _PACKAGES}},
            "files": digests(folder),
        },
    )


def made_by() -> str:
    """How a manifest says which program wrote it."""
    return f"evalkit {__version__}"


def digests(folder: Path) -> dict[str, str]:
    """SHA-256 of every file of a run but its manifest, by path relative to the folder."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path != folder / MANIFEST
    }


_PDF_CLAIMS = (
    ("PDF/UA-{}", re.compile(rb"<pdfuaid:part>(\d)</pdfuaid:part>")),
    (
        "PDF/A-{}{}",
        re.compile(rb"<pdfaid:part>(\d)</pdfaid:part>\s*<pdfaid:conformance>(\w)</pdfaid:conformance>"),
    ),
)


def pdf_standards(path: Path) -> tuple[str, ...]:
    """The standards that a PDF claims to follow in its own metadata."""
    content = path.read_bytes()
    found = ((name, claim.search(content)) for name, claim in _PDF_CLAIMS)
    return tuple(name.format(*(part.decode().lower() for part in match.groups())) for name, match in found if match)


def _version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return "not installed"
