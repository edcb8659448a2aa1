"""The check of Parquet tables too large to hold in memory: the same rules, a batch of rows at a time."""

from evalkit.contracts.bulk.checking import check_parquet
from evalkit.contracts.bulk.folder import CheckedFile, inspect_scan, large_tables
from evalkit.contracts.bulk.inspection import BrokenRule, BulkInspection

__all__ = ["BrokenRule", "BulkInspection", "CheckedFile", "check_parquet", "inspect_scan", "large_tables"]
