# %% header [markdown]
# # Exercise 07: write layer normalization
#
# | | |
# |---|---|
# | **You will** | say which numbers share a mean, then write layer norm and its gradient by hand, in NumPy |
# | **You need** | the [lesson on layer norm](../notebooks/07_layer_norm.ipynb); means and sums along an axis; the chain rule |
# | **Time** | 55 minutes alone, 40 in a workshop (leave the last task for home) |
#
# Replace the line that raises in each cell, run the cell, then run the `check` below
# it. You can check as often as you like, and you may work in any order.

# %% imports
import numpy as np

from coursekit import answer, check, hint, progress, solution

# %% help [markdown]
# **Stuck?** `hint(axes_of)` gives a question, asked again a pointer, and then a
# template with gaps. After your first attempt `solution(axes_of)` shows a worked
# answer. Both work for every task here, and for a short question by its name:
# `hint("07-rank")`.

# %% question-means [markdown]
# ## Three short answers to begin with
#
# Put your answer in the place of the three dots and run the cell.
#
# **A.** x has shape (8, 10, 16). Which shape do layer norm's means have, taken with
# `keepdims=True`?
#
# **1 point · 2 minutes**

# %% answer-means tags=["answer"] task="07-means"
answer("07-means", (8, 10, 1))  # ANSWER

# %% question-rank [markdown]
# **B.** A vector has 10 features and eps is 0. What is the rank of the Jacobian of
# x_hat with respect to x?
#
# **1 point · 2 minutes**

# %% answer-rank tags=["answer"] task="07-rank"
answer("07-rank", 8)  # ANSWER

# %% question-sign [markdown]
# **C.** Gamma is 1, beta is 0 and eps is 0. What is LN(-3x)? Choose `"-LN(x)"`,
# `"LN(x)"`, `"-3 LN(x)"` or `"0"`.
#
# **1 point · 2 minutes**

# %% answer-sign tags=["answer"] task="07-sign"
answer("07-sign", "-LN(x)")  # ANSWER

# %% task-axes-of [markdown]
# ## 1 · Who shares a mean?
#
# **Why.** Batch, layer and instance norm compute the same formula. They differ in one
# thing only: which numbers are averaged together. A wrong axis raises no error; the
# network just learns something else.
#
# **Write** `axes_of(norm, shape)`. It returns the axes that are averaged over, as a
# tuple. `norm` is `"batch"`, `"layer"` or `"instance"`; `shape` has 2, 3 or 4 axes:
#
# - $(N, D)$: $N$ samples of $D$ features,
# - $(B, T, d)$: $B$ sequences of $T$ time steps with $d$ features each, features last,
# - $(N, C, H, W)$: $N$ images of $C$ channels, height $H$ and width $W$.
#
# Batch norm keeps features (or channels) apart; layer norm keeps samples (or time
# steps) apart; instance norm keeps both apart.
#
# **Example.** `axes_of("batch", (32, 10))` is `(0,)`: each of the 10 features has one
# mean over the 32 samples. `axes_of("instance", (32, 10))` is `()`: nothing is left to
# average over.
#
# **`check` looks at** all nine pairs of norm and shape.
#
# **4 points · 5 minutes · difficulty 1/5 · importance 4/5**
#
# <details>
# <summary>If you see this message</summary>
#
# - *batch norm of a sequence over the batch alone*: the time steps are samples too.
# - *the axes that stay*: you answered which axes are kept; name the others.
#
# </details>


# %% answer-axes-of tags=["answer"] task="axes_of"
def axes_of(norm, shape):
    """Return the axes along which a norm takes its mean and variance.

    Parameters
    ----------
    norm : str
        "batch", "layer" or "instance".
    shape : tuple of int
        A shape (N, D), (B, T, d) or (N, C, H, W).

    Returns
    -------
    tuple of int
        The axes that are averaged over, counted from 0.
    """
    # BEGIN ANSWER
    averaged = {
        2: {"batch": (0,), "layer": (1,), "instance": ()},
        3: {"batch": (0, 1), "layer": (2,), "instance": (1,)},
        4: {"batch": (0, 2, 3), "layer": (1, 2, 3), "instance": (2, 3)},
    }
    return averaged[len(shape)][norm]
    # END ANSWER


# %% why-axes-of [markdown] tags=["solution"]
# **Why.** Start from what stays apart, and average over the rest.
#
# 1. Batch norm has one mean for each feature. In $(N, D)$ the rest is $N$. In
#    $(B, T, d)$ it is $B$ *and* $T$: every time step is one more sample of the same
#    $d$ features. In $(N, C, H, W)$ the features are the channels, so $H$ and $W$ go
#    with $N$.
# 2. Layer norm has one mean for each sample. In a sequence each time step counts as a
#    sample: if steps shared a mean, the past would see the future. An image is one
#    sample, with all its channels and pixels.
# 3. Instance norm keeps both apart, and only time or space is left. $(N, D)$ has
#    neither.

# %% check-axes-of
check(axes_of)

# %% task-layer-norm-forward [markdown]
# ## 2 · Layer norm, forward
#
# **Why.** Layer norm keeps the numbers in each vector of a network at the same scale,
# whatever the batch looks like. Transformers use it throughout.
#
# **Write** `layer_norm_forward(x, gamma, beta, eps=1e-5)`. For each vector $x$ with
# $d$ features
#
# $$\mu = \frac{1}{d} \sum_i x_i \qquad \sigma^2 = \frac{1}{d} \sum_i (x_i - \mu)^2
# \qquad \hat{x}_i = \frac{x_i - \mu}{\sqrt{\sigma^2 + \epsilon}}
# \qquad y_i = \gamma_i \, \hat{x}_i + \beta_i$$
#
# `x` has shape $(\ldots, d)$: one vector $(d,)$, a batch $(B, d)$ or sequences
# $(B, T, d)$. `gamma` and `beta` have shape $(d,)$ and are shared by all vectors. The
# result is `(y, cache)`; `cache` is the tuple `(x_hat, inv_std, gamma)` that the next
# task needs, with `inv_std` $= 1 / \sqrt{\sigma^2 + \epsilon}$ of shape
# $(\ldots, 1)$.
#
# **Example.** `x = [1, 2, 3, 6]` has mean 3 and variance (4 + 1 + 0 + 9) / 4 = 3.5.
# With `eps = 0.5` the root is 2, so `x_hat = [-1, -0.5, 0, 1.5]` and `inv_std = [0.5]`.
# With `gamma = [1, 2, 1, -1]` and `beta = [0, 0, 1, 1]`, `y = [-1, -1, 1, -0.5]`.
#
# **`check` looks at** the form of `y` and of the cache; the numbers, with an `eps`
# large enough to notice; whether a vector gives the same `y` in every company;
# constant vectors, $d = 1$, a mean of 10 million, views; and that a call leaves no
# trace. Write it from sums, means and arithmetic: a ready-made layer norm does not
# count.
#
# **10 points · 15 minutes · difficulty 2/5 · importance 5/5**
#
# <details>
# <summary>If you see this message</summary>
#
# - *eps outside the root*: you divide by `std + eps`; the formula adds eps to the
#   variance.
# - *statistics over the batch*: `x.mean(0)` runs across the vectors; each vector needs
#   its own mean.
#
# </details>


# %% answer-layer-norm-forward tags=["answer"] task="layer_norm_forward"
def layer_norm_forward(x, gamma, beta, eps=1e-5):
    """Normalize each vector over its features, then scale and shift it.

    Parameters
    ----------
    x : ndarray of shape (..., d)
        Vectors with d features each, behind any number of axes.
    gamma, beta : ndarray of shape (d,)
        Scale and shift, shared by all vectors.
    eps : float, default=1e-5
        Added to the variance, under the root.

    Returns
    -------
    y : ndarray of shape (..., d)
        The normalized, scaled and shifted vectors.
    cache : tuple (x_hat, inv_std, gamma)
        ``x_hat`` of shape (..., d) is x before gamma and beta; ``inv_std`` of shape
        (..., 1) is 1 / sqrt(var + eps).
    """
    # BEGIN ANSWER
    centred = x - x.mean(axis=-1, keepdims=True)
    var = np.square(centred).mean(axis=-1, keepdims=True)
    inv_std = 1 / np.sqrt(var + eps)
    x_hat = centred * inv_std
    return gamma * x_hat + beta, (x_hat, inv_std, gamma)
    # END ANSWER


# %% why-layer-norm-forward [markdown] tags=["solution"]
# **Why.** Line by line:
#
# 1. `axis=-1` is the last axis, however many stand before it. `keepdims=True` leaves
#    a length of 1 there, so that the mean lines up with its own vector when it is
#    subtracted: $(B, T, d) - (B, T, 1)$.
# 2. The variance is the mean of what was just centred, squared. Centring first costs
#    nothing and keeps the digits: $E[x^2] - E[x]^2$ would subtract two large numbers.
# 3. `eps` goes to the variance. For a constant vector the variance is 0 and
#    `inv_std` is $1 / \sqrt{\epsilon}$: finite, and so is its gradient.
# 4. `gamma` and `beta` of shape $(d,)$ line up with the last axis by themselves.
#
# Nothing here mentions the batch, so training and evaluation are the same function.

# %% check-layer-norm-forward
check(layer_norm_forward)

# %% task-layer-norm-backward [markdown]
# ## 3 · Layer norm, backward
#
# **Why.** An automatic gradient tells you the number. Writing it once shows what layer
# norm does to learning: it takes two directions out of every gradient.
#
# **Write** `layer_norm_backward(dy, cache)`. `dy` of shape $(\ldots, d)$ is the
# gradient of the loss with respect to `y`; `cache` is `(x_hat, inv_std, gamma)` from the
# forward pass. Return `(dx, dgamma, dbeta)`: the gradients with respect to `x`, shape
# $(\ldots, d)$, and to `gamma` and `beta`, shape $(d,)$.
#
# With $d\hat{x}_i = dy_i \, \gamma_i$, three ways lead from $\hat{x}$ back to $x$:
# directly, through $\mu$, and through $\sigma^2$. The lesson derives what each
# contributes.
#
# **Example.** Take `x = [1, 2, 3, 6]` and `eps = 0.5` from above with `gamma` all ones:
# `x_hat = [-1, -0.5, 0, 1.5]`, `inv_std = [0.5]`. For `dy = [1, 0, 0, 0]` the result is
# `dx = [0.25, -0.1875, -0.125, 0.0625]`, which sums to 0, `dgamma = [-1, 0, 0, 0]` and
# `dbeta = [1, 0, 0, 0]`.
#
# **`check` looks at** the three shapes; `dx`; `dgamma` and `dbeta`; sequences and a
# single vector; constant vectors and $d = 1$; and that `dy` and the cache stay as they
# were. It brings a right cache along, so a slip in task 2 costs nothing here.
#
# **10 points · 30 minutes · difficulty 4/5 · importance 5/5**
#
# <details>
# <summary>If you see this message</summary>
#
# - *mean and variance treated as constants*: `gamma * dy * inv_std` is the direct way
#   alone; two more lead through the mean and the variance.
# - *gamma taken out of the means*: multiply `dy` by `gamma` first, average then.
#
# </details>


# %% answer-layer-norm-backward tags=["answer"] task="layer_norm_backward"
def layer_norm_backward(dy, cache):
    """Carry the gradient of y back to x, gamma and beta.

    Parameters
    ----------
    dy : ndarray of shape (..., d)
        The gradient of the loss with respect to y.
    cache : tuple (x_hat, inv_std, gamma)
        From the forward pass, of shapes (..., d), (..., 1) and (d,).

    Returns
    -------
    dx : ndarray of shape (..., d)
        The gradient with respect to x.
    dgamma, dbeta : ndarray of shape (d,)
        The gradients with respect to gamma and beta.
    """
    # BEGIN ANSWER
    x_hat, inv_std, gamma = cache
    dx_hat = dy * gamma
    through_mean = dx_hat.mean(axis=-1, keepdims=True)
    through_var = x_hat * (dx_hat * x_hat).mean(axis=-1, keepdims=True)
    dx = inv_std * (dx_hat - through_mean - through_var)
    vectors = tuple(range(dy.ndim - 1))
    return dx, (dy * x_hat).sum(axis=vectors), dy.sum(axis=vectors)
    # END ANSWER


# %% why-layer-norm-backward [markdown] tags=["solution"]
# **Why.** Go back through the forward pass from its end.
#
# 1. $y = \gamma \hat{x} + \beta$ gives $d\hat{x} = dy \, \gamma$. `gamma` differs from
#    feature to feature, so it must be inside before any mean is taken.
# 2. Directly, $dx = d\hat{x} / \sqrt{\sigma^2 + \epsilon}$.
# 3. The mean moves with every $x_i$ by $1/d$ and lowers every $\hat{x}_j$: together
#    that takes the mean of $d\hat{x}$ away.
# 4. The variance moves with $x_i$ by $2 (x_i - \mu) / d$, and $\hat{x}_j$ with the
#    variance by $-\hat{x}_j / (2 (\sigma^2 + \epsilon))$: together that takes
#    $\hat{x}$ times the mean of $d\hat{x} \, \hat{x}$ away. This is exact for every
#    `eps`.
# 5. `gamma` and `beta` act on every vector, so their gradients are sums over all
#    vectors: every axis but the last, and none at all for a single vector.
#
# What is taken away in 3 and 4 is the part of the gradient along $(1, \ldots, 1)$ and
# along $\hat{x}$: moving or stretching $x$ does not change $y$, so no gradient should
# ask for it.

# %% check-layer-norm-backward
check(layer_norm_backward)

# %% closing [markdown]
# ## Done?
#
# Then you have written the layer that stands twice in every block of a usual
# transformer. `progress()` shows where you are. The [lesson](../notebooks/07_layer_norm.ipynb) goes on with what the
# gradient's two lost directions mean, and where `eps` makes a difference.

# %% progress
progress()
