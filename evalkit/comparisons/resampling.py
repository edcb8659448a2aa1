"""The bootstrap: an interval for a statistic that has no formula of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from evalkit import caveats, refusals
from evalkit.comparisons.permutation import matrix, whole
from evalkit.estimates import Estimate, refusal
from evalkit.inference.arguments import Arguments
from evalkit.inference.faults import Fault
from evalkit.inference.method import Method
from evalkit.language import Text
from evalkit.statements import Statement
from evalkit.vocabulary import EstimateStatus, Scale

if TYPE_CHECKING:
    from evalkit.comparisons.permutation import Values
    from evalkit.inference.resampling import Bootstrapped, Floats, Statistic

BOOTSTRAP_METHODS = (Method.BCA, Method.PERCENTILE, Method.BASIC)
_FEWEST = 3
_MOST_DRAWS = 1_000_000
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
    method: str = "bca",
    draws: int = 9999,
    seed: int = 1,
    conf_level: float = 0.95,
) -> Estimate:
    """A statistic of units with a bootstrap interval: units are drawn with replacement.

    Units are taken to be independent of each other. With fewer than some twenty units every bootstrap interval is too
    narrow; compare counts by the functions for rates instead.

    Parameters
    ----------
    values
        A row per unit: a column, or a frame or matrix (units × columns). A row is drawn whole.
    statistic
        A function of samples, shape ``(samples, units, columns)``, that gives one number per sample. Left out, the
        mean of the only (or first) column.
    method
        ``bca``, ``percentile`` or ``basic``.
    draws
        At least 100.
    seed
        Of ``numpy.random.default_rng``; told among the assumptions.
    conf_level
        Between 0 and 1.

    Returns
    -------
    Estimate
        On the scale ``statistic``, without a p-value. Refused when a value is missing, with fewer than three units,
        or when the statistic is no number in some draw or the same in all.

    Raises
    ------
    EstimationError
        When an argument has no meaning; all that is wrong is told at once.

    Notes
    -----
    Efron and Tibshirani 1993; Davison and Hinkley 1997.

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
    wanted = given.method(method, BOOTSTRAP_METHODS)
    times = whole(given, "draws", draws, 100, _MOST_DRAWS)
    start = whole(given, "seed", seed, 0, 2**63)
    level = given.conf_level(conf_level)
    given.done()
    if np.isnan(numbers).any():
        return refusal(Scale.STATISTIC, refusals.value_missing(), conf_level=level)
    if len(numbers) < _FEWEST:
        return refusal(Scale.STATISTIC, refusals.too_few_to_resample(), conf_level=level)
    of = _mean if statistic is None else statistic
    if np.shape(of(numbers[[np.arange(len(numbers))] * 2])) != (2,):
        given.fault(_STATISTIC, "statistic")
        given.done()
    from evalkit.inference import resampling

    with np.errstate(all="ignore"):
        found = resampling.bootstrap(numbers, of, draws=times, generator=np.random.default_rng(start))
    if not found.is_usable:
        return refusal(Scale.STATISTIC, refusals.too_few_to_resample(), conf_level=level)
    return _estimate(found, wanted, level, caveats.resampled(times, start), len(numbers))


def _estimate(found: Bootstrapped, method: Method, level: float, told: Statement, units: int) -> Estimate:
    from evalkit.inference import resampling

    low, high = resampling.LIMITS[method](found, level)
    return Estimate(
        scale=Scale.STATISTIC,
        status=EstimateStatus.ESTIMATED,
        estimate=found.estimate,
        std_error=found.std_error,
        conf_low=low,
        conf_high=high,
        conf_level=level,
        n_units=units,
        method=method.value,
        assumptions=(told,),
    )


def _mean(samples: Floats) -> Floats:
    mean: Floats = samples[:, :, 0].mean(axis=1)
    return mean
