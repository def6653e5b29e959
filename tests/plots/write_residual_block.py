"""Write notebooks/figures/residual_block.svg, the picture of the README.

Run `python tests/plots/write_residual_block.py` after a change of the drawing; the file
is committed. Letters are drawn as shapes, so it looks the same without our fonts; it
brings its own white ground, so it can be read on dark pages.
"""

import io
from pathlib import Path

import matplotlib
from matplotlib.figure import Figure

from coursekit.plots.residual_block import draw_both_forms

FILE = Path(__file__).parents[2] / "notebooks" / "figures" / "residual_block.svg"
TITLE = "A residual block, post-activation and pre-activation"


def write(path: Path = FILE) -> None:
    """Write both forms of a residual block; the same bytes each time."""
    figure = Figure(figsize=(8.4, 2.8), layout="constrained")
    alt = draw_both_forms(figure.subplots(1, 2))
    about = {"Title": TITLE, "Description": alt, "Date": None, "Creator": None}
    fixed = {"svg.hashsalt": "coursekit", "svg.fonttype": "path"}
    buffer = io.StringIO()
    with matplotlib.rc_context(fixed):
        figure.savefig(buffer, format="svg", facecolor="white", metadata=about)
    lines = [line.rstrip() for line in buffer.getvalue().splitlines()]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    write()
