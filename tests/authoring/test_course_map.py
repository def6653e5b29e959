"""The README's table of lessons."""

import pytest

from coursekit.authoring.course_map import Header, read_header, table, with_map
from coursekit.authoring.sources import BuildError

CARD = """\
# %% [markdown]
# # 07 · Normalize each vector
#
# **70 min alone · 45 min in a workshop**
"""


def source_with(text, folder):
    path = folder / "07_layer_norm.py"
    path.write_text(text, encoding="utf-8")
    return path


def test_header_card_gives_title_and_minutes(tmp_path):
    header = read_header(source_with(CARD, tmp_path))
    assert header == Header("07_layer_norm", "Normalize each vector", 70, 45)


@pytest.mark.parametrize("line", ["# # 07", "# **70 min alone"])
def test_missing_title_or_minutes_say_what_to_write(tmp_path, line):
    text = "\n".join(ln for ln in CARD.splitlines() if not ln.startswith(line))
    with pytest.raises(BuildError, match=r"07_layer_norm\.py: .* must have"):
        read_header(source_with(text, tmp_path))


def test_row_links_the_lesson_and_its_exercise_where_there_is_one():
    headers = [Header("00_a", "A", 25, 15), Header("07_b", "B", 70, 45)]
    *_, first, second = table(headers, ["07_b"]).splitlines()
    assert first == "| 00 | [A](notebooks/00_a.ipynb) |  | 25 min | 15 min |"
    assert "[07_b](exercises/07_b.ipynb) | 70 min | 45 min |" in second


def test_text_around_the_map_is_kept():
    readme = "before\n<!-- course map -->\nold\n<!-- end of course map -->\nafter\n"
    new = with_map(readme, "NEW")
    assert new.startswith("before\n") and new.endswith("\nafter\n")
    assert "NEW" in new and "old" not in new
    assert with_map(new, "NEW") == new


@pytest.mark.parametrize(
    "readme",
    [
        "nothing",
        "<!-- course map -->",
        "<!-- end of course map --><!-- course map -->",
        "<!-- course map --><!-- course map --><!-- end of course map -->",
    ],
)
def test_markers_that_are_not_a_pair_are_refused(readme):
    with pytest.raises(BuildError, match="the course map goes between"):
        with_map(readme, "")
