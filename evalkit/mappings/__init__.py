"""Declarative mappings from source systems to the tables of the contracts."""

from evalkit.mappings.catalogue import load_mapping, mapping_file, mapping_names
from evalkit.mappings.faults import MappingError
from evalkit.mappings.mapped import Count, Mapped
from evalkit.mappings.model import SourceMapping
from evalkit.mappings.reading import read_mapping
from evalkit.mappings.running import map_source
from evalkit.mappings.writing import write_tables

__all__ = [
    "Count",
    "Mapped",
    "MappingError",
    "SourceMapping",
    "load_mapping",
    "map_source",
    "mapping_file",
    "mapping_names",
    "read_mapping",
    "write_tables",
]
