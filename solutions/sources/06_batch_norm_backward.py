# %% header [markdown]
# # Exercise 06: carry a gradient back through batch norm
#
# | | |
# |---|---|
# | **You will** | write batch norm one operation at a time, walk back through every step, then do the same in one line, in NumPy |
# | **You need** | the [lesson on batch norm's backward pass](../notebooks/06_batch_norm_backward.ipynb), sections 1 to 4; sums and means along an axis; the chain rule |
# | **Time** | 85 minutes alone, 50 in a workshop (leave the last task for home) |
#
# Replace the line that raises in each cell, run the cell, then run the `check` below
# it. You can check as often as you like, and you may work in any order.

# %% imports
import numpy as np

from coursekit import answer, check, hint, progress, solution

# %% help [markdown]
# **Stuck?** `hint(batch_norm_backward)` gives a question, asked again a pointer, and
# then a template with gaps. After your first attempt `solution(batch_norm_backward)`
# shows a worked answer. Both work for every task here, and for a short question by its
# name: `hint("06-shape")`.

# %% question-shape [markdown]
# ## Three short answers to begin with
#
# Put your answer in the place of the three dots and run the cell.
#
# **A.** x has shape (32, 10). Batch norm multiplies every row by inv_std, the inverse
# standard deviation of each feature. Which shape has its gradient, dinv_std?
#
# **1 point · 2 minutes**

# %% answer-shape tags=["answer"] task="06-shape"
answer("06-shape", (10,))  # ANSWER

# %% question-consumers [markdown]
# **B.** A value is used twice on the way forward. On the way back both of its consumers
# send a gradient. What is the gradient of the value? Choose `"their sum"`,
# `"their mean"`, `"their product"` or `"the later one"`.
#
# **1 point · 2 minutes**

# %% answer-consumers tags=["answer"] task="06-consumers"
answer("06-consumers", "their sum")  # ANSWER

# %% question-squares [markdown]
# **C.** One feature, 8 samples, gamma 1, beta 0, eps 0. To test a backward pass,
# someone takes the sum of all y squared as the loss. How large is the largest entry of
# the right dx?
#
# **1 point · 2 minutes**

# %% answer-squares tags=["answer"] task="06-squares"
answer("06-squares", 0)  # ANSWER

# %% task-forward-steps [markdown]
# ## 1 · Forward, one operation at a time
#
# **Why.** A gradient is easy for one operation and hard for a formula. So the formula
# is taken apart, and every result in between gets a name: the way back will need it.
#
# **Write** `batch_norm_forward_steps(x, gamma, beta, eps=1e-5)` for one batch in
# training. It returns `(y, steps)`; `steps` is the tuple of these eight values, in this
# order (a dict with these names is as good):
#
# | step | what it is | shape |
# |---|---|---|
# | `mu` | the mean of each feature over the batch | $(D,)$ |
# | `xmu` | `x` minus `mu` | $(N, D)$ |
# | `sq` | the square of that | $(N, D)$ |
# | `var` | the mean of the squares over the batch | $(D,)$ |
# | `std` | the root of `var + eps` | $(D,)$ |
# | `inv_std` | one over that | $(D,)$ |
# | `x_hat` | `xmu` times `inv_std` | $(N, D)$ |
# | `gamma` | the argument, as it came | $(D,)$ |
#
# `x` has shape $(N, D)$: $N$ samples of $D$ features; `gamma` and `beta` have shape
# $(D,)$. The output is $y = \gamma \, \hat{x} + \beta$, of shape $(N, D)$.
#
# **Example.** Four samples of one feature, `x = [1, 2, 3, 6]` as a column of shape
# (4, 1), with `eps = 0.5`, `gamma = [2]` and `beta = [1]`:
#
# | `mu` | `xmu` | `sq` | `var` | `std` | `inv_std` | `x_hat` | `y` |
# |---|---|---|---|---|---|---|---|
# | 3 | -2, -1, 0, 3 | 4, 1, 0, 9 | 3.5 | 2 | 0.5 | -1, -0.5, 0, 1.5 | -1, 0, 1, 4 |
#
# **`check` looks at** the shapes of `y` and of the steps; then at the steps in their
# order, with an `eps` large enough to notice; `y`; a constant feature, a mean of 10
# million and a view; and that a call leaves no trace. It stops at the first step that is
# wrong: the later ones wait for it.
#
# **8 points · 15 minutes · difficulty 2/5 · importance 4/5**
#
# <details>
# <summary>If you see this message</summary>
#
# - *xmu overwritten by x_hat*: `x_hat = xmu` is a second name for one array, so
#   changing x_hat in place changes both.
# - *statistics of shape (1, D)*: the numbers are right; leave `keepdims` out.
#
# </details>


# %% answer-forward-steps tags=["answer"] task="batch_norm_forward_steps"
def batch_norm_forward_steps(x, gamma, beta, eps=1e-5):
    """Normalize each feature over the batch, and keep every step.

    Parameters
    ----------
    x : ndarray of shape (N, D)
        N samples with D features each.
    gamma, beta : ndarray of shape (D,)
        Scale and shift of each feature.
    eps : float, default=1e-5
        Added to the variance, under the root.

    Returns
    -------
    y : ndarray of shape (N, D)
        The normalized, scaled and shifted samples.
    steps : tuple (mu, xmu, sq, var, std, inv_std, x_hat, gamma)
        ``xmu``, ``sq`` and ``x_hat`` of shape (N, D), the others of shape (D,).
    """
    # BEGIN ANSWER
    mu = x.mean(axis=0)
    xmu = x - mu
    sq = xmu**2
    var = sq.mean(axis=0)
    std = np.sqrt(var + eps)
    inv_std = 1 / std
    x_hat = xmu * inv_std
    y = gamma * x_hat + beta
    return y, (mu, xmu, sq, var, std, inv_std, x_hat, gamma)
    # END ANSWER


# %% why-forward-steps [markdown] tags=["solution"]
# **Why.** Line by line:
#
# 1. `axis=0` runs over the samples, so `mu` has one entry for each feature. It lines up
#    with the last axis of `x` when it is subtracted, $(N, D) - (D,)$, and is copied to
#    all $N$ rows: remember that for the way back.
# 2. `xmu` is used in two places, by `sq` and by `x_hat`. This is the one fork of the
#    graph besides `x` itself.
# 3. The variance is the mean of the squares: divide by $N$, not by $N - 1$. What is
#    centred first keeps its digits; $E[x^2] - E[x]^2$ would subtract two large numbers.
# 4. `eps` goes under the root. A constant feature has variance 0, and `inv_std` is
#    $1 / \sqrt{\epsilon}$: finite, and so is its gradient.
# 5. Every line makes a new array. `x_hat = xmu; x_hat *= inv_std` would save memory and
#    destroy `xmu`.

# %% check-forward-steps
check(batch_norm_forward_steps)

# %% task-backward-steps [markdown]
# ## 2 · Back through every step
#
# **Why.** Two rules are enough to differentiate any network: a value with two consumers
# gets the sum of what both send back, and what was copied to all rows is summed over
# the rows. Batch norm is the smallest layer that needs both, twice.
#
# **Write** `batch_norm_backward_steps(dy, steps)`. `dy` of shape $(N, D)$ is the
# gradient of the loss with respect to `y`; `steps` holds the eight values of task 1: take
# it apart, or write `steps["xmu"]`. Return the tuple of ten gradients (or a dict with
# these names), in the order in which they are found:
#
# `dbeta, dgamma, dx_hat, dinv_std, dstd, dvar, dsq, dxmu, dmu, dx`
#
# `dmu` means the gradient of the loss with respect to `mu`, and so on. Each has the shape
# of what it belongs to: `dx_hat`, `dsq`, `dxmu` and `dx` are $(N, D)$, the other six
# $(D,)$. Go through the forward pass from its last line to its first:
#
# | value | made from | gives |
# |---|---|---|
# | `y` | `gamma`, `x_hat`, `beta` | `dbeta`, `dgamma`, `dx_hat` |
# | `x_hat` | `xmu`, `inv_std` | `dinv_std`, and the first part of `dxmu` |
# | `inv_std` | `std` | `dstd` |
# | `std` | `var`, `eps` | `dvar` |
# | `var` | `sq` | `dsq` |
# | `sq` | `xmu` | the second part of `dxmu` |
# | `xmu` | `x`, `mu` | `dmu`, and the first part of `dx` |
# | `mu` | `x` | the second part of `dx` |
#
# **Example.** The four samples of task 1, with `dy = [1, 0, 0, 0]` as a column:
#
# | `dbeta` | `dgamma` | `dx_hat` | `dinv_std` | `dstd` |
# |---|---|---|---|---|
# | 1 | -1 | 2, 0, 0, 0 | -4 | 1 |
#
# | `dvar` | `dsq` | `dxmu` | `dmu` | `dx` |
# |---|---|---|---|---|
# | 0.25 | 0.0625 in every row | 0.75, -0.125, 0, 0.375 | -1 | 0.5, -0.375, -0.25, 0.125 |
#
# **`check` looks at** the ten shapes; `dbeta` and `dgamma`; then the others in their
# order, with right steps of its own, so that a slip in task 1 costs nothing here. It
# stops at the first gradient that is wrong: the later ones are made from it and wait.
# Last, `dy` and the steps must stay as they were.
#
# **12 points · 35 minutes · difficulty 4/5 · importance 5/5**
#
# <details>
# <summary>If you see this message</summary>
#
# - *variance path forgotten*: xmu has two consumers, x_hat and sq; yours has the first.
# - *dinv_std not summed over the batch*: inv_std served all rows, so its gradient is a
#   sum over the rows.
#
# </details>


# %% answer-backward-steps tags=["answer"] task="batch_norm_backward_steps"
def batch_norm_backward_steps(dy, steps):
    """Carry the gradient of y back through every step of batch norm.

    Parameters
    ----------
    dy : ndarray of shape (N, D)
        The gradient of the loss with respect to y.
    steps : tuple (mu, xmu, sq, var, std, inv_std, x_hat, gamma)
        From the forward pass; its parts also go by name, ``steps["mu"]``.

    Returns
    -------
    tuple of ten ndarray
        ``(dbeta, dgamma, dx_hat, dinv_std, dstd, dvar, dsq, dxmu, dmu, dx)``, each of
        the shape of what it belongs to.
    """
    # BEGIN ANSWER
    _, xmu, sq, _, std, inv_std, x_hat, gamma = steps
    n = len(dy)
    dbeta = dy.sum(axis=0)
    dgamma = (dy * x_hat).sum(axis=0)
    dx_hat = gamma * dy
    dinv_std = (dx_hat * xmu).sum(axis=0)
    dstd = -dinv_std / std**2
    dvar = dstd / (2 * std)
    dsq = np.ones_like(sq) * dvar / n
    dxmu = dx_hat * inv_std + dsq * 2 * xmu
    dmu = -dxmu.sum(axis=0)
    dx = dxmu + dmu / n
    return dbeta, dgamma, dx_hat, dinv_std, dstd, dvar, dsq, dxmu, dmu, dx
    # END ANSWER


# %% why-backward-steps [markdown] tags=["solution"]
# **Why.** Each line undoes one line of the forward pass, from the last to the first.
#
# 1. `beta` and `gamma` serve all rows, so their gradients are sums over the rows; with
#    `beta` goes 1, with `gamma` goes `x_hat`. `x_hat` has rows of its own: no sum.
# 2. `inv_std` serves all rows too: a sum, with `xmu` as the factor beside it.
# 3. $1/s$ has the derivative $-1/s^2$, and $\sqrt{v + \epsilon}$ has
#    $1/(2\sqrt{v + \epsilon})$, which is $1/(2\,$`std`$)$. `eps` needs no line of its
#    own: it is in `std`.
# 4. `var` is a mean of $N$ squares, so each row of `dsq` is `dvar` divided by $N$.
# 5. `xmu` has two consumers. `x_hat` sends back `dx_hat * inv_std`, `sq` sends back
#    `dsq * 2 * xmu`, and the two are added.
# 6. `mu` was subtracted from all rows: minus a sum. (The variance's part of `dxmu` sums
#    to 0 here, because `xmu` does. Who leaves it out of `dmu` gets the same number.)
# 7. `x` has two consumers, `xmu` and `mu`, and `mu` is a mean: add `dmu` divided by $N$.

# %% check-backward-steps
check(batch_norm_backward_steps)

# %% task-backward [markdown]
# ## 3 · The same in one line
#
# **Why.** Ten steps are good for understanding, and ten arrays are bad for memory. Put
# together they shrink to one line that needs three things from the forward pass. It
# also shows what batch norm takes out of every gradient.
#
# **Write** `batch_norm_backward(dy, cache)`. `dy` has shape $(N, D)$; `cache` is the
# tuple `(x_hat, inv_std, gamma)` of task 1, of shapes $(N, D)$, $(D,)$ and $(D,)$. Return
# `(dx, dgamma, dbeta)` of shapes $(N, D)$, $(D,)$ and $(D,)$, without going through the
# ten steps.
#
# Put the steps into one another on paper: start from `dx` and replace `dmu`, `dxmu`,
# `dsq`, `dvar`, `dstd` and `dinv_std` one after the other. Two facts help: `xmu` is
# $\hat{x}$ divided by `inv_std`, and the columns of $\hat{x}$ sum to 0. Section 3 of the
# lesson does it in full.
#
# **Example.** From above: `x_hat = [-1, -0.5, 0, 1.5]` and `dy = [1, 0, 0, 0]` as
# columns, `inv_std = [0.5]`, `gamma = [2]`. The result is
# `dx = [0.5, -0.375, -0.25, 0.125]`, again as a column, which sums to 0,
# `dgamma = [-1]` and `dbeta = [1]`.
#
# **`check` looks at** the three shapes; `dx`, which must equal that of the ten steps;
# `dgamma` and `dbeta`; a pair of samples, a constant feature, a single feature and a
# view; and that `dy` and the cache stay as they were. It brings a right cache along.
#
# **10 points · 30 minutes · difficulty 4/5 · importance 5/5**
#
# <details>
# <summary>If you see this message</summary>
#
# - *mean and variance treated as constants*: `gamma * dy * inv_std` is the direct way
#   alone, which is right in evaluation only.
# - *sums instead of means*: each of the two terms must be divided by N, or the first
#   one multiplied by it.
#
# </details>


# %% answer-backward tags=["answer"] task="batch_norm_backward"
def batch_norm_backward(dy, cache):
    """Carry the gradient of y back to x, gamma and beta, in one line for dx.

    Parameters
    ----------
    dy : ndarray of shape (N, D)
        The gradient of the loss with respect to y.
    cache : tuple (x_hat, inv_std, gamma)
        From the forward pass, of shapes (N, D), (D,) and (D,).

    Returns
    -------
    dx : ndarray of shape (N, D)
        The gradient with respect to x.
    dgamma, dbeta : ndarray of shape (D,)
        The gradients with respect to gamma and beta.
    """
    # BEGIN ANSWER
    x_hat, inv_std, gamma = cache
    n = len(dy)
    dgamma = (dy * x_hat).sum(axis=0)
    dbeta = dy.sum(axis=0)
    dx = gamma * inv_std / n * (n * dy - dbeta - x_hat * dgamma)
    return dx, dgamma, dbeta
    # END ANSWER


# %% why-backward [markdown] tags=["solution"]
# **Why.** Write $s$ for `inv_std`, a bar for the mean over the batch, and
# $d\hat{x} = \gamma \, dy$.
#
# 1. Through the variance: `dvar` is $-\frac12 s^3 \sum d\hat{x} \cdot$ `xmu`, and with
#    `xmu` $= \hat{x} / s$ the second part of `dxmu` becomes
#    $-s \, \hat{x} \; \overline{d\hat{x} \, \hat{x}}$.
# 2. Through the mean: $\sum \hat{x} = 0$, so `dmu` is $-s \sum d\hat{x}$, and each row
#    gets one $N$-th of it: $-s \; \overline{d\hat{x}}$.
# 3. Together $dx = s \, (d\hat{x} - \overline{d\hat{x}} - \hat{x} \;
#    \overline{d\hat{x} \, \hat{x}})$. `gamma` is one number along the batch, so it can
#    wait outside the means, and the two sums that are left are `dbeta` and `dgamma`:
#    they are used twice.
# 4. What is taken away is the part of the gradient along $(1, \ldots, 1)$ and along
#    $\hat{x}$. Moving or stretching a feature of the whole batch does not change $y$, so
#    no gradient should ask for it. With `eps` the second is not quite complete, and the
#    formula is exact all the same.

# %% check-backward
check(batch_norm_backward)

# %% closing [markdown]
# ## Done?
#
# Then you have done by hand what automatic differentiation does, and you know why a
# bias before batch norm learns nothing. `progress()` shows where you are. The
# [lesson](../notebooks/06_batch_norm_backward.ipynb) goes on with the question why batch
# norm helps at all.

# %% progress
progress()
