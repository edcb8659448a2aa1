"""The diagnostics that every estimate of a plan is put to, without being asked for (domain brief §5.2).

A design says which checks concern it; each check is one module with one function, from a
:class:`~evalkit.checks.situation.Situation` to a :class:`~evalkit.findings.Finding`, or to nothing where
the data hold nothing to check.
"""

from __future__ import annotations

from evalkit.checks.registry import CHECKS, examine
from evalkit.checks.situation import Situation

__all__ = ["CHECKS", "Situation", "examine"]
