"""Rules that need several columns, several tables or the code books.

They run in the order :data:`CODE_RULES`, :func:`contract_rules`, the check of the key, and
:func:`later_rules`; a cell that one rule has reported is not read by the next. What a contract's
``quality`` part states in a form is run from there; the others are here, by kind.
"""

from __future__ import annotations

from collections.abc import Mapping

from evalkit.contracts.model import Contract
from evalkit.contracts.rules.declared import declared_rules
from evalkit.contracts.rules.links import LINK_RULES
from evalkit.contracts.rules.listed import CATEGORY_RULES, CODE_RULES, contract_rules, known_codes
from evalkit.contracts.rules.rule import Find, Rule, Surroundings, last_day
from evalkit.contracts.rules.times import ORDINARY, TIME_RULES
from evalkit.contracts.rules.totals import EXPOSURE_RULES, TOLERANT_RULES, tolerant_rules

__all__ = [
    "CODED",
    "CODE_RULES",
    "ORDINARY",
    "RULES",
    "Find",
    "Rule",
    "Surroundings",
    "contract_rules",
    "declared_rules",
    "known_codes",
    "last_day",
    "later_rules",
]

RULES: tuple[Rule, ...] = (*CATEGORY_RULES, *TIME_RULES, *LINK_RULES, *EXPOSURE_RULES)
"""The rules that are code and need nothing from a contract but to be stated there."""

CODED = frozenset({*((rule.table, rule.code) for rule in (*CODE_RULES, *RULES)), *TOLERANT_RULES})
"""Table and code of every rule that a contract can state without a form of its own."""


def later_rules(contracts: Mapping[str, Contract]) -> tuple[Rule, ...]:
    """What is asked once codes and keys have been checked, of the tables whose contracts state it.

    Rows that only have a warning come last, since a warning is about rows that are otherwise sound.
    """
    declared = (rule for contract in contracts.values() for rule in declared_rules(contract))
    tolerant = (rule for contract in contracts.values() for rule in tolerant_rules(contract))
    coded = (rule for rule in RULES if rule not in EXPOSURE_RULES and _is_stated(rule, contracts))
    warnings = (rule for rule in EXPOSURE_RULES if _is_stated(rule, contracts))
    return (*declared, *coded, *tolerant, *warnings)


def _is_stated(rule: Rule, contracts: Mapping[str, Contract]) -> bool:
    return rule.table in contracts and contracts[rule.table].rule(rule.code) is not None
