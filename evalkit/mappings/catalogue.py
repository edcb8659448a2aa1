"""The mappings that come with evalkit, and the loading of one by name or from a file."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from evalkit import resources
from evalkit.mappings import faults
from evalkit.mappings.model import SourceMapping
from evalkit.mappings.reading import read_mapping

_SUFFIXES = frozenset({".yaml", ".yml"})


def folder() -> Path:
    """Where the ready mappings are."""
    return resources.data_contracts() / "sources"


def mapping_names() -> tuple[str, ...]:
    """The names of the ready mappings.

    Examples
    --------
    >>> from evalkit.mappings import mapping_names
    >>> mapping_names()
    ('alkt', 'bra_handled', 'byggr', 'edp_vision', 'food_inspections')
    """
    return tuple(sorted(path.stem for path in folder().glob("*.yaml")))


def mapping_file(using: str | Path) -> Path:
    """The file of a ready mapping, or the file itself when a path to one is given.

    Raises
    ------
    MappingError
        When no ready mapping has the name.
    """
    path = Path(using)
    if path.suffix.lower() in _SUFFIXES:
        return path
    if str(using) in mapping_names():
        return folder() / f"{using}.yaml"
    raise faults.MappingError(faults.unknown_mapping(str(using), mapping_names()))


def load_mapping(using: str | Path) -> SourceMapping:
    """A ready mapping by its name, or a mapping file of one's own.

    Raises
    ------
    MappingError
        With every fault of the file, its line and the nearest valid word.

    Examples
    --------
    >>> from evalkit.mappings import load_mapping
    >>> load_mapping("food_inspections").tables[0].target
    'ordinary_supervision'
    """
    return _load(mapping_file(using))


def _load(path: Path) -> SourceMapping:
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise faults.MappingError(faults.unreadable(path.name)) from None
    return _read(text, path.name)


@lru_cache(maxsize=16)
def _read(text: str, name: str) -> SourceMapping:
    return read_mapping(text, file=name)
