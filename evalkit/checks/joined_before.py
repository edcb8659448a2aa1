"""D5: the time before joining, by the same comparison as the estimate's own."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import polars as pl

from evalkit.checks.answers import Answer, answer, log_error, moved, numeral, per_cent, told
from evalkit.checks.anticipation import other_without_last_quarter, same_without_last_quarter
from evalkit.checks.autocorrelation import AS_CHANCE, TOO_FEW
from evalkit.checks.placebo_dates import STEP, beyond_chance, within_chance
from evalkit.checks.situation import Situation
from evalkit.comparisons.joining_again import Told
from evalkit.designs.staggered import FEWEST_PERIODS, again, joining_rows, periods_before
from evalkit.estimates import Estimate
from evalkit.findings import Finding
from evalkit.inference import fixed_effects
from evalkit.inference.absorbing import Effects
from evalkit.inference.levels import normal_quantile
from evalkit.inference.trend import POWER
from evalkit.inference.trend import autocorrelation as lag_one
from evalkit.language import Text
from evalkit.statements import Statement
from evalkit.vocabulary import CheckId, FindingStatus, Withheld

_QUARTER = 4
_MOST_MOVED = 1.0
_MOST_STARTS = 6
_TWO_SIDED = 2
_DRAWS = 499
"""Of exchanged dates where limits are looked at too; a p-value alone takes those of the design."""
_DECIDED = (Answer.ABOVE, Answer.BELOW)


def pre_trend(situation: Situation) -> Finding | None:
    """The estimate as if all had joined half the time before earlier, with nothing after the true date used.

    It is never found to be fine: an interval that holds no difference says only how large a difference remains
    possible. The word effect is withheld when the interval excludes no difference, and when the time before cannot be
    judged: fewer than 12 periods before anyone joined, too few events, or too few areas for any difference to stand
    out. The statistic is the difference in per cent. Beside it stands the smallest one that would have been seen with
    80 per cent power (Roth 2022, AER: Insights 4).
    """
    if not situation.estimate.is_estimated:
        return None
    length = periods_before(situation.estimand, situation.panel)
    if length < FEWEST_PERIODS:
        return _withheld(_TOO_SHORT)
    found = again(
        situation.estimand, situation.panel, situation.conf_level, earlier=length // 2, draws=_DRAWS
    ).estimate()
    if found.estimate is None or found.conf_low is None or found.conf_high is None:
        return _withheld(_cannot(found))
    error = log_error(found)
    if error is None or math.isinf(error):
        return _withheld(_NONE_STANDS_OUT)
    limits = (math.log(found.conf_low), math.log(found.conf_high))
    seen = (normal_quantile(situation.conf_level) + normal_quantile(_TWO_SIDED * POWER - 1)) * error
    made = _possible if answer(found) is Answer.UNDECIDED else _differs
    finding = _withheld(made(limits, seen)) if made is _differs else _warned(made(limits, seen))
    return replace(finding, statistic=(found.estimate - 1) * 100, threshold=0)


def placebo_dates(situation: Situation) -> Finding | None:
    """As if all had joined 6, 12, … periods earlier, with nothing after the true date used.

    The statistic is for how many of those the answer excludes no change; the threshold is 0. As with other designs the
    check warns when one of ``m`` is beyond chance at the level ``(1 - conf_level) / m``. At most six are tried.
    """
    if not situation.estimate.is_estimated:
        return None
    most = periods_before(situation.estimand, situation.panel) - FEWEST_PERIODS
    step = STEP * max(1, math.ceil(most // STEP / _MOST_STARTS))
    tried = [_as_if(situation, earlier) for earlier in range(step, most + 1, step)]
    p_values = [found.p_value for found in tried if found is not None]
    if not p_values:
        return None
    level = 1 - situation.conf_level
    hits = sum(p_value <= level for p_value in p_values)
    beyond = min(p_values) <= level / len(p_values)
    made = beyond_chance if beyond else within_chance
    return Finding(
        check=CheckId.PLACEBO_DATES,
        status=FindingStatus.WARN if beyond else FindingStatus.OK,
        reason=made(hits, len(p_values)),
        statistic=hits,
        threshold=0,
    )


def _as_if(situation: Situation, earlier: int) -> Told | None:
    return again(situation.estimand, situation.panel, situation.conf_level, earlier=earlier).told()


def anticipation(situation: Situation) -> Finding | None:
    """The estimate again without as many periods before each area joined as a quarter of the time before all joined.

    The statistic is how far it moves, in its own standard errors; where that has no meaning there is none.
    """
    first = answer(situation.estimate)
    if first is None:
        return None
    length = periods_before(situation.estimand, situation.panel)
    if length < _QUARTER:
        return None
    found = again(
        situation.estimand, situation.panel, situation.conf_level, gap=-(-length // _QUARTER), draws=_DRAWS
    ).estimate()
    if answer(found) is None:
        return Finding(check=CheckId.ANTICIPATION, status=FindingStatus.WARN, reason=_CANNOT_LEAVE_OUT)
    distance = moved(situation.estimate, found)
    flips = answer(found) is not first
    fine = not flips and (distance is None or distance <= _MOST_MOVED)
    return Finding(
        check=CheckId.ANTICIPATION,
        status=FindingStatus.OK if fine else FindingStatus.WARN,
        reason=same_without_last_quarter(told(found)) if fine else other_without_last_quarter(told(found), flips=flips),
        statistic=distance,
        threshold=_MOST_MOVED,
    )


def autocorrelation(situation: Situation) -> Finding | None:
    """The correlation between neighbouring periods within areas, before each joined.

    What is left of each area's figures round its level times the factor that its period has for all areas; the areas
    are put together. The threshold is ``2/√n`` (Bartlett 1946). Dates are exchanged between whole areas, so dependence
    within them takes nothing from the interval; it tells how much the periods say.
    """
    if not situation.estimate.is_estimated:
        return None
    rows = joining_rows(situation.estimand, situation.panel).sort("unit_id", "period")
    rows = rows.filter(pl.col("joined").is_null() | (pl.col("period") < pl.col("joined")))
    effects = Effects.of(rows["unit_id"].to_numpy(), rows["period"].to_numpy())
    fit = fixed_effects.poisson(
        rows["count"].to_numpy(), np.empty((rows.height, 0)), effects, offset=np.log(rows["exposure"].to_numpy())
    )
    if isinstance(fit, Statement):
        return _of_periods(FindingStatus.WARN, TOO_FEW)
    pearson = np.sqrt(fit.weights) * fit.residuals
    areas = rows["unit_id"].to_numpy()[fit.used]
    r, n = lag_one([pearson[areas == area] for area in np.unique(areas)]), pearson.size
    if r is None:
        return _of_periods(FindingStatus.WARN, TOO_FEW)
    limit = 2 / math.sqrt(n)
    beyond = abs(r) > limit
    return replace(
        _of_periods(FindingStatus.WARN if beyond else FindingStatus.OK, _alike(r) if beyond else AS_CHANCE),
        statistic=r,
        threshold=limit,
    )


def _of_periods(status: FindingStatus, reason: Statement) -> Finding:
    return Finding(check=CheckId.AUTOCORRELATION, status=status, reason=reason)


def _withheld(reason: Statement) -> Finding:
    return Finding(check=CheckId.PRE_TREND, status=FindingStatus.BLOCK, reason=reason, withholds=Withheld.EFFECT_LABEL)


def _warned(reason: Statement) -> Finding:
    return Finding(check=CheckId.PRE_TREND, status=FindingStatus.WARN, reason=reason)


def _possible(limits: tuple[float, float], detectable: float) -> Statement:
    most, seen = per_cent(max(limits, key=lambda limit: abs(math.expm1(limit)))), per_cent(detectable)
    return Statement(
        "before_joining_possible",
        Text(
            f"Vi kan inte utesluta att utvecklingen skilde upp till {most.sv} procent från områdena som väntade redan "
            f"före anslutningen. {seen.sv} procent hade troligen synts.",
            f"We cannot rule out that development differed by up to {most.en} per cent from areas that waited even "
            f"before joining. {seen.en} per cent would probably have been seen.",
        ),
    )


def _cannot(found: Estimate) -> Statement:
    """Why the time before joining cannot be judged, with the reason that the comparison itself gives."""
    why = Text("", "") if found.reason is None else found.reason.text
    return Statement(
        "before_joining_cannot_be_judged",
        Text(
            f"Utvecklingen före anslutningen kan inte bedömas. {why.sv}".rstrip(),
            f"The development before joining cannot be judged. {why.en}".rstrip(),
        ),
    )


def _differs(limits: tuple[float, float], detectable: float) -> Statement:
    del detectable
    least, most = (per_cent(limit) for limit in sorted(limits, key=abs))
    return Statement(
        "before_joining_differs",
        Text(
            f"Redan före anslutningen gick det {least.sv} till {most.sv} procent annorlunda än i områdena som väntade. "
            "Det kan ha fortsatt.",
            f"Even before joining things went {least.en} to {most.en} per cent differently than in areas that waited. "
            "It may have gone on.",
        ),
    )


def _alike(r: float) -> Statement:
    number = numeral(r, decimals=2)
    return Statement(
        "periods_alike_within_areas",
        Text(
            f"Perioder i samma område hänger ihop ({number.sv}). Osäkerheten räknar med det, eftersom hela områden "
            "byter datum.",
            f"Periods of one area go together ({number.en}). The uncertainty allows for it, since whole areas exchange "
            "dates.",
        ),
    )


_TOO_SHORT = Statement(
    "before_joining_too_short",
    Text(
        f"Färre än {FEWEST_PERIODS} perioder finns innan någon anslöt, så utvecklingen före kan inte bedömas.",
        f"There are fewer than {FEWEST_PERIODS} periods before anyone joined, so the development before cannot be "
        "judged.",
    ),
)
_NONE_STANDS_OUT = Statement(
    "before_joining_cannot_stand_out",
    Text(
        "Områdena är för få för att någon skillnad före anslutningen skulle kunna synas, så utvecklingen då kan inte "
        "bedömas.",
        "The areas are too few for any difference before joining to be seen, so the development then cannot be judged.",
    ),
)
_CANNOT_LEAVE_OUT = Statement(
    "time_before_joining_cannot_be_left_out",
    Text(
        "Utan den sista tiden före anslutningen är uppgifterna för få för att räkna om.",
        "Without the last time before joining too little is left to count again.",
    ),
)
