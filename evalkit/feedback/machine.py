"""Feedback for programs. The shape is documented in ``docs/checking.md`` and only ever grows."""

from __future__ import annotations

import json
from typing import Any

from evalkit import __version__
from evalkit.dataset import SourceFile
from evalkit.errors import Problem
from evalkit.feedback.model import Feedback, FileTally, KindTally
from evalkit.language import Text

FORMAT = "evalkit-check"
FORMAT_VERSION = 1


def to_json(feedback: Feedback) -> str:
    """The feedback as JSON: codes and places for programs, texts in both languages, and no cell's value.

    Examples
    --------
    >>> import json
    >>> from evalkit.feedback import Feedback, to_json
    >>> json.loads(to_json(Feedback((), ())))["ok"]
    True
    """
    content = {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "evalkit": __version__,
        "ok": feedback.is_clean,
        "counts": {
            "files": len(feedback.files),
            "errors": len(feedback.errors),
            "warnings": len(feedback.warnings),
        },
        "files": [_read(item) for item in feedback.read],
        "summary": [_tally(tally) for tally in feedback.tallies],
        "problems": [_problem(problem) for problem in feedback.problems],
    }
    return json.dumps(content, ensure_ascii=False, indent=1)


def _read(item: SourceFile) -> dict[str, Any]:
    return {
        "file": item.name,
        "sheet": item.sheet,
        "table": item.table,
        "rows": item.rows,
        "sha256": item.digest,
        "assumptions": [_text(text) for text in item.assumptions],
    }


def _tally(tally: FileTally) -> dict[str, Any]:
    return {
        "file": tally.name,
        "problems": tally.problems,
        "rows": tally.rows,
        "rows_at_least": tally.at_least,
        "kinds": [_kind(kind) for kind in tally.kinds],
    }


def _kind(kind: KindTally) -> dict[str, Any]:
    return {
        "code": kind.code,
        "problems": kind.problems,
        "rows": kind.rows,
        "rows_at_least": kind.at_least,
        "columns": list(kind.columns),
    }


def _problem(problem: Problem) -> dict[str, Any]:
    place = problem.place
    return {
        "code": problem.code,
        "severity": problem.severity.value,
        "file": place.file,
        "sheet": place.sheet,
        "column": place.column,
        "key": place.key,
        "rows": list(place.rows),
        "row_count": place.row_count or len(place.rows),
        "what": _text(problem.what),
        "accepted": _text(problem.accepted),
        "next": _text(problem.next_step),
    }


def _text(text: Text) -> dict[str, str]:
    return {"sv": text.sv, "en": text.en}
