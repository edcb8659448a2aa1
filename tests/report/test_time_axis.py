"""Labels of an axis of periods: never more than there is room for, and none over another in a real figure."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from evalkit.estimates import Step
from evalkit.figures.canvas import WIDTH
from evalkit.figures.joining import _labelled
from evalkit.figures.time_axis import MOST_LABELS, MOST_YEARS, label, labelled
from evalkit.language import Language
from evalkit.vocabulary import Frequency


def starts(number: int, frequency: Frequency, first_month: int = 1) -> list[date]:
    months = [frequency.months * place + first_month - 1 for place in range(number)]
    return [date(2020 + month // 12, month % 12 + 1, 1) for month in months]


@pytest.mark.parametrize("frequency", list(Frequency))
@pytest.mark.parametrize("number", [1, 2, 6, 9, 10, 13, 26, 60, 120, 240])
def test_labels_have_room_and_lie_evenly(number: int, frequency: Frequency) -> None:
    places = labelled(starts(number, frequency))
    assert 1 <= len(places) <= (MOST_YEARS if frequency is Frequency.YEAR else MOST_LABELS)
    assert len({late - early for early, late in pairwise(places)}) <= 1


def test_quarters_of_many_years_are_labelled_where_a_year_begins() -> None:
    quarters = starts(26, Frequency.QUARTER, first_month=4)
    assert [quarters[place].isoformat()[:7] for place in labelled(quarters)] == [
        f"{year}-01" for year in range(2021, 2027)
    ]
    assert label(quarters[3], Frequency.QUARTER, Language.SV) == "kvartal 1\n2021"
    assert label(quarters[3], Frequency.YEAR, Language.SV) == "2021"


@pytest.mark.parametrize(
    ("number", "frequency"),
    [(26, Frequency.QUARTER), (7, Frequency.MONTH), (9, Frequency.MONTH), (13, Frequency.YEAR), (78, Frequency.MONTH)],
)
def test_drawn_labels_do_not_touch(number: int, frequency: Frequency) -> None:
    canvas = Figure(figsize=(WIDTH, 3.7), layout="constrained")
    FigureCanvasSVG(canvas)
    axes = canvas.add_subplot()
    periods = starts(number, frequency, first_month=1 if frequency is Frequency.YEAR else 7)
    places = labelled(periods)
    axes.set_xlim(-0.5, max(number + 1.0, 1.3 * (number - 1)))
    axes.set_xticks(places, [label(periods[place], frequency, Language.SV) for place in places])
    canvas.draw_without_rendering()
    boxes = sorted((text.get_window_extent() for text in axes.get_xticklabels()), key=lambda box: box.x0)
    assert all(early.x1 < late.x0 for early, late in pairwise(boxes))


def test_steps_are_labelled_from_the_first_after_joining() -> None:
    steps = [Step(since=since, last=since, counted=5, expected=5.0) for since in range(-12, 13)]
    shown = [steps[place].since for place in _labelled(steps)]
    assert shown == list(range(-12, 13, 2))
