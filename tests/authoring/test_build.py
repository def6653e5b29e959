"""Building a small course: what is made, when, and what stops it."""

import json
from concurrent.futures import ThreadPoolExecutor as OneThread

import nbformat
import pytest

from coursekit.authoring import build as building
from coursekit.authoring.build import BuildError, build_course, find_root
from coursekit.cli import main

CARD = """\
# %% title [markdown]
# # 07 · Normalize each vector
#
# **70 min alone · 45 min in a workshop**
"""
LESSON = (
    CARD
    + """
# %% sum
import coursekit.small
print("one")
print("two")
1 + 1

# %% timing [markdown] tags=["instructor"]
# 10 min.
"""
)
SOLUTION = '''\
# %% task [markdown]
# ## Write `twice`

# %% twice tags=["answer"] task="twice"
def twice(x):
    """Return x twice."""
    # BEGIN ANSWER
    y = x + x
    return y
    # END ANSWER

# %% proof tags=["solution"]
twice(4)

# %% for-teachers [markdown] tags=["instructor"]
# Some write x**2.
'''
README = "# Course\n\n<!-- course map -->\n<!-- end of course map -->\n"
FILES = {
    "README.md": README,
    "coursekit/__init__.py": "",
    "coursekit/small.py": "",
    "notebooks/sources/07_topic.py": LESSON,
    "solutions/sources/07_topic.py": SOLUTION,
}
MADE = [
    "README.md",
    "exercises/07_topic.ipynb",
    "notebooks/07_topic.ipynb",
    "solutions/07_topic.ipynb",
]


@pytest.fixture(scope="module")
def built_once(tmp_path_factory):
    """Build a course that the tests copy, by processes as authors do."""
    root = tmp_path_factory.mktemp("course")
    lay_out(root, FILES)
    made = [path.as_posix() for path in build_course([], root=root, progress=False)]
    return root, made


@pytest.fixture
def course(built_once, tmp_path, monkeypatch):
    """Copy the course; what is built in it runs here, for a process takes seconds."""
    monkeypatch.setattr(building, "ProcessPoolExecutor", lambda *_: OneThread(1))
    for path in built_once[0].rglob("*"):
        if path.is_file() and path.suffix != ".pyc":
            name = path.relative_to(built_once[0]).as_posix()
            lay_out(tmp_path, {name: path.read_text(encoding="utf-8")})
    return tmp_path


def lay_out(root, files):
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(text.encode())


def build(root, *names, check=False):
    made = build_course(names, root=root, check=check, progress=False)
    return [path.as_posix() for path in made]


def read(root, name):
    return nbformat.read(root / name, as_version=4)


def append(root, name, text):
    path = root / name
    path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")


def test_build_makes_lesson_solution_exercise_and_map(built_once):
    assert built_once[1] == MADE


def test_lesson_is_executed_in_order_and_streams_are_joined(course):
    cells = read(course, "notebooks/07_topic.ipynb").cells
    assert [cell.id for cell in cells] == ["title", "sum", "timing"]
    assert cells[1].execution_count == 1
    assert [out.get("text") for out in cells[1].outputs] == ["one\ntwo\n", None]


def test_metadata_are_constant_but_for_the_fingerprint(course):
    metadata = read(course, "notebooks/07_topic.ipynb").metadata
    assert metadata.pop("coursekit").keys() == {"source", "fingerprint"}
    assert metadata == {
        "kernelspec": {
            "display_name": "Python 3",
            "language": "python",
            "name": "python3",
        },
        "language_info": {"name": "python"},
    }


def test_exercise_has_stubs_and_neither_answers_nor_outputs(course):
    notebook = read(course, "exercises/07_topic.ipynb")
    assert [cell.id for cell in notebook.cells] == ["task", "twice"]
    answer = notebook.cells[1]
    assert answer.source.endswith('raise NotImplementedError("Your code here.")')
    assert answer.metadata == {"tags": ["answer"], "task": "twice"}
    assert answer.execution_count is None and answer.outputs == []
    assert "x + x" not in (course / "exercises/07_topic.ipynb").read_text("utf-8")


def test_solution_shows_the_answer_without_markers(course):
    notebook = read(course, "solutions/07_topic.ipynb")
    assert "y = x + x" in notebook.cells[1].source
    assert "ANSWER" not in notebook.cells[1].source
    assert notebook.cells[2].outputs[0].data["text/plain"] == "8"


def test_map_in_the_readme_links_lesson_and_exercise(course):
    text = (course / "README.md").read_text(encoding="utf-8")
    assert "[Normalize each vector](notebooks/07_topic.ipynb)" in text
    assert "[07_topic](exercises/07_topic.ipynb)" in text


def test_nothing_is_stale_after_a_build_and_nothing_is_built_again(course):
    assert build(course, check=True) == []
    assert build(course) == []


def test_building_from_scratch_gives_the_same_bytes(course):
    before = {name: (course / name).read_bytes() for name in MADE}
    for name in MADE[1:]:
        (course / name).unlink()
    assert build(course) == MADE[1:]
    assert {name: (course / name).read_bytes() for name in MADE} == before
    assert all(b"\r" not in content for content in before.values())


@pytest.mark.parametrize(
    ("changed", "text", "stale"),
    [
        ("coursekit/small.py", "x = 1\n", ["notebooks/07_topic.ipynb"]),
        ("notebooks/sources/07_topic.py", "\n# %%\n2\n", ["notebooks/07_topic.ipynb"]),
        ("exercises/07_topic.ipynb", "\n", ["exercises/07_topic.ipynb"]),
        ("solutions/sources/07_topic.py", "\n# %%\n2\n", MADE[1::2]),
    ],
)
def test_check_says_what_a_change_makes_stale_and_writes_nothing(
    course, changed, text, stale
):
    append(course, changed, text)
    before = {path: path.read_bytes() for path in course.rglob("*") if path.is_file()}
    assert build(course, check=True) == stale
    assert {p: p.read_bytes() for p in course.rglob("*") if p.is_file()} == before


def test_lesson_edited_by_hand_is_stale(course):
    path = course / "notebooks/07_topic.ipynb"
    notebook = json.loads(path.read_text(encoding="utf-8"))
    notebook["cells"][0]["source"] = ["edited"]
    path.write_text(json.dumps(notebook), encoding="utf-8")
    assert build(course, check=True) == ["notebooks/07_topic.ipynb"]


def test_new_title_makes_the_readme_stale(course):
    path = course / "notebooks/sources/07_topic.py"
    text = path.read_text(encoding="utf-8").replace("each vector", "every vector")
    path.write_text(text, encoding="utf-8")
    assert build(course, check=True) == ["README.md", "notebooks/07_topic.ipynb"]


@pytest.mark.parametrize(
    ("name", "stale"),
    [
        ("07", MADE[1:]),
        ("07_topic", MADE[1:]),
        ("notebooks/sources/07_topic.py", ["notebooks/07_topic.ipynb"]),
        ("exercises/07_topic.ipynb", MADE[1::2]),
    ],
)
def test_names_are_numbers_stems_or_paths(course, monkeypatch, name, stale):
    monkeypatch.chdir(course)
    for made in MADE[1:]:
        (course / made).unlink()
    assert build(course, name, check=True) == stale


def test_unknown_name_lists_the_known_ones(course):
    with pytest.raises(BuildError, match=r"no '08'.*There are: 07_topic\."):
        build(course, "08")


def test_failing_cell_names_file_cell_and_error_and_leaves_the_old_notebook(course):
    before = (course / "notebooks/07_topic.ipynb").read_bytes()
    append(course, "notebooks/sources/07_topic.py", "\n# %% boom\nx = 1\nx / 0\n")
    with pytest.raises(BuildError) as caught:
        build(course)
    message = str(caught.value)
    assert "notebooks/sources/07_topic.py, cell boom: ZeroDivisionError" in message
    assert "x / 0" in message and "\x1b" not in message
    assert (course / "notebooks/07_topic.ipynb").read_bytes() == before


def test_broken_marker_stops_the_build_before_anything_runs(course):
    append(course, "solutions/sources/07_topic.py", "\n# %% bad\n# BEGIN ANSWER\n")
    with pytest.raises(BuildError, match=r"solutions/sources/07_topic\.py, cell bad"):
        build(course, check=True)


def test_kernel_has_a_home_of_its_own_and_imports_the_clone(course, monkeypatch):
    monkeypatch.setenv("COURSEKIT_HOME", "mine")
    code = """
# %% home
import os
from pathlib import Path

import coursekit

print(os.environ["COURSEKIT_HOME"] == "mine", Path.cwd().name)
print(Path(coursekit.__file__).parents[1] == Path.cwd().parent)
"""
    append(course, "notebooks/sources/07_topic.py", code)
    build(course)
    cells = read(course, "notebooks/07_topic.ipynb").cells
    assert cells[-1].outputs[0].text == "False notebooks\nTrue\n"


def test_widget_views_are_dropped_and_their_text_stays(course):
    text = "\n# %% slider\nimport ipywidgets\nipywidgets.IntSlider(3)\n"
    append(course, "notebooks/sources/07_topic.py", text)
    build(course)
    notebook = read(course, "notebooks/07_topic.ipynb")
    assert list(notebook.cells[-1].outputs[0].data) == ["text/plain"]
    assert "widgets" not in notebook.metadata


def test_command_says_what_is_stale_with_its_exit_code(course, monkeypatch, capsys):
    monkeypatch.chdir(course)
    assert main(["build", "--check"]) == 0
    (course / "exercises/07_topic.ipynb").unlink()
    assert main(["build", "--check"]) == 1
    assert capsys.readouterr().out.startswith("stale: exercises")
    assert main(["build", "9"]) == 2


def test_root_is_found_from_any_folder_of_the_clone(course, monkeypatch):
    monkeypatch.chdir(course / "notebooks")
    assert find_root() == course
