"""What goes wrong in a Pre-LN block as a torch module, in words.

The blocks themselves are in `broken_blocks`, which needs torch.
"""

from collections.abc import Callable, Mapping
from typing import Any

from coursekit.autograders.catalogue import Catalogue

MISTAKES = Catalogue()


def made_by(name: str) -> Callable[..., Any]:
    """Return a function that makes the block of `broken_blocks` called ``name``."""

    def make(d: int, hidden: int) -> Any:
        from coursekit.autograders.normalized_residual_networks import broken_blocks

        return getattr(broken_blocks, name)(d, hidden)

    return make


def count_shown(inputs: Mapping, got: Mapping, expected: Mapping) -> str:
    """Say how many numbers can be trained."""
    name = "the number of parameters"
    if name not in got:
        return ""
    return (
        f"PreNormBlock({inputs['d']}, {inputs['hidden']}) should have "
        f"{expected[name]} numbers to train; yours has {got[name]}"
    )


def size_shown(inputs: Mapping, got: Mapping, expected: Mapping) -> str:
    """Say how large the output is beside what it should be."""
    if "out" not in got:
        return ""
    mine, right = (values["out"].std() for values in (got, expected))
    return f"your output has standard deviation {mine:.3f}; it should be {right:.3f}"


def add(name: str, block: str, explanation: str, evidence: Any = None) -> None:
    """Add the mistake that the class ``block`` of `broken_blocks` makes."""
    MISTAKES.add(name, explanation, evidence=evidence)(made_by(block))


add(
    "the norm after the sum",
    "PostNorm",
    "You compute norm(x + f(x)): that is Post-LN. The norm stands on the trunk, and "
    "every block changes the size of what passes. In Pre-LN it stands in the branch: "
    "x + f(norm(x)).",
    size_shown,
)
add(
    "the skip path from the normalized x",
    "SkipFromNormalized",
    "You overwrite x with norm(x), and the sum is norm(x) + f(norm(x)). So the trunk "
    "passes through the norm. Give the normalized x a name of its own and add the x "
    "that came in.",
    size_shown,
)
add(
    "a final norm in every block",
    "AlsoAfterTheSum",
    "Your block has the right branch, and a norm after the sum as well. The final norm "
    "stands once, behind the last block of the net. In the block it would stand on the "
    "trunk.",
    size_shown,
)
add(
    "the norm at the end of the branch",
    "NormLast",
    "You compute x + norm(f(x)). The branch then reads a trunk that may have any size. "
    "In Pre-LN the norm comes first: f(norm(x)).",
)
add(
    "a norm at both ends of the branch",
    "Sandwich",
    "Your branch is norm(f(norm(x))): the sandwich of the lesson. This card's block "
    "has one norm, at the start of the branch.",
)
add(
    "no norm at all",
    "NormUnused",
    "The norm is not used in `forward`: your block is x + f(x). Let the branch read "
    "self.norm(x).",
)
add(
    "the norm between the linear layers",
    "NormInside",
    "Your norm stands behind linear1. That normalizes the hidden features; what the "
    "branch reads still has any size. Normalize x, then apply linear1.",
)
add(
    "the skip path missing",
    "NoSkip",
    "The output is that of the branch alone. Add x to it.",
)
add(
    "an activation after the sum",
    "ActivationAfter",
    "You return relu(x + z). Then the trunk loses all that is negative, at every "
    "block. In this block nothing follows the sum.",
)
add(
    "the activation missing",
    "NoActivation",
    "There is no ReLU between linear1 and linear2. Two linear layers in a row are one "
    "linear layer.",
)
add(
    "an activation at the end of the branch",
    "ActivationLast",
    "Your branch ends in ReLU, so it can only add and never take away, and the trunk "
    "can only grow. Leave the second ReLU out.",
)
add(
    "the activation before linear1",
    "ActivationFirst",
    "You apply ReLU to norm(x) and nothing between the linear layers. On this card the "
    "order is norm, linear1, ReLU, linear2.",
)
add(
    "the hidden width not used",
    "HiddenIgnored",
    "Both linear layers lead from d to d. linear1 leads from d to hidden, linear2 from "
    "hidden back to d.",
    count_shown,
)
add(
    "one linear layer used twice",
    "OneLayerTwice",
    "Where hidden equals d, linear1 and linear2 are the same object, so they share "
    "their weights. Make two: `self.linear1 = nn.Linear(...)` and "
    "`self.linear2 = nn.Linear(...)`.",
    count_shown,
)
add(
    "layers without bias",
    "NoBiases",
    "linear1 and linear2 have no bias. That is usual in front of a norm, which takes "
    "it away again; here no norm follows. Leave `bias=False` out.",
    count_shown,
)
add(
    "a norm without scale and shift",
    "PlainNorm",
    "Your norm has no weight and no bias to learn. Leave `elementwise_affine=False` "
    "out.",
    count_shown,
)
add(
    "RMS norm in the place of layer norm",
    "WithRMSNorm",
    "You used `nn.RMSNorm`. Many large models do, but this card asks for layer norm, "
    "which has a bias too and takes the mean away. Use `nn.LayerNorm(d)`.",
    count_shown,
)
add(
    "batch norm in the place of layer norm",
    "WithBatchNorm",
    "You used `nn.BatchNorm1d`, which averages over the samples: they meet, and "
    "evaluation is another function. Use `nn.LayerNorm(d)`.",
)
add(
    "layers in a plain list",
    "PlainList",
    "Your layers are in a Python list. Torch finds layers that are attributes of the "
    "block, so `parameters()` is empty and an optimizer would train nothing. Give each "
    "a name, `self.linear1 = ...`.",
)
add(
    "layers made in forward",
    "MadeInForward",
    "Every call makes new layers with new random weights, and the next call has "
    "forgotten them. Nothing can be learned that way. Make the layers in `__init__` "
    "and use them in `forward`.",
)
add(
    "two blocks share their layers",
    "SharedByAll",
    "Two blocks of the same widths work with the same layers, so training one changes "
    "the other. Make the layers in `__init__`, as attributes of `self`, not of the "
    "class and not outside.",
)
add(
    "the branch added in place",
    "AddsInPlace",
    "`x += z` writes into the caller's tensor: whoever called the block has lost its "
    "input. Write `x + z`, which makes a new tensor.",
)
add(
    "the trunk cut out of the gradient",
    "SkipDetached",
    "The output is right, but no gradient comes back along the trunk: `detach`, "
    "`.data` or `torch.no_grad` stands on it. Leave that out.",
)
add(
    "the branch cut out of the gradient",
    "BranchDetached",
    "The output is right, but no gradient reaches the layers: `detach`, `.data` or "
    "`torch.no_grad` stands on the branch. Leave that out.",
)
add(
    "a norm that nothing reaches",
    "NormDetached",
    "The output is right, but the gradient ends before the norm: norm.weight and "
    "norm.bias never move. Leave `detach`, `.data` and `torch.no_grad` out.",
)
add(
    "a branch that starts at 0 and stays there",
    "ZeroStart",
    "The first layer (or both) starts with nothing but zeros. ReLU's slope at 0 is 0, "
    "so no gradient reaches the weights before it. If you want the branch to start at "
    "0, set linear2 alone to 0.",
)
