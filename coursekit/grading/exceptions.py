"""Say in a learner's words what an exception means and what to do about it."""

import re
from collections.abc import Callable

from coursekit.grading.reasons import Reason
from coursekit.grading.task import Task
from coursekit.probes.outcome import Raised

#: Where the names that answers forget to import come from.
IMPORTS = {
    "np": "import numpy as np",
    "numpy": "import numpy",
    "torch": "import torch",
    "nn": "from torch import nn",
    "F": "from torch.nn import functional as F",
    "math": "import math",
}


def explain(raised: Raised, task: Task) -> tuple[Reason, str]:
    """Return the reason code of an exception and what to tell the learner.

    The message holds the exception as Python words it, its line, and advice where the
    exception is a common one.
    """
    if raised.type_name == "Complaint":  # our own, already in words
        return Reason.WRONG_TYPE, raised.message
    if raised.type_name == "TooMuchPrinted":  # ours too
        return Reason.OUTPUT_LIMIT, raised.message
    if _at_the_call(raised):
        return Reason.BAD_SIGNATURE, (
            f"The call itself failed: {raised.message}. The card's signature is "
            f"`{task.signature}`: keep its names, their order and the defaults."
        )
    said = f"{raised.type_name}: {raised.message}".rstrip(": ").rstrip(".")
    where = f" in line {raised.line}" if raised.line else ""
    source = f", `{raised.source_line}`" if raised.source_line else ""
    return Reason.RAISED, f"{said}{where}{source}. {advice(raised)}".rstrip()


def _at_the_call(raised: Raised) -> bool:
    """Whether Python refused the call before the first line of the answer ran."""
    refused = r"positional argument|unexpected keyword|multiple values for argument"
    return (
        raised.type_name == "TypeError"
        and raised.line is None
        and re.search(refused, raised.message) is not None
    )


def advice(raised: Raised) -> str:
    """Return what to do about a common exception, or nothing."""
    names = (raised.type_name, *raised.bases)
    for kind, pattern, say in COMMON:
        if kind in names and (found := re.search(pattern, raised.message)):
            return say(found) if callable(say) else say
    return ""


def _shapes(found: re.Match) -> str:
    first, second = (_shape(found[i]) for i in (1, 2))
    return (
        f"Shapes {first} and {second} do not fit together: compared from the right, "
        "lengths must be equal or 1. After a mean or a sum, `keepdims=True` keeps the "
        "axis with length 1."
    )


def _product(found: re.Match) -> str:
    first, second = (_shape(found[i]) for i in (1, 2))
    return (
        f"A matrix product of shapes {first} and {second} needs the last axis of the "
        "first to be as long as the second-to-last axis of the second. Is one of them "
        "transposed?"
    )


def _layers(found: re.Match) -> str:
    first, second = (found[i].replace("x", ", ") for i in (1, 2))
    return (
        f"A tensor of shape ({first}) met a weight that takes {second.split(', ')[0]} "
        "features. Compare the widths of the layers."
    )


def _shape(text: str) -> str:
    """Write a shape with one space after each comma."""
    return re.sub(r",\s*(?=\d)", ", ", text.strip())


def _name(found: re.Match) -> str:
    name = found[1]
    if name in IMPORTS:
        return f"Run `{IMPORTS[name]}` in a cell above."
    return (
        f"Nothing is called `{name}` here. Check the spelling; or define it at the top "
        "level of a cell, by `def`, `class`, an import or as a plain constant, and run "
        "that cell."
    )


def _unpacking(found: re.Match) -> str:
    return (
        "The number of names left of `=` is not the number of things on the right: "
        "compare with the tuple the card describes."
    )


#: (exception class, pattern in its message, advice), the first that fits is used.
COMMON: list[tuple[str, str, str | Callable[[re.Match], str]]] = [
    (
        "ValueError",
        r"broadcast\D*(\(\d[\d, ]*\)|\(\))\s*(?:and\s*)?(\(\d[\d, ]*\)|\(\))",
        _shapes,
    ),
    ("ValueError", r"shapes (\([\d, ]*\)) and (\([\d, ]*\)) not aligned", _product),
    (
        "ValueError",
        r"matmul",
        "The two factors of `@` do not fit: print their shapes.",
    ),
    ("ValueError", r"to unpack", _unpacking),
    (
        "ValueError",
        r"read-only",
        "The array must not be written to: work on a copy.",
    ),
    (
        "ValueError",
        r"cannot reshape array of size (\d+)",
        "A reshape keeps the number of entries; `-1` stands for the length that fits.",
    ),
    (
        "ValueError",
        r"truth value of an array",
        "An `if` needs one yes or no: use `.any()` or `.all()`.",
    ),
    (
        "AxisError",
        r"axis (-?\d+) is out of bounds for array of dimension (\d+)",
        lambda m: (
            f"The array has {m[2]} axes, numbered from 0, so axis {m[1]} does not "
            "exist. Inputs may have one axis or several: `axis=-1` is always the last."
        ),
    ),
    ("NameError", r"name '(\w+)' is not defined", _name),
    (
        "UnboundLocalError",
        r"variable '(\w+)'",
        lambda m: f"`{m[1]}` is read before this function gives it a value.",
    ),
    (
        "ModuleNotFoundError",
        r"No module named '([\w.]+)'",
        lambda m: f"This task is written without `{m[1]}`.",
    ),
    (
        "TypeError",
        r"NoneType",
        "Something is None: a function without `return` gives None, and so do "
        "methods that work in place.",
    ),
    (
        "TypeError",
        r"tuple indices must be integers",
        "A tuple is taken apart by `a, b, c = the_tuple` or by position.",
    ),
    (
        "TypeError",
        r"Cannot cast ufunc|same_kind",
        "An in-place operation cannot change whole numbers to fractions: write "
        "`x = x - m`, not `x -= m`.",
    ),
    (
        "TypeError",
        r"(?:mean|sum|var|std|dim)\(\) .*argument",
        "NumPy writes `axis=` and `keepdims=`, torch `dim=` and `keepdim=`.",
    ),
    (
        "TypeError",
        r"must be Tensor, not (?:numpy\.)?ndarray",
        "A torch function was given a NumPy array: use `torch.from_numpy(x)`.",
    ),
    (
        "TypeError",
        r"cannot assign '(?:list|tuple|generator)' as child module",
        "Torch keeps modules in lists of its own: wrap it, `nn.ModuleList(...)`.",
    ),
    (
        "TypeError",
        r"not subscriptable|not iterable|not callable",
        "The object is of another kind than this line expects: print its type.",
    ),
    (
        "AttributeError",
        r"'numpy\.ndarray' object has no attribute '(\w+)'",
        lambda m: f"NumPy arrays have no `{m[1]}`; is that torch's name for it?",
    ),
    (
        "IndexError",
        r"out of bounds for axis (\d+) with size (\d+)",
        lambda m: f"Axis {m[1]} has length {m[2]} here; positions count from 0.",
    ),
    (
        "IndexError",
        r"too many indices|out of range",
        "The array or tuple is smaller here than this line expects: inputs may have "
        "one axis or several.",
    ),
    ("KeyError", r"", "This key is not there: compare with the names on the card."),
    ("ZeroDivisionError", r"", "A divisor is 0 for this input."),
    ("RecursionError", r"", "The function calls itself without an end."),
    (
        "NotImplementedError",
        r"",
        "For this input your function still reaches the placeholder.",
    ),
    ("AssertionError", r"", "An `assert` of yours does not hold for this input."),
    ("SystemExit", r"", "`exit` and `quit` stop Python: use `return`."),
    (
        "KeyboardInterrupt",
        r"",
        "It was interrupted, or it raises KeyboardInterrupt itself.",
    ),
    ("MemoryError", r"", "It asked for more memory than there is."),
    (
        "RuntimeError",
        r"size of tensor a \((\d+)\) must match .* tensor b \((\d+)\)",
        lambda m: (
            f"Lengths {m[1]} and {m[2]} do not fit together: after a mean or a sum, "
            "`keepdim=True` keeps the axis with length 1."
        ),
    ),
    ("RuntimeError", r"mat1 and mat2 .*?\((\d+x\d+) and (\d+x\d+)\)", _layers),
    (
        "RuntimeError",
        r"leaf Variable that requires grad",
        "Torch lets a parameter be changed in place only where it records nothing: "
        "write the line inside `with torch.no_grad():`.",
    ),
    (
        "TypeError",
        r"cannot assign .* (?:as|to) parameter '(\w+)'",
        lambda m: (
            f"`{m[1]}` is a parameter and no plain number or tensor: change its "
            "number inside `with torch.no_grad():`, with `fill_(...)`."
        ),
    ),
    (
        "RuntimeError",
        r"modified by an inplace operation",
        "The backward pass needs a tensor that was overwritten: write `x = x + y` for "
        "`x += y`, and leave `inplace=True` and a trailing underscore out.",
    ),
    (
        "AttributeError",
        r"before Module\.__init__\(\) call",
        "Begin `__init__` with `super().__init__()`.",
    ),
    (
        "RuntimeError",
        r"requires grad",
        "Take the numbers out of the graph first: `t.detach().numpy()`.",
    ),
]
