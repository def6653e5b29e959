"""Other ratios than that of the branch's length to the skip's, and traces."""

from collections.abc import Mapping

import numpy as np

from coursekit.autograders.catalogue import Catalogue
from coursekit.probes.residual_networks_at_work import IN_MODE, RATIO, block_of

MISTAKES = Catalogue()


def lengths_shown(inputs: Mapping, got: Mapping, expected: Mapping) -> str:
    """Give the lengths of the case's branch, skip and output."""
    import torch

    block = block_of(inputs).train(inputs["training"])
    with torch.no_grad():
        x = torch.from_numpy(inputs["x"])
        parts = block.branch(x), block.shortcut(x), block(x)
    z, skip, output = (float(part.norm()) for part in parts)
    name = RATIO if RATIO in got else IN_MODE
    return (
        f"branch, skip and output have lengths {z:.3g}, {skip:.3g} and {output:.3g}; "
        f"{z:.3g} / {skip:.3g} is {expected[name]:.3g}, and yours is "
        f"{float(np.ravel(got[name])[0]):.3g}"
    )


def mode_shown(inputs: Mapping, got: Mapping, expected: Mapping) -> str:
    """Say in which mode the block was, and is."""
    name = "the mode afterwards"
    return f"the block was in {expected[name]} mode and is in {got[name]} mode now"


def parts(block, x):
    """Return what branch and skip give, without a graph."""
    return block.branch(x).detach(), block.shortcut(x).detach()


def quotient(a, b):
    """Return the ratio of two lengths."""
    return float(a.norm() / b.norm())


@MISTAKES.add(
    "divided by the output, not the skip",
    "You divide by the length of the block's output, which holds the branch already. "
    "A branch as strong as its skip should give 1. Divide by the length of "
    "`block.shortcut(x)`.",
    evidence=lengths_shown,
)
def _over_output(block, x):
    return quotient(parts(block, x)[0], block(x).detach())


@MISTAKES.add(
    "divided by the sum of branch and skip",
    "You divide by the length of branch plus skip. The question is how the two "
    "compare, so only the skip stands below the line.",
    evidence=lengths_shown,
)
def _over_sum(block, x):
    z, skip = parts(block, x)
    return quotient(z, z + skip)


@MISTAKES.add(
    "the share of both lengths",
    "You divide by the two lengths added up, which gives 1/2 for a branch as strong as "
    "its skip. The ratio of that one is 1: divide by the skip's length alone.",
    evidence=lengths_shown,
)
def _share(block, x):
    z, skip = parts(block, x)
    return float(z.norm() / (z.norm() + skip.norm()))


@MISTAKES.add(
    "skip over branch",
    "Your ratio is upside down. It says how large the branch is beside the skip: the "
    "branch stands above the line. A branch that gives 0 then has the ratio 0.",
    evidence=lengths_shown,
)
def _upside_down(block, x):
    z, skip = parts(block, x)
    return quotient(skip, z)


@MISTAKES.add(
    "the whole block in the place of its branch",
    "You compare the block's output with the skip. `block(x)` is branch and skip "
    "together (and an activation after them): call `block.branch(x)`.",
    evidence=lengths_shown,
)
def _whole_block(block, x):
    return quotient(block(x).detach(), parts(block, x)[1])


@MISTAKES.add(
    "divided by x, not by the skip",
    "You divide by the length of x. That is the skip only where the shortcut is the "
    "identity; a projection changes it. Divide by the length of `block.shortcut(x)`.",
    evidence=lengths_shown,
)
def _over_x(block, x):
    return quotient(parts(block, x)[0], x)


@MISTAKES.add(
    "the branch as output minus x",
    "You take block(x) - x for the branch. That holds only where the shortcut is the "
    "identity and no activation follows the sum. The block has the branch ready: "
    "`block.branch(x)`.",
    evidence=lengths_shown,
)
def _output_minus_x(block, x):
    return quotient(block(x).detach() - x, parts(block, x)[1])


@MISTAKES.add(
    "the branch as output minus skip",
    "You take block(x) - shortcut(x) for the branch. In a post-activation block an "
    "activation follows the sum, and the difference is another one. Use "
    "`block.branch(x)`.",
    evidence=lengths_shown,
)
def _output_minus_skip(block, x):
    skip = parts(block, x)[1]
    return quotient(block(x).detach() - skip, skip)


@MISTAKES.add(
    "squared lengths",
    "You divide sums of squares and take no root, so the ratio comes out squared. A "
    "length is the root of the sum of squares.",
    evidence=lengths_shown,
)
def _squared(block, x):
    z, skip = parts(block, x)
    return quotient(z, skip) ** 2


@MISTAKES.add(
    "absolute values added up",
    "You compare means or sums of absolute values. A length is the root of the sum of "
    "squares, and in it large entries count for more. `z.norm()` computes it.",
    evidence=lengths_shown,
)
def _absolute(block, x):
    z, skip = parts(block, x)
    return float(z.abs().sum() / skip.abs().sum())


@MISTAKES.add(
    "means of the entries",
    "You compare plain means or sums, in which positive and negative entries cancel. "
    "A length squares the entries first: `z.norm()`.",
    evidence=lengths_shown,
)
def _means(block, x):
    z, skip = parts(block, x)
    return float(z.mean() / skip.mean())


@MISTAKES.add(
    "standard deviations",
    "You compare standard deviations, which leave the means out. A constant added by "
    "the branch is a contribution too. Use the lengths: `z.norm()`.",
    evidence=lengths_shown,
)
def _deviations(block, x):
    z, skip = parts(block, x)
    return float(z.std() / skip.std())


@MISTAKES.add(
    "the largest stretch of a matrix",
    "For a matrix, `torch.linalg.norm(z, 2)` and `np.linalg.norm(z, 2)` give its "
    "largest singular value. Leave the 2 out: then it is the root of the sum of all "
    "squares.",
    evidence=lengths_shown,
)
def _spectral(block, x):
    z, skip = (np.linalg.norm(part.numpy(), 2) for part in parts(block, x))
    return float(z / skip)


@MISTAKES.add(
    "one ratio for each sample",
    "You have a ratio for each sample: the lengths are taken along the last axis. The "
    "card's lengths run over the whole batch: leave the axis out.",
)
def _each_sample(block, x):
    z, skip = parts(block, x)
    return z.norm(dim=1) / skip.norm(dim=1)


@MISTAKES.add(
    "the mean of the samples' ratios",
    "You average the samples' own ratios. A short sample then counts as much as a long "
    "one. The card takes one length over the whole batch, for branch and skip alike.",
    evidence=lengths_shown,
)
def _mean_of_ratios(block, x):
    return float(_each_sample(block, x).mean())


@MISTAKES.add(
    "the mean ratio of the entries",
    "You divide entry by entry and average. Where the skip has an entry near 0 the "
    "quotient is huge, and says nothing about the branch. Take the two lengths first, "
    "then divide once.",
    evidence=lengths_shown,
)
def _mean_of_entries(block, x):
    z, skip = parts(block, x)
    return float((z / skip).abs().mean())


@MISTAKES.add(
    "the graph kept",
    "The number is right, but it is a tensor that remembers how it was computed, with "
    "every activation of the block. A list of such ratios fills the memory. Compute "
    "under `torch.no_grad()`, and return `float(...)`.",
)
def _keeps_graph(block, x):
    return block.branch(x).norm() / block.shortcut(x).norm()


@MISTAKES.add(
    "measured in evaluation mode",
    "You switch the block to evaluation before you measure. Batch norm then uses its "
    "running statistics, and in a fresh net these are not those of any data. Measure "
    "in the mode that the block is in.",
    evidence=lengths_shown,
)
def _in_evaluation(block, x):
    training = block.training
    ratio = quotient(*parts(block.eval(), x))
    block.train(training)
    return ratio


@MISTAKES.add(
    "the block left in evaluation mode",
    "`block.eval()` changes the caller's block, and training would go on in the wrong "
    "mode. The ratio is another one too, as batch norm uses its running statistics. "
    "Measure in the mode that the block is in.",
    evidence=mode_shown,
)
def _left_in_evaluation(block, x):
    return quotient(*parts(block.eval(), x))


@MISTAKES.add(
    "the block put into training mode",
    "You call `block.train()`. A block in evaluation mode is then measured as another "
    "function, and left in the wrong mode. Measure in the mode that it is in.",
    evidence=lengths_shown,
)
def _in_training(block, x):
    return quotient(*parts(block.train(), x))


@MISTAKES.add(
    "x changed in place",
    "Where the shortcut is the identity, `block.shortcut(x)` is x itself, and an "
    "operation in place (`+=`, `-=`, a trailing underscore) writes into the caller's "
    "tensor. Make a new one: `skip + z`.",
    shows=lambda wrong: {value for _, value in wrong} == {"x afterwards"},
)
def _changes_x(block, x):
    ratio = quotient(*parts(block, x))
    output = block.shortcut(x).detach()
    output += block.branch(x).detach()
    return ratio
