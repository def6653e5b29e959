# %% header [markdown]
# # Exercise 02: write a residual block
#
# | | |
# |---|---|
# | **You will** | write a residual block and its gradient by hand in NumPy, then the block as a torch module in both forms |
# | **You need** | the [lesson on residual connections](../notebooks/02_residual_connections.ipynb); matrix products; the chain rule; for the last task `nn.Module` |
# | **Time** | 65 minutes alone, 45 in a workshop (leave the last task for home) |
#
# Replace the line that raises in each cell, run the cell, then run the `check` below
# it. You can check as often as you like, and you may work in any order.

# %% imports
import numpy as np

from coursekit import answer, check, hint, progress, solution

# %% help [markdown]
# **Stuck?** `hint(residual_forward)` gives a question, asked again a pointer, and then
# a template with gaps. After your first attempt `solution(residual_forward)` shows a
# worked answer. Both work for every task here, and for a short question by its name:
# `hint("02-skips")`.

# %% question-identity [markdown]
# ## Three short answers to begin with
#
# Put your answer in the place of the three dots and run the cell.
#
# **A.** All weights and biases of a branch are 0, and the block computes relu(z + a).
# Which a does it pass on unchanged? Choose `"every a"`,
# `"every a without negative entries"`, `"only a = 0"` or `"no a"`.
#
# **1 point · 2 minutes**

# %% answer-identity tags=["answer"] task="02-identity"
answer("02-identity", "every a without negative entries")  # ANSWER

# %% question-skips [markdown]
# **B.** A net has 10 blocks g(z + a) with g the sigmoid, whose slope is at most 1/4. By
# which factor, at most, does the path of all skips multiply the gradient?
#
# **1 point · 2 minutes**

# %% answer-skips tags=["answer"] task="02-skips"
answer("02-skips", (1 / 4) ** 10)  # ANSWER

# %% question-projection [markdown]
# **C.** A torch block leads from 4 features to 6. Which shape has the weight of its
# projection shortcut, an `nn.Linear`?
#
# **1 point · 2 minutes**

# %% answer-projection tags=["answer"] task="02-projection"
answer("02-projection", (6, 4))  # ANSWER

# %% task-residual-forward [markdown]
# ## 1 · The block, forward
#
# **Why.** One addition makes a plain pair of layers a residual block. Where it stands,
# before or after the activation, decides what the block can do.
#
# **Write** `residual_forward(a, W1, b1, W2, b2)`. Samples are rows, and $g$ is ReLU:
#
# $$z_1 = a W_1 + b_1 \qquad z = g(z_1)\, W_2 + b_2 \qquad s = z + a \qquad out = g(s)$$
#
# `a`, `z`, `s` and `out` have shape $(N, d)$, `z1` has shape $(N, m)$, `W1` $(d, m)$,
# `b1` $(m,)$, `W2` $(m, d)$ and `b2` $(d,)$. The result is `(out, cache)`; `cache` is
# the tuple `(a, z1, s, W1, W2)` that the next task needs, with `z1` and `s` *before*
# their ReLU.
#
# **Example.** `a = [[2, -1]]`, `W1 = [[1, -1], [1, 2]]` and `b1 = [0, 1]` give
# `z1 = [[1, -3]]`. With `W2 = [[-3, 2], [5, 5]]` and `b2 = [0, 0.5]` the branch gives
# `z = [[-3, 2.5]]`, so `s = [[-1, 1.5]]` and `out = [[0, 1.5]]`.
#
# **`check` looks at** the form of `out` and of the cache; the numbers, with negative
# entries everywhere; a branch of zeros; and that a call leaves no trace.
#
# **8 points · 10 minutes · difficulty 1/5 · importance 5/5**
#
# <details>
# <summary>If you see this message</summary>
#
# - *a added after the activation*: relu(z) + a and relu(z + a) differ wherever z is
#   negative.
# - *a changed in place*: `a += z` overwrites the caller's array; write `s = z + a`.
#
# </details>


# %% answer-residual-forward tags=["answer"] task="residual_forward"
def residual_forward(a, W1, b1, W2, b2):
    """Add the input of a block to what its branch computes, then apply ReLU.

    Parameters
    ----------
    a : ndarray of shape (N, d)
        N samples with d features, the block's input.
    W1, b1 : ndarray of shape (d, m) and (m,)
        The branch's inner layer.
    W2, b2 : ndarray of shape (m, d) and (d,)
        The branch's outer layer, back to the width of ``a``.

    Returns
    -------
    out : ndarray of shape (N, d)
        relu(z + a), with z the branch's output.
    cache : tuple (a, z1, s, W1, W2)
        ``z1`` of shape (N, m) is the inner layer and ``s`` of shape (N, d) the sum,
        both before their ReLU.
    """
    # BEGIN ANSWER
    z1 = a @ W1 + b1
    z = np.maximum(z1, 0) @ W2 + b2
    s = z + a
    return np.maximum(s, 0), (a, z1, s, W1, W2)
    # END ANSWER


# %% why-residual-forward [markdown] tags=["solution"]
# **Why.** Line by line:
#
# 1. Samples are rows, so the inner layer is $aW_1 + b_1$. Its shape $(N, m)$ is the
#    branch's own affair: any $m$ will do.
# 2. ReLU between the two layers is what makes the branch more than one linear layer.
#    $W_2$ brings $m$ features back to $d$. No activation follows here: $z$ has to be
#    able to be negative, or the block could only add to $a$.
# 3. The sum needs two arrays of shape $(N, d)$. `z + a` makes a new one, where
#    `a += z` would overwrite the input.
# 4. Only the sum goes through ReLU. `z1` and `s` are kept as they were before it,
#    because their signs are what the backward pass asks for.
#
# With all weights 0 what is left is relu(a): the identity for $a \geq 0$, and for
# nothing else.

# %% check-residual-forward
check(residual_forward)

# %% task-residual-backward [markdown]
# ## 2 · The block, backward
#
# **Why.** "The gradient flows through the skip path" is half of the story. Who writes
# the gradient once knows what it has to pass on the way.
#
# **Write** `residual_backward(dout, cache)`. `dout` of shape $(N, d)$ is the gradient of
# the loss with respect to `out`; `cache` is `(a, z1, s, W1, W2)` from the forward pass.
# Return `(da, dW1, db1, dW2, db2)`, each of the shape of what it is the gradient of;
# those of weights and biases are summed over the samples. The slope of ReLU at
# exactly 0 is 0, as in torch.
#
# **Example.** With the block from above and `dout = [[4, 1]]`, the mask of the sum
# leaves `ds = [[0, 1]]`. The branch brings `[[2, 2]]`, so `da = [[2, 3]]`. The
# parameters get `dW1 = [[4, 0], [-2, 0]]`, `db1 = [2, 0]`, `dW2 = [[0, 1], [0, 0]]`
# and `db2 = [0, 1]`.
#
# **`check` looks at** the five shapes; `da`; the gradients of weights and biases;
# blocks in which one path or both are shut; sums that are exactly 0; and that `dout`
# and the cache stay as they were. It brings a right cache along, so a slip in task 1
# costs nothing here.
#
# **10 points · 25 minutes · difficulty 3/5 · importance 5/5**
#
# <details>
# <summary>If you see this message</summary>
#
# - *the mask missing on the skip path*: the last ReLU comes after the sum, so `dout` is
#   masked before it goes either way.
# - *the gradient of the skip path missing*: `a` was added to `z`; its gradient is that
#   of the branch plus `ds`.
#
# </details>


# %% answer-residual-backward tags=["answer"] task="residual_backward"
def residual_backward(dout, cache):
    """Carry the gradient of a block's output back through both paths.

    Parameters
    ----------
    dout : ndarray of shape (N, d)
        The gradient of the loss with respect to out.
    cache : tuple (a, z1, s, W1, W2)
        From the forward pass, of shapes (N, d), (N, m), (N, d), (d, m) and (m, d).

    Returns
    -------
    da : ndarray of shape (N, d)
        The gradient with respect to a.
    dW1, db1, dW2, db2 : ndarray of shape (d, m), (m,), (m, d) and (d,)
        The gradients of weights and biases, summed over the samples.
    """
    # BEGIN ANSWER
    a, z1, s, W1, W2 = cache
    ds = dout * (s > 0)
    dW2, db2 = np.maximum(z1, 0).T @ ds, ds.sum(axis=0)
    dz1 = (ds @ W2.T) * (z1 > 0)
    dW1, db1 = a.T @ dz1, dz1.sum(axis=0)
    da = ds + dz1 @ W1.T
    return da, dW1, db1, dW2, db2
    # END ANSWER


# %% why-residual-backward [markdown] tags=["solution"]
# **Why.** Go back through the forward pass from its end.
#
# 1. The last thing that happened was ReLU of the sum. Its slope is 1 where $s > 0$ and
#    0 elsewhere, so the gradient of the sum is `ds = dout * (s > 0)`. This comes first,
#    before the paths part: it cuts the skip path as well.
# 2. A sum hands its gradient to everything that was added. `ds` goes to $z$ and to $a$.
# 3. The outer layer was $z = h W_2 + b_2$ with $h = g(z_1)$. So $dW_2 = h^\top ds$, and
#    `db2` adds `ds` up over the samples, which all use the same bias.
# 4. Back through $W_2$ with $W_2^\top$, then the inner ReLU: $z_1$ decides, because it
#    decided in the forward pass.
# 5. The inner layer is like the outer one. What went into it is $a$ itself.
# 6. $a$ was used twice, so what comes back from both uses is added.
#
# With all weights 0 the branch brings nothing, and `da` is `dout` where $a > 0$.

# %% check-residual-backward
check(residual_backward)

# %% task-residual-block [markdown]
# ## 3 · The block as a module
#
# **Why.** This is the block that deep nets are stacked from. Everything that can go
# wrong in a stack goes wrong here first: weights that are shared, a projection where
# none belongs, an input that is overwritten.
#
# **Write** `ResidualBlock(d_in, d_out, *, mode)`, a class derived from `nn.Module`.
# `mode` is `"post"` or `"pre"`; the activation is ReLU, and there is no norm. As in
# every module, `__init__` begins with that of `nn.Module`. The block has
#
# - `linear1`, an `nn.Linear` from `d_in` to `d_out`, with bias,
# - `linear2`, an `nn.Linear` from `d_out` to `d_out`, with bias,
# - `shortcut`: the identity, without parameters, if `d_in` equals `d_out`; otherwise an
#   `nn.Linear` from `d_in` to `d_out` *without* bias.
#
# For $a$ of shape $(N, d_{in})$ it gives $(N, d_{out})$:
#
# | mode | branch | output |
# |---|---|---|
# | `"post"` | z = linear2(g(linear1(a))) | g(z + shortcut(a)) |
# | `"pre"` | z = linear2(g(linear1(g(a)))) | z + shortcut(a) |
#
# **Example.** `ResidualBlock(4, 4, mode="post")` has 16 + 4 + 16 + 4 = 40 numbers to
# train, `ResidualBlock(4, 6, mode="post")` has 24 + 6 + 36 + 6 + 24 = 96. If the weight
# and bias of `linear2` are 0, a block from 2 to 2 features makes `[[2, 0]]` of
# `[[2, -3]]` in `"post"`, and `[[2, -3]]` in `"pre"`.
#
# **`check` looks at** the output's form; the parameters by name and shape; the numbers
# in both modes, from 4 features to 4, 6 and 1, with weights that it sets itself;
# gradients and three steps of training; and that the input, and a second block, are
# left alone. How you draw the weights at the start is up to you; torch's default is
# fine.
#
# **12 points · 25 minutes · difficulty 3/5 · importance 5/5**
#
# <details>
# <summary>If you see this message</summary>
#
# - *the skip path from relu(a) in pre*: only the branch gets the activated input;
#   `shortcut` gets `a` itself.
# - *one linear layer used twice*: 20 numbers to train instead of 40 means that
#   `linear1` and `linear2` are the same object.
#
# </details>

# %% answer-residual-block tags=["answer"] task="ResidualBlock"
import torch
from torch import nn


class ResidualBlock(nn.Module):
    """Add what two linear layers compute to their input.

    Parameters
    ----------
    d_in, d_out : int
        Features before and after.
    mode : str
        "post": ReLU after the sum. "pre": ReLU before each linear layer of the branch,
        and nothing after the sum.

    Attributes
    ----------
    linear1, linear2 : nn.Linear
        The branch, from d_in to d_out and from d_out to d_out.
    shortcut : nn.Identity or nn.Linear
        The skip path; a linear layer, without bias, only if the widths differ.
    """

    def __init__(self, d_in, d_out, *, mode):
        # BEGIN ANSWER
        super().__init__()
        self.mode = mode
        self.linear1 = nn.Linear(d_in, d_out)
        self.linear2 = nn.Linear(d_out, d_out)
        self.shortcut = nn.Identity()
        if d_in != d_out:
            self.shortcut = nn.Linear(d_in, d_out, bias=False)
        # END ANSWER

    def forward(self, a):
        """Return the block's output, shape (N, d_out), for ``a`` of shape (N, d_in)."""
        # BEGIN ANSWER
        inner = torch.relu(a) if self.mode == "pre" else a
        z = self.linear2(torch.relu(self.linear1(inner)))
        s = z + self.shortcut(a)
        return s if self.mode == "pre" else torch.relu(s)
        # END ANSWER


# %% why-residual-block [markdown] tags=["solution"]
# **Why.** First what is made once, then what happens at every call.
#
# 1. Layers that are attributes of the block are found by torch: by `parameters()`, by
#    the optimizer, by `state_dict()`. Two `nn.Linear` are two objects, and every block
#    makes its own.
# 2. A projection stands on the skip path only where it must. With equal widths
#    `nn.Identity()` gives back what it gets and has nothing to train, so the block can
#    still be the identity. The projection has no bias, since that of `linear2` ends in
#    the same sum.
# 3. In "pre" the branch gets relu(a), and the activation has moved from behind the sum
#    to the front of the branch. `torch.relu(a)` makes a new tensor; `relu_` would
#    overwrite the one the skip path still needs.
# 4. The skip path gets `a` in both modes, and `z + ...` makes a new tensor. With
#    `s = self.shortcut(a)` and then `s += z` the block's input would change, because
#    the identity gives back the very same tensor.
# 5. In "post" the sum goes through ReLU, in "pre" nothing follows: the road to the next
#    block is free.

# %% check-residual-block
check(ResidualBlock)

# %% closing [markdown]
# ## Done?
#
# Then you have written both forms of the block that most deep nets are made of.
# `progress()` shows where you are. The
# [lesson](../notebooks/02_residual_connections.ipynb) goes on with what happens to the
# gradient in twenty or fifty of them.

# %% progress
progress()
