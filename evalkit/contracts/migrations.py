"""How a file of an older version of a contract is read: written steps, one file per pair of versions.

``data_contracts/migrations/<table>-<from>-<to>.yaml`` holds a list of ``steps``; each renames, adds or drops
a column, or translates its codes. A change of a contract that leaves old files as they are has an empty list.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from evalkit.codebooks.fields import FieldReader
from evalkit.codebooks.yaml_rows import RawEntry, read_entries
from evalkit.errors import Place, Problem, ProblemLog, known_names
from evalkit.language import Text, same
from evalkit.sources import RawTable

if TYPE_CHECKING:
    from evalkit.contracts.model import Contract

_FOLDER = "migrations"
_NAME = re.compile(r"([a-z_]+)-([0-9]+\.[0-9]+\.[0-9]+)-([0-9]+\.[0-9]+\.[0-9]+)")


class Act(StrEnum):
    """What a step does."""

    RENAME_COLUMN = "rename_column"
    ADD_COLUMN = "add_column"
    TRANSLATE_CODES = "translate_codes"
    DROP_COLUMN = "drop_column"


@dataclass(frozen=True, slots=True)
class Step:
    """One step. ``to`` is the new name; ``default`` fills an added column; ``codes`` are old and new."""

    act: Act
    column: str
    to: str = ""
    default: str | None = None
    codes: tuple[tuple[str, str], ...] = ()

    def concerns(self, raw: RawTable) -> bool:
        """Whether there is anything in the file for the step to do."""
        return (self.column in raw.columns) is not (self.act is Act.ADD_COLUMN)

    def apply(self, raw: RawTable) -> RawTable:
        """The table after the step; the rows and their numbers stay as they are."""
        if not self.concerns(raw):
            return raw
        return replace(_ACTS[self.act](self, raw), assumptions=(*raw.assumptions, self.told))

    @property
    def told(self) -> Text:
        """What the step took for granted."""
        name = self.column
        return {
            Act.RENAME_COLUMN: Text(
                f"Kolumnen {name} läses som {self.to}.", f"The column {name} is read as {self.to}."
            ),
            Act.ADD_COLUMN: Text(
                f"Kolumnen {name} läggs till" + (f" med värdet {self.default}." if self.default else ", tom."),
                f"The column {name} is added" + (f" with the value {self.default}." if self.default else ", empty."),
            ),
            Act.TRANSLATE_CODES: Text(
                f"Koder i kolumnen {name} översätts: {_arrows(self.codes)}.",
                f"Codes of the column {name} are translated: {_arrows(self.codes)}.",
            ),
            Act.DROP_COLUMN: Text(f"Kolumnen {name} läses inte.", f"The column {name} is not read."),
        }[self.act]


@dataclass(frozen=True, slots=True)
class Migration:
    """The steps from one version of a table's contract to the next."""

    table: str
    start: str
    end: str
    steps: tuple[Step, ...]

    @property
    def told(self) -> Text:
        """That the file is of an older version."""
        return Text(
            f"Filen följer version {self.start} av kontraktet och läses som version {self.end}.",
            f"The file follows version {self.start} of the contract and is read as version {self.end}.",
        )

    def apply(self, raw: RawTable) -> RawTable:
        """The table after every step."""
        moved = replace(raw, assumptions=(*raw.assumptions, self.told))
        for step in self.steps:
            moved = step.apply(moved)
        return moved


def _arrows(codes: Iterable[tuple[str, str]]) -> str:
    return ", ".join(f"{old} → {new}" for old, new in codes)


def _rename(step: Step, raw: RawTable) -> RawTable:
    return replace(raw, columns=tuple(step.to if name == step.column else name for name in raw.columns))


def _add(step: Step, raw: RawTable) -> RawTable:
    """A new column beside the last one of the header; cells beyond the header stay beyond it."""
    place = len(raw.columns)
    later = [f"c{at}" for at in range(place, raw.frame.width)]
    moved = raw.frame.rename({name: f"c{int(name[1:]) + 1}" for name in later})
    frame = moved.with_columns(pl.lit(step.default, dtype=pl.String).alias(f"c{place}"))
    ordered = frame.select(f"c{at}" for at in range(frame.width))
    points = frozenset(at + 1 if at >= place else at for at in raw.decimal_points)
    return replace(raw, columns=(*raw.columns, step.column), frame=ordered, decimal_points=points)


def _translate(step: Step, raw: RawTable) -> RawTable:
    codes = dict(step.codes)
    places = [f"c{at}" for at, name in enumerate(raw.columns) if name == step.column]
    return replace(raw, frame=raw.frame.with_columns(pl.col(places).replace(codes)))


def _drop(step: Step, raw: RawTable) -> RawTable:
    kept = [at for at in range(raw.frame.width) if at >= len(raw.columns) or raw.columns[at] != step.column]
    frame = raw.frame.select(pl.col(f"c{at}").alias(f"c{new}") for new, at in enumerate(kept))
    points = frozenset(new for new, at in enumerate(kept) if at in raw.decimal_points)
    return replace(
        raw, columns=tuple(name for name in raw.columns if name != step.column), frame=frame, decimal_points=points
    )


_ACTS = {
    Act.RENAME_COLUMN: _rename,
    Act.ADD_COLUMN: _add,
    Act.TRANSLATE_CODES: _translate,
    Act.DROP_COLUMN: _drop,
}


def read_migrations(
    folder: Path, contracts: Mapping[str, Contract], log: ProblemLog
) -> Mapping[str, tuple[Migration, ...]]:
    """Every table's migrations; what is wrong with them goes to ``log``."""
    written = [found for path in sorted((folder / _FOLDER).glob("*.yaml")) if (found := _written(path, contracts, log))]
    chains: dict[str, tuple[Migration, ...]] = {}
    for table, contract in contracts.items():
        own = [entry for entry in written if entry.table == table]
        reading = _Reading(contract, _names(contract, own), log)
        chains[table] = tuple(reading.migration(entry) for entry in own)
        _check_chain(contract, chains[table], log)
    return chains


@dataclass(frozen=True, slots=True)
class _Written:
    """One file, not yet believed."""

    file: str
    table: str
    start: str
    end: str
    steps: tuple[RawEntry, ...]


def _written(path: Path, contracts: Mapping[str, Contract], log: ProblemLog) -> _Written | None:
    file = f"data_contracts/{_FOLDER}/{path.name}"
    match = _NAME.fullmatch(path.stem)
    if match is None or match[1] not in contracts:
        what = Text("Filens namn säger inte vad den gäller.", "The file's name does not say what it is about.")
        wanted = match[1] if match else path.stem.partition("-")[0]
        log.add(Problem("migration_fault", what, Place(file), known_names(wanted, contracts), _MEND))
        return None
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        what = Text("Migreringen går inte att läsa.", "The migration cannot be read.")
        log.add(Problem("migration_fault", what, Place(file), same("UTF-8"), _MEND))
        return None
    return _Written(file, match[1], match[2], match[3], read_entries(text, file=file, root="steps", log=log))


def _names(contract: Contract, written: Iterable[_Written]) -> frozenset[str]:
    """The contract's columns, and those that some step takes away again."""
    steps = (step.values for entry in written for step in entry.steps)
    return frozenset((*contract.names, *(str(step.get("column")) for step in steps if step.get("do") in _TAKES_AWAY)))


def _check_chain(contract: Contract, migrations: tuple[Migration, ...], log: ProblemLog) -> None:
    """Each migration leads to the version now, and there is one way from each version."""
    starts = [migration.start for migration in migrations]
    for migration in migrations:
        file = f"data_contracts/{_FOLDER}/{migration.table}-{migration.start}-{migration.end}.yaml"
        if migration.end != contract.version and migration.end not in starts:
            what = Text(
                "Migreringen leder till en version som inte finns.", "The migration leads to a version that is not."
            )
            log.add(Problem("migration_fault", what, Place(file), same(", ".join({contract.version, *starts})), _MEND))
        if starts.count(migration.start) > 1 or _order(migration.start) >= _order(migration.end):
            what = Text(
                "Migreringen går inte framåt, eller är inte ensam från sin version.",
                "The migration does not lead forward, or is not alone from its version.",
            )
            accepted = Text("en migrering framåt från varje version", "one migration forward from each version")
            log.add(Problem("migration_fault", what, Place(file), accepted, _MEND))


def _order(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


_MEND = Text("Rätta migreringen.", "Mend the migration.")


@dataclass(frozen=True, slots=True)
class _Reading:
    """Reads the steps of one table's files; ``known`` are the columns that a step may make."""

    contract: Contract
    known: frozenset[str]
    log: ProblemLog

    def migration(self, written: _Written) -> Migration:
        steps = (FieldReader(raw, written.file, f"#{place}", self.log) for place, raw in enumerate(written.steps, 1))
        return Migration(written.table, written.start, written.end, tuple(self._step(row) for row in steps))

    def _step(self, row: FieldReader) -> Step:
        act = row.word("do", Act)
        row.check_keys(required=("do", "column", *_PARTS[act]))
        column = row.string("column")
        to = row.string("to") if act is Act.RENAME_COLUMN else ""
        default = row.optional_string("default") if act is Act.ADD_COLUMN else None
        codes = self._codes(row) if act is Act.TRANSLATE_CODES else ()
        if act in _MAKES:
            self._check_name(row, "to" if act is Act.RENAME_COLUMN else "column", to or column)
        self._check_codes(row, column, [new for _, new in codes])
        return Step(act, column, to, default, codes)

    def _codes(self, row: FieldReader) -> tuple[tuple[str, str], ...]:
        found = row.raw.values.get("codes")
        if isinstance(found, Mapping) and found:
            return tuple((str(old), str(new)) for old, new in found.items())
        what = Text("Det som står i ”codes” har fel form.", "What stands in 'codes' has the wrong form.")
        row.note("wrong_type", "codes", what, Text("{gammal: ny}", "{old: new}"), _MEND)
        return ()

    def _check_name(self, row: FieldReader, key: str, name: str) -> None:
        if key in row.raw.values and name not in self.known:
            what = Text(f"Kolumnen ”{name}” finns inte i kontraktet.", f"The column '{name}' is not in the contract.")
            row.note("unknown_column", key, what, known_names(name, self.known), _MEND)

    def _check_codes(self, row: FieldReader, column: str, codes: Iterable[str]) -> None:
        field = next((field for field in self.contract.fields if field.name == column), None)
        known = [choice.value for choice in field.choices] if field else []
        for code in codes:
            if known and code not in known:
                what = Text(f"Koden ”{code}” finns inte i kolumnen.", f"The code '{code}' is not in the column.")
                row.note("unknown_code", "codes", what, known_names(code, known), _MEND)


_MAKES = frozenset({Act.RENAME_COLUMN, Act.ADD_COLUMN})
_TAKES_AWAY = frozenset({Act.RENAME_COLUMN.value, Act.DROP_COLUMN.value})
_PARTS: Mapping[Act, tuple[str, ...]] = {
    Act.RENAME_COLUMN: ("to",),
    Act.ADD_COLUMN: ("default",),
    Act.TRANSLATE_CODES: ("codes",),
    Act.DROP_COLUMN: (),
}
