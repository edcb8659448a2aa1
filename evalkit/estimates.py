"""One number and how it came about; or one refusal and why.

:class:`Estimate` follows the shape that the rest of the library relies on: identity, number,
evidence, outcome, method. It holds no model and no rows of data, so it can be written, compared
and pickled. :class:`Estimates` keeps them in the order of the plan.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, ClassVar, Self

from evalkit import columns
from evalkit.errors import EstimationError, Place, Problem, known_names
from evalkit.findings import Finding
from evalkit.language import Text
from evalkit.statements import Statement
from evalkit.vocabulary import DesignId, EstimateStatus, Role, Scale, Withheld

if TYPE_CHECKING:
    import polars as pl

ADHOC = "adhoc"


@dataclass(frozen=True, slots=True)
class Cell:
    """The evidence behind one side and one period of a comparison, summed over units and periods.

    ``events`` is a count; ``exposure`` has the unit of the estimand's exposure (person-years, visits, …).
    ``cases`` is the sum of the cases that each period and unit reported, ``None`` where that was not
    reported or, when ``cases_hidden``, may not be told. A case that goes on is in it once for each period,
    so there are at most so many.
    """

    unit: str
    window: str
    events: int
    exposure: float
    cases: int | None = None
    cases_hidden: bool = False


@dataclass(frozen=True, slots=True)
class Tested:
    """A test beside an estimate, such as of homogeneity: its name, statistic, degrees of freedom and p-value."""

    # Test runners take a class for a collection of tests because of its name.
    __test__: ClassVar[bool] = False

    name: str
    statistic: float
    p_value: float
    df: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What was counted some time after areas joined, and what those that waited pointed to.

    Attributes
    ----------
    since, last
        Periods since joining, the first and the last put together; negative as if areas had joined earlier.
    counted, expected
        Events in the areas that had joined by then.
    conf_low, conf_high
        Of the ratio, by exchanged dates; ``None`` when either number is zero.
    """

    since: int
    last: int
    counted: int
    expected: float
    conf_low: float | None = None
    conf_high: float | None = None

    @property
    def ratio(self) -> float | None:
        """Counted over expected."""
        return self.counted / self.expected if self.expected > 0 else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """One estimate or refusal.

    Attributes
    ----------
    estimate, conf_low, conf_high
        On the scale named by ``scale``. A ratio with no event in its denominator has
        ``estimate`` and ``conf_high`` equal to infinity: a one-sided interval, not a failure. A ``probability`` has no
        limits: it is itself a statement of uncertainty.
    p_value
        Two-sided, against ``null``. Never printed in a politician's report.
    n_units, n_periods
        Distinct units, and periods in the windows looked at (each window's periods once).
    dispersion
        Pearson dispersion φ of the counts around their cell rates; ``None`` when it cannot be estimated.
    rounded_to
        To what multiple the counts of ``events`` and ``cells`` were rounded for release; 1 when they are exact.
    reason
        Required when ``status`` is not ``estimated``; forbidden otherwise.
    method
        Which interval: a word of :class:`~evalkit.inference.method.Method`.
    tests
        What was tested beside the estimate, such as whether strata agree.
    p_adjusted, multiplicity
        The p-value adjusted for the other tests of the family, and how: a word of
        :class:`~evalkit.inference.adjustment.Adjustment`. Both or neither.
    steps
        For areas that join at different times: the same by time since joining.
    findings
        What the checks of the design came to; an estimate made outside a plan has none.

    Raises
    ------
    ValueError
        When status, number and reason contradict each other. That is a fault in evalkit or in a
        design added to it, never in a user's data.
    """

    scale: Scale
    status: EstimateStatus
    estimand_id: str = ADHOC
    metric: str | None = None
    contrast: str | None = None
    design: DesignId | None = None
    role: Role = Role.DESCRIPTIVE
    estimate: float | None = None
    std_error: float | None = None
    conf_low: float | None = None
    conf_high: float | None = None
    conf_level: float = 0.95
    p_value: float | None = None
    null: float | None = None
    dispersion: float | None = None
    df: int | None = None
    n_units: int | None = None
    n_periods: int | None = None
    events: int | None = None
    exposure: float | None = None
    cells: tuple[Cell, ...] = ()
    rounded_to: int = 1
    reason: Statement | None = None
    method: str | None = None
    assumptions: tuple[Statement, ...] = ()
    tests: tuple[Tested, ...] = ()
    p_adjusted: float | None = None
    multiplicity: str | None = None
    steps: tuple[Step, ...] = ()
    findings: tuple[Finding, ...] = ()

    def __post_init__(self) -> None:
        numbers = (self.estimate, self.conf_low, self.conf_high)
        if (self.p_adjusted is None) != (self.multiplicity is None):
            raise ValueError("an adjusted p-value comes with the word for how it was adjusted")
        if self.status is EstimateStatus.ESTIMATED:
            needed = numbers[:1] if self.scale is Scale.PROBABILITY else numbers
            if any(number is None or math.isnan(number) for number in needed):
                raise ValueError("an estimated value needs estimate, conf_low and conf_high")
            if self.conf_low is not None and self.conf_high is not None and self.conf_low > self.conf_high:
                raise ValueError("the lower limit lies above the upper")
            if self.reason is not None:
                raise ValueError("an estimated value has no reason for refusal")
        else:
            if self.reason is None:
                raise ValueError("a refusal needs a reason")
            # Events and cells would let a count that was withheld be read from the refusal.
            if any(
                number is not None for number in (*numbers, self.std_error, self.p_value, self.p_adjusted, self.events)
            ):
                raise ValueError("a refusal carries no number")
            if self.cells or self.tests or self.steps:
                raise ValueError("a refusal carries no cells, tests or steps")

    @property
    def is_estimated(self) -> bool:
        """Whether there is a number."""
        return self.status is EstimateStatus.ESTIMATED

    @property
    def may_be_called_effect(self) -> bool:
        """Whether no check stands in the way of calling the number an effect; the design decides beside it."""
        return self.is_estimated and all(item.withholds is None for item in self.findings)

    def named(self, *, estimand_id: str, metric: str, contrast: str, design: DesignId, role: Role) -> Estimate:
        """The same result under the name of an estimand of a plan."""
        return replace(self, estimand_id=estimand_id, metric=metric, contrast=contrast, design=design, role=role)

    def refused(self, reason: Statement) -> Estimate:
        """The same estimand with the number withheld and the reason in its place."""
        return replace(
            self,
            status=EstimateStatus.NOT_ESTIMABLE,
            reason=reason,
            estimate=None,
            std_error=None,
            conf_low=None,
            conf_high=None,
            p_value=None,
            dispersion=None,
            df=None,
            events=None,
            exposure=None,
            cells=(),
            tests=(),
            steps=(),
            method=None,
            p_adjusted=None,
            multiplicity=None,
        )

    def examined(self, findings: tuple[Finding, ...]) -> Estimate:
        """The estimate with what its checks came to; withheld where one of them blocks the number."""
        blocking = next((item for item in findings if item.withholds is Withheld.ESTIMATE), None)
        kept = self if blocking is None or not self.is_estimated else self.refused(blocking.reason)
        return replace(kept, findings=findings)

    def unadjusted(self) -> Estimate:
        """The same without the p-value adjusted for others, which belongs to numbers as they were then."""
        return replace(self, p_adjusted=None, multiplicity=None)

    def __repr__(self) -> str:
        # Outside of a plan the scale says what it is; in one the estimand's name stands first.
        name = "" if self.estimand_id == ADHOC else self.estimand_id
        head = " ".join(part for part in (name, self.metric, self.contrast) if part)
        if not self.is_estimated:
            return f"{head or self.scale.value}: {self.status.value}: {self.reason}"
        if self.conf_low is None or self.conf_high is None:
            return f"{head} {self.scale.value} {self.estimate:.4g} ({self.method}){self._p_values()}".lstrip()
        number, low, high = told_apart(self.estimate, self.conf_low, self.conf_high)
        limits = f"{self.conf_level * 100:.14g}% CI {low} to {high}"
        return f"{head} {self.scale.value} {number} ({limits}, {self.method}){self._p_values()}".lstrip()

    def _repr_html_(self) -> str:
        from evalkit.views import estimates_view

        return estimates_view((self,))

    def _p_values(self) -> str:
        own = "" if self.p_value is None else f", p = {self.p_value:.3g}"
        adjusted = "" if self.p_adjusted is None else f", adjusted p = {self.p_adjusted:.3g} ({self.multiplicity})"
        return own + adjusted + "".join(f"; {test.name}: p = {test.p_value:.3g}" for test in self.tests)


def refusal(
    scale: Scale, reason: Statement, *, assumptions: tuple[Statement, ...] = (), conf_level: float = 0.95
) -> Estimate:
    """An estimate that could not be made, with its reason."""
    return Estimate(
        scale=scale,
        status=EstimateStatus.NOT_ESTIMABLE,
        reason=reason,
        assumptions=assumptions,
        conf_level=conf_level,
    )


def told_apart(*numbers: float | None) -> list[str]:
    """The numbers with four significant digits, or as many more (up to 12) as it takes to tell different ones apart.

    Examples
    --------
    >>> from evalkit.estimates import told_apart
    >>> told_apart(0.86, 0.78123, 0.95), told_apart(1.0, 0.99991, 1.00009)
    (['0.86', '0.7812', '0.95'], ['1', '0.99991', '1.0001'])
    """
    known = [float("nan") if number is None else number for number in numbers]
    for digits in range(4, 13):
        written = [f"{number:.{digits}g}" for number in known]
        if len(set(written)) == len(set(known)):
            break
    return written


@dataclass(frozen=True, slots=True)
class Provenance:
    """What made these estimates: digests of the plan and the data, the version, the seed."""

    plan_digest: str
    data_digest: str
    version: str
    seed: int | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Estimates:
    """Every estimand of a plan in the plan's order, the refused ones included."""

    items: tuple[Estimate, ...]
    provenance: Provenance
    synthetic: bool = field(default=False, kw_only=True)

    def __iter__(self) -> Iterator[Estimate]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)

    def get(self, estimand_id: str) -> Estimate:
        """The estimate of one estimand.

        Raises
        ------
        EstimationError
            When the plan has no such estimand; the message lists those it has.
        """
        for item in self.items:
            if item.estimand_id == estimand_id:
                return item
        raise EstimationError(
            Problem(
                code="unknown_estimand",
                what=Text(
                    f"Planen har ingen jämförelse med beteckningen ”{estimand_id}”.",
                    f"The plan has no estimand named '{estimand_id}'.",
                ),
                place=Place(file="plan.yaml", key="estimands"),
                accepted=known_names(estimand_id, (item.estimand_id for item in self.items)),
                next_step=Text("Använd en av beteckningarna i planen.", "Use one of the names in the plan."),
            )
        )

    @property
    def primary(self) -> Self:
        """Only the primary estimands."""
        return self._where(lambda item: item.role is Role.PRIMARY)

    @property
    def refused(self) -> Self:
        """Only those without a number."""
        return self._where(lambda item: not item.is_estimated)

    def _where(self, keep: Callable[[Estimate], bool]) -> Self:
        return replace(self, items=tuple(item for item in self.items if keep(item)))

    def to_frame(self) -> pl.DataFrame:
        """One row per estimand with the columns of ``columns.ESTIMATES``."""
        return frame_of(self.items)

    def findings_frame(self) -> pl.DataFrame:
        """One row per estimand and check with the columns of ``columns.FINDINGS``."""
        import polars as pl

        rows = [_finding_row(item.estimand_id, finding) for item in self.items for finding in item.findings]
        return pl.DataFrame(rows, schema=columns.FINDINGS, orient="row")

    def steps_frame(self) -> pl.DataFrame:
        """One row per estimand and time since joining with the columns of ``columns.STEPS``."""
        import polars as pl

        rows = [
            (item.estimand_id, one.since, one.last, one.counted, one.expected, one.ratio, one.conf_low, one.conf_high)
            for item in self.items
            for one in item.steps
        ]
        return pl.DataFrame(rows, schema=columns.STEPS, orient="row")

    def __repr__(self) -> str:
        head = f"Estimates: {len(self.items)} estimands, {len(self.refused)} refused"
        return "\n".join([head, *(f"  {item!r}" for item in self.items)])

    def _repr_html_(self) -> str:
        from evalkit.views import estimates_view

        return estimates_view(self.items)


def frame_of(items: Sequence[Estimate]) -> pl.DataFrame:
    """One row per estimate with the columns of ``columns.ESTIMATES``."""
    import polars as pl

    return pl.DataFrame([_row(item) for item in items], schema=columns.ESTIMATES, orient="row")


def _row(item: Estimate) -> dict[str, object]:
    return {
        "estimand_id": item.estimand_id,
        "metric": item.metric,
        "contrast": item.contrast,
        "design": item.design.value if item.design else None,
        "role": item.role.value,
        "scale": item.scale.value,
        "status": item.status.value,
        "estimate": item.estimate,
        "std_error": item.std_error,
        "conf_low": item.conf_low,
        "conf_high": item.conf_high,
        "conf_level": item.conf_level,
        "p_value": item.p_value,
        "p_adjusted": item.p_adjusted,
        "multiplicity": item.multiplicity,
        "null": item.null,
        "dispersion": item.dispersion,
        "df": item.df,
        "events": item.events,
        "exposure": item.exposure,
        "n_units": item.n_units,
        "n_periods": item.n_periods,
        "method": item.method,
        "reason_code": item.reason.code if item.reason else None,
        "reason_sv": item.reason.text.sv if item.reason else None,
        "reason_en": item.reason.text.en if item.reason else None,
        "assumptions": [statement.code for statement in item.assumptions],
    }


def _finding_row(estimand_id: str, finding: Finding) -> dict[str, object]:
    return {
        "estimand_id": estimand_id,
        "check": finding.check.value,
        "status": finding.status.value,
        "withholds": finding.withholds.value if finding.withholds else None,
        "statistic": finding.statistic,
        "threshold": finding.threshold,
        "reason_code": finding.reason.code,
        "reason_sv": finding.reason.text.sv,
        "reason_en": finding.reason.text.en,
    }
