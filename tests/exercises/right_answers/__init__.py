"""Right answers in many styles: every public function or class of a task's module.

A module has the name of its task; what helps an answer begins with an underscore.
"""

from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec


def answers_to(task: str) -> dict[str, Callable]:
    """Return the right answers to a task by their names."""
    if find_spec(f"{__name__}.{task}") is None:
        return {}
    module = import_module(f"{__name__}.{task}")
    return {
        name: thing
        for name, thing in vars(module).items()
        if getattr(thing, "__module__", "") == module.__name__ and name[0] != "_"
    }
