"""Call what learners wrote in exercise 04 and report plain data.

Torch is imported by the probes of the nets alone: `variance_after` runs without it.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from coursekit.probes.plain import name_of, plain
from coursekit.probes.unpack import Complaint, change

#: The parameters of a block, in both tasks with nets.
PARAMETERS = (
    "alpha",
    "linear1.bias",
    "linear1.weight",
    "linear2.bias",
    "linear2.weight",
)
VARIANCE = "the variance"
OUT = "the output"
CHANGED = "what your function changed"
REPLACED = "what your function replaced by a new object"
FROZEN = "what is not trained any more"
RANDOM = "the state of the global random numbers (torch's and NumPy's)"
FIRST = "what gets a gradient in the first backward pass"
SECOND = "what gets a gradient after one step"
#: In place of names where there are none.
NOTHING = "nothing"
AGAIN = "the change in a second call"


def variances(answer: Any, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Call ``variance_after`` for every number of blocks in ``depths``.

    One number of blocks gives one number. Several are 1, 2, 3, ...: the input's
    variance of 1 is put before them, so that entry [3] belongs to 3 blocks.
    """
    kind, depths = inputs["kind"], inputs["depths"].tolist()
    found = [_number(answer(depth, kind), depth, kind) for depth in depths]
    several = np.array([1.0, *found])
    return {VARIANCE: found[0] if len(found) == 1 else several}


def _number(result: Any, depth: int, kind: str) -> float:
    """Return one number as a float, whatever kind of number it is.

    Raises
    ------
    Complaint
        If it is none.
    """
    value = float(result) if type(result) is int else plain(result)
    if isinstance(value, np.ndarray) and value.ndim == 0 and value.dtype.kind in "iuf":
        value = float(value)
    if type(value) in (int, float):
        return float(value)
    call = f'variance_after({depth}, "{kind}")'
    if result is None:
        raise Complaint(
            f"{call} gave None. A function gives None where it reaches no `return`: "
            "does one of them belong to this kind?"
        )
    told = f"an object of type {name_of(result)}"
    if isinstance(value, np.ndarray):
        told = f"an array of shape {value.shape}"
    raise Complaint(f"{call} gave {told}; the card asks for one number.")


def initialized(answer: Any, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Build the small net, call ``init_residual`` and report what became of the net.

    ``inputs`` holds the scheme, the weights and biases of all blocks, with the blocks
    along the first axis, and a and dout of shape (N, d). What the answer returns is
    not looked at.
    """
    import torch

    numpy_before = np.random.get_state()  # noqa: NPY002 (learners may use it)
    with torch.random.fork_rng(devices=[]), torch.enable_grad():
        torch.default_generator.manual_seed(0)
        net = _built(inputs)
        own = dict(net.named_parameters())
        before = {name: p.detach().clone() for name, p in own.items()}
        state = torch.get_rng_state()
        answer(net, inputs["scheme"])
        moved = not torch.equal(state, torch.get_rng_state())
        if _moved(numpy_before, np.random.get_state()):  # noqa: NPY002
            np.random.set_state(numpy_before)  # noqa: NPY002
            moved = True
        found, L = _found(net, before), len(net.blocks)
        seen = {
            "alpha": torch.stack([found[f"blocks.{n}.alpha"] for n in _blocks(inputs)]),
            CHANGED: _names(_changes(found, before), L),
            REPLACED: _names((n for n in own if found[n] is not own[n]), L),
            FROZEN: _names((n for n in own if not found[n].requires_grad), L),
            RANDOM: "changed" if moved else "untouched",
        }
        with torch.enable_grad():
            return seen | _passed(net, found, inputs)


def _blocks(inputs: Mapping[str, Any]) -> range:
    return range(len(inputs["linear1.weight"]))


def _built(inputs: Mapping[str, Any]) -> Any:
    """Return the net with the weights and biases of the case; every alpha is 1."""
    import torch

    from coursekit.probes.residual_net import ResidualNet

    net = ResidualNet(inputs["a"].shape[1], len(_blocks(inputs)))
    with torch.no_grad():
        for name, parameter in net.named_parameters():
            _, number, rest = name.split(".", 2)
            if rest in inputs:
                parameter.copy_(torch.from_numpy(inputs[rest][int(number)]))
    return net


def _moved(before: tuple, after: tuple) -> bool:
    """Whether NumPy's global random state is another one."""
    return any(not np.array_equal(a, b) for a, b in zip(before, after, strict=True))


def _found(net: Any, before: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters after the call.

    Raises
    ------
    Complaint
        If one is gone or has another shape.
    """
    found = dict(net.named_parameters())
    for name, old in before.items():
        if name not in found:
            raise Complaint(
                f"After the call the net has no parameter `{name}` any more. Change "
                "the parameter's numbers, and leave the parameter itself in place."
            )
        shape = tuple(found[name].shape)
        if shape != tuple(old.shape):
            raise Complaint(
                f"After the call `{name}` has shape {shape}; it had {tuple(old.shape)}."
                " Change the parameter's numbers and keep its shape."
            )
    return found


def _same(one: Any, other: Any) -> bool:
    return bool((one.detach() == other).all())


def _changes(found: Mapping[str, Any], before: Mapping[str, Any]) -> Iterable[str]:
    """Yield the parameters with other numbers than before, and whether they are 0."""
    for name, parameter in found.items():
        if name in before and not _same(parameter, before[name]):
            yield name if bool((parameter != 0).any()) else f"{name} to 0"


def _names(names: Iterable[str], blocks: int = 1) -> str:
    """Return parameters by their names inside a block, once each, in one text.

    Where not all of the net's ``blocks`` have one, the text says how many have.
    """
    counts = Counter(re.sub(r"^blocks\.\d+\.", "", name) for name in names)
    told = [
        f"{name} ({count} of {blocks} blocks)" if count < blocks else name
        for name, count in sorted(counts.items())
    ]
    return ", ".join(told) or NOTHING


def _passed(net: Any, found: Mapping[str, Any], inputs: Mapping[str, Any]) -> dict:
    """Send a forward and dout backward; report the output and who gets a gradient.

    Every parameter is asked, also one that was frozen: that is reported by itself.
    """
    import torch

    for parameter in found.values():
        parameter.requires_grad_(True).grad = None
    out = net(torch.from_numpy(inputs["a"].copy()))
    out.backward(torch.from_numpy(inputs["dout"]).to(out.dtype))
    return {OUT: out, FIRST: _with_gradient(found, len(net.blocks))}


def _with_gradient(parameters: Mapping[str, Any], blocks: int = 1) -> str:
    """Return the names of the parameters whose gradient is not all 0."""
    reached = (
        name
        for name, p in parameters.items()
        if p.grad is not None and bool((p.grad != 0).any())
    )
    return _names(reached, blocks)


def block(answer: Any, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Make a ``ReZeroBlock`` and report what a case looks at.

    ``inputs`` holds d, a and dout, both of shape (N, d), and

    - nothing more: the block as it was made, its first backward pass, and the one
      after a step of gradient descent;
    - the parameters' numbers: the output and the gradients with these, what became of
      a, and a second call after another block was made and filled.
    """
    import torch

    with torch.random.fork_rng(devices=[]), torch.enable_grad():
        torch.default_generator.manual_seed(0)
        made = _made(answer, inputs["d"])
        parameters = _parameters(made)
        if "alpha" not in inputs:
            return _at_the_start(made, parameters, inputs)
        with torch.no_grad():
            for name, p in parameters.items():
                p.copy_(torch.from_numpy(np.asarray(inputs[name])).reshape(p.shape))
        return _with_numbers(answer, made, parameters, inputs)


def _made(answer: Any, d: int) -> Any:
    """Make a block in float64, or say what came instead."""
    import torch

    made = answer(d)
    if not isinstance(made, torch.nn.Module):
        raise Complaint(
            f"ReZeroBlock gave an object of type {name_of(made)}; it must be a class "
            "that begins with `class ReZeroBlock(nn.Module):`."
        )
    return made.double()


def _parameters(made: Any) -> dict[str, Any]:
    """Return the block's parameters by the card's names.

    Raises
    ------
    Complaint
        If one is missing, or alpha is more than one number.
    """
    found = dict(made.named_parameters())
    for name in PARAMETERS:
        if name not in found:
            way = (
                "`nn.Parameter(...)` makes one; a plain number or tensor, or a buffer, "
                "is not trained."
            )
            if name != "alpha":
                way = f"`self.{name[:7]} = nn.Linear(d, d)` makes it."
            raise Complaint(f"The block has no parameter `{name}`. {way}")
    if found["alpha"].numel() != 1:
        raise Complaint(
            f"`alpha` has shape {tuple(found['alpha'].shape)}; ReZero has one number "
            "for the whole branch: `nn.Parameter(torch.zeros(()))`."
        )
    return {name: found[name] for name in PARAMETERS}


def _backward(made: Any, inputs: Mapping[str, Any]) -> tuple[Any, Any, Any]:
    """Return out, the gradient of a and a after a forward and a backward pass."""
    import torch

    made.zero_grad()
    leaf = torch.from_numpy(inputs["a"].copy()).requires_grad_()
    a = leaf.clone()  # torch refuses to change the leaf itself in place
    out = made(a)
    if type(out) is not torch.Tensor:
        raise Complaint(f"The block gave {name_of(out)}; it must give a tensor.")
    if tuple(out.shape) != inputs["dout"].shape:
        raise Complaint(
            f"The output should have the shape of a, {inputs['dout'].shape}; yours has "
            f"{tuple(out.shape)}."
        )
    if not out.requires_grad:
        raise Complaint(
            "No gradient can flow back from the output: it was made under "
            "`torch.no_grad()`, or went through `detach` or NumPy."
        )
    seen = plain(out)
    out.backward(torch.from_numpy(inputs["dout"]))
    return seen, leaf.grad, plain(a)


def _at_the_start(
    made: Any, parameters: Mapping[str, Any], inputs: Mapping[str, Any]
) -> dict[str, Any]:
    """Report the new block, then take a step and see who gets a gradient."""
    import torch

    alpha = plain(parameters["alpha"].reshape(()))
    out, _, _ = _backward(made, inputs)
    first = _with_gradient(parameters)
    torch.optim.SGD(made.parameters(), lr=0.1).step()
    _backward(made, inputs)
    second = _with_gradient(parameters)
    return {OUT: out, "alpha": alpha, FIRST: first, SECOND: second}


def _with_numbers(
    answer: Any, made: Any, parameters: Mapping[str, Any], inputs: Mapping[str, Any]
) -> dict[str, Any]:
    """Report output, gradients, a afterwards, and a call beside another block."""
    import torch

    out, gradient, a = _backward(made, inputs)
    seen = {OUT: out, "a afterwards": a, "the gradient of a": gradient}
    for name, parameter in parameters.items():
        own = parameter.grad
        if own is None:
            own = torch.zeros_like(parameter)
        shape = () if name == "alpha" else own.shape
        seen[f"the gradient of {name}"] = plain(own.reshape(shape))
    with torch.no_grad():
        for parameter in _made(answer, inputs["d"]).parameters():
            parameter.fill_(0.1)
        again = made(torch.from_numpy(inputs["a"].copy()))
    return seen | {AGAIN: change(out, again)}
