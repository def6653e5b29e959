"""Let a learner repair the broken net, look at the result and report plain data.

Weights and statistics are set here, so what a case shows does not depend on how the
repair draws its own. Torch is imported when the first net is looked at.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from coursekit.probes.outcome import Odd
from coursekit.probes.plain import name_of, plain
from coursekit.probes.unpack import Complaint, change


class Group(NamedTuple):
    """The linear layers and batch norms of the stem, of a block or of the head."""

    linears: list[Any]
    norms: list[Any]


class Parts(NamedTuple):
    """What a net consists of; a block that stands in two places is here twice."""

    stem: Group
    blocks: list[Group]
    head: Group

    @property
    def groups(self) -> list[Group]:
        """All groups in the order in which data pass them."""
        return [self.stem, *self.blocks, self.head]


def repaired(answer: Any, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Call ``repair`` with a broken net and look at what comes back.

    ``inputs`` holds ``seed``, which draws the broken net, ``numbers``, which draws the
    weights that are set afterwards, and ``look``, the name of one of `LOOKS`.
    """
    import torch

    from coursekit.probes.capstone import broken_net

    with torch.random.fork_rng(devices=[]), torch.enable_grad():
        torch.default_generator.manual_seed(0)
        net = answer(broken_net(inputs["seed"]))
        parts = _parts(net)
        return LOOKS[inputs["look"]](net, parts, inputs)


def _parts(net: Any) -> Parts:
    """Take a net apart, or say what is missing in it."""
    import torch

    if net is None:
        raise Complaint(
            "repair gave None. A function without `return` gives None; end it with "
            "`return net`."
        )
    if not isinstance(net, torch.nn.Module):
        raise Complaint(
            f"repair gave an object of type {name_of(net)}; it must give the net."
        )
    missing = [n for n in ("stem", "blocks", "head") if getattr(net, n, None) is None]
    if missing:
        raise Complaint(
            f"The net that came back has no {' and no '.join(missing)}: keep "
            "`net.stem`, `net.blocks` and `net.head` under their names."
        )
    blocks = list(net.blocks)
    if len(blocks) != 24:
        raise Complaint(f"The net should have 24 blocks; yours has {len(blocks)}.")
    parts = Parts(_group(net.stem), [_group(block) for block in blocks], _group(net))
    head = Group([net.head] if _is_linear(net.head) else _group(net.head).linears, [])
    parts = parts._replace(head=head)
    counts = [(len(group.linears), len(group.norms)) for group in parts.groups]
    for name, wanted, found in zip(
        ["stem", *(f"block {i}" for i in range(24)), "head"],
        [(1, 1), *[(2, 2)] * 24, (1, 0)],
        counts,
        strict=True,
    ):
        if found != wanted:
            raise Complaint(
                f"The {name} should hold {_told(*wanted)}; yours holds "
                f"{_told(*found)}. (A batch norm keeps running statistics.)"
            )
    return parts


def _told(linears: int, norms: int) -> str:
    """Write two counts in words."""
    first = f"{linears} linear layer{'s' * (linears != 1)}"
    return f"{first} and {norms or 'no'} batch norm{'s' * (norms != 1)}"


def _is_linear(module: Any) -> bool:
    import torch

    return isinstance(module, torch.nn.Linear)


def _group(module: Any) -> Group:
    """Return the layers inside a module, in the order in which they were made."""
    inside = list(module.modules())
    return Group(
        [part for part in inside if _is_linear(part)],
        [part for part in inside if hasattr(part, "running_mean")],
    )


def _fill(parts: Parts, inputs: Mapping[str, Any], *, alike: bool) -> None:
    """Set every number of a net; with ``alike`` all blocks get the same.

    Where all blocks are alike, nothing shows whether they are one object or 24. The
    running variances are large, so that 24 equal blocks do not blow up a batch.
    """
    import torch

    generator = torch.Generator().manual_seed(inputs["numbers"])
    with torch.no_grad():
        for group in parts.groups:
            if alike and group in parts.blocks:
                generator.manual_seed(inputs["numbers"] + 1)
            for linear in group.linears:
                _draw_linear(linear, generator, bias=0.1)
            for norm in group.norms:
                _draw(norm.weight, generator, lambda z: 1 + 0.1 * z.clamp(-3, 3))
                _draw(norm.bias, generator, lambda z: 0.1 * z)
                _draw(norm.running_mean, generator, lambda z: 0.5 * z)
                _draw(norm.running_var, generator, lambda z: 25 * (1 + z.abs()))


def _draw_linear(linear: Any, generator: Any, *, bias: float) -> None:
    """Draw He's weights and a bias; the draw is the same where there is no bias."""
    gain = (2 / linear.in_features) ** 0.5
    _draw(linear.weight, generator, lambda z: gain * z)
    like = linear.weight[:, 0].clone() if linear.bias is None else linear.bias
    _draw(like, generator, lambda z: bias * z)


def _draw(tensor: Any, generator: Any, shape: Any) -> None:
    """Overwrite a tensor with drawn numbers, if it is there."""
    import torch

    if tensor is not None:
        drawn = torch.randn(tensor.shape, generator=generator, dtype=torch.float64)
        tensor.copy_(shape(drawn))


def _through(blocks: Any, a: Any) -> Any:
    for block in blocks:
        a = block(a)
    return a


def _sent_back(out: Any, dout: np.ndarray, *inputs: Any) -> list[Any]:
    """Return the gradients of sum(out * dout): 0 where nothing arrives."""
    import torch

    if type(out) is not torch.Tensor or tuple(out.shape) != dout.shape:
        got = tuple(out.shape) if isinstance(out, torch.Tensor) else name_of(out)
        raise Complaint(f"The output should have shape {dout.shape}; yours is {got}.")
    found = torch.autograd.grad(
        (out * torch.from_numpy(dout)).sum(), inputs, allow_unused=True
    )
    return [
        torch.zeros_like(given) if gradient is None else gradient
        for given, gradient in zip(inputs, found, strict=True)
    ]


def _counted(net: Any) -> dict[str, Any]:
    """Count what training moves, and the blocks that share nothing with another."""
    owners: dict[int, set[int]] = {}
    for at, block in enumerate(net.blocks):
        for parameter in block.parameters():
            owners.setdefault(id(parameter), set()).add(at)
    sharing = {at for blocks in owners.values() if len(blocks) > 1 for at in blocks}
    moved = [p.numel() for p in net.parameters() if p.requires_grad]
    return {
        "the number of parameters": sum(moved),
        "the blocks that share nothing with another": 24 - len(sharing),
    }


def _look_at_training_mode(net: Any, parts: Parts, inputs: Mapping) -> dict[str, Any]:
    """Count; then send a batch there and back, every block with its own weights."""
    import torch

    seen = _counted(net)
    net.double().train()
    _fill(parts, inputs, alike=False)
    out = net(torch.from_numpy(inputs["x"].copy()))
    linears = [linear for group in parts.groups for linear in group.linears]
    weights = [linear.weight for linear in linears]
    biases = [linear.bias for linear in linears[:-1]]  # the head has no norm behind it
    there = [bias for bias in biases if bias is not None and bias.requires_grad]
    found = _sent_back(out, inputs["dout"], *weights, *there)
    sizes = [float(gradient.abs().max()) for gradient in found]
    largest = dict(zip(map(id, there), sizes[len(weights) :], strict=True))
    told = np.array([largest.get(id(bias), 0.0) for bias in biases]).round(9)
    return seen | {
        "the logits": plain(out),
        "the linear layers that a gradient reaches": sum(
            size > 0 for size in sizes[: len(weights)]
        ),
        "the gradient of the stem's bias": float(told[0]),
        "the gradients of the blocks' biases": told[1:].reshape(24, 2),
    }


def _look_at_evaluation(net: Any, parts: Parts, inputs: Mapping) -> dict[str, Any]:
    """Evaluate stem and blocks apart, in a batch and in a part of it."""
    import torch

    net.double().train()
    _fill(parts, inputs, alike=True)
    net.eval()
    x, a = (torch.from_numpy(inputs[name].copy()) for name in ("x", "a"))
    few = int(inputs["few"])
    with torch.no_grad():
        out = _through(net.blocks, a.clone())
        company = change(_through(net.blocks, a[:few].clone()), out[:few])
        stem = plain(net.stem(x))
    return {
        "what the stem gives": stem,
        "what the blocks give": plain(out),
        "what other samples change": _largest(company),
    }


def _look_at_skip(net: Any, parts: Parts, inputs: Mapping) -> dict[str, Any]:
    """Let every branch give a constant, so that the skip alone carries a gradient."""
    import torch

    net.double().train()
    _fill(parts, inputs, alike=True)
    with torch.no_grad():
        for group in parts.blocks:
            group.norms[-1].weight.zero_()
            group.norms[-1].bias.copy_(torch.from_numpy(inputs["branch"]))
    a = torch.from_numpy(inputs["a"].copy()).requires_grad_()
    out = _through(net.blocks, a.clone())
    (gradient,) = _sent_back(out, inputs["dout"], a)
    closed = inputs["a"] + inputs["branch"] <= 0
    past = np.abs(plain(gradient))[closed]
    return {
        "what the blocks give": plain(out),
        "the gradient at the first block": plain(gradient),
        "the gradient past a closed ReLU": float(past.max(initial=0.0)),
    }


def _look_at_learning(net: Any, parts: Parts, inputs: Mapping) -> dict[str, Any]:
    """Train from He's weights; evaluate on digits that come sorted by class.

    The head begins at a tenth of He's: small first logits save half the steps.
    """
    import torch
    from torch import nn

    generator = torch.Generator().manual_seed(inputs["numbers"])
    net.float().train()
    with torch.no_grad():
        for group in parts.groups:
            for linear in group.linears:
                _draw_linear(linear, generator, bias=0.0)
        parts.head.linears[0].weight *= 0.1
    x, y = torch.from_numpy(inputs["x"]), torch.from_numpy(inputs["y"])
    descent = torch.optim.SGD(net.parameters(), inputs["rate"], 0.9, foreach=True)
    for batch in _batches(len(x), inputs, generator):
        descent.zero_grad()
        nn.functional.cross_entropy(net(x[batch]), y[batch]).backward()
        descent.step()
    net.eval()
    with torch.no_grad():
        test = torch.from_numpy(inputs["x_test"]).split(50)
        guesses = torch.cat([net(part).argmax(1) for part in test])
    right = guesses == torch.from_numpy(inputs["y_test"])
    accuracy, asked = float(right.double().mean()), inputs["asked"]
    enough, told = f"at least {asked:.0%}", f"{accuracy:.1%}"
    return {"the accuracy on the test digits": enough if accuracy >= asked else told}


def _batches(samples: int, inputs: Mapping, generator: Any) -> Sequence[Any]:
    """Draw the batches; what does not fill one at the end of a pass is left out."""
    import torch

    size, steps = inputs["batch"], inputs["steps"]
    drawn: list[Any] = []
    while len(drawn) < steps:
        order = torch.randperm(samples, generator=generator)
        drawn += [part for part in order.split(size) if len(part) == size]
    return drawn[:steps]


def _largest(array: Any) -> Any:
    found = plain(array)
    return found if isinstance(found, Odd) else float(np.abs(found).max())


LOOKS = {
    "training mode": _look_at_training_mode,
    "evaluation mode": _look_at_evaluation,
    "skip": _look_at_skip,
    "learning": _look_at_learning,
}
