"""The canonical dump is the result, all of it and nothing else."""

import json
from dataclasses import replace

import numpy as np
import pytest
from graded_made import graded, task, worst

from coursekit.grading.reasons import Reason
from coursekit.grading.records.dump import dump, line
from coursekit.grading.records.graded import GradedTask
from coursekit.grading.records.store import Records

#: What says how and where grading went, not what it found.
NO_RESULT = {"walls", "cpu_seconds", "wall_seconds"}


def with_task(**changes):
    return graded(tasks=(replace(task(), **changes),))


def with_verdict(**changes):
    return with_task(verdict=replace(task().verdict, **changes))


def test_the_order_in_which_records_come_changes_nothing(tmp_path):
    made = [worst(), *(graded(name) for name in "cab")]
    dumps = set()
    for number, order in enumerate([made, made[::-1], made[2:] + made[:2]]):
        with Records.open(tmp_path / str(number), create=True) as records:
            for one in order:
                records.put(one)
            dumps.add(dump(records))
    assert len(dumps) == 1
    assert len(dumps.pop().splitlines()) == 4


def test_every_line_is_json():
    assert json.loads(line(worst()))["notes"][1] == '"'


CHANGES = [
    *(graded(**{name: "x"}) for name in ("learner_id", "exercise", "origin", "digest")),
    *(graded(**{name: "x"}) for name in ("seed", "edition", "version", "isolation")),
    graded("Bob"),
    graded(modified=1.0),
    graded(late=True),
    graded(reason=Reason.RAISED),
    graded(message="x"),
    graded(notes=("x",)),
    graded(tasks=()),
    with_task(source="x"),
    with_verdict(task="x"),
    with_verdict(notes=("x",)),
    with_verdict(mistakes=worst().tasks[0].verdict.mistakes),
    with_verdict(criteria=worst().tasks[0].verdict.criteria),
]


@pytest.mark.parametrize("changed", CHANGES, ids=range(len(CHANGES)))
def test_a_change_of_the_result_changes_the_dump(changed):
    assert line(changed) != line(graded())


def test_every_field_but_those_of_the_run_is_in_the_dump():
    fields = set(vars(graded())) | set(vars(GradedTask(task().verdict)))
    facts = json.loads(line(graded()))
    there = set(facts) | set(facts["tasks"][0]) | {"verdict"}
    assert fields - there == NO_RESULT


def test_one_bit_in_a_picture_changes_the_dump():
    one = worst()
    end = one.tasks[0].verdict.criteria[0]
    got = np.nextafter(end.picture.got, np.float32(9))
    verdicts = [
        replace(one.tasks[0].verdict, criteria=(replace(end, picture=picture),))
        for picture in (end.picture, replace(end.picture, got=got))
    ]
    lines = {line(graded(tasks=(GradedTask(verdict),))) for verdict in verdicts}
    assert len(lines) == 2


def test_times_and_walls_are_no_part_of_the_result():
    slow = graded(walls="no Landlock", tasks=(replace(task(), cpu_seconds=9.0),))
    assert line(slow) == line(graded())


def test_grading_again_at_another_time_gives_the_same_bytes(tmp_path):
    with Records.open(tmp_path, create=True) as records:
        records.put(graded(), at="2026-01-01T00:00:00.000000Z")
        before = dump(records)
        records.put(graded())
        assert dump(records) == before
        records.override("Ada", "layer_norm", 1, author="a", reason="r")
        assert dump(records) != before
