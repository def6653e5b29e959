"""Make a learner's torch module, fill it with given numbers, send gradients through.

Imported by probes that a worker without torch loads too, so torch is imported inside.
"""

from collections.abc import Mapping
from typing import Any

from coursekit.probes.plain import name_of
from coursekit.probes.unpack import Complaint


def made_of(answer: Any, name: str, *arguments: Any, **options: Any) -> Any:
    """Return ``answer(...)`` in float64, or complain that it is no module.

    Parameters
    ----------
    answer : object
        The learner's class.
    name : str
        What the card calls it.
    *arguments, **options
        What the class is called with.

    Raises
    ------
    Complaint
        If something else than a torch module came.
    """
    import torch

    made = answer(*arguments, **options)
    if not isinstance(made, torch.nn.Module):
        raise Complaint(
            f"{name} gave an object of type {name_of(made)}; it must be a class that "
            f"begins with `class {name}(nn.Module):`."
        )
    return made.double()


def parameters_of(made: Any) -> dict[str, Any]:
    """Report names and shapes as text, in the order of the names, and their number."""
    found = dict(made.named_parameters())
    told = [f"{name} {tuple(found[name].shape)}" for name in sorted(found)]
    return {
        "the parameters": ", ".join(told) or "none",
        "the number of parameters": sum(p.numel() for p in found.values()),
    }


def named_as(made: Any, wanted: Mapping[str, tuple[int, ...]]) -> dict[str, Any]:
    """Return the parameters by the card's names.

    By name where name and shape fit, then by order where a shape fits: who calls a
    layer ``fc1`` is told so once, and is judged for the rest.

    Parameters
    ----------
    made : nn.Module
        The learner's module.
    wanted : mapping of str to shape
        The parameters the card asks for.

    Raises
    ------
    Complaint
        If there are no parameters at all.
    """
    found = dict(made.named_parameters())
    if not found:
        raise Complaint(_no_parameters(made))
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


def fill(made: Any, named: Mapping[str, Any], inputs: Mapping[str, Any]) -> None:
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


def send_back(out: Any, inputs: Mapping[str, Any]) -> None:
    """Send dout back through a module, or complain about the form of its output.

    An output that was cut out of the gradient altogether gets nothing, and no error.
    """
    import torch

    if type(out) is not torch.Tensor:
        raise Complaint(f"The block gave {name_of(out)}; it must give a tensor.")
    if tuple(out.shape) != inputs["dout"].shape:
        raise Complaint(
            f"`out` should have shape {inputs['dout'].shape}; yours is "
            f"{tuple(out.shape)}."
        )
    if out.requires_grad:
        (out * torch.from_numpy(inputs["dout"])).sum().backward()


def moved_by_training(
    made: Any, named: Mapping[str, Any], inputs: Mapping[str, Any], given: str
) -> list[str]:
    """Take three steps of gradient descent; return the names of what has moved.

    Parameters
    ----------
    made : nn.Module
        The learner's module.
    named : mapping of str to Parameter
        From `named_as`.
    inputs : mapping
        With dout and the module's input.
    given : str
        The name of the input.
    """
    import torch

    before = {name: p.detach().clone() for name, p in named.items()}
    for _ in range(3):  # by hand: torch's optimizer takes longer than the block
        made.zero_grad()
        send_back(made(torch.from_numpy(inputs[given].copy())), inputs)
        with torch.no_grad():
            for parameter in made.parameters():
                if parameter.grad is not None:
                    parameter -= 0.01 * parameter.grad
    return sorted(n for n, p in named.items() if not bool((p == before[n]).all()))
