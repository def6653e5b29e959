"""Pictures with their text."""

import pytest
from matplotlib.figure import Figure

from coursekit.plots.alt import figure_html, png_bytes


def test_png_says_nothing_about_when_and_by_what_it_was_made():
    png = png_bytes(Figure(figsize=(1, 1)))
    assert b"Software" not in png and b"Matplotlib" not in png


def test_less_compression_gives_a_larger_file():
    figure = Figure(figsize=(2, 1))
    figure.subplots().plot([1, 2])
    assert len(png_bytes(figure, compress_level=0)) > len(png_bytes(figure))


def test_caption_and_alt_are_escaped():
    page = figure_html(b"", 'x < 1 & "y"')
    assert 'alt="x &lt; 1 &amp; &quot;y&quot;"' in page
    assert "<figcaption>x &lt; 1 &amp; &quot;y&quot;</figcaption>" in page


def test_ground_is_white_in_the_dark_theme_too():
    assert "background:white" in figure_html(b"", "A line.")


@pytest.mark.parametrize("alt", [None, "", "  "])
def test_missing_alt_text_is_refused(alt):
    with pytest.raises(ValueError, match="alt must be a sentence"):
        figure_html(b"", alt)
