"""Which questions of a plan are tested together, and their p-values adjusted for each other.

A family is one claim: the questions that name it in the plan. Those that name none are one family together, which
is the cautious reading of a plan that does not say. In it are the primary and secondary questions that compare
something. A level (D1) is tested against nothing, and a descriptive question makes no claim, so neither counts.

The size of a family is that of the plan: a question that the data could not answer, or whose answer must be
withheld, counts as a test that found nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from evalkit.comparisons.multiplicity import adjust
from evalkit.estimands import Estimand
from evalkit.estimates import Estimates
from evalkit.inference.adjustment import Adjustment
from evalkit.plan import Plan
from evalkit.vocabulary import Multiplicity, Role

_METHODS = {
    Multiplicity.HOLM: Adjustment.HOLM,
    Multiplicity.HOCHBERG: Adjustment.HOCHBERG,
    Multiplicity.BENJAMINI_HOCHBERG: Adjustment.BH,
    # With one primary, parallel gatekeeping comes to the same.
    Multiplicity.GATEKEEPING: Adjustment.SERIAL_GATEKEEPING,
}


@dataclass(frozen=True, slots=True)
class ClaimFamily:
    """The questions that are tested together.

    ``name`` is ``None`` for those that the plan gives no family. ``members`` are the ids of the questions tested, in
    the order of the plan.
    """

    name: str | None
    members: tuple[str, ...]


def claim_families(plan: Plan) -> tuple[ClaimFamily, ...]:
    """The families of a plan that test anything, in order of first use.

    Examples
    --------
    >>> import evalkit as ek
    >>> from evalkit.claim_families import claim_families
    >>> (family,) = claim_families(ek.Plan.load(ek.resources.analyses() / "manniskoexploatering"))
    >>> family.members
    ('E1', 'E2', 'E3')
    """
    found: dict[str | None, list[str]] = {}
    for item in plan.estimands:
        if _is_tested(item):
            found.setdefault(item.family, []).append(item.id)
    return tuple(ClaimFamily(name, tuple(members)) for name, members in found.items())


def _is_tested(item: Estimand) -> bool:
    return not item.design.is_level and item.role is not Role.DESCRIPTIVE


def adjusted(estimates: Estimates, plan: Plan) -> Estimates:
    """The estimates of a plan with ``p_adjusted``, family by family, by the plan's method.

    Parameters
    ----------
    estimates
        As they are released: a number that has changed or gone since has another p-value, or none.
    plan
        The plan that they answer.
    """
    method = _METHODS.get(plan.multiplicity)
    if method is None:
        return estimates
    found = {item.estimand_id: item for item in estimates}
    for family in claim_families(plan):
        members = replace(estimates, items=tuple(found[id_] for id_ in family.members))
        found |= {item.estimand_id: item for item in adjust(members, method=method.value)}
    return replace(estimates, items=tuple(found[item.estimand_id] for item in estimates))
