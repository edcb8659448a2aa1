"""What synthetic comparisons come to: the estimate, and the tables that show how it came about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from evalkit.estimates import Estimate

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class SyntheticControl:
    """A treated unit against its synthetic control. When the effect is refused for its data, the tables are empty.

    Attributes
    ----------
    effect
        Mean gap from the start on; p and interval from the placebos.
    gaps
        One row per period: ``period``, ``outcome``, ``synthetic``, ``gap``, ``after``.
    weights
        One row per donor: ``unit``, ``weight``, the largest first.
    placebos
        One row per unit: ``unit``, ``treated``, ``effect``, ``mspe_before``, ``mspe_expected`` (in periods before that
        the weights were not fitted to), ``mspe_after``, ``ratio`` (after to before), ``scaled_effect`` (over the root
        of the one expected).
    leave_one_out
        One row per donor with a weight: ``unit``, and the ``effect`` without it.
    in_time
        The same estimate as if the start had come earlier, with nothing after the true start used; refused when too
        few periods are left before.
    share_inside
        Share of the periods before in which the unit lay between the donors' extremes.
    """

    effect: Estimate
    gaps: pl.DataFrame
    weights: pl.DataFrame
    placebos: pl.DataFrame
    leave_one_out: pl.DataFrame
    in_time: Estimate
    share_inside: float | None

    def __repr__(self) -> str:
        return f"SyntheticControl: {self.effect!r}"

    def _repr_html_(self) -> str:
        from evalkit.views import estimates_view, frame_view

        return estimates_view((self.effect,)) + frame_view("Vikter", self.weights)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class SyntheticDid:
    """Synthetic difference in differences. When the effect is refused for its data, the tables are empty.

    Attributes
    ----------
    effect
        Mean effect on the treated from the start on.
    weights, time_weights
        One row per donor (``unit``, ``weight``) and per period before (``period``, ``weight``).
    placebos
        One row per donor: ``unit``, its ``effect`` and ``expected_error``; empty under the jackknife.
    """

    effect: Estimate
    weights: pl.DataFrame
    time_weights: pl.DataFrame
    placebos: pl.DataFrame

    def __repr__(self) -> str:
        return f"SyntheticDid: {self.effect!r}"

    def _repr_html_(self) -> str:
        from evalkit.views import estimates_view, frame_view

        return estimates_view((self.effect,)) + frame_view("Vikter", self.weights)
