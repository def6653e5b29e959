"""The task `relative_error`: its cases, criteria and hints."""

import numpy as np

from coursekit.autograders.start_here.error_mistakes import (
    AT_NAN,
    ERROR,
    MISTAKES,
    REFUSED,
    SMALL,
    TINY,
    TWO_ARRAYS,
    TWO_NUMBERS,
    TWO_SHAPES,
    TWO_ZEROS,
    WITH_NAN,
)
from coursekit.grading.reasons import Reason
from coursekit.grading.task import Case, Criterion, Task
from coursekit.probes import start_here as probes
from coursekit.reference import relative_error

#: One subtraction and one division are good to 4e-16. The room up to 1e-6 lets a
#: divisor with 1e-8 added pass where entries are near 1, so that it is told of where it
#: matters, beside entries near 1e-30. Other mistakes differ by more than 0.01.
ROUNDING = {"rtol": 1e-6, "atol": 1e-9}

UNCHANGED = ["a afterwards", "b afterwards"]


def draw(rng: np.random.Generator) -> dict[str, Case]:
    """Draw pairs whose worst entry is small, and is negative in one case.

    b is off by between -45 % and +40 %, so that dividing by a, by b, or by the larger
    of them gives three results in one order or in the other.
    """
    off = rng.permutation(np.array([-0.45, -0.3, -0.2, -0.1, 0.05, 0.1, 0.25, 0.4]))
    off = (off + rng.uniform(-0.02, 0.02, 8)).reshape(2, 4)
    a = rng.uniform(1.0, 3.0, (2, 4)) * rng.choice([-1.0, 1.0], (2, 4))
    a *= np.where(off == off.min(), 0.3, 1.0) * np.where(off > 0.3, 20.0, 1.0)
    b = a * (1 + off)
    away = rng.permuted(rng.uniform(0.3, 0.9, a.shape))
    away[0, 0] = 0.5

    def case(a: object, b: object, reported: str = ERROR, **inputs: object) -> Case:
        known = {"a": a, "b": b, "reported": reported, **inputs}
        return Case(known, axes={"a": "row column", "b": "row column"}, **ROUNDING)

    def put(array: np.ndarray, value: float) -> np.ndarray:
        changed = array.copy()
        changed[1, rng.integers(4)] = value
        return changed

    both_zero = rng.permuted(np.array([[True] * 2 + [False] * 6])).reshape(2, 4)
    three = rng.uniform(1, 2, 3)
    return {
        TWO_ARRAYS: case(a, b),
        "a and b exchanged": case(b, a),
        "all entries negative": case(-np.abs(a), -np.abs(b)),
        "some signs differ": case(a, np.where(away > 0.6, b, -away * a)),
        "a zero in b only": case(a, put(b, 0.0)),
        TWO_ZEROS: case(
            np.where(both_zero, 0.0, a), np.where(both_zero, 0.0, b), SMALL
        ),
        TINY: case(1e-30 * a, 1e-30 * b, SMALL),
        WITH_NAN: case(a, b, AT_NAN, last="nan"),
        "an infinity in a": case(b, a, AT_NAN, last="inf"),
        TWO_SHAPES: case(three, 1.1 * three[:, None], REFUSED, refused=True),
        TWO_NUMBERS: case(float(a[0, 0]), float(b[0, 0])),
    }


RELATIVE_ERROR = Task(
    name="relative_error",
    exercise="00_start_here",
    signature="relative_error(a, b)",
    summary="Say by how much two gradients differ, relative to their entries.",
    draw=draw,
    probe=probes.error,
    reference=relative_error,
    criteria=[
        Criterion(
            "One number comes back, for two arrays and for two numbers.",
            [TWO_ARRAYS, TWO_NUMBERS],
            [ERROR],
            points=1,
            form_only=True,
        ),
        Criterion(
            "Each difference is divided by the larger of its two sizes, and the worst "
            "entry counts.",
            [
                TWO_ARRAYS,
                "a and b exchanged",
                "all entries negative",
                "some signs differ",
                "a zero in b only",
            ],
            [ERROR],
            points=2,
            advice="Work out all ratios first, entry by entry, and take the maximum "
            "last.",
        ),
        Criterion(
            "Two zeros are equal, and entries near 1e-30 count like all others.",
            [TWO_ZEROS, TINY],
            [SMALL],
            points=1,
            advice="0/0 is the only division that needs care.",
        ),
        Criterion(
            "A NaN or an infinity makes the result NaN: it cannot pass for agreement.",
            [WITH_NAN, "an infinity in a"],
            [AT_NAN],
            points=1,
            advice="Dividing by an infinity gives NaN by itself, and `np.max` lets NaN "
            "through.",
        ),
        Criterion(
            "Arrays of two shapes are refused with a ValueError, even where NumPy "
            "could line them up.",
            [TWO_SHAPES],
            [REFUSED],
            points=1,
            advice="Compare `a.shape` with `b.shape` first.",
        ),
        Criterion(
            "`a` and `b` stay as they were.",
            [TWO_ARRAYS],
            UNCHANGED,
            points=1,
            reasons=dict.fromkeys(UNCHANGED, Reason.MUTATED_INPUT),
            advice="`a -= b` changes the caller's array: write `a - b`.",
        ),
    ],
    mistakes=MISTAKES,
    forbidden=("coursekit.reference", "coursekit.experiments"),
    hints=(
        "Compare 100 with 101, and 0.001 with 0.002. Which pair agrees better, and "
        "what do you have to divide by to see it?",
        "Make arrays of both and compare their shapes. The sizes are the absolute "
        "values; `np.maximum` takes the larger of two arrays entry by entry. Where the "
        "larger size is 0, both entries are 0: put 1 in its place before you divide. "
        "The maximum comes last.",
        "Fill in the gaps.\n"
        "    a, b = ...                       # arrays, whatever came\n"
        "    if ...:\n"
        "        raise ValueError(...)\n"
        "    size = ...                       # the larger of the two sizes\n"
        "    ratio = np.abs(...) / np.where(size == 0, ..., size)\n"
        "    return ...",
    ),
    minutes=10,
    difficulty=1,
    importance=3,
)
