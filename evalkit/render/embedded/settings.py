"""The project's settings: which are honoured, which are known to change nothing, and no others.

The document's own front matter goes before ``_metadata.yml``, which goes before ``_quarto.yml``,
as in Quarto.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from evalkit.errors import Place, Problem, ProblemLog, known_names
from evalkit.language import Text, same
from evalkit.render.embedded.qmd import option_accepts, option_values

#: Metadata that the shared template and the Typst partials print.
METADATA = frozenset(
    {
        "title", "subtitle", "author", "date-text", "lang", "synthetic", "synthetic-text", "diary-number",
        "report-version", "digest", "footer-text",
    }
)  # fmt: skip
_PROJECT = frozenset({"type", "output-dir", "render", "resources"})
_EXECUTE = {"echo": False, "eval": True, "include": True, "output": True, "warning": False, "error": False}

# A setting is either free within a type or must have the value that the embedded engine gives.
_HTML: Mapping[str, object] = {
    "theme": "none", "minimal": True, "embed-resources": True, "html-math-method": "mathml", "template": str,
    "css": str, "toc": True, "toc-depth": int, "number-sections": True, "number-depth": int,
    "shift-heading-level-by": 1, "section-divs": True, "fig-format": "svg",
}  # fmt: skip
_TYPST: Mapping[str, object] = {
    "papersize": "a4", "template-partials": list, "toc": True, "toc-depth": int, "number-sections": True,
    "number-depth": int, "fig-format": "svg", "pdf-standard": "ua-1",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Settings:
    """What rendering needs to know. Paths are relative to the project."""

    metadata: Mapping[str, Any]
    execute: Mapping[str, Any]
    template: str
    css: str
    partials: tuple[str, ...]
    filters: tuple[str, ...]
    toc_depth: int
    number_depth: int


def read_settings(project: Path, document: str, front: Mapping[str, Any], log: ProblemLog) -> Settings:
    """Merge and check the settings; whatever the embedded engine would not follow is noted in ``log``."""
    base = _load(project, "_quarto.yml", log)
    shared = _load(project, "_metadata.yml", log)
    for problem in (
        *_unknown(base, "_quarto.yml", METADATA | {"project", "filters", "execute", "format"}),
        *_unknown(shared, "_metadata.yml", METADATA | {"execute"}),
        *_unknown(front, document, METADATA | {"execute"}),
        *_project_problems(_section(base, "project")),
        *_format_problems(_section(base, "format")),
    ):
        log.add(problem)
    sources = ((base, "_quarto.yml"), (shared, "_metadata.yml"), (front, document))
    execute = {**_EXECUTE, **_execute(sources, log)}
    metadata = {key: source[key] for source, _ in sources for key in source if key in METADATA}
    for problem in _metadata_problems(metadata, front, document):
        log.add(problem)
    formats = _section(base, "format")
    html, typst = _section(formats, "html"), _section(formats, "typst")
    return Settings(
        metadata=metadata,
        execute=execute,
        template=str(html.get("template", "template.html")),
        css=str(html.get("css", "style.css")),
        partials=tuple(typst.get("template-partials", ())),
        filters=tuple(_filters(base.get("filters", ()), log)),
        toc_depth=int(html.get("toc-depth", 3)),
        number_depth=int(html.get("number-depth", 3)),
    )


def _load(project: Path, name: str, log: ProblemLog) -> dict[str, Any]:
    try:
        loaded = yaml.safe_load((project / name).read_text("utf-8")) or {}
    except FileNotFoundError:
        log.add(_problem("settings_missing", Text("filen finns inte", "the file does not exist"), name, same(name)))
        return {}
    except yaml.MarkedYAMLError as error:
        line = f":{error.problem_mark.line + 1}" if error.problem_mark else ""
        what = Text("filen går inte att läsa som YAML", "the file cannot be read as YAML")
        log.add(_problem("yaml_invalid", what, name + line, same("YAML")))
        return {}
    return loaded if isinstance(loaded, dict) else {}


def _section(mapping: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    section = mapping.get(key)
    return section if isinstance(section, Mapping) else {}


def _unknown(mapping: Mapping[str, Any], place: str, known: frozenset[str]) -> Iterator[Problem]:
    for key in mapping:
        if key not in known:
            what = Text(f"inställningen ”{key}” stöds inte", f"the setting '{key}' is not supported")
            yield _problem("setting_unknown", what, place, known_names(str(key), known), key=str(key))


def _project_problems(section: Mapping[str, Any]) -> Iterator[Problem]:
    yield from _unknown(section, "_quarto.yml", _PROJECT)
    if section.get("type", "default") != "default":
        what = Text("bara projekt av typen default stöds", "only projects of type default are supported")
        yield _problem("setting_value", what, "_quarto.yml", same("default"), key="project.type")


def _format_problems(formats: Mapping[str, Any]) -> Iterator[Problem]:
    yield from _unknown(formats, "_quarto.yml", frozenset({"html", "typst"}))
    for name, allowed in (("html", _HTML), ("typst", _TYPST)):
        section = _section(formats, name)
        yield from _unknown(section, "_quarto.yml", frozenset(allowed))
        for key, value in section.items():
            if key in allowed and not _fits(value, allowed[key]):
                what = Text(f"värdet på ”{key}” stöds inte", f"the value of '{key}' is not supported")
                yield _problem("setting_value", what, "_quarto.yml", _wanted(allowed[key]), key=f"format.{name}.{key}")


def _fits(value: object, wanted: object) -> bool:
    if isinstance(wanted, type):
        return isinstance(value, wanted) and not isinstance(value, bool)
    return type(value) is type(wanted) and value == wanted


def _wanted(wanted: object) -> Text:
    if isinstance(wanted, type):
        return {int: Text("ett heltal", "a whole number"), str: Text("en fil", "a file")}.get(
            wanted, Text("en lista av filer", "a list of files")
        )
    return same(str(wanted).lower())


def _execute(sources: tuple[tuple[Mapping[str, Any], str], ...], log: ProblemLog) -> dict[str, Any]:
    merged: dict[str, Any] = {}
    for source, place in sources:
        section = _section(source, "execute")
        log.extend(_unknown(section, place, frozenset(_EXECUTE)))
        for key, value in section.items():
            if key in _EXECUTE and not option_accepts(key, value):
                what = Text(f"värdet på ”{key}” stöds inte", f"the value of '{key}' is not supported")
                log.add(_problem("setting_value", what, place, option_values(key), key=f"execute.{key}"))
            merged[key] = value
    return merged


def _filters(declared: object, log: ProblemLog) -> Iterator[str]:
    for entry in declared if isinstance(declared, list | tuple) else ():
        path = entry.get("path") if isinstance(entry, Mapping) else None
        if path and str(path).endswith(".lua") and entry.get("at") == "pre-render":
            yield str(path)
        else:
            what = Text("ett filter på den här platsen stöds inte", "a filter at that point is not supported")
            log.add(_problem("setting_value", what, "_quarto.yml", same("at: pre-render"), key="filters"))


def _metadata_problems(metadata: Mapping[str, Any], front: Mapping[str, Any], document: str) -> Iterator[Problem]:
    if not str(front.get("title") or "").strip():
        what = Text(
            "rapporten saknar title; Quarto skulle göra dess första rubrik till titel",
            "the report has no title; Quarto would make a title of its first heading",
        )
        yield _problem("title_missing", what, document, Text("title i rapportens början", "title in its front matter"))
    if metadata.get("lang") not in {"sv", "en"}:
        what = Text("rapportens språk är inte angivet", "the report's language is not stated")
        yield _problem("language_missing", what, "_metadata.yml", Text("sv eller en", "sv or en"), key="lang")
    if not isinstance(metadata.get("synthetic", False), bool):
        what = Text("synthetic måste vara sant eller falskt", "synthetic must be true or false")
        yield _problem("setting_value", what, "_metadata.yml", same("true, false"), key="synthetic")


def _problem(code: str, what: Text, place: str, accepted: Text, *, key: str | None = None) -> Problem:
    step = Text(
        "rätta inställningen, eller rendera med Quarto om det är den som behövs",
        "correct the setting, or render with Quarto if that is what it is for",
    )
    return Problem(code, what, Place(place, key=key), accepted, step)
