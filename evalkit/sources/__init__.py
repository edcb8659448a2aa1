"""Files in, text cells out: what was read, from where, with which digest and which assumptions."""

from evalkit.sources.folder import Scan, read_folder, scan_folder
from evalkit.sources.heading import Expectations, Expected
from evalkit.sources.large import LargeFile
from evalkit.sources.tables import TABLES, RawTable, table_named

__all__ = [
    "TABLES",
    "Expectations",
    "Expected",
    "LargeFile",
    "RawTable",
    "Scan",
    "read_folder",
    "scan_folder",
    "table_named",
]
