"""From a mapping file to a :class:`~evalkit.mappings.model.SourceMapping`, with every fault of the file at once."""

from __future__ import annotations

from collections.abc import Callable

from evalkit.errors import ProblemLog
from evalkit.language import Text
from evalkit.mappings import faults
from evalkit.mappings.checking import check
from evalkit.mappings.document import Node, parse
from evalkit.mappings.model import (
    Coded,
    CodeTable,
    Condition,
    Constant,
    Conversion,
    Copied,
    Dated,
    DroppedColumn,
    Expectation,
    Filter,
    FromSetting,
    Join,
    Numbered,
    Precision,
    Ref,
    Serial,
    Setting,
    SourceColumn,
    SourceMapping,
    SourceTable,
    Standing,
    StatusOf,
    TargetColumn,
    TargetTable,
    Unmatched,
    Way,
)
from evalkit.mappings.parts import Part

ENCODINGS = ("utf-8", "windows-1252", "utf-16")
_WAYS = ("value", "setting", "serial", "from", "status_of")
_FROM_KEYS = ("codes", "otherwise", "date", "number", "convert", "marks")


def read_mapping(text: str, *, file: str) -> SourceMapping:
    r"""The mapping that a YAML text holds.

    Parameters
    ----------
    text
        The content of the file.
    file
        The name that messages show.

    Raises
    ------
    MappingError
        With every fault: file, line and the nearest valid word. Lines that are still to be confirmed
        are no fault here; they are when the mapping is used.

    Examples
    --------
    >>> from evalkit.mappings import MappingError
    >>> from evalkit.mappings.reading import read_mapping
    >>> try:
    ...     read_mapping("mapping: min\nsourcs: []\n", file="min.yaml")
    ... except MappingError as error:
    ...     [str(problem.accepted) for problem in error.problems if problem.code == "unknown_key"]
    ['menade du ”sources”? Andra: cannot_know, code_tables, description, mapping, name, origin, settings och 3 till']
    """
    log = ProblemLog()
    root = parse(text, file=file, log=log)
    if root is None:
        log.raise_if_any(faults.MappingError)
    part = Part(root or Node({}, 1), file, "", log)
    mapping = _mapping(part, file)
    check(mapping, log)
    log.problems.sort(key=lambda problem: (min(problem.place.rows, default=0), problem.code))
    log.raise_if_any(faults.MappingError)
    return mapping


def _mapping(part: Part, file: str) -> SourceMapping:
    part.keys(
        "mapping", "version", "status", "name", "description", "origin", "cannot_know", "settings",
        "sources", "code_tables", "tables",
    )  # fmt: skip
    tables = tuple(_code_table(item) for item in part.parts("code_tables"))
    codes = {table.name: table for table in tables}
    return SourceMapping(
        name=part.text("mapping"),
        file=file,
        version=part.text("version"),
        standing=part.word("status", Standing, Standing.READY),
        title=part.both("name"),
        description=part.both("description"),
        origin=part.texts("origin"),
        limits=tuple(_limit(item) for item in part.parts("cannot_know")),
        settings=tuple(_setting(item) for item in part.parts("settings")),
        sources=tuple(_source(item) for item in part.parts("sources", required=True)),
        code_tables=tables,
        tables=tuple(_target(item, codes) for item in part.parts("tables", required=True)),
    )


def _limit(part: Part) -> Text:
    part.keys("sv", "en")
    return Text(part.text("sv"), part.text("en"))


def _setting(part: Part) -> Setting:
    part.keys("name", "required", "many", "description")
    return Setting(
        name=part.text("name"),
        required=part.truth("required"),
        many=part.truth("many"),
        description=part.both("description"),
        line=part.line,
    )


def _source(part: Part) -> SourceTable:
    part.keys("name", "files", "encodings", "optional", "columns", "drop", "confirm")
    encodings = part.texts("encodings") or ("utf-8", "windows-1252")
    for word in encodings:
        if word not in ENCODINGS:
            part.unknown(word, ENCODINGS, "encodings", "unknown_word")
    return SourceTable(
        name=part.text("name"),
        files=part.texts("files") or ("*",),
        encodings=encodings,
        optional=part.truth("optional"),
        columns=tuple(_source_column(item) for item in part.parts("columns", required=True)),
        drops=tuple(_drop(item) for item in part.parts("drop")),
        confirm=part.truth("confirm"),
        line=part.line,
    )


def _source_column(part: Part) -> SourceColumn:
    part.keys("name", "aliases", "optional", "pad", "confirm")
    return SourceColumn(
        name=part.text("name"),
        aliases=part.texts("aliases"),
        optional=part.truth("optional"),
        pad=part.width("pad"),
        confirm=part.truth("confirm"),
        line=part.line,
    )


def _drop(part: Part) -> DroppedColumn:
    part.keys("name", "reason")
    return DroppedColumn(part.text("name"), part.both("reason"))


def _code_table(part: Part) -> CodeTable:
    part.keys("name", "description", "codes", "confirm")
    codes, confirm = part.codes("codes"), part.truth("confirm")
    if not codes and not confirm:
        part.log.add(faults.no_codes(part.file, line=part.line_of("codes"), where=part.where))
    return CodeTable(
        name=part.text("name"), description=part.both("description"), codes=codes, confirm=confirm, line=part.line
    )


def _target(part: Part, codes: dict[str, CodeTable]) -> TargetTable:
    part.keys("target", "from", "joins", "leave_out", "expect", "columns")
    return TargetTable(
        target=part.text("target"),
        base=part.text("from"),
        joins=tuple(_join(item) for item in part.parts("joins")),
        filters=tuple(_filter(item, codes) for item in part.parts("leave_out")),
        expectations=tuple(_expectation(item) for item in part.parts("expect")),
        columns=tuple(_column(item, codes) for item in part.parts("columns", required=True)),
        line=part.line,
    )


def _join(part: Part) -> Join:
    part.keys("table", "on", "where", "unmatched", "reason")
    on = part.part("on")
    pairs = tuple((on.ref(key), value) for key, value in _swapped(on).items())
    unmatched = part.word("unmatched", Unmatched, Unmatched.ERROR)
    return Join(
        table=part.text("table"),
        on=pairs,
        where=tuple(sorted(part.codes("where").items())),
        unmatched=unmatched,
        reason=part.both("reason") if unmatched is Unmatched.LEAVE_OUT else None,
        line=part.line,
    )


def _swapped(on: Part) -> dict[str, str]:
    """``on`` is written ``column of the joined table: table.column of the rows so far``."""
    children = on.node.value
    return {key: key for key in children} if isinstance(children, dict) else {}


def _filter(part: Part, codes: dict[str, CodeTable]) -> Filter:
    part.keys("column", "in", "not_in", "filled", "empty", "reason", "confirm")
    found = [test for test in Condition if part.has(test.value)]
    if len(found) != 1:
        key = found[1].value if found else "column"
        part.log.add(
            faults.wrong_form(
                part.file, key, Text("en av in, not_in, filled, empty", "one of in, not_in, filled, empty"),
                line=part.line, where=part.where,
            )
        )  # fmt: skip
    test = found[0] if found else Condition.EMPTY
    values, setting = _filter_values(part, test, codes)
    return Filter(
        columns=part.refs("column") or (part.ref("column"),),
        test=test,
        values=values,
        setting=setting,
        reason=part.both("reason"),
        confirm=part.truth("confirm"),
        line=part.line,
    )


def _filter_values(part: Part, test: Condition, codes: dict[str, CodeTable]) -> tuple[tuple[str, ...], str | None]:
    """A list of codes, the codes of a code table (``{code_table: name}``) or a setting (``{setting: name}``)."""
    if test in (Condition.FILLED, Condition.EMPTY):
        part.truth(test.value)
        return (), None
    node = part.node.value[test.value] if isinstance(part.node.value, dict) else part.node
    if not isinstance(node.value, dict):
        return part.texts(test.value), None
    source = part.part(test.value)
    source.keys("setting", "code_table")
    name = source.optional_text("code_table")
    if name is None:
        return (), source.text("setting")
    if name not in codes:
        source.unknown(name, list(codes), "code_table", "unknown_code_table")
        return (), None
    return tuple(codes[name].codes), None


def _expectation(part: Part) -> Expectation:
    part.keys("code", "text", "texts")
    return Expectation(code=part.ref("code"), text=part.ref("text"), texts=part.codes("texts"), line=part.line)


def _column(part: Part, codes: dict[str, CodeTable]) -> TargetColumn:
    part.keys("to", *_WAYS, *_FROM_KEYS, "confirm")
    found = [key for key in _WAYS if part.has(key)]
    if len(found) != 1:
        part.log.add(faults.two_ways(part.file, found, line=part.line, where=part.where))
    if found != ["from"]:
        part.keys("to", *_WAYS, "confirm")
    confirm = part.truth("confirm")
    way = _MAKERS[found[0]](part, codes) if found else Constant("")
    if isinstance(way, Coded) and not way.codes and not confirm and not isinstance(_codes_word(part), str):
        part.log.add(faults.no_codes(part.file, line=part.line_of("codes"), where=part.where))
    return TargetColumn(to=part.text("to"), way=way, confirm=confirm, line=part.line)


def _codes_word(part: Part) -> object:
    children = part.node.value
    return children["codes"].value if isinstance(children, dict) and "codes" in children else None


def _from(part: Part, codes: dict[str, CodeTable]) -> Way:
    kinds = [key for key in ("codes", "date", "number") if part.has(key)]
    if len(kinds) > 1:
        part.log.add(faults.two_ways(part.file, kinds, line=part.line, where=part.where))
    if part.has("codes"):
        return _coded(part, codes)
    ref = part.ref("from")
    if part.has("date"):
        return Dated(ref, part.word("date", Precision, Precision.DAY))
    if part.has("number"):
        part.truth("number")
        conversion = part.word("convert", Conversion, Conversion.KKR_TO_SEK) if part.has("convert") else None
        return Numbered(ref, conversion, part.codes("marks"))
    return Copied(ref)


def _coded(part: Part, codes: dict[str, CodeTable]) -> Coded:
    refs = part.refs("from") or (Ref("", ""),)
    otherwise = part.optional_text("otherwise") or "error"
    name = _codes_word(part)
    if not isinstance(name, str):
        return Coded(refs, part.codes("codes"), otherwise)
    if name not in codes:
        part.unknown(name, list(codes), "codes", "unknown_code_table")
        return Coded(refs, {}, otherwise)
    return Coded(refs, codes[name].codes, otherwise)


_MAKERS: dict[str, Callable[[Part, dict[str, CodeTable]], Way]] = {
    "value": lambda part, _: Constant(part.text("value")),
    "setting": lambda part, _: FromSetting(part.text("setting")),
    "serial": lambda part, _: Serial(part.ref("serial")),
    "status_of": lambda part, _: StatusOf(part.text("status_of")),
    "from": _from,
}
