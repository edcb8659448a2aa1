"""The E-value of an estimate, or of each row of a series."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, overload

from evalkit.comparisons.margin_arguments import note_no_estimate
from evalkit.estimate_series import EstimateSeries
from evalkit.estimates import Estimate
from evalkit.inference import e_value as kernel
from evalkit.inference.arguments import Arguments
from evalkit.language import Text
from evalkit.row_frames import at_row, named, printed, with_reasons
from evalkit.statements import Statement
from evalkit.vocabulary import Scale

if TYPE_CHECKING:
    import polars as pl

_RATIOS = (Scale.RATE_RATIO, Scale.RATIO_OF_RATE_RATIOS, Scale.PROPORTION_RATIO)
_COLUMNS = ("estimate", "limit", "status", "reason_code", "reason_sv", "reason_en")


@dataclass(frozen=True, slots=True, repr=False)
class EValue:
    """The E-value of an estimate and of the limit of its interval that is nearer to 1; both at least 1."""

    estimate: float
    limit: float

    def to_frame(self) -> pl.DataFrame:
        """One row: ``estimate`` and ``limit``."""
        import polars as pl

        return pl.DataFrame({"estimate": [self.estimate], "limit": [self.limit]})

    def __repr__(self) -> str:
        return f"E-value {self.estimate:.4g}, of the limit nearer to 1: {self.limit:.4g}"

    def _repr_html_(self) -> str:
        from evalkit.views import frame_view

        return frame_view("E-värde", self.to_frame())


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class EValueSeries:
    """The E-values of a series of ratios, one row each.

    Attributes
    ----------
    numbers
        ``estimate`` and ``limit``, null where the ratio was refused, and ``reason``: the place in ``reasons``.
    reasons
        Why rows have none.
    groups
        What each row is about, as in the series; ``None`` when nothing was named.
    """

    numbers: pl.DataFrame
    reasons: tuple[Statement, ...] = ()
    groups: pl.DataFrame | None = None

    def __len__(self) -> int:
        return self.numbers.height

    def __getitem__(self, row: int) -> EValue | Statement:
        """The E-value of one row, or why it has none.

        Raises
        ------
        IndexError
            When there is no such row.
        """
        estimate, limit, reason = self.numbers.row(at_row(row, len(self)))
        return EValue(estimate, limit) if reason is None else self.reasons[reason]

    def __iter__(self) -> Iterator[EValue | Statement]:
        return (self[row] for row in range(len(self)))

    def to_frame(self) -> pl.DataFrame:
        """One row per ratio: the labels, ``estimate``, ``limit``, ``status`` and the reason."""
        return named(self.groups, with_reasons(self.numbers, self.reasons).select(_COLUMNS))

    def __repr__(self) -> str:
        return f"EValueSeries: {len(self)} ratios\n{printed(self.to_frame(), ('estimate', 'limit', 'reason_code'))}"

    def _repr_html_(self) -> str:
        from evalkit.views import frame_view

        return frame_view("E-värden", self.to_frame())


@overload
def e_value(estimate: Estimate) -> EValue: ...
@overload
def e_value(estimate: EstimateSeries) -> EValueSeries: ...
def e_value(estimate: Estimate | EstimateSeries) -> EValue | EValueSeries:
    """How strong a cause that was not measured would have to be to explain a ratio away.

    Parameters
    ----------
    estimate
        A rate ratio, a ratio of two rate ratios or a ratio of proportions, with a number; or a series of them.

    Returns
    -------
    EValue or EValueSeries
        For the estimate and for the limit of its interval nearer to 1, as ratios from 1. The E-value of the limit is 1
        when the interval holds 1: nothing hidden is needed to explain it. A row of a series that was refused has its
        reason in place of numbers.

    Raises
    ------
    EstimationError
        When the estimate is on another scale, or a single one was refused.

    Source: VanderWeele and Ding 2017, Annals of Internal Medicine 167:268-274. For a ratio of proportions it is exact,
    for rates of rare events close.

    Examples
    --------
    >>> import evalkit as ek
    >>> found = ek.e_value(ek.rate_ratio(60, 100, 20, 100))
    >>> round(found.estimate, 2), round(found.limit, 2)
    (5.45, 3.04)
    >>> ek.e_value(ek.rate_ratio([60, 20], 100, [20, 20], 100)).to_frame()["limit"].round(2).to_list()
    [3.04, 1.0]
    """
    given = Arguments("e_value()")
    if note_no_estimate(given, estimate, Estimate, EstimateSeries):
        given.done()
    if estimate.scale not in _RATIOS or (isinstance(estimate, Estimate) and not estimate.is_estimated):
        _note_no_ratio(given)
    given.done()
    if isinstance(estimate, EstimateSeries):
        return _of_series(estimate)
    ratio, low, high = estimate.estimate, estimate.conf_low, estimate.conf_high
    if ratio is None or low is None or high is None:
        raise TypeError("a ratio that is estimated has its limits")
    return EValue(*kernel.e_value(ratio, low, high))


def _of_series(series: EstimateSeries) -> EValueSeries:
    import polars as pl

    columns = series.numbers.select(
        pl.col("estimate", "conf_low", "conf_high").cast(pl.Float64).fill_null(float("nan"))
    )
    found = dict(zip(("estimate", "limit"), kernel.e_values(*(one.to_numpy() for one in columns)), strict=True))
    numbers = pl.DataFrame(found).fill_nan(None).with_columns(series.numbers["reason"])
    return EValueSeries(numbers, series.reasons, series.groups)


def _note_no_ratio(given: Arguments) -> None:
    given.note(
        "not_a_ratio",
        "estimate",
        what=Text("Skattningen är ingen kvot med ett tal.", "The estimate is not a ratio with a number."),
        accepted=Text("en kvot mellan nivåer eller andelar", "a ratio of rates or of proportions"),
        next_step=Text("Ange svaret från till exempel rate_ratio().", "Give what for example rate_ratio() answered."),
    )
