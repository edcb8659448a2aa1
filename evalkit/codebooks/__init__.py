"""Code books: what is counted, what it is divided by, and when the rules changed.

Use them through :mod:`evalkit.metrics`.
"""
