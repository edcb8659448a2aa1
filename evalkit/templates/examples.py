"""The made-up rows that show how the tables are filled in."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import yaml

from evalkit import resources
from evalkit.contracts import Contract

EXAMPLES_FILE = "examples.yaml"
Rows = tuple[Mapping[str, str | int | float], ...]


@cache
def _all() -> dict[str, list[dict[str, str | int | float]]]:
    content = yaml.safe_load((resources.data_contracts() / EXAMPLES_FILE).read_text("utf-8"))
    return dict(content)


def example_rows(contract: Contract) -> Rows:
    """The example rows of a table; cells that are left out are empty.

    Examples
    --------
    >>> from evalkit.contracts import Contract
    >>> from evalkit.templates.examples import example_rows
    >>> example_rows(Contract.load("units"))[0]["unit_name"]
    'Exempelkommunen'
    """
    return tuple(_all().get(contract.table, ()))
