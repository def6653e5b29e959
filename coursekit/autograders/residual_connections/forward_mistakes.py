"""A wrong block: what people add, where they put ReLU, and what they cache.

Where only the way to ``out`` is wrong, the cache here is right: people cache one thing
or another then, and the mistake must be recognised by ``out`` alone.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from coursekit.autograders.catalogue import Catalogue

MISTAKES = Catalogue()
AFTERWARDS = frozenset(f"{name} afterwards" for name in ("a", "W1", "b1", "W2", "b2"))


def relu(x: Any) -> Any:
    """Return the larger of x and 0."""
    return np.maximum(x, 0)


def branch(a: Any, W1: Any, b1: Any, W2: Any, b2: Any) -> tuple:
    """Return z and z1 as they should be."""
    z1 = a @ W1 + b1
    return relu(z1) @ W2 + b2, z1


def right(a: Any, W1: Any, b1: Any, W2: Any, b2: Any) -> tuple:
    """Return out and cache as they should be."""
    z, z1 = branch(a, W1, b1, W2, b2)
    return relu(z + a), (a, z1, z + a, W1, W2)


def own_z(inputs: Mapping) -> np.ndarray:
    """Return the branch of a case as it should be."""
    return branch(*(inputs[name] for name in ("a", "W1", "b1", "W2", "b2")))[0]


def place_shown(inputs: Mapping, got: Mapping, expected: Mapping) -> str:
    """Say z, a and out where the answer is furthest from the right one."""
    z, a = own_z(inputs), inputs["a"]
    gap = np.abs(got["out"] - expected["out"])
    at = np.unravel_index(gap.argmax(), gap.shape)
    place = f"[{at[0]}, {at[1]}]"
    return (
        f"at {place} z is {z[at]:.3f} and a is {a[at]:.3f}: your out is "
        f"{got['out'][at]:.3f}, relu(z + a) is {expected['out'][at]:.3f}"
    )


def sign_shown(inputs: Mapping, got: Mapping, expected: Mapping) -> str:
    """Say how many entries of out are negative."""
    negative = got["out"] < 0
    return f"{negative.sum()} of {negative.size} entries of your out are negative"


@MISTAKES.add(
    "the skip path missing",
    "out is relu(z): a goes through the branch, but is not added back. That is a plain "
    "net of two layers. Add a to z before the last ReLU.",
    evidence=place_shown,
)
def _no_skip(a, W1, b1, W2, b2):
    z, z1 = branch(a, W1, b1, W2, b2)
    return relu(z), (a, z1, z, W1, W2)


@MISTAKES.add(
    "a added after the activation",
    "You return relu(z) + a, the article's formula is relu(z + a). They differ "
    "wherever z is negative: your branch can raise a but never lower it. Add first, "
    "then apply ReLU.",
    evidence=place_shown,
)
def _skip_after(a, W1, b1, W2, b2):
    z, z1 = branch(a, W1, b1, W2, b2)
    return relu(z) + a, (a, z1, z + a, W1, W2)


@MISTAKES.add(
    "ReLU on the branch before the addition",
    "You apply ReLU to z, add a, and apply ReLU to the sum. The first of the two "
    "deletes what is negative in z, so the branch can only raise a. Leave it out: "
    "relu(z + a).",
    evidence=place_shown,
)
def _branch_relu(a, W1, b1, W2, b2):
    z, z1 = branch(a, W1, b1, W2, b2)
    return relu(relu(z) + a), (a, z1, z + a, W1, W2)


@MISTAKES.add(
    "ReLU on the skip path",
    "You add relu(a) in place of a. The skip path carries a as it is, negative entries "
    "too. Only the sum goes through ReLU.",
    evidence=place_shown,
)
def _skip_relu(a, W1, b1, W2, b2):
    z, z1 = branch(a, W1, b1, W2, b2)
    return relu(z + relu(a)), (a, z1, z + a, W1, W2)


@MISTAKES.add(
    "ReLU on both paths, not on the sum",
    "You return relu(z) + relu(a). Then a negative z cannot lower a positive a, nor "
    "the other way round. Add z and a as they are, and apply ReLU to the sum.",
    evidence=place_shown,
)
def _relu_each(a, W1, b1, W2, b2):
    z, z1 = branch(a, W1, b1, W2, b2)
    return relu(z) + relu(a), (a, z1, z + a, W1, W2)


@MISTAKES.add(
    "the last activation missing",
    "You return z + a itself. On this card the block ends with an activation: "
    "out = relu(z + a). (A block without it is one half of the pre-activation form.)",
    evidence=sign_shown,
)
def _no_last_relu(a, W1, b1, W2, b2):
    z, z1 = branch(a, W1, b1, W2, b2)
    return z + a, (a, z1, z + a, W1, W2)


@MISTAKES.add(
    "the pre-activation form",
    "Your branch begins with ReLU and nothing follows the sum: that is the "
    "pre-activation block. The card asks for the article's form, relu(z + a), with "
    "the branch on a itself.",
    evidence=sign_shown,
)
def _pre_activation(a, W1, b1, W2, b2):
    z, z1 = branch(relu(a), W1, b1, W2, b2)
    return z + a, (a, z1, z + a, W1, W2)


@MISTAKES.add(
    "multiplied instead of added",
    "You multiply z and a. A product gates: with z = 0 all is lost, and a small z "
    "shrinks a. A residual connection is a sum.",
    evidence=place_shown,
)
def _multiplied(a, W1, b1, W2, b2):
    z, z1 = branch(a, W1, b1, W2, b2)
    return relu(z * a), (a, z1, z + a, W1, W2)


@MISTAKES.add(
    "joined instead of added",
    "You put z and a side by side, so out has twice as many features. That is how "
    "DenseNet joins them, and every block would be wider than the last. Add them: "
    "both have shape (N, d).",
)
def _joined(a, W1, b1, W2, b2):
    z, z1 = branch(a, W1, b1, W2, b2)
    return relu(np.concatenate([z, a], axis=1)), (a, z1, z + a, W1, W2)


@MISTAKES.add(
    "a subtracted",
    "You compute relu(z - a). The residual is what the branch should learn, the "
    "wanted output less a. The block adds a back to it: z + a.",
    evidence=place_shown,
)
def _subtracted(a, W1, b1, W2, b2):
    z, z1 = branch(a, W1, b1, W2, b2)
    return relu(z - a), (a, z1, z + a, W1, W2)


@MISTAKES.add(
    "half of the skip path",
    "You add a / 2. After L blocks only 1 / 2^L of the input would be left on the skip "
    "path. Add a with the factor 1.",
    evidence=place_shown,
)
def _half_skip(a, W1, b1, W2, b2):
    z, z1 = branch(a, W1, b1, W2, b2)
    return relu(z + a / 2), (a, z1, z + a, W1, W2)


@MISTAKES.add(
    "the mean of both paths",
    "You take (z + a) / 2. With z = 0 the block halves its input instead of passing "
    "it on. A residual connection is the sum, not the mean.",
    evidence=place_shown,
)
def _mean_of_both(a, W1, b1, W2, b2):
    z, z1 = branch(a, W1, b1, W2, b2)
    return relu((z + a) / 2), (a, z1, z + a, W1, W2)


@MISTAKES.add(
    "the inner ReLU missing",
    "Your branch has no activation between its layers. Two linear layers in a row are "
    "one linear layer, and the second adds nothing. Apply ReLU to z1 before W2.",
    evidence=place_shown,
)
def _no_inner_relu(a, W1, b1, W2, b2):
    z1 = a @ W1 + b1
    s = z1 @ W2 + b2 + a
    return relu(s), (a, z1, s, W1, W2)


@MISTAKES.add(
    "b1 missing",
    "The inner layer is a @ W1 alone. Add b1 before its ReLU: it decides where each "
    "inner unit switches on.",
)
def _no_b1(a, W1, b1, W2, b2):
    return right(a, W1, 0 * b1, W2, b2)


@MISTAKES.add(
    "b2 missing",
    "The outer layer is the product with W2 alone. Add b2 to it, before a is added.",
)
def _no_b2(a, W1, b1, W2, b2):
    return right(a, W1, b1, W2, 0 * b2)


@MISTAKES.add(
    "weights transposed",
    "You multiply by W1.T and W2.T, as torch does with its own weights. Here samples "
    "are rows and W1 has shape (d, m): write a @ W1. Only when d = m do both run, and "
    "then the transposed one is wrong without an error.",
)
def _transposed(a, W1, b1, W2, b2):
    z1 = a @ W1.T + b1
    s = relu(z1) @ W2.T + b2 + a
    return relu(s), (a, z1, s, W1, W2)


@MISTAKES.add(
    "out without the cache",
    "Only out came back. The backward pass needs a, z1, s and the weights again: "
    "return `out, (a, z1, s, W1, W2)`.",
)
def _out_only(a, W1, b1, W2, b2):
    return right(a, W1, b1, W2, b2)[0]


@MISTAKES.add(
    "s cached after its ReLU",
    "The cache holds out where the sum s belongs. The card asks for s before the ReLU. "
    "If you wrote `np.maximum(s, 0, out=s)`, or changed s with `s[s < 0] = 0`, make a "
    "new array for out.",
)
def _s_after_relu(a, W1, b1, W2, b2):
    out, (_, z1, _, _, _) = right(a, W1, b1, W2, b2)
    return out, (a, z1, out, W1, W2)


@MISTAKES.add(
    "z1 cached after its ReLU",
    "What your cache calls z1 has been through ReLU. The card asks "
    "for the inner layer before it. Keep z1, and give relu(z1) a name of its own.",
)
def _z1_after_relu(a, W1, b1, W2, b2):
    out, (_, z1, s, _, _) = right(a, W1, b1, W2, b2)
    return out, (a, relu(z1), s, W1, W2)


@MISTAKES.add(
    "z cached for s",
    "Your cache holds z, the branch alone, where the sum z + a belongs. The slope "
    "of the last ReLU depends on the sum: cache s = z + a.",
)
def _z_for_s(a, W1, b1, W2, b2):
    out, (_, z1, s, _, _) = right(a, W1, b1, W2, b2)
    return out, (a, z1, s - a, W1, W2)


@MISTAKES.add(
    "another cache",
    "out is right, but the cache is not `(a, z1, s, W1, W2)` in this order. z1 is the "
    "inner layer and s the sum z + a, both before their ReLU; the other three are the "
    "arguments as they came.",
    shows=lambda wrong: (
        len({value for _, value in wrong}) > 1
        and all(value.startswith("cache.") for _, value in wrong)
    ),
)
def _another_cache(a, W1, b1, W2, b2):
    out, (_, z1, s, _, _) = right(a, W1, b1, W2, b2)
    return out, (z1, s, a, W1, W2)


@MISTAKES.add(
    "a changed in place",
    "out is right, but `a` (or a weight) is not what it was. `a += z` writes into the "
    "caller's array, which the backward pass and other branches still need. Write "
    "`s = z + a`, which makes a new array.",
    shows=lambda wrong: (
        bool({value for _, value in wrong} & AFTERWARDS)
        and {value for _, value in wrong} <= AFTERWARDS | {"cache.a"}
    ),
)
def _in_place(a, W1, b1, W2, b2):
    z, z1 = branch(a, W1, b1, W2, b2)
    a += z
    return relu(a), (a, z1, a, W1, W2)
