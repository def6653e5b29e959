"""Call what learners wrote in exercise 08 and report plain data.

Torch is imported by the probe of the module alone: the other two run without it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

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
            return parameters_of(made)
        named = _named(made, inputs)
        if "dout" in inputs:
            learned = _trained(made, named, inputs)
            fill(made, named, inputs)
            return _gradients(made, named, inputs) | learned
        fill(made, named, inputs)
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
    return made_of(answer, "PreNormBlock", inputs["d"], inputs["hidden"])


def _named(made: Any, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters by the card's names."""
    d, hidden = inputs["d"], inputs["hidden"]
    shapes: Sequence[tuple[int, ...]] = [
        (d,),
        (d,),
        (hidden, d),
        (hidden,),
        (d, hidden),
        (d,),
    ]
    return named_as(made, dict(zip(PARAMETERS, shapes, strict=True)))


def _gradients(
    made: Any, named: Mapping[str, Any], inputs: Mapping[str, Any]
) -> dict[str, Any]:
    """Report the gradients of sum(out * dout); None where nothing arrives."""
    import torch

    made.zero_grad()
    x = torch.from_numpy(inputs["x"].copy()).requires_grad_()
    out = made(x.clone())  # a copy: torch refuses to change x itself in place
    send_back(out, inputs)
    seen = {"out": plain(out), "the gradient of x": _gradient(x, inputs["x"])}
    for name in PARAMETERS:
        gradient = _gradient(named.get(name), inputs[name])
        seen[f"the gradient of {name}"] = gradient
    return seen


def _gradient(tensor: Any, like: np.ndarray) -> Any:
    """Return a gradient as an array: 0 where nothing arrives."""
    gradient = getattr(tensor, "grad", None)
    return np.zeros(like.shape) if gradient is None else plain(gradient)


def _trained(
    made: Any, named: Mapping[str, Any], inputs: Mapping[str, Any]
) -> dict[str, Any]:
    """Take three steps of gradient descent; report which parameters have moved."""
    moved = moved_by_training(made, named, inputs, "x")
    return {LEARNED: ", ".join(moved) or "none"}
