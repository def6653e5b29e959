"""What may be read: Python and its packages, without the course."""

import json
import os
from pathlib import Path

import numpy
import pytest

import coursekit
from coursekit.grading.walls.territory import Territory, real


@pytest.fixture
def territory(tmp_path):
    return Territory.of_python(tmp_path / "scratch", [tmp_path / "more"])


def test_python_and_packages_may_be_read(territory):
    for module in (os, json, numpy):
        assert territory.may_read(real(module.__file__))
        assert territory.is_library(module.__file__)


def test_home_and_what_is_beside_the_scratch_may_not(territory, tmp_path):
    assert not territory.may_read(real(str(Path.home())))
    assert not territory.may_read(real(str(tmp_path / "scratch-2")))
    assert not territory.is_library("<answer>")


def test_only_the_scratch_may_be_written(territory, tmp_path):
    inside = real(str(tmp_path / "scratch" / "x"))
    assert territory.may_read(inside)
    assert territory.may_write(inside)
    assert not territory.may_write(real(numpy.__file__))


def test_of_the_course_only_what_is_loaded_may_be_read(territory):
    folder = Path(coursekit.__file__).parent
    assert territory.may_read(real(coursekit.__file__))
    assert not territory.may_read(real(str(folder / "autograders" / "new.py")))
    assert not territory.may_read(real(str(folder)))


def test_a_course_among_the_packages_is_left_out(tmp_path):
    packages = tmp_path / "lib" / "site-packages"
    for name in ("coursekit/solutions", "numpy", "torch"):
        (packages / name).mkdir(parents=True)
    (tmp_path / "lib" / "libc.so").touch()
    territory = Territory(
        readable=(str(tmp_path / "lib"), "/usr/lib"),
        names=(),
        hidden=str(packages / "coursekit"),
        files=frozenset(),
        scratch="/scratch",
    )
    assert territory.may_read(str(packages / "numpy"))
    assert not territory.may_read(str(packages / "coursekit" / "solutions"))
    pieces = ["libc.so", "site-packages/numpy", "site-packages/torch"]
    assert set(territory.without_hidden()) == {
        "/usr/lib",
        *(str(tmp_path / "lib" / piece) for piece in pieces),
    }


def test_a_name_that_is_a_link_is_known_as_well(tmp_path):
    (tmp_path / "there").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "there")
    territory = Territory.of_python(tmp_path / "scratch", [tmp_path / "link"])
    assert str(tmp_path / "link") in territory.names
    assert territory.may_read(real(str(tmp_path / "link" / "file")))
