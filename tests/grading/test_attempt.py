"""What is looked at before an answer is judged: its kind, and the calls it makes."""

import linecache
from types import SimpleNamespace

import pytest

from coursekit.grading.attempt import judge_answer, uses_of
from coursekit.grading.intake.parsing import parse
from coursekit.grading.reasons import Reason
from coursekit.grading.source import Use, could_use, uses_in_cells

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


LAYER_NORM = "torch.nn.functional.layer_norm"


@pytest.fixture
def run_cells():
    """Return what runs cells, which have no file, as in a notebook."""
    names = []

    def run(*cells):
        from torch import nn

        namespace = {"__name__": "__main__", "F": nn.functional, "nn": nn}
        for source in cells:
            names.append(name := f"<cell {len(names)}>")
            lines = source.splitlines(keepends=True)
            linecache.cache[name] = (len(source), None, lines, name)
            exec(compile(source, name, "exec"), namespace)
        return namespace

    yield run
    for name in names:
        del linecache.cache[name]


def test_forbidden_calls_are_found_in_the_methods_of_a_notebook_s_class(run_cells):
    assert uses_of(run_cells(CELL)["Net"], TASK) == [Use(LAYER_NORM, 6)]


def test_a_class_made_from_a_forbidden_one_is_a_use(run_cells):
    space = run_cells(
        "class Mine(nn.LayerNorm): pass", "class Net(Mine):\n    size = 3"
    )
    task = SimpleNamespace(**{**vars(TASK), "forbidden": ("torch.nn.LayerNorm",)})
    assert uses_of(space["Net"], task) == [Use("torch.nn.LayerNorm", 1)]


def test_a_helper_made_of_something_forbidden_stands_for_it(run_cells):
    space = run_cells(
        "def inner(x):\n    return F.layer_norm(x, (3,))",
        "def outer(x):\n    return inner(x)",
        "def unused(x):\n    return F.layer_norm(x, (3,))",
        "def answer(x):\n    return outer(x)",
        "def other(x):\n    return x",
    )
    assert uses_of(space["answer"], TASK) == [Use(LAYER_NORM, 2)]
    assert uses_of(space["other"], TASK) == []


def test_something_that_cannot_be_called_is_told_what_to_define():
    task = SimpleNamespace(**{**vars(TASK), "criteria": [SimpleNamespace()]})
    task.criteria[0].sentence, task.criteria[0].points = "It works.", 1
    end = judge_answer(task, 3).criteria[0]
    assert end.reason is Reason.NOT_CALLABLE
    assert (
        "Net should be a class; it is an int. Define the class `Net()`" in end.message
    )


NN, IMPORTS = ["torch.nn.LayerNorm", LAYER_NORM], "import torch\nfrom torch import nn"
BY_HELPER = "def helper(x):\n    return nn.functional.layer_norm(x, (3,))"


@pytest.mark.parametrize(
    ("others", "answer", "uses"),
    [
        ([IMPORTS], "class Net(nn.LayerNorm): pass", [Use(NN[0], 1)]),
        ([IMPORTS], "\n\nclass Net(nn.LayerNorm): pass", [Use(NN[0], 1)]),
        ([], f"{IMPORTS}\nclass Net(nn.LayerNorm): pass", [Use(NN[0], 1)]),
        (
            ["from torch.nn import *"],
            "class Net(LayerNorm):\n  pass",
            [Use(NN[0], 1)],
        ),
        (
            [IMPORTS, "Base = nn.LayerNorm", "class Mine(Base): pass"],
            "@decorated\nclass Net(Mine):\n    pass",
            [Use(NN[0], 2)],
        ),
        (
            ["def outer(x):\n    return helper(x)", BY_HELPER, IMPORTS],
            "def Net(x):\n    return outer(x)",
            [Use(LAYER_NORM, 2)],
        ),
        ([IMPORTS, BY_HELPER], "def Net(x):\n    return x", []),
        ([IMPORTS], "spare = nn.LayerNorm\ndef Net(x):\n    return x", []),
        ([IMPORTS, BY_HELPER, "def helper(x): ..."], "def Net(x): helper(x)", []),
        (
            ["f = lambda x: nn.functional.layer_norm(x)", IMPORTS],
            "Net = 1\ndef Net(x):\n    return f(x)",
            [Use(LAYER_NORM, 2)],
        ),
        ([IMPORTS, "def f():\n    nn = 3"], "Net = 1\ndef Net(x): nn.LayerNorm", None),
        (["broken("], "def Net(x): return x", []),
    ],
)
def test_what_other_cells_define_is_known_by_its_name(others, answer, uses):
    expected = [Use(NN[0], 1)] if uses is None else uses
    assert uses_in_cells("Net", answer, NN, others) == expected
    assert could_use(words(*others, answer), NN) or not expected


def words(*cells):
    return frozenset().union(*(parse(cell).words for cell in cells))


@pytest.mark.parametrize(
    "body",
    [
        "getattr(nn, 'Layer' 'Norm')",
        "getattr(nn, 'L\\x61yerNorm')",
        "nn.ＬayerNorm",
        "__import__('torch.nn').LayerNorm",
        "importlib.import_module('torch.nn.LayerNorm')",
        "[f for f in [lambda: nn.LayerNorm]]",
    ],
)
def test_a_use_in_other_spelling_has_its_words_all_the_same(body):
    cell = f"{IMPORTS}\ndef Net(x):\n    {body}"
    assert uses_in_cells("Net", cell, NN)
    assert could_use(words(cell), NN)


def test_a_notebook_without_the_words_is_not_searched():
    assert not could_use(words(f"{IMPORTS}\nnn.Linear(3, 3).layer_norm_of"), NN)
