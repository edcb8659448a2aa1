"""Files in, text cells out: what was read, from where, with which digest and which assumptions."""

from evalkit.sources.folder import Scan, is_data_file, read_folder, scan_file, scan_folder
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
    "is_data_file",
    "read_folder",
    "scan_file",
    "scan_folder",
    "table_named",
]
