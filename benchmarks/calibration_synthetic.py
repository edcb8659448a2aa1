"""How often the placebo tests reject when nothing happened: synthetic control and synthetic difference in differences.

Units have their own level, a shared season and an autocorrelated (AR(1)) course; the counts are Poisson around it.
The treated unit is one of them, so every rejection is false. Per cent rejected at 5 %;
with fewer than 19 donors nothing can be.

    python benchmarks/calibration_synthetic.py [panels]
"""

from __future__ import annotations

import sys

import numpy as np

from evalkit.inference import synthetic_did
from evalkit.inference.placebo import by_ratio
from evalkit.inference.synthetic_control import DonorPanel, every_unit, outside_donors

AFTER, CORRELATION, SPREAD, LEVELS = 4, 0.6, 0.3, 0.4
LEVEL = 0.05


def null_panel(rng: np.random.Generator, *, donors: int, before: int, mean: float) -> np.ndarray:
    """Rates as counts divided by the mean, shape (donors + 1, periods); nothing happens to any unit."""
    periods = before + AFTER
    course = np.empty((donors + 1, periods))
    course[:, 0] = rng.normal(size=donors + 1)
    for period in range(1, periods):
        fresh = rng.normal(size=donors + 1)
        course[:, period] = CORRELATION * course[:, period - 1] + np.sqrt(1 - CORRELATION**2) * fresh
    season = 0.2 * np.sin(np.arange(periods))
    level = rng.normal(scale=LEVELS, size=(donors + 1, 1))
    return rng.poisson(mean * np.exp(level + season + SPREAD * course - SPREAD**2 / 2)) / mean


def control_rejects(outcomes: np.ndarray, before: int, *, demeaned: bool = False) -> bool | None:
    """Whether synthetic control rejects; ``None`` when it is refused."""
    panel = DonorPanel(outcomes, before)
    if not demeaned and outside_donors(panel):
        return None
    found = every_unit(panel, cap=0.5, demeaned=demeaned)
    if found.perfect[0]:
        return None
    return by_ratio(found, conf_level=1 - LEVEL).p_value <= LEVEL


def did_rejects(outcomes: np.ndarray, before: int) -> bool:
    """Whether synthetic difference in differences rejects by its placebos."""
    ordered = np.vstack([outcomes[1:], outcomes[:1]])
    found = synthetic_did.estimate(ordered, donors=len(ordered) - 1, before=before, cap=0.5)
    placebos = synthetic_did.placebo_effects(outcomes[1:], before=before, cap=0.5)
    return (1 + (np.abs(placebos) >= abs(found.effect)).sum()) / len(outcomes) <= LEVEL


def cell(panels: int, *, donors: int, before: int, mean: float) -> str:
    """A row of the table."""
    rng = np.random.default_rng([donors, before, int(mean)])
    control, demeaned, did = [], [], []
    for number in range(panels):
        outcomes = null_panel(rng, donors=donors, before=before, mean=mean)
        control.append(control_rejects(outcomes, before))
        demeaned.append(control_rejects(outcomes, before, demeaned=True))
        # One placebo run of the second method costs as much as twenty of the first.
        if number % 4 == 0:
            did.append(did_rejects(outcomes, before))
    told = [100 * np.mean([one for one in found if one is not None]) for found in (control, demeaned, did)]
    refused = 100 * np.mean([one is None for one in control])
    return f"| {donors} | {before} | {mean:g} | {told[0]:.1f} | {refused:.0f} | {told[1]:.1f} | {told[2]:.1f} |"


def main() -> None:
    """Write the table."""
    panels = int(sys.argv[1]) if len(sys.argv) > 1 else 400
    sys.stdout.write(
        "| donors | periods before | mean | control | refused | demeaned | did |\n|---|---|---|---|---|---|---|\n"
    )
    for donors in (8, 20, 40):
        for before in (4, 8, 16):
            for mean in (1.0, 5.0, 30.0):
                sys.stdout.write(cell(panels, donors=donors, before=before, mean=mean) + "\n")
                sys.stdout.flush()


if __name__ == "__main__":
    main()
