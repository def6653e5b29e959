"""Run an answer and judge it in this process: what the notebook and the tests do.

Bulk grading does not: there the answer runs elsewhere and only outcomes come back.
"""

import inspect
import textwrap
from typing import Any

from coursekit.grading.cases import cases_for, seed_for
from coursekit.grading.judge import judge, uniform
from coursekit.grading.reasons import Reason
from coursekit.grading.source import Use, forbidden_uses, meanings
from coursekit.grading.task import Task
from coursekit.grading.verdict import Status, Verdict
from coursekit.grading.worker.words import not_callable
from coursekit.probes.plain import name_of
from coursekit.probes.run import observe_all


def judge_answer(
    task: Task, answer: Any, seed: int | None = None, *, look_at_source: bool = True
) -> Verdict:
    """Run ``answer`` on the cases of one seed and return the verdict.

    Parameters
    ----------
    task : Task
        What was to be written.
    answer : object
        What the learner wrote, as it is defined now.
    seed : int, optional
        Draws the cases; by default the seed of the notebook's checks.
    look_at_source : bool, default=True
        Also look for calls the task does not allow.

    Raises
    ------
    OutOfTime
        If the caller's timer went off while the answer ran.
    """
    if not callable(answer):
        message = not_callable(task.name, name_of(answer), task.signature)
        return uniform(task, Status.FAIL, Reason.NOT_CALLABLE, message)
    cases = cases_for(task, seed_for(task.name) if seed is None else seed)
    uses = uses_of(answer, task) if look_at_source and task.forbidden else []
    if uses:
        return judge(task, {}, {}, uses=uses)
    return judge(task, cases, observe_all(task.probe, answer, cases.inputs))


def uses_of(answer: Any, task: Task) -> list[Use]:
    """Return the calls the task does not allow in the source of a live answer.

    An answer without readable source that comes from a forbidden module is a use too.
    """
    home = getattr(answer, "__module__", None) or ""
    if any(home == name or home.startswith(f"{name}.") for name in task.forbidden):
        return [Use(f"{home}.{getattr(answer, '__name__', task.name)}", 1)]
    members = vars(answer).values() if isinstance(answer, type) else ()
    methods = [member for member in members if inspect.isfunction(member)]
    source = "\n".join(_sources(answer) or [t for f in methods for t in _sources(f)])
    home = next(iter(methods), answer)
    names = meanings(getattr(home, "__globals__", {}), task.forbidden)
    return forbidden_uses(source, task.forbidden, names)


def _sources(thing: Any) -> list[str]:
    """Return the source of a function or class, or nothing where there is none.

    Of a class that was defined in a notebook Python cannot find the source, but it
    can that of each of its methods.
    """
    try:
        return [textwrap.dedent(inspect.getsource(inspect.unwrap(thing)))]
    except (OSError, TypeError, ValueError):
        return []
