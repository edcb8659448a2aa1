"""Constructs that Quarto knows and the embedded engine does not: each an error, never a silent difference."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from evalkit.errors import Place, Problem
from evalkit.language import Text
from evalkit.render.embedded.lines import Line
from evalkit.render.embedded.markup import Markup, read_markup

_ATTRIBUTES = r'\{(?:[^{}"\n]|"(?:[^"\\]|\\.)*")*\}'
_IMAGE = re.compile(
    rf"!\[(?P<caption>(?:[^\[\]\\]|\\.|\[[^\[\]]*\])*)\]\((?P<source>[^)\s]*)[^)]*\)(?P<attributes>{_ATTRIBUTES})?"
)
_ALT = re.compile(r'fig-alt\s*=\s*(?:"[^"]*\S[^"]*"|[^\s"}]+)')
_FORMULA = re.compile(
    r"(?<![\\$\w])(?:\$\$(?:[^$\\]|\\.)+?\$\$|\$(?=\S)(?:[^$\\\n]|\\.|\n(?!\n))+?(?<=\S)\$(?![\d$]))"
    rf"(?:\](?P<attributes>{_ATTRIBUTES}))?"
)
_FORMULA_ALT = re.compile(r'(?<![\w-])alt\s*=\s*"[^"]*\S[^"]*"')
_TABLE_CAPTION = re.compile(r"^[|+][^\n]*\n(?:[ \t]*\n)+(?::|Table:)[ \t]+(?P<caption>[^\n]*)", re.MULTILINE)
_CONDITION = re.compile(r"(?:when|unless)-(?P<what>[\w-]+)\s*=\s*\"?(?P<value>[^\s\"}]+)")


@dataclass(frozen=True, slots=True)
class _Construct:
    code: str
    pattern: re.Pattern[str]
    name: Text
    instead: Text
    raw: bool = False


_ELSEWHERE = Text("skriv om stycket, eller rendera med Quarto", "rewrite the passage, or render with Quarto")

_CONSTRUCTS = (
    _Construct(
        "shortcode",
        re.compile(r"\{\{<\s*/?\s*(?P<name>[\w-]*)"),
        Text("kortkod ({{< … >}})", "shortcode ({{< … >}})"),
        Text(
            "bara {{< include fil.qmd >}} på en egen rad stöds", "only {{< include file.qmd >}} on its own line works"
        ),
        raw=True,
    ),
    _Construct(
        "tabset", re.compile(r"\.panel-tabset\b"), Text("flikar (panel-tabset)", "tabset (panel-tabset)"), _ELSEWHERE
    ),
    _Construct(
        "layout",
        re.compile(r"(?<=[\s{])layout(?:-[a-z]+)?\s*=|(?<=[\s{])\.(?:columns?|column-[\w-]+|grid|g-col-\d+)(?=[\s}])"),
        Text("sidlayout (layout, column, grid)", "page layout (layout, column, grid)"),
        _ELSEWHERE,
    ),
    _Construct(
        "subfigures",
        re.compile(r"^[ \t]*:{3,}[ \t]*\{[^}\n]*#(?:fig|tbl|lst)-[\w-]+", re.MULTILINE),
        Text("delfigurer (fenced div med #fig- eller #tbl-)", "subfigures (a fenced div with #fig- or #tbl-)"),
        Text("skriv figurerna var för sig", "write the figures one by one"),
    ),
    _Construct(
        "special_div",
        re.compile(
            r"(?<=[\s{])\.(?:panel-(?!tabset)[\w-]+|aside|landscape|hidden|lightbox|fragment|incremental|fig-[\w-]+)(?=[\s}])"
        ),
        Text("en klass som Quarto behandlar särskilt", "a class that Quarto treats in its own way"),
        _ELSEWHERE,
    ),
    _Construct(
        "numbered_div",
        re.compile(r"#(?:thm|lem|cor|prp|cnj|def|exm|exr|sol|rem|alg|eq|nte|wrn|cau|tip|imp|lst)-[\w-]+\s*[^}\n]*\}"),
        Text("numrerad sats, ekvation eller ruta", "numbered theorem, equation or callout"),
        Text(
            "numrera bara figurer (#fig-), tabeller (#tbl-) och avsnitt (#sec-)",
            "number only figures, tables and sections",
        ),
    ),
    _Construct(
        "callout_attribute",
        re.compile(r"(?<=\s)(?:collapse|appearance|icon)\s*="),
        Text("utseende på ruta (collapse, appearance, icon)", "callout looks (collapse, appearance, icon)"),
        Text("ta bort attributet", "remove the attribute"),
    ),
    _Construct(
        "inline_language",
        re.compile(r"`\{(?!python\})=?\w+\}[ \t]"),
        Text("kod i löpande text på annat språk än python", "inline code in another language than python"),
        Text("skriv `{python} uttryck`", "write `{python} expression`"),
        raw=True,
    ),
    _Construct(
        "raw_attribute",
        re.compile(r"`\{=\w+\}"),
        Text("rå HTML eller Typst", "raw HTML or Typst"),
        Text("skriv innehållet i Markdown", "write the content in Markdown"),
        raw=True,
    ),
    _Construct(
        "raw_html",
        re.compile(r"</?[A-Za-z][\w-]*(?:\s[^<>]*)?/?>"),
        Text("rå HTML", "raw HTML"),
        Text("skriv innehållet i Markdown; PDF-filen skulle tappa det", "write Markdown; the PDF would lose it"),
    ),
    _Construct(
        "citation",
        re.compile(r"(?<![\w.@/\\])@(?!(?:fig|tbl|sec)-)\w[\w:.-]*|-@\w|@\{"),
        Text("källhänvisning eller korsreferens som inte stöds", "unsupported citation or cross reference"),
        Text(
            "hänvisa med @fig-, @tbl- eller @sec-; skriv källor som fotnoter",
            "refer with @fig-, @tbl- or @sec-; sources as footnotes",
        ),
    ),
)


def unsupported(lines: Sequence[Line], project: Path) -> list[Problem]:
    """Every construct in ``lines`` that would come out differently than with Quarto."""
    markup = read_markup(lines)
    return [
        *_constructs(markup),
        *_blocks(markup),
        *_conditions(markup),
        *_formulas(markup),
        *_images(markup, project),
        *_unlabelled_tables(markup),
    ]


def _constructs(markup: Markup) -> Iterator[Problem]:
    for construct in _CONSTRUCTS:
        for _, place in markup.hits(construct.pattern, raw=construct.raw):
            yield _problem(construct.code, construct.name, construct.instead, place)


def _blocks(markup: Markup) -> Iterator[Problem]:
    for fence, place in markup.fences:
        if re.match(r"\{[^.#]", fence.info):
            name = Text(f"kodblock {fence.info}", f"code block {fence.info}")
            yield _problem(
                "block_language", name, Text("skriv ```{python} utan tillägg", "write a plain ```{python}"), place
            )


def _conditions(markup: Markup) -> Iterator[Problem]:
    for match, place in markup.hits(_CONDITION):
        if match["what"] == "format" and match["value"] in {"html", "typst"}:
            continue
        name = Text("villkor för innehåll", "condition for content")
        instead = Text(
            'skriv when-format="html" eller unless-format="html"', 'write when-format="html" or unless-format="html"'
        )
        yield _problem("condition", name, instead, place)


def _formulas(markup: Markup) -> Iterator[Problem]:
    for match, place in markup.hits(_FORMULA):
        if not _FORMULA_ALT.search(match["attributes"] or ""):
            name = Text("formel utan alternativtext", "formula without alternative text")
            instead = Text('skriv [$…$]{alt="formeln i ord"}', 'write [$…$]{alt="the formula in words"}')
            yield _problem("formula_alt", name, instead, place)


def _images(markup: Markup, project: Path) -> Iterator[Problem]:
    for match, place in markup.hits(_IMAGE):
        attributes, source = match["attributes"] or "", match["source"]
        if not _ALT.search(attributes):
            yield figure_without_alt(place)
        if match["caption"] and "#fig-" not in attributes:
            name = Text("bildtext utan etikett", "caption without a label")
            yield _problem(
                "figure_label", name, Text("skriv {#fig-namn fig-alt=…}", "write {#fig-name fig-alt=…}"), place
            )
        if re.match(r"[a-z][a-z0-9+.-]*:|//|/", source, re.IGNORECASE) or not (project / source).is_file():
            name = Text("bild som inte är en fil i projektet", "image that is not a file in the project")
            yield _problem(
                "image_missing",
                name,
                Text("skriv figuren till _run/figures/", "write the figure to _run/figures/"),
                place,
            )


def figure_without_alt(place: str) -> Problem:
    """The problem of a figure that a screen reader could not tell."""
    name = Text("figur utan alternativtext", "figure without alternative text")
    return _problem(
        "figure_alt", name, Text("skriv fig-alt: vad figuren visar", "write fig-alt: what the figure shows"), place
    )


def _unlabelled_tables(markup: Markup) -> Iterator[Problem]:
    for match, _ in markup.hits(_TABLE_CAPTION):
        if "#tbl-" not in match["caption"]:
            name = Text("tabellrubrik utan etikett", "table caption without a label")
            instead = Text(": rubrik {#tbl-namn}", ": caption {#tbl-name}")
            yield _problem("table_label", name, instead, markup.place(match.start("caption")))


def _problem(code: str, name: Text, instead: Text, place: str) -> Problem:
    return Problem(
        code,
        Text(f"den inbyggda renderaren stöder inte: {name.sv}", f"the embedded engine does not support: {name.en}"),
        Place(place),
        Text("det som står i docs om rapporternas skrivsätt", "what the docs say about how reports are written"),
        instead,
    )
