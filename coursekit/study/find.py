"""Find the task a learner means by what they hand to `check`."""

import difflib
import sys
from collections.abc import Iterator, Mapping
from types import ModuleType
from typing import Any

from coursekit.grading.card import note_card
from coursekit.grading.display import Card
from coursekit.grading.question import Question
from coursekit.grading.task import Task
from coursekit.probes.plain import name_of, with_article

#: Stands for "nothing was given", which None is not.
NOTHING: Any = type("Nothing", (), {"__repr__": lambda self: "<nothing>"})()


def find_task(
    thing: Any, tasks: Mapping[str, Task | Question]
) -> Task | Question | None:
    """Return the task of a function or class, by its name.

    A decorator may have hidden the name: then what it wraps and the notebook's
    variables that hold the very same object are looked at.
    """
    if callable(thing):
        for name in _names(thing):
            if name in tasks:
                return tasks[name]
    return None


def named_task(
    thing: Any, tasks: Mapping[str, Task | Question]
) -> Task | Question | None:
    """Return the task of a function, a class or a name in quotes."""
    if type(thing) is str:
        return tasks.get(thing.strip().removesuffix("()"))
    return find_task(thing, tasks)


def _names(thing: Any) -> Iterator[str]:
    """Yield the names a function or class goes by."""
    wrapped = thing
    for _ in range(10):
        name = _attribute(wrapped, "__name__")
        if type(name) is str:
            yield name
        wrapped = _attribute(wrapped, "__wrapped__") or _attribute(wrapped, "func")
        if wrapped is None:
            break
    notebook = vars(sys.modules.get("__main__", sys))
    yield from [name for name, value in list(notebook.items()) if value is thing]


def _attribute(thing: Any, name: str) -> Any:
    try:
        return getattr(thing, name, None)
    except Exception:  # an object of the learner's may do anything when asked
        return None


def what_it_wants(call: str, thing: Any, tasks: Mapping[str, Task]) -> Card:
    """Return the card for something that is no answer to any task.

    Parameters
    ----------
    call : str
        The function that was called: "check", "hint" or "solution".
    thing : object
        What it was given, or `NOTHING`.
    tasks : mapping of Task
        The tasks there are.
    """
    example = next(iter(tasks), "layer_norm_forward")
    title, advice = _what_is_wrong(call, thing, tasks, example)
    return note_card(title, [advice, *_known(tasks)])


def no_such_question(name: Any, questions: Mapping[str, Question]) -> Card:
    """Return the card for a name that is no short question's."""
    want = 'Write `answer("name", your_answer)` with a name from the exercise.'
    if type(name) is not str or not name:
        return note_card("answer needs the name of a question", [want])
    near = difflib.get_close_matches(name, questions, n=3, cutoff=0.5)
    guesses = " or ".join(f'"{guess}"' for guess in near)
    return note_card(
        f'There is no question called "{name[:80]}"',
        [f"Did you mean {guesses}?" if near else want, *_known(questions)],
    )


def _what_is_wrong(
    call: str, thing: Any, tasks: Mapping[str, Task], example: str
) -> tuple[str, str]:
    """Return what was given instead, and what to do."""
    want = f"give it the function or class itself, for example `{call}({example})`."
    if thing is NOTHING:
        return f"{call} needs your function", f"Please {want}"
    if type(thing) is str and named_task(thing, tasks):
        name = thing.strip().removesuffix("()")
        return (
            f"{call} needs the function, not its name",
            f"Leave out the quotes: `{call}({name})`.",
        )
    kind = name_of(thing)
    if kind in tasks:
        return (
            f"{call} needs the class, not an object of it",
            f"Leave out the call: `{call}({kind})`.",
        )
    names = [thing] if type(thing) is str else list(_names(thing))
    if callable(thing) or type(thing) is str:
        named = [name for name in names if name.isidentifier()]
        if not named:
            return (
                f"{call} does not know this function",
                "It has no name: define it with `def` and the name of its task.",
            )
        return f"There is no task called {named[0][:80]}", _nearest(named, tasks)
    return (
        f"{call} needs a function, not {_described(thing)}",
        f"If it is the result of a call, leave out the call: {want}",
    )


def _described(thing: Any) -> str:
    """Say what kind of thing it is, without asking the thing itself."""
    shape = _attribute(thing, "shape")
    if type(shape).__name__ in ("tuple", "Size"):
        return f"an array of shape {tuple(shape)}"
    if type(thing) is ModuleType:
        return f"the module {thing.__name__}"
    return with_article(name_of(thing))


def _nearest(names: list[str], tasks: Mapping[str, Task]) -> str:
    for name in names:
        near = difflib.get_close_matches(name, tasks, n=3, cutoff=0.6)
        if near:
            guesses = " or ".join(f"`{guess}`" for guess in near)
            return f"Did you mean {guesses}? The name after `def` must be the task's."
    return "The name after `def` must be the task's."


def _known(tasks: Mapping[str, Task | Question]) -> Iterator[str]:
    """Yield one line an exercise with the names of its tasks or questions."""
    exercises = dict.fromkeys(task.exercise for task in tasks.values())
    for exercise in exercises:
        names = [name for name, task in tasks.items() if task.exercise == exercise]
        yield f"Exercise {exercise}: {', '.join(names)}."
