"""Which version of its contract a file follows, and how a file of an older one is read.

A file may say its version in the column ``contract_version``, the same in every row. A file that says nothing
is taken to follow the version now, and that is told. Anything but a known version stops the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from evalkit import screening
from evalkit.contracts.migrations import Act, Migration, Step
from evalkit.contracts.model import Contract
from evalkit.contracts.traces import trace_in_cells
from evalkit.errors import Place, Problem
from evalkit.language import Text, same
from evalkit.sources import RawTable
from evalkit.sources.tables import VERSION_COLUMN

_FORM = re.compile(r"[0-9]{1,4}\.[0-9]{1,4}\.[0-9]{1,4}")


def follow(
    raws: Iterable[RawTable], contracts: Mapping[str, Contract], problems: list[Problem]
) -> tuple[RawTable, ...]:
    """Every table as one of its contract's version now; what cannot be read so goes to ``problems``.

    Examples
    --------
    >>> import polars as pl
    >>> from evalkit.contracts import load_contracts
    >>> from evalkit.contracts.versions import follow
    >>> from evalkit.sources import RawTable
    >>> cells = pl.DataFrame({"c0": ["0127"], "c1": ["9.0.0"]})
    >>> raw = RawTable("units", "units.csv", None, ("unit_id", "contract_version"), cells, pl.Series([2]), "")
    >>> told = []
    >>> _ = follow([raw], load_contracts(), told)
    >>> told[0].code
    'contract_too_new'
    """
    return tuple(_follow(raw, contracts[raw.table], problems) if raw.table in contracts else raw for raw in raws)


def _follow(raw: RawTable, contract: Contract, problems: list[Problem]) -> RawTable:
    if not raw.intact:
        return raw
    stated = _stated(raw)
    if stated is None:
        silent = _without_statement(raw) if raw.columns.count(VERSION_COLUMN) == 1 else raw
        return replace(silent, assumptions=(*raw.assumptions, assumed_version(contract)))
    version = stated[0] if len(stated) == 1 else ""
    if version == contract.version:
        return _without_statement(raw)
    chain = _chain(contract, version)
    if not chain:
        problems.append(_refusal(raw, contract, stated))
        return replace(raw, intact=False)
    moved = _without_statement(raw)
    for migration in chain:
        problems += _hidden_traces(moved, migration)
        moved = migration.apply(moved)
    return moved


def _stated(raw: RawTable) -> list[str] | None:
    """The different versions that the file says, or nothing when it says none."""
    if raw.columns.count(VERSION_COLUMN) != 1:
        return None
    return raw.cells(VERSION_COLUMN).drop_nulls().unique().to_list() or None


def _without_statement(raw: RawTable) -> RawTable:
    step = Step(Act.DROP_COLUMN, VERSION_COLUMN)
    return replace(step.apply(raw), assumptions=raw.assumptions)


def assumed_version(contract: Contract) -> Text:
    """What is told of a file that states no version."""
    version = contract.version
    return Text(f"Version {version} av kontraktet antas.", f"Version {version} of the contract is assumed.")


def _chain(contract: Contract, version: str) -> tuple[Migration, ...]:
    """The migrations from a version to the one now, or none when there is no way."""
    next_of = {migration.start: migration for migration in contract.migrations}
    found: list[Migration] = []
    while version in next_of and len(found) < len(next_of):
        found.append(next_of[version])
        version = next_of[version].end
    return tuple(found) if version == contract.version else ()


def _hidden_traces(raw: RawTable, migration: Migration) -> list[Problem]:
    """Columns that a migration drops are screened before they are gone."""
    dropped = [step.column for step in migration.steps if step.act is Act.DROP_COLUMN and step.column in raw.columns]
    return [
        trace_in_cells(raw, name, rows, trace)
        for name in dropped
        for trace in screening.NEEDLES
        if (rows := screening.trace_rows(raw.cells(name), trace))
    ]


def _order(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def _refusal(raw: RawTable, contract: Contract, stated: list[str]) -> Problem:
    """Why a file's version cannot be followed. What the file says is a cell and is not repeated."""
    known = sorted({contract.version, *(migration.start for migration in contract.migrations)}, key=_order)
    place = Place(raw.file, sheet=raw.sheet, column=VERSION_COLUMN)
    accepted = same(", ".join(known))
    if len(stated) > 1:
        what = Text("Filen anger flera versioner av kontraktet.", "The file states several versions of the contract.")
        step = Text(
            "Ange samma version i alla rader, eller dela filen.", "State the same version in every row, or split it."
        )
        return Problem("contract_version_mixed", what, place, accepted, step)
    if _FORM.fullmatch(stated[0]) and _order(stated[0]) > _order(contract.version):
        what = Text(
            "Filen följer en nyare version av kontraktet än den som är installerad.",
            "The file follows a newer version of the contract than the one installed.",
        )
        return Problem("contract_too_new", what, place, accepted, Text("Uppdatera evalkit.", "Update evalkit."))
    what = Text("Filen anger en okänd version av kontraktet.", "The file states an unknown version of the contract.")
    step = Text("Rätta versionen, eller ta bort kolumnen.", "Correct the version, or remove the column.")
    return Problem("contract_version_unknown", what, place, accepted, step)
