"""What goes wrong in a residual block as a torch module, in words.

The blocks themselves are in `broken_blocks`, which needs torch.
"""

from collections.abc import Callable, Mapping
from typing import Any

from coursekit.autograders.catalogue import Catalogue

MISTAKES = Catalogue()


def made_by(name: str) -> Callable[..., Any]:
    """Return a function that makes the block of `broken_blocks` called ``name``."""

    def make(d_in: int, d_out: int, *, mode: str) -> Any:
        from coursekit.autograders.residual_connections import broken_blocks

        return getattr(broken_blocks, name)(d_in, d_out, mode=mode)

    return make


def count_shown(inputs: Mapping, got: Mapping, expected: Mapping) -> str:
    """Say how many numbers can be trained."""
    name = "the number of parameters"
    return (
        f"ResidualBlock({inputs['d_in']}, {inputs['d_out']}) should have "
        f"{expected[name]} numbers to train; yours has {got[name]}"
    )


def add(name: str, block: str, explanation: str, evidence: Any = None) -> None:
    """Add the mistake that the class ``block`` of `broken_blocks` makes."""
    MISTAKES.add(name, explanation, evidence=evidence)(made_by(block))


add(
    "a projection on every skip path",
    "AlwaysProjects",
    "Your shortcut is a linear layer even where d_in equals d_out. Then the block is "
    "no identity when its branch is 0, and the matrix stands in every gradient. Use "
    "`nn.Identity()` where the widths are equal.",
    count_shown,
)
add(
    "a projection with a bias on every skip path",
    "AlwaysProjectsWithBias",
    "Your shortcut is a linear layer with bias whatever the widths. Where d_in equals "
    "d_out use `nn.Identity()`, or the block is no identity when its branch is 0. "
    "Elsewhere leave the bias out, as linear2 has one.",
    count_shown,
)
add(
    "no projection where the widths differ",
    "NeverProjects",
    "a has d_in features and z has d_out, so they cannot be added. (From 4 features "
    "to 1 torch even adds them, and the result is wrong.) Where the widths differ the "
    "skip path needs `nn.Linear(d_in, d_out, bias=False)`.",
    count_shown,
)
add(
    "a bias on the projection",
    "BiasOnSkip",
    "Your shortcut has a bias. linear2 has one already, and both end in the same sum. "
    "Write `nn.Linear(d_in, d_out, bias=False)`.",
    count_shown,
)
add(
    "another width inside the branch",
    "NarrowInside",
    "Your linear1 leads from d_in to d_in. On this card the first layer already "
    "changes the width: linear1 from d_in to d_out, linear2 from d_out to d_out.",
    count_shown,
)
add(
    "layers without bias",
    "NoBiases",
    "linear1 and linear2 have no bias. That is usual where a norm follows, which "
    "brings its own; here there is none. Leave `bias=False` out.",
    count_shown,
)
add(
    "one linear layer used twice",
    "OneLayerTwice",
    "linear1 and linear2 are the same object, so they share their weights. Make two: "
    "`self.linear1 = nn.Linear(...)` and `self.linear2 = nn.Linear(...)`.",
    count_shown,
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
    "Every call makes new layers with new random weights. Nothing can be learned "
    "that way, as the next call has forgotten it. Make the layers in `__init__` and "
    "use them in `forward`.",
)
add(
    "two blocks share their layers",
    "SharedByAll",
    "Two blocks of the same widths work with the same layers, so training one changes "
    "the other. Make the layers in `__init__`, as attributes of `self`, not of the "
    "class and not outside.",
)
add(
    "a branch that starts at 0 and stays there",
    "ZeroStart",
    "The first layer (or both) starts with nothing but zeros. Behind it everything is "
    "0, and ReLU's slope at 0 is 0, so no gradient reaches its weights or those after "
    "it. If you want the branch to start at 0, set linear2 alone to 0.",
)
add(
    "pre computed as post",
    "PreAsPost",
    'Your block computes the post-activation form for mode="pre" too. In "pre" the '
    "activations come before each linear layer, and nothing follows the sum.",
)
add(
    "post computed as pre",
    "PostAsPre",
    'Your block computes the pre-activation form for mode="post" too. In "post" the '
    "branch begins with linear1, and ReLU follows the sum.",
)
add(
    "the two modes exchanged",
    "ModesExchanged",
    'Your "pre" is post-activation and your "post" pre-activation. Post means that '
    "the activation comes after the sum, pre that it comes before the weights.",
)
add(
    "the skip path missing",
    "NoSkip",
    "The output is that of the branch alone. Add `self.shortcut(a)` to it, before the "
    "last activation if there is one.",
)
add(
    "a added after the activation",
    "SkipAfter",
    'In "post" you return relu(z) + a, and the branch can only raise a. Add first, '
    "then apply ReLU: relu(z + shortcut(a)).",
)
add(
    "the last activation missing",
    "NoLastActivation",
    'In "post" ReLU comes after the sum, and yours ends with the sum. Return '
    "relu(z + shortcut(a)).",
)
add(
    "an activation after the sum in pre",
    "AlsoAfterTheSum",
    'In "pre" nothing may follow the sum: the road from block to block stays free. '
    'Apply ReLU after the sum in "post" only.',
)
add(
    "the first activation missing in pre",
    "NoFirstActivation",
    'In "pre" each linear layer has an activation before it, the first one too. '
    "linear1 gets relu(a), the skip path gets a.",
)
add(
    "the activation after the weights in pre",
    "AfterTheWeights",
    'In "pre" you have linear, ReLU, linear, ReLU: z cannot be negative, so the sum '
    "can only grow from block to block. Turn each pair around: ReLU, linear, ReLU, "
    "linear.",
)
add(
    "the inner activation missing",
    "NoInnerActivation",
    "There is no activation between linear1 and linear2. Two linear layers in a row "
    "are one linear layer. Apply ReLU before linear2.",
)
add(
    "the skip path from relu(a) in pre",
    "SkipFromActivated",
    'In "pre" your skip path gets relu(a), so what is negative in a is lost at the '
    "first block. Only the branch sees the activated a: shortcut(a), with a as it "
    "came.",
)
add(
    "the input activated in place",
    "ActivatesInPlace",
    "`relu_` or `nn.ReLU(inplace=True)` on a overwrites the block's input. In "
    '"pre" the skip path then gets relu(a), and so does whoever called the block. '
    "Use `torch.relu(a)`, which makes a new tensor.",
)
add(
    "the branch added in place",
    "AddsInPlace",
    "Where the shortcut is the identity, `self.shortcut(a)` is a itself, and `+=` "
    'writes into the caller\'s tensor. In "post" the backward pass then fails, as it '
    "needs a as it was. Write `z + self.shortcut(a)`.",
)
add(
    "the skip path cut out of the gradient",
    "SkipDetached",
    "The output is right, but no gradient comes back through the skip path: "
    "`detach`, `.data` or `torch.no_grad` stands on it. Leave that out.",
)
add(
    "the branch cut out of the gradient",
    "BranchDetached",
    "The output is right, but no gradient reaches linear1 and linear2: `detach`, "
    "`.data` or `torch.no_grad` stands on the branch. Leave that out.",
)
