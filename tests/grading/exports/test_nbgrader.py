"""nbgrader's table, and a gradebook that nbgrader itself reads back.

The second half needs nbgrader: in this Python, or in one that NBGRADER_PYTHON names.
"""

import csv
import importlib.util
import io
import json
import os
import subprocess
import sys

import pytest
from settled_made import broken, half, override, settled

from coursekit.grading.exports import nbgrader
from coursekit.grading.exports.files import write
from coursekit.grading.records.late import LateRules, Rule
from coursekit.grading.records.settle import settle

HERE = importlib.util.find_spec("nbgrader") is not None
PYTHON = os.environ.get("NBGRADER_PYTHON") or (sys.executable if HERE else "")
needs_nbgrader = pytest.mark.skipif(
    not PYTHON, reason="nbgrader is not installed, and NBGRADER_PYTHON names no Python"
)
READ = """
import json, sys
from nbgrader.api import Gradebook
with Gradebook("sqlite:///" + sys.argv[1]) as book:
    found = {
        one.student.id: {
            **{key: getattr(one, key) for key in
               ("score", "max_score", "late_submission_penalty", "needs_manual_grade")},
            "name": [one.student.last_name, one.student.first_name],
            "timestamp": str(one.timestamp),
            "comments": [c.comment for n in one.notebooks for c in n.comments],
        }
        for assignment in book.assignments for one in assignment.submissions
    }
print(json.dumps(found))
"""
SET_BY_HAND = """
import sys
from nbgrader.api import Gradebook
with Gradebook("sqlite:///" + sys.argv[1]) as book:
    name = "07_layer_norm"
    grade = book.find_grade("forward", name, name, "id-Ada")
    grade.manual_score = 2.75
    book.db.commit()
"""
OTHER = """
import os, sys
os.environ["PATH"] = os.path.dirname(sys.executable) + os.pathsep + os.environ["PATH"]
from nbgrader.api import Gradebook
with Gradebook("sqlite:///" + sys.argv[1]) as book:
    book.add_assignment("07_layer_norm")
    book.add_notebook("p1", "07_layer_norm")
    book.add_grade_cell("other", "p1", "07_layer_norm", max_score=5, cell_type="code")
"""


def table_of(*records):
    text = dict(nbgrader.files(records))["grades.csv"]
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_the_table_has_nbgrader_s_eleven_columns():
    (row,) = table_of(settled("Doe, Jane", learner_id="jdoe"))
    assert row == {
        "assignment": "07_layer_norm",
        "duedate": "",
        "timestamp": "2026-03-01 12:00:00",
        "student_id": "jdoe",
        "last_name": "Doe",
        "first_name": "Jane",
        "email": "",
        "raw_score": "1",
        "late_submission_penalty": "0",
        "score": "1",
        "max_score": "3",
    }


def test_the_penalty_stands_between_raw_score_and_score():
    (row,) = table_of(late())
    found = row["raw_score"], row["late_submission_penalty"], row["score"]
    assert found == ("1", "0.5", "0.5")


def test_where_the_grader_failed_the_table_has_no_score():
    (row,) = table_of(settled(tasks=(half(), broken())))
    assert (row["raw_score"], row["score"]) == ("", "")


def test_the_gradebook_s_content_is_json_without_lone_surrogates():
    text = dict(nbgrader.files([settled("a\udc80")]))["gradebook.json"]
    assert json.loads(text.encode("utf-8"))["assignments"]


def late():
    rules = LateRules(default=Rule(platform_late_percent=50), given=True)
    return settle(settled("Bo", late=True, modified=0.0).graded, (), rules)


def run(*arguments, code=0):
    command = [PYTHON, *map(str, arguments)]
    ran = subprocess.run(command, capture_output=True, text=True, encoding="utf-8")
    assert ran.returncode == code, ran.stderr
    return ran


def imported(folder, *records):
    write(folder, nbgrader.files(records))
    ran = run(folder / nbgrader.SCRIPT, folder / "gradebook.db")
    return json.loads(run("-c", READ, folder / "gradebook.db").stdout), ran.stdout


@pytest.mark.slow
@needs_nbgrader
def test_nbgrader_reads_back_what_was_settled(tmp_path):
    records = [
        settled("Doe, Jane", override(2.5, learner="Doe, Jane"), learner_id="jdoe"),
        settled("=cmd()", learner_id="=cmd()"),
        late(),
    ]
    found, _ = imported(tmp_path, *records)
    assert found["jdoe"]["score"] == 2.5
    assert found["jdoe"]["max_score"] == 3
    assert found["jdoe"]["name"] == ["Doe", "Jane"]
    assert found["jdoe"]["timestamp"] == "2026-03-01 12:00:00"
    assert found["=cmd()"]["score"] == 1
    assert found["id-Bo"]["late_submission_penalty"] == 0.5
    assert "Recognised: unbiased std" in found["jdoe"]["comments"][0]
    assert not found["jdoe"]["needs_manual_grade"]


@pytest.mark.slow
@needs_nbgrader
def test_where_the_grader_failed_nbgrader_asks_for_a_human(tmp_path):
    found, _ = imported(tmp_path, settled(tasks=(half(), broken())))
    assert found["id-Ada"]["needs_manual_grade"]


@pytest.mark.slow
@needs_nbgrader
def test_a_score_that_a_human_set_in_nbgrader_stays(tmp_path):
    imported(tmp_path, settled())
    run("-c", SET_BY_HAND, tmp_path / "gradebook.db")
    found, said = imported(tmp_path, settled())
    assert found["id-Ada"]["score"] == 2.75
    assert "1 manual scores left as they are" in said
    assert (tmp_path / "gradebook.db.before").exists()


@pytest.mark.slow
@needs_nbgrader
def test_an_assignment_of_that_name_with_other_cells_is_left_alone(tmp_path):
    run("-c", OTHER, tmp_path / "gradebook.db")
    write(tmp_path, nbgrader.files([settled()]))
    ran = run(tmp_path / nbgrader.SCRIPT, tmp_path / "gradebook.db", code=2)
    assert "other cells (other)" in ran.stderr
