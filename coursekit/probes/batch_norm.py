"""Call what learners wrote in exercise 05 and report plain data.

Torch is imported by the probe of the module alone: the other two run without it.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from coursekit.probes.layouts import laid_out
from coursekit.probes.outcome import Odd
from coursekit.probes.plain import name_of, plain
from coursekit.probes.unpack import Complaint, change, unpack

RUNNING = ("mean", "var")
BATCHES = ("batch 1", "batch 2", "batch 3")
OPTIONS = ("momentum", "eps")
AGAIN = "the change in a second call"
#: What one sample in training leads to; only one case tries it.
ALONE = "what one sample leads to"


class Running(NamedTuple):
    """The running statistics: a tuple whose parts also go by their names."""

    mean: np.ndarray
    var: np.ndarray

    def __getitem__(self, key: Any) -> Any:
        return getattr(self, key) if key in RUNNING else tuple.__getitem__(self, key)


def forward(answer: Any, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Call ``batch_norm_forward``; report y, the statistics and what became of inputs.

    ``inputs`` holds x, gamma, beta, mean and var; ``training``; momentum and eps unless
    the defaults are to be used; batches to train on before, each with the statistics
    that the answer itself returned; a ``layout`` for x (`laid_out`); ``twice`` to call
    again with the same numbers; and ``alone`` to try one sample in training at the end.
    """
    state = given = Running(inputs["mean"].copy(), inputs["var"].copy())
    for name in BATCHES:
        if name in inputs:
            _, state = _normalized(answer, inputs, inputs[name].copy(), state, True)
    x = laid_out(inputs["x"].copy(), inputs.get("layout", ""))
    own = {name: inputs[name].copy() for name in ("gamma", "beta")}
    y, state = _normalized(answer, {**inputs, **own}, x, state, inputs["training"])
    parts = _pair(state)
    seen = {"y" if inputs["training"] else "y in evaluation": y}
    for name in RUNNING:
        seen[f"running.{name}"] = _array(parts[name], f"running.{name}")
        seen[f"running.{name} afterwards"] = plain(getattr(given, name))
    if inputs.get("twice"):
        fresh = Running(inputs["mean"].copy(), inputs["var"].copy())
        again = _normalized(
            answer, inputs, inputs["x"].copy(), fresh, inputs["training"]
        )
        seen[AGAIN] = change(y, again[0])
    seen[ALONE] = _alone(answer, inputs) if inputs.get("alone") else "not tried"
    return seen | {"x afterwards": x} | {f"{n} afterwards": a for n, a in own.items()}


def _normalized(
    answer: Any, inputs: Mapping[str, Any], x: Any, running: Any, training: bool
) -> tuple[Any, Any]:
    """Make one call; return y as plain data and the statistics just as they came."""
    options = {name: inputs[name] for name in OPTIONS if name in inputs}
    result = answer(
        x, inputs["gamma"], inputs["beta"], running, training=training, **options
    )
    if type(result) in (tuple, list) and len(result) == 3:
        result = result[:2]  # with a cache: the card says that it may come along
    parts = unpack(result, ("y", "running"), "batch_norm_forward")
    return _array(parts["y"], "y"), parts["running"]


def _pair(state: Any) -> dict[str, Any]:
    """Take the running statistics apart."""
    if state is None:
        raise Complaint(
            "`running` came back as None: return the pair (mean, var), in both modes."
        )
    return unpack(state, RUNNING, "running")


def _alone(answer: Any, inputs: Mapping[str, Any]) -> str:
    """Say what one sample in training leads to."""
    running = Running(inputs["mean"].copy(), inputs["var"].copy())
    try:
        y, state = _normalized(answer, inputs, inputs["x"][:1].copy(), running, True)
    except NotImplementedError:
        raise
    except Exception as error:
        return f"a {type(error).__name__[:80]}"
    found = [y, *_pair(state).values()]
    lost = any(not np.isfinite(np.asarray(plain(part), float)).all() for part in found)
    return "NaN or infinity and no error" if lost else "numbers and no error"


def fold(answer: Any, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Call ``fold_batch_norm``; report the new layer and what became of the inputs.

    ``inputs`` holds W, gamma, beta, mean and var; b, or None is passed; eps unless the
    default is to be used; a ``layout`` for W; ``twice`` to call again; and ``special``
    to report the layer under names of its own, so that a known mistake is recognised
    although something else goes wrong in a special case.
    """

    def arguments() -> dict[str, Any]:
        own = {n: inputs[n].copy() for n in ("W", "b", "gamma", "beta") if n in inputs}
        own["W"] = laid_out(own["W"], inputs.get("layout", ""))
        return own | {name: inputs[name].copy() for name in RUNNING}

    def call(own: Mapping[str, Any]) -> dict[str, Any]:
        running = Running(own["mean"], own["var"])
        rest = [inputs["eps"]] if "eps" in inputs else []
        result = answer(
            own["W"], own.get("b"), own["gamma"], own["beta"], running, *rest
        )
        parts = unpack(result, ("W", "b"), "fold_batch_norm")
        return {name: _array(part, name) for name, part in parts.items()}

    given = arguments()
    seen = call(given)
    if inputs.get("special"):
        seen = {f"the new {name}": part for name, part in seen.items()}
    if inputs.get("twice"):
        seen[AGAIN] = change(seen["b"], call(arguments())["b"])
    return seen | {f"{name} afterwards": array for name, array in given.items()}


def _array(value: Any, name: str) -> Any:
    """Return an array or a number as plain data.

    Raises
    ------
    Complaint
        If it is something else.
    """
    found = plain(value)
    if isinstance(found, Odd | str):
        kind = name_of(value)
        raise Complaint(
            f"`{name}` should be an array; yours is "
            f"{kind if value is None else f'an object of type {kind}'}."
        )
    return found


def module(answer: Any, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Make a ``BatchNorm1d`` and report what a case looks at.

    ``inputs`` holds x, weight, bias, mean and var, which the layer is given; momentum
    and eps unless the defaults are to be used; and

    - ``new``: report the layer as it was made, before it is given anything;
    - dy: report the gradients of sum(y * dy) in training;
    - ``no_grad``: train under ``torch.no_grad()``; ``evaluate``: do not train;
    - ``state``: train on the batches there are, evaluate x, and let torch's own layer
      do so with the answer's ``state_dict``; with ``twin`` another layer is trained in
      between.
    """
    import torch

    with torch.random.fork_rng(devices=[]), torch.enable_grad():
        torch.default_generator.manual_seed(0)  # the CPU alone: 3 ms less
        layer = _made(answer, inputs)
        if inputs.get("new"):
            return _as_made(layer)
        _fill(layer.double(), inputs)
        layer.train(not inputs.get("evaluate"))
        if inputs.get("state"):
            return _trained(answer, layer, inputs)
        with torch.set_grad_enabled(not inputs.get("no_grad")):
            return _one_step(layer, inputs)


def _made(answer: Any, inputs: Mapping[str, Any]) -> Any:
    """Make a layer, or say what came instead."""
    import torch

    options = {name: inputs[name] for name in OPTIONS if name in inputs}
    layer = answer(len(inputs["weight"]), **options)
    if not isinstance(layer, torch.nn.Module):
        raise Complaint(
            f"BatchNorm1d gave an object of type {name_of(layer)}; it must be a class "
            "that begins with `class BatchNorm1d(nn.Module):`."
        )
    # of a class made in a notebook the bases cannot be seen in the source
    if any(
        isinstance(part, torch.nn.modules.batchnorm._NormBase)
        for part in layer.modules()
    ):
        raise Complaint(
            "The layer is, or holds, one of torch's own batch norms: write yours from "
            "means and arithmetic, on `nn.Module` alone."
        )
    return layer


NAMES = ("weight", "bias", "running_mean", "running_var")


def _as_made(layer: Any) -> dict[str, Any]:
    """Report names and shapes as text, and the numbers a new layer starts with."""
    start = []
    for name in NAMES:
        tensor = _tensor(layer, name)
        values = [] if tensor is None else sorted(set(tensor.flatten().tolist()))
        told = f"{values[0]:g}" if len(values) == 1 else "several numbers"
        start.append(f"{name} {told if values else 'missing'}")
    return {
        "the parameters": _told(layer.named_parameters()),
        "the running statistics": ", ".join(_place(layer, n) for n in NAMES[2:]),
        "the start": ", ".join(start),
    }


def _place(layer: Any, name: str) -> str:
    """Say where a layer keeps what it remembers."""
    import torch

    tensor = getattr(layer, name, None)
    places = {"buffer": layer.named_buffers(), "parameter": layer.named_parameters()}
    kinds = [kind for kind, named in places.items() if name in dict(named)]
    if kinds and isinstance(tensor, torch.Tensor):
        return f"{name} {tuple(tensor.shape)} {kinds[0]}"
    return f"{name} {'missing' if tensor is None else 'a plain attribute'}"


def _told(named: Any) -> str:
    """Return names and shapes in one line."""
    found = {name: tuple(tensor.shape) for name, tensor in named}
    return ", ".join(f"{name} {found[name]}" for name in sorted(found)) or "none"


def _tensor(layer: Any, name: str) -> Any:
    """Return what the card calls ``name``: by its name, or the parameter in its place.

    Who calls the weight ``gamma`` is told so once, and is judged for the rest.
    """
    import torch

    found = getattr(layer, name, None)
    if isinstance(found, torch.Tensor):
        return found
    extra = [p for own, p in layer.named_parameters() if own not in NAMES]
    place = NAMES[:2].index(name) if name in NAMES[:2] else len(extra)
    return extra[place] if place < len(extra) else None


def _fill(layer: Any, inputs: Mapping[str, Any]) -> None:
    """Give a layer its numbers, whether or not they are registered."""
    import torch

    sources = dict(zip(NAMES, ("weight", "bias", *RUNNING), strict=True))
    for name, source in sources.items():
        tensor, numbers = _tensor(layer, name), torch.from_numpy(inputs[source].copy())
        if tensor is None:
            if name in vars(layer):  # a 0 or an array at the start, and later a tensor
                setattr(layer, name, numbers)
            continue
        if tensor.numel() != numbers.numel():
            raise Complaint(
                f"`{name}` should have shape {tuple(numbers.shape)}; yours is "
                f"{tuple(tensor.shape)}."
            )
        numbers = numbers.reshape(tensor.shape)
        if name in vars(layer):  # an attribute that torch does not know
            setattr(layer, name, numbers.requires_grad_(tensor.requires_grad))
        else:
            tensor.data.copy_(numbers)


def _statistics(layer: Any, after: str = "") -> dict[str, Any]:
    """Report the running statistics."""
    found = {name: _tensor(layer, name) for name in NAMES[2:]}
    for name, tensor in found.items():
        if tensor is None:
            raise Complaint(f"The layer has no tensor called `{name}`.")
    return {f"{name}{after}": plain(t.detach()) for name, t in found.items()}


def _called(layer: Any, x: Any) -> Any:
    """Call a layer and make sure that a tensor comes back."""
    import torch

    y = layer(x)
    if type(y) is not torch.Tensor:
        raise Complaint(f"The layer gave {name_of(y)}; it must give a tensor.")
    return y


def _one_step(layer: Any, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Make one call; report y, the statistics and the gradients asked."""
    import torch

    x = torch.from_numpy(laid_out(inputs["x"].copy(), inputs.get("layout", "")))
    leaf = x if "dy" not in inputs else x.clone().requires_grad_()
    # a copy of the leaf: torch would refuse to change the leaf itself in place
    y = _called(layer, leaf.clone() if "dy" in inputs else x)
    seen = {"y": plain(y), "x afterwards": plain(x), **_statistics(layer)}
    if "dy" not in inputs:
        return seen
    if tuple(y.shape) != inputs["dy"].shape:
        raise Complaint(
            f"`y` should have shape {inputs['dy'].shape}; yours is {tuple(y.shape)}."
        )
    if not y.requires_grad:
        raise Complaint(
            "In training, y is cut off from the graph: no gradient can reach x, the "
            "weight or the bias."
        )
    (y * torch.from_numpy(inputs["dy"])).sum().backward()
    wanted = {"x": leaf, "weight": _tensor(layer, "weight")}
    wanted["bias"] = _tensor(layer, "bias")
    for name, tensor in wanted.items():
        gradient = getattr(tensor, "grad", None)
        like = leaf if tensor is None else tensor
        arrived = torch.zeros_like(like) if gradient is None else gradient
        seen[f"the gradient of {name}"] = plain(arrived)
    return seen


def _trained(answer: Any, layer: Any, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Train on the batches, evaluate, and hand the state over to torch's layer."""
    import torch

    seen = {}
    for name in BATCHES:
        if name in inputs:
            # as it comes from a layer before: with a graph, and no leaf of it
            batch = torch.from_numpy(inputs[name].copy()).requires_grad_().clone()
            _called(layer, batch)
            seen[f"{name} afterwards"] = plain(batch)
    if inputs.get("twin"):
        twin = _made(answer, inputs)
        _fill(twin.double(), inputs)
        twin.train()
        _called(twin, torch.from_numpy(inputs["batch 1"] + 100))
    seen |= _statistics(layer)
    kept = [t for n in NAMES[2:] if (t := _tensor(layer, n)) is not None]
    graph = any(tensor.grad_fn is not None for tensor in kept)
    seen["what the running statistics keep"] = "a graph" if graph else "numbers alone"
    layer.eval()
    seen["y in evaluation"] = plain(
        _called(layer, torch.from_numpy(inputs["x"].copy()))
    )
    seen |= _statistics(layer, " after evaluation")
    # numbers by name; what is missing or has another shape stays as torch made it
    theirs = torch.nn.BatchNorm1d(len(inputs["weight"]), eps=inputs["eps"]).double()
    known = theirs.state_dict()
    for name, tensor in layer.state_dict().items():
        if name in known and known[name].shape == tensor.shape:
            known[name].copy_(tensor.detach())
    y = theirs.eval()(torch.from_numpy(inputs["x"].copy()))
    return seen | {"torch's y with your state_dict": plain(y)}
