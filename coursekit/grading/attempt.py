"""Run an answer and judge it in this process: what the notebook and the tests do.

Bulk grading does not: there the answer runs elsewhere and only outcomes come back.
"""

import inspect
import linecache
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from coursekit.grading.cases import cases_for, seed_for
from coursekit.grading.judge import judge, uniform
from coursekit.grading.reasons import Reason
from coursekit.grading.source import Use, definition, forbidden_uses, meanings
from coursekit.grading.task import Task
from coursekit.grading.verdict import Status, Verdict
from coursekit.probes.run import codes_of, observe_all


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
        kind = "class" if task.name[0].isupper() else "function"
        message = (
            f"{task.name} should be a {kind}; it is a {type(answer).__name__}. Define "
            f"the {kind} `{task.signature}`, and give the variable another name."
        )
        return uniform(task, Status.FAIL, Reason.NOT_CALLABLE, message)
    cases = cases_for(task, seed_for(task.name) if seed is None else seed)
    uses = uses_of(answer, task) if look_at_source and task.forbidden else []
    if uses:
        return judge(task, {}, {}, uses=uses)
    return judge(task, cases, observe_all(task.probe, answer, cases.inputs))


def uses_of(answer: Any, task: Task) -> list[Use]:
    """Return the calls the task does not allow in the source of a live answer.

    An answer without readable source that comes from a forbidden module is a use too,
    and so is a class made from a forbidden one.
    """
    home = getattr(answer, "__module__", None) or ""
    if any(home == name or home.startswith(f"{name}.") for name in task.forbidden):
        return [Use(f"{home}.{getattr(answer, '__name__', task.name)}", 1)]
    function = _function_of(answer)
    names = meanings(getattr(function, "__globals__", {}), task.forbidden)
    names |= _helpers(function, task.forbidden, names)
    uses = forbidden_uses(_source(answer), task.forbidden, names)
    if not uses and isinstance(answer, type):
        bases = {base.__name__: base for base in answer.__mro__[1:]}
        uses = [Use(n, 1) for n in meanings(bases, task.forbidden).values()][:1]
    return uses


def _helpers(
    function: Any, forbidden: Sequence[str], names: Mapping[str, str]
) -> dict[str, str]:
    """Return which functions and classes of the notebook are made of what, by name.

    Only those count that the answer, or another of them, speaks of.
    """
    space = getattr(function, "__globals__", {})
    found: dict[str, str] = {}
    waiting, seen = [function], {id(function)}
    order: list[tuple[str, Any]] = []
    while waiting:
        for name in _spoken_of(waiting.pop()):
            helper = space.get(name)
            ours = getattr(_function_of(helper), "__globals__", None) is space
            if ours and id(helper) not in seen:
                seen.add(id(helper))
                waiting.append(helper)
                order.append((name, helper))
    for name, helper in reversed(order):  # those that others are made of come last
        uses = forbidden_uses(_source(helper), forbidden, {**names, **found})
        if uses:
            found[name] = uses[0].name
    return found


def _function_of(thing: Any) -> Any:
    """Return a function itself, of a class the first of its methods."""
    if isinstance(thing, type):
        return next(filter(inspect.isfunction, vars(thing).values()), None)
    return thing


def _spoken_of(thing: Any) -> Iterator[str]:
    """Yield the global names that the code of a function or class speaks of."""
    for code in codes_of(thing):
        yield from code.co_names


def _source(thing: Any) -> str:
    """Return the source of a function or class, or nothing where there is none.

    Of a class that was defined in a notebook Python cannot find the source, but it
    can that of each of its methods, and with it the cell.
    """
    try:
        return textwrap.dedent(inspect.getsource(inspect.unwrap(thing)))
    except (OSError, TypeError, ValueError):
        pass
    if not isinstance(thing, type):
        return ""
    method = _function_of(thing)
    path = getattr(getattr(method, "__code__", None), "co_filename", "")
    return definition(thing.__name__, "".join(linecache.getlines(path)))
