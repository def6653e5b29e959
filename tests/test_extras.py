"""What is not installed is installed from where the course runs."""

import tomllib
from pathlib import Path

import pytest

from coursekit import extras

ROOT = Path(__file__).parents[1]


def test_a_clone_installs_itself_and_nothing_of_its_name_from_elsewhere():
    assert extras.how_to_install("teach") == "pip install -e '.[teach]' (in the clone)"


def test_an_installed_course_is_asked_for_by_its_name(tmp_path, monkeypatch):
    monkeypatch.setattr(extras, "CLONE", tmp_path)
    assert extras.how_to_install("teach") == "pip install 'coursekit[teach]'"


@pytest.mark.parametrize("extra", ["teach", "cluster"])
def test_the_extras_that_messages_name_are_there(extra):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert extra in project["optional-dependencies"]
