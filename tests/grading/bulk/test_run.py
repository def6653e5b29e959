"""A class: what is graded, what is left alone, who may die on the way."""

import io
import os
import random
import re
import signal
import time
from dataclasses import replace
from functools import partial
from multiprocessing.connection import wait

import pytest
from bulk.class_of import class_of, filled, lay_out, worked
from bulk.standins import Alone, Bare, Kept

from coursekit.commands.course import installed_course
from coursekit.grading.bulk import crew as crews
from coursekit.grading.bulk import progress as progresses
from coursekit.grading.bulk.course import catalogue
from coursekit.grading.bulk.crew import Processes
from coursekit.grading.bulk.desk import Order, RunError
from coursekit.grading.bulk.grade import Terms
from coursekit.grading.bulk.plan import Shard, chunks
from coursekit.grading.bulk.progress import Progress
from coursekit.grading.bulk.run import Summary, run
from coursekit.grading.intake.submissions import HAND_IN, Submission, find_submissions
from coursekit.grading.reasons import Reason
from coursekit.grading.records.dump import dump
from coursekit.grading.records.store import Records

NORM, START = "07_layer_norm", "00_start_here"
TERMS = Terms("autumn", "1", "process")


def bare(torch, level, limits):
    return Bare(torch)


def dying(torch, level, limits):
    """Return a worker that takes its process down over one learner's work."""
    worker = Bare(torch)

    def run_or_die(job):
        if any("die = 3" in source for source in job.beside):
            os.kill(os.getpid(), signal.SIGKILL)
        return Bare.run(worker, job)

    worker.run = run_or_die
    return worker


def asleep(torch, level, limits):
    """Return a worker that is not done before a stopped run should long be."""
    worker = Bare(torch)
    worker.run = lambda job: time.sleep(60)
    return worker


def order(terms=TERMS, make=bare, course=installed_course):
    return Order(course, terms, make=make)


def submissions(folder, **options):
    return list(find_submissions(folder, catalogue(installed_course()), **options))


def graded(found, records, terms=TERMS, crew=Alone, course=installed_course):
    stream = io.StringIO()
    with crew(order(terms, course=course), course()) as workers:
        return run(found, workers, records, stream)


@pytest.fixture
def handed_in(tmp_path):
    """Return the folder of a small class."""
    return lay_out(tmp_path / "in", class_of(4, [START, NORM], seed=1))


def test_a_second_run_grades_nothing(handed_in):
    records = Kept()
    assert graded(submissions(handed_in), records).graded == 8
    again = graded(submissions(handed_in), records)
    assert (again.graded, again.unchanged, records.puts) == (0, 8, 8)


def test_only_what_was_touched_is_graded_again(handed_in):
    records = Kept()
    graded(submissions(handed_in), records)
    path = handed_in / "Doe, Jane" / f"{NORM}.ipynb"
    path.write_bytes(filled(NORM, worked(NORM)))
    again = graded(submissions(handed_in), records)
    assert (again.graded, again.unchanged) == (1, 7)
    (found,) = [g for g in records.graded() if g.key[::2] == ("Doe, Jane", NORM)]
    assert found.score == found.out_of


def test_what_is_missing_is_recorded_once_and_again_when_something_else_is_there(
    handed_in,
):
    def found():
        return submissions(handed_in, wanted=[NORM], roster=["Missing Person"])

    records, theirs = Kept(), handed_in / "Missing Person"
    graded(found(), records)
    assert graded(found(), records).graded == 0
    theirs.mkdir()
    (theirs / "essay.ipynb").write_bytes(b"{}")
    graded(found(), records)
    (missing,) = [g for g in records.graded() if g.reason is Reason.NO_SUBMISSION]
    ends = [end for task in missing.tasks for end in task.verdict.criteria]
    assert any("essay.ipynb" in end.message for end in ends)


@pytest.mark.parametrize(
    "terms",
    [
        replace(TERMS, seed="spring"),
        replace(TERMS, version="2"),
        replace(TERMS, isolation="landlock"),
    ],
)
def test_other_terms_grade_everything_again(handed_in, terms):
    records = Kept()
    graded(submissions(handed_in), records)
    assert graded(submissions(handed_in), records, terms).graded == 8


def another_edition():
    course = installed_course()
    return course | {NORM: replace(course[NORM], edition="another")}


def test_another_edition_of_an_exercise_grades_that_one_again(handed_in):
    records = Kept()
    graded(submissions(handed_in), records)
    again = graded(submissions(handed_in), records, course=another_edition)
    assert (again.graded, again.unchanged) == (4, 4)


def test_a_copy_with_another_time_is_not_graded_and_no_later_than_it_was(handed_in):
    records = Kept()
    graded(submissions(handed_in), records)
    for when in (1000, 2000):
        for path in handed_in.rglob("*.ipynb"):
            os.utime(path, (when, when))
        assert graded(submissions(handed_in), records).graded == 0
        assert {found.modified for found in records.graded()} == {1000.0}
        assert all(found.tasks for found in records.graded())


def test_what_the_grader_failed_at_is_tried_again(handed_in):
    records = Kept()
    broken = order(make=lambda *_: 1 / 0)
    with Alone(broken, installed_course()) as workers:
        first = run(submissions(handed_in), workers, records, io.StringIO())
    assert first.faults and "ZeroDivisionError" in first.faults[0]
    again = graded(submissions(handed_in), records)
    assert again.graded > 0 and not again.faults


def test_a_newer_file_takes_the_place_of_the_older_record(handed_in):
    records = Kept()
    graded(submissions(handed_in), records)
    folder = handed_in / "Doe, Jane"
    (folder / f"{NORM}.ipynb").rename(folder / f"{NORM} (1).ipynb")
    graded(submissions(handed_in), records)
    origins = [g.origin for g in records.graded() if g.key[::2] == ("Doe, Jane", NORM)]
    assert origins == [f"Doe, Jane/{NORM} (1).ipynb"]


@pytest.mark.parametrize("workers", [1, 3])
def test_the_result_depends_on_neither_workers_nor_order(handed_in, tmp_path, workers):
    found = submissions(handed_in)
    dumps = []
    for at, these in enumerate((found, random.Random(3).sample(found, len(found)))):
        with (
            Records.open(tmp_path / f"{at}", create=True) as records,
            Processes(order(), installed_course(), 1 + at * workers) as crew,
        ):
            run(these, crew, records, io.StringIO())
            dumps.append(dump(records))
    assert dumps[0] == dumps[1] and dumps[0].count(b"\n") == 8


def test_a_process_that_dies_costs_one_submission_its_score(handed_in):
    path = handed_in / "Doe, Jane" / f"{NORM}.ipynb"
    text = path.read_text("utf-8").replace("import numpy as np", "die = 3", 1)
    path.write_text(text, "utf-8")
    records = Kept()
    with Processes(order(make=dying), installed_course(), 2) as crew:
        told = run(submissions(handed_in), crew, records, io.StringIO())
    assert told.graded == 8
    assert [g.key[::2] for g in records.graded() if g.score is None] == [
        ("Doe, Jane", NORM)
    ]
    assert all("Doe, Jane" in fault for fault in told.faults)


def test_a_pool_ends_at_once_when_it_is_stopped_whatever_is_in_hand(handed_in):
    with Processes(order(make=asleep), installed_course(), 2) as crew:
        for chunk in chunks(submissions(handed_in)[:2], 1):
            crew._hand_out(chunk)
        while not all(future.running() for future in crew._waiting):
            time.sleep(0.01)
        processes = [*crew._executor._processes.values()]
        crew.stop()
        # not join: the pool's own thread may take the exit status first
        assert [bool(wait([one.sentinel], 10)) for one in processes] == [True, True]


def other_course():
    return {NORM: replace(installed_course()[NORM], edition="theirs")}


def test_nodes_with_other_checks_stop_the_run(handed_in):
    with (
        Alone(order(course=other_course), installed_course()) as crew,
        pytest.raises(RunError, match="two computers have different checks"),
    ):
        run(submissions(handed_in), crew, Kept(), io.StringIO())


def test_a_chunk_that_cannot_be_handed_out_has_no_score_and_stops_nobody(
    handed_in, monkeypatch
):
    def lost(order, editions, chunk):
        if chunk[0].exercise == NORM:
            raise OSError("the cable")
        return crews.without_result(order, installed_course(), chunk, KeyError())

    monkeypatch.setattr(crews, "grade_chunk", lost)
    records = Kept()
    told = graded(submissions(handed_in), records)
    assert told.graded == 8 and any("the cable" in fault for fault in told.faults)


def test_what_was_found_is_kept_when_the_run_is_interrupted(handed_in):
    class Interrupted(Kept):
        def put(self, graded):
            super().put(graded)
            if self.puts == 3:
                raise KeyboardInterrupt

    records, summary = Interrupted(), Summary()
    with (
        Alone(order(), installed_course()) as crew,
        pytest.raises(KeyboardInterrupt),
    ):
        run(submissions(handed_in), crew, records, io.StringIO(), summary=summary)
    assert len(records.kept) == 3 and summary.left == 6
    records.puts = 100
    again = graded(submissions(handed_in), records)
    assert (again.graded, again.unchanged) == (5, 3)


def test_files_are_read_only_when_it_is_their_turn(handed_in, monkeypatch):
    found, held = submissions(handed_in), []
    reads = Submission.read
    monkeypatch.setattr(
        Submission, "read", lambda one: held.append(one.origin) or reads(one)
    )

    class Watching(Kept):
        def put(self, graded):
            super().put(graded)
            # each was read once to plan; beyond that, at most the one in hand
            assert len(held) - len(found) <= self.puts + 1

    graded(found, Watching())
    assert len(held) == 2 * len(found)


def test_shards_share_a_class_whatever_its_order(handed_in):
    found = submissions(handed_in)
    shards = [Shard.parse(f"{at}/3") for at in (1, 2, 3)]
    for one in found:
        assert sum(shard.holds(one) for shard in shards) == 1
    by_learner = {
        (s.number, one.learner) for s in shards for one in found if s.holds(one)
    }
    assert len(by_learner) == 4


@pytest.mark.parametrize("text", ["", "2", "0/3", "4/3", "a/b", "1/0", "-1/2", "1/2/3"])
def test_a_shard_that_is_none_is_refused(text):
    with pytest.raises(ValueError, match="such as 2/8"):
        Shard.parse(text)


def test_the_summary_counts_and_lists_faults_last():
    told = Summary()
    with_fault = [Submission("ada", exercise=NORM, reason=Reason.GRADER_ERROR)]
    instead = 'there is no notebook; there is "x.pdf", which is no notebook. ' + HAND_IN
    with_fault += [
        Submission(n, "", NORM, reason=Reason.NO_SUBMISSION, message=m)
        for n, m in (("bob", ""), ("cem", instead))
    ]
    graded_ = Kept()
    with Alone(order(), installed_course()) as crew:
        told = run(with_fault, crew, graded_, io.StringIO())
    lines = list(told.lines())
    assert lines[0] == "3 graded, 0 unchanged."
    assert lines[1:4] == [
        "Nothing to grade in 2:",
        f"  bob, {NORM}: nothing handed in",
        f'  cem, {NORM}: nothing handed in; there is "x.pdf", which is no notebook',
    ]
    assert lines[-1].startswith("  ada, 07_layer_norm")


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self):
        """Say so."""
        return True


def test_progress_is_a_bar_on_a_terminal_and_lines_elsewhere(monkeypatch):
    bar, lines = Terminal(), io.StringIO()
    monkeypatch.setattr(progresses, "PAUSE", 0.0)
    shown = partial(progresses.tqdm, disable=False)  # tests switch bars off
    monkeypatch.setattr(progresses, "tqdm", shown)
    for stream in (bar, lines):
        with Progress(4, stream) as progress:
            for _ in range(4):
                progress.advance()
    assert "\r" in bar.getvalue() and "4/4" in bar.getvalue()
    told = lines.getvalue().splitlines()
    assert len(told) == 4 and "\r" not in lines.getvalue()
    assert re.match(r"3 of 4 graded, [\d.e+]+ a second, about 0 s left", told[2])


def test_nothing_to_do_shows_no_progress():
    stream = Terminal()
    with Progress(0, stream):
        pass
    assert stream.getvalue() == ""
