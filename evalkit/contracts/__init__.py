"""Data contracts: what every table must look like, and the check that it does."""

from evalkit.contracts.checking import Inspection, check, inspect
from evalkit.contracts.codes import Codes, MetricCode
from evalkit.contracts.model import (
    Choice,
    CodeList,
    Contract,
    Field,
    Kind,
    Level,
    Reference,
    load_contracts,
    tables_due,
)
from evalkit.contracts.quality import Quality, RuleForm

__all__ = [
    "Choice",
    "CodeList",
    "Codes",
    "Contract",
    "Field",
    "Inspection",
    "Kind",
    "Level",
    "MetricCode",
    "Quality",
    "Reference",
    "RuleForm",
    "check",
    "inspect",
    "load_contracts",
    "tables_due",
]
