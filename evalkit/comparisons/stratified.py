"""Two sides compared within strata (sector, district, type of object) and put together to one figure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from evalkit.comparisons.grouped import answer_by_group, per_row, whole
from evalkit.estimates import Estimate
from evalkit.inference.faults import Fault
from evalkit.inference.grouped_arguments import GroupedArguments
from evalkit.inference.method import Method
from evalkit.language import Text
from evalkit.vocabulary import Scale

if TYPE_CHECKING:
    from evalkit.comparisons.grouped import Labels
    from evalkit.comparisons.result import Numbers
    from evalkit.estimate_series import EstimateSeries
    from evalkit.inference.groups import Groups
    from evalkit.inference.strata import Strata
    from evalkit.inference.stratified import Compared

RATIO_METHODS = (Method.SCORE, Method.MANTEL_HAENSZEL)
DIFFERENCE_METHODS = (Method.SCORE, Method.MIDP, Method.GAMMA, Method.MANTEL_HAENSZEL)


@dataclass(frozen=True, slots=True, eq=False)
class _Read:
    """The arguments as arrays of one length, and what each row belongs to."""

    count: NDArray[np.int64]
    exposure: NDArray[np.float64]
    count_ref: NDArray[np.int64]
    exposure_ref: NDArray[np.float64]
    strata: Groups | None
    groups: Groups


_NULL_DIFFERENCE = Fault(
    "null_not_a_number",
    Text("{name} är inte ett ändligt tal.", "{name} is not a finite number."),
    Text("ett ändligt tal; 0 betyder ingen skillnad", "a finite number; 0 means no difference"),
    Text("Ange skillnaden att pröva mot.", "Give the difference to test against."),
)


def stratified_rate_ratio(
    count: Numbers,
    exposure: Numbers,
    count_ref: Numbers,
    exposure_ref: Numbers,
    *,
    strata: Labels | None = None,
    by: Labels | None = None,
    method: str = "score",
    conf_level: float = 0.95,
    null: float = 1.0,
) -> Estimate | EstimateSeries:
    """The rate ratio that strata have in common (Mantel–Haenszel), so that like is compared with like.

    Parameters
    ----------
    count, exposure
        Events (whole numbers from 0) and what they are divided by, one row per stratum. An exposure of 0 says that
        the side has nothing in the stratum.
    count_ref, exposure_ref
        The same for the reference, in the same unit.
    strata
        Which stratum a row belongs to, when a stratum has several rows (months, say), which are then added up.
        Left out, every row is a stratum.
    by
        Which comparison a row belongs to (unit, metric), for a whole panel in one call: a column, several, or a frame.
    method
        ``score`` (the Mantel–Haenszel statistic with its variance under the ratio tested) or ``mantel_haenszel``
        (normal limits on the log scale, as most programs print).
    conf_level, null
        The level, and the ratio that the p-value is against.

    Returns
    -------
    Estimate or EstimateSeries
        On the scale ``rate_ratio``; a series when ``by`` was given. ``tests`` holds the chi-square test of whether
        the strata agree; strata that tell nothing are left out and counted in ``assumptions``. With no event on one
        side the interval is one-sided; with none at all, or no stratum with both sides, there is a refusal.

    Raises
    ------
    EstimationError
        When an argument has no meaning; every such argument is told at once.

    Source: Greenland and Robins 1985, Biometrics 41:55-68.

    Examples
    --------
    >>> import polars as pl
    >>> import evalkit as ek
    >>> sectors = pl.DataFrame({"found": [12, 5], "visits": [40, 60], "found_ref": [9, 8], "visits_ref": [60, 180]})
    >>> result = ek.stratified_rate_ratio(
    ...     sectors["found"], sectors["visits"], sectors["found_ref"], sectors["visits_ref"]
    ... )
    >>> round(result.estimate, 2), round(result.conf_low, 2), round(result.conf_high, 2)
    (1.96, 1.0, 3.83)
    """
    from evalkit.inference import stratified

    given = GroupedArguments("stratified_rate_ratio()")
    read = _read(given, (count, exposure, count_ref, exposure_ref), strata=strata, by=by)
    wanted = given.method(method, RATIO_METHODS)
    level = given.conf_level(conf_level)
    tested = given.null("null", null)
    given.done()
    sides, cells = _strata(read)
    found = stratified.ratio(sides, cells, level, method=wanted, null=tested)
    return answer_by_group(
        given,
        read.groups,
        Scale.RATE_RATIO,
        found.intervals,
        method=wanted,
        conf_level=level,
        null=tested,
        homogeneity=(stratified.HOMOGENEITY["ratio"], found.homogeneity),
        **_beside(sides, cells, found),
    )


def stratified_rate_difference(
    count: Numbers,
    exposure: Numbers,
    count_ref: Numbers,
    exposure_ref: Numbers,
    *,
    strata: Labels | None = None,
    by: Labels | None = None,
    method: str = "score",
    conf_level: float = 0.95,
    null: float = 0.0,
) -> Estimate | EstimateSeries:
    """The rate difference that strata have in common (Mantel–Haenszel weights).

    Parameters
    ----------
    count, exposure, count_ref, exposure_ref, strata, by, conf_level
        As in :func:`stratified_rate_ratio`.
    method
        ``score`` (the statistic with its variance under the difference tested), ``midp`` or ``gamma`` (limits of each
        side's weighted sum, put together by MOVER; wide for few events), or ``mantel_haenszel`` (normal limits with
        the variance of Greenland and Robins, as most programs print; too narrow for few events).
    null
        The difference that the p-value is against.

    Returns
    -------
    Estimate or EstimateSeries
        On the scale ``rate_difference``: events per unit of exposure. As for the ratio otherwise; strata without
        events count, because a difference of 0 is known from them.

    Raises
    ------
    EstimationError
        When an argument has no meaning; every such argument is told at once.

    Source: Greenland and Robins 1985, Biometrics 41:55-68; Miettinen and Nurminen 1985, Statistics in
    Medicine 4:213-226; Zou and Donner 2008, Statistics in Medicine 27:1693-1702.

    Examples
    --------
    >>> import polars as pl
    >>> import evalkit as ek
    >>> sectors = pl.DataFrame({"found": [12, 5], "visits": [40, 60], "found_ref": [9, 8], "visits_ref": [60, 180]})
    >>> result = ek.stratified_rate_difference(
    ...     sectors["found"], sectors["visits"], sectors["found_ref"], sectors["visits_ref"]
    ... )
    >>> round(result.estimate, 3), round(result.conf_low, 3), round(result.conf_high, 3)
    (0.078, -0.0, 0.183)
    """
    from evalkit.inference import stratified

    given = GroupedArguments("stratified_rate_difference()")
    read = _read(given, (count, exposure, count_ref, exposure_ref), strata=strata, by=by)
    wanted = given.method(method, DIFFERENCE_METHODS)
    level = given.conf_level(conf_level)
    tested = given.finite("null", null, _NULL_DIFFERENCE)
    given.done()
    sides, cells = _strata(read)
    found = stratified.difference(sides, cells, level, method=wanted, null=tested)
    return answer_by_group(
        given,
        read.groups,
        Scale.RATE_DIFFERENCE,
        found.intervals,
        method=wanted,
        conf_level=level,
        null=tested,
        homogeneity=(stratified.HOMOGENEITY["difference"], found.homogeneity),
        **_beside(sides, cells, found),
    )


def _read(
    given: GroupedArguments,
    numbers: tuple[Numbers, Numbers, Numbers, Numbers],
    *,
    strata: Labels | None,
    by: Labels | None,
) -> _Read:
    counts = given.counts("count", numbers[0])
    exposures = given.amounts("exposure", numbers[1])
    counts_ref = given.counts("count_ref", numbers[2])
    exposures_ref = given.amounts("exposure_ref", numbers[3])
    given.nothing_without_exposure("count", counts, exposures)
    given.nothing_without_exposure("count_ref", counts_ref, exposures_ref)
    given.some_rows("count")
    within = None if strata is None else given.groups("strata", strata)
    return _Read(counts, exposures, counts_ref, exposures_ref, within, given.groups("by", by))


def _strata(read: _Read) -> tuple[Strata, Groups]:
    """The strata with their rows added up, and which group each belongs to."""
    from evalkit.inference.strata import Strata

    groups = read.groups
    columns = per_row(groups, read.count, read.exposure, read.count_ref, read.exposure_ref)
    if read.strata is None:
        events, exposed, events_ref, exposed_ref = columns
        return Strata(whole(events), exposed, whole(events_ref), exposed_ref), groups
    rows, cells = groups.with_strata(read.strata)
    events, exposed, events_ref, exposed_ref = (rows.total(column) for column in columns)
    return Strata(whole(events), exposed, whole(events_ref), exposed_ref), cells


def _beside(sides: Strata, cells: Groups, found: Compared) -> dict[str, NDArray[np.int64] | NDArray[np.float64]]:
    return {
        "events": whole(cells.total(sides.events + sides.events_ref)),
        "exposure": cells.total(sides.exposed + sides.exposed_ref),
        "strata": found.strata,
        "strata_left_out": found.left_out,
    }
