"""The plan as it is written in the file: every key, its type and its form."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    StringConstraints,
    model_serializer,
)

from evalkit import periods
from evalkit.estimands import Expected, Group, Margin, Window
from evalkit.language import Text
from evalkit.vocabulary import DateBasis, DesignId, Frequency, Multiplicity, Role

PLAN_VERSION = 1

# Codes become file names, anchors and keys of joins, so nothing else than these signs gets in.
Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,59}$")]
UnitCode = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z][0-9A-Za-z_-]{0,19}$")]
ModelCode = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z_]{1,39}$")]
# YAML reads 2024 as a number and 2024-03 as text; both are meant as a period.
PeriodText = Annotated[str, BeforeValidator(lambda value: str(value) if type(value) is int else value)]


PositiveNumber = Annotated[float, Field(gt=0, allow_inf_nan=False)]
MOST_AUTOCORRELATION = 0.6
"""From here on the model of a series refuses it."""
_LATER_KEYS = frozenset(
    {
        "autocorrelation",
        "expected",
        "family",
        "joined",
        "margin",
        "multiplicity",
        "negative_control",
        "neighbours",
        "self_test_draws",
        "true_values",
    }
)


class Part(BaseModel):
    """What every part of a plan shares: frozen, no unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class Grown(Part):
    """A part that has got keys since the first plans were locked."""

    @model_serializer(mode="wrap")
    def _without_what_is_not_said(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """A plan that says none of them keeps the digest that it had before these keys existed."""
        written: dict[str, Any] = write(self)
        return {key: value for key, value in written.items() if key not in _LATER_KEYS or value is not None}


class Words(Part):
    """A text in both languages."""

    sv: Annotated[str, StringConstraints(min_length=1)]
    en: Annotated[str, StringConstraints(min_length=1)]

    @property
    def text(self) -> Text:
        """The pair as the rest of the library holds it."""
        return Text(self.sv, self.en)


class DataSource(Grown):
    """Where the data are: a folder beside the plan, or the library's own simulation.

    ``true_values`` tells what comparisons are in the made-up world that synthetic files were drawn from.
    """

    kind: Literal["files", "simulation"]
    folder: str = "data"
    seed: Annotated[int, Field(ge=0)] | None = None
    true_values: dict[Code, PositiveNumber] | None = None


class GroupEntry(Part):
    """One side of a comparison."""

    id: Code
    name: Words
    units: Annotated[tuple[UnitCode, ...], Field(min_length=1)]
    model: ModelCode | None = None

    @property
    def group(self) -> Group:
        """The group as the rest of the library holds it."""
        return Group(id=self.id, name=self.name.text, units=self.units, model=self.model)


class WindowEntry(Part):
    """A stretch of time; ``first`` and ``last`` are written 2024, 2024-Q1 or 2024-03 and are both included."""

    id: Code
    name: Words
    first: PeriodText
    last: PeriodText

    @property
    def window(self) -> Window:
        """The window in days.

        Raises
        ------
        ValueError
            When an end is no period. The rules have told such a plan from a valid one already.
        """
        first, _ = periods.parse(self.first)
        last, frequency = periods.parse(self.last)
        return Window(id=self.id, name=self.name.text, first=first, last=periods.last_day(last, frequency))


class MarginEntry(Part):
    """Which ratios were said beforehand to be of no importance: ``within`` a share, or the limits themselves."""

    within: PositiveNumber | None = None
    reciprocal: bool = True
    low: PositiveNumber | None = None
    high: PositiveNumber | None = None

    @property
    def margin(self) -> Margin:
        """The limits.

        Raises
        ------
        ValueError
            When there are none. The rules have told such a plan from a valid one already.
        """
        if self.within is not None:
            return Margin.of_ratio(self.within, reciprocal=self.reciprocal)
        if self.low is None or self.high is None:
            raise ValueError("a margin has two limits")
        return Margin(low=self.low, high=self.high)


class ExpectedEntry(Grown):
    """How many events a month are expected without any effect, and where that figure comes from."""

    monthly: PositiveNumber
    monthly_comparison: PositiveNumber | None = None
    dispersion: PositiveNumber | None = None
    autocorrelation: Annotated[float, Field(ge=0, lt=MOST_AUTOCORRELATION)] | None = None
    source: Words

    @property
    def expected(self) -> Expected:
        """The entry as the rest of the library holds it."""
        return Expected(
            monthly=self.monthly,
            monthly_comparison=self.monthly_comparison,
            dispersion=self.dispersion,
            autocorrelation=self.autocorrelation,
            source=self.source.text,
        )


class ControlEntry(Part):
    """A metric that the model should not move, counted in the same places and times."""

    metric: Code
    category: Code | None = None
    exposure: Code


class EstimandEntry(Grown):
    """One question to the data, by reference to the groups and windows above it.

    ``family`` names the claim that the question belongs to. Those that name none are one family together.
    ``joined`` is the first period with the way of working for each unit of the group, in design D5.
    """

    id: Code
    question: Words
    metric: Code
    category: Code | None = None
    model: ModelCode | None = None
    exposure: Code
    date_basis: DateBasis
    design: DesignId
    role: Role
    family: Code | None = None
    group: str
    comparison: str | None = None
    before: str | None = None
    after: str
    margin: MarginEntry | None = None
    expected: ExpectedEntry | None = None
    negative_control: ControlEntry | None = None
    neighbours: str | None = None
    joined: dict[UnitCode, PeriodText] | None = None


class Mapped(Part):
    """An outcome that the evaluation needs and who can give it."""

    metric: Code
    units: Annotated[tuple[UnitCode, ...], Field(min_length=1)]


class MetricNote(Words):
    """What must stand beside every number of one metric, such as that its unit is unclear."""

    metric: Code


class Mark(Part):
    """A date to mark in the figures, such as the start of a model."""

    at: PeriodText
    name: Words


class PlanDocument(Grown):
    """The plan as it is written in the file.

    ``multiplicity`` is how the tests of one family are adjusted for each other; a plan that does not say gets Holm.
    ``self_test_draws`` asks for a self-test in the report's appendix, with so many worlds per comparison and effect.
    """

    plan_version: Literal[1]
    slug: Code
    title: Words
    subtitle: Words
    question: Words
    commissioner: Words
    written: date
    diary_number: str | None = None
    data: DataSource
    frequency: Frequency
    display_frequency: Frequency = Frequency.YEAR
    window: WindowEntry
    conf_level: Annotated[float, Field(gt=0.5, lt=1)] = 0.95
    multiplicity: Multiplicity | None = None
    self_test_draws: Annotated[int, Field(ge=20, le=10_000)] | None = None
    groups: Annotated[tuple[GroupEntry, ...], Field(min_length=1)]
    windows: Annotated[tuple[WindowEntry, ...], Field(min_length=1)]
    estimands: Annotated[tuple[EstimandEntry, ...], Field(min_length=1)]
    read_first: Words | None = None
    metric_notes: tuple[MetricNote, ...] = ()
    marks: tuple[Mark, ...] = ()
    wanted: tuple[Mapped, ...] = ()
    background: tuple[Words, ...] = ()
    cannot_say: Annotated[tuple[Words, ...], Field(min_length=1)]
    next_steps: tuple[Words, ...] = ()
    data_notes: tuple[Words, ...] = ()
