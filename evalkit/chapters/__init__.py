"""What the chapters of a report show: Markdown made from a run's artifacts.

A ``.qmd`` opens a run with :func:`open_run` and prints what the functions of this package return.
It fits nothing, groups nothing and defines no function.
"""

from evalkit.chapters.run import Run, open_run

__all__ = ["Run", "open_run"]
