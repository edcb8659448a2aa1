"""The ratio of counted to expected by time since areas joined."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from evalkit import style
from evalkit.disclosure import Released
from evalkit.estimands import Estimand
from evalkit.estimates import Step
from evalkit.figures.canvas import Figure, drawing, svg
from evalkit.language import Language, Text, in_language
from evalkit.plan import Plan
from evalkit.tables.joining import UNITS, interval, since

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_LEAST, _MOST = 0.1, 10.0
_TICKS = (0.1, 0.2, 0.5, 0.7, 1.0, 1.5, 2.0, 4.0, 10.0)
_MOST_LABELS = 13
_WHOLE = 2.0
_CAPTION = Text(
    "Antal efter anslutningen, delat med vad områden som väntade pekade mot. Fyllda punkter är efter anslutningen, "
    "ihåliga före, då kvoten bör ligga nära 1. Strecken visar osäkerheten.",
    "Counts after joining over what areas that waited pointed to. Filled dots are after joining, hollow ones before, "
    "when the ratio should be near 1. The bars show the uncertainty.",
)


def joining(released: Released, plan: Plan, item: Estimand, language: Language = Language.SV) -> Figure | None:
    """Dots with bars on a log scale, before and after joining; ``None`` when there is none to draw."""
    steps = [step for step in released.estimates.get(item.id).steps if step.ratio]
    if not steps:
        return None
    with drawing(3.4) as (canvas, axes):
        for place, step in enumerate(steps):
            _drawn(axes, place, step)
        axes.axhline(1, color=style.brand().ink, linewidth=1)
        _start(axes, steps, language)
        _scaled(axes, steps, plan, language)
        picture = svg(canvas, language, synthetic=released.synthetic)
    return Figure(
        id=f"fig-{item.id}-anslutning",
        svg=picture,
        caption=f"{item.id}. {_CAPTION.in_language(language)}",
        alt=_alt(steps, language, synthetic=released.synthetic),
    )


def _drawn(axes: Axes, place: int, step: Step) -> None:
    colour = style.brand().accent
    if step.conf_low is not None and step.conf_high is not None:
        axes.vlines(place, max(step.conf_low, _LEAST), min(step.conf_high, _MOST), color=colour, linewidth=2.2)
    face = style.brand().paper if step.since < 0 else colour
    axes.plot([place], [_inside(step.ratio or 1.0)], marker="o", color=colour, markerfacecolor=face, markersize=7)


def _inside(ratio: float) -> float:
    return min(max(ratio, _LEAST), _MOST)


def _start(axes: Axes, steps: list[Step], language: Language) -> None:
    before = sum(step.since < 0 for step in steps)
    if not 0 < before < len(steps):
        return
    axes.axvline(before - 0.5, color=style.brand().ink, linewidth=1, linestyle=(0, (4, 3)))
    axes.text(
        before - 0.42,
        0.99,
        in_language(language, "anslöt", "joined"),
        transform=axes.get_xaxis_transform(),
        ha="left",
        va="top",
        fontsize=9,
    )


def _scaled(axes: Axes, steps: list[Step], plan: Plan, language: Language) -> None:
    from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

    ends = [end for step in steps for end in (step.ratio, step.conf_low, step.conf_high) if end and math.isfinite(end)]
    low, high = _inside(min(*ends, 0.8)), _inside(max(*ends, 1.25))
    axes.set_yscale("log")
    axes.set_ylim(low / 1.1, high * 1.1)
    axes.yaxis.set_major_locator(FixedLocator([tick for tick in _TICKS if low / 1.1 <= tick <= high * 1.1]))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_formatter(
        FuncFormatter(lambda value, _: style.number(value, language, decimals=0 if value >= _WHOLE else 1))
    )
    shown = _labelled(steps)
    axes.set_xticks(shown, [since(steps[place], language).replace(" ", "\n") for place in shown])
    axes.set_xticks([place for place in range(len(steps)) if place not in shown], minor=True)
    unit = UNITS[plan.document.frequency].in_language(language)
    axes.set_xlabel(in_language(language, f"{unit} från anslutningen", f"{unit} since joining"))
    axes.set_title(
        in_language(language, "Antal mot väntat (1 = lika)", "Counted to expected (1 = equal)"),
        loc="left",
        fontsize=10.5,
    )


def _labelled(steps: list[Step]) -> list[int]:
    """Every so many steps counted from the first after joining, so that labels never touch."""
    first = next((place for place, step in enumerate(steps) if step.since >= 0), 0)
    stride = max(1, math.ceil(len(steps) / _MOST_LABELS))
    return [place for place in range(len(steps)) if (place - first) % stride == 0]


def _alt(steps: list[Step], language: Language, *, synthetic: bool) -> str:
    head = in_language(
        language,
        "Punktdiagram med osäkerhet efter tid från anslutningen; 1 betyder lika många som väntat.",
        "Dot plot with uncertainty by time since joining; 1 means as many as expected.",
    )
    told = (
        f"{since(step, language)}: {style.number(step.ratio or 0, language, decimals=2)} ({interval(step, language)})."
        for step in steps
    )
    tail = in_language(language, "Uppgifterna är syntetiska.", "The data are synthetic.")
    return " ".join([head, *told, *([tail] if synthetic else [])])
