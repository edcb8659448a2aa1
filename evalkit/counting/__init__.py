"""From a holder's events to counts: what leaves the holder, and what the analysis reads.

``rules`` says what is an event of which metric, ``coverage`` which periods may be counted, ``cells`` adds up, and
``aggregates`` holds the result.
"""

from evalkit.counting.aggregates import Aggregates
from evalkit.counting.aggregating import aggregate

__all__ = ["Aggregates", "aggregate"]
