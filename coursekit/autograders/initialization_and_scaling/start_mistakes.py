"""What goes wrong where branches should start at zero; and how it is done right."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from coursekit.autograders.catalogue import Catalogue
from coursekit.probes import initialization_and_scaling as probes

MISTAKES = Catalogue()
Change = Callable[[Any], None]


def fill(number: float, *names: str) -> Change:
    """Return what sets parameters of every block ("linear2.weight") to a number."""

    def change(model: Any) -> None:
        for block in model.blocks:
            for name in names:
                block.get_parameter(name).data.fill_(number)

    return change


LAST = ("linear2.weight", "linear2.bias")
FIRST = ("linear1.weight", "linear1.bias")
RIGHT: dict[str, Change] = {
    "zero-last": fill(0.0, *LAST),
    "rezero": fill(0.0, "alpha"),
    "scaled": lambda model: fill(len(model.blocks) ** -0.5, "alpha")(model),
}


def reference(model: Any, scheme: str) -> None:
    """Initialize the net as the card says."""
    RIGHT[scheme](model)


def instead(scheme: str, change: Change) -> Callable[[Any, str], None]:
    """Return an answer that is right but for one scheme."""
    return lambda model, asked: (change if asked == scheme else RIGHT[asked])(model)


def gradient_shown(inputs: Mapping, got: Mapping, expected: Mapping) -> str:
    """Say who gets a gradient, or how far the output is from what it should be."""
    ours, theirs = expected[probes.FIRST], got[probes.FIRST]
    if theirs == probes.NOTHING:
        theirs = "no parameter"
    if ours != theirs:
        return (
            f'"{inputs["scheme"]}": in the first backward pass a gradient comes to '
            f"{theirs}; it should come to {ours}"
        )
    return output_shown(inputs, got, expected)


def output_shown(inputs: Mapping, got: Mapping, expected: Mapping) -> str:
    """Say by how much the output leaves the input, or how fast the variance grows."""
    out = got[probes.OUT]
    if not isinstance(out, np.ndarray) or out.shape != inputs["a"].shape:
        return ""
    if inputs["scheme"] == "scaled":
        growth, right = (
            seen[probes.OUT].var() / inputs["a"].var() for seen in (got, expected)
        )
        return (
            f"over {len(inputs['linear1.weight'])} blocks your variance grows "
            f"{growth:.3g} times; with the right factor it is {right:.3g} times"
        )
    gap = np.abs(out - inputs["a"]).max()
    return f'"{inputs["scheme"]}": your output leaves the input by up to {gap:.3g}'


def changed_shown(inputs: Mapping, got: Mapping, expected: Mapping) -> str:
    """Say which parameters have other numbers than before."""
    if got[probes.CHANGED] == expected[probes.CHANGED]:
        return ""
    return (
        f'"{inputs["scheme"]}": you changed {got[probes.CHANGED]}; it should be '
        f"{expected[probes.CHANGED]}"
    )


def add(
    name: str, scheme: str, change: Change, explanation: str, evidence: Any
) -> None:
    """Add a mistake in one scheme."""
    MISTAKES.add(name, explanation, evidence=evidence)(instead(scheme, change))


add(
    "two zeros in ReZero's branch",
    "rezero",
    fill(0.0, "alpha", *LAST),
    "You set alpha and the last layer to zero. The gradient of alpha holds the branch, "
    "the gradient of the branch holds alpha: both are 0 and stay 0, and the branch can "
    "never start. Leave the layers as they were drawn.",
    gradient_shown,
)
add(
    "alpha at zero beside the last layer",
    "zero-last",
    fill(0.0, "alpha", *LAST),
    "You set the last layer to zero, and alpha as well. The gradient of the layer "
    "holds alpha, and that of alpha holds the layer: both are 0 and stay 0, and the "
    "branch can never start. Leave alpha at 1.",
    gradient_shown,
)
add(
    "the first layer at zero",
    "zero-last",
    fill(0.0, *FIRST),
    "You set linear1 to zero. The branch then gives the bias of linear2 and no zero. "
    "And h is 0, so the weight of linear2 gets no gradient, and behind it neither "
    "does linear1. The zero belongs to the last layer, linear2.",
    gradient_shown,
)
add(
    "both layers at zero",
    "zero-last",
    fill(0.0, *FIRST, *LAST),
    "You set both layers to zero. The output is right, but h is 0 as well, so the "
    "weight of linear2 gets no gradient and only its bias can learn. Zero the last "
    "layer alone.",
    gradient_shown,
)
add(
    "the last layer's bias left",
    "zero-last",
    fill(0.0, "linear2.weight"),
    "You set the weight of linear2 to zero and left its bias. The branch then adds "
    "that bias to every sample. Zero both.",
    output_shown,
)


def _last_block(model: Any) -> None:
    fill(0.0, *LAST)(Part(model.blocks[-1:]))


class Part:
    """Some of a net's blocks."""

    def __init__(self, blocks: Any) -> None:
        self.blocks = blocks


add(
    "the last block in place of every last layer",
    "zero-last",
    _last_block,
    "You set linear2 of the last block to zero. Meant is the last layer of each "
    "branch: go through all blocks.",
    output_shown,
)
add(
    "ReZero in place of zero-last",
    "zero-last",
    fill(0.0, "alpha"),
    'For "zero-last" you set alpha to zero; that is "rezero". Here alpha stays 1, and '
    "weight and bias of linear2 become zero.",
    gradient_shown,
)
add(
    "zero-last in place of ReZero",
    "rezero",
    fill(0.0, *LAST),
    'For "rezero" you set the last layer to zero; that is "zero-last". Here the '
    "layers stay as they were drawn, and alpha becomes zero.",
    gradient_shown,
)


def _nothing(model: Any) -> None:
    """Leave the net as it is."""


add(
    "alpha off zero",
    "rezero",
    _nothing,
    'For "rezero" your alpha is not 0. If you meant it small: that is what LayerScale '
    "begins with, and ReZero begins with exactly 0. If you meant it 0: is the scheme "
    "spelled as on the card, and the parameter changed in place?",
    output_shown,
)
add(
    "the last layer off zero",
    "zero-last",
    _nothing,
    'For "zero-last" the last layer of a branch still gives something. Weight and bias '
    "of linear2 both have to be exactly 0. Is the scheme spelled as on the card, and "
    "are the parameters changed in place?",
    output_shown,
)
add(
    "the branches not scaled",
    "scaled",
    _nothing,
    'For "scaled" your function leaves the net as it is, and its variance still '
    "doubles in every block. Is the scheme spelled as on the card, and is alpha "
    "changed in place?",
    output_shown,
)
