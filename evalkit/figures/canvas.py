"""The sheet that every figure is drawn on: one style, one way to SVG, the same bytes every time."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from evalkit import style
from evalkit.language import Language, in_language

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Canvas

WIDTH = 7.2


@dataclass(frozen=True, slots=True)
class Figure:
    """A finished figure. ``svg`` has the same bytes for the same input."""

    id: str
    svg: bytes
    caption: str
    alt: str

    def _repr_html_(self) -> str:
        return self.svg[self.svg.index(b"<svg") :].decode()


@contextmanager
def drawing(height: float) -> Iterator[tuple[Canvas, Axes]]:
    """A sheet of the common width, with the style in force while it is drawn on."""
    import matplotlib as mpl
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure as MplFigure

    colours = style.brand()
    settings: dict[Any, Any] = {
        "svg.hashsalt": "evalkit",
        "svg.fonttype": "path",
        "font.family": "DejaVu Sans",
        "font.size": 10,
        "text.color": colours.ink,
        "axes.labelcolor": colours.ink,
        "axes.edgecolor": colours.muted,
        "xtick.color": colours.ink,
        "ytick.color": colours.ink,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.grid": True,
        "axes.grid.axis": "y",
        "grid.color": colours.rule,
        "grid.linewidth": 0.6,
        "axes.axisbelow": True,
        "figure.facecolor": colours.paper,
        "axes.facecolor": colours.paper,
        "hatch.linewidth": 0.5,
    }
    with mpl.rc_context(settings):
        canvas = MplFigure(figsize=(WIDTH, height), layout="constrained")
        FigureCanvasSVG(canvas)
        yield canvas, canvas.add_subplot()


def svg(canvas: Canvas, language: Language, *, synthetic: bool) -> bytes:
    """The sheet as SVG; synthetic data are marked across it."""
    if synthetic:
        canvas.text(
            0.5,
            0.5,
            in_language(language, "SYNTETISKA DATA", "SYNTHETIC DATA"),
            ha="center",
            va="center",
            fontsize=26,
            color=style.brand().muted,
            alpha=0.16,
            rotation=20,
            zorder=0,
        )
    buffer = io.BytesIO()
    canvas.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    return buffer.getvalue()
