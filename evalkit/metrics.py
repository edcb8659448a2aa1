"""The metric code book: what is counted, by which rule, and what it may be compared with.

A metric is a row in ``data_contracts/codebooks/metrics.yaml``, never code. Every number in a
report takes its name, unit, denominator, legal basis and traps from here.
"""

from evalkit.codebooks.book import MetricBook
from evalkit.codebooks.entries import Authority, Category, Exposure, LawChange, Measure, Metric, Noun, Precision

__all__ = ["Authority", "Category", "Exposure", "LawChange", "Measure", "Metric", "MetricBook", "Noun", "Precision"]
