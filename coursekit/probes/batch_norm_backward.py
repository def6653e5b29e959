"""Call what learners wrote in exercise 06 and report plain data."""

from collections import namedtuple
from collections.abc import Mapping
from typing import Any

from coursekit.probes.layouts import laid_out
from coursekit.probes.plain import plain
from coursekit.probes.unpack import change, unpack

NODES = ("mu", "xmu", "sq", "var", "std", "inv_std", "x_hat")
STEPS = (*NODES, "gamma")
CACHE = ("x_hat", "inv_std", "gamma")
GRADIENTS = (
    *("dbeta", "dgamma", "dx_hat", "dinv_std", "dstd"),
    *("dvar", "dsq", "dxmu", "dmu", "dx"),
)


class _ByName:
    """Parts of a tuple that also go by their names, in brackets or behind a dot."""

    __slots__ = ()

    def __getitem__(self, key: Any) -> Any:
        named = isinstance(key, str)
        return getattr(self, key) if named else tuple.__getitem__(self, key)


class Steps(_ByName, namedtuple("Steps", STEPS)):
    """What ``batch_norm_backward_steps`` is given."""

    __slots__ = ()


class Cache(_ByName, namedtuple("Cache", CACHE)):
    """What ``batch_norm_backward`` is given."""

    __slots__ = ()


def forward_steps(answer: Any, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Call ``batch_norm_forward_steps``; report y, every step and the inputs after it.

    ``inputs`` holds x, gamma and beta; eps unless the default is to be used; a
    ``layout`` for x (`laid_out`); and ``twice`` to call again with the same numbers.
    """
    what = "batch_norm_forward_steps"

    def arguments() -> list[Any]:
        x = laid_out(inputs["x"].copy(), inputs.get("layout", ""))
        rest = [inputs["eps"]] if "eps" in inputs else []
        return [x, inputs["gamma"].copy(), inputs["beta"].copy(), *rest]

    given = arguments()
    result = unpack(answer(*given), ("y", "steps"), what)
    y, parts = plain(result["y"]), unpack(result["steps"], STEPS, "steps")
    seen = {name: plain(parts[name]) for name in NODES}
    seen |= {"y": y, "steps.gamma": plain(parts["gamma"])}
    if inputs.get("twice"):
        again = unpack(answer(*arguments()), ("y", "steps"), what)
        seen["the change in a second call"] = change(y, again["y"])
    names = ("x", "gamma", "beta")
    return seen | {f"{n} afterwards": a for n, a in zip(names, given, strict=False)}


def backward_steps(answer: Any, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Call ``batch_norm_backward_steps`` with the steps of a right forward pass.

    ``inputs`` holds dy and every step; a ``layout`` for dy; and ``twice`` to call again
    with the same steps.
    """
    steps = Steps(*(inputs[name].copy() for name in STEPS))
    return _backward(answer, inputs, steps, GRADIENTS, "batch_norm_backward_steps")


def backward(answer: Any, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Call ``batch_norm_backward`` with the cache a right forward pass would leave.

    ``inputs`` holds dy, x_hat, inv_std and gamma; a ``layout`` for dy; and ``twice``
    to call again with the same cache.
    """
    cache = Cache(*(inputs[name].copy() for name in CACHE))
    names = ("dx", "dgamma", "dbeta")
    return _backward(answer, inputs, cache, names, "batch_norm_backward")


def _backward(
    answer: Any,
    inputs: Mapping[str, Any],
    kept: Steps | Cache,
    names: tuple[str, ...],
    what: str,
) -> dict[str, Any]:
    """Call a backward pass; report gradients, and what became of dy and ``kept``."""
    dy = laid_out(inputs["dy"].copy(), inputs.get("layout", ""))
    result = unpack(answer(dy, kept), names, what)
    seen = {name: plain(result[name]) for name in names}
    seen["dy afterwards"] = plain(dy)
    if inputs.get("twice"):
        again = unpack(answer(inputs["dy"], kept), names, what)
        seen["the change in a second call"] = change(seen["dx"], again["dx"])
    return seen | {f"{name} afterwards": getattr(kept, name) for name in kept._fields}
