"""Log-linear trends of one or two series of counts: how fast they grow, how much differently, and what is left over."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special

from evalkit.inference import loglinear
from evalkit.inference.intervals import Floats
from evalkit.inference.loglinear import Fitted, Model, NotConvergedError
from evalkit.inference.separation import separated
from evalkit.inference.summed import CellSeries

POWER = 0.8
_PAIR = 2


@dataclass(frozen=True, slots=True)
class Slope:
    """A slope of the log rate, or the difference of two, per step of the time axis.

    Attributes
    ----------
    log_slope, std_error
        Quasi-Poisson, φ not below 1.
    df
        Residual degrees of freedom, those of Student's t.
    """

    log_slope: float
    std_error: float
    df: int

    def limits(self, conf_level: float) -> tuple[float, float]:
        """The interval on the log scale."""
        half = _quantile(self.df, (1 + conf_level) / 2) * self.std_error
        return self.log_slope - half, self.log_slope + half

    def detectable(self, conf_level: float, power: float = POWER) -> float:
        """The smallest true slope, on the log scale, whose interval would exclude 0 with the given power.

        The other tail, which adds less than 0.1 per cent of power, is left out.

        Source: Roth 2022, American Economic Review: Insights 4:305-322, section I, for one coefficient.
        """
        return (_quantile(self.df, (1 + conf_level) / 2) + _quantile(self.df, power)) * self.std_error


def slope(sides: Sequence[CellSeries], *, step: float = 1.0) -> Slope | None:
    """The slope of one series, or how much that of the first differs from that of the second.

    ``log E(count) = log exposure + level of the side + slope of the side · time``; the variance is φ times the mean,
    one φ for both sides.

    Parameters
    ----------
    sides
        One series or two over the same periods. Periods without exposure are left out.
    step
        The length of a period in the unit of the slope: 1/12 for months and a slope per year.

    Returns
    -------
    Slope or None
        ``None`` when a side has too few periods with events to have a slope.

    Source: McCullagh and Nelder 1989, Generalized Linear Models, 2nd ed., section 6.2.

    Examples
    --------
    >>> import math
    >>> import numpy as np
    >>> from evalkit.inference.summed import CellSeries
    >>> from evalkit.inference.trend import slope
    >>> round(math.exp(slope([CellSeries(np.array([100, 200, 400, 800]), np.ones(4))]).log_slope), 6)
    2.0
    """
    model, fitted = _fit(sides, step)
    if fitted is None:
        return None
    phi = float(np.sum((model.counts - fitted.means) ** 2 / fitted.means)) / model.df
    variance = max(phi, 1.0) * float(fitted.covariance[-1, -1])
    return Slope(float(fitted.coefficients[-1]), math.sqrt(variance), model.df)


def residuals(series: CellSeries) -> Floats | None:
    """Pearson residuals round the log-linear trend, shape ``(periods with exposure,)``; ``None`` without a trend."""
    model, fitted = _fit([series], 1.0)
    return None if fitted is None else np.asarray((model.counts - fitted.means) / np.sqrt(fitted.means))


def autocorrelation(stretches: Sequence[Floats], *, lag: int = 1) -> float | None:
    """Correlation of each value with the one ``lag`` before, ``Σ e(t) e(t-lag) / Σ e(t)²``; ``None`` when all are 0.

    Parameters
    ----------
    stretches
        Residuals of unbroken stretches of time; the last of one and the first of the next are no neighbours.
    lag
        How many periods apart, 1 or more.

    Source: Box and Jenkins 1976, Time Series Analysis, section 2.1.6.

    Examples
    --------
    >>> import numpy as np
    >>> from evalkit.inference.trend import autocorrelation
    >>> autocorrelation([np.array([1.0, -1.0, 1.0, -1.0])])
    -0.75
    """
    total = sum(float(left @ left) for left in stretches)
    return None if total < _NOTHING else sum(float(left[lag:] @ left[:-lag]) for left in stretches) / total


_NOTHING = 1e-12


def _fit(sides: Sequence[CellSeries], step: float) -> tuple[Model, Fitted | None]:
    model = _model(sides, step)
    if model.df < 1 or separated(model.matrix, model.counts).any():
        return model, None
    if np.linalg.matrix_rank(model.matrix) < model.matrix.shape[1]:
        return model, None
    try:
        return model, loglinear.poisson(model)
    except NotConvergedError:
        return model, None


def _model(sides: Sequence[CellSeries], step: float) -> Model:
    """The last column is the slope, or with two sides what the first has beyond the second."""
    parts = []
    for place, side in enumerate(sides):
        used = side.exposures > 0
        time = (np.arange(side.counts.size) - (side.counts.size - 1) / 2)[used] * step
        one = np.ones(time.size)
        first = one * (place == 0)
        terms = [one, time] if len(sides) < _PAIR else [one, first, time, first * time]
        parts.append((side.counts[used], np.column_stack(terms), np.log(side.exposures[used])))
    counts, matrices, offsets = zip(*parts, strict=True)
    return Model(np.concatenate(counts), np.vstack(matrices), np.concatenate(offsets))


def _quantile(df: int, share: float) -> float:
    return float(special.stdtrit(df, share))
