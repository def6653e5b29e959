"""An exercise is known by a file's name, however it was changed, else by its cells."""

import pytest
from handed_in import (
    ABOUT_NORM,
    ABOUT_NOTHING,
    ABOUT_PLAIN,
    CATALOGUE,
    NORM,
    PLAIN,
    notebook,
)

from coursekit.grading.intake.exercises import Exercises, Named
from coursekit.grading.intake.reading import read_notebook
from coursekit.study.folder import Notebook, free_name

EXERCISES = Exercises(CATALOGUE)


@pytest.mark.parametrize(
    ("stem", "rest", "copy"),
    [
        ("07_layer_norm", "", 0),
        ("07_LAYER_Norm", "", 0),
        ("07-layer-norm", "", 0),
        ("07 Layer Norm", "", 0),
        ("07layernorm", "", 0),
        ("07_layer_norm (1)", "", 1),
        ("07_layer_norm(12)", "", 12),
        ("07_layer_norm-2", "", 2),
        ("07_layer_norm-Copy1", "", 1),
        ("07_layer_norm - Copy (3)", "", 3),
        ("07_layer_norm copy", "", 1),
        ("07_layer_norm (new version 0.1.0)", "", 1),
        ("07_layer_norm (new version 0.1.0, 2)-Copy3", "", 3),
        ("Copy of 07_layer_norm", "", 0),
        ("jane_07_layer_norm", "jane", 0),
        ("07_layer_norm_jane (2)", "jane", 2),
        ("07_layer_norm-1_jane", "jane", 1),
        ("Doe, Jane - 07_layer_norm - final", "Doe, Jane final", 0),
        ("07_layer_norm_s1234567", "s1234567", 0),
        ("07_layer_norm_copyright", "copyright", 0),
        ("=cmd() 07_layer_norm", "=cmd()", 0),
        ("\udc80_07_layer_norm", "\udc80", 0),
        ("Zoe\u0308 07_layer_norm", "Zo\u00eb", 0),
    ],
)
def test_a_name_tells_the_exercise_and_what_else_is_in_it(stem, rest, copy):
    assert EXERCISES.named(stem) == Named(NORM, rest, copy)


@pytest.mark.parametrize(
    "stem",
    [
        "jane",
        "107_layer_norm",
        "07_layer_norms",
        "07_layer_norm2",
        "layer",
        "07_layer_norm and 01_plain_networks",
        "",
        "(1)",
    ],
)
def test_other_names_tell_of_no_exercise_and_stay_whole(stem):
    assert EXERCISES.named(stem) == Named("", stem)


def test_what_an_update_lays_beside_a_file_is_a_copy_of_its_exercise(tmp_path):
    path, new = tmp_path / f"{NORM}.ipynb", Notebook("new", "", "")
    for _ in range(2):
        path.write_text("what a learner wrote")
        path = free_name(tmp_path / f"{NORM}.ipynb", new)
        assert EXERCISES.is_name_of_one(path.stem)


def test_the_longer_of_two_names_counts():
    exercises = Exercises({NORM: {}, NORM + "_more": {}, "norm": {}})
    assert exercises.named("07_layer_norm_more").exercise == "07_layer_norm_more"
    assert exercises.named("07_layer_norm").exercise == NORM
    assert exercises.named("my norm").exercise == "norm"


def test_an_exercise_may_have_no_letters_in_its_name():
    assert Exercises({"--": {}}).named("a--b").exercise == ""


def test_names_of_any_length_are_read_at_once():
    for stem in ("07_" * 9999, "copy " * 9999, "_" * 99_999, "07_layer_norm-1" * 999):
        EXERCISES.named(stem)


@pytest.mark.parametrize(
    ("data", "held"),
    [
        (ABOUT_NORM, [NORM]),
        (ABOUT_PLAIN, [PLAIN]),
        (ABOUT_NOTHING, []),
        (notebook("class axes_of:\n    pass"), [NORM]),
        (notebook("async def axes_of(): pass"), [NORM]),
        (notebook("x = 1", task="axes_of"), [NORM]),
        (notebook("x = 1", nbgrader={"grade_id": "axes_of"}), [NORM]),
        (notebook("coursekit.answer( '07-means', 3)"), [NORM]),
        (notebook("def axes_of(:\n  broken"), [NORM]),
        (notebook("    def axes_of(): inner"), []),
        (notebook("def axes_of(): 1", "def predict_gain(): 1"), [PLAIN, NORM]),
        (
            notebook(
                "def axes_of(): 1", 'answer("07-means", 1)', "class predict_gain:"
            ),
            [NORM],
        ),
    ],
)
def test_cells_tell_the_exercise_without_being_parsed(data, held):
    found = read_notebook(data)
    assert EXERCISES.held_by(found) == held
    assert EXERCISES.is_held_by(found, NORM) is (NORM in held)
