"""What grades on Gradescope and on GitHub: the parts, and a run laid out as theirs."""

import io
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from functools import cache
from pathlib import Path

import pytest

from coursekit.grading.exports import harness
from coursekit.grading.exports.files import write
from coursekit.grading.exports.metadata import read_metadata

ROOT = Path(__file__).parents[3]
EXERCISE = "07_layer_norm"
METADATA = {
    "id": 123456,
    "created_at": "2026-03-01T14:22:32.365935-07:00",
    "assignment": {"due_date": "2026-03-31T23:00:00.000000-07:00", "id": 25828},
    "users": [{"email": "student@example.com", "id": 1234, "name": "=cmd()"}],
    "previous_submissions": [{"score": 0.0, "autograder_error": True, "results": {}}],
}
#: Stands in for Python: does what run_autograder asks of it, as $GRADE says.
PYTHON = """\
#!/usr/bin/env bash
case "$2 $3" in
*metadata*) exec "{python}" "$@" ;;
*grade*)
    ls -R "$4" > "{log}"
    shift 2
    echo "$*" >> "{log}"
    exit "${GRADE:-0}"
    ;;
*export*)
    [ "${EXPORT:-yes}" = yes ] || exit 2
    while [ "$1" != --out ]; do shift; done
    mkdir -p "$2/1234-x/07_layer_norm"
    echo '{"score": 7}' > "$2/1234-x/results.json"
    ;;
esac
"""


@cache
def autograder():
    """Return the files of the harness, made once."""
    return tuple(harness.gradescope(EXERCISE, ROOT))


@pytest.fixture
def container(tmp_path):
    """Return Gradescope's folders with the autograder in them, and a way to run it."""
    if shutil.which("bash") is None or sys.platform == "win32":
        pytest.skip("there is no bash to run it")
    write(tmp_path, autograder())
    for name in ("source", "submission", "results", "venv/bin"):
        (tmp_path / name).mkdir(parents=True)
    with zipfile.ZipFile(tmp_path / "autograder.zip") as packed:
        packed.extractall(tmp_path / "source")
        script = packed.getinfo("run_autograder")
    (tmp_path / "source/run_autograder").chmod(script.external_attr >> 16 & 0o777)
    metadata = tmp_path / "submission_metadata.json"
    metadata.write_text(json.dumps(METADATA), encoding="utf-8")
    (tmp_path / "submission/07_layer_norm.ipynb").write_text("{}", encoding="utf-8")
    return tmp_path


def stub(container):
    """Put the stand-in where the container's Python is; return its log."""
    log, python = container / "log", container / "venv/bin/python"
    text = PYTHON.replace("{python}", sys.executable).replace("{log}", str(log))
    python.write_text(text, encoding="utf-8")
    python.chmod(0o755)
    return log


def run(container, **environment):
    command = [container / "source/run_autograder"]
    known = os.environ | {
        "AUTOGRADER_ROOT": str(container),
        "PYTHONPATH": str(container / "source"),
    }
    ran = subprocess.run(
        command, env=known | environment, capture_output=True, text=True, timeout=120
    )
    results = (container / "results/results.json").read_text(encoding="utf-8")
    return ran, json.loads(results)


def test_the_archive_has_at_its_root_what_gradescope_looks_for(container):
    with zipfile.ZipFile(container / "autograder.zip") as packed:
        names = set(packed.namelist())
        rights = {i.filename: i.external_attr >> 16 & 0o777 for i in packed.infolist()}
    assert {"setup.sh", "run_autograder", "requirements.txt"} <= names
    assert rights["setup.sh"] == rights["run_autograder"] == 0o755
    assert "coursekit/cli.py" in names
    assert "coursekit/data/digits.npz" in names
    assert "coursekit/course/exercises/07_layer_norm.ipynb" in names
    assert not [n for n in names if "__pycache__" in n or "solutions" in n]


def test_every_seed_is_another():
    def seed():
        ((_, data),) = harness.gradescope("", ROOT)
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            return packed.read("seed.txt")

    assert seed() != seed()


@pytest.mark.parametrize("name", ["setup.sh", "run_autograder"])
def test_the_scripts_are_right_by_their_syntax(container, name):
    subprocess.run(["bash", "-n", container / "source" / name], check=True)
    if shellcheck := shutil.which("shellcheck"):
        subprocess.run([shellcheck, container / "source" / name], check=True)


def test_what_the_container_installs_is_what_the_package_asks_for(container):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    asked = project["project"]["dependencies"]
    lines = (container / "source/requirements.txt").read_text(encoding="utf-8").split()
    known = [line for line in lines if re.search("[<>=]", line)]
    assert known
    assert set(known) <= set(asked)


def test_a_submission_is_graded_as_its_learner_s_with_the_best_walls_there_are(
    container,
):
    log = stub(container)
    ran, results = run(container)
    assert (ran.returncode, results) == (0, {"score": 7})
    said = log.read_text(encoding="utf-8")
    assert "class/1234:\n07_layer_norm.ipynb" in said
    assert "--require-isolation process" in said
    assert "--exercise 07_layer_norm" in said
    assert "submission of 1234, 2026-03-01T14:22:32.365935-07:00" in ran.stdout


@pytest.mark.parametrize("bad", [{"GRADE": "2"}, {"GRADE": "137"}, {"EXPORT": "no"}])
def test_whatever_goes_wrong_there_are_results_without_a_score(container, bad):
    stub(container)
    ran, results = run(container, **bad)
    assert ran.returncode == 1
    assert "run_autograder: " in ran.stderr
    assert "score" not in results
    assert "rerun the autograder" in results["output"]


def test_a_grader_that_failed_on_a_part_counts_as_failed(container):
    stub(container)
    ran, _ = run(container, GRADE="3")
    assert ran.returncode == 3


@pytest.mark.parametrize("metadata", ["", "null", "[]", '{"users": 3}', "\udcff"])
def test_metadata_that_cannot_be_read_stop_nothing(container, metadata):
    log = stub(container)
    data = metadata.encode("utf-8", "surrogateescape")
    (container / "submission_metadata.json").write_bytes(data)
    assert run(container)[1] == {"score": 7}
    assert "class/learner:" in log.read_text(encoding="utf-8")


def test_whoever_is_root_grades_as_a_user_without_rights(container):
    stub(container)
    fakes = container / "fakes"
    fakes.mkdir()
    for name, line in (
        ("id", "echo 0"),
        ("chown", 'echo "chown $*" >> "$LOG"'),
        ("runuser", 'echo "runuser $*" >> "$LOG"; shift 3; "$@"'),
    ):
        (fakes / name).write_text(f"#!/bin/sh\n{line}\n", encoding="utf-8")
        (fakes / name).chmod(0o755)
    path = os.pathsep.join([str(fakes), os.environ["PATH"]])
    ran, _ = run(container, PATH=path, LOG=str(container / "calls"))
    calls = (container / "calls").read_text(encoding="utf-8").splitlines()
    assert ran.returncode == 0
    assert calls[0].startswith("chown -R grader ")
    assert [call.split()[:4] for call in calls[1:]] == [
        ["runuser", "-u", "grader", "--"]
    ] * 2


@pytest.mark.parametrize("below", [True, False])
def test_the_way_of_handing_in_is_read_from_both_of_its_places(below):
    found = dict(METADATA, submission_method="upload")
    if below:
        found = dict(METADATA, assignment={"submission_method": "upload"})
    read = read_metadata(json.dumps(found))
    assert (read.learner, read.method) == ("1234", "upload")


def test_a_group_has_one_name_whoever_hands_in():
    one = read_metadata('{"users": [{"id": 12}, {"id": 7}]}')
    other = read_metadata('{"users": [{"id": 7}, {"id": 12}]}')
    assert one.learner == other.learner == "7-12"


def test_nothing_in_the_metadata_becomes_a_path_or_a_second_line():
    text = json.dumps({"users": [{"id": "../x"}], "created_at": "a\nb"})
    assert read_metadata(text) == read_metadata("")


@pytest.mark.slow
def test_the_solution_gets_all_points_as_gradescope_would_show_them(container):
    solution = ROOT / "solutions" / f"{EXERCISE}.ipynb"
    shutil.copy(solution, container / "submission")
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    ran, results = run(container, PATH=path)
    assert ran.returncode == 0, ran.stderr
    assert results["score"] == sum(test["max_score"] for test in results["tests"])


def workflow():
    ((name, text),) = harness.github_classroom(EXERCISE)
    assert name == ".github/workflows/classroom.yml"
    return text


def scripts():
    found = re.findall(r"run: \|\n(.*?)\n      - ", workflow(), re.S)
    assert len(found) == 2
    return found


def test_the_workflow_has_the_names_that_classroom_asks_for():
    text = workflow()
    assert "\nname: Autograding Tests\n" in text
    assert re.findall(r"^  ([\w-]+):\n    runs-on", text, re.M) == [
        "run-autograding-tests"
    ]


def test_the_workflow_has_no_right_to_write_and_pins_its_actions():
    text = workflow()
    assert "\npermissions:\n  actions: read\n  contents: read\n\n" in text
    used = re.findall(r"uses: (\S+)", text)
    assert len(used) == 3
    assert all(re.fullmatch(r"[\w-]+/[\w-]+@v\d+", action) for action in used)


def test_the_workflow_hands_the_result_on_under_the_runner_s_name():
    text = workflow()
    assert '"result=$(cat "$work"/export/*/results.b64)" >> "$GITHUB_OUTPUT"' in text
    assert "COURSEKIT_RESULTS: ${{ steps.coursekit.outputs.result }}" in text
    assert "runners: coursekit\n" in text
    assert f'EXERCISE: "{EXERCISE}"' in text


@pytest.mark.parametrize(
    "known", ["COURSEKIT ", "COURSEKIT_SEED", "edit the workflow", "classroom-sunset"]
)
def test_whoever_uses_the_workflow_is_told_what_it_needs_and_cannot_do(known):
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for text in (harness.GITHUB_NOTE, readme):
        assert known in " ".join(text.split())


def test_the_workflow_s_script_is_right_by_its_syntax(tmp_path):
    if shutil.which("bash") is None:
        pytest.skip("there is no bash to ask")
    script = tmp_path / "script.sh"
    for block in scripts():
        script.write_text(block, encoding="utf-8")
        subprocess.run(["bash", "-n", script], check=True)


def test_the_workflow_installs_nothing_until_it_is_told_from_where(tmp_path):
    if shutil.which("bash") is None:
        pytest.skip("there is no bash to run it")
    assert '\n  COURSEKIT: ""\n' in workflow()
    install = next(block for block in scripts() if "pip install" in block)
    ran = subprocess.run(
        ["bash", "-e", "-c", install],
        env={"COURSEKIT": "", "PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        executable=shutil.which("bash"),
    )
    assert ran.returncode == 1 and "COURSEKIT is empty" in ran.stdout


def test_no_expression_of_the_workflow_is_pasted_into_its_script():
    assert not any("${{" in block for block in scripts())
