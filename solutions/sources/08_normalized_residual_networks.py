# %% header [markdown]
# # Exercise 08: normalized residual networks
#
# | | |
# |---|---|
# | **You will** | write two relatives of layer norm in NumPy and the Pre-LN block in torch, then find and mend four faults in a net of 24 blocks |
# | **You need** | the [lesson on normalized residual networks](../notebooks/08_normalized_residual_networks.ipynb), above all its section 9 for the last task |
# | **Time** | 95 minutes alone, 60 in a workshop (in pairs; the last task alone is worth a session) |
#
# Replace the line that raises in each cell, run the cell, then run the `check` below
# it. You can check as often as you like, and you may work in any order.

# %% imports
import numpy as np

from coursekit import answer, check, hint, progress, solution

# %% help [markdown]
# **Stuck?** `hint(rms_norm)` gives a question, asked again a pointer, and then a
# template with gaps. After your first attempt `solution(rms_norm)` shows a worked
# answer. Both work for every task here, and for a short question by its name:
# `hint("08-rank")`.

# %% question-rms [markdown]
# ## Three short answers to begin with
#
# Put your answer in the place of the three dots and run the cell.
#
# **A.** For which x is RMS norm equal to layer norm (gamma 1, beta 0)? Choose
# `"every x"`, `"x of length 1"`, `"x with mean 0"` or `"x with variance 1"`.
#
# **1 point · 2 minutes**

# %% answer-rms tags=["answer"] task="08-rms"
answer("08-rms", "x with mean 0")  # ANSWER

# %% question-rank [markdown]
# **B.** A vector has 12 features and eps is 0. What is the rank of the Jacobian of
# group norm with 3 groups (gamma 1, beta 0)?
#
# **1 point · 2 minutes**

# %% answer-rank tags=["answer"] task="08-rank"
answer("08-rank", 6)  # ANSWER

# %% question-final [markdown]
# **C.** A Pre-LN net has 100 blocks and no final norm. What happens to its logits at
# the start, with He's weights? Choose `"they are all 0"`, `"they are as large as with a final norm"`,
# `"they are far too large"` or `"they are infinite"`.
#
# **1 point · 2 minutes**

# %% answer-final tags=["answer"] task="08-final"
answer("08-final", "they are far too large")  # ANSWER

# %% task-rms-norm [markdown]
# ## 1 · RMS norm
#
# **Why.** Most large language models of the last years use it in place of layer norm.
# It leaves one of layer norm's two steps out, and what is left is three operations.
#
# **Write** `rms_norm(x, gamma, eps=1e-5)`. For each vector $x$ with $d$ features
#
# $$y_i = \gamma_i \, \frac{x_i}{\sqrt{\frac1d \sum_j x_j^2 + \epsilon}}$$
#
# `x` has shape $(\ldots, d)$: one vector $(d,)$, a batch $(B, d)$ or sequences
# $(B, T, d)$. `gamma` has shape $(d,)$ and is shared by all vectors; there is no beta.
# Return `y` alone, with the shape of `x`.
#
# **Example.** `x = [1, 5, 1, 3]` has the mean square (1 + 25 + 1 + 9) / 4 = 9. With
# `eps = 7` the root is 4, and `gamma = [1, 2, 4, -1]` gives
# `y = [0.25, 2.5, 1, -0.75]`.
#
# **`check` looks at** the form of `y`; the numbers, with an `eps` large enough to
# notice and means far from 0; whether a vector gives the same `y` in every company;
# zeros, constant vectors, $d = 1$, views; and that a call leaves no trace. Write it
# from sums, means and arithmetic: a ready-made norm does not count.
#
# **7 points · 8 minutes · difficulty 2/5 · importance 4/5**
#
# <details>
# <summary>If you see this message</summary>
#
# - *variance in the place of the mean square*: `x.var` and `x.std` take the mean away;
#   here nothing is taken away.
# - *a sum in the place of the mean*: `np.linalg.norm` is the root of a sum of squares;
#   divide by $d$ under the root.
#
# </details>


# %% answer-rms-norm tags=["answer"] task="rms_norm"
def rms_norm(x, gamma, eps=1e-5):
    """Divide each vector by its root mean square, then scale it.

    Parameters
    ----------
    x : ndarray of shape (..., d)
        Vectors with d features each, behind any number of axes.
    gamma : ndarray of shape (d,)
        Scale, shared by all vectors.
    eps : float, default=1e-5
        Added to the mean square, under the root.

    Returns
    -------
    ndarray of shape (..., d)
        The scaled vectors.
    """
    # BEGIN ANSWER
    mean_square = np.square(x).mean(axis=-1, keepdims=True)
    return gamma * x / np.sqrt(mean_square + eps)
    # END ANSWER


# %% why-rms-norm [markdown] tags=["solution"]
# **Why.** The name says it, read backwards: square, mean, root.
#
# 1. The squares are averaged along the last axis, so each vector has one number.
#    `keepdims=True` lets it line up with its own vector.
# 2. Nothing is subtracted. $\overline{x^2} = \sigma^2 + \mu^2$, so on a vector of mean
#    0 this is layer norm, and on any other it is not.
# 3. `eps` goes under the root: a vector of zeros then gives 0, and the gradient there is
#    finite.

# %% check-rms-norm
check(rms_norm)

# %% task-group-norm [markdown]
# ## 2 · Group norm
#
# **Why.** Batch norm fails with two images a batch; layer norm throws all channels of
# an image together. Group norm stands between layer and instance norm, and detectors
# and video nets use it. Most of its bugs are bugs of a `reshape`.
#
# **Write** `group_norm(x, num_groups, gamma, beta, eps=1e-5)`. `x` has shape
# $(N, C)$, $(N, C, L)$ or $(N, C, H, W)$. The $C$ channels form $G$ = `num_groups`
# groups of $C/G$ **neighbours** ($G$ divides $C$). Each sample and group has one mean
# and one variance (divided by how many numbers there are), over its channels and all
# their positions:
#
# $$y = \gamma \, \frac{x - \mu}{\sqrt{\sigma^2 + \epsilon}} + \beta$$
#
# `gamma` and `beta` have shape $(C,)$: one entry for each **channel**. Return `y`
# alone, with the shape of `x`.
#
# **Example.** `x = [[1, 3, 10, 20]]` with 2 groups: `[1, 3]` has mean 2 and variance 1,
# `[10, 20]` has mean 15 and variance 25. With `eps = 0`, `gamma = [1, 2, 3, 4]` and
# `beta = [0, 0, 1, 1]`, `y = [[-1, 2, -2, 5]]`.
#
# **`check` looks at** the form of `y`; the numbers with 2 and 3 groups of 6 channels;
# both ends (1 group, 6 groups) and one image alone; vectors and sequences; constant
# images, groups of one value, a mean of 10 million, views; and that a call leaves no
# trace.
#
# **9 points · 15 minutes · difficulty 3/5 · importance 3/5**
#
# <details>
# <summary>If you see this message</summary>
#
# - *samples and groups mixed by reshape*: in `x.reshape(num_groups, -1)` a row runs
#   across several images.
# - *gamma along the last axis*: `gamma * x_hat` lines up with W; give gamma the shape
#   (1, C, 1, 1).
#
# </details>


# %% answer-group-norm tags=["answer"] task="group_norm"
def group_norm(x, num_groups, gamma, beta, eps=1e-5):
    """Normalize each sample within groups of channels, then scale and shift.

    Parameters
    ----------
    x : ndarray of shape (N, C), (N, C, L) or (N, C, H, W)
        N samples with C channels.
    num_groups : int
        The number of groups; it divides C.
    gamma, beta : ndarray of shape (C,)
        Scale and shift, one for each channel.
    eps : float, default=1e-5
        Added to the variance, under the root.

    Returns
    -------
    ndarray of the shape of x
    """
    # BEGIN ANSWER
    n, c = x.shape[:2]
    groups = x.reshape(n, num_groups, -1)
    centred = groups - groups.mean(axis=-1, keepdims=True)
    var = np.square(centred).mean(axis=-1, keepdims=True)
    x_hat = (centred / np.sqrt(var + eps)).reshape(x.shape)
    per_channel = (1, c) + (1,) * (x.ndim - 2)
    return gamma.reshape(per_channel) * x_hat + beta.reshape(per_channel)
    # END ANSWER


# %% why-group-norm [markdown] tags=["solution"]
# **Why.** All of it is in two reshapes.
#
# 1. `x.reshape(n, num_groups, -1)` puts the numbers of one sample and one group in a
#    row. Samples come first and stay apart; the channels of a group are neighbours in
#    memory order, so no transpose is needed. `-1` stands for C / G times all positions,
#    whether there are none, one or two axes of them.
# 2. Mean and variance are then those of layer norm, along the last axis.
# 3. Back in the shape of `x`, channels are axis 1. `gamma` of shape $(C,)$ would line
#    up with the *last* axis, so it gets the shape $(1, C, 1, 1)$, or as many ones as
#    there are positions.
#
# With one group the row is the whole image: layer norm. With C groups it is one
# channel: instance norm.

# %% check-group-norm
check(group_norm)

# %% task-pre-norm-block [markdown]
# ## 3 · The Pre-LN block
#
# **Why.** Two of these, one with attention and one with this branch, make a layer of
# most Transformers since GPT-2. One misplaced line makes it Post-LN, and no shape and
# no parameter count will tell you.
#
# **Write** `PreNormBlock(d, hidden)`, a class derived from `nn.Module`. It has
#
# - `norm`, an `nn.LayerNorm` over `d` features,
# - `linear1`, an `nn.Linear` from `d` to `hidden`, with bias,
# - `linear2`, an `nn.Linear` from `hidden` to `d`, with bias,
#
# and no other parameters. For $x$ of shape $(\ldots, d)$ it gives
#
# $$x + \mathrm{linear2}(\mathrm{relu}(\mathrm{linear1}(\mathrm{norm}(x))))$$
#
# The trunk is not normalized: what is added is $x$ as it came in. The **final norm** is
# *not* part of the block. It stands once in a net, behind the last block and in front
# of the head.
#
# **Example.** `PreNormBlock(5, 7)` has 10 + 42 + 40 = 92 numbers to train. If the
# weight and bias of `linear2` are 0, a block for 3 features gives `[[1, 2, 6]]` for
# `[[1, 2, 6]]`; Post-LN would give `[[-0.93, -0.46, 1.39]]`.
#
# **`check` looks at** the output's form; the parameters by name and shape; the numbers
# for vectors, sequences and a single vector, with weights that it sets itself; the
# trunk, with a branch of zeros and with numbers near 1000; gradients and three steps of
# training; and that the input, and a second block, are left alone. How you draw the
# weights at the start is up to you; torch's default is fine.
#
# **11 points · 20 minutes · difficulty 3/5 · importance 5/5**
#
# <details>
# <summary>If you see this message</summary>
#
# - *the skip path from the normalized x*: `x = self.norm(x)` overwrites what the sum
#   still needs; use another name.
# - *a final norm in every block*: the final norm stands once, behind the last block.
#
# </details>

# %% answer-pre-norm-block tags=["answer"] task="PreNormBlock"
import torch
from torch import nn


class PreNormBlock(nn.Module):
    """Add to x what two linear layers make of the normalized x.

    Parameters
    ----------
    d : int
        Features before and after.
    hidden : int
        Features between the two linear layers.

    Attributes
    ----------
    norm : nn.LayerNorm
        Over d features; the branch reads what it gives, the trunk does not.
    linear1, linear2 : nn.Linear
        The branch, from d to hidden and from hidden to d.
    """

    def __init__(self, d, hidden):
        # BEGIN ANSWER
        super().__init__()
        self.norm = nn.LayerNorm(d)
        self.linear1 = nn.Linear(d, hidden)
        self.linear2 = nn.Linear(hidden, d)
        # END ANSWER

    def forward(self, x):
        """Return the block's output for ``x`` of shape (..., d); the shape stays."""
        # BEGIN ANSWER
        z = self.linear2(torch.relu(self.linear1(self.norm(x))))
        return x + z
        # END ANSWER


# %% why-pre-norm-block [markdown] tags=["solution"]
# **Why.** Three layers, and one line in which everything has its place.
#
# 1. The norm is the first thing in the branch. Whatever the trunk has grown to, linear1
#    reads vectors of one size.
# 2. The sum takes `x` itself. That is the path on which a gradient reaches the first
#    block unchanged, in nets of any depth.
# 3. Nothing follows the sum. So the trunk grows from block to block, and behind the
#    last block one final norm brings it back to the size that the head expects.
# 4. `x + z` makes a new tensor; `x += z` would overwrite the caller's.

# %% check-pre-norm-block
check(PreNormBlock)

# %% capstone [markdown]
# ## 4 · The last task: a broken net
#
# The net below has four faults. It raises no error, and most of its parts look as they
# should. On paper it is this:
#
# - `net.stem`: linear (64 to 32, with bias), batch norm, ReLU;
# - `net.blocks`: 24 blocks, each relu(branch(a) + a), where `block.branch` is linear
#   (32 to 32, with bias), batch norm, ReLU, linear, batch norm;
# - `net.head`: linear, 32 to 10.
#
# `net.activations(x)` gives the stem's output and that of each block. Use the
# instruments of the [lesson's](../notebooks/08_normalized_residual_networks.ipynb)
# section 9: count, gradients of biases before a batch norm, gradients against
# differences, training and evaluation mode. Count first, then check gradients, then
# modes; repair one fault, and look at everything again. (The file the net comes from
# can be read, and reading it gives everything away.)

# %% look-at-the-net
from torch import manual_seed, randint, randn
from torch.nn.functional import cross_entropy

from coursekit.probes.capstone import broken_net

manual_seed(1)
net, x, digits = broken_net(seed=1), randn(50, 64), randint(10, (50,))
loss = cross_entropy(net(x), digits)
loss.backward()
print(net)
print("loss", round(loss.item(), 2))

# %% task-repair [markdown]
# ### Repair it
#
# **Why.** Deep nets seldom break with an error. They train a little worse, and the
# faults cover each other. Finding them by looking is a skill that outlives every
# architecture.
#
# **Write** `repair(net)`. It gets a net from `broken_net` and returns one without its
# four faults: the same net changed, or a new one. Its parts keep the names `stem`,
# `blocks` and `head`, and the layers stay those on paper. You may use all of torch, but
# none of the course's own nets.
#
# **Example.** `sum(p.numel() for p in repair(broken_net()).parameters())` is 2144 for
# the stem, 24 times 2240 for the blocks and 330 for the head: 56,234.
#
# **`check` looks at** each fault by itself, with weights that it sets: the number of
# parameters, and whether every block computes with its own; the gradient of the biases
# before a batch norm; the gradient along the skip; evaluation in a batch and in a part
# of it. Then it trains the net for 44 steps on the digits and asks for 80 % of the test
# digits, in batches sorted by class (a right net reaches about 90 %). That takes a
# second.
#
# **15 points · 45 minutes · difficulty 5/5 · importance 5/5**
#
# <details>
# <summary>If you see this message</summary>
#
# - *one block still stands in all 24 places*: `copy.deepcopy(net.blocks)` copies the
#   sharing as well; copy each block by itself.
# - *the norm of the stem left as it was*: the stem has a batch norm too.
#
# </details>

# %% answer-repair tags=["answer"] task="repair"
import copy
from functools import partial

import torch
from torch import nn


def repair(net):
    """Return the net without its four faults.

    Parameters
    ----------
    net : nn.Module
        From ``broken_net``, with ``stem``, 24 ``blocks`` and ``head``; may be changed.

    Returns
    -------
    nn.Module
        With the same parts under the same names.
    """

    # BEGIN ANSWER
    def forward(block, a):
        return torch.relu(block.branch(a) + a)

    net.blocks = nn.ModuleList(copy.deepcopy(block) for block in net.blocks)
    for block in net.blocks:
        block.forward = partial(forward, block)
    for parent in list(net.modules()):
        for name, child in list(parent.named_children()):
            if isinstance(child, nn.BatchNorm1d):
                setattr(parent, name, nn.BatchNorm1d(child.num_features))
    return net
    # END ANSWER


# %% why-repair [markdown] tags=["solution"]
# **Why.** One instrument for each fault.
#
# 1. *Count.* `sum(p.numel() for p in net.parameters())` gives 4714, one block's worth:
#    2144 + 2240 + 330. So one block stands in all 24 places. Copying each block by
#    itself makes 24 of them; copying the list would copy the sharing.
# 2. *A bias before a batch norm.* After `loss.backward()`,
#    `net.stem.linear.bias.grad` is not 0, though the norm takes every such bias away.
#    So the norm's backward pass treats mean and variance as constants.
# 3. *The gradient along the skip.* Hold the gradient of one block against a difference
#    quotient, or look where its output is 0: ReLU is closed there, and still a gradient
#    comes back. Given relu(branch(a) + a) in plain operations, torch sets the mask
#    itself. `partial` binds each block at once; a `lambda` that mentions `block` would
#    use the last one everywhere.
# 4. *Modes.* After `net.eval()`, `net(x)[:25]` and `net(x[:25])` differ, and
#    `net.stem.norm.training` is still True. So evaluation never arrives at the norms.
#    New norms mend 2 and 4 at once, that of the stem included.

# %% check-repair
check(repair)

# %% closing [markdown]
# ## Done?
#
# Then you have found by looking what no curve of losses shows: with the skip's gradient
# unmasked this net learns as well as without the fault. `progress()` shows where you
# are. This was the last exercise of the course.

# %% progress
progress()
