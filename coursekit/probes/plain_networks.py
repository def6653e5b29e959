"""Call what learners wrote in exercise 01 and report plain data."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from coursekit.probes.outcome import Odd
from coursekit.probes.plain import name_of, plain
from coursekit.probes.unpack import Complaint, change, unpack

AGAIN = "the change in a second call"
ACTIVITY = "the mean activation of each layer"


def several(inputs: Mapping[str, Any], letter: str) -> list[np.ndarray]:
    """Return copies of the arrays W0, W1, ... (or b0, b1, ...) as a list."""
    return [inputs[f"{letter}{at}"].copy() for at in range(inputs["layers"])]


def forward_backward(answer: Any, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Call ``plain_forward_backward``; report out, dWs, lengths and the arguments.

    ``inputs`` holds x, W0, W1, ..., their number ``layers``, act and dout, and
    ``twice`` to call again with the same arrays. Of more than three layers the
    gradients of the first alone are reported.
    """
    names = ("out", "dWs", "lengths")

    def arguments() -> list[Any]:
        Ws = several(inputs, "W")
        return [inputs["x"].copy(), Ws, inputs["act"], inputs["dout"].copy()]

    x, Ws, act, dout = arguments()
    result = unpack(answer(x, Ws, act, dout), names, "plain_forward_backward")
    dWs = one_each(result["dWs"], "dWs", inputs["layers"], "matrix in Ws")
    seen = {"out": plain(result["out"]), "lengths": row(result["lengths"])}
    told = range(inputs["layers"] if inputs["layers"] <= 3 else 1)
    seen |= {f"dWs[{at}]": plain(dWs[at]) for at in told}
    if inputs.get("twice"):
        again = unpack(answer(*arguments()), names, "plain_forward_backward")
        seen[AGAIN] = largest_change(everything(result), everything(again))
    afterwards = {"x": x, "dout": dout, "Ws": end_to_end(Ws)}
    return seen | {f"{name} afterwards": plain(v) for name, v in afterwards.items()}


def one_each(given: Any, name: str, count: int, each: str) -> list[Any]:
    """Return a list of ``count`` things, whatever sequence they came in.

    Raises
    ------
    Complaint
        If ``given`` is no sequence, or one of another length.
    """
    if isinstance(given, list | tuple):
        kind = list if isinstance(given, list) else tuple
        parts = list(kind.__iter__(given))
    elif isinstance(array := plain(given), np.ndarray) and array.ndim:
        parts = list(array)
    else:
        raise Complaint(f"{name} should be a list of arrays; yours is {_told(given)}.")
    if len(parts) != count:
        raise Complaint(
            f"{name} should hold {count} {'array' if count == 1 else 'arrays'}, one "
            f"for each {each}; yours holds {len(parts)}."
        )
    return parts


def row(given: Any) -> Any:
    """Return numbers in a list, a tuple or an array as one array, or `Odd`."""
    if not isinstance(given, list | tuple):
        return plain(given)
    items = [plain(item) for item in given]
    if any(isinstance(item, Odd | str | bool) for item in items):
        return Odd("list of things that are not numbers")
    shapes = [str(np.shape(item)) for item in items]
    if len(set(shapes)) > 1:
        return Odd(f"list of arrays of shapes {', '.join(shapes)}"[:80])
    return plain(np.array(items))


def largest_change(first: Any, second: Any) -> float | Odd:
    """Return by how much two rows of numbers differ at most: one number."""
    gap = change(first, second)
    if isinstance(gap, np.ndarray):
        return float(np.abs(gap).max(initial=0.0))
    return Odd("result of another shape")


def everything(result: Mapping[str, Any]) -> Any:
    """Return all numbers of out, dWs and lengths in one row."""
    try:
        return end_to_end([result["out"], *result["dWs"], *result["lengths"]])
    except TypeError:
        return Odd("list of things that are not numbers")


def end_to_end(arrays: Any) -> Any:
    """Return all entries of a list of arrays in one row."""
    try:
        return np.concatenate([np.ravel(array) for array in arrays])
    except (TypeError, ValueError):
        return Odd("list that holds other things now")


def _told(given: Any) -> str:
    return "None" if given is None else f"of type {name_of(given)}"


def gain(answer: Any, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Call ``predict_gain`` once or, where there are ``slopes``, once for each.

    Raises
    ------
    Complaint
        If one of several calls gave something else than a number.
    """
    act = inputs["act"]
    if "slopes" not in inputs:
        value = plain(answer(act))
        return {"gain": float(value) if type(value) is int else value}
    gains = []
    for slope in inputs["slopes"].tolist():
        value = plain(answer(act, slope))
        if isinstance(value, Odd | str | bool) or np.ndim(value):
            raise Complaint(
                f"predict_gain({act!r}, {slope:.3g}) should be a number; yours is "
                f"{_kind(value)}."
            )
        gains.append(float(np.real(value)))
    return {"gain": np.array(gains)}


def _kind(value: Any) -> str:
    if isinstance(value, Odd):
        return "None" if value.type_name == "None" else f"of type {value.type_name}"
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}"
    return f"{value!r}"


def step(answer: Any, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Call ``repaired_step``; report the new parameters and the arguments.

    ``inputs`` holds x, W0, ..., b0, ..., ``layers``, lr and dout, and ``twice`` to
    call again with the same numbers; or what `training` needs.
    """
    if "steps" in inputs:
        return training(answer, inputs)

    def arguments() -> list[Any]:
        Ws, bs = several(inputs, "W"), several(inputs, "b")
        return [inputs["x"].copy(), Ws, bs, inputs["dout"].copy(), inputs["lr"]]

    x, Ws, bs, dout, lr = arguments()
    new_Ws, new_bs = _new(answer(x, Ws, bs, dout, lr), inputs["layers"])
    seen = {f"new_Ws[{at}]": plain(W) for at, W in enumerate(new_Ws)}
    seen |= {f"new_bs[{at}]": plain(b) for at, b in enumerate(new_bs)}
    if inputs.get("twice"):
        again = _new(answer(*arguments()), inputs["layers"])
        seen[AGAIN] = largest_change(end_to_end(new_bs), end_to_end(again[1]))
    afterwards = {"x": x, "dout": dout, "Ws": end_to_end(Ws), "bs": end_to_end(bs)}
    return seen | {f"{name} afterwards": plain(v) for name, v in afterwards.items()}


def training(answer: Any, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Take ``steps`` steps towards ``target``; report how active each layer is then.

    The loss is half the squared distance from the target, so that its gradient is
    their difference. A dead layer has the mean activation 0.
    """
    x, target = inputs["x"], inputs["target"]
    Ws, bs = several(inputs, "W"), several(inputs, "b")
    shapes = [np.shape(array) for array in (*Ws, *bs)]
    for _ in range(inputs["steps"]):
        dout = _layers(x, Ws, bs)[-1] - target
        result = answer(x.copy(), list(Ws), list(bs), dout, inputs["lr"])
        Ws, bs = ([plain(p) for p in part] for part in _new(result, inputs["layers"]))
        if [np.shape(array) for array in (*Ws, *bs)] != shapes:
            raise Complaint(
                "After one step the weights or biases have other shapes than before, "
                "so there is no second step."
            )
    return {ACTIVITY: np.array([a.mean() for a in _layers(x, Ws, bs)[1:]])}


def _layers(x: np.ndarray, Ws: list, bs: list) -> list[np.ndarray]:
    """Return the activations of a ReLU net."""
    activations = [x]
    for W, b in zip(Ws, bs, strict=True):
        activations.append(np.maximum(activations[-1] @ W + b, 0.0))
    return activations


def _new(result: Any, layers: int) -> tuple[list, list]:
    """Take apart what one step returned."""
    parts = unpack(result, ("new_Ws", "new_bs"), "repaired_step")
    return (
        one_each(parts["new_Ws"], "new_Ws", layers, "matrix in Ws"),
        one_each(parts["new_bs"], "new_bs", layers, "bias in bs"),
    )
