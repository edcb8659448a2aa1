"""Workbooks to fill in: one per role, made from the contracts and the code books."""

from evalkit.templates.roles import Reporter, tables_of
from evalkit.templates.writing import template_name, write_template

__all__ = ["Reporter", "tables_of", "template_name", "write_template"]
