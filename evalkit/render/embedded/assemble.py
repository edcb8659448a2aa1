"""From the executed document to the Markdown that pandoc reads, line by line with places kept."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evalkit.errors import Place, Problem, ProblemLog
from evalkit.language import Text
from evalkit.render.embedded.execute import INLINE, Ran
from evalkit.render.embedded.lines import Line
from evalkit.render.embedded.markup import read_markup
from evalkit.render.embedded.qmd import Cell, Prose
from evalkit.render.embedded.unsupported import figure_without_alt, unsupported

_SPECIAL = re.compile(r"([\\`*_{}\[\]()>#+\-.!])")
_IMAGES = {"image/svg+xml": ".svg", "image/png": ".png"}


def assemble(
    ran: Sequence[Ran], *, defaults: Mapping[str, Any], project: Path, figures: str, log: ProblemLog
) -> list[Line]:
    """The whole document as Markdown.

    Figures that cells drew are written to the folder ``figures`` of ``project``. Markdown that a cell
    produced is held to the same rules as what a person wrote; problems are noted in ``log``.
    """
    lines: list[Line] = []
    for number, part in enumerate(ran):
        if isinstance(part.piece, Prose):
            lines.extend(_prose(part.piece, part.inline))
        else:
            made = _Outputs(part.piece, {**defaults, **part.piece.options}, number, project, figures, log).lines(part)
            log.extend(unsupported(made, project))
            lines.extend([Line("", part.piece.place), *made, Line("", part.piece.place)])
    return lines


def _prose(prose: Prose, results: tuple[Mapping[str, str], ...]) -> Iterator[Line]:
    """The lines with every inline expression replaced by what it gave."""
    markup = read_markup(prose.lines)
    text = "\n".join(line.text for line in prose.lines)
    pieces, at = [], 0
    for (match, _), data in zip(markup.hits(INLINE, raw=True), results, strict=True):
        pieces += [text[at : match.start()], inline_markdown(data)]
        at = match.end()
    replaced = "".join([*pieces, text[at:]]).split("\n")
    return (Line(new, old.place) for new, old in zip(replaced, prose.lines, strict=True))


def inline_markdown(data: Mapping[str, str]) -> str:
    r"""The Markdown of an inline result, as Quarto writes it: text is escaped, ``Markdown(…)`` is not.

    Examples
    --------
    >>> from evalkit.render.embedded.assemble import inline_markdown
    >>> inline_markdown({"text/plain": "'12*'"})
    '12\\*'
    """
    if "text/markdown" in data:
        return " ".join(data["text/markdown"].split("\n"))
    plain = data.get("text/plain", "")
    if len(plain) > 1 and plain[0] == plain[-1] and plain[0] in "'\"":
        plain = _SPECIAL.sub(r"\\\1", plain[1:-1])
    return " ".join(plain.split("\n"))


@dataclass(frozen=True, slots=True)
class _Outputs:
    """Writes the outputs of one cell as Markdown."""

    cell: Cell
    options: Mapping[str, Any]
    number: int
    project: Path
    figures: str
    log: ProblemLog

    def lines(self, ran: Ran) -> list[Line]:
        if not self.options["include"]:
            return []
        blocks = [_code_block(self.cell.code, "python")] if self.options["echo"] else []
        if self.options["output"] is not False:
            blocks += [block for count, output in enumerate(ran.outputs) for block in self._output(output, count)]
        return [Line(text, self.cell.place) for text in "\n\n".join(blocks).split("\n")]

    def _output(self, output: Mapping[str, Any], count: int) -> Iterator[str]:
        if output["output_type"] == "stream":
            yield from self._stream(output["name"], output["text"].rstrip("\n"))
        elif output["output_type"] in {"display_data", "execute_result"}:
            yield from self._display(output["data"], count)

    def _stream(self, name: str, text: str) -> Iterator[str]:
        if name == "stderr":
            if self.options["warning"]:
                yield _code_block(text)
        else:
            yield text if self.options["output"] == "asis" else _code_block(text)

    def _display(self, data: Mapping[str, Any], count: int) -> Iterator[str]:
        image = next((kind for kind in _IMAGES if kind in data), None)
        if "text/markdown" in data:
            yield self._markdown(data["text/markdown"])
        elif image is not None:
            yield from self._image(data[image], _IMAGES[image], count)
        elif "text/html" in data:
            self.log.add(_html_output(self.cell.place))
        else:
            yield _code_block(data.get("text/plain", ""))

    def _markdown(self, text: str) -> str:
        label = str(self.options.get("label", ""))
        if not label.startswith("tbl-"):
            return text
        return f"{text.rstrip()}\n\n: {self.options.get('tbl-cap', '')} {{#{label}}}"

    def _image(self, data: str, suffix: str, count: int) -> Iterator[str]:
        alt = self.options.get("fig-alt")
        if alt is None:
            self.log.add(figure_without_alt(self.cell.place))
            return
        file = f"{self.figures}/cell-{self.number}-{count}{suffix}"
        content = base64.b64decode(data) if suffix == ".png" else data.encode("utf-8")
        (self.project / self.figures).mkdir(parents=True, exist_ok=True)
        (self.project / file).write_bytes(content)
        label = str(self.options.get("label", ""))
        identifier = f"#{label} " if label.startswith("fig-") else ""
        spoken = re.sub(r"\s+", " ", alt).strip().replace("\\", "\\\\").replace('"', '\\"')
        caption = self.options.get("fig-cap", "") if identifier else ""
        yield f'![{caption}]({file}){{{identifier}fig-alt="{spoken}"}}'


def _code_block(text: str, language: str = "") -> str:
    fence = "`" * max(3, *(len(run) + 1 for run in re.findall(r"`{3,}", text)), 3)
    return f"{fence} {language}".rstrip() + f"\n{text}\n{fence}"


def _html_output(place: str) -> Problem:
    return Problem(
        "output_html",
        Text(
            "cellen ger bara HTML, som PDF-filen inte kan visa", "the cell gives only HTML, which the PDF cannot show"
        ),
        Place(place),
        Text("Markdown, SVG, PNG eller text", "Markdown, SVG, PNG or text"),
        Text("visa tabellen som Markdown", "show the table as Markdown"),
    )
