"""JUnit XML: the subset that continuous integration and test viewers agree on.

There is no official schema; this writes what testmoapp/junitxml documents as common. A
file is an exercise, a suite a learner, a case a criterion.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from xml.etree import ElementTree

from coursekit.grading.cells import legible, number
from coursekit.grading.exports.chosen import who
from coursekit.grading.exports.rows import handed_in
from coursekit.grading.exports.told import Told, seconds, summary, told
from coursekit.grading.records.settled import Settled
from coursekit.grading.verdict import Status

#: What XML 1.0 cannot hold, not even escaped, once `legible` has seen to the rest.
_ILLEGAL = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
#: Longest text of one element or attribute, in characters.
MOST = 4000
_KINDS = {
    Status.FAIL: "failure",
    Status.ERROR: "error",
    Status.TODO: "skipped",
    Status.SKIPPED: "skipped",
}


def files(settled: Iterable[Settled]) -> Iterator[tuple[str, bytes]]:
    """Yield a file for each exercise."""
    ordered = sorted(settled, key=lambda one: one.graded.exercise)
    for exercise, several in groupby(ordered, key=lambda one: one.graded.exercise):
        yield f"{exercise}.xml", document(exercise, list(several))


def document(exercise: str, settled: Sequence[Settled]) -> bytes:
    """Return the XML of one exercise, in UTF-8."""
    suites = [_suite(one) for one in settled]
    root = ElementTree.Element("testsuites", name=_text(exercise))
    for count in ("tests", "failures", "errors", "skipped"):
        root.set(count, str(sum(int(suite.get(count, "0")) for suite in suites)))
    root.set("time", f"{sum(float(suite.get('time', '0')) for suite in suites):.3f}")
    root.extend(suites)
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="utf-8", xml_declaration=True) + b"\n"


def _suite(settled: Settled) -> ElementTree.Element:
    lines, graded = list(told(settled)), settled.graded
    cases = [_case(line, settled) for line in lines]
    kinds = [_kind(line) for line in lines]
    suite = ElementTree.Element(
        "testsuite",
        name=_text(who(settled)),
        tests=str(len(cases)),
        failures=str(kinds.count("failure")),
        errors=str(kinds.count("error")),
        skipped=str(kinds.count("skipped")),
        time=f"{sum(map(seconds, graded.tasks)):.3f}",
    )
    if at := handed_in(graded.modified):
        suite.set("timestamp", at.replace(" ", "T"))
    if graded.origin:
        suite.set("file", _text(graded.origin))
    suite.append(
        _properties(
            score=number(settled.total),
            max_score=str(settled.out_of),
            reason=graded.reason.value,
            seed=graded.seed,
            edition=graded.edition,
            isolation=graded.isolation,
        )
    )
    suite.extend(cases)
    ElementTree.SubElement(suite, "system-out").text = _text(summary(settled))
    return suite


def _case(line: Told, settled: Settled) -> ElementTree.Element:
    case = ElementTree.Element(
        "testcase",
        name=_text(f"{line.number} {line.end.sentence}"),
        classname=_text(f"{settled.graded.exercise}.{line.task.name}"),
        time=f"{seconds(line.task) if line.first else 0:.3f}",
    )
    score = str(line.end.score) if line.judged else ""
    case.append(
        _properties(
            score=score, max_score=str(line.end.out_of), reason=line.end.reason.value
        )
    )
    if kind := _kind(line):
        said = line.text.partition("\n")[0] or line.end.reason.value
        end = ElementTree.SubElement(case, kind, message=_text(said))
        if kind != "skipped":
            end.set("type", line.end.reason.value)
            end.text = _text(line.text)
    return case


def _kind(line: Told) -> str:
    return _KINDS.get(line.end.status, "") if line.judged else "error"


def _properties(**values: str) -> ElementTree.Element:
    """Return properties; one without a value, such as no score, is left out."""
    element = ElementTree.Element("properties")
    for name, value in values.items():
        if value:
            ElementTree.SubElement(element, "property", name=name, value=_text(value))
    return element


def _text(text: str) -> str:
    """Return ``text`` as XML can hold it, cut where it is endless."""
    shown = _ILLEGAL.sub("\ufffd", legible(text[: MOST + 1]))
    return shown if len(text) <= MOST else f"{shown[:MOST]} … (cut)"
