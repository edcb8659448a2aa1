"""The closed word lists of the domain (DESIGN.md §4). A new model is a row of data, not code."""

from __future__ import annotations

from enum import StrEnum


class CellStatus(StrEnum):
    """What a panel cell holds. Only ``VALUE`` is a number; none of the others is ever zero."""

    VALUE = "value"
    SUPPRESSED = "suppressed"
    MISSING = "missing"
    NOT_APPLICABLE = "not_applicable"
    NOT_YET_REPORTED = "not_yet_reported"


class Qualifier(StrEnum):
    """How a published number came about."""

    EXACT = "exact"
    DERIVED = "derived"
    CARRIED_FORWARD = "carried_forward"
    APPROXIMATE = "approximate"


class DateBasis(StrEnum):
    """Which date an event is counted by; never mixed in one series."""

    HANDELSE = "handelse"
    BESLUT = "beslut"
    DELGIVNING = "delgivning"
    LAGAKRAFT = "lagakraft"


class Frequency(StrEnum):
    """The length of a period."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"

    @property
    def months(self) -> int:
        """Months in one period."""
        return {Frequency.MONTH: 1, Frequency.QUARTER: 3, Frequency.YEAR: 12}[self]


class UnitKind(StrEnum):
    """What sort of area a unit is."""

    KOMMUN = "kommun"
    STADSDEL = "stadsdel"
    LOKALPOLISOMRADE = "lokalpolisomrade"
    POLISREGION = "polisregion"
    REST = "rest"
    LAND = "land"


class SourceKind(StrEnum):
    """Where rows come from. ``SYNTHETIC`` marks every page of a report that uses such a row."""

    PUBLISHED = "published"
    REGISTER = "register"
    SYNTHETIC = "synthetic"


class ExposureKind(StrEnum):
    """A stock (inhabitants, permits) is multiplied by time; a flow (visits, hours) is summed."""

    STOCK = "stock"
    FLOW = "flow"


class GoodDirection(StrEnum):
    """Which way a metric should go for things to have become better."""

    HIGHER = "higher"
    LOWER = "lower"
    NEITHER = "neither"


class MetricFamily(StrEnum):
    """The chapter of the code book that a metric belongs to."""

    PROCESS = "process"
    FINDING = "finding"
    SANCTION = "sanction"
    PERMIT = "permit"
    VICTIM = "victim"
    SUPPORT = "support"
    RESOURCE = "resource"
    OFFICIAL_STATISTICS = "official_statistics"


class Sensitivity(StrEnum):
    """Which disclosure rule a metric is released under (domain brief §4.3)."""

    OPEN = "open"
    BUSINESS = "business"
    PERSON = "person"


class AuthorityLevel(StrEnum):
    """Whom a body that takes part in inspections belongs to. A municipality is credited only with its own."""

    KOMMUNAL = "kommunal"
    STATLIG = "statlig"
    DOMSTOL = "domstol"
    IDEELL = "ideell"


class DesignId(StrEnum):
    """The designs of domain brief §5.1 that are implemented."""

    D1 = "D1"
    D2 = "D2"
    D2_ITS = "D2-ITS"
    D2C = "D2c"
    D3 = "D3"
    D4 = "D4"
    D5 = "D5"

    @property
    def is_level(self) -> bool:
        """Whether it tells how much there is of something and compares nothing."""
        return self is DesignId.D1

    @property
    def has_other_side(self) -> bool:
        """Whether areas are compared with other areas."""
        return self in {DesignId.D2C, DesignId.D3, DesignId.D4}


COMPARES_EFFECTS = frozenset({DesignId.D2C, DesignId.D3, DesignId.D4, DesignId.D5})
"""The designs that tell by how much more one side changed than the other."""
AREA_BY_AREA = frozenset({DesignId.D4, DesignId.D5})
"""The designs whose uncertainty comes from how much areas differ, not from the sums of their sides."""


class Scale(StrEnum):
    """The scale an estimate is on; ``null_value`` is where no difference lies."""

    RATE = "rate"
    RATE_RATIO = "rate_ratio"
    RATIO_OF_RATE_RATIOS = "ratio_of_rate_ratios"
    RATE_DIFFERENCE = "rate_difference"
    MEAN_DIFFERENCE = "mean_difference"
    STATISTIC = "statistic"
    PROPORTION = "proportion"
    PROPORTION_DIFFERENCE = "proportion_difference"
    PROPORTION_RATIO = "proportion_ratio"
    PROBABILITY = "probability"
    DURATION = "duration"
    DURATION_DIFFERENCE = "duration_difference"
    DISPERSION = "dispersion"
    DURATION_RATIO = "duration_ratio"
    SLOPE_RATIO = "slope_ratio"
    EXCESS = "excess"


class EstimateStatus(StrEnum):
    """Whether there is a number. A refusal is a value with a reason, never a bare NaN."""

    ESTIMATED = "estimated"
    NOT_ESTIMABLE = "not_estimable"
    NOT_ATTEMPTED = "not_attempted"


class Role(StrEnum):
    """A claim family has one primary estimand; the others are labelled secondary."""

    PRIMARY = "primary"
    SECONDARY = "secondary"
    DESCRIPTIVE = "descriptive"


class Multiplicity(StrEnum):
    """How a plan takes account of how many questions are asked of one claim."""

    HOLM = "holm"
    HOCHBERG = "hochberg"
    BENJAMINI_HOCHBERG = "benjamini_hochberg"
    GATEKEEPING = "gatekeeping"
    NONE = "none"


class FindingStatus(StrEnum):
    """What a check came to. ``BLOCK`` withholds something; see :class:`Withheld`."""

    OK = "ok"
    WARN = "warn"
    BLOCK = "block"


class Withheld(StrEnum):
    """What a blocking finding takes away: the number, or only the right to call it an effect."""

    ESTIMATE = "estimate"
    EFFECT_LABEL = "effect_label"


class CheckId(StrEnum):
    """The diagnostics of domain brief §5.2, each made without being asked for."""

    DESIGN_CEILING = "design_ceiling"
    DISPERSION = "dispersion"
    LARGEST_CASE = "largest_case"
    AUTOCORRELATION = "autocorrelation"
    CLUSTERS = "clusters"
    EXPOSURE_CHANGE = "exposure_change"
    RECORDING = "recording"
    PRE_TREND = "pre_trend"
    ANTICIPATION = "anticipation"
    PLACEBO_DATES = "placebo_dates"
    SPILLOVER = "spillover"
    COVID = "covid"
    LAW_BREAKS = "law_breaks"
    NEGATIVE_CONTROL = "negative_control"
    LEAVE_ONE_OUT = "leave_one_out"
    E_VALUE = "e_value"
