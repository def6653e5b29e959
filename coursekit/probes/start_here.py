"""Call what learners wrote in exercise 00 and report plain data."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from coursekit.probes.layouts import laid_out
from coursekit.probes.plain import plain
from coursekit.probes.unpack import Complaint, change

#: The step that the card asks for: this many times ``max(1, abs(x_i))``.
STEP = 6e-6
#: Steps within this factor of it, up or down, are of the size that is asked for.
NEAR = 30

#: How the probe puts what it saw.
STEP_RIGHT, STEP_WRONG = "near 6e-6 max(1, |x|)", ("far below", "far above")
STEP_NONE, SAME, ROUNDED = "none", "as before", "off by rounding"

Function = Callable[[np.ndarray], Any]


def quadratic(x: np.ndarray, weights: np.ndarray) -> Any:
    """Return one number, to which every pair of entries of ``x`` contributes."""
    return x.reshape(-1) @ weights @ x.reshape(-1)


def cubic(x: np.ndarray, weights: np.ndarray) -> Any:
    """Return one number, a weighted sum of cubes."""
    return np.sum(weights * x**3)


def sine(x: np.ndarray, weights: None) -> Any:
    """Return an array of the shape and the dtype of ``x``."""
    return np.sin(x)


def centre(x: np.ndarray, weights: None) -> Any:
    """Return an array of the shape of ``x`` whose entries depend on their row."""
    return x - x.mean(axis=-1, keepdims=True)


def vector(x: np.ndarray, weights: np.ndarray) -> Any:
    """Return one number for each row of ``weights``, all of ``x`` being in each."""
    return np.sin(weights @ x.reshape(-1))


FUNCTIONS = {one.__name__: one for one in (quadratic, cubic, sine, centre, vector)}


def gradient(answer: Any, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Call ``numerical_gradient``; report the gradient and what became of the inputs.

    ``inputs`` holds the name of f and its weights, if it has some; x and df; h unless
    the default is to be used; a ``layout`` for x; ``twice`` to call again with the
    same numbers; and the name under which the gradient is ``reported``.
    """
    before = inputs["x"]

    def called(seen: list[np.ndarray]) -> tuple[Any, np.ndarray, Any]:
        x = laid_out(before.copy(), inputs.get("layout", ""))
        df = np.copy(inputs["df"]) if np.ndim(inputs["df"]) else inputs["df"]
        rest = [inputs["h"]] if "h" in inputs else []
        return answer(recorded(inputs, before.shape, seen), x, df, *rest), x, df

    calls: list[np.ndarray] = []
    result, x, df = called(calls)
    if result is None:
        raise Complaint(NOTHING.format("numerical_gradient", "gradient"))
    steps = step_sizes(before, calls)
    smallest, largest = told(before, steps)
    seen = {
        inputs["reported"]: in_float64(plain(result), before),
        "the smallest step": smallest,
        "the largest step": largest,
        "the step taken": float(steps.flat[0]),
        "x afterwards": kept(before, x, 1e-12),
        "x to the last bit": kept(before, x, 0.0),
        "x left behind": plain(x),
        "df afterwards": plain(df),
    }
    if inputs.get("twice"):
        changes = change(result, called([])[0])
        if isinstance(changes, np.ndarray):
            changes = float(np.abs(changes).max(initial=0.0))
        seen["the largest change in a second call"] = changes
    return seen


NOTHING = (
    "{} gave None. A function without `return` gives None; end it with `return {}`."
)


def in_float64(result: Any, x: np.ndarray) -> Any:
    """Return a gradient at an x of another dtype with its numbers in float64.

    What a narrower type has cut off is then missing from the numbers.
    """
    if x.dtype == np.float64 or not isinstance(result, np.ndarray):
        return result
    return result.astype(np.float64) if result.dtype.kind in "fiu" else result


def recorded(
    inputs: Mapping[str, Any], shape: tuple[int, ...], seen: list[np.ndarray]
) -> Function:
    """Return the case's f, which keeps a copy of all it is called with in ``seen``."""
    function, weights = FUNCTIONS[inputs["f"]], inputs.get("weights")

    def f(x: Any) -> Any:
        x = np.asarray(x)
        if x.shape != shape:
            kind = f"an array of shape {x.shape}" if x.ndim else "a single number"
            raise Complaint(
                f"f was called with {kind}; it takes an array of the shape of x, "
                f"{shape}. Change one entry in a copy of x, and pass the whole copy."
            )
        seen.append(x.copy())
        return function(x, weights)

    return f


def step_sizes(x: np.ndarray, calls: list[np.ndarray]) -> np.ndarray:
    """Return how far each entry of x was ever moved, 0 where it was not."""
    reach = np.zeros(x.shape)
    for moved in calls:
        reach = np.fmax(reach, np.abs(moved - x.astype(np.float64)))
    return reach


def told(x: np.ndarray, steps: np.ndarray) -> tuple[str, str]:
    """Say how the smallest and the largest step were beside those of the card."""
    if not steps.any():
        return STEP_NONE, STEP_RIGHT
    ratio = steps / (STEP * np.maximum(1.0, np.abs(x)))
    below, above = ratio.min() < 1 / NEAR, ratio.max() > NEAR
    return (
        STEP_WRONG[0] if below else STEP_RIGHT,
        STEP_WRONG[1] if above else STEP_RIGHT,
    )


def kept(before: np.ndarray, after: np.ndarray, room: float) -> str:
    """Say whether an array is what it was, but for ``room`` times its largest entry."""
    if before.shape != after.shape:
        return "of another shape"
    gap, size = np.abs(after - before), max(1.0, np.abs(before).max())
    if gap.max() <= room * size:
        return SAME
    moved = int((gap > 1e-12 * size).sum())
    return f"moved in {moved} of {gap.size} entries" if moved else ROUNDED


def error(answer: Any, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Call ``relative_error``; report the number and what became of the inputs.

    ``inputs`` holds a and b; what to put ``last`` into a, "nan" or "inf"; and the name
    under which the number is ``reported``. With ``refused`` the shapes differ, and it
    is reported whether the answer refused them.
    """
    given = [np.copy(v) if np.ndim(v) else v for v in (inputs["a"], inputs["b"])]
    if "last" in inputs:
        given[0].flat[-1] = float(inputs["last"])
    if inputs.get("refused"):
        try:
            answer(*given)
        except (ValueError, AssertionError):
            return {inputs["reported"]: "a ValueError"}
        return {inputs["reported"]: "a result, made of entries that do not belong"}
    result = answer(*given)
    if result is None:
        raise Complaint(NOTHING.format("relative_error", "worst"))
    seen = {inputs["reported"]: plain(result)}
    return seen | {"a afterwards": plain(given[0]), "b afterwards": plain(given[1])}
