"""A release as learners meet it: unpacked, installed, run, checked, updated."""

import io
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from contextlib import redirect_stdout
from pathlib import Path

import nbformat
import pytest

from coursekit import cli
from coursekit.authoring.execute import execute
from coursekit.authoring.release import contents, secrets, write
from coursekit.commands import base
from coursekit.study.folder import for_learners

ROOT = Path(__file__).parents[3]
ALL = sorted(path.stem for path in (ROOT / "notebooks").glob("*.ipynb"))
LESSONS = ["00_start_here", "01_plain_networks"]
RIGHT = ROOT / "tests/exercises/right_answers/relative_error.py"
WRONG = (
    "import numpy as np\n"
    "def relative_error(a, b):\n    return np.max(np.abs(a - b) / np.abs(a))"
)


@pytest.fixture(scope="module")
def everything():
    """Return the release of the whole course: path, content."""
    return contents.contents(ROOT, ALL, for_learners)


@pytest.fixture(scope="module")
def released(tmp_path_factory):
    """Release two lessons: return where the zip lies, and what the command said."""
    place, said = tmp_path_factory.mktemp("release"), io.StringIO()
    asked = ["release", str(place / "norms"), "--zip", "--lessons", "00", "01"]
    with redirect_stdout(said):
        assert cli.main(asked) == base.DONE
    return place, said.getvalue()


@pytest.fixture(scope="module")
def unpacked(released):
    """Return a folder with the release of two lessons, as it comes out of its zip."""
    place, _ = released
    with zipfile.ZipFile(place / "norms.zip") as archive:
        archive.extractall(place)
    return place / "norms"


def run(code, package, cwd, **variables):
    """Run Python in a process of its own that imports the course from ``package``."""
    ran = subprocess.run(
        [sys.executable, "-c", code],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(package), **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def cells(content):
    notebook = nbformat.reads(content.decode(), as_version=4)
    return [cell for cell in notebook.cells if cell.source.strip()]


def test_every_file_of_the_package_that_is_not_made_here_is_in_it(everything):
    listed = subprocess.run(
        ["git", "-C", ROOT, "ls-files", "-z", "coursekit"],
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode:
        pytest.skip("not a clone: git cannot list the files")
    tracked = {name for name in listed.stdout.split("\0") if name}
    there = {name for name in tracked if (ROOT / name).is_file()}
    assert there <= set(everything)


def test_nothing_but_the_allowed_paths_is_in_it(everything):
    tops = {name.partition("/")[0] for name in everything}
    assert tops == {
        ".binder",
        ".coursekit",
        ".devcontainer",
        "LICENSE",
        "README.md",
        "coursekit",
        "exercises",
        "notebooks",
        "pyproject.toml",
    }
    assert not any("__pycache__" in name for name in everything)


def test_what_editors_leave_behind_stays_out(two_releases, tmp_path):
    clone = tmp_path / "clone"
    for name in (".ipynb_checkpoints/folder-checkpoint.py", ".hidden.py"):
        path = clone / "coursekit/study" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("x = 1")
    files = contents.contents(clone, LESSONS, for_learners)
    assert "coursekit/study/folder.py" in files
    assert not any("checkpoint" in name or "hidden" in name for name in files)


def test_making_it_again_gives_the_same_bytes(everything):
    again = contents.contents(ROOT, ALL, for_learners)
    assert again == everything


def test_line_ends_of_windows_make_no_difference(tmp_path):
    (tmp_path / "one.py").write_bytes(b"x = 1\r\ny = 2\r\n")
    assert contents.read(tmp_path / "one.py") == b"x = 1\ny = 2\n"


def test_no_answer_is_found_by_searching_what_learners_open(everything):
    """Search once more, in another way: as a learner would, with find in the editor."""
    shown = {
        f"{name}, {cell.id}": cell.source
        for name, content in everything.items()
        if name.endswith(".ipynb")
        for cell in cells(content)
    }
    shown["README.md"] = everything["README.md"].decode()
    for answer in secrets.read_secrets(ROOT).answers:
        for line in answer.own:
            places = [
                place
                for place, text in shown.items()
                if line in (shown_line.strip() for shown_line in text.splitlines())
            ]
            assert not places, f"{answer.task}: {line}"


def test_lessons_come_without_outputs_notes_for_instructors_and_the_build_s_seal(
    everything,
):
    for name, content in everything.items():
        if name.startswith("notebooks/"):
            notebook = json.loads(content)
            assert set(notebook["metadata"]) == {"kernelspec", "language_info"}
            assert not any(cell.get("outputs") for cell in notebook["cells"])
            assert b"For instructors" not in content


def test_an_answer_left_in_an_exercise_stops_the_release(tmp_path, monkeypatch, capsys):
    kept = contents.contents

    def careless(root, lessons, *arguments):
        files = kept(root, lessons, *arguments)
        notebook = json.loads(files["exercises/00_start_here.ipynb"])
        notebook["cells"][-1]["source"] = ["gradient = np.empty(x.shape)"]
        files["exercises/00_start_here.ipynb"] = json.dumps(notebook).encode()
        return files

    monkeypatch.setattr(contents, "contents", careless)
    code = cli.main(["release", str(tmp_path / "norms"), "--lessons", "00"])
    message = capsys.readouterr().err
    assert code == base.BROKEN
    assert "nothing was written" in message
    assert "exercises/00_start_here.ipynb, cell " in message
    assert "line 1: a line of the answer to numerical_gradient" in message
    assert not (tmp_path / "norms").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--lessons", "44"], "there is no lesson '44'"),
        (["--repository", "nowhere"], "OWNER/NAME"),
    ],
)
def test_what_is_asked_for_wrongly_is_said(tmp_path, capsys, arguments, said):
    code = cli.main(["release", str(tmp_path / "norms"), *arguments])
    assert code == base.MISUSED
    assert said in capsys.readouterr().err


def test_a_lesson_that_is_left_out_and_linked_to_is_named(released):
    _, out = released
    assert "note: notebooks/05_batch_norm.ipynb is not in the release" in out
    assert "note: notebooks/00" not in out


@pytest.mark.slow
def test_it_installs_and_lays_out_the_lessons_without_the_clone(unpacked, tmp_path):
    pytest.importorskip("pip", reason="this environment has no pip (uv makes such)")
    pip = [sys.executable, "-m", "pip", "install", "--no-deps", "--no-build-isolation"]
    subprocess.run(
        [*pip, "--quiet", "--target", tmp_path / "site", unpacked], check=True
    )
    code = (
        "import coursekit, pathlib; from coursekit.study.folder import refresh\n"
        "print(coursekit.__file__); print(refresh(pathlib.Path('study')).lines()[0])"
    )
    where, laid = run(code, tmp_path / "site", tmp_path).splitlines()
    assert Path(where).is_relative_to(tmp_path / "site")
    assert laid == f"study: {2 * len(LESSONS)} laid out"
    lesson = Path("notebooks") / f"{LESSONS[0]}.ipynb"
    assert (tmp_path / "study" / lesson).read_bytes() == (
        unpacked / lesson
    ).read_bytes()


@pytest.mark.slow
def test_a_lesson_of_it_runs(unpacked):
    path = unpacked / "notebooks" / f"{LESSONS[0]}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    execute(notebook, path.parent, unpacked, path.name)
    said = [
        output.data["text/plain"]
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if "text/plain" in output.get("data", {})
    ]
    assert sum("Claim holds" in text for text in said) > 5


@pytest.mark.slow
def test_its_exercises_check_and_have_no_worked_answer(unpacked, tmp_path):
    stub = next(
        cell.source
        for cell in cells((unpacked / f"exercises/{LESSONS[0]}.ipynb").read_bytes())
        if "def relative_error" in cell.source
    )
    answers = {"stub": stub, "wrong": WRONG, "right": RIGHT.read_text("utf-8")}
    code = (
        f"from coursekit import check, solution\nanswers = {answers!r}\n"
        "for name, text in answers.items():\n"
        "    space = {}; exec(text, space)\n"
        "    relative_error = space.get('relative_error') or space['by_loops']\n"
        "    relative_error.__name__ = 'relative_error'\n"
        "    print(name); print(check(relative_error))\n"
        "print(solution(relative_error))"
    )
    said = run(code, unpacked, tmp_path, COURSEKIT_HOME=str(tmp_path))
    of_stub, of_wrong, of_right = re.split(r"^(?:wrong|right)$", said, flags=re.M)
    assert "0 of 7 points, todo" in of_stub
    assert "divided by a" in of_wrong
    assert "7 of 7 points" in of_right
    assert "solution" in of_right and "np.maximum(np.abs" not in of_right


@pytest.fixture
def two_releases(tmp_path):
    """Return an older and a newer release, which differ in three notebooks."""
    clone = tmp_path / "clone"
    for part in ("notebooks", "exercises"):
        (clone / part).mkdir(parents=True)
        for name in LESSONS:
            shutil.copy(ROOT / part / f"{name}.ipynb", clone / part)
    for name in ("coursekit", "notebooks/sources", ".binder", ".devcontainer"):
        shutil.copytree(ROOT / name, clone / name)
    for name in ("pyproject.toml", "LICENSE"):
        shutil.copy(ROOT / name, clone)
    made = []
    for place in ("older", "newer"):
        files = contents.contents(clone, LESSONS, for_learners)
        write.write_folder(files, tmp_path / place)
        made.append(tmp_path / place)
        if len(made) == 2:
            return made
        for path in ("notebooks/00_start_here", "exercises/01_plain_networks"):
            edit(clone / f"{path}.ipynb", "A sentence that is new.")
        edit(clone / "exercises/00_start_here.ipynb", "A sentence that is new.")


def edit(path, text):
    """Put a cell with ``text`` at the end, as an author or a learner does."""
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.append(nbformat.v4.new_markdown_cell(text, id="at-the-end"))
    nbformat.write(notebook, path)


REFRESH = (
    "import pathlib, sys; from coursekit.study.folder import refresh\n"
    "print(*refresh(pathlib.Path(sys.argv[1])).lines(), sep='\\n')"
)


def refreshed(package, folder):
    return run(f"import sys; sys.argv.append({str(folder)!r})\n{REFRESH}", package, "/")


@pytest.mark.parametrize("in_the_release_itself", [False, True])
def test_a_newer_release_brings_a_study_folder_up_to_date_and_leaves_what_was_written(
    two_releases, tmp_path, in_the_release_itself
):
    older, newer = two_releases
    study = older if in_the_release_itself else tmp_path / "study"
    if not in_the_release_itself:
        refreshed(older, study)
    mine = study / "exercises/00_start_here.ipynb"
    edit(mine, "My own answer.")
    edit(study / "notebooks/01_plain_networks.ipynb", "My own note.")
    before = mine.read_bytes()

    told = refreshed(newer, study).splitlines()

    assert told[0].endswith("1 kept as you wrote them")
    assert "updated: notebooks/00_start_here.ipynb (you had not changed it)" in told
    assert "updated: exercises/01_plain_networks.ipynb (you had not changed it)" in told
    assert mine.read_bytes() == before
    (beside,) = (study / "exercises").glob("00_start_here (new version *).ipynb")
    assert "A sentence that is new." in beside.read_text("utf-8")
    assert "My own note." in (study / "notebooks/01_plain_networks.ipynb").read_text(
        "utf-8"
    )
