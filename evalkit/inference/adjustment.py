"""The words for how p-values are adjusted. Kept apart from the arithmetic so that naming one imports nothing."""

from __future__ import annotations

from enum import StrEnum


class Adjustment(StrEnum):
    """How p-values of one family are adjusted.

    ``BONFERRONI``, ``HOLM`` and ``HOCHBERG`` hold the risk of any false finding, ``BH`` and ``BY`` the expected
    share of false findings. The gatekeeping ones take the hypotheses tier by tier; ``ROMANO_WOLF`` uses draws.
    """

    BONFERRONI = "bonferroni"
    HOLM = "holm"
    HOCHBERG = "hochberg"
    BH = "bh"
    BY = "by"
    SERIAL_GATEKEEPING = "serial_gatekeeping"
    PARALLEL_GATEKEEPING = "parallel_gatekeeping"
    ROMANO_WOLF = "romano_wolf"
