"""What can only be seen with all the files of the code book at hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from evalkit.codebooks.entries import ALL, Authority, Exposure, LawChange, Metric
from evalkit.codebooks.fields import shown
from evalkit.codebooks.names import AUTHORITIES_FILE, EXPOSURES_FILE, LAW_CHANGES_FILE, METRICS_FILE
from evalkit.errors import Place, Problem, ProblemLog, known_names
from evalkit.language import Text


@dataclass(frozen=True, slots=True)
class CrossCheck:
    """Compares the entries of the files with each other."""

    metrics: tuple[Metric, ...]
    exposures: tuple[Exposure, ...]
    law_changes: tuple[LawChange, ...]
    authorities: tuple[Authority, ...]
    folder: str
    log: ProblemLog

    def run(self) -> None:
        """Note codes that are used twice, that do not exist or that contradict each other."""
        metric_codes = [metric.code for metric in self.metrics]
        exposure_codes = [exposure.code for exposure in self.exposures]
        self._check_unique(METRICS_FILE, metric_codes)
        self._check_unique(EXPOSURES_FILE, exposure_codes)
        self._check_unique(LAW_CHANGES_FILE, [law.id for law in self.law_changes])
        self._check_unique(AUTHORITIES_FILE, [authority.code for authority in self.authorities])
        for metric in self.metrics:
            self._check_exposure(metric)
            if metric.follows is not None:
                self._check_known(METRICS_FILE, metric.code, "follows", metric.follows, metric_codes)
        targets = (ALL, *metric_codes, *exposure_codes)
        for law in self.law_changes:
            for hit in law.hits:
                self._check_known(LAW_CHANGES_FILE, law.id, "hits", hit, targets)

    def _check_unique(self, file: str, codes: Sequence[str]) -> None:
        for code, times in Counter(codes).items():
            if times > 1 and code:
                self._note(
                    "duplicate_code",
                    file,
                    code,
                    Text(f"Koden finns {times} gånger i filen.", f"The code occurs {times} times in the file."),
                    Text("varje kod en gång", "each code once"),
                )

    def _check_exposure(self, metric: Metric) -> None:
        if not metric.default_exposure:
            return
        exposure = next((known for known in self.exposures if known.code == metric.default_exposure), None)
        if exposure is None:
            codes = [known.code for known in self.exposures]
            self._check_known(METRICS_FILE, metric.code, "default_exposure", metric.default_exposure, codes)
        elif exposure.scale_per != metric.scale_per:
            self._note(
                "scale_mismatch",
                METRICS_FILE,
                f"{metric.code}.scale_per",
                Text(
                    f"Talet stämmer inte med texten ”{exposure.scale_text.sv}” i {EXPOSURES_FILE}.",
                    f"The number does not agree with the text '{exposure.scale_text.en}' in {EXPOSURES_FILE}.",
                ),
                Text(f"samma tal som {exposure.code} har", f"the same number as {exposure.code} has"),
            )

    def _check_known(self, file: str, entry: str, key: str, code: str, known: Iterable[str]) -> None:
        names = tuple(known)
        if code not in names:
            word = shown(code)
            self._note(
                "unknown_code",
                file,
                f"{entry}.{key}",
                Text(f"Koden{word.sv} finns inte i kodboken.", f"The code{word.en} is not in the code book."),
                known_names(code, names),
            )

    def _note(self, problem: str, file: str, key: str, what: Text, accepted: Text) -> None:
        step = Text(
            "Rätta koden, eller lägg till posten som saknas.", "Correct the code, or add the entry that is missing."
        )
        self.log.add(Problem(problem, what, Place(f"{self.folder}/{file}", key=key), accepted, step))
