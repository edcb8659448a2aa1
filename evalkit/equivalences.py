"""Whether two sides are alike within a margin said beforehand: four answers, never "no effect"."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING, overload

from evalkit import columns
from evalkit.estimands import Margin
from evalkit.language import Text
from evalkit.row_frames import at_row, in_schema, labels_for, named, printed, with_reasons
from evalkit.statements import Statement
from evalkit.vocabulary import GoodDirection, Scale

if TYPE_CHECKING:
    import polars as pl


NUMBERS = ("estimate", "conf_low", "conf_high", "tost_low", "tost_high", "p_above_low", "p_below_high")


class EquivalenceVerdict(Enum):
    """The four answers of domain brief 5.4. ``text`` has each in a few words."""

    DIFFERENT = ("different", Text("skillnad visad", "a difference is shown"))
    EQUIVALENT = ("equivalent", Text("likvärdiga inom marginalen", "equivalent within the margin"))
    SMALL_DIFFERENCE = (
        "small_difference",
        Text("skillnad visad men mindre än marginalen", "a difference is shown, but smaller than the margin"),
    )
    UNDETERMINED = ("undetermined", Text("går inte att avgöra", "cannot be determined"))

    def __init__(self, code: str, text: Text) -> None:
        self.code = code
        self.text = text

    @classmethod
    def of(cls, *, differs: bool, is_within: bool) -> EquivalenceVerdict:
        """The answer from the two findings.

        Examples
        --------
        >>> from evalkit.equivalences import EquivalenceVerdict
        >>> EquivalenceVerdict.of(differs=False, is_within=False).text.sv
        'går inte att avgöra'
        """
        if is_within:
            return cls.SMALL_DIFFERENCE if differs else cls.EQUIVALENT
        return cls.DIFFERENT if differs else cls.UNDETERMINED


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Equivalence:
    """One comparison held against its margin, or why it cannot be.

    Attributes
    ----------
    estimate, conf_low, conf_high, conf_level
        The comparison with the interval that decides whether a difference is shown (level 1-α).
    tost_low, tost_high, tost_level
        The interval that has to lie inside the margin: two one-sided tests at α make an interval of level 1-2α.
        Where only the first interval was at hand it stands here too, and the tests are stricter, at α/2.
    p_above_low, p_below_high
        One-sided p-values against the lower and the upper limit of the margin; the larger is that of TOST.
        ``None`` where the method of the estimate has none.
    differs, is_within
        Whether a difference is shown, and whether the narrower interval lies inside the margin.
    good
        Which direction is good; decides what ``is_not_worse`` means.
    reason
        Why there is no verdict; the numbers are then ``None``.

    Raises
    ------
    ValueError
        When numbers and reason contradict each other: a fault in evalkit.
    """

    scale: Scale
    margin: Margin
    good: GoodDirection
    conf_level: float
    tost_level: float
    estimate: float | None = None
    conf_low: float | None = None
    conf_high: float | None = None
    tost_low: float | None = None
    tost_high: float | None = None
    p_above_low: float | None = None
    p_below_high: float | None = None
    differs: bool = False
    is_within: bool = False
    method: str | None = None
    reason: Statement | None = None

    def __post_init__(self) -> None:
        numbers = (self.estimate, self.conf_low, self.conf_high, self.tost_low, self.tost_high)
        missing = [number is None or math.isnan(number) for number in numbers]
        if any(missing) != (self.reason is not None) or any(missing) != all(missing):
            raise ValueError("an equivalence has its numbers or a reason, and not both")

    @property
    def verdict(self) -> EquivalenceVerdict:
        """One of four; without numbers it cannot be determined."""
        return EquivalenceVerdict.of(differs=self.differs, is_within=self.is_within)

    @property
    def p_value(self) -> float | None:
        """That of TOST: the larger of the two one-sided ones."""
        if self.p_above_low is None or self.p_below_high is None:
            return None
        return max(self.p_above_low, self.p_below_high)

    @property
    def is_not_worse(self) -> bool | None:
        """Whether the first side is shown not to be worse by more than the margin (non-inferiority).

        One-sided, at the α of the TOST interval. ``None`` when neither direction is good, or without numbers.
        """
        if self.tost_low is None or self.tost_high is None or self.good is GoodDirection.NEITHER:
            return None
        if self.good is GoodDirection.HIGHER:
            return self.tost_low > self.margin.low
        return self.tost_high < self.margin.high

    def to_frame(self) -> pl.DataFrame:
        """One row with the columns of ``columns.EQUIVALENCES``."""
        import polars as pl

        told = {name: getattr(self, name) for name in (*NUMBERS, "differs", "is_within")}
        types = dict.fromkeys(NUMBERS, pl.Float64) | {"reason": pl.Int8}
        row = told | {"reason": None if self.reason is None else 0}
        return EquivalenceSeries(
            numbers=pl.DataFrame([row], schema_overrides=types),
            scale=self.scale,
            margin=self.margin,
            good=self.good,
            conf_level=self.conf_level,
            tost_level=self.tost_level,
            method=self.method,
            reasons=() if self.reason is None else (self.reason,),
        ).to_frame()

    def __repr__(self) -> str:
        margin = f"margin {self.margin.low:g} to {self.margin.high:g}"
        if self.reason is not None:
            return f"Equivalence: {self.verdict.text.en} ({margin}): {self.reason}"
        worse = "" if self.is_not_worse is None else f"; {'not worse' if self.is_not_worse else 'may be worse'}"
        return (
            f"Equivalence: {self.verdict.text.en}{worse} ({margin}): {self.scale.value} {self.estimate:.4g} "
            f"({self.tost_level * 100:g}% CI {self.tost_low:.4g} to {self.tost_high:.4g}, {self.method})"
        )

    def _repr_html_(self) -> str:
        from evalkit.views import frame_view

        return frame_view("Jämförelse mot marginal", self.to_frame())


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class EquivalenceSeries:
    """Many of them on one scale against one margin, one per row of the columns that went in.

    Attributes
    ----------
    numbers
        The numbers of :class:`Equivalence` under their names, and ``reason``: the place in ``reasons``.
    groups
        One row per comparison with the columns that name what it is about; ``None`` when nothing was named.
    """

    numbers: pl.DataFrame
    scale: Scale
    margin: Margin
    good: GoodDirection
    conf_level: float
    tost_level: float
    method: str | None = None
    reasons: tuple[Statement, ...] = ()
    groups: pl.DataFrame | None = None

    def __len__(self) -> int:
        return self.numbers.height

    @overload
    def __getitem__(self, row: int) -> Equivalence: ...
    @overload
    def __getitem__(self, row: slice) -> EquivalenceSeries: ...
    def __getitem__(self, row: int | slice) -> Equivalence | EquivalenceSeries:
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
        return Equivalence(
            scale=self.scale,
            margin=self.margin,
            good=self.good,
            conf_level=self.conf_level,
            tost_level=self.tost_level,
            method=self.method if place is None else None,
            reason=None if place is None else self.reasons[place],
            **values,
        )

    def __iter__(self) -> Iterator[Equivalence]:
        return (self[row] for row in range(len(self)))

    def to_frame(self) -> pl.DataFrame:
        """One row per comparison: the labels, then the columns of ``columns.EQUIVALENCES``."""
        import polars as pl

        findings = [(differs, within) for differs in (False, True) for within in (False, True)]
        verdicts = pl.DataFrame(
            {
                "differs": [differs for differs, _ in findings],
                "is_within": [within for _, within in findings],
                "verdict": [EquivalenceVerdict.of(differs=one, is_within=other).code for one, other in findings],
            }
        )
        told = self.numbers.join(verdicts, on=["differs", "is_within"], how="left", maintain_order="left")
        told = with_reasons(told, self.reasons)
        there = pl.col("reason_code").is_null()
        told = told.with_columns(
            pl.lit(self.scale.value).alias("scale"),
            pl.lit(self.margin.low).alias("margin_low"),
            pl.lit(self.margin.high).alias("margin_high"),
            pl.lit(self.good.value).alias("good"),
            pl.lit(self.conf_level).alias("conf_level"),
            pl.lit(self.tost_level).alias("tost_level"),
            pl.when(there).then(pl.lit(None if self.method is None else str(self.method), pl.String)).alias("method"),
        )
        return named(self.groups, in_schema(told, columns.EQUIVALENCES))

    def labelled(self, labels: pl.DataFrame | pl.Series | Iterable[object]) -> EquivalenceSeries:
        """The same with what each row is about before its numbers; see :meth:`evalkit.EstimateSeries.labelled`."""
        return replace(self, groups=labels_for(labels, len(self)))

    def __repr__(self) -> str:
        refused = self.numbers.height - self.numbers["reason"].null_count()
        margin = f"margin {self.margin.low:g} to {self.margin.high:g}"
        return (
            f"EquivalenceSeries: {len(self)} {self.scale.value}, {refused} refused ({margin}, {self.method})\n"
            f"{printed(self.to_frame(), (*NUMBERS, 'verdict', 'reason_code'))}"
        )

    def _repr_html_(self) -> str:
        from evalkit.views import frame_view

        return frame_view("Jämförelser mot marginal", self.to_frame())
