"""Call what learners wrote in exercise 03 and report plain data.

Torch is imported for blocks and models alone: the first task runs without it.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np

from coursekit.probes.layouts import laid_out
from coursekit.probes.outcome import Odd
from coursekit.probes.plain import name_of, plain, with_article
from coursekit.probes.unpack import Complaint, change

AGAIN = "the change in a second call"
GRAPH = "whether the ratio keeps the graph"
ITSELF = "whether the given model itself came back"
RATIO = "the ratio"
IN_MODE = "the ratio with batch norm"
MOVED = "the change of batch norm's running statistics"


def gradient(answer: Any, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Call ``gradient_by_path_length``; report the rows and what became of the inputs.

    ``inputs`` holds the Jacobians as one array of shape (L, d, d) and g; ``views`` to
    hand them over as views; and ``twice`` to call again with the same numbers.
    """
    layouts = ("transposed", "reversed") if inputs.get("views") else ("", "")

    def arguments() -> tuple[list[np.ndarray], np.ndarray]:
        jacobians = [laid_out(J.copy(), layouts[0]) for J in inputs["jacobians"]]
        return jacobians, laid_out(inputs["g"].copy(), layouts[1])

    jacobians, g = arguments()
    result = answer(jacobians, g)
    terms = _rows(result)
    seen = {
        "terms": terms,
        "returned": name_of(result),
        "g afterwards": plain(g),
        "jacobians afterwards": _left(jacobians, inputs["jacobians"]),
    }
    if inputs.get("twice"):
        seen[AGAIN] = _size(change(terms, _rows(answer(*arguments()))))
    return seen


def _size(difference: Any) -> Any:
    """Return the largest entry of a difference, so that its shape says nothing."""
    odd = isinstance(difference, Odd)
    return difference if odd else float(np.abs(difference).max(initial=0.0))


def _left(jacobians: list, given: np.ndarray) -> str:
    """Say in words what became of the list of Jacobians."""
    if len(jacobians) != len(given):
        return f"{len(jacobians)} arrays"
    if all(map(np.array_equal, jacobians, given)):
        return f"{len(given)} arrays as they were"
    if all(map(np.array_equal, jacobians, given[::-1])):
        return f"{len(given)} arrays in reverse order"
    return f"{len(given)} arrays with other numbers"


def _rows(result: Any) -> Any:
    """Return the rows as one array; a list of them is understood.

    Raises
    ------
    Complaint
        If a list holds something other than arrays of one shape.
    """
    if not isinstance(result, list | tuple):
        return plain(result)
    kind = list if isinstance(result, list) else tuple
    rows = [plain(row) for row in kind.__iter__(result)]
    for k, row in enumerate(rows):
        if not isinstance(row, np.ndarray):
            told = row.type_name if isinstance(row, Odd) else name_of(row)
            raise Complaint(
                f"gradient_by_path_length gave a list in which entry {k} is of type "
                f"{told}; the card asks for one array of shape (L + 1, d)."
            )
        if row.shape != rows[0].shape:
            raise Complaint(
                f"gradient_by_path_length gave a list whose entries 0 and {k} have "
                f"shapes {rows[0].shape} and {row.shape}; each row has shape (d,)."
            )
    return plain(np.array(rows))


def ratio(answer: Any, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Call ``branch_ratio`` on a block; report the ratio and what became of the block.

    ``inputs`` holds x, what `block_of` takes, ``training`` (bool), and ``twice`` to
    call again.
    """
    import torch

    with torch.random.fork_rng(devices=[]), torch.enable_grad():
        block = block_of(inputs).train(inputs["training"])
        x = torch.from_numpy(inputs["x"].copy())
        before = _statistics(block)
        result = answer(block, x)
        name = IN_MODE if "mean" in inputs else RATIO
        seen = {
            name: plain(result),
            GRAPH: "yes" if getattr(result, "requires_grad", False) else "no",
            MOVED: float(np.abs(_statistics(block) - before).max(initial=0.0)),
            "the mode afterwards": _mode(block),
            "x afterwards": plain(x),
        }
        if inputs.get("twice"):
            again = plain(answer(block, torch.from_numpy(inputs["x"].copy())))
            seen[AGAIN] = _size(change(_as_array(seen[name]), _as_array(again)))
        return seen


def _as_array(value: Any) -> Any:
    """Return one of Python's numbers as an array of no axes, the rest as it is."""
    return np.array(float(value)) if type(value) in (int, float) else value


def lesion(answer: Any, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Call ``lesion`` on a model; report the new model and what is left of the old.

    ``inputs`` holds x, i, what `model_of` takes, ``training`` (bool), and ``twice`` to
    call again. What is left of the given model is looked at before the new one is
    used, because the two may share their parts.
    """
    import torch

    with torch.random.fork_rng(devices=[]), torch.enable_grad():
        model = model_of(inputs).train(inputs["training"])
        x, i = torch.from_numpy(inputs["x"].copy()), inputs["i"]
        result = _a_model(answer(model, i), model)
        seen = {
            "the number of blocks": _count(result),
            ITSELF: "yes" if result is model else "no",
            "the given model's blocks afterwards": _count(model),
            "the given model's mode afterwards": _mode(model),
            "the given model's output afterwards": plain(model(x)),
        }
        seen["out"] = plain(result(x.clone()))
        if inputs.get("twice"):
            again = _a_model(answer(model, i), model)(x.clone())
            seen[AGAIN] = _size(change(seen["out"], again))
        return seen


def _a_model(result: Any, model: Any) -> Any:
    """Return ``result`` if it can be a model, or say in words what came instead."""
    import torch

    block, _ = _classes()
    if result is None:
        raise Complaint(
            "lesion gave None. A function without `return` gives None, and so does "
            "`del`; end it with `return` and the new model."
        )
    if isinstance(result, block):
        raise Complaint(
            "lesion gave a single block. `pop` returns what it takes out; return the "
            "model that is left."
        )
    if isinstance(result, torch.nn.ModuleList | list | tuple):
        raise Complaint(
            f"lesion gave {with_article(name_of(result))}, the blocks alone; return a "
            "model, with stem and head."
        )
    if not isinstance(result, torch.nn.Module):
        raise Complaint(
            f"lesion gave an object of type {name_of(result)}; it must be a model, "
            f"such as {name_of(model)}."
        )
    return result


def _count(model: Any) -> Any:
    """Return how many blocks a model has; `Odd` if it has no list of them."""
    blocks = getattr(model, "blocks", None)
    try:
        return len(blocks)
    except TypeError:
        return Odd(name_of(blocks))


def _mode(module: Any) -> str:
    """Name the mode that a module and all its parts are in."""
    modes = {part.training for part in module.modules()}
    if len(modes) > 1:
        return "training in some parts only"
    return "training" if modes == {True} else "evaluation"


def _statistics(module: Any) -> np.ndarray:
    """Return all that batch norm remembers, in a row."""
    kept = [np.zeros(0), *(b.numpy().ravel() for b in module.buffers())]
    return np.concatenate(kept).astype(float)


def block_of(inputs: Mapping[str, Any]) -> Any:
    """Make a residual block in float64.

    ``inputs`` holds the weights and biases of the branch, for samples in rows: W1, b1,
    W2 and b2; Ws for a projection on the skip path; ``mode``, "pre" or "post"; and the
    running statistics ``mean`` and ``var`` where the branch begins with batch norm.
    """
    from torch import nn

    linear1, linear2 = (_linear(inputs[f"W{n}"], inputs[f"b{n}"]) for n in (1, 2))
    branch = [*_norm(inputs), nn.ReLU(), linear1, nn.ReLU(), linear2]
    after = nn.Identity()
    if inputs["mode"] == "post":
        after = branch.pop(0)
    shortcut = _linear(inputs["Ws"]) if "Ws" in inputs else nn.Identity()
    block, _ = _classes()
    return block(nn.Sequential(*branch), shortcut, after)


def model_of(inputs: Mapping[str, Any]) -> Any:
    """Make a stem, pre-activation blocks of one width and a head, in float64.

    ``inputs`` holds the matrices ``stem`` and ``head``; W and b of the one linear layer
    in a branch, and ``mean`` and ``var`` as in `block_of`, all with an axis in front,
    one entry for each block. What learns nothing is one object for all blocks, which
    makes copies twice as fast.
    """
    from torch import nn

    block, model = _classes()
    relu, identity = nn.ReLU(), nn.Identity()
    blocks = []
    for at in range(len(inputs["W"])):
        own = {n: inputs[n][at] for n in ("W", "b", "mean", "var") if n in inputs}
        steps = [*_norm(own), relu, _linear(own["W"], own["b"])]
        blocks.append(block(nn.Sequential(*steps), identity, identity))
    return model(_linear(inputs["stem"]), blocks, _linear(inputs["head"]))


def _norm(inputs: Mapping[str, Any]) -> list[Any]:
    """Make batch norm with the running statistics of a case, if it has any."""
    import torch

    if "mean" not in inputs:
        return []
    norm = torch.nn.BatchNorm1d(len(inputs["mean"]), dtype=torch.float64)
    norm.running_mean.copy_(torch.from_numpy(inputs["mean"]))
    norm.running_var.copy_(torch.from_numpy(inputs["var"]))
    return [norm]


def _linear(W: np.ndarray, b: np.ndarray | None = None) -> Any:
    """Make the layer ``a @ W + b``; torch keeps the transpose."""
    import torch

    layer = torch.nn.Linear(*W.shape, bias=b is not None)
    layer.weight = torch.nn.Parameter(torch.tensor(W.T))
    if b is not None:
        layer.bias = torch.nn.Parameter(torch.tensor(b))
    return layer


@cache
def _classes() -> tuple[Any, Any]:
    """Return the classes of block and model; made here, where torch may be imported."""
    from torch import nn

    class Block(nn.Module):
        """What the card describes: after(branch(x) + shortcut(x))."""

        def __init__(self, branch: Any, shortcut: Any, after: Any) -> None:
            super().__init__()
            self.branch, self.shortcut, self.after = branch, shortcut, after

        def forward(self, x: Any) -> Any:
            return self.after(self.branch(x) + self.shortcut(x))

    class Model(nn.Module):
        """What the card describes: a stem, blocks in a row and a head."""

        def __init__(self, stem: Any, blocks: Any, head: Any) -> None:
            super().__init__()
            self.stem, self.head = stem, head
            self.blocks = nn.ModuleList(blocks)

        def forward(self, x: Any) -> Any:
            a = self.stem(x)
            for block in self.blocks:
                a = block(a)
            return self.head(a)

    return Block, Model
