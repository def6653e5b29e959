"""Run some cells of a lesson's source in this process, to see its claims fail.

A claim that holds whatever the code does proves nothing. The tests beside this module
take an experiment's key ingredient away (the skip connection, the gradient through the
statistics) and run the lesson's own cells: the claim must then fail.
"""

from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from coursekit.authoring.sources import read_cells
from coursekit.lesson import ClaimError

SOURCES = Path(__file__).parents[2] / "notebooks" / "sources"


@cache
def _code_of(lesson: str) -> dict[str, str]:
    (path,) = SOURCES.glob(f"{lesson}_*.py")
    cells = read_cells(path, path.name)
    return {cell.id: cell.source for cell in cells if cell.cell_type == "code"}


def run_cells(lesson: str, *ids: str) -> dict[str, Any]:
    """Run cells of a lesson in the order given; return the variables they leave.

    Parameters
    ----------
    lesson : str
        Its number, such as "07".
    *ids : str
        Titles of code cells. The cell ``imports`` always runs first.
    """
    code, variables = _code_of(lesson), {"__name__": "__main__"}
    for cell_id in ("imports", *ids):
        exec(compile(code[cell_id], f"{lesson}/{cell_id}", "exec"), variables)
    return variables


def failing_claim(lesson: str, *ids: str) -> str:
    """Run cells as `run_cells`; return the claim that fails, or fail the test."""
    try:
        run_cells(lesson, *ids)
    except ClaimError as error:
        return str(error)
    pytest.fail(f"every claim in the cells {', '.join(ids)} of lesson {lesson} holds")


_SEEN: dict[tuple, Any] = {}


def let_stand_in(
    monkeypatch: pytest.MonkeyPatch, experiment: ModuleType, name: str, **stands: dict
) -> None:
    """Let an experiment measure nets of one kind in the place of another.

    What it measures is remembered: each net is trained once for all tests of a lesson.

    Parameters
    ----------
    monkeypatch : MonkeyPatch
    experiment : module
    name : str
        Its function that measures nets: config, data, and the rest by name.
    **stands : dict
        One option of the function, and which of its values stand in for which.
    """
    ((option, instead),) = stands.items()
    measure = getattr(experiment, name)

    def remembered(config: Any, data: Any, **options: Any) -> Any:
        options[option] = instead.get(options[option], options[option])
        key = (measure, config, *sorted(options.items()))
        if key not in _SEEN:
            _SEEN[key] = measure(config, data, **options)
        return _SEEN[key]

    monkeypatch.setattr(experiment, name, remembered)


def build_instead(
    monkeypatch: pytest.MonkeyPatch, experiment: ModuleType, name: str, **stands: dict
) -> None:
    """Let an experiment's function ``name`` build one net in the place of another.

    ``stands`` as in `let_stand_in`.
    """
    ((option, instead),) = stands.items()
    build = getattr(experiment, name)

    def build_other(config: Any, **options: Any) -> Any:
        options[option] = instead.get(options[option], options[option])
        return build(config, **options)

    monkeypatch.setattr(experiment, name, build_other)
