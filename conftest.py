"""Settings for every test: the same examples in every run, and no deadline on a busy machine."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("evalkit", deadline=None, derandomize=True)
settings.load_profile("evalkit")
