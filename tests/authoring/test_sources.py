"""Cells of a source: their ids are words, their metadata what authors wrote."""

import re
import sys

import pytest

from coursekit.authoring.sources import BuildError, read_cells, slug


def cells_of(text, folder):
    path = folder / "07_topic.py"
    path.write_text(text, encoding="utf-8")
    return read_cells(path, "07_topic.py")


def ids_of(text, folder):
    return [cell.id for cell in cells_of(text, folder)]


def test_id_is_the_title_of_the_percent_line(tmp_path):
    text = (
        '# %% why-it-works [markdown] tags=["instructor"]\n# Text.\n'
        "# %% Check forward\nx = 1\n"
    )
    assert ids_of(text, tmp_path) == ["why-it-works", "check-forward"]


def test_id_of_a_cell_without_title_is_its_heading_or_first_words(tmp_path):
    text = (
        "# %% [markdown]\n# ## Shift the input: what survives?\n#\n# Text.\n"
        "# %% [markdown]\n# One mean **per sample** and no more than that.\n"
        "# %%\nimport numpy as np\n"
        "# %%\n3 + 4\n"
    )
    assert ids_of(text, tmp_path) == [
        "shift-the-input-what-survives",
        "one-mean-per-sample-and",
        "import-numpy-as-np",
        "cell-3-4",
    ]


def test_same_first_words_are_numbered(tmp_path):
    assert ids_of("# %%\nx = 1\n# %%\nx = 1\n# %%\nx = 1\n", tmp_path) == [
        "x-1",
        "x-1-2",
        "x-1-3",
    ]


def test_written_title_wins_over_a_derived_one(tmp_path):
    assert ids_of("# %%\nx = 1\n# %% x-1\ny = 2\n", tmp_path) == ["x-1-2", "x-1"]


def test_same_title_twice_stops_the_build(tmp_path):
    with pytest.raises(BuildError, match=r"07_topic\.py, cell see: two cells"):
        ids_of("# %% see\nx = 1\n# %% see\ny = 2\n", tmp_path)


def test_ids_fit_the_notebook_format(tmp_path):
    text = f"# %% [markdown]\n# ## {'Größe ' * 30}\n# %%\n{'_'}\n"
    for cell_id in ids_of(text, tmp_path):
        assert re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", cell_id)


def test_accents_and_signs_leave_letters():
    assert slug("Größe, σ² und x̂!") == "groe-2-und-x"


@pytest.mark.parametrize(
    ("line", "match"),
    [
        ('# %% see tags=["instructr"]', r"cell see: tags must be among .*instructr"),
        ("# %% see colour=1", r"cell see: metadata must be one of .*colour"),
    ],
)
def test_unknown_tag_or_metadata_stops_the_build(tmp_path, line, match):
    with pytest.raises(BuildError, match=match):
        cells_of(f"{line}\nx = 1\n", tmp_path)


def test_trailing_whitespace_is_removed(tmp_path):
    (cell,) = cells_of("# %%\nx = 1  \ny = 2\t\n", tmp_path)
    assert cell.source == "x = 1\ny = 2"


def test_script_without_cells_says_how_to_start_one(tmp_path):
    with pytest.raises(BuildError, match="there is no cell"):
        cells_of("\n", tmp_path)


def test_missing_jupytext_is_answered_with_the_command_to_install_it(
    tmp_path, monkeypatch
):
    monkeypatch.setitem(sys.modules, "jupytext", None)
    with pytest.raises(BuildError, match=r"pip install .*\[teach\]'"):
        cells_of("# %%\nx = 1\n", tmp_path)
