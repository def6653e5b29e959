"""What answers may try in a whole notebook, and the reason their task must get.

Answers to `layer_norm_forward` that do harm are those of the worker's own table; here
are besides them answers that are merely wrong, and answers with torch.
"""

import re
from dataclasses import replace

from bulk.class_of import cells_of, worked
from hostile import HEAD, HOSTILE, RIGHT, Row, attack

from coursekit.grading.reasons import Reason

R = Reason
NORM, BATCH = "07_layer_norm", "05_batch_norm"
TASK, LAYER = "layer_norm_forward", "BatchNorm1d"

#: Reasons that differ here: what the intake sees is not run.
_SEEN_BEFORE = {
    "return outside": R.NOT_DEFINED,
    "no function": R.NOT_DEFINED,
    "the reference imported": R.FORBIDDEN_API,
}
#: These cells must define the task as well, or the intake would not have them run.
_AT_LOADING = (R.LOAD_TIMEOUT, R.MEMORY_LIMIT, R.OUTPUT_LIMIT, R.PROCESS_EXIT)
_AT_LOADING += (R.LOAD_ERROR,)


def _returning(y: str, before: str = "") -> str:
    lines = RIGHT.replace("return gamma * x_hat + beta,", f"y = {y}\n    return y,")
    return HEAD + before + lines


def _wrong(y: str, reason: Reason, before: str = "") -> Row:
    return Row(_returning(y, before), reason)


def _right(y: str, before: str = "") -> Row:
    return Row(_returning(y, before), outcome="right")


_Y = "gamma * x_hat + beta"
#: Answers that are wrong, or only look it.
WRONG = {
    "x changed in place": Row(
        HEAD + "    x -= x.mean(-1, keepdims=True)\n" + RIGHT, R.MUTATED_INPUT
    ),
    "NaN": _wrong("x * np.nan", R.NON_FINITE),
    "infinite": _wrong("x + np.inf", R.NON_FINITE),
    "float32": _wrong(f"({_Y}).astype('f4')", R.WRONG_DTYPE),
    "another shape": _wrong(f"({_Y})[:1]", R.WRONG_SHAPE),
    "no axes": _wrong("np.array(1.0)", R.WRONG_SHAPE),
    "texts": _wrong(f"({_Y}).astype(str)", R.WRONG_TYPE),
    "a list": _wrong(f"({_Y}).tolist()", R.WRONG_TYPE),
    "None": _wrong("None", R.WRONG_TYPE),
    "one value alone": Row(HEAD + "    return x\n", R.WRONG_TYPE),
    "hard-coded": _wrong("np.ones(x.shape)", R.WRONG_VALUE),
    "different every time": _wrong(
        f"{_Y} + np.random.default_rng().normal(size=x.shape)",
        R.NON_DETERMINISTIC,
    ),
    "a number in its place": Row(HEAD + RIGHT + "layer_norm = 3\n", R.NOT_CALLABLE),
    "no arguments": Row("def layer_norm():\n    pass\n", R.BAD_SIGNATURE),
    "Fortran order": _right(f"np.asfortranarray({_Y})"),
    "negative strides": _right(f"({_Y})[..., ::-1].copy()[..., ::-1]"),
    "read-only": _right(_Y, "    x.setflags(write=False)\n"),
    "warnings": _right(
        f"({_Y}, __import__('warnings').warn('hm'), np.log(np.zeros(1)))[0]"
    ),
    "the error stream": _right(f"({_Y}, print(1, file=__import__('sys').stderr))[0]"),
    "np.save patched": attack("np.save = np.load = np.testing = None"),
    "layer norm of torch": Row(
        HEAD + "    import torch\n    return torch.nn.LayerNorm(4)(x), 0\n",
        R.FORBIDDEN_API,
    ),
    "a module of the course by another way": attack(
        "__import__('importlib').import_module('coursekit.ref' + 'erence')",
        R.FORBIDDEN_API,
    ),
    "every system call by number": attack(
        "import ctypes\n"
        "for n in (101, 165, 250, 272, 321): ctypes.CDLL(None).syscall(n)",
        R.SANDBOX_DENIED,
    ),
    "a magic": Row("%matplotlib inline\n" + HEAD + RIGHT, outcome="right"),
    "bash": Row("%%bash\nrm -rf ~\n", R.SYNTAX_ERROR),
    "a shell line": Row("!pip install evil\n" + HEAD + RIGHT, R.SYNTAX_ERROR),
    "the stub": Row(cells_of("exercises", NORM)[TASK], R.NOT_ATTEMPTED),
    "an empty cell": Row(" ", R.CELL_MISSING),
}


def _of_layer(then: str, before: str = "") -> str:
    """Return a right BatchNorm1d whose result goes through an expression of ``y``."""
    source = worked(BATCH)[LAYER]
    head, tail = source.split("        return (self.weight", 1)
    return f"{before}{head}        y = (self.weight{tail}\n        return {then}\n"


#: Answers with torch: the task, and the row.
WITH_TORCH = {
    "torch.nn.functional.batch_norm": (
        LAYER,
        Row(_of_layer("nn.functional.batch_norm(x, None, None)"), R.FORBIDDEN_API),
    ),
    "a layer of torch by another way": (
        LAYER,
        Row(_of_layer("getattr(nn, 'Batch' + 'Norm1d')(3)(x)"), R.FORBIDDEN_API),
    ),
    "a tensor in another order": (
        LAYER,
        Row(_of_layer("y.movedim(0, -1).contiguous().movedim(-1, 0)"), outcome="right"),
    ),
    "torch.allclose patched": (
        LAYER,
        Row(
            _of_layer(
                "y", "import torch\ntorch.allclose = torch.equal = lambda *a: 1\n"
            ),
            outcome="right",
        ),
    ),
    "a subclass of tensor": (LAYER, Row(_of_layer("nn.Parameter(y)"), R.WRONG_TYPE)),
    "a huge tensor": (
        LAYER,
        Row(_of_layer("torch.ones(1 << 20, 1 << 14)"), R.MEMORY_LIMIT),
    ),
    "an endless loop with torch": (
        LAYER,
        Row(_of_layer("[y := y + 1 for _ in iter(int, 1)]"), R.TIMEOUT_CPU),
    ),
    "threads of torch": (LAYER, Row(_of_layer("(torch.set_num_threads(8), y)[1]"))),
    "a segfault": (
        LAYER,
        Row(
            _of_layer("__import__('os').kill(__import__('os').getpid(), 11)"),
            R.PROCESS_SIGNAL,
        ),
    ),
}


def code_rows() -> dict[str, Row]:
    """Return every answer to `layer_norm_forward`, by what it tries."""
    found = {}
    for name, row in HOSTILE.items():
        source = row.source
        if row.reason in _AT_LOADING and "layer_norm" not in source:
            source += "\n" + HEAD + RIGHT
        found[name] = replace(
            row, source=source, reason=_SEEN_BEFORE.get(name, row.reason)
        )
    found |= WRONG
    return {
        name: replace(row, source=_for_the_course(row.source))
        for name, row in found.items()
    }


def _for_the_course(source: str) -> str:
    """Return a source that was written for the worker's tests with the task's name."""
    return re.sub(r"(?m)^(def |del |)layer_norm(?=[ (\n])", rf"\1{TASK}", source)
