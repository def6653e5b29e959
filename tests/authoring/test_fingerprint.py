"""Fingerprints: what counts as a change of a notebook."""

import pytest

from coursekit.authoring.fingerprint import fingerprint, reached_files

FILES = {
    "coursekit/__init__.py": "",
    "coursekit/lesson.py": "from coursekit.plots.alt import show\n",
    "coursekit/plots/__init__.py": "",
    "coursekit/plots/alt.py": "def f():\n    import coursekit.late\n",
    "coursekit/late.py": "",
    "coursekit/unused.py": "",
    "coursekit/data/__init__.py": "",
    "coursekit/data/digits.npz": "numbers",
    "coursekit/data/templates/card.html": "<p>",
    "coursekit/study/__init__.py": "",
    "coursekit/study/feedback.py": "from coursekit import autograders\n",
    "coursekit/autograders/__init__.py": "",
    "coursekit/autograders/topic.py": "",
    "coursekit/autograders/other.py": "",
    "notebooks/sources/07_topic.py": "from coursekit.lesson import show\n",
}


@pytest.fixture
def course(tmp_path):
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    return tmp_path


def reached(course, text):
    source = course / "notebooks/sources/07_topic.py"
    source.write_text(text, encoding="utf-8")
    files = reached_files(source, course)
    return {path.relative_to(course / "coursekit").as_posix() for path in files}


def test_imports_are_followed_from_module_to_module_and_into_functions(course):
    assert reached(course, "from coursekit.lesson import show\n") == {
        "__init__.py",
        "lesson.py",
        "plots/__init__.py",
        "plots/alt.py",
        "late.py",
    }


def test_module_imported_by_name_from_its_package_is_reached(course):
    assert "plots/alt.py" in reached(course, "from coursekit.plots import alt\n")


def test_lazy_names_lead_to_the_feedback_and_every_autograder(course):
    files = reached(course, "%matplotlib inline\nfrom coursekit import check\n")
    assert {"study/feedback.py", "autograders/topic.py"} <= files
    assert "autograders/other.py" in files  # `progress` counts its tasks too


def test_data_beside_an_imported_module_are_reached(course):
    files = reached(course, "import coursekit.data\n")
    assert {"data/digits.npz", "data/templates/card.html"} <= files


def test_other_packages_are_not_followed(course):
    assert reached(course, "import numpy as np\nfrom numpy import linalg\n") == set()


@pytest.mark.parametrize(
    ("changed", "differs"),
    [
        ("notebooks/sources/07_topic.py", True),
        ("coursekit/plots/alt.py", True),
        ("coursekit/late.py", True),
        ("coursekit/unused.py", False),
        ("coursekit/autograders/topic.py", False),
    ],
)
def test_only_a_change_that_can_be_reached_changes_the_fingerprint(
    course, changed, differs
):
    source = course / "notebooks/sources/07_topic.py"
    before = fingerprint(source, course)
    path = course / changed
    path.write_bytes(path.read_bytes() + b"# more\n")
    assert (fingerprint(source, course) != before) == differs


def test_line_endings_do_not_count(course):
    source = course / "notebooks/sources/07_topic.py"
    before = fingerprint(source, course)
    for path in course.rglob("*.py"):
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert fingerprint(source, course) == before


def test_place_of_the_clone_does_not_count(course, tmp_path_factory):
    before = fingerprint(course / "notebooks/sources/07_topic.py", course)
    moved = course.rename(tmp_path_factory.mktemp("elsewhere") / "clone")
    assert fingerprint(moved / "notebooks/sources/07_topic.py", moved) == before
