"""Grade one submission: from the bytes of a notebook to a record of every task."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from coursekit.grading.bulk.course import Course, Exercise
from coursekit.grading.bulk.handed import Handed
from coursekit.grading.bulk.trust import objection_to_outcomes
from coursekit.grading.bulk.workers import Workers
from coursekit.grading.cases import Cases, draw_cases, key_for, seed_for
from coursekit.grading.intake.answers import (
    Answer,
    NoAnswer,
    answer_to,
    is_begun,
    short_answer,
)
from coursekit.grading.intake.beside import beside, not_loaded
from coursekit.grading.intake.reading import Notebook, Refused, read_notebook
from coursekit.grading.judge import judge, uniform
from coursekit.grading.our_fault import line_of
from coursekit.grading.question import Question, judge_short
from coursekit.grading.reasons import Reason
from coursekit.grading.records.graded import Graded, GradedTask
from coursekit.grading.source import could_use, uses_in_cells
from coursekit.grading.task import Task
from coursekit.grading.verdict import CriterionVerdict, Status, Verdict
from coursekit.grading.worker.job import Job, Ran, Work

#: How a task ends for a reason that is no fault in its running; all others are errors.
STATUSES = {
    Reason.NOT_ATTEMPTED: Status.TODO,
    Reason.NO_SUBMISSION: Status.TODO,
    Reason.CELL_MISSING: Status.FAIL,
    Reason.NOT_DEFINED: Status.FAIL,
    Reason.NOT_CALLABLE: Status.FAIL,
    Reason.FORBIDDEN_API: Status.FAIL,
}


@dataclass(frozen=True)
class Terms:
    """What a run is graded on; a record made on other terms is made again.

    Attributes
    ----------
    seed : str
        The grading seed: with the learner's name it draws the cases.
    version : str
        The package's.
    isolation : str
        The level that the answers run at.
    walls : str
        One line on what that level cannot do.
    key : str, optional
        The key to the cases, the same for everybody; by default each learner has one
        that follows from the seed.
    """

    seed: str
    version: str
    isolation: str
    walls: str = ""
    key: str | None = None

    def key_of(self, who: str) -> str:
        """Return the key to the cases of a learner."""
        return key_for(who, self.seed) if self.key is None else self.key


@dataclass(frozen=True)
class _Asked:
    """A task whose answer is to be run."""

    task: Task
    answer: Answer
    cases: Cases

    def work(self) -> Work:
        """Return what crosses to the worker."""
        probe = self.task.probe
        return Work(
            task=self.task.name,
            probe=f"{probe.__module__}:{probe.__qualname__}",
            source=self.answer.source,
            cases=self.cases.inputs,
            forbidden=tuple(self.task.forbidden),
            signature=self.task.signature,
        )


def grade(handed: Handed, course: Course, workers: Workers, terms: Terms) -> Graded:
    """Return the record of one submission.

    What is wrong with the file is said on every task. A fault of ours costs the task
    it came up in and no other, and that one has no score.

    Parameters
    ----------
    handed : Handed
        The submission.
    course : Course
        The exercises; one it does not know is a record without tasks.
    workers : Workers
        Run the answers.
    terms : Terms
        What is graded on.
    """
    head, notebook = opened(handed, course, terms)
    exercise = course.get(handed.exercise)
    if exercise is None:
        return head
    if notebook is None:
        done = [_refused(one, head.reason, head.message) for one in exercise.asked]
        return replace(head, tasks=tuple(done))
    done = [_guarded(q, _question, q, notebook) for q in exercise.questions]
    done += grade_tasks(notebook, exercise, workers, head.seed)
    return replace(head, tasks=tuple(done))


def failed(handed: Handed, course: Course, terms: Terms, error: Exception) -> Graded:
    """Return the record of a submission that a fault of ours kept from being graded."""
    head, _ = opened(replace(handed, reason=Reason.GRADER_ERROR), course, terms)
    message = report(error)
    exercise = course.get(handed.exercise)
    asked = exercise.asked if exercise else ()
    done = tuple(_refused(one, Reason.GRADER_ERROR, message) for one in asked)
    return replace(head, message=message, tasks=done)


def opened(
    handed: Handed, course: Course, terms: Terms
) -> tuple[Graded, Notebook | None]:
    """Return the record without its tasks, and the notebook if it can be read."""
    reason, message, notebook = handed.reason, handed.message, None
    notes, exercise = handed.notes, course.get(handed.exercise)
    if reason is Reason.OK:
        try:
            notebook = read_notebook(handed.data)
            notes += notebook.notes
            if exercise and notebook.is_lesson:
                notes += (_of_lesson(notebook, exercise),)
        except Refused as refused:
            reason, message, notebook = refused.reason, str(refused), None
        except Exception as error:
            reason, message = Reason.GRADER_ERROR, report(error)
    head = Graded(
        learner=handed.learner,
        learner_id=handed.learner_id,
        exercise=handed.exercise,
        origin=handed.origin,
        digest=handed.digest,
        modified=handed.modified,
        late=handed.late,
        seed=terms.key_of(handed.who),
        edition=exercise.edition if exercise else "",
        version=terms.version,
        isolation=terms.isolation,
        walls=terms.walls,
        reason=reason,
        message=message,
        notes=notes,
        tasks=(),
    )
    return head, notebook


def _of_lesson(notebook: Notebook, exercise: Exercise) -> str:
    """Return a note on a lesson; raise `Refused` where nothing is answered in it."""
    what = "is the lesson of that name, not the exercise"
    which = f"exercises/{exercise.name}.ipynb"
    if is_begun(notebook, exercise.handed_out):
        return f"It {what}: {which}. What is answered in it was graded."
    message = f"it {what}. Hand in {which}."
    raise Refused(Reason.AMBIGUOUS_SUBMISSION, message)


def grade_tasks(
    notebook: Notebook, exercise: Exercise, workers: Workers, key: str
) -> list[GradedTask]:
    """Return the verdict on each task of an exercise, in its order."""
    asked: list[_Asked] = []
    done: dict[str, GradedTask] = {}
    for task in exercise.tasks:
        found = _guarded(task, _picked, task, notebook, exercise, key)
        if isinstance(found, _Asked):
            asked.append(found)
        else:
            done[task.name] = found
    of_torch = {task.name for task in exercise.tasks if task.torch}
    for torch in (False, True):
        group = [one for one in asked if one.task.torch is torch]
        if group:
            # answers of the other kind are loaded as whatever else is defined; where
            # there is no torch, what needs it is not
            left_out = {one.task.name for one in group} | (set() if torch else of_torch)
            done |= _run(group, tuple(beside(notebook, left_out)), workers, torch=torch)
    return [done[task.name] for task in exercise.tasks]


def _picked(
    task: Task, notebook: Notebook, exercise: Exercise, key: str
) -> _Asked | GradedTask:
    """Return the answer to a task with its cases, or its verdict if none is to run."""
    start = exercise.starts.get(task.name, "")
    others = [one.name for one in exercise.tasks]
    answer = answer_to(task.name, notebook, start, others)
    if isinstance(answer, NoAnswer):
        return _refused(task, answer.reason, answer.message)
    notes = (*answer.notes, *not_loaded(answer.source, notebook))
    answer = replace(answer, notes=notes)
    if could_use(notebook.words, task.forbidden):
        cells = beside(notebook, [])
        uses = uses_in_cells(task.name, answer.source, task.forbidden, cells)
        if uses:
            verdict = judge(task, {}, {}, uses=uses)
            return GradedTask(_noted(verdict, answer.notes), answer.source)
    return _Asked(task, answer, draw_cases(task, seed_for(task.name, key)))


def _run(
    group: list[_Asked], cells: tuple[str, ...], workers: Workers, *, torch: bool
) -> dict[str, GradedTask]:
    """Run the answers of one kind and judge each."""
    job = Job(cells, tuple(one.work() for one in group))
    try:
        ran = workers.run(job, torch=torch)
    except Exception as error:
        return {
            one.task.name: GradedTask(_fault(one.task, error), one.answer.source)
            for one in group
        }
    done = {}
    for one in group:
        name = one.task.name
        graded = _guarded(one.task, _judged, one, ran.get(name))
        done[name] = replace(graded, source=one.answer.source)
    return done


def _judged(one: _Asked, ran: Ran | None) -> GradedTask:
    """Judge what came back of one answer."""
    if ran is None:
        raise RuntimeError(f"the worker said nothing of {one.task.name}")
    notes = one.answer.notes
    if ran.reason is not Reason.OK:  # of one that ran, all is said in its outcomes
        notes += ran.notes
    if ran.reason is Reason.OK:
        reason = Reason.PROTOCOL_VIOLATION
        message = objection_to_outcomes(one.cases, ran.outcomes)
    else:
        reason, message = ran.reason, ran.message
    if message or reason is ran.reason:
        status = STATUSES.get(reason, Status.ERROR)
        verdict = uniform(one.task, status, reason, message)
    else:
        verdict = judge(one.task, one.cases, ran.outcomes)
    return GradedTask(
        _noted(verdict, notes),
        cpu_seconds=ran.cpu_seconds,
        wall_seconds=ran.wall_seconds,
    )


def _question(question: Question, notebook: Notebook) -> GradedTask:
    """Judge a short answer, which is read and never run."""
    given = short_answer(question.name, notebook)
    if isinstance(given, NoAnswer):
        return _refused(question, given.reason, given.message)
    text = "..." if given is ... else str(given)
    return GradedTask(judge_short(question, given), text)


def _noted(verdict: Verdict, notes: Iterable[str]) -> Verdict:
    return replace(verdict, notes=(*notes, *verdict.notes))


def _guarded(
    one: Task | Question, step: Callable, *arguments: object
) -> GradedTask | _Asked:
    """Take one step for one task; a fault of ours is said on that task alone."""
    try:
        return step(*arguments)
    except Exception as error:
        return GradedTask(_fault(one, error))


def _refused(one: Task | Question, reason: Reason, message: str) -> GradedTask:
    """Return a task that has no answer, or none that could be read."""
    status = STATUSES.get(reason, Status.ERROR)
    return GradedTask(_uniform(one, status, reason, message))


def _fault(one: Task | Question, error: Exception) -> Verdict:
    return _uniform(one, Status.ERROR, Reason.GRADER_ERROR, report(error))


def _uniform(
    one: Task | Question, status: Status, reason: Reason, message: str
) -> Verdict:
    if isinstance(one, Task):
        return uniform(one, status, reason, message)
    end = CriterionVerdict(one.asks, one.points, status, reason, message)
    return Verdict(one.name, (end,))


def report(error: Exception) -> str:
    """Say that we failed: there is no score, and no blame on the answer."""
    return (
        "This is a fault of the grader, not of the answer: there is no score. Grade "
        f"again; if it stays, please report this line: {line_of(error)}"
    )
