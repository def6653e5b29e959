"""Call what learners wrote in exercise 08 and report plain data.

Torch is imported by the probe of the module alone: the other two run without it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from coursekit.probes.layouts import laid_out
from coursekit.probes.plain import name_of, plain
from coursekit.probes.unpack import Complaint, change

AGAIN = "the change in a second call"
LEARNED = "the parameters that three steps of training change"
#: The parameters of a block as the card names them.
PARAMETERS = (
    "norm.weight",
    "norm.bias",
    "linear1.weight",
    "linear1.bias",
    "linear2.weight",
    "linear2.bias",
)


def rms_norm(answer: Any, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Call ``rms_norm``; report y and what became of the inputs.

    ``inputs`` holds x and gamma; eps unless the default is to be used; a ``layout``
    for x (`laid_out`); and ``twice`` to call again with the same numbers.
    """
    return _norm(answer, inputs, ["x"], ["gamma"])


def group_norm(answer: Any, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Call ``group_norm``; report y and what became of the inputs.

    ``inputs`` holds what it holds for `rms_norm`, and num_groups and beta.
    """
    return _norm(answer, inputs, ["x", "num_groups"], ["gamma", "beta"])


def _norm(
    answer: Any, inputs: Mapping[str, Any], first: list[str], scales: list[str]
) -> dict[str, Any]:
    """Call a norm that returns y alone."""
    names = [*first, *scales, *(["eps"] if "eps" in inputs else [])]

    def arguments() -> dict[str, Any]:
        given = {name: inputs[name] for name in names}
        given |= {name: inputs[name].copy() for name in ["x", *scales]}
        given["x"] = laid_out(given["x"], inputs.get("layout", ""))
        return given

    given = arguments()
    y = _alone(answer(*given.values()))
    seen = {"y": plain(y)}
    if inputs.get("twice"):
        seen[AGAIN] = change(seen["y"], _alone(answer(*arguments().values())))
    return seen | {f"{name} afterwards": plain(given[name]) for name in ["x", *scales]}


def _alone(result: Any) -> Any:
    """Return y, or say that more or less than y came back."""
    if result is None:
        raise Complaint(
            "The function gave None. A function without `return` gives None; end it "
            "with `return y`."
        )
    if isinstance(result, tuple | list):
        raise Complaint(
            f"The function gave {len(result)} things in a {name_of(result)}; the card "
            "asks for y alone."
        )
    return result


def block(answer: Any, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Make a ``PreNormBlock`` and report what a case looks at.

    ``inputs`` holds d and hidden, and

    - nothing more: the parameters are reported, by name and shape;
    - x and the parameters' numbers: the output, and what became of x; with ``twin``
      another block is made and filled between the first call and the second;
    - dout too: the gradients, and which parameters three steps change from the start.
    """
    import torch

    with torch.random.fork_rng(devices=[]), torch.enable_grad():
        torch.default_generator.manual_seed(0)  # the CPU alone: 3 ms less
        made = _made(answer, inputs)
        if "x" not in inputs:
            return _parameters(made)
        named = _named(made, inputs)
        if "dout" in inputs:
            learned = _trained(made, named, inputs)
            _fill(made, named, inputs)
            return _gradients(made, named, inputs) | learned
        _fill(made, named, inputs)
        x = torch.from_numpy(inputs["x"].copy())
        out = plain(made(x))
        if inputs.get("twin"):
            with torch.no_grad():
                for parameter in _made(answer, inputs).parameters():
                    parameter.fill_(0.1)
        again = made(torch.from_numpy(inputs["x"].copy()))
        seen = {"out": out, "x afterwards": plain(x), AGAIN: change(out, again)}
        made.eval()
        evaluated = made(torch.from_numpy(inputs["x"].copy()))
        return seen | {"the change in evaluation mode": change(out, evaluated)}


def _made(answer: Any, inputs: Mapping[str, Any]) -> Any:
    """Make a block in float64, or say what came instead."""
    import torch

    made = answer(inputs["d"], inputs["hidden"])
    if not isinstance(made, torch.nn.Module):
        raise Complaint(
            f"PreNormBlock gave an object of type {name_of(made)}; it must be a class "
            "that begins with `class PreNormBlock(nn.Module):`."
        )
    return made.double()


def _parameters(made: Any) -> dict[str, Any]:
    """Report names and shapes as text, in the order of the names, and their number."""
    found = dict(made.named_parameters())
    told = [f"{name} {tuple(found[name].shape)}" for name in sorted(found)]
    return {
        "the parameters": ", ".join(told) or "none",
        "the number of parameters": sum(p.numel() for p in found.values()),
    }


def _named(made: Any, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters by the card's names.

    By name where name and shape fit, then by order where a shape fits: who calls a
    layer ``fc1`` is told so once, and is judged for the rest.

    Raises
    ------
    Complaint
        If there are no parameters at all.
    """
    found = dict(made.named_parameters())
    if not found:
        raise Complaint(_no_parameters(made))
    d, hidden = inputs["d"], inputs["hidden"]
    shapes: Sequence[tuple[int, ...]] = [
        (d,),
        (d,),
        (hidden, d),
        (hidden,),
        (d, hidden),
        (d,),
    ]
    wanted = dict(zip(PARAMETERS, shapes, strict=True))
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


def _no_parameters(made: Any) -> str:
    """Say that there is nothing to train, and where the layers may be."""
    import torch

    kept = [value for name, value in vars(made).items() if name != "_modules"]
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


def _fill(made: Any, named: Mapping[str, Any], inputs: Mapping[str, Any]) -> None:
    """Set the parameters; those that should not be there get numbers all the same."""
    import torch

    filled = {id(parameter) for parameter in named.values()}
    with torch.no_grad():
        for name, parameter in named.items():
            parameter.copy_(torch.from_numpy(inputs[name]))
        for parameter in made.parameters():
            if id(parameter) not in filled:
                numbers = torch.arange(1.0, parameter.numel() + 1)
                parameter.copy_(torch.cos(numbers).reshape(parameter.shape))


def _gradients(
    made: Any, named: Mapping[str, Any], inputs: Mapping[str, Any]
) -> dict[str, Any]:
    """Report the gradients of sum(out * dout); None where nothing arrives."""
    import torch

    made.zero_grad()
    x = torch.from_numpy(inputs["x"].copy()).requires_grad_()
    out = made(x.clone())  # a copy: torch refuses to change x itself in place
    _backward(out, inputs)
    seen = {"out": plain(out), "the gradient of x": _gradient(x, inputs["x"])}
    for name in PARAMETERS:
        gradient = _gradient(named.get(name), inputs[name])
        seen[f"the gradient of {name}"] = gradient
    return seen


def _gradient(tensor: Any, like: np.ndarray) -> Any:
    """Return a gradient as an array: 0 where nothing arrives."""
    gradient = getattr(tensor, "grad", None)
    return np.zeros(like.shape) if gradient is None else plain(gradient)


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
    if out.requires_grad:  # else everything was cut out of the gradient
        (out * torch.from_numpy(inputs["dout"])).sum().backward()


def _trained(
    made: Any, named: Mapping[str, Any], inputs: Mapping[str, Any]
) -> dict[str, Any]:
    """Take three steps of gradient descent; report which parameters have moved."""
    import torch

    before = {name: p.detach().clone() for name, p in named.items()}
    descent = torch.optim.SGD(made.parameters(), lr=0.01)
    for _ in range(3):
        descent.zero_grad()
        _backward(made(torch.from_numpy(inputs["x"].copy())), inputs)
        descent.step()
    moved = [n for n, p in named.items() if not bool((p == before[n]).all())]
    return {LEARNED: ", ".join(sorted(moved)) or "none"}
