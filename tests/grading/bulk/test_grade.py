"""One submission: the verdicts of the notebook, whatever comes back, whoever fails."""

import json
import linecache
import random
import re
from contextlib import suppress
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from bulk.class_of import (
    EXERCISES,
    ROOT,
    filled,
    is_question,
    slips,
    some_answers,
    worked,
)
from bulk.standins import Bare

from coursekit.commands.course import installed_course
from coursekit.grading.attempt import judge_answer
from coursekit.grading.bulk.course import Exercise
from coursekit.grading.bulk.demand import best_level
from coursekit.grading.bulk.grade import Terms, failed, grade
from coursekit.grading.bulk.handed import Handed
from coursekit.grading.bulk.workers import Workers
from coursekit.grading.card import card_text
from coursekit.grading.cases import draw_cases, key_for, seed_for
from coursekit.grading.intake.beside import beside
from coursekit.grading.intake.reading import read_notebook
from coursekit.grading.isolation import Level, probe_levels
from coursekit.grading.judge import judge
from coursekit.grading.question import judge_short
from coursekit.grading.reasons import Reason
from coursekit.grading.verdict import Status
from coursekit.grading.worker.job import Ran
from coursekit.probes.outcome import Observed, Odd, Raised
from coursekit.probes.run import observe_all

COURSE = installed_course()
TERMS = Terms("autumn", "1", "process")
NORM = "07_layer_norm"


class Broken:
    """A worker that cannot do anything."""

    def run(self, job):
        """Fail."""
        raise OSError("the worker is gone")

    def close(self):
        """Fail at that too."""
        raise OSError("it cannot even be ended")


def workers(make=Bare):
    return Workers(Level.PROCESS, make=lambda *_: make())


def graded(exercise, answers, make=Bare, learner="ada"):
    handed = Handed(learner, "", exercise, "x.ipynb", data=filled(exercise, answers))
    return grade(handed, COURSE, workers(make), TERMS)


@cache
def untouched(exercise):
    """Return the record of an exercise as it was handed out."""
    return graded(exercise, {})


def in_a_notebook(task, source, seed):
    """Run a cell as a kernel does and judge what it defines."""
    name = f"<cell of {task.name}>"
    lines = source.splitlines(keepends=True)
    linecache.cache[name] = (len(source), None, lines, name)
    space = {"__name__": "__main__"}
    for cell in beside(read_notebook(filled(task.exercise, {})), []):
        with suppress(NameError):  # it needs what only running the cells would make
            exec(cell, space)
    exec(compile(source, name, "exec"), space)
    return judge_answer(task, space[task.name], seed)


@pytest.fixture(scope="module")
def walled():
    """Return real workers, behind the best walls of this computer."""
    with Workers(best_level(probe_levels(), Level.PROCESS)) as found:
        yield found


@pytest.mark.parametrize("exercise", EXERCISES)
def test_worked_answers_get_full_marks(exercise, walled):
    handed = Handed("ada", "", exercise, data=filled(exercise, worked(exercise)))
    found = grade(handed, COURSE, walled, TERMS)
    assert found.score == found.out_of > 0
    assert {task.reason for task in found.tasks} == {Reason.OK}
    assert not any(task.verdict.notes for task in found.tasks)


@pytest.mark.parametrize("exercise", EXERCISES)
def test_an_exercise_as_it_was_handed_out_is_not_attempted(exercise):
    found = untouched(exercise)
    assert {task.reason for task in found.tasks} == {Reason.NOT_ATTEMPTED}
    assert {task.verdict.status for task in found.tasks} == {Status.TODO}
    assert found.score == 0
    names = [one.name for one in COURSE[exercise].asked]
    assert [task.name for task in found.tasks] == names


@pytest.mark.parametrize("exercise", EXERCISES)
def test_bulk_says_what_the_notebook_says(exercise, walled):
    rng = random.Random(exercise)
    answers = {
        name: rng.choice(slips(right))
        for name, right in worked(exercise).items()
        if not is_question(name)
    }
    answers.pop("repair", None)  # each of its mistakes trains a net
    handed = Handed("ada", "", exercise, data=filled(exercise, answers))
    found = {task.name: task for task in grade(handed, COURSE, walled, TERMS).tasks}
    for task in COURSE[exercise].tasks:
        if task.name not in answers:
            continue
        seed = seed_for(task.name, key_for("ada", TERMS.seed))
        expected = in_a_notebook(task, answers[task.name], seed)
        assert card_text(found[task.name].verdict) == card_text(expected)


def test_a_name_that_is_not_loaded_is_named_on_the_task_that_reads_it():
    body = "def axes_of(norm, shape):\n    return (AX,)"
    data = json.loads(filled(NORM, {"axes_of": body}))
    data["cells"].append({**data["cells"][1], "source": "AX = int('-1')"})
    cells = json.dumps(data).encode()
    one = grade(Handed("ada", "", NORM, "x", data=cells), COURSE, workers(), TERMS)
    verdict = next(t.verdict for t in one.tasks if t.verdict.task == "axes_of")
    assert "`AX = int('-1')` gives to `AX` was not loaded" in verdict.notes[0]
    assert "at the top level of a cell" in card_text(verdict).replace("\n", " ")


@pytest.mark.parametrize("name", [n for e in EXERCISES for n in worked(e)])
def test_a_stub_says_in_bulk_what_it_says_in_the_notebook(name):
    exercise = next(e for e in EXERCISES if name in worked(e))
    found = {task.name: task.verdict for task in untouched(exercise).tasks}[name]
    asked = {one.name: one for one in COURSE[exercise].asked}[name]
    if is_question(name):
        assert found == judge_short(asked, ...)
    else:

        def stub(*arguments, **options):
            raise NotImplementedError

        assert found == judge_answer(asked, stub)


def test_what_is_wrong_with_the_file_is_said_on_every_task():
    found = grade(Handed("ada", "", NORM, "x", data=b"null"), COURSE, workers(), TERMS)
    assert found.reason is Reason.NOTEBOOK_UNREADABLE and "null" in found.message
    assert [task.name for task in found.tasks] == [o.name for o in COURSE[NORM].asked]
    assert {task.reason for task in found.tasks} == {Reason.NOTEBOOK_UNREADABLE}
    assert found.score == 0 and len(found.digest) == 64


@pytest.mark.parametrize("name", EXERCISES[1:])
def test_a_lesson_in_place_of_its_exercise_says_what_to_hand_in(name):
    data = (ROOT / "notebooks" / f"{name}.ipynb").read_bytes()
    one = grade(Handed("ada", "", name, "x", data=data), COURSE, workers(), TERMS)
    assert one.reason is Reason.AMBIGUOUS_SUBMISSION
    assert one.score == 0 and f"Hand in exercises/{name}.ipynb." in one.message


def test_what_is_answered_in_a_lesson_is_graded():
    lesson = json.loads((ROOT / "notebooks" / f"{NORM}.ipynb").read_bytes())
    answer = {**lesson["cells"][0], "cell_type": "code"}
    lesson["cells"].append({**answer, "source": worked(NORM)["axes_of"]})
    data = json.dumps(lesson).encode()
    one = grade(Handed("ada", "", NORM, "x", data=data), COURSE, workers(), TERMS)
    assert one.reason is Reason.OK and one.score > 0
    assert f"not the exercise: exercises/{NORM}.ipynb" in one.notes[0]


def test_who_handed_nothing_in_has_a_record_with_zero_points():
    handed = Handed("ada", "", NORM, reason=Reason.NO_SUBMISSION, message="nothing.")
    found = grade(handed, COURSE, workers(), TERMS)
    assert (found.score, found.digest) == (0, "")
    assert {t.verdict.status for t in found.tasks} == {Status.TODO}


def test_a_notebook_of_no_exercise_is_a_record_without_tasks():
    found = grade(Handed("ada", data=b"{}"), COURSE, workers(), TERMS)
    assert found.tasks == () and found.reason is Reason.NOTEBOOK_UNREADABLE


def test_a_worker_that_fails_costs_no_points_but_the_score():
    found = graded("05_batch_norm", worked("05_batch_norm"), Broken)
    for task in found.tasks:
        if is_question(task.name):
            assert task.score == 1
        else:
            assert task.score is None and task.reason is Reason.GRADER_ERROR
            assert "the worker is gone" in task.verdict.criteria[0].message
    assert found.score is None


def test_a_worker_that_fails_once_is_replaced():
    made = []

    def make():
        made.append(Broken() if not made else Bare())
        return made[-1]

    found = graded(NORM, worked(NORM), make)
    assert found.score == found.out_of and len(made) == 2


def test_a_fault_in_one_task_costs_that_one_alone():
    def draw(rng):
        raise ZeroDivisionError("ours")

    tasks = COURSE[NORM].tasks
    broken = replace(tasks[1], draw=draw)
    course = {NORM: replace(COURSE[NORM], tasks=(tasks[0], broken, tasks[2]))}
    handed = Handed("ada", "", NORM, "x", data=filled(NORM, worked(NORM)))
    found = {t.name: t for t in grade(handed, course, workers(), TERMS).tasks}
    assert found[broken.name].reason is Reason.GRADER_ERROR
    assert {t.reason for t in found.values() if t.name != broken.name} == {Reason.OK}


def test_a_fault_around_everything_leaves_a_record_without_a_score():
    handed = Handed("ada", "", NORM, "x", data=b"null")
    found = failed(handed, COURSE, TERMS, KeyError("lost"))
    assert found.score is None and "KeyError" in found.message
    assert len(found.tasks) == len(COURSE[NORM].asked)


@pytest.mark.parametrize(
    ("reason", "status"),
    [
        (Reason.TIMEOUT_CPU, Status.ERROR),
        (Reason.SANDBOX_DENIED, Status.ERROR),
        (Reason.NOT_CALLABLE, Status.FAIL),
        (Reason.FORBIDDEN_API, Status.FAIL),
    ],
)
def test_why_an_answer_has_no_outcome_is_said_on_its_task(reason, status):
    class Refusing(Bare):
        def run(self, job):
            ran = super().run(job)
            return ran | {
                "axes_of": Ran(reason=reason, message="Stopped.", notes=("n",))
            }

    found = {t.name: t for t in graded(NORM, worked(NORM), Refusing).tasks}
    task = found.pop("axes_of")
    assert (task.reason, task.verdict.status, task.score) == (reason, status, 0)
    assert task.verdict.criteria[0].message == "Stopped."
    assert "n" in task.verdict.notes and task.source == worked(NORM)["axes_of"]
    assert {other.reason for other in found.values()} == {Reason.OK}


ODD = [None, 3, "text", b"bytes", object(), np.array([None]), np.array(["a"]), [1.0]]


def changed(outcomes, how):
    case = next(iter(outcomes))
    values = {**outcomes[case].values}
    if how == "empty":
        return {}
    if how == "incomplete":
        return {n: o for n, o in outcomes.items() if n != case}
    if how == "more":
        return {**outcomes, "another": outcomes[case]}
    if how == "no value":
        values.popitem()
    elif how == "another value":
        values["another"] = 1.0
    else:
        return {**outcomes, case: how}
    return {**outcomes, case: Observed(values)}


@pytest.mark.parametrize(
    "how",
    [
        "empty",
        "incomplete",
        "more",
        "no value",
        "another value",
        None,
        "pass",
        Raised(3, None),
        Raised("E", "m", line="1"),
        Raised("E", "x" * 10**6),
        Observed({}, printed=None),
        *(Observed({"y": odd}) for odd in ODD),
    ],
    ids=lambda how: re.sub(" at 0x.*", "", repr(how)[:60]),
)
def test_forged_outcomes_are_no_result(how):
    class Forging(Bare):
        def run(self, job):
            ran = super().run(job)
            ran["axes_of"] = Ran(changed(ran["axes_of"].outcomes, how))
            return ran

    found = {t.name: t for t in graded(NORM, worked(NORM), Forging).tasks}
    assert found.pop("axes_of").reason is Reason.PROTOCOL_VIOLATION
    assert {task.reason for task in found.values()} == {Reason.OK}


PLAIN = [
    Odd("list"),
    True,
    -1,
    0.5,
    float("nan"),
    "",
    "text",
    np.array(1.0),
    np.zeros((0, 3)),
    np.ones((2, 2), np.complex64),
    np.ones((1,) * 8, bool),
    np.full((3, 4), np.inf, np.float16),
    np.arange(6, dtype=np.uint8),
]
TASKS = [task for exercise in COURSE.values() for task in exercise.tasks]


@pytest.mark.parametrize(
    "task", [t for t in TASKS if t.name != "repair"], ids=lambda task: task.name
)
def test_values_of_any_kind_get_a_verdict_and_never_full_marks(task):
    cases = draw_cases(task, 7)
    right = observe_all(task.probe, task.reference, cases.inputs)
    rng = random.Random(f"{task.name} 1")
    for value in rng.sample(PLAIN, 4):
        values = {
            name: Observed({key: rng.choice([value, got]) for key, got in pairs})
            for name, outcome in right.items()
            for pairs in [outcome.values.items()]
        }
        name = rng.choice([*values])
        values[name] = Observed(dict.fromkeys(right[name].values, value))
        verdict = judge(task, cases, values)
        assert verdict.score < verdict.out_of
        assert card_text(verdict)


def test_names_that_are_no_text_are_graded_like_any():
    found = graded(NORM, worked(NORM), learner="\udc80 \0 =cmd()")
    assert found.score == found.out_of and found.learner == "\udc80 \0 =cmd()"


def test_the_cases_are_drawn_for_the_id_where_there_is_one():
    seen = []

    class Looking(Bare):
        def run(self, job):
            x = job.works[1].cases["rows"] if "rows" in job.works[1].cases else None
            seen.append(x or next(iter(job.works[1].cases.values())))
            return super().run(job)

    data = filled(NORM, worked(NORM))
    for name, known in (("ada", "1"), ("bob", "1"), ("ada", "2")):
        handed = Handed(name, known, NORM, "x", data=data)
        grade(handed, COURSE, workers(Looking), TERMS)
    first, same, other = (seen[at]["x"] for at in range(3))
    assert np.array_equal(first, same) and not np.array_equal(first, other)


def test_an_answer_that_is_not_allowed_is_not_even_run():
    source = "from coursekit.reference import axes_of as mine\n\n\ndef axes_of(n, s):"
    answers = {**worked(NORM), "axes_of": source + "\n    return mine(n, s)"}
    found = {task.name: task for task in graded(NORM, answers).tasks}
    task = found.pop("axes_of")
    assert task.reason is Reason.FORBIDDEN_API and task.verdict.status is Status.FAIL
    assert "coursekit.reference.axes_of" in task.verdict.criteria[0].message
    assert {other.reason for other in found.values()} == {Reason.OK}


def test_the_text_of_a_short_answer_is_kept():
    found = {task.name: task for task in graded(NORM, worked(NORM)).tasks}
    assert found["07-means"].source == "(8, 10, 1)"


def test_exercises_made_up_for_a_test_need_no_installed_course():
    exercise = Exercise("x", "1", COURSE[NORM].questions)
    handed = Handed("ada", "", "x", data=filled(NORM, worked(NORM)))
    found = grade(handed, {"x": exercise}, workers(Broken), TERMS)
    assert found.score == 3 and found.edition == "1"


def test_some_of_everything_is_graded_the_same_every_time():
    answers = some_answers("06_batch_norm_backward", random.Random(5))
    first, second = (graded("06_batch_norm_backward", answers).tasks for _ in range(2))
    for one, same in zip(first, second, strict=True):
        assert card_text(one.verdict) == card_text(same.verdict)
