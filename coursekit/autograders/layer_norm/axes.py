"""The task `axes_of`: which entries of an array share one mean and one variance."""

from collections.abc import Callable, Mapping

import numpy as np

from coursekit.autograders.catalogue import Catalogue
from coursekit.grading.task import Case, Criterion, Task
from coursekit.probes import layer_norm as probes
from coursekit.probes.outcome import Observed, Outcome
from coursekit.reference import axes_of

NORMS = ("batch", "layer", "instance")
SHAPES = {"(N, D)": 2, "(B, T, d)": 3, "(N, C, H, W)": 4}
MISTAKES = Catalogue()


def named(norm: str, letters: str) -> str:
    """Name the case of one norm on one kind of shape."""
    return f"{norm} norm on {letters}"


def cases_on(*letters: str) -> list[str]:
    """Return the names of the cases on some kinds of shapes."""
    return [named(norm, shape) for shape in letters for norm in NORMS]


def draw(rng: np.random.Generator) -> dict[str, Case]:
    """Draw shapes whose lengths all differ: the axes follow from their number alone."""
    return {
        named(norm, letters): Case(
            {"norm": norm, "shape": rng.permutation(np.arange(2, 9))[:axes]},
            rtol=0.0,
            atol=0.0,
        )
        for letters, axes in SHAPES.items()
        for norm in NORMS
    }


def not_a_tuple(outcomes: Mapping[str, Outcome]) -> str:
    """Remark on axes in another form than a tuple: understood, and not portable."""
    kinds = {
        outcome.values["returned"]
        for outcome in outcomes.values()
        if isinstance(outcome, Observed)
    } - {"tuple"}
    if not kinds:
        return ""
    return (
        f"Your axes came as {' and '.join(sorted(kinds))}. They are understood here; "
        "`x.mean(axis=...)` takes an int or a tuple."
    )


def instead(norm: str, letters: str, axes: tuple[int, ...]) -> Callable:
    """Return an answer that is right but for one norm on one kind of shape."""
    return lambda asked, shape: (
        axes
        if asked == norm and len(shape) == SHAPES[letters]
        else axes_of(asked, shape)
    )


@MISTAKES.add(
    "batch norm and layer norm exchanged",
    "Layer norm looks at one vector, batch norm at one feature, and you have them the "
    "other way round. Batch norm averages over the batch; layer norm averages over the "
    "features.",
)
def _exchanged(norm, shape):
    return axes_of({"batch": "layer", "layer": "batch"}.get(norm, norm), shape)


@MISTAKES.add(
    "the axes that stay",
    "You name the axes that stay apart. The question is which axes are averaged over: "
    "all the others.",
)
def _kept(norm, shape):
    averaged = axes_of(norm, shape)
    return tuple(axis for axis in range(len(shape)) if axis not in averaged)


@MISTAKES.add(
    "features second in a sequence",
    "You took axis 1 for the features. In (B, T, d) they come last, and axis 1 is "
    "time. (Torch's BatchNorm1d reads three axes as (N, C, L); this card does not.)",
)
def _features_second(norm, shape):
    if len(shape) != 3:
        return axes_of(norm, shape)
    return {"batch": (0, 2), "layer": (1, 2), "instance": (2,)}[norm]


@MISTAKES.add(
    "channels last in an image",
    "You took the last axis for the channels. In (N, C, H, W) they are axis 1; H and W "
    "come last.",
)
def _channels_last(norm, shape):
    if len(shape) != 4:
        return axes_of(norm, shape)
    return {"batch": (0, 1, 2), "layer": (1, 2, 3), "instance": (1, 2)}[norm]


MISTAKES.add(
    "batch norm of a sequence over the batch alone",
    "For (B, T, d) batch norm averages over B and T: every time step is one more "
    "sample of the same d features. Over B alone each time step would have statistics "
    "of its own.",
)(instead("batch", "(B, T, d)", (0,)))

MISTAKES.add(
    "batch norm of images over the batch alone",
    "For (N, C, H, W) batch norm averages over N, H and W: a channel is the same "
    "feature at every pixel. Over N alone each pixel would have statistics of its own.",
)(instead("batch", "(N, C, H, W)", (0,)))

MISTAKES.add(
    "channels averaged in batch norm",
    "Your batch norm of images averages over all four axes, the channels too. Each "
    "channel has its own mean and variance: leave axis 1 out.",
)(instead("batch", "(N, C, H, W)", (0, 1, 2, 3)))

MISTAKES.add(
    "instance norm without time",
    "You leave nothing to average over. Instance norm of (B, T, d) takes one sequence "
    "and one feature, and averages over what is left: the time steps, axis 1.",
)(instead("instance", "(B, T, d)", ()))

MISTAKES.add(
    "layer norm over time and features",
    "In (B, T, d) every time step is a vector of its own, and layer norm averages over "
    "its features alone: axis 2. Over T as well, a step would depend on later ones.",
)(instead("layer", "(B, T, d)", (1, 2)))

MISTAKES.add(
    "layer norm of images over the channels alone",
    "Some networks do that (they call it channels-last or LayerNorm2d). The card's "
    "layer norm takes one image as one sample and averages over C, H and W.",
)(instead("layer", "(N, C, H, W)", (1,)))

MISTAKES.add(
    "instance norm over the features of (N, D)",
    "That is layer norm. Instance norm keeps samples and features apart, and (N, D) "
    "has no other axis: the answer is the empty tuple.",
)(instead("instance", "(N, D)", (1,)))


def _criterion(letters: str, about: str, points: int) -> Criterion:
    return Criterion(
        f"On {letters}, {about}: the axes of batch, layer and instance norm.",
        cases_on(letters),
        ["axes"],
        points,
        advice="Ask for each axis: do entries along it share one mean? If so it is "
        "averaged over.",
    )


AXES_OF = Task(
    name="axes_of",
    exercise="07_layer_norm",
    signature="axes_of(norm, shape)",
    summary="Say which axes share one mean and one variance.",
    draw=draw,
    probe=probes.axes,
    reference=axes_of,
    criteria=[
        Criterion(
            "Every answer is a tuple of axes of the shape.",
            cases_on(*SHAPES),
            ["axes"],
            points=1,
            form_only=True,
        ),
        _criterion("(N, D)", "N samples of D features", 1),
        _criterion("(B, T, d)", "T time steps with d features each", 1),
        _criterion("(N, C, H, W)", "N images of C channels", 1),
    ],
    mistakes=MISTAKES,
    remarks=[not_a_tuple],
    forbidden=("coursekit.reference",),
    hints=(
        "Batch norm of (N, D) gives D means. How many means should batch norm of 32 "
        "images with 3 channels give: 3, 32 or 96?",
        "Name the axes that stay apart first. Batch norm keeps the features (or "
        "channels) apart, layer norm the samples (or time steps), instance norm both. "
        "What remains is averaged over.",
        "Fill in the gaps.\n"
        "    table = {\n"
        "        2: {'batch': ..., 'layer': ..., 'instance': ...},  # (N, D)\n"
        "        3: {...},                                          # (B, T, d)\n"
        "        4: {...},                                          # (N, C, H, W)\n"
        "    }\n"
        "    return ...",
    ),
    minutes=5,
    difficulty=1,
    importance=4,
)
