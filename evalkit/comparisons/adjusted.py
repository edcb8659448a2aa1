"""A rate ratio adjusted for what else differs between the sides, by Poisson regression."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from evalkit import caveats, refusals
from evalkit.comparisons.grouped import series_of
from evalkit.errors import known_names
from evalkit.estimates import Estimate, refusal
from evalkit.inference.faults import Fault
from evalkit.inference.grouped_arguments import GroupedArguments
from evalkit.inference.groups import Groups
from evalkit.inference.method import Method
from evalkit.language import Text
from evalkit.statements import Statement
from evalkit.vocabulary import EstimateStatus, Scale

if TYPE_CHECKING:
    import polars as pl

    from evalkit.comparisons.result import Table
    from evalkit.estimate_series import EstimateSeries
    from evalkit.inference.adjusted import Adjusted
    from evalkit.inference.regression_rows import RegressionRows

ERRORS = {
    "quasi": Method.QUASI_POISSON,
    "model": Method.POISSON,
    "robust": Method.ROBUST,
    "nb2": Method.NB2,
}
_TWO = 2


def adjusted_rate_ratio(
    frame: Table,
    *,
    count: str,
    exposure: str,
    contrast: str,
    reference: object,
    covariates: Sequence[str] = (),
    errors: str = "quasi",
    cluster: str | None = None,
    by: str | Sequence[str] = (),
    conf_level: float = 0.95,
    null: float = 1.0,
) -> Estimate | EstimateSeries:
    """The ratio of two sides' rates, with the covariates held alike: Poisson regression with an offset.

    Parameters
    ----------
    frame
        One row per unit, period or object group; of polars or pandas.
    count, exposure
        The columns with the events and with what they are divided by. Rows with exposure 0 are left out.
    contrast, reference
        The column that tells the two sides apart, and which of its two values is the reference.
    covariates
        Columns to hold alike. Text, categories and truth values become one term per value; numbers are taken as
        they are, linear on the log scale (cast a year to text to give each its own level).
    errors
        ``quasi`` (Poisson's errors times √φ, φ not below 1, Student's t), ``model`` (Poisson's own; refused when φ is
        above 1.5), ``robust`` (by leaving out one row, or one ``cluster``, at a time; refused with fewer than 10 of
        them, or when a side is worth no more than 3 of equal weight) or ``nb2`` (negative binomial with variance
        ``mean + alpha mean²``).
    cluster
        The column whose values say which rows depend on each other; only for ``robust``.
    by
        The columns that tell which comparison a row belongs to (unit, metric), for a whole panel in one call. Each
        comparison is a regression of its own on its own rows.
    conf_level, null
        The level, and the ratio that the p-value is against.

    Returns
    -------
    Estimate or EstimateSeries
        On the scale ``rate_ratio``, with φ and its degrees of freedom; a series when ``by`` was given. Refused when a
        value is missing, when a side has no events once the covariates are held alike, when the contrast follows from
        the covariates, or when nothing is left to see the variation from.

    Raises
    ------
    EstimationError
        When an argument has no meaning; every such argument is told at once.

    Source: McCullagh and Nelder 1989, Generalized Linear Models, 2nd ed., chapter 6; errors as in
    :func:`evalkit.inference.adjusted.ratios`.

    Examples
    --------
    >>> import polars as pl
    >>> import evalkit as ek
    >>> frame = pl.DataFrame({
    ...     "found": [9, 14, 5, 6, 11, 20, 4, 9],
    ...     "visits": [40, 55, 60, 70, 42, 60, 40, 75],
    ...     "model": ["otto", "otto", "ordinary", "ordinary"] * 2,
    ...     "sector": ["food"] * 4 + ["building"] * 4,
    ... })
    >>> found = ek.adjusted_rate_ratio(
    ...     frame, count="found", exposure="visits", contrast="model", reference="ordinary", covariates=["sector"]
    ... )
    >>> round(found.estimate, 2), round(found.conf_low, 2), round(found.conf_high, 2)
    (2.77, 1.5, 5.36)
    """
    given = GroupedArguments("adjusted_rate_ratio()")
    frame = given.table("frame", frame)
    wanted = _errors(given, errors, cluster)
    level, tested = given.conf_level(conf_level), given.null("null", null)
    names = {"count": count, "exposure": exposure, "contrast": contrast}
    keys = [by] if isinstance(by, str) else list(by)
    others = [*(("covariates", name) for name in covariates), *(("by", name) for name in keys)]
    others += [("cluster", cluster)] if cluster is not None else []
    _note_unknown(given, frame, [*names.items(), *others])
    _note_twice(given, [*names.items(), *others])
    given.done()
    read = _read(given, frame, names, covariates, cluster)
    given.some_rows("frame")
    if frame.height:
        _note_contrast(given, frame[contrast], reference)
    groups = given.groups("by", [frame[name] for name in keys]) if keys else None
    given.done()
    asked = _Asked(contrast, reference, covariates, wanted, level, tested)
    single = groups is None or groups.labels is None
    parts = Groups.single(frame.height) if groups is None or single else groups
    found, left_out = _found(frame, read, parts, asked)
    if groups is None or groups.labels is None:
        return found[0]
    return series_of(
        found,
        groups.labels,
        scale=Scale.RATE_RATIO,
        conf_level=level,
        null=tested,
        method=wanted.value,
        rows=groups.total(read.exposures > 0).astype(int).tolist(),
        rows_left_out=left_out,
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Asked:
    contrast: str
    reference: object
    covariates: Sequence[str]
    method: Method
    conf_level: float
    null: float


def _found(frame: pl.DataFrame, read: _Read, groups: Groups, asked: _Asked) -> tuple[list[Estimate], list[int]]:
    """The estimate of every group, whose arguments are sound, and how many of its rows had no say."""
    from evalkit.inference import adjusted

    side = (frame[asked.contrast] != asked.reference).fill_null(value=False).to_numpy()
    used = read.exposures > 0
    reasons = _reasons(read, groups, side, used)
    sound = np.array([reason is None for reason in reasons], dtype=bool)
    rows = np.flatnonzero(used & sound[groups.at])
    rows = rows[np.argsort(groups.at[rows], kind="stable")]
    answers = adjusted.ratios(
        _regression_rows(read, rows, (groups.at[rows], side[rows]), [frame[name][rows] for name in asked.covariates]),
        groups.count,
        asked.conf_level,
        errors=asked.method,
        null=asked.null,
    )
    beside = zip(groups.total(used), groups.total(read.counts), groups.total(read.exposures), strict=True)
    estimates, left_out = [], []
    for at, (reason, (count, events, exposure)) in enumerate(zip(reasons, beside, strict=True)):
        one = adjusted.Adjusted(reason) if reason is not None else answers[at]
        left_out.append(one.left_out)
        estimates.append(_estimate(one, asked, rows=int(count), events=round(events), exposure=float(exposure)))
    return estimates, left_out


def _reasons(read: _Read, groups: Groups, side: NDArray[np.bool_], used: NDArray[np.bool_]) -> list[Statement | None]:
    """Why a group has no regression at all."""
    lacking = groups.total(read.missing) > 0
    alike = (groups.total(used & side) == 0) | (groups.total(used & ~side) == 0)
    empty = groups.total(np.where(used, read.counts, 0)) == 0
    made = {
        "lacking": refusals.value_missing(),
        "alike": refusals.no_shared_stratum(),
        "empty": refusals.no_events(),
    }
    places = np.select([lacking, alike, empty], [0, 1, 2], 3)
    return [(*made.values(), None)[place] for place in places]


def _regression_rows(
    read: _Read,
    rows: NDArray[np.intp],
    labels: tuple[NDArray[np.intp], NDArray[np.bool_]],
    columns: Sequence[pl.Series],
) -> RegressionRows:
    """The rows used, which have no missing values, in the order of their groups; ``labels`` are group and side."""
    from evalkit.inference.regression_rows import RegressionRows

    group, side = labels
    return RegressionRows(
        group=group,
        counts=read.counts[rows],
        side=side.astype(float),
        log_exposure=np.log(read.exposures[rows]),
        numbers=tuple(column.cast(float).to_numpy() for column in columns if column.dtype.is_numeric()),
        labels=tuple(Groups.of([column]).at for column in columns if not column.dtype.is_numeric()),
        cluster=read.clusters[rows],
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Read:
    counts: NDArray[np.int64]
    exposures: NDArray[np.float64]
    clusters: NDArray[np.intp]
    missing: NDArray[np.bool_]


def _errors(given: GroupedArguments, errors: object, cluster: object) -> Method:
    wanted = ERRORS[given.word("errors", errors, ERRORS)]
    if cluster is not None and errors != "robust":
        given.note(
            "cluster_without_robust",
            "cluster",
            what=Text("cluster har bara mening för robust.", "cluster has a meaning for robust only."),
            accepted=Text("cluster utelämnat, eller errors=”robust”", "cluster left out, or errors='robust'"),
            next_step=Text("Ta bort cluster, eller välj robust.", "Drop cluster, or choose robust."),
        )
    return wanted


def _note_unknown(given: GroupedArguments, frame: pl.DataFrame, asked: Sequence[tuple[str, str]]) -> None:
    for argument, name in asked:
        if name not in frame.columns:
            given.note(
                "unknown_column",
                argument,
                what=Text("Tabellen har ingen sådan kolumn.", "The frame has no such column."),
                accepted=known_names(str(name), frame.columns),
                next_step=Text("Ange en kolumn i tabellen.", "Name a column of the frame."),
            )


def _note_twice(given: GroupedArguments, asked: Sequence[tuple[str, str]]) -> None:
    """A column in two roles. Only a covariate may also say which rows depend on each other: each town's own level."""
    for place, (argument, name) in enumerate(asked):
        before = [role for role, other in asked[:place] if other == name]
        if before and not (argument == "cluster" and set(before) == {"covariates"}):
            given.note(
                "column_twice",
                argument,
                what=Text(
                    f"Samma kolumn används redan som {before[0]}.", f"The same column is already used as {before[0]}."
                ),
                accepted=Text(
                    "en kolumn för varje uppgift; bara cluster får också stå i covariates",
                    "a column of its own for each argument; only cluster may stand in covariates too",
                ),
                next_step=Text(
                    f"Ta bort den ur {argument}, eller ange en annan kolumn.",
                    f"Take it out of {argument}, or name another column.",
                ),
            )


def _note_contrast(given: GroupedArguments, column: pl.Series, reference: object) -> None:
    values = column.drop_nulls().unique().to_list()
    if len(values) == _TWO and reference in values:
        return
    given.note(
        "contrast_not_two",
        "contrast",
        what=Text(
            "Kolumnen har inte precis två värden, varav reference är det ena.",
            "The column does not have exactly two values of which reference is one.",
        ),
        accepted=Text("två sidor, varav den ena är referensen", "two sides, one of which is the reference"),
        next_step=Text(
            "Välj ut de rader som ska jämföras, och ange referensen.", "Select the rows to compare; name the reference."
        ),
    )


def _read(
    given: GroupedArguments,
    frame: pl.DataFrame,
    names: dict[str, str],
    covariates: Sequence[str],
    cluster: str | None,
) -> _Read:
    counts = given.counts("count", frame[names["count"]])
    exposures = given.amounts("exposure", frame[names["exposure"]])
    given.nothing_without_exposure("count", counts, exposures)
    clusters = np.arange(frame.height) if cluster is None else given.groups("cluster", frame[cluster]).at
    missing = given.missing
    for name in (names["contrast"], *covariates):
        missing = missing | _is_missing(frame[name])
        _note_boundless(given, frame[name])
    return _Read(counts, exposures, clusters, missing)


_LARGEST = 1e100


_BOUNDLESS = Fault(
    "covariate_not_finite",
    Text("{name} har oändliga tal, eller så stora att de inte kan räknas med.", "{name} has numbers too large to use."),
    Text("ändliga tal under 1e100; tomt där ett saknas", "finite numbers below 1e100; empty where one is missing"),
    Text("Rätta talet, eller lämna cellen tom.", "Correct the number, or leave the cell empty."),
)


def _is_missing(column: pl.Series) -> NDArray[np.bool_]:
    gone = column.fill_nan(None) if column.dtype.is_float() else column
    return np.asarray(gone.is_null().to_numpy())


def _note_boundless(given: GroupedArguments, column: pl.Series) -> None:
    """Numbers that are there and whose squares are none."""
    if not column.dtype.is_float():
        return
    at = (column.abs() >= _LARGEST).fill_null(value=False) & ~column.is_nan().fill_null(value=False)
    rows = at.arg_true().to_list()
    if rows:
        given.fault(_BOUNDLESS, "covariates", rows=tuple(row + 1 for row in rows[:8]), row_count=len(rows))


def _estimate(found: Adjusted, asked: _Asked, *, rows: int, events: int, exposure: float) -> Estimate:
    if isinstance(found.found, Statement):
        return refusal(Scale.RATE_RATIO, found.found, conf_level=asked.conf_level)
    left_out = (caveats.rows_without_events_left_out(found.left_out, rows),) if found.left_out else ()
    return Estimate(
        scale=Scale.RATE_RATIO,
        status=EstimateStatus.ESTIMATED,
        estimate=found.found.estimate,
        std_error=found.found.std_error,
        conf_low=found.found.low,
        conf_high=found.found.high,
        conf_level=asked.conf_level,
        p_value=found.found.p_value,
        null=asked.null,
        dispersion=found.dispersion,
        df=found.df,
        events=events,
        exposure=exposure,
        method=asked.method.value,
        assumptions=left_out,
    )
