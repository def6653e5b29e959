"""What the autograding reporter of GitHub Classroom reads."""

import base64
import json
import re

import pytest
from graded_made import worst
from settled_made import broken, criterion, half, override, settled

from coursekit.grading.exports import github_classroom
from coursekit.grading.reasons import Reason
from coursekit.grading.records.graded import GradedTask
from coursekit.grading.records.late import LateRules, Rule
from coursekit.grading.records.settle import settle
from coursekit.grading.verdict import Status, Verdict


def reported(document):
    """Add up as the reporter does: a score that is missing would make it NaN."""
    if not document["max_score"]:
        return None
    return sum(test["score"] for test in document["tests"])


def test_the_document_has_the_reporter_s_fields():
    document = github_classroom.results([settled()])
    assert document.keys() == {"version", "status", "max_score", "tests"}
    assert document["version"] == 1
    for test in document["tests"]:
        assert test.keys() == {
            *("name", "status", "score", "message"),
            *("test_code", "line_no", "execution_time"),
        }
        assert test["status"] in {"pass", "fail", "error"}
        assert type(test["score"]) in (int, float)


def test_the_base64_is_the_document():
    found = dict(github_classroom.files([settled()]))
    encoded = next(text for name, text in found.items() if name.endswith(".b64"))
    plain = next(text for name, text in found.items() if "results.json" in name)
    assert re.fullmatch(r"[A-Za-z0-9+/]+=*", encoded)
    assert json.loads(base64.b64decode(encoded)) == json.loads(plain)


def test_the_feedback_says_what_is_wrong_where_there_is_no_classroom_any_more():
    found = dict(github_classroom.files([settled()]))
    text = next(text for name, text in found.items() if name.endswith("feedback.txt"))
    assert text.startswith("07_layer_norm: 1 of 3 points\n")
    assert "1.2 Every row has std 1.\nRecognised: unbiased std" in text


def test_the_runner_s_id_is_one_that_the_reporter_takes():
    assert re.fullmatch(r"([a-zA-Z0-9]+,)*[a-zA-Z0-9]+", github_classroom.RUNNER)


def test_the_points_reported_are_the_settled_total():
    one = settled("Ada", override(2.5), tasks=(half(), half("backward")))
    document = github_classroom.results([one])
    assert reported(document) == one.total == 3.5
    report = github_classroom.report(document)
    assert report == {"totalPoints": 3.5, "maxPoints": 6}


def test_what_lateness_takes_off_is_a_test_of_its_own():
    rules = LateRules(default=Rule(platform_late_percent=50), given=True)
    late = settled(late=True, modified=0.0).graded
    one = settle(late, (), rules)
    document = github_classroom.results([one])
    assert one.penalty == 0.5
    assert reported(document) == one.total == 0.5
    assert document["tests"][-1]["name"] == "07_layer_norm: lateness"


@pytest.mark.parametrize("status", list(Status))
def test_only_a_crash_is_an_error(status):
    reason = Reason.OK if status is Status.PASS else Reason.RAISED
    task = GradedTask(Verdict("t", (criterion(1, reason, status=status),)))
    test = github_classroom.results([settled(tasks=(task,))])["tests"][0]
    known = {Status.PASS: "pass", Status.ERROR: "error"}
    assert test["status"] == known.get(status, "fail")


def test_where_the_grader_failed_no_points_are_reported():
    document = github_classroom.results([settled(tasks=(half(), broken()))])
    assert document["status"] == "error"
    assert reported(document) is None
    assert github_classroom.report(document) == {"totalPoints": 0, "maxPoints": 0}
    assert all(type(test["score"]) is int for test in document["tests"])


def test_however_much_there_is_to_say_it_fits_into_a_variable():
    long = criterion(1, Reason.RAISED, message="x" * 900)
    tasks = tuple(GradedTask(Verdict(f"t{at}", (long,) * 6)) for at in range(40))
    document = github_classroom.results([settled(tasks=tasks)])
    assert len(github_classroom.encoded(document)) < 128 * 1024
    assert len(document["tests"]) == 240


def test_the_worst_record_there_can_be_makes_valid_json():
    document = github_classroom.results([settle(worst(), (), LateRules())])
    json.loads(base64.b64decode(github_classroom.encoded(document)))
