"""One file of data checked by itself, before the folder that it belongs to is whole."""

from __future__ import annotations

from pathlib import Path

from evalkit.contracts import Inspection, inspect, load_contracts, tables_due
from evalkit.contracts.checking import in_file_order
from evalkit.contracts.headers import expectations
from evalkit.errors import Place, Problem, Severity
from evalkit.language import Text, same
from evalkit.metrics import MetricBook
from evalkit.sources import Scan, is_data_file, scan_file, scan_folder


def scan(path: Path | str, *, may_be_large: frozenset[str] = frozenset()) -> Scan:
    """What can be read of a folder, an archive or one file, with headings found where the contracts expect them.

    ``may_be_large`` is as in :func:`evalkit.sources.scan_folder`; one file by itself is always read.
    """
    expected = expectations(load_contracts())
    if is_data_file(path):
        return scan_file(path, expected)
    return scan_folder(path, expected, may_be_large=may_be_large)


def inspected_alone(path: Path | str) -> Inspection:
    r"""The tables of one file, checked as far as they can be without the others.

    Rules that need a table of another file are not tried. That the file is only a part, and which
    tables a whole delivery has besides, is a warning.

    Raises
    ------
    ContractError, SourceError
        With every problem of the file at once.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from evalkit.onefile import inspected_alone
    >>> row = "unit_id;unit_name;unit_kind;source_id\n0127;Botkyrka;kommun;made_up\n"
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder, "units.csv")
    ...     _ = file.write_text(row, encoding="utf-8")
    ...     inspected_alone(file).warnings[0].code
    'checked_alone'
    """
    contracts = load_contracts()
    found = scan(path)
    inspection = inspect(found.tables, contracts, MetricBook.load(), attempted=found.attempted)
    present = {raw.table for raw in found.tables}
    absent = sorted(tables_due(contracts, present) - present)
    warnings = (*([_alone(found.tables[0].file, absent)] if present and absent else []), *inspection.warnings)
    if told := (*found.problems, *inspection.problems):
        raise found.error(sorted(told, key=in_file_order), warnings)
    return Inspection(inspection.frames, (), tuple(warnings), inspection.tables)


def _alone(file: str, absent: list[str]) -> Problem:
    return Problem(
        code="checked_alone",
        what=Text(
            "Filen har kontrollerats för sig. Hänvisningar till tabeller som inte finns i den har inte prövats.",
            "The file was checked by itself. References to tables that are not in it were not tried.",
        ),
        place=Place(file=file),
        accepted=same(", ".join(absent)),
        next_step=Text(
            "Lägg filen i en mapp med tabellerna ovan och kontrollera mappen.",
            "Put the file in a folder with the tables above and check the folder.",
        ),
        severity=Severity.WARNING,
    )
