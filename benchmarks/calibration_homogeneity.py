"""How often the test of whether strata agree rejects strata that do: ``python benchmarks/calibration_homogeneity.py``.

The wish is at most 7 % at the nominal 5 %. Data sets without a test (no events, or one stratum) are not counted.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from evalkit.inference import stratified
from evalkit.inference.groups import Groups
from evalkit.inference.strata import Strata

Floats = NDArray[np.float64]
DRAWS, LEVEL = 20_000, 0.05
MEANS = (0.5, 1.0, 3.0, 10.0, 30.0)
NUMBERS = (2, 8)
Setting = Callable[[int, float], tuple[Floats, Floats, Floats, float]]
"""From strata and events in the smallest: both sides' exposures, the reference's rates, and the true difference."""


def alike(strata: int, mean: float) -> tuple[Floats, Floats, Floats, float]:
    """Strata of one size, both sides alike in exposure."""
    return np.ones(strata), np.ones(strata), np.full(strata, mean), mean


def unequal_rates(strata: int, mean: float) -> tuple[Floats, Floats, Floats, float]:
    """Rates a hundred times higher in the last stratum than in the first."""
    return np.ones(strata), np.ones(strata), mean * np.geomspace(1, 100, strata), mean


def unequal_exposures(strata: int, mean: float) -> tuple[Floats, Floats, Floats, float]:
    """Exposures a hundred times larger."""
    sizes = np.geomspace(1, 100, strata)
    return sizes, sizes, np.full(strata, mean), 0.0


def lopsided_sides(strata: int, mean: float) -> tuple[Floats, Floats, Floats, float]:
    """Each side has five times the exposure of the other in every second stratum."""
    odd = np.arange(strata) % 2 == 1
    return np.where(odd, 5.0, 1.0), np.where(odd, 1.0, 5.0), np.full(strata, mean), 0.0


SETTINGS: dict[str, Setting] = {
    "alike": alike,
    "rates 1 to 100": unequal_rates,
    "exposures 1 to 100": unequal_exposures,
    "sides 1:5 and 5:1": lopsided_sides,
}


def rejected(setting: Setting, strata: int, mean: float, draws: int, seed: int) -> float:
    """The share of ``draws`` data sets with a test whose p-value is below 0.05."""
    random = np.random.default_rng(seed)
    exposed, exposed_ref, rates, difference = setting(strata, mean)
    shape = (draws, strata)
    sides = Strata(
        random.poisson((rates + difference) * exposed, shape).reshape(-1),
        np.broadcast_to(exposed, shape).reshape(-1),
        random.poisson(rates * exposed_ref, shape).reshape(-1),
        np.broadcast_to(exposed_ref, shape).reshape(-1),
    )
    found = stratified.difference(sides, Groups(np.repeat(np.arange(draws), strata), draws)).homogeneity
    return float(np.mean(found.p_value[~np.isnan(found.p_value)] < LEVEL))


def main() -> None:
    """Print the Markdown table of ``docs/statistics/adjustment.md``."""
    print("| strata | setting | " + " | ".join(f"{mean:g}" for mean in MEANS) + " |")
    print("|---|---|" + "---|" * len(MEANS))
    for strata in NUMBERS:
        for name, setting in SETTINGS.items():
            shares = [rejected(setting, strata, mean, DRAWS, seed) for seed, mean in enumerate(MEANS)]
            print(f"| {strata} | {name} | " + " | ".join(f"{share:.1%}" for share in shares) + " |")


if __name__ == "__main__":
    main()
