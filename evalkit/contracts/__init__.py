"""Data contracts: what every table must look like, and the check that it does."""

from evalkit.contracts.checking import Inspection, check, inspect
from evalkit.contracts.codes import Codes, MetricCode
from evalkit.contracts.model import Choice, CodeList, Contract, Field, Kind, Reference, load_contracts

__all__ = [
    "Choice",
    "CodeList",
    "Codes",
    "Contract",
    "Field",
    "Inspection",
    "Kind",
    "MetricCode",
    "Reference",
    "check",
    "inspect",
    "load_contracts",
]
