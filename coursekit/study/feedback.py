"""What a notebook calls: `check`, `answer`, `hint`, `solution` and `progress`.

None of them raises and none of them hangs: what goes wrong is said on a card.
"""

import textwrap
from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from pathlib import Path
from typing import Any

from coursekit import __version__
from coursekit.autograders import all_questions, all_tasks
from coursekit.autograders.edition import edition
from coursekit.grading.attempt import judge_answer
from coursekit.grading.card import card, note_card
from coursekit.grading.display import Card
from coursekit.grading.judge import uniform
from coursekit.grading.our_fault import line_of
from coursekit.grading.question import Question, judge_short
from coursekit.grading.reasons import Reason
from coursekit.grading.task import Task
from coursekit.grading.verdict import CriterionVerdict, Status, Verdict
from coursekit.probes.session import untouched
from coursekit.study.completion import export_completion
from coursekit.study.find import (
    NOTHING,
    find_task,
    named_task,
    no_such_question,
    what_it_wants,
)
from coursekit.study.progress_card import progress_card
from coursekit.study.sender import sender
from coursekit.study.store import store
from coursekit.study.timelimit import VARIABLE, Stopped, seconds_allowed, within
from coursekit.study.worked import worked_answer


def never_raises(show: Callable[..., Card]) -> Callable[..., Card]:
    """Turn a fault of ours, or an interrupt, into a card that says so."""

    @wraps(show)
    def shown(*arguments: Any, **options: Any) -> Card:
        try:
            return show(*arguments, **options)
        except KeyboardInterrupt:
            return _interrupted(show.__name__)
        except Exception as error:
            return note_card(
                f"{show.__name__} failed, and that is our fault",
                [_report(error)],
                tone="error",
            )

    return shown


@never_raises
def check(answer: Any = NOTHING) -> Card:
    """Run your answer on fresh inputs and say what is right and what is not.

    Parameters
    ----------
    answer : function or class
        What you wrote, itself: ``check(layer_norm_forward)``. Its name says which task
        it answers.

    Returns
    -------
    Card
        Shows itself as the last line of a cell. The attempt is recorded. An answer that
        does not come back is stopped after 10 s (or ``COURSEKIT_CHECK_SECONDS``).

    Examples
    --------
    >>> print(str(check(3)).splitlines()[0])
    check needs a function, not an int
    """
    tasks = all_tasks()
    task = find_task(answer, tasks)
    if task is None:
        return what_it_wants("check", answer, tasks)
    try:
        verdict = judged(task, answer)
    except Stopped as stopped:
        return _interrupted("check", stopped.place)
    return card(_recorded(verdict, task))


@never_raises
def answer(name: str = "", short: Any = ...) -> Card:
    """Answer a short question and hear at once whether it is right, and why.

    Parameters
    ----------
    name : str
        The question's name, as the exercise gives it: ``"02-identity"``.
    short : number, str or tuple of int
        Your answer; the three dots stand for none yet.

    Returns
    -------
    Card
        Shows itself as the last line of a cell. The attempt is recorded.
    """
    questions = all_questions()
    question = questions.get(name.strip()) if type(name) is str else None
    if question is None:
        return no_such_question(name, questions)
    return card(_recorded(judge_short(question, short), question))


@never_raises
def hint(answer: Any = NOTHING) -> Card:
    """Give the next of a task's three hints; after the third, that one again.

    Parameters
    ----------
    answer : function, class or str
        What you are writing, or the name of the task or of a short question in quotes.

    Returns
    -------
    Card
        A question first, then a pointer, then a template with gaps.
    """
    task = named_task(answer, _everything())
    if task is None:
        return what_it_wants("hint", answer, all_tasks())
    number, most = store().take_hint(task.name, len(task.hints)), len(task.hints)
    text, _, code = task.hints[number - 1].partition("\n")
    after = [f"`hint({_written(task)})` again gives the next one."]
    if number == most:
        after = [
            "That was the last hint. After an attempt, "
            f"`solution({_written(task)})` shows a worked answer."
        ]
    return note_card(
        f"{task.name}: hint {number} of {most}",
        [text],
        code=textwrap.dedent(code),
        after=[*after, *filter(None, [store().take_note()])],
    )


@never_raises
def solution(answer: Any = NOTHING) -> Card:
    """Show a worked answer and why it is right, after your first attempt.

    Parameters
    ----------
    answer : function, class or str
        What you wrote, or the name of the task or of a short question in quotes.

    Returns
    -------
    Card
        The answer, or what to do first, or where the solutions are.
    """
    task = named_task(answer, _everything())
    if task is None:
        return what_it_wants("solution", answer, all_tasks())
    if not store().standing(task.name).attempts:
        return note_card(
            f"{task.name}: try it first",
            [
                "The worked answer is shown after your first attempt: write something, "
                f"run {_how_to_try(task)}, then ask again. It need not be right."
            ],
        )
    found = worked_answer(task)
    if found is None:
        return note_card(
            f"{task.name}: the solutions are not installed here",
            [
                f"They are in the course's repository, as solutions/{task.exercise}"
                ".ipynb. Install the course from a clone, or ask your instructor."
            ],
        )
    title = f"{task.name}: a worked answer"
    parts = [found.code, found.explanation]
    return Card(
        "\n\n".join([title, *filter(None, parts)]),
        markdown=f"**{title}**\n\n```python\n{found.code}\n```\n\n{found.explanation}",
    )


@never_raises
def progress(*, export: bool = False, learner: str = "") -> Card:
    """Show what is done, what is next, points and minutes.

    Parameters
    ----------
    export : bool, default=False
        Also write a completion record into the working folder: ``completion.json`` and
        ``completion.html``, a page to print. It says for every task and question how
        it ended, when, and which version of the course checked it.
    learner : str, default=""
        The name that stands on the record.

    Returns
    -------
    Card
        A map and a table of the course; what they show survives a restart of the
        kernel.
    """
    everything, kept = _everything(), store()
    standings = {name: kept.standing(name) for name in everything}
    notes = [kept.take_note()]
    if export:
        notes.append(export_completion(Path.cwd(), everything, standings, learner))
    return progress_card(everything, standings, " ".join(filter(None, notes)))


def _everything() -> dict[str, Task | Question]:
    """Return all there is to do: each exercise's short questions, then its tasks."""
    both = [*all_questions().values(), *all_tasks().values()]
    return {one.name: one for one in sorted(both, key=lambda one: one.exercise)}


def _written(one: Task | Question) -> str:
    """Return what stands between the parentheses of `hint`: a question has quotes."""
    return f'"{one.name}"' if isinstance(one, Question) else one.name


def _how_to_try(one: Task | Question) -> str:
    if isinstance(one, Question):
        return f'`answer("{one.name}", ...)` with something for the dots'
    return f"`check({one.name})`"


def judged(task: Task, answer: Any) -> Verdict:
    """Run and judge ``answer``, bounded in time, and leave the session as it was.

    Parameters
    ----------
    task : Task
        What was to be written.
    answer : function or class
        What the learner wrote.

    Returns
    -------
    Verdict
        TIMEOUT_WALL if it was stopped by the clock; GRADER_ERROR, without a score, if
        the course itself failed.

    Raises
    ------
    Stopped
        If the learner interrupted the check.
    """
    seconds, note = seconds_allowed()
    try:
        with untouched():
            verdict = within(seconds, lambda: judge_answer(task, answer))
    except Stopped as stopped:
        if stopped.by_hand:
            raise
        verdict = _too_long(task, seconds, stopped.place)
    except Exception as error:
        verdict = _our_fault(task, error)
    return replace(verdict, notes=(*verdict.notes, note)) if note else verdict


def _recorded(verdict: Verdict, one: Task | Question) -> Verdict:
    """Record an attempt; note on the verdict when that was not possible."""
    kept = store()
    if kept.record(verdict, f"{__version__} {edition(one.exercise)}"):
        sender(kept).wake()  # a board was joined; this does not wait for it
    note = kept.take_note()
    return replace(verdict, notes=(*verdict.notes, note)) if note else verdict


def _too_long(task: Task, seconds: float, place: str) -> Verdict:
    where = f" It was in {place}." if place else ""
    return uniform(
        task,
        Status.ERROR,
        Reason.TIMEOUT_WALL,
        f"Your code was still running after {seconds:g} s and was stopped.{where} Does "
        "every loop reach its end? Does the code go through single numbers where one "
        f"array operation would do? ({VARIABLE} sets another limit, in seconds.)",
    )


def _our_fault(task: Task, error: Exception) -> Verdict:
    end = CriterionVerdict(
        "The check runs.",
        task.points,
        Status.ERROR,
        Reason.GRADER_ERROR,
        _report(error),
    )
    return Verdict(task.name, (end,))


def _report(error: Exception) -> str:
    """Say that we failed, and ask for a report."""
    return (
        "This is a fault of the course, not of your answer, and costs no points. "
        "Please report it to whoever gave you the course, with your answer and this "
        f"line: {line_of(error)}"
    )


def _interrupted(call: str, place: str = "") -> Card:
    where = f" It was in {place}." if place else ""
    return note_card(
        f"{call} was interrupted",
        [f"You stopped it before it was done; nothing was recorded.{where}"],
    )
