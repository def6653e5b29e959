"""A made-up class: learners and the notebooks they hand in, the same every time.

``python tests/grading/bulk/class_of.py FOLDER 30`` lays one out.
"""

import ast
import copy
import json
import random
import sys
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[3]
EXERCISES = sorted(path.stem for path in (ROOT / "exercises").glob("*.ipynb"))
#: What a hostile answer does when it is called; ``{}`` stands for the arguments.
HOSTILE = {
    "loops": "while True: pass",
    "sleeps": "import time; time.sleep(1000)",
    "exits": "import os; os._exit(0)",
    "aborts": "import os; os.abort()",
    "recurses": "return (lambda f: f(f))(lambda f: f(f))",
    "eats memory": "held = []\n{0}while True: held.append(bytearray(1 << 26))",
    "floods": "while True: print('x' * 1000000)",
    "reads": "return open('/etc/passwd').read()",
    "writes": "open('/tmp/escaped', 'w').write('x')",
    "runs": "import subprocess; subprocess.run(['true'])",
    "connects": "import socket; socket.socket().connect(('127.0.0.1', 9))",
    "kills": "import os; os.kill(os.getppid(), 9)",
    "lies": "import numpy as np; np.allclose = lambda *a, **k: True; return 0",
}


@cache
def _notebook(folder, exercise):
    return json.loads((ROOT / folder / f"{exercise}.ipynb").read_text("utf-8"))


@cache
def cells_of(folder, exercise):
    """Return the source of each cell that answers something, by task or question."""
    return {
        cell["metadata"]["task"]: "".join(cell["source"])
        for cell in _notebook(folder, exercise)["cells"]
        if cell["metadata"].get("task")
    }


def worked(exercise):
    """Return the worked answers of an exercise."""
    return cells_of("solutions", exercise)


def stubs(exercise):
    """Return the cells as learners get them."""
    return cells_of("exercises", exercise)


def is_question(name):
    """Tell whether a name is a short question's."""
    return "-" in name


class _Slip(ast.NodeTransformer):
    """Change one place of an answer: what people get wrong when they type."""

    def __init__(self, at):
        self.at, self.places = at, 0

    def _here(self):
        self.places += 1
        return self.places - 1 == self.at

    def visit_BinOp(self, node):
        self.generic_visit(node)
        pairs = ((ast.Add, ast.Sub), (ast.Mult, ast.Div))
        swap = {a: b for pair in pairs for a, b in (pair, pair[::-1])}
        if type(node.op) in swap and self._here():
            node.op = swap[type(node.op)]()
        return node

    def visit_keyword(self, node):
        self.generic_visit(node)
        if isinstance(node.value, ast.Constant) and node.value.value is True:
            if self._here():
                node.value = ast.Constant(False)
        return node

    def visit_Constant(self, node):
        if type(node.value) is int and self._here():
            return ast.Constant(node.value + 1)
        return node

    def visit_Return(self, node):
        self.generic_visit(node)
        if node.value is not None and self._here():
            return ast.Return(ast.Constant(None))
        return node


def slips(source):
    """Return an answer's wrong neighbours: each differs from it in one place."""
    counter = _Slip(-1)
    counter.visit(ast.parse(source))
    found = []
    for at in range(counter.places):
        tree = ast.fix_missing_locations(_Slip(at).visit(ast.parse(source)))
        found.append(ast.unparse(tree))
    return found


def hostile(name, start, kind):
    """Return an answer that does harm when it is called."""
    does = HOSTILE[kind]
    if name[0].isupper():
        head = f"class {name}(nn.Module):\n    def __init__(self, *a, **k):\n        "
        head = "import torch\nfrom torch import nn\n\n\n" + head
        return head + "super().__init__()\n        " + does.format("        ")
    return f"def {name}(*arguments, **options):\n    " + does.format("    ")


def filled(exercise, answers, **changes):
    """Return the bytes of an exercise with these answers in their cells.

    ``changes`` are keys of the notebook itself, such as ``nbformat``.
    """
    notebook = copy.deepcopy(_notebook("exercises", exercise))
    for cell in notebook["cells"]:
        name = cell["metadata"].get("task")
        if name in answers:
            cell["source"] = answers[name].splitlines(keepends=True)
    notebook.update(changes)
    return json.dumps(notebook, ensure_ascii=False, indent=1).encode()


def some_answers(exercise, rng, *, harm=0.0):
    """Draw the answers of one learner: most are right, some wrong, some not there."""
    found = {}
    for name, right in worked(exercise).items():
        luck = rng.random()
        if luck < harm and not is_question(name):
            found[name] = hostile(name, stubs(exercise)[name], rng.choice([*HOSTILE]))
        elif luck < 0.6:
            found[name] = right
        elif luck < 0.9 and not is_question(name):
            found[name] = rng.choice(slips(right))
    return found


def learners(count):
    """Return names: most plain, some as people really have them."""
    odd = ["Doe, Jane", "Zoë Müller", "=cmd()", "O'Neil", "李 雷", "a b  c"]
    return (odd + [f"learner{n:04}" for n in range(count)])[:count]


def class_of(count, exercises=(), *, seed=0, harm=0.0):
    """Return what a class hands in: path to bytes, one folder a learner.

    Parameters
    ----------
    count : int
        Learners.
    exercises : sequence of str, optional
        All of them by default.
    seed : int, default=0
        Draws who answers what.
    harm : float, default=0
        The share of answers that do harm.
    """
    rng = random.Random(seed)
    return {
        f"{learner}/{exercise}.ipynb": filled(
            exercise, some_answers(exercise, rng, harm=harm)
        )
        for learner in learners(count)
        for exercise in exercises or EXERCISES
    }


def lay_out(folder, files):
    """Write files below a folder and return it."""
    for name, data in files.items():
        path = Path(folder, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return Path(folder)


if __name__ == "__main__":
    lay_out(sys.argv[1], class_of(int(sys.argv[2])))
