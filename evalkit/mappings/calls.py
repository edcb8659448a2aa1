"""What a call of the command gives, checked before any work is done."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from evalkit.errors import Place, Problem
from evalkit.language import Text, same
from evalkit.mappings.catalogue import mapping_names
from evalkit.mappings.faults import MappingError

_EXAMPLE = same("evalkit map uttag/ --using alkt --set unit_id=0127 --set source_id=alkt_2024 --out data/")


def checked_path(path: Path | None) -> Path:
    """The file or folder to read.

    Raises
    ------
    MappingError
        When none is given.
    """
    if path is None:
        raise MappingError(
            _call(
                Text("Ange filen eller mappen med uttaget.", "Name the file or folder of the export."),
                same("FIL"),
            )
        )
    return path


def checked_call(path: Path | None, using: str | None) -> tuple[Path, str]:
    """The file or folder and the mapping to use on it."""
    where = checked_path(path)
    if using is None:
        raise MappingError(
            _call(
                Text("Ange en mappning med --using.", "Name a mapping with --using."), same(", ".join(mapping_names()))
            )
        )
    return where, using


def parsed_settings(given: Iterable[str]) -> dict[str, str]:
    """Settings written ``NAME=VALUE``.

    Raises
    ------
    MappingError
        When one has no ``=``, or a name is given twice. The message does not repeat the value.

    Examples
    --------
    >>> from evalkit.mappings.calls import parsed_settings
    >>> parsed_settings(["unit_id=0127"])
    {'unit_id': '0127'}
    """
    found: dict[str, str] = {}
    for text in given:
        name, sign, value = text.partition("=")
        if not sign or not name.strip():
            raise MappingError(
                _call(
                    Text("En inställning efter --set saknar ”=”.", "A setting after --set has no '='."),
                    same("unit_id=0127"),
                )
            )
        if name.strip() in found:
            raise MappingError(
                _call(
                    Text("Samma inställning står två gånger.", "The same setting stands twice."), same("unit_id=0127")
                )
            )
        found[name.strip()] = value.strip()
    return found


def _call(what: Text, accepted: Text) -> Problem:
    return Problem("wrong_call", what, Place("evalkit map"), accepted, _EXAMPLE)
