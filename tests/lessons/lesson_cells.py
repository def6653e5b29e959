"""Run some cells of a lesson's source in this process, to see its claims fail.

A claim that holds whatever the code does proves nothing. The tests beside this module
take an experiment's key ingredient away (the skip connection, the gradient through the
statistics) and run the lesson's own cells: the claim must then fail.
"""

from functools import cache
from pathlib import Path
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
