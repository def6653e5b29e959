"""The content of the exercises: one module an exercise, each with its ``TASKS``."""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from coursekit.grading.task import Task


@cache
def all_tasks() -> dict[str, Task]:
    """Return every task by name, in the order of the exercises."""
    modules = [import_module(f"{__name__}.{m.name}") for m in iter_modules(__path__)]
    tasks = [task for module in modules for task in getattr(module, "TASKS", ())]
    return {t.name: t for t in sorted(tasks, key=lambda task: task.exercise)}
