"""A class that might be: records of real tasks, judged on right and wrong answers."""

import ast
import inspect
import random
import textwrap
from functools import cache

from coursekit.autograders import all_questions, all_tasks
from coursekit.grading.attempt import judge_answer
from coursekit.grading.cases import seed_for
from coursekit.grading.judge import uniform
from coursekit.grading.question import judge_short
from coursekit.grading.reasons import Reason
from coursekit.grading.records.graded import Graded, GradedTask
from coursekit.grading.records.settled import Override, Settled
from coursekit.grading.reports.course import Course
from coursekit.grading.verdict import CriterionVerdict, Status, Verdict

NORM = "07_layer_norm"
NAMES = ("Ada Lovelace", "Grace Hopper", "Emmy Noether", "Sofja Kowalewskaja", "李明")
WALLS = "does not stop a program from using the processor for as long as it is allowed"


def course():
    """Return the content of the course as the command gathers it."""
    lessons = {NORM: "Normalize every vector by itself: layer norm"}
    return Course(all_tasks(), all_questions(), lessons)


def source_of(answer, name):
    """Return the source of an answer as if it stood in a cell under ``name``."""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(answer)))
    except (OSError, TypeError, SyntaxError):
        return "# written elsewhere\n"
    tree.body[0].name, tree.body[0].decorator_list = name, []
    return ast.unparse(tree)


@cache
def judged(task, pick):
    """Return the record of the answer number ``pick`` to a task.

    0 is right, 1, 2 ... the task's mistakes, -1 the stub, -2 raises, -3 loops forever.
    """
    known = all_tasks()[task]
    if pick == -3:
        message = "The answer computed for 10 s. Look for a loop that never ends."
        verdict = uniform(known, Status.ERROR, Reason.TIMEOUT_CPU, message)
        return GradedTask(verdict, "while True:\n    pass\n", 10.0, 10.1)
    answers = {0: known.reference, -1: _stub, -2: _raises}
    answer = (
        answers.get(pick) or known.mistakes[(pick - 1) % len(known.mistakes)].answer
    )
    verdict = judge_answer(known, answer, seed_for(task), look_at_source=False)
    return GradedTask(verdict, source_of(answer, task), 0.01, 0.012)


def _stub(*args, **kwargs):
    raise NotImplementedError("Your code here.")


def _raises(x, *args, **kwargs):
    mean = x.mean(axis=-1)
    return x - mean[:, None, None, None] @ x


def answered(question, given):
    """Return the record of a short answer."""
    return GradedTask(judge_short(all_questions()[question], given), repr(given))


def graded(learner, tasks, **changes):
    """Return the record of one notebook."""
    known = {
        "learner": learner,
        "learner_id": "",
        "exercise": NORM,
        "origin": f"submitted/{learner}/{NORM}.ipynb",
        "digest": "0123456789abcdef" * 4,
        "modified": 1_770_000_000.0,
        "late": False,
        "seed": "autumn",
        "edition": "a1b2c3d4e5f6",
        "version": "1.0.0",
        "isolation": "namespaces",
        "walls": WALLS,
        "reason": Reason.OK,
        "message": "",
        "notes": (),
        "tasks": tuple(tasks),
    }
    return Graded(**(known | changes))


def settled(one, *, overrides=(), late_note="", penalty=0.0):
    """Return a record settled as `Records.settled` does it."""
    scores = {task.name: task.score for task in one.tasks}
    scores |= {each.task: each.points for each in overrides}
    total = None if None in scores.values() else sum(scores.values()) - penalty
    return Settled(one, scores, tuple(overrides), late_note, penalty, total, one.out_of)


def norm_notebook(picks, answers=((8, 10, 1), 8, "-LN(x)")):
    """Return the records of exercise 07: three tasks and three short questions."""
    tasks = ("axes_of", "layer_norm_forward", "layer_norm_backward")
    questions = ("07-means", "07-rank", "07-sign")
    return [
        *map(answered, questions, answers),
        *map(judged, tasks, picks),
    ]


def three_of_ten():
    """Return somebody who has most of it still to do, with all that a page can say."""
    one = graded(
        "Ada Lovelace",
        norm_notebook((4, 1, -2), ((8, 10, 16), 8, ...)),
        learner_id="s17",
        late=True,
        notes=("The cell of axes_of had lost its metadata; found by its name.",),
    )
    decision = Override(
        "Ada Lovelace", "s17", NORM, "axes_of", 2.5, "Dr. Weyl",
        "The idea is right; the sign is a slip.", "2026-03-01T09:30:00.000000Z",
    )  # fmt: skip
    note = (
        "Handed in 1 day and 3 hours after the deadline: 10 % off for each day begun."
    )
    return settled(one, overrides=(decision,), late_note=note, penalty=0.5)


def unread(learner, reason, message, **changes):
    """Return the record of a notebook of which nothing could be graded."""
    tasks = [
        GradedTask(uniform(task, Status.ERROR, reason, message))
        for task in all_tasks().values()
        if task.exercise == NORM
    ]
    return graded(learner, tasks, reason=reason, message=message, **changes)


def our_fault():
    """Return a record of a task that the grader could not judge."""
    broken = CriterionVerdict(
        "Checked.", 10, Status.ERROR, Reason.GRADER_ERROR, "The worker died twice."
    )
    tasks = norm_notebook((0, 0, 0))[:-1]
    return graded(
        "Kurt Gödel", [*tasks, GradedTask(Verdict("layer_norm_backward", (broken,)))]
    )


@cache
def a_class(size=30, seed=7):
    """Return the settled records of a class, sorted by key as `Records` has them."""
    draw = random.Random(seed)
    records = [three_of_ten()]
    for at in range(size):
        learner = NAMES[at % len(NAMES)] if at < len(NAMES) else f"learner-{at:04}"
        picks = [draw.choice((0, 0, 0, 1, 1, 2, 3, 5, 8, -1, -2, -3)) for _ in range(3)]
        given = (
            draw.choice(((8, 10, 1), (8, 10, 1), (8, 10, 16), (8, 1, 16))),
            draw.choice((8, 8, 9, 10, ...)),
            draw.choice(("-LN(x)", "LN(x)", "0")),
        )
        one = graded(learner, norm_notebook(picks, given), learner_id=f"id{at}")
        records.append(settled(one))
    trouble = [
        our_fault(),
        unread("Empty Hand", Reason.NO_SUBMISSION, "there is no notebook for 07."),
        unread("Broken File", Reason.NOTEBOOK_UNREADABLE, "line 3: not JSON."),
    ]
    records += map(settled, trouble)
    return tuple(sorted(records, key=lambda one: one.graded.key))
