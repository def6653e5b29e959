"""The content of the exercises: one module each, with `TASKS` and `QUESTIONS`."""

from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from coursekit.grading.question import Question
from coursekit.grading.task import Task


@cache
def all_tasks() -> dict[str, Task]:
    """Return every task by name, in the order of the exercises."""
    return {task.name: task for task in _gathered("TASKS")}


@cache
def all_questions() -> dict[str, Question]:
    """Return every short question by name, in the order of the exercises."""
    return {question.name: question for question in _gathered("QUESTIONS")}


def _gathered(kind: str) -> Iterator[Any]:
    """Yield what the modules list under ``kind``, in the order of the exercises."""
    modules = [import_module(f"{__name__}.{m.name}") for m in iter_modules(__path__)]
    found = [one for module in modules for one in getattr(module, kind, ())]
    yield from sorted(found, key=lambda one: one.exercise)
