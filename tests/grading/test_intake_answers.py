"""Answers are found where learners leave them, and nothing is run to find them."""

import textwrap

import pytest

from coursekit.grading.intake.answers import Answer, answer_to, short_answer
from coursekit.grading.intake.beside import beside
from coursekit.grading.intake.reading import Cell, Notebook
from coursekit.grading.reasons import Reason

STUB = (
    'def double(x):\n    """Twice."""\n    raise NotImplementedError("Your code here.")'
)
RIGHT = "def double(x):\n    return 2 * x"


def notebook(*cells):
    return Notebook(tuple(c if isinstance(c, Cell) else Cell("code", c) for c in cells))


def cell(source, kind="code", **known):
    return Cell(kind, source, **known)


@pytest.mark.parametrize(
    ("cells", "notes"),
    [
        ([cell(RIGHT, task="double")], []),
        ([cell(RIGHT, nbgrader_id="double")], []),
        ([RIGHT], ["by the name it defines"]),
        ([cell(STUB, task="double"), RIGHT], ["by the name it defines"]),
        ([cell(RIGHT, task="double"), STUB], []),
        ([cell(RIGHT, "markdown", task="double")], ["of kind 'markdown'"]),
        (
            [cell(RIGHT.replace("2", "3"), task="double"), cell(RIGHT, task="double")],
            ["There are 2 answers to this task; the last one counts"],
        ),
        (
            [cell(f"%timeit 1\n{RIGHT}", task="double")],
            ["Line 1, '%timeit 1', was left"],
        ),
        (
            [cell(f"\n%%capture out\n%%time\n{RIGHT}", task="double")],
            ["Line 2, '%%capture out', was left", "Line 3, '%%time', was left"],
        ),
        ([cell(f"%%timeit -n 2\n{RIGHT}", task="double")], ["'%%timeit -n 2'"]),
        ([cell("if True:\n" + textwrap.indent(RIGHT, "  "), task="double")], []),
    ],
)
def test_an_answer_is_found_with_a_note_on_what_was_unusual(cells, notes):
    found = answer_to("double", notebook(*cells))
    assert isinstance(found, Answer)
    assert "return 2 * x" in found.source
    assert len(found.notes) == len(notes)
    for note, said in zip(found.notes, notes, strict=True):
        assert said in note


@pytest.mark.parametrize(
    ("cells", "reason", "says"),
    [
        ([], Reason.CELL_MISSING, "Was it deleted?"),
        (["x = 1"], Reason.CELL_MISSING, "no cell for double"),
        (["def doubled(x): return x"], Reason.NOT_DEFINED, "one defines doubled"),
        (
            [cell("def twice(x): return x", task="double")],
            Reason.NOT_DEFINED,
            "something else",
        ),
        ([cell("x = 1", task="double")], Reason.NOT_DEFINED, "no function"),
        ([cell(STUB, task="double")], Reason.NOT_ATTEMPTED, "replace the line"),
        ([STUB], Reason.NOT_ATTEMPTED, "replace the line"),
        (
            [cell("def double(x)\n    return 2", task="double")],
            Reason.SYNTAX_ERROR,
            "Line 1 is not Python: expected ':'",
        ),
        (
            [cell(f"import os\n!pip install x\n{RIGHT}", task="double")],
            Reason.SYNTAX_ERROR,
            "Line 2 is not Python and is not run: '!pip install x'",
        ),
        (
            [cell(f"%%bash\n{RIGHT}", task="double")],
            Reason.SYNTAX_ERROR,
            "Line 1 is not Python and is not run: '%%bash'",
        ),
        (
            [cell(f"{RIGHT}\n%%time", task="double")],
            Reason.SYNTAX_ERROR,
            "Line 3 is not Python and is not run: '%%time'",
        ),
        (
            [cell("def make():\n    def double(x): return x", task="double")],
            Reason.NOT_DEFINED,
            "should define double at its top level",
        ),
        ([cell("x = " + "(" * 5000, task="double")], Reason.SYNTAX_ERROR, "not Python"),
        ([cell("x = '\0'", task="double")], Reason.SYNTAX_ERROR, "not Python"),
    ],
)
def test_a_missing_answer_has_a_reason_and_a_place(cells, reason, says):
    found = answer_to("double", notebook(*cells))
    assert found.reason is reason
    assert says in found.message


def test_the_name_of_another_task_is_no_misspelt_name():
    there = notebook("def doubled(x): return x")
    found = answer_to("double", there, others=["double", "doubled"])
    assert found.reason is Reason.CELL_MISSING


def test_a_cell_as_learners_got_it_is_a_stub_even_if_it_would_run():
    start = "def double(x):\n    return x  # find the mistake"
    found = answer_to("double", notebook(cell(start, task="double")), start)
    assert found.reason is Reason.NOT_ATTEMPTED


def test_a_class_whose_methods_all_raise_is_a_stub_and_one_written_is_not():
    stub = "class Net:\n    def forward(self):\n        raise NotImplementedError"
    assert answer_to("Net", notebook(stub)).reason is Reason.NOT_ATTEMPTED
    written = stub + "\n    def __init__(self):\n        self.a = 1"
    assert isinstance(answer_to("Net", notebook(written)), Answer)


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ('answer("a", 62)', 62),
        ('coursekit.answer("a", -1.5)', -1.5),
        ('x = answer("a", (2, 3))', (2, 3)),
        ('answer("a", "relu")', "relu"),
        ('answer("a", ...)', ...),
        ('answer("a", None)', None),
        ('answer("a", f(3))', "f(3)"),
        ('answer("a", (1 / 4) ** 10)', 0.25**10),
        ('answer("a", 2 * 3 - 10 % 4 // 1)', 4),
        ('answer("a", (8 - 2, [3]))', (6, (3,))),
        ('answer("a", 9 ** 9 ** 9 ** 9)', "9 ** 9 ** 9 ** 9"),
        ('answer("a", 1 / 0)', "1 / 0"),
        ('answer("a", "x" * 10)', "'x' * 10"),
        ('answer("a", 62)\nanswer("a", ...)', 62),
        ('answer("a", 62)\nanswer("a", 63)', 63),
    ],
)
def test_short_answers_are_read_as_literals(source, value):
    assert short_answer("a", notebook(source)) == value


@pytest.mark.parametrize("source", ['answer("b", 3)', 'answer("a")', "f()(3, 4)", ""])
def test_a_short_answer_that_is_not_there_is_missing(source):
    found = short_answer("a", notebook(source))
    assert found.reason is Reason.CELL_MISSING


def test_a_short_answer_in_a_cell_that_is_not_python_says_so():
    found = short_answer("a", notebook(cell('answer("a", 3', task="a")))
    assert found.reason is Reason.SYNTAX_ERROR and "line 1" in found.message.lower()


def test_expressions_nested_too_deep_to_write_down_cost_nothing_else():
    deep = "+".join(["1"] * 1500)
    short = f'answer("a", {deep})'
    cells = notebook(f"def f():\n    return {deep}", "import numpy", short)
    assert list(beside(cells, [])) == ["import numpy"]
    assert short_answer("a", cells) == ""
