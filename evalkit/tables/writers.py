"""A table written as Quarto Markdown for reports, and as HTML for notebooks."""

from __future__ import annotations

import html
from urllib.parse import quote

from evalkit.tables.model import Align, Cell, Column, Link, Table

_MIN_DASHES = 3
_MAX_DASHES = 40


def to_markdown(table: Table) -> str:
    """A Quarto pipe table with caption, label and notes.

    Examples
    --------
    >>> from evalkit.tables import Align, Column, Table, to_markdown
    >>> print(to_markdown(Table("tbl-x", "Besök", (Column("Kommun"), Column("Antal", Align.RIGHT)), (("A", "2"),))))
    | Kommun | Antal |
    |:---|---:|
    | A | 2 |
    <BLANKLINE>
    : Besök {#tbl-x}
    """
    head = "| " + " | ".join(_escape(column.header) for column in table.columns) + " |"
    rule = "|" + "|".join(_dashes(column) for column in table.columns) + "|"
    body = ["| " + " | ".join(_escape(cell) for cell in row) + " |" for row in table.rows]
    lines = [head, rule, *body, "", f": {table.caption} {{#{table.id}}}"]
    if table.notes:
        lines += ["", "::: {.tabellnot}", "  \n".join(table.notes), ":::"]
    return "\n".join(lines)


def _dashes(column: Column) -> str:
    dashes = "-" * max(_MIN_DASHES, min(_MAX_DASHES, _MIN_DASHES * column.weight))
    return f"{dashes}:" if column.align is Align.RIGHT else f":{dashes}"


def _escape(cell: Cell) -> str:
    if isinstance(cell, Link):
        address = quote(cell.url, safe=":/?#[]@!$&*+,;=%~-._")
        return f"[{_escape(cell.text)}](<{address}>)" if _is_web(cell.url) else _escape(cell.text)
    for mark in ("\\", "|", "*", "_", "`", "<", "[", "$", "^", "~", "@", "#"):
        cell = cell.replace(mark, "\\" + mark)
    return cell.replace("\n", " ")


def _is_web(url: str) -> bool:
    return url.startswith(("https://", "http://"))


def to_html(table: Table) -> str:
    """A plain HTML table with caption and scopes, for notebooks."""
    head = "".join(f'<th scope="col" style="text-align:{c.align}">{html.escape(c.header)}</th>' for c in table.columns)
    body = "".join(_html_row(row, table.columns) for row in table.rows)
    notes = "".join(f"<p>{html.escape(note)}</p>" for note in table.notes)
    return (
        f"<table><caption>{html.escape(table.caption)}</caption>"
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{notes}"
    )


def _html(cell: Cell) -> str:
    if isinstance(cell, Link) and _is_web(cell.url):
        return f'<a href="{html.escape(cell.url)}">{html.escape(cell.text)}</a>'
    return html.escape(cell.text if isinstance(cell, Link) else cell)


def _html_row(row: tuple[Cell, ...], columns: tuple[Column, ...]) -> str:
    first, *rest = row
    cells = "".join(
        f'<td style="text-align:{column.align}">{_html(cell)}</td>'
        for cell, column in zip(rest, columns[1:], strict=True)
    )
    return f'<tr><th scope="row" style="text-align:left">{_html(first)}</th>{cells}</tr>'
