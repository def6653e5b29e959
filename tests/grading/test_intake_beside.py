"""What other cells give to an answer is loaded, or a note says that it is not."""

import pytest

from coursekit.grading.intake.beside import beside, not_loaded
from coursekit.grading.intake.reading import Cell, Notebook

RIGHT = "def double(x):\n    return 2 * x"


def notebook(*sources, text=""):
    """Return a notebook with these code cells and a text."""
    cells = [Cell("code", source) for source in sources]
    return Notebook((*cells, Cell("markdown", text)))


def test_only_imports_definitions_and_constants_are_loaded_beside_an_answer():
    cells = notebook(
        "import numpy as np\nimport os; os.remove('x')",
        "EPS = 1e-5\nAXES = (-1, 0)\nrng = np.random.default_rng(0)\nprint(EPS)",
        "def helper(x):\n    return x\nhelper(3)\nfor i in range(9): pass",
        "def broken(:",
        "class Thing:\n    pass\nsquare = lambda x: x * x",
        RIGHT,
        text="import this",
    )
    loaded = "\n".join(beside(cells, ["double"]))
    for kept in ("import numpy", "EPS = 1e-05", "AXES", "def helper", "class Thing"):
        assert kept in loaded
    assert "square = lambda" in loaded
    for left in ("remove", "default_rng", "print", "helper(3)", "for i", "this"):
        assert left not in loaded
    assert "double" not in loaded


def test_a_constant_that_is_changed_in_a_second_line_is_loaded_as_changed():
    cells = notebook("AX = 0", "AX -= 1", RIGHT)
    space = {}
    exec("\n".join(beside(cells, ["double"])), space)
    assert space["AX"] == -1
    assert not list(not_loaded("def double(x): return x.sum(AX)", cells))


READS = "def double(x):\n    return x.sum(AX)"


@pytest.mark.parametrize(
    ("other", "line"),
    [
        ("AX = int(np.array([-1])[0])", "AX = int(np.array([-1])[0])"),
        ("AX = 0\nAX -= len('a')", "AX -= len('a')"),
        ("for AX in range(3):\n    pass", "for AX in range(3):"),
        ("if True:\n    AX = -1", "if True:"),
        ("with open('x') as AX:\n    pass", "with open('x') as AX:"),
        ("if True:\n    def AX(): pass", "if True:"),
        ("try:\n    import torch as AX\nexcept E:\n    pass", "try:"),
    ],
)
def test_a_name_that_is_read_but_not_loaded_has_a_note(other, line):
    (note,) = not_loaded(READS, notebook(other, READS))
    assert f"`{line}` gives to `AX` was not loaded" in note
    assert "definitions, imports and plain constants at the top level" in note


def test_what_an_answer_calls_in_other_cells_is_looked_at_too():
    other = "AX = f()", "def axis():\n    return AX"
    source = "def double(x):\n    return x.sum(axis())"
    assert len(list(not_loaded(source, notebook(*other, source)))) == 1


@pytest.mark.parametrize(
    ("other", "source"),
    [
        ("AX = f()", "def double(x, AX):\n    return x.sum(AX)"),
        ("AX = f()", "AX = f()\n" + READS),
        ("AX = f()\nAX = -1", READS),
        ("y = [AX for AX in range(3)]", READS),
        ("print(1)", READS),
    ],
)
def test_a_name_that_an_answer_has_anyway_needs_no_note(other, source):
    assert not list(not_loaded(source, notebook(other, source)))
