"""What goes wrong in a ReZero block, and in its repair, in words.

The blocks themselves are in `blocks`, which needs torch.
"""

from collections.abc import Callable, Mapping
from typing import Any

from coursekit.autograders.catalogue import Catalogue
from coursekit.probes import initialization_and_scaling as probes

MISTAKES = Catalogue()
NEW = "a new block"
FILLED = "a block with other numbers"


def made_by(name: str) -> Callable[[int], Any]:
    """Return a function that makes the block of `blocks` called ``name``."""

    def make(d: int) -> Any:
        from coursekit.autograders.initialization_and_scaling import blocks

        return getattr(blocks, name)(d)

    return make


def gradient_shown(inputs: Mapping, got: Mapping, expected: Mapping) -> str:
    """Say who gets a gradient in the first backward pass, and who in the second."""
    if probes.FIRST not in got:
        return ""
    first, second = (
        "no parameter" if got[name] == probes.NOTHING else got[name]
        for name in (probes.FIRST, probes.SECOND)
    )
    return (
        f"a gradient comes in the first backward pass to {first}, and after one step "
        f"to {second}"
    )


def alpha_shown(inputs: Mapping, got: Mapping, expected: Mapping) -> str:
    """Say where alpha starts."""
    return f"your alpha starts at {float(got['alpha']):.3g}" if "alpha" in got else ""


def add(
    name: str, block: str, explanation: str, evidence: Any = None, shows: Any = None
) -> None:
    """Add the mistake that the class ``block`` of `blocks` makes."""
    MISTAKES.add(name, explanation, evidence=evidence, shows=shows)(made_by(block))


add(
    "two zeros in one branch",
    "TwoZeros",
    "alpha is 0 and the last layer is 0: that is the block of the task, unrepaired. "
    "Each one's gradient holds the other, so neither gets any, and no rate and no "
    "optimizer changes that. Leave the last layer as it was drawn.",
    gradient_shown,
)
add(
    "the last layer's weight still at zero",
    "WeightAtZero",
    "The weight of linear2 still starts at 0, beside alpha. Its bias alone lets alpha "
    "move, and linear1 has to wait for the weight. Leave weight and bias as they were "
    "drawn.",
    gradient_shown,
)
add(
    "the first layer at zero",
    "FirstAtZero",
    "linear1 starts at 0, so h is 0, and at 0 ReLU passes no gradient. Only alpha and "
    "the bias of linear2 can ever move. Leave both layers as they were drawn.",
    gradient_shown,
)
add(
    "alpha off zero in place of the last layer",
    "AlphaOffZeroLastAtZero",
    "You moved alpha off 0 and left the last layer at 0. That block learns too, but it "
    "is no ReZero: there alpha starts at 0 and the layers as they are drawn. Take the "
    "other zero out.",
    alpha_shown,
    shows=lambda wrong: wrong == {(NEW, "alpha"), (NEW, probes.FIRST)},
)
add(
    "alpha off zero",
    "AlphaOffZero",
    "alpha does not start at 0, and the last layer is drawn, so the block is no "
    "identity at the start. One zero has to stay: alpha's.",
    alpha_shown,
    shows=lambda wrong: (
        wrong == {(NEW, "alpha"), (NEW, probes.FIRST), (NEW, probes.OUT)}
    ),
)
add(
    "alpha is no parameter",
    "PlainAlpha",
    "alpha is a plain tensor, so `parameters()` does not list it and no optimizer ever "
    "moves it. Make it a parameter: `nn.Parameter(torch.zeros(()))`.",
)
add(
    "alpha cut off from the gradient",
    "AlphaDetached",
    "alpha is used through `detach()`, `.data` or `.item()`, so no gradient comes back "
    "to it and it stays 0 for ever. Multiply by `self.alpha` itself.",
    gradient_shown,
)
add(
    "the branch cut off from the gradient",
    "BranchDetached",
    "alpha moves, but no gradient comes back into the layers: z is detached, or was "
    "made under `torch.no_grad()`. Let torch follow the whole branch.",
    gradient_shown,
)
add(
    "the skip path multiplied by alpha",
    "SkipMultiplied",
    "You multiply the sum by alpha, so that at the start the block gives 0. alpha "
    "belongs to the branch alone: a + alpha * z.",
)
add(
    "the skip path left out",
    "SkipMissing",
    "You return alpha * z; the block's input is not added. At the start it gives 0 and "
    "not a. Write a + alpha * z.",
)
add(
    "multiplied in place of added",
    "Multiplied",
    "You multiply a by 1 + alpha * z. At the start that is a as well, but the gradient "
    "of the branch is multiplied by a too. Add alpha * z to a.",
)
add(
    "layers shared between blocks",
    "Shared",
    "A second block changed what the first one computes: they share a layer or an "
    "alpha. Make them in `__init__`, anew for every block, and neither on the class "
    "nor outside it.",
    shows=lambda wrong: wrong == {(FILLED, probes.AGAIN)},
)
add(
    "a mixture in place of a sum",
    "Mixed",
    "You weigh the paths by 1 - alpha and alpha. That is a highway or gated block. In "
    "ReZero the skip path keeps its whole weight: a + alpha * z.",
)
add(
    "ReLU after the sum",
    "ReluAfterSum",
    "You send the sum through ReLU, so at the start every negative entry of a becomes "
    "0. In this block nothing follows the sum.",
)
add(
    "ReLU at the end of the branch",
    "ReluOnBranch",
    "You send z through ReLU, so that the branch can only add. In this block linear2 "
    "comes last in the branch.",
)
add(
    "ReLU on the skip path",
    "ReluOnSkip",
    "You add relu(a) where a itself belongs. ReLU stands inside the branch; the skip "
    "path gets a as it came.",
)
add(
    "the first ReLU missing",
    "FirstReluMissing",
    "linear1 gets a as it came. The branch begins with ReLU: linear1(relu(a)).",
)
add(
    "the inner ReLU missing",
    "InnerReluMissing",
    "Nothing stands between the two layers, and together they are one linear map. "
    "Write linear2(relu(linear1(relu(a)))).",
)
add(
    "the input changed in place",
    "InPlace",
    "`a += ...` changes the tensor that the caller holds, and every block before it "
    "still needs that one. Write `a + self.alpha * z`, which makes a new tensor.",
)
add(
    "ReLU in place on the input",
    "ReluInPlace",
    "`torch.relu_` (or `inplace=True`) overwrites a, and the skip path then carries "
    "relu(a). Use `torch.relu(a)`, which makes a new tensor.",
)
