"""Coefficients of an event study with their covariance: what it takes to ask how far they lean on parallel trends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from evalkit.errors import EstimationError, Place, Problem
from evalkit.language import Text

if TYPE_CHECKING:
    from evalkit.inference.honest import EventStudy
    from evalkit.inference.intervals import Floats

_BASE = -1


@dataclass(frozen=True, slots=True, eq=False, repr=False, init=False)
class EventCoefficients:
    """Coefficients by time since joining, all against the last period before.

    Attributes
    ----------
    since
        Shape ``(rows,)``: periods since joining, ascending without gaps, the base -1 left out.
    estimate
        Shape ``(rows,)``: differences, or logarithms of ratios when ``ratio``.
    covariance
        Shape ``(rows, rows)``.
    ratio
        Whether results are told as ratios.
    df
        Degrees of freedom of Student's t; ``None`` for a normal distribution.
    covariance_df
        How many degrees of freedom the whole covariance was estimated on, such as clusters of equal size less their
        groups; ``None`` when it is taken as known.

    Raises
    ------
    EstimationError
        When shapes differ, numbers are missing, periods have gaps or the covariance is not one.

    Examples
    --------
    >>> import evalkit as ek
    >>> found = ek.EventCoefficients([-2, 0], [0.02, 0.3], [[0.01, 0.002], [0.002, 0.01]], ratio=True)
    >>> found
    EventCoefficients: 1 before and 1 after joining, logarithms of ratios
    """

    since: NDArray[np.int64]
    estimate: Floats
    covariance: Floats
    ratio: bool
    df: int | None
    covariance_df: float | None

    def __init__(
        self,
        since: Sequence[int] | NDArray[np.int64],
        estimate: Sequence[float] | Floats,
        covariance: Sequence[Sequence[float]] | Floats,
        *,
        ratio: bool,
        df: int | None = None,
        covariance_df: float | None = None,
    ) -> None:
        try:
            numbers = [np.asarray(one, dtype=float) for one in (since, estimate, covariance)]
        except (TypeError, ValueError):
            raise EstimationError([_no_study("event_not_numbers")]) from None
        too_few = any(one is not None and not one >= 1 for one in (df, covariance_df))
        fault = _fault(*numbers) or ("event_df" if too_few else None)
        if fault:
            raise EstimationError([_no_study(fault)])
        object.__setattr__(self, "since", numbers[0].astype(np.int64))
        object.__setattr__(self, "estimate", numbers[1])
        object.__setattr__(self, "covariance", (numbers[2] + numbers[2].T) / 2)
        object.__setattr__(self, "ratio", ratio)
        object.__setattr__(self, "df", df)
        object.__setattr__(self, "covariance_df", covariance_df)

    @property
    def before(self) -> int:
        """How many coefficients lie before joining."""
        return int((self.since < 0).sum())

    @property
    def after(self) -> int:
        """How many lie after it."""
        return int(self.since.size - self.before)

    def study(self, weights: Floats, *, widened: float) -> EventStudy:
        """The same for the arithmetic, with errors ``widened`` by a factor, and the effect asked for."""
        from evalkit.inference.honest import EventStudy

        at = self.before
        return EventStudy(self.estimate[:at], self.estimate[at:], self.covariance * widened**2, weights)

    def __repr__(self) -> str:
        kind = "logarithms of ratios" if self.ratio else "differences"
        return f"EventCoefficients: {self.before} before and {self.after} after joining, {kind}"

    def _repr_html_(self) -> str:
        import polars as pl

        from evalkit.views import frame_view

        errors = np.sqrt(np.diag(self.covariance))
        told = {"since": self.since, "estimate": self.estimate, "std_error": errors}
        return frame_view("Verkan efter tid sedan anslutning", pl.DataFrame(told))


def _fault(since: Floats, estimate: Floats, covariance: Floats) -> str | None:
    rows = since.size
    if since.shape != (rows,) or estimate.shape != (rows,) or covariance.shape != (rows, rows) or not rows:
        return "event_shapes"
    if not all(np.isfinite(one).all() for one in (since, estimate, covariance)):
        return "event_not_numbers"
    whole = np.arange(min(since[0], _BASE), max(since[-1], _BASE) + 1)
    if since[-1] < 0 or not np.array_equal(since, whole[whole != _BASE]):
        return "event_gaps"
    size = np.abs(covariance).max()
    if not np.allclose(covariance, covariance.T, rtol=1e-6, atol=1e-9 * size):
        return "event_covariance"
    if np.linalg.eigvalsh((covariance + covariance.T) / 2).min() < -1e-9 * size or (np.diag(covariance) <= 0).any():
        return "event_covariance"
    return None


_WORDS: dict[str, tuple[Text, Text]] = {
    "event_shapes": (
        Text("Kolumnerna passar inte ihop.", "The arrays do not go together."),
        Text(
            "lika många perioder som tal, och en kvadratisk kovarians av samma storlek",
            "as many periods as numbers, and a square covariance of the same size",
        ),
    ),
    "event_not_numbers": (
        Text("Något är inte ett ändligt tal.", "Something is not a finite number."),
        Text("ändliga tal", "finite numbers"),
    ),
    "event_gaps": (
        Text(
            "Perioderna är inte i följd utan den sista före, eller saknar någon efter.",
            "The periods are not in sequence without the last one before, or there is none after.",
        ),
        Text("till exempel -3, -2, 0, 1", "such as -3, -2, 0, 1"),
    ),
    "event_covariance": (
        Text("Kovariansen är inte en kovarians.", "The covariance is not one."),
        Text(
            "symmetrisk, inga negativa egenvärden, varianser över 0",
            "symmetric, no negative eigenvalues, variances above 0",
        ),
    ),
    "event_df": (
        Text("Frihetsgraderna är inte ett tal från 1.", "The degrees of freedom are not a number from 1."),
        Text("ett heltal från 1, eller inget", "a whole number from 1, or none"),
    ),
}


def _no_study(code: str) -> Problem:
    what, accepted = _WORDS[code]
    return Problem(
        code=code,
        what=what,
        place=Place(file="EventCoefficients()"),
        accepted=accepted,
        next_step=Text(
            "Ge koefficienterna mot den sista perioden före, i tidens ordning.",
            "Give the coefficients against the last period before, in order of time.",
        ),
    )
