"""One small table model and two writers, so that every format gets a real table from one source.

The functions that make tables of results accept only :class:`~evalkit.disclosure.Released` values.
"""

from evalkit.tables.checks import checks
from evalkit.tables.counts import is_looked_for, series, series_name, suppression
from evalkit.tables.found import found
from evalkit.tables.inventory import definitions, sources, wanted
from evalkit.tables.joining import joining
from evalkit.tables.model import Align, Cell, Column, Link, Table
from evalkit.tables.plans import designs_used, planned
from evalkit.tables.results import answers, refusals, truth
from evalkit.tables.selftest import self_tested
from evalkit.tables.writers import to_html, to_markdown

__all__ = [
    "Align",
    "Cell",
    "Column",
    "Link",
    "Table",
    "answers",
    "checks",
    "definitions",
    "designs_used",
    "found",
    "is_looked_for",
    "joining",
    "planned",
    "refusals",
    "self_tested",
    "series",
    "series_name",
    "sources",
    "suppression",
    "to_html",
    "to_markdown",
    "truth",
    "wanted",
]
