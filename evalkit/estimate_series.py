"""Many estimates of one kind, one per row of a polars column: an :class:`Estimate` for a whole panel.

The numbers are kept as columns, so that a million intervals cost a million numbers and not a million
objects. A row is an :class:`~evalkit.estimates.Estimate` when it is asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, overload

from evalkit import caveats, columns
from evalkit.estimates import Estimate, Tested, refusal
from evalkit.row_frames import at_row, in_schema, labels_for, named, printed, with_reasons
from evalkit.statements import Statement
from evalkit.vocabulary import EstimateStatus, Scale

if TYPE_CHECKING:
    import polars as pl

_PRINTED = (
    "estimate",
    "conf_low",
    "conf_high",
    "p_value",
    "p_adjusted",
    "test_statistic",
    "test_p_value",
    "events",
    "reason_code",
)
_NUMBERS = (
    "estimate",
    "conf_low",
    "conf_high",
    "p_value",
    "std_error",
    "dispersion",
    "df",
    "events",
    "exposure",
    "n_units",
    "p_adjusted",
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class EstimateSeries:
    """Estimates on one scale by one method, in the order of the rows that went in.

    Attributes
    ----------
    numbers
        A frame with one row per estimate: ``estimate``, ``conf_low``, ``conf_high``, and where the method has
        them ``p_value``, ``p_adjusted``, ``std_error``, ``dispersion``, ``df``, ``events``, ``exposure``, ``n_units``,
        ``strata`` and ``strata_left_out``, ``rows`` and ``rows_left_out``; ``reason`` is the place in ``reasons`` of
        why a row has no number, null where it has one.
    scale, method, conf_level, null
        The same for every row.
    reasons
        The distinct reasons for refusal.
    groups
        One row per estimate with the columns that name what it is about; ``None`` when nothing was named.
    assumptions
        What a reader must know beside every number.
    multiplicity
        How ``p_adjusted`` was made, where it was.
    test
        The name of a test beside the estimates, whose ``test_statistic``, ``test_df`` and ``test_p_value`` stand in
        ``numbers``, null where there is none.

    Examples
    --------
    >>> import polars as pl
    >>> import evalkit as ek
    >>> found = ek.rate(pl.Series([10, 0]), pl.Series([100.0, 50.0]))
    >>> len(found), round(found[0].conf_high, 4), found[1].estimate
    (2, 0.1841, 0.0)
    >>> found.to_frame().columns[:3]
    ['estimate', 'conf_low', 'conf_high']
    """

    scale: Scale
    numbers: pl.DataFrame
    method: str
    conf_level: float
    null: float | None = None
    reasons: tuple[Statement, ...] = ()
    groups: pl.DataFrame | None = None
    test: str | None = None
    assumptions: tuple[Statement, ...] = ()
    multiplicity: str | None = None

    def __len__(self) -> int:
        return self.numbers.height

    @overload
    def __getitem__(self, row: int) -> Estimate: ...
    @overload
    def __getitem__(self, row: slice) -> EstimateSeries: ...
    def __getitem__(self, row: int | slice) -> Estimate | EstimateSeries:
        """The estimate of one row; a negative number counts from the end; a slice is a series of those rows.

        Raises
        ------
        IndexError
            When there is no such row.
        """
        if isinstance(row, slice):
            groups = None if self.groups is None else self.groups[row]
            return replace(self, numbers=self.numbers[row], groups=groups)
        return self._estimate(self.numbers.row(at_row(row, len(self)), named=True))

    def __iter__(self) -> Iterator[Estimate]:
        return (self._estimate(values) for values in self.numbers.iter_rows(named=True))

    def to_frame(self) -> pl.DataFrame:
        """One row per estimate: the labels, then the columns of ``columns.SERIES`` whatever the method.

        It has the height and the order of the columns that went in, so that ``pl.concat(..., how="horizontal")``
        puts the estimates beside the data; and frames of different methods stack with ``pl.concat``.
        """
        import polars as pl

        there = pl.col("status") == EstimateStatus.ESTIMATED.value
        own = [pl.col("method")] if "method" in self.numbers.columns else []
        has = {name: pl.col(name).is_not_null() for name in ("p_adjusted", "test_p_value") if name in self.numbers}
        told = with_reasons(self.numbers, self.reasons).with_columns(
            pl.lit(self.scale.value).alias("scale"),
            pl.lit(self.conf_level).alias("conf_level"),
            pl.when(there).then(pl.lit(self.null, pl.Float64)).alias("null"),
            pl.when(there).then(pl.coalesce(*own, pl.lit(str(self.method)))).alias("method"),
            pl.when(has.get("p_adjusted", False)).then(pl.lit(self.multiplicity, pl.String)).alias("multiplicity"),
            pl.when(has.get("test_p_value", False)).then(pl.lit(self.test, pl.String)).alias("test"),
        )
        return named(self.groups, in_schema(told, columns.SERIES))

    def labelled(self, labels: pl.DataFrame | pl.Series | Iterable[object]) -> EstimateSeries:
        """The same estimates with what each row is about, such as the unit, before its numbers.

        Raises
        ------
        EstimationError
            When there is not one label for each row.

        Examples
        --------
        >>> import polars as pl
        >>> import evalkit as ek
        >>> frame = pl.DataFrame({"unit": ["0127", "0180"], "found": [10, 3], "visits": [100, 20]})
        >>> found = ek.rate(frame["found"], frame["visits"]).labelled(frame["unit"])
        >>> found.to_frame().select("unit", "estimate").rows()
        [('0127', 0.1), ('0180', 0.15)]
        """
        return replace(self, groups=labels_for(labels, len(self)))

    def _estimate(self, values: dict[str, Any]) -> Estimate:
        if values["reason"] is not None:
            return refusal(self.scale, self.reasons[values["reason"]], conf_level=self.conf_level)
        return Estimate(
            scale=self.scale,
            status=EstimateStatus.ESTIMATED,
            conf_level=self.conf_level,
            null=self.null,
            method=self.method if values.get("method") is None else values["method"],
            assumptions=(*self.assumptions, *_left_out(values)),
            tests=self._tests(values),
            multiplicity=None if values.get("p_adjusted") is None else self.multiplicity,
            **{name: values[name] for name in _NUMBERS if name in values},
        )

    def _tests(self, values: dict[str, Any]) -> tuple[Tested, ...]:
        if self.test is None or values["test_p_value"] is None:
            return ()
        return (Tested(self.test, values["test_statistic"], values["test_p_value"], values.get("test_df")),)

    def __repr__(self) -> str:
        refused = self.numbers.height - self.numbers["reason"].null_count()
        limits = "" if self.scale is Scale.PROBABILITY else f"{self.conf_level * 100:.14g}% CI, "
        beside = "" if self.test is None else f"; test: {self.test}"
        return (
            f"EstimateSeries: {len(self)} {self.scale.value}, {refused} refused "
            f"({limits}{self.method}{beside})\n{printed(self.to_frame(), _PRINTED)}"
        )

    def _repr_html_(self) -> str:
        from evalkit.views import estimate_series_view

        return estimate_series_view(self)


def _left_out(values: dict[str, Any]) -> tuple[Statement, ...]:
    if values.get("strata_left_out"):
        return (caveats.strata_left_out(values["strata_left_out"], values["strata"]),)
    if values.get("rows_left_out"):
        return (caveats.rows_without_events_left_out(values["rows_left_out"], values["rows"]),)
    return ()
