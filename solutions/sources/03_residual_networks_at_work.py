# %% header [markdown]
# # Exercise 03: sort a gradient, weigh a branch, delete a block
#
# | | |
# |---|---|
# | **You will** | sort a residual net's gradient by the length of its paths in NumPy, then measure a branch and delete a block in torch |
# | **You need** | the [lesson on residual networks at work](../notebooks/03_residual_networks_at_work.ipynb); the chain rule with Jacobians; for the last two tasks `nn.Module` |
# | **Time** | 40 minutes alone, 25 in a workshop (leave the first task for home) |
#
# Replace the line that raises in each cell, run the cell, then run the `check` below
# it. You can check as often as you like, and you may work in any order.

# %% imports
import copy

import numpy as np

from coursekit import answer, check, hint, progress, solution

# %% help [markdown]
# **Stuck?** `hint(gradient_by_path_length)` gives a question, asked again a pointer,
# and then a template with gaps. After your first attempt
# `solution(gradient_by_path_length)` shows a worked answer. Both work for every task
# here, and for a short question by its name: `hint("03-length")`.

# %% question-sum [markdown]
# ## Three short answers to begin with
#
# Put your answer in the place of the three dots and run the cell.
#
# **A.** The branches of a pre-activation net have ReLUs inside. Of what are the
# contributions of the 2^L paths an exact sum? Choose `"the gradient at the input"`,
# `"the output"`, `"both"` or `"neither"`.
#
# **1 point · 2 minutes**

# %% answer-sum tags=["answer"] task="03-sum"
answer("03-sum", "the gradient at the input")  # ANSWER

# %% question-length [markdown]
# **B.** A net has 20 blocks, and each branch has gain 1/2: it halves the length of a
# random vector. Through how many branches does the gradient come on average, weighed by
# squared length?
#
# **1 point · 2 minutes**

# %% answer-length tags=["answer"] task="03-length"
answer("03-length", 20 * (1 / 4) / (1 + 1 / 4))  # ANSWER

# %% question-ratio [markdown]
# **C.** A fresh pre-activation net has batch norm in every branch and He's gain. About
# how large is the branch at block 9 beside its skip, as a ratio of lengths?
#
# **1 point · 2 minutes**

# %% answer-ratio tags=["answer"] task="03-ratio"
answer("03-ratio", 1 / 9**0.5)  # ANSWER

# %% task-gradient-by-path-length [markdown]
# ## 1 · The gradient, sorted by length
#
# **Why.** "The gradient takes the short paths" can be checked, exactly and for any net,
# without walking $2^L$ paths. All it takes is to keep the lengths apart on the way
# back.
#
# **Write** `gradient_by_path_length(jacobians, g)`. A net has $L$ blocks
# $a_l = a_{l-1} + f_l(a_{l-1})$. `jacobians` is a list of $L$ arrays of shape $(d, d)$,
# **the first block first**: `jacobians[0]` is $J_1$, and $J[i, j]$ is the derivative of
# the *branch's* output $i$ with respect to its input $j$ (the skip is not in it). `g` of
# shape $(d,)$ is the gradient of the loss with respect to the output of the last block.
# The gradient at the input is
#
# $$(I + J_1^\top)(I + J_2^\top) \cdots (I + J_L^\top)\, g$$
#
# Return `terms`, an array of shape $(L + 1, d)$: row $k$ is the sum over all paths that
# take exactly $k$ branches, for $k = 0, \ldots, L$. $L$ is at least 1.
#
# **Example.** Two blocks with `d = 1`, `jacobians = [[[2.]], [[3.]]]` (as arrays) and
# `g = [1.]`: one path takes no branch, two take one, one takes both, so `terms` is
# `[[1.], [5.], [6.]]`. Its sum is 12 = (1 + 2)(1 + 3). With `d = 2`,
# `J1 = [[0, 1], [0, 0]]`, `J2 = [[1, 0], [0, 0]]` and `g = [1, 1]` it is
# `[[1, 1], [1, 1], [0, 1]]`.
#
# **`check` looks at** the form of `terms`; one block and two, which you can do by hand;
# five blocks; Jacobians that are all the identity, which count the paths; $d = 1$, a
# Jacobian of zeros, views; and that `g` and the list stay as they were.
#
# **10 points · 25 minutes · difficulty 4/5 · importance 3/5**
#
# <details>
# <summary>If you see this message</summary>
#
# - *from the first block to the last*: a gradient comes from the output, so it meets the
#   last block first.
# - *rows overwritten before they are used*: row k needs row k - 1 as it was before this
#   block; go downwards, or read from a copy.
#
# </details>


# %% answer-gradient-by-path-length tags=["answer"] task="gradient_by_path_length"
def gradient_by_path_length(jacobians, g):
    """Split a gradient by how many residual branches it came through.

    Parameters
    ----------
    jacobians : list of L ndarrays of shape (d, d)
        The Jacobian of each block's branch, the first block first; entry [i, j] is the
        derivative of output i with respect to input j.
    g : ndarray of shape (d,)
        The gradient of the loss with respect to the output of the last block.

    Returns
    -------
    ndarray of shape (L + 1, d)
        Row k is the sum over all paths that take exactly k branches.
    """
    # BEGIN ANSWER
    lengths = len(jacobians) + 1
    terms = np.zeros((lengths, len(g)))
    terms[0] = g
    for J in reversed(jacobians):
        for k in range(lengths - 1, 0, -1):
            terms[k] += J.T @ terms[k - 1]
    return terms
    # END ANSWER


# %% why-gradient-by-path-length [markdown] tags=["solution"]
# **Why.** Line by line:
#
# 1. Lengths run from 0 to $L$, so there are $L + 1$ rows.
# 2. Before the last block there is one path, of length 0, and it carries $g$. All other
#    rows are empty.
# 3. $g$ stands at the right end of the product, next to $(I + J_L^\top)$. So the last
#    block comes first. `reversed` only reads; `jacobians.reverse()` would turn the
#    caller's list around.
# 4. Going back through one block, a path that has length $k$ afterwards either had
#    length $k$ and took the skip, or had $k - 1$ and took the branch. The first kind is
#    in `terms[k]` already, hence `+=`. The second kind is $J^\top$ times
#    `terms[k - 1]`. No other path has length $k$, so this is exact.
# 5. `terms[k - 1]` must be the one from before this block. Downwards it still is:
#    row $k - 1$ changes after row $k$ has used it. The loop stops at $k = 1$; nothing
#    joins the path of skips, so row 0 stays $g$.
#
# In one line for all rows, `terms[1:] += terms[:-1] @ J`: each row is a vector, so
# $J^\top v$ is written $v J$, and NumPy computes the right side before it writes.
# Twenty blocks take some 200 products with a vector, where the paths are a million.

# %% check-gradient-by-path-length
check(gradient_by_path_length)

# %% task-branch-ratio [markdown]
# ## 2 · How much does the branch contribute?
#
# **Why.** Whether short paths carry the gradient, and whether a block can be deleted
# without harm, depends on one number for each block. It takes four lines to look at it
# in any net.
#
# **Write** `branch_ratio(block, x)`. `block` is a residual block as in the lesson, a
# torch module with three parts:
#
# - `block.branch(x)`, of shape $(N, d_{out})$: what the branch gives,
# - `block.shortcut(x)`, of the same shape: the skip, which is `x` or a projection of it,
# - `block(x)` adds the two, and in a post-activation block applies ReLU to the sum.
#
# `x` is a tensor of shape $(N, d)$. Return a number, the length of the branch's output
# over the length of the skip, both over the whole batch:
#
# $$r = \frac{\lVert branch(x) \rVert}{\lVert shortcut(x) \rVert} \qquad
# \lVert z \rVert = \sqrt{\textstyle\sum_{n, i} z_{ni}^2}$$
#
# Measure the block in the mode it is in, training or evaluation, and leave it there.
# Nobody will ask for the gradient of the ratio, so keep no graph.
#
# **Example.** The branch gives `[[3, 0], [0, 4]]` and the skip is `[[0, 6], [8, 0]]`.
# The lengths are 5 and 10, so the ratio is 0.5.
#
# **`check` looks at** the form; the ratio of blocks of both forms, with and without a
# projection; a branch that gives 0; batch norm in training and in evaluation; and that
# mode and `x` are left alone and no graph is kept. In training mode a call also moves
# batch norm's running statistics; the check tells you so, and takes no points.
#
# **7 points · 5 minutes · difficulty 1/5 · importance 2/5**
#
# <details>
# <summary>If you see this message</summary>
#
# - *divided by the output, not the skip*: the output holds the branch already; divide by
#   the length of `block.shortcut(x)`.
# - *the graph kept*: the ratio still knows how it was computed; make it a plain number.
#
# </details>

# %% answer-branch-ratio tags=["answer"] task="branch_ratio"
import torch


def branch_ratio(block, x):
    """Measure how large a branch is beside its skip.

    Parameters
    ----------
    block : nn.Module
        A residual block with the parts ``branch`` and ``shortcut``.
    x : Tensor of shape (N, d)
        The block's input.

    Returns
    -------
    float
        The length of the branch's output over that of the skip, over the whole batch.
    """
    # BEGIN ANSWER
    block = copy.deepcopy(block)
    with torch.no_grad():
        z, skip = block.branch(x), block.shortcut(x)
    return float(z.norm() / skip.norm())
    # END ANSWER


# %% why-branch-ratio [markdown] tags=["solution"]
# **Why.** Line by line:
#
# 1. The measurement works on a copy. In training mode batch norm counts every batch it
#    sees, and a net should not change because somebody looked at it. The copy is in the
#    mode of the original.
# 2. Under `no_grad` torch keeps nothing for a backward pass. A list of ratios, one for
#    each block and step, would otherwise hold all activations of the training.
# 3. The two parts are asked for by themselves. `block(x) - x` would be the branch only
#    where nothing follows the sum and the shortcut is the identity.
# 4. `norm()` of a tensor without an axis runs over all its entries: one length for the
#    whole batch. `float` makes a plain number of it.
#
# Divided by the *output* a branch as strong as its skip would give something like 0.7,
# and a branch that cancels the skip something huge.

# %% check-branch-ratio
check(branch_ratio)

# %% task-lesion [markdown]
# ## 3 · Delete a block
#
# **Why.** Delete one thing and see what changes: the oldest experiment there is. It
# only works if there is something left to compare with.
#
# **Write** `lesion(model, i)`. `model` is a torch module with `model.stem`,
# `model.blocks` (an `nn.ModuleList`) and `model.head`, as in the lesson:
# `model(x)` is the stem, then each block in turn, then the head. Return a model without
# block `i`, counted from 0, or from the end if `i` is negative. The block before it
# then feeds the block behind it. The result has one block less in `blocks`, and is in
# the mode that `model` is in.
#
# The given `model` stays as it was, with all its blocks. The two may share their
# parameters, or the new one may have copies: either is right.
#
# **Example.** Call the blocks of a model A, B and C. `lesion(model, 1)` has the blocks
# A and C, `lesion(model, -1)` has A and B, and `len(model.blocks)` is 3 all the time.
#
# **`check` looks at** whether a model comes back; its output and the number of its
# blocks, for the first block, the last, one between them and the only one; negative
# `i`; a block whose branch gives 0, without which the output is the same; and the given
# model afterwards.
#
# **7 points · 5 minutes · difficulty 1/5 · importance 2/5**
#
# <details>
# <summary>If you see this message</summary>
#
# - *deleted in the model itself*: work on a copy, so that the whole model is still there.
# - *a negative i deletes nothing*: no block has a negative number; `del` understands
#   them, a comparison does not.
#
# </details>


# %% answer-lesion tags=["answer"] task="lesion"
from torch import nn


def lesion(model, i):
    """Take one block out of a model, and leave the model as it was.

    Parameters
    ----------
    model : nn.Module
        With the parts ``stem``, ``blocks`` (an nn.ModuleList) and ``head``.
    i : int
        Number of the block, from 0; a negative one counts from the end.

    Returns
    -------
    nn.Module
        A model like the given one, without block i.
    """
    # BEGIN ANSWER
    lesioned = copy.deepcopy(model)
    del lesioned.blocks[i]
    return lesioned
    # END ANSWER


# %% why-lesion [markdown] tags=["solution"]
# **Why.** Three lines, and the first is the one that matters.
#
# 1. `deepcopy` copies the model with all that is in it: blocks, weights, running
#    statistics, mode. `copy.copy` would make a new model around the *same* list of
#    blocks, and the next line would delete in both.
# 2. An `nn.ModuleList` is a list that torch looks into. `del` takes out one block and
#    counts from the end for negative `i`. Blocks of equal width fit
#    together whichever is missing, in a plain net too; that the output is still a good
#    one is what the skip makes possible.
# 3. The copy goes back. `pop` would give the block that was taken out instead.
#
# In a block whose branch gives 0 only the skip is left, so the model computes the same
# without it. How far from the same it is without another block is what the lesson
# measures.

# %% check-lesion
check(lesion)

# %% closing [markdown]
# ## Done?
#
# Then you have the three instruments with which the lesson takes a net apart, and they
# work on any net with these parts. `progress()` shows where you are. The
# [lesson](../notebooks/03_residual_networks_at_work.ipynb) says what they find: large
# branches are missed, small ones hardly.

# %% progress
progress()
