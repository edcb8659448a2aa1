"""The shared look: one set of colours everywhere, enough contrast, and no report left unmarked."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

REPORTS = Path(__file__).parents[2] / "reports"
CSS = (REPORTS / "style.css").read_text("utf-8")
TYPST = (REPORTS / "typst-template.typ").read_text("utf-8")
PALETTE = yaml.safe_load((REPORTS / "_brand.yml").read_text("utf-8"))["color"]["palette"]
AA_TEXT = 4.5
AA_PARTS = 3.0


def colours(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([a-z]+): (#[0-9a-f]{6});", block))


LIGHT, DARK = (colours(block) for block in re.findall(r":root \{(.*?)\}", CSS, re.DOTALL)[:2])


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio as WCAG 2.2 defines it."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_the_contrast_formula_is_the_published_one():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("name", sorted(PALETTE))
def test_page_and_pdf_use_the_colours_of_the_brand(name):
    assert LIGHT[name] == PALETTE[name]
    typst = dict(re.findall(r'#let (\w+) = rgb\("(#[0-9a-f]{6})"\)', TYPST))
    assert typst.get(name, PALETTE[name]) == PALETTE[name]


@pytest.mark.parametrize("scheme", [LIGHT, {**LIGHT, **DARK}], ids=["light", "dark"])
@pytest.mark.parametrize(
    ("front", "back"),
    [
        ("ink", "paper"), ("petrol", "paper"), ("stone", "paper"), ("ink", "mist"), ("petrol", "mist"),
        ("stone", "mist"), ("ink", "sand"), ("rust", "sand"), ("paper", "ink"), ("petrol", "sand"),
    ],
)  # fmt: skip
def test_text_has_enough_contrast(scheme, front, back):
    assert contrast(scheme[front], scheme[back]) >= AA_TEXT


@pytest.mark.parametrize("scheme", [LIGHT, {**LIGHT, **DARK}], ids=["light", "dark"])
def test_focus_can_be_seen(scheme):
    assert contrast(scheme["focus"], scheme["paper"]) >= AA_PARTS


def test_the_stylesheet_fetches_nothing():
    assert not re.search(r"url\(|@import|https?:", CSS)


def test_a_bare_quarto_render_is_marked_as_synthetic():
    metadata = yaml.safe_load((REPORTS / "_metadata.yml").read_text("utf-8"))
    assert metadata["synthetic"] is True
    assert metadata["synthetic-text"].strip()


def test_the_synthetic_mark_is_printed_on_every_page():
    printed = CSS[CSS.index("@media print") :]
    assert re.search(r"\.remsa \{ display: table-header-group; break-inside: avoid;", printed)
