"""The moment that every file says it was made, so that the same report has the same bytes."""

from __future__ import annotations

#: 1 January 2026, 00:00 UTC, in seconds. The manifest of a run says when it really was made.
EPOCH = "1767225600"
