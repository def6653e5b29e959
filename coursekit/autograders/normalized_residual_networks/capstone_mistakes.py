"""What a repair leaves or breaks, in words; the repairs themselves need torch.

Each is known by its marks, the values that are wrong: so a judgement trains one net
and not one for each mistake, and two faults that are left are both named.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from coursekit.autograders.catalogue import Catalogue

MISTAKES = Catalogue()
Pairs = frozenset[tuple[str, str]]

ALONE = ("training mode", "the blocks that share nothing with another")
COUNT = ("training mode", "the number of parameters")
LOGITS = ("training mode", "the logits")
REACHED = ("training mode", "the linear layers that a gradient reaches")
STEM_BIAS = ("training mode", "the gradient of the stem's bias")
BIASES = ("training mode", "the gradients of the blocks' biases")
STEM = ("evaluation mode", "what the stem gives")
BLOCKS = ("evaluation mode", "what the blocks give")
COMPANY = ("evaluation mode", "what other samples change")
PAST = ("branches that close some ReLUs", "the gradient past a closed ReLU")
CLOSED = ("branches that close some ReLUs", "what the blocks give")
OPEN = ("branches that close no ReLU", "what the blocks give")
BACK = ("branches that close no ReLU", "the gradient at the first block")


def repaired_by(name: str) -> Callable[..., Any]:
    """Return the function of `repairs` called ``name``."""

    def repair(net: Any) -> Any:
        from coursekit.autograders.normalized_residual_networks import repairs

        return getattr(repairs, name)(net)

    return repair


def add(
    name: str, repair: str, explanation: str, shows: Any, evidence: Any = None
) -> None:
    """Add the mistake that the function ``repair`` of `repairs` makes."""
    adds = MISTAKES.add(name, explanation, evidence=evidence, shows=shows)
    adds(repaired_by(repair))


def said(name: str, sentence: str) -> Callable[[Mapping, Mapping, Mapping], str]:
    """Return evidence: a sentence with got and expected, where they are reported."""

    def evidence(inputs: Mapping, got: Mapping, expected: Mapping) -> str:
        if name not in got:
            return ""
        mine, right = (np.abs(values[name]).max() for values in (got, expected))
        return sentence.format(mine=float(mine), right=float(right))

    return evidence


def skip_missing(wrong: Pairs) -> bool:
    """Whether the sum itself is without the skip, wherever ReLU is open."""
    return OPEN in wrong and BACK in wrong


add(
    "one block still stands in all 24 places",
    "one_block",
    "`[block] * 24` is one object, listed 24 times, and training it in one place "
    "trains it in all. Copying the whole list keeps that: a copy of the list shares as "
    "the list did. Copy each block by itself, or make 24 new ones.",
    lambda wrong: ALONE in wrong,
    said(
        COUNT[1],
        "your net has {mine:.0f} numbers to train; 24 blocks make {right:.0f}",
    ),
)
add(
    "mean and variance still constants in the backward pass",
    "constant_statistics",
    "A bias before a batch norm gets a gradient. The norm subtracts the mean, the bias "
    "with it, so its gradient must be 0; that it is not shows that the mean is treated "
    "as a constant. Replace the norms: `nn.BatchNorm1d` differentiates through both.",
    lambda wrong: BIASES in wrong,
    said(
        BIASES[1],
        "the largest gradient of a bias before a batch norm is {mine:.2g}, not 0",
    ),
)
add(
    "the mask still missing on the skip",
    "unmasked_skip",
    "The sum goes through ReLU, and so must the gradient of both paths. Your blocks "
    "let the skip's gradient past where ReLU has set the sum to 0. Give the blocks a "
    "`forward` that computes relu(branch(a) + a), and let torch differentiate it.",
    lambda wrong: PAST in wrong and not {CLOSED, OPEN} & wrong,
    said(PAST[1], "past a closed ReLU the gradient is up to {mine:.2g}, not 0"),
)
add(
    "evaluation still uses the batch",
    "evaluates_on_the_batch",
    "After `net.eval()` a sample's result still depends on the samples beside it. The "
    "norms stay in training mode (look at `training` of each of them), or keep no "
    "running statistics, and use the batch's own. Replace them by norms that follow "
    "`eval()`.",
    lambda wrong: COMPANY in wrong,
    said(
        COMPANY[1],
        "in evaluation mode, other samples change what the blocks give by up to "
        "{mine:.2g}, not 0",
    ),
)
add(
    "the norm of the stem left as it was",
    "stem_forgotten",
    "The norms in the blocks are repaired, the one in the stem is not. A fault of the "
    "norm is a fault of all 49 of them. Go through `net.modules()`, not through "
    "`net.blocks` alone.",
    lambda wrong: (
        bool({STEM, STEM_BIAS} & wrong) and not {BLOCKS, COMPANY, BIASES} & wrong
    ),
    said(STEM_BIAS[1], "the gradient of the stem's bias is {mine:.2g}, not 0"),
)
add(
    "all blocks compute with the last one's weights",
    "last_block_everywhere",
    "The net has 24 blocks, but a gradient reaches few of them. A function made in a "
    "loop looks its variables up when it is called, and then `block` is the last one. "
    "Bind it at once: `partial(forward, block)`, or a default `block=block`.",
    lambda wrong: REACHED in wrong and ALONE not in wrong,
    said(REACHED[1], "a gradient reaches {mine:.0f} linear layers of {right:.0f}"),
)
add(
    "the biases taken away",
    "without_biases",
    "You took the biases away (or froze them), and with them the symptom: their "
    "gradient. Whether the norms differentiate through mean and variance is another "
    "matter. Keep every layer as it was and mend the norms.",
    lambda wrong: COUNT in wrong and ALONE not in wrong,
    said(
        COUNT[1],
        "your net has {mine:.0f} numbers to train; it should have {right:.0f}",
    ),
)
add(
    "the skip left out",
    "no_skip",
    "Your blocks give relu(branch(a)): the input is not added. That is a plain net of "
    "48 layers, and no gradient comes back where the branch gives none. Add a before "
    "the ReLU.",
    skip_missing,
)
add(
    "no gradient along the skip",
    "no_gradient_along_the_skip",
    "What the blocks give is right, but no gradient comes back along the skip: a "
    "`detach` is still there. Write relu(branch(a) + a) with a itself.",
    lambda wrong: BACK in wrong and OPEN not in wrong,
    said(
        BACK[1],
        "at the first block the gradient is {mine:.2g}; it should be up to {right:.2g}",
    ),
)
add(
    "no activation after the sum",
    "no_last_activation",
    "Your blocks give branch(a) + a, or relu(branch(a)) + a, and no ReLU after the "
    "sum. That opens the mask by taking the activation away, and it is another net. "
    "The blocks are post-activation: relu(branch(a) + a).",
    lambda wrong: CLOSED in wrong and OPEN not in wrong and PAST in wrong,
)
