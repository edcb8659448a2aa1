"""Made-up data that keep a contract, for tests, templates and trying things out."""

from evalkit.contracts.generating.sampling import sample

__all__ = ["sample"]
