"""evalkit: effect evaluation of municipal joint inspections."""

__version__ = "0.1.0"
