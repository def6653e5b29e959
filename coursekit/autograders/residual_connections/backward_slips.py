"""A right da, but wrong gradients of the parameters, a wrong form or a side effect."""

from collections.abc import Mapping

from coursekit.autograders.catalogue import Catalogue
from coursekit.autograders.residual_connections.backward_mistakes import (
    inner,
    relu,
    right,
)

SLIPS = Catalogue()
#: What is left in the cache after a call, but for dout.
KEPT = frozenset(f"{name} afterwards" for name in ("a", "z1", "s", "W1", "W2"))


def count_shown(inputs: Mapping, got: Mapping, expected: Mapping) -> str:
    """Say how the gradient of a bias relates to the right one."""
    at = abs(expected["db2"]).argmax()
    times = expected["db2"][at] / got["db2"][at]
    return f"the right db2 is {times:.0f} times yours, once for each sample"


@SLIPS.add(
    "dW2 from z1 before its ReLU",
    "W2 multiplies relu(z1), so its gradient is relu(z1).T @ ds. With z1 itself the "
    "units that were off count too.",
)
def _before_relu(dout, cache):
    da, dW1, db1, _, db2 = right(dout, cache)
    return da, dW1, db1, cache[1].T @ (dout * (cache[2] > 0)), db2


@SLIPS.add(
    "dW2 and db2 from dout",
    "da is right, but dW2 and db2 are made from dout, before the mask. W2 and b2 lie "
    "before the last ReLU like everything else: use ds.",
)
def _from_dout(dout, cache):
    da, dW1, db1, _, _ = right(dout, cache)
    return da, dW1, db1, relu(cache[1]).T @ dout, dout.sum(axis=0)


@SLIPS.add(
    "dW1 from relu(a)",
    "You multiply dz1 by relu(a). In this block W1 acts on a itself, negative entries "
    "too: dW1 = a.T @ dz1.",
)
def _relu_of_a(dout, cache):
    da, _, *rest = right(dout, cache)
    dz1 = inner(dout * (cache[2] > 0), cache)
    return da, relu(cache[0]).T @ dz1, *rest


@SLIPS.add(
    "gradients of the biases averaged",
    "db1 and db2 are means over the samples. Every sample uses the same bias, so its "
    "gradients add up: sum over axis 0. If the loss is a mean, dout holds that "
    "already.",
    evidence=count_shown,
)
def _biases_averaged(dout, cache):
    da, dW1, db1, dW2, db2 = right(dout, cache)
    return da, dW1, db1 / len(dout), dW2, db2 / len(dout)


@SLIPS.add(
    "gradients of all parameters averaged",
    "The gradients of weights and biases are divided by the number of samples. They "
    "are sums over the samples. If the loss is a mean, dout holds that already, and "
    "dividing again makes the steps too small.",
    evidence=count_shown,
)
def _all_averaged(dout, cache):
    da, *parameters = right(dout, cache)
    return da, *(gradient / len(dout) for gradient in parameters)


@SLIPS.add(
    "gradients of the biases not summed",
    "db1 and db2 have one row for each sample. A bias is one vector that all samples "
    "share: sum over axis 0.",
)
def _not_summed(dout, cache):
    da, dW1, _, dW2, _ = right(dout, cache)
    ds = dout * (cache[2] > 0)
    return da, dW1, inner(ds, cache), dW2, ds


@SLIPS.add(
    "gradients of the biases summed over the features",
    "db1 and db2 have one entry for each sample. A bias has one for each feature, and "
    "all samples share it: sum over axis 0, not over axis 1.",
)
def _over_features(dout, cache):
    da, dW1, _, dW2, _ = right(dout, cache)
    ds = dout * (cache[2] > 0)
    return da, dW1, inner(ds, cache).sum(axis=1), dW2, ds.sum(axis=1)


@SLIPS.add(
    "gradients of the biases of shape (1, m)",
    "The numbers are right, but db1 and db2 keep an axis of length 1. Each must have "
    "the shape of its bias: sum over axis 0 without `keepdims`.",
)
def _keepdims(dout, cache):
    da, dW1, db1, dW2, db2 = right(dout, cache)
    return da, dW1, db1[None], dW2, db2[None]


@SLIPS.add(
    "gradients of the biases summed to one number",
    "`.sum()` without an axis adds up the features too. Each entry of a bias has its "
    "own gradient: sum over axis 0.",
)
def _one_number(dout, cache):
    da, dW1, db1, dW2, db2 = right(dout, cache)
    return da, dW1, db1.sum(), dW2, db2.sum()


@SLIPS.add(
    "gradients of the weights transposed",
    "dW1 and dW2 come out as dz1.T @ a and ds.T @ relu(z1), the transposes. The "
    "gradient of W1 has the shape of W1, (d, m): a.T @ dz1.",
)
def _transposed(dout, cache):
    da, dW1, db1, dW2, db2 = right(dout, cache)
    return da, dW1.T, db1, dW2.T, db2


@SLIPS.add(
    "weights not transposed on the way back",
    "You multiply by W2 and W1 as the forward pass does. On the way back a product "
    "with W becomes a product with W.T. Only when d = m do both run, and then the "
    "other one is wrong without an error.",
)
def _same_weights(dout, cache):
    a, z1, s, W1, W2 = cache
    ds = dout * (s > 0)
    dz1 = (ds @ W2) * (z1 > 0)
    return ds + dz1 @ W1, a.T @ dz1, dz1.sum(axis=0), relu(z1).T @ ds, ds.sum(axis=0)


@SLIPS.add(
    "the gradients in another order",
    "All five may be right, but they come in the order da, dW1, dW2, db1, db2. The "
    "card asks for the order of the forward pass's arguments: "
    "(da, dW1, db1, dW2, db2).",
)
def _another_order(dout, cache):
    da, dW1, db1, dW2, db2 = right(dout, cache)
    return da, dW1, dW2, db1, db2


@SLIPS.add(
    "da alone",
    "Only da came back. The weights and biases learn too, so they need their "
    "gradients: return `da, dW1, db1, dW2, db2`.",
)
def _da_only(dout, cache):
    return right(dout, cache)[0]


@SLIPS.add(
    "dout changed in place",
    "The gradients are right, but dout is not what it was: `dout *= mask` or "
    "`dout[s <= 0] = 0` writes into the caller's array, which other branches of the "
    "network may still need. Write `ds = dout * (s > 0)`.",
    shows=lambda wrong: {value for _, value in wrong} == {"dout afterwards"},
)
def _changes_dout(dout, cache):
    gradients = right(dout, cache)
    dout *= cache[2] > 0
    return gradients


@SLIPS.add(
    "the cache changed in place",
    "The first call may be right, but it leaves other numbers in the cache. "
    "`z1[z1 < 0] = 0` and `s *= ...` write into it, and a second backward pass, or "
    "whoever looks at the activations, meets what you left. Work on new arrays.",
    shows=lambda wrong: (
        bool({value for _, value in wrong} & KEPT)
        and {value for _, value in wrong} <= KEPT | {"the change in a second call"}
    ),
)
def _changes_cache(dout, cache):
    gradients = right(dout, cache)
    z1 = cache[1]
    z1[z1 < 0] = 0
    return gradients
