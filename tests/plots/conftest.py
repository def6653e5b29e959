"""Every figure that the tests of this folder draw can be read by weak eyes."""

import pytest
from matplotlib.axes import Axes
from matplotlib.colors import to_hex

from coursekit.grading.colours import contrast

#: Words upon the cells of a heat map stand on the cell, not on the white of the page.
UPON_CELLS = {"#ffffff", "#000000"}


@pytest.fixture(autouse=True)
def words_stand_out_from_the_page(monkeypatch):
    """Fail a test as soon as a figure writes words too pale for a white page."""

    def wrapped(write):
        def written(self, *args, **kwargs):
            text = write(self, *args, **kwargs)
            ink = to_hex(text.get_color())
            if ink not in UPON_CELLS:
                assert contrast(ink, "#ffffff") >= 4.5, f"{text.get_text()!r} in {ink}"
            return text

        return written

    for name in ("text", "annotate"):
        monkeypatch.setattr(Axes, name, wrapped(getattr(Axes, name)))
