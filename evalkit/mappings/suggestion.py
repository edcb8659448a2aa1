"""A proposed mapping for an unknown file, for a person to confirm. It never shows a cell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from evalkit.contracts import Contract, Field, load_contracts
from evalkit.contracts.rules import known_codes
from evalkit.errors import Place, Problem, ProblemLog
from evalkit.language import Language, Text
from evalkit.mappings import faults, refusals
from evalkit.mappings.checking import metric_book
from evalkit.mappings.found import is_showable
from evalkit.mappings.proposal import write_proposal
from evalkit.mappings.shapes import Shape, fits_kind, is_serial, shape_of
from evalkit.mappings.synonyms import is_free_text, is_personal, match
from evalkit.sources import RawTable
from evalkit.sources.archive import ARCHIVE
from evalkit.sources.foreign import SUFFIXES, read_foreign, read_foreign_archive

_ENCODINGS = ("windows-1252", "utf-16")
_COST_OF_MISSING = 0.2
_BY_SHAPE_ALONE = 0.3


class Confidence(StrEnum):
    """How sure a proposal is. Only what is ``high`` need not be confirmed."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@dataclass(frozen=True, slots=True)
class Proposal:
    """One column of the file: what it may become and why, or why it is left alone.

    ``listed`` says that the cells are codes of the contract already.
    """

    heading: str
    field: Field | None
    confidence: Confidence
    reason: Text
    shape: Shape
    listed: bool = False


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A proposed mapping.

    Attributes
    ----------
    target
        The table that the file is most like.
    proposals
        One per column, in the order of the file.
    missing
        Columns that the contract demands and nothing in the file is like.
    hidden
        The number of columns whose heading looks like data and is not shown.
    """

    file: str
    sheet: str | None
    target: str
    proposals: tuple[Proposal, ...]
    missing: tuple[Field, ...]
    hidden: int

    def to_yaml(self, language: Language = Language.SV) -> str:
        """The mapping as a file, with the reasons as comments."""
        return write_proposal(self, language)


def suggest(path: Path | str, *, target: str | None = None) -> Suggestion:
    r"""Propose a mapping for a file.

    Parameters
    ----------
    path
        A ``.csv``, ``.xlsx`` or ``.parquet`` file, or a zip archive of such. Of several sheets or files the one that
        is most like a table.
    target
        The table that it is to become; by default the one that its columns are most like.

    Raises
    ------
    MappingError
        When the file cannot be read or there is no such table.

    Examples
    --------
    >>> import tempfile
    >>> from evalkit.mappings.suggestion import suggest
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder, "kontroller.csv")
    ...     _ = file.write_text("Kontroll id;Tillsynsdatum;Handläggare\n1;2024-05-01;X\n", encoding="utf-8")
    ...     found = suggest(file, target="ordinary_supervision")
    >>> [(item.heading, item.field and item.field.name, item.confidence.value) for item in found.proposals]
    [('Kontroll id', 'inspection_id', 'high'), ('Tillsynsdatum', 'visit_date', 'high'), ('Handläggare', None, 'high')]
    """
    raws = _read(Path(path))
    contracts = load_contracts()
    if target is not None and target not in contracts:
        found = faults.unknown_word(Path(path).name, target, contracts, line=1, where="--target", code="unknown_target")
        raise faults.MappingError(Problem(found.code, found.what, Place("--target"), found.accepted, found.next_step))
    wanted = [contracts[target]] if target else list(contracts.values())
    shaped = [(raw, _shapes(raw)) for raw in raws]
    tried = [_Reading(raw, shapes, contract).suggestion() for raw, shapes in shaped for contract in wanted]
    return max(tried, key=_likeness)


def _read(path: Path) -> list[RawTable]:
    log = ProblemLog()
    is_archive = path.suffix.lower() == ARCHIVE
    if not path.is_file() or not (is_archive or path.suffix.lower() in SUFFIXES):
        raise faults.MappingError(refusals.path_missing(path.name))
    if is_archive:
        read = read_foreign_archive(path, log, is_wanted=_is_readable, encodings=_ENCODINGS)
    else:
        read = read_foreign(path, log, encodings=_ENCODINGS)
    raws = [raw for raw in read if raw.columns]
    if log.problems or not raws:
        raise faults.MappingError(log.problems or refusals.path_missing(path.name))
    return raws


def _is_readable(name: str) -> bool:
    return Path(name).suffix.lower() in SUFFIXES and not name.startswith((".", "~$"))


def _shapes(raw: RawTable) -> dict[str, Shape]:
    """The look of every column whose heading may be shown; of doubled headings the first."""
    return {name: shape_of(raw.cells(name)) for name in dict.fromkeys(raw.columns) if is_showable(name)}


_WEIGHT = {Confidence.HIGH: 1.0, Confidence.MEDIUM: 0.7, Confidence.LOW: 0.2}


def _likeness(found: Suggestion) -> float:
    matched = sum(_WEIGHT[item.confidence] for item in found.proposals if item.field is not None)
    return matched - _COST_OF_MISSING * len(found.missing)


@dataclass(frozen=True, slots=True)
class _Reading:
    raw: RawTable
    shapes: Mapping[str, Shape]
    contract: Contract

    def suggestion(self) -> Suggestion:
        chosen = self._assigned()
        taken = {field.name for field in chosen.values()}
        missing = tuple(
            field for field in self.contract.fields if field.required and not field.default and field.name not in taken
        )
        return Suggestion(
            file=self.raw.file,
            sheet=self.raw.sheet,
            target=self.contract.table,
            proposals=tuple(self._proposal(name, shape, chosen.get(name)) for name, shape in self.shapes.items()),
            missing=missing,
            hidden=len(self.raw.columns) - len(self.shapes),
        )

    def _assigned(self) -> dict[str, Field]:
        """Each heading at most one column, the best matches first."""
        pairs = sorted(self._scores(), key=lambda found: -found[0])
        chosen: dict[str, Field] = {}
        for _, name, field in pairs:
            if name not in chosen and field.name not in {other.name for other in chosen.values()}:
                chosen[name] = field
        return chosen

    def _scores(self) -> Iterator[tuple[float, str, Field]]:
        accepted = {field.name: _accepted(field) for field in self.contract.fields}
        for name, shape in self.shapes.items():
            if _refused(name, shape) is not None:
                continue
            for field in self.contract.fields:
                score = match(name, field.name)
                listed = shape.is_within(accepted[field.name])
                if score and fits_kind(shape, field):
                    yield score + listed, name, field
                elif listed and len(accepted[field.name]) > 1 and shape.distinct > 1:
                    yield _BY_SHAPE_ALONE, name, field

    def _proposal(self, name: str, shape: Shape, field: Field | None) -> Proposal:
        refused = _refused(name, shape)
        if refused is not None:
            return Proposal(name, None, Confidence.HIGH, refused, shape)
        if field is None:
            nothing = Text("ingen kolumn i kontraktet liknar den", "no column of the contract is like it")
            return Proposal(name, None, Confidence.LOW, nothing, shape)
        listed = shape.is_within(_accepted(field))
        return Proposal(name, field, _confidence(match(name, field.name), shape, field, listed=listed),
                        _reason(match(name, field.name), shape, field, listed=listed), shape, listed)  # fmt: skip


def _refused(name: str, shape: Shape) -> Text | None:
    if is_personal(name):
        return Text(
            "namnet pekar på en person, en verksamhet, en fastighet eller ett ärende",
            "the name points at a person, a business, a property or a case",
        )
    if is_free_text(name):
        return Text("namnet tyder på fritext", "the name suggests free text")
    return shape.unsafe


def _accepted(field: Field) -> frozenset[str]:
    if field.choices:
        return frozenset(choice.value for choice in field.choices)
    return frozenset(known_codes(field.code_list, metric_book())) if field.code_list else frozenset()


def needs_codes(field: Field) -> bool:
    """Whether a column's cells are codes that have to be translated."""
    return bool(_accepted(field)) or field.name == "category"


def _confidence(score: float, shape: Shape, field: Field, *, listed: bool) -> Confidence:
    if not score:
        return Confidence.LOW
    sure = listed if needs_codes(field) else fits_kind(shape, field)
    return Confidence.HIGH if score == 1 and sure else Confidence.MEDIUM


def _reason(score: float, shape: Shape, field: Field, *, listed: bool) -> Text:
    name = (
        Text("namnet är känt", "the name is known")
        if score == 1
        else Text("namnet liknar", "the name is like it")
        if score
        else Text("bara innehållet passar", "only the content fits")
    )
    look = _look(shape, field, listed=listed)
    return Text(f"{name.sv}, {look.sv}", f"{name.en}, {look.en}")


def _look(shape: Shape, field: Field, *, listed: bool) -> Text:
    if listed:
        return Text("cellerna är kontraktets koder", "the cells are codes of the contract")
    if needs_codes(field):
        return Text(
            f"cellerna har {shape.distinct} {'kod' if shape.distinct == 1 else 'olika koder'} att översätta",
            f"the cells have {shape.distinct} {'code' if shape.distinct == 1 else 'different codes'} to translate",
        )
    if is_serial(field):
        return Text("blir löpnummer", "becomes serial numbers")
    if shape.dates:
        return Text("cellerna är datum", "the cells are dates")
    if shape.integers:
        return Text("cellerna är heltal", "the cells are whole numbers")
    return Text("cellerna har rätt form", "the cells have the right form")
