"""Render a Quarto project to HTML and PDF, with Quarto itself or with the embedded engine."""

from __future__ import annotations

from evalkit.render.engine import Engine, Format, Rendered, render

__all__ = ["Engine", "Format", "Rendered", "render"]
