"""Panel designs beside pyfixest and pysyncon, in one run: Poisson with two-way fixed effects, and synthetic control.

The Poisson panel has 300 units × 120 periods and an effect in 100 of the units; everyone fits unit and period effects,
with errors clustered by unit. The first call is timed in a process of its own, as a user meets it, imports included;
the rest are the shortest of the repetitions. Synthetic control has 291 units × 60 periods, 48 before: evalkit fits the
treated unit and all 290 placebos, each five times (once on all of the time before, and four times with a stretch left
out). pysyncon solves the treated unit's weights once, on the same outcomes with the same importance; its time is
multiplied by 291 for what the placebos would take it.

    pip install 'evalkit[bench]'
    python benchmarks/panel.py
"""

from __future__ import annotations

import argparse
import importlib.util
import subprocess
import sys
import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from evalkit.inference import cluster_robust, fixed_effects, synthetic_did
from evalkit.inference.absorbing import Effects
from evalkit.inference.synthetic_control import DonorPanel, every_unit

UNITS, PERIODS, TREATED = 300, 120, 100
DONORS, BEFORE, AFTER = 290, 48, 12
FORMULA = "events ~ measure | unit + period"

Numbers = NDArray[np.float64]


def seconds(run: Callable[[], object], repeats: int) -> float:
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return min(times)


def counts(seed: int) -> dict[str, Numbers]:
    """Columns of the Poisson panel."""
    rng = np.random.default_rng(seed)
    unit, period = np.repeat(np.arange(UNITS), PERIODS), np.tile(np.arange(PERIODS), UNITS)
    measure = ((unit < TREATED) & (period >= PERIODS // 2)).astype(float)
    level, season = rng.normal(0, 0.5, UNITS), rng.normal(0, 0.1, PERIODS)
    mean = 3 * np.exp(level[unit] + season[period] + 0.2 * measure)
    return {"unit": unit, "period": period, "measure": measure, "events": rng.poisson(mean).astype(float)}


def rates(seed: int) -> Numbers:
    """Outcomes of the synthetic control, the treated unit first."""
    rng = np.random.default_rng(seed)
    season = np.sin(2 * np.pi * np.arange(BEFORE + AFTER) / 12)
    return np.asarray(
        10 * np.exp(rng.normal(0, 0.4, (DONORS + 1, 1)) + 0.2 * season + rng.normal(0, 0.2, (DONORS + 1, season.size)))
    )


def ours(data: dict[str, Numbers]) -> tuple[float, float]:
    """The coefficient and its clustered error."""
    effects = Effects.of(data["unit"], data["period"])
    fit = fixed_effects.poisson(data["events"], data["measure"][:, None], effects)
    if not isinstance(fit, fixed_effects.Fit):
        raise SystemExit(str(fit))
    cov, _ = cluster_robust.covariance(fit, cluster_robust.places(data["unit"][fit.used]))
    return float(fit.coefficients[0]), float(np.sqrt(cov[0, 0]))


def pyfixest(data: dict[str, Numbers]) -> tuple[float, float]:
    import pandas as pd
    import pyfixest as pf

    fit = pf.fepois(FORMULA, data=pd.DataFrame(data), vcov={"CRV1": "unit"})
    return float(fit.coef().iloc[0]), float(fit.se().iloc[0])


def first_call(who: str, seed: int) -> float:
    """Seconds of a new process that imports this benchmark, and with it evalkit, and what it needs, and fits once."""
    here = "import sys; sys.path.insert(0, 'benchmarks'); import panel; "
    code = f"{here}panel.{who}(panel.counts({seed}))"
    return seconds(lambda: subprocess.run([sys.executable, "-c", code], check=True), 1)


def lack(outcomes: Numbers, weights: Numbers) -> float:
    """Mean squared gap of the treated unit before."""
    return float(((outcomes[0] - weights @ outcomes[1:])[:BEFORE] ** 2).mean())


def pysyncon(outcomes: Numbers) -> Numbers:
    """The treated unit's weights on its donors."""
    import pandas as pd
    from pysyncon import Synth

    donors, treated = pd.DataFrame(outcomes[1:, :BEFORE].T), pd.Series(outcomes[0, :BEFORE], name="treated")
    synth = Synth()
    synth.fit(X0=donors, X1=treated, Z0=donors, Z1=treated, custom_V=np.ones(BEFORE))
    return np.asarray(synth.W, dtype=float)


def poisson_rows(given: argparse.Namespace) -> list[tuple[str, str, float, str]]:
    data, task = counts(given.seed), "PPML, 300 × 120"
    rows = [
        (task, "evalkit", seconds(lambda: ours(data), given.repeats), "{:.6f} ({:.6f})".format(*ours(data))),
        (f"{task}, first call", "evalkit", first_call("ours", given.seed), ""),
    ]
    if importlib.util.find_spec("pyfixest"):
        first = first_call("pyfixest", given.seed)
        told = "{:.6f} ({:.6f})".format(*pyfixest(data))
        rows.append((task, "pyfixest", seconds(lambda: pyfixest(data), given.repeats), told))
        rows.append((f"{task}, first call", "pyfixest", first, ""))
    return rows


def synthetic_rows(given: argparse.Namespace) -> list[tuple[str, str, float, str]]:
    outcomes, task = rates(given.seed), "synthetic control, 290 placebos"
    panel = DonorPanel(outcomes, BEFORE)
    weights = every_unit(panel, cap=1.0).weights[0, 1:]
    rows = [
        (task, "evalkit", seconds(lambda: every_unit(panel, cap=1.0), given.repeats), f"{lack(outcomes, weights):.8f}")
    ]
    if importlib.util.find_spec("pysyncon"):
        start = time.perf_counter()
        told = f"{lack(outcomes, pysyncon(outcomes)):.8f}"
        rows.append((task, "pysyncon, one fit × 291", (time.perf_counter() - start) * (DONORS + 1), told))
    did = seconds(lambda: synthetic_did.placebos(outcomes[1:], before=BEFORE, cap=0.5), 1)
    return [*rows, ("synthetic DiD, 290 placebos", "evalkit", did, "")]


def main() -> None:
    """Print the times and how many times longer the peers take."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--seed", type=int, default=20251125)
    given = parser.parse_args()
    rows = [*poisson_rows(given), *synthetic_rows(given)]
    own = {task: took for task, who, took, _ in rows if who == "evalkit"}
    print("| what | who | seconds | times evalkit's | result |\n|---|---|---:|---:|---|")
    for task, who, took, told in rows:
        print(f"| {task} | {who} | {took:.2f} | {took / own[task]:.1f} | {told} |")


if __name__ == "__main__":
    main()
