"""A class in which everybody tries something: each loses what it cost, nobody else.

All rows of the worker's table, of `tricks` and of `files` lie in one class, at every
level of isolation that this computer offers, with good neighbours between them: so
with COURSEKIT_FULL=1, where each row has a neighbour of its own. By default the best
level takes all rows but those of the worker's table, which has a test of its own, and
every fourth of these; the other levels take every sixteenth row.
"""

import csv
import os
import sys
import time
import zlib

import pytest
from bulk.class_of import filled, slips, worked
from end_to_end.bed import FULL, grade, left_behind, lines, offered, only, recorded
from end_to_end.files import FILES, RIGHT
from end_to_end.tricks import BATCH, NORM, TASK, WITH_TORCH, WRONG, code_rows
from hostile import HOSTILE, aimed, tree
from jobs import children_of

from coursekit import cli
from coursekit.commands import base
from coursekit.grading.isolation import Level
from coursekit.grading.reasons import Reason

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
ROWS = {
    **{name: (NORM, TASK, row) for name, row in code_rows().items()},
    **{name: (BATCH, task, row) for name, (task, row) in WITH_TORCH.items()},
}
GOOD = filled(NORM, worked(NORM) | {TASK: slips(worked(NORM)[TASK])[0]})
#: What an outcome of the worker's table comes to in a record.
ANY = {Reason.OK, Reason.RAISED, Reason.MEMORY_LIMIT}
OUTCOMES = {
    "right": {Reason.OK},
    "": {Reason.OK},
    "Odd": {Reason.WRONG_TYPE},
    "any": ANY,
}


def drawn(name):
    """Return a number that belongs to a row."""
    return zlib.crc32(name.encode(errors="replace"))


if not FULL:
    ROWS = {
        name: row
        for name, row in ROWS.items()
        if name not in HOSTILE or drawn(name) % 4 == 0
    }


def is_run(name, level):
    """Tell whether a row is in the class at a level."""
    return FULL or level is offered()[0] or drawn(name) % 16 == 0


class Class:
    """A class that was graded at one level, and what was seen around it."""

    def __init__(self, level, place):
        self.level, self.place = level, place
        self.around, self.out = place / "around", place / "out"
        self.temporary, self.good = place / "temporary", place / "good"
        self.rows = 0
        self.lay_out_canary()
        for name, (exercise, task, row) in ROWS.items():
            if is_run(name, level):
                answers = {task: aimed(row.source, self.around / "canary")}
                data = filled(exercise, worked(exercise) | answers)
                (self.of(name) / f"{exercise}.ipynb").write_bytes(data)
                self.neighbour(name)
        for name, made in FILES.items():
            if is_run(name, level):
                made.put(self.of(name))
                self.neighbour(name)
        self.run()

    def lay_out_canary(self):
        """Put files around the class that nobody may touch."""
        canary = self.around / "canary"
        canary.mkdir(parents=True)
        (canary / "secret").write_text("the answer")
        (canary / "open").write_text("anybody's")
        (canary / "open").chmod(0o666)
        canary.chmod(0o777)
        (self.around / "other.ipynb").write_bytes(RIGHT)

    def of(self, name, top="around/in"):
        """Return a new folder for a learner."""
        folder = self.place / top / name.replace("/", "|")
        folder.mkdir(parents=True)
        return folder

    def neighbour(self, name):
        """Put somebody beside every learner, or now and then, and elsewhere alone."""
        self.rows += 1
        if FULL or self.rows % 16 == 1:
            for top in ("around/in", "good"):
                path = self.of(f"{name[:80]} and a neighbour", top) / f"{NORM}.ipynb"
                path.write_bytes(GOOD)
                os.utime(path, (1e9, 1e9))

    def run(self):
        """Grade the neighbours alone, and then everybody."""
        before, there = tree(self.around), children_of(os.getpid())
        with only(self.level, self.temporary):
            alone = grade(self.good, self.place / "alone", self.level)
            begin = time.monotonic()
            self.code = grade(self.around / "in", self.out, self.level, "--workers", 2)
            self.took = time.monotonic() - begin
        assert alone == base.DONE
        self.left = left_behind(self.temporary, there)
        self.tree_is_as_before = tree(self.around) == before
        self.records = {one.learner: one for one in recorded(self.out)}


@pytest.fixture(scope="module", params=[*Level], ids=str)
def graded(request, tmp_path_factory):
    """Grade the class at every level that this computer offers."""
    if request.param not in offered():
        pytest.skip(f"this machine does not offer the level {request.param}")
    return Class(request.param, tmp_path_factory.mktemp("class"))


def row_of(graded, name):
    if not is_run(name, graded.level):
        pytest.skip("only with COURSEKIT_FULL=1 at this level")
    return graded.records[name.replace("/", "|")]


@pytest.mark.parametrize("name", ROWS)
def test_an_answer_costs_its_own_task_and_for_the_right_reason(name, graded):
    record = row_of(graded, name)
    exercise, task, row = ROWS[name]
    if row.unseen and graded.level is Level.PROCESS and sys.version_info < (3, 12):
        pytest.skip("there is no wall against it at this level")
    found = {one.name: one for one in record.tasks}
    hostile = found.pop(task)
    message = hostile.verdict.criteria[0].message
    if row.reason is not Reason.OK:
        ends = {end.reason for end in hostile.verdict.criteria}
        expected = {row.reason} if name in HOSTILE else ends & {row.reason}
        assert hostile.reason in ends and row.reason in ends, message
        assert hostile.reason in expected or name in WRONG, message
        assert hostile.score < hostile.verdict.out_of
    else:
        assert hostile.reason in OUTCOMES.get(row.outcome, {Reason.RAISED}), message
        right = hostile.score == hostile.verdict.out_of
        assert right or row.outcome not in ("right", "")
    assert {one.reason for one in found.values()} == {Reason.OK}
    assert all(one.score == one.verdict.out_of for one in found.values())
    assert record.exercise == exercise


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_read_with_a_note_or_refused_with_its_reason(name, graded):
    record, made = row_of(graded, name), FILES[name]
    notes = [*record.notes, *(n for one in record.tasks for n in one.verdict.notes)]
    assert any(made.note in note for note in notes) or not made.note, notes
    reasons = {one.name: one.reason for one in record.tasks}
    if made.of_task:
        assert reasons.pop(TASK) is made.reason
        assert set(reasons.values()) == {Reason.OK}
    elif made.reason is Reason.OK:
        assert record.score == record.out_of > 0
    else:
        assert set(reasons.values()) <= {made.reason}
        assert record.reason in (made.reason, Reason.OK)
        assert record.message or reasons


def test_nobody_s_neighbour_notices_anything(graded):
    there, alone = lines(graded.out), lines(graded.place / "alone")
    assert alone and all(there[name] == alone[name] for name in alone)


def test_nothing_is_left_and_nothing_around_is_touched(graded):
    assert graded.code == base.DONE
    assert graded.tree_is_as_before
    assert graded.left == (set(), [])
    assert graded.took < 300


def test_the_gradebook_of_such_a_class_has_no_formulas(graded):
    if not FULL and graded.level is not offered()[0]:
        pytest.skip("once is enough")
    assert cli.main(["report", str(graded.out)]) == base.DONE
    with (graded.out / "gradebook.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = [*csv.reader(file)]
    assert len({len(row) for row in rows}) == 1
    assert not [cell for row in rows for cell in row if cell[:1] in "=+-@" and cell]
    cells = {cell for row in rows for cell in row}
    assert "Doe, Jane" in cells and any("=cmd()" in cell for cell in cells)
