"""How often D5's checks speak up in quiet panels: no effect, nothing before joining, areas of unlike size.

Areas have log-normal sizes (standard deviation 1), levels of their own, and deviations (log-normal, 0.3) that correlate
0.5 from one month to the next; all share a development. Who joins is drawn. 36 months, the first area joins in the
25th and another group every third month.

    python benchmarks/calibration_joining_checks.py --draws 300

``label`` is the per cent of panels in which PRE_TREND withholds the word effect; ``drift`` the same when those that
join grow 1.5 per cent a month faster. ``dates`` is PLACEBO_DATES that warns; ``moved`` and ``flips`` are ANTICIPATION
that warns, at all and because the answer is another, in the first ``--anticipation`` panels. ``cannot`` is PRE_TREND
that could not be judged.
"""

from __future__ import annotations

import argparse
import math
from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray

from evalkit import columns
from evalkit.checks import Situation
from evalkit.checks.joined_before import anticipation, placebo_dates, pre_trend
from evalkit.designs import REGISTRY
from evalkit.estimands import Estimand, Group, Series, Window
from evalkit.estimates import Estimate
from evalkit.language import Text
from evalkit.metrics import MetricBook
from evalkit.panels import Panel
from evalkit.vocabulary import DateBasis, DesignId, EstimateStatus, Frequency, Role, Scale, Withheld

BOOK = MetricBook.load()
MONTHS, FIRST, STEP = 36, 24, 3
NOISE, LASTING, SIZES, DRIFT = 0.3, 0.5, 1.0, 0.015
SHAPES = ((18, 4), (18, 9), (30, 9))
SERIES = Series("P1", "N1", DateBasis.HANDELSE)
QUIET = Estimate(
    scale=Scale.RATIO_OF_RATE_RATIOS,
    status=EstimateStatus.ESTIMATED,
    estimate=1.0,
    conf_low=0.5,
    conf_high=2.0,
    null=1.0,
)
"""For checks that only ask whether there is an estimate."""


def month(place: int) -> date:
    return date(2020 + place // 12, place % 12 + 1, 1)


def window(name: str, first: int, end: int) -> Window:
    last = date.fromordinal(month(end).toordinal() - 1)
    return Window(name, Text(name, name), month(first), last)


def counts(areas: int, joining: int, drift: float, rng: np.random.Generator) -> NDArray[np.int64]:
    """Counts of months, those that join first."""
    deviation = rng.normal(0, NOISE, (areas, MONTHS))
    for place in range(1, MONTHS):
        deviation[:, place] = LASTING * deviation[:, place - 1] + math.sqrt(1 - LASTING**2) * deviation[:, place]
    logs = rng.normal(0, SIZES, (areas, 1)) + rng.normal(0, 0.1, MONTHS) + deviation
    logs[:joining] += drift * np.arange(MONTHS)
    return rng.poisson(20 * np.exp(logs)).astype(np.int64)


def situation(areas: int, joining: int, drift: float, rng: np.random.Generator) -> Situation:
    units = tuple(f"a{number:02}" for number in range(areas))
    drawn = counts(areas, joining, drift, rng)
    said = {"status": "value", "qualifier": "exact", "exposure_status": "value", "exposure_qualifier": "exact"}
    named = {"series": SERIES.key, "metric": SERIES.metric, "exposure": 1.0, "cases": None, "largest_case": None}
    rows = [
        {**named, **said, "unit_id": unit, "period": month(place), "count": int(drawn[at, place])}
        for at, unit in enumerate(units)
        for place in range(MONTHS)
    ]
    frame = pl.DataFrame(rows, schema=columns.PANEL)
    item = Estimand(
        id="E1",
        question=Text("Fråga?", "Question?"),
        series=SERIES,
        design=DesignId.D5,
        role=Role.PRIMARY,
        group=Group("a", Text("a", "a"), units[:joining]),
        comparison=Group("b", Text("b", "b"), units[joining:]),
        before=window("before", 0, FIRST),
        after=window("after", FIRST, MONTHS),
        joined=tuple((unit, month(FIRST + STEP * (at % 3))) for at, unit in enumerate(units[:joining])),
    )
    panel = Panel(frame, Frequency.MONTH, (SERIES,), (), synthetic=True)
    return Situation(item, panel, REGISTRY[DesignId.D5], QUIET, BOOK, 0.95)


def cell(areas: int, joining: int, draws: int, examined: int) -> list[float]:
    """One row of the table, in per cent."""
    told: dict[str, list[bool]] = {name: [] for name in ("label", "cannot", "drift", "dates", "moved", "flips")}
    rng = np.random.default_rng([areas, joining])
    for number in range(draws):
        given = situation(areas, joining, 0.0, rng)
        before, dates = pre_trend(given), placebo_dates(given)
        judged = before is not None and before.reason.code in {"before_joining_differs", "before_joining_possible"}
        told["cannot"].append(not judged)
        told["label"].append(before is not None and before.withholds is Withheld.EFFECT_LABEL)
        told["dates"].append(dates is not None and dates.status.value == "warn")
        if number < examined:
            grown = pre_trend(situation(areas, joining, DRIFT, rng))
            told["drift"].append(grown is not None and grown.withholds is Withheld.EFFECT_LABEL)
            estimate = given.design.estimate(given.estimand, given.panel, given.conf_level)
            ahead = anticipation(Situation(given.estimand, given.panel, given.design, estimate, given.book, 0.95))
            told["moved"].append(ahead is not None and ahead.status.value == "warn")
            told["flips"].append(ahead is not None and "the answer is another" in ahead.reason.text.en)
    return [100 * float(np.mean(each)) if each else math.nan for each in told.values()]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--draws", type=int, default=300)
    parser.add_argument("--anticipation", type=int, default=60)
    given = parser.parse_args()
    print("| areas | joining | label | cannot | drift | dates | moved | flips |")
    print("|---|---|---|---|---|---|---|---|")
    for areas, joining in SHAPES:
        shares = cell(areas, joining, given.draws, given.anticipation)
        print(f"| {areas} | {joining} | {' | '.join(f'{share:.1f}' for share in shares)} |", flush=True)


if __name__ == "__main__":
    main()
