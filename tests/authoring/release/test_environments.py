"""The recipes for Binder, a dev container and JupyterHub say what they should."""

import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.specifiers import SpecifierSet

ROOT = Path(__file__).parents[3]
HUB = ROOT / ".devcontainer/jupyterhub.Dockerfile"
WITHOUT_CARDS = "https://download.pytorch.org/whl/cpu"


def text_of(name):
    return (ROOT / name).read_text(encoding="utf-8")


def pythons():
    """Return the versions of Python that the recipes ask for."""
    container = json.loads(text_of(".devcontainer/devcontainer.json"))
    return {
        ".binder": text_of(".binder/runtime.txt").strip().partition("-")[2],
        "container": container["image"].partition(":")[2],
        "hub": re.search(r"^FROM \S+:python-(\S+)$", HUB.read_text(), re.M)[1],
    }


def test_every_recipe_has_a_python_that_the_course_runs_on():
    project = tomllib.loads(text_of("pyproject.toml"))["project"]
    for place, version in pythons().items():
        assert version in SpecifierSet(project["requires-python"]), place


@pytest.mark.parametrize(
    "name",
    [
        ".binder/requirements.txt",
        ".devcontainer/devcontainer.json",
        ".devcontainer/jupyterhub.Dockerfile",
    ],
)
def test_every_recipe_takes_the_small_build_of_torch(name):
    assert WITHOUT_CARDS in text_of(name)


def test_binder_installs_the_folder_it_is_in():
    lines = text_of(".binder/requirements.txt").splitlines()
    assert "." in lines


@pytest.mark.skipif(sys.platform == "win32", reason="there is no bash to ask")
def test_the_hub_s_start_script_lays_the_course_out_in_the_home_directory(tmp_path):
    written = re.search(r"printf '%s\\n' '(#!.*)' \\\n\s+'(.*)' \\\n", HUB.read_text())
    bin_of_this_python = Path(sys.executable).parent
    ran = subprocess.run(
        ["bash", "-e", "-c", "\n".join(written.groups())],
        env={
            **os.environ,
            "HOME": str(tmp_path),
            "PATH": f"{bin_of_this_python}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
        },
        capture_output=True,
        text=True,
        check=True,
    )
    assert "laid out" in ran.stdout, ran.stderr
    assert (tmp_path / "course/exercises/00_start_here.ipynb").is_file()
