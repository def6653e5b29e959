"""Call what learners wrote in exercise 07 and report plain data."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from coursekit.probes.layouts import laid_out
from coursekit.probes.outcome import Odd
from coursekit.probes.plain import name_of, plain
from coursekit.probes.unpack import Complaint, change, unpack

CACHE = ("x_hat", "inv_std", "gamma")


class Cache(NamedTuple):
    """What a backward pass is given: a tuple whose parts also go by their names."""

    x_hat: np.ndarray
    inv_std: np.ndarray
    gamma: np.ndarray

    def __getitem__(self, key: Any) -> Any:
        return getattr(self, key) if key in CACHE else tuple.__getitem__(self, key)


def forward(answer: Any, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Call ``layer_norm_forward``; report y, the cache and what became of the inputs.

    ``inputs`` holds x, gamma and beta; eps unless the default is to be used; a
    ``layout`` for x (`laid_out`); and ``twice`` to call again with the same numbers.
    """

    def arguments() -> list[Any]:
        x = laid_out(inputs["x"].copy(), inputs.get("layout", ""))
        rest = [inputs["eps"]] if "eps" in inputs else []
        return [x, inputs["gamma"].copy(), inputs["beta"].copy(), *rest]

    given = arguments()
    result = unpack(answer(*given), ("y", "cache"), "layer_norm_forward")
    y, parts = plain(result["y"]), unpack(result["cache"], CACHE, "cache")
    seen = {"y": y, **{f"cache.{name}": plain(parts[name]) for name in CACHE}}
    if inputs.get("twice"):
        again = unpack(answer(*arguments()), ("y", "cache"), "layer_norm_forward")
        seen["the change in a second call"] = change(y, again["y"])
    names = ("x", "gamma", "beta")
    return seen | {f"{n} afterwards": a for n, a in zip(names, given, strict=False)}


def backward(answer: Any, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Call ``layer_norm_backward`` with the cache a right forward pass would leave.

    ``inputs`` holds dy, x_hat, inv_std and gamma; a ``layout`` for dy; and ``twice``
    to call again with the same cache.
    """
    names = ("dx", "dgamma", "dbeta")
    cache = Cache(*(inputs[name].copy() for name in CACHE))
    dy = laid_out(inputs["dy"].copy(), inputs.get("layout", ""))
    result = unpack(answer(dy, cache), names, "layer_norm_backward")
    seen = {name: plain(result[name]) for name in names}
    seen["dy afterwards"] = plain(dy)
    if inputs.get("twice"):
        again = unpack(answer(inputs["dy"], cache), names, "layer_norm_backward")
        seen["the change in a second call"] = change(seen["dx"], again["dx"])
    return seen | {f"{name} afterwards": getattr(cache, name) for name in CACHE}


def axes(answer: Any, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Call ``axes_of``; report the axes in order, counted from 0, as text.

    Any order, negative axes, lists, sets, arrays and a lone int are all understood;
    ``returned`` says what came.

    Raises
    ------
    Complaint
        If that is not a collection of axes of the shape.
    """
    shape = tuple(int(length) for length in inputs["shape"])
    result = answer(inputs["norm"], shape)
    if isinstance(result, np.ndarray):
        result = plain(result)
    items = result.tolist() if isinstance(result, np.ndarray) else result
    if isinstance(items, int | np.integer):
        items = [items]
    if not isinstance(items, tuple | list | set | frozenset):
        raise Complaint(f"axes_of gave {_told(result)}; {WANTED}")
    whole = all(
        isinstance(item, int | np.integer) and not isinstance(item, bool)
        for item in items
    )
    if not whole:
        raise Complaint(f"axes_of gave things that are not whole numbers; {WANTED}")
    counted = sorted(int(item) + len(shape) * (item < 0) for item in items)
    for axis in counted:
        if not 0 <= axis < len(shape):
            raise Complaint(
                f"axes_of names axis {axis}, but a shape with {len(shape)} axes has "
                f"axes 0 to {len(shape) - 1}."
            )
    if len(set(counted)) < len(counted):
        raise Complaint(f"axes_of names an axis twice: {tuple(counted)}.")
    return {"axes": str(tuple(counted)), "returned": name_of(result)}


WANTED = "the card asks for a tuple of axes, such as (0, 1)."


def _told(result: Any) -> str:
    """Name what came back where a tuple was asked for."""
    if result is None:
        return "None, as a function without `return` does"
    if isinstance(result, Odd):
        return "an array that holds no numbers"
    return f"an object of type {name_of(result)}"
