"""Call what learners wrote in exercise 02 and report plain data.

Torch is imported by the probe of the module alone: the other two run without it.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from coursekit.probes.layouts import laid_out
from coursekit.probes.plain import name_of, plain
from coursekit.probes.unpack import Complaint, change, unpack

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
            return _parameters(block)
        named = _named(block, inputs)
        if "dout" in inputs:
            learned = _trained(block, named, inputs)
            _fill(block, named, inputs)
            return _gradients(block, named, inputs) | learned
        _fill(block, named, inputs)
        a = torch.from_numpy(inputs["a"].copy())
        out = plain(block(a))
        if inputs.get("twin"):
            with torch.no_grad():
                for parameter in _made(answer, inputs).parameters():
                    parameter.fill_(0.1)
        again = block(torch.from_numpy(inputs["a"].copy()))
        return {"out": out, "a afterwards": plain(a), AGAIN: change(out, again)}


def _made(answer: Any, inputs: Mapping[str, Any]) -> Any:
    """Make a block in float64, or say what came instead."""
    import torch

    block = answer(inputs["d_in"], inputs["d_out"], mode=inputs["mode"])
    if not isinstance(block, torch.nn.Module):
        raise Complaint(
            f"ResidualBlock gave an object of type {name_of(block)}; it must be a "
            "class that begins with `class ResidualBlock(nn.Module):`."
        )
    return block.double()


def _parameters(block: Any) -> dict[str, Any]:
    """Report names and shapes as text, in the order of the names, and their number."""
    found = dict(block.named_parameters())
    told = [f"{name} {tuple(found[name].shape)}" for name in sorted(found)]
    return {
        "the parameters": ", ".join(told) or "none",
        "the number of parameters": sum(p.numel() for p in found.values()),
    }


def _named(block: Any, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters by the card's names.

    By name where name and shape fit, then by order where a shape fits: who calls a
    layer ``fc1`` is told so once, and is judged for the rest.

    Raises
    ------
    Complaint
        If there are no parameters at all.
    """
    found = dict(block.named_parameters())
    if not found:
        raise Complaint(_no_parameters(block))
    d_in, d_out = inputs["d_in"], inputs["d_out"]
    shapes = [(d_out, d_in), (d_out,), (d_out, d_out), (d_out,), (d_out, d_in)]
    wanted = dict(zip(PARAMETERS, shapes, strict=True))
    if d_in == d_out:
        del wanted["shortcut.weight"]
    named = {
        name: found.pop(name)
        for name, shape in wanted.items()
        if name in found and tuple(found[name].shape) == shape
    }
    for name, shape in wanted.items():
        fits = [own for own, p in found.items() if tuple(p.shape) == shape]
        if name not in named and fits:
            named[name] = found.pop(fits[0])
    return named


def _no_parameters(block: Any) -> str:
    """Say that there is nothing to train, and where the layers may be."""
    import torch

    kept = [value for name, value in vars(block).items() if name != "_modules"]
    inside = [
        part
        for value in kept
        if isinstance(value, list | tuple | dict)
        for part in (value.values() if isinstance(value, dict) else value)
    ]
    if any(isinstance(part, torch.nn.Module) for part in inside):
        return (
            "The block has no parameters: its layers are in a plain list, tuple or "
            "dict, where torch does not look."
        )
    return "The block has no parameters: after `__init__` it holds no layers."


def _fill(block: Any, named: Mapping[str, Any], inputs: Mapping[str, Any]) -> None:
    """Set the parameters; those that should not be there get numbers all the same."""
    import torch

    filled = {id(parameter) for parameter in named.values()}
    with torch.no_grad():
        for name, parameter in named.items():
            parameter.copy_(torch.from_numpy(inputs[name]))
        for parameter in block.parameters():
            if id(parameter) not in filled:
                numbers = torch.arange(1.0, parameter.numel() + 1)
                parameter.copy_(torch.cos(numbers).reshape(parameter.shape))


def _gradients(
    block: Any, named: Mapping[str, Any], inputs: Mapping[str, Any]
) -> dict[str, Any]:
    """Report the gradients of sum(out * dout); None where nothing arrives."""
    import torch

    block.zero_grad()
    a = torch.from_numpy(inputs["a"].copy()).requires_grad_()
    out = block(a.clone())  # a copy: torch refuses to change a itself in place
    _backward(out, inputs)
    seen = {"out": plain(out), "the gradient of a": plain(a.grad)}
    for name in PARAMETERS:
        if name in inputs:
            gradient = getattr(named.get(name), "grad", None)
            seen[f"the gradient of {name}"] = plain(gradient)
    return seen


def _backward(out: Any, inputs: Mapping[str, Any]) -> None:
    """Send dout back through a block, or complain about the form of its output."""
    import torch

    if type(out) is not torch.Tensor:
        raise Complaint(f"The block gave {name_of(out)}; it must give a tensor.")
    if tuple(out.shape) != inputs["dout"].shape:
        raise Complaint(
            f"`out` should have shape {inputs['dout'].shape}; yours is "
            f"{tuple(out.shape)}."
        )
    (out * torch.from_numpy(inputs["dout"])).sum().backward()


def _trained(
    block: Any, named: Mapping[str, Any], inputs: Mapping[str, Any]
) -> dict[str, Any]:
    """Take three steps of gradient descent; report which layers have moved."""
    import torch

    weights = {name: p for name, p in named.items() if p.ndim > 1}
    before = {name: weight.detach().clone() for name, weight in weights.items()}
    descent = torch.optim.SGD(block.parameters(), lr=0.01)
    for _ in range(3):
        descent.zero_grad()
        _backward(block(torch.from_numpy(inputs["a"].copy())), inputs)
        descent.step()
    moved = [
        name.removesuffix(".weight")
        for name, weight in weights.items()
        if not bool((weight == before[name]).all())
    ]
    return {LEARNED: ", ".join(sorted(moved)) or "none"}
