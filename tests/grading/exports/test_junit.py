"""JUnit XML: the common subset, as a schema and as a parser."""

from xml.etree import ElementTree

import pytest
from graded_made import worst
from settled_made import broken, criterion, half, settled

from coursekit.grading.exports import junit
from coursekit.grading.reasons import Reason
from coursekit.grading.records.graded import GradedTask
from coursekit.grading.records.late import LateRules
from coursekit.grading.records.settle import settle
from coursekit.grading.verdict import Status, Verdict

COUNTS = {"tests", "failures", "errors", "skipped", "time"}
#: element: (attributes it needs, attributes it may have, children it may have)
SCHEMA = {
    "testsuites": ({"name"} | COUNTS, {"timestamp"}, {"testsuite"}),
    "testsuite": (
        {"name"} | COUNTS,
        {"timestamp", "hostname", "file"},
        {"properties", "testcase", "system-out", "system-err"},
    ),
    "properties": (set(), set(), {"property"}),
    "property": ({"name", "value"}, set(), set()),
    "testcase": (
        {"name", "classname", "time"},
        {"file", "line", "assertions"},
        {"skipped", "failure", "error", "properties", "system-out", "system-err"},
    ),
    "skipped": (set(), {"message"}, set()),
    "failure": ({"message", "type"}, set(), set()),
    "error": ({"message", "type"}, set(), set()),
    "system-out": (set(), set(), set()),
}


def parsed(*records):
    return ElementTree.fromstring(junit.document("07_layer_norm", records))


def check(element):
    needs, may, children = SCHEMA[element.tag]
    assert needs <= set(element.keys()) <= needs | may
    assert {child.tag for child in element} <= children
    if element.tag in ("testsuite", "testsuites"):
        cases = list(element.iter("testcase"))
        assert int(element.get("tests")) == len(cases)
        for count, tag in (("failures", "failure"), ("errors", "error")):
            assert int(element.get(count)) == len(list(element.iter(tag)))
        assert int(element.get("skipped")) == len(list(element.iter("skipped")))
    for child in element:
        check(child)


@pytest.mark.parametrize(
    "record",
    [
        settled(),
        settled(tasks=(broken(),)),
        settled(tasks=()),
        settle(worst(), (), LateRules()),
    ],
)
def test_every_document_fits_the_common_subset(record):
    check(parsed(settled("Grace"), record))


@pytest.mark.parametrize(
    ("status", "tag"),
    [
        (Status.PASS, None),
        (Status.FAIL, "failure"),
        (Status.ERROR, "error"),
        (Status.TODO, "skipped"),
        (Status.SKIPPED, "skipped"),
    ],
)
def test_each_end_of_a_criterion_has_its_element(status, tag):
    reason = Reason.OK if status is Status.PASS else Reason.RAISED
    end = criterion(1, reason, status=status, message="said")
    task = GradedTask(Verdict("t", (end,)))
    case = next(parsed(settled(tasks=(task,))).iter("testcase"))
    tags = [child.tag for child in case if child.tag != "properties"]
    assert tags == ([tag] if tag else [])


def test_points_and_reason_are_properties():
    cases = list(parsed(settled()).iter("testcase"))
    properties = {p.get("name"): p.get("value") for p in cases[1].iter("property")}
    assert properties == {"score": "0", "max_score": "2", "reason": "WRONG_VALUE"}
    assert cases[1].get("classname") == "07_layer_norm.forward"
    assert cases[1].get("name") == "1.2 Every row has std 1."


def test_a_failure_has_its_reason_and_all_that_is_said():
    failure = next(parsed(settled()).iter("failure"))
    assert failure.get("type") == "WRONG_VALUE"
    assert failure.get("message") == "Recognised: unbiased std"
    assert failure.text.endswith("Expected 1 at [0, 0], got 0.894.")


def test_where_the_grader_failed_it_is_an_error_without_a_score():
    wrong = GradedTask(Verdict("t", (criterion(1, Reason.GRADER_ERROR),)))
    assert [one.tag for one in parsed(settled(tasks=(wrong,))).iter("error")]
    root = parsed(settled(tasks=(half(), broken())))
    error = next(root.iter("error"))
    assert error.get("type") == "GRADER_ERROR"
    suite = root[0]
    names = [one.get("name") for one in suite[0]]
    assert "score" not in names


def test_control_characters_never_reach_the_xml_and_text_is_cut():
    said = "\x00\x1b\ufffe" + "x" * 9000
    end = criterion(1, Reason.RAISED, message=said, sentence=said)
    task = GradedTask(Verdict("t", (end,)))
    text = junit.document("e", [settled("\x08", tasks=(task,))]).decode("utf-8")
    assert not set(text) & set("\x00\x1b\x08\ufffe")
    assert len(text) < 25000


def test_a_file_is_an_exercise():
    records = [settled(), settled(exercise="05_batch_norm"), settled("Bo")]
    names = [name for name, _ in junit.files(records)]
    assert names == ["05_batch_norm.xml", "07_layer_norm.xml"]
