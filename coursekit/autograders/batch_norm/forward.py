"""The task `batch_norm_forward`: its cases, criteria, laws and hints."""

from collections.abc import Mapping

import numpy as np

from coursekit.autograders.batch_norm.draws import FORBIDDEN, variances
from coursekit.autograders.batch_norm.forward_memory import MEMORY
from coursekit.autograders.batch_norm.forward_mistakes import MISTAKES
from coursekit.autograders.batch_norm.forward_slips import SLIPS
from coursekit.autograders.layer_norm.draws import features, scales
from coursekit.grading.reasons import Reason
from coursekit.grading.task import Case, Criterion, Invariant, Task
from coursekit.probes import batch_norm as probes
from coursekit.probes.batch_norm import AGAIN, ALONE
from coursekit.probes.outcome import Observed, Outcome
from coursekit.reference import batch_norm_forward

#: Sums over 7 numbers of size 10 in float64 are good to about 1e-14, and three updates
#: add as much again. The room up to 1e-9 is for other orders of summing; the smallest
#: mistake (another default) moves y or a statistic by 1e-3.
ROUNDING = {"rtol": 1e-9, "atol": 1e-10}
#: Numbers near 1e7 are 2e-9 apart in float64, so that y, made of differences from the
#: mean, is good to about 1e-8. A variance in one pass, E[x^2] - E[x]^2, cancels and is
#: off by about 1e14 * 1e-16 = 1e-2.
LARGE = {"rtol": 1e-6, "atol": 1e-6}
#: 6 digits in float32; only its dtype is looked at, and only for a remark.
SINGLE = {"rtol": 1e-4, "atol": 1e-4}

EVALUATED = "y in evaluation"
STATE = ["running.mean", "running.var"]
TRACES = {
    "x afterwards": Reason.MUTATED_INPUT,
    "gamma afterwards": Reason.MUTATED_INPUT,
    "beta afterwards": Reason.MUTATED_INPUT,
    "running.mean afterwards": Reason.MUTATED_INPUT,
    "running.var afterwards": Reason.MUTATED_INPUT,
    AGAIN: Reason.NON_DETERMINISTIC,
}
AXES = {
    **dict.fromkeys(["y", EVALUATED], "N D"),
    **dict.fromkeys([*STATE, *(f"{name} afterwards" for name in STATE)], "D"),
}


def draw(rng: np.random.Generator) -> dict[str, Case]:
    """Draw the cases: N = 5 is not D = 3, eps = 0.1, and momentum = 0.7 is not 0.3."""
    d = 3

    def given(d: int) -> dict[str, np.ndarray]:
        means = features(rng, 2, d)[0]
        affine = {"gamma": scales(rng, d), "beta": scales(rng, d)}
        return {**affine, "mean": means, "var": variances(rng, d)}

    def case(room: Mapping = ROUNDING, **inputs: object) -> Case:
        return Case(inputs, axes=AXES, **room)

    state = given(d)
    square = {**given(4), "momentum": 0.7, "eps": 0.1}
    usual = {**state, "momentum": 0.7, "eps": 0.1}
    fresh = {"mean": np.zeros(d), "var": np.ones(d)}
    # nothing but the statistics counts here: a slip with eps or gamma has cost already
    bare = {"gamma": np.ones(d), "beta": np.zeros(d), "eps": 0.0, "training": False}
    memory = {**state, **bare, "momentum": 0.7}
    # variances near 1e-4, so that a default other than 1e-5 shows
    small = {**state, "mean": 0.01 * state["mean"], "var": 1e-4 * state["var"]}
    x, four = features(rng, 5, d), features(rng, 4, 4)
    batches = [features(rng, 5, d) for _ in range(3)]
    constant = x.copy()
    constant[:, 1] = 5.0
    float32 = {name: array.astype(np.float32) for name, array in state.items()}

    def hard(x: np.ndarray, room: Mapping = ROUNDING, **inputs: object) -> Case:
        return case(room, x=x, **usual, training=True, **inputs)

    def trained(*shown: np.ndarray, **inputs: object) -> Case:
        named = {f"batch {at}": batch for at, batch in enumerate(shown, start=1)}
        return case(**{**memory, "x": x, **named, **inputs})

    left_out = {n: v for n, v in memory.items() if n != "momentum"}
    return {
        "one step of training": case(x=x, **usual, training=True, twice=True),
        "as many samples as features": case(x=four, **square, training=True),
        "momentum and eps left out": case(x=0.01 * x, **small, training=True),
        "evaluation": case(x=x, **usual, training=False),
        "evaluation with N = D": case(x=four, **square, training=False),
        "one sample in evaluation": case(x=x[:1], **usual, training=False),
        "before any training": case(x=x, **{**usual, **fresh}, training=False),
        "eps left out in evaluation": case(x=0.01 * x, **small, training=False),
        "one step, then evaluation": trained(batches[0]),
        "three steps, then evaluation": trained(*batches, **fresh),
        "batches of 5 and 7": trained(batches[0], features(rng, 7, d)),
        "momentum left out": case(x=x, **left_out, **{"batch 1": batches[1]}),
        "a constant feature": hard(constant),
        "a mean of 10 million": hard(1e7 + rng.normal(size=(5, d)), LARGE),
        "x is a transposed view": hard(x, layout="transposed"),
        "x in Fortran order": hard(x, layout="fortran"),
        "x is a reversed view": hard(x, layout="reversed"),
        "one sample in training": hard(x, alone=True),
        "x in float32": case(
            SINGLE, x=x.astype(np.float32), **float32, eps=0.1, training=True
        ),
    }


def keeps_float64(outcomes: Mapping[str, Outcome]) -> str:
    """Remark on an answer that turns float32 into float64: right, but twice as big."""
    outcome = outcomes["x in float32"]
    y = outcome.values["y"] if isinstance(outcome, Observed) else None
    if getattr(y, "dtype", None) != np.float64:
        return ""
    return (
        "Given float32, your y is float64. That costs no points; in a network it "
        "would double the memory, and `y.astype(x.dtype)` avoids it."
    )


def standardized(inputs: Mapping, values: Mapping) -> np.ndarray:
    """Return y before gamma and beta."""
    y = values["y"] if inputs["training"] else values[EVALUATED]
    return (y - inputs["beta"]) / inputs["gamma"]


def in_training(inputs: Mapping, values: Mapping) -> np.ndarray:
    """Return y before gamma and beta; only training promises something about it.

    Raises
    ------
    KeyError
        In evaluation, where the law does not hold.
    """
    return (values["y"] - inputs["beta"]) / inputs["gamma"]


BATCH_NORM_FORWARD = Task(
    name="batch_norm_forward",
    exercise="05_batch_norm",
    signature="batch_norm_forward(x, gamma, beta, running, *, training, "
    "momentum=0.1, eps=1e-5)",
    summary="Normalize each feature over the batch, and remember what it was like.",
    draw=draw,
    probe=probes.forward,
    reference=batch_norm_forward,
    criteria=[
        Criterion(
            "`y` has the shape and the dtype of `x`, and `running` comes back as a "
            "pair (mean, var) of shape (D,) each.",
            ["one step of training"],
            ["y", *STATE],
            points=1,
            form_only=True,
        ),
        Criterion(
            "In training each feature is normalized with the mean and the variance of "
            "this batch, then scaled by gamma and shifted by beta.",
            [
                "one step of training",
                "as many samples as features",
                "momentum and eps left out",
            ],
            ["y"],
            points=3,
            advice="Compare mean, variance, eps, gamma and beta with the formula on "
            "the card, one at a time.",
        ),
        Criterion(
            "In evaluation the running statistics take the place of the batch's, for "
            "one sample too and before any training; they come back as they were.",
            [
                "evaluation",
                "evaluation with N = D",
                "one sample in evaluation",
                "before any training",
                "eps left out in evaluation",
            ],
            [EVALUATED, *STATE],
            points=2,
            advice="Use `mean, var = running` in the same formula, and return "
            "`running` itself.",
        ),
        Criterion(
            "In training the running statistics move towards the batch's as the card "
            "says, over several steps and two batch sizes; evaluation keeps them.",
            [
                "one step, then evaluation",
                "three steps, then evaluation",
                "batches of 5 and 7",
                "momentum left out",
            ],
            # y follows from these and from the criterion above: judged here too, a slip
            # in evaluation would hide one in the statistics
            STATE,
            points=3,
            advice="new = (1 - momentum) * old + momentum * batch, with the batch's "
            "mean, and with its variance divided by N - 1.",
        ),
        Criterion(
            "Hard inputs work: a constant feature (y is beta), a mean of 10 million, "
            "views; and one sample in training raises a ValueError.",
            [
                "a constant feature",
                "a mean of 10 million",
                "x is a transposed view",
                "x in Fortran order",
                "x is a reversed view",
                "one sample in training",
            ],
            ["y", ALONE],
            points=2,
        ),
        Criterion(
            "A call leaves no trace: `x`, `gamma`, `beta` and the given `running` stay "
            "as they were, and a second call gives the same y.",
            ["one step of training"],
            list(TRACES),
            points=1,
            reasons=TRACES,
            advice="`x -= mean` and `mean *= 0.9` change the caller's arrays: write "
            "`x = x - mean`. Keep nothing between calls, and draw no random numbers.",
        ),
    ],
    mistakes=[*MISTAKES, *MEMORY, *SLIPS],
    invariants=[
        Invariant(
            "Before gamma and beta, every feature of y should have mean 0 over the "
            "batch",
            lambda inputs, values: in_training(inputs, values).mean(0),
        ),
        Invariant(
            "Before gamma and beta, every feature of y should have the variance "
            "var / (var + eps)",
            lambda inputs, values: in_training(inputs, values).var(0),
        ),
        Invariant(
            "Before gamma and beta, the first sample of y should lie this far from "
            "the second",
            lambda inputs, values: np.diff(standardized(inputs, values)[:2], axis=0),
        ),
    ],
    remarks=[keeps_float64],
    forbidden=FORBIDDEN,
    hints=(
        "x of shape (5, 3) has 3 features. How many means does it need, and along "
        "which axis are they taken? And which two of the arguments does evaluation not "
        "look at?",
        "Decide first which mean and which variance to use: those of the batch in "
        "training, those in `running` otherwise. After that both modes run through the "
        "same formula. Only training makes a new pair, and what goes into it is the "
        "variance divided by N - 1, though y is made with the one divided by N.",
        "Fill in the gaps.\n"
        "    mean, var = ...                 # remembered\n"
        "    if training:\n"
        "        if ...:                     # how many samples are there?\n"
        "            raise ...\n"
        "        old_mean, old_var = ...\n"
        "        mean, var = ...             # of the batch, one for each feature\n"
        "        unbiased = ...              # divided by N - 1\n"
        "        running = ...               # a new pair: old and batch, weighted\n"
        "    x_hat = ...                     # eps is in here\n"
        "    return ..., running",
    ),
    minutes=25,
    difficulty=3,
    importance=5,
)
