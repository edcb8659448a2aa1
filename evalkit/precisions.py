"""What a plan can be expected to show: power, smallest change, or months; or the reason why none will do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, overload

from evalkit import columns
from evalkit.row_frames import at_row, in_schema, labels_for, named, printed, with_reasons
from evalkit.statements import Statement

if TYPE_CHECKING:
    import polars as pl

NUMBERS = ("power", "ratio", "half_width", "months")


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Precision:
    """One answer of the planning functions. What was asked with and what was found stand side by side.

    Attributes
    ----------
    power
        The chance that the change is found, counting only findings in the right direction.
    ratio
        The change: events with it over events without it.
    half_width
        The upper limit over the estimate, less 1, where that was asked for instead of a power.
    months
        Whole months from now.
    alpha, alternative
        The level of the test, two-sided unless the alternative is ``greater`` or ``less``.
    dispersion
        φ, the variance over the mean.
    method
        ``wald``, ``planned``, ``exact`` or ``midp``.
    reason
        Why the number asked for does not exist; ``None`` when it does.

    Examples
    --------
    >>> import evalkit as ek
    >>> found = ek.smallest_detectable(events=216, events_ref=216, method="planned")
    >>> round(found.ratio, 2), found.power
    (1.31, 0.8)
    """

    alpha: float
    alternative: str
    method: str
    dispersion: float = 1.0
    power: float | None = None
    ratio: float | None = None
    half_width: float | None = None
    months: int | None = None
    reason: Statement | None = None

    def to_frame(self) -> pl.DataFrame:
        """One row with the columns of ``columns.PRECISIONS``."""
        import polars as pl

        told = {name: getattr(self, name) for name in (*NUMBERS, "dispersion")}
        types = dict.fromkeys(told, pl.Float64) | {"months": pl.Int64, "reason": pl.Int8}
        row = told | {"reason": None if self.reason is None else 0}
        return PrecisionSeries(
            numbers=pl.DataFrame([row], schema=types),
            alpha=self.alpha,
            alternative=self.alternative,
            method=self.method,
            reasons=() if self.reason is None else (self.reason,),
        ).to_frame()

    def __repr__(self) -> str:
        test = f"alpha {self.alpha:g}, {self.alternative}, {self.method}"
        if self.reason is not None:
            return f"Precision: {self.reason} ({test})"
        parts = {name: getattr(self, name) for name in (*NUMBERS, "dispersion")}
        return f"Precision: {', '.join(f'{name} {one:.4g}' for name, one in parts.items() if one is not None)} ({test})"

    def _repr_html_(self) -> str:
        from evalkit.views import frame_view

        return frame_view("Vad som kan väntas", self.to_frame())


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class PrecisionSeries:
    """Many of them, one per row of the columns that went in.

    Attributes
    ----------
    numbers
        ``power``, ``ratio``, ``half_width`` and ``months`` as far as they apply, ``dispersion``, and ``reason``:
        the place in ``reasons``, null where the row has an answer.
    groups
        One row per answer with the columns that name what it is about; ``None`` when nothing was named.
    """

    numbers: pl.DataFrame
    alpha: float
    alternative: str
    method: str
    reasons: tuple[Statement, ...] = ()
    groups: pl.DataFrame | None = None

    def __len__(self) -> int:
        return self.numbers.height

    @overload
    def __getitem__(self, row: int) -> Precision: ...
    @overload
    def __getitem__(self, row: slice) -> PrecisionSeries: ...
    def __getitem__(self, row: int | slice) -> Precision | PrecisionSeries:
        """One row as a value of its own; a slice is a series of those rows.

        Raises
        ------
        IndexError
            When there is no such row.
        """
        if isinstance(row, slice):
            groups = None if self.groups is None else self.groups[row]
            return replace(self, numbers=self.numbers[row], groups=groups)
        values = self.numbers.row(at_row(row, len(self)), named=True)
        place = values.pop("reason")
        reason = None if place is None else self.reasons[place]
        return Precision(alpha=self.alpha, alternative=self.alternative, method=self.method, reason=reason, **values)

    def __iter__(self) -> Iterator[Precision]:
        return (self[row] for row in range(len(self)))

    def to_frame(self) -> pl.DataFrame:
        """One row per answer: the labels, then the columns of ``columns.PRECISIONS``, whatever was asked."""
        import polars as pl

        told = with_reasons(self.numbers, self.reasons).with_columns(
            pl.lit(self.alpha).alias("alpha"),
            pl.lit(self.alternative).alias("alternative"),
            pl.lit(self.method).alias("method"),
        )
        return named(self.groups, in_schema(told, columns.PRECISIONS))

    def labelled(self, labels: pl.DataFrame | pl.Series | Iterable[object]) -> PrecisionSeries:
        """The same with what each row is about before its numbers; see :meth:`evalkit.EstimateSeries.labelled`."""
        return replace(self, groups=labels_for(labels, len(self)))

    def __repr__(self) -> str:
        refused = self.numbers.height - self.numbers["reason"].null_count()
        return (
            f"PrecisionSeries: {len(self)} answers, {refused} refused "
            f"(alpha {self.alpha:g}, {self.alternative}, {self.method})\n"
            f"{printed(self.to_frame(), (*NUMBERS, 'dispersion', 'reason_code'))}"
        )

    def _repr_html_(self) -> str:
        from evalkit.views import frame_view

        return frame_view("Vad som kan väntas", self.to_frame())
