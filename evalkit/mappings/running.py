"""Using a mapping: from the files of a source system to tables that follow their contracts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import polars as pl

from evalkit.contracts import Contract, inspect, load_contracts
from evalkit.contracts.accepted import accepted_of
from evalkit.errors import ContractError, Problem, ProblemLog
from evalkit.mappings import refusals
from evalkit.mappings.catalogue import load_mapping
from evalkit.mappings.checking import fits, metric_book, standing_alone
from evalkit.mappings.faults import MappingError, unconfirmed
from evalkit.mappings.filling import Filled, fill
from evalkit.mappings.found import Found, find
from evalkit.mappings.mapped import Count, Mapped
from evalkit.mappings.model import FromSetting, SourceMapping, TargetTable
from evalkit.mappings.rows import gather
from evalkit.sources import RawTable

_Settings = Mapping[str, tuple[str, ...]]


def map_source(path: Path | str, using: str | Path, *, settings: Mapping[str, str] | None = None) -> Mapped:
    r"""Translate an export of a source system into tables that follow the contracts.

    Parameters
    ----------
    path
        A file (``.csv``, ``.xlsx``, ``.parquet``), a folder of them or a zip archive of them. Only the columns
        that the mapping names are read into the result.
    using
        The name of a ready mapping (``alkt``, ``bra_handled``, ``byggr``, ``edp_vision``,
        ``food_inspections``) or the path of a mapping file of one's own.
    settings
        What only the user knows, such as ``{"unit_id": "0127", "source_id": "alkt_2024"}``.

    Returns
    -------
    Mapped
        One checked frame per target table, and the account of rows and columns left out.

    Raises
    ------
    MappingError
        When the mapping is faulty or not confirmed, or does not fit the files; every problem at once.
    ContractError
        When translated rows break the contract of their table.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import evalkit as ek
    >>> rows = "inspecOrg.id,inspection.idNational,inspection.type,inspection.prenotified,"
    >>> rows += "inspection.assessment,inspection.date\n1280,I-1280-1,0,true,0,2020-03-19T16:31:34+01:00\n"
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = Path(folder, "kontroller.csv").write_text(rows, encoding="utf-8")
    ...     made = ek.map_source(folder + "/kontroller.csv", "food_inspections", settings={"source_id": "x"})
    >>> made.frames["ordinary_supervision"]["visit_date"].to_list()
    [datetime.date(2020, 3, 19)]
    """
    mapping = load_mapping(using)
    given = _checked_settings(mapping, settings or {})
    log = ProblemLog()
    found = find(Path(path), mapping, log)
    log.raise_if_any(MappingError)
    tables = [table for table in mapping.tables if table.base in found.frames]
    if not tables:
        raise MappingError(refusals.no_target(mapping, Path(path).name))
    contracts = load_contracts()
    filled = [_filled(table, contracts[table.target], found, given, log) for table in tables]
    return _mapped(mapping, tables, filled, found, log)


def _filled(table: TargetTable, contract: Contract, found: Found, given: _Settings, log: ProblemLog) -> Filled:
    return fill(table, contract, gather(table, found, given, log), found, given)


def _checked_settings(mapping: SourceMapping, given: Mapping[str, str]) -> _Settings:
    """Confirmed lines and known, sufficient and acceptable settings, or every problem with them."""
    log = ProblemLog()
    log.extend(unconfirmed(mapping.file, name, line) for name, line in mapping.unconfirmed())
    known = {setting.name: setting for setting in mapping.settings}
    log.extend(refusals.setting_unknown(mapping, name) for name in given if name not in known)
    for setting in mapping.settings:
        if setting.required and not given.get(setting.name, "").strip():
            log.add(refusals.setting_missing(mapping, setting.name, setting.description))
    log.extend(_unaccepted(mapping, given))
    log.raise_if_any(MappingError)
    return {
        name: tuple(part.strip() for part in value.split(",")) if known[name].many else (value.strip(),)
        for name, value in given.items()
        if value.strip()
    }


def _unaccepted(mapping: SourceMapping, given: Mapping[str, str]) -> list[Problem]:
    contracts, told = load_contracts(), {}
    for table in mapping.tables:
        for column in table.columns:
            name = column.way.setting if isinstance(column.way, FromSetting) else ""
            field = standing_alone(contracts[table.target]).field(column.to)
            if given.get(name, "").strip() and not fits(given[name].strip(), field):
                told[name] = refusals.setting_not_accepted(mapping, name, accepted_of(field))
    return list(told.values())


def _mapped(
    mapping: SourceMapping, tables: list[TargetTable], filled: list[Filled], found: Found, log: ProblemLog
) -> Mapped:
    contracts, frames, broken = load_contracts(), {}, list[Problem]()
    for target in dict.fromkeys(table.target for table in tables):
        parts = [part for table, part in zip(tables, filled, strict=True) if table.target == target]
        frames[target] = _checked(contracts[target], parts, broken)
    if log.problems:
        raise MappingError([*log.problems, *broken])
    if broken:
        raise ContractError(broken)
    return Mapped(
        mapping=mapping.name,
        version=mapping.version,
        title=mapping.title,
        frames=frames,
        filled={target: _columns(contracts[target], tables) for target in frames},
        counts=tuple(_count(table, part) for table, part in zip(tables, filled, strict=True)),
        files=tuple(found.files),
        assumptions=tuple(found.assumptions),
        limits=mapping.limits,
    )


def _columns(contract: Contract, tables: list[TargetTable]) -> tuple[str, ...]:
    """The columns that some mapping table fills, in the order of the contract.

    A period is written as its first day, which says nothing without its length.
    """
    named = {column.to for table in tables if table.target == contract.table for column in table.columns}
    if "period" in named and "frequency" in contract.names:
        named.add("frequency")
    return tuple(name for name in contract.names if name in named)


def _count(table: TargetTable, part: Filled) -> Count:
    written = sum(raw.frame.height for raw in part.raws)
    return Count(table.target, table.base, part.read, part.left_out, written)


def _checked(contract: Contract, parts: list[Filled], broken: list[Problem]) -> pl.DataFrame:
    """The rows held against the contract; its messages name the column that a cell came from."""
    raws: list[RawTable] = [raw for part in parts for raw in part.raws]
    if not raws:
        return contract.empty()
    inspection = inspect(raws, {contract.table: standing_alone(contract)}, metric_book())
    origins = {name: origin for part in parts for name, origin in part.origins.items()}
    broken += [_told(problem, origins) for problem in inspection.problems]
    return inspection.frames[contract.table]


def _told(problem: Problem, origins: Mapping[str, str]) -> Problem:
    column = problem.place.column
    if column is None or column not in origins:
        return problem
    return replace(problem, place=replace(problem.place, column=origins[column]))
