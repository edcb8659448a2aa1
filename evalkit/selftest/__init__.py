"""What the designs of a plan would have made of effects that are known, in a world like the time before.

``history`` learns from the time before how often things happened and how much they varied; ``worlds`` draws
what could have come after, with an effect put in; ``trials`` lets each design of the plan loose on it and
counts how often it was right.
"""

from __future__ import annotations

from evalkit.selftest.result import SelfTest, Trial
from evalkit.selftest.trials import FACTORS, self_test

__all__ = ["FACTORS", "SelfTest", "Trial", "self_test"]
