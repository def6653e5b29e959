"""The little Markdown of notes becomes HTML, and whatever else is there is escaped."""

import re
from pathlib import Path

import pytest

from coursekit.classroom.page import formula, prose
from coursekit.grading.colours import contrast

CSS = Path(__file__).parents[2] / "coursekit/classroom/templates/page.css"


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("a < b & c", "a &lt; b &amp; c"),
        ("`x * y * z`", "<code>x * y * z</code>"),
        ("**bold `code`**", "<strong>bold <code>code</code></strong>"),
        ("*so*", "<em>so</em>"),
        ("[lesson 02](02.ipynb#a)", "lesson 02"),
        (r"$1/\sqrt L$ and $g'$", "<i>1/√L</i> and <i>g&#39;</i>"),
        ("2 * 3 * 4", "2 * 3 * 4"),
        ("`<b>`", "<code>&lt;b&gt;</code>"),
        ("5 $ or 6 €", "5 $ or 6 €"),
        ("", ""),
    ],
)
def test_prose(text, html):
    assert str(prose(text)) == html


def test_signs_of_formulas_are_written_out():
    assert formula(r"\sum y^2 \cdot \gamma") == "∑ y² · γ"


def colours(block):
    return dict(re.findall(r"--(\w+):(#[0-9a-fA-F]{6}|#[0-9a-f]{3})\b", block))


@pytest.mark.parametrize(
    ("theme", "ground"), [("light", "#ffffff"), ("dark", "#121212")]
)
def test_lines_can_be_told_from_the_ground_in_both_themes(theme, ground):
    light, dark = CSS.read_text("utf-8").splitlines()[:2]
    for name, colour in colours(light if theme == "light" else dark).items():
        if name != "soft":
            assert contrast(colour.lower(), ground) >= 3, name
