"""The bootstrap: an interval for a statistic that has no formula of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from evalkit import caveats, refusals
from evalkit.comparisons.permutation import matrix, numbered, whole
from evalkit.estimates import Estimate, refusal
from evalkit.inference.arguments import Arguments, is_number
from evalkit.inference.faults import Fault
from evalkit.inference.method import Method
from evalkit.inference.sampling_schemes import Clusters, Series, Units
from evalkit.language import Text
from evalkit.statements import Statement
from evalkit.vocabulary import EstimateStatus, Scale

if TYPE_CHECKING:
    import polars as pl
    from numpy.typing import NDArray

    from evalkit.comparisons.permutation import Values
    from evalkit.inference.resampling import Bootstrapped, Floats, Statistic
    from evalkit.inference.sampling_schemes import Places, Scheme

BOOTSTRAP_METHODS = (Method.BCA, Method.PERCENTILE, Method.BASIC, Method.STUDENTISED)
SERIES_METHODS = (Method.PERCENTILE, Method.BASIC, Method.STUDENTISED)
POLITIS_WHITE = "politis_white"
_FEWEST = 3
_MOST_DRAWS = 1_000_000
_LENGTH = Fault(
    "block_length_outside",
    Text("{name} är ingen längd på block.", "{name} is not a length of blocks."),
    Text(
        "ett helt antal perioder från 1, högst så många som finns, eller politis_white, och då inga clusters",
        "a whole number of periods from 1, at most as many as there are, or politis_white, and then no clusters",
    ),
    Text("Ange till exempel 12 för år i en månadsserie.", "Give 12, say, for years in a monthly series."),
)
_CLUSTERS = Fault(
    "clusters_do_not_fit",
    Text("{name} passar inte till values.", "{name} do not fit the values."),
    Text("ett namn på ärendet eller området för varje rad", "the name of the case or area of each row"),
    Text("Ta kolumnerna ur samma tabell.", "Take the columns from one table."),
)
_ERROR = Fault(
    "std_error_without_use",
    Text("{name} används bara av metoden studentised.", "{name} is used by the method studentised alone."),
    Text("std_error utelämnat, eller metoden studentised", "std_error left out, or the method studentised"),
    Text("Ta bort std_error, eller välj studentised.", "Drop std_error, or choose studentised."),
)
_STATISTIC = Fault(
    "statistic_of_wrong_shape",
    Text("{name} ger inte ett tal för varje urval.", "{name} does not give one number for each sample."),
    Text(
        "en funktion av urval (urval, enheter, kolumner) som ger (urval,)",
        "a function of samples (samples, units, columns) that gives (samples,)",
    ),
    Text("Räkna längs axel 1, till exempel medelvärdet.", "Compute along axis 1, such as the mean."),
)


def bootstrap(
    values: Values,
    statistic: Statistic | None = None,
    *,
    method: str | None = None,
    clusters: pl.Series | NDArray[np.int64] | None = None,
    block_length: int | str | None = None,
    circular: bool = True,
    std_error: Statistic | None = None,
    draws: int = 9999,
    seed: int = 1,
    conf_level: float = 0.95,
) -> Estimate:
    """A statistic with a bootstrap interval: units, whole clusters or blocks of a series are drawn with replacement.

    What is drawn is taken to be independent of each other. With fewer than some twenty of them every interval but the
    studentised one is too narrow; compare counts by the functions for rates instead.

    Parameters
    ----------
    values
        A row per unit: a column, or a frame or matrix (units × columns). A row is drawn whole.
    statistic
        A function of samples, shape ``(samples, units, columns)``, that gives one number per sample. Left out, the
        mean of the only (or first) column.
    method
        ``bca`` (default; not for a series), ``percentile`` (default for a series), ``basic`` or ``studentised``
        (bootstrap-t).
    clusters
        The case or area of each row. Rows of one cluster are drawn together, so that samples differ in size.
    block_length
        For rows that are periods in order: so many neighbours are drawn together. ``politis_white`` lets the data
        choose the length that suits their mean, the longest over the columns.
    circular
        Whether blocks go round the end of the series; ``False`` draws moving blocks.
    std_error
        For ``studentised``: a function as ``statistic`` that gives the standard error in each sample. Left out, every
        sample is jackknifed, which takes as many times longer as there are units, clusters or blocks.
    draws
        At least 100.
    seed
        Of ``numpy.random.default_rng``; told among the assumptions.
    conf_level
        At least 0.5 and below 1.

    Returns
    -------
    Estimate
        On the scale ``statistic``, without a p-value. Refused when a value is missing, with fewer than three units,
        clusters or blocks, or when the statistic is no number in some draw or the same in all.

    Raises
    ------
    EstimationError
        When an argument has no meaning; all that is wrong is told at once.

    Notes
    -----
    Efron and Tibshirani 1993; Davison and Hinkley 1997; Künsch 1989 and Politis and Romano 1992 (blocks); Politis and
    White 2004 with the correction of 2009 (their length).

    Examples
    --------
    >>> import polars as pl
    >>> import evalkit as ek
    >>> found = ek.bootstrap(pl.Series([12.0, 15, 9, 30, 14, 11, 8, 21]), seed=2)
    >>> found.estimate, round(found.std_error, 1)
    (15.0, 2.4)
    """
    given = Arguments("bootstrap()")
    numbers, _, _ = matrix(given, values)
    functions: dict[str, object] = {"statistic": statistic, "std_error": std_error}
    for name, function in functions.items():
        if function is not None and not callable(function):
            given.fault(_STATISTIC, name)
    series = block_length is not None
    known = SERIES_METHODS if series else BOOTSTRAP_METHODS
    wanted = known[0] if method is None else given.method(method, known)
    grouped = None if clusters is None else numbered(given, _CLUSTERS, "clusters", clusters, len(numbers))
    length = None if block_length is None else _length(given, block_length, len(numbers), grouped)
    if std_error is not None and wanted is not Method.STUDENTISED:
        given.fault(_ERROR, "std_error")
    asked = _Asked(
        numbers,
        _mean if statistic is None else statistic,
        wanted,
        _mean_error if std_error is None and statistic is None and grouped is None and not series else std_error,
        draws=whole(given, "draws", draws, 100, _MOST_DRAWS),
        seed=whole(given, "seed", seed, 0, 2**63),
        level=given.conf_level(conf_level),
    )
    given.done()
    return _answer(given, asked, grouped, length, circular=circular)


@dataclass(frozen=True, slots=True, eq=False)
class _Asked:
    """What is to be drawn from and computed, checked."""

    numbers: Floats
    statistic: Statistic
    method: Method
    std_error: Statistic | None
    draws: int
    seed: int
    level: float

    def refused(self, reason: Statement) -> Estimate:
        return refusal(Scale.STATISTIC, reason, conf_level=self.level)


def _answer(
    given: Arguments, asked: _Asked, clusters: Places | None, length: int | str | None, *, circular: bool
) -> Estimate:
    from evalkit.inference.resampling import Sampled

    if np.isnan(asked.numbers).any():
        return asked.refused(refusals.value_missing())
    scheme, told = _scheme(asked.numbers, clusters, length, circular=circular)
    if scheme.whole < _FEWEST:
        return asked.refused(refusals.too_few_to_resample())
    if (asked.numbers == asked.numbers[0]).all():
        return asked.refused(refusals.all_alike())
    _check_shape(given, asked)
    sampled = Sampled(asked.numbers, asked.statistic, scheme, asked.std_error)
    with np.errstate(all="ignore"):
        found = sampled.bootstrap(
            draws=asked.draws,
            generator=np.random.default_rng(asked.seed),
            studentised=asked.method is Method.STUDENTISED,
        )
    if not found.is_usable:
        return asked.refused(refusals.same_in_all_samples())
    return _estimate(found, asked, (caveats.resampled(asked.draws, asked.seed), *told), scheme)


def _scheme(
    numbers: Floats, clusters: Places | None, length: int | str | None, *, circular: bool
) -> tuple[Scheme, tuple[Statement, ...]]:
    from evalkit.inference.block_length import politis_white

    if clusters is not None:
        found = Clusters(clusters)
        return found, (caveats.clusters_drawn(found.whole),)
    if length is None:
        return Units(len(numbers)), ()
    if len(numbers) < _FEWEST:
        chosen = len(numbers)
    elif isinstance(length, int):
        chosen = length
    else:
        chosen = round(max(politis_white(column) for column in numbers.T))
    return Series(len(numbers), chosen, circular), (caveats.blocks_drawn(chosen),)


def _check_shape(given: Arguments, asked: _Asked) -> None:
    twice = asked.numbers[[np.arange(len(asked.numbers))] * 2]
    functions = {"statistic": asked.statistic, "std_error": asked.std_error}
    for name, function in functions.items():
        with np.errstate(all="ignore"):
            if function is not None and np.shape(function(twice)) != (2,):
                given.fault(_STATISTIC, name)
    given.done()


def _length(given: Arguments, length: object, rows: int, clusters: Places | None) -> int | str:
    if clusters is None and isinstance(length, str) and length == POLITIS_WHITE:
        return POLITIS_WHITE
    if clusters is None and is_number(length) and length == int(length) and 1 <= length <= rows:
        return int(length)
    given.fault(_LENGTH, "block_length")
    return 1


def _estimate(found: Bootstrapped, asked: _Asked, told: tuple[Statement, ...], scheme: Scheme) -> Estimate:
    from evalkit.inference import resampling

    low, high = resampling.LIMITS[asked.method](found, asked.level)
    series = isinstance(scheme, Series)
    return Estimate(
        scale=Scale.STATISTIC,
        status=EstimateStatus.ESTIMATED,
        estimate=found.estimate,
        std_error=found.std_error,
        conf_low=low,
        conf_high=high,
        conf_level=asked.level,
        n_units=None if series else scheme.whole,
        n_periods=len(asked.numbers) if series else None,
        method=asked.method.value,
        assumptions=told,
    )


def _mean(samples: Floats) -> Floats:
    mean: Floats = samples[:, :, 0].mean(axis=1)
    return mean


def _mean_error(samples: Floats) -> Floats:
    error: Floats = samples[:, :, 0].std(axis=1, ddof=1) / np.sqrt(samples.shape[1])
    return error
