"""The task `numerical_gradient`: its cases, criteria, laws and hints."""

from collections.abc import Callable, Mapping

import numpy as np

from coursekit.autograders.start_here.gradient_edges import EDGES
from coursekit.autograders.start_here.gradient_marks import (
    CENTRE,
    CUBIC,
    FLOAT32,
    GIVEN,
    LARGEST,
    LAST_BIT,
    LEFT_OUT,
    MILLION,
    NO_H,
    ONE_AXIS,
    OTHER,
    QUADRATIC,
    SMALLEST,
    THREE_AXES,
    VECTOR,
    VIEWS,
    WHOLE,
    ZEROS,
)
from coursekit.autograders.start_here.gradient_mistakes import MISTAKES
from coursekit.autograders.start_here.gradient_slips import SLIPS
from coursekit.grading.reasons import Reason
from coursekit.grading.task import Case, Criterion, Invariant, Task
from coursekit.probes import start_here as probes
from coursekit.reference import numerical_gradient

#: With h near 0.3, values of f up to about 100 leave a rounding error of
#: 100 * 1e-16 / 0.3, below 1e-13. The smallest mistake moves an entry by 1e-3.
ROUNDING = {"rtol": 1e-9, "atol": 1e-10}
#: Without h the size of the step is judged, and the probe tells it. The gradient only
#: has to be one: from a step of 1e-11, which leaves 2e-16 / 1e-11 for each of some ten
#: terms, to one of 1e-2, which cuts off 1e-4 / 6, it is good to 1e-3. Without atol no
#: small gradient passes for 0; so none of these slopes is near 0.
DEFAULT = {"rtol": 1e-2, "atol": 0.0}

STEPS = [SMALLEST, LARGEST]
AGAIN = "the largest change in a second call"
SIDE_EFFECTS = {
    "x afterwards": Reason.MUTATED_INPUT,
    "x to the last bit": Reason.MUTATED_INPUT,
    "df afterwards": Reason.MUTATED_INPUT,
    AGAIN: Reason.NON_DETERMINISTIC,
}
LETTERS = {1: "position", 2: "row column", 3: "block row column"}


def signed(
    rng: np.random.Generator, low: float, high: float, *shape: int
) -> np.ndarray:
    """Draw numbers of both signs, none near 0."""
    return rng.uniform(low, high, shape) * rng.choice([-1.0, 1.0], shape)


def draw(rng: np.random.Generator) -> dict[str, Case]:
    """Draw the cases: h is large, so that what it cuts off shows.

    x has entries below and above 1, where "h" and "h times x" differ both ways; no
    weight in df is 1.
    """
    x = rng.permuted(np.array([[0.4, -0.7, 1.4], [-1.9, 2.3, -2.7]]))
    x += rng.uniform(-0.1, 0.1, x.shape)
    h, mix = rng.uniform(0.25, 0.35), signed(rng, 0.2, 0.5, 4, 6)

    def case(
        f: str,
        x: np.ndarray,
        weights: np.ndarray | None = None,
        room: Mapping = ROUNDING,
        reported: str = GIVEN,
        **inputs: object,
    ) -> Case:
        shape = {"vector": (4,), "sine": x.shape, "centre": x.shape}.get(f, ())
        df = signed(rng, 1.2, 2.0, *shape) if shape else float(signed(rng, 1.2, 2.0))
        known = {"f": f, "x": x, "df": df, "reported": reported, **inputs}
        if weights is not None:
            known["weights"] = weights
        return Case(known, axes={reported: LETTERS[x.ndim]}, **room)

    def squares(n: int) -> np.ndarray:
        return signed(rng, 0.3, 1.0, n, n)

    def left_out(f: str, x: np.ndarray, *weights: np.ndarray) -> Case:
        return case(f, x, *weights, room=DEFAULT, reported=LEFT_OUT)

    def whole_numbers() -> np.ndarray:
        return rng.permuted(np.array([[-4, -3, -2], [2, 3, 4]]))

    small = rng.permuted(np.array([0.0, 0.0, 1e-4, -3e-5, 0.8, -2.0])).reshape(2, 3)
    cubes = signed(rng, 0.5, 1.5, 2, 3)
    views = {
        name: case("vector", x, mix, reported=OTHER, h=h, layout=layout)
        for name, layout in zip(
            VIEWS, ("transposed", "fortran", "reversed"), strict=True
        )
    }
    return {
        QUADRATIC: case("quadratic", x, squares(6), h=h),
        CUBIC: case("cubic", x, cubes, h=h),
        VECTOR: case("vector", x, mix, h=h),
        CENTRE: case("centre", x, h=h),
        ONE_AXIS: case(
            "quadratic", signed(rng, 0.5, 2, 5), squares(5), reported=OTHER, h=h
        ),
        THREE_AXES: case("cubic", x.reshape(1, 2, 3), cubes[None], reported=OTHER, h=h),
        NO_H: left_out("cubic", x, cubes),
        # f near 1e7, which float64 holds to 2e-9, and slopes near 3
        MILLION: left_out("cubic", 1e6 * signed(rng, 0.5, 2.0, 2, 3), 1e-12 * cubes),
        ZEROS: left_out("sine", small),
        **views,
        FLOAT32: case("sine", x.astype(np.float32), reported=OTHER, h=h),
        WHOLE: case("cubic", whole_numbers(), cubes, reported=OTHER, h=h),
        # x + h leaves no room for the last 8 of its 53 bits
        LAST_BIT: case("sine", 1e-3 * signed(rng, 0.5, 2.0, 2, 6), h=h, twice=True),
    }


def on(f: str, measure: Callable[[Mapping, np.ndarray], np.ndarray]) -> Callable:
    """Return the measure of a law that holds for one f, and with h given."""

    def measured(inputs: Mapping, values: Mapping) -> np.ndarray:
        if inputs["f"] != f:
            raise KeyError(f)
        return measure(inputs, np.asarray(values[GIVEN]))

    return measured


def beyond_quadratic(inputs: Mapping, gradient: np.ndarray) -> np.ndarray:
    """Return what a gradient has beyond that of the quadratic."""
    both = inputs["weights"] + inputs["weights"].T
    exact = inputs["df"] * (both @ inputs["x"].reshape(-1))
    return np.round(gradient - exact.reshape(gradient.shape), 9)


def beyond_cubic(inputs: Mapping, gradient: np.ndarray) -> np.ndarray:
    """Return the error of a gradient of the cubic as a part of h squared."""
    scale = inputs["df"] * inputs["weights"]
    error = gradient - 3 * scale * inputs["x"] ** 2
    return np.round(error / (scale * inputs["h"] ** 2), 9)


NUMERICAL_GRADIENT = Task(
    name="numerical_gradient",
    exercise="00_start_here",
    signature="numerical_gradient(f, x, df, h=None)",
    summary="Estimate the gradient of sum(df * f(x)) by central differences.",
    draw=draw,
    probe=probes.gradient,
    reference=numerical_gradient,
    criteria=[
        Criterion(
            "The gradient is an array of float64 with the shape of `x`, whatever the "
            "shape of f(x).",
            [QUADRATIC, VECTOR],
            [GIVEN],
            points=1,
            form_only=True,
        ),
        Criterion(
            "With a given `h` it is the central difference, one entry at a time: exact "
            "on a quadratic, off by h squared on a cubic.",
            [QUADRATIC, CUBIC],
            [GIVEN],
            points=2,
            advice="Try f(x) = x * x by hand at x = 3 with h = 1.",
        ),
        Criterion(
            "Where f(x) is an array, its changes are weighed with `df` and summed.",
            [VECTOR, CENTRE],
            [GIVEN],
            points=2,
            advice="Every output may depend on the entry you moved: sum df * "
            "(difference of f) over all of them.",
        ),
        Criterion(
            "Without `h` the step is about 6e-6 times max(1, |x|), for each entry.",
            [NO_H, ZEROS, MILLION],
            [LEFT_OUT, *STEPS],
            points=1,
            advice="Print the step you take for the first entry.",
        ),
        Criterion(
            "`x` may have one axis or three, be a view of another array, and hold "
            "float32 or whole numbers.",
            [ONE_AXIS, THREE_AXES, *VIEWS, FLOAT32, WHOLE],
            [OTHER],
            points=1,
        ),
        Criterion(
            "A call leaves no trace: `x` is the same to the last bit, so is `df`, and "
            "a second call gives the same gradient.",
            [LAST_BIT],
            ["x afterwards", "x to the last bit", "df afterwards", AGAIN],
            points=1,
            reasons=SIDE_EFFECTS,
            advice="Change a copy of x, or keep the old value of an entry and put it "
            "back.",
        ),
    ],
    mistakes=[*MISTAKES, *SLIPS, *EDGES],
    invariants=[
        Invariant(
            "A central difference has no error on a quadratic",
            on("quadratic", beyond_quadratic),
        ),
        Invariant(
            "The error on this cubic, counted in h squared, should be 1",
            on("cubic", beyond_cubic),
        ),
        Invariant(
            "Moving a whole row does not change this f, so every row of the gradient "
            "should sum to 0",
            on("centre", lambda inputs, gradient: gradient.sum(-1).round(9)),
        ),
    ],
    forbidden=(
        "coursekit.reference",
        "coursekit.experiments",
        "scipy.optimize",
        "scipy.differentiate",
        "torch.autograd",
        "torch.func",
    ),
    hints=(
        "x has shape (2, 3). How many slopes are there, and which entries of x move "
        "when you measure one of them?",
        "Go through the entries with `np.ndindex(x.shape)`, which gives one index for "
        "each axis. For each, make one copy of x with that entry a step up and one "
        "with it a step down, call f on both, and let df turn the difference into one "
        "number. Before the loop, make x float64 and choose the step.",
        "Fill in the gaps.\n"
        "    x = ...                          # float64, and not the caller's array\n"
        "    gradient = np.zeros(...)\n"
        "    for i in ...:                    # every index into x\n"
        "        step = ...                   # h, or 6e-6 times max(1, |x[i]|)\n"
        "        above, below = ..., ...      # copies, in which entry i is moved\n"
        "        change = ...                 # of f, weighed with df and summed\n"
        "        gradient[i] = change / ...\n"
        "    return ...",
    ),
    minutes=10,
    difficulty=1,
    importance=4,
)
