"""What a notebook's cells mean in a worker, and what a broken one costs."""

import numpy as np
import pytest
from hostile import HEAD, RIGHT
from jobs import SMALL, job, work

from coursekit.grading.isolation import Level
from coursekit.grading.reasons import Reason
from coursekit.grading.worker.handle import Worker
from coursekit.probes.outcome import Observed, Raised

IMPORT = "import numpy as np"
GOOD = HEAD + RIGHT


@pytest.fixture(scope="module")
def worker():
    with Worker(torch=False, level=Level.PROCESS, limits=SMALL) as worker:
        yield worker


def first(ran):
    return next(iter(ran.outcomes.values()))


@pytest.mark.parametrize(
    "beside",
    [
        "from coursekit import answer, check, hint, progress, solution",
        "import torch, os as numpy_too",
        "import matplotlib.pyplot as plt",
        "from torch import nn\nclass Net(nn.Module):\n    pass",
        "from coursekit.reference import layer_norm",
        "from coursekit.probes.capstone import broken_net",
    ],
)
def test_an_import_that_cannot_be_costs_nothing_but_its_names(worker, beside):
    ran = worker.run(job(work(GOOD), beside=(beside, IMPORT)))["layer_norm"]
    assert (ran.reason, ran.notes) == (Reason.OK, ())
    assert isinstance(first(ran), Observed)


def test_the_other_names_of_an_import_are_there(worker):
    source = GOOD.replace("    m =", "    assert math.pi > 3\n    m =")
    ran = worker.run(job(work(source), beside=(f"{IMPORT}, torch, math",)))
    assert isinstance(first(ran["layer_norm"]), Observed)


def test_the_notebooks_own_functions_do_nothing(worker):
    beside = ("from coursekit import *", "from coursekit import check, hint", IMPORT)
    source = GOOD + "check(layer_norm)\nhint(layer_norm)\n"
    assert worker.run(job(work(source), beside=beside))["layer_norm"].notes == ()


def test_what_is_missing_says_so_when_it_is_used(worker):
    source = HEAD + "    return torch.from_numpy(x)\n"
    ran = worker.run(job(work(source), beside=("import torch",)))["layer_norm"]
    assert first(ran).type_name == "ModuleNotFoundError"
    assert first(ran).message == "No module named 'torch.from_numpy'"


def test_a_helper_may_ask_whether_it_was_given_a_tensor(worker):
    helper = "def plain(x):\n    return x.numpy() if isinstance(x, torch.Tensor) else x"
    source = GOOD.replace("    m =", "    x = plain(x)\n    m =")
    ran = worker.run(job(work(source), beside=(IMPORT, f"import torch\n{helper}")))
    assert isinstance(first(ran["layer_norm"]), Observed)


def test_a_definition_that_fails_costs_a_note_and_its_name(worker):
    beside = (IMPORT, "def wide(width=undefined):\n    return width\nDEPTH = 3")
    ran = worker.run(job(work(GOOD), beside=beside))["layer_norm"]
    assert ran.notes == (
        "`wide` could not be defined: NameError: name 'undefined' is not defined in "
        "line 1, `def wide(width=undefined):`.",
    )
    assert isinstance(first(ran), Observed)


def test_a_variable_that_fails_says_so_when_it_is_used(worker):
    beside = (IMPORT, "WIDTH = undefined + 1")
    assert worker.run(job(work(GOOD), beside=beside))["layer_norm"].notes == ()
    source = HEAD + "    return WIDTH * x\n"
    ran = worker.run(job(work(source), beside=beside))["layer_norm"]
    assert first(ran).message.startswith("WIDTH could not be defined: NameError")


def test_a_cell_that_is_not_python_costs_itself(worker):
    ran = worker.run(job(work(GOOD), beside=("x = = 3", IMPORT)))["layer_norm"]
    assert ran.reason is Reason.OK
    assert ran.notes[0].startswith("A cell beside the answers was left out: Syntax")


@pytest.mark.parametrize(
    ("cell", "why"),
    [
        ("while True: pass", "did not come to its end"),
        ("import os\nos._exit(0)", "Python ended in it"),
        ("import os\nos.system('true')", "tried what answers may not do"),
    ],
)
def test_a_cell_that_kills_is_left_out_from_then_on(worker, cell, why):
    ran = worker.run(job(work(GOOD), beside=(IMPORT, cell, "k = 1")))["layer_norm"]
    assert isinstance(first(ran), Observed)
    assert [why in note for note in ran.notes] == [True]


def test_many_cells_that_kill_cost_a_bounded_number_of_children(worker):
    cells = ("import os\nos._exit(0)",) * 30
    ran = worker.run(job(work(GOOD), beside=(IMPORT, *cells)))["layer_norm"]
    assert "All cells beside the answers were left out" in ran.notes[-1]
    assert first(ran).type_name == "NameError"


def test_an_answer_sees_another_answer_of_the_notebook(worker):
    second = "def second(*arguments):\n    return layer_norm(*arguments)\n"
    ran = worker.run(job(work(second, "second"), work(GOOD)))
    assert isinstance(first(ran["second"]), Observed)


def test_helpers_see_the_answers_too(worker):
    helper = "def both(*arguments):\n    return layer_norm(*arguments)"
    second = "def second(*arguments):\n    return both(*arguments)\n"
    ran = worker.run(job(work(second, "second"), work(GOOD), beside=(IMPORT, helper)))
    assert isinstance(first(ran["second"]), Observed)


def test_an_answer_that_needs_a_broken_one_says_which(worker):
    second = "def second(*arguments):\n    return layer_norm(*arguments)\n"
    ran = worker.run(job(work(second, "second"), work("1 / 0")))["second"]
    assert first(ran).type_name == "NameError"
    assert "layer_norm is not there: its cell raised ZeroDivisionError" in (
        first(ran).message
    )


def test_an_exception_has_the_line_and_the_text_of_the_answer(worker):
    source = "import math\n\n" + HEAD + "    y = x\n    return y.nothing\n"
    outcome = first(worker.run(job(work(source)))["layer_norm"])
    assert isinstance(outcome, Raised)
    assert (outcome.line, outcome.source_line) == (3, "return y.nothing")


def test_an_exception_after_the_definition_is_a_note(worker):
    ran = worker.run(job(work(GOOD + "layer_norm(undefined)\n")))["layer_norm"]
    assert isinstance(first(ran), Observed)
    assert "The answer's cell raised NameError" in ran.notes[0]


def test_annotations_from_the_future_stay_unread(worker):
    source = "from __future__ import annotations\n" + GOOD.replace("x, g", "x: ?, g")
    source = source.replace("?", "np.Nothing")
    assert isinstance(first(worker.run(job(work(source)))["layer_norm"]), Observed)


def test_dataclasses_and_pickles_find_the_module_they_are_in(worker):
    cell = """
from dataclasses import dataclass
import pickle
@dataclass
class Cache:
    x: "np.ndarray"
"""
    line = "    assert pickle.loads(pickle.dumps(Cache(1))).x == 1\n    m ="
    ran = worker.run(job(work(cell + GOOD.replace("    m =", line))))["layer_norm"]
    assert isinstance(first(ran), Observed), first(ran)


def test_one_answer_cannot_spoil_the_next(worker):
    spoil = HEAD + (
        "    import builtins\n    np.abs = np.sqrt = builtins.len = None\n"
        "    x[...] = 0\n    np.seterr(all='raise')\n"
    )
    good = GOOD.replace("layer_norm", "other")
    ran = worker.run(job(work(spoil), work(good, "other")))
    alone = worker.run(job(work(good, "other")))
    assert first(ran["other"]).values["y"].tolist() == (
        first(alone["other"]).values["y"].tolist()
    )


def test_random_numbers_are_the_same_for_every_child(worker):
    source = (
        "import random\n"
        + HEAD
        + ("    return x, (np.array(random.random()), np.random.random(2), gamma)\n")
    )
    one, other = (worker.run(job(work(source)))["layer_norm"] for _ in range(2))
    values = first(one).values
    assert values["cache.x_hat"] == first(other).values["cache.x_hat"]
    numbers = np.random.RandomState(0).random(2)
    assert values["cache.inv_std"].tolist() == numbers.tolist()


def test_a_name_that_cannot_be_called_is_said_with_the_signature(worker):
    signature = "def layer_norm(x)"
    ran = worker.run(job(work("layer_norm = 3", signature=signature)))["layer_norm"]
    assert ran.message == (
        "layer_norm should be a function; it is an int. Define the function "
        "`def layer_norm(x)`, and give the variable another name."
    )
