"""What a workbook carries beside its cells: comments, names, properties, headers, footers, and copies of cells.

None of it is read as data, but it follows the file wherever the file goes, also into the copy with
marked cells that the check gives back. So it is screened like a sheet that is not read.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from evalkit import screening
from evalkit.errors import Problem
from evalkit.language import Text
from evalkit.screening import Trace
from evalkit.sources import problems
from evalkit.sources.markup import plain_attributes
from evalkit.sources.packages import Package
from evalkit.sources.sheetxml import BookFacts

_COMMENTS = Text("en kommentar", "a comment")
_PRINTED = Text("ett sidhuvud eller en sidfot", "a header or a footer")
_PARTS: tuple[tuple[re.Pattern[str], Text], ...] = (
    (re.compile(r"xl/(?:worksheets/)?(?:threadedComments/.*|comments/?[^/]*)\.xml", re.IGNORECASE), _COMMENTS),
    (re.compile(r"xl/workbook\.xml", re.IGNORECASE), Text("ett definierat namn", "a defined name")),
    (re.compile(r"docProps/[^/]+\.xml", re.IGNORECASE), Text("filens egenskaper", "the properties of the file")),
    (re.compile(r"xl/drawings/[^/]+\.xml", re.IGNORECASE), Text("en textruta", "a text box")),
    # Copies of cells, also of cells that are no longer there or that stand in another workbook.
    (re.compile(r"xl/pivotCache/[^/]+\.xml", re.IGNORECASE), Text("en pivottabells underlag", "a pivot table's data")),
    (re.compile(r"xl/externalLinks/[^/]+\.xml", re.IGNORECASE), Text("en länkad arbetsbok", "a linked workbook")),
    (re.compile(r"xl/charts/[^/]+\.xml", re.IGNORECASE), Text("ett diagram", "a chart")),
)
# The names of sheets are screened where sheets are read.
_OF_SHEETS = re.compile(r"<(?:\w+:)?(TitlesOfParts|sheets)\b.*?</(?:\w+:)?\1>", re.DOTALL)
_BLOCK = re.compile(
    r"</?(?:\w+:)?(?:comment|threadedComment|definedName|txBody|creator|lastModifiedBy|title|subject|keywords|"
    r"description|category|property|Company|Manager|v|t|pt|cell)\b[^>]*>"
)
_TAG = re.compile(r"<[^>]*>")
_NAME = re.compile(r"\b(?:name|v)=\"([^\"]*)\"")


def annotation_problems(package: Package, facts: BookFacts, shown: str) -> Iterator[Problem]:
    """One problem per kind of place and kind of trace; ``shown`` is the file's name as messages may show it.

    Contact details are looked for in comments, headers and footers only: a workbook's properties name its
    author by design.
    """
    found: dict[tuple[Text, Trace], None] = {}
    for member in package.members:
        for form, place in _PARTS:
            if form.fullmatch(member.filename):
                content = plain_attributes(package.read(member)).decode("utf-8", "replace")
                found |= {(place, trace): None for trace in _traces(content, place)}
    printed = (text for sheet in facts.sheets.values() for text in sheet.printed)
    found |= {(_PRINTED, trace): None for text in printed for trace in screening.traces(text)}
    for place, trace in found:
        yield problems.trace_beside_cells(shown, place, trace)


def _traces(content: str, place: Text) -> set[Trace]:
    wanted = frozenset(Trace) if place is _COMMENTS else screening.IDENTITIES
    return {trace for text in _texts(content) for trace in screening.traces(text) if trace in wanted}


def _texts(content: str) -> Iterator[str]:
    """Each comment, name, property or copied cell as one text: a number may be cut by a change of type face."""
    told = _OF_SHEETS.sub("", content)
    yield from (html.unescape(name) for name in _NAME.findall(told))
    yield from (html.unescape(_TAG.sub("", block)) for block in _BLOCK.split(told))
