"""What came of comparing areas that join at different times, as one value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from evalkit.comparisons.event_coefficients import EventCoefficients
from evalkit.estimate_series import EstimateSeries
from evalkit.estimates import Estimate, Tested

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class GroupTimeEffects:
    """Effects of joining, for each group that joined together and each period, and their averages.

    Attributes
    ----------
    cells
        One estimate for each group and period; ``groups`` of the series has ``joined``, ``period``, ``base`` (the
        period compared with), ``since`` (periods since joining, negative before) and ``units`` that joined.
    overall
        The average over periods since joining of each group, averaged over groups by their units.
    by_time_since
        Averages by periods since joining; those before joining should be no effect, and are none by definition at the
        base.
    by_group, by_period
        Averages by group and by calendar period, after joining.
    bands
        The limits of ``by_time_since`` that hold for all of its rows at once: ``since``, ``conf_low``, ``conf_high``;
        ``None`` when the dates were exchanged, where only single limits are made.
    pre_test
        Whether groups differed before joining; ``None`` when there is no period to tell. A large p-value does not
        show that they developed alike.
    event
        ``by_time_since`` with its covariance, for :func:`honest_bounds`; only with a universal base, no anticipation
        and errors.
    """

    cells: EstimateSeries | None
    overall: Estimate
    by_time_since: EstimateSeries | None
    by_group: EstimateSeries | None
    by_period: EstimateSeries | None
    bands: pl.DataFrame | None
    pre_test: Tested | None
    event: EventCoefficients | None = None

    def __repr__(self) -> str:
        return f"GroupTimeEffects: {self.overall!r}\n{self.by_time_since!r}"

    def _repr_html_(self) -> str:
        return self.overall._repr_html_() + ("" if self.by_time_since is None else self.by_time_since._repr_html_())


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class ExtendedEffects:
    """Factors of joining, by extended two-way fixed effects for counts.

    Attributes
    ----------
    cells
        One ratio for each group and period since joining; with leads also before, except the last period before.
        ``groups`` of the series has ``joined``, ``period``, ``since`` and ``units``. ``None`` when all is refused.
    overall
        The geometric mean of the cells after joining, weighed by the units behind each.
    by_time_since
        The same by periods since joining.
    pre_test
        Whether the cells before joining are all 1; ``None`` without leads. A large p-value shows nothing.
    event
        ``by_time_since`` with its covariance, for :func:`honest_bounds`; only with leads.
    """

    cells: EstimateSeries | None
    overall: Estimate
    by_time_since: EstimateSeries | None
    pre_test: Tested | None
    event: EventCoefficients | None = None

    def __repr__(self) -> str:
        return f"ExtendedEffects: {self.overall!r}\n{self.by_time_since!r}"

    def _repr_html_(self) -> str:
        return self.overall._repr_html_() + ("" if self.by_time_since is None else self.by_time_since._repr_html_())
