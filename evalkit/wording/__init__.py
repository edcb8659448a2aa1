"""Estimates put into sentences: plain, hedged, absolute numbers before ratios.

Every sentence is made from the same record that the tables show, so text and table cannot
disagree. The fixed phrases follow domain brief §5.5. Words that would claim more than a
comparison of areas can carry are listed in ``FORBIDDEN`` and may not occur in a rendered report.
"""

from __future__ import annotations

from evalkit.wording.families import falling, family_lines, multiplicity_rule
from evalkit.wording.forbidden import FORBIDDEN, forbidden_words
from evalkit.wording.likeness import equivalence_sentence, not_worse_sentence
from evalkit.wording.reading import Reading
from evalkit.wording.reckoned import reckoned
from evalkit.wording.selftest import self_test_read
from evalkit.wording.sentences import (
    headline,
    hedge,
    number_with_interval,
    says_something,
    short_answer,
    unit_of_number,
)
from evalkit.wording.sizes import change, change_between

__all__ = [
    "FORBIDDEN",
    "Reading",
    "change",
    "change_between",
    "equivalence_sentence",
    "falling",
    "family_lines",
    "forbidden_words",
    "headline",
    "hedge",
    "multiplicity_rule",
    "not_worse_sentence",
    "number_with_interval",
    "reckoned",
    "says_something",
    "self_test_read",
    "short_answer",
    "unit_of_number",
]
