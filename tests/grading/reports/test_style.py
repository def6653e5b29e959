"""The colours of the reports: strong enough in both themes and on paper."""

import re
from itertools import product
from pathlib import Path

import pytest

from coursekit import grading
from coursekit.grading.colours import contrast

CSS = (Path(grading.__file__).parent / "templates/reports/report.css").read_text()
THEMES = re.findall(r":root\{([^}]*)\}", CSS)


def colours(theme):
    found = dict(re.findall(r"--(\w+):(#[0-9a-f]{3,6})\b", theme))
    return {
        name: value if len(value) == 7 else "#" + "".join(2 * c for c in value[1:])
        for name, value in found.items()
    }


def test_there_is_a_light_theme_a_dark_one_and_one_for_paper():
    assert len(THEMES) == 3
    assert "prefers-color-scheme:dark" in CSS and "@media print" in CSS


@pytest.mark.parametrize("theme", THEMES, ids=["light", "dark", "print"])
def test_text_has_a_contrast_of_4_5_on_every_ground_and_lines_of_3(theme):
    found = colours(THEMES[0]) | colours(theme)
    grounds = [found[name] for name in ("back", "tint", "named")]
    for name, ground in product(
        ("text", "soft", "link", "pass", "fail", "error"), grounds
    ):
        assert contrast(found[name], ground) >= 4.5, (name, ground)
    for name, ground in product(("line", "bar"), grounds[:2]):
        assert contrast(found[name], ground) >= 3, (name, ground)


def test_the_style_asks_for_nothing_and_every_colour_is_a_variable():
    assert "url(" not in CSS and "@import" not in CSS
    rules = re.sub(r":root\{[^}]*\}", "", CSS)
    assert not re.findall(r"#[0-9a-f]{3,6}\b", rules)
