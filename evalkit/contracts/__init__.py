"""Data contracts: what every table must look like, and the check that it does."""

from evalkit.contracts.checking import CheckedTable, check
from evalkit.contracts.codes import Codes, MetricCode
from evalkit.contracts.model import Choice, CodeList, Contract, Field, Kind, Reference, load_contracts

__all__ = [
    "CheckedTable",
    "Choice",
    "CodeList",
    "Codes",
    "Contract",
    "Field",
    "Kind",
    "MetricCode",
    "Reference",
    "check",
    "load_contracts",
]
