"""The picture of a residual block: what it says, and the copy that the README shows."""

import re
import runpy
from pathlib import Path
from xml.etree import ElementTree

import pytest
from matplotlib.figure import Figure

from coursekit.plots.residual_block import (
    BOXES,
    WIDEST,
    Pipes,
    draw_both_forms,
    draw_residual_block,
)

SCRIPT = runpy.run_path(str(Path(__file__).with_name("write_residual_block.py")))
FILE = SCRIPT["FILE"]


def words(ax):
    return [text.get_text() for text in ax.texts]


@pytest.mark.parametrize("mode", BOXES)
def test_block_has_its_boxes_and_only_post_activation_a_gate_on_the_road(mode):
    ax = Figure().subplots()
    alt = draw_residual_block(ax, mode=mode)
    boxes = [name for name in words(ax) if name in BOXES[mode]]
    gates = len(boxes) - len(BOXES[mode])
    assert gates == (1 if mode == "post" else 0)
    assert ("stands on the main road" in alt) == (mode == "post")
    assert "added back" in alt


def test_widths_of_the_pipes_are_in_proportion_to_the_gradient():
    ax = Figure().subplots()
    pipes = Pipes(arriving=1.0, after_g=0.5, skip=0.5, branch=0.25, leaving=0.6)
    alt = draw_residual_block(ax, mode="post", pipes=pipes)
    widths = {
        line.get_linewidth() for line in ax.get_lines() if len(line.get_xdata()) > 1
    }
    assert widths == {WIDEST * share for share in (1.0, 0.5, 0.25, 0.6)}
    for number in ("1.00", "0.50", "0.25", "0.60"):
        assert number in alt


def test_pipe_of_nothing_is_dotted():
    ax = Figure().subplots()
    draw_residual_block(ax, mode="pre", pipes=Pipes(1.0, 1.0, 1.0, 0.0, 1.0))
    dotted = [line for line in ax.get_lines() if line.get_linestyle() == ":"]
    assert len(dotted) == 1


def test_gradient_that_is_all_zero_can_be_drawn():
    alt = draw_residual_block(Figure().subplots(), pipes=Pipes(0, 0, 0, 0, 0))
    assert "Length 0.00 arrives" in alt


def test_unknown_mode_is_named():
    with pytest.raises(ValueError, match="mode must be one of"):
        draw_residual_block(Figure().subplots(), mode="sideways")


def test_committed_picture_says_what_the_drawing_says_now(tmp_path):
    """Compared by its texts: outlines of letters differ between versions."""
    SCRIPT["write"](tmp_path / "fresh.svg")
    stored, fresh = texts(FILE), texts(tmp_path / "fresh.svg")
    assert stored == fresh, "run: python tests/plots/write_residual_block.py"
    assert draw_both_forms(Figure().subplots(1, 2)) in stored


def texts(path):
    """Return title, description and every label of an SVG file, in order."""
    svg = path.read_text(encoding="utf-8")
    return re.findall(r"<dc:(?:title|description)>(.*?)</dc", svg) + re.findall(
        r"<!-- (.*?) -->", svg
    )


def test_committed_picture_brings_a_white_ground_of_its_full_size():
    root = ElementTree.parse(FILE).getroot()
    _, _, width, height = map(float, root.get("viewBox").split())
    ground = next(root.iter("{http://www.w3.org/2000/svg}path"))
    corners = re.findall(r"[ML] (\S+) (\S+)", ground.get("d"))
    assert "fill: #ffffff" in ground.get("style")
    assert {(float(x), float(y)) for x, y in corners} == {
        (x, y) for x in (0.0, width) for y in (0.0, height)
    }


def test_committed_picture_needs_no_other_file_and_runs_nothing():
    svg = FILE.read_text(encoding="utf-8")
    links = re.findall(r'xlink:href="([^"]*)"', svg)
    assert all(link.startswith("#") for link in links)
    assert "<script" not in svg
    assert "<text" not in svg  # letters are shapes: no font is needed
