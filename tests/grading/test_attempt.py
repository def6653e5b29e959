"""What is looked at before an answer is judged: its kind, and the calls it makes."""

import linecache
from types import SimpleNamespace

import pytest

from coursekit.grading.attempt import judge_answer, uses_of
from coursekit.grading.reasons import Reason

CELL = """\
class Net:
    def __init__(self):
        self.scale = 1.0

    def forward(self, x):
        return F.layer_norm(x, (3,))
"""
TASK = SimpleNamespace(
    name="Net",
    signature="Net()",
    criteria=(),
    forbidden=("torch.nn.functional.layer_norm",),
)


@pytest.fixture
def class_of_a_notebook():
    """Return a class that has no file, only cells, as in a notebook."""
    from torch.nn import functional

    name = "<cell 1>"
    linecache.cache[name] = (len(CELL), None, CELL.splitlines(keepends=True), name)
    namespace = {"__name__": "__main__", "F": functional}
    exec(compile(CELL, name, "exec"), namespace)
    yield namespace["Net"]
    del linecache.cache[name]


def test_forbidden_calls_are_found_in_the_methods_of_a_notebook_s_class(
    class_of_a_notebook,
):
    (use,) = uses_of(class_of_a_notebook, TASK)
    assert use.name == "torch.nn.functional.layer_norm"


def test_something_that_cannot_be_called_is_told_what_to_define():
    task = SimpleNamespace(**{**vars(TASK), "criteria": [SimpleNamespace()]})
    task.criteria[0].sentence, task.criteria[0].points = "It works.", 1
    end = judge_answer(task, 3).criteria[0]
    assert end.reason is Reason.NOT_CALLABLE
    assert "Net should be a class; it is a int. Define the class `Net()`" in end.message
