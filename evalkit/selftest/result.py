"""What a self-test came to."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from evalkit import columns
from evalkit.statements import Statement
from evalkit.vocabulary import DesignId

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One estimand under one known effect.

    Attributes
    ----------
    factor
        What the group's counts after were multiplied by; 1 is no effect.
    draws, estimated
        How many worlds were drawn, and in how many the design gave a number rather than a refusal.
    median
        Of the estimates.
    coverage, excludes_one
        In what share of those with a number the interval held ``factor``, and did not hold 1. With ``factor`` 1 the
        latter is the share of false alarms, else the power.
    """

    estimand_id: str
    design: DesignId
    factor: float
    draws: int
    estimated: int
    median: float | None
    coverage: float | None
    excludes_one: float | None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class SelfTest:
    """Every comparison of a plan, tried or not.

    Attributes
    ----------
    trials
        One for each estimand and effect, in the order of the plan.
    not_tried
        The estimands that could not be, with why.
    seed
        Gives the same worlds again.
    """

    trials: tuple[Trial, ...]
    not_tried: tuple[tuple[str, Statement], ...]
    conf_level: float
    seed: int
    synthetic: bool

    def of(self, estimand_ids: Collection[str]) -> SelfTest:
        """The part that is about these estimands: what a report may show is about numbers that it shows."""
        return replace(
            self,
            trials=tuple(one for one in self.trials if one.estimand_id in estimand_ids),
            not_tried=tuple((id_, reason) for id_, reason in self.not_tried if id_ in estimand_ids),
        )

    def to_frame(self) -> pl.DataFrame:
        """One row per trial with the columns of ``columns.SELF_TEST``."""
        import polars as pl

        rows = [
            (
                one.estimand_id,
                one.design.value,
                one.factor,
                one.draws,
                one.estimated,
                one.median,
                one.coverage,
                one.excludes_one,
            )
            for one in self.trials
        ]
        return pl.DataFrame(rows, schema=columns.SELF_TEST, orient="row")

    def __repr__(self) -> str:
        tried = len({one.estimand_id for one in self.trials})
        mark = " — SYNTHETIC" if self.synthetic else ""
        return f"SelfTest: {tried} comparisons tried, {len(self.not_tried)} not, seed {self.seed}{mark}"

    def _repr_html_(self) -> str:
        from evalkit.views import frame_view

        return frame_view("Självtest", self.to_frame())
