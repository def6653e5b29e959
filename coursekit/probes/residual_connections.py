"""Call what learners wrote in exercise 02 and report plain data.

Torch is imported by the probe of the module alone: the other two run without it.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from coursekit.probes.layouts import laid_out
from coursekit.probes.modules import (
    fill,
    made_of,
    moved_by_training,
    named_as,
    parameters_of,
    send_back,
)
from coursekit.probes.plain import plain
from coursekit.probes.unpack import change, unpack

ARGUMENTS = ("a", "W1", "b1", "W2", "b2")
CACHE = ("a", "z1", "s", "W1", "W2")
GRADIENTS = ("da", "dW1", "db1", "dW2", "db2")
#: The parameters of a block as the card names them; the last only with a projection.
PARAMETERS = (
    "linear1.weight",
    "linear1.bias",
    "linear2.weight",
    "linear2.bias",
    "shortcut.weight",
)
AGAIN = "the change in a second call"
LEARNED = "the layers whose weights three steps of training change"


class Cache(NamedTuple):
    """What the backward pass is given: a tuple whose parts also go by their names."""

    a: np.ndarray
    z1: np.ndarray
    s: np.ndarray
    W1: np.ndarray
    W2: np.ndarray

    def __getitem__(self, key: Any) -> Any:
        return getattr(self, key) if key in CACHE else tuple.__getitem__(self, key)


def forward(answer: Any, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Call ``residual_forward``; report out, the cache and what became of the inputs.

    ``inputs`` holds a, W1, b1, W2 and b2; a ``layout`` for a (`laid_out`); and
    ``twice`` to call again with the same numbers.
    """

    def arguments() -> list[Any]:
        given = [inputs[name].copy() for name in ARGUMENTS]
        return [laid_out(given[0], inputs.get("layout", "")), *given[1:]]

    given = arguments()
    result = unpack(answer(*given), ("out", "cache"), "residual_forward")
    out, parts = plain(result["out"]), unpack(result["cache"], CACHE, "cache")
    seen = {"out": out, **{f"cache.{name}": plain(parts[name]) for name in CACHE}}
    if inputs.get("twice"):
        again = unpack(answer(*arguments()), ("out", "cache"), "residual_forward")
        seen[AGAIN] = change(out, again["out"])
    pairs = zip(ARGUMENTS, given, strict=True)
    return seen | {f"{name} afterwards": plain(array) for name, array in pairs}


def backward(answer: Any, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Call ``residual_backward`` with the cache a right forward pass would leave.

    ``inputs`` holds dout, a, z1, s, W1 and W2; a ``layout`` for dout; and ``twice`` to
    call again with the same cache.
    """
    cache = Cache(*(inputs[name].copy() for name in CACHE))
    dout = laid_out(inputs["dout"].copy(), inputs.get("layout", ""))
    result = unpack(answer(dout, cache), GRADIENTS, "residual_backward")
    seen = {name: plain(result[name]) for name in GRADIENTS}
    seen["dout afterwards"] = plain(dout)
    if inputs.get("twice"):
        again = unpack(answer(inputs["dout"], cache), GRADIENTS, "residual_backward")
        seen[AGAIN] = change(seen["da"], again["da"])
    return seen | {f"{name} afterwards": getattr(cache, name) for name in CACHE}


def module(answer: Any, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Make a ``ResidualBlock`` and report what a case looks at.

    ``inputs`` holds d_in, d_out and mode, and

    - nothing more: the parameters are reported, by name and shape;
    - a and the parameters' numbers: the output, and what became of a; with ``twin``
      another block is made and filled between the first call and the second;
    - dout too: the gradients, and which layers three steps change from the start.
    """
    import torch

    with torch.random.fork_rng(devices=[]), torch.enable_grad():
        torch.default_generator.manual_seed(0)  # the CPU alone: 3 ms less
        block = _made(answer, inputs)
        if "a" not in inputs:
            return parameters_of(block)
        named = _named(block, inputs)
        if "dout" in inputs:
            learned = _trained(block, named, inputs)
            fill(block, named, inputs)
            return _gradients(block, named, inputs) | learned
        fill(block, named, inputs)
        a = torch.from_numpy(inputs["a"].copy())
        out = plain(block(a))
        if inputs.get("twin"):
            with torch.no_grad():
                for parameter in _made(answer, inputs).parameters():
                    parameter.fill_(0.1)
        again = block(torch.from_numpy(inputs["a"].copy()))
        return {"out": out, "a afterwards": plain(a), AGAIN: change(out, again)}


def _made(answer: Any, inputs: Mapping[str, Any]) -> Any:
    sizes = inputs["d_in"], inputs["d_out"]
    return made_of(answer, "ResidualBlock", *sizes, mode=inputs["mode"])


def _named(block: Any, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters by the card's names; a shortcut where it is asked for."""
    d_in, d_out = inputs["d_in"], inputs["d_out"]
    shapes = [(d_out, d_in), (d_out,), (d_out, d_out), (d_out,), (d_out, d_in)]
    wanted = dict(zip(PARAMETERS, shapes, strict=True))
    if d_in == d_out:
        del wanted["shortcut.weight"]
    return named_as(block, wanted)


def _gradients(
    block: Any, named: Mapping[str, Any], inputs: Mapping[str, Any]
) -> dict[str, Any]:
    """Report the gradients of sum(out * dout); None where nothing arrives."""
    import torch

    block.zero_grad()
    a = torch.from_numpy(inputs["a"].copy()).requires_grad_()
    out = block(a.clone())  # a copy: torch refuses to change a itself in place
    send_back(out, inputs)
    seen = {"out": plain(out), "the gradient of a": plain(a.grad)}
    for name in PARAMETERS:
        if name in inputs:
            gradient = getattr(named.get(name), "grad", None)
            seen[f"the gradient of {name}"] = plain(gradient)
    return seen


def _trained(
    block: Any, named: Mapping[str, Any], inputs: Mapping[str, Any]
) -> dict[str, Any]:
    """Take three steps of gradient descent; report which layers have moved."""
    weights = {name: p for name, p in named.items() if p.ndim > 1}
    moved = moved_by_training(block, weights, inputs, "a")
    return {LEARNED: ", ".join(n.removesuffix(".weight") for n in moved) or "none"}
