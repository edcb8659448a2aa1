"""Run the cells of a document, in order, in one kernel."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from evalkit.errors import Place, Problem, ReportError
from evalkit.language import Text
from evalkit.render.embedded.kernel import running_kernel
from evalkit.render.embedded.markup import read_markup
from evalkit.render.embedded.qmd import Cell, Document, Prose
from evalkit.render.faults import cell_failed
from evalkit.render.formats import Job

if TYPE_CHECKING:
    from nbclient import NotebookClient

INLINE = re.compile(r"(?<!`)`\{python\}[ \t]+(?P<expression>[^`]+)`")


@dataclass(frozen=True, slots=True)
class Ran:
    """A piece of the document with what it produced.

    ``outputs`` are a cell's Jupyter outputs; ``inline`` holds one MIME bundle for each inline
    expression of a piece of prose, in reading order.
    """

    piece: Prose | Cell
    outputs: tuple[Mapping[str, Any], ...] = field(default=(), hash=False)
    inline: tuple[Mapping[str, str], ...] = field(default=(), hash=False)


def inline_without_cells(document: Document) -> list[Problem]:
    """Inline code in a document without cells: Quarto starts no kernel for it and prints it as code."""
    if any(isinstance(piece, Cell) for piece in document.pieces):
        return []
    return [_no_cell(place) for _, place in read_markup(document.prose).hits(INLINE, raw=True)]


def run(document: Document, *, defaults: Mapping[str, Any], job: Job) -> list[Ran]:
    """Run every cell and inline expression; a document without any starts no kernel.

    Raises
    ------
    ReportError
        A cell failed. The problem names its file and line.
    """
    if not any(_is_active(piece, defaults) for piece in document.pieces):
        return [Ran(piece) for piece in document.pieces]
    import nbformat

    notebook = nbformat.v4.new_notebook()  # type: ignore[no-untyped-call]
    with running_kernel(notebook, folder=job.project, environment=job.environment) as client:
        return list(_run_all(document, client, defaults, job.progress))


def _is_active(piece: Prose | Cell, defaults: Mapping[str, Any]) -> bool:
    if isinstance(piece, Cell):
        return bool({**defaults, **piece.options}["eval"])
    return any(True for _ in read_markup(piece.lines).hits(INLINE, raw=True))


def _run_all(
    document: Document, client: NotebookClient, defaults: Mapping[str, Any], progress: Callable[[str], None]
) -> Iterator[Ran]:
    total = sum(isinstance(piece, Cell) for piece in document.pieces)
    number = 0
    for piece in document.pieces:
        if isinstance(piece, Prose):
            yield Ran(piece, inline=tuple(_run_inline(piece, client)))
            continue
        number += 1
        progress(f"cell {number} av {total}: {piece.place}")
        yield Ran(piece, outputs=_run_cell(piece, client) if _is_active(piece, defaults) else ())


def _run_cell(cell: Cell, client: NotebookClient) -> tuple[Mapping[str, Any], ...]:
    import nbformat
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

    node = nbformat.v4.new_code_cell(cell.code)  # type: ignore[no-untyped-call]
    client.nb.cells.append(node)
    try:
        client.execute_cell(node, len(client.nb.cells) - 1)
    except CellExecutionError as error:
        raise ReportError(cell_failed(cell.place, error.ename, error.evalue)) from None
    except (CellTimeoutError, DeadKernelError):
        raise ReportError(_stopped(cell.place)) from None
    return tuple(node.outputs)


def _run_inline(prose: Prose, client: NotebookClient) -> Iterator[Mapping[str, str]]:
    hits = list(read_markup(prose.lines).hits(INLINE, raw=True))
    if not hits:
        return
    wanted = {str(number): match["expression"].strip() for number, (match, _) in enumerate(hits)}
    results = _evaluate(client, wanted)
    for number, (_, place) in enumerate(hits):
        result = results[str(number)]
        if result["status"] != "ok":
            raise ReportError(cell_failed(place, result["ename"], result["evalue"]))
        yield result["data"]


def _evaluate(client: NotebookClient, expressions: Mapping[str, str]) -> Mapping[str, Any]:
    if client.kc is None:
        raise RuntimeError("the kernel is not running")
    reply = client.wait_for_reply(client.kc.execute("", user_expressions=dict(expressions)))
    if reply is None:
        raise RuntimeError("the kernel gave no answer")
    return dict(reply["content"]["user_expressions"])


def _no_cell(place: str) -> Problem:
    return Problem(
        "inline_without_cells",
        Text("kod i löpande text i en rapport utan celler", "inline code in a report without cells"),
        Place(place),
        Text("minst en ```{python}-cell i rapporten", "at least one ```{python} cell in the report"),
        Text("lägg till en cell, så kör även Quarto uttrycket", "add a cell, so that Quarto too runs the expression"),
    )


def _stopped(place: str) -> Problem:
    return Problem(
        "cell_stopped",
        Text("cellen avbröts: den tog för lång tid eller minnet tog slut", "the cell was ended: too long or too large"),
        Place(place),
        Text("celler som läser färdiga resultat och visar dem", "cells that read finished results and show them"),
        Text("flytta beräkningen till analysen", "move the computation to the analysis"),
    )
