"""Figures of released values: direct labels, uncertainty always drawn, missing drawn as missing.

Each function returns a :class:`Figure`: the SVG, a caption, and an alt text that tells type, data and
message, made from the same numbers. Only :class:`~evalkit.disclosure.Released` values are accepted.
"""

from __future__ import annotations

import polars as pl

from evalkit.disclosure import Released
from evalkit.figures.canvas import Figure
from evalkit.figures.coverage import coverage
from evalkit.figures.forest import forest
from evalkit.figures.joining import joining
from evalkit.figures.series import series
from evalkit.language import Language
from evalkit.metrics import MetricBook
from evalkit.plan import Plan

__all__ = ["Figure", "all_figures", "coverage", "forest", "joining", "series"]


def all_figures(
    released: Released, plan: Plan, book: MetricBook, language: Language = Language.SV
) -> tuple[Figure, ...]:
    """Every figure of the effect evaluation: coverage, one per series with a number, time since joining, the forest."""
    with_numbers = set(released.series.filter(pl.col("rate").is_not_null())["series"])
    made = [
        coverage(released, plan, book, language),
        *(series(released, plan, item, book, language) for item in plan.series if item.key in with_numbers),
        *(joining(released, plan, item, language) for item in plan.estimands),
        forest(released, plan, book, language),
    ]
    return tuple(figure for figure in made if figure is not None)
