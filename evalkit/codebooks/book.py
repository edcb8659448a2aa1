"""The whole code book: loaded, checked and looked up by code."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from evalkit.codebooks import building
from evalkit.codebooks.crosscheck import CrossCheck
from evalkit.codebooks.entries import Authority, Exposure, LawChange, Metric
from evalkit.codebooks.fields import FieldReader, shown
from evalkit.codebooks.names import AUTHORITIES_FILE, EXPOSURES_FILE, FILES, LAW_CHANGES_FILE, METRICS_FILE
from evalkit.codebooks.yaml_rows import RawEntry, missing_file, not_utf8, read_entries
from evalkit.errors import CodebookError, ProblemLog

_Entry = TypeVar("_Entry")


@dataclass(frozen=True, slots=True)
class MetricBook:
    """Metrics, exposures, law changes and authorities, in the order of their files.

    ``digest`` is the SHA-256 of the files, line endings aside, so that a report can say
    which definitions it was made with.

    Examples
    --------
    >>> from evalkit.metrics import MetricBook
    >>> book = MetricBook.load()
    >>> str(book.metric("P1").short)
    'tillsynsbesök'
    >>> book.metric("Q9") is None
    True
    >>> [change.start.isoformat() for change in book.law_changes_for("T3")][:4]
    ['2020-03-01', '2023-07-01', '2025-01-01', '2026-05-01']
    """

    metrics: tuple[Metric, ...]
    exposures: tuple[Exposure, ...]
    law_changes: tuple[LawChange, ...]
    digest: str
    authorities: tuple[Authority, ...] = ()
    _metric_of: dict[str, Metric] = field(init=False, repr=False, compare=False)
    _exposure_of: dict[str, Exposure] = field(init=False, repr=False, compare=False)
    _authority_of: dict[str, Authority] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_metric_of", {metric.code: metric for metric in self.metrics})
        object.__setattr__(self, "_exposure_of", {exposure.code: exposure for exposure in self.exposures})
        object.__setattr__(self, "_authority_of", {body.code: body for body in self.authorities})

    @classmethod
    def load(cls, folder: Path | None = None) -> MetricBook:
        """Read and check the four files of the code book in ``folder``.

        Parameters
        ----------
        folder
            The folder of the code book; by default the one that comes with evalkit.

        Raises
        ------
        CodebookError
            With every fault in all the files at once.
        """
        from evalkit import resources

        place = folder if folder is not None else resources.data_contracts() / "codebooks"
        log = ProblemLog()
        texts = {name: _read(place / name, log) for name in FILES}
        reading = _Reading(place.name, texts, log)
        book = cls(
            metrics=reading.entries(METRICS_FILE, "metrics", building.metric),
            exposures=reading.entries(EXPOSURES_FILE, "exposures", building.exposure),
            law_changes=reading.entries(LAW_CHANGES_FILE, "law_changes", building.law_change),
            digest=_digest(texts),
            authorities=reading.entries(AUTHORITIES_FILE, "authorities", building.authority),
        )
        if book.metrics and book.exposures:  # without either, every reference to it would look wrong
            CrossCheck(book.metrics, book.exposures, book.law_changes, book.authorities, place.name, log).run()
        log.raise_if_any(CodebookError)
        return book

    @property
    def metric_codes(self) -> tuple[str, ...]:
        """The metric codes, in the code book's order."""
        return tuple(self._metric_of)

    @property
    def exposure_codes(self) -> tuple[str, ...]:
        """The exposure codes, in the code book's order."""
        return tuple(self._exposure_of)

    @property
    def authority_codes(self) -> tuple[str, ...]:
        """The codes of departments and authorities, in the code book's order."""
        return tuple(self._authority_of)

    def metric(self, code: str) -> Metric | None:
        """The metric with this code, or ``None``."""
        return self._metric_of.get(code)

    def exposure(self, code: str) -> Exposure | None:
        """The exposure with this code, or ``None``."""
        return self._exposure_of.get(code)

    def authority(self, code: str) -> Authority | None:
        """The department or authority with this code, or ``None``."""
        return self._authority_of.get(code)

    def law_changes_for(self, code: str) -> tuple[LawChange, ...]:
        """The changes that concern a metric or an exposure, in the order of the calendar."""
        return tuple(sorted((law for law in self.law_changes if law.concerns(code)), key=lambda law: law.start))


def _read(path: Path, log: ProblemLog) -> str | None:
    shown_path = f"{path.parent.name}/{path.name}"
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError:
        log.add(missing_file(shown_path))
    except UnicodeDecodeError:
        log.add(not_utf8(shown_path))
    return None


def _digest(texts: dict[str, str | None]) -> str:
    digest = hashlib.sha256()
    for name, text in texts.items():
        digest.update(f"{name}\n{text or ''}\0".encode())
    return digest.hexdigest()


@dataclass(frozen=True, slots=True)
class _Reading:
    folder: str
    texts: Mapping[str, str | None]
    log: ProblemLog

    def entries(self, name: str, root: str, build: Callable[[FieldReader], _Entry]) -> tuple[_Entry, ...]:
        text = self.texts[name]
        if text is None:
            return ()
        file = f"{self.folder}/{name}"
        raws = read_entries(text, file=file, root=root, log=self.log)
        return tuple(
            build(FieldReader(raw, file, _name_of(raw, place), self.log)) for place, raw in enumerate(raws, start=1)
        )


def _name_of(raw: RawEntry, place: int) -> str:
    """The entry's code for messages, or its number in the list when it has none."""
    code = raw.values.get("code", raw.values.get("id"))
    return code if isinstance(code, str) and shown(code).sv else f"#{place}"
