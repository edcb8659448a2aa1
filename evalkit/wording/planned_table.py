"""The standard table of a plan as plain text: events a year down, what can be found across."""

from __future__ import annotations

from collections.abc import Sequence

from evalkit import style
from evalkit.language import Language, Text, in_language
from evalkit.outlooks import MONTHS_A_YEAR, RATIOS, Outlook
from evalkit.precisions import Precision

METHODS = {True: Text("exakt", "exact"), False: Text("ungefär", "approximate")}
"""How the answer was worked out, by whether every outcome was added up too."""
_WHOLE = 100
_HEADS = (
    (Text("Händelser", "Events"), Text("per år", "a year")),
    (Text("Ojämn-", "Uneven-"), Text("het", "ness")),
    (Text("Minsta", "Smallest"), Text("ökning", "increase")),
    (Text("Minsta", "Smallest"), Text("minskning", "decrease")),
)
_MONTHS = Text("Månader för", "Months for")
_HOW = Text("Räknat", "Worked out")


def table(outlooks: Sequence[Outlook], language: Language = Language.SV) -> str:
    """A line for each number of events and unevenness, less than 80 signs wide; a blank line between numbers."""
    rows = [_row(outlook, language) for outlook in outlooks]
    heads = _heads(language)
    widths = [max(len(line[place]) for line in (*heads, *rows)) for place in range(len(heads[0]))]
    lines = [_line(head, widths) for head in heads]
    last = None
    for outlook, row in zip(outlooks, rows, strict=True):
        if last is not None and outlook.monthly != last:
            lines.append("")
        lines.append(_line(["", *row[1:]] if outlook.monthly == last else row, widths))
        last = outlook.monthly
    return "\n".join(lines)


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    """Numbers to the right, the words of the last column to the left."""
    *numbers, word = cells
    aligned = [cell.rjust(width) for cell, width in zip(numbers, widths, strict=False)]
    return "  ".join(("", *aligned, word)).rstrip()


def _heads(language: Language) -> list[list[str]]:
    upper, lower = ([pair[place].in_language(language) for pair in _HEADS] for place in (0, 1))
    wanted = [_percent(ratio, language) for ratio in RATIOS]
    more = in_language(language, "fler", "more")
    upper += [_MONTHS.in_language(language)] * len(wanted) + [""]
    lower += [f"{percent} {more}" for percent in wanted] + [_HOW.in_language(language)]
    return [upper, lower]


def _row(outlook: Outlook, language: Language) -> list[str]:
    yearly = style.number(outlook.monthly * MONTHS_A_YEAR, language)
    changes = [_change(found, language) for found in (outlook.increase, outlook.decrease)]
    months = [
        style.MISSING_MARK if one.months is None else style.number(one.months, language) for one in outlook.months
    ]
    how = METHODS[outlook.is_enumerated].in_language(language)
    return [yearly, _plain(outlook.dispersion, language), *changes, *months, how]


def _change(found: Precision, language: Language) -> str:
    return style.MISSING_MARK if found.ratio is None else _percent(found.ratio, language)


def _percent(ratio: float, language: Language) -> str:
    percent = style.number(abs(ratio - 1) * _WHOLE, language)
    return in_language(language, f"{percent}{style.NO_BREAK}%", f"{percent}%")


def _plain(number: float, language: Language) -> str:
    return style.number(number, language) if number == round(number) else style.significant(number, language)
