"""results.json field by field, as Gradescope's specifications have it."""

import json

from graded_made import worst
from settled_made import broken, criterion, half, override, settled

from coursekit.grading.exports import gradescope
from coursekit.grading.records.graded import GradedTask
from coursekit.grading.records.late import LateRules
from coursekit.grading.records.settle import settle
from coursekit.grading.verdict import Diagnosis, Verdict

TOP = {
    "score",
    "execution_time",
    "output",
    "output_format",
    "test_output_format",
    "test_name_format",
    "visibility",
    "stdout_visibility",
    "extra_data",
    "tests",
    "leaderboard",
}
TEST = {
    "score",
    "max_score",
    "status",
    "name",
    "name_format",
    "number",
    "output",
    "output_format",
    "tags",
    "visibility",
    "extra_data",
}
VISIBLE = {"hidden", "after_due_date", "after_published", "visible"}
FORMATS = {"text", "html", "simple_format", "md", "ansi"}


def test_only_fields_that_gradescope_knows_are_written():
    results = gradescope.results([settled()])
    assert results.keys() <= TOP
    assert {results["visibility"], results["stdout_visibility"]} <= VISIBLE
    names = ("output_format", "test_output_format", "test_name_format")
    assert {results[name] for name in names} == {"text"} <= FORMATS
    for test in results["tests"]:
        assert test.keys() <= TEST
        assert test["status"] in {"passed", "failed"}
        assert test["visibility"] in VISIBLE


def test_every_criterion_is_a_numbered_test_with_its_points():
    tests = gradescope.results([settled(tasks=(half(), half("backward")))])["tests"]
    assert [test["number"] for test in tests] == ["1.1", "1.2", "2.1", "2.2"]
    assert [test["score"] for test in tests] == [1, 0, 1, 0]
    assert [test["max_score"] for test in tests] == [1, 2, 1, 2]
    assert [test["status"] for test in tests] == ["passed", "failed"] * 2
    assert tests[0]["name"] == "forward: The shape is kept."


def test_the_output_of_a_failed_test_is_the_diagnosis_and_the_message():
    test = gradescope.results([settled()])["tests"][1]
    assert test["output"].splitlines() == [
        "Recognised: unbiased std",
        "You divide by d - 1.",
        "What shows it: 0.894 = sqrt(4/5)",
        "Expected 1 at [0, 0], got 0.894.",
    ]


def test_the_extra_data_lets_a_dispute_be_replayed():
    data = gradescope.results([settled()])["tests"][1]["extra_data"]
    assert data == {
        "reason": "WRONG_VALUE",
        "status": "fail",
        "mistakes": ["unbiased std"],
        "seed": "s",
        "edition": "e1",
    }


def test_the_score_is_the_settled_total_and_says_who_changed_it():
    results = gradescope.results([settled("Ada", override(2.5))])
    assert results["score"] == 2.5
    assert (
        "set to 2.5 points by Dr. Noether: The prompt was unclear."
        in (results["output"])
    )


def test_where_the_grader_failed_there_is_no_score_anywhere():
    results = gradescope.results([settled(tasks=(half(), broken()))])
    assert "score" not in json.dumps(list(results))
    assert "tests" not in results
    assert results["extra_data"]["autograder_error"] is True
    assert "rerun the autograder" in results["output"]


def test_an_override_of_what_the_grader_failed_on_makes_a_score():
    decided = override(4, "backward")
    assert (
        gradescope.results([settled("Ada", decided, tasks=(broken(),))])["score"] == 4
    )


def test_a_learner_s_exercises_come_together_in_one_file_too():
    records = [settled(), settled(exercise="05_batch_norm")]
    found = dict(gradescope.files(records))
    names = sorted(name.partition("/")[2] for name in found)
    assert names == [
        "05_batch_norm/results.json",
        "07_layer_norm/results.json",
        "results.json",
    ]
    whole = json.loads(next(found[name] for name in found if name.count("/") == 1))
    assert whole["score"] == 2
    assert [test["number"] for test in whole["tests"]] == [
        *("1.1.1", "1.1.2"),
        *("2.1.1", "2.1.2"),
    ]


def test_names_of_mistakes_and_learners_are_valid_utf_8_whatever_they_are():
    ends = (criterion(1, sentence="\udc80"),)
    verdict = Verdict("t\udc81", ends, (Diagnosis("std\udc82", "", ""),))
    one = settled("a\udc83", tasks=(GradedTask(verdict),), seed="\udc84")
    document = gradescope.results([one])
    assert "score" in document
    json.loads(gradescope.written(document).encode("utf-8"))


def test_the_worst_record_there_can_be_makes_valid_utf_8():
    text = gradescope.written(gradescope.results([settle(worst(), (), LateRules())]))
    json.loads(text.encode("utf-8"))
