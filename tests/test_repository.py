"""What a newcomer reads and pastes is what continuous integration runs."""

import re
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from coursekit import cli
from coursekit.authoring import course_map
from coursekit.grading.records.late_file import read_late

ROOT = Path(__file__).parents[1]
START = "python3 -m venv .venv && .venv/bin/pip install -e . && .venv/bin/coursekit lab"
TEST = "python3 -m venv .venv && .venv/bin/pip install -e '.[test]' && .venv/bin/pytest"


def text_of(name):
    return (ROOT / name).read_text(encoding="utf-8")


def commands():
    """Return the lines of the README's shell blocks."""
    blocks = re.findall(r"```bash\n(.*?)```", text_of("README.md"), re.DOTALL)
    return [line for block in blocks for line in block.splitlines()]


@pytest.mark.parametrize("command", [START, TEST])
def test_the_readme_has_the_two_commands(command):
    assert commands().count(command) == 1


def test_continuous_integration_ends_with_the_readme_s_test_command_word_for_word():
    assert text_of(".ci/run").splitlines()[-1] == TEST


def test_the_workflow_runs_what_the_readme_says():
    workflow = text_of(".github/workflows/test.yml")
    assert "run: .ci/run" in workflow
    assert r".venv\Scripts\pip install -e '.[test]'" in workflow


def test_the_pythons_that_are_promised_are_those_that_are_tried():
    matrix = re.search(r"python: \[(.*)\]", text_of(".github/workflows/test.yml"))[1]
    tried = re.findall(r"3\.\d+", matrix)
    classified = re.findall(r":: (3\.\d+)", text_of("pyproject.toml"))
    setup = text_of("coursekit/grading/exports/templates/setup.sh")
    first = re.findall(r"python(3\.\d+)", re.search("for name in .*", setup)[0])
    assert tried == classified == first[::-1]
    for readme in ("README.md", "coursekit/authoring/release/readme.md"):
        assert f"You need Python {tried[0]} to {tried[-1]}" in text_of(readme)


def test_once_a_week_the_tests_run_whole_and_with_nbgrader():
    weekly = text_of(".github/workflows/weekly.yml")
    assert "schedule:" in weekly and "run: .ci/run" in weekly
    for name in ("COURSEKIT_FULL", "NBGRADER_PYTHON"):
        assert name in weekly and name in text_of("README.md")


@pytest.mark.skipif(sys.platform == "win32", reason="there is no bash to ask")
def test_the_script_of_continuous_integration_is_right_by_its_syntax():
    script = ROOT / ".ci/run"
    assert script.stat().st_mode & 0o111
    subprocess.run(["bash", "-n", str(script)], check=True)


def test_the_readme_lists_every_part_of_the_package_and_nothing_else():
    tree = re.search(r"```\n(notebooks/.*?)```", text_of("README.md"), re.DOTALL)
    listed = set(re.findall(r"^  (\w+/|\w+\.py)", tree[1], re.MULTILINE))
    parts = [p for p in (ROOT / "coursekit").iterdir() if not p.name.startswith("__")]
    package = {f"{p.name}/" if p.is_dir() else p.name for p in parts}
    assert listed - {"sources/", "figures/"} == package


def test_links_of_the_readme_and_the_changelog_resolve():
    for name in ("README.md", "CHANGELOG.md"):
        for target in re.findall(r"\]\(([^)#]+)\)", text_of(name)):
            assert "://" in target or (ROOT / target).exists(), target


def test_the_readme_shows_late_rules_that_are_understood(tmp_path):
    shown = re.search(r"```toml\n(.*?)```", text_of("README.md"), re.DOTALL)[1]
    (tmp_path / "late.toml").write_text(textwrap.dedent(shown), encoding="utf-8")
    assert "07" in str(read_late(tmp_path / "late.toml"))


def test_every_command_is_in_the_readme():
    readme = text_of("README.md")
    named = re.findall(r"^    (\w+)  ", cli.parser().format_help(), re.MULTILINE)
    assert len(named) > 10
    assert not [name for name in named if f"coursekit {name}" not in readme]


def test_the_changelog_has_a_section_on_grades():
    assert "### Grades" in text_of("CHANGELOG.md")


def test_the_course_map_has_its_place_in_the_readme():
    readme = text_of("README.md")
    assert readme.index(course_map.BEGIN) < readme.index(course_map.END)


@pytest.mark.parametrize(
    ("path", "ignored"),
    [
        ("study/exercises/07_layer_norm.ipynb", True),
        ("coursekit/study/folder.py", False),
        ("tests/study/test_folder.py", False),
        ("anywhere/.coursekit/manifest.json", True),
        ("norms.zip", True),
        ("norms/README.md", True),
        ("book/index.html", True),
        ("05_batch_norm.slides.html", True),
        ("guide.html", True),
        ("results/gradebook.csv", True),
        ("board-2026-03-02.sqlite3-wal", True),
        ("coursekit/authoring/book/templates/slides.html", False),
        ("coursekit/classroom/templates/guide.html", False),
        ("coursekit/classroom/templates/agenda.html", False),
    ],
)
def test_git_ignores_what_learners_and_teachers_make_and_nothing_of_ours(path, ignored):
    if not (ROOT / ".git").exists():
        pytest.skip("not a clone")
    asked = subprocess.run(["git", "-C", ROOT, "check-ignore", "-q", path], check=False)
    assert (asked.returncode == 0) is ignored
