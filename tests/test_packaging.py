"""The wheel carries lessons and exercises, never answers, and works without a clone."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from hatchling import build as backend

ROOT = Path(__file__).parents[1]
IN_THE_WHEEL = {"notebooks", "exercises"}
NEVER_IN_THE_WHEEL = ("solutions", "sources", "tests", ".ci", ".github")

pytestmark = pytest.mark.slow


def pip(command, *arguments):
    """Run pip without the network: the build tool is in the extra ``test``."""
    pytest.importorskip("pip", reason="this environment has no pip (uv makes such)")
    offline = (
        ["--no-build-isolation"] if command == "wheel" or "-e" in arguments else []
    )
    ran = subprocess.run(
        [sys.executable, "-m", "pip", command, "--no-deps", *offline, *arguments],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    """Return a copy of what git would hand to somebody else, with a course in it."""
    copy = tmp_path_factory.mktemp("tree")
    listed = subprocess.run(
        ["git", "-C", ROOT, "ls-files", "-co", "--exclude-standard", "-z"],
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode:
        pytest.skip("not a clone: git cannot list the files")
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, copy / name)
    return copy


@pytest.fixture(scope="module")
def wheel(tree, tmp_path_factory):
    place = tmp_path_factory.mktemp("wheel")
    pip("wheel", str(tree), "--wheel-dir", str(place))
    (built,) = place.glob("coursekit-*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """Return a folder that holds the installed wheel and nothing else of the course."""
    place = tmp_path_factory.mktemp("site")
    pip("install", "--target", str(place), str(wheel))
    return place


def names_in(wheel):
    return [Path(name) for name in zipfile.ZipFile(wheel).namelist()]


@pytest.mark.parametrize("part", sorted(IN_THE_WHEEL))
def test_every_lesson_and_exercise_is_in_the_wheel(wheel, part):
    there = {path.name for path in (ROOT / part).glob("*.ipynb")}
    carried = {
        path.name
        for path in names_in(wheel)
        if path.parent == Path("coursekit/course") / part
    }
    assert carried == there


def test_no_answer_no_source_and_no_test_is_in_the_wheel(wheel):
    for path in names_in(wheel):
        assert not set(path.parts) & set(NEVER_IN_THE_WHEEL), path


def test_nothing_but_the_package_is_in_the_wheel(wheel):
    tops = {path.parts[0] for path in names_in(wheel)}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"coursekit"}


def test_data_files_of_the_package_are_in_the_wheel(wheel):
    carried = set(names_in(wheel))
    for path in (ROOT / "coursekit").rglob("*"):
        if path.suffix in {".json", ".npz", ".css", ".html", ".js"}:
            assert path.relative_to(ROOT) in carried


def test_an_installed_wheel_lays_out_the_course_without_a_clone(installed, tmp_path):
    code = (
        "import pathlib, coursekit\n"
        "from coursekit.study.folder import course_folder, refresh\n"
        "print(coursekit.__file__, course_folder(), sep='\\n')\n"
        "print(*refresh(pathlib.Path('study')).lines(), sep='\\n')\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        check=False,
    )
    package, course, *lines = ran.stdout.splitlines()
    assert Path(package).is_relative_to(installed), ran.stderr
    assert Path(course) == installed / "coursekit" / "course"
    lessons = {path.name for path in (ROOT / "notebooks").glob("*.ipynb")}
    laid = {path.name for path in (tmp_path / "study/notebooks").glob("*.ipynb")}
    assert laid == lessons
    assert "laid out" in lines[0]


def test_an_editable_install_copies_nothing_that_could_go_stale(tree, tmp_path):
    pip("install", "--target", str(tmp_path), "-e", str(tree))
    assert not list(tmp_path.rglob("*.ipynb"))
    (pointer,) = tmp_path.glob("*.pth")
    assert Path(pointer.read_text().strip()) == tree


def test_a_wheel_made_from_the_source_archive_is_the_same(
    tree, wheel, tmp_path, monkeypatch
):
    monkeypatch.chdir(tree)
    archive = tmp_path / backend.build_sdist(str(tmp_path))
    shutil.unpack_archive(archive, tmp_path / "source")
    (source,) = (tmp_path / "source").iterdir()
    monkeypatch.chdir(source)
    built = tmp_path / backend.build_wheel(str(tmp_path))
    assert set(names_in(built)) == set(names_in(wheel))
