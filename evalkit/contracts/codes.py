"""What the contracts need to know of the code books."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Protocol

import polars as pl

from evalkit.vocabulary import AuthorityLevel, DateBasis, MetricFamily


class MetricCode(Protocol):
    """The part of a code book's metric that rows are checked against."""

    @property
    def code(self) -> str:
        """The code that rows use."""
        ...

    @property
    def category_codes(self) -> tuple[str, ...]:
        """The categories that rows may name."""
        ...

    @property
    def date_bases(self) -> tuple[DateBasis, ...]:
        """The dates that events may be counted by."""
        ...

    @property
    def valid_from(self) -> date | None:
        """The first day on which the event could occur."""
        ...

    @property
    def valid_to(self) -> date | None:
        """The last day on which the event could occur."""
        ...

    @property
    def family(self) -> MetricFamily:
        """The chapter of the code book."""
        ...

    @property
    def measure(self) -> str:
        """What sort of number it is; only counts and amounts can be summed."""
        ...

    @property
    def categories_overlap(self) -> bool:
        """Whether one event may be in several categories."""
        ...

    @property
    def counts_only(self) -> bool:
        """Whether no table of events may name it."""
        ...

    @property
    def default_exposure(self) -> str:
        """What it is divided by when nothing else is said."""
        ...


class AuthorityCode(Protocol):
    """The part of a code book's authority that rows are checked against."""

    @property
    def code(self) -> str:
        """The code that rows use."""
        ...

    @property
    def level(self) -> AuthorityLevel:
        """Whom the body belongs to."""
        ...


class Codes(Protocol):
    """A code book; :class:`evalkit.metrics.MetricBook` is one."""

    @property
    def metric_codes(self) -> Sequence[str]:
        """Every metric code."""
        ...

    @property
    def exposure_codes(self) -> Sequence[str]:
        """Every exposure code."""
        ...

    @property
    def authority_codes(self) -> Sequence[str]:
        """Every code of a department or authority."""
        ...

    def metric(self, code: str) -> MetricCode | None:
        """The metric with this code, or ``None``."""
        ...

    def authority(self, code: str) -> AuthorityCode | None:
        """The department or authority with this code, or ``None``."""
        ...


_OF_PERSONS = (MetricFamily.VICTIM, MetricFamily.SUPPORT)


def metric_frame(codes: Codes) -> pl.DataFrame:
    """One row per metric: ``metric``, ``valid_from``, ``valid_to`` and the lists of what it allows."""
    found = [metric for code in codes.metric_codes if (metric := codes.metric(code)) is not None]
    return pl.DataFrame(
        {
            "metric": [metric.code for metric in found],
            "allowed_categories": [list(metric.category_codes) for metric in found],
            "allowed_bases": [[basis.value for basis in metric.date_bases] for metric in found],
            "metric_from": [metric.valid_from for metric in found],
            "metric_to": [metric.valid_to for metric in found],
            "measure": [str(metric.measure) for metric in found],
            "categories_overlap": [metric.categories_overlap for metric in found],
            "default_exposure": [metric.default_exposure for metric in found],
            "of_persons": [metric.family in _OF_PERSONS for metric in found],
        },
        schema={
            "metric": pl.String,
            "allowed_categories": pl.List(pl.String),
            "allowed_bases": pl.List(pl.String),
            "metric_from": pl.Date,
            "metric_to": pl.Date,
            "measure": pl.String,
            "categories_overlap": pl.Boolean,
            "default_exposure": pl.String,
            "of_persons": pl.Boolean,
        },
    )
