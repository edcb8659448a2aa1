"""The estimated ratios with their uncertainty, on one scale."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from evalkit import style, wording
from evalkit.disclosure import Released
from evalkit.figures.canvas import Figure, drawing, svg
from evalkit.language import Language, Text, in_language
from evalkit.metrics import MetricBook
from evalkit.plan import Plan

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def forest(released: Released, plan: Plan, book: MetricBook, language: Language = Language.SV) -> Figure | None:
    """The estimated ratios with their intervals on one log scale; ``None`` when there is none to draw."""
    readings = [
        wording.Reading.of(estimate, estimand, book)
        for estimand in plan.estimands
        if (estimate := released.estimates.get(estimand.id)).is_estimated and not estimand.design.is_level
    ]
    drawable = [item for item in readings if _is_finite(item)]
    if not drawable:
        return None
    with drawing(1.0 + 0.62 * len(drawable)) as (canvas, axes):
        for row, item in enumerate(reversed(drawable)):
            _forest_row(axes, row, item, language)
        axes.axvline(1, color=style.brand().ink, linewidth=1)
        axes.set_xscale("log")
        axes.set_yticks(
            range(len(drawable)),
            [_forest_label(item, language) for item in reversed(drawable)],
        )
        axes.set_ylim(-0.7, len(drawable) - 0.3)
        axes.grid(visible=False, axis="y")
        axes.grid(visible=True, axis="x", color=style.brand().rule)
        _ratio_ticks(axes, drawable, language)
        axes.set_xlabel(in_language(language, "1 = samma utveckling", "1 = same development"))
        picture = svg(canvas, language, synthetic=released.synthetic)
    head = in_language(
        language,
        "Punktdiagram med osäkerhet för varje jämförelse; 1 betyder samma utveckling.",
        "Dot plot with uncertainty for each comparison; 1 means the same development.",
    )
    falling = wording.falling(drawable, language)
    alt = " ".join([head, *(_told(item, language) for item in drawable), falling]).rstrip()
    return Figure(
        id="fig-jamforelser",
        svg=picture,
        caption=f"{_CAPTION.in_language(language)} {falling}".rstrip(),
        alt=alt,
    )


_FEWEST_TICKS = 3
_CAPTION = Text(
    "Jämförelserna i samma skala. Punkten är det beräknade talet, strecket osäkerheten. "
    "Där strecket korsar 1 kan skillnaden inte skiljas från slumpen.",
    "The comparisons on one scale. The dot is the estimate, the bar its uncertainty. "
    "Where the bar crosses 1 the difference cannot be told from chance.",
)


def _told(item: wording.Reading, language: Language) -> str:
    value, interval = wording.number_with_interval(item, language)
    return f"{item.estimand.id}: {value} ({interval})."


def _is_finite(item: wording.Reading) -> bool:
    low, high = item.estimate.conf_low, item.estimate.conf_high
    return low is not None and high is not None and low > 0 and high < float("inf")


def _forest_row(axes: Axes, row: int, item: wording.Reading, language: Language) -> None:
    estimate = item.estimate
    if estimate.estimate is None or estimate.conf_low is None or estimate.conf_high is None:
        return
    axes.hlines(row, estimate.conf_low, estimate.conf_high, color=style.brand().accent, linewidth=2.2)
    axes.plot([estimate.estimate], [row], marker="o", color=style.brand().accent, markersize=7)
    axes.annotate(
        wording.number_with_interval(item, language)[0],
        (estimate.estimate, row),
        xytext=(0, 7),
        textcoords="offset points",
        ha="center",
        fontsize=9,
    )


def _forest_label(item: wording.Reading, language: Language) -> str:
    short = item.metric.short.in_language(language)
    text = f"{item.estimand.id} {short}: {item.estimand.contrast.in_language(language)}"
    return "\n".join(textwrap.wrap(text, 38))


def _ratio_ticks(axes: Axes, drawable: list[wording.Reading], language: Language) -> None:
    from matplotlib.ticker import FixedLocator, NullLocator

    low = min(item.estimate.conf_low or 1 for item in drawable)
    high = max(item.estimate.conf_high or 1 for item in drawable)
    ends = min(low / 1.15, 0.9), max(high * 1.15, 1.1)
    ticks = [tick for tick in (0.1, 0.2, 0.5, 1, 2, 4, 8, 16, 32) if ends[0] <= tick <= ends[1]]
    if len(ticks) < _FEWEST_TICKS:
        ticks = [tick for tick in (0.6, 0.8, 1, 1.2, 1.5, 2, 3) if ends[0] <= tick <= ends[1]]
    axes.set_xlim(*ends)
    axes.xaxis.set_major_locator(FixedLocator([float(tick) for tick in ticks]))
    axes.xaxis.set_minor_locator(NullLocator())
    _ratio_labels(axes, language)


def _ratio_labels(axes: Axes, language: Language) -> None:
    from matplotlib.ticker import FuncFormatter

    axes.xaxis.set_major_formatter(
        FuncFormatter(lambda value, _: style.number(value, language, decimals=0 if float(value).is_integer() else 1))
    )
