"""The designs of a plan, let loose on worlds whose effect is known."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from evalkit import refusals
from evalkit.dataset import Dataset
from evalkit.designs import REGISTRY
from evalkit.designs.staggered import dated
from evalkit.errors import EstimationError, Place, Problem
from evalkit.estimands import Estimand
from evalkit.estimates import Estimate
from evalkit.language import Text
from evalkit.metrics import MetricBook
from evalkit.panels import Panel, panel
from evalkit.plan import Plan
from evalkit.selftest.history import learn
from evalkit.selftest.result import SelfTest, Trial
from evalkit.selftest.worlds import World, world
from evalkit.statements import Statement

FACTORS = (1.0, 1.5, 2.0)
"""No effect, half as many again, twice as many."""
DRAWS = 200
SEED = 20260101
_FEWEST_DRAWS = 20


def self_test(
    plan: Plan,
    dataset: Dataset,
    *,
    draws: int = DRAWS,
    factors: tuple[float, ...] = FACTORS,
    seed: int = SEED,
    book: MetricBook | None = None,
    progress: Callable[[Text], None] | None = None,
) -> SelfTest:
    """How well each design of the plan recovers effects that are put into data like those of the time before.

    The time before of each comparison is fitted (level of each side, trend and season, variation beyond chance,
    dependence between periods); whole series are drawn from it, the counts of the group after the start are multiplied
    by each factor, and the design of the plan estimates them. What came after in reality is not looked at.

    Parameters
    ----------
    draws
        Worlds per comparison and factor, 20 or more. 200 tell a share of 5 per cent to within 3 points.
    factors
        Known effects, positive.
    seed
        The same seed gives the same numbers.
    progress
        Called with the name of each comparison before it is tried.

    Returns
    -------
    SelfTest
        Levels have nothing to recover; they and comparisons whose time before is not whole are told with their reason.

    Raises
    ------
    EstimationError
        Too few draws, or a factor that is not a positive number.
    PanelError
        When the plan names what does not exist.

    Source: the plasmode idea, known effects in the user's own data: Franklin and others 2014, Computational Statistics
    and Data Analysis 72:219-226; Bertrand, Duflo and Mullainathan 2004, QJE 119:249-275 (placebo laws).

    Examples
    --------
    >>> import evalkit as ek
    >>> plan = ek.Plan.load(ek.resources.analyses() / "demonstration")
    >>> found = ek.self_test(plan, ek.simulate(seed=1).load(), draws=20, factors=(1.0,))
    >>> found.to_frame().columns[:4]
    ['estimand_id', 'design', 'factor', 'draws']
    """
    _check(draws, factors)
    grid = panel(dataset, plan, book=book)
    trials: list[Trial] = []
    not_tried: list[tuple[str, Statement]] = []
    for place, item in enumerate(dated(one, grid) for one in plan.estimands):
        ready = _prepared(item, grid)
        if isinstance(ready, Statement):
            not_tried.append((item.id, ready))
            continue
        if progress is not None:
            progress(Text(f"Prövar {item.id}", f"Trying {item.id}"))
        for number, factor in enumerate(factors):
            worlds = _Worlds(ready, draws, np.random.default_rng([seed, place, number]))
            trials.append(_trial(item, worlds, factor, plan.document.conf_level))
    return SelfTest(
        trials=tuple(trials),
        not_tried=tuple(not_tried),
        conf_level=plan.document.conf_level,
        seed=seed,
        synthetic=grid.synthetic,
    )


def _check(draws: int, factors: tuple[float, ...]) -> None:
    problems = []
    if draws < _FEWEST_DRAWS:
        problems.append(_problem("draws", Text(f"minst {_FEWEST_DRAWS}", f"at least {_FEWEST_DRAWS}")))
    if not factors or not all(np.isfinite(factor) and factor > 0 for factor in factors):
        problems.append(
            _problem("factors", Text("tal större än 0, som 1 och 1,5", "numbers above 0, such as 1 and 1.5"))
        )
    if problems:
        raise EstimationError(problems)


def _problem(name: str, accepted: Text) -> Problem:
    return Problem(
        code=f"self_test_{name}",
        what=Text(f"Självtestet kan inte göras med dessa {name}.", f"The self-test cannot be made with these {name}."),
        place=Place(file="self_test()", key=name),
        accepted=accepted,
        next_step=Text(f"Ändra {name}.", f"Change {name}."),
    )


def _prepared(item: Estimand, grid: Panel) -> World | Statement:
    if item.before is None:
        return refusals.nothing_to_recover()
    history = learn(item, grid, item.before)
    return history if isinstance(history, Statement) else world(item, grid, history, item.before)


@dataclass(frozen=True, slots=True, eq=False)
class _Worlds:
    """So many draws of one world."""

    world: World
    draws: int
    rng: np.random.Generator

    def panels(self, factor: float) -> Iterator[Panel]:
        for _ in range(self.draws):
            yield self.world.drawn(factor, self.rng)


def _trial(item: Estimand, worlds: _Worlds, factor: float, conf_level: float) -> Trial:
    design = REGISTRY[item.design]
    made = (design.estimate(item, one, conf_level) for one in worlds.panels(factor))
    found = [numbers for one in made if (numbers := _numbers(one)) is not None]
    values = np.array(found).reshape(-1, 3)
    low, high = values[:, 1], values[:, 2]
    has_any = bool(found)
    return Trial(
        estimand_id=item.id,
        design=item.design,
        factor=factor,
        draws=worlds.draws,
        estimated=len(found),
        median=float(np.median(values[:, 0])) if has_any else None,
        coverage=float(np.mean((low <= factor) & (factor <= high))) if has_any else None,
        excludes_one=float(np.mean((low > 1) | (high < 1))) if has_any else None,
    )


def _numbers(one: Estimate) -> tuple[float, float, float] | None:
    if one.estimate is None or one.conf_low is None or one.conf_high is None:
        return None
    return one.estimate, one.conf_low, one.conf_high
