"""Call what learners wrote in exercise 06 and report plain data."""

from collections import namedtuple
from collections.abc import Mapping
from typing import Any

import numpy as np

from coursekit.probes.layouts import laid_out
from coursekit.probes.outcome import Odd
from coursekit.probes.plain import plain
from coursekit.probes.unpack import change, unpack

#: What form is judged by; numbers are judged after `lined_up`.
RETURNED = " as returned"
NODES = ("mu", "xmu", "sq", "var", "std", "inv_std", "x_hat")
STEPS = (*NODES, "gamma")
CACHE = ("x_hat", "inv_std", "gamma")
GRADIENTS = (
    *("dbeta", "dgamma", "dx_hat", "dinv_std", "dstd"),
    *("dvar", "dsq", "dxmu", "dmu", "dx"),
)


def lined_up(value: Any, shape: tuple[int, ...]) -> Any:
    """Return rows of length 1, and rows left out, as ``shape`` has them.

    NumPy lines (1, D) up with (D,), and (D,) with (N, D), so that the numbers of such
    an array can be right: its form is one thing, its numbers are another.
    """
    if not isinstance(value, np.ndarray) or value.shape == shape:
        return value
    if value.shape == (1, *shape):
        return value[0]
    spread = value.shape in (shape[1:], (1, *shape[1:]))
    return np.array(np.broadcast_to(value, shape)) if spread and shape[1:] else value


#: Values of shape (N, D); the others are (D,).
WIDE = {"xmu", "sq", "x_hat", "y", "dx_hat", "dsq", "dxmu", "dx"}


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
    y, parts = _copied(result["y"]), unpack(result["steps"], STEPS, "steps")
    seen = _both({**{name: parts[name] for name in NODES}, "y": y}, inputs["x"].shape)
    seen["steps.gamma"] = _copied(parts["gamma"])
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


def _copied(value: Any) -> Any:
    """Return a plain copy, or the value itself where it is of another kind.

    What is no plain data is named by its type when it is reported, so leave it whole.
    """
    copied = plain(value)
    return value if isinstance(copied, Odd) else copied


def _both(values: Mapping[str, Any], shape: tuple[int, int]) -> dict[str, Any]:
    """Report each value as it was returned and, by its own name, lined up."""
    seen = {}
    for name, value in values.items():
        copied = _copied(value)
        seen[name + RETURNED] = copied
        seen[name] = lined_up(copied, shape if name in WIDE else shape[1:])
    return seen


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
    seen = _both({name: result[name] for name in names}, inputs["dy"].shape)
    seen["dy afterwards"] = plain(dy)
    if inputs.get("twice"):
        again = unpack(answer(inputs["dy"], kept), names, what)
        seen["the change in a second call"] = change(
            seen["dx as returned"], again["dx"]
        )
    return seen | {f"{name} afterwards": getattr(kept, name) for name in kept._fields}
