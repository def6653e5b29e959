# %% header [markdown]
# # Exercise 04: give a deep residual net a good start
#
# | | |
# |---|---|
# | **You will** | put the growth of the variance into five formulas, write three starts for a residual net, and repair a branch that never learns |
# | **You need** | the [lesson on initialization and scaling](../notebooks/04_initialization_and_scaling.ipynb); variances; basic PyTorch |
# | **Time** | 50 minutes alone, 35 in a workshop |
#
# Replace the line that raises in each cell, run the cell, then run the `check` below
# it. You can check as often as you like, and you may work in any order.

# %% imports
import math

import numpy as np
import torch
from torch import nn

from coursekit import answer, check, hint, progress, solution

# %% help [markdown]
# **Stuck?** `hint(init_residual)` gives a question, asked again a pointer, and then a
# template with gaps. After your first attempt `solution(init_residual)` shows a worked
# answer. Both work for every task here, and for a short question by its name:
# `hint("04-ratio")`.

# %% question-doubling [markdown]
# ## Three short answers to begin with
#
# Put your answer in the place of the three dots and run the cell.
#
# **A.** A residual net has He's weights and no norm. After how many blocks is the
# standard deviation of its activations 1,024 times that of the input?
#
# **1 point · 2 minutes**

# %% answer-doubling tags=["answer"] task="04-doubling"
answer("04-doubling", 20)  # ANSWER

# %% question-ratio [markdown]
# **B.** A net has a norm in every branch, and variance 1 goes in. At block 25, what is
# the length of the branch's output, divided by the length of what the skip path
# carries?
#
# **1 point · 2 minutes**

# %% answer-ratio tags=["answer"] task="04-ratio"
answer("04-ratio", 0.2)  # ANSWER

# %% question-first [markdown]
# **C.** A branch gives alpha W2 h, with alpha = 0 and W2 drawn as usual. Which of the
# two gets a gradient in the first backward pass? Choose `"only alpha"`, `"only W2"`,
# `"both"` or `"neither"`.
#
# **1 point · 2 minutes**

# %% answer-first tags=["answer"] task="04-first"
answer("04-first", "only alpha")  # ANSWER

# %% task-variance-after [markdown]
# ## 1 · How fast does it grow?
#
# **Why.** Nothing in the code of a block looks dangerous, and yet one kind of net
# reaches a variance of a million after 20 blocks and another 21. With the closed form
# you see that before you train.
#
# **Write** `variance_after(depth, kind)`: the expected variance after `depth` blocks, one
# number, for an input of variance 1. `depth` is a whole number, 0 or more. Every $f$
# has He's weights: it gives the variance that it is fed, and what it gives is
# uncorrelated with $a$.
#
# | kind | one block turns $a$ into |
# |---|---|
# | `"plain-he"` | $f(a)$, without a skip path |
# | `"residual"` | $a + f(a)$ |
# | `"pre-norm"` | $a + f(\mathrm{norm}(a))$; the norm makes the variance 1 |
# | `"scaled"` | $a + f(a) / \sqrt{L}$, where $L$ is `depth`, the number of blocks of the net |
# | `"zero-init"` | $a + f(a)$, and the last layer of $f$ is 0 |
#
# **Example.** `variance_after(3, "residual")` is 8. `variance_after(2, "scaled")` is
# 2.25: each of the two blocks adds half of what it gets, and 1.5 · 1.5 = 2.25.
# `variance_after(0, kind)` is 1 for every kind.
#
# **`check` looks at** each kind after 1, 2, 3, ... blocks, after none, and after some
# hundreds.
#
# **7 points · 10 minutes · difficulty 2/5 · importance 4/5**
#
# <details>
# <summary>If you see this message</summary>
#
# - *the branch's factor not squared*: a branch times $1/\sqrt L$ has its variance
#   multiplied by $1/L$.
# - *doubling behind a norm*: the branch sees variance 1, however large the trunk is.
#
# </details>


# %% answer-variance-after tags=["answer"] task="variance_after"
def variance_after(depth, kind):
    """Return the expected variance of the activations at initialization.

    Parameters
    ----------
    depth : int
        The number of blocks that were passed, 0 or more.
    kind : str
        "plain-he", "residual", "pre-norm", "scaled" or "zero-init".

    Returns
    -------
    float
        In units of the input's variance.
    """
    # BEGIN ANSWER
    if kind == "residual":
        return 2.0**depth
    if kind == "pre-norm":
        return 1.0 + depth
    if kind == "scaled" and depth > 0:
        return (1 + 1 / depth) ** depth
    return 1.0
    # END ANSWER


# %% why-variance-after [markdown] tags=["solution"]
# **Why.** Skip path and branch are uncorrelated, so in every block their variances add.
#
# 1. `"residual"`: the branch gives as much as it is fed, $v + v = 2 v$. The factor 2
#    comes back in each block: $2^l$. (`2.0`, so that the power is a fraction: NumPy's
#    whole numbers would overflow at $2^{63}$.)
# 2. `"pre-norm"`: whatever the trunk has become, the branch is fed variance 1 and gives
#    1. So $v + 1$ in each block: $1 + l$.
# 3. `"scaled"`: a factor $1/\sqrt L$ on the branch is a factor $1/L$ on its variance,
#    and $v + v/L = (1 + 1/L)\, v$. With $L$ blocks that makes $(1 + 1/L)^L$, between 2
#    (one block) and $e$ (very many). For no blocks $1/L$ does not exist, and nothing has
#    happened to the input.
# 4. `"plain-he"` has nothing to add to: He's weights keep the variance. `"zero-init"`
#    adds 0 to it. Both stay at 1, for opposite reasons.

# %% check-variance-after
check(variance_after)

# %% the-net [markdown]
# ## The net of the next task
#
# Blocks without a norm, pre-activation, with a number `alpha` in front of the branch.
# With He's weights, which `check` draws for it, and `alpha` at 1 the variance doubles
# in every block.


# %% small-net
class Block(nn.Module):
    """Add alpha times a branch of two layers to the input: pre-activation, no norm."""

    def __init__(self, d):
        super().__init__()
        self.linear1 = nn.Linear(d, d)
        self.linear2 = nn.Linear(d, d)
        self.alpha = nn.Parameter(torch.ones(()))

    def forward(self, a):
        """Return the block's output, shape (N, d), for ``a`` of shape (N, d)."""
        h = torch.relu(self.linear1(torch.relu(a)))
        return a + self.alpha * self.linear2(h)


class ResidualNet(nn.Module):
    """Put L blocks of width d one after the other."""

    def __init__(self, d, L):
        super().__init__()
        self.blocks = nn.ModuleList(Block(d) for _ in range(L))

    def forward(self, a):
        """Return the last block's output, shape (N, d), for ``a`` of shape (N, d)."""
        for block in self.blocks:
            a = block(a)
        return a


# %% task-init-residual [markdown]
# ## 2 · Three starts
#
# **Why.** One line per block decides whether a net of a hundred blocks can be trained.
# It is also a line that can bring every branch to a standstill without anybody
# noticing.
#
# **Write** `init_residual(model, scheme)`. `model` is a `ResidualNet` as above, with
# $L$ = `len(model.blocks)` blocks whose weights and biases were already drawn. Change
# it **in place**:
#
# | scheme | in every block |
# |---|---|
# | `"zero-last"` | weight and bias of `linear2` become 0 |
# | `"rezero"` | `alpha` becomes 0 |
# | `"scaled"` | `alpha` becomes $1/\sqrt{L}$ |
#
# All other parameters stay as they were drawn, and all go on being trained. What you
# return does not matter. Torch lets you change a parameter in place under
# `torch.no_grad()`, and the functions of `nn.init` see to that themselves.
#
# **Example.** For a net of 4 blocks `init_residual(model, "scaled")` makes every
# `alpha` 0.5. After `init_residual(model, "rezero")` the net gives back its input, and
# in the first backward pass each block's `alpha` gets a gradient and nothing else does.
#
# **`check` looks at** what a net computes after the call, with negative inputs and with
# 1 block, a few or a dozen; which parameters get a gradient; which numbers have
# changed; and that no parameter was replaced and no random number drawn. It brings
# nets of its own: go by the names `blocks`, `linear1`, `linear2` and `alpha`.
#
# **12 points · 20 minutes · difficulty 3/5 · importance 4/5**
#
# <details>
# <summary>If you see this message</summary>
#
# - *two zeros in ReZero's branch*: alpha and the last layer both start at 0, and
#   neither ever gets a gradient.
# - *the first layer at zero*: the zero belongs at the end of the branch, where nothing
#   follows but the sum.
#
# </details>


# %% answer-init-residual tags=["answer"] task="init_residual"
def init_residual(model, scheme):
    """Give a residual net a start in which it neither explodes nor stands still.

    Parameters
    ----------
    model : ResidualNet
        Changed in place; its weights were already drawn.
    scheme : str
        "zero-last", "rezero" or "scaled".
    """
    # BEGIN ANSWER
    with torch.no_grad():
        for block in model.blocks:
            if scheme == "zero-last":
                block.linear2.weight.zero_()
                block.linear2.bias.zero_()
            elif scheme == "rezero":
                block.alpha.zero_()
            else:
                block.alpha.fill_(1 / math.sqrt(len(model.blocks)))
    # END ANSWER


# %% why-init-residual [markdown] tags=["solution"]
# **Why.** Each branch is $\alpha\,(W_2 h + b_2)$.
#
# 1. Under `torch.no_grad()` the change is not part of any graph, and torch allows it.
#    `zero_()` and `fill_()` write into the parameter that is there, so an optimizer
#    that already holds it goes on training it.
# 2. `"zero-last"`: with $W_2 = 0$ *and* $b_2 = 0$ the branch is 0 for every input. The
#    gradient of $W_2$ is $\alpha\,\delta h^\top$ and not 0: the last layer moves first,
#    and then the others.
# 3. `"rezero"`: $\alpha = 0$ does the same in one number. Its gradient is
#    $\delta^\top (W_2 h + b_2)$, and that is not 0 *because* the layer was left as it
#    was drawn.
# 4. With both zeros each gradient would have the other's zero as a factor. The net
#    would be the same identity, and stay it for ever.
# 5. `"scaled"`: the root, since a variance takes the square. With $1/\sqrt L$ in each
#    of $L$ blocks the variance grows by $(1 + 1/L)^L < e$, however deep the net is.

# %% check-init-residual
check(init_residual)

# %% task-rezero-block [markdown]
# ## 3 · Debug this: "My ReZero branch never learns"
#
# **Why.** Somebody wants to be safe and starts the branch at zero twice. Nothing raises.
# A net of such blocks trains, its loss falls, and after a thousand updates each branch
# still gives exactly 0: stem and head do all the work.
#
# ```python
# class ReZeroBlock(nn.Module):
#     def __init__(self, d):
#         super().__init__()
#         self.linear1 = nn.Linear(d, d)
#         self.linear2 = nn.Linear(d, d)
#         nn.init.zeros_(self.linear2.weight)  # start as the identity
#         nn.init.zeros_(self.linear2.bias)
#         self.alpha = nn.Parameter(torch.zeros(()))
#
#     def forward(self, a):
#         h = torch.relu(self.linear1(torch.relu(a)))
#         return a + self.alpha * self.linear2(h)
# ```
#
# **Write** `ReZeroBlock(d)`, the corrected class. It must stay a ReZero block: `alpha`,
# one number, starts at 0, and a new block gives back its input. But its branch can
# learn. `a` and the output have shape $(N, d)$.
#
# **Example.** For the broken block every gradient in the branch is 0, in the first
# backward pass and in all that follow. For a sound one the first backward pass brings a
# gradient to `alpha` alone; after one step of gradient descent every parameter gets
# one. With `alpha` = 0.5 a branch that gives `[4, -2]` turns `a = [1, -1]` into
# `[3, -2]`.
#
# **`check` looks at** a new block's output and `alpha`; which parameters get a gradient
# before and after one step of gradient descent; the numbers and gradients of a block
# that it fills with weights of its own; and that the input, and a second block, are
# left alone.
#
# **10 points · 10 minutes · difficulty 2/5 · importance 4/5**
#
# <details>
# <summary>If you see this message</summary>
#
# - *two zeros in one branch*: this is still the broken block; one of its zeros has to
#   go.
# - *alpha off zero in place of the last layer*: that learns, but ReZero is the block
#   whose alpha starts at 0.
#
# </details>


# %% answer-rezero-block tags=["answer"] task="ReZeroBlock"
class ReZeroBlock(nn.Module):
    """Add a branch to the input, times a learned number that starts at 0.

    Parameters
    ----------
    d : int
        Features before and after.

    Attributes
    ----------
    linear1, linear2 : nn.Linear
        The branch, from d to d both.
    alpha : nn.Parameter
        One number.
    """

    def __init__(self, d):
        # BEGIN ANSWER
        super().__init__()
        self.linear1, self.linear2 = nn.Linear(d, d), nn.Linear(d, d)
        self.alpha = nn.Parameter(torch.tensor(0.0))
        # END ANSWER

    def forward(self, a):
        """Return the block's output, shape (N, d), for ``a`` of shape (N, d)."""
        # BEGIN ANSWER
        z = self.linear2(self.linear1(a.relu()).relu())
        return a + self.alpha * z
        # END ANSWER


# %% why-rezero-block [markdown] tags=["solution"]
# **Why.** Two lines had to go, those that set `linear2` to zero. All else says what the
# broken block says.
#
# 1. With $z = W_2 h + b_2$ the gradient of $\alpha$ is $\delta^\top z$. In the broken
#    block $z = 0$, so $\alpha$ gets nothing.
# 2. The gradient of $W_2$ is $\alpha\,\delta h^\top$, and that of everything before it
#    holds $\alpha$ too. With $\alpha = 0$ they get nothing either. A larger rate
#    multiplies 0; Adam divides 0 by a small number.
# 3. Without the two lines $z$ is what the drawn layers give. $\alpha$ moves in the first
#    step, and from the second on all the others do.
# 4. The block is the identity at the start all the same: $\alpha = 0$ sees to that
#    alone. One zero is enough, and two are too many.
#
# Taking the other zero out, $\alpha = 1$ and the last layer at 0, would work as well: it
# is `"zero-last"` of task 2. It only is no ReZero any more.

# %% check-rezero-block
check(ReZeroBlock)

# %% closing [markdown]
# ## Done?
#
# Then you know what happens in a deep net before the first update. `progress()` shows
# where you are. The [lesson](../notebooks/04_initialization_and_scaling.ipynb) goes on
# with the first update itself, and with a net of 1,000 blocks.

# %% progress
progress()
