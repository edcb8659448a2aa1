"""What a column accepts, in words."""

from __future__ import annotations

from evalkit.contracts.model import Field
from evalkit.contracts.odcs import describe_choices
from evalkit.language import Text


def accepted_of(field: Field) -> Text:
    """What a cell may hold: the closed list, what is referred to, or the contract's own words."""
    if field.choices:
        return describe_choices(field)
    if field.reference:
        target = field.reference
        return Text(
            f"en kod som finns i tabellen {target.table}, kolumnen {target.column}",
            f"a code that is in the table {target.table}, column {target.column}",
        )
    if field.code_list:
        return Text("en kod som finns i kodboken", "a code that is in the code book")
    return field.accepted
