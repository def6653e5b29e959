# %% header [markdown]
# # Exercise 05: write batch normalization
#
# | | |
# |---|---|
# | **You will** | write batch norm with its two modes and its memory in NumPy, then as a torch module that loads and saves, and fold it away |
# | **You need** | the [lesson on batch norm](../notebooks/05_batch_norm.ipynb); means along an axis; for task 2, how a torch module is written |
# | **Time** | 65 minutes alone, 45 in a workshop (leave the module for home) |
#
# Replace the line that raises in each cell, run the cell, then run the `check` below
# it. You can check as often as you like, and you may work in any order.

# %% imports
import numpy as np

from coursekit import answer, check, hint, progress, solution

# %% help [markdown]
# **Stuck?** `hint(batch_norm_forward)` gives a question, asked again a pointer, and then
# a template with gaps. After your first attempt `solution(batch_norm_forward)` shows a
# worked answer. Both work for every task here, and for a short question by its name:
# `hint("05-memory")`.

# %% question-shape [markdown]
# ## Three short answers to begin with
#
# Put your answer in the place of the three dots and run the cell.
#
# **A.** A batch norm is trained on a batch of shape (32, 10), then on one of shape
# (7, 10). Which shape does `running_mean` have afterwards?
#
# **1 point · 2 minutes**

# %% answer-shape tags=["answer"] task="05-shape"
answer("05-shape", (10,))  # ANSWER

# %% question-memory [markdown]
# **B.** `running_mean` starts at 0 and momentum is 0.1, as in torch. Two batches come,
# each with mean 10. What is `running_mean` after them?
#
# **1 point · 2 minutes**

# %% answer-memory tags=["answer"] task="05-memory"
answer("05-memory", 1.9)  # ANSWER

# %% question-alone [markdown]
# **C.** A trained batch norm in evaluation gets one single sample, and every feature of
# it happens to equal its running mean. What is y? Choose `"beta"`, `"gamma"`, `"0"` or
# `"an error"`.
#
# **1 point · 2 minutes**

# %% answer-alone tags=["answer"] task="05-alone"
answer("05-alone", "beta")  # ANSWER

# %% task-batch-norm-forward [markdown]
# ## 1 · Batch norm, forward
#
# **Why.** Batch norm is two functions in one layer. In training it normalizes with the
# batch and remembers; in evaluation it uses what it remembers. Most bugs with it come
# from mixing the two up.
#
# **Write**
# `batch_norm_forward(x, gamma, beta, running, *, training, momentum=0.1, eps=1e-5)`.
# `x` has shape $(N, D)$: $N$ samples of $D$ features. `gamma` and `beta` have shape
# $(D,)$. `running` is a pair `(mean, var)` of arrays of shape $(D,)$. Return
# `(y, running)`; a cache as a third part may come along and is not looked at.
#
# In both modes, with one mean $\mu$ and one variance $\sigma^2$ for each feature,
#
# $$y = \gamma \, \frac{x - \mu}{\sqrt{\sigma^2 + \epsilon}} + \beta$$
#
# | | training | evaluation |
# |---|---|---|
# | $\mu$, $\sigma^2$ | of this batch; the variance divides by $N$ | the two in `running` |
# | `running` returned | a new pair, see below | as it came |
# | $N = 1$ | raise a `ValueError`, as torch does | like any other $N$ |
#
# The card follows torch and the paper: `momentum` is the weight of the *new* batch,
#
# $$\text{new} = (1 - m) \, \text{old} + m \, \text{batch}$$
#
# for the mean and for the variance, and the batch's variance enters here divided by
# $N - 1$. (Keras, Flax and CS231n do both differently.) The arrays that come in are
# never changed.
#
# **Example.** `x = [[1], [2], [3], [6]]` has mean 3 and variance 14 / 4 = 3.5. With
# `gamma = [2]`, `beta = [0]` and `eps = 0.5` the root is 2, so in training
# `y = [[-2], [-1], [0], [3]]`. From `running = ([0], [1])` and `momentum = 0.3` come the
# mean 0.7 · 0 + 0.3 · 3 = 0.9 and, with 14 / 3 for the batch, the variance
# 0.7 + 1.4 = 2.1.
#
# **`check` looks at** the form of `y` and of the pair; `y` in training; `y` in
# evaluation, for one sample and before any training; the pair after several steps,
# through your own function, with batches of two sizes; a constant feature, a mean of 10
# million, views, one sample; and that a call leaves no trace. Write it from sums, means
# and arithmetic: a ready-made batch norm does not count.
#
# **12 points · 25 minutes · difficulty 3/5 · importance 5/5**
#
# <details>
# <summary>If you see this message</summary>
#
# - *momentum the other way round*: you weigh the old value with `momentum`; here it is
#   the weight of the new batch.
# - *variance divided by N - 1*: `y` is made with the variance divided by N; N - 1 is for
#   the running variance alone.
#
# </details>


# %% answer-batch-norm-forward tags=["answer"] task="batch_norm_forward"
def batch_norm_forward(x, gamma, beta, running, *, training, momentum=0.1, eps=1e-5):
    """Normalize each feature over the batch, then scale and shift it.

    Parameters
    ----------
    x : ndarray of shape (N, D)
        N samples of D features.
    gamma, beta : ndarray of shape (D,)
        Scale and shift of each feature.
    running : tuple (mean, var)
        What is remembered of earlier batches, of shape (D,) each.
    training : bool
        Whether to use, and to remember, the statistics of this batch.
    momentum : float, default=0.1
        Weight of the new batch.
    eps : float, default=1e-5
        Added to the variance, under the root.

    Returns
    -------
    y : ndarray of shape (N, D)
        The normalized, scaled and shifted samples.
    running : tuple (mean, var)
        In training a new pair, in evaluation the one that came in.
    """
    # BEGIN ANSWER
    mean, var = running
    if training:
        n = len(x)
        if n == 1:
            raise ValueError("batch_norm_forward: one sample has no variance.")
        old_mean, old_var, keep = mean, var, 1 - momentum
        mean, var = x.mean(axis=0), x.var(axis=0)
        running = (
            keep * old_mean + momentum * mean,
            keep * old_var + momentum * var * n / (n - 1),
        )
    x_hat = (x - mean) / np.sqrt(var + eps)
    return gamma * x_hat + beta, running
    # END ANSWER


# %% why-batch-norm-forward [markdown] tags=["solution"]
# **Why.** First which statistics, then one formula for both modes.
#
# 1. `mean, var = running` is all that evaluation needs. It skips the `if`, so nothing
#    there can depend on the other samples, and `running` goes out as it came.
# 2. One sample has variance 0: `y` would be `beta` whatever `x` is, and the correction
#    below would divide by $N - 1 = 0$. An error at once is better than a NaN in the
#    memory that shows up at the end of training.
# 3. `axis=0` runs over the samples and leaves one number for each feature. $(N, D)$ and
#    $(D,)$ line up by themselves, so no `keepdims` is needed and the shapes of the pair
#    stay as they are. `x.var` centres before it squares, so a mean of 10 million does
#    no harm.
# 4. `x.var` divides by $N$, and that is what `y` is made with: this batch is all that
#    is to be normalized. What is remembered is an estimate for all data, so the
#    variance enters there times $N / (N - 1)$.
# 5. `keep * old_mean + ...` makes new arrays. `old_mean *= keep` would overwrite the
#    caller's.
# 6. The last two lines belong to both modes. Writing them twice is how `eps` comes to
#    stand outside the root in one of the two.

# %% check-batch-norm-forward
check(batch_norm_forward)

# %% task-batch-norm-1d [markdown]
# ## 2 · Batch norm as a torch module
#
# **Why.** In torch the memory belongs to the layer. What is learned, what is only kept,
# what is saved, and which mode is on: a module has a place for each, and a wrong place
# shows only when somebody saves, loads or evaluates.
#
# **Write** `BatchNorm1d(num_features, eps=1e-5, momentum=0.1)`, a class derived from
# `nn.Module`. As in every module, `__init__` begins with that of `nn.Module`. With
# $C$ = `num_features` the layer has, each of shape $(C,)$,
#
# - `weight` (starts at 1) and `bias` (starts at 0), parameters: gamma and beta,
# - `running_mean` (starts at 0) and `running_var` (starts at 1), buffers without a
#   graph.
#
# These are torch's names, so that torch's own layer can load what you save, and you
# what it saves. (Its counter `num_batches_tracked` is not asked for.)
#
# `forward(x)` takes $(N, C)$ or $(N, C, L)$, features along axis 1 in both, and gives
# the same shape. It does what task 1 does, for the $n = N$ or $n = N L$ values of each
# feature: normalize with the variance divided by $n$, remember the one divided by
# $n - 1$, new = (1 - momentum) · old + momentum · batch. The mode is `self.training`,
# which `.train()` and `.eval()` set; `torch.no_grad()` does not change it. Gradients
# flow through the batch's mean and variance.
#
# **Example.** `BatchNorm1d(1, eps=0.5, momentum=0.3)` turns `[[1], [2], [3], [6]]` into
# `[[-1], [-0.5], [0], [1.5]]` in training, as in task 1. Its `running_mean` is 0.9 then
# and its `running_var` 2.1. After `.eval()`, `[[0.9]]` gives `[[0]]`.
#
# **`check` looks at** the form of the output; parameters and buffers by name, shape and
# start; `y` and its gradients in training; the running statistics over several steps,
# evaluation, and torch's own layer with your `state_dict`; $(N, C, L)$, default
# settings, `torch.no_grad()` and hard inputs; and that a call leaves no trace. One value
# for a feature in training is not tried here.
#
# **12 points · 20 minutes · difficulty 3/5 · importance 4/5**
#
# <details>
# <summary>If you see this message</summary>
#
# - *running statistics as plain attributes*: `self.running_mean = torch.zeros(...)` is
#   not saved; register it as a buffer.
# - *running statistics with a graph*: what you remember still hangs on the batch that it
#   came from; detach it.
#
# </details>

# %% answer-batch-norm-1d tags=["answer"] task="BatchNorm1d"
import torch
from torch import nn


class BatchNorm1d(nn.Module):
    """Normalize each feature over the batch, and remember what it was like.

    Parameters
    ----------
    num_features : int
        C, the number of features.
    eps : float, default=1e-5
        Added to the variance, under the root.
    momentum : float, default=0.1
        Weight of the new batch.

    Attributes
    ----------
    weight, bias : nn.Parameter of shape (C,)
        Scale and shift.
    running_mean, running_var : Tensor of shape (C,)
        Buffers: what evaluation uses.
    """

    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        # BEGIN ANSWER
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))
        # END ANSWER

    def forward(self, x):
        """Return the normalized x, of the same shape: (N, C) or (N, C, L)."""
        # BEGIN ANSWER
        x = x.movedim(1, -1)
        mean, var = self.running_mean, self.running_var
        if self.training:
            rows, m = x.flatten(0, -2), self.momentum
            mean, var = rows.mean(dim=0), rows.var(dim=0, correction=0)
            self.running_mean += m * (mean.detach() - self.running_mean)
            self.running_var += m * (rows.detach().var(dim=0) - self.running_var)
        x_hat = (x - mean) / torch.sqrt(var + self.eps)
        return (self.weight * x_hat + self.bias).movedim(-1, 1)
        # END ANSWER


# %% why-batch-norm-1d [markdown] tags=["solution"]
# **Why.** First what is made once, then what happens at every call.
#
# 1. Two `nn.Parameter`: the optimizer finds them, and gradients reach them. Two buffers:
#    `state_dict` saves them, `.to(...)` and `.double()` take them along, and no
#    optimizer touches them. The names and shapes are torch's, which is all that loading
#    asks for.
# 2. `movedim(1, -1)` puts the features last, so that everything of shape $(C,)$ lines
#    up with $(N, C)$ and with $(N, L, C)$ alike. The last line puts them back.
# 3. `self.training` is the only question about the mode. Under `torch.no_grad()` a layer
#    in training still uses the batch, and `.eval()` still allows gradients.
# 4. `flatten(0, -2)` makes one long list of vectors, $(n, C)$: every position is one
#    more sample. The variance for `y` takes `correction=0`, since torch divides by
#    $n - 1$ otherwise.
# 5. `old + m * (batch - old)` is $(1 - m)$ times the old plus $m$ times the batch. What
#    is remembered is detached: else `running_mean` would hold on to the graph of every
#    batch so far. What `y` is made with is not: the gradient must pass through the mean
#    and the variance. Here torch's default, dividing by $n - 1$, is the one that is
#    asked for.
# 6. The last two lines serve both modes, as in task 1.

# %% check-batch-norm-1d
check(BatchNorm1d)

# %% task-fold-batch-norm [markdown]
# ## 3 · Fold it away
#
# **Why.** In evaluation batch norm is one multiplication and one addition for each
# feature. The linear layer before it can do both, so a net in use needs no batch norm
# at all: it is faster, and gives the same answers.
#
# **Write** `fold_batch_norm(W, b, gamma, beta, running, eps=1e-5)`. The layer is
# $a W + b$ with `W` of shape $(d_{in}, D)$ and `b` of shape $(D,)$, or `b = None` for a
# layer without bias. The norm behind it has `gamma`, `beta` and `running = (mean, var)`,
# all of shape $(D,)$, and is in evaluation. Return `(W, b)`, the weight
# and bias of the one layer that replaces both. With
#
# $$s = \frac{\gamma}{\sqrt{\sigma^2 + \epsilon}}$$
#
# of shape $(D,)$ the norm is $z \mapsto (z - \mu) \, s + \beta$; put $z = a W + b$ into
# it and sort.
#
# **Example.** `W = [[1, 1], [0, 2]]`, `b = [1, 0]`, `gamma = [2, 1]`, `beta = [0, 5]`,
# `mean = [3, 4]`, `var = [0.5, 3.5]` and `eps = 0.5`. Then `s = [2, 0.5]`, and the new
# layer has `W = [[2, 0.5], [0, 1]]` and `b = [-4, 3]`.
#
# **`check` looks at** the two shapes; `W`; `b`; a layer without bias, a feature that
# never varied, a view for `W`; and that the old layer stays as it was.
#
# **7 points · 15 minutes · difficulty 2/5 · importance 3/5**
#
# <details>
# <summary>If you see this message</summary>
#
# - *running mean left out*: the norm subtracts it before it scales.
# - *rows of W scaled*: the features are the columns of `W`.
#
# </details>


# %% answer-fold-batch-norm tags=["answer"] task="fold_batch_norm"
def fold_batch_norm(W, b, gamma, beta, running, eps=1e-5):
    """Put a batch norm in evaluation into the linear layer before it.

    Parameters
    ----------
    W : ndarray of shape (d_in, D)
        Weight of a @ W + b.
    b : ndarray of shape (D,) or None
        Bias; None counts as zeros.
    gamma, beta : ndarray of shape (D,)
        Scale and shift of the norm.
    running : tuple (mean, var)
        Its running statistics, of shape (D,) each.
    eps : float, default=1e-5
        Its eps.

    Returns
    -------
    W : ndarray of shape (d_in, D)
        The new weight.
    b : ndarray of shape (D,)
        The new bias.
    """
    # BEGIN ANSWER
    mean, var = running
    s = gamma / np.sqrt(var + eps)
    old = 0.0 if b is None else b
    return W * s, (old - mean) * s + beta
    # END ANSWER


# %% why-fold-batch-norm [markdown] tags=["solution"]
# **Why.** Put the layer into the norm and sort by what stands with $a$:
# $(aW + b - \mu) \, s + \beta = a \, (W s) + (b - \mu) \, s + \beta$.
#
# 1. `s` has one number for each feature, and the features are the columns of `W`, so
#    `W * s` lines up by itself. (torch stores the transpose; there `s` scales rows.)
# 2. The old bias stands before the norm. So the mean is taken from it, and the
#    difference is scaled; only `beta` is added as it is.
# 3. Without a bias $b$ is 0, and the new layer needs one all the same.
# 4. Only evaluation can be folded. In training $\mu$ and $\sigma^2$ change with every
#    batch, and no fixed layer does the same.

# %% check-fold-batch-norm
check(fold_batch_norm)

# %% closing [markdown]
# ## Done?
#
# Then you have written the layer in both its modes, as a function and as a module, and
# made it disappear. `progress()` shows where you are. Lesson 06 carries the gradient
# back through it; the [lesson on batch norm](../notebooks/05_batch_norm.ipynb) shows what
# happens when the two modes do not agree.

# %% progress
progress()
